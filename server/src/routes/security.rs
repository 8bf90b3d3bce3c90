//! The ways in that there are, and those that somebody has: `/api/account/security`, `/api/staff/security`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::sign_in::{LinkView, PasskeyView, ProviderView, SecurityView, WaysView};
use domain::audit::Deed;
use domain::sign_in::{People, Provider};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use super::passkeys::webauthn;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, Staff, provider_used, signed_in, staff_signed_in};
use crate::operations::base;
use crate::state::AppState;
use crate::store::accounts::entry;
use crate::store::passkeys::Owner;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const SIGN_IN: &str = "signing in";
    OpenApiRouter::new()
        .routes(routes!(ways).open(SIGN_IN))
        .routes(routes!(staff_ways).open(SIGN_IN))
        .routes(routes!(security).needs(Act::SeeOwn))
        .routes(routes!(staff_security).staff("one's own ways in"))
        .routes(routes!(unlink).needs(Act::ChangeOwn))
}

/// How a resident can sign in besides by a code.
#[utoipa::path(get, path = "/api/account/ways", tag = "account", operation_id = "account_ways", responses((status = 200, body = WaysView)))]
async fn ways(State(state): State<AppState>, at: At, headers: HeaderMap) -> Result<Response, ApiError> {
    Ok(private(ways_of(&state, &at, &headers, People::Residents).await?))
}

/// How a member of staff can sign in besides by a code.
#[utoipa::path(get, path = "/api/staff/ways", tag = "staff", operation_id = "staff_ways", responses((status = 200, body = WaysView)))]
async fn staff_ways(State(state): State<AppState>, at: At, headers: HeaderMap) -> Result<Response, ApiError> {
    Ok(private(ways_of(&state, &at, &headers, People::Staff).await?))
}

/// The ways in of these people.
pub(crate) async fn ways_of(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    people: People,
) -> Result<WaysView, ApiError> {
    let providers = || at.served.council.sign_in.iter().filter(|provider| provider.people.contains(&people));
    let is_signed_in = match people {
        People::Residents => signed_in(state, at, headers).await?.is_some(),
        People::Staff => staff_signed_in(state, at, headers).await?.is_some(),
    };
    let left = provider_used(state, headers).filter(|_| !is_signed_in);
    let left = left.and_then(|id| providers().find(|provider| provider.id == id));
    let home = base(state, &at.served.council);
    let left = left.filter(|provider| state.providers.sign_out(provider, &home).is_some());
    Ok(WaysView {
        // To staff they are sent in a demonstration only.
        codes: people == People::Residents || at.served.council.demo,
        passkeys: webauthn(state, at).is_some(),
        providers: providers().map(named).collect(),
        leave: left.map(named),
    })
}

fn named(provider: &Provider) -> ProviderView {
    ProviderView { id: provider.id.clone(), name: provider.name.clone() }
}

/// The ways in that I have.
#[utoipa::path(get, path = "/api/account/security", tag = "account", operation_id = "account_security",
    responses((status = 200, body = SecurityView), (status = 401, body = Problem)))]
async fn security(State(state): State<AppState>, at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, Owner::Resident(who.resident.id)).await?))
}

/// The ways in that I have as a member of staff.
#[utoipa::path(get, path = "/api/staff/security", tag = "staff", operation_id = "staff_security",
    responses((status = 200, body = SecurityView), (status = 401, body = Problem)))]
async fn staff_security(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, Owner::Staff(member.id)).await?))
}

/// The ways in that somebody has.
pub(crate) async fn view(state: &AppState, at: &At, owner: Owner) -> Result<SecurityView, ApiError> {
    let passkeys = at.store.passkeys(owner).await?;
    let links = match owner {
        Owner::Resident(id) => at.store.links(id).await?,
        Owner::Staff(_) => Vec::new(),
    };
    let own = |provider: &&Provider| {
        matches!(owner, Owner::Resident(_)) && provider.people.contains(&People::Residents)
    };
    let council = &at.served.council;
    let is_linked = |provider: &&Provider| links.iter().any(|link| link.issuer == provider.issuer);
    let others = council.sign_in.iter().filter(own).filter(|provider| !is_linked(provider));
    Ok(SecurityView {
        possible: webauthn(state, at).is_some(),
        passkeys: passkeys
            .into_iter()
            .map(|passkey| PasskeyView {
                id: passkey.id,
                name: passkey.name,
                added: at.served.say(passkey.added_at),
                used: passkey.used_at.map(|used| at.served.say(used)),
            })
            .collect(),
        others: others.map(named).collect(),
        links: links
            .iter()
            .map(|link| LinkView {
                id: link.id,
                name: provider_name(at, &link.provider),
                added: at.served.say(link.added_at),
                used: link.used_at.map(|used| at.served.say(used)),
            })
            .collect(),
    })
}

/// What people call a provider; its identifier where the council does not name it any more.
fn provider_name(at: &At, id: &str) -> String {
    let known = at.served.council.sign_in.iter().find(|provider| provider.id == id);
    known.map_or_else(|| id.to_owned(), |provider| provider.name.clone())
}

/// Ends the link of my account to a provider.
#[utoipa::path(post, path = "/api/account/links/{id}/remove", tag = "account", operation_id = "remove_link", params(("id" = Uuid, Path)),
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn unlink(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    end_link(&state, &at, who.resident.id, &id).await?;
    Ok(private(view(&state, &at, Owner::Resident(who.resident.id)).await?))
}

/// Ends the link of a resident's account to a provider.
pub(crate) async fn end_link(state: &AppState, at: &At, resident: Uuid, id: &str) -> Result<(), ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    let links = at.store.links(resident).await?;
    let link = links.into_iter().find(|link| link.id == id).ok_or_else(ApiError::not_found)?;
    let detail = format!("No longer signs in with {}", provider_name(at, &link.provider));
    Ok(at.store.remove_link(resident, id, entry(Some(resident), Deed::Changed, detail, state.now())).await?)
}
