//! `/api/account/identity`.

use domain::api::identity::IdentityView;

use super::ApiProblem;

/// Where it is to be had.
pub const ADDRESS: &str = "/api/account/identity";

/// What is known of who I am; none when nobody is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<Option<IdentityView>, ApiProblem> {
    match super::get(ADDRESS).await {
        Ok(known) => Ok(Some(known)),
        Err(problem) if problem.is_signed_out() => Ok(None),
        Err(problem) => Err(problem),
    }
}
