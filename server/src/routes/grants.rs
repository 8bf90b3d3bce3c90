//! What a request gave, for staff: `/api/staff/requests/{id}/grant/end` ends it.

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{ReasonRequest, StaffCase};
use domain::case::Event;
use domain::grant::Step;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::words;
use super::staff::happen;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(end).needs(Act::Answer))
}

/// Ends what a request of my department gave, with a reason that its holder reads.
#[utoipa::path(post, path = "/api/staff/requests/{id}/grant/end", tag = "staff", operation_id = "end_grant", params(("id" = Uuid, Path)), request_body = ReasonRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn end(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<ReasonRequest>,
) -> Result<Response, ApiError> {
    let step = Step::Ended { reason: words("reason", &request.reason)? };
    happen(&state, &at, member, &id, Event::Grant(Box::new(step)), None).await
}
