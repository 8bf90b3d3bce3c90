//! Payments that staff help with: on a screen at the desk, which they hand over, or by a link that goes to the resident. Staff
//! type no card and see none.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{PayHere, StaffCase};
use domain::audit::Deed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::staff::{mine, reply};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff};
use crate::jobs::alert::{self, Links};
use crate::operations::base;
use crate::operations::paying::Till;
use crate::state::AppState;
use crate::store::requests::Stored;

/// How long the page at the desk works, and the link that goes to the resident.
const HERE: TimeDelta = TimeDelta::minutes(30);
const SENT: TimeDelta = TimeDelta::hours(24);
/// How often a link is sent for one request.
const TRIES: (i32, TimeDelta) = (5, TimeDelta::hours(24));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(here).needs(Act::Answer)).routes(routes!(send).needs(Act::Answer))
}

/// What can't be paid now is refused.
async fn payable(state: &AppState, at: &At, stored: &Stored) -> Result<(), ApiError> {
    let till = Till { state, served: &at.served, store: &at.store };
    let payment = till.shown(stored.id, &stored.case).await?;
    if payment.is_some_and(|pay| pay.may_pay) {
        Ok(())
    } else {
        Err(ApiError::new(StatusCode::CONFLICT, "nothing_to_pay"))
    }
}

/// The page on which a request is paid and nothing else can be done, for the screen that is handed to the resident.
#[utoipa::path(post, path = "/api/staff/requests/{id}/payment", tag = "staff", operation_id = "pay_here", params(("id" = Uuid, Path)),
    responses((status = 200, body = PayHere), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn here(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    payable(&state, &at, &stored).await?;
    let now = state.now();
    let what = "a payment was begun at the desk".to_owned();
    at.store.log(member.did(now, Deed::Changed, format!("request {}", stored.id), what)).await?;
    let link = state.secret.pay_link(at.store.council(), stored.id, now + HERE);
    let private = [(axum::http::header::CACHE_CONTROL, "no-store")];
    Ok((private, Json(PayHere { path: format!("/pay/{link}") })).into_response())
}

/// Sends the resident a link by which the request can be paid for a day: by mail or text message, as they chose.
#[utoipa::path(post, path = "/api/staff/requests/{id}/payment/link", tag = "staff", operation_id = "send_pay_link", params(("id" = Uuid, Path)),
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
async fn send(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    payable(&state, &at, &stored).await?;
    let now = state.now();
    if !at.store.try_once(format!("pay-link:{}", stored.id), TRIES.0, TRIES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let link = state.secret.pay_link(at.store.council(), stored.id, now + SENT);
    let to =
        Links { resident: format!("{}/pay/{link}", base(&state, &at.served.council)), staff: String::new() };
    let account = at.store.account_of(stored.id).await?;
    let told = alert::pay_link(&stored.case, (account.as_deref(), false), &to);
    let told = told.ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "unreachable"))?;
    let what = "a link to pay was sent".to_owned();
    at.store.log(member.did(now, Deed::Changed, format!("request {}", stored.id), what)).await?;
    for (job_id, job) in alert::as_jobs([told], || state.dice.id(now)) {
        at.store.add_job(now, job_id, &job).await?;
    }
    state.wake.notify_one();
    reply(&state, &at, &member, stored.id, stored.case).await
}
