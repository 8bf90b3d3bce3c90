//! `/api/account/alerts` and `/api/account/notices`.

use domain::api::alerts::{AlertsRequest, AlertsView, DeviceRequest, NoticesView, Unread};
use uuid::Uuid;

use super::ApiProblem;

/// Where it is to be had how a resident is told.
pub const ADDRESS: &str = "/api/account/alerts";
/// Where what they were told is to be had.
pub const NOTICES: &str = "/api/account/notices";
/// Where it is to be had how much of it they have not read.
pub const UNREAD: &str = "/api/account/notices/unread";
/// Where news of that come from.
pub const EVENTS: &str = "/api/account/notices/events";

/// How the resident is told what happens.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<AlertsView, ApiProblem> {
    super::get(ADDRESS).await
}

/// Keeps how they want to be told.
///
/// # Errors
/// [`ApiProblem`].
pub async fn put(request: &AlertsRequest) -> Result<AlertsView, ApiProblem> {
    super::post(ADDRESS, request).await
}

/// Has notifications sent to this device.
///
/// # Errors
/// [`ApiProblem`].
pub async fn add_device(request: &DeviceRequest) -> Result<AlertsView, ApiProblem> {
    super::post("/api/account/devices", request).await
}

/// Has no more of them sent to a device.
///
/// # Errors
/// [`ApiProblem`].
pub async fn remove_device(id: Uuid) -> Result<AlertsView, ApiProblem> {
    super::post(&format!("/api/account/devices/{id}/remove"), &()).await
}

/// What they were told.
///
/// # Errors
/// [`ApiProblem`].
pub async fn notices() -> Result<NoticesView, ApiProblem> {
    super::get(NOTICES).await
}

/// Notes that they have read all of it.
///
/// # Errors
/// [`ApiProblem`].
pub async fn read() -> Result<NoticesView, ApiProblem> {
    super::post("/api/account/notices/read", &()).await
}

/// How much of it they have not read.
///
/// # Errors
/// [`ApiProblem`].
pub async fn unread() -> Result<Unread, ApiProblem> {
    super::get(UNREAD).await
}
