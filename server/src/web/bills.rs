//! Finding what one owes, seeing it, and paying or challenging it: penalty charges and council tax. What is found may be looked
//! at for an hour, in the browser that found it. None of it needs a script.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use chrono::{Days, TimeDelta};
use data_encoding::HEXLOWER;
use domain::answers::Answers;
use domain::api::drafts::Posted;
use domain::field::contact::is_email;
use domain::ledger::tax::WrongAmount;
use domain::ledger::{Ledger, penalty, tax};
use domain::money;
use domain::payment::{Account, Bill, Codes, Item, Purpose, State as Standing};
use portico_app::components::error_summary::Problem;
use portico_app::pages::bills::{
    ACCOUNT, AMOUNT, Bill as Shown, Charge, EMAIL, Last, Made, NO_ACCOUNT, NO_CHARGE, NUMBER, REGISTRATION,
    ROUND, SHOWN, TaxAccount, WHO,
};
use portico_app::{paths, words};

use super::form::{Form, no_files};
use super::pages;
use super::paying::{could_not_check, leave, till, to};
use super::visit::{self, Visit, or_sorry};
use crate::access::Pages;
use crate::adapters::blobs::Size;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, browser_token, named_cookie};
use crate::ledgers::{CouncilTax, PenaltyCharges, photo_id, photos_of};
use crate::operations::paying::{NotPaid, Pay, Wish};
use crate::routes;
use crate::routes::account::{BROWSER, fresh_token};
use crate::secret;
use crate::state::AppState;
use crate::store::ledgers::BillVisit;
use crate::store::payments::Payment;

/// How often one number is tried, right or wrong.
const NUMBERS: (i32, TimeDelta) = (10, TimeDelta::hours(1));
/// How often what has to fit it is tried, with whatever number. Many people have the same name.
const SECRETS: (i32, TimeDelta) = (60, TimeDelta::hours(1));
/// How often the card service is asked about one payment because somebody looks at the page. The mop-up asks besides.
const ASKS: (i32, TimeDelta) = (60, TimeDelta::hours(1));
/// How often somebody goes to the card page for one bill.
const PAYS: (i32, TimeDelta) = (20, TimeDelta::hours(1));

/// The pages of this file.
pub fn router() -> Pages {
    const FOUND: &str = "two things that stand on the bill are the permission";
    const KEY: &str = "the key in the address and the browser that found it are the permission";
    Pages::new()
        .open(paths::PENALTY_CHARGE, get(charge_form).post(find_charge), FOUND)
        .open("/penalty-charge/{key}", get(charge), KEY)
        .open("/penalty-charge/{key}/pay", get(pages::fallback).post(pay_charge), KEY)
        .open("/penalty-charge/{key}/challenge", get(pages::fallback).post(challenge), KEY)
        .open("/penalty-charge/{key}/photos/{photo}", get(photo), KEY)
        .open(paths::COUNCIL_TAX, get(account_form).post(find_account), FOUND)
        .open("/council-tax/{key}", get(account), KEY)
        .open("/council-tax/{key}/pay", get(pages::fallback).post(pay_account), KEY)
}

fn problem(id: &str, words: impl Into<String>) -> Problem {
    Problem { id: id.to_owned(), words: words.into() }
}

fn page_of(ledger: Ledger) -> &'static str {
    match ledger {
        Ledger::CouncilTax => paths::COUNCIL_TAX,
        Ledger::PenaltyCharges | Ledger::PermitZones => paths::PENALTY_CHARGE,
    }
}

fn penalty_settings(at: &At) -> Result<&penalty::Settings, ApiError> {
    at.served.council.penalty_charges.as_ref().ok_or_else(ApiError::not_found)
}

fn tax_settings(at: &At) -> Result<&tax::Settings, ApiError> {
    at.served.council.council_tax.as_ref().ok_or_else(ApiError::not_found)
}

fn drawn(state: &AppState, at: &At, bill: Shown) -> Response {
    pages::of_person(at, &portico_app::plain::bill(routes::council::view(state, &at.served), bill))
}

/// The form to find a penalty charge.
async fn charge_form(State(state): State<AppState>, at: At, headers: HeaderMap) -> Response {
    let shown = async {
        penalty_settings(&at)?;
        let posted = visit::of_page(&state, &at, &headers, paths::PENALTY_CHARGE).await?;
        forget_typed(&state, &at, &headers, paths::PENALTY_CHARGE, posted.is_some()).await?;
        Ok(drawn(&state, &at, Shown::FindCharge(posted)))
    };
    or_sorry(&state, &at, shown).await
}

/// The form to find an account of council tax.
async fn account_form(State(state): State<AppState>, at: At, headers: HeaderMap) -> Response {
    let shown = async {
        tax_settings(&at)?;
        let posted = visit::of_page(&state, &at, &headers, paths::COUNCIL_TAX).await?;
        forget_typed(&state, &at, &headers, paths::COUNCIL_TAX, posted.is_some()).await?;
        Ok(drawn(&state, &at, Shown::FindAccount(posted)))
    };
    or_sorry(&state, &at, shown).await
}

/// What was mistyped is shown once: the next person at this computer has no use for it.
async fn forget_typed(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    page: &str,
    is_there: bool,
) -> Result<(), ApiError> {
    if is_there { visit::forget_page(state, at, headers, page).await } else { Ok(()) }
}

/// Counts a try to find something. What was typed is counted by its hash, whether there is such a bill or not.
async fn counted(
    state: &AppState,
    at: &At,
    ledger: Ledger,
    number: &str,
    fits: &str,
) -> Result<(), ApiError> {
    for (what, typed, (most, span)) in [("number", number, NUMBERS), ("fits", fits, SECRETS)] {
        let subject = secret::hash(format!("{}:{what}:{typed}", ledger.id()).as_bytes());
        let subject = format!("bill:{}", HEXLOWER.encode(&subject));
        if !at.store.try_once(subject, most, span, state.now()).await? {
            return Err(ApiError::too_many());
        }
    }
    Ok(())
}

/// Finds a penalty charge.
async fn find_charge(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let found = async {
        penalty_settings(&at)?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let number = penalty::number(form.text(NUMBER));
        let registration = penalty::registration(form.text(REGISTRATION));
        let mut problems = Vec::new();
        if number.is_none() {
            problems.push(problem(
                NUMBER,
                "Enter the penalty charge number. It has two letters and six to ten digits, like SM12345678",
            ));
        }
        if registration.is_none() {
            problems.push(problem(REGISTRATION, "Enter the registration, like AB12 CDE"));
        }
        if let (Some(number), Some(registration)) = (number, registration) {
            counted(&state, &at, Ledger::PenaltyCharges, &number, &registration).await?;
            let found = at.store.notice(&number).await?.filter(|(notice, _)| notice.is_of(&registration));
            if found.is_some() {
                return look(&state, &at, &headers, &visit, Ledger::PenaltyCharges, number).await;
            }
            problems.push(problem(NUMBER, NO_CHARGE));
        }
        visit.again(&form, problems, paths::PENALTY_CHARGE).await
    };
    or_sorry(&state, &at, Box::pin(found)).await
}

/// Finds an account of council tax.
async fn find_account(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let found = async {
        tax_settings(&at)?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let (number, who) = (tax::number(form.text(ACCOUNT)), form.text(WHO).trim());
        let mut problems = Vec::new();
        if number.is_none() {
            problems.push(problem(
                ACCOUNT,
                "Enter the account number. It has six to twelve digits, like 80123456",
            ));
        }
        if who.is_empty() {
            problems.push(problem(WHO, "Enter a last name or a postcode"));
        }
        if let (Some(number), true) = (number, problems.is_empty()) {
            counted(&state, &at, Ledger::CouncilTax, &number, &who.to_lowercase()).await?;
            if at.store.account(&number).await?.is_some_and(|(account, _)| account.is_of(who)) {
                return look(&state, &at, &headers, &visit, Ledger::CouncilTax, number).await;
            }
            problems.push(problem(ACCOUNT, NO_ACCOUNT));
        }
        visit.again(&form, problems, paths::COUNCIL_TAX).await
    };
    or_sorry(&state, &at, Box::pin(found)).await
}

/// Leads to what was found.
async fn look(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    visit: &Visit<'_>,
    ledger: Ledger,
    number: String,
) -> Result<Response, ApiError> {
    let browser = browser_token(state, headers).unwrap_or_else(|| fresh_token(state));
    let there = let_look(state, at, &browser, BillVisit { ledger, number }).await?;
    let mut reply = visit.done(page_of(ledger), &there).await?;
    reply.headers_mut().append(header::SET_COOKIE, named_cookie(state, "browser", &browser, BROWSER)?);
    Ok(reply)
}

/// A new address at which a browser may look at a bill.
async fn let_look(state: &AppState, at: &At, browser: &str, visit: BillVisit) -> Result<String, ApiError> {
    let key = fresh_token(state);
    let there = format!("{}/{key}", page_of(visit.ledger));
    let hashes = (secret::hash(key.as_bytes()), secret::hash(browser.as_bytes()));
    at.store.let_look(visit, hashes, state.now()).await?;
    Ok(there)
}

/// The number of what this browser may look at by a key, and the browser's token.
async fn looked_at(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    (ledger, key): (Ledger, &str),
) -> Result<Option<(String, String)>, ApiError> {
    let Some(browser) = browser_token(state, headers) else { return Ok(None) };
    let (key, by) = (secret::hash(key.as_bytes()), secret::hash(browser.as_bytes()));
    let visit = at.store.bill_visit(key, &by, state.now()).await?;
    Ok(visit.filter(|visit| visit.ledger == ledger).map(|visit| (visit.number, browser)))
}

/// The payments for a bill. One that is under way is asked about first, so that what was paid a moment ago shows.
async fn tried(state: &AppState, at: &At, purpose: Purpose) -> Result<(Vec<Payment>, Last), ApiError> {
    let mut tried = at.store.payments_for(purpose).await?;
    let mut unknown = None;
    for payment in tried.iter_mut().filter(|payment| payment.state.is_under_way()) {
        if !at.store.try_once(format!("ask:{}", payment.id), ASKS.0, ASKS.1, state.now()).await? {
            continue;
        }
        match till(state, at).ask(payment.clone()).await {
            Ok(asked) => *payment = asked,
            Err(error) => {
                tracing::warn!(%error, "it is not known how a payment went");
                unknown = Some(payment.bill.total());
            }
        }
    }
    let last = match (unknown, tried.last()) {
        (Some(pence), _) => Last::Unknown(pence),
        (None, Some(last)) if last.state.is_under_way() => Last::UnderWay(last.bill.total()),
        (None, Some(last)) if last.state.is_unpaid() => Last::Ended(last.state),
        _ => Last::None,
    };
    Ok((tried, last))
}

/// The payments that were made, the last one first.
fn made(at: &At, tried: &[Payment]) -> Vec<Made> {
    let stands = |payment: &&Payment| payment.state == Standing::Paid && !payment.is_owed_again();
    let paid = tried.iter().rev().filter(stands);
    let made = |payment: &Payment| Made {
        pence: payment.bill.total(),
        refunded: payment.refunded,
        reference: payment.reference.clone(),
        on: at.served.local(payment.ended_at.unwrap_or(payment.made_at)).date(),
    };
    paid.map(made).collect()
}

/// A penalty charge, as it stands at this moment.
async fn charge_of(state: &AppState, at: &At, number: &str, address: &str) -> Result<Charge, ApiError> {
    let settings = penalty_settings(at)?;
    let (notice, since) = at.store.notice(number).await?.ok_or_else(ApiError::not_found)?;
    let local = |moment| at.served.local(moment).date();
    let challenges = at.store.challenges(number, local).await?;
    let due = notice.due(settings, &challenges, local(state.now()));
    let (tried, last) = tried(state, at, purpose_of(number)?).await?;
    let mut photos = Vec::new();
    let kept_for = photos_of(at.store.council());
    for (at_place, name) in notice.photos.iter().enumerate() {
        if state.blobs.stream(&kept_for, photo_id(number, name), Size::Thumbnail).await.is_ok() {
            photos.push(format!("{address}/photos/{}", at_place + 1));
        }
    }
    Ok(Charge {
        due,
        pay_until: notice.pay_until(settings),
        as_of: local(since),
        made: made(at, &tried).into_iter().next(),
        last,
        may_pay: at.served.council.payments.is_some(),
        photos,
        address: address.to_owned(),
        posted: None,
        notice,
    })
}

fn purpose_of(number: &str) -> Result<Purpose, ApiError> {
    Account::new(number).map(Purpose::PenaltyCharge).ok_or_else(ApiError::not_found)
}

/// A penalty charge.
async fn charge(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let Some((number, _)) = looked_at(&state, &at, &headers, (Ledger::PenaltyCharges, &key)).await?
        else {
            return Ok(to(paths::PENALTY_CHARGE));
        };
        let here = format!("{}/{key}", paths::PENALTY_CHARGE);
        let posted = visit::of_page(&state, &at, &headers, &here).await?;
        forget_typed(&state, &at, &headers, &here, posted.is_some()).await?;
        let charge = Charge { posted, ..charge_of(&state, &at, &number, &here).await? };
        Ok(drawn(&state, &at, Shown::Charge(Box::new(charge))))
    };
    or_sorry(&state, &at, Box::pin(shown)).await
}

/// A photo of what was seen.
async fn photo(
    State(state): State<AppState>,
    at: At,
    Path((key, place)): Path<(String, usize)>,
    headers: HeaderMap,
    Query(which): Query<routes::photos::Which>,
) -> Result<Response, ApiError> {
    let found = looked_at(&state, &at, &headers, (Ledger::PenaltyCharges, &key)).await?;
    let (number, _) = found.ok_or_else(ApiError::not_found)?;
    let (notice, _) = at.store.notice(&number).await?.ok_or_else(ApiError::not_found)?;
    let name = place.checked_sub(1).and_then(|place| notice.photos.get(place));
    let id = photo_id(&number, name.ok_or_else(ApiError::not_found)?);
    routes::photos::picture(&state, &photos_of(at.store.council()), id, which.size()).await
}

/// The address in a form, if one was typed, or what is wrong with it.
fn email_in(form: &Form) -> Result<Option<String>, Problem> {
    let email = form.text(EMAIL).trim();
    match email {
        "" => Ok(None),
        email if is_email(email) => Ok(Some(email.to_owned())),
        _ => Err(problem(EMAIL, words::email_format())),
    }
}

/// Leads to the card page of a penalty charge. What is due is counted again: another amount than was shown is shown first.
async fn pay_charge(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let led = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let Some((number, browser)) =
            looked_at(&state, &at, &headers, (Ledger::PenaltyCharges, &key)).await?
        else {
            return Ok(to(paths::PENALTY_CHARGE));
        };
        let here = format!("{}/{key}", paths::PENALTY_CHARGE);
        let charge = charge_of(&state, &at, &number, &here).await?;
        if charge.made.is_some() {
            return visit.done(&here, &here).await;
        }
        let Some(pence) = charge.due.pence() else { return visit.done(&here, &here).await };
        let mut problems = Vec::new();
        if form.text(SHOWN).parse() != Ok(pence) {
            let sum = money::show(pence);
            let words = format!(
                "What is due has changed since you opened this page. It is {sum} now, and nothing was charged. Look at it again before you pay"
            );
            problems.push(problem("main", words));
        }
        let email = email_in(&form);
        let email = match (email, problems.is_empty()) {
            (Ok(email), true) => email,
            (email, _) => {
                problems.extend(email.err());
                return visit.again(&form, problems, &here).await;
            }
        };
        let label = format!("Penalty charge {number}");
        let codes = &penalty_settings(&at)?.codes;
        let wish = wish(purpose_of(&number)?, 0, (label, pence), codes, email)?;
        go(&state, &at, &visit, (&wish, &browser), &here).await
    };
    or_sorry(&state, &at, Box::pin(led)).await
}

/// What is paid for a bill, in one line.
fn wish(
    purpose: Purpose,
    round: usize,
    (label, pence): (String, i64),
    codes: &Codes,
    email: Option<String>,
) -> Result<Wish, ApiError> {
    let account = match purpose {
        Purpose::PenaltyCharge(account) | Purpose::CouncilTax(account) => account.number().to_owned(),
        Purpose::Request(request) => request.to_string(),
    };
    let item = Item { label: label.clone(), pence, codes: codes.clone(), account };
    let bill =
        Bill::try_from(vec![item]).map_err(|_| ApiError::new(StatusCode::CONFLICT, "nothing_to_pay"))?;
    Ok(Wish { purpose, round, bill, title: label, email, place: None })
}

/// Goes to the card page, or back to where it is told how it stands.
async fn go(
    state: &AppState,
    at: &At,
    visit: &Visit<'_>,
    (wish, browser): (&Wish, &str),
    here: &str,
) -> Result<Response, ApiError> {
    if at.served.council.payments.is_none() {
        return Err(ApiError::new(StatusCode::CONFLICT, "nothing_to_pay"));
    }
    let subject = format!("pay:{}", HEXLOWER.encode(&secret::hash(wish.purpose.id().as_bytes())));
    if !at.store.try_once(subject, PAYS.0, PAYS.1, state.now()).await? {
        return Err(ApiError::too_many());
    }
    match till(state, at).pay_for(wish, browser).await {
        Ok(Pay::Paid) => visit.done(here, here).await,
        Ok(Pay::At(next_url)) => {
            // What was typed is at the card service now.
            visit.done(here, here).await?;
            leave(at, &next_url)
        }
        Err(error @ (NotPaid::Service(_) | NotPaid::Differs(_))) => {
            tracing::warn!(%error, "nobody can be led to the card page");
            Ok(could_not_check(at, (here, "Go back to what is due")))
        }
        Err(NotPaid::NotPayable(_)) => Err(ApiError::new(StatusCode::CONFLICT, "nothing_to_pay")),
        Err(NotPaid::Store(error)) => Err(error.into()),
    }
}

/// Begins a challenge, with what is known of the notice.
async fn challenge(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let begun = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        Form::read((&state, &at), request, &no_files).await?;
        let Some((number, _)) = looked_at(&state, &at, &headers, (Ledger::PenaltyCharges, &key)).await?
        else {
            return Ok(to(paths::PENALTY_CHARGE));
        };
        let settings = penalty_settings(&at)?;
        let (notice, _) = at.store.notice(&number).await?.ok_or_else(ApiError::not_found)?;
        let tried = at.store.payments_for(purpose_of(&number)?).await?;
        if !made(&at, &tried).is_empty() {
            // Who pays accepts it: the page says so.
            return Ok(to(&format!("{}/{key}", paths::PENALTY_CHARGE)));
        }
        let service = at.served.service(&settings.challenge).ok_or_else(ApiError::not_found)?;
        let known = [(settings.number.as_str(), number.as_str()), (&settings.vehicle, &notice.registration)];
        let answers: Answers = known.into_iter().collect();
        let there = visit.begin(service, answers, None).await?;
        Ok(visit.to(&there))
    };
    or_sorry(&state, &at, Box::pin(begun)).await
}

/// An account of council tax, as it stands at this moment.
async fn account_of(state: &AppState, at: &At, number: &str, address: &str) -> Result<TaxAccount, ApiError> {
    let settings = tax_settings(at)?;
    let (account, since) = at.store.account(number).await?.ok_or_else(ApiError::not_found)?;
    let today = at.served.local(state.now()).date();
    let purpose = Account::new(number).map(Purpose::CouncilTax).ok_or_else(ApiError::not_found)?;
    let (tried, last) = tried(state, at, purpose).await?;
    let mut made = made(at, &tried);
    let round = made.len();
    let pence = tried.last().filter(|last| last.state != Standing::Paid).map(|last| last.bill.total());
    let again = |pence: i64| Posted {
        answers: [(AMOUNT, &*money::show(pence).replace('£', ""))].into_iter().collect(),
        ..Posted::default()
    };
    let first = today.checked_sub_days(Days::new(settings.shows_after)).unwrap_or(today);
    made.retain(|made| made.on > first);
    Ok(TaxAccount {
        account,
        as_of: at.served.local(since).date(),
        today,
        shows_after: settings.shows_after,
        made,
        last,
        round,
        may_pay: at.served.council.payments.is_some(),
        bounds: (settings.least, settings.most),
        help: settings.help.clone().filter(|help| at.served.service(help).is_some()),
        address: address.to_owned(),
        posted: pence.map(again),
    })
}

/// An account of council tax.
async fn account(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let Some((number, _)) = looked_at(&state, &at, &headers, (Ledger::CouncilTax, &key)).await? else {
            return Ok(to(paths::COUNCIL_TAX));
        };
        let here = format!("{}/{key}", paths::COUNCIL_TAX);
        let posted = visit::of_page(&state, &at, &headers, &here).await?;
        forget_typed(&state, &at, &headers, &here, posted.is_some()).await?;
        let account = account_of(&state, &at, &number, &here).await?;
        // What was typed before a payment that was not made is there to be tried again.
        let posted = posted.or_else(|| account.posted.clone());
        let account = TaxAccount { posted, ..account };
        Ok(drawn(&state, &at, Shown::Account(Box::new(account))))
    };
    or_sorry(&state, &at, Box::pin(shown)).await
}

/// Leads to the card page of council tax. The form says how many payments there were when it was drawn: pressed twice, in two
/// tabs or after a lost reply, it is one payment; who opens the page anew may pay again.
async fn pay_account(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let led = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let Some((number, browser)) = looked_at(&state, &at, &headers, (Ledger::CouncilTax, &key)).await?
        else {
            return Ok(to(paths::COUNCIL_TAX));
        };
        let here = format!("{}/{key}", paths::COUNCIL_TAX);
        let settings = tax_settings(&at)?;
        let page = account_of(&state, &at, &number, &here).await?;
        let round: usize = form.text(ROUND).parse().unwrap_or(usize::MAX);
        let mut problems = Vec::new();
        if round != page.round {
            let words = "A payment was made for this account since you opened this page. It stands below. If you want to pay more, press the button again";
            problems.push(problem("main", words));
        }
        let pence = settings.amount(form.text(AMOUNT)).map_err(|wrong| {
            problem(
                AMOUNT,
                match wrong {
                    WrongAmount::Unreadable => "Enter an amount in pounds, like 120.00".to_owned(),
                    WrongAmount::TooLittle => {
                        format!("The amount must be {} or more", money::show(settings.least))
                    }
                    WrongAmount::TooMuch => format!(
                        "The amount must be {} or less. To pay more at once, ring us",
                        money::show(settings.most)
                    ),
                },
            )
        });
        let (pence, email) = match (pence, email_in(&form)) {
            (Ok(pence), Ok(email)) if problems.is_empty() => (pence, email),
            (pence, email) => {
                problems.extend(pence.err());
                problems.extend(email.err());
                return visit.again(&form, problems, &here).await;
            }
        };
        let purpose = Account::new(&number).map(Purpose::CouncilTax).ok_or_else(ApiError::not_found)?;
        let label = format!("Council tax, account {number}");
        let wish = wish(purpose, round, (label, pence), &settings.codes, email)?;
        go(&state, &at, &visit, (&wish, &browser), &here).await
    };
    or_sorry(&state, &at, Box::pin(led)).await
}

/// Somebody comes back from the card page of a bill: they look at it anew.
pub(super) async fn back(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    payment: &Payment,
) -> Result<Response, ApiError> {
    let (ledger, account) = match payment.purpose {
        Purpose::PenaltyCharge(account) => (Ledger::PenaltyCharges, account),
        Purpose::CouncilTax(account) => (Ledger::CouncilTax, account),
        Purpose::Request(_) => return Err(ApiError::not_found()),
    };
    let browser = browser_token(state, headers).ok_or_else(ApiError::not_found)?;
    let visit = BillVisit { ledger, number: account.number().to_owned() };
    Ok(to(&let_look(state, at, &browser, visit).await?))
}
