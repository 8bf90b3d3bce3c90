//! What people fill in without the app: kept under the token in their cookie until they send it, or for a while.

use chrono::{DateTime, Utc};
use domain::api::drafts::Posted;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use super::entities::draft;
use super::{Database, Store, StoreError};

/// In place of a draft's service: what is kept of it for a while once it was sent. No service's identifier has a colon.
fn sent(service: &str) -> String {
    format!("sent:{service}")
}

/// The same, for as long as drafts are kept, once it was sent or thrown away.
fn ended(service: &str) -> String {
    format!("ended:{service}")
}

/// Whether a row is what was over, and not what is begun.
pub(super) fn is_ended(service: &str) -> bool {
    service.starts_with(&ended(""))
}

/// Whether a draft was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is.
    Kept,
    /// Another one was kept since: it is to be read again.
    Changed,
    /// What has its key was sent or thrown away.
    Ended,
}

impl Store {
    /// What was posted for a service under this token.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft(
        &self,
        token_hash: Vec<u8>,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Posted>, StoreError> {
        let row = draft::Entity::find_by_id(self.draft_key(&token_hash, service))
            .filter(draft::Column::ExpiresAt.gt(now))
            .one(self.db.reader())
            .await?;
        row.map(|row| Ok(serde_json::from_str(&row.body)?)).transpose()
    }

    fn draft_key(&self, token_hash: &[u8], service: &str) -> (String, Vec<u8>, String) {
        (self.council.to_string(), token_hash.to_vec(), service.to_owned())
    }

    /// The key of the request that was sent last for a service under this token.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft_sent(
        &self,
        token_hash: Vec<u8>,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        Ok(self.draft(token_hash, &sent(service), now).await?.map(|posted| posted.key))
    }

    /// The key of the draft of a service that was sent or thrown away last under this token.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft_ended(
        &self,
        token_hash: Vec<u8>,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        Ok(self.draft(token_hash, &ended(service), now).await?.map(|posted| posted.key))
    }

    /// Everything that was posted under this token and says something.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn drafts(&self, token_hash: Vec<u8>, now: DateTime<Utc>) -> Result<Vec<Posted>, StoreError> {
        let rows = draft::Entity::find()
            .filter(draft::Column::CouncilId.eq(&*self.council))
            .filter(draft::Column::TokenHash.eq(token_hash))
            .filter(draft::Column::ExpiresAt.gt(now))
            .all(self.db.reader())
            .await?;
        let posted: Result<Vec<Posted>, _> = rows.iter().map(|row| serde_json::from_str(&row.body)).collect();
        let says_something = |posted: &Posted| posted.answers.iter().any(|(_, raw)| !raw.is_empty());
        Ok(posted?.into_iter().filter(says_something).collect())
    }

    /// Keeps what was posted, in place of the draft whose turn was read before (0 when there was none), or of any.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn keep_draft(
        &self,
        token_hash: Vec<u8>,
        posted: &Posted,
        after: Option<u32>,
        (now, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Keeping, StoreError> {
        let row = self.draft_row(&token_hash, posted, until)?;
        let (own, end) = (
            self.draft_key(&token_hash, &posted.service),
            self.draft_key(&token_hash, &ended(&posted.service)),
        );
        let key = posted.key;
        self.db
            .write(move |transaction| {
                let (row, own, end) = (row.clone(), own.clone(), end.clone());
                Box::pin(async move {
                    let end = draft::Entity::find_by_id(end).one(transaction).await?;
                    let end = end.filter(|row| row.expires_at > now);
                    if let Some(end) = end
                        && serde_json::from_str::<Posted>(&end.body)?.key == key
                    {
                        return Ok(Keeping::Ended);
                    }
                    let Some(after) = after else {
                        put(transaction, row).await?;
                        return Ok(Keeping::Kept);
                    };
                    // The lock makes two that write at the same moment wait for each other (PostgreSQL; SQLite has
                    // one writer).
                    let before = draft::Entity::find_by_id(own).lock_exclusive().one(transaction).await?;
                    let Some(before) = before else {
                        if after != 0 {
                            return Ok(Keeping::Changed);
                        }
                        let once = draft::Entity::insert(row)
                            .on_conflict(OnConflict::new().do_nothing().to_owned())
                            .try_insert()
                            .exec_without_returning(transaction)
                            .await?;
                        let is_first = matches!(once, TryInsertResult::Inserted(1));
                        return Ok(if is_first { Keeping::Kept } else { Keeping::Changed });
                    };
                    let known: Posted = serde_json::from_str(&before.body)?;
                    // One that has expired is as good as none.
                    let turn = if before.expires_at > now { known.turn } else { 0 };
                    if turn != after {
                        return Ok(Keeping::Changed);
                    }
                    put(transaction, row).await?;
                    Ok(Keeping::Kept)
                })
            })
            .await
    }

    fn draft_row(
        &self,
        token_hash: &[u8],
        posted: &Posted,
        until: DateTime<Utc>,
    ) -> Result<draft::ActiveModel, StoreError> {
        Ok(draft::ActiveModel {
            council_id: Set(self.council.to_string()),
            token_hash: Set(token_hash.to_vec()),
            service: Set(posted.service.clone()),
            body: Set(serde_json::to_string(posted)?),
            expires_at: Set(until),
        })
    }

    /// Ends the draft of a service: it was sent, or thrown away. Where that was without the app, its key is kept for a
    /// while, so that the app does not bring it back; and if it was sent, whoever pressed twice is led to the request
    /// both times.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn end_draft(
        &self,
        token_hash: Vec<u8>,
        service: &str,
        ended_until: Option<DateTime<Utc>>,
        sent_until: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let (store, service) = (self.clone(), service.to_owned());
        self.db
            .write(move |transaction| {
                let (store, token_hash, service) = (store.clone(), token_hash.clone(), service.clone());
                Box::pin(async move {
                    let own = store.draft_key(&token_hash, &service);
                    let before = draft::Entity::find_by_id(own.clone()).one(transaction).await?;
                    if before.is_none() && sent_until.is_some() {
                        // Pressed twice at once: the other press was first.
                        return Ok(());
                    }
                    draft::Entity::delete_by_id(own).exec(transaction).await?;
                    draft::Entity::delete_by_id(store.draft_key(&token_hash, &sent(&service)))
                        .exec(transaction)
                        .await?;
                    // A small form of a page is only forgotten.
                    let Some(before) = before.filter(|_| !service.contains(':')) else { return Ok(()) };
                    let key = serde_json::from_str::<Posted>(&before.body)?.key;
                    let marks = [(ended(&service), ended_until), (sent(&service), sent_until)];
                    for (service, until) in marks {
                        let Some(until) = until else { continue };
                        let mark = Posted { service, key, ..Posted::default() };
                        put(transaction, store.draft_row(&token_hash, &mark, until)?).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// Writes a draft in place of what was there.
async fn put(on: &impl ConnectionTrait, row: draft::ActiveModel) -> Result<(), StoreError> {
    let key = [draft::Column::CouncilId, draft::Column::TokenHash, draft::Column::Service];
    let again =
        OnConflict::columns(key).update_columns([draft::Column::Body, draft::Column::ExpiresAt]).to_owned();
    draft::Entity::insert(row).on_conflict(again).exec_without_returning(on).await?;
    Ok(())
}

impl Database {
    /// Forgets what was posted and never sent.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_drafts(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                draft::Entity::delete_many()
                    .filter(draft::Column::ExpiresAt.lte(now))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
