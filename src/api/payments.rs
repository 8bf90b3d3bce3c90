//! `/api/account/payments`.

use domain::api::payments::AccountPayments;

use super::{ApiProblem, consent::if_signed_in};

/// Where it is to be had what was paid.
pub const HISTORY: &str = "/api/account/payments";

/// What is to be paid, and what was; none when nobody is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn history() -> Result<Option<AccountPayments>, ApiProblem> {
    if_signed_in(super::get(HISTORY).await)
}
