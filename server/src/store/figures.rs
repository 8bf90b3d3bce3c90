//! What is published of requests. With each event, in its transaction, goes a row of `tally` for each thing that it counts
//! for: nothing that others change at the same time. The rows are added up to `figure`, and go.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::case::Case;
use domain::channel::Channel;
use domain::figures::published::Counted;
use domain::figures::{Counts, Standing, What};
use sea_orm::sea_query::{LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::requests::batch_after;
use super::{Store, StoreError};
use crate::councils::local;

/// What was counted and not yet added up.
pub(super) mod tally {
    use sea_orm::entity::prelude::*;

    /// A row of `tally`: one thing more in a month, or one less.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tally")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The first day of the month.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: Date,
        /// Service.
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        /// The way it came.
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: String,
        /// Derived from the event, and leads back to none.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What.
        pub what: String,
        /// After how many days, for what has some.
        pub days: Option<i32>,
        /// 1, or -1.
        pub more: i16,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What was added up.
mod figure {
    use sea_orm::entity::prelude::*;

    /// A row of `figure`: how often each thing happened in a month, by service.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "figure")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The first day of the month.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: Date,
        /// Service.
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        /// By the way they came, as JSON: a page is made of all rows of a year, so it should be few.
        pub channels: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What stands in a row of `figure`.
type Channels = BTreeMap<Channel, Counts>;

/// Tallies that are added up at once: few enough that other writes wait for a moment only.
const AT_ONCE: u64 = 2000;

/// Where a request stands in the figures.
pub(super) fn standing(case: &Case) -> Standing {
    Standing::of(case, |at: DateTime<Utc>| local(at).date())
}

/// What an event counts for that led here from another standing.
pub(super) fn rows(
    council: &str,
    (request, case): (Uuid, &Case),
    before: Standing,
) -> Vec<tally::ActiveModel> {
    let seq = case.history.last().map_or(1, |last| last.seq);
    let row = |(at, tally): (usize, domain::figures::Tally)| {
        let mut hash = Sha256::new();
        hash.update(request.as_bytes());
        hash.update(seq.to_le_bytes());
        hash.update([u8::try_from(at).unwrap_or(u8::MAX)]);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        tally::ActiveModel {
            council_id: Set(council.to_owned()),
            month: Set(tally.month),
            service: Set(case.submission.service.clone()),
            channel: Set(case.submission.channel.id().to_owned()),
            id: Set(Uuid::from_bytes(id)),
            what: Set(tally.what.id().to_owned()),
            days: Set(tally.what.days().and_then(|days| i32::try_from(days).ok())),
            more: Set(i16::try_from(tally.more).unwrap_or(0)),
        }
    };
    standing(case).since(before).into_iter().enumerate().map(row).collect()
}

pub(super) async fn insert(
    on: &impl ConnectionTrait,
    rows: Vec<tally::ActiveModel>,
) -> Result<(), StoreError> {
    if !rows.is_empty() {
        tally::Entity::insert_many(rows).exec_without_returning(on).await?;
    }
    Ok(())
}

/// Counts every request that there is, of all councils. Begun again, it counts none twice.
pub(super) async fn count_all(on: &impl ConnectionTrait) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let batch = batch_after(on, behind.as_ref()).await?;
        let Some((council, id, _)) = batch.last() else { return Ok(()) };
        behind = Some((council.clone(), *id));
        let mut all = Vec::new();
        for (council, id, state) in &batch {
            let case: Case = serde_json::from_str(state)?;
            all.extend(rows(council, (*id, &case), Standing::default()));
        }
        if !all.is_empty() {
            let once = OnConflict::new().do_nothing().to_owned();
            tally::Entity::insert_many(all).on_conflict(once).try_insert().exec_without_returning(on).await?;
        }
    }
}

impl Store {
    /// Adds up tallies that wait, and says how many; 0 when none was left. Each is added once, whoever else is at it and
    /// whenever somebody is stopped: what was added goes in the same transaction.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_up(&self) -> Result<usize, StoreError> {
        let own = tally::Column::CouncilId.eq(&*self.council);
        // A look first: an idle server should not open a write every few seconds.
        if tally::Entity::find().filter(own).one(self.db.reader()).await?.is_none() {
            return Ok(0);
        }
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let store = store.clone();
                Box::pin(async move { store.add_up_within(transaction).await })
            })
            .await
    }

    async fn add_up_within(&self, on: &DatabaseTransaction) -> Result<usize, StoreError> {
        let own = tally::Column::CouncilId.eq(&*self.council);
        let rows = tally::Entity::find()
            .filter(own.clone())
            .order_by_asc(tally::Column::Month)
            .order_by_asc(tally::Column::Service)
            .order_by_asc(tally::Column::Channel)
            .limit(AT_ONCE)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(on)
            .await?;
        let many = rows.len();
        // In one order, so that nobody waits in a circle.
        let mut figures: BTreeMap<(NaiveDate, String), (Channels, Vec<Uuid>)> = BTreeMap::new();
        for row in rows {
            let days = row.days.and_then(|days| usize::try_from(days).ok());
            let read = What::read(&row.what, days).zip(Channel::parse(&row.channel));
            let (what, channel) = read.ok_or(StoreError::Unreadable("tally"))?;
            let (channels, ids) = figures.entry((row.month, row.service)).or_default();
            channels.entry(channel).or_default().add(what, row.more.into());
            ids.push(row.id);
        }
        for ((month, service), (more, ids)) in figures {
            let these = own.clone().and(tally::Column::Month.eq(month));
            let these = these.and(tally::Column::Service.eq(&service)).and(tally::Column::Id.is_in(ids));
            tally::Entity::delete_many().filter(these).exec(on).await?;
            self.add_to_figure(on, (month, service), more).await?;
        }
        Ok(many)
    }

    /// Adds to the figures of a month and a service, which are made if they are not there.
    async fn add_to_figure(
        &self,
        on: &DatabaseTransaction,
        (month, service): (NaiveDate, String),
        more: Channels,
    ) -> Result<(), StoreError> {
        let key = (self.council.to_string(), month, service.clone());
        let find = || figure::Entity::find_by_id(key.clone()).lock_exclusive().one(on);
        let with = |channels: &Channels| {
            Ok::<_, StoreError>(figure::ActiveModel {
                council_id: Set(self.council.to_string()),
                month: Set(month),
                service: Set(service.clone()),
                channels: Set(serde_json::to_string(channels)?),
            })
        };
        let mut found = find().await?;
        if found.is_none() {
            let once = OnConflict::new().do_nothing().to_owned();
            let none = with(&Channels::default())?;
            figure::Entity::insert(none).on_conflict(once).try_insert().exec_without_returning(on).await?;
            found = find().await?;
        }
        let found = found.ok_or(StoreError::Unreadable("figure"))?;
        let mut channels: Channels = serde_json::from_str(&found.channels)?;
        for (channel, more) in more {
            channels.entry(channel).or_default().merge(&more);
        }
        figure::Entity::update(with(&channels)?).exec_without_returning(on).await?;
        Ok(())
    }

    /// What was counted and added up from one month to another.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn counted(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Counted>, StoreError> {
        let rows = figure::Entity::find()
            .filter(figure::Column::CouncilId.eq(&*self.council))
            .filter(figure::Column::Month.between(from, to))
            .all(self.db.reader())
            .await?;
        let mut all = Vec::new();
        for figure::Model { month, service, channels, .. } in rows {
            let channels: Channels = serde_json::from_str(&channels)?;
            all.extend(channels.into_iter().map(|(channel, counts)| Counted {
                month,
                service: service.clone(),
                channel,
                counts,
            }));
        }
        Ok(all)
    }
}
