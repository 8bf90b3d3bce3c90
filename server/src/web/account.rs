//! The account without the app: signing in, and what is done in it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::field::contact::is_email;
use portico_app::api::{self, ApiProblem};
use portico_app::components::error_summary::Problem;
use portico_app::pages::account_code;
use portico_app::{paths, words};

use super::form::{Form, no_files};
use super::identity::{came_from, for_form};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, SignedIn, signed_in};
use crate::routes::{account, consent, identity, looked};
use crate::state::AppState;

/// The pages with these forms.
pub fn router() -> Pages {
    const WHY: &str = "signs in; what is done in the account asks who is signed in";
    Pages::new().open(paths::ACCOUNT, get(pages::fallback).post(act), WHY).open(
        paths::ACCOUNT_CODE,
        get(pages::fallback).post(code),
        WHY,
    )
}

/// What a page of the account asks the API for, answered beforehand: a line for each of `portico_app::account::PLACES`
/// that asks for something.
///
/// # Errors
/// The database's.
pub(super) async fn reply(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    path: &str,
) -> Result<Result<String, ApiProblem>, ApiError> {
    let reply = match path {
        api::account::ADDRESS => serde_json::to_string(&account::view(state, at, who).await?),
        api::identity::ADDRESS => serde_json::to_string(&identity::view(state, at, &who.resident).await?),
        api::consent::INVITE => serde_json::to_string(&consent::invite_for(at, Some(who.resident.id)).await?),
        api::consent::ADDRESS => serde_json::to_string(&consent::view_of(at, who.resident.id).await?),
        api::consent::LOOKED => serde_json::to_string(&looked::view_of(state, at, who.resident.id).await?),
        _ => return Ok(Err(ApiProblem::not_found())),
    };
    Ok(Ok(reply.unwrap_or_default()))
}

/// Leads to signing in, and from there to the page that was asked for.
pub(super) fn to_sign_in(path: &str) -> Response {
    let there = paths::sign_in(path);
    (StatusCode::SEE_OTHER, [(header::LOCATION, there.as_str()), (header::CACHE_CONTROL, "no-store")])
        .into_response()
}

fn with(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

fn problem(id: &str, words: &str) -> Vec<Problem> {
    vec![Problem { id: id.to_owned(), words: words.to_owned() }]
}

/// Has a code sent; or does what was pressed in the account.
async fn act(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let service = came_from(&request);
    let done = async {
        let form = Form::read(request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let act = form.act().0;
        if act == "out" {
            let cookie = account::end_session(&state, &at, &headers).await?;
            return Ok(with(visit.to(paths::ACCOUNT), cookie));
        }
        if !act.is_empty() {
            // Signed out meanwhile: the page says so by asking to sign in.
            let Some((resident, _)) = signed_in(&state, &at, &headers).await? else {
                return Ok(visit.to(paths::ACCOUNT));
            };
            match act {
                "everywhere" => at.store.end_sessions(resident.id, None).await?,
                "add" | "leave" => at.store.collect(&resident, act == "add", state.now()).await?,
                _ => {}
            }
            return Ok(visit.to(paths::ACCOUNT));
        }
        let email = form.text("email").trim();
        if !is_email(email) {
            let again = visit.again(&form, problem("email", words::email_format()), paths::ACCOUNT).await?;
            return Ok(for_form(again, paths::ACCOUNT, &service));
        }
        let cookie = account::send_code(&state, &at, &headers, email).await?;
        let code = paths::for_form(paths::ACCOUNT_CODE, &service);
        Ok(with(visit.done(paths::ACCOUNT, &code).await?, cookie))
    };
    or_sorry(&state, &at, done).await
}

/// Signs in with the code that was sent.
async fn code(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let service = came_from(&request);
    let done = async {
        let form = Form::read(request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let wrong = async |words: &str| {
            let again = visit.again(&form, problem("code", words), paths::ACCOUNT_CODE).await?;
            Ok(for_form(again, paths::ACCOUNT_CODE, &service))
        };
        let typed = form.text("code");
        if !account_code::is_code(typed) {
            return wrong(account_code::INCOMPLETE).await;
        }
        match account::use_code(&state, &at, &headers, typed).await {
            Ok(cookie) => {
                let after = account_code::after(&service);
                Ok(with(visit.done(paths::ACCOUNT_CODE, &after).await?, cookie))
            }
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                wrong(account_code::WRONG).await
            }
            Err(error) => Err::<_, ApiError>(error),
        }
    };
    or_sorry(&state, &at, done).await
}
