//! `/api/staff/batches`: the same done to many requests, each by the rules that hold for one, and in a transaction of its
//! own. First it is shown what would become of each.
//!
//! What is done so can be taken back for some minutes, if it was taking, planning or offering. Until then the messages that
//! follow from it wait, so nobody is told by mail, text or letter what is taken back. On a request's page stands at once
//! both what was done and that it was taken back. What was written to a resident, or a note, is not taken back.

use axum::extract::State;
use axum::response::Response;
use chrono::{SecondsFormat, TimeDelta};
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::workspace::{BatchAct, BatchItem, BatchLine, BatchRequest, BatchView, UndoRequest};
use domain::audit;
use domain::case::{Actor, Event, Owner, UNDO_MINUTES};
use domain::field::{ErrorCode, FieldError, plain};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use validator::Validate as _;

use super::follow::{private, words};
use super::progress::{offered, planned};
use super::staff::ending;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Staff, Valid};
use crate::operations::act::{self, act_in_batch};
use crate::operations::looked::{Look, look};
use crate::operations::view::about;
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::requests::Stored;
use crate::store::staff::StaffMember;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(preview).needs(Act::Answer))
        .routes(routes!(run).needs(Act::AnswerInBulk))
        .routes(routes!(undo).needs(Act::Answer))
}

/// What is done to each, checked as far as it does not depend on the request.
enum Checked {
    Event(Box<Event>),
    Close(Box<domain::api::staff::CloseRequest>),
}

/// One for each request of a batch: what is sent twice is done once.
fn event_id(batch: Uuid, request: Uuid, what: &str) -> Uuid {
    let hash = secret::hash(&[batch.as_bytes(), request.as_bytes(), what.as_bytes()].concat());
    hash.get(..16).and_then(|hash| Uuid::from_slice(hash).ok()).unwrap_or(request)
}

async fn checked(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    act: &BatchAct,
) -> Result<Checked, ApiError> {
    Ok(Checked::Event(Box::new(match act {
        BatchAct::Take => Event::Taken,
        BatchAct::Plan { on } => planned(state, at, *on)?,
        BatchAct::Note { text } => {
            within("text", text, 4000)?;
            Event::Noted { text: words("text", text)? }
        }
        BatchAct::Offer { to, department, reason } => {
            within("reason", reason, 1000)?;
            Event::Offered(offered(at, member, (*to, department.clone()), reason).await?)
        }
        BatchAct::Close(request) => {
            request.validate()?;
            let missing =
                request.missing().into_iter().map(|field| FieldError::new(field, ErrorCode::Missing));
            let missing: Vec<FieldError> = missing.collect();
            if !missing.is_empty() {
                return Err(ApiError::invalid(missing));
            }
            return Ok(Checked::Close(request.clone()));
        }
    })))
}

fn within(path: &str, text: &str, most: u32) -> Result<(), ApiError> {
    if plain::count(text) > most {
        return Err(ApiError::invalid(vec![FieldError::over(path, ErrorCode::TooLong, most)]));
    }
    Ok(())
}

/// The event of one request.
async fn event(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    stored: &Stored,
    checked: &Checked,
) -> Result<Event, ApiError> {
    match checked {
        Checked::Event(event) => Ok((**event).clone()),
        Checked::Close(request) => ending(state, at, member, stored, (**request).clone()).await,
    }
}

fn by(member: &StaffMember) -> Actor {
    Actor::Staff(Owner { id: member.id, name: member.name.clone() })
}

fn item(stored: &Stored, needs_word: bool) -> BatchItem {
    let case = &stored.case;
    BatchItem {
        reference: case.submission.reference.to_string(),
        title: case.submission.title.clone(),
        about: about(case),
        owner: case.owner.as_ref().map(|owner| owner.name.clone()),
        planned: case.planned,
        complete_by: case.complete_by,
        needs_word,
    }
}

/// In their order, each once.
fn each(requests: &[Uuid]) -> Vec<Uuid> {
    let mut seen = std::collections::HashSet::new();
    requests.iter().copied().filter(|id| seen.insert(*id)).collect()
}

/// One that is not there, or another department's.
fn gone(id: Uuid) -> BatchLine {
    BatchLine { id, why: Some(ApiError::not_found().code().to_owned()), request: None }
}

async fn there(at: &At, member: &StaffMember, id: Uuid) -> Result<Option<Stored>, ApiError> {
    match at.store.for_staff(&at.reach(member), id).await {
        Ok(stored) => Ok(Some(stored)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refusals belong to one request; anything else ends the whole.
fn refusal(error: ApiError) -> Result<String, ApiError> {
    if error.status().is_client_error() { Ok(error.code().to_owned()) } else { Err(error) }
}

/// What would become of each. Changes nothing.
#[utoipa::path(post, path = "/api/staff/batches/preview", tag = "staff", operation_id = "preview_batch", request_body = BatchRequest,
    responses((status = 200, body = BatchView), (status = 422, body = Problem)))]
async fn preview(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<BatchRequest>,
) -> Result<Response, ApiError> {
    look(&state, &at, &member, Look::Queue).await?;
    let checked = checked(&state, &at, &member, &request.act).await?;
    let requests = each(&request.requests);
    let mut found = at.store.many_for_staff(&at.reach(&member), &requests).await?;
    let mut lines = Vec::new();
    for id in requests {
        let Some(stored) = found.remove(&id) else {
            lines.push(gone(id));
            continue;
        };
        let (why, needs_word) = match event(&state, &at, &member, &stored, &checked).await {
            Ok(event) => {
                let refused = stored.case.may(&by(&member), &event, state.now()).err();
                let why = refused.map(|refused| refusal(StoreError::from(refused).into())).transpose()?;
                (why, matches!(event, Event::Proposed(_)))
            }
            Err(error) => (Some(refusal(error)?), false),
        };
        lines.push(BatchLine { id, why, request: Some(item(&stored, needs_word)) });
    }
    Ok(private(BatchView { lines, undo_until: None }))
}

/// Does it. Those that can't be are left as they are, and said.
#[utoipa::path(post, path = "/api/staff/batches", tag = "staff", operation_id = "run_batch", request_body = BatchRequest,
    responses((status = 200, body = BatchView), (status = 403, body = Problem, description = "`prove_again`"), (status = 422, body = Problem)))]
async fn run(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<BatchRequest>,
) -> Result<Response, ApiError> {
    let checked = checked(&state, &at, &member, &request.act).await?;
    let can_be_undone = request.act.can_be_undone();
    let mut lines = Vec::new();
    for id in each(&request.requests) {
        // Read one by one: what stands in it must be what is changed.
        let Some(stored) = there(&at, &member, id).await? else {
            lines.push(gone(id));
            continue;
        };
        let done = match event(&state, &at, &member, &stored, &checked).await {
            Ok(event) => {
                let needs_word = matches!(event, Event::Proposed(_));
                let new = (event_id(request.id, id, "done"), by(&member), event);
                act_in_batch(&state, &at, id, new, can_be_undone).await.map(|_| needs_word)
            }
            Err(error) => Err(error),
        };
        let (why, needs_word) = match done {
            Ok(needs_word) => (None, needs_word),
            Err(error) => (Some(refusal(error)?), false),
        };
        lines.push(BatchLine { id, why, request: Some(item(&stored, needs_word)) });
    }
    let done = lines.iter().filter(|line| line.why.is_none()).count();
    let now = state.now();
    let object = format!("{done} requests of {}", member.department);
    at.store.log(member.did(now, audit::Deed::Changed, object, "in one go".into())).await?;
    let undo_until = (can_be_undone && done > 0)
        .then(|| (now + TimeDelta::minutes(UNDO_MINUTES)).to_rfc3339_opts(SecondsFormat::AutoSi, true));
    Ok(private(BatchView { lines, undo_until }))
}

/// Takes back what I did so: each to where it was, if nothing has happened to it since.
#[utoipa::path(post, path = "/api/staff/batches/undo", tag = "staff", operation_id = "undo_batch", request_body = UndoRequest,
    responses((status = 200, body = BatchView), (status = 422, body = Problem)))]
async fn undo(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<UndoRequest>,
) -> Result<Response, ApiError> {
    let mut lines = Vec::new();
    for id in each(&request.requests) {
        let Some(stored) = there(&at, &member, id).await? else {
            lines.push(gone(id));
            continue;
        };
        let done = event_id(request.id, id, "done");
        let undone = event_id(request.id, id, "undone");
        let why = match act::undo(&state, &at, id, done, (undone, by(&member))).await {
            Ok(()) => None,
            Err(error) => Some(refusal(error)?),
        };
        lines.push(BatchLine { id, why, request: Some(item(&stored, false)) });
    }
    Ok(private(BatchView { lines, undo_until: None }))
}
