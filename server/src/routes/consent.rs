//! `/api/account/consent`: what a resident decides about their details. Answers are appended to a ledger, and count from
//! the very next read.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Act;
use domain::api::consent::{
    ConsentAnswer, ConsentDepartment, ConsentInvite, ConsentLine, ConsentQuestion, ConsentRequest,
    ConsentView, LawGround,
};
use domain::api::problem::Problem;
use domain::consent::{COUNCIL, Channel, Decision, Entry, Ground, Purpose, Registry, latest};
use domain::field::{ErrorCode, FieldError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::{At, SignedIn, Valid, signed_in};
use crate::state::AppState;
use crate::store::consent::{Answered, Told, sha256};

/// The language that is asked in: there are words in no other yet.
const LANGUAGE: &str = "en";
/// Changes of mind: sixty in an hour. The ledger keeps each for good.
const CHANGES: (i32, TimeDelta) = (60, TimeDelta::hours(1));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(
            routes!(invite).open("says what is asked, and to who is signed in what they have not answered"),
        )
        .routes(routes!(consent).needs(Act::SeeOwn))
        .routes(routes!(decide).needs(Act::ChangeOwn))
}

/// What a page asks of whoever is there: the questions they have not answered. Who is not signed in is told what they
/// could decide with an account.
#[utoipa::path(get, path = "/api/consent", tag = "account", operation_id = "consent_invite", responses((status = 200, body = ConsentInvite)))]
async fn invite(State(state): State<AppState>, at: At, headers: HeaderMap) -> Result<Response, ApiError> {
    let resident = signed_in(&state, &at, &headers).await?.map(|(resident, _)| resident.id);
    Ok(private(invite_for(&at, resident).await?))
}

/// What is to be asked of a resident who is signed in, or of who is not.
pub(crate) async fn invite_for(at: &At, resident: Option<Uuid>) -> Result<ConsentInvite, ApiError> {
    let ledger = match resident {
        Some(resident) => at.store.ledger(resident).await?,
        None => Vec::new(),
    };
    let mut questions = view(&at.served, &ledger).questions;
    // The others are asked where they are needed.
    questions.retain(|question| question.purpose.is_for_departments() && !question.answered);
    Ok(ConsentInvite { signed_in: resident.is_some(), questions })
}

/// What the resident is asked, what holds now, and everything they decided.
#[utoipa::path(get, path = "/api/account/consent", tag = "account", responses((status = 200, body = ConsentView), (status = 401, body = Problem)))]
async fn consent(at: At, SignedIn { resident, .. }: SignedIn) -> Result<Response, ApiError> {
    Ok(private(view_of(&at, resident.id).await?))
}

/// Keeps what the resident decided.
#[utoipa::path(post, path = "/api/account/consent", tag = "account", request_body = ConsentRequest,
    responses((status = 200, body = ConsentView), (status = 401, body = Problem),
        (status = 409, body = Problem, description = "`wording_changed`: the words are others by now"), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn decide(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
    Valid(request): Valid<ConsentRequest>,
) -> Result<Response, ApiError> {
    keep(&state, &at, resident.id, &request).await?;
    Ok(private(view_of(&at, resident.id).await?))
}

/// Everything about one resident's consent.
pub(crate) async fn view_of(at: &At, resident: Uuid) -> Result<ConsentView, ApiError> {
    Ok(view(&at.served, &at.store.ledger(resident).await?))
}

/// Keeps the answers to some questions: a yes for the departments that are named, and a no for every other.
pub(crate) async fn keep(
    state: &AppState,
    at: &At,
    resident: Uuid,
    request: &ConsentRequest,
) -> Result<(), ApiError> {
    let answers = answers(state, at, resident, &request.answers).await?;
    let told = Told { channel: Channel::Web, helper: None, at: state.now() };
    at.store.decide(resident, answers, told).await?;
    Ok(())
}

/// What a resident decided, question by question, as it is kept: for every department.
///
/// # Errors
/// What is wrong with it; `too_many_requests`; the database's.
pub(crate) async fn answers(
    state: &AppState,
    at: &At,
    resident: Uuid,
    given: &[ConsentAnswer],
) -> Result<Vec<Answered>, ApiError> {
    let now = state.now();
    if !at.store.try_once(format!("consent:{resident}"), CHANGES.0, CHANGES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let mut asked = BTreeSet::new();
    let mut answers = Vec::new();
    for answer in given {
        if !asked.insert(answer.purpose) {
            return Err(ApiError::invalid(vec![FieldError::new("answers", ErrorCode::NotAllowed)]));
        }
        answers.extend(answered(&at.served, answer)?);
    }
    Ok(answers)
}

/// One answer for each department, in the words that are asked with now.
fn answered(served: &Served, answer: &ConsentAnswer) -> Result<Vec<Answered>, ApiError> {
    let ConsentAnswer { purpose, version, hash, departments } = answer;
    let ours = Registry::ours();
    let asked = ours.current(*purpose, LANGUAGE);
    let asked = asked.ok_or(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "not_asked"))?;
    let wording = asked.reference(sha256);
    if (*version, hash) != (wording.version, &String::from(wording.hash)) {
        return Err(ApiError::new(StatusCode::CONFLICT, "wording_changed"));
    }
    let known = recipients(served, *purpose);
    if departments.iter().any(|department| !known.iter().any(|(id, _)| id == department)) {
        return Err(ApiError::invalid(vec![FieldError::new("departments", ErrorCode::NotAnOption)]));
    }
    let each = known.into_iter().map(|(department, _)| Answered {
        purpose: *purpose,
        agrees: departments.contains(&department),
        department,
        wording: wording.clone(),
    });
    Ok(each.collect())
}

/// Whom a purpose is decided about, by identifier and name.
fn recipients(served: &Served, purpose: Purpose) -> Vec<(String, String)> {
    if purpose.is_for_departments() {
        let departments = served.council.departments.iter();
        departments.map(|department| (department.id.clone(), department.name.clone())).collect()
    } else {
        vec![(COUNCIL.to_owned(), served.council.name.clone())]
    }
}

fn view(served: &Served, ledger: &[Entry]) -> ConsentView {
    let ours = Registry::ours();
    let (mut questions, mut law) = (Vec::new(), Vec::new());
    for purpose in Purpose::ALL {
        match purpose.ground() {
            Ground::Law(words) => {
                law.push(LawGround { title: purpose.title().to_owned(), words: words.to_owned() });
            }
            Ground::Consent => questions.extend(question(served, &ours, purpose, ledger)),
        }
    }
    ConsentView { questions, law }
}

/// One question, as it is asked now.
fn question(served: &Served, ours: &Registry, purpose: Purpose, ledger: &[Entry]) -> Option<ConsentQuestion> {
    let wording = ours.current(purpose, LANGUAGE)?;
    let department = |(id, name): (String, String)| {
        let last = latest(ledger, purpose, &id);
        ConsentDepartment {
            agreed: last.is_some_and(|last| last.decision == Decision::Given),
            since: last.map(|last| served.say(since(ledger, last))),
            id,
            name,
        }
    };
    Some(ConsentQuestion {
        purpose,
        hash: wording.reference(sha256).hash.into(),
        answered: ledger.iter().any(|entry| entry.purpose == purpose),
        departments: recipients(served, purpose).into_iter().map(department).collect(),
        history: history(served, purpose, ledger),
        wording: wording.clone(),
    })
}

/// Since when it has been as the last decision says: the first of those that said the same without a break.
fn since(ledger: &[Entry], last: &Entry) -> DateTime<Utc> {
    let about = ledger.iter().rev().filter(|entry| {
        (entry.purpose, &entry.department) == (last.purpose, &last.department) && entry.seq <= last.seq
    });
    let agrees = |entry: &Entry| entry.decision == Decision::Given;
    about.take_while(|entry| agrees(entry) == agrees(last)).last().unwrap_or(last).at
}

/// What was decided about a purpose, the newest first; departments with the same decision at the same moment together.
fn history(served: &Served, purpose: Purpose, ledger: &[Entry]) -> Vec<ConsentLine> {
    let own: Vec<&Entry> = ledger.iter().filter(|entry| entry.purpose == purpose).collect();
    let mut lines = Vec::new();
    for moment in own.chunk_by(|one, next| one.at == next.at).rev() {
        for decision in [Decision::Given, Decision::Withdrawn, Decision::Refused] {
            let same: Vec<&&Entry> = moment.iter().filter(|entry| entry.decision == decision).collect();
            let Some(first) = same.first() else { continue };
            let name = |entry: &&&Entry| match entry.department.as_str() {
                COUNCIL => served.council.name.clone(),
                id => served.council.department_name(id).to_owned(),
            };
            lines.push(ConsentLine {
                when: served.say(first.at),
                decision,
                departments: same.iter().map(name).collect(),
                version: first.wording.version,
                channel: first.channel,
            });
        }
    }
    lines
}
