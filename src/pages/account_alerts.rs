//! `/account/alerts`: when a resident is told what happens, and by which ways.

use domain::alert::{Channel, Preferences, questions};
use domain::api::alerts::{AlertsRequest, AlertsView};
use domain::catalogue::Question;
use leptos::prelude::*;

use crate::account::draft_name;
use crate::api::alerts;
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Asked, field};
use crate::components::handlers::posted_to;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, live_if};
use crate::pages::account_details::KEPT;
use crate::state::{address, drafts};
use crate::{a11y, paths, words};

const TITLE: &str = "How we tell you what happens";

/// The choice.
#[component]
pub fn AccountAlertsPage() -> impl IntoView {
    view! { <Column>{loaded(alerts::get, choice)}</Column> }.drawn()
}

fn choice(view: AlertsView) -> AnyView {
    let name = draft_name("alerts", view.person);
    let draft = drafts::open(&name);
    if draft.now().is_empty() {
        draft.begin_with(view.answers.clone());
    }
    let sending = Sending::new(Channel::Email.id()).with_summary();
    a11y::use_page(move || format!("{}{TITLE}", sending.prefix()));
    let announcer = a11y::use_announcer();
    let saved = RwSignal::new(!address::use_address().query(KEPT).is_empty());
    let mut asked = questions();
    if !view.texts {
        asked.retain(|question| ![Channel::Sms.id(), "quiet"].contains(&question.id.as_str()));
    }
    let fields = asked
        .iter()
        // One is always chosen: nothing here is left out.
        .map(|question| Question { required: true, ..question.clone() })
        .map(|question| field(&Asked::new(question, draft, sending.problems, false)))
        .collect_view();
    let send = sending.form(
        move || {
            let answers = draft.now();
            Preferences::read(&answers).map_err(|errors| {
                let asked: Vec<&Question> = asked.iter().collect();
                words::problems(&asked, &errors)
            })?;
            let new = AlertsRequest { answers };
            Ok(Box::pin(async move { alerts::put(&new).await }))
        },
        move |view: AlertsView| {
            draft.erase_of(&name);
            draft.begin_with(view.answers);
            saved.set(true);
            announcer.say("Saved");
            a11y::focus_when_drawn("main h1");
        },
    );
    let places = places(view);
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">{TITLE}</h1>
        {live_if(move || saved.get().then(|| view! {
            <p class="govuk-inset-text">"Saved. From now on we tell you so."</p>
        }.drawn()))}
        <p>"You find everything that happens to your requests under "<a href=paths::account("notices")>"What is new"</a>". Choose here what else we send you. When you have to do something, or a request is closed, we always tell you in one way or another."</p>
        {places}
        <form novalidate method="post" action=posted_to() on:submit=send>
            {fields}
            <SubmitButton label="Save" sending=sending.busy />
        </form>
    }
    .drawn()
}

/// Where each of the ways leads.
fn places(view: AlertsView) -> AnyView {
    let row = |label: &'static str, to: Option<String>, none: &'static str| {
        let to = match to {
            Some(to) => view! { <bdi>{to}</bdi> }.into_any(),
            None => {
                view! { <span>{none}" "<a href=paths::account("details")>"Add it to your details"</a></span> }
                    .into_any()
            }
        };
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{label}</dt>
                <dd class="govuk-summary-list__value">{to}</dd>
            </div>
        }
        .drawn()
    };
    let texts = view.texts.then(|| row("Text messages to", view.phone, "We have no mobile number of yours."));
    view! {
        <dl class="govuk-summary-list">
            {row("Emails to", Some(view.email), "")}
            {texts}
            {row("Letters to", view.address, "We have no whole address of yours.")}
        </dl>
    }
    .drawn()
}
