//! The outbox: jobs are rows written with the event that asks for them, claimed for a while, and deleted
//! when done.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::deliveries::{self, NewDelivery};
use super::entities::job;
use super::{Database, Store, StoreError};
use crate::jobs::Job;

/// How long a runner may take for what it claimed; after it another may take it over.
const CLAIM: TimeDelta = TimeDelta::minutes(5);

/// A claimed job.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Council.
    pub council: String,
    /// Identifier.
    pub id: Uuid,
    /// What to do; an error when this version can't read it.
    pub job: Result<Job, String>,
    /// Times it was begun, this one included.
    pub attempts: u32,
}

pub(super) fn rows(
    council: &str,
    now: DateTime<Utc>,
    jobs: &[(Uuid, Job)],
) -> Result<Vec<job::ActiveModel>, StoreError> {
    jobs.iter()
        .map(|(id, job)| {
            Ok(job::ActiveModel {
                council_id: Set(council.to_owned()),
                id: Set(*id),
                payload: Set(serde_json::to_string(job)?),
                run_at: Set(now),
                attempts: Set(0),
                locked_until: Set(None),
                last_error: Set(None),
            })
        })
        .collect()
}

pub(super) async fn insert(on: &impl ConnectionTrait, rows: Vec<job::ActiveModel>) -> Result<(), StoreError> {
    if !rows.is_empty() {
        job::Entity::insert_many(rows).exec_without_returning(on).await?;
    }
    Ok(())
}

/// What waits to be told of these requests at such a moment, and was not begun.
async fn waiting(
    on: &impl ConnectionTrait,
    council: &str,
    moment: Expr,
    references: &[String],
) -> Result<Vec<Uuid>, StoreError> {
    // By the moment alone, which has an index.
    let rows = job::Entity::find().filter(moment).filter(job::Column::Attempts.eq(0)).all(on).await?;
    let is_about = |row: &job::Model| {
        let job = serde_json::from_str(&row.payload);
        row.council_id == council
            && matches!(job, Ok(Job::Alert(alert)) if references.contains(&alert.reference))
    };
    Ok(rows.iter().filter(|row| is_about(row)).map(|row| row.id).collect())
}

/// Forgets what was to be told of these requests at this moment, if it was not begun. Two things that happen to a request
/// have two moments.
pub(super) async fn recall(
    on: &impl ConnectionTrait,
    council: &str,
    told_at: DateTime<Utc>,
    references: &[String],
) -> Result<(), StoreError> {
    let ids = waiting(on, council, job::Column::RunAt.eq(told_at), references).await?;
    remove(on, council, ids).await
}

/// Lets what waits to be told of these requests be told now, if it was not begun.
pub(super) async fn release(
    on: &impl ConnectionTrait,
    council: &str,
    now: DateTime<Utc>,
    references: &[String],
) -> Result<(), StoreError> {
    let ids = waiting(on, council, job::Column::RunAt.gt(now), references).await?;
    if ids.is_empty() {
        return Ok(());
    }
    job::Entity::update_many()
        .set(job::ActiveModel { run_at: Set(now), ..Default::default() })
        .filter(job::Column::CouncilId.eq(council))
        .filter(job::Column::Id.is_in(ids))
        .exec(on)
        .await?;
    Ok(())
}

async fn remove(on: &impl ConnectionTrait, council: &str, ids: Vec<Uuid>) -> Result<(), StoreError> {
    if !ids.is_empty() {
        job::Entity::delete_many()
            .filter(job::Column::CouncilId.eq(council))
            .filter(job::Column::Id.is_in(ids))
            .exec(on)
            .await?;
    }
    Ok(())
}

/// Forgets the jobs of a council of which this is true, among those whose payload has one of these pieces of text in it.
pub(super) async fn forget(
    on: &impl ConnectionTrait,
    council: &str,
    pieces: &[String],
    is_one: impl Fn(&Job) -> bool,
) -> Result<(), StoreError> {
    let with = |piece| Expr::col(job::Column::Payload).like(format!("%{piece}%"));
    let named = job::Entity::find()
        .filter(job::Column::CouncilId.eq(council))
        .filter(pieces.iter().map(with).fold(Condition::any(), Condition::add))
        .all(on)
        .await?;
    let is_one = |row: &job::Model| serde_json::from_str(&row.payload).is_ok_and(|job| is_one(&job));
    remove(on, council, named.iter().filter(|row| is_one(row)).map(|row| row.id).collect()).await
}

impl Store {
    /// Adds a job that hangs on no event.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_job(&self, now: DateTime<Utc>, id: Uuid, job: &Job) -> Result<(), StoreError> {
        let rows = rows(&self.council, now, &[(id, job.clone())])?;
        self.db
            .write(move |transaction| {
                let rows = rows.clone();
                Box::pin(async move { insert(transaction, rows).await })
            })
            .await
    }
}

impl Database {
    /// Claims the jobs of all councils that are due, oldest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn claim_jobs(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<Claimed>, StoreError> {
        // A look first: an idle server should not open a write every second.
        let due = Condition::all().add(job::Column::RunAt.lte(now)).add(
            Condition::any().add(job::Column::LockedUntil.is_null()).add(job::Column::LockedUntil.lt(now)),
        );
        if job::Entity::find().filter(due.clone()).one(self.reader()).await?.is_none() {
            return Ok(Vec::new());
        }
        self.write(move |transaction| {
            let due = due.clone();
            Box::pin(async move {
                let rows = job::Entity::find()
                    .filter(due)
                    .order_by_asc(job::Column::RunAt)
                    .limit(most)
                    .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                    .all(transaction)
                    .await?;
                if rows.is_empty() {
                    return Ok(Vec::new());
                }
                job::Entity::update_many()
                    .set(job::ActiveModel { locked_until: Set(Some(now + CLAIM)), ..Default::default() })
                    .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
                    .filter(these(rows.iter().map(|row| (row.council_id.as_str(), row.id))))
                    .exec(transaction)
                    .await?;
                Ok(rows
                    .into_iter()
                    .map(|row| Claimed {
                        council: row.council_id,
                        id: row.id,
                        job: serde_json::from_str(&row.payload).map_err(|error| error.to_string()),
                        attempts: u32::try_from(row.attempts).unwrap_or(0) + 1,
                    })
                    .collect())
            })
        })
        .await
    }

    /// Forgets jobs that are done, and keeps what is to go out because of them, by their councils. What is there already
    /// stays as it is.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn finish_jobs(
        &self,
        done: &[Claimed],
        new: &[(String, NewDelivery)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if done.is_empty() && new.is_empty() {
            return Ok(());
        }
        let done = (!done.is_empty())
            .then(|| these(done.iter().map(|claimed| (claimed.council.as_str(), claimed.id))));
        let new: Result<Vec<_>, StoreError> =
            new.iter().map(|(council, new)| deliveries::row(council, new, now)).collect();
        let new = new?;
        self.write(move |transaction| {
            let (done, new) = (done.clone(), new.clone());
            Box::pin(async move {
                deliveries::insert(transaction, new).await?;
                if let Some(done) = done {
                    job::Entity::delete_many().filter(done).exec(transaction).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Puts a job back for later, with the reason.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn retry_job(
        &self,
        claimed: &Claimed,
        at: DateTime<Utc>,
        why: String,
    ) -> Result<(), StoreError> {
        let this = these(std::iter::once((claimed.council.as_str(), claimed.id)));
        self.write(move |transaction| {
            let (this, why) = (this.clone(), why.clone());
            Box::pin(async move {
                job::Entity::update_many()
                    .set(job::ActiveModel {
                        run_at: Set(at),
                        locked_until: Set(None),
                        last_error: Set(Some(why)),
                        ..Default::default()
                    })
                    .filter(this)
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

/// These jobs and no others, by their whole keys: each key begins with its council.
fn these<'a>(jobs: impl Iterator<Item = (&'a str, Uuid)>) -> Condition {
    let mut by_council: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (council, id) in jobs {
        by_council.entry(council).or_default().push(id);
    }
    let each = by_council
        .into_iter()
        .map(|(council, ids)| job::Column::CouncilId.eq(council).and(job::Column::Id.is_in(ids)));
    each.fold(Condition::any(), Condition::add)
}
