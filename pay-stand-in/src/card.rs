//! The card page: plain HTML, which works without a script.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::StandIn;
use crate::ledger::{Payment, Status, Typed, Why, Wrong};

/// The cookie of a browser that may type a card.
const COOKIE: &str = "stand-in";

pub fn router() -> Router<StandIn> {
    Router::new()
        .route("/secure/{secret}", get(open))
        .route("/secure", post(open_posted))
        .route("/card_details/{id}", get(show).post(pay))
        .route("/card_details/{id}/cancel", post(stop))
}

fn to(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store")])
        .into_response()
}

/// The secret in the address is used up, and the browser gets a cookie in its place.
async fn open(State(it): State<StandIn>, Path(secret): Path<String>) -> Response {
    let opened = it.changes(|book, now| book.ledger.open(&secret, now));
    let Some(payment) = opened else {
        let words = "<p>It can be used once. Go back to the service that you came from: your payment goes on from there.</p>";
        return (StatusCode::NOT_FOUND, page("This link has been used", words)).into_response();
    };
    let cookie =
        format!("{COOKIE}-{}={}; Path=/card_details; HttpOnly; SameSite=Lax", payment.id, payment.session);
    let mut reply = to(&format!("/card_details/{}", payment.id));
    if let Ok(cookie) = cookie.parse() {
        reply.headers_mut().append(header::SET_COOKIE, cookie);
    }
    reply
}

/// The same, posted.
async fn open_posted(it: State<StandIn>, body: Bytes) -> Response {
    let secret = form_urlencoded::parse(&body).find(|(name, _)| name == "chargeTokenId");
    open(it, Path(secret.map(|(_, secret)| secret.into_owned()).unwrap_or_default())).await
}

/// The payment, if this is the browser that opened its page.
fn own(it: &StandIn, id: &str, headers: &HeaderMap) -> Option<Payment> {
    let payment = it.with(|book, now| book.ledger.get(id, now).cloned())?;
    let told = format!("{COOKIE}-{}={}", payment.id, payment.session);
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    cookies.any(|cookies| cookies.split(';').any(|cookie| cookie.trim() == told)).then_some(payment)
}

fn not_yours() -> Response {
    let words = "<p>Go back to the service that you came from: your payment goes on from there.</p>";
    (StatusCode::NOT_FOUND, page("This payment was begun somewhere else", words)).into_response()
}

async fn show(State(it): State<StandIn>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match own(&it, &id, &headers) {
        Some(payment) => shown(&payment, &Typed::default(), &[]),
        None => not_yours(),
    }
}

async fn pay(State(it): State<StandIn>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    if own(&it, &id, &headers).is_none() {
        return not_yours();
    }
    let mut typed = Typed::default();
    for (name, value) in form_urlencoded::parse(&body) {
        let field = match &*name {
            "cardNo" => &mut typed.number,
            "expiryMonth" => &mut typed.month,
            "expiryYear" => &mut typed.year,
            "cardholderName" => &mut typed.name,
            "cvc" => &mut typed.code,
            _ => continue,
        };
        *field = value.into_owned();
    }
    let wrong = it.changes(|book, now| book.ledger.pay(&id, &typed, now)).err().unwrap_or_default();
    let Some(payment) = own(&it, &id, &headers) else { return not_yours() };
    match payment.status {
        Status::Success | Status::Capturable => to(&payment.asked.return_url),
        _ => shown(&payment, &typed, &wrong),
    }
}

async fn stop(State(it): State<StandIn>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let Some(payment) = own(&it, &id, &headers) else { return not_yours() };
    it.changes(|book, now| book.ledger.stop(&id, now));
    to(&payment.asked.return_url)
}

fn shown(payment: &Payment, typed: &Typed, wrong: &[Wrong]) -> Response {
    let said = match payment.status {
        Status::Created | Status::Started => {
            let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let title = if wrong.is_empty() { "Enter card details" } else { "Error: Enter card details" };
            return (status, page(title, &form(payment, typed, wrong))).into_response();
        }
        Status::Success | Status::Capturable => {
            ("Your payment was successful", "There is nothing more to do here.")
        }
        Status::Failed(Why::Rejected) => {
            ("Your payment has been declined", "No money has been taken from your account.")
        }
        Status::Failed(Why::Expired) => {
            ("Your payment session has expired", "No money has been taken from your account.")
        }
        Status::Failed(Why::Stopped) | Status::Cancelled => {
            ("Your payment has been cancelled", "No money has been taken from your account.")
        }
        Status::Error => {
            ("We’re experiencing technical problems", "No money has been taken from your account.")
        }
    };
    let back = escape(&payment.asked.return_url);
    let words =
        format!("<p>{}</p><p><a id=\"return-url\" href=\"{back}\">Go back to the service</a></p>", said.1);
    page(said.0, &words).into_response()
}

fn form(payment: &Payment, typed: &Typed, wrong: &[Wrong]) -> String {
    let words = |wrong: Wrong| match wrong {
        Wrong::Number => ("card-no", "Enter a valid card number: one of the test cards"),
        Wrong::Kind => ("card-no", "Maestro is not supported"),
        Wrong::Expiry => ("expiry-month", "Enter a valid expiry date"),
        Wrong::Name => ("cardholder-name", "Enter the name as it appears on the card"),
        Wrong::Code => ("cvc", "Enter a valid card security code"),
    };
    let mut summary = String::new();
    if !wrong.is_empty() {
        let mut items = String::new();
        for (id, why) in wrong.iter().map(|wrong| words(*wrong)) {
            items.extend(["<li><a href=\"#", id, "\">", why, "</a></li>"]);
        }
        summary =
            format!("<div role=\"alert\" class=\"errors\"><h2>There is a problem</h2><ul>{items}</ul></div>");
    }
    let field = |id: &str, name: &str, label: &str, value: &str, more: &str| {
        let why = wrong.iter().map(|wrong| words(*wrong)).find(|(of, _)| *of == id);
        let said =
            why.map(|(_, why)| format!("<p class=\"error\" id=\"{id}-error\">{why}</p>")).unwrap_or_default();
        let tied = why
            .map(|_| format!(" aria-invalid=\"true\" aria-describedby=\"{id}-error\""))
            .unwrap_or_default();
        let value = escape(value);
        format!(
            "<p><label for=\"{id}\">{label}</label></p>{said}<p><input id=\"{id}\" name=\"{name}\" value=\"{value}\" {more}{tied}></p>"
        )
    };
    let asked = &payment.asked;
    let (pounds, pence) = (asked.amount / 100, asked.amount % 100);
    let [number, month, year, name, code] = [
        field(
            "card-no",
            "cardNo",
            "Card number",
            &typed.number,
            "inputmode=\"numeric\" autocomplete=\"cc-number\"",
        ),
        field(
            "expiry-month",
            "expiryMonth",
            "Month it expires",
            &typed.month,
            "inputmode=\"numeric\" autocomplete=\"cc-exp-month\" size=\"2\"",
        ),
        field(
            "expiry-year",
            "expiryYear",
            "Year it expires",
            &typed.year,
            "inputmode=\"numeric\" autocomplete=\"cc-exp-year\" size=\"4\"",
        ),
        field("cardholder-name", "cardholderName", "Name on card", &typed.name, "autocomplete=\"cc-name\""),
        // What proves the card is typed anew.
        field(
            "cvc",
            "cvc",
            "Card security code",
            "",
            "inputmode=\"numeric\" autocomplete=\"cc-csc\" size=\"4\"",
        ),
    ];
    format!(
        "{summary}<h1>Enter card details</h1>\
         <h2>Payment summary</h2><p id=\"payment-description\">{}</p><p id=\"amount\">Total amount: <strong>£{pounds}.{pence:02}</strong></p>\
         <form method=\"post\" action=\"/card_details/{id}\" novalidate>{number}\
         <fieldset><legend>Expiry date</legend>{month}{year}</fieldset>{name}{code}\
         <p><button id=\"submit-card-details\">Pay now</button></p></form>\
         <form method=\"post\" action=\"/card_details/{id}/cancel\"><p><button id=\"cancel-payment\" class=\"second\">Cancel payment</button></p></form>\
         <h2>Test cards</h2><p>This page takes no real card. 4444 3333 2222 1111 pays, 4000 0000 0000 0002 is declined, 4000 0000 0000 0119 breaks.</p>",
        escape(&asked.description),
        id = payment.id,
    )
}

fn page(title: &str, words: &str) -> Html<String> {
    let heading = if words.contains("<h1>") { String::new() } else { format!("<h1>{title}</h1>") };
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} – stand-in for GOV.UK Pay</title><style>{STYLE}</style></head>\
         <body><header><p>Stand-in for GOV.UK Pay: no money moves</p></header><main>{heading}{words}</main></body></html>"
    ))
}

const STYLE: &str = "body{margin:0;font:1.1875rem/1.4 system-ui,sans-serif;color:#0b0c0c;background:#fff}\
header{background:#0b0c0c;color:#fff;padding:.25rem 1rem}main{max-width:38rem;margin:0 auto;padding:1rem}\
input{font:inherit;padding:.3rem;border:2px solid #0b0c0c;max-width:100%;box-sizing:border-box}\
label{font-weight:700}fieldset{border:0;padding:0;margin:0}legend{font-weight:700;padding:0}\
button{font:inherit;padding:.5rem 1rem;border:0;background:#00703c;color:#fff}button.second{background:#505a5f}\
a{color:#1d70b8}:focus-visible{outline:3px solid #fd0;box-shadow:0 0 0 6px #0b0c0c}\
.errors{border:4px solid #d4351c;padding:0 1rem}.error{color:#d4351c;font-weight:700}";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
