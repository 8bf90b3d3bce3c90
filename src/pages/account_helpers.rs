//! `/account/helpers`: who may act for a resident, and for whom they may.

use domain::api::helpers::{ActingView, HelperView, HelpersView, named, questions};
use domain::catalogue::Question;
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use crate::account::draft_name;
use crate::api::helpers;
use crate::components::button::{SECONDARY, SubmitButton, act_button};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Asked, field};
use crate::components::handlers::{posted_to, pressed};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::drafts;
use crate::{a11y, paths, words};

/// The helpers.
#[component]
pub fn AccountHelpersPage() -> impl IntoView {
    view! { <Column>{loaded(helpers::get, whole)}</Column> }.drawn()
}

fn whole(first: HelpersView) -> AnyView {
    let sending = Sending::new("name").with_summary();
    a11y::use_page(move || format!("{}People who help you", sending.prefix()));
    let name = draft_name("helpers", first.person);
    let draft = drafts::open(&name);
    let announcer = a11y::use_announcer();
    let failed = RwSignal::new(None::<&'static str>);
    let asked = questions(&first);
    let fields = asked
        .iter()
        .map(|question| field(&Asked::new(question.clone(), draft, sending.problems, false)))
        .collect_view();
    let now = RwSignal::new(first);
    let send = sending.form(
        move || {
            let request = now.with_untracked(|view| named(view, &draft.now())).map_err(|errors| {
                let asked: Vec<&Question> = asked.iter().collect();
                words::problems(&asked, &errors)
            })?;
            Ok(Box::pin(async move { helpers::name(&request).await }))
        },
        move |view| {
            draft.erase_of(&name);
            now.set(view);
            announcer.say("They are named now");
            a11y::focus_when_drawn("main h1");
        },
    );
    let change = Callback::new(move |(id, accept): (Uuid, bool)| {
        spawn_local(async move {
            match helpers::change(&id.to_string(), accept).await {
                Ok(view) => {
                    announcer.say(if accept { "You may act for them now" } else { "That has ended" });
                    let _ = now.try_set(view);
                    a11y::focus_when_drawn("main h1");
                }
                Err(problem) => {
                    let words = words::call_failed(&problem);
                    announcer.say(words);
                    let _ = failed.try_set(Some(words));
                }
            }
        });
    });
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">"People who help you"</h1>
        {live_if(move || failed.get().map(|words| view! { <p class="govuk-inset-text">{words}"."</p> }.drawn()))}
        {live(move || now.with(|now| lists(now, change)))}
        <h2 class="govuk-heading-m">"Name somebody who may act for you"</h2>
        <p>"A family member, a friend or a carer. They sign in as themselves, and act for you only in what you choose, until the day that you choose. They see those requests, can answer us and withdraw them, and can send more of them for you. They never decide who may see your requests. You see what they did, and can take it back at any time."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            {fields}
            <SubmitButton label="Let them act for me" sending=sending.busy />
        </form>
    }
    .drawn()
}

fn lists(view: &HelpersView, change: Callback<(Uuid, bool)>) -> AnyView {
    let helpers = view.helpers.iter().map(|helper| item(helper, change)).collect_view();
    let acting = view.acting.iter().map(|acting| acts_for(acting, change)).collect_view();
    let uses = view.uses.iter().map(|one| {
        let who = if one.name.is_empty() { "Somebody who helped you".to_owned() } else { one.name.clone() };
        if one.did {
            view! { <li>{one.when.clone()}": "<bdi>{who}</bdi>". "{one.what.clone()}"."</li> }.drawn()
        } else {
            view! { <li>{one.when.clone()}": "<bdi>{who}</bdi>" looked at “"{one.what.clone()}"”"</li> }
                .drawn()
        }
    });
    view! {
        {(!view.acting.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"People you help"</h2>
            <ul class="portico-services">{acting}</ul>
        }.drawn())}
        <h2 class="govuk-heading-m">"Who may act for you"</h2>
        {if view.helpers.is_empty() {
            view! { <p>"Nobody may."</p> }.drawn()
        } else {
            view! { <ul class="portico-services">{helpers}</ul> }.drawn()
        }}
        {(!view.uses.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"What they did and looked at"</h2>
            <ul class="govuk-list govuk-list--bullet">{uses.collect_view()}</ul>
        }.drawn())}
    }
    .drawn()
}

/// A button of a list: in the app by itself, in a plain page in a form of its own.
fn button(act: &str, id: Uuid, change: Callback<(Uuid, bool)>, words: &'static str, about: &str) -> AnyView {
    let accept = act == "accept";
    let about = format!(": {about}");
    let label = view! { {words}<span class="govuk-visually-hidden">{about}</span> }.into_any();
    let press = pressed(move || change.run((id, accept)));
    let button = act_button(&format!("{act}:{id}"), SECONDARY, None, press, label);
    if ON_SERVER { view! { <form method="post" action=posted_to()>{button}</form> }.drawn() } else { button }
}

fn item(helper: &HelperView, change: Callback<(Uuid, bool)>) -> AnyView {
    let until = words::day(helper.until);
    let standing = if helper.accepted {
        format!("Until {until}")
    } else {
        format!("Has not accepted yet. Until {until}")
    };
    view! {
        <li>
            <p><strong><bdi>{helper.name.clone()}</bdi></strong>", "<bdi>{helper.email.clone()}</bdi></p>
            <p>{standing}"."</p>
            <p class="govuk-hint">{helper.services.join(", ")}</p>
            {button("end", helper.id, change, "Take this back", &helper.name)}
        </li>
    }
    .drawn()
}

fn acts_for(acting: &ActingView, change: Callback<(Uuid, bool)>) -> AnyView {
    let (name, until) = (acting.name.clone(), words::day(acting.until));
    let way = if acting.accepted {
        let href = paths::account(&format!("acting/{}", acting.id));
        view! {
            <p><a class="govuk-link" href=href>"You act for "<bdi>{name}</bdi></a></p>
            {button("end", acting.id, change, "Stop acting", &acting.name)}
        }
        .into_any()
    } else {
        view! {
            <p><bdi>{name}</bdi>" asks you to act for them."</p>
            <div class="govuk-button-group">
                {button("accept", acting.id, change, "Accept", &acting.name)}
                {button("end", acting.id, change, "No, thank you", &acting.name)}
            </div>
        }
        .into_any()
    };
    view! {
        <li>
            {way}
            <p class="govuk-hint">{acting.services.join(", ")}". Until "{until}"."</p>
        </li>
    }
    .drawn()
}
