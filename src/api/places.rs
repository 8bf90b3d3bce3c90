//! `/api/places` and `/api/addresses`: the council's gazetteer.

use domain::api::places::{Addresses, PlaceAt, Places};

use super::ApiProblem;
use crate::state::{boot, device::in_address};

/// Streets by name, or by a postcode in them.
///
/// # Errors
/// [`ApiProblem`].
pub async fn find(typed: &str) -> Result<Places, ApiProblem> {
    super::get(&format!("/api/places?q={}", in_address(typed))).await
}

/// What is at a position, written `54.97827,-1.61778`.
///
/// # Errors
/// [`ApiProblem`].
pub async fn at(position: &str) -> Result<PlaceAt, ApiProblem> {
    let (lat, lon) = position.split_once(',').unwrap_or((position, ""));
    super::get(&format!("/api/places/at?lat={}&lon={}", in_address(lat), in_address(lon))).await
}

/// The addresses with a postcode.
///
/// # Errors
/// [`ApiProblem`].
pub async fn addresses(postcode: &str) -> Result<Addresses, ApiProblem> {
    super::get(&addresses_at(postcode)).await
}

/// The same, if they came with the page.
#[must_use]
pub fn known_addresses(postcode: &str) -> Option<Result<Addresses, ApiProblem>> {
    boot::take_reply(&addresses_at(postcode)).map(|reply| reply.and_then(|text| super::read(&text)))
}

/// Where the addresses with a postcode are to be had.
#[must_use]
pub fn addresses_at(postcode: &str) -> String {
    format!("/api/addresses?postcode={}", in_address(postcode))
}
