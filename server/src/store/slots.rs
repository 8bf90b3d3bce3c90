//! Places that are taken of what can be booked. Each has a number, and one request can have it: two that come at once never
//! take the same, whatever they saw before.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::case::{Actor, Case, Event};
use domain::slots::{Booked, Taken, next_place};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use super::requests::{Consequences, NewEvent};
use super::{Store, StoreError};

/// Places that are taken.
pub mod slot_place {
    use sea_orm::entity::prelude::*;

    /// A row of `slot_place`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slot_place")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// What is booked.
        #[sea_orm(primary_key, auto_increment = false)]
        pub slots: String,
        /// The day.
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        /// The time; empty where days have none.
        #[sea_orm(primary_key, auto_increment = false)]
        pub time: String,
        /// Which of its places, from 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        /// Whose it is.
        pub request_id: Uuid,
        /// Until when it is held while somebody pays; no end where it is theirs.
        pub held_until: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

use slot_place::{Column, Entity};

/// A place that is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The day and the time.
    pub booked: Booked,
    /// How many places that has.
    pub places: u16,
    /// Until when it is held; no end where it is taken for good.
    pub held_until: Option<DateTime<Utc>>,
}

/// The place that a request has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Until when it is held; no end where it is theirs.
    pub until: Option<DateTime<Utc>>,
}

impl Store {
    fn places_of(&self, slots: &str) -> Condition {
        Condition::all().add(Column::CouncilId.eq(&*self.council)).add(Column::Slots.eq(slots))
    }

    fn place_of(&self, request: Uuid) -> Condition {
        Condition::all().add(Column::CouncilId.eq(&*self.council)).add(Column::RequestId.eq(request))
    }

    /// How many places are taken of something from a day on. What is held no longer is not.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn taken(&self, slots: &str, from: NaiveDate, now: DateTime<Utc>) -> Result<Taken, StoreError> {
        let rows: Vec<(NaiveDate, String, i64)> = Entity::find()
            .filter(self.places_of(slots))
            .filter(Column::Day.gte(from))
            .filter(Column::HeldUntil.is_null().or(Column::HeldUntil.gt(now)))
            .select_only()
            .column(Column::Day)
            .column(Column::Time)
            .column_as(Column::Number.count(), "many")
            .group_by(Column::Day)
            .group_by(Column::Time)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let row = |(day, time, many)| ((day, time), u16::try_from(many).unwrap_or(u16::MAX));
        Ok(rows.into_iter().map(row).collect())
    }

    /// The place that a request has, if it has one.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn held_place(&self, request: Uuid) -> Result<Option<Held>, StoreError> {
        let row = Entity::find().filter(self.place_of(request)).one(self.db.reader()).await?;
        Ok(row.map(|row| Held { until: row.held_until }))
    }

    /// Takes a place for a request, in place of the one that it has: says whether there was one. Where it is the request's
    /// already, it is held so long as is said now.
    pub(super) async fn take_place(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
        place: &Place,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let Place { booked, places, held_until } = place;
        let here = || {
            self.places_of(&booked.of).add(Column::Day.eq(booked.day)).add(Column::Time.eq(booked.time_id()))
        };
        // Each further turn follows from somebody else who was quicker.
        for _ in 0..=*places {
            let own = Entity::update_many()
                .col_expr(Column::HeldUntil, Expr::value(*held_until))
                .filter(here())
                .filter(Column::RequestId.eq(request))
                .exec(on)
                .await?;
            if own.rows_affected > 0 {
                return Ok(true);
            }
            // What nobody has paid in time is anybody's.
            Entity::delete_many().filter(here()).filter(Column::HeldUntil.lte(now)).exec(on).await?;
            let numbers: Vec<i32> = Entity::find()
                .filter(here())
                .select_only()
                .column(Column::Number)
                .into_tuple()
                .all(on)
                .await?;
            let taken: BTreeSet<u16> =
                numbers.into_iter().map(|number| u16::try_from(number).unwrap_or(u16::MAX)).collect();
            let Some(number) = next_place(&taken, *places) else { return Ok(false) };
            let row = slot_place::ActiveModel {
                council_id: Set(self.council.to_string()),
                slots: Set(booked.of.clone()),
                day: Set(booked.day),
                time: Set(booked.time_id().to_owned()),
                number: Set(number.into()),
                request_id: Set(request),
                held_until: Set(*held_until),
            };
            let inserted = Entity::insert(row)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .try_insert()
                .exec_without_returning(on)
                .await?;
            if matches!(inserted, TryInsertResult::Inserted(1)) {
                // The new one first: two that change places with each other wait for nobody.
                let before = Column::Day.ne(booked.day).or(Column::Time.ne(booked.time_id()));
                Entity::delete_many().filter(self.place_of(request)).filter(before).exec(on).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Gives the place of a request back.
    pub(super) async fn free_place(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
    ) -> Result<(), StoreError> {
        Entity::delete_many().filter(self.place_of(request)).exec(on).await?;
        Ok(())
    }

    /// Takes the place that an event needs.
    ///
    /// # Errors
    /// [`StoreError::SlotTaken`]; the database's errors.
    pub(super) async fn rebook_place(
        &self,
        on: &impl ConnectionTrait,
        (id, case): (Uuid, &Case),
        (event, at): (&Event, DateTime<Utc>),
        follows: &dyn Consequences,
    ) -> Result<(), StoreError> {
        let Event::Rebooked { .. } = event else { return Ok(()) };
        let Some(place) = follows.place(case, at) else { return Err(StoreError::SlotTaken) };
        if self.take_place(on, id, &place, at).await? { Ok(()) } else { Err(StoreError::SlotTaken) }
    }

    /// What is paid is the request's for good, if it still is there: what happens where others have it by now.
    pub(super) async fn paid_place(
        &self,
        on: &impl ConnectionTrait,
        (id, case): (Uuid, &Case),
        new: &NewEvent,
        follows: &dyn Consequences,
    ) -> Result<Option<NewEvent>, StoreError> {
        let is_paid = matches!(new.event, Event::Paid(_)) && case.status.is_open();
        if !is_paid || case.booked().is_none() || case.place_lost {
            return Ok(None);
        }
        let is_kept = match follows.place(case, new.at) {
            Some(place) => self.take_place(on, id, &place, new.at).await?,
            None => false,
        };
        if is_kept {
            return Ok(None);
        }
        self.free_place(on, id).await?;
        let lost = Uuid::from_u128(new.id.as_u128() ^ 1);
        Ok(Some(NewEvent { id: lost, at: new.at, by: Actor::Clock, event: Event::PlaceLost }))
    }
}
