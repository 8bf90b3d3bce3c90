//! `/services/:id/:step`: one page of questions.

use std::sync::Arc;

use domain::api::services::ServiceView;
use domain::catalogue::{Question, Service};
use domain::journey::{self, Next};
use domain::validate;
use leptos::prelude::*;

use super::go;
use crate::components::button::SubmitButton;
use crate::components::error_summary::{ErrorSummary, Problem};
use crate::components::field::{Asked, field};
use crate::components::handlers::submitted;
use crate::components::layout::Column;
use crate::components::load::{loaded, not_found};
use crate::live::react;
use crate::state::uploads::{self, UNFINISHED};
use crate::state::{address, drafts, services};
use crate::{a11y, paths, words};

/// A page of questions.
#[component]
pub fn StepPage(
    /// The service.
    id: String,
    /// The step.
    slug: String,
    /// Back to "check your answers" afterwards.
    changing: bool,
) -> impl IntoView {
    let service = services::use_service(id);
    let back = RwSignal::new(String::new());
    view! { <Column back=back>{loaded(service, move |view| step(&view, slug.clone(), changing, back))}</Column> }
}

/// How far these answers lead: later steps are not open yet.
fn is_open(service: &Service, slug: &str, next: &Next<'_>) -> bool {
    let place = |id: &str| service.questions.iter().position(|question| question.id == id);
    match next {
        Next::Check => true,
        Next::Step(first) => place(slug) <= place(first),
        Next::Stop(stop) => place(slug) <= place(&stop.when.question),
    }
}

fn step(view: &Arc<ServiceView>, slug: String, changing: bool, back: RwSignal<String>) -> AnyView {
    let service = &view.service;
    let draft = drafts::open(&service.id);
    let answers = draft.now();
    let next = journey::resume(service, &answers, |question| draft.has_passed(question));
    let steps = journey::steps(service, &answers);
    let Some(step) = steps.iter().find(|step| step.slug == slug) else {
        return if service.question(&slug).is_some() {
            go(&paths::next(service, &next, changing))
        } else {
            not_found()
        };
    };
    if !is_open(service, &slug, &next) {
        return go(&paths::next(service, &next, changing));
    }
    back.set(match journey::before(service, &answers, &slug) {
        _ if changing => paths::check(&service.id),
        Some(before) => paths::step(&service.id, before),
        None => paths::service(&service.id),
    });

    let problems = RwSignal::new(Vec::<Problem>::new());
    let questions: Vec<Question> = step.questions.iter().map(|question| (*question).clone()).collect();
    let heading = questions.len() == 1;
    let (label, title) = (
        questions.first().map_or_else(String::new, |question| question.label.clone()),
        service.title.clone(),
    );
    let caption = title.clone();
    a11y::use_page(move || {
        let error = if problems.with(Vec::is_empty) { "" } else { "Error: " };
        format!("{error}{label} - {title}")
    });
    let fields = questions
        .iter()
        .map(|question| field(&Asked { question: question.clone(), draft, problems, heading }));
    let fields = fields.collect_view();

    let photos = uploads::use_uploads();
    // What was only a matter of time is no problem any more.
    let ids: Vec<String> = questions.iter().map(|question| question.id.clone()).collect();
    react(move || {
        let is_busy = ids.iter().any(|id| photos.is_busy(id, draft));
        let was_told = |problem: &Problem| problem.words == UNFINISHED;
        if !is_busy && problems.with_untracked(|list| list.iter().any(was_told)) {
            problems.update(|list| list.retain(|problem| !was_told(problem)));
        }
    });
    let address = address::use_address();
    let view = Arc::clone(view);
    let proceed = submitted(move || {
        let answers = draft.now();
        let asked: Vec<&Question> = questions.iter().collect();
        let mut found = match validate::questions(&asked, &answers) {
            Ok(_) => Vec::new(),
            Err(errors) => words::problems(&asked, &errors),
        };
        let busy = asked.iter().filter(|question| untrack(|| photos.is_busy(&question.id, draft)));
        found.extend(busy.map(|question| Problem { id: question.id.clone(), words: UNFINISHED.to_owned() }));
        let is_fine = found.is_empty();
        problems.set(found);
        if is_fine {
            let service = &view.service;
            for question in &questions {
                draft.pass(&question.id);
            }
            let next = if changing {
                // A changed answer may have opened other questions.
                match journey::after(service, &answers, &slug) {
                    end @ Next::Stop(_) => end,
                    _ => journey::resume(service, &answers, |question| draft.has_passed(question)),
                }
            } else {
                journey::after(service, &answers, &slug)
            };
            address.go(&paths::next(service, &next, changing));
        }
    });
    view! {
        <ErrorSummary problems=problems />
        <span class="govuk-caption-l">{caption}</span>
        <form novalidate on:submit=proceed>
            {fields}
            <SubmitButton label="Continue" />
        </form>
    }
    .into_any()
}
