//! `/api/account/profile`: what a resident tells once, and is not asked again.

use axum::extract::State;
use axum::response::Response;
use domain::access::{Act, Role};
use domain::api::account::AccountView;
use domain::api::problem::Problem;
use domain::api::profile::{LearnRequest, Profile, ProfileView};
use domain::audit::{Deed, Entry};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::account::{self, Wanted};
use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Body, SignedIn};
use crate::state::AppState;
use crate::store::profile::Profile as Kept;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(profile).needs(Act::SeeOwn))
        .routes(routes!(change).needs(Act::ChangeOwn))
        .routes(routes!(learn).needs(Act::ChangeOwn))
}

/// What the resident told once.
#[utoipa::path(get, path = "/api/account/profile", tag = "account", responses((status = 200, body = ProfileView), (status = 401, body = Problem)))]
async fn profile(at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(view(&at, &who).await?))
}

/// What the resident told once.
pub(crate) async fn view(at: &At, who: &SignedIn) -> Result<ProfileView, ApiError> {
    let person = who.resident.id;
    Ok(ProfileView { person, answers: at.store.profile(person).await?.answers })
}

/// Keeps this in place of what was told before.
#[utoipa::path(post, path = "/api/account/profile", tag = "account", operation_id = "change_profile", request_body = Profile,
    responses((status = 200, body = ProfileView), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Body(profile): Body<Profile>,
) -> Result<Response, ApiError> {
    keep(&state, &at, &who, &profile).await?;
    Ok(private(view(&at, &who).await?))
}

/// Keeps a profile.
///
/// # Errors
/// What is wrong with it; the database's.
pub(crate) async fn keep(state: &AppState, at: &At, who: &SignedIn, new: &Profile) -> Result<(), ApiError> {
    let today = at.served.local(state.now()).date();
    domain::profile::read(&new.answers, today).map_err(ApiError::invalid)?;
    let before = at.store.profile(who.resident.id).await?;
    if before.answers == new.answers {
        return Ok(());
    }
    put(state, at, who, Kept { answers: new.answers.clone(), ..before }).await
}

async fn put(state: &AppState, at: &At, who: &SignedIn, kept: Kept) -> Result<(), ApiError> {
    let entry = Entry {
        seq: 0,
        at: state.now(),
        role: Role::Resident,
        who: Some(who.resident.id),
        department: None,
        deed: Deed::Changed,
        person: Some(who.resident.id),
        object: "profile".to_owned(),
        detail: "Details in the account".to_owned(),
    };
    Ok(at.store.put_profile(who.resident.id, &kept, state.now(), Some(entry)).await?)
}

/// Keeps what the newest request told and the profile does not have, or offers it no more. Gives the account as it is
/// then.
#[utoipa::path(post, path = "/api/account/profile/learn", tag = "account", operation_id = "learn_profile", request_body = LearnRequest,
    responses((status = 200, body = AccountView), (status = 401, body = Problem)))]
async fn learn(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Body(LearnRequest { keep }): Body<LearnRequest>,
) -> Result<Response, ApiError> {
    learn_for(&state, &at, &who, keep).await?;
    Ok(private(account::view(&state, &at, &who, &Wanted::default()).await?))
}

/// Keeps what the newest request told, or offers it no more.
///
/// # Errors
/// The database's.
pub(crate) async fn learn_for(state: &AppState, at: &At, who: &SignedIn, keep: bool) -> Result<(), ApiError> {
    let (stored, mut kept) =
        tokio::try_join!(at.store.requests_of(who.resident.id, 2), at.store.profile(who.resident.id))?;
    if !keep {
        kept.not_before = Some(state.now());
        return Ok(at.store.put_profile(who.resident.id, &kept, state.now(), None).await?);
    }
    let Some(new) = account::learnt(&stored, &kept) else { return Ok(()) };
    for (path, raw) in new.iter() {
        kept.answers.set(path, raw);
    }
    put(state, at, who, kept).await
}
