//! Passkeys of residents (`/api/account/passkeys…`) and of staff (`/api/staff/passkeys…`): adding one, signing in with
//! one without typing anything, what they are called, and removing them. What is under way is kept here and not in the
//! browser; it is good for five minutes, once, and in the browser that began.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Act, Role};
use domain::api::problem::Problem;
use domain::api::sign_in::{NamePasskeyRequest, SecurityView, passkey_name};
use domain::audit::{Deed, Entry};
use domain::field::{ErrorCode, FieldError};
use domain::sign_in::People;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Credential, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::account::{Beginning, fresh_token};
use super::follow::private;
use super::security::view;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Body, Path, SignedIn, Staff, Valid, named_cookie, signing_in_token};
use crate::jobs::Job;
use crate::jobs::staff_notice::{Passkey as Change, StaffNotice};
use crate::operations::{base, staff_session};
use crate::secret;
use crate::state::AppState;
use crate::store::accounts::{self, Proof};
use crate::store::ceremonies::Ceremony;
use crate::store::passkeys::{NewPasskey, Owner, Used};
use crate::store::staff::StaffMember;
use crate::store::staff_sessions::Proof as StaffProof;

/// How long what is under way waits for the authenticator.
const WAITS: TimeDelta = TimeDelta::minutes(5);
/// What is under way: adding one.
const ADDING: &str = "passkey-add";
/// What is under way: a resident signs in.
const RESIDENT: &str = "passkey-resident";
/// What is under way: a member of staff signs in.
const STAFF: &str = "passkey-staff";

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const SIGN_IN: &str = "signing in";
    const OWN: &str = "one's own ways in";
    OpenApiRouter::new()
        .routes(routes!(start).needs(Act::ChangeOwn))
        .routes(routes!(add).needs(Act::ChangeOwn))
        .routes(routes!(rename).needs(Act::ChangeOwn))
        .routes(routes!(remove).needs(Act::ChangeOwn))
        .routes(routes!(start_sign_in).open(SIGN_IN))
        .routes(routes!(sign_in).open(SIGN_IN))
        .routes(routes!(staff_start).needs(Act::ChangeWaysIn))
        .routes(routes!(staff_add).needs(Act::ChangeWaysIn))
        .routes(routes!(staff_rename).staff(OWN))
        .routes(routes!(staff_remove).needs(Act::ChangeWaysIn))
        .routes(routes!(staff_start_sign_in).open(SIGN_IN))
        .routes(routes!(staff_sign_in).open(SIGN_IN))
}

/// `POST …/passkeys`: a passkey that an authenticator has made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AddPasskeyRequest {
    /// What it is to be called.
    name: String,
    /// What the browser gives (`PublicKeyCredential.toJSON()`).
    #[schema(value_type = Object)]
    credential: RegisterPublicKeyCredential,
}

/// `POST …/passkeys/sign-in`: the answer of an authenticator.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasskeySignInRequest {
    /// What the browser gives (`PublicKeyCredential.toJSON()`).
    #[schema(value_type = Object)]
    credential: PublicKeyCredential,
}

/// Whose passkeys, and what the authenticator shows for them.
struct Person {
    owner: Owner,
    name: String,
    display: String,
    /// One passkey must stay, for there would be no other way in.
    one_must_stay: bool,
    /// Of staff.
    member: Option<StaffMember>,
}

impl Person {
    fn resident(who: &SignedIn) -> Self {
        let email = who.resident.email.clone();
        let owner = Owner::Resident(who.resident.id);
        // Every resident can have a code sent.
        Self { owner, name: email.clone(), display: email, one_must_stay: false, member: None }
    }

    fn staff(at: &At, member: &StaffMember) -> Self {
        let council = &at.served.council;
        let has_provider = council.sign_in.iter().any(|provider| provider.people.contains(&People::Staff));
        Self {
            owner: Owner::Staff(member.id),
            name: format!("{} (staff)", member.email),
            display: member.name.clone(),
            one_must_stay: !council.demo && !has_provider,
            member: Some(member.clone()),
        }
    }

    /// The entry of the audit log for a change of their passkeys.
    fn changed(&self, state: &AppState, detail: String) -> Entry {
        let (now, id) = (state.now(), self.owner.id());
        match &self.member {
            Some(member) => member.did(now, Deed::Changed, format!("staff {id}"), detail),
            None => accounts::entry(Some(id), Deed::Changed, detail, now),
        }
    }

    /// The mail about it: a member of staff learns what was done at their desk while they were away.
    fn told(&self, state: &AppState, passkey: Change) -> Option<(Uuid, Job)> {
        let member = self.member.as_ref()?;
        let (name, email) = (member.name.clone(), member.email.clone());
        Some((state.new_id(), Job::StaffNotice(StaffNotice { name, email, passkey })))
    }
}

/// What checks passkeys at the council's own address; none where browsers would take none: at an address that is a
/// number.
pub(crate) fn webauthn(state: &AppState, at: &At) -> Option<Webauthn> {
    let council = &at.served.council;
    let origin = Url::parse(&base(state, council)).ok()?;
    let host = origin.domain()?.to_owned();
    let builder = WebauthnBuilder::new(&host, &origin).ok()?;
    builder.rp_name(&council.name).build().ok()
}

fn possible(state: &AppState, at: &At) -> Result<Webauthn, ApiError> {
    webauthn(state, at).ok_or(ApiError::new(StatusCode::CONFLICT, "no_passkeys_here"))
}

fn refused() -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "passkey_refused")
}

/// What is under way in a browser with this token: one of each kind.
fn under_way(kind: &'static str, token: &str) -> Ceremony {
    Ceremony {
        key_hash: secret::hash(format!("{kind}:{token}").as_bytes()),
        kind,
        browser_hash: secret::hash(token.as_bytes()),
    }
}

/// Keeps what is under way, and gives the cookie that it is found again by.
async fn keep(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    kind: &'static str,
    body: &impl Serialize,
) -> Result<HeaderValue, ApiError> {
    let token = signing_in_token(state, headers).unwrap_or_else(|| fresh_token(state));
    let body = serde_json::to_string(body).map_err(crate::store::StoreError::from)?;
    at.store.begin_ceremony(under_way(kind, &token), body, state.now() + WAITS).await?;
    named_cookie(state, "signing-in", &token, WAITS)
}

/// Takes what is under way.
async fn take<T: serde::de::DeserializeOwned>(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    kind: &'static str,
) -> Result<T, ApiError> {
    let token = signing_in_token(state, headers).ok_or_else(refused)?;
    let body = at.store.take_ceremony(under_way(kind, &token), state.now()).await?.ok_or_else(refused)?;
    serde_json::from_str(&body).map_err(|_| refused())
}

fn with_cookie<T: Serialize>(cookie: HeaderValue, body: T) -> Response {
    ([(header::SET_COOKIE, cookie)], private(body)).into_response()
}

/// What the browser makes a passkey by.
async fn begin_adding(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    person: &Person,
) -> Result<Response, ApiError> {
    let webauthn = possible(state, at)?;
    let known = at.store.passkeys(person.owner).await?;
    let known = known.into_iter().map(|passkey| passkey.credential).collect();
    let (mut options, kept) = webauthn
        .start_passkey_registration(person.owner.id(), &person.name, &person.display, Some(known))
        .map_err(|error| said_no(&error))?;
    // The authenticator keeps whose it is, so that nothing has to be typed to sign in.
    if let Some(selection) = &mut options.public_key.authenticator_selection {
        selection.resident_key = Some(ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
    }
    let cookie = keep(state, at, headers, ADDING, &(person.owner.id(), kept)).await?;
    Ok(with_cookie(cookie, options))
}

fn said_no(error: &webauthn_rs::prelude::WebauthnError) -> ApiError {
    tracing::info!(%error, "a passkey was refused");
    refused()
}

async fn finish_adding(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    person: &Person,
    request: AddPasskeyRequest,
) -> Result<Response, ApiError> {
    let name = checked_name(&request.name)?;
    let (id, kept): (Uuid, PasskeyRegistration) = take(state, at, headers, ADDING).await?;
    if id != person.owner.id() {
        return Err(refused());
    }
    let passkey = possible(state, at)?
        .finish_passkey_registration(&request.credential, &kept)
        .map_err(|error| said_no(&error))?;
    let now = state.now();
    let new = NewPasskey {
        id: state.dice.id(now),
        credential: passkey.cred_id().clone(),
        name,
        body: serde_json::to_string(&passkey).map_err(crate::store::StoreError::from)?,
    };
    let entry = person.changed(state, "Added a passkey".to_owned());
    if !at.store.add_passkey(person.owner, new, entry, person.told(state, Change::Added)).await? {
        return Err(ApiError::new(StatusCode::CONFLICT, "too_many_passkeys"));
    }
    state.wake.notify_one();
    Ok(private(view(state, at, person.owner).await?))
}

fn checked_name(typed: &str) -> Result<String, ApiError> {
    let missing = || ApiError::invalid(vec![FieldError::new("name", ErrorCode::Missing)]);
    let too_long = || ApiError::invalid(vec![FieldError::new("name", ErrorCode::NotAllowed)]);
    if typed.trim().is_empty() {
        return Err(missing());
    }
    passkey_name(typed).map(ToOwned::to_owned).ok_or_else(too_long)
}

async fn name(at: &At, owner: Owner, id: &str, typed: &str) -> Result<(), ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    Ok(at.store.name_passkey(owner, id, &checked_name(typed)?).await?)
}

async fn take_away(state: &AppState, at: &At, person: &Person, id: &str) -> Result<(), ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    let entry = person.changed(state, "Removed a passkey".to_owned());
    let tell = person.told(state, Change::Removed);
    if at.store.remove_passkey(person.owner, id, person.one_must_stay, entry, tell).await? {
        state.wake.notify_one();
        Ok(())
    } else {
        Err(ApiError::new(StatusCode::CONFLICT, "last_way_in"))
    }
}

/// Calls a resident's passkey something else.
pub(crate) async fn name_of_resident(at: &At, resident: Uuid, id: &str, typed: &str) -> Result<(), ApiError> {
    name(at, Owner::Resident(resident), id, typed).await
}

/// Removes a resident's passkey.
pub(crate) async fn remove_of_resident(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    id: &str,
) -> Result<(), ApiError> {
    take_away(state, at, &Person::resident(who), id).await
}

/// The entry of the audit log for somebody who tried to sign in as staff; nobody knows who.
pub(crate) fn staff_failed(detail: String, now: DateTime<Utc>) -> Entry {
    let failed = accounts::entry(None, Deed::SignInFailed, detail, now);
    Entry { role: Role::Officer, object: "staff".to_owned(), ..failed }
}

async fn begin_sign_in(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    kind: &'static str,
) -> Result<Response, ApiError> {
    let webauthn = possible(state, at)?;
    let (mut options, kept) =
        webauthn.start_discoverable_authentication().map_err(|error| said_no(&error))?;
    // A button was pressed: the browser asks at once, not beside a field.
    options.mediation = None;
    let cookie = keep(state, at, headers, kind, &kept).await?;
    Ok(with_cookie(cookie, options))
}

/// Whose passkey it was that answered.
async fn answered(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    (kind, owner): (&'static str, fn(Uuid) -> Owner),
    credential: &PublicKeyCredential,
) -> Result<(Uuid, Used), ApiError> {
    let webauthn = possible(state, at)?;
    let kept: DiscoverableAuthentication = take(state, at, headers, kind).await?;
    let (id, known_by) =
        webauthn.identify_discoverable_authentication(credential).map_err(|error| said_no(&error))?;
    let passkey = at.store.passkey(owner(id), known_by).await?.ok_or_else(refused)?;
    let mut body: Credential = serde_json::from_str(&passkey.body).map_err(crate::store::StoreError::from)?;
    let result = webauthn
        .finish_discoverable_authentication_v2(credential, kept, &body)
        .map_err(|error| said_no(&error))?;
    body.update_credential(&result);
    let body = serde_json::to_string(&body).map_err(crate::store::StoreError::from)?;
    Ok((id, Used { id: passkey.id, body }))
}

/// What a browser needs to make a passkey with, for my account.
#[utoipa::path(post, path = "/api/account/passkeys/start", tag = "account", operation_id = "start_passkey",
    responses((status = 200, body = Object), (status = 401, body = Problem), (status = 409, body = Problem)))]
async fn start(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    who: SignedIn,
) -> Result<Response, ApiError> {
    begin_adding(&state, &at, &headers, &Person::resident(&who)).await
}

/// Adds the passkey that the browser has made to my account.
#[utoipa::path(post, path = "/api/account/passkeys", tag = "account", operation_id = "add_passkey", request_body = AddPasskeyRequest,
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    who: SignedIn,
    Body(request): Body<AddPasskeyRequest>,
) -> Result<Response, ApiError> {
    finish_adding(&state, &at, &headers, &Person::resident(&who), request).await
}

/// Calls a passkey of mine something else.
#[utoipa::path(post, path = "/api/account/passkeys/{id}/rename", tag = "account", operation_id = "rename_passkey", params(("id" = Uuid, Path)), request_body = NamePasskeyRequest,
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn rename(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
    Valid(request): Valid<NamePasskeyRequest>,
) -> Result<Response, ApiError> {
    let owner = Owner::Resident(who.resident.id);
    name(&at, owner, &id, &request.name).await?;
    Ok(private(view(&state, &at, owner).await?))
}

/// Removes a passkey of mine.
#[utoipa::path(post, path = "/api/account/passkeys/{id}/remove", tag = "account", operation_id = "remove_passkey", params(("id" = Uuid, Path)),
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn remove(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let person = Person::resident(&who);
    take_away(&state, &at, &person, &id).await?;
    Ok(private(view(&state, &at, person.owner).await?))
}

/// What a browser needs to ask for a passkey of a resident.
#[utoipa::path(post, path = "/api/account/passkeys/sign-in/start", tag = "account", operation_id = "start_passkey_sign_in",
    responses((status = 200, body = Object), (status = 409, body = Problem)))]
async fn start_sign_in(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    begin_sign_in(&state, &at, &headers, RESIDENT).await
}

/// Signs in to an account with a passkey. Whatever is wrong with it is answered alike.
#[utoipa::path(post, path = "/api/account/passkeys/sign-in", tag = "account", operation_id = "passkey_sign_in", request_body = PasskeySignInRequest,
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem, description = "`passkey_refused`")))]
async fn sign_in(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Body(request): Body<PasskeySignInRequest>,
) -> Result<Response, ApiError> {
    let kind: (&'static str, fn(Uuid) -> Owner) = (RESIDENT, Owner::Resident);
    match answered(&state, &at, &headers, kind, &request.credential).await {
        Ok((id, used)) => {
            let beginning = Beginning::of(&state, &headers);
            let begun = at.store.begin_session(id, Proof::Passkey(used), beginning.session.clone()).await?;
            let resident = begun.ok_or_else(refused)?;
            let cookies = beginning.done(&state, &at, &headers, &resident).await?;
            Ok((StatusCode::NO_CONTENT, cookies).into_response())
        }
        Err(error) => {
            let detail = "With a passkey".to_owned();
            at.store.log(accounts::entry(None, Deed::SignInFailed, detail, state.now())).await?;
            Err(error)
        }
    }
}

/// What a browser needs to make a passkey with, for a member of staff.
#[utoipa::path(post, path = "/api/staff/passkeys/start", tag = "staff", operation_id = "start_staff_passkey",
    responses((status = 200, body = Object), (status = 401, body = Problem), (status = 409, body = Problem)))]
async fn staff_start(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Staff(member): Staff,
) -> Result<Response, ApiError> {
    let person = Person::staff(&at, &member);
    begin_adding(&state, &at, &headers, &person).await
}

/// Adds the passkey that the browser of a member of staff has made.
#[utoipa::path(post, path = "/api/staff/passkeys", tag = "staff", operation_id = "add_staff_passkey", request_body = AddPasskeyRequest,
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn staff_add(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Staff(member): Staff,
    Body(request): Body<AddPasskeyRequest>,
) -> Result<Response, ApiError> {
    let person = Person::staff(&at, &member);
    finish_adding(&state, &at, &headers, &person, request).await
}

/// Calls a passkey of mine, a member of staff's, something else.
#[utoipa::path(post, path = "/api/staff/passkeys/{id}/rename", tag = "staff", operation_id = "rename_staff_passkey", params(("id" = Uuid, Path)), request_body = NamePasskeyRequest,
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn staff_rename(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<NamePasskeyRequest>,
) -> Result<Response, ApiError> {
    let owner = Owner::Staff(member.id);
    name(&at, owner, &id, &request.name).await?;
    Ok(private(view(&state, &at, owner).await?))
}

/// Removes a passkey of mine, a member of staff's; the last one stays where there is no other way in.
#[utoipa::path(post, path = "/api/staff/passkeys/{id}/remove", tag = "staff", operation_id = "remove_staff_passkey", params(("id" = Uuid, Path)),
    responses((status = 200, body = SecurityView), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem, description = "`last_way_in`")))]
async fn staff_remove(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let person = Person::staff(&at, &member);
    take_away(&state, &at, &person, &id).await?;
    Ok(private(view(&state, &at, person.owner).await?))
}

/// What a browser needs to ask for a passkey of a member of staff.
#[utoipa::path(post, path = "/api/staff/passkeys/sign-in/start", tag = "staff", operation_id = "start_staff_passkey_sign_in",
    responses((status = 200, body = Object), (status = 409, body = Problem)))]
async fn staff_start_sign_in(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    begin_sign_in(&state, &at, &headers, STAFF).await
}

/// Signs in a member of staff with a passkey. Whatever is wrong with it is answered alike.
#[utoipa::path(post, path = "/api/staff/passkeys/sign-in", tag = "staff", operation_id = "staff_passkey_sign_in", request_body = PasskeySignInRequest,
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem, description = "`passkey_refused`")))]
async fn staff_sign_in(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Body(request): Body<PasskeySignInRequest>,
) -> Result<Response, ApiError> {
    let kind: (&'static str, fn(Uuid) -> Owner) = (STAFF, Owner::Staff);
    match answered(&state, &at, &headers, kind, &request.credential).await {
        Ok((id, used)) => {
            let cookie =
                staff_session::begin_by(&state, &at, &headers, id, StaffProof::Passkey(used)).await?;
            Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie)])).into_response())
        }
        Err(error) => {
            let detail = "With a passkey".to_owned();
            at.store.log(staff_failed(detail, state.now())).await?;
            Err(error)
        }
    }
}
