//! Server-sent events: tells a page that its request changed. The page then reads it anew, so a lost event
//! loses nothing.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use domain::api::follow::Changed;
use futures::{Stream, StreamExt as _, stream};
use tokio_stream::wrappers::{BroadcastStream, IntervalStream};
use uuid::Uuid;

use crate::state::AppState;
use crate::store::Store;

/// How often the database is asked besides, for changes that another server made.
const LOOK: Duration = Duration::from_secs(10);

/// The changes of one request, beginning with its latest.
pub(super) fn changes(
    state: &AppState,
    store: Store,
    request: Uuid,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    // What this server did, or that something may have been missed.
    let here = BroadcastStream::new(state.changes.subscribe()).filter_map(move |change| async move {
        match change {
            Ok(change) => (change.request == request).then_some(Some(change.seq)),
            Err(_) => Some(None),
        }
    });
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let there = IntervalStream::new(look).map(|_| None);
    let events = stream::select(here, there)
        .then(move |known: Option<u32>| {
            let store = store.clone();
            async move {
                match known {
                    Some(seq) => Some(seq),
                    None => store.latest_seq(request).await.ok(),
                }
            }
        })
        .filter_map(std::future::ready)
        .scan(0, |last, seq| {
            let newer = seq > *last;
            *last = seq.max(*last);
            std::future::ready(Some(newer.then_some(seq)))
        })
        .filter_map(std::future::ready)
        .map(|seq| Ok(Event::default().event("changed").json_data(Changed { seq }).unwrap_or_default()));
    let stop = state.stop.clone();
    Sse::new(events.take_until(stop.cancelled_owned()))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
