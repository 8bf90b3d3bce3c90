//! `/api/services/{id}/nearby`: who may have told us already.

use domain::api::nearby::{Nearby, WatchRequest};

use super::ApiProblem;
use crate::state::{boot, device::in_address};

/// Open requests of a service near a position, written `54.97827,-1.61778`, or in a street of the gazetteer.
///
/// # Errors
/// [`ApiProblem`].
pub async fn near(service: &str, position: &str, street: &str) -> Result<Nearby, ApiProblem> {
    super::get(&near_at(service, position, street)).await
}

/// The same, if they came with the page.
#[must_use]
pub fn known_near(service: &str, position: &str, street: &str) -> Option<Nearby> {
    boot::take_reply(&near_at(service, position, street))?.ok().and_then(|text| super::read(&text).ok())
}

/// Where they are to be had.
#[must_use]
pub fn near_at(service: &str, position: &str, street: &str) -> String {
    let place = match position.split_once(',') {
        Some((lat, lon)) => format!("lat={lat}&lon={lon}"),
        None => format!("street={}", in_address(street)),
    };
    format!("/api/services/{service}/nearby?{place}")
}

/// Asks to be told what happens to one of them.
///
/// # Errors
/// [`ApiProblem`].
pub async fn watch(service: &str, request: &str, email: &str) -> Result<(), ApiProblem> {
    let body = WatchRequest { email: email.to_owned() };
    super::tell(&format!("/api/services/{service}/nearby/{request}/watch"), &body).await
}

/// Where the photo of one of them is to be had.
#[must_use]
pub fn photo(request: &str) -> String {
    format!("/api/nearby/{request}/photo")
}
