//! `/api/account/…`: what a resident decides about their own data.

use domain::api::privacy::{ClosingView, ErasedView, NewEmailRequest, ProofRequest};

use super::{ApiProblem, follow};

/// Where a copy of everything is to be had.
pub const DOWNLOAD: &str = "/api/account/download";
/// Where it is said what closing the account does.
pub const CLOSE: &str = "/api/account/close";

/// Has a code sent to a new address.
///
/// # Errors
/// [`ApiProblem`].
pub async fn new_email(request: &NewEmailRequest) -> Result<(), ApiProblem> {
    super::tell("/api/account/email", request).await
}

/// Makes the address that the code went to the account's.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when it is not the one, or no longer.
pub async fn confirm_email(request: &ProofRequest) -> Result<(), ApiProblem> {
    super::tell("/api/account/email/confirm", request).await
}

/// What closing the account does.
///
/// # Errors
/// [`ApiProblem`].
pub async fn closing() -> Result<ClosingView, ApiProblem> {
    super::get(CLOSE).await
}

/// Has a code sent to close the account with.
///
/// # Errors
/// [`ApiProblem`].
pub async fn closing_code() -> Result<(), ApiProblem> {
    super::tell("/api/account/close/code", &()).await
}

/// Closes the account.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when it is not the one, or no longer.
pub async fn close(request: &ProofRequest) -> Result<(), ApiProblem> {
    super::tell(CLOSE, request).await
}

/// Where it is said what became of a request that was erased.
#[must_use]
pub fn erased_at(key: &str) -> String {
    follow::address(key, "/erased")
}

/// What became of a request that was erased.
///
/// # Errors
/// [`ApiProblem`].
pub async fn erased(key: &str) -> Result<ErasedView, ApiProblem> {
    super::get(&erased_at(key)).await
}
