//! `/api/services`: what the council offers.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::problem::Problem;
use domain::api::services::{Promised, ServiceSummary, ServiceView, SuggestRequest, Suggested};
use domain::catalogue::Service;
use domain::standard::Standard;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Declare as _;
use crate::councils::{ENGLISH, List, Served};
use crate::error::ApiError;
use crate::extract::{At, Body, Path};
use crate::operations::acting::{Form, service_of};
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list).open("published for everybody"))
        .routes(routes!(suggest).open("published for everybody"))
        .routes(routes!(one).open("published for everybody"))
}

/// All services, in the order of their titles; the one that takes everything else comes last. Texts are in the
/// language asked for by `Accept-Language`, where the council offers it.
#[utoipa::path(get, path = "/api/services", tag = "services",
    responses((status = 200, body = Vec<ServiceSummary>), (status = 304, description = "The list has not changed.")))]
async fn list(at: At, headers: HeaderMap) -> Result<Response, ApiError> {
    let List { json, etag } =
        at.served.list_in(language(&at.served, &headers)).ok_or_else(ApiError::not_found)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    let caching = [
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::VARY, "Accept-Language".to_owned()),
        (header::ETAG, etag.clone()),
    ];
    if known.split(',').any(|known| known.trim().trim_start_matches("W/") == etag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, "application/json")], json.clone()).into_response())
}

/// The form that a message which is being written belongs into, told by its words. Nothing of it is kept.
#[utoipa::path(post, path = "/api/services/suggest", tag = "services", request_body = SuggestRequest,
    responses((status = 200, body = Suggested), (status = 422, body = Problem)))]
async fn suggest(
    at: At,
    headers: HeaderMap,
    Body(SuggestRequest { message }): Body<SuggestRequest>,
) -> Json<Suggested> {
    let found = at.served.suggest(language(&at.served, &headers), &message);
    Json(found.map_or_else(Suggested::default, |service| Suggested {
        id: service.id.clone(),
        title: service.title.clone(),
    }))
}

/// One service's document, and what sending it now would promise.
#[utoipa::path(get, path = "/api/services/{id}", tag = "services", params(("id" = String, Path)),
    responses((status = 200, body = ServiceView), (status = 404, body = Problem)))]
async fn one(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let language = language(&at.served, &headers);
    let form = Form::of(&state, &at, &headers, (language, &id)).await?;
    // One that asks who somebody is, is not the same for all; and nobody else's is it that is filled in for somebody.
    let is_for_all = form.service.needs_identity.is_none() && form.acting.is_none();
    let caching = if is_for_all { "no-cache" } else { "no-store" };
    let view = view(&state, &at.served, language, &form.service);
    let headers = [(header::VARY, "Accept-Language"), (header::CACHE_CONTROL, caching)];
    Ok((headers, Json(view)).into_response())
}

/// The language a person wants, of those the council offers.
#[must_use]
pub fn language<'s>(served: &'s Served, headers: &HeaderMap) -> &'s str {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|accepted| accepted.to_str().ok());
    served.language(accepted.unwrap_or_default())
}

/// A service as pages show it, as it is for who asks.
#[must_use]
pub fn view(state: &AppState, served: &Served, language: &str, service: &Service) -> ServiceView {
    let now = state.now();
    let today = served.local(now).date();
    let service = for_pages(service);
    let in_english = served.service(service_of(&service.id)).map(|service| &service.title);
    let promise = |standard: &Standard| Promised {
        acknowledge_by: served.due(now, standard.acknowledge).say_on(today),
        complete_by: served.due(now, standard.complete).say_on(today),
    };
    let standards = service.standards.iter().map(|other| &other.standard);
    ServiceView {
        today,
        // What is not translated reads as English, and is said to be.
        language: (language != ENGLISH && in_english != Some(&service.title)).then(|| language.to_owned()),
        promises: std::iter::once(&service.standard).chain(standards).map(promise).collect(),
        prices: service.fee.as_ref().map_or_else(Vec::new, |fee| fee.prices(today)),
        service,
    }
}

/// The document without what only the server and staff need.
fn for_pages(service: &Service) -> Service {
    let mut service = service.clone();
    service.keywords.clear();
    service.routes.clear();
    let Service { policies, stops, .. } = &mut service;
    policies.retain(|policy| stops.iter().any(|stop| stop.policy.as_ref() == Some(&policy.id)));
    service
}
