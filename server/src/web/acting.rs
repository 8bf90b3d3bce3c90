//! What a helper does about a request without the app: writing to those who deal with it, and withdrawing it.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use domain::field::plain;
use portico_app::components::error_summary::Problem;
use portico_app::paths;

use super::account::to_sign_in;
use super::followed::{self, MOST_OF_WITHDRAWAL};
use super::form::{Form, no_files};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, signed_in};
use crate::routes::acting;
use crate::state::AppState;

/// The pages with these forms.
pub fn router() -> Pages {
    const WHY: &str = "what is done for somebody asks who is signed in, and whether they may";
    Pages::new().open("/account/acting/{id}/{request}", get(pages::fallback).post(write), WHY).open(
        "/account/acting/{id}/{request}/withdraw",
        get(pages::fallback).post(withdraw),
        WHY,
    )
}

/// Who is signed in; or where they do so.
async fn who(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    here: &str,
) -> Result<Result<SignedIn, Response>, ApiError> {
    let found = signed_in(state, at, headers).await?;
    Ok(found.map(|(resident, session)| SignedIn { resident, session }).ok_or_else(|| to_sign_in(here)))
}

fn wrong(id: &str, words: &str) -> Vec<Problem> {
    vec![Problem { id: id.to_owned(), words: words.to_owned() }]
}

/// Writes about a request, or answers what was asked about it.
async fn write(
    State(state): State<AppState>,
    at: At,
    Path((id, request)): Path<(String, String)>,
    posted: Request,
) -> Response {
    let (headers, here) = (posted.headers().clone(), paths::account(&format!("acting/{id}/{request}")));
    let written = async {
        let form = Form::read((&state, &at), posted, &no_files).await?;
        let who = match who(&state, &at, &headers, &here).await? {
            Ok(who) => who,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let visit = Visit::of(&state, &at, &headers).await?;
        let which = (id.as_str(), request.as_str());
        let (text, event) = match followed::message(&form) {
            Ok(message) => message,
            Err(words) => {
                // What is out of reach is said first.
                acting::request_view(&state, &at, &who, which).await?;
                return visit.again(&form, wrong("message", words), &here).await;
            }
        };
        match acting::write(&state, &at, &who, which, text, event).await {
            Ok(_) => visit.done(&here, &here).await,
            // Closed meanwhile, it has no form any more that this could stand in.
            Err(error) => Ok(pages::sorry_for(&state, &at, &error, form.text("message"))),
        }
    };
    or_sorry(&state, &at, Box::pin(written)).await
}

/// Withdraws a request.
async fn withdraw(
    State(state): State<AppState>,
    at: At,
    Path((id, request)): Path<(String, String)>,
    posted: Request,
) -> Response {
    let (headers, there) = (posted.headers().clone(), paths::account(&format!("acting/{id}/{request}")));
    let withdrawn = async {
        let form = Form::read((&state, &at), posted, &no_files).await?;
        let here = format!("{there}/{}", paths::WITHDRAW);
        let who = match who(&state, &at, &headers, &here).await? {
            Ok(who) => who,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let visit = Visit::of(&state, &at, &headers).await?;
        let which = (id.as_str(), request.as_str());
        let reason = plain::lines(form.text("reason"));
        if plain::count(&reason) > MOST_OF_WITHDRAWAL {
            acting::request_view(&state, &at, &who, which).await?;
            return visit.again(&form, wrong("reason", followed::LONG_REASON), &here).await;
        }
        acting::withdraw_for(&state, &at, &who, which, reason).await?;
        visit.done(&here, &there).await
    };
    or_sorry(&state, &at, Box::pin(withdrawn)).await
}
