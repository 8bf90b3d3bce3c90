//! What residents tell once, and what of their requests they have seen.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::answers::Answers;
use domain::audit::Entry;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use super::account_codes::still_there;
use super::{Store, StoreError, audit, notices};

/// What residents tell once.
pub mod told {
    use sea_orm::entity::prelude::*;

    /// A row of `profile`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "profile")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// The answers, as JSON.
        pub answers: String,
        /// What requests told before then is not to be offered.
        pub not_before: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How far residents have read their requests.
pub mod seen {
    use sea_orm::entity::prelude::*;

    /// A row of `seen`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "seen")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Who.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// What.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// The number of the last event then.
        pub seq: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A profile as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The answers, as typed.
    pub answers: Answers,
    /// What requests told before then is not to be offered.
    pub not_before: Option<DateTime<Utc>>,
}

impl Store {
    /// What a resident told once; nothing when they did not.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn profile(&self, resident: Uuid) -> Result<Profile, StoreError> {
        let key = (self.council.to_string(), resident);
        let Some(row) = told::Entity::find_by_id(key).one(self.db.reader()).await? else {
            return Ok(Profile::default());
        };
        Ok(Profile { answers: serde_json::from_str(&row.answers)?, not_before: row.not_before })
    }

    /// Keeps a profile in place of the one before, and logs it. What was proven with a name or an address that is another
    /// now is proven no longer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn put_profile(
        &self,
        resident: Uuid,
        kept: &Profile,
        now: DateTime<Utc>,
        entry: Option<Entry>,
    ) -> Result<(), StoreError> {
        let row = told::ActiveModel {
            council_id: Set(self.council.to_string()),
            resident_id: Set(resident),
            answers: Set(serde_json::to_string(&kept.answers)?),
            not_before: Set(kept.not_before),
        };
        let (store, after) = (self.clone(), kept.answers.clone());
        self.db
            .write(move |transaction| {
                let (store, row, after, entry) = (store.clone(), row.clone(), after.clone(), entry.clone());
                Box::pin(async move {
                    use told::Column;
                    still_there(transaction, &store.council, resident).await?;
                    let key = (store.council.to_string(), resident);
                    let before = told::Entity::find_by_id(key).lock_exclusive().one(transaction).await?;
                    let before = match before {
                        Some(before) => serde_json::from_str(&before.answers)?,
                        None => Answers::default(),
                    };
                    for detail in domain::profile::changed(&before, &after) {
                        store.detail_changed(transaction, resident, detail, now).await?;
                    }
                    let again = OnConflict::columns([Column::CouncilId, Column::ResidentId])
                        .update_columns([Column::Answers, Column::NotBefore])
                        .to_owned();
                    told::Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
                    match entry {
                        Some(entry) => audit::append(&store, transaction, entry).await,
                        None => Ok(()),
                    }
                })
            })
            .await
    }

    /// The profile of whose account a request is in; nothing when it is in none.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn profile_behind(&self, request: Uuid) -> Result<Profile, StoreError> {
        match self.resident_of(request).await? {
            Some(resident) => self.profile(resident).await,
            None => Ok(Profile::default()),
        }
    }

    /// How far a resident has read each request: the number of the last event then.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn seen(&self, resident: Uuid) -> Result<HashMap<Uuid, u32>, StoreError> {
        let rows = seen::Entity::find()
            .filter(seen::Column::CouncilId.eq(&*self.council))
            .filter(seen::Column::ResidentId.eq(resident))
            .all(self.db.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.request_id, row.seq.cast_unsigned())).collect())
    }

    /// Notes that a resident has read a request of theirs up to an event. Of somebody else's nothing is
    /// noted, nor in an account that is closed.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn note_seen(
        &self,
        resident: Uuid,
        (request, seq): (Uuid, u32),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let key = (self.council.to_string(), resident, request);
        let before = seen::Entity::find_by_id(key).one(self.db.reader()).await?;
        if before.is_some_and(|before| before.seq.cast_unsigned() >= seq)
            || self.resident_of(request).await? != Some(resident)
        {
            return Ok(());
        }
        let row = seen::ActiveModel {
            council_id: Set(self.council.to_string()),
            resident_id: Set(resident),
            request_id: Set(request),
            seq: Set(seq.cast_signed()),
        };
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let (row, council) = (row.clone(), council.clone());
                Box::pin(async move {
                    use seen::Column;
                    match still_there(transaction, &council, resident).await {
                        Err(StoreError::NotFound) => return Ok(()),
                        there => there?,
                    }
                    notices::read_up_to(transaction, &council, request, seq, now).await?;
                    let new = Expr::col(("excluded", Column::Seq));
                    let later =
                        OnConflict::columns([Column::CouncilId, Column::ResidentId, Column::RequestId])
                            .update_column(Column::Seq)
                            .action_and_where(new.gt(Expr::col((seen::Entity, Column::Seq))))
                            .to_owned();
                    seen::Entity::insert(row)
                        .on_conflict(later)
                        .try_insert()
                        .exec_without_returning(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
