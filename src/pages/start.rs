//! `/services/:id`: what a service is for, what is promised and what will be asked.

use std::sync::Arc;

use domain::api::services::ServiceView;
use domain::journey::{self, Next};
use leptos::prelude::*;

use crate::components::button::StartButton;
use crate::components::handlers::pressed;
use crate::components::layout::{Column, phone_link};
use crate::components::load::loaded;
use crate::components::promise::Promise;
use crate::live::live;
use crate::state::{boot, drafts, services, uploads};
use crate::{a11y, paths, words};

/// The start page of a service.
#[component]
pub fn StartPage(
    /// The service.
    id: String,
) -> impl IntoView {
    let service = services::use_service(id);
    view! { <Column back=Signal::stored(paths::HOME.to_owned())>{loaded(service, |view| start(&view))}</Column> }
}

fn start(view: &Arc<ServiceView>) -> AnyView {
    let service = &view.service;
    let draft = drafts::open(&service.id);
    let title = service.title.clone();
    a11y::use_page(move || title.clone());
    let phone = boot::use_council().with_value(|council| phone_link(&council.contact.phone));
    let asked = service.questions.iter().filter(|question| question.show_if.is_none());
    let photos = uploads::use_uploads();
    let throw_away = move || {
        draft.erase();
        photos.clear(&draft.service());
        a11y::focus_when_drawn("main h1");
    };
    let begin = {
        let view = Arc::clone(view);
        live(move || {
            let service = &view.service;
            let answers = draft.answers().get();
            let first = service.questions.first().map_or("", |question| &question.id);
            if answers.is_empty() {
                return view! { <StartButton href=paths::step(&service.id, first) label="Start now" /> }
                    .into_any();
            }
            let next = match journey::resume(service, &answers, |question| draft.has_passed(question)) {
                // The answer that ended the form can be given anew.
                Next::Stop(stop) => paths::step(&service.id, &stop.when.question),
                next => paths::next(service, &next, false),
            };
            view! {
                <p>"You have begun this already. What you typed is kept on this device."</p>
                <div class="govuk-button-group">
                    <StartButton href=next label="Go on where you stopped" />
                    <button type="button" class="govuk-button govuk-button--secondary" on:click=pressed(throw_away)>
                        "Throw it away and start again"
                    </button>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <h1 class="govuk-heading-xl">{service.title.clone()}</h1>
        <p class="govuk-body-l">{service.summary.clone()}</p>
        <Promise lead="If you send this now," acknowledge_by=view.acknowledge_by complete_by=view.complete_by />
        <h2 class="govuk-heading-m">"What we will ask"</h2>
        <ul class="govuk-list govuk-list--bullet">
            {asked.map(|question| view! { <li>{words::asked(question)}</li> }.into_any()).collect_view()}
        </ul>
        {begin}
        <p>"You can also ring us on "{phone}"."</p>
    }
    .into_any()
}
