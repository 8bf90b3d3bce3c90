//! Runs jobs: woken at once, and looking every second besides, so that none depends on being woken.

use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt as _;
use futures::stream;

use super::{Ended, delivery};
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::jobs::Claimed;

/// Jobs claimed at once: few enough to end within the claim even when each waits a minute for a mail server.
const CLAIM: u64 = 32;
/// Jobs run side by side.
const ABREAST: usize = 8;
/// The longest wait between two tries.
const LONGEST: TimeDelta = TimeDelta::hours(6);

/// Runs jobs until the server stops.
pub async fn run(state: AppState) {
    loop {
        match run_due(&state).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "jobs can't be claimed"),
        }
        tokio::select! {
            () = state.stop.cancelled() => return,
            () = state.wake.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

/// Runs the jobs that are due now and sends the messages that are, and says how many there were of what was more.
///
/// # Errors
/// The database's errors. A job that fails is not an error: it is put back.
pub async fn run_due(state: &AppState) -> Result<usize, StoreError> {
    let claimed = state.db.claim_jobs(state.now(), CLAIM).await?;
    let count = claimed.len();
    let ended: Vec<(Claimed, Ended)> = stream::iter(claimed)
        .map(|claimed| async move {
            let ended = match claimed.job.clone() {
                Ok(job) => job.run(state, &claimed).await,
                // A newer version wrote it; it is there when this server is updated.
                Err(why) => Ended::Retry(why),
            };
            (claimed, ended)
        })
        .buffer_unordered(ABREAST)
        .collect()
        .await;
    let (mut done, mut new) = (Vec::new(), Vec::new());
    let mut later = Vec::new();
    for (claimed, ended) in ended {
        match ended {
            Ended::Done => done.push(claimed),
            Ended::Goes(ways) => {
                new.extend(ways.into_iter().map(|way| (claimed.council.clone(), way)));
                done.push(claimed);
            }
            Ended::Never(why) => {
                tracing::error!(job = %claimed.id, why, "a job can never be done");
                done.push(claimed);
            }
            Ended::Late => {
                tracing::warn!(job = %claimed.id, attempts = claimed.attempts, "a mail could not be sent while it was worth something, and is dropped");
                done.push(claimed);
            }
            Ended::Retry(why) => {
                tracing::warn!(job = %claimed.id, why, attempts = claimed.attempts, "a job is tried again later");
                later.push((claimed, why));
            }
        }
    }
    // First of all: what is done must not be done again because something else fails.
    state.db.finish_jobs(&done, &new, state.now()).await?;
    for (claimed, why) in later {
        let wait = TimeDelta::seconds(5 * 2_i64.pow(claimed.attempts.min(12))).min(LONGEST);
        state.db.retry_job(&claimed, state.now() + wait, why).await?;
    }
    // What an alert asked for just before goes out with the same look.
    Ok(count.max(delivery::send_due(state).await?))
}
