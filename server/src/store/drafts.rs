//! What people fill in without the app: kept under the token in their cookie until they send it, or for a while.

use chrono::{DateTime, Utc};
use domain::api::drafts::Posted;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::entities::draft;
use super::{Database, Store, StoreError};

/// In place of a draft's service: what is kept of it once it was sent. No service's identifier has a colon.
fn sent(service: &str) -> String {
    format!("sent:{service}")
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
        let key = (self.council.to_string(), token_hash, service.to_owned());
        let row = draft::Entity::find_by_id(key)
            .filter(draft::Column::ExpiresAt.gt(now))
            .one(self.db.reader())
            .await?;
        row.map(|row| Ok(serde_json::from_str(&row.body)?)).transpose()
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

    /// Keeps what was posted, in place of what was there.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn keep_draft(
        &self,
        token_hash: Vec<u8>,
        posted: &Posted,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.replace(token_hash, None, posted, until).await
    }

    /// Forgets what was posted, for it was sent, and keeps its key for a while: whoever pressed twice is led to the
    /// request both times.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn send_draft(
        &self,
        token_hash: Vec<u8>,
        service: &str,
        key: Uuid,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let kept = Posted { service: sent(service), key, ..Posted::default() };
        self.replace(token_hash, Some(service), &kept, until).await
    }

    /// Keeps one thing, and forgets another.
    async fn replace(
        &self,
        token_hash: Vec<u8>,
        forget: Option<&str>,
        keep: &Posted,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let council = self.council.to_string();
        let forget = forget.map(|service| (council.clone(), token_hash.clone(), service.to_owned()));
        let row = draft::ActiveModel {
            council_id: Set(council),
            token_hash: Set(token_hash),
            service: Set(keep.service.clone()),
            body: Set(serde_json::to_string(keep)?),
            expires_at: Set(until),
        };
        self.db
            .write(move |transaction| {
                let (row, forget) = (row.clone(), forget.clone());
                Box::pin(async move {
                    if let Some(key) = forget {
                        draft::Entity::delete_by_id(key).exec(transaction).await?;
                    }
                    let key = [draft::Column::CouncilId, draft::Column::TokenHash, draft::Column::Service];
                    let again = OnConflict::columns(key)
                        .update_columns([draft::Column::Body, draft::Column::ExpiresAt])
                        .to_owned();
                    draft::Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Forgets what was posted: it was thrown away, or sent by the app.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_draft(&self, token_hash: Vec<u8>, service: &str) -> Result<(), StoreError> {
        let council = self.council.to_string();
        let services = [service.to_owned(), sent(service)];
        self.db
            .write(move |transaction| {
                let forget = draft::Entity::delete_many()
                    .filter(draft::Column::CouncilId.eq(council.clone()))
                    .filter(draft::Column::TokenHash.eq(token_hash.clone()))
                    .filter(draft::Column::Service.is_in(services.clone()));
                Box::pin(async move {
                    forget.exec(transaction).await?;
                    Ok(())
                })
            })
            .await
    }
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
