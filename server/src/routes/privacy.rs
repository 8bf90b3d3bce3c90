//! `/api/account/…`: what a resident decides about their own data: a copy of all of it, another address, and closing
//! the account. What can't be taken back needs a code from the mail of an address.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::access::{Act, Role};
use domain::api::privacy::{ClosingView, ErasedView, KeptRequest, NewEmailRequest, ProofRequest};
use domain::api::problem::Problem;
use domain::audit::{Deed, Entry};
use domain::field::contact::{is_email, same_email_key};
use domain::field::{ErrorCode, FieldError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::private;
use crate::access::Declare as _;
use crate::download;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, Valid, named_cookie};
use crate::jobs::account_code::WORKS as CODE_WORKS;
use crate::jobs::account_notice::{AccountNotice, Told};
use crate::jobs::{Job, sweep};
use crate::operations::watch_link;
use crate::secret;
use crate::state::AppState;
use crate::store::account_codes::{MakeFarewell, MakeMail, Proving, Purpose};
use crate::store::drafts::Holder;
use crate::store::requests::Stored;

/// Codes that one account has sent.
const CODES: (i32, TimeDelta) = (5, TimeDelta::minutes(15));
/// Mails that one account has sent to one address that is not its own.
const MAILS: (i32, TimeDelta) = (3, TimeDelta::hours(1));
/// Mails that all accounts have sent to it: many, or whoever has an account could keep its owner from taking it.
const MAILS_OF_ALL: (i32, TimeDelta) = (30, TimeDelta::hours(1));
/// Codes that one account tries.
const GUESSES: (i32, TimeDelta) = (10, TimeDelta::minutes(15));
/// Copies that one account takes away.
const COPIES: (i32, TimeDelta) = (10, TimeDelta::hours(1));
/// Requests that are listed at most.
const LISTED: u64 = 200;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(download).needs(Act::SeeOwn))
        .routes(routes!(new_email).needs(Act::ChangeOwn))
        .routes(routes!(confirm_email).needs(Act::ChangeOwn))
        .routes(routes!(closing).needs(Act::SeeOwn))
        .routes(routes!(close).needs(Act::ChangeOwn))
        .routes(routes!(closing_code).needs(Act::ChangeOwn))
        .routes(routes!(erased).open("the key is the permission"))
}

/// What the log says of something that a resident did to their own account.
fn entry(state: &AppState, who: &SignedIn, deed: Deed, detail: &str) -> Entry {
    Entry {
        seq: 0,
        at: state.now(),
        role: Role::Resident,
        who: Some(who.resident.id),
        department: None,
        deed,
        person: Some(who.resident.id),
        object: "account".to_owned(),
        detail: detail.to_owned(),
    }
}

/// Everything about the resident who is signed in, as a ZIP file: a page to read, JSON, photos and documents.
#[utoipa::path(get, path = "/api/account/download", tag = "account", operation_id = "account_download",
    responses((status = 200, content_type = "application/zip"), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn download(State(state): State<AppState>, at: At, who: SignedIn) -> Result<Response, ApiError> {
    let subject = format!("download:{}", who.resident.id);
    if !at.store.try_once(subject, COPIES.0, COPIES.1, state.now()).await? {
        return Err(ApiError::too_many());
    }
    let copy = download::gather(&state, &at, &who).await?;
    at.store.log(entry(&state, &who, Deed::Exported, "A copy of everything in the account")).await?;
    let name = format!("attachment; filename=\"{}\"", copy.file_name());
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, copy.stream(state.blobs.clone())).into_response())
}

/// Sends a code to the address that the account is to have. Whether that is another account's is not told.
#[utoipa::path(post, path = "/api/account/email", tag = "account", operation_id = "account_new_email", request_body = NewEmailRequest,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn new_email(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Valid(request): Valid<NewEmailRequest>,
) -> Result<StatusCode, ApiError> {
    send_to_new(&state, &at, &who, &request.email).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a code sent to a new address; or tells whose account has it already.
pub(crate) async fn send_to_new(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    typed: &str,
) -> Result<(), ApiError> {
    let email = typed.trim();
    if !is_email(email) {
        return Err(ApiError::invalid(vec![FieldError::new("email", ErrorCode::NotAnEmail)]));
    }
    let key = same_email_key(email);
    if key != who.resident.email_key {
        let own = format!("account-new-email:{}:{key}", who.resident.id);
        // What one account is refused is not counted against the others.
        for (subject, (most, span)) in [(own, MAILS), (format!("account-new-email:{key}"), MAILS_OF_ALL)] {
            if !at.store.try_once(subject, most, span, state.now()).await? {
                return Err(ApiError::too_many());
            }
        }
    }
    let other = at.store.account_with(email).await?.filter(|other| other.id != who.resident.id);
    let code = state.dice.code();
    let (to, told) = match other {
        // Its owner hears of it. The code that is kept is known to nobody.
        Some(other) => (other.email, Told::AddressInUse),
        None => (email.to_owned(), Told::NewAddress { code: code.clone() }),
    };
    prove(state, at, who, Purpose::Email, (email, &code), AccountNotice { email: to, told }).await
}

/// Keeps a code and sends it.
async fn prove(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    purpose: Purpose,
    (email, code): (&str, &str),
    notice: AccountNotice,
) -> Result<(), ApiError> {
    let now = state.now();
    let subject = format!("account-proof:{}", who.resident.id);
    if !at.store.try_once(subject, CODES.0, CODES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let hash = state.secret.proof_hash(at.store.council(), who.session.id, purpose.id(), code);
    let job = (state.dice.id(now), Job::AccountNotice(notice));
    at.store.new_proof(purpose, &who.session, (email, hash), (now, now + CODE_WORKS), job).await?;
    state.wake.notify_one();
    Ok(())
}

/// What was typed, ready to be looked at.
async fn proving(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    purpose: Purpose,
    typed: &str,
    entry: Entry,
) -> Result<Proving, ApiError> {
    let subject = format!("account-proved:{}", who.resident.id);
    if !at.store.try_once(subject, GUESSES.0, GUESSES.1, state.now()).await? {
        return Err(ApiError::too_many());
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    Ok(Proving {
        resident: who.resident.id,
        session: who.session.id,
        code_hash: state.secret.proof_hash(at.store.council(), who.session.id, purpose.id(), &digits),
        now: state.now(),
        id: state.new_id(),
        entry,
    })
}

fn wrong_code() -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_code")
}

pub(super) fn mail(state: &AppState, told: Told) -> MakeMail {
    let id = state.new_id();
    Arc::new(move |email| (id, Job::AccountNotice(AccountNotice { email, told: told.clone() })))
}

/// The mail that says that an account is closed.
fn farewell(state: &AppState, at: &At) -> MakeFarewell {
    let (id, of, served) = (state.new_id(), state.clone(), at.served.clone());
    Arc::new(move |email, unmailed| {
        let link = |stored: &Stored| {
            let submission = &stored.case.submission;
            let about = format!("{} ({})", submission.title, submission.reference);
            (about, watch_link(&of, &served.council, stored.id))
        };
        let told = match unmailed {
            [] => Told::Closed,
            unmailed => Told::ClosedWithLinks { links: unmailed.iter().map(link).collect() },
        };
        (id, Job::AccountNotice(AccountNotice { email, told }))
    })
}

/// Makes the address that the code went to the account's. The old one is told, and other browsers are signed out.
#[utoipa::path(post, path = "/api/account/email/confirm", tag = "account", operation_id = "account_confirm_email", request_body = ProofRequest,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem, description = "`wrong_code`"), (status = 429, body = Problem)))]
async fn confirm_email(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Valid(request): Valid<ProofRequest>,
) -> Result<StatusCode, ApiError> {
    change_email(&state, &at, &who, &request.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the address, if the code is right.
pub(crate) async fn change_email(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    typed: &str,
) -> Result<(), ApiError> {
    let entry = entry(state, who, Deed::Changed, "The email address");
    let proving = proving(state, at, who, Purpose::Email, typed, entry).await?;
    if !at.store.change_email(proving, mail(state, Told::AddressChanged)).await? {
        return Err(wrong_code());
    }
    state.wake.notify_one();
    Ok(())
}

/// What closing the account would erase, and what the council must keep for how long.
#[utoipa::path(get, path = "/api/account/close", tag = "account", operation_id = "account_closing",
    responses((status = 200, body = ClosingView), (status = 401, body = Problem)))]
async fn closing(at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(closing_view(&at, &who).await?))
}

/// What the page says that comes before closing the account.
pub(crate) async fn closing_view(at: &At, who: &SignedIn) -> Result<ClosingView, ApiError> {
    let mut stored = at.store.requests_of(who.resident.id, LISTED + 1).await?;
    let most = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let more = stored.len() > most;
    stored.truncate(most);
    // A part is kept as long as the whole.
    stored.retain(|stored| stored.case.submission.part_of.is_none());
    let requests = stored.into_iter().map(|stored| kept(at, stored)).collect();
    Ok(ClosingView { email: who.resident.email.clone(), requests, more })
}

fn kept(at: &At, Stored { case, .. }: Stored) -> KeptRequest {
    let day = |moment| at.served.local(moment).date();
    let service = at.served.service(&case.submission.service);
    let retention = service.map_or(at.served.council.retention.all, |service| service.retention);
    KeptRequest {
        kept: retention.say_of(day(case.received_at), case.closed_at.map(day)),
        reference: case.submission.reference,
        title: case.submission.title,
    }
}

/// Sends a code to close the account with.
#[utoipa::path(post, path = "/api/account/close/code", tag = "account", operation_id = "account_closing_code",
    responses((status = 204), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn closing_code(State(state): State<AppState>, at: At, who: SignedIn) -> Result<StatusCode, ApiError> {
    send_closing_code(&state, &at, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a code sent to close the account with.
pub(crate) async fn send_closing_code(state: &AppState, at: &At, who: &SignedIn) -> Result<(), ApiError> {
    let (email, code) = (who.resident.email.clone(), state.dice.code());
    let notice = AccountNotice { email: email.clone(), told: Told::Closing { code: code.clone() } };
    prove(state, at, who, Purpose::Close, (&email, &code), notice).await
}

/// Closes the account: what is in it is erased, and every browser is signed out. Requests stay with the council for
/// as long as it must keep them, and can be followed by their links.
#[utoipa::path(post, path = "/api/account/close", tag = "account", operation_id = "account_close", request_body = ProofRequest,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem, description = "`wrong_code`"), (status = 429, body = Problem)))]
async fn close(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Valid(request): Valid<ProofRequest>,
) -> Result<Response, ApiError> {
    let cookie = close_account(&state, &at, &who, &request.code).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Closes the account, if the code is right, and gives the cookie that says so.
pub(crate) async fn close_account(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    typed: &str,
) -> Result<HeaderValue, ApiError> {
    let entry = entry(state, who, Deed::Erased, "The account, at the resident's wish");
    let proving = proving(state, at, who, Purpose::Close, typed, entry).await?;
    let mut named = at.store.named_by(&Holder::Account(who.resident.id)).await?;
    named.extend(at.store.named_for(who.resident.id).await?);
    if !at.store.close_account(proving, farewell(state, at)).await? {
        return Err(wrong_code());
    }
    // Photos of forms that were not sent, and papers that were shown and not looked at yet. What fails here is done with
    // the next clearing up.
    sweep::abandon_all(state, at.store.council(), named).await?;
    for (council, document) in state.db.unerased().await? {
        sweep::erase(state, council, document).await?;
    }
    state.wake.notify_one();
    named_cookie(state, "account", "", TimeDelta::zero())
}

/// What is left to say of a request whose details were erased as was promised.
#[utoipa::path(get, path = "/api/follow/{key}/erased", tag = "follow", operation_id = "follow_erased", params(("key" = String, Path)),
    responses((status = 200, body = ErasedView), (status = 404, body = Problem)))]
async fn erased(at: At, Path(key): Path<String>) -> Result<Json<ErasedView>, ApiError> {
    Ok(Json(erased_view(&at, &key).await?))
}

/// What is left of the request that a key opened.
pub(crate) async fn erased_view(at: &At, key: &str) -> Result<ErasedView, ApiError> {
    let key = key.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let stone = at.store.tombstone(&secret::hash(key.as_bytes())).await?;
    let service = at.served.service(&stone.service);
    Ok(ErasedView {
        reference: stone.reference,
        title: service.map(|service| service.title.clone()).unwrap_or_default(),
        closed: stone.closed,
        gone: stone.gone,
    })
}
