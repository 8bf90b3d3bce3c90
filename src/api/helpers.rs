//! `/api/account/helpers` and `/api/account/acting`.

use domain::api::follow::{FollowView, WithdrawRequest};
use domain::api::helpers::{ActingRequests, HelpersView, NameHelperRequest};
use uuid::Uuid;

use super::ApiProblem;

/// Where the helpers are to be had.
pub const ADDRESS: &str = "/api/account/helpers";
/// Where the requests of somebody are to be had for whom one acts.
pub const ACTING: &str = "/api/account/acting";

/// Who may act for me, and for whom I may.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<HelpersView, ApiProblem> {
    super::get(ADDRESS).await
}

/// Names somebody who may act for me.
///
/// # Errors
/// [`ApiProblem`].
pub async fn name(request: &NameHelperRequest) -> Result<HelpersView, ApiProblem> {
    super::post(ADDRESS, request).await
}

/// Accepts to act for somebody, or ends it.
///
/// # Errors
/// [`ApiProblem`].
pub async fn change(id: &str, accept: bool) -> Result<HelpersView, ApiProblem> {
    let verb = if accept { "accept" } else { "end" };
    super::post(&format!("{ADDRESS}/{id}/{verb}"), &()).await
}

/// The requests of somebody I act for.
///
/// # Errors
/// [`ApiProblem`].
pub async fn requests(id: &str) -> Result<ActingRequests, ApiProblem> {
    super::get(&format!("{ACTING}/{id}")).await
}

/// One of them, which is to be had at [`ACTING`] and this.
///
/// # Errors
/// [`ApiProblem`].
pub async fn request(which: &str) -> Result<FollowView, ApiProblem> {
    super::get(&format!("{ACTING}/{which}")).await
}

/// Where a photo of it is to be had small.
#[must_use]
pub fn photo(which: &str, id: Uuid) -> String {
    format!("{ACTING}/{which}/photos/{id}?size=thumb")
}

/// Withdraws it. Gives it as it is now.
///
/// # Errors
/// [`ApiProblem`].
pub async fn withdraw(which: &str, why: &WithdrawRequest) -> Result<FollowView, ApiProblem> {
    super::post(&format!("{ACTING}/{which}/withdraw"), why).await
}

/// Where a message about it goes.
#[must_use]
pub fn messages(which: &str) -> String {
    format!("{ACTING}/{which}/messages")
}
