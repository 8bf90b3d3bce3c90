//! `/api/account/profile`.

use domain::api::account::AccountView;
use domain::api::profile::{LearnRequest, Profile, ProfileView};

use super::ApiProblem;

/// Where the profile is to be had.
pub const ADDRESS: &str = "/api/account/profile";

/// What the resident told once.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get() -> Result<ProfileView, ApiProblem> {
    super::get(ADDRESS).await
}

/// Keeps this in place of what was told before.
///
/// # Errors
/// [`ApiProblem`].
pub async fn put(profile: &Profile) -> Result<ProfileView, ApiProblem> {
    super::post(ADDRESS, profile).await
}

/// Says what becomes of what the newest request told. Gives the account as it is then.
///
/// # Errors
/// [`ApiProblem`].
pub async fn learn(request: &LearnRequest) -> Result<AccountView, ApiProblem> {
    super::post("/api/account/profile/learn", request).await
}
