//! Deciding about one's details without the app.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use domain::api::consent::{ConsentAnswer, ConsentQuestion, ConsentRequest};
use portico_app::components::error_summary::Problem;
use portico_app::components::sharing::{CHANGED, NOTHING, chosen, departments_id, wording_id};
use portico_app::paths;

use super::form::{Form, no_files};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::extract::{At, signed_in};
use crate::routes::consent;
use crate::state::AppState;

/// The page with this form.
pub fn router() -> Pages {
    const WHY: &str = "what is decided asks who is signed in";
    Pages::new().open(paths::SHARING, get(pages::fallback).post(decide), WHY)
}

/// Keeps what was decided.
async fn decide(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        // Signed out meanwhile: the page says so.
        let Some((resident, _)) = signed_in(&state, &at, &headers).await? else {
            return Ok(visit.to(paths::SHARING));
        };
        let questions = consent::view_of(&at, resident.id).await?.questions;
        let request = match read(&form, &questions) {
            Ok(request) => request,
            Err(problem) => return visit.again(&form, vec![problem], paths::SHARING).await,
        };
        match consent::keep(&state, &at, resident.id, &request).await {
            Ok(()) => visit.done(paths::SHARING, paths::SHARING).await,
            // What was chosen was chosen in other words: nothing of it is kept.
            Err(error) if error.code() == "wording_changed" => {
                visit.again(&Form::default(), vec![problem(&questions, CHANGED)], paths::SHARING).await
            }
            Err(error) => Err(error),
        }
    };
    or_sorry(&state, &at, done).await
}

fn problem(questions: &[ConsentQuestion], words: &str) -> Problem {
    let id = questions.first().map_or("main", |question| question.purpose.id());
    Problem { id: id.to_owned(), words: words.to_owned() }
}

/// The answer to a question in a form, if there is one.
fn answer(form: &Form, question: &ConsentQuestion) -> Result<Option<ConsentAnswer>, Problem> {
    let id = question.purpose.id();
    let departments = chosen(question, form.text(id), form.text(&departments_id(id)))?;
    let (version, hash) = form.text(&wording_id(id)).split_once(' ').unwrap_or_default();
    Ok(departments.map(|departments| ConsentAnswer {
        purpose: question.purpose,
        version: version.parse().unwrap_or_default(),
        hash: hash.to_owned(),
        departments,
    }))
}

/// What was answered in a form that is about something else: what says nothing is asked again, and keeps nobody.
pub(super) fn answers(form: &Form, questions: &[ConsentQuestion]) -> Vec<ConsentAnswer> {
    questions.iter().filter_map(|question| answer(form, question).ok().flatten()).collect()
}

/// The answers in a form.
fn read(form: &Form, questions: &[ConsentQuestion]) -> Result<ConsentRequest, Problem> {
    let mut request = ConsentRequest::default();
    for question in questions {
        request.answers.extend(answer(form, question)?);
    }
    if request.answers.is_empty() { Err(problem(questions, NOTHING)) } else { Ok(request) }
}
