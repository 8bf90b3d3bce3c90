//! The shapes of the API: what is asked is checked as GOV.UK Pay checks it, what is told has its names.

use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::ledger::{Asked, Payment, Refund, Status};

/// The most pence.
const MOST: i64 = 10_000_000;

/// Why a call is refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Status.
    pub status: StatusCode,
    /// The body.
    pub body: Value,
}

impl Refusal {
    /// With a code and its words.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, description: &str) -> Self {
        Self { status, body: json!({ "code": code, "description": description }) }
    }

    fn field(status: StatusCode, field: &str, code: &str, description: &str) -> Self {
        Self { status, body: json!({ "field": field, "code": code, "description": description }) }
    }
}

fn missing(field: &str) -> Refusal {
    Refusal::field(StatusCode::BAD_REQUEST, field, "P0101", &format!("Missing mandatory attribute: {field}"))
}

fn invalid(field: &str, why: &str) -> Refusal {
    Refusal::field(
        StatusCode::UNPROCESSABLE_ENTITY,
        field,
        "P0102",
        &format!("Invalid attribute value: {field}. {why}"),
    )
}

/// The JSON of a call. The firewall in front looks first.
///
/// # Errors
/// [`Refusal`].
pub fn parse(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let unreadable = || Refusal::new(StatusCode::BAD_REQUEST, "P0197", "Unable to parse JSON");
    let read: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if is_stopped_by_firewall(&read) {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "P0920",
            "Request blocked by firewall rules. Consult API documentation for details",
        ));
    }
    match read {
        Value::Object(read) => Ok(read),
        _ => Err(unreadable()),
    }
}

fn is_stopped_by_firewall(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(['<', '>', '"', '\\', '|']),
        Value::Array(list) => list.iter().any(is_stopped_by_firewall),
        Value::Object(map) => map.values().any(is_stopped_by_firewall),
        _ => false,
    }
}

/// Reads what a service asks for.
///
/// # Errors
/// [`Refusal`].
pub fn asked(read: &Map<String, Value>) -> Result<Asked, Refusal> {
    let text = |field: &str, most: usize| -> Result<Option<String>, Refusal> {
        match read.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= most => Ok(Some(text.clone())),
            Some(Value::String(_)) => {
                Err(invalid(field, &format!("Must be less than or equal to {most} characters length")))
            }
            Some(_) => Err(invalid(field, "Must be of type String")),
        }
    };
    let must = |field: &str, most: usize| -> Result<String, Refusal> {
        text(field, most)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| missing(field))
    };
    let flag = |field: &str| match read.get(field) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(invalid(field, "Must be true or false")),
    };
    let amount = match read.get("amount") {
        None | Some(Value::Null) => return Err(missing("amount")),
        Some(amount) => match amount.as_i64() {
            // Whether nothing may be asked for depends on the account; here it may not.
            Some(amount) if amount < 1 => {
                return Err(invalid("amount", "Must be greater than or equal to 1"));
            }
            Some(amount) if amount > MOST => {
                return Err(invalid("amount", &format!("Must be less than or equal to {MOST}")));
            }
            Some(amount) => amount,
            None => return Err(invalid("amount", "Must be a valid numeric format")),
        },
    };
    let is_url = |text: &str| text.contains("http://") || text.contains("https://");
    let reference = must("reference", 255)?;
    if is_url(&reference) {
        return Err(invalid("reference", "Must not contain a URL"));
    }
    let description = must("description", 255)?;
    let return_url = must("return_url", 2000)?;
    if !return_url.starts_with("http://") && !return_url.starts_with("https://") {
        return Err(invalid("return_url", "Must be a valid URL format"));
    }
    let language = text("language", 2)?.unwrap_or_else(|| "en".to_owned());
    if !matches!(language.as_str(), "en" | "cy") {
        return Err(invalid("language", "Must be \"en\" or \"cy\""));
    }
    let email = text("email", 254)?;
    Ok(Asked {
        amount,
        reference,
        description,
        return_url,
        language,
        email,
        metadata: metadata(read)?,
        delayed_capture: flag("delayed_capture")?,
        moto: flag("moto")?,
    })
}

fn metadata(read: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let metadata = match read.get("metadata") {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err(invalid("metadata", "Must be an object of JSON key-value pairs")),
    };
    if metadata.len() > 15 {
        return Err(invalid("metadata", "Cannot have more than 15 key-value pairs"));
    }
    for (key, value) in metadata {
        let is_long = match value {
            Value::String(text) => text.chars().count() > 100,
            Value::Number(_) | Value::Bool(_) => false,
            _ => return Err(invalid("metadata", "Values must be of type String, Boolean or Number")),
        };
        if is_long || key.is_empty() || key.chars().count() > 30 {
            return Err(invalid(
                "metadata",
                "Keys must be between 1 and 30 characters long, and values no greater than 100",
            ));
        }
    }
    Ok(metadata.clone())
}

/// What a service wants back.
///
/// # Errors
/// [`Refusal`].
pub fn refund_asked(read: &Map<String, Value>) -> Result<(i64, Option<i64>), Refusal> {
    let pence = |field: &str| -> Result<Option<i64>, Refusal> {
        let Some(value) = read.get(field).filter(|value| !value.is_null()) else { return Ok(None) };
        value.as_i64().filter(|pence| (1..=MOST).contains(pence)).map(Some).ok_or_else(|| {
            Refusal::field(
                StatusCode::UNPROCESSABLE_ENTITY,
                field,
                "P0602",
                &format!("Invalid attribute value: {field}. Must be from 1 to {MOST}"),
            )
        })
    };
    let amount = pence("amount")?.ok_or_else(|| {
        let why = "Missing mandatory attribute: amount";
        Refusal::field(StatusCode::BAD_REQUEST, "amount", "P0601", why)
    })?;
    Ok((amount, pence("refund_amount_available")?))
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn state(status: Status) -> Value {
    let mut state = json!({ "status": status.name(), "finished": status.is_finished() });
    if let Some((code, message)) = status.fault() {
        state["code"] = json!(code);
        state["message"] = json!(message);
    }
    state
}

fn link(href: &str, method: &str) -> Value {
    json!({ "href": href, "method": method })
}

/// How a payment is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'s> {
    /// Where it was made or asked for, with the secret of its page.
    Alone(&'s str),
    /// Among others.
    Found,
    /// By a webhook.
    Hook,
}

/// A payment.
#[must_use]
pub fn payment(payment: &Payment, base: &str, told: Told<'_>) -> Value {
    let asked = &payment.asked;
    let here = format!("{base}/v1/payments/{}", payment.id);
    let refund = match (payment.status, payment.refundable()) {
        (Status::Success, 0) => "full",
        (Status::Success, _) => "available",
        (status, _) if status.is_finished() => "unavailable",
        _ => "pending",
    };
    let mut shown = json!({
        "amount": asked.amount,
        "reference": asked.reference,
        "language": asked.language,
        "state": state(payment.status),
        "payment_id": payment.id,
        "payment_provider": "sandbox",
        "created_date": moment(payment.at),
        "refund_summary": {
            "status": refund,
            "amount_available": if refund == "pending" { asked.amount } else { payment.refundable() },
            "amount_submitted": payment.refunded(),
        },
        "settlement_summary": {},
        "delayed_capture": asked.delayed_capture,
        "moto": asked.moto,
        "return_url": asked.return_url,
    });
    if told != Told::Found {
        shown["description"] = json!(asked.description);
    }
    if let Some(email) = &asked.email {
        shown["email"] = json!(email);
    }
    if !asked.metadata.is_empty() {
        shown["metadata"] = Value::Object(asked.metadata.clone());
    }
    if let Some(card) = &payment.card {
        shown["card_details"] = json!({
            "card_brand": card.brand,
            "card_type": card.kind,
            "cardholder_name": card.name,
            "first_digits_card_number": card.first,
            "last_digits_card_number": card.last,
            "expiry_date": card.expires,
        });
        shown["provider_id"] = json!(format!("stand-in-{}", payment.id));
    }
    if payment.status == Status::Success {
        shown["settlement_summary"] = json!({
            "capture_submit_time": moment(payment.history.last().map_or(payment.at, |(_, at)| *at)),
        });
    }
    let mut links = json!({
        "self": link(&here, "GET"),
        "events": link(&format!("{here}/events"), "GET"),
        "refunds": link(&format!("{here}/refunds"), "GET"),
    });
    if !payment.status.is_finished() {
        links["cancel"] = link(&format!("{here}/cancel"), "POST");
    }
    if payment.status == Status::Capturable {
        links["capture"] = link(&format!("{here}/capture"), "POST");
    }
    if let Told::Alone(secret) = told
        && payment.status.is_waiting()
    {
        links["next_url"] = link(&format!("{base}/secure/{secret}"), "GET");
        links["next_url_post"] = json!({
            "href": format!("{base}/secure"),
            "method": "POST",
            "type": "application/x-www-form-urlencoded",
            "params": { "chargeTokenId": secret },
        });
    }
    if told != Told::Hook {
        shown["_links"] = links;
    }
    shown
}

/// What a payment went through.
#[must_use]
pub fn events(payment: &Payment, base: &str) -> Value {
    let here = format!("{base}/v1/payments/{}", payment.id);
    let event = |(status, at): &(Status, DateTime<Utc>)| {
        json!({
            "payment_id": payment.id,
            "state": state(*status),
            "updated": moment(*at),
            "_links": { "payment_url": link(&here, "GET") },
        })
    };
    json!({
        "payment_id": payment.id,
        "events": payment.history.iter().map(event).collect::<Vec<_>>(),
        "_links": { "self": link(&format!("{here}/events"), "GET") },
    })
}

/// Money that went back.
#[must_use]
pub fn refund(refund: &Refund, payment: &Payment, base: &str) -> Value {
    let here = format!("{base}/v1/payments/{}", payment.id);
    json!({
        "refund_id": refund.id,
        "created_date": moment(refund.at),
        "amount": refund.amount,
        "status": refund.goes.name(),
        "settlement_summary": {},
        "_links": {
            "self": link(&format!("{here}/refunds/{}", refund.id), "GET"),
            "payment": link(&here, "GET"),
        },
    })
}

/// The same, among others.
#[must_use]
pub fn found_refund(found: &Refund, payment: &Payment, base: &str) -> Value {
    let mut shown = refund(found, payment, base);
    shown["payment_id"] = json!(payment.id);
    shown
}

/// All that went back of a payment.
#[must_use]
pub fn refunds(payment: &Payment, base: &str) -> Value {
    let here = format!("{base}/v1/payments/{}", payment.id);
    let all: Vec<Value> = payment.refunds.iter().map(|each| refund(each, payment, base)).collect();
    json!({
        "payment_id": payment.id,
        "_links": { "self": link(&format!("{here}/refunds"), "GET"), "payment": link(&here, "GET") },
        "_embedded": { "refunds": all },
    })
}

/// A page of what was found.
#[must_use]
pub fn found(
    what: &str,
    (results, total): (&[Value], usize),
    (page, size): (usize, usize),
    query: &str,
    base: &str,
) -> Value {
    let last = total.div_ceil(size).max(1);
    let to = |page: usize| link(&format!("{base}/v1/{what}?{query}page={page}&display_size={size}"), "GET");
    let mut links = json!({ "self": to(page), "first_page": to(1), "last_page": to(last) });
    if page > 1 {
        links["prev_page"] = to(page - 1);
    }
    if page < last {
        links["next_page"] = to(page + 1);
    }
    json!({ "total": total, "count": results.len(), "page": page, "results": results, "_links": links })
}

/// A webhook's body.
#[must_use]
pub fn hook(id: &str, happened: &crate::ledger::Happened, base: &str) -> String {
    json!({
        "webhook_message_id": id,
        "api_version": 1,
        "created_date": moment(happened.at),
        "resource_id": happened.payment.id,
        "resource_type": "payment",
        "event_type": happened.event,
        "resource": payment(&happened.payment, base, Told::Hook),
    })
    .to_string()
}
