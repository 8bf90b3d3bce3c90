//! `/api/staff/members`: who works here, and what they are.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{Member, Members, RoleRequest};
use domain::field::{ErrorCode, FieldError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::state::AppState;
use crate::store::staff::StaffMember;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(members).needs(Act::ManageStaff))
        .routes(routes!(change_role).needs(Act::ManageStaff))
}

/// Everybody who works here.
#[utoipa::path(get, path = "/api/staff/members", tag = "staff", operation_id = "staff_members",
    responses((status = 200, body = Members), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn members(at: At) -> Result<Response, ApiError> {
    let seen = |member: StaffMember| {
        let department = at.served.council.department_name(&member.department).to_owned();
        let role = member.role()?;
        Some(Member { id: member.id, name: member.name, email: member.email, department, role })
    };
    Ok(private(Members { members: at.store.members().await?.into_iter().filter_map(seen).collect() }))
}

/// Gives somebody another role. It holds from their next request.
#[utoipa::path(post, path = "/api/staff/members/{id}/role", tag = "staff", operation_id = "change_role", params(("id" = Uuid, Path)), request_body = RoleRequest,
    responses((status = 204), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem), (status = 409, body = Problem, description = "`last_admin`"), (status = 422, body = Problem)))]
async fn change_role(
    State(state): State<AppState>,
    at: At,
    Staff(by): Staff,
    Path(id): Path<String>,
    Valid(RoleRequest { role }): Valid<RoleRequest>,
) -> Result<StatusCode, ApiError> {
    let id = Uuid::try_parse(&id).map_err(|_| ApiError::not_found())?;
    if !role.is_staff() {
        return Err(ApiError::invalid(vec![FieldError::new("role", ErrorCode::NotAllowed)]));
    }
    at.store.change_role((&by, id), role, (state.now(), state.new_id())).await?;
    Ok(StatusCode::NO_CONTENT)
}
