//! `/account/alerts`: when a resident is told what happens, and by which ways.

use domain::alert::{Channel, Preferences, questions};
use domain::api::alerts::{AlertsRequest, AlertsView, DeviceView};
use domain::catalogue::Question;
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use crate::account::{DEVICE, draft_name};
use crate::api::alerts;
use crate::components::button::{SECONDARY, SubmitButton, act_button};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Asked, field};
use crate::components::handlers::{posted_to, pressed};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::pages::account_details::KEPT;
use crate::pages::account_device::ADDED;
use crate::state::{address, drafts};
use crate::{a11y, paths, push, words};

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
    let is_added = !address::use_address().query(ADDED).is_empty();
    let mut asked = questions();
    if !view.texts {
        asked.retain(|question| question.id != Channel::Sms.id());
    }
    if view.devices.is_empty() {
        asked.retain(|question| question.id != Channel::Push.id());
    }
    if !view.texts && view.devices.is_empty() {
        asked.retain(|question| question.id != "quiet");
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
    let devices = devices(&view);
    let places = places(view);
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">{TITLE}</h1>
        {live_if(move || saved.get().then(|| view! {
            <p class="govuk-inset-text">"Saved. From now on we tell you so."</p>
        }.drawn()))}
        {is_added.then(|| view! {
            <p class="govuk-inset-text">"Notifications come to this device from now on."</p>
        }.drawn())}
        <p>"You find everything that happens to your requests under "<a href=paths::account("notices")>"What is new"</a>". Choose here what else we send you. When you have to do something, or a request is closed, we always tell you in one way or another."</p>
        {places}
        <form novalidate method="post" action=posted_to() on:submit=send>
            {fields}
            <SubmitButton label="Save" sending=sending.busy />
        </form>
        {devices}
    }
    .drawn()
}

/// The devices that notifications go to.
fn devices(view: &AlertsView) -> AnyView {
    let all = RwSignal::new(view.devices.clone());
    let failed = RwSignal::new(None::<&'static str>);
    let announcer = a11y::use_announcer();
    tidy(&view.devices);
    let remove = Callback::new(move |id: Uuid| {
        spawn_local(async move {
            match alerts::remove_device(id).await {
                Ok(view) => {
                    announcer.say("The device has been removed");
                    tidy(&view.devices);
                    let _ = all.try_set(view.devices);
                    a11y::focus_when_drawn("#devices");
                }
                Err(problem) => {
                    let _ = failed.try_set(Some(words::call_failed(&problem)));
                }
            }
        });
    });
    view! {
        <h2 class="govuk-heading-m" id="devices" tabindex="-1">"Notifications on your devices"</h2>
        <div role="alert">
            {live_if(move || failed.get().map(|words| view! {
                <p class="govuk-error-message"><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
            }.drawn()))}
        </div>
        {live(move || all.with(|all| list(all, remove)))}
        {live_if(move || all.with(|all| !all.iter().any(|device| device.here)).then(|| view! {
            <p><a class="govuk-link" href=paths::account(DEVICE)>"Get notifications on this device"</a></p>
        }.drawn()))}
    }
    .drawn()
}

/// Where this device is not among them, nothing stays of notifications in its browser.
fn tidy(devices: &[DeviceView]) {
    if !ON_SERVER && !devices.iter().any(|device| device.here) {
        spawn_local(push::end());
    }
}

fn list(devices: &[DeviceView], remove: Callback<Uuid>) -> AnyView {
    if devices.is_empty() {
        return view! { <p>"We send notifications to none of your devices."</p> }.drawn();
    }
    let item = |device: &DeviceView| {
        let (id, name) = (device.id, device.name.clone());
        let label = view! { "Remove"<span class="govuk-visually-hidden">" "{name.clone()}</span> };
        let press = pressed(move || remove.run(id));
        let button = act_button(&format!("remove:{id}"), SECONDARY, None, press, label.into_any());
        let button = if ON_SERVER {
            view! { <form method="post" action=posted_to()>{button}</form> }.drawn()
        } else {
            button
        };
        let here = if device.here { ", this device" } else { "" };
        let says = if device.says_what { "says what it is about" } else { "says only that there is news" };
        let until = if device.until_sign_out { ", until you sign out there" } else { "" };
        view! {
            <li>
                <strong><bdi class="portico-typed">{name}</bdi></strong>{here}
                <p class="govuk-hint">"Added "{device.added.clone()}". It "{says}{until}"."</p>
                {button}
            </li>
        }
        .drawn()
    };
    view! { <ul class="govuk-list portico-services">{devices.iter().map(item).collect_view()}</ul> }.drawn()
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
