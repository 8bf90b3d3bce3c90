//! Booking a day: what is free, what a form books, and another day instead.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::StatusCode;
use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::api::slots::SlotView;
use domain::case::{Actor, Case, Event, Status};
use domain::catalogue::{Question, Service};
use domain::field::{Choices, ErrorCode, FieldError, Kind, Slot, Value};
use domain::slots::{Bookable, Booked, HOLD_MINUTES};
use domain::standard::say;
use domain::validate::Answer;
use uuid::Uuid;

use super::act::{act, act_for};
use super::amend::Who;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::At;
use crate::state::AppState;
use crate::store::requests::Stored;
use crate::store::slots::Place;
use crate::store::{Store, StoreError};

/// What is said where there is nothing to choose from.
const NOTHING_FREE: &str = "Nothing is free at the moment. Look again tomorrow, or ring us.";

/// What can be booked, by its identifier.
fn bookable<'s>(served: &'s Served, id: &str) -> Option<&'s Bookable> {
    served.council.slots.iter().find(|known| known.id == id)
}

/// What is free of something that can be booked.
///
/// # Errors
/// `not_found`; the database's.
pub async fn free(state: &AppState, at: &At, id: &str) -> Result<Choices, ApiError> {
    let known = bookable(&at.served, id).ok_or_else(ApiError::not_found)?;
    let now = state.now();
    let today = at.served.local(now).date();
    let taken = at.store.taken(id, today, now).await?;
    Ok(known.free(today, &at.served.calendar.closed, &taken))
}

/// A document as its form offers it: what it books is a choice of what is free.
///
/// # Errors
/// The database's.
pub async fn offered<'s>(
    state: &AppState,
    at: &At,
    mut service: Cow<'s, Service>,
) -> Result<Cow<'s, Service>, ApiError> {
    let books = |question: &Question| match &question.kind {
        Kind::Slot(slot) => Some(slot.of.clone()),
        _ => None,
    };
    let Some(of) = service.questions.iter().find_map(books) else { return Ok(service) };
    let free = free(state, at, &of).await?;
    for question in &mut service.to_mut().questions {
        if matches!(question.kind, Kind::Slot(_)) {
            if free.options.is_empty() {
                question.hint = Some(NOTHING_FREE.to_owned());
            }
            question.kind = Kind::Choice(free.clone());
        }
    }
    Ok(service)
}

/// A day that is asked for, if it can be booked now: with until when it may be changed.
fn booked(served: &Served, now: DateTime<Utc>, asked: &Booked) -> Option<Booked> {
    let today = served.local(now).date();
    let known = bookable(served, &asked.of)?;
    let time = asked.time.as_ref().map(|time| &*time.value);
    if !known.offers((asked.day, time), today, &served.calendar.closed) {
        return None;
    }
    let midnight = known.last_change(asked.day).checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0)?;
    Some(Booked { until: Some(served.moment(midnight).timestamp() - 1), ..asked.clone() })
}

/// The place that something takes which is booked, held for so long as it is paid.
#[must_use]
pub fn place(served: &Served, case: &Case, now: DateTime<Utc>) -> Option<Place> {
    // A day that is over is nobody's any more.
    let booked = case.booked().filter(|booked| booked.day >= served.local(now).date())?.clone();
    let time = booked.time.as_ref().map(|time| &*time.value);
    // What the council offers no more has no place but for who has one.
    let places = bookable(served, &booked.of).map_or(0, |known| known.places(booked.day, time));
    let held_until = (case.status == Status::ToPay).then(|| now + TimeDelta::minutes(HOLD_MINUTES));
    Some(Place { booked, places, held_until })
}

/// Reads what a form books: whether it can be booked at all. Whether a place is left is known when it is taken.
///
/// # Errors
/// What is wrong with it.
pub fn book(served: &Served, now: DateTime<Utc>, answers: &mut [Answer]) -> Result<(), Vec<FieldError>> {
    for answer in answers {
        if let Value::Slot(asked) = &mut answer.value {
            let known = booked(served, now, asked);
            *asked = known.ok_or_else(|| vec![FieldError::new(&*answer.question, ErrorCode::NotASlot)])?;
        }
    }
    Ok(())
}

/// What is wrong with a question: nothing of it can be taken.
#[must_use]
pub fn taken(answers: &[Answer]) -> ApiError {
    let question = answers.iter().find(|answer| matches!(answer.value, Value::Slot(_)));
    let path = question.map_or("", |answer| &*answer.question);
    ApiError::invalid(vec![FieldError::new(path, ErrorCode::SlotTaken)])
}

/// The event by which another day is booked.
///
/// # Errors
/// `not_allowed` where nothing is booked; `invalid` for what can't be.
fn rebooked(state: &AppState, at: &At, case: &Case, raw: &str) -> Result<Event, ApiError> {
    let before = case.booked().ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "not_allowed"))?.clone();
    let times = bookable(&at.served, &before.of).map(Bookable::options).unwrap_or_default();
    let asked = Slot { of: before.of.clone(), times }.read(raw.trim());
    let to = asked.and_then(|asked| booked(&at.served, state.now(), &asked));
    let wrong = if raw.trim().is_empty() { ErrorCode::Missing } else { ErrorCode::NotASlot };
    let to = to.ok_or_else(|| ApiError::invalid(vec![FieldError::new("slot", wrong)]))?;
    Ok(Event::Rebooked { before, to })
}

/// Books another day for a request, for its resident. Asked twice with one identifier, it is one change.
///
/// # Errors
/// `not_allowed` where nothing is booked; `invalid` for what can't be, or is taken; the reason when the rules of the case
/// refuse it.
pub async fn rebook(
    state: &AppState,
    at: &At,
    stored: &Stored,
    who: Who,
    (raw, id): (&str, Uuid),
) -> Result<Case, ApiError> {
    let event = rebooked(state, at, &stored.case, raw)?;
    let (actor, by) = who.parts();
    let done = match by {
        Some(by) => act_for(state, at, stored.id, (by, actor), event, Some(id)).await,
        None => act(state, at, stored.id, actor, event, Some(id)).await,
    };
    done.map_err(named)
}

/// The same for a member of staff.
///
/// # Errors
/// As [`rebook`].
pub async fn rebook_as(
    state: &AppState,
    at: &At,
    stored: &Stored,
    by: Actor,
    (raw, id): (&str, Uuid),
) -> Result<Case, ApiError> {
    let event = rebooked(state, at, &stored.case, raw)?;
    act(state, at, stored.id, by, event, Some(id)).await.map_err(named)
}

/// That a place is gone is said at its question.
fn named(error: ApiError) -> ApiError {
    match error.code() {
        "slot_taken" => ApiError::invalid(vec![FieldError::new("slot", ErrorCode::SlotTaken)]),
        _ => error,
    }
}

/// What is booked with an open request, and what its resident may do about it.
///
/// # Errors
/// The database's.
pub async fn shown(state: &AppState, at: &At, id: Uuid, case: &Case) -> Result<Option<SlotView>, ApiError> {
    let Some(booked) = case.booked().filter(|_| case.status.is_open()) else { return Ok(None) };
    let served: &Arc<Served> = &at.served;
    let now = state.now();
    let mut view = SlotView {
        of: booked.of.clone(),
        day: booked.show(),
        lost: case.place_lost,
        fixed: case.is_fixed(now),
        ..SlotView::default()
    };
    if case.status == Status::ToPay {
        let held = at.store.held_place(id).await?.and_then(|held| held.until).filter(|until| *until > now);
        view.held = held.map(|until| served.local(until).format("%-I:%M%P").to_string()).unwrap_or_default();
        view.lost = is_lost(state, (served, &at.store), id, booked).await?;
    }
    let another = Booked { day: booked.day.succ_opt().unwrap_or(booked.day), ..booked.clone() };
    let change = Event::Rebooked { before: booked.clone(), to: another };
    if case.may(&Actor::Resident, &change, now).is_ok() {
        let known = bookable(served, &booked.of).is_some();
        view.free = if known { Some(free(state, at, &booked.of).await?) } else { None };
    }
    if let Some(until) = booked.until.filter(|_| !view.lost && case.is_received()) {
        let until = DateTime::from_timestamp(until, 0).unwrap_or(now);
        view.until = say(served.local(until).date());
    }
    Ok(Some(view))
}

/// Whether what is to be paid first has no place any more: it is not held, and others have it, or it is too late for it.
///
/// # Errors
/// The database's.
pub async fn is_lost(
    state: &AppState,
    (served, store): (&Served, &Store),
    id: Uuid,
    wanted: &Booked,
) -> Result<bool, StoreError> {
    let now = state.now();
    let held = store.held_place(id).await?.and_then(|held| held.until);
    if held.is_some_and(|until| until > now) {
        return Ok(false);
    }
    let time = wanted.time.as_ref().map(|time| &*time.value);
    let all = bookable(served, &wanted.of).map_or(0, |known| known.places(wanted.day, time));
    let taken = store.taken(&wanted.of, wanted.day, now).await?;
    let here = taken.get(&(wanted.day, wanted.time_id().to_owned())).copied().unwrap_or_default();
    Ok(here >= all || booked(served, now, wanted).is_none())
}
