//! What a request gave: a page to be shown, a PDF to be printed, and the small forms by which its holder changes the vehicle or
//! gives it back. The key to the request is the permission.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use chrono::Days;
use domain::grant::Grant;
use domain::standard::say_date;
use portico_app::components::error_summary::Problem;
use portico_app::pages::permit::{Permit, VEHICLE};
use portico_app::{paths, plain};

use super::form::{Form, no_files};
use super::pages;
use super::visit::{self, Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path};
use crate::operations::{base, granting};
use crate::paper;
use crate::routes::{self, follow, wording};
use crate::state::AppState;
use crate::store::requests::Stored;
use crate::words::compose::Mails;

/// From so many days before the end on it can be renewed: some more than before the first reminder.
const RENEWABLE: u64 = 31;
/// So long after the end, too.
const AFTER: u64 = 31;
/// What is said of a registration that can't be read.
const WRONG: &str = "Enter a registration number, like AB12 CDE";
/// What is said where the vehicle was changed as often as it may be.
const TOO_OFTEN: &str = "The vehicle was changed as often as it can be in twelve months";
/// What is said where less goes back than was shown.
const CHANGED: &str = "What goes back is another sum by now. Look at it, and press again";

/// The pages of this file.
pub fn router() -> Pages {
    const KEY: &str = "the key in the address is the permission";
    Pages::new()
        .open("/follow/{key}/permit", get(page), KEY)
        .open("/follow/{key}/permit.pdf", get(pdf), KEY)
        .open("/follow/{key}/permit/vehicle", get(pages::fallback).post(vehicle), KEY)
        .open("/follow/{key}/permit/back", get(pages::fallback).post(back), KEY)
}

/// A request that gave something, and what. Who only watches a request is shown nothing of it.
async fn given(at: &At, key: &str) -> Result<(Stored, Grant), ApiError> {
    let stored = follow::stored(at, key).await?;
    let grant = stored.case.grant.as_deref().cloned().ok_or_else(ApiError::not_found)?;
    Ok((stored, grant))
}

fn lines(stored: &Stored, grant: &Grant) -> Vec<(String, String)> {
    let number = stored.case.submission.reference.to_string();
    let line = |label: &str, value: String| (label.to_owned(), value);
    let mut lines = vec![line("Number", number)];
    lines.extend(grant.zone.clone().map(|zone| line("Zone", zone)));
    lines.extend(grant.vehicle.clone().map(|vehicle| line("Vehicle", vehicle)));
    lines.extend(grant.holds.iter().map(|(label, many)| (label.clone(), many.to_string())));
    lines.push(line("From", say_date(grant.from)));
    lines.push(line("Until the end of", say_date(grant.until)));
    let before = grant.before.iter().map(|(vehicle, on)| format!("{vehicle}, until {}", say_date(*on)));
    let before = before.collect::<Vec<_>>().join("\n");
    if !before.is_empty() {
        lines.push(line("Vehicles before", before));
    }
    lines
}

fn standing(state: &AppState, at: &At, grant: &Grant) -> String {
    let today = at.served.local(state.now()).date();
    match grant.ended {
        Some(ended) => format!("Ended on {}", say_date(at.served.local(ended).date())),
        None if today < grant.from => format!("Begins on {}", say_date(grant.from)),
        None if today > grant.until => format!("Ended on {}", say_date(grant.until)),
        None => "Holds today".to_owned(),
    }
}

async fn page(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    headers: axum::http::HeaderMap,
) -> Response {
    let drawn = async {
        let (stored, grant) = given(&at, &key).await?;
        let here = paths::permit(&key);
        let posted = visit::of_page(&state, &at, &headers, &here).await?;
        if posted.is_some() {
            // What was mistyped is shown once.
            visit::forget_page(&state, &at, &headers, &here).await?;
        }
        let today = at.served.local(state.now()).date();
        let is_live = grant.is_live(today);
        let back = granting::goes_back(&state, &at, &stored).await?.map(|(pence, _)| pence);
        let is_offered = at.served.service(&stored.case.submission.service).is_some();
        let is_renewed = at.store.granted(stored.id).await?.is_some_and(|granted| granted.renewed);
        let is_near = today + Days::new(RENEWABLE) >= grant.until && today <= grant.until + Days::new(AFTER);
        let permit = Permit {
            council: at.served.council.name.clone(),
            name: grant.name.clone(),
            lines: lines(&stored, &grant),
            standing: standing(&state, &at, &grant),
            changes: (is_live && grant.vehicle.is_some() && grant.changes > 0)
                .then(|| grant.changes_left(today)),
            back,
            renew: grant.ended.is_none() && is_offered && is_near && !is_renewed,
            page: paths::request(&key),
            here,
            posted,
        };
        let council = routes::council::view(&state, &at.served);
        Ok(pages::of_person(&at, &plain::permit(council, permit)))
    };
    or_sorry(&state, &at, Box::pin(drawn)).await
}

async fn pdf(State(state): State<AppState>, at: At, Path(key): Path<String>) -> Response {
    let printed = async {
        let (stored, grant) = given(&at, &key).await?;
        let council = &at.served.council;
        let said = lines(&stored, &grant).into_iter().map(|(label, value)| format!("{label}: {value}"));
        let paragraphs = vec![
            grant.name.clone(),
            said.collect::<Vec<_>>().join("\n"),
            standing(&state, &at, &grant),
            format!("{}{}", base(&state, council), paths::permit(&key)),
        ];
        let letter = paper::Letter {
            council: council.name.clone(),
            back: String::new(),
            to: String::new(),
            day: at.served.local(state.now()).date(),
            said: Mails { subject: grant.name.clone(), paragraphs, ..Mails::default() },
            is_large: false,
        };
        let reference = &stored.case.submission.reference;
        wording::printed(letter, &format!("permit-{reference}.pdf")).await
    };
    or_sorry(&state, &at, Box::pin(printed)).await
}

/// Changes the vehicle.
async fn vehicle(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let (stored, grant) = given(&at, &key).await?;
        let here = paths::permit(&key);
        let wrong = |words: &str| vec![Problem { id: VEHICLE.to_owned(), words: words.to_owned() }];
        let today = at.served.local(state.now()).date();
        let Ok(typed) = granting::registration(VEHICLE, form.text(VEHICLE), today) else {
            return visit.again(&form, wrong(WRONG), &here).await;
        };
        if grant.is_live(today) && grant.vehicle.as_ref() != Some(&typed) && grant.changes_left(today) == 0 {
            return visit.again(&form, wrong(TOO_OFTEN), &here).await;
        }
        granting::change_vehicle(&state, &at, &stored, typed).await?;
        visit.done(&here, &here).await
    };
    or_sorry(&state, &at, Box::pin(done)).await
}

/// Gives it back.
async fn back(State(state): State<AppState>, at: At, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let (stored, _) = given(&at, &key).await?;
        let here = paths::permit(&key);
        let seen = form.text("pence").parse().unwrap_or(-1);
        match granting::give_back(&state, &at, &stored, seen).await {
            Err(error) if error.code() == "changed" => {
                let problem = Problem { id: "back".to_owned(), words: CHANGED.to_owned() };
                visit.again(&form, vec![problem], &here).await
            }
            Err(error) => Err(error),
            Ok(()) => visit.done(&here, &here).await,
        }
    };
    or_sorry(&state, &at, Box::pin(done)).await
}
