//! What became of what was sent to a resident, and letters that staff print: `/api/staff/requests/{id}/deliveries`,
//! `/api/staff/letters`.

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::alert::Channel;
use domain::api::alerts::{Deliveries, Delivery, LetterView, Letters};
use domain::api::problem::Problem;
use domain::audit::Deed;
use domain::profile::reads_large_print;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use super::staff::mine;
use super::wording::{LETTER, printed};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff};
use crate::jobs::alert::Alert;
use crate::operations::looked::{Look, look};
use crate::paper;
use crate::state::AppState;
use crate::store::deliveries;
use crate::store::staff::StaffMember;
use crate::words::compose::{Mails, compose};

/// What is listed of a request at most.
const LISTED: u64 = 100;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(deliveries).needs(Act::SeeDepartment))
        .routes(routes!(letters).needs(Act::SeeDepartment))
        .routes(routes!(letter).needs(Act::SeeDepartment))
        .routes(routes!(posted).needs(Act::Answer))
}

/// What was sent to the resident about a request of my department, and what became of it.
#[utoipa::path(get, path = "/api/staff/requests/{id}/deliveries", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Deliveries), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn deliveries(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let all = at.store.deliveries_about(stored.id, LISTED).await?;
    let view = |one: deliveries::Delivery| Delivery {
        words: one.headline,
        by: one.by,
        fate: one.fate,
        when: at.served.say(one.since),
        why: one.why,
        instead: one.instead_of,
        stuck: one.is_stuck,
    };
    Ok(private(Deliveries { deliveries: all.into_iter().map(view).collect() }))
}

/// Letters about requests of my department that wait to be printed and posted, the oldest first.
#[utoipa::path(get, path = "/api/staff/letters", tag = "staff", responses((status = 200, body = Letters), (status = 401, body = Problem)))]
async fn letters(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    look(&state, &at, &member, Look::Queue).await?;
    let mut letters = Vec::new();
    for parts in at.store.letters(&member.department).await? {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { continue };
        let Some(request) = first.request else { continue };
        letters.push(LetterView {
            id: last.id,
            request,
            words: on_paper(&at, &parts).subject,
            to: last.address.clone(),
            since: at.served.say(first.created),
            large: is_large(&at, request).await?,
        });
    }
    Ok(private(Letters { letters }))
}

/// What a letter says.
fn on_paper(at: &At, letter: &[deliveries::Delivery]) -> Mails {
    let alerts: Vec<Alert> = letter.iter().filter_map(|part| part.alert.clone()).collect();
    compose(&at.served.wording, &alerts, Channel::Letter)
}

/// Whether the resident of a request asked for large print.
async fn is_large(at: &At, request: Uuid) -> Result<bool, ApiError> {
    let profile = at.store.profile_behind(request).await?.answers;
    Ok(reads_large_print(&profile))
}

/// A letter that waits, with everything that was in it when it was listed: what came later is another.
async fn waiting(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    id: &str,
) -> Result<Vec<deliveries::Delivery>, ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    for parts in at.store.letters(&member.department).await? {
        if let Some(end) = parts.iter().position(|part| part.id == id) {
            let request = parts.first().and_then(|part| part.request).ok_or_else(ApiError::not_found)?;
            look(state, at, member, Look::Own(request)).await?;
            return Ok(parts.into_iter().take(end + 1).collect());
        }
    }
    Err(ApiError::not_found())
}

/// A letter, to be printed (PDF).
#[utoipa::path(get, path = "/api/staff/letters/{id}", tag = "staff", operation_id = "letter", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn letter(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let parts = waiting(&state, &at, &member, &id).await?;
    let Some(last) = parts.last() else { return Err(ApiError::not_found()) };
    let request = last.request.ok_or_else(ApiError::not_found)?;
    let page = paper::Letter {
        council: at.served.council.name.clone(),
        back: at.served.council.contact.address.clone(),
        to: last.address.clone(),
        day: at.served.local(state.now()).date(),
        said: on_paper(&at, &parts),
        is_large: is_large(&at, request).await?,
    };
    printed(page, LETTER).await
}

/// The letter was posted. Gives those that still wait.
#[utoipa::path(post, path = "/api/staff/letters/{id}/posted", tag = "staff", operation_id = "letter_posted", params(("id" = Uuid, Path)),
    responses((status = 200, body = Letters), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn posted(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let parts = waiting(&state, &at, &member, &id).await?;
    let request = parts.first().and_then(|part| part.request).ok_or_else(ApiError::not_found)?;
    let entry =
        member.did(state.now(), Deed::Changed, format!("request {request}"), "posted a letter".to_owned());
    at.store.posted(&parts, state.now(), entry).await?;
    letters(State(state), at, Staff(member)).await
}
