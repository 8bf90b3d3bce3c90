//! `/api/services/{id}/nearby`: who may have told us already.

use domain::api::nearby::{Nearby, WatchRequest};

use super::ApiProblem;
use crate::state::device::in_address;

/// Open requests of a service near a position, written `54.97827,-1.61778`, or in a street of the gazetteer.
///
/// # Errors
/// [`ApiProblem`].
pub async fn near(service: &str, position: &str, street: &str) -> Result<Nearby, ApiProblem> {
    let place = match position.split_once(',') {
        Some((lat, lon)) => format!("lat={lat}&lon={lon}"),
        None => format!("street={}", in_address(street)),
    };
    super::get(&format!("/api/services/{service}/nearby?{place}")).await
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
