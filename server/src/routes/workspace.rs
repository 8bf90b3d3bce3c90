//! `/api/staff/desk`, `/api/staff/filters`: what a member of staff works with besides the requests, and the parts of the
//! queue that they keep under a name.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::workspace::{Desk, ForgetFilterRequest, SaveFilterRequest, ShortcutsRequest};
use domain::case::Owner;
use domain::field::{ErrorCode, FieldError, plain};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Staff, Valid};
use crate::state::AppState;
use crate::store::staff::StaffMember;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(desk).needs(Act::Answer))
        .routes(routes!(save).needs(Act::Answer))
        .routes(routes!(forget).needs(Act::Answer))
        .routes(routes!(shortcuts).staff("how one's own keyboard works"))
}

/// What I work with besides the requests.
#[utoipa::path(get, path = "/api/staff/desk", tag = "staff", operation_id = "desk", responses((status = 200, body = Desk), (status = 401, body = Problem)))]
async fn desk(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    reply(&state, &at, &member).await
}

async fn reply(state: &AppState, at: &At, member: &StaffMember) -> Result<Response, ApiError> {
    let council = &at.served.council;
    let today = at.served.local(state.now()).date();
    let mut services: Vec<(String, String)> =
        at.served.catalogue.values().map(|service| (service.id.clone(), service.title.clone())).collect();
    services.sort_by(|one, other| one.1.cmp(&other.1));
    let colleagues = at.store.colleagues(&member.department).await?;
    let ids: Vec<Uuid> = colleagues.iter().map(|colleague| colleague.id).collect();
    let leave = at.store.leave_of(&ids, today).await?;
    let others = council.departments.iter().filter(|other| other.id != member.department);
    Ok(private(Desk {
        filters: at.store.filters_of(member.id).await?,
        services,
        wards: at.store.ward_names().await?,
        colleagues: colleagues.into_iter().map(|one| Owner { id: one.id, name: one.name }).collect(),
        away: leave.iter().filter(|leave| leave.from <= today).map(|leave| leave.staff_id).collect(),
        departments: others.map(|other| (other.id.clone(), other.name.clone())).collect(),
        replies: council.replies.clone(),
        object: council.object.clone(),
        today,
    }))
}

/// Keeps a part of the queue under a name, in place of what I kept under it before.
#[utoipa::path(post, path = "/api/staff/filters", tag = "staff", operation_id = "save_filter", request_body = SaveFilterRequest,
    responses((status = 200, body = Desk), (status = 409, body = Problem, description = "`too_many`"), (status = 422, body = Problem)))]
async fn save(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<SaveFilterRequest>,
) -> Result<Response, ApiError> {
    let name = plain::line(&request.name);
    if name.is_empty() {
        return Err(ApiError::invalid(vec![FieldError::new("name", ErrorCode::Missing)]));
    }
    at.store.keep_filter(member.id, (state.new_id(), &name), &request.filter).await?;
    reply(&state, &at, &member).await
}

/// Forgets a part of the queue that I keep.
#[utoipa::path(post, path = "/api/staff/filters/forget", tag = "staff", operation_id = "forget_filter", request_body = ForgetFilterRequest,
    responses((status = 200, body = Desk), (status = 401, body = Problem)))]
async fn forget(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<ForgetFilterRequest>,
) -> Result<Response, ApiError> {
    at.store.forget_filter(member.id, request.id).await?;
    reply(&state, &at, &member).await
}

/// Whether I want keyboard shortcuts.
#[utoipa::path(post, path = "/api/staff/shortcuts", tag = "staff", operation_id = "shortcuts", request_body = ShortcutsRequest,
    responses((status = 204), (status = 401, body = Problem)))]
async fn shortcuts(
    at: At,
    Staff(member): Staff,
    Valid(ShortcutsRequest { on }): Valid<ShortcutsRequest>,
) -> Result<StatusCode, ApiError> {
    at.store.want_shortcuts(member.id, on).await?;
    Ok(StatusCode::NO_CONTENT)
}
