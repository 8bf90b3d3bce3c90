//! What stands before and after every handler: security headers on every reply, and no change by a page of
//! another site.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::error::ApiError;
use crate::state::AppState;
use crate::web::pages;

/// What a page may load, and from where.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // A page of ours that posts a form says where it is from; no other site learns it.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(self), microphone=(), payment=()",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Puts the security headers on a reply, whatever it is. A reply of the API that does not say otherwise is
/// kept by nobody.
pub async fn headers(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api");
    let mut response = next.run(request).await;
    if api && !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, value) in HEADERS {
        // A handler may be stricter, or name the host of the council's map.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Lets a request that changes something pass only when it comes from our own pages: browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`.
pub async fn same_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // TRACE changes nothing: it is refused by name.
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    if safe || is_own(request.headers(), &state.public_url) {
        return next.run(request).await;
    }
    tracing::warn!("refused a change that did not come from our own pages");
    if request.uri().path().starts_with("/api/") {
        return ApiError::new(StatusCode::FORBIDDEN, "other_site").into_response();
    }
    pages::from_elsewhere()
}

fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = text(header::HOST).unwrap_or_default();
            origin == public_url
                || origin.split_once("://").is_some_and(|(_, of)| !of.is_empty() && of == host)
        }
        (None, None) => false,
    }
}
