//! A visit without the app: what was posted is kept under a token in a cookie, and every post is answered by leading to
//! the page that comes next, so that a reload posts nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::answers::Answers;
use domain::api::drafts::Posted;
use domain::api::helpers::form_for;
use domain::catalogue::{Question, Service};
use domain::journey;
use portico_app::components::error_summary::Problem;
use portico_app::paths;
use portico_app::state::drafts::FILLED;
use uuid::Uuid;

use super::form::Form;
use super::pages;
use crate::error::ApiError;
use crate::extract::{At, form_token, named_cookie, signed_in};
use crate::jobs::sweep;
use crate::operations::acting;
use crate::secret;
use crate::state::AppState;
use crate::store::accounts::Resident;
use crate::store::drafts::{Holder, KEPT, Keeping};
use crate::store::requests::Stored;

/// How long a second press of "Send" leads to what the first one sent. Short, for the next person at a shared computer.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

/// What was posted for a service, if anything was; of a form, with what is known of whom it is about.
pub(super) async fn of_service(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    service: &str,
    form: Option<&acting::Form<'_>>,
) -> Result<Option<Posted>, ApiError> {
    let visit = Visit::of(state, at, headers).await?;
    if visit.is_new {
        return Ok(None);
    }
    if let Some(posted) = visit.kept(service).await? {
        return Ok(Some(posted));
    }
    let ended = at.store.draft_ended(&visit.holder(), service, state.now()).await?;
    let answers = match form {
        Some(form) => visit.known(form).await?,
        None => Answers::default(),
    };
    let opened = if answers.is_empty() { String::new() } else { FILLED.to_owned() };
    let service = service.to_owned();
    Ok(match ended {
        Some(key) => Some(Posted { service, key, ended: true, answers, opened, ..Posted::default() }),
        None if answers.is_empty() => None,
        None => Some(Posted { service, key: state.new_id(), answers, opened, ..Posted::default() }),
    })
}

/// Takes what was begun in a browser into the account of who has signed in there.
pub(crate) async fn bring_along(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    resident: Uuid,
) -> Result<(), ApiError> {
    if let Some(token) = form_token(state, headers) {
        at.store.move_drafts(&Holder::browser(&token), resident, state.now()).await?;
    }
    Ok(())
}

/// Does something to a draft, and does it again when somebody else changed it meanwhile.
pub(crate) async fn in_turn<T, F: Future<Output = Result<T, ApiError>>>(
    mut change: impl FnMut() -> F,
) -> Result<T, ApiError> {
    for _ in 1..TRIES {
        match change().await {
            Err(error) if error.code() == CHANGED => tokio::task::yield_now().await,
            done => return done,
        }
    }
    change().await
}

/// What was posted into a small form of a page and could not be taken. It stays until it can be.
pub(super) async fn of_page(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    path: &str,
) -> Result<Option<Posted>, ApiError> {
    let posted = of_service(state, at, headers, &page(path), None).await?;
    Ok(posted.map(|posted| Posted { service: String::new(), ..posted }))
}

/// Forgets what was typed into a small form of a page.
pub(super) async fn forget_page(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    path: &str,
) -> Result<(), ApiError> {
    Visit::of(state, at, headers).await?.forget(&page(path)).await
}

/// In place of a draft's service: the page of a small form. Its address is a key, which is kept nowhere. On a page about
/// somebody that one acts for, it is filled in for them.
fn page(path: &str) -> String {
    let page = format!("page:{}", data_encoding::HEXLOWER.encode(&secret::hash(path.as_bytes())));
    let acting = path.strip_prefix(&paths::account("acting/")).and_then(|rest| rest.split('/').next());
    let helper = acting.and_then(|helper| Uuid::try_parse(helper).ok());
    helper.map_or_else(|| page.clone(), |helper| form_for(&page, helper))
}

/// Who posts: what they posted before, and the way to keep it.
pub(crate) struct Visit<'a> {
    state: &'a AppState,
    at: &'a At,
    token: String,
    /// The browser brought no token.
    is_new: bool,
    resident: Option<Resident>,
    /// The turns of the drafts that were read, by their services: one that was changed since is not written over.
    read: Mutex<HashMap<String, u32>>,
}

/// What [`Visit::keep`] says of a draft that was changed, or ended, since it was read.
const CHANGED: &str = "draft_changed";
/// How often two that change one draft at the same moment get in each other's way.
const TRIES: usize = 20;

impl<'a> Visit<'a> {
    /// By their account, by the cookie they bring, or by a new one.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(state: &'a AppState, at: &'a At, headers: &HeaderMap) -> Result<Self, ApiError> {
        let fresh = || data_encoding::BASE32_NOPAD.encode(&state.dice.token()).to_ascii_lowercase();
        let resident = signed_in(state, at, headers).await?.map(|(resident, _)| resident);
        let token = form_token(state, headers);
        let is_new = token.is_none() && resident.is_none();
        let read = Mutex::new(HashMap::new());
        Ok(Self { state, at, token: token.unwrap_or_else(fresh), is_new, resident, read })
    }

    /// The resident who is signed in, if one is.
    pub fn resident(&self) -> Option<Uuid> {
        self.resident.as_ref().map(|resident| resident.id)
    }

    /// What whoever is signed in told once, or whoever they act for, as answers to a form.
    ///
    /// # Errors
    /// The database's.
    pub async fn known(&self, form: &acting::Form<'_>) -> Result<Answers, ApiError> {
        let resident = match &form.acting {
            Some(acting) => {
                acting.saw_details(self.state, self.at).await?;
                Some(&acting.resident)
            }
            None => self.resident.as_ref(),
        };
        let Some(resident) = resident else { return Ok(Answers::default()) };
        let profile = self.at.store.profile(resident.id).await?;
        Ok(domain::profile::fill(&form.service.questions, &profile.answers, &resident.email))
    }

    /// Under what it is kept.
    pub(crate) fn holder(&self) -> Holder {
        self.resident().map_or_else(|| Holder::browser(&self.token), Holder::Account)
    }

    /// The cookie that leads back to what is kept; it lives on from now.
    ///
    /// # Errors
    /// None: a token can stand in a header.
    pub fn cookie(&self) -> Result<HeaderValue, ApiError> {
        named_cookie(self.state, "form", &self.token, KEPT)
    }

    /// Leads on.
    pub fn to(&self, path: &str) -> Response {
        let headers = [(header::LOCATION, path), (header::CACHE_CONTROL, "no-store")];
        let mut response = (StatusCode::SEE_OTHER, headers).into_response();
        if let Ok(cookie) = self.cookie() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    fn note(&self, service: &str, turn: u32) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(service.to_owned(), turn);
    }

    /// Keeps what was posted.
    ///
    /// # Errors
    /// A conflict when it is another draft by now than the one that was read; the database's.
    pub async fn keep(&self, posted: &Posted) -> Result<(), ApiError> {
        let after = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&posted.service).copied();
        match self.at.store.keep_draft(&self.holder(), posted, after, self.state.now()).await? {
            Keeping::Kept => {
                self.note(&posted.service, posted.turn);
                Ok(())
            }
            Keeping::Changed | Keeping::Ended => Err(ApiError::new(StatusCode::CONFLICT, CHANGED)),
        }
    }

    /// What they posted for a service before.
    ///
    /// # Errors
    /// The database's.
    pub async fn kept(&self, service: &str) -> Result<Option<Posted>, ApiError> {
        let kept = self.at.store.draft(&self.holder(), service, self.state.now()).await?;
        self.note(service, kept.as_ref().map_or(0, |posted| posted.turn));
        Ok(kept)
    }

    /// Forgets it: the app sent it or threw it away, and knows.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, service: &str) -> Result<(), ApiError> {
        self.end(service, None, None).await
    }

    /// Throws it away. The app, which may have a copy, is told when it comes.
    ///
    /// # Errors
    /// The database's.
    pub async fn throw_away(&self, service: &str) -> Result<(), ApiError> {
        self.end(service, Some(self.state.now() + self.holder().lasts(service)), None).await
    }

    /// Forgets it, for it was sent.
    ///
    /// # Errors
    /// The database's.
    pub async fn sent(&self, service: &str) -> Result<(), ApiError> {
        let now = self.state.now();
        self.end(service, Some(now + self.holder().lasts(service)), Some(now + REMEMBERED)).await
    }

    /// Ends it; what it named goes with it, where no request took it.
    async fn end(
        &self,
        service: &str,
        ended_until: Option<DateTime<Utc>>,
        sent_until: Option<DateTime<Utc>>,
    ) -> Result<(), ApiError> {
        let named = self.at.store.end_draft(&self.holder(), service, ended_until, sent_until).await?;
        Ok(sweep::abandon_all(self.state, self.at.store.council(), named).await?)
    }

    /// What they sent a moment ago.
    ///
    /// # Errors
    /// The database's.
    pub async fn sent_before(&self, service: &str) -> Result<Option<Stored>, ApiError> {
        let store = &self.at.store;
        let Some(key) = store.draft_sent(&self.holder(), service, self.state.now()).await? else {
            return Ok(None);
        };
        Ok(store.sent_before(key).await?)
    }

    /// The request that the draft with this key is about.
    ///
    /// # Errors
    /// The database's.
    pub async fn about(&self, service: &str, key: Uuid) -> Result<Option<Uuid>, ApiError> {
        if self.is_new {
            return Ok(None);
        }
        Ok(self.at.store.draft_about(&self.holder(), service, key, self.state.now()).await?)
    }

    /// Begins a form with these answers, perhaps about a request, and gives the page on which it goes on. What was begun of it
    /// before is kept aside.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(
        &self,
        service: &Service,
        answers: Answers,
        about: Option<Uuid>,
    ) -> Result<String, ApiError> {
        let kept = self.kept(&service.id).await?;
        let is_same = match (&kept, about) {
            (Some(posted), Some(about)) => self.about(&service.id, posted.key).await? == Some(about),
            (Some(posted), None) => answers.iter().all(|(path, raw)| posted.answers.get(path) == raw),
            (None, _) => false,
        };
        let begun = match kept {
            // Begun before, about the same: it goes on.
            Some(posted) if is_same && !posted.ended => posted,
            _ => {
                let told = |question: &&Question| answers.parts(&question.id).names().next().is_some();
                let seen = service.questions.iter().filter(told);
                let posted = Posted {
                    service: service.id.clone(),
                    key: self.state.new_id(),
                    turn: 1,
                    seen: seen.map(|question| (question.id.clone(), question.stamp)).collect(),
                    taken: service.questions.iter().map(|question| (question.id.clone(), 1)).collect(),
                    answers,
                    ..Posted::default()
                };
                let now = self.state.now();
                self.at.store.begin_draft(&self.holder(), &posted, about, now).await?;
                posted
            }
        };
        let today = self.at.served.local(self.state.now()).date();
        let has_passed = |question: &Question| {
            begun.seen.iter().any(|(id, stamp)| *id == question.id && *stamp == question.stamp)
        };
        let next = journey::resume(service, &begun.answers, today, has_passed);
        Ok(paths::next(service, &next, false))
    }

    /// Leads to a page, for a small form was taken: what was typed into it before is forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn done(&self, from: &str, to: &str) -> Result<Response, ApiError> {
        self.forget(&page(from)).await?;
        Ok(self.to(to))
    }

    /// Keeps what was typed into a page that is no service's, with what is wrong, or what helps with it.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn keep_page(
        &self,
        path: &str,
        answers: Answers,
        problems: Vec<Problem>,
        opened: String,
    ) -> Result<(), ApiError> {
        let problems = in_pairs(problems);
        self.keep(&Posted { service: page(path), answers, problems, opened, ..Posted::default() }).await
    }

    /// What was typed into such a page and could not be taken.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn kept_page(&self, path: &str) -> Result<Option<Posted>, ApiError> {
        let kept = self.at.store.draft(&self.holder(), &page(path), self.state.now()).await?;
        Ok(kept)
    }

    /// Keeps what was typed into a small form, with what is wrong, and leads back to it.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn again(
        &self,
        form: &Form,
        problems: Vec<Problem>,
        path: &str,
    ) -> Result<Response, ApiError> {
        let answers = form.texts.iter().map(|(path, raw)| (path.as_str(), raw.as_str())).collect();
        self.keep_page(path, answers, problems, String::new()).await?;
        Ok(self.to(path))
    }
}

/// Problems as they are kept.
pub(super) fn in_pairs(problems: Vec<Problem>) -> Vec<(String, String)> {
    problems.into_iter().map(|problem| (problem.id, problem.words)).collect()
}

/// Says on a page what went wrong.
pub(super) async fn or_sorry(
    state: &AppState,
    at: &At,
    result: impl Future<Output = Result<Response, ApiError>>,
) -> Response {
    result.await.unwrap_or_else(|error| pages::sorry(state, at, &error))
}
