//! Counting tries, so that nobody guesses for long. Kept in the database: several servers share the count.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _};

use super::entities::attempt;
use super::{Database, Store, StoreError};

impl Store {
    /// Counts one try at something, and says whether it is within `most` tries in `span`.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn try_once(
        &self,
        subject: String,
        most: i32,
        span: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let (council, subject) = (council.clone(), subject.clone());
                Box::pin(async move {
                    let row = attempt::ActiveModel {
                        council_id: Set(council),
                        subject: Set(subject),
                        since: Set(now),
                        count: Set(1),
                    };
                    // One statement, so that no two tries at the same moment count as one.
                    let (since, count) = (
                        Expr::col((attempt::Entity, attempt::Column::Since)),
                        Expr::col((attempt::Entity, attempt::Column::Count)),
                    );
                    let over = since.clone().lte(now - span);
                    let again = OnConflict::columns([attempt::Column::CouncilId, attempt::Column::Subject])
                        .value(attempt::Column::Since, Expr::case(over.clone(), now).finally(since))
                        .value(attempt::Column::Count, Expr::case(over, 1).finally(count.add(1)))
                        .to_owned();
                    let counted = attempt::Entity::insert(row)
                        .on_conflict(again)
                        .exec_with_returning(transaction)
                        .await?;
                    Ok(counted.count <= most)
                })
            })
            .await
    }
}

impl Database {
    /// Forgets counts that no longer matter.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_attempts(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                attempt::Entity::delete_many()
                    .filter(attempt::Column::Since.lt(before))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
