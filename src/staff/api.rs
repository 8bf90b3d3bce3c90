//! `/api/staff`: a session cookie is the permission, and a reply of 401 says that there is none.

use domain::api::follow::MessageRequest;
use domain::api::staff::{
    CloseRequest, CodeRequest, Me, MovePromiseRequest, PublishPhotoRequest, Queue, SignInRequest, StaffCase,
};
use portico_app::api::{self, ApiProblem};
use uuid::Uuid;

use crate::paths::Show;

type Reply<T> = Result<T, ApiProblem>;

/// Asks for a code by e-mail.
///
/// # Errors
/// [`ApiProblem`]; an unknown address is none.
pub async fn sign_in(request: &SignInRequest) -> Reply<()> {
    api::tell("/api/staff/sign-in", request).await
}

/// Signs in with the code.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when it is wrong or too old.
pub async fn code(request: &CodeRequest) -> Reply<()> {
    api::tell("/api/staff/sign-in/code", request).await
}

/// Ends the session.
///
/// # Errors
/// [`ApiProblem`].
pub async fn sign_out() -> Reply<()> {
    api::tell("/api/staff/sign-out", &()).await
}

/// Who is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn me() -> Reply<Me> {
    api::get("/api/staff/me").await
}

/// The queue of my department.
///
/// # Errors
/// [`ApiProblem`].
pub async fn queue(show: Show) -> Reply<Queue> {
    let show = if show == Show::Closed { "closed" } else { "open" };
    api::get(&format!("/api/staff/requests?show={show}")).await
}

/// One request.
///
/// # Errors
/// [`ApiProblem`]; not found too when it is another department's.
pub async fn request(id: Uuid) -> Reply<StaffCase> {
    api::get(&address(id, "")).await
}

/// Takes a request, or takes it over.
///
/// # Errors
/// [`ApiProblem`].
pub async fn take(id: Uuid) -> Reply<StaffCase> {
    api::post(&address(id, "/take"), &()).await
}

/// Writes to the resident.
///
/// # Errors
/// [`ApiProblem`].
pub async fn message(id: Uuid, message: &MessageRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/messages"), message).await
}

/// Moves the promised date.
///
/// # Errors
/// [`ApiProblem`].
pub async fn move_promise(id: Uuid, to: &MovePromiseRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/promise"), to).await
}

/// Closes a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn close(id: Uuid, how: &CloseRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/close"), how).await
}

/// Where a photo of a request is to be had.
#[must_use]
pub fn photo(id: Uuid, photo: Uuid) -> String {
    address(id, &format!("/photos/{photo}"))
}

/// Where the same photo is to be had small.
#[must_use]
pub fn thumbnail(id: Uuid, photo: Uuid) -> String {
    self::photo(id, photo) + "?size=thumb"
}

/// Lets others who report the same see a photo, or no longer.
///
/// # Errors
/// [`ApiProblem`].
pub async fn publish(id: Uuid, photo: Uuid, public: bool) -> Reply<StaffCase> {
    let body = PublishPhotoRequest { public };
    api::post(&address(id, &format!("/photos/{photo}/public")), &body).await
}

/// Where a document of a request is to be had.
#[must_use]
pub fn document(id: Uuid, document: Uuid) -> String {
    address(id, &format!("/documents/{document}"))
}

/// Where news of a request come from.
#[must_use]
pub fn events(id: Uuid) -> String {
    address(id, "/events")
}

fn address(id: Uuid, rest: &str) -> String {
    format!("/api/staff/requests/{id}{rest}")
}
