//! Everything that happens to a request after it arrived: one event, its alerts, its line in the timeline.

use std::sync::Arc;

use domain::case::{Actor, Case, Event};
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::At;
use crate::jobs::alert;
use crate::operations::{links, watch_link};
use crate::state::AppState;
use crate::store::requests::{Happened, MakeJobs, NewEvent};

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
    let (of, served, dice) = (state.clone(), at.served.clone(), state.dice.clone());
    let make_jobs: MakeJobs = Arc::new(move |happened| {
        let mut alerts = alert::alerts(happened, &links(&of, &served.council, happened.request));
        for watcher in &happened.watchers {
            let link = watch_link(&of, &served.council, watcher.id);
            alerts.extend(alert::for_watcher(happened, watcher.email.clone(), &link));
        }
        alert::as_jobs(alerts, || dice.id(now))
    });
    let (case, happened) = at.store.append(request, NewEvent { id, at: now, by, event }, make_jobs).await?;
    for Happened { request, recorded, .. } in happened {
        state.changed(request, recorded.seq);
    }
    Ok(case)
}
