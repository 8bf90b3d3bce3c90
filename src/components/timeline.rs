//! What has happened to a request, newest first.

use domain::api::follow::{Entry, FollowView, What};
use leptos::prelude::*;

use crate::live::Drawn as _;
use crate::words;

/// The timeline of a request.
#[component]
pub fn Timeline(
    /// What happened, oldest first.
    entries: Vec<Entry>,
    /// Who reads it: staff read "the resident" where residents read "you".
    #[prop(optional)]
    for_staff: bool,
) -> impl IntoView {
    let entry = move |entry: Entry| {
        let title = title(&entry, for_staff);
        let Entry { at, when, what, .. } = entry;
        view! {
            <li>
                <h3 class="portico-timeline__title"><bdi>{title}</bdi></h3>
                <p class="portico-timeline__when"><time datetime=at>{when}</time></p>
                {details(what)}
            </li>
        }
        .drawn()
    };
    view! { <ol class="portico-timeline">{entries.into_iter().rev().map(entry).collect_view()}</ol> }.drawn()
}

/// What happened, in a few words.
#[must_use]
pub fn title(entry: &Entry, for_staff: bool) -> String {
    let (you, your) = if for_staff { ("The resident", "the resident’s") } else { ("You", "your") };
    let (whom, helper) = (if for_staff { "the resident" } else { "you" }, entry.helper.as_deref());
    let for_them = helper.map(|helper| format!("{helper}, who acts for {whom},"));
    let who = entry.staff.as_deref().or(for_them.as_deref()).unwrap_or(you);
    match &entry.what {
        What::Received => match helper {
            Some(helper) => format!("We received the request from {helper}, who acts for {whom}"),
            None => format!("We received {your} request"),
        },
        What::Taken => format!("{who} is dealing with {your} request"),
        What::Message { .. } => format!("{who} wrote"),
        What::PromiseMoved { to, .. } => format!("The date was moved to {}", words::day(*to)),
        What::Closed { outcome, .. } => words::outcome(*outcome).to_owned(),
        What::PartMoved { department, to: Some(to), .. } => {
            format!("{department} moved its date to {}", words::day(*to))
        }
        What::PartMoved { department, status, .. } => {
            format!("{department}: {}", words::part_status(*status))
        }
        What::Withdrawn { .. } => format!("{who} withdrew the request"),
        What::Feedback { score, .. } => {
            format!("{you} said how it went: {}", words::score(*score).to_ascii_lowercase())
        }
    }
}

/// Who filled a request in for whose it is, if they did not themselves.
pub fn filled_in_by(request: &FollowView, whom: &str) -> Option<AnyView> {
    let helper = request.timeline.first()?.helper.clone()?;
    let rest = format!(", who acts for {whom}, filled this in.");
    Some(view! { <p><bdi>{helper}</bdi>{rest}</p> }.drawn())
}

fn details(what: What) -> Option<AnyView> {
    let typed =
        |text: String| (!text.is_empty()).then(|| view! { <bdi class="portico-typed">{text}</bdi> }.drawn());
    match what {
        What::Received | What::Taken | What::PartMoved { .. } => None,
        What::Message { text } => {
            Some(view! { <div class="portico-timeline__message">{typed(text)}</div> }.drawn())
        }
        What::PromiseMoved { from, reason, .. } => {
            let from = format!("It was {}. ", words::day(from));
            Some(view! { <p class="portico-timeline__text">{from}{typed(reason)}</p> }.drawn())
        }
        What::Closed { text, .. }
        | What::Withdrawn { reason: text }
        | What::Feedback { reason: text, .. } => {
            typed(text).map(|text| view! { <p class="portico-timeline__text">{text}</p> }.drawn())
        }
    }
}
