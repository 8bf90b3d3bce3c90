//! `/api/account`: a resident's account. It is made by signing in, and signing in is reading a mail: there is no
//! password. Whether an address has an account is nobody's business, and no reply tells.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::access::Act;
use domain::api::account::{
    AccountCodeRequest, AccountRequest, AccountSignInRequest, AccountView, BegunForm, CollectRequest, Needs,
    SessionView, device,
};
use domain::api::problem::Problem;
use domain::case::{Actor, Case, Event};
use domain::field::contact::{is_email, same_email_key};
use domain::field::{ErrorCode, FieldError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Body, SignedIn, Valid, account_token, browser_token, named_cookie, signed_in};
use crate::jobs::Job;
use crate::jobs::account_code::AccountCode;
use crate::operations::submit::follow_key;
use crate::secret;
use crate::state::AppState;
use crate::store::accounts::SigningIn;
use crate::store::requests::Stored;
use crate::web::visit;

/// How long a code works.
const CODE_WORKS: TimeDelta = TimeDelta::minutes(10);
/// Codes that one browser has sent to one address: five in a quarter of an hour.
const CODES: (i32, TimeDelta) = (5, TimeDelta::minutes(15));
/// Codes that all browsers have sent to one address in which nobody has signed in with it before. Whoever has is not
/// counted here: nobody can keep them out.
const CODES_FROM_STRANGERS: (i32, TimeDelta) = (10, TimeDelta::minutes(15));
/// Codes that one browser tries.
const GUESSES: (i32, TimeDelta) = (10, TimeDelta::minutes(15));
/// How long a session lasts at most.
const SESSION: TimeDelta = TimeDelta::hours(8);
/// How long a browser is known.
const BROWSER: TimeDelta = TimeDelta::days(365);
/// Requests that are listed at most.
const LISTED: u64 = 200;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const SIGN_IN: &str = "signing in";
    OpenApiRouter::new()
        .routes(routes!(account).needs(Act::SeeOwn))
        .routes(routes!(code).open(SIGN_IN))
        .routes(routes!(sign_in).open(SIGN_IN))
        .routes(routes!(sign_out).open("ends a session if there is one"))
        .routes(routes!(sign_out_everywhere).needs(Act::ChangeOwn))
        .routes(routes!(collect).needs(Act::ChangeOwn))
}

/// Sends a code to sign in with. It works in the browser that asked for it.
#[utoipa::path(post, path = "/api/account/code", tag = "account", operation_id = "account_code", request_body = AccountCodeRequest,
    responses((status = 204), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn code(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Valid(request): Valid<AccountCodeRequest>,
) -> Result<Response, ApiError> {
    let cookie = send_code(&state, &at, &headers, &request.email).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Has a code sent, and gives the cookie that it is bound to.
pub(crate) async fn send_code(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    typed: &str,
) -> Result<HeaderValue, ApiError> {
    let email = typed.trim();
    if !is_email(email) {
        return Err(ApiError::invalid(vec![FieldError::new("email", ErrorCode::NotAnEmail)]));
    }
    let now = state.now();
    let token = browser_token(state, headers).unwrap_or_else(|| fresh_token(state));
    let browser_hash = secret::hash(token.as_bytes());
    let key = same_email_key(email);
    let browser = data_encoding::HEXLOWER.encode(&browser_hash);
    let within = async |subject: String, (most, span): (i32, TimeDelta)| {
        at.store.try_once(subject, most, span, now).await
    };
    let is_within = within(format!("account-mail:{browser}:{key}"), CODES).await?
        && (at.store.knows_browser(&browser_hash, email).await?
            || within(format!("account-mail:{key}"), CODES_FROM_STRANGERS).await?);
    if !is_within {
        return Err(ApiError::too_many());
    }
    let code = state.dice.code();
    let hash = state.secret.resident_code_hash(at.store.council(), &browser_hash, &code);
    let job = Job::AccountCode(AccountCode { email: email.to_owned(), code });
    let works = (now, now + CODE_WORKS);
    at.store.new_resident_code(browser_hash, email, hash, works, (state.dice.id(now), job)).await?;
    state.wake.notify_one();
    named_cookie(state, "browser", &token, BROWSER)
}

fn fresh_token(state: &AppState) -> String {
    data_encoding::BASE32_NOPAD.encode(&state.dice.token()).to_ascii_lowercase()
}

/// Signs in with a code. Wrong, expired, used up and another browser's are answered alike.
#[utoipa::path(post, path = "/api/account/sign-in", tag = "account", operation_id = "account_sign_in", request_body = AccountSignInRequest,
    responses((status = 204), (status = 422, body = Problem, description = "`wrong_code`"), (status = 429, body = Problem)))]
async fn sign_in(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Valid(request): Valid<AccountSignInRequest>,
) -> Result<Response, ApiError> {
    let cookie = use_code(&state, &at, &headers, &request.code).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Uses a code, and gives the cookie of the session that begins. What was begun in this browser goes with it.
pub(crate) async fn use_code(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    typed: &str,
) -> Result<HeaderValue, ApiError> {
    let now = state.now();
    let wrong = || ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_code");
    let browser = browser_token(state, headers).ok_or_else(wrong)?;
    let browser_hash = secret::hash(browser.as_bytes());
    let subject = format!("account-code:{}", data_encoding::HEXLOWER.encode(&browser_hash));
    if !at.store.try_once(subject, GUESSES.0, GUESSES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let token = fresh_token(state);
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let signing_in = SigningIn {
        code_hash: state.secret.resident_code_hash(at.store.council(), &browser_hash, &digits),
        browser_hash,
        new_resident: state.dice.id(now),
        session: state.dice.id(now),
        token_hash: secret::hash(token.as_bytes()),
        before: account_token(state, headers).map(|before| secret::hash(before.as_bytes())),
        device: device(user_agent.unwrap_or_default()),
        now,
        ends_at: now + SESSION,
    };
    let resident = at.store.sign_in(signing_in).await?.ok_or_else(wrong)?;
    visit::bring_along(state, at, headers, resident.id).await?;
    tracing::info!(resident = %resident.id, "signed in");
    named_cookie(state, "account", &token, SESSION)
}

/// Ends this session.
#[utoipa::path(post, path = "/api/account/sign-out", tag = "account", operation_id = "account_sign_out", responses((status = 204)))]
async fn sign_out(State(state): State<AppState>, at: At, headers: HeaderMap) -> Result<Response, ApiError> {
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, end_session(&state, &at, &headers).await?)])
        .into_response())
}

/// Ends the session of a browser, if it has one, and gives the cookie that says so.
pub(crate) async fn end_session(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
) -> Result<HeaderValue, ApiError> {
    if let Some((resident, session)) = signed_in(state, at, headers).await? {
        at.store.end_sessions(resident.id, Some(session.id)).await?;
    }
    named_cookie(state, "account", "", TimeDelta::zero())
}

/// Ends all sessions of the account, this one as well.
#[utoipa::path(post, path = "/api/account/sign-out-everywhere", tag = "account", operation_id = "account_sign_out_everywhere",
    responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out_everywhere(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
) -> Result<Response, ApiError> {
    at.store.end_sessions(resident.id, None).await?;
    let cookie = named_cookie(&state, "account", "", TimeDelta::zero())?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Puts requests that were made with the account's address before into it, or leaves them out from now on. Gives the
/// account as it is then.
#[utoipa::path(post, path = "/api/account/collect", tag = "account", operation_id = "account_collect", request_body = CollectRequest,
    responses((status = 200, body = AccountView), (status = 401, body = Problem)))]
async fn collect(
    State(state): State<AppState>,
    at: At,
    mut signed_in: SignedIn,
    Body(request): Body<CollectRequest>,
) -> Result<Response, ApiError> {
    let now = state.now();
    at.store.collect(&signed_in.resident, request.add, now).await?;
    if !request.add {
        signed_in.resident.left_out_until = Some(now);
    }
    Ok(private(view(&state, &at, &signed_in).await?))
}

/// The account of whoever is signed in.
#[utoipa::path(get, path = "/api/account", tag = "account", responses((status = 200, body = AccountView), (status = 401, body = Problem)))]
async fn account(State(state): State<AppState>, at: At, signed_in: SignedIn) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &signed_in).await?))
}

/// Everything that is in an account.
pub(crate) async fn view(state: &AppState, at: &At, who: &SignedIn) -> Result<AccountView, ApiError> {
    let SignedIn { resident, session } = who;
    let now = state.now();
    let token = visit::of_resident(resident.id);
    let (stored, found, begun, sessions) = tokio::try_join!(
        at.store.requests_of(resident.id, LISTED + 1),
        at.store.found_for(resident),
        at.store.begun(token, now),
        at.store.sessions(resident.id, now),
    )?;
    let most = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let more = stored.len() > most;
    let mut requests: Vec<AccountRequest> =
        stored.into_iter().take(most).map(|stored| listed(state, at, stored)).collect();
    // The store gives the newest first, and equals stay in their order.
    requests.sort_by_key(|request| (request.needs.is_none(), !request.status.is_open()));
    let title = |id: String| {
        let title = at.served.service(&id)?.title.clone();
        Some(BegunForm { service: id, title })
    };
    let mut sessions: Vec<SessionView> = sessions
        .into_iter()
        .map(|other| SessionView {
            here: other.id == session.id,
            id: other.id,
            device: other.device,
            since: at.served.say(other.begun_at),
        })
        .collect();
    sessions.sort_by_key(|session| !session.here);
    Ok(AccountView {
        email: resident.email.clone(),
        found: u32::try_from(found).unwrap_or(u32::MAX),
        requests,
        more,
        begun: begun.into_iter().filter_map(title).collect(),
        sessions,
    })
}

fn listed(state: &AppState, at: &At, stored: Stored) -> AccountRequest {
    let case = stored.case;
    AccountRequest {
        key: follow_key(state, at, stored.id),
        status: case.status,
        received: at.served.local(case.received_at).date(),
        complete_by: case.complete_by,
        needs: needs(&case, at.served.local(state.now()).date()),
        reference: case.submission.reference,
        title: case.submission.title,
    }
}

/// Why an open request needs its resident: a message of staff that nobody answered, or a promise that was missed.
fn needs(case: &Case, today: chrono::NaiveDate) -> Option<Needs> {
    if !case.status.is_open() {
        return None;
    }
    let messages = case.history.iter().rev().filter(|known| matches!(known.event, Event::Message { .. }));
    let is_asked = messages.map(|known| matches!(known.by, Actor::Staff(_))).next().unwrap_or_default();
    if is_asked { Some(Needs::Message) } else { case.is_late(today).then_some(Needs::Late) }
}
