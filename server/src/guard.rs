//! What stands before and after every handler: security headers on every reply, and no change by a page of
//! another site.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::error::{ApiError, PROBLEM};
use crate::routes::{notify, payments};
use crate::state::AppState;
use crate::web::pages;

/// What a page may load, and from where.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The header with which our pages ask for a change that has no body.
const OURS: HeaderName = HeaderName::from_static("x-portico");

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What only says something of a page, or was said with it. The app's scripts, styles and programs do without: each visitor
/// fetches them.
const OF_PAGES: [(HeaderName, &str); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    // A page of ours that posts a form says where it is from; no other site learns it.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
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
    let accepted = request.headers().get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    let is_person = !api && accepted.is_some_and(|accepted| accepted.contains("text/html"));
    let mut response = next.run(request).await;
    if is_person && is_for_machines(&response) {
        response = pages::failed(response.status());
    }
    if api && !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_part = kind.is_some_and(|kind| {
        ["text/css", "text/javascript", "application/wasm"].iter().any(|part| kind.starts_with(part))
    });
    let of_pages = OF_PAGES.into_iter().filter(|_| !is_part);
    for (name, value) in HEADERS.into_iter().chain(of_pages) {
        // A handler may be stricter, or name the host of the council's map.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A failure that says nothing to people: without a page it would be an empty window.
fn is_for_machines(response: &Response) -> bool {
    const TOLD: [StatusCode; 6] = [
        StatusCode::FORBIDDEN,
        StatusCode::METHOD_NOT_ALLOWED,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::MISDIRECTED_REQUEST,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let kind = response.headers().get(header::CONTENT_TYPE);
    TOLD.contains(&response.status()) && kind.is_none_or(|kind| kind == PROBLEM)
}

/// Lets a request that changes something pass only when it comes from our own pages: browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`, and the oldest in `Referer`. The API takes nothing besides that a form can send.
pub async fn same_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // TRACE changes nothing: it is refused by name.
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    // No browser sends these, and they have a proof of their own.
    let is_receipt = [notify::RECEIPTS, payments::WEBHOOK].contains(&request.uri().path());
    if !safe && !is_receipt && !is_own(request.headers(), &state.public_url) {
        tracing::warn!("refused a change that did not come from our own pages");
        return ApiError::new(StatusCode::FORBIDDEN, "other_site").into_response();
    }
    // Pages have forms, and these are all that a form can send.
    if !safe && request.uri().path().starts_with("/api/") && could_be_a_form(request.headers()) {
        return ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json").into_response();
    }
    next.run(request).await
}

/// Whether a page of another site could make a browser send this without asking first: by a form, or by a script that
/// says nothing of what it sends. A header of our own, or what no form sends, it could not.
fn could_be_a_form(headers: &HeaderMap) -> bool {
    const FORMS: [&str; 4] = ["", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"];
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    !headers.contains_key(OURS) && FORMS.iter().any(|form| kind.eq_ignore_ascii_case(form))
}

fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(from) = text(header::ORIGIN).or_else(|| text(header::REFERER)) else { return false };
    let Some((scheme, rest)) = from.split_once("://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let is_here = text(header::HOST).is_some_and(|here| host == here);
    !host.is_empty() && (is_here || public_url.split_once("://") == Some((scheme, host)))
}
