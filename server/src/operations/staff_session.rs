//! The one way in for staff: whoever has proved who they are, however that was, gets a session here.

use axum::http::{HeaderMap, HeaderValue, header};
use domain::api::account::device;
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::{At, named_cookie, staff_token};
use crate::secret;
use crate::state::AppState;
use crate::store::staff_sessions::{LASTS, NewSession, Proof};

/// A session for somebody who has just proved who they are by something else than a code: begun, with the cookie for their
/// browser.
///
/// # Errors
/// The database's.
pub async fn begin_by(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    staff_id: Uuid,
    by: Proof,
) -> Result<HeaderValue, ApiError> {
    let (new, cookie) = begin(state, headers, staff_id)?;
    at.store.begin_staff_session_by(by, new).await?;
    tracing::info!(staff = %staff_id, "signed in");
    Ok(cookie)
}

/// A session for somebody who has just proved who they are, to be kept by the store, and the cookie for their browser.
/// It takes the place of the session that the browser had.
///
/// # Errors
/// None that can be met: the cookie's value is our own.
pub fn begin(
    state: &AppState,
    headers: &HeaderMap,
    staff_id: Uuid,
) -> Result<(NewSession, HeaderValue), ApiError> {
    let now = state.now();
    let token = data_encoding::BASE32_NOPAD.encode(&state.dice.token()).to_ascii_lowercase();
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let new = NewSession {
        id: state.dice.id(now),
        staff_id,
        token_hash: secret::hash(token.as_bytes()),
        before: staff_token(state, headers).map(|before| secret::hash(before.as_bytes())),
        device: device(user_agent.unwrap_or_default()),
        now,
        proved_at: now,
    };
    Ok((new, named_cookie(state, "session", &token, LASTS)?))
}
