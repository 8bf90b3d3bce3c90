//! What waits in a department, and the weeks for which people were told so.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::reference::Reference;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, TryInsertResult,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::entities::request;
use super::team::of_those;
use super::{Store, StoreError, jobs};
use crate::jobs::Job;

/// Weeks for which people were told, and who was.
mod telling {
    use sea_orm::entity::prelude::*;

    /// A row of `digest`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "digest")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The Monday.
        #[sea_orm(primary_key, auto_increment = false)]
        pub week: Date,
        /// Who, by their address in the form addresses are compared in; empty once all were.
        #[sea_orm(primary_key, auto_increment = false)]
        pub told: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Weeks that are kept.
const KEPT_DAYS: u64 = 8 * 7;
/// Requests of a department that are named to their owners.
const MOST: u64 = 5000;

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Overdue.
    pub overdue: u32,
    /// Promised in this week.
    pub due: u32,
    /// Gone up.
    pub escalated: u32,
    /// Waiting for the resident.
    pub waiting: u32,
    /// Open for too long.
    pub board: u32,
}

impl Waits {
    /// Adds some more.
    pub fn add(&mut self, more: Self) {
        self.overdue += more.overdue;
        self.due += more.due;
        self.escalated += more.escalated;
        self.waiting += more.waiting;
        self.board += more.board;
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(FromQueryResult)]
struct Counted {
    owner_id: Option<Uuid>,
    standing: String,
    many: i64,
    overdue: i64,
    due: i64,
    escalated: i64,
    board: i64,
}

/// An open request that is overdue, or promised in this week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// Who has it.
    pub owner: Uuid,
    /// Its reference, as shown.
    pub reference: String,
    /// Its service.
    pub service: String,
    /// The day it is promised by.
    pub complete_by: NaiveDate,
    /// It is overdue.
    pub is_overdue: bool,
}

fn is_overdue(today: NaiveDate) -> Expr {
    request::Column::Missed.gt(0).or(request::Column::CompleteBy.lt(today))
}

impl Store {
    /// What waits in a department, by who has it, from today to the last day of the week.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn waits(
        &self,
        department: &str,
        (today, last): (NaiveDate, NaiveDate),
    ) -> Result<Vec<(Option<Uuid>, Waits)>, StoreError> {
        use request::Column;
        let rows: Vec<Counted> = self
            .of_department(department)
            .filter(Column::Open.eq(true))
            .select_only()
            .columns([Column::OwnerId, Column::Standing])
            .column_as(Column::Standing.count(), "many")
            .column_as(of_those(is_overdue(today)), "overdue")
            .column_as(of_those(Column::CompleteBy.between(today, last)), "due")
            .column_as(of_those(Column::EscalatedTo.is_not_null()), "escalated")
            .column_as(of_those(Column::OnBoard.eq(true)), "board")
            // Not by owner first: SQLite would go through the index of owners, with all that they ever had.
            .group_by(Column::Standing)
            .group_by(Column::OwnerId)
            .into_model()
            .all(self.db.reader())
            .await?;
        let count = |many: i64| u32::try_from(many).unwrap_or(0);
        let waits = |row: Counted| {
            let waits = Waits {
                overdue: count(row.overdue),
                due: count(row.due),
                escalated: count(row.escalated),
                waiting: if row.standing == "waiting" { count(row.many) } else { 0 },
                board: count(row.board),
            };
            (row.owner_id, waits)
        };
        Ok(rows.into_iter().map(waits).collect())
    }

    /// What somebody has of a department that is overdue, or promised by the last day of the week; the first promised first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn promised(
        &self,
        department: &str,
        (today, last): (NaiveDate, NaiveDate),
    ) -> Result<Vec<Promised>, StoreError> {
        use request::Column;
        let rows: Vec<(Uuid, String, String, NaiveDate, i32)> = self
            .of_department(department)
            .filter(Column::Open.eq(true))
            .filter(Column::OwnerId.is_not_null())
            .filter(is_overdue(today).or(Column::CompleteBy.lte(last)))
            .order_by_asc(Column::CompleteBy)
            .order_by_asc(Column::Id)
            .limit(MOST)
            .select_only()
            .columns([
                Column::OwnerId,
                Column::Reference,
                Column::Service,
                Column::CompleteBy,
                Column::Missed,
            ])
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let promised =
            |(owner, reference, service, complete_by, missed): (Uuid, String, String, NaiveDate, i32)| {
                Promised {
                    owner,
                    reference: Reference::parse(&reference)
                        .map_or(reference, |reference| reference.to_string()),
                    service,
                    complete_by,
                    is_overdue: missed > 0 || complete_by < today,
                }
            };
        Ok(rows.into_iter().map(promised).collect())
    }

    /// Whether all were told of a week.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn is_told(&self, week: NaiveDate) -> Result<bool, StoreError> {
        let key = (self.council.to_string(), week, String::new());
        Ok(telling::Entity::find_by_id(key).one(self.db.reader()).await?.is_some())
    }

    /// Has these people told of a week, each by a job, and says how many: none where another server has done so. All of it
    /// is one transaction, and each of them is told once of a week.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn tell_week(
        &self,
        week: NaiveDate,
        now: DateTime<Utc>,
        to: Vec<(String, Uuid, Job)>,
    ) -> Result<usize, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, to) = (store.clone(), to.clone());
                Box::pin(async move {
                    let row = |told: String| telling::ActiveModel {
                        council_id: Set(store.council.to_string()),
                        week: Set(week),
                        told: Set(told),
                    };
                    let is_new = async |told: String| {
                        let once = OnConflict::new().do_nothing().to_owned();
                        let insert = telling::Entity::insert(row(told)).on_conflict(once).try_insert();
                        let inserted = insert.exec_without_returning(transaction).await?;
                        Ok::<_, StoreError>(matches!(inserted, TryInsertResult::Inserted(1)))
                    };
                    if !is_new(String::new()).await? {
                        return Ok(0);
                    }
                    let mut made = Vec::new();
                    for (who, id, job) in to {
                        if is_new(who).await? {
                            made.push((id, job));
                        }
                    }
                    jobs::insert(transaction, jobs::rows(&store.council, now, &made)?).await?;
                    telling::Entity::delete_many()
                        .filter(telling::Column::CouncilId.eq(&*store.council))
                        .filter(telling::Column::Week.lt(week - Days::new(KEPT_DAYS)))
                        .exec(transaction)
                        .await?;
                    Ok(made.len())
                })
            })
            .await
    }
}
