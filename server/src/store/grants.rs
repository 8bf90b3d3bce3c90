//! What requests give: a row beside the case for each, by which reminders are found and a renewal finds the earlier one; and what
//! each home has had of what is so many a year, counted in the transaction in which more is asked for.

use chrono::NaiveDate;
use domain::case::{Case, Outcome, Status};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::{Store, StoreError};

/// What requests give.
pub mod granted {
    use sea_orm::entity::prelude::*;

    /// A row of `granted`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "granted")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The request; its reference is the number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// Service.
        pub service: String,
        /// Its first day.
        pub from_day: Date,
        /// Its last day.
        pub until_day: Date,
        /// The day of the next reminder.
        pub remind_on: Option<Date>,
        /// It ended early.
        pub ended: bool,
        /// Another takes its place when it ends.
        pub renewed: bool,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Homes of which something was asked for in a year: who asks at the same time waits at its row.
pub mod home {
    use sea_orm::entity::prelude::*;

    /// A row of `home`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "home")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Keyed hash of the address.
        #[sea_orm(primary_key, auto_increment = false)]
        pub home: Vec<u8>,
        /// The year.
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How many a request takes of what is so many a home and year.
pub mod allowance {
    use sea_orm::entity::prelude::*;

    /// A row of `allowance`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "allowance")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Request.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// The question for the number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub question: String,
        /// Service.
        pub service: String,
        /// Keyed hash of the address.
        pub home: Vec<u8>,
        /// The year.
        pub year: i32,
        /// How many.
        pub many: i32,
        /// They count: the request is open, or they were given.
        pub counts: bool,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How many a request takes of what is so many a home and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takes {
    /// The question for the number.
    pub question: String,
    /// Keyed hash of the address.
    pub home: Vec<u8>,
    /// The year.
    pub year: i32,
    /// How many.
    pub many: u32,
    /// The most in a year.
    pub most: u32,
}

/// What was given with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Its last day.
    pub until: NaiveDate,
    /// It ended early.
    pub ended: bool,
    /// Another takes its place when it ends.
    pub renewed: bool,
}

fn int(many: u32) -> i32 {
    i32::try_from(many).unwrap_or(i32::MAX)
}

impl Store {
    /// How many a home has had in a year, on top of what a transaction sees.
    async fn had_on(
        &self,
        on: &impl ConnectionTrait,
        service: &str,
        question: &str,
        (home, year): (&[u8], i32),
    ) -> Result<u32, StoreError> {
        let many: Vec<i32> = allowance::Entity::find()
            .filter(allowance::Column::CouncilId.eq(&*self.council))
            .filter(allowance::Column::Home.eq(home))
            .filter(allowance::Column::Year.eq(year))
            .filter(allowance::Column::Service.eq(service))
            .filter(allowance::Column::Question.eq(question))
            .filter(allowance::Column::Counts.eq(true))
            .select_only()
            .column(allowance::Column::Many)
            .into_tuple()
            .all(on)
            .await?;
        Ok(many.into_iter().filter_map(|many| u32::try_from(many).ok()).fold(0, u32::saturating_add))
    }

    /// How many of what a question asks for a home has had in a year.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn had(&self, service: &str, question: &str, home: (&[u8], i32)) -> Result<u32, StoreError> {
        self.had_on(self.db.reader(), service, question, home).await
    }

    /// Writes down how many a new request takes, where so many are left.
    pub(super) async fn take_allowances(
        &self,
        on: &impl ConnectionTrait,
        (request, service): (Uuid, &str),
        takes: &[Takes],
    ) -> Result<(), StoreError> {
        for Takes { question, home, year, many, most } in takes {
            let row = home::ActiveModel {
                council_id: Set(self.council.to_string()),
                home: Set(home.clone()),
                year: Set(*year),
            };
            home::Entity::insert(row)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .try_insert()
                .exec_without_returning(on)
                .await?;
            // Locked: who asks at the same time sees what this one takes.
            let key = (self.council.to_string(), home.clone(), *year);
            home::Entity::find_by_id(key).lock_exclusive().one(on).await?;
            let left = most.saturating_sub(self.had_on(on, service, question, (home, *year)).await?);
            if *many > left {
                return Err(StoreError::NotLeft { question: question.clone(), left });
            }
            let row = allowance::ActiveModel {
                council_id: Set(self.council.to_string()),
                request_id: Set(request),
                question: Set(question.clone()),
                service: Set(service.to_owned()),
                home: Set(home.clone()),
                year: Set(*year),
                many: Set(int(*many)),
                counts: Set(true),
            };
            allowance::Entity::insert(row).exec_without_returning(on).await?;
        }
        Ok(())
    }

    /// Keeps beside a case what it gave, and, where it was closed or opened again, whether what it took counts.
    pub(super) async fn keep_granted(
        &self,
        on: &impl ConnectionTrait,
        (id, was_open): (Uuid, bool),
        case: &Case,
    ) -> Result<(), StoreError> {
        if was_open != case.status.is_open() {
            let counts = match case.status {
                Status::Closed(outcome) => matches!(outcome, Outcome::Done | Outcome::PartDone),
                _ => true,
            };
            allowance::Entity::update_many()
                .col_expr(allowance::Column::Counts, Expr::value(counts))
                .filter(allowance::Column::CouncilId.eq(&*self.council))
                .filter(allowance::Column::RequestId.eq(id))
                .exec(on)
                .await?;
        }
        let Some(grant) = &case.grant else { return Ok(()) };
        let row = granted::ActiveModel {
            council_id: Set(self.council.to_string()),
            request_id: Set(id),
            service: Set(case.submission.service.clone()),
            from_day: Set(grant.from),
            until_day: Set(grant.until),
            remind_on: Set(grant.next_reminder().map(|(day, _)| day)),
            ended: Set(grant.ended.is_some()),
            renewed: Set(false),
        };
        let changes = [
            granted::Column::FromDay,
            granted::Column::UntilDay,
            granted::Column::RemindOn,
            granted::Column::Ended,
        ];
        let same = OnConflict::columns([granted::Column::CouncilId, granted::Column::RequestId])
            .update_columns(changes)
            .to_owned();
        granted::Entity::insert(row).on_conflict(same).exec_without_returning(on).await?;
        Ok(())
    }

    pub(super) async fn granted_on(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
    ) -> Result<Option<Granted>, StoreError> {
        let row = granted::Entity::find_by_id((self.council.to_string(), request)).one(on).await?;
        Ok(row.map(|row| Granted { until: row.until_day, ended: row.ended, renewed: row.renewed }))
    }

    /// What was given with a request.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn granted(&self, request: Uuid) -> Result<Option<Granted>, StoreError> {
        self.granted_on(self.db.reader(), request).await
    }

    /// Notes that another takes the place of what was given with a request, when that ends: nobody need be reminded of it.
    pub(super) async fn renewed(&self, on: &impl ConnectionTrait, request: Uuid) -> Result<(), StoreError> {
        granted::Entity::update_many()
            .col_expr(granted::Column::Renewed, Expr::value(true))
            .filter(granted::Column::CouncilId.eq(&*self.council))
            .filter(granted::Column::RequestId.eq(request))
            .exec(on)
            .await?;
        Ok(())
    }

    /// The requests whose holders are to be reminded on a day that what they were given ends.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn grants_to_remind(&self, today: NaiveDate, most: u64) -> Result<Vec<Uuid>, StoreError> {
        Ok(granted::Entity::find()
            .filter(granted::Column::CouncilId.eq(&*self.council))
            .filter(granted::Column::RemindOn.lte(today))
            // What is over when a server comes back is told to nobody any more.
            .filter(granted::Column::UntilDay.gte(today))
            .filter(granted::Column::Renewed.eq(false))
            .filter(granted::Column::Ended.eq(false))
            .order_by_asc(granted::Column::RemindOn)
            .order_by_asc(granted::Column::RequestId)
            .limit(most)
            .select_only()
            .column(granted::Column::RequestId)
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Forgets the homes of years that are over: nothing is counted in them any more.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_homes(&self, year: i32) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    home::Entity::delete_many()
                        .filter(home::Column::CouncilId.eq(council))
                        .filter(home::Column::Year.lt(year))
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
