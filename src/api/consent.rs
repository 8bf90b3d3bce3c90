//! `/api/consent`, `/api/account/consent` and `/api/account/looked`.

use domain::api::consent::{ConsentInvite, ConsentRequest, ConsentView, LookedView};

use super::ApiProblem;

/// Where it is to be had what a page asks.
pub const INVITE: &str = "/api/consent";
/// Where it is to be had what the resident decided.
pub const ADDRESS: &str = "/api/account/consent";
/// Where it is to be had who looked.
pub const LOOKED: &str = "/api/account/looked";

/// What is to be asked of whoever is there.
///
/// # Errors
/// [`ApiProblem`].
pub async fn invite() -> Result<ConsentInvite, ApiProblem> {
    super::get(INVITE).await
}

/// What the resident decided; none when nobody is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<Option<ConsentView>, ApiProblem> {
    if_signed_in(super::get(ADDRESS).await)
}

/// Decides. Gives what holds then.
///
/// # Errors
/// [`ApiProblem`]; `wording_changed` when the words are others by now.
pub async fn decide(request: &ConsentRequest) -> Result<ConsentView, ApiProblem> {
    super::post(ADDRESS, request).await
}

/// Who looked at what is in the account; none when nobody is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn looked() -> Result<Option<LookedView>, ApiProblem> {
    if_signed_in(super::get(LOOKED).await)
}

/// Nobody being signed in is no problem of the page's.
pub(super) fn if_signed_in<T>(reply: Result<T, ApiProblem>) -> Result<Option<T>, ApiProblem> {
    match reply {
        Ok(there) => Ok(Some(there)),
        Err(problem) if problem.is_signed_out() => Ok(None),
        Err(problem) => Err(problem),
    }
}
