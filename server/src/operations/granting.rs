//! What a request gave, in its holder's hands: another vehicle, giving it back; and ending it by staff. Each is an event of the
//! case, and what it gave changes with it.

use axum::http::StatusCode;
use chrono::{NaiveDate, Timelike as _};
use domain::access::Role;
use domain::answers::Answers;
use domain::audit::{Deed, Entry};
use domain::case::{Actor, Case, Event, Owner, Refused};
use domain::field::{ErrorCode, FieldError, Kind, Value};
use domain::grant::{Grant, Step};
use domain::money;
use domain::payment::{LEAST, Purpose, State};
use domain::refund::RefundState;
use uuid::Uuid;

use super::act::{act, after, tell};
use super::looked::object;
use super::paying::Till;
use crate::error::ApiError;
use crate::extract::At;
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::refunds::NewRefund;
use crate::store::requests::{NewEvent, Stored};

/// What is said to who is asked to agree with money that goes back because its holder asked for it.
const BY_THE_HOLDER: &str = "the resident, who gave it back";

/// What a request gave, if that still holds.
fn live<'c>(state: &AppState, at: &At, case: &'c Case) -> Result<&'c Grant, ApiError> {
    let today = at.served.local(state.now()).date();
    let grant = case.live_grant().filter(|grant| grant.is_live(today));
    grant.ok_or_else(|| StoreError::Refused(Refused::NotAllowed).into())
}

/// A registration as it was typed, or what is wrong with it.
///
/// # Errors
/// `invalid`, with the field.
pub fn registration(field: &str, typed: &str, today: NaiveDate) -> Result<String, Vec<FieldError>> {
    let answers: Answers = [(field, typed)].into_iter().collect();
    match Kind::Vehicle.parse(answers.parts(field), true, today)? {
        Some(Value::Text(registration)) => Ok(registration),
        _ => Err(vec![FieldError::new(field, ErrorCode::Missing)]),
    }
}

/// It is for another vehicle from today on. The same again changes nothing.
///
/// # Errors
/// `not_allowed` where it has ended, is for no vehicle, or has been changed as often as it may be.
pub async fn change_vehicle(
    state: &AppState,
    at: &At,
    stored: &Stored,
    now: String,
) -> Result<Case, ApiError> {
    let grant = live(state, at, &stored.case)?;
    let before = grant.vehicle.clone().ok_or(StoreError::Refused(Refused::NotAllowed))?;
    if before == now {
        return Ok(stored.case.clone());
    }
    let on = at.served.local(state.now()).date();
    let step = Step::Vehicle { on, now, before };
    act(state, at, stored.id, Actor::Resident, Event::Grant(Box::new(step)), None).await
}

/// What goes back of what was paid, if it is given back now, with the payment: for the whole months that are left.
///
/// # Errors
/// The database's.
pub async fn goes_back(
    state: &AppState,
    at: &At,
    stored: &Stored,
) -> Result<Option<(i64, Option<Uuid>)>, ApiError> {
    let today = at.served.local(state.now()).date();
    let Some(grant) = stored.case.live_grant().filter(|grant| grant.give_back && grant.is_live(today)) else {
        return Ok(None);
    };
    let till = Till { state, served: &at.served, store: &at.store };
    let refunds = till.refunds(stored.id).await?;
    let pence = refunds.as_ref().map_or(0, |refunds| grant.refund(refunds.paid, today).min(refunds.left));
    Ok(Some(if pence < LEAST { (0, None) } else { (pence, refunds.map(|refunds| refunds.payment)) }))
}

/// Its holder gives it back: it ends at once, and the money for the whole months that are left goes back. `seen` is what they
/// were told that goes back. Pressed twice, it is done once.
///
/// # Errors
/// `changed` where it would be less by now; `not_allowed` where it has ended, or can't be given back.
pub async fn give_back(state: &AppState, at: &At, stored: &Stored, seen: i64) -> Result<(), ApiError> {
    let id = once(stored.id);
    let Some((pence, payment)) = goes_back(state, at, stored).await? else {
        let is_it =
            |event: &Event| matches!(event, Event::Grant(step) if matches!(**step, Step::GivenBack { .. }));
        let is_done = stored.case.history.iter().any(|known| is_it(&known.event));
        return if is_done { Ok(()) } else { Err(StoreError::Refused(Refused::NotAllowed).into()) };
    };
    if pence != seen {
        return Err(ApiError::new(StatusCode::CONFLICT, "changed"));
    }
    let now = state.now();
    let on = at.served.local(now).date();
    let event = NewEvent {
        id,
        at: now,
        by: Actor::Resident,
        event: Event::Grant(Box::new(Step::GivenBack { on, pence })),
    };
    let refund = match payment {
        Some(payment) => {
            let reason = "You gave it back: the whole months that were left.";
            Some(refund_of(state, at, stored, (payment, pence), (reason, "Gave back what it gave")).await?)
        }
        None => None,
    };
    ended(state, at, stored.id, (event, refund)).await
}

/// Its resident cancels what was booked and paid, in time: all of it goes back, in the transaction in which the request is
/// withdrawn. Says whether that is what it was.
///
/// # Errors
/// The reason when the rules of the case refuse it; the database's.
pub async fn cancel(state: &AppState, at: &At, stored: &Stored, reason: &str) -> Result<bool, ApiError> {
    let (case, now) = (&stored.case, state.now());
    let event = Event::Withdrawn { reason: reason.to_owned() };
    let is_booking = case.booked().is_some() && case.paid_at.is_some();
    if !is_booking || case.may(&Actor::Resident, &event, now).is_err() {
        return Ok(false);
    }
    let till = Till { state, served: &at.served, store: &at.store };
    let Some(refunds) = till.refunds(stored.id).await?.filter(|refunds| refunds.left > 0) else {
        return Ok(false);
    };
    let paid = (refunds.payment, refunds.left);
    let refund = refund_of(state, at, stored, paid, ("You cancelled in time.", "Cancelled in time")).await?;
    let event = NewEvent { id: once(stored.id), at: now, by: Actor::Resident, event };
    ended(state, at, stored.id, (event, Some(refund))).await?;
    Ok(true)
}

/// What goes back because of what its resident did: `why` is for them, and for the register of what was done.
async fn refund_of(
    state: &AppState,
    at: &At,
    stored: &Stored,
    (payment, pence): (Uuid, i64),
    why: (&str, &str),
) -> Result<NewRefund, ApiError> {
    let now = state.now();
    let till = Till { state, served: &at.served, store: &at.store };
    let person = at.store.resident_of(stored.id).await?;
    Ok(NewRefund {
        id: once(stored.id),
        payment,
        pence,
        reason: why.0.to_owned(),
        // Nobody of the staff, so that whoever answers for it may agree.
        by: Owner { id: stored.id, name: BY_THE_HOLDER.to_owned() },
        limit: till.agree_above(),
        at: now,
        entry: Entry {
            seq: 0,
            at: now,
            role: Role::Resident,
            who: person,
            department: None,
            deed: Deed::Changed,
            person,
            object: object(stored.id),
            detail: format!("{}: a refund of {}", why.1, money::show(pence)),
        },
    })
}

/// Writes down that it is over and what goes back, and has it sent.
async fn ended(
    state: &AppState,
    at: &At,
    request: Uuid,
    over: (NewEvent, Option<NewRefund>),
) -> Result<(), ApiError> {
    let (happened, refund) = at.store.give_back(request, over, after(state, &at.served)).await?;
    tell(state, happened);
    state.wake.notify_one();
    if refund.is_some_and(|refund| refund.state == RefundState::Agreed) {
        send(state, at, request).await;
    }
    Ok(())
}

/// Sends what is agreed. Whatever becomes of it now is found out later, too.
async fn send(state: &AppState, at: &At, request: Uuid) {
    let till = Till { state, served: &at.served, store: &at.store };
    let paid = async {
        let tried = at.store.payments_for(Purpose::Request(request)).await?;
        match tried.into_iter().find(|payment| payment.state == State::Paid) {
            Some(paid) => till.settle(&paid).await,
            None => Ok(()),
        }
    };
    if let Err(error) = paid.await {
        tracing::warn!(%error, request = %request, "it is not known how a refund went");
    }
}

/// What a request gave is given back once, and what was booked is cancelled once: the event and the refund have this
/// identifier.
fn once(request: Uuid) -> Uuid {
    let hash = secret::hash(&[request.as_bytes().as_slice(), b"given back"].concat());
    hash.get(..16).and_then(|half| Uuid::from_slice(half).ok()).unwrap_or(request)
}

/// Reminds the holders of what ends soon, each once, and says how many.
///
/// # Errors
/// The database's errors.
pub async fn remind_due(state: &AppState) -> Result<usize, StoreError> {
    /// Holders reminded in one go.
    const MOST: u64 = 500;
    /// The hour of the day, by the council's clock, from which on people are reminded.
    const FROM: u32 = 9;
    let mut reminded = 0;
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        let now = state.now();
        let local = served.local(now);
        if local.hour() < FROM {
            continue;
        }
        let today = local.date();
        for request in store.grants_to_remind(today, MOST).await? {
            let case = match store.by_id(request).await {
                Ok(stored) => stored.case,
                Err(StoreError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            let Some(days) = case.live_grant().and_then(|grant| grant.reminder_due(today)) else { continue };
            let event = NewEvent {
                id: state.dice.id(now),
                at: now,
                by: Actor::Clock,
                event: Event::Grant(Box::new(Step::Reminded { days })),
            };
            match store.append(request, event, after(state, &served)).await {
                Ok((_, happened)) => {
                    tell(state, happened);
                    reminded += 1;
                }
                // Another server was quicker, or it ended a moment ago.
                Err(StoreError::Refused(_) | StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
    }
    if reminded > 0 {
        state.wake.notify_one();
    }
    Ok(reminded)
}
