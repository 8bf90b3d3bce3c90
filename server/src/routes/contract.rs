//! `/api/staff/requests/{id}/contract…`: work that a contractor does; and what else is at the place of a request. What the
//! contractor does is done on the page at their link.

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{CheckRequest, ContractRequest, Contractors, ReasonRequest, RelatedView, StaffCase};
use domain::field::{ErrorCode, FieldError, plain};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::{private, words};
use super::staff::{mine, reply};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::operations::contract::Desk;
use crate::operations::seen::SAME_PLACE;
use crate::operations::view;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(contractors).needs(Act::Answer))
        .routes(routes!(give).needs(Act::Answer))
        .routes(routes!(send_link).needs(Act::Answer))
        .routes(routes!(take_back).needs(Act::Answer))
        .routes(routes!(check).needs(Act::Answer))
        .routes(routes!(related).needs(Act::SeeDepartment))
}

/// The council's contractors, who can be given work.
#[utoipa::path(get, path = "/api/staff/contractors", tag = "staff", responses((status = 200, body = Contractors), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn contractors(at: At) -> Response {
    let council = &at.served.council;
    let contractors = council.contractors.iter().map(|one| (one.id.clone(), one.name.clone())).collect();
    private(Contractors { contractors, days: council.contracts.days })
}

/// Gives the work to a contractor, who gets a link to this one request by e-mail. Its owner stays its owner.
#[utoipa::path(post, path = "/api/staff/requests/{id}/contract", tag = "staff", operation_id = "give_to_contractor", params(("id" = Uuid, Path)), request_body = ContractRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn give(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<ContractRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let unknown = || ApiError::invalid(vec![FieldError::new("contractor", ErrorCode::NotAnOption)]);
    let to = at.served.council.contractor(&request.contractor).ok_or_else(unknown)?;
    let task = words("task", &request.task)?;
    let desk = Desk { state: &state, at: &at, member: &member, stored: &stored };
    let case = desk.give(to, task, request.id).await?;
    reply(&state, &at, &member, stored.id, case).await
}

/// Sends the contractor's link again. The one before works no more.
#[utoipa::path(post, path = "/api/staff/requests/{id}/contract/link", tag = "staff", operation_id = "send_contract_link", params(("id" = Uuid, Path)),
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn send_link(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let case = Desk { state: &state, at: &at, member: &member, stored: &stored }.send_link().await?;
    reply(&state, &at, &member, stored.id, case).await
}

/// Takes the work back from the contractor, whose link works no more.
#[utoipa::path(post, path = "/api/staff/requests/{id}/contract/end", tag = "staff", operation_id = "end_contract", params(("id" = Uuid, Path)), request_body = ReasonRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn take_back(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<ReasonRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let reason = words("reason", &request.reason)?;
    let desk = Desk { state: &state, at: &at, member: &member, stored: &stored };
    let case = desk.take_back(reason).await?;
    reply(&state, &at, &member, stored.id, case).await
}

/// Says whether the contractor's work is done well. If not, it goes back to them with what was seen.
#[utoipa::path(post, path = "/api/staff/requests/{id}/contract/check", tag = "staff", operation_id = "check_contract", params(("id" = Uuid, Path)), request_body = CheckRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn check(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(CheckRequest { fine, text }): Valid<CheckRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let text = if fine { plain::lines(&text) } else { words("text", &text)? };
    let case = Desk { state: &state, at: &at, member: &member, stored: &stored }.check(fine, text).await?;
    reply(&state, &at, &member, stored.id, case).await
}

/// What else my department has or had at the same place, of whatever service.
#[utoipa::path(get, path = "/api/staff/requests/{id}/related", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = RelatedView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn related(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let found = at.store.at_same_place(&member.department, stored.id, SAME_PLACE).await?;
    let line = |(metres, stored)| view::related_request(&at.served, metres, stored);
    Ok(private(RelatedView { requests: found.into_iter().map(line).collect() }))
}
