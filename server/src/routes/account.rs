//! `/api/account`: a resident's account. It is made by signing in, and signing in is reading a mail: there is no
//! password. Whether an address has an account is nobody's business, and no reply tells.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::Act;
use domain::answers::Answers;
use domain::api::account::{
    AccountCodeRequest, AccountRequest, AccountSignInRequest, AccountView, BegunForm, CollectRequest, Needs,
    SessionView, device,
};
use domain::api::problem::Problem;
use domain::case::{Actor, Case, Event, Recorded};
use domain::field::contact::{is_email, same_email_key};
use domain::field::{ErrorCode, FieldError};
use domain::profile;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{
    At, Body, Query, SignedIn, Valid, account_token, browser_token, device_here, named_cookie, signed_in,
};
use crate::jobs::Job;
use crate::jobs::account_code::{AccountCode, WORKS as CODE_WORKS};
use crate::operations::paying::Till;
use crate::operations::submit::follow_key;
use crate::secret;
use crate::state::AppState;
use crate::store::accounts::{NewSession, Resident, SigningIn};
use crate::store::drafts::{Begun, Holder};
use crate::store::profile::Profile;
use crate::store::requests::Stored;
use crate::web::visit;

/// How long a code works.
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
pub(crate) const BROWSER: TimeDelta = TimeDelta::days(365);
/// Requests that are looked through at most.
const KNOWN: u64 = 1_000;
/// Requests on a page.
const LISTED: usize = 50;
/// The most characters of what is looked for.
const MOST_WANTED: usize = 200;

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
        .routes(routes!(stay).needs(Act::SeeOwn))
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
    let cookie = send_code(&state, &at, browser_token(&state, &headers).as_deref(), &request.email).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Has a code sent to a browser, by the token that it brings if it does, and gives the cookie that the code is bound to.
pub(crate) async fn send_code(
    state: &AppState,
    at: &At,
    browser: Option<&str>,
    typed: &str,
) -> Result<HeaderValue, ApiError> {
    let email = typed.trim();
    if !is_email(email) {
        return Err(ApiError::invalid(vec![FieldError::new("email", ErrorCode::NotAnEmail)]));
    }
    let now = state.now();
    let token = browser.map_or_else(|| fresh_token(state), ToOwned::to_owned);
    let browser_hash = secret::hash(token.as_bytes());
    let key = same_email_key(email);
    let known_by = data_encoding::HEXLOWER.encode(&browser_hash);
    let within = async |subject: String, (most, span): (i32, TimeDelta)| {
        at.store.try_once(subject, most, span, now).await
    };
    let is_within = within(format!("account-mail:{known_by}:{key}"), CODES).await?
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

pub(crate) fn fresh_token(state: &AppState) -> String {
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
    let cookies = use_code(&state, &at, &headers, &request.code).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

/// A session that is to begin in a browser: what the store needs for it, and what the browser gets.
pub(crate) struct Beginning {
    /// What the store needs.
    pub session: NewSession,
    token: String,
    browser: String,
}

/// Cookies of a reply.
pub(crate) type Cookies = AppendHeaders<Vec<(HeaderName, HeaderValue)>>;

impl Beginning {
    /// In the browser with these headers.
    pub fn of(state: &AppState, headers: &HeaderMap) -> Self {
        let now = state.now();
        let browser = browser_token(state, headers).unwrap_or_else(|| fresh_token(state));
        let token = fresh_token(state);
        let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let session = NewSession {
            browser_hash: secret::hash(browser.as_bytes()),
            id: state.dice.id(now),
            proof: state.dice.id(now),
            token_hash: secret::hash(token.as_bytes()),
            before: account_token(state, headers).map(|before| secret::hash(before.as_bytes())),
            device: device(user_agent.unwrap_or_default()),
            now,
            ends_at: now + SESSION,
        };
        Self { session, token, browser }
    }

    /// Ends every way to sign in: what was begun in this browser goes into the account, and the browser gets its cookies.
    ///
    /// # Errors
    /// The database's.
    pub async fn done(
        self,
        state: &AppState,
        at: &At,
        headers: &HeaderMap,
        resident: &Resident,
    ) -> Result<Cookies, ApiError> {
        visit::bring_along(state, at, headers, resident.id).await?;
        tracing::info!(resident = %resident.id, "signed in");
        Ok(AppendHeaders(vec![
            (header::SET_COOKIE, named_cookie(state, "account", &self.token, SESSION)?),
            (header::SET_COOKIE, named_cookie(state, "browser", &self.browser, BROWSER)?),
        ]))
    }
}

/// Uses a code, and gives the cookies of the session that begins.
pub(crate) async fn use_code(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    typed: &str,
) -> Result<Cookies, ApiError> {
    let now = state.now();
    let wrong = || ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_code");
    let browser = browser_token(state, headers).ok_or_else(wrong)?;
    let browser_hash = secret::hash(browser.as_bytes());
    let subject = format!("account-code:{}", data_encoding::HEXLOWER.encode(&browser_hash));
    if !at.store.try_once(subject, GUESSES.0, GUESSES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let beginning = Beginning::of(state, headers);
    let signing_in = SigningIn {
        code_hash: state.secret.resident_code_hash(at.store.council(), &browser_hash, &digits),
        new_resident: state.dice.id(now),
        session: beginning.session.clone(),
    };
    let resident = at.store.sign_in(signing_in).await?.ok_or_else(wrong)?;
    beginning.done(state, at, headers, &resident).await
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
        let here = (session.id, device_here(state, headers));
        at.store.end_sessions(resident.id, Some(here), state.now()).await?;
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
    at.store.end_sessions(resident.id, None, state.now()).await?;
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
    Ok(private(view(&state, &at, &signed_in, &Wanted::default()).await?))
}

/// The resident is still there: the session goes on.
#[utoipa::path(post, path = "/api/account/stay", tag = "account", operation_id = "account_stay",
    responses((status = 204), (status = 401, body = Problem)))]
async fn stay(_: SignedIn) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// What is looked for in an account, and which page of it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// Words: of the reference, the title, or what was written.
    #[serde(default)]
    q: String,
    /// From 1.
    #[serde(default)]
    page: String,
}

impl Wanted {
    /// Reads what stands behind the question mark of an address.
    pub fn of_query(query: &str) -> Self {
        let mut wanted = Self::default();
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "q" => wanted.q = text.into_owned(),
                "page" => wanted.page = text.into_owned(),
                _ => {}
            }
        }
        wanted
    }
}

/// The account of whoever is signed in; of its requests one page of those that were looked for.
#[utoipa::path(get, path = "/api/account", tag = "account", params(("q" = Option<String>, Query), ("page" = Option<String>, Query)), responses((status = 200, body = AccountView), (status = 401, body = Problem)))]
async fn account(
    State(state): State<AppState>,
    at: At,
    signed_in: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &signed_in, &wanted).await?))
}

/// Everything that is in an account. As many questions to the database, however many requests there are.
pub(crate) async fn view(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    wanted: &Wanted,
) -> Result<AccountView, ApiError> {
    let SignedIn { resident, session } = who;
    let now = state.now();
    let today = at.served.local(now).date();
    let account = Holder::Account(resident.id);
    let (mut stored, seen, profile, acting, found, begun, sessions) = tokio::try_join!(
        at.store.requests_of(resident.id, KNOWN + 1),
        at.store.seen(resident.id),
        at.store.profile(resident.id),
        at.store.acting(resident, today),
        at.store.found_for(resident),
        at.store.begun(&account, now),
        at.store.sessions(resident.id, now),
    )?;
    let acting: Vec<(Uuid, Uuid)> = acting
        .into_iter()
        .filter(|helper| helper.helper.is_some())
        .map(|helper| (helper.id, helper.resident))
        .collect();
    let names = at.store.names(&acting.iter().map(|(_, resident)| *resident).collect::<Vec<_>>()).await?;
    let name = |resident: Uuid| names.iter().find(|(id, _)| *id == resident).map(|(_, name)| name.clone());
    let acting = acting.into_iter().filter_map(|(id, resident)| Some((id, name(resident)?))).collect();
    let known = usize::try_from(KNOWN).unwrap_or(usize::MAX);
    let more = stored.len() > known;
    stored.truncate(known);
    let learn = learnt(&stored, &profile);
    let all = stored.len();
    let words: Vec<String> = wanted
        .q
        .chars()
        .take(MOST_WANTED)
        .collect::<String>()
        .to_lowercase()
        .split_whitespace()
        .map(ToOwned::to_owned)
        .collect();
    let due = Till { state, served: &at.served, store: &at.store }.due(&stored).await?;
    let mut requests: Vec<(Uuid, AccountRequest)> = stored
        .iter()
        .filter(|stored| fits(&stored.case, &words))
        .map(|stored| (stored.id, listed(at, &stored.case, now, seen.get(&stored.id).copied())))
        .collect();
    // A question comes first, and then what is to be paid.
    for (_, request) in requests.iter_mut().filter(|(id, _)| due.contains(id)) {
        request.needs = request.needs.filter(|needs| *needs < Needs::Payment).or(Some(Needs::Payment));
    }
    // The store gives the newest first, and equals stay in their order.
    requests.sort_by_key(|(_, request)| (request.needs.is_none(), !request.status.is_open()));
    let total = requests.len();
    let pages = total.div_ceil(LISTED).max(1);
    let page = wanted.page.parse().unwrap_or(1).clamp(1, pages);
    let requests = requests
        .into_iter()
        .skip((page - 1) * LISTED)
        .take(LISTED)
        .map(|(id, request)| AccountRequest { key: follow_key(state, at, id), ..request })
        .collect();
    let form = |begun: Begun| {
        let title = at.served.service(&begun.service)?.title.clone();
        Some(BegunForm {
            title,
            service: begun.service,
            earlier: begun.earlier,
            saved: at.served.say(begun.saved),
        })
    };
    let mut sessions: Vec<SessionView> = sessions
        .into_iter()
        .map(|other| SessionView {
            here: other.id == session.id,
            id: other.id,
            device: other.device,
            since: at.served.say(other.begun_at),
            used: at.served.say(other.seen_at),
        })
        .collect();
    sessions.sort_by_key(|session| !session.here);
    Ok(AccountView {
        email: resident.email.clone(),
        found: u32::try_from(found).unwrap_or(u32::MAX),
        requests,
        total: count(total),
        page: count(page),
        pages: count(pages),
        wanted: words.join(" "),
        all: count(all),
        more,
        learn: learn
            .map(|learnt| {
                learnt
                    .iter()
                    .filter(|(path, _)| path.rsplit('.').next() != Some("uprn"))
                    .map(|(_, raw)| raw.to_owned())
                    .collect()
            })
            .unwrap_or_default(),
        acting,
        begun: begun.into_iter().filter_map(form).collect(),
        sessions,
    })
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

/// What the newest request told that the profile does not have, unless it was to be left out.
pub(crate) fn learnt(stored: &[Stored], profile: &Profile) -> Option<Answers> {
    let newest = stored.iter().find(|stored| stored.case.submission.part_of.is_none())?;
    let is_new = profile.not_before.is_none_or(|before| newest.case.received_at > before);
    let learnt = profile::learn(&newest.case.submission.answers, &profile.answers);
    (is_new && !learnt.is_empty()).then_some(learnt)
}

/// Whether all words stand somewhere in a request: its reference, its title, its answers or a message.
fn fits(case: &Case, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let submission = &case.submission;
    let mut text =
        format!("{}\n{}\n{}", submission.reference, submission.reference.as_str(), submission.title);
    for answer in &submission.answers {
        text.push('\n');
        text.push_str(&answer.value.show());
    }
    for known in &case.history {
        if let Event::Message { text: message }
        | Event::Asked { question: message }
        | Event::Answered { text: message, .. } = &known.event
        {
            text.push('\n');
            text.push_str(message);
        }
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// A line of a list; without the key, which is not everybody's. `seen` is the last event that its reader has seen.
pub(crate) fn listed(at: &At, case: &Case, now: DateTime<Utc>, seen: Option<u32>) -> AccountRequest {
    let is_new =
        |known: &&Recorded| !matches!(known.by, Actor::Resident) && known.seq > seen.unwrap_or_default();
    AccountRequest {
        key: String::new(),
        status: case.status,
        received: at.served.local(case.received_at).date(),
        complete_by: case.complete_by,
        needs: needs(case, now, at.served.local(now).date()),
        news: count(case.history.iter().filter(is_new).count()),
        reference: case.submission.reference.clone(),
        title: case.submission.title.clone(),
    }
}

/// Why an open request needs its resident: a message of staff that nobody answered, or a promise that was missed.
fn needs(case: &Case, now: DateTime<Utc>, today: NaiveDate) -> Option<Needs> {
    if !case.status.is_open() {
        return None;
    }
    let is_message = |known: &&Recorded| {
        matches!(known.event, Event::Message { .. } | Event::Asked { .. } | Event::Answered { .. })
    };
    let messages = case.history.iter().rev().filter(is_message);
    let is_asked = messages.map(|known| matches!(known.by, Actor::Staff(_))).next().unwrap_or_default();
    if is_asked { Some(Needs::Message) } else { case.is_late(now, today).then_some(Needs::Late) }
}
