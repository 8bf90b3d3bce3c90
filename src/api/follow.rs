//! `/api/follow`.

use domain::api::follow::{
    FeedbackRequest, FindRequest, FollowView, Found, MessageRequest, ReopenRequest, WithdrawRequest,
};
use uuid::Uuid;

use super::ApiProblem;

/// Finds a request by what a person remembers.
///
/// # Errors
/// [`ApiProblem`]; not found when the two do not belong together.
pub async fn find(what: &FindRequest) -> Result<Found, ApiProblem> {
    super::post("/api/follow", what).await
}

/// A request as its resident sees it.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get(key: &str) -> Result<FollowView, ApiProblem> {
    super::get(&address(key, "")).await
}

/// Adds a message, where messages about the request go. Gives the request as it is now.
///
/// # Errors
/// [`ApiProblem`].
pub async fn message(to: &str, message: &MessageRequest) -> Result<FollowView, ApiProblem> {
    super::post(to, message).await
}

/// Where a message about the request goes.
#[must_use]
pub fn messages(key: &str) -> String {
    address(key, "/messages")
}

/// Withdraws the request. Gives it as it is now.
///
/// # Errors
/// [`ApiProblem`].
pub async fn withdraw(key: &str, why: &WithdrawRequest) -> Result<FollowView, ApiProblem> {
    super::post(&address(key, "/withdraw"), why).await
}

/// Opens the request again. Gives it as it is now.
///
/// # Errors
/// [`ApiProblem`].
pub async fn reopen(key: &str, why: &ReopenRequest) -> Result<FollowView, ApiProblem> {
    super::post(&address(key, "/reopen"), why).await
}

/// Says how it went. Gives the request as it is now.
///
/// # Errors
/// [`ApiProblem`].
pub async fn feedback(key: &str, said: &FeedbackRequest) -> Result<FollowView, ApiProblem> {
    super::post(&address(key, "/feedback"), said).await
}

/// Where a photo of the request is to be had.
#[must_use]
pub fn photo(key: &str, id: Uuid) -> String {
    address(key, &format!("/photos/{id}"))
}

/// Where the same photo is to be had small.
#[must_use]
pub fn thumbnail(key: &str, id: Uuid) -> String {
    photo(key, id) + "?size=thumb"
}

/// Where a document of the request is to be had.
#[must_use]
pub fn document(key: &str, id: Uuid) -> String {
    address(key, &format!("/documents/{id}"))
}

/// Ends the watch of somebody else's request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn stop(key: &str) -> Result<(), ApiProblem> {
    super::tell(&address(key, "/stop"), &()).await
}

/// Where news of the request come from.
#[must_use]
pub fn events(key: &str) -> String {
    address(key, "/events")
}

/// Where a request, and what belongs to it, is to be had.
#[must_use]
pub fn address(key: &str, rest: &str) -> String {
    format!("/api/follow/{key}{rest}")
}
