//! How the work of a department goes: counted by an index that has all it needs, of what is open and of what ended in the
//! last months, and never by reading the requests.

use chrono::NaiveDate;
use domain::channel::Channel;
use domain::figures::SATISFIED;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect,
    Select,
};
use uuid::Uuid;

use super::entities::{request, staff};
use super::requests::{COLUMNS, Columns, Stored};
use super::{Store, StoreError};

/// Open requests of one team and owner that have been open since one day.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Open {
    /// Who has them.
    pub owner_id: Option<Uuid>,
    /// The team.
    pub team: Option<String>,
    /// Since when they are open.
    pub opened_on: NaiveDate,
    /// How many.
    pub many: i64,
    /// Of those, overdue.
    pub overdue: i64,
    /// Of those, gone up.
    pub escalated: i64,
    /// Of those, opened again in the period.
    pub reopened: i64,
}

/// Requests that ended in the period, of one team, owner, service and channel, and with one judgement.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Ended {
    /// Who had them.
    pub owner_id: Option<Uuid>,
    /// The team.
    pub team: Option<String>,
    /// The service.
    pub service: String,
    /// By which way they came.
    pub channel: String,
    /// Whether their promise was kept.
    pub kept: Option<bool>,
    /// How it went.
    pub score: Option<i16>,
    /// How many.
    pub many: i64,
    /// Of those, opened again in the period.
    pub reopened: i64,
}

impl Ended {
    /// The way they came.
    #[must_use]
    pub fn channel(&self) -> Channel {
        Channel::parse(&self.channel).unwrap_or_default()
    }
}

/// How many of some rows are so.
pub(super) fn of_those(is: Expr) -> Expr {
    // Not SUM: its type is another one on each engine.
    Expr::case(is, 1).finally(Option::<i32>::None).count()
}

impl Store {
    pub(super) fn of_department(&self, department: &str) -> Select<request::Entity> {
        request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Department.eq(department))
    }

    /// What of a department is open; `since` is when the period began.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn open_work(
        &self,
        department: &str,
        (since, today): (NaiveDate, NaiveDate),
    ) -> Result<Vec<Open>, StoreError> {
        use request::Column;
        Ok(self
            .of_department(department)
            .filter(Column::Open.eq(true))
            .select_only()
            .columns([Column::OwnerId, Column::Team, Column::OpenedOn])
            .column_as(Column::OpenedOn.count(), "many")
            .column_as(of_those(Column::Missed.gt(0).or(Column::CompleteBy.lt(today))), "overdue")
            .column_as(of_those(Column::EscalatedTo.is_not_null()), "escalated")
            .column_as(of_those(Column::ReopenedOn.gte(since)), "reopened")
            // Not by owner first: SQLite would go through the index of owners, with all that they ever had.
            .group_by(Column::OpenedOn)
            .group_by(Column::Team)
            .group_by(Column::OwnerId)
            .into_model()
            .all(self.db.reader())
            .await?)
    }

    /// What of a department has ended since a day.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ended_work(&self, department: &str, since: NaiveDate) -> Result<Vec<Ended>, StoreError> {
        use request::Column;
        let by =
            [Column::OwnerId, Column::Team, Column::Service, Column::Channel, Column::Kept, Column::Score];
        let query = self
            .of_department(department)
            .filter(Column::Open.eq(false))
            .filter(Column::ClosedOn.gte(since))
            .select_only()
            .columns(by)
            .column_as(Column::ClosedOn.count(), "many")
            .column_as(of_those(Column::ReopenedOn.gte(since)), "reopened");
        let query = by.into_iter().fold(query, QuerySelect::group_by);
        Ok(query.into_model().all(self.db.reader()).await?)
    }

    /// The last requests of a department whose residents were not satisfied, of those that have ended since a day.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn dissatisfied(
        &self,
        department: &str,
        since: NaiveDate,
        limit: u64,
    ) -> Result<Vec<Stored>, StoreError> {
        use request::Column;
        let rows: Vec<Columns> = self
            .of_department(department)
            .filter(Column::Open.eq(false))
            .filter(Column::ClosedOn.gte(since))
            .filter(Column::Score.lt(i16::from(SATISFIED)))
            .order_by_desc(Column::ClosedOn)
            .limit(limit)
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Stored::try_from).collect()
    }

    /// The names of members of staff, whatever department they are in.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn names_of(&self, staff: &[Uuid]) -> Result<Vec<(Uuid, String)>, StoreError> {
        Ok(staff::Entity::find()
            .filter(staff::Column::CouncilId.eq(&*self.council))
            .filter(staff::Column::Id.is_in(staff.iter().copied()))
            .select_only()
            .columns([staff::Column::Id, staff::Column::Name])
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }
}
