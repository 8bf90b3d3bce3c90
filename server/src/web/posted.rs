//! Pages that are posted: every form works where the app does not. What was typed is kept here under a token in a cookie,
//! and every post is answered by leading to the page that comes next, so that a reload posts nothing.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use chrono::TimeDelta;
use domain::answers::Answers;
use domain::api::council::Posted;
use domain::api::follow::FindRequest;
use domain::api::requests::SubmitRequest;
use domain::case::{Actor, Event, Feedback};
use domain::catalogue::{Question, Service};
use domain::field::documents::{self, Document};
use domain::field::photos::{self, Photo};
use domain::field::{Kind, group, plain};
use domain::journey;
use domain::validate;
use portico_app::components::error_summary::Problem;
use portico_app::pages::{find, form};
use portico_app::{paths, words};
use uuid::Uuid;

use super::pages;
use crate::error::ApiError;
use crate::extract::{At, Path, body_error, form_cookie, form_token, is_secure};
use crate::operations::act::act;
use crate::operations::submit::submit;
use crate::routes;
use crate::secret;
use crate::state::AppState;

/// How long answers are kept after the last page was posted.
const KEPT: TimeDelta = TimeDelta::hours(4);
/// A page with five photos, and the boundaries between.
const MOST_BYTES: usize = 80 * 1024 * 1024;
/// No page has a tenth of so many fields.
const MOST_FIELDS: usize = 1_000;
/// Room for texts far over their limits, so that the person is told so and keeps them, in bytes.
const MOST_TEXT: usize = 256 * 1024;

/// The pages with forms in them.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/services/{id}", get(pages::fallback).post(start))
        .route("/services/{id}/check", get(pages::fallback).post(send))
        .route("/services/{id}/{step}", get(pages::fallback).post(step))
        .route("/follow", get(pages::fallback).post(find_request))
        .route("/follow/{key}", get(pages::fallback).post(write))
        .route("/follow/{key}/withdraw", get(pages::fallback).post(withdraw))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// What a browser posted.
#[derive(Default)]
struct Form {
    texts: BTreeMap<String, String>,
    /// Bytes of all names and texts.
    length: usize,
    files: Vec<File>,
}

struct File {
    question: String,
    name: String,
    bytes: Bytes,
}

impl Form {
    async fn read(request: Request) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let mut form = Self::default();
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let bad = |status| body_error(status);
            let mut parts =
                Multipart::from_request(request, &()).await.map_err(|error| bad(error.status()))?;
            while let Some(part) = parts.next_field().await.map_err(|error| bad(error.status()))? {
                let question = part.name().unwrap_or_default().to_owned();
                let file = part.file_name().map(ToOwned::to_owned);
                let bytes = part.bytes().await.map_err(|error| bad(error.status()))?;
                match file {
                    // No file was chosen.
                    Some(name) if name.is_empty() && bytes.is_empty() => {}
                    Some(name) => form.files.push(File { question, name, bytes }),
                    None => form.add(question, &String::from_utf8_lossy(&bytes))?,
                }
            }
        } else {
            let bytes =
                Bytes::from_request(request, &()).await.map_err(|error| body_error(error.status()))?;
            for (name, text) in form_urlencoded::parse(&bytes) {
                form.add(name.into_owned(), &text)?;
            }
        }
        Ok(form)
    }

    /// Boxes of one question that are ticked have one name.
    fn add(&mut self, name: String, text: &str) -> Result<(), ApiError> {
        self.length += name.len() + text.len();
        if self.texts.len() + self.files.len() >= MOST_FIELDS || self.length > MOST_TEXT {
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
        }
        let text = text.replace('\0', "");
        let before = self.texts.entry(name).or_default();
        if !before.is_empty() {
            before.push(',');
        }
        before.push_str(&text);
        Ok(())
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// What else than going on was pressed, and on what.
    fn act(&self) -> (&str, &str) {
        self.text("do").split_once(':').unwrap_or((self.text("do"), ""))
    }
}

/// What was posted for a service, if anything was.
pub(super) async fn of_service(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    service: &str,
) -> Result<Option<Posted>, ApiError> {
    let Some(token) = form_token(state, headers) else { return Ok(None) };
    Ok(at.store.draft(secret::hash(token.as_bytes()), service, state.now()).await?)
}

/// What was posted into a small form and could not be taken: shown once.
pub(super) async fn take_small(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
) -> Result<Option<Posted>, ApiError> {
    let posted = of_service(state, at, headers, "").await?;
    if let (Some(_), Some(token)) = (&posted, form_token(state, headers)) {
        at.store.forget_draft(secret::hash(token.as_bytes()), "").await?;
    }
    Ok(posted)
}

/// Who posts: what they posted before, and the way to keep it.
struct Visit<'a> {
    state: &'a AppState,
    at: &'a At,
    token: String,
}

impl<'a> Visit<'a> {
    fn of(state: &'a AppState, at: &'a At, headers: &HeaderMap) -> Self {
        let fresh = || data_encoding::BASE32_NOPAD.encode(&state.dice.token()).to_ascii_lowercase();
        Self { state, at, token: form_token(state, headers).unwrap_or_else(fresh) }
    }

    fn hash(&self) -> Vec<u8> {
        secret::hash(self.token.as_bytes())
    }

    /// Leads on; the cookie lives on from now.
    fn to(&self, path: &str) -> Response {
        let secure = if is_secure(&self.state.public_url) { "; Secure" } else { "" };
        let cookie = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
            form_cookie(is_secure(&self.state.public_url)),
            self.token,
            KEPT.num_seconds()
        );
        let headers = [
            (header::LOCATION, path.to_owned()),
            (header::SET_COOKIE, cookie),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        (StatusCode::SEE_OTHER, headers).into_response()
    }

    async fn keep(&self, posted: &Posted) -> Result<(), ApiError> {
        Ok(self.at.store.keep_draft(self.hash(), posted, self.state.now() + KEPT).await?)
    }

    /// Keeps what was typed into a small form, with what is wrong, and leads back to it.
    async fn again(&self, form: &Form, problems: Vec<Problem>, path: &str) -> Result<Response, ApiError> {
        let answers = form.texts.iter().map(|(path, raw)| (path.as_str(), raw.as_str())).collect();
        let posted = Posted { answers, problems: in_pairs(problems), ..Posted::default() };
        self.keep(&posted).await?;
        Ok(self.to(path))
    }
}

fn in_pairs(problems: Vec<Problem>) -> Vec<(String, String)> {
    problems.into_iter().map(|problem| (problem.id, problem.words)).collect()
}

/// Says on a page what went wrong.
async fn or_sorry(
    state: &AppState,
    at: &At,
    result: impl Future<Output = Result<Response, ApiError>>,
) -> Response {
    result.await.unwrap_or_else(|error| pages::sorry(state, at, &error))
}

/// A short form stands on its start page.
async fn start(State(state): State<AppState>, at: At, Path(id): Path<String>, request: Request) -> Response {
    or_sorry(&state, &at, post_page(&state, &at, &id, None, request)).await
}

/// A page of questions.
async fn step(
    State(state): State<AppState>,
    at: At,
    Path((id, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    or_sorry(&state, &at, post_page(&state, &at, &id, Some(&step), request)).await
}

async fn post_page(
    state: &AppState,
    at: &At,
    id: &str,
    step: Option<&str>,
    request: Request,
) -> Result<Response, ApiError> {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let language = routes::services::language(&at.served, &headers);
    let service = at.served.service_in(language, id).ok_or_else(ApiError::not_found)?;
    let first = service.questions.first().map_or("", |question| &question.id);
    let slug = step.unwrap_or(first);
    let page = journey::pages(service).into_iter().find(|page| page.iter().any(|known| known.id == slug));
    let page = page.ok_or_else(ApiError::not_found)?;
    let changing = uri.query().is_some_and(|query| query.contains(&format!("from={}", paths::FROM_CHECK)));
    let here = path_of(&uri);
    let form = Form::read(request).await?;
    let visit = Visit::of(state, at, &headers);
    if form.act().0 == "throw" {
        at.store.forget_draft(visit.hash(), id).await?;
        return Ok(visit.to(&paths::service(id)));
    }
    let kept = at.store.draft(visit.hash(), id, state.now()).await?;
    let mut posted =
        kept.unwrap_or_else(|| Posted { service: id.to_owned(), key: state.new_id(), ..Posted::default() });
    posted.turn += 1;
    posted.problems.clear();
    posted.opened.clear();
    let before = form::shown(service, page, &posted.answers);
    let drawn: Vec<&Question> = asked(page, &before.asked);
    let mut problems = Vec::new();
    for question in &drawn {
        take(at, question, &form, &mut posted.answers).await?;
    }
    for file in &form.files {
        if let Some(question) = drawn.iter().find(|question| question.id == file.question) {
            problems.extend(take_file(state, at, question, file, &mut posted.answers).await?);
        }
    }
    let (verb, path) = form.act();
    match verb {
        "find" | "hand" | "add" | "map" => posted.opened = format!("{verb}:{path}"),
        "remove" => remove(page, path, &mut posted.answers),
        _ => {
            let today = at.served.local(state.now()).date();
            let now = form::shown(service, page, &posted.answers);
            let asked_now = asked(page, &now.asked);
            // What these answers brought up was not on the page yet: it is asked once the rest is right.
            let is_new = asked_now.iter().any(|question| !drawn.iter().any(|known| known.id == question.id));
            let checked = if is_new { &drawn } else { &asked_now };
            if let Err(errors) = validate::questions(checked, &posted.answers, today) {
                problems.extend(words::problems(checked, &errors));
            }
            if problems.is_empty() && !is_new && now.stop.is_none() {
                for question in &asked_now {
                    posted.seen.retain(|(id, _)| *id != question.id);
                    posted.seen.push((question.id.clone(), question.stamp));
                }
                let passed = |question: &Question| has_passed(&posted, question);
                let next = if changing {
                    journey::resume(service, &posted.answers, today, passed)
                } else {
                    let first = page.first().map_or("", |first| &first.id);
                    journey::after(service, &posted.answers, first, today)
                };
                visit.keep(&posted).await?;
                return Ok(visit.to(&paths::next(service, &next, changing)));
            }
        }
    }
    posted.problems = in_pairs(problems);
    visit.keep(&posted).await?;
    Ok(visit.to(&here))
}

fn has_passed(posted: &Posted, question: &Question) -> bool {
    posted.seen.iter().any(|(id, stamp)| *id == question.id && *stamp == question.stamp)
}

fn asked<'q>(page: &'q [Question], asked: &[bool]) -> Vec<&'q Question> {
    page.iter().zip(asked).filter(|(_, asked)| **asked).map(|(question, _)| question).collect()
}

/// The path of a page, with what says where it leads back to.
fn path_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

/// Takes the answer to one question that was on the page.
async fn take(at: &At, question: &Question, form: &Form, answers: &mut Answers) -> Result<(), ApiError> {
    let id = question.id.as_str();
    let set = |parts: &[&str], answers: &mut Answers| {
        for part in parts {
            let path = format!("{id}.{part}");
            if let Some(text) = form.texts.get(&path) {
                answers.set(&path, text.clone());
            }
        }
    };
    match &question.kind {
        Kind::Photos(_) => {
            let (mut kept, position) = photos::read(id, answers);
            for (photo, number) in kept.iter_mut().zip(1..) {
                if let Some(alt) = form.texts.get(&format!("{id}.{number}.alt")) {
                    photo.alt.clone_from(alt);
                }
            }
            photos::write(id, &kept, position, answers);
        }
        Kind::Documents(_) => {}
        Kind::Place(_) => {
            let before = answers.get(&format!("{id}.street")).to_owned();
            set(&["street", "words", "asset"], answers);
            if answers.get(&format!("{id}.street")) != before {
                answers.set(&format!("{id}.street_id"), "");
            }
        }
        Kind::Address(_) => {
            let at_path = |part: &str| format!("{id}.{part}");
            let before = answers.get(&at_path("postcode")).to_owned();
            answers.set(&at_path("no_fixed"), form.text(&at_path("no_fixed")));
            set(&["postcode"], answers);
            let by_hand = form.texts.contains_key(&at_path("line1"));
            if by_hand || answers.get(&at_path("postcode")) != before {
                for part in ["uprn", "line1", "line2", "town"] {
                    answers.set(&at_path(part), "");
                }
            }
            set(&["line1", "line2", "town"], answers);
            let picked = form.text(&at_path("list"));
            if !picked.is_empty()
                && let Some(known) = at.store.address(picked).await?
            {
                let line = |at: usize| known.lines.get(at).cloned().unwrap_or_default();
                answers.set(&at_path("uprn"), known.uprn.clone());
                answers.set(&at_path("line1"), line(0));
                answers.set(&at_path("line2"), line(1));
                answers.set(&at_path("town"), known.town.clone().unwrap_or_default());
                answers.set(&at_path("postcode"), known.postcode.clone());
            }
        }
        kind => {
            answers.forget(id);
            for (path, text) in &form.texts {
                let part = path.strip_prefix(id).map(|rest| rest.strip_prefix('.').unwrap_or(rest));
                let is_own = path == id || path.strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
                if is_own && part.is_some_and(|part| kind.has_part(part)) {
                    answers.set(path, text.clone());
                }
            }
        }
    }
    Ok(())
}

/// Takes a photo or document that came with the page.
async fn take_file(
    state: &AppState,
    at: &At,
    question: &Question,
    file: &File,
    answers: &mut Answers,
) -> Result<Option<Problem>, ApiError> {
    let id = question.id.as_str();
    let name = documents::name(&file.name, 1);
    let problem = |words: String| Some(Problem { id: id.to_owned(), words });
    let kept = match &question.kind {
        Kind::Photos(kind) => {
            let (mut kept, position) = photos::read(id, answers);
            if kept.len() >= kind.max as usize {
                return Ok(problem(form::too_many(kind.max)));
            }
            routes::photos::keep(state, at, file.bytes.clone()).await.map(|photo| {
                kept.push(Photo { id: photo.id, alt: String::new() });
                photos::write(id, &kept, position, answers);
            })
        }
        Kind::Documents(kind) => {
            let mut kept = documents::read(id, answers);
            if kept.len() >= kind.max as usize {
                return Ok(problem(form::too_many(kind.max)));
            }
            routes::documents::keep(state, at, file.bytes.clone()).await.map(|document| {
                kept.push(Document { id: document.id, name: name.clone() });
                documents::write(id, &kept, answers);
            })
        }
        _ => Ok(()),
    };
    Ok(kept.err().and_then(|error| problem(form::file_problem(error.code(), error.status().as_u16(), &name))))
}

/// Takes out what a button stood beside: `people.2`, `photos.1`.
fn remove(page: &[Question], path: &str, answers: &mut Answers) {
    let Some((id, number)) = path.rsplit_once('.') else { return };
    let (Some(question), Ok(number)) =
        (page.iter().find(|question| question.id == id), number.parse::<u32>())
    else {
        return;
    };
    let place = number.checked_sub(1).and_then(|place| usize::try_from(place).ok());
    match &question.kind {
        Kind::Group(_) => group::remove(id, number, answers),
        Kind::Photos(_) => {
            let (mut kept, position) = photos::read(id, answers);
            if place.is_some_and(|place| place < kept.len()) {
                kept.remove(place.unwrap_or_default());
            }
            photos::write(id, &kept, position, answers);
        }
        Kind::Documents(_) => {
            let mut kept = documents::read(id, answers);
            if place.is_some_and(|place| place < kept.len()) {
                kept.remove(place.unwrap_or_default());
            }
            documents::write(id, &kept, answers);
        }
        _ => {}
    }
}

/// Sends the form.
async fn send(State(state): State<AppState>, at: At, Path(id): Path<String>, request: Request) -> Response {
    or_sorry(&state, &at, post_check(&state, &at, &id, request.headers())).await
}

async fn post_check(state: &AppState, at: &At, id: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let language = routes::services::language(&at.served, headers);
    let service: &Service = at.served.service_in(language, id).ok_or_else(ApiError::not_found)?;
    let visit = Visit::of(state, at, headers);
    let Some(mut posted) = at.store.draft(visit.hash(), id, state.now()).await? else {
        return Ok(visit.to(&paths::service(id)));
    };
    let asked: Vec<String> =
        journey::asked(service, &posted.answers).iter().map(|question| question.id.clone()).collect();
    let answers = posted.answers.only(|question| asked.iter().any(|known| known == question));
    let request = SubmitRequest { service: id.to_owned(), version: service.version, answers };
    match submit(state, at, posted.key, request).await {
        Ok((sent, _)) => {
            // It is sent, whatever becomes of what was kept meanwhile.
            if let Err(error) = at.store.forget_draft(visit.hash(), id).await {
                tracing::warn!(%error, "a draft that was sent is still kept");
            }
            Ok(visit.to(&paths::sent(&sent.key)))
        }
        Err(error) => {
            if let Some(key) = error.sent_key() {
                return Ok(visit.to(&paths::sent(key)));
            }
            let questions: Vec<&Question> = service.questions.iter().collect();
            let found = words::problems(&questions, error.fields());
            if found.is_empty() && !matches!(error.code(), "stopped" | "changed") {
                return Err(error);
            }
            let page = |problem: Problem| Problem {
                id: paths::change(id, domain::answers::question_of(&problem.id)),
                ..problem
            };
            posted.problems = in_pairs(found.into_iter().map(page).collect());
            visit.keep(&posted).await?;
            Ok(visit.to(&paths::check(id)))
        }
    }
}

/// Finds a request.
async fn find_request(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let found = async {
        let visit = Visit::of(&state, &at, &headers);
        let form = Form::read(request).await?;
        let what = FindRequest {
            reference: form.text("reference").to_owned(),
            email: form.text("email").trim().to_owned(),
        };
        let mut problems = find::check(&what);
        if problems.is_empty() {
            match routes::follow::key_of(&state, &at, &what).await {
                Ok(key) => return Ok(visit.to(&paths::request(&key))),
                Err(error) if error.status() == StatusCode::NOT_FOUND => {
                    problems.push(Problem { id: "reference".to_owned(), words: find::NOT_FOUND.to_owned() });
                }
                Err(error) => return Err(error),
            }
        }
        visit.again(&form, problems, paths::FOLLOW).await
    };
    or_sorry(&state, &at, found).await
}

/// Writes to those who deal with a request, says how it went, or ends a watch.
async fn write(State(state): State<AppState>, at: At, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let written = async {
        let visit = Visit::of(&state, &at, &headers);
        let form = Form::read(request).await?;
        let here = paths::request(&key);
        if form.act().0 == "stop" {
            routes::follow::stop_watching(&at, &key).await?;
            return Ok(visit.to(paths::HOME));
        }
        let is_feedback = form.texts.contains_key("reason");
        let problem = |id: &str, words: &str| vec![Problem { id: id.to_owned(), words: words.to_owned() }];
        let (event, id) = if is_feedback {
            let Ok(score) = form.text("score").parse() else {
                return visit.again(&form, problem("score", "Choose how it went"), &here).await;
            };
            let reason = plain::lines(form.text("reason")).chars().take(2_000).collect();
            (Event::Feedback(Feedback { score, reason }), None)
        } else {
            let text = plain::lines(form.text("message"));
            if text.is_empty() {
                return visit.again(&form, problem("message", "Write a message"), &here).await;
            }
            if plain::count(&text) > 4_000 {
                let words = "Your message must be 4,000 characters or fewer";
                return visit.again(&form, problem("message", words), &here).await;
            }
            (Event::Message { text }, Uuid::try_parse(form.text("id")).ok())
        };
        let stored = routes::follow::stored(&at, &key).await?;
        act(&state, &at, stored.id, Actor::Resident, event, id).await?;
        Ok(visit.to(&here))
    };
    or_sorry(&state, &at, written).await
}

/// Withdraws a request.
async fn withdraw(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let withdrawn = async {
        let visit = Visit::of(&state, &at, &headers);
        let form = Form::read(request).await?;
        let reason = plain::lines(form.text("reason")).chars().take(1_000).collect();
        routes::follow::withdraw_of(&state, &at, &key, reason).await?;
        Ok(visit.to(&paths::request(&key)))
    };
    or_sorry(&state, &at, withdrawn).await
}
