//! `/api/account`.

use domain::api::account::{
    AccountCodeRequest, AccountSignInRequest, AccountView, CollectRequest, EarlierRequest,
};

use domain::api::sign_in::{SecurityView, WaysView};
use uuid::Uuid;

use super::ApiProblem;
use crate::state::device::in_address;

/// Where the account is to be had.
pub const ADDRESS: &str = "/api/account";

/// The account, with the requests that a query asks for; none when nobody is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get(query: &str) -> Result<Option<AccountView>, ApiProblem> {
    let address = if query.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?{query}") };
    match super::get(&address).await {
        Ok(account) => Ok(Some(account)),
        Err(problem) if problem.is_signed_out() => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The part of the API's address for what is looked for, and a page of it; empty for the first of all.
#[must_use]
pub fn wanted(words: &str, page: &str) -> String {
    if words.trim().is_empty() && page.is_empty() {
        return String::new();
    }
    format!("q={}&page={}", in_address(words.trim()), in_address(page))
}

/// How else one can sign in than by a code.
pub const WAYS: &str = "/api/account/ways";
/// The ways in that the resident has.
pub const SECURITY: &str = "/api/account/security";

/// How else one can sign in than by a code.
///
/// # Errors
/// [`ApiProblem`].
pub async fn ways() -> Result<WaysView, ApiProblem> {
    super::get(WAYS).await
}

/// The ways in that the resident has.
///
/// # Errors
/// [`ApiProblem`].
pub async fn security() -> Result<SecurityView, ApiProblem> {
    super::get(SECURITY).await
}

/// Ends the link to a provider.
///
/// # Errors
/// [`ApiProblem`].
pub async fn unlink(id: Uuid) -> Result<SecurityView, ApiProblem> {
    super::post(&format!("/api/account/links/{id}/remove"), &()).await
}

/// Has a code sent to an address.
///
/// # Errors
/// [`ApiProblem`].
pub async fn code(request: &AccountCodeRequest) -> Result<(), ApiProblem> {
    super::tell("/api/account/code", request).await
}

/// Signs in with a code.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when it is not the one, or no longer.
pub async fn sign_in(request: &AccountSignInRequest) -> Result<(), ApiProblem> {
    super::tell("/api/account/sign-in", request).await
}

/// Signs out: here, or everywhere.
///
/// # Errors
/// [`ApiProblem`].
pub async fn sign_out(everywhere: bool) -> Result<(), ApiProblem> {
    let address = if everywhere { "/api/account/sign-out-everywhere" } else { "/api/account/sign-out" };
    super::tell(address, &()).await
}

/// Says what becomes of requests that were made with the address before. Gives the account as it is then.
///
/// # Errors
/// [`ApiProblem`].
pub async fn collect(request: &CollectRequest) -> Result<AccountView, ApiProblem> {
    super::post("/api/account/collect", request).await
}

/// Says what becomes of a form that was begun earlier than another one of its service.
///
/// # Errors
/// [`ApiProblem`].
pub async fn earlier(id: Uuid, request: EarlierRequest) -> Result<(), ApiProblem> {
    super::tell(&format!("/api/account/earlier/{id}"), &request).await
}
