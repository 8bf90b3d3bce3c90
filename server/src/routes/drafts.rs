//! `/api/drafts`: what somebody filled in without the app.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::api::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{At, Path, form_token};
use crate::secret;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(forget))
}

/// Forgets what this browser posted for a service: it was thrown away in the app.
#[utoipa::path(post, path = "/api/drafts/{service}/forget", tag = "requests", operation_id = "forget_draft",
    params(("service" = String, Path)), responses((status = 204), (status = 403, body = Problem)))]
async fn forget(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(service): Path<String>,
) -> Result<StatusCode, ApiError> {
    sent_or_thrown_away(&state, &at, &headers, &service).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets what this browser posted for a service, if it did.
pub(super) async fn sent_or_thrown_away(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    service: &str,
) -> Result<(), ApiError> {
    if let Some(token) = form_token(state, headers) {
        at.store.forget_draft(secret::hash(token.as_bytes()), service).await?;
    }
    Ok(())
}
