//! What is changed about a request that was sent: taking it back, photos, the place; and what follows one that has ended, as
//! a complaint. Each is a small form that the browser sends itself, with or without the app.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use domain::answers::question_of;
use domain::case::Case;
use domain::catalogue::Question;
use domain::field::{Photo, Value, documents};
use portico_app::components::amend::{PHOTOS, UNCHANGED};
use portico_app::components::error_summary::Problem;
use portico_app::pages::form::{file_problem, too_many};
use portico_app::{paths, words};
use uuid::Uuid;

use super::account::to_sign_in;
use super::form::{Form, no_files};
use super::pages;
use super::visit::{Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, signed_in};
use crate::operations::acting::{actor, acts_by, today};
use crate::operations::amend::{self, Who};
use crate::routes;
use crate::routes::{acting, photos};
use crate::secret;
use crate::state::AppState;
use crate::store::requests::Stored;

/// A form with five photos, and the boundaries between.
const MOST_BYTES: usize = 80 * 1024 * 1024;

const TOO_LATE: &str = "It is too late to take this back. Write here what should be different";
const BEGUN: &str = "Somebody is working on this already. Write here what should be different";

/// The pages with these forms.
pub fn router() -> Pages {
    const KEY: &str = "the key in the address is the permission";
    const ACTS: &str = "what is done for somebody asks who is signed in, and whether they may";
    let mut pages = Pages::new()
        .open("/follow/{key}/complaint", get(pages::fallback).post(complaint), KEY)
        .open("/follow/{key}/again", get(pages::fallback).post(again), KEY);
    for what in [What::Undo, What::Photos, What::Place] {
        let path = what.path();
        let own = get(pages::fallback).post(
            async move |State(state): State<AppState>, at: At, Path(key): Path<String>, posted: Request| {
                changed(&state, &at, Whose::Own(&key), (what, posted)).await
            },
        );
        let acting = get(pages::fallback).post(
            async move |State(state): State<AppState>,
                        at: At,
                        Path((id, request)): Path<(String, String)>,
                        posted: Request| {
                changed(&state, &at, Whose::Anothers(&id, &request), (what, posted)).await
            },
        );
        pages = pages.open(&format!("/follow/{{key}}/{path}"), own, KEY);
        pages = pages.open(&format!("/account/acting/{{id}}/{{request}}/{path}"), acting, ACTS);
    }
    pages.with_bodies_up_to(MOST_BYTES)
}

/// What is changed.
#[derive(Clone, Copy)]
enum What {
    Undo,
    Photos,
    Place,
}

impl What {
    /// Where it is posted to, below the page of the request.
    fn path(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Photos => "photos",
            Self::Place => "place",
        }
    }

    /// What its resident reads that somebody did who acts for them.
    fn did(self) -> &'static str {
        match self {
            Self::Undo => "Took back",
            Self::Photos => "Added photos to",
            Self::Place => "Corrected the place of",
        }
    }
}

/// Whose request it is: one's own, by its key, or that of somebody that one acts for.
#[derive(Clone, Copy)]
enum Whose<'a> {
    Own(&'a str),
    Anothers(&'a str, &'a str),
}

/// Changes a request.
async fn changed(state: &AppState, at: &At, whose: Whose<'_>, (what, posted): (What, Request)) -> Response {
    let headers = posted.headers().clone();
    let done = async {
        let changing = match whose {
            Whose::Own(key) => Changing::by_key(at, key).await?,
            Whose::Anothers(id, request) => {
                match Changing::acting(state, at, &headers, (id, request), what.did()).await? {
                    Ok(changing) => changing,
                    Err(elsewhere) => return Ok(elsewhere),
                }
            }
        };
        let visit = Visit::of(state, at, &headers).await?;
        let takes = |field: &str| matches!(what, What::Photos) && field == PHOTOS;
        let form = Form::read((state, at), posted, &takes).await?;
        match what {
            What::Undo => take_back(state, at, (&visit, &form), changing).await,
            What::Photos => add_photos(state, at, (&visit, &form), changing).await,
            What::Place => Box::pin(correct(state, at, (&visit, &form), changing)).await,
        }
    };
    or_sorry(state, at, Box::pin(done)).await
}

/// A request, who changes it, and the page that it is on.
struct Changing {
    stored: Stored,
    who: Who,
    here: String,
}

impl Changing {
    async fn by_key(at: &At, key: &str) -> Result<Self, ApiError> {
        let stored = routes::follow::stored(at, key).await?;
        Ok(Self { stored, who: Who::Resident, here: paths::request(key) })
    }

    /// Of somebody that one acts for; or where one signs in first.
    async fn acting(
        state: &AppState,
        at: &At,
        headers: &HeaderMap,
        (id, request): (&str, &str),
        what: &str,
    ) -> Result<Result<Self, Response>, ApiError> {
        let here = paths::account(&format!("acting/{id}/{request}"));
        let Some((resident, session)) = signed_in(state, at, headers).await? else {
            return Ok(Err(to_sign_in(&here)));
        };
        let who = SignedIn { resident, session };
        let (helper, stored) = acting::found(state, at, &who, (id, request)).await?;
        let detail = format!("{what} your request {}, for you", stored.case.submission.reference);
        let by = acts_by((who.resident.id, &helper), stored.id, detail, (state.now(), today(state, at)));
        Ok(Ok(Self { stored, who: Who::Helper(Box::new(by), actor(&helper)), here }))
    }

    fn case(&self) -> &Case {
        &self.stored.case
    }
}

fn wrong(id: &str, words: String) -> Vec<Problem> {
    vec![Problem { id: id.to_owned(), words }]
}

/// What is sent twice is one change: the same form, with the same in it.
fn event_id(form: &Form, what: &[u8]) -> Option<Uuid> {
    let id = Uuid::try_parse(form.text("id")).ok()?;
    let hash = secret::hash(&[id.as_bytes(), what].concat());
    Uuid::from_slice(hash.get(..16)?).ok()
}

/// Takes it back, and leads to its form.
async fn take_back(
    state: &AppState,
    at: &At,
    (visit, form): (&Visit<'_>, &Form),
    changing: Changing,
) -> Result<Response, ApiError> {
    let Changing { stored, who, here } = changing;
    match amend::take_back(state, at, &stored, who, visit.holder()).await {
        Ok(form) => Ok(visit.to(&paths::check(&form))),
        Err(error) => match error.code() {
            // It can be said in another way.
            "too_late" => visit.again(form, wrong("message", TOO_LATE.to_owned()), &here).await,
            "begun" => visit.again(form, wrong("message", BEGUN.to_owned()), &here).await,
            // Pressed twice: the page says how it stands.
            "closed" => Ok(visit.to(&here)),
            _ => Err(error),
        },
    }
}

/// Adds the photos that were picked.
async fn add_photos(
    state: &AppState,
    at: &At,
    (visit, form): (&Visit<'_>, &Form),
    changing: Changing,
) -> Result<Response, ApiError> {
    let Changing { stored, who, here } = changing;
    let (_, room) = amend::photos_at(at, &stored.case)?;
    let found = match form.files.len() {
        0 => Some("Choose a photo".to_owned()),
        many if many > room as usize => Some(too_many(room)),
        _ => None,
    };
    if let Some(words) = found {
        return visit.again(form, wrong(PHOTOS, words), &here).await;
    }
    let hashes: Vec<u8> = form.files.iter().flat_map(|file| secret::hash(&file.bytes)).collect();
    let event = event_id(form, &hashes).unwrap_or_else(|| state.new_id());
    if at.store.has_happened(stored.id, event).await? {
        return visit.done(&here, &here).await;
    }
    let mut kept = Vec::new();
    for file in &form.files {
        match photos::keep(state, at, file.bytes.clone()).await {
            Ok(photo) => kept.push(Photo { id: photo.id, alt: String::new() }),
            Err(error) => {
                let name = documents::name(&file.name, 1);
                let words = file_problem(error.code(), error.status().as_u16(), &name);
                return visit.again(form, wrong(PHOTOS, words), &here).await;
            }
        }
    }
    match amend::add_photos(state, at, &stored, who, (kept, event)).await {
        Ok(_) => visit.done(&here, &here).await,
        Err(error) => Ok(pages::sorry(state, at, &error)),
    }
}

/// Puts the place right.
async fn correct(
    state: &AppState,
    at: &At,
    (visit, form): (&Visit<'_>, &Form),
    changing: Changing,
) -> Result<Response, ApiError> {
    let question = form.text("question").to_owned();
    let answer = match amend::place_of(state, at, changing.case(), &question, &form.texts).await {
        Ok(answer) => answer,
        Err(error) if !error.fields().is_empty() => {
            let service = at.served.service(&changing.case().submission.service);
            let asked: Vec<&Question> = service.iter().flat_map(|service| &service.questions).collect();
            let problems = words::problems(&asked, error.fields());
            // Where it is, and no more: a form of one question says so at its first field.
            let problems = problems.into_iter().filter(|problem| question_of(&problem.id) == question);
            return visit.again(form, problems.collect(), &changing.here).await;
        }
        Err(error) => return Err(error),
    };
    let event = event_id(form, answer.value.show().as_bytes()).unwrap_or_else(|| state.new_id());
    let Changing { stored, who, here } = changing;
    if at.store.has_happened(stored.id, event).await? {
        return visit.done(&here, &here).await;
    }
    match amend::correct_place(state, at, &stored, who, (answer, event)).await {
        Ok(_) => visit.done(&here, &here).await,
        Err(error) if error.code() == "same" => {
            let first = form.texts.keys().find(|path| question_of(path) == question && path.contains('.'));
            let first = first.cloned().unwrap_or_default();
            visit.again(form, wrong(&first, UNCHANGED.to_owned()), &here).await
        }
        Err(error) => Ok(pages::sorry_for(state, at, &error, &answer_shown(form, &question))),
    }
}

/// What was typed, where it has no form any more.
fn answer_shown(form: &Form, question: &str) -> String {
    let typed = form.texts.iter().filter(|(path, raw)| question_of(path) == question && !raw.is_empty());
    typed.map(|(_, raw)| raw.as_str()).collect::<Vec<_>>().join("\n")
}

/// Begins a complaint about a request that has ended.
async fn complaint(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let done = async {
        Form::read((&state, &at), request, &no_files).await?;
        let stored = routes::follow::stored(&at, &key).await?;
        let known = at.served.council.complaint.as_ref();
        let known = known.and_then(|known| Some((known, at.served.service(&known.service)?)));
        let (complaint, form) = known.ok_or_else(ApiError::not_found)?;
        let submission = &stored.case.submission;
        let topic = at.served.service(&submission.service).map(|service| service.topic);
        let mut answers = complaint.begin(&submission.reference.to_string(), topic);
        let contact = submission.answers.iter().find(|answer| {
            matches!(answer.value, Value::Contact(_)) && form.question(&answer.question).is_some()
        });
        if let Some(contact) = contact {
            contact.value.write(&contact.question, &mut answers);
        }
        let visit = Visit::of(&state, &at, &headers).await?;
        let next = visit.begin(form, answers, Some(stored.id)).await?;
        Ok(visit.to(&next))
    };
    or_sorry(&state, &at, Box::pin(done)).await
}

/// Begins the same form again, about a request that has ended.
async fn again(State(state): State<AppState>, at: At, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        Form::read((&state, &at), request, &no_files).await?;
        let stored = routes::follow::stored(&at, &key).await?;
        let form = at.served.service(&stored.case.submission.service).ok_or_else(ApiError::not_found)?;
        let answers = amend::typed(&stored.case.submission.answers);
        let answers = answers.only(|question| form.question(question).is_some());
        let visit = Visit::of(&state, &at, &headers).await?;
        let next = visit.begin(form, answers, Some(stored.id)).await?;
        Ok(visit.to(&next))
    };
    or_sorry(&state, &at, Box::pin(done)).await
}
