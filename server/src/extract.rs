//! What handlers take: the council by the host name, a checked body, and who is asking. Parsed at the
//! door; after it nobody checks again.

use std::sync::Arc;

use axum::extract::{self, FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use chrono::TimeDelta;
use domain::access::{Act, Role};
use domain::field::{ErrorCode, FieldError};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use validator::Validate;

use crate::councils::Served;
use crate::error::ApiError;
use crate::secret;
use crate::state::AppState;
use crate::store::Store;
use crate::store::accounts::{Resident, Session};
use crate::store::staff::{Reach, StaffMember};
use crate::store::staff_sessions;
use crate::web::terminal::Turn;

/// The council whose host name was asked for, and what is kept for it.
pub struct At {
    /// The council.
    pub served: Arc<Served>,
    /// What is kept for it.
    pub store: Store,
    /// Whose turn it is, where a public computer asks.
    pub turn: Option<Turn>,
}

impl At {
    /// The key that stays, for the one that somebody brings. A full stop or a blank that was copied along with a link does no
    /// harm.
    #[must_use]
    pub fn key_given(&self, given: &str) -> String {
        let given = given.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let here = self.turn.as_ref().and_then(|turn| turn.opened_by(given));
        here.unwrap_or_else(|| given.to_owned())
    }

    /// What a member of staff answers for: by the ladders of the council's document, and as a manager of their department.
    #[must_use]
    pub fn reach(&self, member: &StaffMember) -> Reach {
        let role = member.role().filter(|role| role.may(Act::SeeDepartment));
        let manages = role.filter(|role| *role == Role::Manager).map(|_| &*member.department);
        let answers = role.map(|_| self.served.council.answers_for(&member.email_key, manages));
        let answers = answers.unwrap_or_default().into_iter().map(|(id, rung)| (id.to_owned(), rung));
        Reach { member: member.clone(), answers: answers.collect() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for At
where
    AppState: FromRef<S>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let state = AppState::from_ref(state);
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let served = state
            .councils
            .at(host)
            .ok_or(ApiError::new(StatusCode::MISDIRECTED_REQUEST, "no_such_council"))?;
        let store = state.db.council(&served.council.id);
        Ok(Self { served, store, turn: parts.extensions.get().cloned() })
    }
}

/// Parts of the address. What can't be read as text is the address of nothing.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = extract::Path::from_request_parts(parts, state).await;
        path.map(|extract::Path(path)| Self(path)).map_err(|_| ApiError::not_found())
    }
}

/// What stands behind the question mark of the address.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = extract::Query::from_request_parts(parts, state).await;
        query.map(|extract::Query(query)| Self(query)).map_err(|rejection| body_error(rejection.status()))
    }
}

/// A JSON body of a known shape: unknown fields, wrong types and NUL characters are refused.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| body_error(rejection.status()))?;
        read(&bytes).map(Self)
    }
}

/// A JSON body whose fields are within their limits.
pub struct Valid<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Validate> FromRequest<S> for Valid<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Body(body) = Body::<T>::from_request(request, state).await?;
        body.validate()?;
        Ok(Self(body))
    }
}

/// What a body that can't be read is called.
#[must_use]
pub fn body_error(status: StatusCode) -> ApiError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(status, "too_large"),
        _ => ApiError::new(StatusCode::BAD_REQUEST, "bad_request"),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let plain = headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    plain && kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let bad = || ApiError::new(StatusCode::BAD_REQUEST, "bad_json");
    // A NUL arrives as an escape. Rare, so the whole body is only looked through when there is one.
    if bytes.windows(6).any(|window| window == b"\\u0000") {
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| bad())?;
        if holds_nul(&value) {
            return Err(bad());
        }
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        match text.split('`').nth(1) {
            Some(field) if error.is_data() && text.starts_with("unknown field") => {
                ApiError::invalid(vec![FieldError::new(field, ErrorCode::UnknownField)])
            }
            Some(field) if error.is_data() && text.starts_with("missing field") => {
                ApiError::invalid(vec![FieldError::new(field, ErrorCode::Missing)])
            }
            _ if error.is_data() => ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            _ => bad(),
        }
    })
}

fn holds_nul(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// A member of staff who is signed in and whose role may do what the route is for (see [`crate::access`]). On a route
/// that is open to everybody there is none.
#[derive(Clone)]
pub struct Staff(pub StaffMember);

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(not_signed_in)
    }
}

/// The session in which they are signed in.
#[derive(Clone)]
pub struct StaffSession(pub staff_sessions::Session);

impl<S: Send + Sync> FromRequestParts<S> for StaffSession {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(not_signed_in)
    }
}

fn not_signed_in() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in")
}

/// The member of staff who is signed in, if one is.
///
/// # Errors
/// The database's.
pub async fn staff_signed_in(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
) -> Result<Option<(StaffMember, staff_sessions::Session)>, ApiError> {
    let Some(token) = staff_token(state, headers) else { return Ok(None) };
    Ok(at.store.staff_session(&secret::hash(token.as_bytes()), state.now()).await?)
}

/// Whether residents reach the server by HTTPS.
#[must_use]
pub fn is_secure(public_url: &str) -> bool {
    public_url.starts_with("https://")
}

/// A resident who is signed in. A handler that takes this can't be called by anybody else.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub resident: Resident,
    /// In which session.
    pub session: Session,
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    AppState: FromRef<S>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // Looked up already, where only residents may call the route.
        if let Some(found) = parts.extensions.get() {
            return Ok(Self::clone(found));
        }
        let at = At::from_request_parts(parts, state).await?;
        let state = AppState::from_ref(state);
        let found = signed_in(&state, &at, &parts.headers).await?;
        let (resident, session) = found.ok_or_else(not_signed_in)?;
        Ok(Self { resident, session })
    }
}

/// The resident who is signed in, if one is.
///
/// # Errors
/// The database's.
pub async fn signed_in(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
) -> Result<Option<(Resident, Session)>, ApiError> {
    let Some(token) = account_token(state, headers) else { return Ok(None) };
    Ok(at.store.resident(&secret::hash(token.as_bytes()), state.now()).await?)
}

/// In this header, and in this field of a form that is posted, a page says for whom it was drawn.
pub const DRAWN_FOR: &str = "x-portico-for";

/// Refuses what comes from a page that was drawn for somebody else than who is signed in by now: a tab that was left open
/// must not write into the next person's account.
///
/// # Errors
/// `not_signed_in`; the database's.
pub async fn still_the_same(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    drawn_for: &str,
) -> Result<(), ApiError> {
    let now = signed_in(state, at, headers).await?;
    let now = now.map(|(resident, _)| state.secret.public_id(at.store.council(), resident.id));
    if now.as_deref() == Some(drawn_for) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in"))
}

/// The token of a session of staff.
#[must_use]
pub fn staff_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "session")
}

/// The token of a resident's session.
#[must_use]
pub fn account_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "account")
}

/// The token by which a browser is known again that has asked for a code.
#[must_use]
pub fn browser_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "browser")
}

/// The link by which this browser pays for a request, where it is not known to be its resident's.
#[must_use]
pub fn pay_link(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "pay")
}

/// The token under which this browser's posted forms are kept.
#[must_use]
pub fn form_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "form")
}

/// The token of a browser that is signing in by a passkey or with a provider.
#[must_use]
pub fn signing_in_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "signing-in")
}

/// The provider that whoever uses this browser has signed in with.
#[must_use]
pub fn provider_used(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "provider")
}

/// What a public computer shows that it is one.
#[must_use]
pub fn terminal_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "terminal")
}

/// What a public computer says about whose turn it is.
#[must_use]
pub fn turn_token(state: &AppState, headers: &HeaderMap) -> Option<String> {
    own_cookie(state, headers, "turn")
}

/// The device that a browser is, to which notifications go.
#[must_use]
pub fn device_here(state: &AppState, headers: &HeaderMap) -> Option<Uuid> {
    own_cookie(state, headers, "device").and_then(|id| Uuid::try_parse(&id).ok())
}

fn own_cookie(state: &AppState, headers: &HeaderMap, name: &str) -> Option<String> {
    let name = if is_secure(&state.public_url) { format!("__Host-{name}") } else { name.to_owned() };
    cookie(headers, &name).filter(|token| !token.is_empty())
}

/// A cookie for this host alone, out of reach of scripts. An empty one is forgotten by the browser.
///
/// # Errors
/// When the value can't stand in a header.
pub fn named_cookie(
    state: &AppState,
    name: &str,
    value: &str,
    lasts: TimeDelta,
) -> Result<HeaderValue, ApiError> {
    cookie_that_lasts(state, name, value, &format!("; Max-Age={}", lasts.num_seconds()))
}

/// The same, until the browser is closed.
///
/// # Errors
/// When the value can't stand in a header.
pub fn passing_cookie(state: &AppState, name: &str, value: &str) -> Result<HeaderValue, ApiError> {
    cookie_that_lasts(state, name, value, "")
}

fn cookie_that_lasts(
    state: &AppState,
    name: &str,
    value: &str,
    lasts: &str,
) -> Result<HeaderValue, ApiError> {
    let (prefix, secure) = if is_secure(&state.public_url) { ("__Host-", "; Secure") } else { ("", "") };
    let cookie = format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax{lasts}{secure}");
    HeaderValue::from_str(&cookie).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad_request"))
}

/// The value of a cookie.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}
