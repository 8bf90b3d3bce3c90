//! `/health/live` and `/health/ready`, for whatever watches the server.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::access::Pages;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> Pages {
    const WHY: &str = "says no more than that the server is there";
    Pages::new().open("/health/live", get(async || "live"), WHY).open("/health/ready", get(ready), WHY)
}

/// Ready when the database answers and the server is not stopping.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match state.db.ping().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
