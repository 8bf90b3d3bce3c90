//! Lets time go by: finds the requests of which something is due, and has it done. Any number of servers may run it: each
//! rule happens once, whoever comes to it.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream;

use super::digest;
use crate::operations::clock::tick;
use crate::state::AppState;
use crate::store::StoreError;

/// Requests looked at in one go.
const AT_ONCE: u64 = 500;
/// Side by side: they share their commits.
const ABREAST: usize = 32;

/// Runs until the server stops.
pub async fn run(state: AppState) {
    loop {
        match run_due(&state).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "the clock can't be read"),
        }
        if let Err(error) = digest::run_due(&state).await {
            tracing::error!(%error, "nobody can be told what waits this week");
        }
        tokio::select! {
            () = state.stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

/// Does what is due now, and says how many requests that were. One that fails is looked at again the next time.
///
/// # Errors
/// The database's errors.
pub async fn run_due(state: &AppState) -> Result<usize, StoreError> {
    let mut done = 0;
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        let due = store.due(state.now(), AT_ONCE).await?;
        let ticks = stream::iter(due).map(|id| {
            let (served, store) = (&served, &store);
            async move { (id, tick(state, served, store, id).await) }
        });
        let mut ticks = ticks.buffer_unordered(ABREAST);
        while let Some((id, ticked)) = ticks.next().await {
            match ticked {
                Ok(()) => done += 1,
                // Erased in the meantime.
                Err(StoreError::NotFound) => {}
                Err(error) => tracing::error!(%error, request = %id, "the clock can't go on with a request"),
            }
        }
    }
    Ok(done)
}
