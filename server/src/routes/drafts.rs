//! `/api/drafts`: what somebody fills in, which the server keeps to draw their next page with; and `/api/account/earlier`,
//! the older one of two that met.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use domain::access::Act;
use domain::answers::Answers;
use domain::api::account::EarlierRequest;
use domain::api::drafts::{Filled, Kept, Posted};
use domain::api::problem::Problem;
use domain::catalogue::{Question, Service};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::access::Declare as _;
use crate::councils::ENGLISH;
use crate::error::ApiError;
use crate::extract::{At, Body, Path, SignedIn};
use crate::jobs::sweep;
use crate::operations::acting::Form;
use crate::state::AppState;
use crate::web::visit::{self, Visit};

/// Several times what the longest form can be. Nobody has to be known to have something kept.
const BODY_LIMIT: usize = 256 * 1024;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(keep).open(super::FORM))
        .routes(routes!(forget).open(super::FORM))
        .routes(routes!(earlier).needs(Act::ChangeOwn))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Keeps what was filled in so far. What was posted on plain pages meanwhile stays in it; what was sent stays sent.
#[utoipa::path(post, path = "/api/drafts/{service}", tag = "requests", operation_id = "keep_draft",
    params(("service" = String, Path)), request_body = Filled,
    responses((status = 200, body = Kept), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn keep(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(service): Path<String>,
    Body(filled): Body<Filled>,
) -> Result<impl IntoResponse, ApiError> {
    let form = Form::of(&state, &at, &headers, (ENGLISH, &service)).await?;
    let service = &*form.service;
    let visit = Visit::of(&state, &at, &headers).await?;
    let mut kept = Kept { key: filled.key, turn: filled.turn };
    if at.store.sent_before(filled.key).await?.is_none() {
        match visit::in_turn(|| merge(&visit, service, filled.clone())).await {
            Ok(merged) => kept = merged,
            // What was thrown away meanwhile is not brought back.
            Err(error) if error.status() == StatusCode::CONFLICT => {}
            Err(error) => return Err(error),
        }
    }
    let no_store = HeaderValue::from_static("no-store");
    Ok(([(header::SET_COOKIE, visit.cookie()?), (header::CACHE_CONTROL, no_store)], Json(kept)))
}

/// Keeps what was filled in together with what was posted since.
async fn merge(visit: &Visit<'_>, service: &Service, filled: Filled) -> Result<Kept, ApiError> {
    let before = visit.kept(&service.id).await?;
    let before = before.unwrap_or_else(|| Posted { key: filled.key, ..Posted::default() });
    let turn = before.turn.max(filled.turn) + 1;
    let Filled { key, answers, seen, .. } = filled.with(&before);
    let is_asked = |question: &str| service.question(question).is_some();
    // What has changed counts on other devices, where an older draft may lie.
    let of = |question: &str, answers: &Answers| answers.only(|known| known == question);
    let changed = |question: &&Question| of(&question.id, &answers) != of(&question.id, &before.answers);
    let mut taken = before.taken.clone();
    for question in service.questions.iter().filter(changed) {
        taken.retain(|(id, _)| *id != question.id);
        taken.push((question.id.clone(), turn));
    }
    let posted = Posted {
        service: service.id.clone(),
        key,
        turn,
        answers: answers.only(is_asked),
        seen: seen.into_iter().filter(|(id, _)| is_asked(id)).collect(),
        taken,
        files: before.files,
        ..Posted::default()
    };
    visit.keep(&posted).await?;
    Ok(Kept { key, turn })
}

/// Forgets what this browser posted for a service: it was thrown away in the app.
#[utoipa::path(post, path = "/api/drafts/{service}/forget", tag = "requests", operation_id = "forget_draft",
    params(("service" = String, Path)), responses((status = 204), (status = 403, body = Problem)))]
async fn forget(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(service): Path<String>,
) -> Result<StatusCode, ApiError> {
    sent_or_thrown_away(&state, &at, &headers, &service).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets what this browser posted for a service, if it did.
pub(super) async fn sent_or_thrown_away(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    service: &str,
) -> Result<(), ApiError> {
    Visit::of(state, at, headers).await?.forget(service).await
}

/// Goes on with a form that was begun earlier than another one of its service, in place of that one, which is kept in its
/// turn; or deletes it.
#[utoipa::path(post, path = "/api/account/earlier/{id}", tag = "account", operation_id = "account_earlier", params(("id" = String, Path)),
    request_body = EarlierRequest, responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn earlier(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
    Body(request): Body<EarlierRequest>,
) -> Result<StatusCode, ApiError> {
    settle_earlier(&state, &at, who.resident.id, &id, request.goes_on).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on with the earlier one of two drafts, or deletes it.
pub(crate) async fn settle_earlier(
    state: &AppState,
    at: &At,
    resident: Uuid,
    id: &str,
    goes_on: bool,
) -> Result<(), ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    let now = state.now();
    if goes_on {
        at.store.use_earlier(resident, id, state.new_id(), now).await?;
        return Ok(());
    }
    let named = at.store.drop_earlier(resident, id, now).await?;
    Ok(sweep::abandon_all(state, at.store.council(), named).await?)
}
