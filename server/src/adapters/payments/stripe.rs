//! Stripe Checkout. Source: its API reference at docs.stripe.com/api.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderMap, Method};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER_PERMISSIVE;
use domain::payment::{Service, State};
use domain::refund::{RefundState, Told};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use super::{
    Call, Forged, Hint, Listed, NewPayment, PayError, PaymentProvider, Span, Standing, Started, lines,
    number, plain, text,
};
use crate::chance::Clock;
use crate::oidc::http::Http;

/// Where it is; the key says whether it is in earnest.
const API: &str = "https://api.stripe.com";
/// The header of a webhook's signature.
const SIGNATURE: &str = "stripe-signature";
/// How old a webhook may be, or how far ahead its clock.
const TOLERANCE: TimeDelta = TimeDelta::seconds(300);
/// Metadata: pairs, and characters of a value.
const METADATA: (usize, usize) = (40, 500);
/// The most characters of a description.
const DESCRIPTION: usize = 255;
/// The most that it lists on one page.
const LISTED: &str = "100";
/// What it tells of a session along with the session.
const WITH_CHARGE: &str = "expand[]=payment_intent.latest_charge";

/// Stripe Checkout.
pub struct Stripe {
    http: Arc<Http>,
    api: String,
    key: String,
    webhook: Option<String>,
    clock: Clock,
}

/// A webhook, as far as it is worth anything.
#[derive(Deserialize)]
struct Message {
    id: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    id: String,
    #[serde(default)]
    object: String,
}

impl Stripe {
    /// With a key, and what its webhooks are signed with.
    pub(super) fn new(
        http: Arc<Http>,
        api: Option<String>,
        key: String,
        webhook: Option<String>,
        clock: Clock,
    ) -> Self {
        Self { http, api: api.unwrap_or_else(|| API.to_owned()), key, webhook, clock }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        form: Option<&[(&str, &str)]>,
        once: Option<String>,
    ) -> Result<Value, PayError> {
        let body = form.map(|form| {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            ("application/x-www-form-urlencoded", form)
        });
        let url = format!("{}/v1/{path}", self.api);
        Call { method, url, key: &self.key, body, once }.send(&self.http).await
    }

    /// All that it lists of something, page by page.
    async fn pages(&self, what: &str, query: &[(&str, String)]) -> Result<Vec<Value>, PayError> {
        let mut found: Vec<Value> = Vec::new();
        loop {
            let last = found.last().map(|last| text(last, "/id")).transpose()?;
            let after = last.iter().map(|last| ("starting_after", last));
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(query)
                .append_pair("limit", LISTED)
                .extend_pairs(after)
                .finish();
            let told = self.call(Method::GET, &format!("{what}?{query}"), None, None).await?;
            let more = told["data"].as_array().cloned().unwrap_or_default();
            let is_last = more.is_empty() || told["has_more"] != true;
            found.extend(more);
            if is_last {
                return Ok(found);
            }
        }
    }

    async fn session(&self, provider_ref: &str) -> Result<Value, PayError> {
        self.call(Method::GET, &format!("{}?{WITH_CHARGE}", of(provider_ref)?), None, None).await
    }
}

/// A session's path. What it is known by comes from the service, and from webhooks that it signed.
fn of(provider_ref: &str) -> Result<String, PayError> {
    let is_id = !provider_ref.is_empty()
        && provider_ref.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_id { Ok(format!("checkout/sessions/{provider_ref}")) } else { Err(PayError::Unknown) }
}

/// How far a payment has got, in our words.
fn state(told: &Value) -> Result<State, PayError> {
    let status = text(told, "/status")?;
    let paid = text(told, "/payment_status")?;
    Ok(match (status.as_str(), paid.as_str()) {
        (_, "paid") => State::Paid,
        // Some ways to pay take days: nothing is certain until then.
        ("open" | "complete", _) => State::Open,
        ("expired", _) => State::Expired,
        _ => return Err(PayError::CouldNotCheck("it is in a state that is not known here".to_owned())),
    })
}

/// What was made in some time, as it is asked for.
fn within((from, until): Span) -> [(&'static str, String); 2] {
    [("created[gte]", from.timestamp().to_string()), ("created[lt]", until.timestamp().to_string())]
}

/// A moment, as it tells one.
fn moment(told: &Value) -> Result<DateTime<Utc>, PayError> {
    let at = DateTime::from_timestamp(number(told, "/created")?, 0);
    at.ok_or_else(|| PayError::CouldNotCheck("its reply has no moment".to_owned()))
}

/// A refund, in our words.
fn refund(told: &Value) -> Result<Told, PayError> {
    let state = match text(told, "/status")?.as_str() {
        "pending" | "requires_action" => RefundState::Submitted,
        "succeeded" => RefundState::Done,
        "failed" | "canceled" => RefundState::Failed,
        _ => return Err(PayError::CouldNotCheck("a refund is in a state that is not known here".to_owned())),
    };
    let ours = told.pointer("/metadata/refund").and_then(Value::as_str);
    Ok(Told {
        provider_ref: text(told, "/id")?,
        payment_ref: None,
        ours: ours.and_then(|ours| Uuid::try_parse(ours).ok()),
        pence: number(told, "/amount")?,
        state,
        at: moment(told)?,
    })
}

#[async_trait]
impl PaymentProvider for Stripe {
    fn service(&self) -> Service {
        Service::Stripe
    }

    async fn create(&self, new: &NewPayment) -> Result<Started, PayError> {
        let (pence, description) = (new.bill.total().to_string(), plain(&new.description, DESCRIPTION));
        let mut form = vec![
            ("mode", "payment"),
            ("client_reference_id", new.reference.as_str()),
            ("success_url", new.return_url.as_str()),
            ("cancel_url", new.return_url.as_str()),
            // It takes no line below nothing, as a discount is: one line is the sum, and the lines are told beside it.
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", "gbp"),
            ("line_items[0][price_data][unit_amount]", pence.as_str()),
            ("line_items[0][price_data][product_data][name]", description.as_str()),
            ("payment_method_types[0]", "card"),
            ("payment_intent_data[metadata][reference]", new.reference.as_str()),
        ];
        if let Some(email) = &new.email {
            form.push(("customer_email", email));
        }
        let lines: Vec<(String, String)> = lines(&new.bill, METADATA.0, METADATA.1)
            .into_iter()
            .map(|(name, line)| (format!("payment_intent_data[metadata][{name}]"), line))
            .collect();
        form.extend(lines.iter().map(|(name, line)| (name.as_str(), line.as_str())));
        let once = Some(format!("payment-{}", new.id));
        let told = self.call(Method::POST, "checkout/sessions", Some(&form), once).await?;
        Ok(Started { provider_ref: text(&told, "/id")?, next_url: text(&told, "/url")? })
    }

    /// Asked again under its key it gives the same session, and makes none.
    async fn recover(&self, new: &NewPayment) -> Result<Option<Started>, PayError> {
        self.create(new).await.map(Some)
    }

    async fn query(&self, provider_ref: &str) -> Result<Standing, PayError> {
        let told = self.session(provider_ref).await?;
        let currency = text(&told, "/currency")?;
        if currency != "gbp" {
            return Err(PayError::CouldNotCheck("it is in another currency".to_owned()));
        }
        let refunded = told.pointer("/payment_intent/latest_charge/amount_refunded").and_then(Value::as_i64);
        Ok(Standing {
            state: state(&told)?,
            pence: number(&told, "/amount_total")?,
            reference: text(&told, "/client_reference_id")?,
            refunded: refunded.unwrap_or(0),
            next_url: text(&told, "/url").ok(),
        })
    }

    async fn cancel(&self, provider_ref: &str) -> Result<(), PayError> {
        self.call(Method::POST, &format!("{}/expire", of(provider_ref)?), Some(&[]), None).await?;
        Ok(())
    }

    async fn refund(&self, provider_ref: &str, refund: Uuid, pence: i64, _: i64) -> Result<(), PayError> {
        let told = self.session(provider_ref).await?;
        let intent = text(&told, "/payment_intent/id")?;
        let pence = pence.to_string();
        let ours = refund.to_string();
        let form = [
            ("payment_intent", intent.as_str()),
            ("amount", pence.as_str()),
            ("metadata[refund]", ours.as_str()),
        ];
        let once = Some(format!("refund-{refund}"));
        let told = self.call(Method::POST, "refunds", Some(&form), once).await?;
        match text(&told, "/status")?.as_str() {
            "succeeded" | "pending" | "requires_action" => Ok(()),
            _ => Err(PayError::Refused("the refund failed".to_owned())),
        }
    }

    async fn refunds(&self, provider_ref: &str) -> Result<Vec<Told>, PayError> {
        let told = self.session(provider_ref).await?;
        let Ok(intent) = text(&told, "/payment_intent/id") else { return Ok(Vec::new()) };
        self.pages("refunds", &[("payment_intent", intent)]).await?.iter().map(refund).collect()
    }

    async fn list(&self, span: Span) -> Result<Vec<Listed>, PayError> {
        let listed = |told: &Value| {
            Ok(Listed {
                provider_ref: text(told, "/id")?,
                // What another system makes there may have none.
                reference: text(told, "/client_reference_id").unwrap_or_default(),
                state: state(told)?,
                pence: number(told, "/amount_total")?,
                at: moment(told)?,
            })
        };
        self.pages("checkout/sessions", &within(span)).await?.iter().map(listed).collect()
    }

    async fn list_refunds(&self, span: Span) -> Result<Vec<Told>, PayError> {
        let mut listed = Vec::new();
        for told in self.pages("refunds", &within(span)).await? {
            let mut one = refund(&told)?;
            // Not made here: of which session it is has to be asked.
            if one.ours.is_none()
                && let Ok(intent) = text(&told, "/payment_intent")
            {
                let sessions = self.pages("checkout/sessions", &[("payment_intent", intent)]).await?;
                one.payment_ref = sessions.first().and_then(|session| text(session, "/id").ok());
            }
            listed.push(one);
        }
        Ok(listed)
    }

    fn verify(&self, headers: &HeaderMap, raw: &[u8]) -> Result<Hint, Forged> {
        let secret = self.webhook.as_ref().ok_or(Forged::Signature)?;
        let told = headers.get(SIGNATURE).and_then(|told| told.to_str().ok()).ok_or(Forged::Signature)?;
        let parts = || told.split(',').filter_map(|part| part.trim().split_once('='));
        let time = parts().find(|(name, _)| *name == "t").map(|(_, time)| time).ok_or(Forged::Signature)?;
        let at = time.parse().ok().and_then(|at| DateTime::from_timestamp(at, 0));
        // One that somebody kept is worth nothing.
        if at.is_none_or(|at| ((self.clock)() - at).abs() > TOLERANCE) {
            return Err(Forged::Signature);
        }
        let is_signed = |(name, told): (&str, &str)| {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
            let told = HEXLOWER_PERMISSIVE.decode(told.as_bytes());
            let (Ok(mac), Ok(told), "v1") = (mac, told, name) else { return false };
            mac.chain_update(time).chain_update(".").chain_update(raw).verify_slice(&told).is_ok()
        };
        if !parts().any(is_signed) {
            return Err(Forged::Signature);
        }
        let message: Message = serde_json::from_slice(raw).map_err(|_| Forged::Unreadable)?;
        let object = message.data.object;
        let is_session = object.object == "checkout.session";
        Ok(Hint { message: message.id, provider_ref: Some(object.id).filter(|_| is_session) })
    }
}
