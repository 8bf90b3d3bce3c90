//! The page at a contractor's link: what is to be done, and how it goes. The token in the address is the permission, for one
//! request, as long as that is open and the work is theirs.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use chrono::TimeDelta;
use domain::answers::Answers;
use domain::case::{Actor, Contract, Event, Recorded};
use domain::catalogue::Question;
use domain::contractor;
use domain::field::date::{Date, DayLimit};
use domain::field::{Kind, Value, plain};
use domain::standard::say;
use portico_app::components::error_summary::Problem;
use portico_app::pages::contract::{DONE, MOST_PHOTOS, PHOTOS, PLANNED, SEEN, Said, Work};
use portico_app::pages::form as page_of_questions;
use portico_app::words;
use uuid::Uuid;

use super::followed;
use super::form::Form;
use super::pages;
use super::visit::{self, Visit, or_sorry};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path, Query};
use crate::operations::act::act;
use crate::operations::looked::look_as_contractor;
use crate::routes;
use crate::routes::photos::{OfWork, Which};
use crate::secret;
use crate::state::AppState;
use crate::store::contracts::ContractLink;
use crate::store::requests::Stored;

/// A page with five photos, and the boundaries between.
const MOST_BYTES: usize = 80 * 1024 * 1024;
/// The longest that is written of something else there, in characters.
const MOST_SEEN: u32 = 2000;
/// What is written at one link: sixty times in an hour.
const POSTS: (i32, TimeDelta) = (60, TimeDelta::hours(1));

/// The pages with this form.
pub fn router() -> Pages {
    const TOKEN: &str = "the token in the address is the permission";
    Pages::new()
        .open("/contract/{token}", get(page).post(write), TOKEN)
        .open("/contract/{token}/photos/{photo}", get(photo), TOKEN)
        .with_bodies_up_to(MOST_BYTES)
}

/// What a link opens.
struct Opened {
    link: ContractLink,
    stored: Stored,
    contract: Contract,
}

/// What a token leads to.
enum Led {
    /// To the work.
    Open(Box<Opened>),
    /// It did once.
    Over(Box<(ContractLink, Stored)>),
}

impl Opened {
    fn actor(&self) -> Actor {
        Actor::Contractor(self.contract.contractor.clone())
    }

    /// What happened to this piece of work.
    fn history(&self) -> impl Iterator<Item = &Recorded> {
        let work = self.link.id;
        let is_given = move |recorded: &&Recorded| matches!(&recorded.event, Event::Contracted(contract) if contract.contractor.id == work);
        self.stored.case.history.iter().skip_while(move |recorded| !is_given(recorded))
    }

    /// What they may see of the answers.
    fn answers(&self, at: &At) -> Vec<domain::validate::Answer> {
        let submission = &self.stored.case.submission;
        contractor::shown(&submission.answers, at.served.service(&submission.service))
    }
}

/// Where a token leads. A full stop or a blank that was copied along with the link does no harm.
async fn led(state: &AppState, at: &At, token: &str) -> Result<Led, ApiError> {
    let token = token.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let (link, stored) = at.store.contracted(&secret::hash(token.as_bytes())).await?;
    let case = &stored.case;
    let own = case.contract.clone().filter(|contract| contract.contractor.id == link.id);
    let is_in_time = link.until >= at.served.local(state.now()).date();
    Ok(match own.filter(|_| is_in_time && case.status.is_open()) {
        Some(contract) => Led::Open(Box::new(Opened { link, stored, contract })),
        None => Led::Over(Box::new((link, stored))),
    })
}

/// The page that says that a link works no more, and whom to ask.
fn over(state: &AppState, at: &At, (link, stored): &(ContractLink, Stored)) -> Response {
    let council = &at.served.council;
    let is_out_of_date = link.until < at.served.local(state.now()).date();
    let why = if is_out_of_date {
        format!("This link worked until {}.", say(link.until))
    } else {
        "This link does not work any more, because the work is over, was taken back or went to somebody else."
            .to_owned()
    };
    let whom = stored.case.answers_for_it().map_or("us", |owner| owner.name.as_str());
    let why = format!(
        "{why} If you still need it, ask {whom} in {} of {} for a new one: {}, {} ({}).",
        council.department_name(stored.case.department()),
        council.name,
        council.contact.email,
        council.contact.phone,
        council.contact.hours,
    );
    pages::over(state, at, StatusCode::GONE, &why)
}

/// The work.
async fn page(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let shown = async {
        let opened = match led(&state, &at, &token).await? {
            Led::Open(opened) => opened,
            Led::Over(what) => return Ok(over(&state, &at, &what)),
        };
        look_as_contractor(&state, &at, &opened.contract.contractor, &opened.stored).await?;
        let address = address(&token);
        let posted = visit::of_page(&state, &at, &headers, &address).await?;
        let work = Work { posted, ..work(&state, &at, &opened, address) };
        let drawn = portico_app::plain::contract(routes::council::view(&state, &at.served), work);
        Ok(pages::of_person(&at, &drawn))
    };
    or_sorry(&state, &at, shown).await
}

fn address(token: &str) -> String {
    format!("/contract/{token}")
}

fn work(state: &AppState, at: &At, opened: &Opened, address: String) -> Work {
    let case = &opened.stored.case;
    let said = opened.history().filter_map(|Recorded { at: when, event, .. }| {
        let when = at.served.say(*when);
        let photos = event.work_photos().to_vec();
        let said = |text: &String, planned, is_done, by_council| {
            Some(Said {
                when: when.clone(),
                by_council,
                text: text.clone(),
                planned,
                is_done,
                photos: photos.clone(),
            })
        };
        match event {
            Event::ContractorWrote { text, planned, .. } => said(text, *planned, false, false),
            Event::ContractorDone { text, .. } => said(text, None, true, false),
            Event::Checked { fine: false, text } => said(text, None, false, true),
            _ => None,
        }
    });
    Work {
        title: case.submission.title.clone(),
        reference: case.submission.reference.to_string(),
        task: opened.contract.task.clone(),
        owner: case.answers_for_it().map(|owner| owner.name.clone()).unwrap_or_default(),
        complete_by: case.complete_by,
        ward: case.submission.ward.clone(),
        answers: opened.answers(at),
        said: said.collect(),
        is_done: case.work.is_some(),
        until: opened.link.until,
        address,
        id: state.new_id(),
        posted: None,
    }
}

/// A photo of the work: of those that they may see, or that they sent.
async fn photo(
    State(state): State<AppState>,
    at: At,
    Path((token, photo)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let Led::Open(opened) = led(&state, &at, &token).await? else { return Err(ApiError::not_found()) };
    let photo = Uuid::try_parse(&photo).map_err(|_| ApiError::not_found())?;
    let told = opened.answers(&at).into_iter().any(|answer| match answer.value {
        Value::Photos(photos) => photos.photos.iter().any(|told| told.id == photo),
        _ => false,
    });
    let is_theirs = opened.history().any(|recorded| recorded.event.work_photos().contains(&photo));
    if !told && !is_theirs {
        return Err(ApiError::not_found());
    }
    routes::photos::serve(&state, &at, &opened.stored, photo, (&which, OfWork::All)).await
}

/// How it goes, or that it is done.
async fn write(
    State(state): State<AppState>,
    at: At,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let written = async {
        // Who has no link is told so before anything that they send is read.
        let opened = match led(&state, &at, &token).await? {
            Led::Open(opened) => opened,
            Led::Over(what) => return Ok(over(&state, &at, &what)),
        };
        let subject = format!("contract:{}", opened.link.id);
        if !at.store.try_once(subject, POSTS.0, POSTS.1, state.now()).await? {
            return Err(ApiError::too_many());
        }
        look_as_contractor(&state, &at, &opened.contract.contractor, &opened.stored).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &|field| field == PHOTOS).await?;
        let here = address(&token);
        let is_done = form.act().0 == DONE;
        let (message, planned) = (followed::message(&form), planned(&state, &at, &opened, &form));
        let seen = plain::lines(form.text(SEEN));
        let mut problems = Vec::new();
        if let Err(words) = &message {
            problems.push(Problem { id: "message".to_owned(), words: (*words).to_owned() });
        }
        match &planned {
            // What is done is planned no more.
            Err(wrong) if !is_done => problems.extend(wrong.iter().cloned()),
            _ => {}
        }
        if plain::count(&seen) > MOST_SEEN {
            let words = "What else you saw must be 2,000 characters or fewer".to_owned();
            problems.push(Problem { id: SEEN.to_owned(), words });
        }
        if form.files.len() > MOST_PHOTOS {
            let words = page_of_questions::too_many(u32::try_from(MOST_PHOTOS).unwrap_or(u32::MAX));
            problems.push(Problem { id: PHOTOS.to_owned(), words });
        }
        let mut photos = Vec::new();
        if problems.is_empty() {
            for file in &form.files {
                match routes::photos::keep(&state, &at, file.bytes.clone()).await {
                    Ok(photo) => photos.push(photo.id),
                    Err(error) => {
                        let name = domain::field::documents::name(&file.name, 1);
                        let words =
                            page_of_questions::file_problem(error.code(), error.status().as_u16(), &name);
                        problems.push(Problem { id: PHOTOS.to_owned(), words });
                    }
                }
            }
        }
        let (Ok((text, id)), true) = (message, problems.is_empty()) else {
            return visit.again(&form, problems, &here).await;
        };
        // The owner reads it with the news, and reports it from there.
        let text = if seen.is_empty() { text } else { format!("{text}\n\nAnything else near there: {seen}") };
        let event = if is_done {
            Event::ContractorDone { text, photos }
        } else {
            Event::ContractorWrote { text, planned: planned.unwrap_or_default(), photos }
        };
        // The same words may be sent as news, and then as the end.
        let id = id.map(|id| if is_done { Uuid::from_u128(id.as_u128() ^ 1) } else { id });
        match act(&state, &at, opened.stored.id, opened.actor(), event, id).await {
            Ok(_) => visit.done(&here, &here).await,
            Err(error) => Ok(pages::sorry_for(&state, &at, &error, form.text("message"))),
        }
    };
    or_sorry(&state, &at, Box::pin(written)).await
}

/// The day that the work is planned for: from today on, up to the one that is promised.
fn planned(
    state: &AppState,
    at: &At,
    opened: &Opened,
    form: &Form,
) -> Result<Option<chrono::NaiveDate>, Vec<Problem>> {
    let limits = Date {
        earliest: Some(DayLimit::Today { days: 0, months: 0 }),
        latest: Some(DayLimit::Day(opened.stored.case.complete_by.day())),
    };
    let question = Question {
        id: PLANNED.to_owned(),
        label: "When will you do the work?".to_owned(),
        hint: None,
        required: false,
        page: None,
        show_if: None,
        kind: Kind::Date(limits),
        stamp: 0,
    };
    let answers: Answers = form.texts.iter().map(|(path, raw)| (path.as_str(), raw.as_str())).collect();
    let today = at.served.local(state.now()).date();
    match question.kind.parse(answers.parts(PLANNED), false, today) {
        Ok(Some(Value::Date(day))) => Ok(Some(day)),
        Ok(_) => Ok(None),
        Err(errors) => Err(words::problems(&[&question], &errors)),
    }
}
