//! Everything that happens to a request after it arrived: one event, its alerts, its line in the timeline.

use std::sync::Arc;

use domain::case::{Actor, Case, Event, Owner};
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::At;
use crate::jobs::alert;
use crate::operations::{links, watch_link};
use crate::state::AppState;
use crate::store::helpers::ActsBy;
use crate::store::requests::{Happened, MakeJobs, NewEvent};
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
    let (case, happened) = at.store.append(request, new, alerts(state, at)).await?;
    tell(state, happened);
    Ok(case)
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
    let (case, happened) = at.store.append_for(by, request, new, alerts(state, at)).await?;
    tell(state, happened);
    Ok(case)
}

/// Gives requests of a member's department to one of its staff, all of them or none, and says how many have somebody
/// else now.
///
/// # Errors
/// `not_found`, also when one is another department's; `closed` when one is.
pub async fn hand_over(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    requests: &[Uuid],
    to: Owner,
) -> Result<usize, ApiError> {
    let now = state.now();
    let event = |request: &Uuid| {
        let by = Actor::Staff(Owner { id: member.id, name: member.name.clone() });
        let event = Event::HandedOver { to: to.clone() };
        (*request, NewEvent { id: state.dice.id(now), at: now, by, event })
    };
    let events = requests.iter().map(event).collect();
    let happened = at.store.hand_over((member, now), events, alerts(state, at)).await?;
    let changed = happened.iter().filter(|happened| !happened.follows).count();
    tell(state, happened);
    Ok(changed)
}

/// Makes the alerts that follow from an event.
fn alerts(state: &AppState, at: &At) -> MakeJobs {
    let (of, served, dice, now) = (state.clone(), at.served.clone(), state.dice.clone(), state.now());
    Arc::new(move |happened| {
        let to = links(&of, &served.council, (happened.request, &happened.case));
        let mut alerts = alert::alerts(happened, &to);
        for watcher in &happened.watchers {
            let link = watch_link(&of, &served.council, watcher.id);
            alerts.extend(alert::for_watcher(happened, watcher.email.clone(), &link));
        }
        alert::as_jobs(alerts, || dice.id(now))
    })
}

/// Tells those who look on.
fn tell(state: &AppState, happened: Vec<Happened>) {
    for Happened { request, recorded, .. } in happened {
        state.changed(request, recorded.seq);
    }
}
