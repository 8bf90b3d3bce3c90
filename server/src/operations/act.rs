//! Everything that happens to a request after it arrived: one event, its alerts, its line in the timeline.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::case::{Actor, Case, Event, Owner, Status, UNDO_MINUTES};
use domain::council::{Council, Department};
use domain::field::Value;
use domain::validate::Answer;
use uuid::Uuid;

use super::clock;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::At;
use crate::jobs::contractor::{ContractorMail, ToContractor};
use crate::jobs::{Job, alert};
use crate::operations::{links, watch_link};
use crate::state::AppState;
use crate::store::helpers::ActsBy;
use crate::store::requests::{Consequences, Follows, Happened, NewEvent};
use crate::store::staff::StaffMember;

/// Lets an event happen to a request. `event_id` makes a repeat harmless; without one it gets its own.
///
/// # Errors
/// `not_found`; the reason when the rules of the case refuse it.
pub async fn act(
    state: &AppState,
    at: &At,
    request: Uuid,
    by: Actor,
    event: Event,
    event_id: Option<Uuid>,
) -> Result<Case, ApiError> {
    let now = state.now();
    let id = event_id.unwrap_or_else(|| state.dice.id(now));
    let new = NewEvent { id, at: now, by, event };
    let (case, happened) = at.store.append(request, new, after(state, &at.served)).await?;
    tell(state, happened);
    Ok(case)
}

/// The same for one of many requests. Where it can be taken back, those who are to be told wait for that.
///
/// # Errors
/// As [`act`].
pub async fn act_in_batch(
    state: &AppState,
    at: &At,
    request: Uuid,
    (id, by, event): (Uuid, Actor, Event),
    can_be_undone: bool,
) -> Result<Case, ApiError> {
    let new = NewEvent { id, at: state.now(), by, event };
    let follows = after_a_while(state, &at.served, can_be_undone);
    let (case, happened) = at.store.append(request, new, follows).await?;
    tell(state, happened);
    Ok(case)
}

/// Takes back the last thing that happened to a request, by its identifier.
///
/// # Errors
/// `not_found`; the reason when it was not the last, or too long ago, or somebody else's.
pub async fn undo(
    state: &AppState,
    at: &At,
    request: Uuid,
    last: Uuid,
    (id, by): (Uuid, Actor),
) -> Result<(), ApiError> {
    let new = NewEvent { id, at: state.now(), by, event: Event::Undone };
    let follows = after_a_while(state, &at.served, true);
    tell(state, at.store.undo(request, last, new, follows).await?);
    Ok(())
}

/// The same for somebody who acts for the resident: it stands in the audit log, too.
///
/// # Errors
/// `not_found`, also when they may not act, or not any more; the reason when the rules of the case refuse it.
pub async fn act_for(
    state: &AppState,
    at: &At,
    request: Uuid,
    (by, actor): (ActsBy, Actor),
    event: Event,
    event_id: Option<Uuid>,
) -> Result<Case, ApiError> {
    let now = state.now();
    let id = event_id.unwrap_or_else(|| state.dice.id(now));
    let new = NewEvent { id, at: now, by: actor, event };
    let (case, happened) = at.store.append_for(by, request, new, after(state, &at.served)).await?;
    tell(state, happened);
    Ok(case)
}

/// Gives requests of a member's department to one of its staff, or to nobody, so that they are the team's again: all of them or none, and says how many have somebody
/// else now.
///
/// # Errors
/// `not_found`, also when one is another department's; `closed` when one is.
pub async fn hand_over(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    requests: &[Uuid],
    to: Option<Owner>,
) -> Result<usize, ApiError> {
    let now = state.now();
    let event = |request: &Uuid| {
        let by = Actor::Staff(Owner { id: member.id, name: member.name.clone() });
        let event = to.clone().map_or(Event::HandedBack, |to| Event::HandedOver { to });
        (*request, NewEvent { id: state.dice.id(now), at: now, by, event })
    };
    let events = requests.iter().map(event).collect();
    let happened = at.store.hand_over((member, now), events, after(state, &at.served)).await?;
    let changed = happened.iter().filter(|happened| !happened.follows).count();
    tell(state, happened);
    Ok(changed)
}

/// What follows from events: dates that the calendar gives, when the clock looks next, and the alerts.
struct After {
    state: AppState,
    served: Arc<Served>,
    now: DateTime<Utc>,
    /// What happens may be taken back, and is told when it can't be any more.
    can_be_undone: bool,
}

/// How long what may be taken back is not told: some time more than there is to take it back, for clocks that differ.
const TELL_AFTER: TimeDelta = TimeDelta::minutes(UNDO_MINUTES + 1);

impl Consequences for After {
    fn settle(&self, case: &Case, by: &Actor, event: Event) -> Event {
        let resumed = || clock::without_people(&self.served, |clock| clock.resumed(case, self.now));
        match (by, event, &case.waiting) {
            // Whatever the resident writes while they are asked is the answer, and the promise goes on.
            (Actor::Resident | Actor::Helper(_), Event::Message { text }, Some(_)) => {
                Event::Answered { text, complete_by: resumed() }
            }
            (_, Event::Amended(mut amendment), _) => {
                amendment.complete_by = case.waiting.as_ref().map(|_| resumed());
                amendment.before = before(case, &amendment.answers);
                if let Some(place) = &mut amendment.place {
                    // Nobody has it after it was handed back, either, and it stays where it was worked on.
                    place.stays = case.owner.is_some() || case.status != Status::Received;
                }
                Event::Amended(amendment)
            }
            (_, event, _) => event,
        }
    }

    fn wakes(&self, case: &Case) -> Option<DateTime<Utc>> {
        clock::wakes(&self.served, case)
    }

    fn department(&self, id: &str) -> Option<&Department> {
        self.served.council.department(id)
    }

    fn told_at(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        if self.can_be_undone { at + TELL_AFTER } else { at }
    }

    fn all_jobs(&self, happened: &[Happened]) -> Vec<(Uuid, Job)> {
        let (council, state) = (&self.served.council, &self.state);
        let mut alerts = Vec::new();
        for one in happened {
            let to = links(state, council, (one.request, &one.case));
            alerts.extend(alert::alerts(one, &to, council));
            if let Event::Paid(paid) = &one.recorded.event
                && paid.promised.is_some()
                && one.case.status.is_open()
            {
                let service = self.served.service(&one.case.submission.service);
                let next = service.map_or_else(Vec::new, |service| service.next.clone());
                let account = (one.account_email.as_deref(), one.has_moved);
                alerts.extend(alert::received(&one.case, account, &to, next));
            }
            for watcher in &one.watchers {
                let link = watch_link(state, council, watcher.id);
                alerts.extend(alert::for_watcher(one, watcher.email.clone(), &link));
            }
        }
        // What time did at once is one message to the resident.
        let by_the_clock = |one: &&Happened| {
            // What a duplicate hears of another request is told by itself.
            one.recorded.by == Actor::Clock && !matches!(one.recorded.event, Event::GoesOn(_))
        };
        if let Some(last) = happened.iter().rfind(by_the_clock) {
            let to = links(state, council, (last.request, &last.case));
            alerts.extend(alert::by_the_clock(happened, last, &to));
        }
        let mut jobs = alert::as_jobs(alerts, || state.dice.id(self.now));
        let ended = happened.iter().filter_map(|one| work_ends(council, one));
        jobs.extend(ended.map(|mail| (state.dice.id(self.now), Job::Contractor(mail))));
        jobs
    }
}

/// What a contractor is told whose work is over with the request, before they said that it is done.
fn work_ends(
    council: &Council,
    Happened { case, recorded, contractor, .. }: &Happened,
) -> Option<ContractorMail> {
    let reason = match recorded.event {
        Event::Withdrawn { .. } | Event::TakenBack => "Whoever asked for it needs it no more.",
        Event::Closed(_) => "The request is closed.",
        _ => return None,
    };
    let to = council.contractor(contractor.as_deref()?)?;
    Some(ContractorMail {
        name: to.name.clone(),
        email: to.email.clone(),
        reference: case.submission.reference.to_string(),
        title: case.submission.title.clone(),
        owner: case.answers_for_it().map_or_else(|| council.name.clone(), |owner| owner.name.clone()),
        told: ToContractor::Ended { reason: reason.to_owned() },
    })
}

/// What was answered before to what is put right now. Photos that are added take the place of none.
fn before(case: &Case, new: &[Answer]) -> Vec<Answer> {
    let is_changed = |known: &&Answer| {
        !matches!(known.value, Value::Photos(_)) && new.iter().any(|new| new.question == known.question)
    };
    case.submission.answers.iter().filter(is_changed).cloned().collect()
}

/// What follows from an event at this moment.
pub fn after(state: &AppState, served: &Arc<Served>) -> Follows {
    after_a_while(state, served, false)
}

fn after_a_while(state: &AppState, served: &Arc<Served>, can_be_undone: bool) -> Follows {
    Arc::new(After { state: state.clone(), served: served.clone(), now: state.now(), can_be_undone })
}

/// Tells those who look on.
pub fn tell(state: &AppState, happened: Vec<Happened>) {
    for Happened { request, recorded, .. } in happened {
        state.changed(request, recorded.seq);
    }
}
