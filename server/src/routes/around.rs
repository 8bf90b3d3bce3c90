//! `/api/staff/requests/{id}/near` and `…/seen`: is there anything else near there that needs attention?

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{Around, Seen, SeenRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::{private, words};
use super::staff::mine;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::operations::looked::{Look, look};
use crate::operations::seen;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(near).needs(Act::SeeDepartment))
        .routes(routes!(report).needs(Act::Answer))
}

/// Open requests of my department around the place of this one, and what can be reported there.
#[utoipa::path(get, path = "/api/staff/requests/{id}/near", tag = "staff", operation_id = "staff_near", params(("id" = Uuid, Path)),
    responses((status = 200, body = Around), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn near(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let around = seen::around(&at, &member, &stored).await?;
    // It is a part of the queue that is seen.
    look(&state, &at, &member, Look::Queue).await?;
    Ok(private(around))
}

/// Reports something else at the same place, which I saw myself.
#[utoipa::path(post, path = "/api/staff/requests/{id}/seen", tag = "staff", operation_id = "staff_seen", params(("id" = Uuid, Path)), request_body = SeenRequest,
    responses((status = 201, body = Seen), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn report(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<SeenRequest>,
) -> Result<(StatusCode, Json<Seen>), ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let told = (request.service.as_str(), words("text", &request.text)?, request.id);
    let seen = seen::report(&state, &at, &member, &stored, told).await?;
    Ok((StatusCode::CREATED, Json(seen)))
}
