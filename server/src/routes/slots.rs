//! `/api/slots/{id}`: what is free of something that can be booked; and another day for a request.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::slots::SlotRequest;
use domain::api::staff::StaffCase;
use domain::case::{Actor, Owner};
use domain::field::Choices;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::staff::{mine, reply};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::operations::slots;
use crate::state::AppState;

/// It is the same for everybody, and soon another: who asks again within seconds need not.
const CACHING: &str = "public, max-age=5";

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(free).open(super::FORM)).routes(routes!(rebook).needs(Act::Answer))
}

/// What is free, as the form of a service shows it. Whose the rest is nobody learns.
#[utoipa::path(get, path = "/api/slots/{id}", tag = "services", operation_id = "free_slots", params(("id" = String, Path)),
    responses((status = 200, body = Choices), (status = 404, body = Problem)))]
async fn free(State(state): State<AppState>, at: At, Path(id): Path<String>) -> Result<Response, ApiError> {
    let free = slots::free(&state, &at, &id).await?;
    Ok(([(header::CACHE_CONTROL, CACHING)], Json(free)).into_response())
}

/// Books another day for a request, in place of the one that it has.
#[utoipa::path(post, path = "/api/staff/requests/{id}/slot", tag = "staff", operation_id = "rebook", params(("id" = Uuid, Path)), request_body = SlotRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn rebook(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<SlotRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let by = Actor::Staff(Owner { id: member.id, name: member.name.clone() });
    let case = slots::rebook_as(&state, &at, &stored, by, (&request.slot, request.id)).await?;
    reply(&state, &at, &member, stored.id, case).await
}
