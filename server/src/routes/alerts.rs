//! How a resident is told what happens, and what they were told in the portal: `/api/account/alerts`, `/api/account/notices`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::access::{Act, Role};
use domain::alert::{Preferences, address_in, device, phone_in};
use domain::api::alerts::{
    AlertsRequest, AlertsView, DeviceRequest, DeviceView, NoticeView, NoticesView, Unread,
};
use domain::api::follow::Changed;
use domain::api::problem::Problem;
use domain::audit::{Deed, Entry};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use super::streams;
use crate::access::Declare as _;
use crate::adapters::push::read_keys;
use crate::error::ApiError;
use crate::extract::{At, Body, Path, SignedIn, device_here, named_cookie};
use crate::operations::submit::follow_key;
use crate::state::AppState;
use crate::store::devices::{Device, NewDevice};
use crate::store::notices::Notice;

/// Notices that are listed at most.
const LISTED: usize = 100;
/// How long a browser is known to be one of somebody's devices.
const KNOWN: TimeDelta = TimeDelta::days(365);

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(alerts).needs(Act::SeeOwn))
        .routes(routes!(change).needs(Act::ChangeOwn))
        .routes(routes!(add_device).needs(Act::ChangeOwn))
        .routes(routes!(remove_device).needs(Act::ChangeOwn))
        .routes(routes!(notices).needs(Act::SeeOwn))
        .routes(routes!(unread).needs(Act::SeeOwn))
        .routes(routes!(read).needs(Act::SeeOwn))
        .routes(routes!(events).needs(Act::SeeOwn))
}

/// How I am told what happens.
#[utoipa::path(get, path = "/api/account/alerts", tag = "account", responses((status = 200, body = AlertsView), (status = 401, body = Problem)))]
async fn alerts(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &who, device_here(&state, &headers)).await?))
}

/// How a resident is told what happens; which of their devices asks, if it is one.
///
/// # Errors
/// The database's errors.
pub(crate) async fn view(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    here: Option<Uuid>,
) -> Result<AlertsView, ApiError> {
    let person = who.resident.id;
    let profile = at.store.profile(person).await?.answers;
    let chosen = at.store.preferences(person).await?;
    let chosen = chosen.unwrap_or_else(|| Preferences::of_profile(&profile));
    // What was kept by older rules is not in the way.
    let told = domain::profile::read(&profile, at.served.local(state.now()).date()).unwrap_or_default();
    let device = |device: Device| DeviceView {
        id: device.id,
        name: device.name,
        added: at.served.say(device.added_at),
        says_what: device.says_what,
        until_sign_out: device.until_sign_out,
        here: here == Some(device.id),
    };
    let devices = at.store.devices(person).await?;
    Ok(AlertsView {
        person,
        answers: chosen.answers(),
        email: who.resident.email.clone(),
        phone: phone_in(&told).map(ToOwned::to_owned),
        address: address_in(&told).map(|lines| lines.join(", ")),
        texts: state.can_text(&at.served.council),
        devices: devices.into_iter().map(device).collect(),
        push_key: state.push.public_key(&at.served.council.id),
    })
}

/// How I want to be told from now on.
#[utoipa::path(post, path = "/api/account/alerts", tag = "account", operation_id = "change_alerts", request_body = AlertsRequest,
    responses((status = 200, body = AlertsView), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    headers: HeaderMap,
    Body(request): Body<AlertsRequest>,
) -> Result<Response, ApiError> {
    keep(&state, &at, &who, &request).await?;
    Ok(private(view(&state, &at, &who, device_here(&state, &headers)).await?))
}

/// Keeps how a resident wants to be told.
///
/// # Errors
/// What is wrong with it; the database's.
pub(crate) async fn keep(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    request: &AlertsRequest,
) -> Result<(), ApiError> {
    let chosen = Preferences::read(&request.answers).map_err(ApiError::invalid)?;
    let person = who.resident.id;
    Ok(at
        .store
        .put_preferences(person, &chosen, changed(state, person, "How they are told what happens"))
        .await?)
}

fn changed(state: &AppState, person: Uuid, detail: &str) -> Entry {
    Entry {
        seq: 0,
        at: state.now(),
        role: Role::Resident,
        who: Some(person),
        department: None,
        deed: Deed::Changed,
        person: Some(person),
        object: "alerts".to_owned(),
        detail: detail.to_owned(),
    }
}

/// Sends notifications to this device from now on. It has to be my own.
#[utoipa::path(post, path = "/api/account/devices", tag = "account", operation_id = "add_device", request_body = DeviceRequest,
    responses((status = 200, body = AlertsView), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add_device(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Body(request): Body<DeviceRequest>,
) -> Result<Response, ApiError> {
    let DeviceRequest { answers, endpoint, p256dh, auth } = request;
    let wanted = device(&answers).map_err(ApiError::invalid)?;
    let refused = || ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "device_refused");
    let (public_key, auth) = read_keys(&p256dh, &auth).ok_or_else(refused)?;
    if !state.push.takes(&endpoint) {
        return Err(refused());
    }
    let (person, id) = (who.resident.id, state.new_id());
    let new = NewDevice { id, endpoint, public_key, auth, wanted };
    let entry = changed(&state, person, "A device that notifications go to: added");
    if !at.store.add_device(person, new, entry).await? {
        return Err(ApiError::new(StatusCode::CONFLICT, "too_many_devices"));
    }
    let cookie = named_cookie(&state, "device", &id.to_string(), KNOWN)?;
    let view = view(&state, &at, &who, Some(id)).await?;
    Ok(([(header::SET_COOKIE, cookie)], private(view)).into_response())
}

/// Sends no more notifications to one of my devices.
#[utoipa::path(post, path = "/api/account/devices/{id}/remove", tag = "account", operation_id = "remove_device", params(("id" = Uuid, Path)),
    responses((status = 200, body = AlertsView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn remove_device(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    end_device(&state, &at, &who, &id).await?;
    Ok(private(view(&state, &at, &who, device_here(&state, &headers)).await?))
}

/// Sends no more notifications to a resident's device.
///
/// # Errors
/// That there is none of theirs; the database's.
pub(crate) async fn end_device(state: &AppState, at: &At, who: &SignedIn, id: &str) -> Result<(), ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    let person = who.resident.id;
    let entry = changed(state, person, "A device that notifications go to: removed");
    Ok(at.store.remove_device(person, id, entry).await?)
}

/// What happened to my requests, the newest first.
#[utoipa::path(get, path = "/api/account/notices", tag = "account", responses((status = 200, body = NoticesView), (status = 401, body = Problem)))]
async fn notices(State(state): State<AppState>, at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(notices_of(&state, &at, &who).await?))
}

/// What happened to a resident's requests.
pub(crate) async fn notices_of(state: &AppState, at: &At, who: &SignedIn) -> Result<NoticesView, ApiError> {
    let resident = who.resident.id;
    let (mut all, waiting) =
        tokio::try_join!(at.store.notices(resident, LISTED as u64 + 1), at.store.waiting(resident))?;
    let more = all.len() > LISTED;
    all.truncate(LISTED);
    let notice = |Notice { request, words, at: when, is_read }: Notice| NoticeView {
        key: follow_key(state, at, request),
        words: at.served.wording.english().headline(&words.told, &words.title, &words.reference),
        matter: words.told.bearing().1,
        when: at.served.say(when),
        read: is_read,
    };
    Ok(NoticesView { unread: waiting.unread, notices: all.into_iter().map(notice).collect(), more })
}

/// How many of them I have not read.
#[utoipa::path(get, path = "/api/account/notices/unread", tag = "account", responses((status = 200, body = Unread), (status = 401, body = Problem)))]
async fn unread(at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(unread_of(&at, &who).await?))
}

/// How many a resident has not read.
pub(crate) async fn unread_of(at: &At, who: &SignedIn) -> Result<Unread, ApiError> {
    Ok(Unread { unread: at.store.waiting(who.resident.id).await?.unread })
}

/// I have read all of them.
#[utoipa::path(post, path = "/api/account/notices/read", tag = "account", operation_id = "read_notices",
    responses((status = 200, body = NoticesView), (status = 401, body = Problem)))]
async fn read(State(state): State<AppState>, at: At, who: SignedIn) -> Result<Response, ApiError> {
    at.store.read_notices(who.resident.id, state.now()).await?;
    Ok(private(notices_of(&state, &at, &who).await?))
}

/// Says how many there are to read, at first and whenever that changes (server-sent events, `changed`). Each event's
/// identifier says what was known then: whoever comes back with it in `Last-Event-ID` is told at once of what is new, and
/// nothing of what is not.
#[utoipa::path(get, path = "/api/account/notices/events", tag = "account", operation_id = "notice_events", responses((status = 200, body = Changed, content_type = "text/event-stream"), (status = 401, body = Problem)))]
async fn events(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok()).map(ToOwned::to_owned);
    let news = streams::news(&state, at.store, who.resident.id, last.unwrap_or_default());
    Ok(([(header::CACHE_CONTROL, "no-store")], news))
}
