//! `/api/drafts`.

use domain::api::drafts::{Filled, Kept};

use super::ApiProblem;

/// Has the server keep what was filled in for a service.
///
/// # Errors
/// [`ApiProblem`].
pub async fn keep(service: &str, filled: &Filled) -> Result<Kept, ApiProblem> {
    super::post(&format!("/api/drafts/{service}"), filled).await
}

/// Forgets what the server keeps for a service.
///
/// # Errors
/// [`ApiProblem`].
pub async fn forget(service: &str) -> Result<(), ApiProblem> {
    super::tell(&format!("/api/drafts/{service}/forget"), &()).await
}
