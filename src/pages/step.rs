//! `/services/:id/:step`: one page of questions.

use std::sync::Arc;

use domain::api::services::ServiceView;
use domain::catalogue::Service;
use domain::journey::{self, Next};
use leptos::prelude::*;

use super::form::{self, Page};
use super::go_on;
use crate::components::layout::Column;
use crate::components::load::{loaded, not_found};
use crate::components::stop::stop_panel;
use crate::live::{Drawn as _, react};
use crate::state::{drafts, services};
use crate::{a11y, paths};

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
    view! { <Column back=back>{loaded(service, move |view| step(&view, &slug, changing, back))}</Column> }
        .drawn()
}

/// How far these answers lead: later pages are not open yet.
fn is_open(service: &Service, page: &str, next: &Next<'_>) -> bool {
    let place = |id: &str| service.questions.iter().position(|question| question.id == id);
    match next {
        Next::Check => true,
        Next::Step(first) => place(page) <= place(first),
        Next::Stop(stop) => place(page) <= journey::stop_question(service, stop).and_then(place),
    }
}

fn step(view: &Arc<ServiceView>, slug: &str, changing: bool, back: RwSignal<String>) -> AnyView {
    let service = &view.service;
    a11y::use_language(view.language.as_deref());
    if let Some(closed) = service.closed_on(view.today) {
        let title = service.title.clone();
        a11y::use_page(move || title.clone());
        return view! {
            <h1 class="govuk-heading-l">{service.title.clone()}</h1>
            {stop_panel(service, closed)}
        }
        .drawn();
    }
    // Any question stands for its page, so that "Change" can lead to the one meant.
    let Some(page) = journey::page_of(service, slug) else { return not_found() };
    let draft = drafts::open(&service.id);
    let answers = draft.now();
    let next = form::resume(view, draft);
    let steps = journey::steps(service, &answers);
    let at = steps.iter().position(|step| step.slug == page);
    let Some(at) = at.filter(|_| is_open(service, page, &next)) else {
        return go_on(&paths::next(service, &next, changing));
    };
    back.set(match journey::before(service, &answers, page) {
        _ if changing => paths::check(&service.id),
        Some(before) => paths::step(&service.id, before),
        None => paths::service(&service.id),
    });
    let Some(form) = Page::of(view, page, draft, changing) else { return not_found() };
    form.set_title();
    if slug != page {
        focus_on(service, slug);
    }
    let (heading, is_label) = form.heading();
    let progress =
        if steps.len() > 1 { format!(", page {} of {}", at + 1, steps.len()) } else { String::new() };
    let caption = (steps.len() > 1 || is_label).then(|| format!("{}{progress}", service.title));
    view! {
        {form.summary()}
        {caption.map(|caption| view! { <span class="govuk-caption-l">{caption}</span> }.drawn())}
        {(!is_label).then(|| view! { <h1 class="govuk-heading-l">{heading}</h1> }.drawn())}
        {form.draw()}
    }
    .drawn()
}

/// Puts the focus on the question that is to be changed, once the page is drawn.
fn focus_on(service: &Service, question: &str) {
    let Some(question) = service.question(question) else { return };
    let id = question.first_field();
    react(move || a11y::focus_id_when_drawn(id.clone()));
}
