//! `/api/performance`: what the council publishes of its requests; and the same as files to take away.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::api::performance::PerformanceView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Declare as _, Pages};
use crate::error::ApiError;
use crate::extract::At;
use crate::operations::{performance, sheet};
use crate::state::AppState;
use crate::web::ready::CACHING;

/// Why it is open.
const WHY: &str = "published for everybody";
/// Whoever asks gets the same, and nobody is asked for it more often than once a minute.
const SHARED: (HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static(CACHING));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(published).open(WHY))
}

/// The same as files.
pub fn files() -> Pages {
    Pages::new().open("/performance.csv", get(csv), WHY).open("/performance.json", get(json), WHY)
}

/// How many requests came, how they went, and whether what was promised was kept: this month so far, and in the twelve
/// months before it. Numbers under 5 are not shown, nor those from which one could be worked out.
#[utoipa::path(get, path = "/api/performance", tag = "performance", operation_id = "performance",
    responses((status = 200, body = PerformanceView)))]
async fn published(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    let view = performance::view(&state, &at).await?;
    Ok(([SHARED], Json(&*view)).into_response())
}

async fn csv(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    let view = performance::view(&state, &at).await?;
    let name = format!("performance-{}.csv", view.month.to);
    let mut reply = sheet::reply(&name, Body::from(sheet::lines(performance::rows(&view))));
    reply.headers_mut().insert(SHARED.0, SHARED.1);
    Ok(reply)
}

async fn json(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    let view = performance::view(&state, &at).await?;
    let name = format!("attachment; filename=\"performance-{}.json\"", view.month.to);
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    Ok(([SHARED, (header::CONTENT_DISPOSITION, name)], Json(&*view)).into_response())
}
