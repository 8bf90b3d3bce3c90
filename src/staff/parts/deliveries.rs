//! What was sent to the resident about a request, and what became of it: first of all, whether anything did not get through.

use domain::alert::Channel;
use domain::api::alerts::{Delivery, Fate};
use leptos::prelude::*;
use uuid::Uuid;

use crate::live;
use crate::session::Session;
use crate::{api, browser, paths};

/// What was sent; nothing where nothing was.
#[must_use]
pub fn deliveries(session: Session, id: Uuid) -> AnyView {
    let live = live::keep(session, move || api::deliveries(id));
    browser::on_visible(move || live.refresh());
    let shown = move || live.value().with(|all| all.as_ref().and_then(|all| section(&all.deliveries)));
    (move || live.problem().with(Option::is_none).then(shown)).into_any()
}

fn section(all: &[Delivery]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    // The newest of each channel says how it is now.
    let troubles: Vec<AnyView> = Channel::ALL
        .into_iter()
        .filter_map(|by| all.iter().find(|one| one.by == by && one.fate != Fate::Queued))
        .filter(|one| one.fate == Fate::Failed)
        .map(|one| trouble(one, all))
        .collect();
    let section = view! {
        <h2 class="govuk-heading-m">"What we sent to the resident"</h2>
        {troubles}
        <details class="govuk-details">
            <summary class="govuk-details__summary"><span class="govuk-details__summary-text">"Every message"</span></summary>
            <div class="govuk-details__text"><ul class="govuk-list">{all.iter().map(line).collect_view()}</ul></div>
        </details>
    };
    Some(section.into_any())
}

/// What did not get through, and what is done about it.
fn trouble(failed: &Delivery, all: &[Delivery]) -> AnyView {
    let instead = all.iter().find(|one| one.instead == Some(failed.by));
    let next = match instead {
        _ if failed.stuck => {
            "Nothing else is known of them: ring them, or write to them, if you can.".to_owned()
        }
        Some(Delivery { fate: Fate::ToPrint, .. }) => "A letter is waiting to be printed.".to_owned(),
        Some(one) => format!("It went out as a {} instead: {}.", one.by.noun(), fate(one.fate)),
        None => "What is important goes out in another way.".to_owned(),
    };
    let letters = instead.is_some_and(|one| one.fate == Fate::ToPrint);
    view! {
        <div class="govuk-inset-text">
            <p>"The "{failed.by.noun()}" to the resident did not get through. "{next}</p>
            {letters.then(|| view! { <p><a href=paths::LETTERS>"Letters to print"</a></p> })}
        </div>
    }
    .into_any()
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Queued => "it waits to be sent",
        Fate::ToPrint => "it waits to be printed",
        Fate::Sent => "sent",
        Fate::Delivered => "it arrived",
        Fate::Failed => "it did not get through",
    }
}

fn line(one: &Delivery) -> AnyView {
    let why = (!one.why.is_empty() && one.fate == Fate::Failed).then(|| format!(" ({})", one.why));
    let instead = one.instead.map(|by| format!(", in place of the {}", by.noun()));
    view! {
        <li>
            {one.words.clone()}
            <br />
            {one.by.noun()}{instead}", "{fate(one.fate)}{why}", "{one.when.clone()}
        </li>
    }
    .into_any()
}
