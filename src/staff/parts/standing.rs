//! Where a request stands, in the words of those who work on it. The resident's page says the same in its own.

use domain::api::follow::What;
use domain::api::staff::StaffCase;
use domain::case::{Outcome, Status};
use leptos::prelude::*;
use portico_app::components::policy::PolicyLetter;
use portico_app::components::status::ending_told;

use crate::words;

/// Where a request stands and what was promised.
#[must_use]
pub fn standing(case: &StaffCase) -> AnyView {
    let request = &case.request;
    let title = if request.late { "Overdue" } else { words::status(request.status) };
    let details = if request.status.is_open() { promise(case) } else { ending(case) };
    let policy = request.policy.clone().map(|policy| view! { <PolicyLetter policy=policy /> });
    view! {
        <section class=class(request.status, request.late) aria-labelledby="status">
            <h2 class="portico-status__title" id="status">{title}</h2>
            {details}
        </section>
        {policy}
    }
    .into_any()
}

fn class(status: Status, late: bool) -> &'static str {
    match status {
        Status::Closed(Outcome::Done) => "portico-status portico-status--done",
        Status::Closed(Outcome::DeclinedByPolicy) => "portico-status portico-status--declined",
        Status::Closed(_) => "portico-status portico-status--closed",
        _ if late => "portico-status portico-status--late",
        Status::Waiting => "portico-status portico-status--waiting",
        _ => "portico-status",
    }
}

fn promise(case: &StaffCase) -> AnyView {
    let request = &case.request;
    let moved = (request.complete_by != request.first_complete_by)
        .then(|| view! { <p>"First promised by "{words::by(request.first_complete_by)}"."</p> });
    let owner = match (&request.owner, case.mine) {
        (_, true) => view! { <p>"You have it."</p> }.into_any(),
        (Some(owner), false) => view! { <p><bdi>{owner.clone()}</bdi>" has it."</p> }.into_any(),
        (None, false) => {
            let lead =
                case.lead.clone().map(|lead| view! { " Until then it is "<bdi>{lead}</bdi>"’s." }.into_any());
            view! { <p>"Nobody has it yet. Somebody should take it by "{words::by(request.acknowledge_by)}"."{lead}</p> }.into_any()
        }
    };
    let planned = request.planned.map(|on| view! { <p>"Work is planned for "{words::date(on)}"."</p> });
    let booked = request.slot.as_ref().map(|slot| {
        if slot.lost {
            view! {
                <p><strong class="govuk-tag govuk-tag--red">"No place"</strong>" on "{slot.day.clone()}". The resident was asked to choose another day."</p>
            }
            .into_any()
        } else {
            view! { <p>"Booked for "<strong>{slot.day.clone()}</strong>"."</p> }.into_any()
        }
    });
    let asked = request.asked.clone().map(|question| {
        let reminders = match case.reminders {
            0 => "They have not been reminded yet.".to_owned(),
            reminders => {
                format!("They were reminded {}.", portico_app::words::count(reminders.into(), "time"))
            }
        };
        view! {
            <p>"The promise waits for the resident, who was asked:"</p>
            <p class="govuk-inset-text"><bdi class="portico-typed">{question}</bdi></p>
            <p>{reminders}</p>
        }
    });
    let up = case.up.clone().map(|up| {
        view! {
            <p><strong class="govuk-tag govuk-tag--red">"Escalated"</strong>" to "<bdi>{up.whom}</bdi>", "
            {portico_app::words::rung(up.to)}", because "{portico_app::words::cause(up.cause)}"."</p>
        }
    });
    let undecided = case.undecided.then(|| view! {
        <p><strong class="govuk-tag govuk-tag--red">"Open for too long"</strong>" It is on the board’s list until somebody decides what becomes of it."</p>
    });
    let verb = if request.late { "It was promised by " } else { "Promised by " };
    view! { <p>{verb}<strong>{words::by(request.complete_by)}</strong>"."</p> {moved} {booked} {planned} {owner} {asked} {up} {undecided} }.into_any()
}

fn ending(case: &StaffCase) -> AnyView {
    let said = case.request.timeline.iter().rev().find_map(|entry| match &entry.what {
        What::Closed(ending) => Some(ending_told(ending)),
        What::Withdrawn { reason } if !reason.is_empty() => {
            Some(view! { <p><bdi class="portico-typed">{reason.clone()}</bdi></p> }.into_any())
        }
        _ => None,
    });
    view! {
        {said}
        <p>"This request is closed. Nothing more can be done with it."</p>
    }
    .into_any()
}
