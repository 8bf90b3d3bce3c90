//! `/api/account/acting`: what a helper sees and does for a resident, as long as they may: it is asked at each call. What
//! they look at and do is logged, and shown to whose it is. There are no keys in it.

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::follow::{FollowView, MessageRequest, WithdrawRequest};
use domain::api::helpers::{ActingRequests, form_for};
use domain::api::problem::Problem;
use domain::case::{Case, Event, Outcome, Status};
use domain::field::plain;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::account::listed;
use super::follow::{private, words};
use super::helpers::{acts_for, id_of};
use super::photos::{self, OfWork, Which};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, SignedIn, Valid};
use crate::operations::act::act_for;
use crate::operations::acting::{actor, acts_by, log_once, looked, today};
use crate::operations::{slots, view as readings};
use crate::state::AppState;
use crate::store::helpers::Helper;
use crate::store::requests::Stored;

/// Requests of one person that a helper sees.
const LISTED: u64 = 200;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(acting).needs(Act::ActFor))
        .routes(routes!(acting_request).needs(Act::ActFor))
        .routes(routes!(photo).needs(Act::ActFor))
        .routes(routes!(message).needs(Act::ActFor))
        .routes(routes!(withdraw).needs(Act::ActFor))
}

/// The requests of somebody I act for, and the forms that I may fill in for them.
#[utoipa::path(get, path = "/api/account/acting/{id}", tag = "account", operation_id = "acting", params(("id" = Uuid, Path)),
    responses((status = 200, body = ActingRequests), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn acting(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &who, &id).await?))
}

/// The requests of somebody that another acts for.
pub(crate) async fn view(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    id: &str,
) -> Result<ActingRequests, ApiError> {
    let today = today(state, at);
    let helper = at.store.acts(who.resident.id, id_of(id)?, today).await?;
    let stored = at.store.requests_for(&helper, None, LISTED).await?;
    let names = at.store.names(&[helper.resident]).await?;
    let what = "The list of your requests, as your helper".to_owned();
    let object = format!("helper {}", helper.id);
    log_once(state, at, looked((who.resident.id, &helper), object, what, state.now())).await?;
    let requests = stored
        .iter()
        .map(|stored| {
            let mut line = listed(at, &stored.case, state.now(), Some(u32::MAX));
            line.key = stored.id.simple().to_string();
            line
        })
        .collect();
    let services = helper.services.iter().filter_map(|id| at.served.service(id));
    let forms = services.map(|service| (form_for(&service.id, helper.id), service.title.clone())).collect();
    Ok(ActingRequests { who: acts_for(at, &names, &helper), requests, forms })
}

/// By what somebody acts, and the request they mean.
pub(crate) async fn found(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    (id, request): (&str, &str),
) -> Result<(Helper, Stored), ApiError> {
    let helper = at.store.acts(who.resident.id, id_of(id)?, today(state, at)).await?;
    let stored = at.store.requests_for(&helper, Some(id_of(request)?), 1).await?;
    Ok((helper, stored.into_iter().next().ok_or_else(ApiError::not_found)?))
}

/// One request of somebody I act for. There are no keys in it: it is mine to see only as long as I act for them.
#[utoipa::path(get, path = "/api/account/acting/{id}/{request}", tag = "account", operation_id = "acting_request",
    params(("id" = Uuid, Path), ("request" = Uuid, Path)),
    responses((status = 200, body = FollowView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn acting_request(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path((id, request)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    Ok(private(request_view(&state, &at, &who, (&id, &request)).await?))
}

/// One request of somebody that another acts for.
pub(crate) async fn request_view(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    which: (&str, &str),
) -> Result<FollowView, ApiError> {
    let stored = looked_at(state, at, who, which).await?;
    let slot = slots::shown(state, at, stored.id, &stored.case).await?;
    Ok(FollowView { slot, ..readings::alone(state, &at.served, stored.case) })
}

/// A request that somebody looks at for its resident, who sees that they did.
async fn looked_at(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    which: (&str, &str),
) -> Result<Stored, ApiError> {
    let (helper, stored) = found(state, at, who, which).await?;
    let what = format!("Your request {}, as your helper", stored.case.submission.reference);
    let object = format!("request {}", stored.id);
    log_once(state, at, looked((who.resident.id, &helper), object, what, state.now())).await?;
    Ok(stored)
}

/// A photo of a request of somebody I act for; `?size=thumb` for a small one.
#[utoipa::path(get, path = "/api/account/acting/{id}/{request}/photos/{photo}", tag = "account", operation_id = "acting_photo",
    params(("id" = Uuid, Path), ("request" = Uuid, Path), ("photo" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn photo(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path((id, request, photo)): Path<(String, String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let stored = looked_at(&state, &at, &who, (&id, &request)).await?;
    photos::serve(&state, &at, &stored, id_of(&photo)?, (&which, OfWork::Public)).await
}

/// Writes about a request of somebody I act for, or answers what was asked about it.
#[utoipa::path(post, path = "/api/account/acting/{id}/{request}/messages", tag = "account", operation_id = "acting_message",
    params(("id" = Uuid, Path), ("request" = Uuid, Path)), request_body = MessageRequest,
    responses((status = 200, body = FollowView), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn message(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path((id, request)): Path<(String, String)>,
    Valid(message): Valid<MessageRequest>,
) -> Result<Response, ApiError> {
    let text = words("text", &message.text)?;
    let case = write(&state, &at, &who, (&id, &request), text, Some(message.id)).await?;
    Ok(private(readings::alone(&state, &at.served, case)))
}

/// Writes about a request of somebody that another acts for. Sent again with the same identifier it is the same message.
pub(crate) async fn write(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    which: (&str, &str),
    text: String,
    event_id: Option<Uuid>,
) -> Result<Case, ApiError> {
    let (helper, stored) = found(state, at, who, which).await?;
    let detail = format!("Wrote about your request {}, for you", stored.case.submission.reference);
    let by = acts_by((who.resident.id, &helper), stored.id, detail, (state.now(), today(state, at)));
    act_for(state, at, stored.id, (by, actor(&helper)), Event::Message { text }, event_id).await
}

/// Whoever I act for no longer needs it.
#[utoipa::path(post, path = "/api/account/acting/{id}/{request}/withdraw", tag = "account", operation_id = "acting_withdraw",
    params(("id" = Uuid, Path), ("request" = Uuid, Path)), request_body = WithdrawRequest,
    responses((status = 200, body = FollowView), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn withdraw(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path((id, request)): Path<(String, String)>,
    Valid(why): Valid<WithdrawRequest>,
) -> Result<Response, ApiError> {
    let case = withdraw_for(&state, &at, &who, (&id, &request), plain::lines(&why.reason)).await?;
    Ok(private(readings::alone(&state, &at.served, case)))
}

/// Withdraws a request of somebody that another acts for. Asked again after a lost reply, it is done.
pub(crate) async fn withdraw_for(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    which: (&str, &str),
    reason: String,
) -> Result<Case, ApiError> {
    let is_done = |case: &Case| case.status == Status::Closed(Outcome::Withdrawn);
    let (helper, before) = found(state, at, who, which).await?;
    if is_done(&before.case) {
        return Ok(before.case);
    }
    let detail = format!("Withdrew your request {}, for you", before.case.submission.reference);
    let by = acts_by((who.resident.id, &helper), before.id, detail, (state.now(), today(state, at)));
    match act_for(state, at, before.id, (by, actor(&helper)), Event::Withdrawn { reason }, None).await {
        Ok(case) => Ok(case),
        Err(error) => Some(found(state, at, who, which).await?.1.case).filter(is_done).ok_or(error),
    }
}
