//! What residents are told in the portal, and how they want to be told elsewhere.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::alert::{Matter, Preferences};
use domain::audit::Entry;
use domain::case::{Actor, Recorded};
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account_codes::still_there;
use super::entities::request;
use super::requests::Happened;
use super::{Store, StoreError, audit};
use crate::jobs::Job;
use crate::jobs::alert::{Audience, Told};

/// How residents want to be told.
pub(super) mod alert_wish {
    use sea_orm::entity::prelude::*;

    /// A row of `alert_wish`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_wish")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// What they chose, as JSON.
        pub preferences: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What happened to requests that are in accounts.
pub(super) mod notice {
    use sea_orm::entity::prelude::*;

    /// A row of `notice`. It is whose account the request is in.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Request.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// The number of the event.
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i32,
        /// What it matters.
        pub matter: String,
        /// What it says, as JSON.
        pub words: String,
        /// When it happened.
        pub at: DateTimeUtc,
        /// When it was read.
        pub read_at: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// The request's reference, as shown.
    pub reference: String,
    /// The service's title.
    pub title: String,
    /// What happened.
    pub told: Told,
}

/// Something that a resident is told in the portal.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The request.
    pub request: Uuid,
    /// What it says.
    pub words: Words,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// It has been read.
    pub is_read: bool,
}

/// What has not been read: how much, and the newest of it. Another pair is other news.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How much.
    pub unread: u32,
    /// When the newest happened.
    pub newest: Option<DateTime<Utc>>,
}

/// Tells residents in the portal what the jobs of events tell them elsewhere, where their requests are in accounts. Several
/// events of one request have a number each; what time did in one go is told under the last.
pub(super) async fn tell(
    on: &impl ConnectionTrait,
    council: &str,
    happened: &[Happened],
    jobs: &[(Uuid, Job)],
) -> Result<(), StoreError> {
    let mut used = Vec::new();
    for (_, job) in jobs {
        let Job::Alert(alert) = job else { continue };
        if alert.told.bearing().0 != Audience::Resident {
            continue;
        }
        let is_of = |one: &&Happened| {
            one.in_account
                && one.case.submission.reference.to_string() == alert.reference
                && !used.contains(&(one.request, one.recorded.seq))
        };
        let mut of_it = happened.iter().filter(is_of);
        let one = if matches!(alert.told, Told::ByTheClock(_)) { of_it.next_back() } else { of_it.next() };
        let Some(one) = one else { continue };
        let words = Words {
            reference: alert.reference.clone(),
            title: alert.title.clone(),
            told: alert.told.clone(),
        };
        add(on, council, one.request, &one.recorded, &words).await?;
        used.push((one.request, one.recorded.seq));
    }
    Ok(())
}

/// Tells the resident of an event in the portal. What they did themselves they have read.
pub(super) async fn add(
    on: &impl ConnectionTrait,
    council: &str,
    request: Uuid,
    recorded: &Recorded,
    words: &Words,
) -> Result<(), StoreError> {
    let row = notice::ActiveModel {
        council_id: Set(council.to_owned()),
        request_id: Set(request),
        seq: Set(recorded.seq.cast_signed()),
        matter: Set(stored(words.told.bearing().1)?),
        words: Set(serde_json::to_string(words)?),
        at: Set(recorded.at),
        read_at: Set((recorded.by == Actor::Resident).then_some(recorded.at)),
    };
    notice::Entity::insert(row).exec_without_returning(on).await?;
    Ok(())
}

fn stored(matter: Matter) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&matter)?)
}

/// A resident has read what happened to a request, up to an event.
pub(super) async fn read_up_to(
    on: &impl ConnectionTrait,
    council: &str,
    request: Uuid,
    seq: u32,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    notice::Entity::update_many()
        .set(notice::ActiveModel { read_at: Set(Some(now)), ..Default::default() })
        .filter(notice::Column::CouncilId.eq(council))
        .filter(notice::Column::RequestId.eq(request))
        .filter(notice::Column::Seq.lte(seq.cast_signed()))
        .filter(notice::Column::ReadAt.is_null())
        .exec(on)
        .await?;
    Ok(())
}

impl Store {
    /// How a resident wants to be told; none when they have not said.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn preferences(&self, resident: Uuid) -> Result<Option<Preferences>, StoreError> {
        let key = (self.council.to_string(), resident);
        let row = alert_wish::Entity::find_by_id(key).one(self.db.reader()).await?;
        row.map(|row| Ok(serde_json::from_str(&row.preferences)?)).transpose()
    }

    /// Keeps how a resident wants to be told, and logs it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn put_preferences(
        &self,
        resident: Uuid,
        preferences: &Preferences,
        entry: Entry,
    ) -> Result<(), StoreError> {
        let row = alert_wish::ActiveModel {
            council_id: Set(self.council.to_string()),
            resident_id: Set(resident),
            preferences: Set(serde_json::to_string(preferences)?),
        };
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, row, entry) = (store.clone(), row.clone(), entry.clone());
                Box::pin(async move {
                    use alert_wish::Column;
                    still_there(transaction, &store.council, resident).await?;
                    let again = OnConflict::columns([Column::CouncilId, Column::ResidentId])
                        .update_column(Column::Preferences)
                        .to_owned();
                    let insert = alert_wish::Entity::insert(row).on_conflict(again);
                    insert.exec_without_returning(transaction).await?;
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    /// The requests in an account, as part of a question.
    fn of_resident(&self, resident: Uuid) -> SelectStatement {
        request::Entity::find()
            .select_only()
            .column(request::Column::Id)
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(resident))
            .into_query()
    }

    fn notices_to(&self, resident: Uuid) -> Select<notice::Entity> {
        notice::Entity::find()
            .filter(notice::Column::CouncilId.eq(&*self.council))
            .filter(notice::Column::RequestId.in_subquery(self.of_resident(resident)))
    }

    /// What a resident was told in the portal, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn notices(&self, resident: Uuid, limit: u64) -> Result<Vec<Notice>, StoreError> {
        let rows = self
            .notices_to(resident)
            .order_by_desc(notice::Column::At)
            .order_by_desc(notice::Column::Seq)
            .order_by_desc(notice::Column::RequestId)
            .limit(limit)
            .all(self.db.reader())
            .await?;
        let notice = |row: notice::Model| {
            Ok(Notice {
                request: row.request_id,
                words: serde_json::from_str(&row.words)?,
                at: row.at,
                is_read: row.read_at.is_some(),
            })
        };
        rows.into_iter().map(notice).collect()
    }

    /// What a resident has not read.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn waiting(&self, resident: Uuid) -> Result<Waiting, StoreError> {
        let unread = self.notices_to(resident).filter(notice::Column::ReadAt.is_null());
        let count = unread.clone().count(self.db.reader()).await?;
        let newest = unread
            .order_by_desc(notice::Column::At)
            .select_only()
            .column(notice::Column::At)
            .into_tuple()
            .one(self.db.reader())
            .await?;
        Ok(Waiting { unread: u32::try_from(count).unwrap_or(u32::MAX), newest })
    }

    /// A resident has read all that they were told.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn read_notices(&self, resident: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mine = self.of_resident(resident);
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let (mine, council) = (mine.clone(), council.clone());
                Box::pin(async move {
                    notice::Entity::update_many()
                        .set(notice::ActiveModel { read_at: Set(Some(now)), ..Default::default() })
                        .filter(notice::Column::CouncilId.eq(council))
                        .filter(notice::Column::RequestId.in_subquery(mine))
                        .filter(notice::Column::ReadAt.is_null())
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// The requests in an account, whatever became of them.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn all_request_ids_of(&self, resident: Uuid) -> Result<HashSet<Uuid>, StoreError> {
        let ids: Vec<Uuid> = request::Entity::find()
            .select_only()
            .column(request::Column::Id)
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(resident))
            .into_tuple()
            .all(self.db.reader())
            .await?;
        Ok(ids.into_iter().collect())
    }
}
