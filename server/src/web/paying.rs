//! To the card page, and back from it. None of it needs a script.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::TimeDelta;
use domain::case::Case;
use domain::money;
use portico_app::components::payment::said;
use portico_app::paths;

use super::form::{Form, no_files};
use super::visit::or_sorry;
use super::{bills, pages};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path, browser_token, named_cookie, pay_link, signed_in};
use crate::jobs::escape;
use crate::operations::paying::{NotPaid, Pay, Till};
use crate::operations::submit::follow_key;
use crate::routes::account::{BROWSER, fresh_token};
use crate::routes::follow::stored;
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::payments::Payment;
use crate::store::requests::Stored;

/// How long a browser knows by which link it pays: longer than card pages are open.
const WAY_BACK: TimeDelta = TimeDelta::hours(3);
/// How often somebody may go to the card page of one request.
const TRIES: (i32, TimeDelta) = (20, TimeDelta::hours(1));

/// The way to a request.
const TO_REQUEST: &str = "Go to your request";

/// The pages of this file.
pub fn router() -> Pages {
    const KEY: &str = "the key in the address is the permission";
    const BACK: &str = "the key in the address and the browser that pays are the permission";
    const LINK: &str =
        "the link is the permission: it was made by staff, for this one payment and some hours";
    Pages::new()
        .open("/follow/{key}/pay", get(pages::fallback).post(pay), KEY)
        .open("/pay/{key}", get(asked).post(pay_by_link), LINK)
        .open("/payments/{key}", get(back), BACK)
}

pub(super) fn till<'t>(state: &'t AppState, at: &'t At) -> Till<'t> {
    Till { state, served: &at.served, store: &at.store }
}

/// Leads to the card page of a request.
async fn pay(State(state): State<AppState>, at: At, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let led = async {
        // It asks nothing; what it must have is looked at as everywhere.
        Form::read((&state, &at), request, &no_files).await?;
        lead_home(&state, &at, &headers, &key).await
    };
    or_sorry(&state, &at, Box::pin(led)).await
}

/// The way to the card page of the request that a key opens.
pub(super) async fn lead_home(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    key: &str,
) -> Result<Response, ApiError> {
    let request = stored(at, key).await?;
    let mut reply = lead(state, at, headers, (&request, &home(&request.case, key), &Payer::Theirs)).await?;
    // Whoever pays with their own key comes back to their own page.
    reply.headers_mut().append(header::SET_COOKIE, named_cookie(state, "pay", "", TimeDelta::zero())?);
    Ok(reply)
}

/// The way to the card page of a request, and from it to a page of ours.
async fn lead(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    (request, home, payer): (&Stored, &str, &Payer),
) -> Result<Response, ApiError> {
    // What was withdrawn or is done costs nothing any more.
    if !request.case.status.is_open() {
        return Err(ApiError::new(StatusCode::CONFLICT, "nothing_to_pay"));
    }
    if !at.store.try_once(format!("pay:{}", request.id), TRIES.0, TRIES.1, state.now()).await? {
        return Err(ApiError::too_many());
    }
    let browser = browser_token(state, headers).unwrap_or_else(|| fresh_token(state));
    let known_as = match payer {
        Payer::Theirs => browser.clone(),
        Payer::ByLink => by_link(&browser),
    };
    let mut reply = match till(state, at).pay(request, &known_as).await {
        Ok(Pay::Paid) => to(home),
        Ok(Pay::At(next_url)) => leave(at, &next_url)?,
        Err(error @ (NotPaid::Service(_) | NotPaid::Differs(_))) => {
            tracing::warn!(%error, "nobody can be led to the card page");
            could_not(at, home)
        }
        Err(NotPaid::NotPayable(_)) => return Err(ApiError::new(StatusCode::CONFLICT, "nothing_to_pay")),
        // Nobody pays for what others have.
        Err(NotPaid::Store(StoreError::SlotTaken)) => taken(at, home),
        Err(NotPaid::Store(error)) => return Err(error.into()),
    };
    reply.headers_mut().append(header::SET_COOKIE, named_cookie(state, "browser", &browser, BROWSER)?);
    Ok(reply)
}

/// The request that a link to pay leads to; nothing where it worked until some moment before.
async fn linked(state: &AppState, at: &At, link: &str) -> Result<Option<Stored>, ApiError> {
    let found = state.secret.read_pay_link(at.store.council(), link);
    let (request, until) = found.ok_or_else(ApiError::not_found)?;
    if until <= state.now() {
        return Ok(None);
    }
    Ok(Some(at.store.by_id(request).await?))
}

fn over(at: &At) -> Response {
    let contact = &at.served.council.contact;
    let html = format!(
        "<h1 class=\"govuk-heading-l\">This link no longer works</h1>\
         <p class=\"govuk-body\">Ask us for another one: ring {} ({}).</p>",
        escape(&contact.phone),
        escape(&contact.hours),
    );
    let mut reply = page(at, "This link no longer works", &html);
    *reply.status_mut() = StatusCode::GONE;
    reply
}

/// The page of a link to pay: for who was sent it, and for the screen that staff hand over. It shows what is paid for and
/// nothing else of the request.
async fn asked(State(state): State<AppState>, at: At, Path(link): Path<String>) -> Response {
    let shown = async {
        let Some(stored) = linked(&state, &at, &link).await? else { return Ok(over(&at)) };
        let sent = &stored.case.submission;
        let payment = till(&state, &at).shown(stored.id, &stored.case).await?;
        let payment = payment.ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "nothing_to_pay"))?;
        let sum = money::show(payment.pence);
        let is_paid = payment.state == Some(domain::payment::State::Paid);
        let title = if is_paid { format!("Thank you: {sum} is paid") } else { format!("Pay {sum} by card") };
        let mut html = format!(
            "<h1 class=\"govuk-heading-l\">{}</h1><p class=\"govuk-body\">{} (reference {})</p><p class=\"govuk-body\">{}</p>",
            escape(&title),
            escape(&sent.title),
            escape(&sent.reference.to_string()),
            escape(&said(&payment)),
        );
        for due in &sent.fee {
            let (label, pence) = (escape(&due.label), money::show(due.pence));
            html.extend(["<p class=\"govuk-body\">", &label, ": ", &pence, "</p>"]);
        }
        if payment.may_pay {
            html.extend([
                "<form method=\"post\"><button type=\"submit\" class=\"govuk-button\">Pay ",
                &sum,
                " by card</button></form>",
            ]);
        }
        Ok(page(&at, &title, &html))
    };
    or_sorry(&state, &at, Box::pin(shown)).await
}

/// Leads to the card page by such a link.
async fn pay_by_link(
    State(state): State<AppState>,
    at: At,
    Path(link): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let led = async {
        Form::read((&state, &at), request, &no_files).await?;
        let Some(stored) = linked(&state, &at, &link).await? else { return Ok(over(&at)) };
        let mut reply =
            lead(&state, &at, &headers, (&stored, &format!("/pay/{link}"), &Payer::ByLink)).await?;
        reply.headers_mut().append(header::SET_COOKIE, named_cookie(&state, "pay", &link, WAY_BACK)?);
        Ok(reply)
    };
    or_sorry(&state, &at, Box::pin(led)).await
}

/// Where it says how paying went: what is received by that is confirmed there.
fn home(case: &Case, key: &str) -> String {
    if case.submission.on_payment { paths::sent(key) } else { paths::request(key) }
}

/// A page without the app: between here and the card page there is nothing to start.
fn page(at: &At, title: &str, html: &str) -> Response {
    let council = escape(&at.served.council.name);
    pages::without_app(
        at,
        title,
        &format!(
            "<div class=\"govuk-width-container\"><main class=\"govuk-main-wrapper\" id=\"main\">\
             <span class=\"govuk-caption-l\">{council}</span>{html}</main></div>"
        ),
    )
}

/// A page that goes on to the card page by itself. A form of ours may not be answered by another site's page, so that
/// nothing that is typed here can be led elsewhere.
pub(super) fn leave(at: &At, next_url: &str) -> Result<Response, ApiError> {
    let go = HeaderValue::from_str(&format!("0; url={next_url}"));
    let go = go.map_err(|_| ApiError::new(StatusCode::CONFLICT, "could_not_check"))?;
    let html = format!(
        "<h1 class=\"govuk-heading-l\">Pay by card</h1>\
         <p class=\"govuk-body\">You go on to our card page now. If nothing happens, choose the link.</p>\
         <p class=\"govuk-body\"><a class=\"govuk-link\" href=\"{}\">Go to the card page</a></p>",
        escape(next_url)
    );
    let mut reply = page(at, "Pay by card", &html);
    reply.headers_mut().insert("refresh", go);
    Ok(reply)
}

/// Others have taken the day: the page of the request says which are left.
fn taken(at: &At, home: &str) -> Response {
    let contact = &at.served.council.contact;
    let html = format!(
        "<h1 class=\"govuk-heading-l\">That day has just been taken</h1>\
         <p class=\"govuk-body\">You have paid nothing, and nothing is lost of what you typed. We hold a day for 15 minutes while you pay, and then others may take it.</p>\
         <p class=\"govuk-body\">Choose another day on the page of your request, then pay. If you can’t open it, ring {} ({}).</p>\
         <p class=\"govuk-body\"><a class=\"govuk-link\" href=\"{}\">{TO_REQUEST}</a></p>",
        escape(&contact.phone),
        escape(&contact.hours),
        escape(home),
    );
    let mut reply = page(at, "That day has just been taken", &html);
    *reply.status_mut() = StatusCode::CONFLICT;
    reply
}

/// Neither paid nor failed is what is known now.
fn could_not(at: &At, home: &str) -> Response {
    could_not_check(at, (home, TO_REQUEST))
}

/// The same, with the words of the way back.
pub(super) fn could_not_check(at: &At, (home, label): (&str, &str)) -> Response {
    let contact = &at.served.council.contact;
    let html = format!(
        "<h1 class=\"govuk-heading-l\">We could not check with the card service</h1>\
         <p class=\"govuk-body\">Nothing is lost of what you typed. We don’t know yet whether you can pay now, or whether a payment of before went through. We ask again by ourselves, and you can’t pay twice.</p>\
         <p class=\"govuk-body\">Try again in some minutes, or ring {} ({}).</p>\
         <p class=\"govuk-body\"><a class=\"govuk-link\" href=\"{}\">{label}</a></p>",
        escape(&contact.phone),
        escape(&contact.hours),
        escape(home),
    );
    let mut reply = page(at, "We could not check with the card service", &html);
    *reply.status_mut() = StatusCode::CONFLICT;
    reply
}

pub(super) fn to(address: &str) -> Response {
    let headers = [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Somebody comes back from the card page. Whatever the address says besides, only the card service knows how it went; who is
/// not known to pay this meets no such page, and it is asked all the same.
async fn back(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let came = async {
        let payment = at.store.payment_by_key(&secret::hash(key.as_bytes())).await?;
        let of = payment.clone();
        let payer = payer(&state, &at, &headers, &payment).await?;
        let mut is_known = true;
        if payment.state.is_under_way()
            && let Err(error) = till(&state, &at).ask(payment).await
        {
            // The page says so, and it is asked again.
            tracing::warn!(%error, "it is not known how a payment went");
            is_known = false;
        }
        let payer = payer.ok_or_else(ApiError::not_found)?;
        let Some(request) = of.purpose.request() else {
            return bills::back(&state, &at, &headers, &of).await;
        };
        let stored = at.store.by_id(request).await?;
        let home = match payer {
            Payer::Theirs => home(&stored.case, &follow_key(&state, &at, request)),
            // Who pays by a link comes back to it, if this browser still has it: it opens nothing else of the request.
            Payer::ByLink => {
                let link = pay_link(&state, &headers);
                let read =
                    link.as_deref().and_then(|link| state.secret.read_pay_link(at.store.council(), link));
                match link.filter(|_| read.is_some_and(|(of, _)| of == request)) {
                    Some(link) => format!("/pay/{link}"),
                    None => return Ok(it_is(&at, &at.store.payment(of.id).await?)),
                }
            }
        };
        Ok(if is_known { to(&home) } else { could_not(&at, &home) })
    };
    or_sorry(&state, &at, Box::pin(came)).await
}

/// Who comes back from a card page.
enum Payer {
    /// Whose it is.
    Theirs,
    /// Somebody who has a link to pay, and nothing else of it.
    ByLink,
}

/// What the token of a browser that pays by a link is kept as: the same browser with the request's own key is another payer.
fn by_link(browser: &str) -> String {
    format!("link:{browser}")
}

/// Whether this is a browser that was led to the card page, or its resident is signed in.
async fn payer(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    payment: &Payment,
) -> Result<Option<Payer>, ApiError> {
    let browser = browser_token(state, headers);
    let is_known = |token: &str| payment.browsers.contains(&secret::hash(token.as_bytes()));
    if browser.as_deref().is_some_and(is_known) {
        return Ok(Some(Payer::Theirs));
    }
    if let (Some((resident, _)), Some(request)) =
        (signed_in(state, at, headers).await?, payment.purpose.request())
        && at.store.is_in_account(request, resident.id).await?
    {
        return Ok(Some(Payer::Theirs));
    }
    Ok(browser.is_some_and(|browser| is_known(&by_link(&browser))).then_some(Payer::ByLink))
}

/// How a payment stands, to who may know that and nothing else.
fn it_is(at: &At, payment: &Payment) -> Response {
    let sum = money::show(payment.bill.total());
    let (title, words) = match payment.state {
        domain::payment::State::Paid => {
            (format!("Thank you: {sum} is paid"), "You need not do anything more. You can close this page.")
        }
        state if state.is_unpaid() => {
            (format!("{sum} is not paid"), "No money was taken. To try again, open the link once more.")
        }
        _ => return could_not(at, "/"),
    };
    let html =
        format!("<h1 class=\"govuk-heading-l\">{}</h1><p class=\"govuk-body\">{words}</p>", escape(&title));
    page(at, &title, &html)
}
