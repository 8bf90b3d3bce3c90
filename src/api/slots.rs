//! `/api/slots`: what is free of something that can be booked.

use domain::api::slots::Free;

use super::ApiProblem;

/// What is free, by the identifier of what is booked.
///
/// # Errors
/// [`ApiProblem`].
pub async fn free(of: &str) -> Result<Free, ApiProblem> {
    super::get(&format!("/api/slots/{of}")).await
}
