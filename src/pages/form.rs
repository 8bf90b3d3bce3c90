//! A page of questions: what is asked appears and goes as answers are given, and an answer that ends the form
//! says so at once, before anything else is typed.

use std::sync::Arc;

use domain::answers::Answers;
use domain::api::services::ServiceView;
use domain::catalogue::{Question, Service, Stop};
use domain::field::Kind;
use domain::journey::{self, Next};
use domain::validate;
use leptos::prelude::*;

use crate::components::better_form::BetterForm;
use crate::components::button::SubmitButton;
use crate::components::error_summary::{ErrorSummary, Problem};
use crate::components::field::{Asked, field};
use crate::components::handlers::{posted_to, pressed, submitted};
use crate::components::nearby::already;
use crate::components::stop::stop_panel;
use crate::live::{Drawn as _, ON_SERVER, live_if, react};
use crate::photo::PhotoProblem;
use crate::state::drafts::Draft;
use crate::state::uploads::{self, UNFINISHED};
use crate::state::{address, boot, visit};
use crate::{a11y, paths, words};

/// Says in a page that is posted which questions were asked on it. No question is called so.
pub const ASKED: &str = ":asked";

/// What these answers make of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which of its questions are asked; those after an answer that ends the form are not.
    pub asked: Vec<bool>,
    /// The question whose answer ends the form, and the stop, by their places.
    pub stop: Option<(usize, usize)>,
}

/// The questions of one page of a form, all that may be asked on it.
pub(super) struct Page {
    view: Arc<ServiceView>,
    questions: Vec<Question>,
    draft: Draft,
    /// What is wrong.
    pub problems: RwSignal<Vec<Problem>>,
    changing: bool,
}

impl Page {
    /// The page that a question is on.
    pub fn of(view: &Arc<ServiceView>, question: &str, draft: Draft, changing: bool) -> Option<Self> {
        let on_it = |page: &&[Question]| page.iter().any(|known| known.id == question);
        let questions = journey::pages(&view.service).into_iter().find(on_it)?.to_vec();
        Some(Self {
            view: Arc::clone(view),
            questions,
            draft,
            problems: RwSignal::new(boot::take_problems()),
            changing,
        })
    }

    /// The title of the page, and whether it is the label of its only question.
    pub fn heading(&self) -> (String, bool) {
        match self.questions.as_slice() {
            [only] => (only.label.clone(), true),
            several => {
                let title = several.first().and_then(|first| first.page.clone());
                (title.unwrap_or_else(|| self.view.service.title.clone()), false)
            }
        }
    }

    /// The title of the document: what is wrong comes first.
    pub fn set_title(&self) {
        let (heading, service, problems) = (self.heading().0, self.view.service.title.clone(), self.problems);
        a11y::use_page(move || {
            let error = if problems.with(Vec::is_empty) { "" } else { "Error: " };
            let of = if heading == service { String::new() } else { format!(" - {service}") };
            format!("{error}{heading}{of}")
        });
    }

    /// The summary of what is wrong, for the top of the page.
    pub fn summary(&self) -> AnyView {
        view! { <ErrorSummary problems=self.problems /> }.drawn()
    }

    /// The questions, and the way on.
    pub fn draw(self) -> AnyView {
        let Self { view, questions, draft, problems, changing } = self;
        let questions = Arc::new(questions);
        let shown = {
            let (view, questions) = (Arc::clone(&view), Arc::clone(&questions));
            Memo::new(move |_| draft.answers().with(|answers| shown(&view.service, &questions, answers)))
        };
        let heading = questions.len() == 1;
        let takes_files = |question: &Question| matches!(question.kind, Kind::Photos(_) | Kind::Documents(_));
        let questions_take_files = questions.iter().any(takes_files);
        let mut drawn = Vec::new();
        let suggest = view.service.suggest.as_deref();
        let better = questions
            .iter()
            .find(|question| suggest == Some(question.id.as_str()))
            .map(|question| BetterForm::new(draft.text(&question.id)));
        for (at, question) in questions.iter().enumerate() {
            let is_asked = Memo::new(move |_| shown.with(|shown| shown.asked[at]));
            let asked = Asked::new(question.clone(), draft, problems, heading);
            let near = view.service.nearby.filter(|_| matches!(question.kind, Kind::Place(_)));
            let near = near.map(|_| view.service.id.clone());
            let notice = better.filter(|_| suggest == Some(question.id.as_str()));
            drawn.push(live_if(move || {
                is_asked.get().then(|| {
                    let question = &asked.question;
                    let near = near.as_ref().map(|service| already(service, &question.id, draft, problems));
                    view! { {offer(question, draft)} {field(&asked)} {near} {notice.map(BetterForm::notice)} }
                        .drawn()
                })
            }));
            let stops_here = Memo::new(move |_| {
                shown.with(|shown| shown.stop.filter(|(question, _)| *question == at).map(|(_, stop)| stop))
            });
            let view = Arc::clone(&view);
            drawn.push(live_if(move || {
                let stop = view.service.stops.get(stops_here.get()?)?;
                Some(stop_panel(&view.service, stop))
            }));
        }
        tell_of_stops(&view, shown, problems);
        let is_open = Memo::new(move |_| shown.with(|shown| shown.stop.is_none()));
        let way_on = live_if(move || {
            if is_open.get() {
                return Some(view! { <SubmitButton label="Continue" /> }.drawn());
            }
            // Without the app, another answer has to be sent.
            ON_SERVER.then(|| {
                view! { <div class="portico-plain"><SubmitButton label="Change my answer" /></div> }.drawn()
            })
        });
        let only_plain = ON_SERVER.then(|| posted_with(&questions, &shown.get_untracked().asked));
        forget_what_was_only_a_matter_of_time(&questions, draft, problems);
        place_from_photo(&questions, draft);
        let address = address::use_address();
        let photos = uploads::use_uploads();
        let proceed = submitted(move || {
            let service = &view.service;
            let answers = draft.now();
            let now = self::shown(service, &questions, &answers);
            let asked: Vec<&Question> = questions
                .iter()
                .zip(&now.asked)
                .filter(|(_, asked)| **asked)
                .map(|(question, _)| question)
                .collect();
            let mut found = match validate::questions(&asked, &answers, view.today) {
                Ok(_) => Vec::new(),
                Err(errors) => words::problems(&asked, &errors),
            };
            let busy = asked.iter().filter(|question| untrack(|| photos.is_busy(&question.id, draft)));
            found.extend(
                busy.map(|question| Problem { id: question.id.clone(), words: UNFINISHED.to_owned() }),
            );
            let is_fine = found.is_empty() && now.stop.is_none();
            problems.set(found);
            if is_fine && better.is_none_or(BetterForm::lets_pass) {
                for question in &asked {
                    draft.pass(question);
                }
                draft.tell();
                let first = questions.first().map_or("", |first| &first.id);
                let next = if changing {
                    // A changed answer may have opened other questions.
                    journey::resume(service, &answers, view.today, |question| draft.has_passed(question))
                } else {
                    journey::after(service, &answers, first, view.today)
                };
                address.go(&paths::next(service, &next, changing));
            }
        });
        let enctype = questions_take_files.then_some("multipart/form-data");
        view! { <form novalidate method="post" action=posted_to() enctype=enctype on:submit=proceed>{only_plain}{drawn}{way_on}</form> }
            .drawn()
    }
}

/// What a page is posted with besides its answers: what was asked on it; and the button that Enter in a field presses,
/// which is the first one that a form has.
fn posted_with(questions: &[Question], asked: &[bool]) -> AnyView {
    let asked = questions.iter().zip(asked).filter(|(_, asked)| **asked);
    let asked = asked.map(|(question, _)| question.id.as_str()).collect::<Vec<_>>().join(",");
    view! {
        <button type="submit" class="govuk-visually-hidden" tabindex="-1" aria-hidden="true">"Continue"</button>
        <input type="hidden" name=ASKED value=asked />
    }
    .drawn()
}

/// What these answers make of a page.
#[must_use]
pub fn shown(service: &Service, page: &[Question], answers: &Answers) -> Shown {
    let asked = journey::asked(service, answers);
    let mut stop = None;
    let mut is_asked = Vec::with_capacity(page.len());
    for (at, question) in page.iter().enumerate() {
        is_asked.push(stop.is_none() && asked.iter().any(|known| known.id == question.id));
        if is_asked[at] && stop.is_none() {
            let found = journey::stop_at(service, &question.id, answers, &asked);
            let place = |stop: &Stop| service.stops.iter().position(|known| known.id == stop.id);
            stop = found.and_then(place).map(|stop| (at, stop));
        }
    }
    Shown { asked: is_asked, stop }
}

/// What to say when a page came with more files than are taken.
#[must_use]
pub fn too_many(max: u32) -> String {
    format!("You can send up to {}", words::count(max as usize, "file"))
}

/// What to say of a file that the server does not take.
#[must_use]
pub fn file_problem(code: &str, status: u16, name: &str) -> String {
    PhotoProblem::from_reply(Some(code), status).words(name)
}

/// Tells those who listen that the form ends, the moment it does: what was wrong in it no longer matters.
fn tell_of_stops(view: &Arc<ServiceView>, shown: Memo<Shown>, problems: RwSignal<Vec<Problem>>) {
    let announcer = a11y::use_announcer();
    let view = Arc::clone(view);
    let mut before = shown.with_untracked(|shown| shown.stop);
    react(move || {
        let stop = shown.with(|shown| shown.stop);
        if std::mem::replace(&mut before, stop) != stop
            && let Some(stop) = stop.and_then(|(_, stop)| view.service.stops.get(stop))
        {
            problems.set(Vec::new());
            announcer.say(stop.title.clone());
        }
    });
}

/// A photo that was still on its way is no problem once it has arrived.
fn forget_what_was_only_a_matter_of_time(
    questions: &[Question],
    draft: Draft,
    problems: RwSignal<Vec<Problem>>,
) {
    let photos = uploads::use_uploads();
    let ids: Vec<String> = questions.iter().map(|question| question.id.clone()).collect();
    react(move || {
        let is_busy = ids.iter().any(|id| photos.is_busy(id, draft));
        let was_told = |problem: &Problem| problem.words == UNFINISHED;
        if !is_busy && problems.with_untracked(|list| list.iter().any(was_told)) {
            problems.update(|list| list.retain(|problem| !was_told(problem)));
        }
    });
}

/// Where a photo was taken, if its position may be used, is where it is: unless the place is marked already.
fn place_from_photo(questions: &[Question], draft: Draft) {
    let position = |is_it: fn(&Kind) -> bool| {
        let question = questions.iter().find(|question| is_it(&question.kind))?;
        Some(format!("{}.position", question.id))
    };
    let Some((photo, place)) =
        position(|kind| matches!(kind, Kind::Photos(_))).zip(position(|kind| matches!(kind, Kind::Place(_))))
    else {
        return;
    };
    let taken_at = draft.text(photo);
    react(move || {
        let taken_at = taken_at.get();
        if !taken_at.is_empty() && draft.now().get(&place).is_empty() {
            draft.set(&place, taken_at);
        }
    });
}

/// Offers what was told before in this visit, where this question is not answered yet.
fn offer(question: &Question, draft: Draft) -> AnyView {
    let known = visit::known(question);
    let is_answered =
        draft.answers().with_untracked(|answers| answers.parts(&question.id).names().next().is_some());
    if known.is_empty() || is_answered {
        return ().into_any();
    }
    let is_read = |path: &str| path.rsplit('.').next() != Some("uprn");
    let mut lines: Vec<&str> = known.iter().filter(|(path, _)| is_read(path)).map(|(_, raw)| raw).collect();
    lines.dedup();
    let told = lines.join(", ");
    let open = RwSignal::new(true);
    let announcer = a11y::use_announcer();
    let (id, about) = (question.id.clone(), question.label.clone());
    let first = question.first_field();
    live_if(move || {
        let (known, first) = (known.clone(), first.clone());
        let take = pressed(move || {
            draft.update(|answers| {
                for (path, raw) in known.iter() {
                    answers.set(path, raw);
                }
            });
            open.set(false);
            announcer.say("Filled in");
            a11y::focus_id(&first);
        });
        open.get().then(|| {
            view! {
                <div class="govuk-inset-text" id=format!("{id}-known")>
                    <p>"You told us before: "<bdi>{told.clone()}</bdi></p>
                    <button type="button" class="govuk-button govuk-button--secondary" on:click=take>
                        "Use this"<span class="govuk-visually-hidden">{format!(" for “{about}”")}</span>
                    </button>
                </div>
            }
            .drawn()
        })
    })
}

/// Where a form goes on, given what was answered and passed so far.
pub(super) fn resume(view: &ServiceView, draft: Draft) -> Next<'_> {
    journey::resume(&view.service, &draft.now(), view.today, |question| draft.has_passed(question))
}
