//! `/services/:id`: what a service is for and what is promised. A short form follows at once; before a longer
//! one stands what it will ask.

use std::sync::Arc;

use domain::api::services::ServiceView;
use domain::journey::{self, Next};
use leptos::prelude::*;

use super::form::{self, Page};
use crate::components::button::{SECONDARY, StartButton, act_button};
use crate::components::handlers::{posted_to, pressed};
use crate::components::layout::{Column, phone_link};
use crate::components::load::loaded;
use crate::components::promise::Promise;
use crate::components::stop::stop_panel;
use crate::live::{Drawn as _, ON_SERVER, afresh, live};
use crate::state::{boot, drafts, services, uploads};
use crate::{a11y, paths, words};

/// Opened on this page when what was to be sent is not there any more.
pub const GONE: &str = "gone";

/// The start page of a service.
#[component]
pub fn StartPage(
    /// The service.
    id: String,
) -> impl IntoView {
    let service = services::use_service(id);
    view! { <Column back=Signal::stored(paths::HOME.to_owned())>{loaded(service, |view| start(&view))}</Column> }.drawn()
}

fn start(view: &Arc<ServiceView>) -> AnyView {
    let service = &view.service;
    a11y::use_language(view.language.as_deref());
    let title = service.title.clone();
    let phone = boot::use_council().with_value(|council| phone_link(&council.contact.phone));
    let draft = drafts::open(&service.id);
    let first = service.questions.first().map_or("", |question| &question.id);
    let pages = journey::pages(service).len();
    let page = Page::of(view, first, draft, false);
    let gone = boot::is_opened(GONE).then(|| {
        view! {
            <div class="govuk-inset-text" role="status">
                "What you typed here before is gone: we keep it for four hours, until you send it or throw it away. Nothing was sent this time."
            </div>
        }
        .drawn()
    });
    let lead = view! {
        {gone}
        <h1 class="govuk-heading-xl">{service.title.clone()}</h1>
        <p class="govuk-body-l">{service.summary.clone()}</p>
    };
    if let Some(closed) = service.closed_on(view.today) {
        a11y::use_page(move || title.clone());
        return view! { {lead} {stop_panel(service, closed)} }.drawn();
    }
    let promise = view
        .promises
        .first()
        .map(|promised| view! { <Promise lead="If you send this now," promised=promised.clone() /> }.drawn());
    let prices = price_list(view);
    let call = view! { <p>"You can also ring us on "{phone}"."</p> };
    if let (1, Some(page)) = (pages, page) {
        page.set_title();
        let again = RwSignal::new(0);
        let view = Arc::clone(view);
        let question = first.to_owned();
        let summary = page.summary();
        let first_draw = std::sync::Mutex::new(Some(page));
        // Thrown away, the form is drawn anew.
        let form = afresh(move || {
            again.track();
            let kept = first_draw.lock().ok().and_then(|mut page| page.take());
            let page = kept.or_else(|| Page::of(&view, &question, draft, false));
            page.map_or_else(|| ().into_any(), Page::draw)
        });
        let begun = draft.is_begun();
        let kept = begun.then(|| {
            view! {
                <p>"What you typed before is kept."</p>
                {throw_away(draft, Callback::new(move |()| again.update(|turn| *turn += 1)))}
            }
            .drawn()
        });
        return view! { {summary} {lead} {promise} {prices} {kept} {form} {call} }.drawn();
    }
    a11y::use_page(move || title.clone());
    let asked = service.questions.iter().filter(|question| question.show_if.is_none());
    let asked = asked.map(|question| view! { <li>{words::asked(question)}</li> }.drawn()).collect_view();
    let begin = {
        let view = Arc::clone(view);
        let first = first.to_owned();
        live(move || {
            let service = &view.service;
            draft.answers().track();
            if !draft.is_begun() {
                return view! { <StartButton href=paths::step(&service.id, &first) label="Start now" /> }
                    .drawn();
            }
            let next: Next<'_> = form::resume(&view, draft);
            view! {
                <p>"You have begun this already. What you typed is kept."</p>
                <div class="govuk-button-group">
                    <StartButton href=paths::next(service, &next, false) label="Go on where you stopped" />
                    {throw_away(draft, Callback::new(|()| a11y::focus_when_drawn("main h1")))}
                </div>
            }
            .drawn()
        })
    };
    view! {
        {lead}
        {promise}
        {prices}
        <h2 class="govuk-heading-m">"What we will ask"</h2>
        <ul class="govuk-list govuk-list--bullet">{asked}</ul>
        {begin}
        {call}
    }
    .drawn()
}

/// The way out of what was begun.
fn throw_away(draft: drafts::Draft, then: Callback<()>) -> AnyView {
    let photos = uploads::use_uploads();
    let throw = pressed(move || {
        draft.erase();
        photos.clear(&draft.service());
        then.run(());
    });
    let button = act_button("throw", SECONDARY, None, throw, "Throw it away and start again".into_any());
    // It stands in no form of the app's.
    if ON_SERVER { view! { <form method="post" action=posted_to()>{button}</form> }.drawn() } else { button }
}

/// What it costs, before anything is typed.
fn price_list(view: &ServiceView) -> AnyView {
    let Some(fee) = &view.service.fee else { return ().into_any() };
    let line = |line: &String| view! { <li>{line.clone()}</li> }.drawn();
    view! {
        <h2 class="govuk-heading-m">"What it costs"</h2>
        <ul class="govuk-list govuk-list--bullet">{view.prices.iter().map(line).collect_view()}</ul>
        <p>{fee.rules.clone()}</p>
    }
    .drawn()
}
