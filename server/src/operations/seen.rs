//! What staff see beside what they came for: what else is open around there, and one request more.

use axum::http::StatusCode;
use domain::answers::Answers;
use domain::api::staff::{Around, AroundItem, Seen};
use domain::case::{Actor, Case, Event, Owner, Recorded, Submission};
use domain::catalogue::Service;
use domain::channel::Channel;
use domain::field::{ErrorCode, FieldError, Kind, Value};
use domain::validate::Answer;
use uuid::Uuid;

use super::submit::{self, locate};
use super::{clock, view};
use crate::error::ApiError;
use crate::extract::At;
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::nearby;
use crate::store::requests::{self, NewRequest, Stored};
use crate::store::staff::StaffMember;

/// How near the same place is, in metres, and the most that is listed of it.
pub const SAME_PLACE: (f64, usize) = (50.0, 20);
/// How far a crew looks around, in metres.
const REACH: f64 = 200.0;
/// The most requests shown.
const MOST: usize = 10;
/// What was seen, where a form asks for no words.
const WHAT: &str = "What our staff saw";
/// References tried before giving up.
const TRIES: usize = 5;

/// The place of a request: the first that it tells.
fn place(case: &Case) -> Option<&Answer> {
    let is_place = |answer: &&Answer| matches!(answer.value, Value::Place(_) | Value::Address(_));
    case.submission.answers.iter().find(is_place)
}

/// What can be reported at a place: a department's services that ask where something is.
fn services<'s>(at: &'s At, department: &str) -> Vec<&'s Service> {
    let asks = |service: &&Service| {
        service.department == department
            && service.pass_on.is_none()
            && service.questions.iter().any(|question| matches!(question.kind, Kind::Place(_)))
    };
    let mut services: Vec<&Service> = at.served.catalogue.values().filter(asks).collect();
    services.sort_by(|a, b| a.title.cmp(&b.title));
    services
}

/// What else needs attention around the place of a request, among what is the department's. What stands under "At the same
/// place" is not listed again.
///
/// # Errors
/// The database's.
pub async fn around(at: &At, member: &StaffMember, stored: &Stored) -> Result<Around, ApiError> {
    let Some(answer) = place(&stored.case) else {
        return Ok(Around { requests: Vec::new(), services: Vec::new() });
    };
    let located = locate(at, &mut [answer.clone()]).await?;
    let around = match (located.position.or(located.near), located.street) {
        (Some(position), _) => Some(nearby::Around::Position(position, REACH)),
        (None, street) => street.map(nearby::Around::Street),
    };
    let found = match around {
        Some(around) => at.store.around_in(&member.department, &around, MOST + SAME_PLACE.1 + 1).await?,
        None => Vec::new(),
    };
    let here = at.store.at_same_place(&member.department, stored.id, SAME_PLACE).await?;
    let is_here = |other: &Stored| other.id == stored.id || here.iter().any(|(_, here)| here.id == other.id);
    let item = |(metres, other): (Option<f64>, Stored)| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred at most")]
        let metres = metres.map(|metres| metres.round() as u32);
        AroundItem {
            id: other.id,
            about: view::about(&other.case),
            metres,
            status: other.case.status,
            reference: other.case.submission.reference,
            title: other.case.submission.title,
        }
    };
    let others = found.into_iter().filter(|(_, other)| !is_here(other));
    let services = services(at, &member.department);
    Ok(Around {
        requests: others.take(MOST).map(item).collect(),
        services: services.into_iter().map(|service| (service.id.clone(), service.title.clone())).collect(),
    })
}

/// Makes a request of what staff saw at the place of another. Sent again under the same key it is the same request.
///
/// # Errors
/// `not_found` for a service that can't be reported there; the database's.
pub async fn report(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    stored: &Stored,
    (service, text, key): (&str, String, Uuid),
) -> Result<Seen, ApiError> {
    let unknown = || ApiError::invalid(vec![FieldError::new("service", ErrorCode::NotAnOption)]);
    let service = services(at, &member.department).into_iter().find(|known| known.id == service);
    let (service, known) = service.zip(place(&stored.case)).ok_or_else(unknown)?;
    let (mut answers, raw) = told(service, known, &text).ok_or_else(unknown)?;
    let now = state.now();
    let located = locate(at, &mut answers).await?;
    let of = (service, &raw);
    let submission = submit::promised(state, at, of, answers, &located);
    let by = Actor::Staff(Owner { id: member.id, name: member.name.clone() });
    let body_hash = secret::hash([service.id.as_bytes(), b"\n", text.as_bytes()].concat().as_slice());
    for _ in 0..TRIES {
        let id = state.dice.id(now);
        let submission = Submission {
            reference: state.dice.reference(),
            lead: clock::lead(&at.store, &at.served, &submission.department).await?,
            channel: Channel::Staff,
            ..submission.clone()
        };
        let reference = submission.reference.clone();
        let event = Event::Submitted(Box::new(submission));
        let submitted = Recorded { seq: 1, at: now, by: by.clone(), event };
        let case = Case::open(&submitted).map_err(StoreError::Refused)?;
        let new = NewRequest {
            id,
            event_id: state.dice.id(now),
            follow_hash: secret::hash(state.secret.follow_key(at.store.council(), id).as_bytes()),
            idempotency_key: key,
            body_hash: body_hash.clone(),
            resident: None,
            wakes: clock::wakes(&at.served, &case),
            submitted,
            jobs: Vec::new(),
            spot: submit::spot(state, at, service, (id, &located)),
            parts: Vec::new(),
            by: None,
            consent: Vec::new(),
            typed: None,
            about: Some(stored.id),
            challenges: None,
            place: None,
            takes: Vec::new(),
        };
        match at.store.submit(new).await {
            Ok(requests::Submission::Stored) => {
                state.changed(id, 1);
                return Ok(Seen { id, reference });
            }
            Ok(requests::Submission::Before(before)) if before.body_hash == body_hash => {
                return Ok(Seen { id: before.id, reference: before.case.submission.reference });
            }
            Ok(requests::Submission::Before(_)) => {
                return Err(ApiError::new(StatusCode::CONFLICT, "already_sent"));
            }
            Err(StoreError::ReferenceTaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    tracing::error!("no free reference was found");
    Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
}

/// The answers to a form as staff give them: the place, and what they saw, each under the question that asks for it.
fn told(service: &Service, known: &Answer, text: &str) -> Option<(Vec<Answer>, Answers)> {
    let asked = |fits: &dyn Fn(&Kind) -> bool| service.questions.iter().find(|question| fits(&question.kind));
    let place = asked(&|kind| matches!(kind, Kind::Place(_)))?;
    let words = asked(&|kind| matches!(kind, Kind::LongText(_)));
    let mut raw = Answers::default();
    known.value.write(&place.id, &mut raw);
    let place = Answer { question: place.id.clone(), label: place.label.clone(), value: known.value.clone() };
    let what = Answer {
        question: words.map_or_else(String::new, |question| question.id.clone()),
        label: words.map_or_else(|| WHAT.to_owned(), |question| question.label.clone()),
        value: Value::Text(text.to_owned()),
    };
    Some((vec![place, what], raw))
}
