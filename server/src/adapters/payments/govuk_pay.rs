//! GOV.UK Pay. Source: its API reference at docs.payments.service.gov.uk, and the OpenAPI document in alphagov/pay-publicapi.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderMap, Method};
use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::HEXLOWER_PERMISSIVE;
use domain::payment::{Service, State};
use domain::refund::{RefundState, Told};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{
    Call, Forged, Hint, Listed, NewPayment, PayError, PaymentProvider, Span, Standing, Started, lines,
    number, plain, text,
};
use crate::oidc::http::Http;

/// Where it is; the key says whether it is in earnest.
const API: &str = "https://publicapi.payments.service.gov.uk";
/// The header of a webhook's signature.
const SIGNATURE: &str = "pay-signature";
/// Metadata: pairs, and characters of a value.
const METADATA: (usize, usize) = (15, 100);
/// The most characters of a description.
const DESCRIPTION: usize = 255;
/// The most that it lists on one page.
const LISTED: usize = 500;

/// GOV.UK Pay.
pub struct GovukPay {
    http: Arc<Http>,
    api: String,
    key: String,
    webhook: Option<String>,
}

/// A webhook, as far as it is worth anything.
#[derive(Deserialize)]
struct Message {
    // Its documentation calls it `id`, its own code `webhook_message_id`.
    #[serde(alias = "id")]
    webhook_message_id: String,
    resource_id: String,
    resource_type: String,
}

impl GovukPay {
    /// With a key, and what its webhooks are signed with.
    pub(super) fn new(http: Arc<Http>, api: Option<String>, key: String, webhook: Option<String>) -> Self {
        Self { http, api: api.unwrap_or_else(|| API.to_owned()), key, webhook }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, PayError> {
        let url = format!("{}/v1/{path}", self.api);
        // It never takes an empty body that says it is JSON.
        let body = body.map(|body| ("application/json", body.to_string()));
        Call { method, url, key: &self.key, body, once: None }.send(&self.http).await
    }

    /// All that it lists of something in some time, page by page.
    async fn pages(&self, what: &str, (from, until): Span) -> Result<Vec<Value>, PayError> {
        let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut found: Vec<Value> = Vec::new();
        for page in 1_u32.. {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("from_date", &moment(from))
                .append_pair("to_date", &moment(until))
                .append_pair("page", &page.to_string())
                .append_pair("display_size", &LISTED.to_string())
                .finish();
            let told = self.call(Method::GET, &format!("{what}?{query}"), None).await?;
            let more = told["results"].as_array().cloned().unwrap_or_default();
            let is_last = more.is_empty();
            found.extend(more);
            let total = number(&told, "/total")?;
            if is_last || i64::try_from(found.len()).is_ok_and(|many| many >= total) {
                break;
            }
        }
        Ok(found)
    }
}

/// A moment, as it tells one.
fn moment(told: &Value, pointer: &str) -> Result<DateTime<Utc>, PayError> {
    let unreadable = |_| PayError::CouldNotCheck(format!("its reply has no moment at {pointer}"));
    text(told, pointer)?.parse().map_err(unreadable)
}

/// A refund, in our words.
fn refund(told: &Value) -> Result<Told, PayError> {
    let state = match text(told, "/status")?.as_str() {
        "submitted" => RefundState::Submitted,
        "success" => RefundState::Done,
        "error" => RefundState::Failed,
        _ => return Err(PayError::CouldNotCheck("a refund is in a state that is not known here".to_owned())),
    };
    Ok(Told {
        provider_ref: text(told, "/refund_id")?,
        payment_ref: text(told, "/payment_id").ok(),
        ours: None,
        pence: number(told, "/amount")?,
        state,
        at: moment(told, "/created_date")?,
    })
}

/// How far a payment has got, in our words.
fn state(told: &Value) -> Result<State, PayError> {
    let (status, code) = (text(told, "/state/status")?, told["state"]["code"].as_str().unwrap_or_default());
    Ok(match (status.as_str(), code) {
        ("created" | "started" | "submitted", _) => State::Open,
        ("capturable", _) => State::Held,
        ("success", _) => State::Paid,
        ("failed", "P0020") => State::Expired,
        ("failed", "P0030") => State::Stopped,
        ("failed", _) => State::Declined,
        ("cancelled", _) => State::TakenBack,
        ("error", _) => State::Broken,
        _ => return Err(PayError::CouldNotCheck("it is in a state that is not known here".to_owned())),
    })
}

fn started(told: &Value) -> Result<Started, PayError> {
    let (provider_ref, next_url) = (text(told, "/payment_id")?, text(told, "/_links/next_url/href")?);
    Ok(Started { provider_ref, next_url })
}

/// A payment's path. What it is known by comes from the service, and from webhooks that it signed.
fn of(provider_ref: &str) -> Result<String, PayError> {
    let is_id = !provider_ref.is_empty() && provider_ref.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { Ok(format!("payments/{provider_ref}")) } else { Err(PayError::Unknown) }
}

#[async_trait]
impl PaymentProvider for GovukPay {
    fn service(&self) -> Service {
        Service::GovukPay
    }

    async fn create(&self, new: &NewPayment) -> Result<Started, PayError> {
        let metadata: serde_json::Map<String, Value> = lines(&new.bill, METADATA.0, METADATA.1)
            .into_iter()
            .map(|(name, line)| (name, Value::String(line)))
            .collect();
        let mut body = json!({
            "amount": new.bill.total(),
            "reference": new.reference,
            "description": plain(&new.description, DESCRIPTION),
            "return_url": new.return_url,
            "metadata": metadata,
        });
        // It takes fewer addresses than there are, and then refuses the payment; it is only filled in for who pays.
        let is_taken = |email: &&String| email.len() <= 254 && !email.contains(['<', '>', '"', '\\', '|']);
        if let Some(email) = new.email.as_ref().filter(is_taken) {
            body["email"] = json!(email);
        }
        // Its idempotency key protects agreements alone, so none is sent: `recover` looks instead.
        started(&self.call(Method::POST, "payments", Some(body)).await?)
    }

    async fn recover(&self, new: &NewPayment) -> Result<Option<Started>, PayError> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("reference", &new.reference)
            .append_pair("display_size", "20")
            .finish();
        let found = self.call(Method::GET, &format!("payments?{query}"), None).await?;
        let results = found["results"].as_array().cloned().unwrap_or_default();
        // Asked twice, there may be two; nobody can pay one whose address nobody was told. What was paid counts most.
        let mut best: Option<(State, String)> = None;
        for one in results.iter().filter(|one| one["reference"] == new.reference.as_str()) {
            let (state, id) = (state(one)?, text(one, "/payment_id")?);
            let is_better = best.as_ref().is_none_or(|(known, _)| match (state, *known) {
                (_, State::Paid) => false,
                (State::Paid, _) => true,
                (state, known) => state.is_under_way() && !known.is_under_way(),
            });
            if is_better {
                best = Some((state, id));
            }
        }
        let Some((_, id)) = best else { return Ok(None) };
        let told = self.call(Method::GET, &of(&id)?, None).await?;
        let next_url = text(&told, "/_links/next_url/href").unwrap_or_default();
        Ok(Some(Started { provider_ref: id, next_url }))
    }

    async fn query(&self, provider_ref: &str) -> Result<Standing, PayError> {
        let told = self.call(Method::GET, &of(provider_ref)?, None).await?;
        Ok(Standing {
            state: state(&told)?,
            pence: number(&told, "/amount")?,
            reference: text(&told, "/reference")?,
            refunded: told.pointer("/refund_summary/amount_submitted").and_then(Value::as_i64).unwrap_or(0),
            next_url: text(&told, "/_links/next_url/href").ok(),
        })
    }

    async fn cancel(&self, provider_ref: &str) -> Result<(), PayError> {
        self.call(Method::POST, &format!("{}/cancel", of(provider_ref)?), None).await?;
        Ok(())
    }

    async fn refund(&self, provider_ref: &str, _: Uuid, pence: i64, available: i64) -> Result<(), PayError> {
        let body = json!({ "amount": pence, "refund_amount_available": available });
        self.call(Method::POST, &format!("{}/refunds", of(provider_ref)?), Some(body)).await?;
        Ok(())
    }

    async fn refunds(&self, provider_ref: &str) -> Result<Vec<Told>, PayError> {
        let told = self.call(Method::GET, &format!("{}/refunds", of(provider_ref)?), None).await?;
        told["_embedded"]["refunds"].as_array().into_iter().flatten().map(refund).collect()
    }

    async fn list(&self, span: Span) -> Result<Vec<Listed>, PayError> {
        let listed = |told: &Value| {
            Ok(Listed {
                provider_ref: text(told, "/payment_id")?,
                reference: text(told, "/reference")?,
                state: state(told)?,
                pence: number(told, "/amount")?,
                at: moment(told, "/created_date")?,
            })
        };
        self.pages("payments", span).await?.iter().map(listed).collect()
    }

    async fn list_refunds(&self, span: Span) -> Result<Vec<Told>, PayError> {
        self.pages("refunds", span).await?.iter().map(refund).collect()
    }

    fn verify(&self, headers: &HeaderMap, raw: &[u8]) -> Result<Hint, Forged> {
        let secret = self.webhook.as_ref().ok_or(Forged::Signature)?;
        let told = headers.get(SIGNATURE).map(|told| HEXLOWER_PERMISSIVE.decode(told.as_bytes()));
        let told = told.and_then(Result::ok).ok_or(Forged::Signature)?;
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Forged::Signature)?;
        // In a time that says nothing of where they differ.
        mac.chain_update(raw).verify_slice(&told).map_err(|_| Forged::Signature)?;
        let message: Message = serde_json::from_slice(raw).map_err(|_| Forged::Unreadable)?;
        let is_payment = message.resource_type == "payment";
        Ok(Hint {
            message: message.webhook_message_id,
            provider_ref: Some(message.resource_id).filter(|_| is_payment),
        })
    }
}
