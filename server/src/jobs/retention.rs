//! Taking away what was kept long enough, by the period of each service. It runs by itself in `portico serve`, and by
//! `portico retention --erase`. Each step can be taken again: whoever is stopped in the middle goes on the next time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike as _, Utc};
use domain::access::Role;
use domain::audit::{Deed, Entry};
use domain::payment::{self, Purpose};
use domain::retention::Retention;
use futures::TryStreamExt as _;

use crate::adapters::blobs::Blobs;
use crate::councils::Served;
use crate::state::AppState;
use crate::store::erasure::{Day, Erasing};
use crate::store::requests::Stored;
use crate::store::{Database, Store, StoreError};

/// Requests that are read at once.
const BATCH: u64 = 100;
/// Photos and documents that are looked up at once.
const UPLOADS: usize = 500;
/// The hours of the night in which it runs.
const NIGHT: std::ops::Range<u32> = 1..5;

/// What goes, or went, of one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Requests, those of departments that they were passed on to not counted.
    pub requests: u64,
    /// Photos.
    pub photos: u64,
    /// Documents.
    pub documents: u64,
}

/// What a run took away, or would.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// By service.
    pub services: BTreeMap<String, Gone>,
    /// Contacts in the log that were about no request.
    pub contacts: u64,
    /// Photos and documents that no table knows: somebody was stopped between the row and the bytes.
    pub strays: u64,
}

/// What stopped it.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A photo or document can't be deleted.
    #[error("the blob store: {0}")]
    Blobs(#[from] object_store::Error),
}

/// Takes away what is due at one council.
pub struct Retaining<'a> {
    /// What is kept.
    pub db: &'a Database,
    /// Bytes of photos and documents.
    pub blobs: &'a Blobs,
    /// The council.
    pub served: &'a Arc<Served>,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// Only count it.
    pub is_dry: bool,
}

impl Retaining<'_> {
    /// Takes it away, and says what went.
    ///
    /// # Errors
    /// What stopped it. What went until then is gone.
    pub async fn run(&self) -> Result<Erased, RetentionError> {
        let council = &self.served.council;
        let store = self.db.council(&council.id);
        let mut all = Erased::default();
        for service in store.services_closed().await? {
            // Of a service that is no longer offered, nobody says more than the council.
            let known = self.served.service(&service).map(|service| service.retention);
            let gone = self.service(&store, &service, known.unwrap_or(council.retention.all)).await?;
            if gone.requests > 0 {
                if !self.is_dry {
                    tracing::info!(council = council.id, service, requests = gone.requests, "erased");
                }
                all.services.insert(service, gone);
            }
        }
        // Those that were about a request went with it.
        if let Some(day) = council.retention.all.keep.over_since(self.served.local(self.now).date())
            && let Some(next) = day.succ_opt()
        {
            all.contacts = store.forget_contacts(self.served.begins(next), self.is_dry).await?;
        }
        all.strays = self.strays(&store).await?;
        // Also after a run that was stopped before it came to this.
        if !self.is_dry {
            self.db.forget_erased().await?;
        }
        Ok(all)
    }

    /// Bytes whose row is gone. There are none without a row before, so none that is still needed is among them.
    async fn strays(&self, store: &Store) -> Result<u64, RetentionError> {
        let council = &self.served.council.id;
        let mut strays = 0;
        let mut batches = self.blobs.all(council).try_chunks(UPLOADS);
        while let Some(mut batch) = batches.try_next().await.map_err(|stopped| stopped.1)? {
            batch.dedup();
            for id in store.unknown(batch).await? {
                if !self.is_dry {
                    self.blobs.delete(council, id).await?;
                }
                strays += 1;
            }
        }
        if strays > 0 && !self.is_dry {
            tracing::warn!(council, strays, "photos and documents that nothing knew of were erased");
        }
        Ok(strays)
    }

    async fn service(
        &self,
        store: &Store,
        service: &str,
        retention: Retention,
    ) -> Result<Gone, RetentionError> {
        // What was never paid was never received: the service's period is not for it.
        let of_unpaid = payment::retention(self.served.council.payments.as_ref());
        // Nothing that arrived later can be due. A day more, for days are the council's.
        let days = retention.keep.least_days().min(of_unpaid.keep.least_days());
        let shortest = TimeDelta::days(days.into()) - TimeDelta::days(1);
        let until = self.now - shortest;
        let mut gone = Gone::default();
        let mut behind = None;
        loop {
            let batch = store.closed(service, until, behind, BATCH).await?;
            let Some((last, _)) = batch.last() else { return Ok(gone) };
            behind = Some(*last);
            for (_, stored) in batch {
                let retention = if stored.case.is_received() { retention } else { of_unpaid };
                if !self.is_due(&stored, retention) {
                    continue;
                }
                // What may still be paid stays, so that it is known what the money was for.
                let tried = store.payments_for(Purpose::Request(stored.id)).await?;
                if tried.iter().any(|payment| payment.state.is_under_way()) {
                    continue;
                }
                let uploads = store.uploads_of(stored.id).await?;
                let documents = uploads.iter().filter(|(_, is_document)| *is_document).count() as u64;
                let is_gone = self.is_dry || {
                    // The bytes first, while a row still says where they are.
                    for (id, _) in &uploads {
                        self.blobs.delete(&self.served.council.id, *id).await?;
                    }
                    store.erase(self.erasing(&stored, retention)).await?
                };
                if !is_gone {
                    continue;
                }
                gone.requests += 1;
                gone.photos += uploads.len() as u64 - documents;
                gone.documents += documents;
            }
        }
    }

    /// A part goes with the whole that it is of, whose photos its department was shown.
    fn is_due(&self, stored: &Stored, retention: Retention) -> bool {
        let day = |at| self.served.local(at).date();
        let case = &stored.case;
        let due = retention.due(day(case.received_at), case.closed_at.map(day));
        case.submission.part_of.is_none() && due.is_some_and(|due| due <= day(self.now))
    }

    fn erasing(&self, stored: &Stored, retention: Retention) -> Erasing {
        let served = self.served.clone();
        let day: Day = Arc::new(move |at| served.local(at).date());
        let entry = Entry {
            seq: 0,
            at: self.now,
            role: Role::Admin,
            // Nobody did: the council's rules.
            who: None,
            department: None,
            deed: Deed::Erased,
            person: None,
            object: format!("request {}", stored.id),
            detail: retention.say(),
        };
        Erasing { request: stored.id, then: retention.then, gone: day(self.now), day, entry }
    }
}

/// One night's run at a council. The first time of all it erases nothing and says in the log what would go, so that
/// whoever sets the server up can still name other periods; from the next day on it erases.
///
/// # Errors
/// What stopped it.
pub async fn tonight(state: &AppState, served: &Arc<Served>) -> Result<Erased, RetentionError> {
    let (council, now) = (&served.council.id, state.now());
    let store = state.db.council(council);
    let today = served.local(now).date();
    let told = store.retention_told().await?;
    if told == Some(today) {
        return Ok(Erased::default());
    }
    let is_dry = told.is_none();
    let erased = Retaining { db: &state.db, blobs: &state.blobs, served, now, is_dry }.run().await?;
    if is_dry {
        for (service, Gone { requests, photos, documents }) in &erased.services {
            tracing::warn!(council, service, requests, photos, documents, "will be erased from tomorrow on");
        }
        if erased.contacts > 0 {
            tracing::warn!(council, contacts = erased.contacts, "will be erased from tomorrow on");
        }
        tracing::info!(council, "from tomorrow on, what was kept long enough is erased each night");
        store.tell_retention(today).await?;
    }
    Ok(erased)
}

/// Runs it when the server starts, which may be off at night, and each night until it stops. Servers side by side do no harm, nor does a second run.
pub async fn nightly(state: AppState) {
    let mut look = tokio::time::interval(Duration::from_mins(10));
    let mut done = BTreeMap::new();
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            _ = look.tick() => {}
        }
        for served in state.councils.all() {
            let here = served.local(state.now());
            let id = served.council.id.clone();
            if !is_time(done.get(&id).copied(), here) {
                continue;
            }
            match tonight(&state, &served).await {
                Ok(_) => {
                    done.insert(id, here.date());
                }
                Err(error) => {
                    tracing::error!(%error, council = id, "what was kept long enough can't be erased");
                }
            }
        }
    }
}

/// Whether it is to run at a local time, when it ran last on that day.
fn is_time(last: Option<NaiveDate>, here: NaiveDateTime) -> bool {
    last.is_none_or(|last| last != here.date() && NIGHT.contains(&here.hour()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_start_and_once_each_night() {
        let at = |time: &str| format!("2026-12-07T{time}:00").parse::<NaiveDateTime>().unwrap();
        let (today, yesterday) = (at("00:00").date(), at("00:00").date().pred_opt());
        for time in ["00:30", "03:00", "15:00"] {
            assert!(is_time(None, at(time)));
            assert!(!is_time(Some(today), at(time)));
            assert_eq!(is_time(yesterday, at(time)), time == "03:00", "{time}");
        }
    }
}
