//! `/api/slots`: what is free of something that can be booked.

use domain::api::slots::Free;

use super::ApiProblem;
use crate::state::boot;

/// What is free, by the identifier of what is booked.
///
/// # Errors
/// [`ApiProblem`].
pub async fn free(of: &str) -> Result<Free, ApiProblem> {
    super::get(&address(of)).await
}

/// The same, if it came with the page.
#[must_use]
pub fn known(of: &str) -> Option<Free> {
    boot::take_reply(&address(of))?.ok().and_then(|text| super::read(&text).ok())
}

/// Where it is to be had.
#[must_use]
pub fn address(of: &str) -> String {
    format!("/api/slots/{of}")
}
