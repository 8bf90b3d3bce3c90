//! Sending money back: `/api/staff/requests/{id}/refunds` asks for it, `/api/staff/refunds` is where somebody else agrees.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use domain::access::{Act, Role};
use domain::api::problem::Problem;
use domain::api::refunds::{RefundAnswer, RefundRequest, RefundRow, RefundsView};
use domain::api::staff::StaffCase;
use domain::audit::{Deed, Entry};
use domain::case::Owner;
use domain::field::{ErrorCode, FieldError};
use domain::money;
use domain::payment::LEAST;
use domain::refund::RefundState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::{private, words};
use super::staff::{mine, reply};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::operations::looked::object;
use crate::operations::paying::Till;
use crate::state::AppState;
use crate::store::payments::Payment;
use crate::store::refunds::{Answer, NewRefund, Refund};
use crate::store::requests::Stored;
use crate::store::staff::StaffMember;

/// How long one that did not go through is listed.
const LISTED: TimeDelta = TimeDelta::days(30);

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(ask).needs(Act::Refund))
        .routes(routes!(list).needs(Act::SeeRefunds))
        .routes(routes!(answer).needs(Act::AgreeRefund))
}

fn till<'t>(state: &'t AppState, at: &'t At) -> Till<'t> {
    Till { state, served: &at.served, store: &at.store }
}

fn owner(member: &StaffMember) -> Owner {
    Owner { id: member.id, name: member.name.clone() }
}

/// Sends what is agreed. Whatever becomes of it now is found out later, too.
async fn send(state: &AppState, at: &At, payment: &Payment) {
    if let Err(error) = till(state, at).settle(payment).await {
        tracing::warn!(%error, payment = %payment.id, "it is not known how a refund went");
    }
}

/// Sends money back to who paid for a request of my department; above the council's limit, once somebody else agrees.
#[utoipa::path(post, path = "/api/staff/requests/{id}/refunds", tag = "staff", operation_id = "refund", params(("id" = Uuid, Path)), request_body = RefundRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn ask(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<RefundRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let reason = words("reason", &request.reason)?;
    let refunds = till(&state, &at).refunds(stored.id).await?;
    let Some(refunds) = refunds else { return Err(ApiError::new(StatusCode::CONFLICT, "nothing_to_refund")) };
    let wrong = |error: FieldError| ApiError::invalid(vec![error]);
    let pence = money::read(&request.amount).filter(|pence| *pence >= LEAST);
    let pence = pence.ok_or_else(|| wrong(FieldError::new("amount", ErrorCode::NotMoney)))?;
    // Pressed again, it is the one that is there, and what is left is less.
    let is_known = refunds.refunds.iter().any(|known| known.id == request.id);
    if pence > refunds.left && !is_known {
        let left = u32::try_from(refunds.left).unwrap_or(0);
        return Err(wrong(FieldError::over("amount", ErrorCode::TooMuchMoney, left)));
    }
    let now = state.now();
    let sum = money::show(pence);
    let payment = at.store.payment(refunds.payment).await?;
    let detail = format!("Asked for a refund of {sum} of payment {}: {reason}", payment.reference);
    let new = NewRefund {
        id: request.id,
        payment: payment.id,
        pence,
        reason,
        by: owner(&member),
        limit: till(&state, &at).agree_above(),
        at: now,
        entry: Entry {
            person: at.store.resident_of(stored.id).await?,
            ..member.did(now, Deed::Changed, object(stored.id), detail)
        },
    };
    let kept = at.store.ask_refund(new).await?;
    if kept.state == RefundState::Agreed {
        send(&state, &at, &payment).await;
    }
    reply(&state, &at, &member, stored.id, stored.case).await
}

/// What waits for somebody's agreement, and what did not go through: of the council for finance, of requests that they have to
/// do with for managers.
#[utoipa::path(get, path = "/api/staff/refunds", tag = "staff", operation_id = "refunds",
    responses((status = 200, body = RefundsView), (status = 401, body = Problem)))]
async fn list(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    view(&state, &at, &member).await
}

/// Agrees with a refund that somebody else asked for, or does not.
#[utoipa::path(post, path = "/api/staff/refunds/{id}/answer", tag = "staff", operation_id = "answer_refund", params(("id" = Uuid, Path)), request_body = RefundAnswer,
    responses((status = 200, body = RefundsView), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn answer(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<RefundAnswer>,
) -> Result<Response, ApiError> {
    let id = Uuid::try_parse(&id).map_err(|_| ApiError::not_found())?;
    let refund = at.store.refund(id).await?;
    let payment = at.store.payment(refund.payment).await?;
    let reached = reached(&at, &member, std::slice::from_ref(&payment)).await?;
    if !is_within(&member, &payment, &reached) {
        return Err(ApiError::not_found());
    }
    let why_not = if request.agree { None } else { Some(words("reason", &request.reason)?) };
    let now = state.now();
    let sum = money::show(refund.pence);
    let (did, why) = match &why_not {
        None => ("Agreed to", String::new()),
        Some(why) => ("Did not agree to", format!(": {why}")),
    };
    let detail = format!("{did} a refund of {sum} of payment {}{why}", payment.reference);
    let (about, person) = match payment.purpose.request() {
        Some(request) => (object(request), at.store.resident_of(request).await?),
        None => (format!("payment {}", payment.reference), None),
    };
    let entry = Entry { person, ..member.did(now, Deed::Changed, about, detail) };
    let answer = Answer { by: owner(&member), why_not, at: now, entry };
    if at.store.answer_refund(id, answer).await?.state == RefundState::Agreed {
        send(&state, &at, &payment).await;
    }
    view(&state, &at, &member).await
}

/// The requests behind some payments that a member of staff has to do with.
async fn reached(
    at: &At,
    member: &StaffMember,
    payments: &[Payment],
) -> Result<HashMap<Uuid, Stored>, ApiError> {
    let requests: Vec<Uuid> = payments.iter().filter_map(|payment| payment.purpose.request()).collect();
    Ok(at.store.many_for_staff(&at.reach(member), &requests).await?)
}

/// Whether a payment is one that this member of staff looks after: finance those of the council, others those of requests that
/// they have to do with.
fn is_within(member: &StaffMember, payment: &Payment, reached: &HashMap<Uuid, Stored>) -> bool {
    member.role() == Some(Role::Finance)
        || payment.purpose.request().is_some_and(|request| reached.contains_key(&request))
}

async fn view(state: &AppState, at: &At, member: &StaffMember) -> Result<Response, ApiError> {
    let all = at.store.refunds_to_look_at(state.now() - LISTED).await?;
    let ids: Vec<Uuid> = all.iter().map(|refund| refund.payment).collect();
    let payments = at.store.payments_by(&ids).await?;
    let may_open = member.role().is_some_and(|role| role.may(Act::SeeDepartment));
    let reached = if may_open { reached(at, member, &payments).await? } else { HashMap::new() };
    let payments: HashMap<Uuid, Payment> =
        payments.into_iter().map(|payment| (payment.id, payment)).collect();
    let mut view = RefundsView { waiting: Vec::new(), failed: Vec::new() };
    for refund in all {
        let Some(payment) = payments.get(&refund.payment) else { continue };
        if !is_within(member, payment, &reached) {
            continue;
        }
        let is_waiting = refund.state == RefundState::Waiting;
        let row = row(state, at, member, (payment, refund), &reached).await?;
        if is_waiting { view.waiting.push(row) } else { view.failed.push(row) }
    }
    Ok(private(view))
}

async fn row(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    (payment, refund): (&Payment, Refund),
    reached: &HashMap<Uuid, Stored>,
) -> Result<RefundRow, ApiError> {
    let request = payment.purpose.request();
    let paid_for = match request {
        Some(request) => match at.store.by_id(request).await {
            Ok(stored) => {
                format!("{}, {}", stored.case.submission.title, stored.case.submission.reference)
            }
            Err(_) => String::new(),
        },
        None => String::new(),
    };
    Ok(RefundRow {
        own: refund.asked_by.as_ref().is_some_and(|by| by.id == member.id),
        refund: till(state, at).item(refund),
        paid: payment.bill.total(),
        payment: payment.reference.clone(),
        request: request.filter(|request| reached.contains_key(request)),
        paid_for,
    })
}
