//! The app's page, filled in for the council: its name, and the data block that saves the app its first
//! questions.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use domain::api::council::Boot;

use super::assets;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::At;
use crate::guard::POLICY;
use crate::jobs::escape;
use crate::routes;
use crate::state::AppState;

/// Everything that is no route of the server: a file of the app, a page of the app, or nothing.
pub async fn fallback(State(state): State<AppState>, at: At, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").into_response();
    }
    let path = request.uri().path();
    let name = path.trim_start_matches('/');
    if path.starts_with("/api/") || path == "/api" {
        return ApiError::not_found().into_response();
    }
    if let Some(file) = assets::serve(name, request.headers()) {
        return file;
    }
    if assets::is_file_name(name) {
        return assets::missing();
    }
    page(&state, &at.served, request.headers(), path)
}

/// A page of the app. The status tells machines what the page tells people.
fn page(state: &AppState, served: &Served, headers: &HeaderMap, path: &str) -> Response {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let service = match parts.as_slice() {
        ["services", id, ..] => {
            routes::services::view(state, served, routes::services::language(served, headers), id)
        }
        _ => None,
    };
    let (file, status) = match parts.as_slice() {
        ["staff", ..] => ("staff.html", StatusCode::OK),
        ["services", _, "check"] if service.is_some() => ("follow.html", StatusCode::OK),
        ["services", _] | ["services", _, _] if service.is_some() => ("index.html", StatusCode::OK),
        [] | ["help" | "services" | "follow"] | ["follow", _] | ["follow", _, "sent" | "withdraw"] => {
            ("follow.html", StatusCode::OK)
        }
        ["follow", ..] => ("follow.html", StatusCode::NOT_FOUND),
        _ => ("index.html", StatusCode::NOT_FOUND),
    };
    let Some(template) = assets::text(file) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "The app has not been built. Run: cargo xtask run")
            .into_response();
    };
    let boot = Boot { council: routes::council::view(state, served), service };
    let block = format!("<script type=\"application/json\" id=\"boot\">{}</script>", json_for_html(&boot));
    let html = template
        .replace("<!--portico:boot-->", &block)
        .replace("<!--portico:council-->", &escape(&served.council.name))
        .replace("<!--portico:tel-->", &phone_digits(&served.council.contact.phone))
        .replace("<!--portico:phone-->", &escape(&served.council.contact.phone));
    let private = matches!(parts.first(), Some(&"follow" | &"staff"));
    let caching = if private { "no-store" } else { "no-cache" };
    let mut response = (status, [(header::CACHE_CONTROL, caching)], Html(html)).into_response();
    // Pictures of the map come from the host that the council names, and from no other.
    let policy = served
        .council
        .map
        .origin()
        .map(|host| POLICY.replace("img-src 'self'", &format!("img-src 'self' {host}")));
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if private {
        response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    }
    response
}

/// A phone number as a link takes it.
fn phone_digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// JSON that can stand inside a script element: no `<` can end it early.
fn json_for_html(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_default()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// `/theme.css`: the council's colours, over the stylesheet's own.
pub async fn theme(at: At) -> Response {
    let brand = &at.served.council.brand;
    let css = format!(
        ":root{{--govuk-brand-colour:{0};--portico-brand:{0};--portico-brand-text:{1};--govuk-link-colour:{2};--govuk-link-visited-colour:{2}}}",
        brand.colour, brand.text, brand.link
    );
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, no-cache")], css)
        .into_response()
}
