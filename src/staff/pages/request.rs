//! `/staff/requests/:id`: one request, and the ways on from it.

use domain::api::staff::StaffCase;
use domain::field::Value;
use leptos::{prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::answers::{AnswerList, Line};
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::fee::fee_table;
use portico_app::components::layout::Column;
use portico_app::components::timeline::{Timeline, filled_in_by};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::parts::{also::also, banner::SuccessBanner, photos::photos, standing::standing};
use crate::sending::{self, Action, Sending};
use crate::{api, paths, words};

/// One request.
#[component]
pub fn RequestPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let sending = Sending::default();
    let (id, title, reference) = (first.id, first.request.title.clone(), first.request.reference.to_string());
    let full_title = format!("{title} - {reference}");
    a11y::use_page(move || format!("{}{full_title}", sending.prefix()));
    on_cleanup(move || handle.forget_notice());
    let lines = |case: &StaffCase| -> Vec<Line> {
        let words = case.request.answers.iter().filter(|answer| !matches!(answer.value, Value::Photos(_)));
        words
            .map(|answer| Line {
                label: answer.label.clone(),
                value: Some(answer.value.clone()),
                change: None,
            })
            .collect()
    };
    view! {
        <Column back=Signal::stored(handle.session.queue().to_owned())>
            <SuccessBanner words=handle.notice() />
            <ErrorSummary problems=sending.problems />
            <span class="govuk-caption-l">{reference}</span>
            <h1 class="govuk-heading-l">{title}</h1>
            {move || case.with(standing)}
            {destination(&first)}
            {part_of(&first)}
            {filled_in_by(&first.request, "the resident")}
            {identity(&first)}
            <Actions handle=handle case=case sending=sending />
            <h2 class="govuk-heading-m">"What the resident told us"</h2>
            // Answers never change once they are sent.
            <AnswerList
                lines=lines(&first) photo=Box::new(|_| None) document=Box::new(move |document| api::document(id, document))
            />
            {reach(&first)}
            {fee_table(&first.request.fee)}
            {photos(id, &first.request.answers)}
            {move || case.with(|case| (case.public && case.mine).then(|| sharing(handle, sending, case)))}
            {also(handle.session, id)}
            <h2 class="govuk-heading-m">"What has happened"</h2>
            {move || case.with(|case| view! { <Timeline entries=case.request.timeline.clone() for_staff=true /> })}
        </Column>
    }
    .into_any()
}

/// How to reach the resident, and what helps them, as they told us once.
fn reach(case: &StaffCase) -> Option<AnyView> {
    (!case.reach.is_empty()).then(|| {
        let lines = case.reach.iter().map(|(label, words)| {
            view! {
                <div class="govuk-summary-list__row">
                    <dt class="govuk-summary-list__key">{label.clone()}</dt>
                    <dd class="govuk-summary-list__value portico-typed">{words.clone()}</dd>
                </div>
            }
        });
        view! {
            <h2 class="govuk-heading-m">"How to reach this resident"</h2>
            <dl class="govuk-summary-list">{lines.collect_view()}</dl>
        }
        .into_any()
    })
}

/// That the resident told others, too; not whom.
fn part_of(case: &StaffCase) -> Option<AnyView> {
    case.part.then(|| {
        view! {
            <p>"The resident chose which departments to tell. This is the part for your department, with the answers that it needs."</p>
        }
        .into_any()
    })
}

/// How sure we were who sent it. The form may name somebody else.
fn identity(case: &StaffCase) -> Option<AnyView> {
    let known = case.identity.clone()?;
    let name = known.name.map(|name| view! { ", as "<bdi>{name}</bdi> }.into_any());
    Some(view! { <p>"Identity: "{known.level.to_staff()}{name}</p> }.into_any())
}

/// The team, the ward, and why it came here.
fn destination(case: &StaffCase) -> AnyView {
    let line = |label: &str, text: &Option<String>| {
        text.clone().map(|text| view! { <p>{label.to_owned()}": "<bdi>{text}</bdi></p> }.into_any())
    };
    view! {
        {line("Team", &case.team)}
        {line("Ward", &case.ward)}
        {line("Why it is here", &case.routed)}
    }
    .into_any()
}

/// Whether others who report the same thing may see a photo: somebody has to have looked at it first.
fn sharing(handle: Handle, sending: Sending, case: &StaffCase) -> AnyView {
    let photos = case.request.answers.iter().filter_map(|answer| match &answer.value {
        Value::Photos(photos) => Some(photos.photos.iter().map(|photo| photo.id)),
        _ => None,
    });
    let id = case.id;
    let row = |(number, photo): (usize, Uuid)| {
        let shown = case.public_photos.contains(&photo);
        let press = move |_| {
            if sending.begin() {
                spawn_local(async move {
                    match handle.session.pass(api::publish(id, photo, !shown).await) {
                        Some(Ok(case)) => handle.set(case),
                        Some(Err(problem)) => sending.fail("sharing", words::refused(&problem, None)),
                        None => {}
                    }
                });
            }
        };
        let words = if shown { "Stop showing photo" } else { "Show photo" };
        view! {
            <button type="button" class="govuk-button govuk-button--secondary" on:click=press>
                {format!("{words} {number}")}
            </button>
        }
        .into_any()
    };
    let buttons: Vec<AnyView> = (1..).zip(photos.flatten()).map(row).collect();
    if buttons.is_empty() {
        return ().into_any();
    }
    view! {
        <h3 class="govuk-heading-s" id="sharing" tabindex="-1">"Others who report the same thing"</h3>
        <p>"They see that it is known, and a photo only if you show it. Look for faces, number plates and homes first."</p>
        <div class="govuk-button-group">{buttons}</div>
    }
    .into_any()
}

/// What can be done now, and by whom.
#[derive(Clone, PartialEq)]
enum Can {
    Act,
    Take,
    TakeOver(String),
    Nothing,
}

impl Can {
    fn of(case: &StaffCase) -> Self {
        match &case.request.owner {
            _ if !case.request.status.is_open() => Self::Nothing,
            _ if case.mine => Self::Act,
            Some(owner) => Self::TakeOver(owner.clone()),
            None => Self::Take,
        }
    }
}

#[component]
fn Actions(handle: Handle, case: Memo<StaffCase>, sending: Sending) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    // Drawn again only when it changes: a message that arrives takes no button away from under the finger.
    let can = Memo::new(move |_| case.with(Can::of));
    let take = move || {
        let action = Action {
            field: "take",
            call: api::take(id),
            done: "You have this request now. The resident can see that you are dealing with it",
            erase: || {},
            // Taking twice is taking once: a lost reply shows as "yours already".
            landed: |case: &StaffCase| case.mine,
            look_first: false,
            unsure: |_| {},
        };
        if sending.begin() {
            sending::act(handle, sending, &case.get_untracked(), action);
        }
    };
    let button = move |label: &'static str| {
        view! {
            <button
                type="button" id="take" class="govuk-button" on:click=move |_| take()
                aria-disabled=move || sending.busy.get().then_some("true")
            >
                {label}
            </button>
        }
    };
    move || {
        match can.get() {
        Can::Nothing => ().into_any(),
        Can::Act => view! {
            <div class="govuk-button-group">
                <a class="govuk-button" href=paths::write(id)>"Write to the resident"</a>
                <a class="govuk-button govuk-button--secondary" href=paths::move_date(id)>"Move the promised date"</a>
                <a class="govuk-button govuk-button--secondary" href=paths::close(id)>"Close the request"</a>
            </div>
        }
        .into_any(),
        Can::Take => view! {
            <p>"Take this request to write to the resident, move the promised date or close it. The resident sees your name."</p>
            {button("Take this request")}
        }
        .into_any(),
        Can::TakeOver(owner) => view! {
            <p>
                "Only "<bdi>{owner.clone()}</bdi>" can write to the resident, move the promised date or close this request.
                If you take it over, only you can."
            </p>
            {button("Take it over")}
        }
        .into_any(),
    }
    }
}
