//! Another address for the account, and closing it, without the app.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use portico_app::components::error_summary::Problem;
use portico_app::pages::{account_code, account_email, account_privacy};
use portico_app::{paths, words};

use super::account::to_sign_in;
use super::form::{Form, no_files};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, SignedIn, signed_in};
use crate::routes::privacy;
use crate::state::AppState;

/// The pages with these forms.
pub fn router() -> Pages {
    const WHY: &str = "asks who is signed in, and leads others to sign in";
    Pages::new()
        .open("/account/email", get(pages::fallback).post(email), WHY)
        .open("/account/email-code", get(pages::fallback).post(email_code), WHY)
        .open("/account/close", get(pages::fallback).post(close), WHY)
        .open("/account/close-code", get(pages::fallback).post(close_code), WHY)
}

fn problem(id: &str, words: &str) -> Vec<Problem> {
    vec![Problem { id: id.to_owned(), words: words.to_owned() }]
}

/// What a form does that only somebody who is signed in may send. Others are led to sign in, and back to the page.
async fn for_resident(
    (state, at): (&AppState, &At),
    request: Request,
    page: &str,
    act: impl AsyncFnOnce(&Form, &Visit<'_>, &SignedIn, &str) -> Result<Response, ApiError>,
) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let form = Form::read((state, at), request, &no_files).await?;
        let here = paths::account(page);
        let Some((resident, session)) = signed_in(state, at, &headers).await? else {
            return Ok(to_sign_in(&here));
        };
        let visit = Visit::of(state, at, &headers).await?;
        act(&form, &visit, &SignedIn { resident, session }, &here).await
    };
    or_sorry(state, at, done).await
}

/// Has a code sent to the new address.
async fn email(State(state): State<AppState>, at: At, request: Request) -> Response {
    for_resident((&state, &at), request, account_email::EMAIL, async |form, visit, who, here| {
        match privacy::send_to_new(&state, &at, who, form.text("email")).await {
            Ok(()) => visit.done(here, &paths::account(account_email::EMAIL_CODE)).await,
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                visit.again(form, problem("email", words::email_format()), here).await
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// Changes the address.
async fn email_code(State(state): State<AppState>, at: At, request: Request) -> Response {
    for_resident((&state, &at), request, account_email::EMAIL_CODE, async |form, visit, who, here| {
        let typed = form.text("code");
        if !account_code::is_code(typed) {
            return visit.again(form, problem("code", account_code::INCOMPLETE), here).await;
        }
        match privacy::change_email(&state, &at, who, typed).await {
            Ok(()) => visit.done(here, paths::ACCOUNT).await,
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                visit.again(form, problem("code", account_code::WRONG), here).await
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// Has a code sent to close the account with.
async fn close(State(state): State<AppState>, at: At, request: Request) -> Response {
    for_resident((&state, &at), request, account_privacy::CLOSE, async |_, visit, who, here| {
        privacy::send_closing_code(&state, &at, who).await?;
        visit.done(here, &paths::account(account_privacy::CLOSE_CODE)).await
    })
    .await
}

/// Closes the account.
async fn close_code(State(state): State<AppState>, at: At, request: Request) -> Response {
    for_resident((&state, &at), request, account_privacy::CLOSE_CODE, async |form, visit, who, here| {
        let typed = form.text("code");
        if !account_code::is_code(typed) {
            return visit.again(form, problem("code", account_code::INCOMPLETE), here).await;
        }
        match privacy::close_account(&state, &at, who, typed).await {
            Ok(cookie) => {
                // Nothing is kept in the account's name any more: what was typed here went with it.
                let mut response = visit.to(&paths::account(account_privacy::CLOSED));
                response.headers_mut().append(header::SET_COOKIE, cookie);
                Ok(response)
            }
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                visit.again(form, problem("code", account_code::WRONG), here).await
            }
            Err(error) => Err(error),
        }
    })
    .await
}
