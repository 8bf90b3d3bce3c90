//! `/v1`: what services call; and `/stand-in`: what tests tell the stand-in itself.

use std::collections::HashMap;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::{Call, Fault, Planned};
use crate::ledger::{No, Payment};
use crate::wire::{self, Refusal, Told};
use crate::{Book, StandIn};

pub fn router(it: &StandIn) -> Router<StandIn> {
    let api = Router::new()
        .route("/v1/payments", post(create).get(search))
        .route("/v1/payments/{id}", get(one))
        .route("/v1/payments/{id}/events", get(events))
        .route("/v1/payments/{id}/cancel", post(cancel))
        .route("/v1/payments/{id}/capture", post(capture))
        .route("/v1/payments/{id}/refunds", post(refund).get(refunds))
        .route("/v1/payments/{id}/refunds/{refund}", get(one_refund))
        .route("/v1/refunds", get(search_refunds))
        .layer(middleware::from_fn_with_state(it.clone(), gate));
    Router::new()
        .merge(api)
        .route("/stand-in/payments", get(all).post(elsewhere))
        .route("/stand-in/clock", post(turn))
        .route("/stand-in/faults", post(plan))
        .route("/stand-in/webhooks", post(webhooks))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// Looks at the key, and lets go wrong what is to.
async fn gate(State(it): State<StandIn>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let told = headers.get(header::AUTHORIZATION).and_then(|told| told.to_str().ok());
    let key = told.and_then(|told| told.strip_prefix("Bearer ")).unwrap_or_default();
    if !it.is_key(key) {
        return (StatusCode::UNAUTHORIZED, "Credentials are required to access this resource")
            .into_response();
    }
    let call = Call::of(request.method(), request.uri().path());
    let fault = it.with(|book, _| {
        let lot = book.ledger.lot();
        book.faults.take(call, lot)
    });
    let down = || Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "P0198", "Downstream system error");
    match fault {
        None => next.run(request).await,
        Some(Fault::Delay(millis)) => {
            tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
            next.run(request).await
        }
        Some(Fault::ServerError) => down().into_response(),
        Some(Fault::TooMany) => {
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, "P0900", "Too many requests").into_response()
        }
        Some(Fault::ErrorAfter) => {
            next.run(request).await;
            down().into_response()
        }
        Some(Fault::LostReply) => {
            let (parts, _) = next.run(request).await.into_parts();
            let broken = futures::stream::once(async {
                Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            });
            let mut lost = Response::new(Body::from_stream(broken));
            *lost.status_mut() = parts.status;
            lost
        }
    }
}

fn unknown(code: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, "Not found")
}

async fn create(State(it): State<StandIn>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap_or("\n"));
    // As it is there: for payments by card in a browser the key protects nothing.
    if key.is_some_and(|key| key.len() > 255 || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    {
        let why = "Header [Idempotency-Key] can have a size between 1 and 255";
        let body = json!({ "header": "Idempotency-Key", "code": "P0102", "description": why });
        return Err(Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, body });
    }
    let asked = wire::asked(&wire::parse(&body)?)?;
    let shown = it.changes(|book, now| {
        let payment = book.ledger.create(asked, now);
        let secret = book.ledger.page(&payment.id);
        wire::payment(&payment, it.base(), Told::Alone(&secret))
    });
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// One payment, or none under the code that the call has for that.
fn with_one(
    it: &StandIn,
    id: &str,
    code: &str,
    show: impl FnOnce(&Payment) -> Value,
) -> Result<Json<Value>, Refusal> {
    it.changes(|book, now| book.ledger.get(id, now).map(show)).map(Json).ok_or_else(|| unknown(code))
}

async fn one(State(it): State<StandIn>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let shown = it.changes(|book, now| {
        let payment = book.ledger.get(&id, now)?.clone();
        // The address is a new one each time it is asked for.
        let secret = if payment.status.is_waiting() { book.ledger.page(&id) } else { String::new() };
        Some(wire::payment(&payment, it.base(), Told::Alone(&secret)))
    });
    shown.map(Json).ok_or_else(|| unknown("P0200"))
}

async fn events(State(it): State<StandIn>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    with_one(&it, &id, "P0300", |payment| wire::events(payment, it.base()))
}

async fn refunds(State(it): State<StandIn>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    with_one(&it, &id, "P0800", |payment| wire::refunds(payment, it.base()))
}

async fn one_refund(
    State(it): State<StandIn>,
    Path((id, refund)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let shown = it.with(|book, now| {
        let payment = book.ledger.get(&id, now)?;
        let found = payment.refunds.iter().find(|known| known.id == refund)?;
        Some(wire::refund(found, payment, it.base()))
    });
    shown.map(Json).ok_or_else(|| unknown("P0700"))
}

fn refused(no: No, (missing, conflict): (&str, &str), words: &str) -> Refusal {
    match no {
        No::Unknown => unknown(missing),
        No::Conflict => Refusal::new(StatusCode::BAD_REQUEST, conflict, words),
        No::Mismatch => {
            Refusal::new(StatusCode::PRECONDITION_FAILED, "P0604", "Refund amount available mismatch.")
        }
        No::TooMuch => Refusal::new(
            StatusCode::BAD_REQUEST,
            "P0603",
            "The payment is not available for refund: the amount is more than what is left",
        ),
    }
}

async fn cancel(State(it): State<StandIn>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let done = it.changes(|book, now| book.ledger.cancel(&id, now));
    done.map_err(|no| refused(no, ("P0500", "P0501"), "Cancellation of payment failed"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn capture(State(it): State<StandIn>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let done = it.changes(|book, now| book.ledger.capture(&id, now));
    done.map_err(|no| refused(no, ("P1000", "P1001"), "Capture of payment failed"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn refund(
    State(it): State<StandIn>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let (amount, available) = wire::refund_asked(&wire::parse(&body)?)?;
    let done = it.changes(|book, now| {
        let refund = book.ledger.refund(&id, amount, available, now)?;
        let payment = book.ledger.get(&id, now).ok_or(No::Unknown)?;
        Ok(wire::refund(&refund, payment, it.base()))
    });
    let words = "The payment is not available for refund";
    let shown = done.map_err(|no| refused(no, ("P0600", "P0603"), words))?;
    Ok((StatusCode::ACCEPTED, Json(shown)))
}

/// What somebody looks for: a time, and which page of it.
struct Wanted {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    page: usize,
    size: usize,
}

impl Wanted {
    fn read(query: &HashMap<String, String>) -> Result<Self, Refusal> {
        let bad = |name: &str| {
            let why = format!(
                "Invalid parameters: {name}. See Public API documentation for the correct data formats"
            );
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "P0401", &why)
        };
        let number = |name: &str, most: usize, usual: usize| match query.get(name) {
            None => Ok(usual),
            Some(text) => {
                text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| bad(name))
            }
        };
        let date = |name: &str| -> Result<Option<DateTime<Utc>>, Refusal> {
            let Some(text) = query.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
            text.parse().map(Some).map_err(|_| bad(name))
        };
        Ok(Self {
            from: date("from_date")?,
            to: date("to_date")?,
            page: number("page", usize::MAX, 1)?,
            size: number("display_size", 500, 500)?,
        })
    }

    fn has(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// The page that is wanted, of all that was found, which came the oldest first.
    fn shown(&self, what: &str, mut all: Vec<Value>, query: &HashMap<String, String>, base: &str) -> Value {
        // The newest first.
        all.reverse();
        let total = all.len();
        let here = all.into_iter().skip((self.page - 1).saturating_mul(self.size)).take(self.size);
        let results: Vec<Value> = here.collect();
        let kept = query.iter().filter(|(name, _)| *name != "page" && *name != "display_size");
        let mut again = form_urlencoded::Serializer::new(String::new());
        again.extend_pairs(kept);
        let again = again.finish();
        let again = if again.is_empty() { again } else { again + "&" };
        wire::found(what, (&results, total), (self.page, self.size), &again, base)
    }
}

async fn search(
    State(it): State<StandIn>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    let wanted = Wanted::read(&query)?;
    let is = |name: &str, value: &str| query.get(name).is_none_or(|asked| asked.is_empty() || asked == value);
    let shown = it.changes(|book, now| {
        let known = now - book.lag;
        let fits: Vec<Value> = book
            .ledger
            .all(now)
            .iter()
            .filter(|payment| payment.at <= known && wanted.has(payment.at))
            .filter(|payment| is("reference", &payment.asked.reference) && is("state", payment.status.name()))
            .map(|payment| wire::payment(payment, it.base(), Told::Found))
            .collect();
        wanted.shown("payments", fits, &query, it.base())
    });
    Ok(Json(shown))
}

async fn search_refunds(
    State(it): State<StandIn>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    let wanted = Wanted::read(&query)?;
    let shown = it.changes(|book, now| {
        let payments = book.ledger.all(now).iter();
        let all = payments.flat_map(|payment| payment.refunds.iter().map(move |refund| (refund, payment)));
        let mut fits: Vec<_> = all.filter(|(refund, _)| wanted.has(refund.at)).collect();
        fits.sort_by_key(|(refund, _)| refund.at);
        let shown = |(refund, payment)| wire::found_refund(refund, payment, it.base());
        wanted.shown("refunds", fits.into_iter().map(shown).collect(), &query, it.base())
    });
    Ok(Json(shown))
}

/// All payments, for who compares books.
async fn all(State(it): State<StandIn>) -> Json<Vec<Value>> {
    Json(it.payments().iter().map(|payment| wire::payment(payment, it.base(), Told::Hook)).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    reference: String,
    amount: i64,
}

/// A payment that another system made and somebody paid.
async fn elsewhere(State(it): State<StandIn>, Json(asked): Json<Elsewhere>) -> StatusCode {
    it.made_elsewhere(&asked.reference, asked.amount);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    minutes: i64,
}

async fn turn(State(it): State<StandIn>, Json(turn): Json<Turn>) -> StatusCode {
    it.turn(TimeDelta::minutes(turn.minutes));
    // What is late now has happened.
    it.changes(|book: &mut Book, now| {
        let _ = book.ledger.all(now);
    });
    StatusCode::NO_CONTENT
}

async fn plan(State(it): State<StandIn>, Json(planned): Json<Vec<Planned>>) -> StatusCode {
    it.plan(planned);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhooks {
    /// They wait until they are asked for.
    #[serde(default)]
    hold: bool,
    /// Those that wait are told, each so many times.
    #[serde(default)]
    tell: usize,
    /// The last first.
    #[serde(default)]
    reversed: bool,
}

async fn webhooks(State(it): State<StandIn>, Json(asked): Json<Webhooks>) -> StatusCode {
    it.hold(asked.hold);
    if asked.tell > 0 {
        it.tell(asked.reversed, asked.tell).await;
    }
    StatusCode::NO_CONTENT
}
