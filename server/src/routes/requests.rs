//! `/api/requests`: sending a filled-in form.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use domain::api::problem::Problem;
use domain::api::requests::{SubmitRequest, Submitted};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::drafts;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::operations::submit::{Sender, submit};
use crate::state::AppState;
use crate::web::visit::Visit;

/// Room for a text far over its limit, so that the person is told so and keeps it.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(send).open(super::FORM)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Sends a form. Sent again with the same `Idempotency-Key` it is the same request: 200 instead of 201.
#[utoipa::path(post, path = "/api/requests", tag = "requests", request_body = SubmitRequest,
    params(("Idempotency-Key" = Uuid, Header, description = "Made by the sender, one per form")),
    responses((status = 201, body = Submitted), (status = 200, body = Submitted, description = "It was sent before"),
        (status = 409, body = Problem, description = "`stopped`: the answers end the form early"),
        (status = 422, body = Problem, description = "`invalid` with the fields; `already_sent` with the reference and key")))]
async fn send(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Body(request): Body<SubmitRequest>,
) -> Result<(StatusCode, Json<Submitted>), ApiError> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .and_then(|key| Uuid::try_parse(key).ok());
    let key = key.ok_or(ApiError::new(StatusCode::BAD_REQUEST, "idempotency_key_missing"))?;
    let service = request.service.clone();
    let sender = Sender::of(&state, &at, &headers, &service).await?;
    let about = Visit::of(&state, &at, &headers).await?.about(&service, key).await?;
    let (reply, new) = submit(&state, &at, key, request, sender, about).await?;
    // It is sent, whatever becomes of what was kept meanwhile.
    if let Err(error) = drafts::sent_or_thrown_away(&state, &at, &headers, &service).await {
        tracing::warn!(?error, "a draft that was sent is still kept");
    }
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, Json(reply)))
}
