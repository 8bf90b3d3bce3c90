//! Requests that were kept long enough: which they are, and taking them away. What remains is a tombstone.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::audit::Entry;
use domain::case::Case;
use domain::retention::{Figures, Then, Tombstone};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::contacts::contact;
use super::contracts::contract_link;
use super::deliveries::delivery;
use super::drafts::Holder;
use super::entities::{draft, event, photo, request, spot, watcher};
use super::ledgers::challenge;
use super::notices::notice;
use super::papers::identity_document;
use super::profile::seen;
use super::requests::Stored;
use super::{Database, Store, StoreError, Write, audit, jobs};
use crate::jobs::Job;

/// What remains of requests that were erased.
mod tombstone {
    use sea_orm::entity::prelude::*;

    /// A row of `tombstone`. The reference stays, for it stands in letters and mails: it must never be given to another
    /// request, and whoever asks for it is to be told what became of it. It leads to nothing else: no route finds a
    /// tombstone by it, and by the key only the reference, the service's title and two days are told.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tombstone")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Reference without its dash.
        #[sea_orm(primary_key, auto_increment = false)]
        pub reference: String,
        /// SHA-256 of the key that it was followed with.
        pub follow_hash: Vec<u8>,
        /// Service.
        pub service: String,
        /// The day it arrived.
        pub received: Date,
        /// The day it was closed.
        pub closed: Date,
        /// The day the rest went.
        pub gone: Date,
        /// What figures still need, as JSON; none where all of it went.
        pub figures: Option<String>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// When the log first said what would be erased.
mod retention {
    use sea_orm::entity::prelude::*;

    /// A row of `retention`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "retention")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// That day.
        pub told: Date,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A place in the requests of a service, in the order they arrived.
pub type Place = (DateTime<Utc>, Uuid);
/// The council's local day of a moment.
pub type Day = Arc<dyn Fn(DateTime<Utc>) -> NaiveDate + Send + Sync>;

/// Taking a request away.
#[derive(Clone)]
pub struct Erasing {
    /// Which; the requests of departments that it was passed on to go with it.
    pub request: Uuid,
    /// How much of it goes.
    pub then: Then,
    /// The council's local day of a moment.
    pub day: Day,
    /// The day it goes.
    pub gone: NaiveDate,
    /// What the log says of it.
    pub entry: Entry,
}

/// What hangs on a request, and goes with it. A table more that names requests is a line more here.
const HANGS_ON: [Unhang; 11] = [
    |on, council, id| {
        Box::pin(async move {
            draft::Entity::delete_many().filter(Holder::Request(id).own(council)).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = seen::Column::CouncilId.eq(council).and(seen::Column::RequestId.eq(id));
            seen::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = event::Column::CouncilId.eq(council).and(event::Column::RequestId.eq(id));
            event::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = photo::Column::CouncilId.eq(council).and(photo::Column::RequestId.eq(id));
            photo::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = spot::Column::CouncilId.eq(council).and(spot::Column::RequestId.eq(id));
            spot::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = watcher::Column::CouncilId.eq(council).and(watcher::Column::RequestId.eq(id));
            watcher::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            // Also those that only name it: who recorded them could not see it.
            let reference = Query::select()
                .column(request::Column::Reference)
                .from(request::Entity)
                .and_where(request::Column::CouncilId.eq(council))
                .and_where(request::Column::Id.eq(id))
                .to_owned();
            let named = contact::Column::Reference.in_subquery(reference);
            // One after the other: together they are found by no index.
            let council = || contact::Column::CouncilId.eq(council);
            contact::Entity::delete_many().filter(council().and(named)).exec(on).await?;
            contact::Entity::delete_many()
                .filter(council().and(contact::Column::RequestId.eq(id)))
                .exec(on)
                .await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = notice::Column::CouncilId.eq(council).and(notice::Column::RequestId.eq(id));
            notice::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = delivery::Column::CouncilId.eq(council).and(delivery::Column::RequestId.eq(id));
            delivery::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own =
                contract_link::Column::CouncilId.eq(council).and(contract_link::Column::RequestId.eq(id));
            contract_link::Entity::delete_many().filter(own).exec(on).await
        })
    },
    |on, council, id| {
        Box::pin(async move {
            let own = challenge::Column::CouncilId.eq(council).and(challenge::Column::RequestId.eq(id));
            challenge::Entity::delete_many().filter(own).exec(on).await
        })
    },
];

type Unhang = for<'a> fn(
    &'a DatabaseTransaction,
    &'a str,
    Uuid,
) -> futures::future::BoxFuture<'a, Result<sea_orm::DeleteResult, sea_orm::DbErr>>;

impl Store {
    /// The day on which the log first said what would be erased; none before it did.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn retention_told(&self) -> Result<Option<NaiveDate>, StoreError> {
        let row = retention::Entity::find_by_id(self.council.to_string()).one(self.db.reader()).await?;
        Ok(row.map(|row| row.told))
    }

    /// Keeps the day on which the log first said what would be erased.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn tell_retention(&self, told: NaiveDate) -> Result<(), StoreError> {
        let row = retention::ActiveModel { council_id: Set(self.council.to_string()), told: Set(told) };
        self.db
            .write(move |transaction| {
                let row = row.clone();
                Box::pin(async move {
                    let first = OnConflict::column(retention::Column::CouncilId).do_nothing().to_owned();
                    let insert = retention::Entity::insert(row).on_conflict(first).try_insert();
                    insert.exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// The services of which there are closed requests.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn services_closed(&self) -> Result<Vec<String>, StoreError> {
        Ok(request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Open.eq(false))
            .select_only()
            .column(request::Column::Service)
            .distinct()
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// The closed requests of a service that arrived up to a moment, oldest first, from behind a place on.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn closed(
        &self,
        service: &str,
        until: DateTime<Utc>,
        behind: Option<Place>,
        limit: u64,
    ) -> Result<Vec<(Place, Stored)>, StoreError> {
        let behind = behind.map(|(at, id)| {
            let same = request::Column::CreatedAt.eq(at).and(request::Column::Id.gt(id));
            request::Column::CreatedAt.gt(at).or(same)
        });
        let rows = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Open.eq(false))
            .filter(request::Column::Service.eq(service))
            .filter(request::Column::CreatedAt.lte(until))
            .filter(Condition::all().add_option(behind))
            .order_by_asc(request::Column::CreatedAt)
            .order_by_asc(request::Column::Id)
            .limit(limit)
            .all(self.db.reader())
            .await?;
        let each = rows.into_iter().map(|row| {
            let stored = (row.id, row.body_hash, row.state).try_into()?;
            Ok(((row.created_at, row.id), stored))
        });
        each.collect()
    }

    /// The photos and documents of a request, each with whether it is a document.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn uploads_of(&self, request: Uuid) -> Result<Vec<(Uuid, bool)>, StoreError> {
        Ok(photo::Entity::find()
            .filter(photo::Column::CouncilId.eq(&*self.council))
            .filter(photo::Column::RequestId.eq(request))
            .select_only()
            .columns([photo::Column::Id, photo::Column::Document])
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Takes a closed request away, with its parts and all that hangs on them, and leaves tombstones: all of it, or
    /// nothing. Says whether it was still there, and closed.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn erase(&self, erasing: Erasing) -> Result<bool, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, erasing) = (store.clone(), erasing.clone());
                Box::pin(async move { store.erase_within(transaction, &erasing).await })
            })
            .await
    }

    async fn erase_within(&self, on: &DatabaseTransaction, erasing: &Erasing) -> Result<bool, StoreError> {
        // Another server may be at it at this moment: who comes second finds nothing.
        let locked =
            |id| request::Entity::find_by_id((self.council.to_string(), id)).lock_exclusive().one(on);
        let parts =
            match request::Entity::find_by_id((self.council.to_string(), erasing.request)).one(on).await? {
                Some(row) => serde_json::from_str::<Case>(&row.state)?.submission.parts,
                None => return Ok(false),
            };
        // Parts before the whole, as everywhere.
        let mut rows = Vec::new();
        for id in parts.iter().map(|part| part.id).chain([erasing.request]) {
            match locked(id).await? {
                Some(row) => rows.push(row),
                None if id == erasing.request => return Ok(false),
                None => {}
            }
        }
        // What may still be paid stays, so that it is known what the money was for.
        if rows.iter().any(|row| row.open) || self.is_being_paid(on, erasing.request).await? {
            return Ok(false);
        }
        for row in rows {
            self.bury(on, row, erasing).await?;
        }
        audit::append(self, on, erasing.entry.clone()).await?;
        Ok(true)
    }

    async fn bury(
        &self,
        on: &DatabaseTransaction,
        row: request::Model,
        erasing: &Erasing,
    ) -> Result<(), StoreError> {
        let case: Case = serde_json::from_str(&row.state)?;
        let closed = case.closed_at.ok_or(StoreError::Unreadable("request"))?;
        let figures = match erasing.then {
            Then::Anonymise => {
                Figures::of(&case).map(|figures| serde_json::to_string(&figures)).transpose()?
            }
            Then::Erase => None,
        };
        let stone = tombstone::ActiveModel {
            council_id: Set(row.council_id.clone()),
            reference: Set(row.reference.clone()),
            follow_hash: Set(row.follow_hash.clone()),
            service: Set(row.service.clone()),
            received: Set((erasing.day)(case.received_at)),
            closed: Set((erasing.day)(closed)),
            gone: Set(erasing.gone),
            figures: Set(figures),
        };
        tombstone::Entity::insert(stone).exec_without_returning(on).await?;
        for unhang in HANGS_ON {
            unhang(on, &row.council_id, row.id).await?;
        }
        // Mails about it that could never be sent. A mail about another request may name this one, too.
        let reference = case.submission.reference.to_string();
        let about = |job: &Job| match job {
            Job::Alert(alert) => alert.reference == reference,
            Job::Contractor(mail) => mail.reference == reference,
            Job::Receipt(receipt) => receipt.request == reference,
            _ => false,
        };
        jobs::forget(on, &self.council, std::slice::from_ref(&reference), about).await?;
        request::Entity::delete_by_id((row.council_id, row.id)).exec(on).await?;
        Ok(())
    }

    /// Which of these uploads no table knows.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn unknown(&self, mut uploads: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        // In this order: an upload becomes a document that shows who somebody is, never the other way round.
        let taken: Vec<Uuid> = photo::Entity::find()
            .filter(photo::Column::CouncilId.eq(&*self.council))
            .filter(photo::Column::Id.is_in(uploads.clone()))
            .select_only()
            .column(photo::Column::Id)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        uploads.retain(|id| !taken.contains(id));
        let shown: Vec<Uuid> = identity_document::Entity::find()
            .filter(identity_document::Column::CouncilId.eq(&*self.council))
            .filter(identity_document::Column::Id.is_in(uploads.clone()))
            .select_only()
            .column(identity_document::Column::Id)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        uploads.retain(|id| !shown.contains(id));
        Ok(uploads)
    }

    /// What remains of a request, by the hash of the key that it was followed with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn tombstone(&self, follow_hash: &[u8]) -> Result<Tombstone, StoreError> {
        let row = tombstone::Entity::find()
            .filter(tombstone::Column::CouncilId.eq(&*self.council))
            .filter(tombstone::Column::FollowHash.eq(follow_hash))
            .one(self.db.reader())
            .await?
            .ok_or(StoreError::NotFound)?;
        let reference = domain::reference::Reference::parse(&row.reference).ok_or(StoreError::NotFound)?;
        Ok(Tombstone {
            reference,
            service: row.service,
            received: row.received,
            closed: row.closed,
            gone: row.gone,
        })
    }

    /// What figures still know of the requests of a service that were anonymised.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn figures(&self, service: &str) -> Result<Vec<Figures>, StoreError> {
        let rows: Vec<Option<String>> = tombstone::Entity::find()
            .filter(tombstone::Column::CouncilId.eq(&*self.council))
            .filter(tombstone::Column::Service.eq(service))
            .select_only()
            .column(tombstone::Column::Figures)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        rows.into_iter().flatten().map(|text| Ok(serde_json::from_str(&text)?)).collect()
    }
}

/// Whether a reference is one of a request that was erased.
pub(super) async fn is_taken(
    on: &impl ConnectionTrait,
    council: &str,
    reference: &str,
) -> Result<bool, StoreError> {
    let key = (council.to_owned(), reference.to_owned());
    Ok(tombstone::Entity::find_by_id(key).one(on).await?.is_some())
}

impl Database {
    /// Takes what was erased out of SQLite's journal, too. PostgreSQL does it by itself, in its own time.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_erased(&self) -> Result<(), StoreError> {
        if let Write::Queued(writer) = &self.write {
            writer.connection().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }
}
