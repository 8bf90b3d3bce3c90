//! Where a request stands, in the words of those who work on it. The resident's page says the same in its own.

use domain::api::follow::What;
use domain::api::staff::StaffCase;
use domain::case::{Outcome, Status};
use leptos::prelude::*;
use portico_app::components::policy::PolicyLetter;

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
        Status::Received | Status::InProgress if late => "portico-status portico-status--late",
        Status::Received | Status::InProgress => "portico-status",
        Status::Closed(Outcome::Done) => "portico-status portico-status--done",
        Status::Closed(Outcome::DeclinedByPolicy) => "portico-status portico-status--declined",
        Status::Closed(_) => "portico-status portico-status--closed",
    }
}

fn promise(case: &StaffCase) -> AnyView {
    let request = &case.request;
    let moved = (request.complete_by != request.first_complete_by)
        .then(|| view! { <p>"First promised by "{words::date(request.first_complete_by)}"."</p> });
    let owner = match (&request.owner, case.mine) {
        (_, true) => view! { <p>"You have it."</p> }.into_any(),
        (Some(owner), false) => view! { <p><bdi>{owner.clone()}</bdi>" has it."</p> }.into_any(),
        (None, false) => {
            view! { <p>"Nobody has it yet. Somebody should take it by "{words::date(request.acknowledge_by)}"."</p> }.into_any()
        }
    };
    let verb = if request.late { "It was promised by " } else { "Promised by " };
    view! { <p>{verb}<strong>{words::date(request.complete_by)}</strong>"."</p> {moved} {owner} }.into_any()
}

fn ending(case: &StaffCase) -> AnyView {
    let said = case.request.timeline.iter().rev().find_map(|entry| match &entry.what {
        What::Closed { text, .. } | What::Withdrawn { reason: text } => Some(text.clone()),
        _ => None,
    });
    let said = said.filter(|said| !said.is_empty());
    view! {
        {said.map(|said| view! { <p><bdi class="portico-typed">{said}</bdi></p> })}
        <p>"This request is closed. Nothing more can be done with it."</p>
    }
    .into_any()
}
