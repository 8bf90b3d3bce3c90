//! `/api/account/identity`: who a resident is, and how they show it once for all services; `/api/staff/identity`: what
//! staff do with it. The electoral roll answers yes or no, to who agreed to being looked for in the same request, and
//! takes the same time for both.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Act, Role};
use domain::api::identity::{
    Agreed, DecideRequest, DeskCode, DeskRequest, DocumentKind, DocumentState, IdentityService, IdentityView,
    ProofView, RollAnswer, RollRequest, RollView, SentDocument, ShowDocumentRequest, WaitingDocument,
    WaitingDocuments,
};
use domain::api::problem::Problem;
use domain::audit::{Deed, Entry};
use domain::canonical::Digest;
use domain::consent::{Purpose, Registry, Wording, WordingRef};
use domain::field::{AddressValue, ErrorCode, FieldError, plain};
use domain::identity::{Level, Proof, roll};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::documents;
use super::follow::{private, words};
use super::privacy;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, Staff, Valid, signed_in};
use crate::jobs::account_notice::Told;
use crate::jobs::sweep;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::accounts::Resident;
use crate::store::papers::{Decision, NewDocument, StoredDeskCode, StoredDocument};
use crate::store::proofs::{NewProof, known};
use crate::store::staff::StaffMember;

/// The code of a refusal after the last try of a day.
pub(crate) const TRIES_USED: &str = "roll_tries_used";
/// The code of an agreement to other words than those that are asked.
pub(crate) const OTHER_WORDS: &str = "wording_changed";
/// The code of one document too many.
pub(crate) const ENOUGH: &str = "enough_waiting";
/// Documents of one resident that wait at one time.
const WAITING: usize = 3;
/// How long a look at the roll takes at least: longer than any does, so that its time tells nothing.
const EVEN: Duration = Duration::from_millis(250);
/// Within this time the same list is looked at once.
const LIST_ONCE: TimeDelta = TimeDelta::minutes(10);
/// How long a code for a desk works.
const DESK_CODE: TimeDelta = TimeDelta::days(7);
/// Codes that a member of staff tries.
const GUESSES: (i32, TimeDelta) = (10, TimeDelta::minutes(15));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(identity).needs(Act::SeeOwn))
        .routes(routes!(ask_roll).needs(Act::ChangeOwn))
        .routes(routes!(show_document).needs(Act::ChangeOwn))
        .routes(routes!(desk_code).needs(Act::ChangeOwn))
        .routes(routes!(waiting).needs(Act::CheckDocuments))
        .routes(routes!(document).needs(Act::CheckDocuments))
        .routes(routes!(decide).needs(Act::CheckDocuments))
        .routes(routes!(desk).needs(Act::CheckDocuments))
}

/// What was proven of who asks; nothing of who is not signed in.
pub(crate) async fn proofs(state: &AppState, at: &At, headers: &HeaderMap) -> Result<Vec<Proof>, ApiError> {
    let Some((resident, _)) = signed_in(state, at, headers).await? else { return Ok(Vec::new()) };
    Ok(at.store.proofs(resident.id).await?.into_iter().map(|kept| kept.proof).collect())
}

/// A line of the audit log about a resident's identity.
fn noted(deed: Deed, person: Uuid, object: String, detail: String, at: DateTime<Utc>) -> Entry {
    let role = Role::Resident;
    Entry {
        seq: 0,
        at,
        role,
        who: Some(person),
        department: None,
        deed,
        person: Some(person),
        object,
        detail,
    }
}

/// The same, of what a member of staff did.
fn by_staff(member: &StaffMember, entry: Entry) -> Entry {
    let department = Some(member.department.clone());
    Entry { role: member.role().unwrap_or(Role::Officer), who: Some(member.id), department, ..entry }
}

/// What the audit log calls a document.
fn called(document: Uuid) -> String {
    format!("identity document {document}")
}

/// The words that are agreed to, and their reference.
fn wording() -> Result<(Wording, WordingRef), ApiError> {
    let ours = Registry::ours();
    let wording = ours.current(Purpose::ElectoralRoll, "en");
    let wording = wording.ok_or(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    Ok((wording.clone(), wording.reference(|bytes| Digest(Sha256::digest(bytes).into()))))
}

/// Who I am, as far as it is known here, what that opens, and how to show more.
#[utoipa::path(get, path = "/api/account/identity", tag = "account", operation_id = "account_identity",
    responses((status = 200, body = IdentityView), (status = 401, body = Problem)))]
async fn identity(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &resident).await?))
}

/// What is known of a resident.
pub(crate) async fn view(state: &AppState, at: &At, resident: &Resident) -> Result<IdentityView, ApiError> {
    let now = state.now();
    let (proofs, tries, available, documents, desk) = tokio::try_join!(
        at.store.proofs(resident.id),
        at.store.roll_tries(resident.id, now),
        at.store.has_roll(),
        at.store.documents_of(resident.id),
        at.store.desk_code(resident.id, now),
    )?;
    let (wording, reference) = wording()?;
    let level = known(&proofs, now).level;
    let say = |moment: DateTime<Utc>| at.served.say(moment);
    let mut held: Vec<_> = proofs.into_iter().filter(|kept| kept.proof.holds(now)).collect();
    held.sort_by_key(|kept| std::cmp::Reverse((kept.proof.level, kept.proof.proven_at)));
    held.dedup_by_key(|kept| kept.proof.level);
    let services = at.served.catalogue.values().filter_map(|service| {
        let needs = service.needs_identity.as_ref()?;
        Some(IdentityService {
            id: service.id.clone(),
            title: service.title.clone(),
            level: needs.level,
            why: needs.why.clone(),
            met: level >= needs.level,
        })
    });
    Ok(IdentityView {
        level,
        proofs: held
            .into_iter()
            .map(|kept| ProofView {
                level: kept.proof.level,
                since: say(kept.proof.proven_at),
                until: kept.proof.expires_at.map(say),
                name: kept.name,
            })
            .collect(),
        services: services.collect(),
        roll: RollView {
            available,
            wording,
            hash: reference.hash.to_string(),
            tries_left: tries.left,
            again: tries.again.filter(|_| tries.left == 0).map(say),
        },
        documents: documents.into_iter().filter_map(|document| sent(at, document)).collect(),
        desk: desk
            .map(|code| DeskCode { code: spoken(&code_of(state, at, &code)), until: say(code.ends_at) }),
    })
}

fn sent(at: &At, document: StoredDocument) -> Option<SentDocument> {
    Some(SentDocument {
        id: document.id,
        kind: DocumentKind::parse(&document.kind)?,
        state: DocumentState::parse(&document.state)?,
        sent: at.served.say(document.sent_at),
        reason: document.reason,
    })
}

fn code_of(state: &AppState, at: &At, code: &StoredDeskCode) -> String {
    state.secret.desk_code(at.store.council(), code.resident_id, code.nonce)
}

/// A code as it is read out: in two halves.
fn spoken(code: &str) -> String {
    code.split_at_checked(4).map_or_else(|| code.to_owned(), |(first, second)| format!("{first} {second}"))
}

/// A code as it was heard: capitals, without what stands between, and the digits that it never has as the letters they
/// look like.
fn heard(typed: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        '0' => 'O',
        '1' => 'I',
        '8' => 'B',
        other => other,
    };
    typed.chars().filter(char::is_ascii_alphanumeric).map(letter).collect()
}

/// Looks for me on the electoral roll, this once, because I agree to it in this request. All that is told is yes or no.
#[utoipa::path(post, path = "/api/account/identity/roll", tag = "account", operation_id = "ask_roll", request_body = RollRequest,
    responses((status = 200, body = RollAnswer), (status = 401, body = Problem),
        (status = 409, body = Problem, description = "`no_roll`; `wording_changed` when other words were agreed to"),
        (status = 422, body = Problem), (status = 429, body = Problem, description = "`roll_tries_used`, until `Retry-After`")))]
async fn ask_roll(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
    Valid(request): Valid<RollRequest>,
) -> Result<Response, ApiError> {
    match look(&state, &at, &resident, &request).await {
        Err(error) if error.code() == TRIES_USED => {
            let again = at.store.roll_tries(resident.id, state.now()).await?.again;
            let seconds = again.map_or(0, |again| (again - state.now()).num_seconds().max(1));
            let mut response = error.into_response();
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        answer => Ok(private(answer?)),
    }
}

/// Looks for a resident on the roll, and keeps that they agreed to it.
///
/// # Errors
/// See [`ask_roll`].
pub(crate) async fn look(
    state: &AppState,
    at: &At,
    resident: &Resident,
    request: &RollRequest,
) -> Result<RollAnswer, ApiError> {
    let (_, reference) = wording()?;
    let Agreed { wording, version, language, hash } = &request.agreed;
    let agreed = (wording, *version, language, hash.parse::<Digest>().ok());
    if agreed != (&reference.id, reference.version, &reference.language, Some(reference.hash)) {
        return Err(ApiError::new(StatusCode::CONFLICT, OTHER_WORDS));
    }
    let name = plain::line(&request.name);
    let lines = [&request.line1, &request.line2].map(|line| plain::line(line));
    let address = AddressValue {
        lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
        postcode: Some(plain::line(&request.postcode)),
        ..AddressValue::default()
    };
    let keys = roll::keys(&name, &address).ok_or_else(|| {
        let has_name = name.chars().any(char::is_alphabetic);
        let (path, code) =
            if has_name { ("postcode", ErrorCode::NotAllowed) } else { ("name", ErrorCode::Missing) };
        ApiError::invalid(vec![FieldError::new(path, code)])
    })?;
    if !at.store.has_roll().await? {
        return Err(ApiError::new(StatusCode::CONFLICT, "no_roll"));
    }
    let now = state.now();
    if !at.store.try_roll(resident.id, now).await? {
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, TRIES_USED));
    }
    let looking = async {
        let electors = at.store.electors(keys).await?;
        let listed = roll::is_listed(&name, &address, &electors);
        let proven = listed.then(|| NewProof {
            id: state.dice.id(now),
            resident: resident.id,
            proof: Proof::new(Level::ElectoralRoll, now),
            name: Some(name.clone()),
            document: None,
            checked_by: None,
        });
        let detail = format!("Agreed in the words “{}”, version {}", reference.id, reference.version);
        let log = noted(Deed::RollAsked, resident.id, "electoral roll".to_owned(), detail, now);
        at.store.roll_asked(resident.id, reference, proven, log).await?;
        let tries_left = at.store.roll_tries(resident.id, now).await?.left;
        Ok::<_, StoreError>(RollAnswer { listed, tries_left })
    };
    let (answer, ()) = tokio::join!(looking, tokio::time::sleep(EVEN));
    tracing::info!(resident = %resident.id, "the electoral roll was asked");
    Ok(answer?)
}

/// Has staff look at a document that was uploaded before (`POST /api/documents`). Nobody else sees it, and it is erased
/// once they have.
#[utoipa::path(post, path = "/api/account/identity/documents", tag = "account", operation_id = "show_document", request_body = ShowDocumentRequest,
    responses((status = 200, body = IdentityView), (status = 401, body = Problem),
        (status = 409, body = Problem, description = "`enough_waiting`"), (status = 422, body = Problem)))]
async fn show_document(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
    Valid(request): Valid<ShowDocumentRequest>,
) -> Result<Response, ApiError> {
    show(&state, &at, &resident, &request).await?;
    Ok(private(view(&state, &at, &resident).await?))
}

/// Whether another document of a resident may wait.
///
/// # Errors
/// `enough_waiting`; the database's.
pub(crate) async fn may_show(at: &At, resident: &Resident) -> Result<(), ApiError> {
    let documents = at.store.documents_of(resident.id).await?;
    let waiting = documents.iter().filter(|document| document.state == DocumentState::Waiting.id());
    if waiting.count() < WAITING { Ok(()) } else { Err(ApiError::new(StatusCode::CONFLICT, ENOUGH)) }
}

/// Takes an upload as a document to be looked at.
///
/// # Errors
/// See [`show_document`].
pub(crate) async fn show(
    state: &AppState,
    at: &At,
    resident: &Resident,
    request: &ShowDocumentRequest,
) -> Result<(), ApiError> {
    may_show(at, resident).await?;
    let name = words("name", &plain::line(&request.name))?;
    let now = state.now();
    let detail = format!("Sent to be looked at: {}", request.kind.label());
    let log = noted(Deed::Changed, resident.id, called(request.document), detail, now);
    let new = NewDocument { id: request.document, resident: resident.id, kind: request.kind, name, now };
    Ok(at.store.show_document(new, log).await?)
}

/// Makes the code that I say at a desk, in place of the one before. It works once, for a week.
#[utoipa::path(post, path = "/api/account/identity/desk-code", tag = "account", operation_id = "desk_code",
    responses((status = 200, body = IdentityView), (status = 401, body = Problem)))]
async fn desk_code(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
) -> Result<Response, ApiError> {
    make_desk_code(&state, &at, &resident).await?;
    Ok(private(view(&state, &at, &resident).await?))
}

/// Makes the code.
///
/// # Errors
/// The database's.
pub(crate) async fn make_desk_code(state: &AppState, at: &At, resident: &Resident) -> Result<(), ApiError> {
    let now = state.now();
    Ok(at.store.new_desk_code(resident.id, state.dice.id(now), now + DESK_CODE).await?)
}

/// Documents that wait to be looked at.
#[utoipa::path(get, path = "/api/staff/identity", tag = "staff", operation_id = "waiting_documents",
    responses((status = 200, body = WaitingDocuments), (status = 401, body = Problem)))]
async fn waiting(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let waiting = at.store.waiting_documents().await?;
    let now = state.now();
    let mut seen = Vec::new();
    for document in &waiting {
        // Who looks at the list over and over looked once.
        let object = format!("{}, in the list", called(document.id));
        if !at.store.has_logged(member.id, (Deed::Read, &object), now - LIST_ONCE).await? {
            let detail = "Saw in a list that you sent something to show who you are".to_owned();
            seen.push(by_staff(&member, noted(Deed::Read, document.resident_id, object, detail, now)));
        }
    }
    at.store.log_all(seen).await?;
    let line = |document: StoredDocument| {
        Some(WaitingDocument {
            id: document.id,
            kind: DocumentKind::parse(&document.kind)?,
            sent: at.served.say(document.sent_at),
            name: document.name,
        })
    };
    let documents = waiting.into_iter().filter_map(line).collect();
    Ok(private(WaitingDocuments { documents }))
}

fn id_of(id: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(id).map_err(|_| ApiError::not_found())
}

/// A document that waits, to be saved and looked at.
#[utoipa::path(get, path = "/api/staff/identity/{id}/document", tag = "staff", operation_id = "waiting_document", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn document(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let document = at.store.waiting_document(id_of(&id)?).await?;
    let detail = "To see whether it shows who they are".to_owned();
    let log = noted(Deed::Read, document.resident_id, called(document.id), detail, state.now());
    at.store.log(by_staff(&member, log)).await?;
    documents::sent(&state, &at, document.id, "identity").await
}

/// Says whether a document shows who somebody is. It is erased then.
#[utoipa::path(post, path = "/api/staff/identity/{id}/decide", tag = "staff", operation_id = "decide_document", params(("id" = Uuid, Path)), request_body = DecideRequest,
    responses((status = 200, body = WaitingDocuments), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn decide(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<DecideRequest>,
) -> Result<Response, ApiError> {
    let refused = if request.seen { None } else { Some(words("reason", &request.reason)?) };
    let now = state.now();
    let id = id_of(&id)?;
    let resident = at.store.waiting_document(id).await?.resident_id;
    let detail = if request.seen { "It shows who they are" } else { "It does not show who they are" };
    let log = by_staff(&member, noted(Deed::Changed, resident, called(id), detail.to_owned(), now));
    let decision = Decision { document: id, proof: state.dice.id(now), by: member.id, refused, now };
    let tell = privacy::mail(&state, Told::Decided { seen: request.seen });
    at.store.decide_document(decision, log, tell).await?;
    state.wake.notify_one();
    sweep::erase(&state, at.store.council().to_owned(), id).await?;
    waiting(State(state), at, Staff(member)).await
}

/// A document was shown at a desk. Whose account it is for, is found by its address and the code that its resident
/// sees; an unknown address and a wrong code are answered alike.
#[utoipa::path(post, path = "/api/staff/identity/desk", tag = "staff", operation_id = "shown_at_desk", request_body = DeskRequest,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem, description = "`wrong_code`"), (status = 429, body = Problem)))]
async fn desk(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<DeskRequest>,
) -> Result<StatusCode, ApiError> {
    let now = state.now();
    let name = words("name", &plain::line(&request.name))?;
    if !at.store.try_once(format!("desk:{}", member.id), GUESSES.0, GUESSES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let wrong = || ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_code");
    let found = at.store.at_desk(request.email.trim(), now).await?;
    let (resident, code) = found
        .filter(|(_, code)| {
            let right = code_of(&state, &at, code);
            bool::from(right.as_bytes().ct_eq(heard(&request.code).as_bytes()))
        })
        .ok_or_else(wrong)?;
    let proven = NewProof {
        id: state.dice.id(now),
        resident: resident.id,
        proof: Proof::new(Level::DocumentsSeen, now),
        name: Some(name),
        document: Some(request.kind),
        checked_by: Some(member.id),
    };
    let detail = format!("Shown at a desk: {}", request.kind.label());
    let log = by_staff(&member, noted(Deed::Changed, resident.id, "identity".to_owned(), detail, now));
    match at.store.shown_at_desk(code, proven, log).await {
        Err(StoreError::NotFound) => Err(wrong()),
        done => Ok(done.map(|()| StatusCode::NO_CONTENT)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_heard_as_it_is_spoken() {
        assert_eq!(spoken("ABCDEFG2"), "ABCD EFG2");
        for typed in ["ABCD EFG2", "abcd-efg2", " a b c d e f g 2 ", "A8CD EFG2"] {
            assert_eq!(heard(typed), "ABCDEFG2", "{typed}");
        }
        assert_eq!(heard("0Il%é"), "OIL");
    }
}
