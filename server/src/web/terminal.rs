//! Public computers. A computer that was registered shows a token with whatever it asks; then everything it gets is fit for
//! a screen that one person uses after another, whoever drew the page: nothing may be kept, nothing can be saved, nothing
//! leads away, and what one person saw or typed is out of reach once their turn is over.
//!
//! A turn is known by a cookie that goes with the browser and is sealed with when it began and when it was last heard of,
//! so that it ends although nobody says so: by itself, by sleep, by a crash, by pulling the plug. Nothing is stored for it.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use lol_html::errors::RewritingError;
use lol_html::html_content::ContentType;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::form::{Form, no_files};
use super::{assets, pages};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Query, form_token, named_cookie, passing_cookie, terminal_token, turn_token};
use crate::jobs::escape;
use crate::routes::account::{end_session, fresh_token};
use crate::secret::Secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::terminals::Terminal;

/// Where a computer is made a public one.
const ENROL: &str = "/terminal";
/// Where a turn is ended by who had it.
const FINISH: &str = "/terminal/finish";
/// In this header, and in this part of an address that a form is posted to, a page says in whose turn it was drawn.
const TURN: &str = "x-portico-turn";
const TURN_ASKED: &str = "turn";
/// How exactly it is known when a turn was last heard of.
const EXACT: TimeDelta = TimeDelta::seconds(20);
/// How long a computer stays a public one that nobody uses.
const REMEMBERED: TimeDelta = TimeDelta::days(400);
/// The cookies of residents and of what they do: with a turn, they end.
const OF_A_PERSON: [&str; 6] = ["account", "browser", "form", "signing-in", "provider", "device"];
/// What nobody does at a public computer: work for the council, keep a way to sign in on it, have it notified, or save files.
const NOT_HERE: [&str; 6] = [
    "/staff",
    "/api/staff",
    "/api/account/passkeys",
    "/api/account/devices",
    "/api/account/download",
    "/account/device",
];
/// The largest page that is rewritten. None of ours is a tenth of it.
const LARGEST_PAGE: usize = 8 * 1024 * 1024;
/// Tries to make a computer a public one, whoever tries: the code has fifty bits.
const TRIES: (i32, TimeDelta) = (100, TimeDelta::minutes(15));

/// One person's turn at a public computer.
#[derive(Clone)]
pub struct Turn {
    id: String,
    council: String,
    secret: Secret,
    /// The computer.
    pub terminal: Arc<Terminal>,
}

impl Turn {
    /// The key by which a request can be followed until the turn is over.
    #[must_use]
    pub fn key_to(&self, request: Uuid) -> String {
        self.secret.key_for_a_turn(&self.council, &self.id, request)
    }

    /// The key that stays, of one that was given during this turn.
    #[must_use]
    pub fn opened_by(&self, key: &str) -> Option<String> {
        let request = self.secret.opened_in_a_turn(&self.council, &self.id, key)?;
        Some(self.secret.follow_key(&self.council, request))
    }

    /// What pages say that they were drawn in: it proves nothing to whoever reads it.
    fn public_id(&self) -> String {
        self.secret.turn_seal(&self.council, self.terminal.id, &format!("page:{}", self.id))
    }
}

/// What stands in the cookie of a turn.
struct Said {
    id: String,
    began: DateTime<Utc>,
    heard: DateTime<Utc>,
}

impl Said {
    fn seal(&self, secret: &Secret, council: &str, terminal: Uuid) -> String {
        let said = format!("{}.{}.{}", self.id, self.began.timestamp_millis(), self.heard.timestamp_millis());
        let seal = secret.turn_seal(council, terminal, &said);
        format!("{said}.{seal}")
    }

    fn read(text: &str, secret: &Secret, council: &str, terminal: Uuid) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let (id, began, heard, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let moment = |text: &str| DateTime::from_timestamp_millis(text.parse().ok()?);
        let said = Self { id: id.to_owned(), began: moment(began)?, heard: moment(heard)? };
        let is_ours = said.seal(secret, council, terminal).as_bytes().ct_eq(text.as_bytes());
        bool::from(is_ours).then_some(said)
    }
}

/// Why a public computer can't be used.
#[derive(Clone, Copy)]
enum Closed {
    /// It was one, and is so no more.
    Gone,
    /// It was locked.
    Locked,
    /// It is out of hours.
    Hours,
}

/// The pages of this file.
pub fn router() -> Pages {
    const WHY: &str = "a code that an administrator made is the permission";
    Pages::new()
        .open(ENROL, get(enrol_page).post(enrol), WHY)
        .open(FINISH, post(finish), "ends what there is of a turn")
        .open("/terminal/here", post(here), "says that somebody is still there")
}

/// Stands before every handler: what a public computer asks for is answered as such.
pub async fn mode(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(token) = terminal_token(&state, request.headers()) else { return next.run(request).await };
    let path = request.uri().path().to_owned();
    // The app's files hold nothing of anybody's.
    if assets::is_file_name(path.trim_start_matches('/')) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(at) = At::from_request_parts(&mut parts, &state).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    match settle(&state, &at, &mut parts, &token).await {
        Err(error) => unkept(pages::sorry(&state, &at, &error)),
        Ok(Settled::Answer(reply)) => unkept(reply),
        Ok(Settled::GoOn(turn, cookies)) => {
            parts.extensions.insert(turn.clone());
            let address = parts.uri.to_string();
            let reply = next.run(Request::from_parts(parts, body)).await;
            let mut reply = fit((&state, &at), &turn, &address, reply).await;
            // A handler that sets one of them for this person has the last word, so these come first.
            let set: Vec<HeaderValue> = reply.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
            reply.headers_mut().remove(header::SET_COOKIE);
            for cookie in cookies.into_iter().chain(set) {
                reply.headers_mut().append(header::SET_COOKIE, cookie);
            }
            reply
        }
    }
}

enum Settled {
    /// It is answered already.
    Answer(Response),
    /// A handler answers, and these cookies are set.
    GoOn(Turn, Vec<HeaderValue>),
}

/// Finds out which computer asks, and in whose turn; ends a turn that is over.
async fn settle(state: &AppState, at: &At, parts: &mut Parts, token: &str) -> Result<Settled, ApiError> {
    let (now, council) = (state.now(), at.store.council().to_owned());
    let path = parts.uri.path().to_owned();
    let terminal = known(state, at, token).await?;
    let local = at.served.local(now).time();
    let closed = match &terminal {
        None => Some(Closed::Gone),
        Some(terminal) if terminal.locked => Some(Closed::Locked),
        Some(terminal) if !terminal.setup.is_open(local) => Some(Closed::Hours),
        Some(_) => None,
    };
    let said = terminal.as_ref().and_then(|terminal| {
        let said = Said::read(&turn_token(state, &parts.headers)?, &state.secret, &council, terminal.id)?;
        // What somebody has finished does not go on, whoever kept its cookie.
        let was_finished = terminal.finished_at.is_some_and(|ended| said.began <= ended);
        (!was_finished && !terminal.setup.is_over(said.began, said.heard, now)).then_some(said)
    });
    let is_over = said.is_none() || closed.is_some();
    let mut cookies = Vec::new();
    if is_over {
        cookies = over(state, at, &parts.headers).await?;
        parts.headers.remove(header::COOKIE);
    }
    // Another code makes it another computer, also where it is none any more.
    if path == ENROL {
        return Ok(match terminal {
            Some(terminal) if closed.is_none() => fresh(state, &council, &terminal, said, cookies)?,
            _ => Settled::Answer(with(closed_or_enrol(state, at, &parts.method), cookies)),
        });
    }
    let (Some(terminal), None) = (terminal, closed) else {
        return Ok(Settled::Answer(with(closed_page(at, &path, closed.unwrap_or(Closed::Gone)), cookies)));
    };
    let browser = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let browser: String = browser.unwrap_or_default().chars().take(200).collect();
    at.store.terminal_seen(&terminal, &browser, now).await?;
    let is_change = !matches!(parts.method, Method::GET | Method::HEAD);
    let drawn_in = drawn_in(parts);
    let of_turn = said.as_ref().map(|said| turn(state, &council, &terminal, said).public_id());
    // What was drawn in another's turn changes nothing in this one, and is told nothing.
    let is_stale = drawn_in.is_some() && drawn_in != of_turn || is_change && (is_over || drawn_in.is_none());
    // A turn can be ended once more, but not the next one from a page of the one before.
    let ends_another = drawn_in.is_some() && said.is_some();
    if is_stale && (path != FINISH || ends_another) {
        return Ok(Settled::Answer(with(start_again(&path), cookies)));
    }
    if NOT_HERE.iter().any(|not| is_below(&path, not)) {
        return Ok(Settled::Answer(with(not_here(at, &path), cookies)));
    }
    // A page is drawn for this screen: no copy of another one will do, and it is not packed yet.
    for name in [header::IF_NONE_MATCH, header::ACCEPT_ENCODING] {
        parts.headers.remove(name);
    }
    fresh(state, &council, &terminal, said, cookies)
}

/// Goes on with a turn, or with the next one.
fn fresh(
    state: &AppState,
    council: &str,
    terminal: &Terminal,
    said: Option<Said>,
    mut cookies: Vec<HeaderValue>,
) -> Result<Settled, ApiError> {
    let now = state.now();
    let is_fresh = said.as_ref().is_none_or(|said| now - said.heard >= EXACT);
    let said = if let Some(said) = said {
        Said { heard: now, ..said }
    } else {
        // Later than the one before it ended, also where both are the same moment.
        let after = terminal.finished_at.map_or(now, |ended| now.max(ended + TimeDelta::milliseconds(1)));
        Said { id: fresh_token(state), began: after, heard: now }
    };
    if is_fresh {
        cookies.push(passing_cookie(state, "turn", &said.seal(&state.secret, council, terminal.id))?);
    }
    Ok(Settled::GoOn(turn(state, council, terminal, &said), cookies))
}

fn turn(state: &AppState, council: &str, terminal: &Terminal, said: &Said) -> Turn {
    Turn {
        id: said.id.clone(),
        council: council.to_owned(),
        secret: state.secret.clone(),
        terminal: Arc::new(terminal.clone()),
    }
}

/// The computer that a token is of, if it is still one.
async fn known(state: &AppState, at: &At, token: &str) -> Result<Option<Terminal>, ApiError> {
    let Some(id) = token.split('.').next().and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(None) };
    let found = at.store.terminal(id).await?;
    Ok(found.filter(|terminal| {
        let own = state.secret.terminal_token(at.store.council(), id, terminal.generation);
        own.as_bytes().ct_eq(token.as_bytes()).into()
    }))
}

/// Ends all that there is of a turn, and gives the cookies that say so.
pub(super) async fn over(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
) -> Result<Vec<HeaderValue>, ApiError> {
    end_session(state, at, headers).await?;
    if let Some(form) = form_token(state, headers) {
        at.store.let_go_of_drafts(&form, state.now()).await?;
    }
    OF_A_PERSON.into_iter().map(|name| named_cookie(state, name, "", TimeDelta::zero())).collect()
}

/// In whose turn the page was drawn that asks, as it says; what says so is taken out of the address.
fn drawn_in(parts: &mut Parts) -> Option<String> {
    let in_header = parts.headers.get(TURN).and_then(|turn| turn.to_str().ok()).map(ToOwned::to_owned);
    let asked = parts.uri.query().unwrap_or_default();
    let said = asked.split('&').find_map(|pair| pair.strip_prefix(TURN_ASKED)?.strip_prefix('='));
    let Some(said) = said.map(ToOwned::to_owned) else { return in_header };
    let rest: Vec<&str> =
        asked.split('&').filter(|pair| !pair.starts_with(&format!("{TURN_ASKED}="))).collect();
    let path = parts.uri.path().to_owned();
    let address = if rest.is_empty() { path } else { format!("{path}?{}", rest.join("&")) };
    if let Ok(address) = address.parse::<Uri>() {
        parts.uri = address;
    }
    Some(said)
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_api(path: &str) -> bool {
    is_below(path, "/api")
}

fn with(mut reply: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        reply.headers_mut().append(header::SET_COOKIE, cookie);
    }
    reply
}

/// Nobody keeps it.
fn unkept(mut reply: Response) -> Response {
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply.headers_mut().remove(header::ETAG);
    reply
}

fn start_again(path: &str) -> Response {
    if is_api(path) {
        return ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in").into_response();
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response()
}

fn not_here(at: &At, path: &str) -> Response {
    if is_api(path) {
        return ApiError::new(StatusCode::FORBIDDEN, "not_at_a_terminal").into_response();
    }
    let html = page(
        "This can’t be done on a public computer",
        "It would leave something of you on this computer. Do it on a phone or a computer of your own.",
        "<p><a class=\"govuk-link\" href=\"/\">Go to the first page</a></p>",
    );
    let mut reply = pages::without_app(at, "This can’t be done on a public computer", &html);
    *reply.status_mut() = StatusCode::FORBIDDEN;
    reply
}

fn closed_page(at: &At, path: &str, why: Closed) -> Response {
    if is_api(path) {
        return ApiError::new(StatusCode::FORBIDDEN, "terminal_closed").into_response();
    }
    let (title, words) = match why {
        Closed::Gone => (
            "This computer is not set up",
            "It was a public computer of ours, and is so no more. Please ask somebody who works here.",
        ),
        Closed::Locked => {
            ("This computer is out of use", "Please use another one, or ask somebody who works here.")
        }
        Closed::Hours => ("This computer is closed", "It can’t be used at this time of day."),
    };
    let contact = &at.served.council.contact;
    let phone = format!(
        "<p>You can ring us on <strong>{}</strong>, {}.</p>",
        escape(&contact.phone),
        escape(&contact.hours)
    );
    let mut reply = pages::without_app(at, title, &page(title, words, &phone));
    *reply.status_mut() = StatusCode::FORBIDDEN;
    reply
}

fn page(title: &str, words: &str, rest: &str) -> String {
    format!(
        "<div class=\"govuk-width-container\"><main class=\"govuk-main-wrapper\" id=\"main\">\
         <h1 class=\"govuk-heading-l\">{title}</h1><p class=\"govuk-body\">{words}</p>{rest}</main></div>"
    )
}

/// Of a computer that is none any more, or is closed: another code can still be typed.
fn closed_or_enrol(state: &AppState, at: &At, method: &Method) -> Response {
    if *method == Method::GET {
        enrol_form(at, "")
    } else {
        // Its token is taken away first, so that the code is typed on a computer that is nothing yet.
        let gone = named_cookie(state, "terminal", "", TimeDelta::zero());
        with((StatusCode::SEE_OTHER, [(header::LOCATION, ENROL)]).into_response(), gone.into_iter().collect())
    }
}

/// Makes a reply fit for a screen that one person uses after another.
async fn fit((state, at): (&AppState, &At), turn: &Turn, address: &str, reply: Response) -> Response {
    let (parts, body) = unkept(reply).into_parts();
    let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::CONTENT_DISPOSITION).is_some_and(|how| how.starts_with("attachment")) {
        return unkept(not_here(at, "/"));
    }
    if !text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")) {
        return Response::from_parts(parts, body);
    }
    let page = match axum::body::to_bytes(body, LARGEST_PAGE).await {
        Ok(page) => page,
        Err(error) => {
            tracing::error!(%error, "a page can't be read");
            return unkept(pages::sorry(
                state,
                at,
                &ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            ));
        }
    };
    let page = String::from_utf8_lossy(&page);
    match rewritten((&page, address), turn, &at.served.council.terminals.sites) {
        Ok(page) => {
            let mut reply = Response::from_parts(parts, page.into());
            reply.headers_mut().remove(header::CONTENT_LENGTH);
            reply
        }
        Err(error) => {
            tracing::error!(%error, "a page can't be made fit for a public computer");
            unkept(pages::sorry(state, at, &ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")))
        }
    }
}

/// A page as a public computer shows it: with the bar and its script, without what would fill in or keep anything, or lead
/// anywhere else.
fn rewritten((page, address): (&str, &str), turn: &Turn, sites: &[String]) -> Result<String, RewritingError> {
    let setup = &turn.terminal.setup;
    let seconds = setup.ends_after().num_seconds();
    let id = turn.public_id();
    let part = |name, ending| assets::part(name, ending).map(|file| format!("/{file}")).unwrap_or_default();
    // First of all, and waited for: what the app finds is what this leaves it.
    let head = format!(
        "<script src=\"{}\" data-idle=\"{}\" data-turn=\"{id}\" data-sites=\"{}\"></script>\
         <link rel=\"stylesheet\" href=\"{}\">\
         <noscript><meta http-equiv=\"refresh\" content=\"{seconds};url=/\"></noscript>",
        part("terminal", "js"),
        u32::from(setup.idle) * 60,
        escape(&sites.join(" ")),
        part("terminal", "css"),
    );
    let bar = format!(
        "<section class=\"portico-terminal\" aria-label=\"This public computer\"><div class=\"govuk-width-container\">\
         <p class=\"portico-terminal__where\"><strong>{}</strong>, {}. \
         <span id=\"terminal-left\">Clears itself {} minutes after it was used last.</span></p>\
         <form method=\"post\" action=\"{FINISH}?{TURN_ASKED}={id}\"><button class=\"govuk-button portico-terminal__finish\" \
         id=\"terminal-finish\">Finish and clear <span aria-hidden=\"true\">(F8)</span></button></form></div></section>",
        escape(&setup.name),
        escape(&setup.place),
        setup.ends_after().num_minutes(),
    );
    let leads_away = |address: &str| {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        rest.is_some_and(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            !sites.iter().any(|site| site == host)
        })
    };
    let handlers = [
        element!("html", |html| {
            let class = html.get_attribute("class").unwrap_or_default();
            let large = if setup.large { " portico-large" } else { "" };
            html.set_attribute("class", &format!("{class} portico-at-terminal{large}"))?;
            Ok(())
        }),
        element!("head", |element| {
            element.prepend(&head, ContentType::Html);
            Ok(())
        }),
        element!("body", |element| {
            element.prepend(&bar, ContentType::Html);
            Ok(())
        }),
        element!("form, input, textarea, select", |element| {
            element.set_attribute("autocomplete", "off")?;
            Ok(())
        }),
        element!("form[method=post]", |form| {
            // A form that says nothing is posted to the address of its page.
            let action = form.get_attribute("action").filter(|action| !action.is_empty());
            let action = action.unwrap_or_else(|| escape(address));
            if !action.contains(&format!("{TURN_ASKED}=")) {
                let joint = if action.contains('?') { '&' } else { '?' };
                form.set_attribute("action", &format!("{action}{joint}{TURN_ASKED}={id}"))?;
            }
            Ok(())
        }),
        element!("a[href]", |link| {
            link.remove_attribute("target");
            let address = link.get_attribute("href").unwrap_or_default();
            if leads_away(&address) || link.has_attribute("download") || address.starts_with("mailto:") {
                // The words stay, with where they would lead, for who writes it down.
                link.remove_attribute("href");
                link.remove_attribute("download");
            }
            Ok(())
        }),
    ];
    let settings = RewriteStrSettings::new();
    let settings = handlers.into_iter().fold(settings, RewriteStrSettings::append_element_content_handler);
    rewrite_str(page, settings)
}

/// Where a computer is made a public one, or which one it is.
async fn enrol_page(at: At) -> Response {
    match &at.turn {
        None => enrol_form(&at, ""),
        Some(turn) => {
            let words = format!(
                "It is “{}”, {}.",
                escape(&turn.terminal.setup.name),
                escape(&turn.terminal.setup.place)
            );
            let title = "This is a public computer";
            let start = "<p><a class=\"govuk-link\" href=\"/\">Go to the first page</a></p>";
            pages::without_app(&at, title, &page(title, &words, start))
        }
    }
}

fn enrol_form(at: &At, wrong: &str) -> Response {
    let (title, error) = match wrong {
        "" => ("Set up a public computer", String::new()),
        wrong => (
            "Error: Set up a public computer",
            format!(
                "<p id=\"code-error\" class=\"govuk-error-message\"><span class=\"govuk-visually-hidden\">Error:</span> {wrong}</p>"
            ),
        ),
    };
    let (group, described) = if error.is_empty() {
        ("", "code-hint")
    } else {
        (" govuk-form-group--error", "code-hint code-error")
    };
    let form = format!(
        "<form method=\"post\" action=\"{ENROL}\" class=\"govuk-form-group{group}\">\
         <label class=\"govuk-label\" for=\"code\">The code of this computer</label>\
         <div class=\"govuk-hint\" id=\"code-hint\">An administrator makes it under “Public computers”. It works once, for half an hour.</div>{error}\
         <input class=\"govuk-input govuk-input--width-10\" id=\"code\" name=\"code\" autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"{described}\" maxlength=\"20\">\
         <p></p><button class=\"govuk-button\">Make this a public computer</button></form>"
    );
    let words = "From then on this browser clears everything after each person. It can’t be used for anything else of yours.";
    pages::without_app(at, title, &page("Set up a public computer", words, &form))
}

/// Makes a computer the one that a code is for.
async fn enrol(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let now = state.now();
        let form = Form::read((&state, &at), request, &no_files).await?;
        if !at.store.try_once("terminal-code".to_owned(), TRIES.0, TRIES.1, now).await? {
            return Err(ApiError::too_many());
        }
        let code: String = form.text("code").chars().filter(char::is_ascii_alphanumeric).collect();
        let council = at.store.council();
        let hash = state.secret.terminal_code_hash(council, &code.to_ascii_uppercase());
        let browser = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let browser: String = browser.unwrap_or_default().chars().take(200).collect();
        let terminal = match at.store.enrol_terminal(hash, browser, now).await {
            Err(StoreError::NotFound) => {
                let wrong = "This is not a code of a computer, or it is too old. Ask for a new one.";
                return Ok(enrol_form(&at, wrong));
            }
            terminal => terminal?,
        };
        let token = state.secret.terminal_token(council, terminal.id, terminal.generation);
        let mut cookies = over(&state, &at, &headers).await?;
        cookies.push(named_cookie(&state, "terminal", &token, REMEMBERED)?);
        cookies.push(named_cookie(&state, "turn", "", TimeDelta::zero())?);
        // Whatever was kept before belongs to nobody who sits here now.
        let reply = (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response();
        Ok(cleared(with(reply, cookies)))
    };
    done.await.unwrap_or_else(|error: ApiError| pages::sorry(&state, &at, &error))
}

/// Has the browser throw away what it kept of us. Cookies are ended one by one: the computer stays the one that it is.
pub(super) fn cleared(mut reply: Response) -> Response {
    reply.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    unkept(reply)
}

/// What a script asks with.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// It only wants to know that it is done.
    quiet: bool,
}

/// Ends a turn: everything of it is out of reach, and the next one begins.
async fn finish(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Query(Asked { quiet }): Query<Asked>,
) -> Response {
    let done = async {
        let mut cookies = over(&state, &at, &headers).await?;
        cookies.push(named_cookie(&state, "turn", "", TimeDelta::zero())?);
        if let Some(turn) = &at.turn {
            at.store.terminal_finished(turn.terminal.id, state.now()).await?;
        }
        let reply = if quiet {
            StatusCode::NO_CONTENT.into_response()
        } else {
            (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response()
        };
        Ok(cleared(with(reply, cookies)))
    };
    done.await.unwrap_or_else(|error: ApiError| pages::sorry(&state, &at, &error))
}

/// Somebody is still there: that it was asked is all there is to it.
async fn here() -> StatusCode {
    StatusCode::NO_CONTENT
}
