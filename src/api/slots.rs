//! `/api/slots`: what is free of something that can be booked.

use domain::field::Choices;

use super::ApiProblem;

/// What is free, by the identifier of what is booked.
///
/// # Errors
/// [`ApiProblem`].
pub async fn free(of: &str) -> Result<Choices, ApiProblem> {
    super::get(&format!("/api/slots/{of}")).await
}
