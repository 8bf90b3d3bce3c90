//! Showing who one is: what is posted on the page of the account.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use domain::api::identity::{Agreed, DocumentKind, RollRequest, ShowDocumentRequest};
use domain::field::documents::MAX_BYTES;
use domain::field::place;
use domain::field::plain;
use portico_app::components::error_summary::Problem;
use portico_app::pages::account_identity::{DESK, DOCUMENT, FOR, ROLL, is_service};
use portico_app::pages::form::file_problem;
use portico_app::paths;

use super::form::Form;
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, signed_in};
use crate::routes::{documents, identity};
use crate::state::AppState;
use crate::store::accounts::Resident;

/// Room for the fields around a document, in bytes.
const AROUND: u64 = 64 * 1024;
/// The most characters of a name or a line of an address, as the API takes them.
const LONGEST: u32 = 200;

/// The page with these forms.
pub fn router() -> Pages {
    let most = usize::try_from(MAX_BYTES + AROUND).unwrap_or(usize::MAX);
    Pages::new()
        .open(
            paths::ACCOUNT_IDENTITY,
            get(pages::fallback).post(act),
            "what is done in the account asks who is signed in",
        )
        .with_bodies_up_to(most)
}

/// The form that a person comes from, as the address of the page names it; empty when there is none.
pub(super) fn came_from(request: &Request) -> String {
    let query = request.uri().query().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let named = pairs.filter(|(name, _)| name == FOR).map(|(_, service)| service.into_owned()).next();
    named.filter(|service| is_service(service)).unwrap_or_default()
}

/// Leads to the same page, with the form in its address that the person comes from.
pub(super) fn for_form(mut response: Response, page: &str, service: &str) -> Response {
    if let Ok(to) = HeaderValue::from_str(&paths::for_form(page, service)) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

/// Does what was pressed, and leads back to the page, which says what has become of it.
async fn act(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let service = came_from(&request);
    let done = async {
        let form = Form::read((&state, &at), request, &|field| field == "file").await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        // Signed out meanwhile: the page says so by asking to sign in.
        let Some((resident, _)) = signed_in(&state, &at, &headers).await? else {
            return Ok(visit.to(paths::ACCOUNT_IDENTITY));
        };
        let problems = match form.act().0 {
            ROLL => ask_roll(&state, &at, &resident, &form).await?,
            DOCUMENT => show_document(&state, &at, &resident, &form).await?,
            DESK => {
                identity::make_desk_code(&state, &at, &resident).await?;
                Vec::new()
            }
            _ => Vec::new(),
        };
        if problems.is_empty() {
            visit.done(paths::ACCOUNT_IDENTITY, paths::ACCOUNT_IDENTITY).await
        } else {
            visit.again(&form, problems, paths::ACCOUNT_IDENTITY).await
        }
    };
    let response = or_sorry(&state, &at, done).await;
    if response.status() == StatusCode::SEE_OTHER {
        for_form(response, paths::ACCOUNT_IDENTITY, &service)
    } else {
        response
    }
}

fn problem(id: &str, words: impl Into<String>) -> Problem {
    Problem { id: id.to_owned(), words: words.into() }
}

/// A line that has to be typed, and what is wrong with it.
fn line(form: &Form, id: &str, what: &str, problems: &mut Vec<Problem>) -> String {
    let text = plain::line(form.text(id));
    if text.is_empty() {
        problems.push(problem(id, format!("Enter {what}")));
    } else if plain::count(&text) > LONGEST {
        problems.push(problem(id, format!("Use at most {LONGEST} characters")));
    }
    text
}

async fn ask_roll(
    state: &AppState,
    at: &At,
    resident: &Resident,
    form: &Form,
) -> Result<Vec<Problem>, ApiError> {
    let mut problems = Vec::new();
    let name = line(form, "name", "your full name", &mut problems);
    let line1 = line(form, "line1", "the first line of your address", &mut problems);
    let postcode = line(form, "postcode", "your postcode", &mut problems);
    let line2 = plain::line(form.text("line2"));
    if plain::count(&line2) > LONGEST {
        problems.push(problem("line2", format!("Use at most {LONGEST} characters")));
    }
    if !postcode.is_empty() && place::postcode(&postcode).is_none() {
        problems.push(problem("postcode", "Enter a whole postcode, like ZE9 1AB"));
    }
    match form.text("agreed") {
        "yes" => {}
        "no" => problems.push(problem("agreed", "We have not looked. You can show us a document instead")),
        _ => problems.push(problem("agreed", "Choose whether we may look")),
    }
    if !problems.is_empty() {
        return Ok(problems);
    }
    let agreed = Agreed {
        wording: form.text("wording").to_owned(),
        version: form.text("version").parse().unwrap_or_default(),
        language: form.text("language").to_owned(),
        hash: form.text("hash").to_owned(),
    };
    let request = RollRequest { name, line1, line2, postcode, agreed };
    Ok(match identity::look(state, at, resident, &request).await {
        Ok(answer) if answer.listed => Vec::new(),
        Ok(_) => vec![problem(
            "name",
            "We have not found this name at this address. Check both, or show us a document instead",
        )],
        Err(error) if error.code() == identity::TRIES_USED => {
            vec![problem(
                ROLL,
                "You have tried five times today. Try again tomorrow, or show us a document instead",
            )]
        }
        Err(error) if error.code() == identity::OTHER_WORDS => {
            vec![problem("agreed", "These words have changed. Read them again, then choose")]
        }
        Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            vec![problem("name", "Enter your full name, as it is on the roll")]
        }
        Err(error) => return Err(error),
    })
}

async fn show_document(
    state: &AppState,
    at: &At,
    resident: &Resident,
    form: &Form,
) -> Result<Vec<Problem>, ApiError> {
    let mut problems = Vec::new();
    let kind = DocumentKind::parse(form.text("kind"));
    if kind.is_none() {
        problems.push(problem("kind", "Choose which document it is"));
    }
    let name = line(form, "on-it", "your full name, as it is on the document", &mut problems);
    let file = form.files.first();
    if file.is_none() {
        problems.push(problem("file", "Choose a photo or PDF of the document"));
    }
    let (Some(kind), Some(file), true) = (kind, file, problems.is_empty()) else { return Ok(problems) };
    match identity::may_show(at, resident).await {
        Err(error) if error.code() == identity::ENOUGH => {
            let words = "Three of your documents wait already. Wait until we have looked at them";
            return Ok(vec![problem("file", words)]);
        }
        may => may?,
    }
    let document = match documents::keep(state, at, file.bytes.clone()).await {
        Ok(kept) => kept.id,
        Err(error) => {
            let words = file_problem(error.code(), error.status().as_u16(), &file.name);
            return Ok(vec![problem("file", words)]);
        }
    };
    identity::show(state, at, resident, &ShowDocumentRequest { document, kind, name }).await?;
    Ok(Vec::new())
}
