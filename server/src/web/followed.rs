//! The small forms about a request that was sent: finding it, writing to those who deal with it, withdrawing it.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::api::follow::FindRequest;
use domain::case::{Actor, Event, Feedback};
use domain::field::{ErrorCode, FieldError, plain};
use portico_app::components::error_summary::Problem;
use portico_app::components::feedback;
use portico_app::pages::find;
use portico_app::pages::reopen::MISSING;
use portico_app::paths;
use uuid::Uuid;

use super::form::{Form, no_files};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path};
use crate::operations::act::act;
use crate::routes;
use crate::secret;
use crate::state::AppState;

/// The most characters of a reason, as the API takes them.
const MOST_OF_FEEDBACK: u32 = 2_000;
pub(super) const MOST_OF_WITHDRAWAL: u32 = 1_000;
/// What is wrong with a longer one.
pub(super) const LONG_REASON: &str = "Your reason must be 1,000 characters or fewer";
/// The most characters of a message, as the API takes them.
const MOST_OF_MESSAGE: u32 = 4_000;

/// The pages with these forms.
pub fn router() -> Pages {
    const KEY: &str = "the key in the address is the permission";
    const FOUND: &str =
        "a reference and the email address given with it, or the code on its slip, are the permission";
    Pages::new()
        .open("/follow", get(pages::fallback).post(find_request), FOUND)
        .open("/follow/{key}", get(pages::fallback).post(write), KEY)
        .open("/follow/{key}/reopen", get(pages::fallback).post(reopen), KEY)
        .open("/follow/{key}/withdraw", get(pages::fallback).post(withdraw), KEY)
}

/// Finds a request.
async fn find_request(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let found = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let what = FindRequest {
            reference: form.text("reference").to_owned(),
            email: form.text("email").trim().to_owned(),
        };
        let mut problems = find::check(&what);
        if problems.is_empty() {
            match routes::follow::key_of(&state, &at, &what).await {
                Ok(key) => return visit.done(paths::FOLLOW, &paths::request(&key)).await,
                Err(error) if error.status() == StatusCode::NOT_FOUND => {
                    problems.push(Problem { id: "reference".to_owned(), words: find::NOT_FOUND.to_owned() });
                }
                Err(error) => return Err(error),
            }
        }
        visit.again(&form, problems, paths::FOLLOW).await
    };
    or_sorry(&state, &at, found).await
}

/// Writes to those who deal with a request, says how it went, or ends a watch.
async fn write(State(state): State<AppState>, at: At, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let written = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let stored = routes::follow::stored(&at, &key).await?;
        let here = paths::request(&key);
        if form.act().0 == "stop" {
            routes::follow::stop_watching(&at, &key).await?;
            return Ok(visit.to(paths::HOME));
        }
        let is_feedback = form.texts.contains_key(feedback::SCORE);
        let problem = |id: &str, words: &str| vec![Problem { id: id.to_owned(), words: words.to_owned() }];
        let (event, id) = if is_feedback {
            let Ok(score) = form.text(feedback::SCORE).parse() else {
                return Err(ApiError::invalid(vec![FieldError::new(feedback::SCORE, ErrorCode::NotAllowed)]));
            };
            let reason = plain::lines(form.text("reason"));
            let about = feedback::shortfall(form.text(feedback::ABOUT));
            let contact = feedback::yes_or_no(form.text(feedback::CONTACT));
            if plain::count(&reason) > MOST_OF_FEEDBACK {
                let words = "Your reason must be 2,000 characters or fewer";
                return visit.again(&form, problem("reason", words), &here).await;
            }
            (Event::Feedback(Feedback { score, reason, about, contact }), None)
        } else {
            match message(&form) {
                Ok((text, id)) => (Event::Message { text }, id),
                Err(words) => return visit.again(&form, problem("message", words), &here).await,
            }
        };
        match act(&state, &at, stored.id, Actor::Resident, event, id).await {
            // The first press of the button counted.
            Err(error) if error.code() == "already_given" => {}
            // Closed meanwhile, it has no form any more that this could stand in.
            Err(error) => {
                let written = form.text(if is_feedback { "reason" } else { "message" });
                return Ok(pages::sorry_for(&state, &at, &error, written));
            }
            Ok(_) => {}
        }
        visit.done(&here, &here).await
    };
    or_sorry(&state, &at, Box::pin(written)).await
}

/// The message in a form, and its identifier; or what is wrong with it. Sent twice, it is one message; with other words,
/// it is another.
pub(super) fn message(form: &Form) -> Result<(String, Option<Uuid>), &'static str> {
    let text = plain::lines(form.text("message"));
    if text.is_empty() {
        return Err("Write a message");
    }
    if plain::count(&text) > MOST_OF_MESSAGE {
        return Err("Your message must be 4,000 characters or fewer");
    }
    let id = Uuid::try_parse(form.text("id")).ok();
    let id = id.map(|id| secret::hash(&[id.as_bytes(), text.as_bytes()].concat()));
    let id = id.and_then(|hash| Uuid::from_slice(hash.get(..16)?).ok());
    Ok((text, id))
}

/// Opens a request again.
async fn reopen(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let reopened = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let reason = plain::lines(form.text("reason"));
        let here = paths::reopen(&key);
        let wrong = match plain::count(&reason) {
            0 => Some(MISSING),
            count if count > MOST_OF_FEEDBACK => Some("Your reason must be 2,000 characters or fewer"),
            _ => None,
        };
        if let Some(words) = wrong {
            routes::follow::stored(&at, &key).await?;
            let problem = Problem { id: "reason".to_owned(), words: words.to_owned() };
            return visit.again(&form, vec![problem], &here).await;
        }
        match routes::follow::reopen_of(&state, &at, &key, reason).await {
            Ok(_) => visit.done(&here, &paths::request(&key)).await,
            Err(error) => Ok(pages::sorry_for(&state, &at, &error, form.text("reason"))),
        }
    };
    or_sorry(&state, &at, Box::pin(reopened)).await
}

/// Withdraws a request.
async fn withdraw(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let withdrawn = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let reason = plain::lines(form.text("reason"));
        let here = paths::withdraw(&key);
        if plain::count(&reason) > MOST_OF_WITHDRAWAL {
            let problem = Problem { id: "reason".to_owned(), words: LONG_REASON.to_owned() };
            routes::follow::stored(&at, &key).await?;
            return visit.again(&form, vec![problem], &here).await;
        }
        routes::follow::withdraw_of(&state, &at, &key, reason).await?;
        visit.done(&here, &paths::request(&key)).await
    };
    or_sorry(&state, &at, Box::pin(withdrawn)).await
}
