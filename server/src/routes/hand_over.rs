//! Giving requests of a department to one of its staff: one, or many at once.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{Colleagues, HandOverManyRequest, HandOverRequest, HandedOver, StaffCase};
use domain::case::{Owner, Refused};
use domain::field::{ErrorCode, FieldError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use super::staff::{mine, reply};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::operations::act;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::staff::StaffMember;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(colleagues).needs(Act::Answer))
        .routes(routes!(one).needs(Act::HandOver))
        .routes(routes!(many).needs(Act::ActInBulk))
}

fn owner(member: &StaffMember) -> Owner {
    Owner { id: member.id, name: member.name.clone() }
}

/// Who in my department can have a request, and which departments can be asked.
#[utoipa::path(get, path = "/api/staff/colleagues", tag = "staff", responses((status = 200, body = Colleagues), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn colleagues(at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let colleagues = at.store.colleagues(&member.department).await?;
    let others = at.served.council.departments.iter().filter(|other| other.id != member.department);
    let departments = others.map(|other| (other.id.clone(), other.name.clone())).collect();
    Ok(private(Colleagues { colleagues: colleagues.iter().map(owner).collect(), departments }))
}

/// The colleague that a request names.
async fn named(at: &At, member: &StaffMember, to: Uuid) -> Result<Owner, ApiError> {
    let colleagues = at.store.colleagues(&member.department).await?;
    let to = colleagues.iter().find(|colleague| colleague.id == to).map(owner);
    to.ok_or_else(|| ApiError::invalid(vec![FieldError::new("to", ErrorCode::NotAnOption)]))
}

/// Gives a request to a colleague, also one that somebody else has.
#[utoipa::path(post, path = "/api/staff/requests/{id}/hand-over", tag = "staff", operation_id = "hand_over", params(("id" = Uuid, Path)), request_body = HandOverRequest,
    responses((status = 200, body = StaffCase), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn one(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<HandOverRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let to = named(&at, &member, request.to).await?;
    if act::hand_over(&state, &at, &member, &[stored.id], Some(to)).await? == 0 {
        return Err(StoreError::Refused(Refused::AlreadyYours).into());
    }
    let stored = mine(&state, &at, &member, &id).await?;
    reply(&state, &at, &member, stored.id, stored.case).await
}

/// Gives many requests of my department to one person, who may be me, or to the team: all of them, or none.
#[utoipa::path(post, path = "/api/staff/requests/hand-over", tag = "staff", operation_id = "hand_over_many", request_body = HandOverManyRequest,
    responses((status = 200, body = HandedOver), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn many(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<HandOverManyRequest>,
) -> Result<Json<HandedOver>, ApiError> {
    // What is not there is not there, whatever else is asked.
    let there = at.store.many_for_staff(&at.reach(&member), &request.requests).await?;
    if request.requests.iter().any(|id| !there.contains_key(id)) {
        return Err(ApiError::not_found());
    }
    let to = match (request.to, request.to_team) {
        (Some(to), false) => Some(named(&at, &member, to).await?),
        (None, true) => None,
        _ => return Err(ApiError::invalid(vec![FieldError::new("to", ErrorCode::Missing)])),
    };
    let changed = act::hand_over(&state, &at, &member, &request.requests, to).await?;
    Ok(Json(HandedOver { changed: u32::try_from(changed).unwrap_or(u32::MAX) }))
}
