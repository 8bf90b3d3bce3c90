//! The forms of services without the app: pages of questions that are posted, and sent at the end.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::get;
use domain::answers::{Answers, question_of};
use domain::api::drafts::Posted;
use domain::api::requests::SubmitRequest;
use domain::catalogue::{Question, Service};
use domain::fee;
use domain::field::group;
use domain::field::{ErrorCode, Kind};
use domain::journey::{self, Next};
use domain::validate;
use portico_app::components::error_summary::Problem;
use portico_app::components::{better_form, nearby};
use portico_app::pages::check::CHANGED;
use portico_app::pages::form::{self as page_of_questions, ASKED};
use portico_app::pages::start::GONE;
use portico_app::{paths, plain, words};

use super::form::{Form, no_files};
use super::received::{self, Came};
use super::visit::{self, Visit, in_pairs, or_sorry};
use super::{pages, paying, sharing};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path};
use crate::operations::acting;
use crate::operations::homes;
use crate::operations::submit::{Sender, follow_key, submit};
use crate::routes::nearby::Near;
use crate::routes::{self, consent};
use crate::state::AppState;
use crate::store::requests::Stored;

/// A page with five photos, and the boundaries between.
const MOST_BYTES: usize = 80 * 1024 * 1024;

/// The pages with forms in them.
pub fn router() -> Pages {
    const WHY: &str = "a form needs no account";
    Pages::new()
        .open("/services/{id}", get(pages::fallback).post(start), WHY)
        .open("/services/{id}/check", get(pages::fallback).post(send), WHY)
        .open("/services/{id}/{step}", get(pages::fallback).post(step), WHY)
        .with_bodies_up_to(MOST_BYTES)
}

/// A short form stands on its start page.
async fn start(State(state): State<AppState>, at: At, Path(id): Path<String>, request: Request) -> Response {
    or_sorry(&state, &at, Box::pin(post_page(&state, &at, &id, None, request))).await
}

/// A page of questions.
async fn step(
    State(state): State<AppState>,
    at: At,
    Path((id, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    or_sorry(&state, &at, Box::pin(post_page(&state, &at, &id, Some(&step), request))).await
}

/// The form of a service, as one visitor fills it in.
struct Filling<'a> {
    state: &'a AppState,
    at: &'a At,
    language: &'a str,
    form: acting::Form<'a>,
    visit: Visit<'a>,
}

impl<'a> Filling<'a> {
    async fn of(state: &'a AppState, at: &'a At, headers: &HeaderMap, id: &str) -> Result<Self, ApiError> {
        let language = routes::services::language(&at.served, headers);
        let form = acting::Form::of(state, at, headers, (language, id)).await?;
        Ok(Self { state, at, language, form, visit: Visit::of(state, at, headers).await? })
    }

    fn service(&self) -> &Service {
        &self.form.service
    }

    /// Where what was sent is confirmed: a helper has no key to it, also where they ask as themselves.
    fn confirmed(&self, sent: &Stored) -> Result<String, ApiError> {
        match &self.form.acting {
            Some(acting) => Ok(paths::acting_sent(acting.helper.id, sent.id)),
            None if sent.case.helper.is_some() => Err(ApiError::not_found()),
            None => Ok(paths::sent(&follow_key(self.state, self.at, sent.id))),
        }
    }

    /// What was posted before, or nothing yet.
    async fn begun(&self) -> Result<Posted, ApiError> {
        let begun =
            || Posted { service: self.service().id.clone(), key: self.state.new_id(), ..Posted::default() };
        let mut posted = match self.visit.kept(&self.service().id).await? {
            Some(posted) => posted,
            None => Posted { answers: self.visit.known(&self.form).await?, ..begun() },
        };
        // A file that was taken out is another one when it is picked again.
        let Posted { files, answers, .. } = &mut posted;
        files.retain(|(_, stored)| answers.iter().any(|(_, raw)| raw == stored));
        Ok(posted)
    }

    /// Where these answers lead to.
    fn resume(&self, posted: &Posted) -> Next<'_> {
        let today = self.at.served.local(self.state.now()).date();
        journey::resume(self.service(), &posted.answers, today, |question| has_passed(posted, question))
    }

    /// Takes what was posted for these questions.
    async fn take(
        &self,
        questions: &[&Question],
        form: &Form,
        received: Vec<Came<'_>>,
        posted: &mut Posted,
    ) -> Result<Vec<Problem>, ApiError> {
        for question in questions {
            question.kind.take(&question.id, &form.texts, &mut posted.answers);
            match question.kind {
                Kind::Address(_) => pick_address(self.at, question, form, &mut posted.answers).await?,
                Kind::Place(_) => know_street(self.at, question, &mut posted.answers).await?,
                _ => {}
            }
            posted.taken.retain(|(id, _)| *id != question.id);
            posted.taken.push((question.id.clone(), posted.turn));
        }
        let mut problems = Vec::new();
        for (question, file) in received {
            if questions.iter().any(|known| known.id == question.id) {
                let problem = file.and_then(|file| received::note(question, file, posted)).err();
                problems.extend(problem.filter(|problem| !problems.contains(problem)));
            }
        }
        Ok(problems)
    }
}

impl Filling<'_> {
    /// What is to be said before it goes on from these questions, unless it was said already: that another form fits
    /// better, or that somebody has told us. Empty when there is nothing.
    async fn remark(&self, asked: &[&Question], opened: &str, answers: &Answers) -> Result<String, ApiError> {
        let said = opened.split(':').next().unwrap_or_default();
        let message = asked.iter().find(|question| self.service().suggest.as_ref() == Some(&question.id));
        if let Some(question) = message.filter(|_| said != better_form::ID)
            && let Some(other) = self.at.served.suggest(self.language, answers.get(&question.id))
        {
            return Ok(format!("{}:{}:{}", better_form::ID, other.id, other.title));
        }
        let place = asked.iter().find(|question| matches!(question.kind, Kind::Place(_)));
        let is_said = matches!(said, nearby::OPEN | nearby::SAME | nearby::TOLD | nearby::DIFFERENT);
        let Some(question) = place.filter(|_| self.service().nearby.is_some() && !is_said) else {
            return Ok(String::new());
        };
        let posted = Posted {
            opened: format!("{}:{}", nearby::OPEN, question.id),
            answers: answers.clone(),
            ..Posted::default()
        };
        let Some((position, street)) = plain::told_near(&posted) else { return Ok(String::new()) };
        let near = Near::of(position, street);
        let known = routes::nearby::near_of(self.at, &self.service().id, near).await?;
        Ok(if known.requests.is_empty() { String::new() } else { posted.opened })
    }

    /// Tells the person of a request of somebody else's: `place:ID`.
    async fn tell(&self, path: &str, form: &Form, posted: &mut Posted) -> Result<Vec<Problem>, ApiError> {
        let (question, request) = path.split_once(':').unwrap_or_default();
        let email = form.text(nearby::EMAIL);
        let watched =
            routes::nearby::watch_of(self.state, self.at, (&self.service().id, request), email).await;
        posted.answers.set(nearby::EMAIL, "");
        match watched {
            Ok(()) => {
                posted.opened = format!("{}:{question}", nearby::TOLD);
                Ok(Vec::new())
            }
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                posted.answers.set(nearby::EMAIL, email);
                posted.opened = format!("{}:{path}", nearby::SAME);
                Ok(vec![Problem { id: nearby::EMAIL.to_owned(), words: words::email_format().to_owned() }])
            }
            Err(error) => Err(error),
        }
    }

    /// Takes a message along to the form that fits it better, where nothing else is typed there.
    async fn take_along(
        &self,
        other: &str,
        posted: &Posted,
        headers: &HeaderMap,
    ) -> Result<Response, ApiError> {
        let fitting = Filling::of(self.state, self.at, headers, other).await?;
        let message = self.service().suggest.as_ref().map_or("", |question| posted.answers.get(question));
        let mut begun = fitting.begun().await?;
        let text =
            fitting.service().questions.iter().find(|question| matches!(question.kind, Kind::LongText(_)));
        if let Some(question) = text.filter(|question| begun.answers.get(&question.id).is_empty()) {
            begun.answers.set(&question.id, message);
            begun.turn += 1;
            begun.taken.push((question.id.clone(), begun.turn));
            fitting.visit.keep(&begun).await?;
        }
        Ok(self.visit.to(&paths::service(other)))
    }
}

async fn post_page(
    state: &AppState,
    at: &At,
    id: &str,
    step: Option<&str>,
    request: Request,
) -> Result<Response, ApiError> {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let filling = Filling::of(state, at, &headers, id).await?;
    let visit = &filling.visit;
    let takes_files = |question: &str| filling.service().question(question).is_some_and(received::takes);
    let form = Form::read((state, at), request, &takes_files).await?;
    if form.act().0 == "throw" {
        visit.throw_away(id).await?;
        return Ok(visit.to(&paths::service(id)));
    }
    let known = filling.begun().await?.files;
    let received = received::receive(state, at, filling.service(), &form, &known).await;
    visit::in_turn(|| filling.go_on(step, &form, received.clone(), &headers, &uri)).await
}

/// Where what was sent a moment ago is confirmed: for who comes back to answers that are not there any more.
pub(super) async fn sent_a_moment_ago(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    id: &str,
) -> Result<Option<String>, ApiError> {
    let filling = Filling::of(state, at, headers, id).await?;
    let before = filling.visit.sent_before(&filling.service().id).await?;
    Ok(before.and_then(|before| filling.confirmed(&before).ok()))
}

/// What a form can't be sent with, because its home is outside the zones or has had what it may have; each with the page at
/// which that is changed.
pub(super) async fn not_for_home(
    state: &AppState,
    at: &At,
    (id, service): (&str, &Service),
    answers: &Answers,
) -> Result<Vec<(String, String)>, ApiError> {
    let questions: Vec<&Question> = service.questions.iter().collect();
    let found = homes::problems(state, at, service, (&questions, answers)).await?;
    Ok(in_pairs(found.into_iter().map(|problem| at_its_page(id, problem)).collect()))
}

/// On the last page, what is wrong leads to the page of its question.
fn at_its_page(service: &str, problem: Problem) -> Problem {
    Problem { id: paths::change(service, question_of(&problem.id)), ..problem }
}

impl Filling<'_> {
    /// Takes a page into the draft as it is now, and leads on from it.
    async fn go_on(
        &self,
        step: Option<&str>,
        form: &Form,
        received: Vec<Came<'_>>,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<Response, ApiError> {
        let Self { state, at, visit, .. } = self;
        let service = self.service();
        let mut posted = self.begun().await?;
        posted.turn += 1;
        posted.problems.clear();
        let opened = std::mem::take(&mut posted.opened);
        let first = service.questions.first().map_or("", |question| &question.id);
        let slug = step.unwrap_or(first);
        let page = journey::pages(service).into_iter().find(|page| page.iter().any(|known| known.id == slug));
        let Some(page) = page else {
            // The form has changed since this page was drawn. What it still asks is kept, and it goes on where it stands.
            let known = |question: &&Question| form.texts.keys().any(|path| question_of(path) == question.id);
            let known: Vec<&Question> = service.questions.iter().filter(known).collect();
            self.take(&known, form, received, &mut posted).await?;
            visit.keep(&posted).await?;
            return Ok(visit.to(&paths::next(service, &self.resume(&posted), false)));
        };
        let here = path_of(uri);
        let changing = matches!(paths::Page::read(&here), Some(paths::Page::Step { changing: true, .. }));
        let before = page_of_questions::shown(service, page, &posted.answers);
        // The page says what was asked on it; what is kept may be gone, or from another tab.
        let said: Option<Vec<&str>> = form.texts.get(ASKED).map(|said| said.split(',').collect());
        let was_asked = |(question, asked): &(&Question, &bool)| match &said {
            Some(said) => said.contains(&question.id.as_str()),
            None => **asked,
        };
        let drawn: Vec<&Question> =
            page.iter().zip(&before.asked).filter(was_asked).map(|(question, _)| question).collect();
        let mut problems = self.take(&drawn, form, received, &mut posted).await?;
        let mut asked_next = None;
        match form.act() {
            (verb @ ("find" | "hand" | "add" | "map" | nearby::OPEN | nearby::SAME), path) => {
                posted.opened = format!("{verb}:{path}");
            }
            ("remove", path) => remove(page, path, &mut posted.answers),
            (nearby::DIFFERENT, _) => nearby::DIFFERENT.clone_into(&mut posted.opened),
            ("tell", path) => {
                // What else is typed on the page is kept, whatever becomes of this.
                visit.keep(&posted).await?;
                problems = self.tell(path, form, &mut posted).await?;
            }
            ("use", other) => {
                visit.keep(&posted).await?;
                return self.take_along(other, &posted, headers).await;
            }
            _ => {
                let today = at.served.local(state.now()).date();
                let now = page_of_questions::shown(service, page, &posted.answers);
                let asked_now = asked(page, &now.asked);
                // What these answers brought up was not on the page yet: it is asked once the rest is right.
                let was_drawn = |question: &&&Question| drawn.iter().any(|known| known.id == question.id);
                let checked: Vec<&Question> = asked_now.iter().filter(was_drawn).copied().collect();
                let is_new = checked.len() < asked_now.len();
                if let Err(errors) = validate::questions(&checked, &posted.answers, today) {
                    problems.extend(words::problems(&checked, &errors));
                }
                // What helps with an answer stays until the answer is right.
                if !problems.is_empty() && matches!(opened.split(':').next(), Some("find" | "hand")) {
                    posted.opened.clone_from(&opened);
                }
                if problems.is_empty() {
                    let here = (checked.as_slice(), &posted.answers);
                    problems.extend(homes::problems(state, at, service, here).await?);
                }
                if problems.is_empty() && is_new {
                    // Where scripts run it would have come up at once: here the page comes back at it.
                    let first = asked_now.iter().find(|question| !was_drawn(question));
                    asked_next = first.map(|question| question.first_field());
                }
                if problems.is_empty() && !is_new && now.stop.is_none() {
                    for question in &asked_now {
                        posted.seen.retain(|(id, _)| *id != question.id);
                        posted.seen.push((question.id.clone(), question.stamp));
                    }
                    posted.opened = self.remark(&asked_now, &opened, &posted.answers).await?;
                    if !posted.opened.is_empty() {
                        let place = posted.opened.split(':').next().unwrap_or_default();
                        let place = if place == nearby::OPEN { nearby::ID } else { place };
                        visit.keep(&posted).await?;
                        return Ok(visit.to(&format!("{here}#{place}")));
                    }
                    let next = if changing {
                        self.resume(&posted)
                    } else {
                        let first = page.first().map_or("", |first| &first.id);
                        journey::after(service, &posted.answers, first, today)
                    };
                    visit.keep(&posted).await?;
                    return Ok(visit.to(&paths::next(service, &next, changing)));
                }
            }
        }
        let place = if problems.is_empty() { place_of(page, form.act(), &posted.answers) } else { None };
        let place = place.or(asked_next);
        posted.problems = in_pairs(problems);
        visit.keep(&posted).await?;
        Ok(visit.to(&place.map_or_else(|| here.clone(), |place| format!("{here}#{place}"))))
    }
}

/// Where on the page it goes on after a button that was pressed: the identifier of a field.
fn place_of(page: &[Question], (verb, path): (&str, &str), answers: &Answers) -> Option<String> {
    let id = path.rsplit_once('.').map_or(path, |(id, _)| id);
    let question = page.iter().find(|question| question.id == path || question.id == id)?;
    let is_name = path.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    match (verb, &question.kind) {
        _ if !is_name => None,
        ("find", _) => Some(format!("{path}.postcode")),
        ("hand", _) => Some(format!("{path}.line1")),
        ("add", Kind::Group(group)) => {
            let first = group.questions.first()?;
            let number = group::count(path, answers).max(1).saturating_add(1).min(group.max);
            Some(format!("{path}.{number}.{}", first.first_field()))
        }
        ("remove", Kind::Group(_)) => Some(format!("{}-add", question.id)),
        ("map" | "remove", _) => Some(question.first_field()),
        _ => None,
    }
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

/// Takes the address that was picked from the list.
pub(super) async fn pick_address(
    at: &At,
    question: &Question,
    form: &Form,
    answers: &mut Answers,
) -> Result<(), ApiError> {
    let path = |part: &str| format!("{}.{part}", question.id);
    let picked = form.text(&path("list"));
    if !picked.is_empty()
        && let Some(known) = at.store.address(picked).await?
    {
        let line = |at: usize| known.lines.get(at).cloned().unwrap_or_default();
        answers.set(&path("uprn"), known.uprn.clone());
        answers.set(&path("line1"), line(0));
        answers.set(&path("line2"), line(1));
        answers.set(&path("town"), known.town.clone().unwrap_or_default());
        answers.set(&path("postcode"), known.postcode.clone());
    }
    Ok(())
}

/// A street is the one of the gazetteer where only one is called as was typed, for there is no list to pick from. It is
/// then named in full, so that the person sees which.
pub(crate) async fn know_street(at: &At, question: &Question, answers: &mut Answers) -> Result<(), ApiError> {
    let [street, id] = ["street", "street_id"].map(|part| format!("{}.{part}", question.id));
    let typed = answers.get(&street).trim().to_owned();
    if !typed.is_empty() && answers.get(&id).is_empty() {
        let found = routes::places::streets(at, &typed).await?;
        let called = |name: &str| typed.eq_ignore_ascii_case(name);
        let mut known = found.iter().filter(|place| called(&place.show()) || called(&place.name));
        if let (Some(only), None) = (known.next(), known.next()) {
            answers.set(&street, only.show());
            answers.set(&id, only.id.clone());
        }
    }
    Ok(())
}

/// Takes out what a button stood beside: `people.2`, `photos.1`.
fn remove(page: &[Question], path: &str, answers: &mut Answers) {
    if let Some((id, number)) = path.rsplit_once('.')
        && let Some(question) = page.iter().find(|question| question.id == id)
        && let Ok(number) = number.parse()
    {
        question.kind.remove(id, number, answers);
    }
}

/// Sends the form.
async fn send(State(state): State<AppState>, at: At, Path(id): Path<String>, request: Request) -> Response {
    or_sorry(&state, &at, Box::pin(post_check(&state, &at, &id, request))).await
}

async fn post_check(state: &AppState, at: &At, id: &str, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let filling = Filling::of(state, at, &headers, id).await?;
    let form = Form::read((state, at), request, &no_files).await?;
    Box::pin(visit::in_turn(|| filling.send(&form, &headers))).await
}

impl Filling<'_> {
    /// Sends what was filled in, if it is what was seen.
    async fn send(&self, form: &Form, headers: &HeaderMap) -> Result<Response, ApiError> {
        let Self { state, at, visit, .. } = self;
        let service = self.service();
        let id = service.id.as_str();
        let Some(mut posted) = visit.kept(id).await? else {
            // Pressed twice, it was sent by the first press.
            if let Some(before) = visit.sent_before(id).await? {
                return Ok(visit.to(&self.confirmed(&before)?));
            }
            // It is gone: the page says so.
            let gone = Posted { opened: GONE.to_owned(), ..self.begun().await? };
            visit.keep(&gone).await?;
            return Ok(visit.to(&paths::service(id)));
        };
        // A page of an older document, of other answers, or one that was never gone through, is not sent unseen.
        let differs = |name: &str, now: String| form.texts.get(name).is_some_and(|drawn| *drawn != now);
        let today = at.served.local(state.now()).date();
        let asked = journey::asked(service, &posted.answers);
        let due = service.fee.as_ref().map_or_else(Vec::new, |fee| fee.due(&posted.answers, &asked, today));
        let has_changed = differs("version", service.version.to_string())
            || differs("key", posted.key.to_string())
            || differs("turn", posted.turn.to_string())
            || differs("quoted", fee::total(&due).to_string());
        let next = self.resume(&posted);
        if has_changed || next != Next::Check {
            posted.problems.clear();
            if !has_changed {
                // What was free when it was chosen may be so no longer.
                let wrong = validate::form(service, &posted.answers, today).err().unwrap_or_default();
                let taken: Vec<_> =
                    wrong.into_iter().filter(|error| error.code == ErrorCode::NotAnOption).collect();
                let questions: Vec<&Question> = service.questions.iter().collect();
                posted.problems = in_pairs(words::problems(&questions, &taken));
            }
            posted.opened = if has_changed { CHANGED.to_owned() } else { String::new() };
            visit.keep(&posted).await?;
            return Ok(visit.to(&paths::next(service, &next, false)));
        }
        let asked: Vec<String> = asked.iter().map(|question| question.id.clone()).collect();
        let answers = posted.answers.only(|question| asked.iter().any(|known| known == question));
        let sender = match (&self.form.acting, visit.resident()) {
            (Some(acting), _) => Sender::Helper(Box::new(acting.clone())),
            (None, Some(resident)) => Sender::Resident(resident),
            (None, None) => Sender::Nobody,
        };
        let consent = match sender {
            Sender::Resident(resident) => {
                let asked = consent::invite_for(at, Some(resident)).await?.questions;
                sharing::answers(form, &asked)
            }
            Sender::Helper(_) | Sender::Nobody => Vec::new(),
        };
        let quoted = service.fee.as_ref().map(|_| fee::total(&due));
        let request =
            SubmitRequest { service: id.to_owned(), version: service.version, answers, consent, quoted };
        let about = visit.about(id, posted.key).await?;
        match submit(state, at, posted.key, request, sender, about).await {
            Ok((sent, _)) => {
                // It is sent, whatever becomes of what was kept meanwhile.
                if let Err(error) = visit.sent(id).await {
                    tracing::warn!(code = error.code(), "a draft that was sent is still kept");
                }
                if sent.to_pay {
                    let mut reply = paying::lead_home(state, at, headers, &sent.key).await?;
                    reply.headers_mut().append(header::SET_COOKIE, visit.cookie()?);
                    return Ok(reply);
                }
                Ok(visit.to(&match (&self.form.acting, sent.request) {
                    (Some(acting), Some(request)) => paths::acting_sent(acting.helper.id, request),
                    _ => paths::sent(&sent.key),
                }))
            }
            Err(error) => {
                if let Some(key) = error.sent_key() {
                    return Ok(visit.to(&paths::sent(key)));
                }
                if let (Some(acting), "already_sent") = (&self.form.acting, error.code()) {
                    return Ok(visit.to(&paths::acting(acting.helper.id)));
                }
                let questions: Vec<&Question> = service.questions.iter().collect();
                let found = if error.is_of_home() {
                    homes::problems(state, at, service, (&questions, &posted.answers)).await?
                } else {
                    words::problems(&questions, error.fields())
                };
                if found.is_empty() && !matches!(error.code(), "stopped" | "changed") {
                    return Err(error);
                }
                let found = found.into_iter().map(|problem| at_its_page(id, problem));
                posted.problems = in_pairs(found.collect());
                visit.keep(&posted).await?;
                Ok(visit.to(&paths::check(id)))
            }
        }
    }
}
