//! How a resident is told what happens, and what they were told, without the app.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use domain::answers::Answers;
use domain::api::alerts::AlertsRequest;
use domain::catalogue::Question;
use portico_app::pages::account_details::KEPT;
use portico_app::{paths, words};

use super::account::{again, taken, to_sign_in};
use super::form::{Form, no_files};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::extract::{At, SignedIn, signed_in};
use crate::routes::alerts;
use crate::state::AppState;

/// The pages with these forms.
pub fn router() -> Pages {
    const WHY: &str = "asks who is signed in, and leads others to sign in";
    Pages::new().open("/account/alerts", get(pages::fallback).post(choose), WHY).open(
        "/account/notices",
        get(pages::fallback).post(read),
        WHY,
    )
}

/// Keeps how they want to be told.
async fn choose(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let here = paths::account("alerts");
        let Some((resident, session)) = signed_in(&state, &at, &headers).await? else {
            return Ok(to_sign_in(&here));
        };
        let visit = Visit::of(&state, &at, &headers).await?;
        if let ("remove", id) = form.act() {
            alerts::end_device(&state, &at, &SignedIn { resident, session }, id).await?;
            return visit.done(&here, &here).await;
        }
        let questions = domain::alert::questions();
        let answers = taken(&at, &questions, &form, Answers::default()).await?;
        let chosen = AlertsRequest { answers: answers.clone() };
        match alerts::keep(&state, &at, &SignedIn { resident, session }, &chosen).await {
            Ok(()) => visit.done(&here, &format!("{here}?{KEPT}=yes")).await,
            Err(error) if !error.fields().is_empty() => {
                let asked: Vec<&Question> = questions.iter().collect();
                let problems = words::problems(&asked, error.fields());
                again(&visit, ("alerts", answers), (problems, String::new()), "").await
            }
            Err(error) => Err(error),
        }
    };
    or_sorry(&state, &at, done).await
}

/// Notes that they have read everything.
async fn read(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        Form::read((&state, &at), request, &no_files).await?;
        let here = paths::account("notices");
        let Some((resident, _)) = signed_in(&state, &at, &headers).await? else {
            return Ok(to_sign_in(&here));
        };
        at.store.read_notices(resident.id, state.now()).await?;
        Ok(Visit::of(&state, &at, &headers).await?.to(&here))
    };
    or_sorry(&state, &at, done).await
}
