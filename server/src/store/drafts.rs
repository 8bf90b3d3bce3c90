//! What people fill in without the app: kept under the token in their cookie until they send it, or for a while.

use chrono::{DateTime, Utc};
use domain::api::council::Posted;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::entities::draft;
use super::{Database, Store, StoreError};

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
        let row = draft::ActiveModel {
            council_id: Set(self.council.to_string()),
            token_hash: Set(token_hash),
            service: Set(posted.service.clone()),
            body: Set(serde_json::to_string(posted)?),
            expires_at: Set(until),
        };
        self.db
            .write(move |transaction| {
                let row = row.clone();
                Box::pin(async move {
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

    /// Forgets what was posted: it was sent, or thrown away.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_draft(&self, token_hash: Vec<u8>, service: &str) -> Result<(), StoreError> {
        let key = (self.council.to_string(), token_hash, service.to_owned());
        self.db
            .write(move |transaction| {
                let key = key.clone();
                Box::pin(async move {
                    draft::Entity::delete_by_id(key).exec(transaction).await?;
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
