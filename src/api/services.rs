//! `/api/services`.

use domain::api::services::{ServiceSummary, ServiceView, SuggestRequest, Suggested};

use super::ApiProblem;

/// Every service, in one line each.
///
/// # Errors
/// [`ApiProblem`].
pub async fn list() -> Result<Vec<ServiceSummary>, ApiProblem> {
    super::get("/api/services").await
}

/// One service's document.
///
/// # Errors
/// [`ApiProblem`]; not found when there is no such service.
pub async fn get(id: &str) -> Result<ServiceView, ApiProblem> {
    super::get(&address(id)).await
}

/// Where a service's document is to be had.
#[must_use]
pub fn address(id: &str) -> String {
    format!("/api/services/{id}")
}

/// The form that a message probably belongs into.
///
/// # Errors
/// [`ApiProblem`].
pub async fn suggest(message: String) -> Result<Suggested, ApiProblem> {
    super::post("/api/services/suggest", &SuggestRequest { message }).await
}
