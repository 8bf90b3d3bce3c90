//! `/api/services`: what the council offers.

use axum::Json;
use axum::extract::State;
use domain::api::problem::Problem;
use domain::api::services::{ServiceSummary, ServiceView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::{At, Path};
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
}

/// All services, in the order of their titles; the one that takes everything else comes last.
#[utoipa::path(get, path = "/api/services", tag = "services", responses((status = 200, body = Vec<ServiceSummary>)))]
async fn list(at: At) -> Json<Vec<ServiceSummary>> {
    let mut services: Vec<_> = at.served.catalogue.values().collect();
    // What takes everything else comes last.
    services.sort_by_key(|service| (service.route.is_some(), &service.title));
    let list = services
        .into_iter()
        .map(|service| ServiceSummary {
            id: service.id.clone(),
            title: service.title.clone(),
            summary: service.summary.clone(),
            keywords: service.keywords.clone(),
        })
        .collect();
    Json(list)
}

/// One service's document, and what sending it now would promise.
#[utoipa::path(get, path = "/api/services/{id}", tag = "services", params(("id" = String, Path)),
    responses((status = 200, body = ServiceView), (status = 404, body = Problem)))]
async fn one(
    State(state): State<AppState>,
    at: At,
    Path(id): Path<String>,
) -> Result<Json<ServiceView>, ApiError> {
    view(&state, &at.served, &id).map(Json).ok_or_else(ApiError::not_found)
}

/// A service as pages show it.
#[must_use]
pub fn view(state: &AppState, served: &Served, id: &str) -> Option<ServiceView> {
    let service = served.service(id)?.clone();
    let now = state.now();
    Some(ServiceView {
        acknowledge_by: served.due(now, service.standard.acknowledge),
        complete_by: served.due(now, service.standard.complete),
        service,
    })
}
