//! `/api/drafts`.

use super::ApiProblem;

/// Forgets what was posted for a service before the app was here.
///
/// # Errors
/// [`ApiProblem`].
pub async fn forget(service: &str) -> Result<(), ApiProblem> {
    super::tell(&format!("/api/drafts/{service}/forget"), &()).await
}
