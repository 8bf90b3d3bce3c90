//! What a resident changes after sending: taking it back, putting the place right, adding photos.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::answers::Answers;
use domain::api::drafts::Posted;
use domain::api::helpers::form_for;
use domain::case::{self, Actor, Amendment, Case, Event};
use domain::catalogue::{Question, Service};
use domain::field::{Kind, Photo, PhotosValue, Value};
use domain::validate::{self, Answer};
use uuid::Uuid;

use super::act::{after, tell};
use super::acting::service_of;
use super::submit::{locate, spot};
use super::{clock, view};
use crate::error::ApiError;
use crate::extract::At;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::amended::Amending;
use crate::store::drafts::Holder;
use crate::store::helpers::ActsBy;
use crate::store::requests::{NewEvent, Stored};
use crate::web::posted::know_street;

/// Who changes a request.
#[derive(Clone, Debug)]
pub enum Who {
    /// Its resident.
    Resident,
    /// Somebody who acts for them.
    Helper(Box<ActsBy>, Actor),
}

impl Who {
    /// Who does it, and by what they may where it is not theirs.
    #[must_use]
    pub fn parts(self) -> (Actor, Option<ActsBy>) {
        match self {
            Self::Resident => (Actor::Resident, None),
            Self::Helper(by, actor) => (actor, Some(*by)),
        }
    }
}

/// The document of a request's form, as it is now.
fn service_at<'s>(at: &'s At, case: &Case) -> Result<&'s Service, ApiError> {
    at.served.service(&case.submission.service).ok_or_else(ApiError::not_found)
}

/// The question that takes more photos, and how many.
///
/// # Errors
/// `not_found` where the form takes none.
pub fn photos_at<'s>(at: &'s At, case: &Case) -> Result<(&'s Question, u32), ApiError> {
    view::photos_of(service_at(at, case)?, case).ok_or_else(ApiError::not_found)
}

/// Adds photos that were uploaded.
///
/// # Errors
/// `not_found`; the reason when the rules of the case refuse it; `not_allowed` when there are too many.
pub async fn add_photos(
    state: &AppState,
    at: &At,
    stored: &Stored,
    who: Who,
    (photos, event_id): (Vec<Photo>, Uuid),
) -> Result<Case, ApiError> {
    let (question, room) = photos_at(at, &stored.case)?;
    let has = stored.case.submission.answers.iter().find(|answer| answer.question == question.id);
    let sent = has.map_or(0, |answer| match &answer.value {
        Value::Photos(photos) => u32::try_from(photos.photos.len()).unwrap_or(u32::MAX),
        _ => 0,
    });
    let most = Some((question.id.clone(), sent.saturating_add(room)));
    let answer = Answer {
        question: question.id.clone(),
        label: question.label.clone(),
        value: Value::Photos(PhotosValue { photos, position: None }),
    };
    let amendment = Amendment { answers: vec![answer], ..Amendment::default() };
    amend(state, at, stored.id, who, (amendment, event_id), Amending { most, ..Amending::default() }).await
}

/// Answers as they are typed, as far as that can be told.
#[must_use]
pub fn typed(answers: &[Answer]) -> Answers {
    let mut typed = Answers::default();
    for answer in answers {
        answer.value.write(&answer.question, &mut typed);
    }
    typed
}

/// What somebody says of a place instead of what they said before: the answer, or what is wrong with it.
///
/// # Errors
/// `not_found` for what is no place of this request; `invalid` with the fields.
pub async fn place_of(
    state: &AppState,
    at: &At,
    case: &Case,
    question: &str,
    texts: &BTreeMap<String, String>,
) -> Result<Answer, ApiError> {
    let service = service_at(at, case)?;
    let known = case.submission.answers.iter().find(|answer| answer.question == question);
    let known = known.filter(|answer| matches!(answer.value, Value::Place(_) | Value::Address(_)));
    let asked = service.question(question).filter(|_| known.is_some()).ok_or_else(ApiError::not_found)?;
    // The words take the place of the point on the map, and of what was picked from a list.
    let mut typed = Answers::default();
    asked.kind.take(&asked.id, texts, &mut typed);
    if matches!(asked.kind, Kind::Place(_)) {
        know_street(at, asked, &mut typed).await?;
    }
    let today = at.served.local(state.now()).date();
    let required = Question { required: true, ..asked.clone() };
    let read = validate::questions(&[&required], &typed, today).map_err(ApiError::invalid)?;
    read.into_iter().next().ok_or_else(ApiError::not_found)
}

/// A place as it is told in words: without the point on the map, and without what was picked from a list.
fn in_words(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    match &mut answer.value {
        Value::Place(place) => (place.position, place.street_id) = (None, None),
        Value::Address(address) => address.uprn = None,
        _ => {}
    }
    answer
}

/// Puts a place right: the ward follows, and the department where nobody works on it yet.
///
/// # Errors
/// `not_found`; `same` when nothing is different; the reason when the rules of the case refuse it.
pub async fn correct_place(
    state: &AppState,
    at: &At,
    stored: &Stored,
    who: Who,
    (answer, event_id): (Answer, Uuid),
) -> Result<Case, ApiError> {
    let service = service_at(at, &stored.case)?;
    if service.terms.rests_on(&answer.question) {
        return Err(ApiError::not_found());
    }
    let submission = &stored.case.submission;
    let mut answers = submission.answers.clone();
    for known in answers.iter_mut().filter(|known| known.question == answer.question) {
        known.value = answer.value.clone();
    }
    let place = locate(at, &mut answers).await?;
    let answer = answers.into_iter().find(|known| known.question == answer.question);
    let answer = answer.ok_or_else(ApiError::not_found)?;
    if submission.answers.iter().any(|known| in_words(known) == in_words(&answer)) {
        return Err(ApiError::new(StatusCode::CONFLICT, "same"));
    }
    let ward = place.ward.as_ref();
    // Where the words of the form decided, the place decides nothing.
    let (department, team) = if submission.routed.is_some() {
        (stored.case.department().to_owned(), submission.team.clone())
    } else {
        service.goes_to(&typed(&submission.answers), ward.map(|ward| ward.id.as_str()))
    };
    let lead = clock::lead(&at.store, &at.served, &department).await?;
    let moved =
        case::Place { ward: ward.map(|ward| ward.name.clone()), department, team, lead, stays: false };
    let amendment = Amendment { answers: vec![answer], place: Some(moved), ..Amendment::default() };
    let with = Amending { spot: spot(state, at, service, (stored.id, &place)), ..Amending::default() };
    amend(state, at, stored.id, who, (amendment, event_id), with).await
}

async fn amend(
    state: &AppState,
    at: &At,
    request: Uuid,
    who: Who,
    (amendment, id): (Amendment, Uuid),
    with: Amending,
) -> Result<Case, ApiError> {
    let (actor, by) = who.parts();
    let event = Event::Amended(Box::new(amendment));
    let new = NewEvent { id, at: state.now(), by: actor, event };
    let with = Amending { by, ..with };
    let (case, happened) = at.store.amend(request, new, with, after(state, &at.served)).await?;
    tell(state, happened);
    Ok(case)
}

/// Takes a request back, and gives the form in which it goes on as a draft of whoever does it.
///
/// # Errors
/// `not_found`, `too_late`, `begun`; the database's.
pub async fn take_back(
    state: &AppState,
    at: &At,
    stored: &Stored,
    who: Who,
    holder: Holder,
) -> Result<String, ApiError> {
    let now = state.now();
    // Said before anything is copied.
    stored.case.may(&Actor::Resident, &Event::TakenBack, now).map_err(StoreError::Refused)?;
    let service = &stored.case.submission.service;
    let sent_as = match &stored.case.helper {
        Some(helper) => form_for(service, helper.id),
        None => service.clone(),
    };
    let typed = at.store.typed(stored.id, &sent_as, now).await?;
    let (actor, by) = who.parts();
    let form = match &actor {
        Actor::Helper(helper) => form_for(service_of(&typed.service), helper.id),
        _ => service_of(&typed.service).to_owned(),
    };
    let mut answers = Answers::default();
    for (path, raw) in typed.answers.iter() {
        match Uuid::try_parse(raw).ok().filter(|id| stored.holder_of(*id).is_ok()) {
            Some(upload) => answers.set(path, copied(state, at, upload).await?.to_string()),
            None => answers.set(path, raw),
        }
    }
    // All of it was on a page, and the app takes it from here, too.
    let taken = typed.seen.iter().map(|(question, _)| (question.clone(), 1)).collect();
    let posted = Posted { service: form.clone(), key: state.new_id(), turn: 1, answers, taken, ..typed };
    let new = NewEvent { id: state.dice.id(now), at: now, by: actor, event: Event::TakenBack };
    let follows = after(state, &at.served);
    let (_, happened) = at.store.take_back(stored.id, new, by, (holder, posted), follows).await?;
    tell(state, happened);
    Ok(form)
}

/// A copy of an upload, for the request that takes this one's place: what was sent keeps its own. The row first: bytes
/// without a row would never be cleared away.
async fn copied(state: &AppState, at: &At, upload: Uuid) -> Result<Uuid, ApiError> {
    let (council, id) = (at.store.council(), state.new_id());
    at.store.copy_upload(upload, id, state.now()).await?;
    state.blobs.copy(council, upload, id).await.map_err(|error| {
        tracing::error!(%error, "an upload can't be copied");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    })?;
    Ok(id)
}
