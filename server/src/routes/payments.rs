//! What card services tell.

use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;

use crate::access::Pages;
use crate::adapters::payments::Forged;
use crate::error::ApiError;
use crate::extract::At;
use crate::state::AppState;

/// Where card services tell what happened.
pub const WEBHOOK: &str = "/api/payments/webhook";
/// The most bytes of what they tell: theirs have a few thousand.
const MOST: usize = 256 * 1024;

/// The routes of this file.
pub fn router() -> Pages {
    Pages::new()
        .open(WEBHOOK, post(webhook), "for card services, which sign what they tell")
        .with_bodies_up_to(MOST)
}

/// A card service tells that something happened to a payment. It is a reason to ask about it, and no more; it is asked after
/// the reply, which comes at once.
async fn webhook(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    raw: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, ApiError> {
    let raw = raw.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        _ => ApiError::new(StatusCode::BAD_REQUEST, "bad_request"),
    })?;
    let provider = state.payments.of(&at.served.council).await;
    let provider = provider.map_err(|_| ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in"))?;
    let hint = provider.verify(&headers, &raw).map_err(|forged| match forged {
        Forged::Signature => {
            tracing::warn!("a message about a payment is not signed by the card service");
            ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in")
        }
        Forged::Unreadable => ApiError::new(StatusCode::BAD_REQUEST, "bad_request"),
    })?;
    let Some(provider_ref) = hint.provider_ref else { return Ok(StatusCode::NO_CONTENT) };
    let is_known = at.store.payment_hint(provider.service(), hint.message, provider_ref, state.now()).await?;
    if !is_known {
        // Its own reply may not be here yet, and then it is asked about anyway; or another system takes payments with the key.
        tracing::warn!("a message is about a payment that is not known here");
    }
    Ok(StatusCode::NO_CONTENT)
}
