//! `/api/performance`.

use domain::api::performance::PerformanceView;

use super::ApiProblem;

/// Where it is to be had what the council publishes of its requests.
pub const PUBLISHED: &str = "/api/performance";

/// What the council publishes of its requests.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<PerformanceView, ApiProblem> {
    super::get(PUBLISHED).await
}
