//! `/account/details`: what a resident tells once, and is not asked again.

use domain::api::profile::{Profile, ProfileView};
use domain::catalogue::Question;
use domain::profile::{questions, read};
use leptos::prelude::*;

use crate::account::draft_name;
use crate::api::profile;
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Asked, field};
use crate::components::handlers::posted_to;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, live_if};
use crate::state::{address, drafts};
use crate::{a11y, words};

/// Says in the address of the page that it was saved.
pub const KEPT: &str = "kept";

/// The details.
#[component]
pub fn AccountDetailsPage() -> impl IntoView {
    view! { <Column>{loaded(profile::get, details)}</Column> }.drawn()
}

fn details(view: ProfileView) -> AnyView {
    let name = draft_name("details", view.person);
    let draft = drafts::open(&name);
    if draft.now().is_empty() {
        draft.begin_with(view.answers);
    }
    let sending = Sending::new(domain::profile::NAME).with_summary();
    a11y::use_page(move || format!("{}Your details", sending.prefix()));
    let announcer = a11y::use_announcer();
    let saved = RwSignal::new(!address::use_address().query(KEPT).is_empty());
    let asked = questions();
    let fields = asked
        .iter()
        .map(|question| field(&Asked::new(question.clone(), draft, sending.problems, false)))
        .collect_view();
    let send = sending.form(
        move || {
            let answers = draft.now();
            // No question here is about a day.
            read(&answers, chrono::NaiveDate::default()).map_err(|errors| {
                let asked: Vec<&Question> = asked.iter().collect();
                words::problems(&asked, &errors)
            })?;
            let new = Profile { answers };
            Ok(Box::pin(async move { profile::put(&new).await }))
        },
        move |view: ProfileView| {
            draft.erase_of(&name);
            draft.begin_with(view.answers);
            saved.set(true);
            announcer.say("Your details are saved");
            a11y::focus_when_drawn("main h1");
        },
    );
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">"Your details"</h1>
        {live_if(move || saved.get().then(|| view! {
            <p class="govuk-inset-text">"Your details are saved."</p>
        }.drawn()))}
        <p>"Tell us once, and forms that you fill in while you are signed in begin with it. You can change it in each form. Everything here may be left empty."</p>
        <p>"Who deals with a request of yours sees how to reach you, and what helps you. Nobody else does."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            {fields}
            <SubmitButton label="Save" sending=sending.busy />
        </form>
    }
    .drawn()
}
