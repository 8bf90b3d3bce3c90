//! Submitting a form: checked by the same rules as in the browser, stored once.

use axum::http::StatusCode;
use domain::answers::Answers;
use domain::api::requests::{SubmitRequest, Submitted};
use domain::case::{self, Actor, Case, Event, Recorded};
use domain::catalogue::Service;
use domain::field::{ErrorCode, FieldError};
use domain::reference::Reference;
use domain::validate::Answer;
use domain::{journey, validate};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::At;
use crate::jobs::alert;
use crate::operations::links;
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::requests::{NewRequest, Stored, Submission};

/// References tried before giving up; with 3,404,825,447 of them a second try is already rare.
const TRIES: usize = 5;

/// Submits a form. The flag says whether it is new (true) or was stored before under the same key.
///
/// # Errors
/// `not_found` for an unknown service, `stopped` when the answers end the form early, `invalid` with the
/// fields, `already_sent` when the key was used for other answers.
pub async fn submit(
    state: &AppState,
    at: &At,
    key: Uuid,
    request: SubmitRequest,
) -> Result<(Submitted, bool), ApiError> {
    let body_hash = body_hash(&request);
    let (service, answers) = match read(at, &request) {
        Ok(read) => read,
        // The form may have changed since it was stored: what was stored stays stored.
        Err(error) => {
            return at
                .store
                .sent_before(key)
                .await?
                .map_or(Err(error), |before| again(state, at, &before, &body_hash));
        }
    };
    let now = state.now();
    let mut submission = case::Submission {
        reference: state.dice.reference(),
        service: service.id.clone(),
        title: service.title.clone(),
        version: service.version,
        department: service.department_for(&request.answers),
        acknowledge_by: at.served.due(now, service.standard.acknowledge),
        complete_by: at.served.due(now, service.standard.complete),
        answers,
    };
    for _ in 0..TRIES {
        let id = state.dice.id(now);
        let submitted = Recorded {
            seq: 1,
            at: now,
            by: Actor::Resident,
            event: Event::Submitted(Box::new(submission.clone())),
        };
        let case = Case::open(&submitted).map_err(StoreError::Refused)?;
        let alerts =
            alert::alerts(&case, &submitted, None, &links(state, &at.served.council, id), &service.next);
        let new = NewRequest {
            id,
            event_id: state.dice.id(now),
            follow_hash: secret::hash(follow_key(state, at, id).as_bytes()),
            idempotency_key: key,
            body_hash: body_hash.clone(),
            jobs: alert::as_jobs(alerts, || state.dice.id(now)),
            submitted,
        };
        match at.store.submit(new).await {
            Ok(Submission::Stored) => {
                state.changed(id, 1);
                return Ok((acknowledgement(state, at, id, &case), true));
            }
            Ok(Submission::Before(before)) => return again(state, at, &before, &body_hash),
            Ok(Submission::ReferenceTaken) => submission.reference = state.dice.reference(),
            Err(StoreError::PhotoGone(photo)) => return Err(photo_gone(&request.answers, photo)),
            Err(error) => return Err(error.into()),
        }
    }
    tracing::error!("no free reference was found");
    Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
}

/// The service and what was answered, by the rules of today.
fn read<'s>(at: &'s At, request: &SubmitRequest) -> Result<(&'s Service, Vec<Answer>), ApiError> {
    let service = at.served.service(&request.service).ok_or_else(ApiError::not_found)?;
    if journey::stop(service, &request.answers).is_some() {
        return Err(ApiError::new(StatusCode::CONFLICT, "stopped"));
    }
    let answers = validate::form(service, &request.answers).map_err(ApiError::invalid)?;
    Ok((service, answers))
}

/// The reply to a key that was used before: the same one for the same answers.
fn again(
    state: &AppState,
    at: &At,
    before: &Stored,
    body_hash: &[u8],
) -> Result<(Submitted, bool), ApiError> {
    let reply = acknowledgement(state, at, before.id, &before.case);
    if before.body_hash == body_hash {
        Ok((reply, false))
    } else {
        Err(ApiError::already_sent(reply.reference.to_string(), reply.key))
    }
}

/// The key to follow a request with.
#[must_use]
pub fn follow_key(state: &AppState, at: &At, request: Uuid) -> String {
    state.secret.follow_key(at.store.council(), request)
}

fn acknowledgement(state: &AppState, at: &At, id: Uuid, case: &Case) -> Submitted {
    let reference: Reference = case.submission.reference.clone();
    Submitted {
        reference,
        key: follow_key(state, at, id),
        acknowledge_by: case.submission.acknowledge_by,
        complete_by: case.submission.complete_by,
    }
}

/// What was said, whatever the document's version: a retry from a stale tab is still the same request.
fn body_hash(request: &SubmitRequest) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(request.service.as_bytes());
    for (path, raw) in request.answers.iter() {
        for text in [path, raw] {
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().to_vec()
}

/// Names the place in the form where the photo stands.
fn photo_gone(answers: &Answers, gone: Uuid) -> ApiError {
    let path = answers.iter().find(|(_, raw)| Uuid::try_parse(raw) == Ok(gone)).map(|(path, _)| path);
    ApiError::invalid(vec![FieldError::new(path.unwrap_or_default(), ErrorCode::PhotoGone)])
}
