//! `/api/council`.

use domain::api::council::CouncilView;

use super::ApiProblem;

/// The council this address belongs to.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<CouncilView, ApiProblem> {
    super::get("/api/council").await
}
