//! Receipts of GOV.UK Notify: whether a text message or an e-mail arrived. It proves itself by the words that the council gave it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::jobs::delivery;
use crate::secret;
use crate::state::AppState;

/// Where it sends them.
pub const RECEIPTS: &str = "/api/notify/receipts";

/// The routes of this file.
pub fn router() -> Pages {
    Pages::new().open(RECEIPTS, post(receipt), "for GOV.UK Notify, which proves itself by a token")
}

/// What it says. There is more in it, and may be more by tomorrow: that is its to say.
#[derive(Deserialize)]
struct Receipt {
    /// Our identifier.
    #[serde(default)]
    reference: Option<String>,
    status: String,
}

/// Notes whether something arrived; where it did not, it goes out in another way. Told again, it changes nothing.
async fn receipt(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Body(receipt): Body<Receipt>,
) -> Result<StatusCode, ApiError> {
    let council = at.store.council();
    let told = headers.get(header::AUTHORIZATION).and_then(|told| told.to_str().ok());
    let told = told.and_then(|told| told.strip_prefix("Bearer ")).unwrap_or_default();
    let known = state.notify.callback(council).await;
    // Of one length each, so that how long it takes says nothing.
    let is_known = known
        .is_some_and(|known| secret::hash(told.as_bytes()).ct_eq(&secret::hash(known.as_bytes())).into());
    if !is_known {
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in"));
    }
    let reference = receipt.reference.as_deref().and_then(|reference| Uuid::try_parse(reference).ok());
    let Some(reference) = reference else { return Ok(StatusCode::NO_CONTENT) };
    let now = state.now();
    let Some(batch) = at.store.unconfirmed(reference).await? else { return Ok(StatusCode::NO_CONTENT) };
    match receipt.status.as_str() {
        "delivered" => at.store.delivered(&batch, now).await?,
        "permanent-failure" | "temporary-failure" | "technical-failure" => {
            let why = match receipt.status.as_str() {
                "permanent-failure" => "there is no such address or number",
                "temporary-failure" => "it could not be reached for some days",
                _ => "it could not be sent",
            };
            delivery::not_through(&state, &at.served, &at.store, reference, why.to_owned()).await?;
        }
        _ => {}
    }
    Ok(StatusCode::NO_CONTENT)
}
