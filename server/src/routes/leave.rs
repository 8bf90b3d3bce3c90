//! `/api/staff/leave`: when members of staff are away.

use axum::extract::State;
use axum::response::Response;
use domain::access::{Act, Role};
use domain::api::leave::{Away, EndLeaveRequest, Kept, LeaveRequest, LeaveView};
use domain::api::problem::Problem;
use domain::clock::Leave;
use domain::field::{ErrorCode, FieldError};
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
        .routes(routes!(leave).needs(Act::Answer))
        .routes(routes!(add).needs(Act::Answer))
        .routes(routes!(end).needs(Act::Answer))
}

/// When I am away, or my department.
#[utoipa::path(get, path = "/api/staff/leave", tag = "staff", responses((status = 200, body = LeaveView), (status = 401, body = Problem)))]
async fn leave(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    reply(&state, &at, &member).await
}

async fn reply(state: &AppState, at: &At, member: &StaffMember) -> Result<Response, ApiError> {
    let people = people(at, member).await?;
    let ids: Vec<Uuid> = people.iter().map(|one| one.id).collect();
    let kept = at.store.leave_of(&ids, at.served.local(state.now()).date()).await?;
    let away = |one: StaffMember| {
        let own = kept.iter().filter(|leave| leave.staff_id == one.id);
        let leave =
            own.map(|leave| Kept { id: leave.id, days: Leave { from: leave.from, until: leave.until } });
        Away { id: one.id, name: one.name, leave: leave.collect() }
    };
    Ok(private(LeaveView { people: people.into_iter().map(away).collect() }))
}

/// Whose days somebody may say: their own; those of the department for who answers for it.
async fn people(at: &At, member: &StaffMember) -> Result<Vec<StaffMember>, ApiError> {
    if member.role() == Some(Role::Manager) {
        Ok(at.store.colleagues(&member.department).await?)
    } else {
        Ok(vec![member.clone()])
    }
}

async fn may(at: &At, member: &StaffMember, who: Uuid) -> Result<(), ApiError> {
    let known = people(at, member).await?.iter().any(|one| one.id == who);
    if known { Ok(()) } else { Err(ApiError::invalid(vec![FieldError::new("who", ErrorCode::NotAnOption)])) }
}

/// Says that somebody is away.
#[utoipa::path(post, path = "/api/staff/leave", tag = "staff", operation_id = "add_leave", request_body = LeaveRequest,
    responses((status = 200, body = LeaveView), (status = 422, body = Problem)))]
async fn add(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(LeaveRequest { who, days }): Valid<LeaveRequest>,
) -> Result<Response, ApiError> {
    may(&at, &member, who).await?;
    let now = state.now();
    let today = at.served.local(now).date();
    let wrong = |field: &str, code| ApiError::invalid(vec![FieldError::new(field, code)]);
    if days.until < days.from {
        return Err(wrong("until", ErrorCode::EndsBeforeStart));
    }
    if days.until < today || days.until > today + chrono::Months::new(24) {
        return Err(wrong("until", ErrorCode::NotAllowed));
    }
    at.store.add_leave((&member, now), (state.new_id(), who), days).await?;
    reply(&state, &at, &member).await
}

/// Says that somebody is not away after all.
#[utoipa::path(post, path = "/api/staff/leave/end", tag = "staff", operation_id = "end_leave", request_body = EndLeaveRequest,
    responses((status = 200, body = LeaveView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn end(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(EndLeaveRequest { who, leave }): Valid<EndLeaveRequest>,
) -> Result<Response, ApiError> {
    may(&at, &member, who).await?;
    at.store.end_leave((&member, state.now()), (leave, who)).await?;
    reply(&state, &at, &member).await
}
