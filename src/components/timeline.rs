//! What has happened to a request, newest first.

use domain::api::follow::{Change, Entry, FollowView, What};
use domain::case::Age;
use domain::money;
use leptos::prelude::*;

use super::status::ending_told;
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
        What::Received if entry.staff.is_some() => format!("{who} saw this and reported it"),
        What::Received => match helper {
            Some(helper) => format!("We received the request from {helper}, who acts for {whom}"),
            None => format!("We received {your} request"),
        },
        What::Sent => match helper {
            Some(helper) => {
                format!("{helper}, who acts for {whom}, filled it in. We receive it when it is paid")
            }
            None => format!("{you} filled it in. We receive it when it is paid"),
        },
        What::Paid { pence } => format!("{} was paid by card", money::show(*pence)),
        What::AskedToPay => format!("We reminded {whom} that it is not paid"),
        What::Lapsed => "It was not paid in time, so we did not receive it".to_owned(),
        What::Taken => format!("{who} is dealing with {your} request"),
        What::HandedBack { lead } => format!("{lead} looks after {your} request until somebody takes it"),
        What::Undone => format!("{who} took the step before this back. It was a slip"),
        What::PromiseMoved { to, .. } => format!("The date was moved to {}", words::day(*to)),
        What::Closed(ending) => words::outcome(ending.outcome).to_owned(),
        What::Planned { on } => format!("Work is planned for {}", words::day(*on)),
        What::Begun => "Work has begun".to_owned(),
        What::Asked { .. } => format!("{who} asked {whom} something"),
        What::Reminded => format!("We reminded {whom} of the question"),
        What::Answered { .. } => format!("{who} answered"),
        What::Missed { to, .. } => format!("We missed our date. The new one is {}", to.say()),
        What::Escalated { to, whom, cause, away } => {
            let (rung, cause) = (words::rung(*to), words::cause(*cause));
            let mut passed = String::new();
            for rung in away {
                passed.push_str(", and ");
                passed.push_str(words::rung(*rung));
                passed.push_str(" is away");
            }
            format!("We passed this to {whom}, {rung}, because {cause}{passed}")
        }
        What::Aged { age: Age::TooLong, .. } => {
            "This has been open for too long, and is on the list of the council’s board".to_owned()
        }
        What::Aged { told, .. } if !told.is_empty() => {
            format!("This has been open for a long time. We told {}", told.join(" and "))
        }
        What::Aged { .. } => "This has been open for a long time".to_owned(),
        What::Decided { to, .. } => format!("It was decided what happens. The date is {}", words::day(*to)),
        What::Contracted { by } => format!("{by} does the work for us"),
        What::ContractorWrote { planned: Some(on), .. } => {
            format!("{who} planned the work for {}", words::day(*on))
        }
        What::Message { .. } | What::ContractorWrote { .. } => format!("{who} wrote"),
        What::ContractorDone { .. } => format!("{who} says that the work is done"),
        What::ContractEnded { .. } => format!("{who} took the work back from the contractor"),
        What::GoesOn { status, to, .. } if status.is_open() => {
            format!("Together with another report. {}. The date is {}", words::goes_on(*status), to.say())
        }
        What::GoesOn { status, .. } => {
            format!("Together with another report. {}", words::goes_on(*status))
        }
        What::Reopened { to, .. } => {
            format!("{who} opened the request again. The date is {}", to.say())
        }
        What::Amended { changes, .. } => {
            let labels: Vec<&str> = changes.iter().map(|change| &*change.label).collect();
            format!("{who} changed or added: {}", labels.join(", "))
        }
        What::TakenBack => format!("{who} took it back to change it"),
        What::AskedAgain => format!("We asked {whom} again how it went"),
        What::Offered { to, .. } => format!("{who} asked {to} to take it"),
        What::OfferEnded { reason } if reason.is_empty() => "Nobody took it in time: it came back".to_owned(),
        What::OfferEnded { .. } => format!("{who} did not take it"),
        What::Noted { .. } => format!("{who} made a note, for staff only"),
        What::Prompted => "A reminder: the promised day is near".to_owned(),
        What::Checked { fine: true, .. } => format!("{who} looked at the work: it is done well"),
        What::Checked { .. } => format!("{who} looked at the work: it is not done well"),
        What::Proposed(ending) => format!("{who} would close it: {}", words::outcome(ending.outcome)),
        What::SentBack { .. } => format!("{who} did not agree with how it is to be closed"),
        What::PartMoved { department, to: Some(to), .. } => {
            format!("{department} moved its date to {}", to.say())
        }
        What::PartMoved { department, status, .. } => {
            format!("{department}: {}", words::part_status(*status))
        }
        What::Withdrawn { .. } => format!("{who} withdrew the request"),
        What::Feedback { score, .. } => {
            format!("{you} said how it went: {}", words::score(*score))
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
        What::Missed { from, why, .. } => {
            let text = format!("It was {}: {}.", from.say(), words::why_missed(why));
            Some(view! { <p class="portico-timeline__text">{text}</p> }.drawn())
        }
        What::Closed(ending) | What::Proposed(ending) => {
            Some(view! { <div class="portico-timeline__text">{ending_told(&ending)}</div> }.drawn())
        }
        What::Message { text }
        | What::Asked { question: text }
        | What::Answered { text, .. }
        | What::Decided { text, .. }
        | What::Noted { text } => {
            Some(view! { <div class="portico-timeline__message">{typed(text)}</div> }.drawn())
        }
        What::PromiseMoved { from, reason, .. } => {
            let from = format!("It was {}. ", from.say());
            Some(view! { <p class="portico-timeline__text">{from}{typed(reason)}</p> }.drawn())
        }
        What::Amended { changes, place } => {
            let line = |change: Change| {
                let before = (!change.before.is_empty()).then(|| {
                    view! { <p class="portico-timeline__text">"Before: "{typed(change.before)}</p> }.drawn()
                });
                // A question needs no colon.
                let colon = if change.label.ends_with('?') { " " } else { ": " };
                let label = change.label + colon;
                let now = view! { <p class="portico-timeline__text">{label}{typed(change.now)}</p> };
                view! { {now} {before} }.drawn()
            };
            let place =
                (!place.is_empty()).then(|| view! { <p class="portico-timeline__text">{place}</p> }.drawn());
            Some(view! { {changes.into_iter().map(line).collect_view()} {place} }.drawn())
        }
        What::Feedback { reason, about, contact, .. } => {
            let about = about.map(|about| {
                view! { <p class="portico-timeline__text">{words::shortfall(about)}</p> }.drawn()
            });
            let contact = contact.map(|may| {
                let may = if may { "We may contact them about it" } else { "No contact about it, please" };
                view! { <p class="portico-timeline__text">{may}</p> }.drawn()
            });
            let reason =
                typed(reason).map(|text| view! { <p class="portico-timeline__text">{text}</p> }.drawn());
            Some(view! { {about} {reason} {contact} }.drawn())
        }
        What::Withdrawn { reason: text }
        | What::Reopened { reason: text, .. }
        | What::Offered { reason: text, .. }
        | What::OfferEnded { reason: text }
        | What::SentBack { reason: text }
        | What::ContractorWrote { text, .. }
        | What::ContractorDone { text, .. }
        | What::ContractEnded { reason: text }
        | What::Checked { text, .. } => {
            typed(text).map(|text| view! { <p class="portico-timeline__text">{text}</p> }.drawn())
        }
        _ => None,
    }
}
