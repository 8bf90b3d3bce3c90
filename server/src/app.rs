//! The whole server as one router; tests call this too.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _, SizeAbove};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use utoipa::openapi::OpenApi;

use crate::access::{self, Gate, Pages, Rules};
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::{
    account, acting, alerts, amended, bills, contract, exit, followed, identity, pages, paying, permit,
    permit_zone, posted, privacy, receipt, sharing, slip, terminal,
};
use crate::{guard, routes};

/// How long a request may take, its upload included: 15 MB on a slow phone take a minute and a half.
const TIME: Duration = Duration::from_mins(3);

/// The server.
pub fn app(state: AppState) -> Router {
    let (api, document) = routes::router().split_for_parts();
    let (beside, rules) = beside_the_api(document.clone()).with_api(&document);
    let gate = Gate { state: state.clone(), rules: Arc::new(rules) };
    Router::new()
        .merge(api)
        .merge(beside)
        .route_layer(middleware::from_fn_with_state(gate, access::keep))
        .fallback(pages::fallback)
        .method_not_allowed_fallback(async || {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
        })
        .layer(middleware::from_fn_with_state(state.clone(), terminal::mode))
        .layer(middleware::from_fn_with_state(state.clone(), guard::same_site))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIME))
        .layer(CatchPanicLayer::custom(panicked))
        // What is sent often is compressed beforehand, and well; the rest is made smaller in less time than it took.
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
                DefaultPredicate::new()
                    .and(SizeAbove::new(1024))
                    // It is packed already.
                    .and(NotForContentType::const_new("application/zip")),
            ),
        )
        // Logs name the route, never the address: keys and identifiers stand in addresses.
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str);
            tracing::info_span!("request", method = %request.method(), route)
        }))
        .layer(middleware::from_fn(guard::headers))
        .with_state(state)
}

/// Every route that is not of the API.
fn beside_the_api(document: OpenApi) -> Pages {
    const PUBLISHED: &str = "published for everybody";
    Pages::new()
        .open("/api/openapi.json", get(async move || Json(document.clone())), PUBLISHED)
        .open("/sitemap.xml", get(pages::sitemap), PUBLISHED)
        .open("/robots.txt", get(pages::robots), PUBLISHED)
        .merge(routes::demo::router())
        .merge(routes::health::router())
        .merge(routes::notify::router())
        .merge(routes::payments::router())
        .merge(routes::places::tiles_router())
        .merge(routes::performance::files())
        .merge(posted::router())
        .merge(followed::router())
        .merge(paying::router())
        .merge(receipt::router())
        .merge(permit::router())
        .merge(slip::router())
        .merge(exit::router())
        .merge(bills::router())
        .merge(permit_zone::router())
        .merge(contract::router())
        .merge(amended::router())
        .merge(account::router())
        .merge(alerts::router())
        .merge(acting::router())
        .merge(identity::router())
        .merge(sharing::router())
        .merge(privacy::router())
        .merge(terminal::router())
}

/// Who may call each route of the server.
#[must_use]
pub fn rules() -> Rules {
    let document = routes::openapi();
    beside_the_api(document.clone()).with_api(&document).1
}

/// A bug in one request ends that request only.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    let mut response = ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
