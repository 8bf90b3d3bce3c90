//! Server-sent events: tells a page that its request changed. The page then reads it anew, so a lost event
//! loses nothing.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use domain::api::follow::Changed;
use futures::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_stream::wrappers::{BroadcastStream, IntervalStream};
use uuid::Uuid;

use crate::state::{AppState, Change};
use crate::store::Store;
use crate::store::notices::Waiting;
use crate::store::staff::Reach;

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
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
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

/// Changes of requests that a member of staff has to do with. What another server changed, the page reads now and then.
pub(super) fn queue(
    state: &AppState,
    store: Store,
    reach: Reach,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let events = BroadcastStream::new(state.changes.subscribe())
        .then(move |change| {
            let (store, reach) = (store.clone(), reach.clone());
            async move {
                match change {
                    Ok(change) => store.concerns(&reach, change.request).await.ok()?.then_some(change.seq),
                    // Something may have been missed.
                    Err(_) => Some(0),
                }
            }
        })
        .filter_map(std::future::ready)
        .map(|seq| Ok(Event::default().event("changed").json_data(Changed { seq }).unwrap_or_default()));
    Sse::new(events.take_until(state.stop.clone().cancelled_owned()))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// What is known to whoever listens to what a resident has not read.
struct News {
    here: broadcast::Receiver<Change>,
    look: Interval,
    store: Store,
    resident: Uuid,
    /// Their requests, as of the last look.
    own: HashSet<Uuid>,
    /// The identifier of the last event.
    last: String,
}

impl News {
    /// The next that is news to them; none when the server stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let change = tokio::select! {
                change = self.here.recv() => match change {
                    Ok(change) => Some(change.request),
                    Err(RecvError::Lagged(_)) => None,
                    Err(RecvError::Closed) => return None,
                },
                _ = self.look.tick() => None,
            };
            match change {
                // What happens to others costs nothing here.
                Some(request) if !self.own.contains(&request) => continue,
                Some(_) => {}
                None => {
                    if let Ok(own) = self.store.all_request_ids_of(self.resident).await {
                        self.own = own;
                    }
                }
            }
            let Ok(Waiting { unread, newest }) = self.store.waiting(self.resident).await else { continue };
            let now = format!("{unread}-{}", newest.map_or(0, |newest| newest.timestamp_millis()));
            if now != self.last {
                self.last.clone_from(&now);
                let event = Event::default().id(now).event("changed");
                return Some(event.json_data(Changed { seq: unread }).unwrap_or_default());
            }
        }
    }
}

/// How many a resident has not read, at first and whenever it is another. `last` is the identifier of the last event that
/// they know of: of what they know they are not told again.
pub(super) fn news(
    state: &AppState,
    store: Store,
    resident: Uuid,
    last: String,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let here = state.changes.subscribe();
    let news = News { here, look, store, resident, own: HashSet::new(), last };
    let events =
        stream::unfold(news, |mut news| async move { news.next().await.map(|event| (Ok(event), news)) });
    Sse::new(events.take_until(state.stop.clone().cancelled_owned()))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
