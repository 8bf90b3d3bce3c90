//! `/api/staff/sign-in`, and what else is about being signed in as staff: who I am, where I am signed in, signing out,
//! and proving again who I am before an act that needs it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::api::account::SessionView;
use domain::api::problem::Problem;
use domain::api::staff::{CodeRequest, Me, ProveRequest, SignInRequest, StaffSessions};
use domain::audit::{Deed, Entry};
use domain::field::contact::same_email_key;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::{Declare as _, FRESH};
use crate::chance::Dice;
use crate::error::ApiError;
use crate::extract::{At, Staff, StaffSession, Valid, named_cookie, staff_signed_in};
use crate::jobs::Job;
use crate::jobs::sign_in_code::SignInCode;
use crate::operations::staff_session;
use crate::secret::Secret;
use crate::state::AppState;
use crate::store::staff::StaffMember;
use crate::store::{Store, StoreError};

/// How long a code works.
pub const CODE_WORKS: TimeDelta = TimeDelta::minutes(15);
/// Codes sent to one address: five an hour.
const CODES: (i32, TimeDelta) = (5, TimeDelta::hours(1));
/// Codes tried for one address: ten in a quarter of an hour.
const GUESSES: (i32, TimeDelta) = (10, TimeDelta::minutes(15));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const SIGN_IN: &str = "signing in";
    const OWN: &str = "one's own session";
    OpenApiRouter::new()
        .routes(routes!(sign_in).open(SIGN_IN))
        .routes(routes!(sign_in_code).open(SIGN_IN))
        .routes(routes!(sign_out).open("ends a session if there is one"))
        .routes(routes!(sign_out_everywhere).staff(OWN))
        .routes(routes!(me).staff(OWN))
        .routes(routes!(sessions).staff(OWN))
        .routes(routes!(prove).staff(OWN))
        .routes(routes!(prove_by_code).staff(OWN))
}

/// Sends a sign-in code. The reply is the same whether the address is known or not. Only a demonstration signs its
/// staff in like this.
#[utoipa::path(post, path = "/api/staff/sign-in", tag = "staff", operation_id = "staff_sign_in", request_body = SignInRequest,
    responses((status = 204), (status = 403, body = Problem, description = "`no_codes_here`"), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn sign_in(
    State(state): State<AppState>,
    at: At,
    Valid(request): Valid<SignInRequest>,
) -> Result<StatusCode, ApiError> {
    only_in_a_demonstration(&at)?;
    within(&state, &at, "mail", &request.email, CODES).await?;
    if let Some(member) = at.store.staff_by_email(&request.email).await? {
        send_code(&state, &at, member).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Codes come by email in a demonstration only.
fn only_in_a_demonstration(at: &At) -> Result<(), ApiError> {
    if at.served.council.demo { Ok(()) } else { Err(ApiError::new(StatusCode::FORBIDDEN, "no_codes_here")) }
}

/// Counts a try at something with an address.
async fn within(
    state: &AppState,
    at: &At,
    what: &str,
    email: &str,
    (most, span): (i32, TimeDelta),
) -> Result<(), ApiError> {
    let subject = format!("{what}:{}", same_email_key(email));
    if at.store.try_once(subject, most, span, state.now()).await? {
        Ok(())
    } else {
        Err(ApiError::too_many())
    }
}

async fn send_code(state: &AppState, at: &At, member: StaffMember) -> Result<(), ApiError> {
    let now = state.now();
    let code = state.dice.code();
    let hash = state.secret.code_hash(at.store.council(), member.id, &code);
    let ids = (state.dice.id(now), member.id);
    let job = Job::SignInCode(SignInCode { name: member.name, email: member.email, code });
    at.store.new_code(ids, hash, (now, now + CODE_WORKS), Some((state.dice.id(now), job))).await?;
    state.wake.notify_one();
    Ok(())
}

/// A code for a member of staff that nobody is sent: whoever looks after the portal reads it out to them.
///
/// # Errors
/// The database's errors.
pub async fn print_code(
    store: &Store,
    secret: &Secret,
    dice: &Dice,
    now: DateTime<Utc>,
    member: &StaffMember,
) -> Result<String, StoreError> {
    let code = dice.code();
    let hash = secret.code_hash(store.council(), member.id, &code);
    store.new_code((dice.id(now), member.id), hash, (now, now + CODE_WORKS), None).await?;
    let entry = Entry {
        role: Role::Admin,
        who: None,
        ..member.did(now, Deed::Changed, format!("staff {}", member.id), "Printed a sign-in code".to_owned())
    };
    store.log(entry).await?;
    Ok(code)
}

fn wrong_code() -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_code")
}

fn code_hash(state: &AppState, at: &At, member: Uuid, typed: &str) -> Vec<u8> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    state.secret.code_hash(at.store.council(), member, &digits)
}

/// Signs in with a code: from an email in a demonstration, elsewhere one that `portico staff` has printed. Wrong, expired
/// and unknown are answered alike.
#[utoipa::path(post, path = "/api/staff/sign-in/code", tag = "staff", operation_id = "staff_sign_in_code", request_body = CodeRequest,
    responses((status = 204), (status = 422, body = Problem, description = "`wrong_code`"), (status = 429, body = Problem)))]
async fn sign_in_code(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Valid(request): Valid<CodeRequest>,
) -> Result<Response, ApiError> {
    within(&state, &at, "code", &request.email, GUESSES).await?;
    // Of an address that nobody has, a code is looked for as well: how long it takes tells nothing.
    let member = at.store.staff_by_email(&request.email).await?.map_or_else(Uuid::nil, |member| member.id);
    let hash = code_hash(&state, &at, member, &request.code);
    let (session, cookie) = staff_session::begin(&state, &headers, member)?;
    if !at.store.use_code(hash, session).await? {
        return Err(wrong_code());
    }
    tracing::info!(staff = %member, "signed in");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Sends a code to prove again with who I am.
#[utoipa::path(post, path = "/api/staff/prove", tag = "staff", operation_id = "staff_prove",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem, description = "`no_codes_here`"), (status = 429, body = Problem)))]
async fn prove(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<StatusCode, ApiError> {
    only_in_a_demonstration(&at)?;
    within(&state, &at, "mail", &member.email, CODES).await?;
    send_code(&state, &at, member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Proves again with a code who I am: for five minutes, what needs that can be done.
#[utoipa::path(post, path = "/api/staff/prove/code", tag = "staff", operation_id = "staff_prove_code", request_body = ProveRequest,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem, description = "`wrong_code`"), (status = 429, body = Problem)))]
async fn prove_by_code(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    StaffSession(session): StaffSession,
    Valid(request): Valid<ProveRequest>,
) -> Result<StatusCode, ApiError> {
    within(&state, &at, "code", &member.email, GUESSES).await?;
    let hash = code_hash(&state, &at, member.id, &request.code);
    if !at.store.prove_by_code(member.id, session.id, hash, state.now()).await? {
        return Err(wrong_code());
    }
    tracing::info!(staff = %member.id, "proved again");
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the session.
#[utoipa::path(post, path = "/api/staff/sign-out", tag = "staff", operation_id = "staff_sign_out", responses((status = 204)))]
async fn sign_out(State(state): State<AppState>, at: At, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some((member, session)) = staff_signed_in(&state, &at, &headers).await? {
        at.store.end_staff_sessions(&member, Some(session.id), state.now()).await?;
    }
    signed_out(&state)
}

/// Ends all my sessions, this one as well.
#[utoipa::path(post, path = "/api/staff/sign-out-everywhere", tag = "staff", operation_id = "staff_sign_out_everywhere",
    responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out_everywhere(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
) -> Result<Response, ApiError> {
    at.store.end_staff_sessions(&member, None, state.now()).await?;
    signed_out(&state)
}

fn signed_out(state: &AppState) -> Result<Response, ApiError> {
    let cookie = named_cookie(state, "session", "", TimeDelta::zero())?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who I am.
#[utoipa::path(get, path = "/api/staff/me", tag = "staff", operation_id = "staff_me", responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn me(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    StaffSession(session): StaffSession,
) -> Result<Response, ApiError> {
    Ok(private(Me {
        id: member.id,
        role: member.role().ok_or_else(ApiError::not_found)?,
        department: at.served.council.department_name(&member.department).to_owned(),
        answers: !at.reach(&member).answers.is_empty(),
        name: member.name,
        proved: session.proved_at + FRESH > state.now(),
        no_shortcuts: !at.store.wants_shortcuts(member.id).await?,
    }))
}

/// Where I am signed in.
#[utoipa::path(get, path = "/api/staff/sessions", tag = "staff", operation_id = "staff_sessions",
    responses((status = 200, body = StaffSessions), (status = 401, body = Problem)))]
async fn sessions(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    StaffSession(here): StaffSession,
) -> Result<Response, ApiError> {
    let kept = at.store.staff_sessions(member.id, state.now()).await?;
    let mut sessions: Vec<SessionView> = kept
        .into_iter()
        .map(|session| SessionView {
            here: session.id == here.id,
            id: session.id,
            device: session.device,
            since: at.served.say(session.begun_at),
            used: at.served.say(session.seen_at),
        })
        .collect();
    sessions.sort_by_key(|session| !session.here);
    Ok(private(StaffSessions { sessions }))
}
