//! Signing in that takes two steps with something else in between: an authenticator, or a provider. What the second step
//! needs waits here; it is given out once, to the browser that began, while it lasts.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{Database, Store, StoreError};

/// What is under way.
pub mod ceremony {
    use sea_orm::entity::prelude::*;

    /// A row of `ceremony`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ceremony")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of what the second step brings along to be found by.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key_hash: Vec<u8>,
        /// What it is.
        pub kind: String,
        /// SHA-256 of the token in the cookie of the browser that began.
        pub browser_hash: Vec<u8>,
        /// What the second step needs, as JSON.
        pub body: String,
        /// It waits until then.
        pub expires_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What is under way, as it is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// SHA-256 of what the second step brings along to be found by.
    pub key_hash: Vec<u8>,
    /// What it is: one is never taken for another.
    pub kind: &'static str,
    /// SHA-256 of the token in the cookie of the browser that began.
    pub browser_hash: Vec<u8>,
}

impl Store {
    /// Keeps what the second step will need, in place of what was kept under this key.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn begin_ceremony(
        &self,
        which: Ceremony,
        body: String,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = ceremony::ActiveModel {
            council_id: Set(self.council.to_string()),
            key_hash: Set(which.key_hash),
            kind: Set(which.kind.to_owned()),
            browser_hash: Set(which.browser_hash),
            body: Set(body),
            expires_at: Set(expires_at),
        };
        self.db
            .write(move |transaction| {
                let row = row.clone();
                Box::pin(async move {
                    use ceremony::Column;
                    let again = OnConflict::columns([Column::CouncilId, Column::KeyHash])
                        .update_columns([Column::Kind, Column::BrowserHash, Column::Body, Column::ExpiresAt])
                        .to_owned();
                    ceremony::Entity::insert(row)
                        .on_conflict(again)
                        .exec_without_returning(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Gives out what was kept, once.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn take_ceremony(
        &self,
        which: Ceremony,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, which) = (store.clone(), which.clone());
                Box::pin(async move { take_within(&store, transaction, &which, now).await })
            })
            .await
    }
}

pub(super) async fn take_within(
    store: &Store,
    on: &impl sea_orm::ConnectionTrait,
    which: &Ceremony,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let key = (store.council.to_string(), which.key_hash.clone());
    // The lock makes two that come at the same moment wait for each other (PostgreSQL; SQLite has one writer).
    let kept = ceremony::Entity::find_by_id(key.clone()).lock_exclusive().one(on).await?;
    // Who can't have it takes it from nobody.
    let Some(kept) = kept.filter(|kept| kept.kind == which.kind && kept.browser_hash == which.browser_hash)
    else {
        return Ok(None);
    };
    ceremony::Entity::delete_by_id(key).exec(on).await?;
    Ok((kept.expires_at > now).then_some(kept.body))
}

impl Database {
    /// Forgets what nobody came back for.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_ceremonies(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                ceremony::Entity::delete_many()
                    .filter(ceremony::Column::ExpiresAt.lte(now))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
