//! Where a request stands, so that nobody takes "no" for "later", or "later" for "done".

use domain::api::follow::{Ending, FollowView, What};
use domain::case::{Outcome, Status};
use leptos::prelude::*;

use super::policy::PolicyLetter;
use crate::live::Drawn as _;
use crate::words;

/// The looks a standing has; the words say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Open, as promised.
    Open,
    /// Open, later than promised.
    Late,
    /// Open, and the resident has to answer.
    Waiting,
    /// Done.
    Done,
    /// Declined by policy.
    Declined,
    /// Ended in another way.
    Closed,
}

impl Look {
    /// The look of a request.
    #[must_use]
    pub fn of(status: Status, later: bool) -> Self {
        match status {
            Status::Waiting | Status::ToPay => Self::Waiting,
            Status::Received | Status::LookedAt | Status::Planned | Status::InProgress if later => Self::Late,
            Status::Received | Status::LookedAt | Status::Planned | Status::InProgress => Self::Open,
            Status::Closed(Outcome::Done) => Self::Done,
            Status::Closed(Outcome::DeclinedByPolicy) => Self::Declined,
            Status::Closed(_) => Self::Closed,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Open => "portico-status",
            Self::Late => "portico-status portico-status--late",
            Self::Waiting => "portico-status portico-status--waiting",
            Self::Done => "portico-status portico-status--done",
            Self::Declined => "portico-status portico-status--declined",
            Self::Closed => "portico-status portico-status--closed",
        }
    }
}

/// Where a request stands, in a few words.
#[must_use]
pub fn title(request: &FollowView) -> &'static str {
    if is_taken_back(request) {
        return "Taken back, to be changed and sent again";
    }
    match (request.status, is_later(request)) {
        (Status::Closed(outcome), _) if !request.parts.is_empty() && outcome != Outcome::Withdrawn => {
            "Everybody you told has finished"
        }
        (Status::Closed(outcome), _) => words::outcome(outcome),
        (Status::ToPay, _) => "Not sent yet: you have to pay first",
        (Status::Waiting, _) => "Open: waiting for your answer",
        (_, true) => "Open, later than promised",
        (Status::Received, false) => "Open: we have your request",
        (Status::LookedAt, false) => "Open: we are looking at it",
        (Status::Planned, false) => "Open: the work is planned",
        (Status::InProgress, false) => "Open: we are working on it",
    }
}

/// Whether it was taken back just after it was sent.
#[must_use]
pub fn is_taken_back(request: &FollowView) -> bool {
    request.timeline.last().is_some_and(|entry| entry.what == What::TakenBack)
}

/// Where a request stands and what was promised.
#[component]
pub fn StatusPanel(
    /// The request.
    request: FollowView,
) -> impl IntoView {
    let look = Look::of(request.status, is_later(&request));
    let title = title(&request);
    let details = details(&request);
    view! {
        <section class=look.class() aria-labelledby="status">
            <h2 class="portico-status__title" id="status">{title}</h2>
            {details}
        </section>
        {request.policy.filter(|_| look == Look::Declined).map(|policy| view! { <PolicyLetter policy=policy /> }.drawn())}
    }.drawn()
}

/// Open, and either past its day or moved to a later one.
fn is_later(request: &FollowView) -> bool {
    request.status.is_open()
        && !request.unreceived
        && (request.late || request.complete_by > request.first_complete_by)
}

fn details(request: &FollowView) -> AnyView {
    let new_day = request.complete_by.say();
    let first_day = request.first_complete_by.say();
    if !request.status.is_open() {
        let said = request.timeline.iter().rev().find_map(|entry| match &entry.what {
            What::Closed(ending) => Some(ending_told(ending)),
            _ => None,
        });
        return said.into_any();
    }
    if request.unreceived {
        let until = request.payment.as_ref().and_then(|pay| pay.until.clone());
        let until =
            until.map(|until| view! { <p>"It can be paid until "<strong>{until}</strong>"."</p> }.drawn());
        return view! {
            <p>"Everything that was filled in is kept. We receive the request, and begin, once it is paid."</p>
            {until}
        }
        .drawn();
    }
    if let Some(question) = &request.asked {
        return view! {
            <p>"We need an answer from you before we can go on:"</p>
            <p class="govuk-inset-text"><bdi class="portico-typed">{question.clone()}</bdi></p>
            <p>"Answer below. Our promise to finish by "<strong>{new_day}</strong>" waits for you, and moves by the time that it waits."</p>
        }
        .drawn();
    }
    let taken_by = request.acknowledge_by.say();
    let owner = match &request.owner {
        Some(owner) => format!("{owner} in {} is dealing with it.", request.department),
        None if !request.parts.is_empty() => format!("Each of them will take its part by {taken_by}."),
        None => format!("Somebody in {} will take it by {taken_by}.", request.department),
    };
    let promise = if request.late {
        view! { <p>"We said we would finish by "<strong>{new_day}</strong>". We have not, and we are sorry."</p> }.drawn()
    } else if is_later(request) {
        view! { <p>"We will finish by "<strong>{new_day}</strong>". First we said "{first_day}"."</p> }
            .drawn()
    } else {
        view! { <p>"We will finish by "<strong>{new_day}</strong>"."</p> }.drawn()
    };
    let reason = request.timeline.iter().rev().find_map(|entry| match &entry.what {
        What::PromiseMoved { reason, .. } => Some(reason.clone()),
        What::Missed { why, .. } => Some(format!("{}. We are sorry.", words::why_missed(*why))),
        _ => None,
    });
    let reason = reason.filter(|_| is_later(request));
    let planned = request
        .planned
        .map(|on| view! { <p>"The work is planned for "<strong>{words::day(on)}</strong>"."</p> }.drawn());
    view! {
        {promise}
        {planned}
        {reason.map(|reason| view! { <p>"Why: "<bdi class="portico-typed">{reason}</bdi></p> }.drawn())}
        <p><bdi>{owner}</bdi></p>
    }
    .drawn()
}

/// What the resident is told at the end: what, when, by whom, what next and how to object.
#[must_use]
pub fn ending_told(ending: &Ending) -> AnyView {
    let typed = |text: &str| view! { <bdi class="portico-typed">{text.to_owned()}</bdi> }.drawn();
    let line = |label: &'static str, text: &str| {
        (!text.is_empty()).then(|| view! { <p><strong>{label}": "</strong>{typed(text)}</p> }.drawn())
    };
    let by = (!ending.by.is_empty()).then(|| typed(&ending.by));
    let when = match (by, ending.on.map(words::day)) {
        (Some(by), Some(on)) => Some(view! { <p>"Done by "{by}" on "{on}"."</p> }.drawn()),
        (Some(by), None) => Some(view! { <p>"Done by "{by}"."</p> }.drawn()),
        (None, Some(on)) => Some(view! { <p>"On "{on}"."</p> }.drawn()),
        (None, None) => None,
    };
    let elsewhere =
        ending.elsewhere.as_ref().filter(|_| ending.outcome == Outcome::NotOurs).map(|elsewhere| {
            let told = if elsewhere.handed_over {
                "We have told them."
            } else {
                "Please tell them yourself: we have not."
            };
            view! { <p><strong>"Who is responsible: "</strong>{typed(&elsewhere.who)}</p> <p>{told}</p> }
                .drawn()
        });
    let same_as = ending.same_as.as_ref().map(|reference| {
        view! { <p>"It goes on under the reference "<span class="portico-reference">{reference.to_string()}</span>". We tell you what happens."</p> }.drawn()
    });
    let signed = ending.signed.as_ref().map(|signed| {
        view! { <p><bdi>{signed.name.clone()}</bdi><br/><bdi>{signed.role.clone()}</bdi></p> }.drawn()
    });
    view! {
        {(!ending.text.is_empty()).then(|| view! { <p>{typed(&ending.text)}</p> }.drawn())}
        {when}
        {elsewhere}
        {same_as}
        {line("What would change our answer", &ending.unless)}
        {line("What happens next", &ending.next)}
        {line("If you do not agree", &ending.object)}
        {signed}
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_declined_and_done_look_different() {
        let looks = [
            Look::of(Status::InProgress, false),
            Look::of(Status::InProgress, true),
            Look::of(Status::Waiting, true),
            Look::of(Status::Closed(Outcome::Done), false),
            Look::of(Status::Closed(Outcome::DeclinedByPolicy), false),
            Look::of(Status::Closed(Outcome::Withdrawn), false),
        ];
        let classes: std::collections::BTreeSet<&str> = looks.iter().map(|look| look.class()).collect();
        assert_eq!(classes.len(), looks.len());
    }
}
