//! Where a request stands, so that nobody takes "no" for "later", or "later" for "done".

use domain::api::follow::{FollowView, What};
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
            Status::Received | Status::InProgress if later => Self::Late,
            Status::Received | Status::InProgress => Self::Open,
            Status::Closed(Outcome::Done) => Self::Done,
            Status::Closed(Outcome::DeclinedByPolicy) => Self::Declined,
            Status::Closed(Outcome::NotOurs | Outcome::Duplicate | Outcome::Withdrawn) => Self::Closed,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Open => "portico-status",
            Self::Late => "portico-status portico-status--late",
            Self::Done => "portico-status portico-status--done",
            Self::Declined => "portico-status portico-status--declined",
            Self::Closed => "portico-status portico-status--closed",
        }
    }
}

/// Where a request stands, in a few words.
#[must_use]
pub fn title(request: &FollowView) -> &'static str {
    match (request.status, is_later(request)) {
        (Status::Closed(outcome), _) if !request.parts.is_empty() && outcome != Outcome::Withdrawn => {
            "Everybody you told has finished"
        }
        (Status::Closed(outcome), _) => words::outcome(outcome),
        (_, true) => "Open, later than promised",
        (Status::Received, false) => "Open: we have your request",
        (Status::InProgress, false) => "Open: we are working on it",
    }
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
    request.status.is_open() && (request.late || request.complete_by > request.first_complete_by)
}

fn details(request: &FollowView) -> AnyView {
    let new_day = words::day(request.complete_by);
    let first_day = words::day(request.first_complete_by);
    if !request.status.is_open() {
        let said = request.timeline.iter().rev().find_map(|entry| match &entry.what {
            What::Closed { text, .. } if !text.is_empty() => Some(text.clone()),
            _ => None,
        });
        return said.map(|said| view! { <p><bdi class="portico-typed">{said}</bdi></p> }.drawn()).into_any();
    }
    let taken_by = words::day(request.acknowledge_by);
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
        _ => None,
    });
    let reason = reason.filter(|_| is_later(request));
    view! {
        {promise}
        {reason.map(|reason| view! { <p>"Why: "<bdi class="portico-typed">{reason}</bdi></p> }.drawn())}
        <p><bdi>{owner}</bdi></p>
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
            Look::of(Status::Closed(Outcome::Done), false),
            Look::of(Status::Closed(Outcome::DeclinedByPolicy), false),
            Look::of(Status::Closed(Outcome::Withdrawn), false),
        ];
        let classes: std::collections::BTreeSet<&str> = looks.iter().map(|look| look.class()).collect();
        assert_eq!(classes.len(), looks.len());
    }
}
