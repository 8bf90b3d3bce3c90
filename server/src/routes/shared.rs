//! What staff may see of a person beyond one request: `/api/staff/requests/{id}/person`, and `/api/staff/shared` for what
//! lies with another department. What a resident does not share is answered like what does not exist, from the very next
//! read.

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{PersonView, SharedRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::documents;
use super::follow::private;
use super::photos::{self, OfWork, Which};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, Staff};
use crate::operations::looked::{Look, look};
use crate::operations::view;
use crate::state::AppState;
use crate::store::requests::Stored;
use crate::store::staff::StaffMember;

/// Requests of one person that are listed at most.
const LISTED: u64 = 100;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(person).needs(Act::SeeShared))
        .routes(routes!(shared).needs(Act::SeeShared))
        .routes(routes!(photo).needs(Act::SeeShared))
        .routes(routes!(document).needs(Act::SeeShared))
}

fn id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| ApiError::not_found())
}

/// What else my department may see of the person whose request it is.
#[utoipa::path(get, path = "/api/staff/requests/{id}/person", tag = "staff", operation_id = "staff_person", params(("id" = Uuid, Path)),
    responses((status = 200, body = PersonView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn person(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(request): Path<String>,
) -> Result<Response, ApiError> {
    let own = at.store.for_staff(&at.reach(&member), id(&request)?).await?;
    look(&state, &at, &member, Look::Own(own.id)).await?;
    let mut others = at.store.others_of(&member.department, own.id, LISTED + 1).await?;
    let most = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let older = others.requests.len() > most;
    others.requests.truncate(most);
    let is_shared = |stored: &Stored| stored.case.department() != member.department;
    if others.requests.iter().any(is_shared)
        && let Some(resident) = at.store.resident_of(own.id).await?
    {
        look(&state, &at, &member, Look::Person(resident)).await?;
    }
    let line = |stored| view::person_request(&at.served, &member.department, stored);
    let requests = others.requests.into_iter().map(line).collect();
    Ok(private(PersonView { requests, older, more: others.more }))
}

/// A request that a member of staff may see, whichever department it lies with. To read it is logged.
async fn seen(state: &AppState, at: &At, member: &StaffMember, request: &str) -> Result<Stored, ApiError> {
    let stored = at.store.seen_by(&member.department, id(request)?).await?;
    let is_own = stored.case.department() == member.department;
    let what = if is_own { Look::Own(stored.id) } else { Look::Shared(stored.id) };
    look(state, at, member, what).await?;
    Ok(stored)
}

/// A request that its resident shares with my department, to read.
#[utoipa::path(get, path = "/api/staff/shared/{id}", tag = "staff", operation_id = "shared_request", params(("id" = Uuid, Path)),
    responses((status = 200, body = SharedRequest), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn shared(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(request): Path<String>,
) -> Result<Response, ApiError> {
    let stored = seen(&state, &at, &member, &request).await?;
    let request = view::alone(&state, &at.served, stored.case);
    Ok(private(SharedRequest { id: stored.id, request }))
}

/// A photo of a request that its resident shares with my department; `?size=thumb` for a small one.
#[utoipa::path(get, path = "/api/staff/shared/{id}/photos/{photo}", tag = "staff", operation_id = "shared_photo", params(("id" = Uuid, Path), ("photo" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn photo(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path((request, photo)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let stored = seen(&state, &at, &member, &request).await?;
    photos::serve(&state, &at, &stored, id(&photo)?, (&which, OfWork::Public)).await
}

/// A document of a request that its resident shares with my department, to be saved.
#[utoipa::path(get, path = "/api/staff/shared/{id}/documents/{document}", tag = "staff", operation_id = "shared_document", params(("id" = Uuid, Path), ("document" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn document(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path((request, document)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let stored = seen(&state, &at, &member, &request).await?;
    documents::serve(&state, &at, &stored, id(&document)?).await
}
