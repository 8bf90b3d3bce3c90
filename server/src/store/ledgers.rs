//! The council's ledgers as they are kept. An import writes its rows beside those that are looked at, piece by piece, so that
//! nobody waits for it; that it is the one to look at from now on is one change of its own row.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::api::ledgers::{ImportState, LeftOut};
use domain::audit::Entry;
use domain::ledger::Ledger;
use domain::ledger::penalty::Challenge;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::{Store, StoreError, audit};

/// How long an import may say nothing before it counts as stopped.
const SILENT: TimeDelta = TimeDelta::minutes(2);
/// Rows deleted by one statement, so that nobody waits long for it.
const AT_ONCE: u64 = 5_000;
/// How long somebody may look at a bill that they found.
const LOOKS: TimeDelta = TimeDelta::hours(1);
/// Imports that are shown.
const SHOWN: u64 = 20;

/// Imports of ledgers.
pub mod ledger_import {
    use sea_orm::entity::prelude::*;

    /// A row of `ledger_import`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_import")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Which ledger.
        pub ledger: String,
        /// How far it has got.
        pub state: String,
        /// Rows that were taken in.
        pub rows: i64,
        /// Lines that were left out.
        pub left_out: i64,
        /// The first of those, with their reasons, as JSON.
        pub named: String,
        /// Why nothing was taken in.
        pub why: Option<String>,
        /// Bytes that were read.
        pub read: i64,
        /// Bytes that there are.
        pub size: i64,
        /// The member of staff who sent it; none from the command line.
        pub staff_id: Option<Uuid>,
        /// When it began.
        pub begun_at: DateTimeUtc,
        /// When it last said something.
        pub at: DateTimeUtc,
        /// Since when its rows are the ledger.
        pub taken_at: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of ledgers.
pub mod ledger_row {
    use sea_orm::entity::prelude::*;

    /// A row of `ledger_row`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_row")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The import that brought it.
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: Uuid,
        /// What it is found by.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        /// What the ledger says, as JSON.
        pub body: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Who found a bill, and may look at it for a while.
pub mod bill_visit {
    use sea_orm::entity::prelude::*;

    /// A row of `bill_visit`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bill_visit")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of the key in the address.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key_hash: Vec<u8>,
        /// Which ledger.
        pub ledger: String,
        /// What it is found by there.
        pub number: String,
        /// SHA-256 of the token of the browser that found it.
        pub browser_hash: Vec<u8>,
        /// When it ends.
        pub expires_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Requests that challenge a penalty charge.
pub mod challenge {
    use sea_orm::entity::prelude::*;

    /// A row of `challenge`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "challenge")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Request.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// The penalty charge's number.
        pub number: String,
        /// The day it came.
        pub day: Date,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

fn state_id(state: ImportState) -> &'static str {
    match state {
        ImportState::Reading => "reading",
        ImportState::Taken => "taken",
        ImportState::Refused => "refused",
        ImportState::Stopped => "stopped",
    }
}

/// How much of a file was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Rows that were taken in.
    pub rows: u64,
    /// Lines that were left out.
    pub left_out: u64,
    /// The first of those.
    pub named: Vec<LeftOut>,
    /// Bytes that were read.
    pub read: u64,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Identifier.
    pub id: Uuid,
    /// Which ledger.
    pub ledger: Ledger,
    /// How far it has got.
    pub state: ImportState,
    /// How much of it was read.
    pub count: Count,
    /// Bytes that there are.
    pub size: u64,
    /// Why nothing was taken in.
    pub why: Option<String>,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// Since when its rows are the ledger.
    pub taken_at: Option<DateTime<Utc>>,
}

impl Import {
    fn of(row: ledger_import::Model, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable("ledger_import");
        let state = match row.state.as_str() {
            "stopped" => ImportState::Stopped,
            "reading" if row.at + SILENT <= now => ImportState::Stopped,
            "reading" => ImportState::Reading,
            "taken" => ImportState::Taken,
            "refused" => ImportState::Refused,
            _ => return Err(unreadable()),
        };
        Ok(Self {
            id: row.id,
            ledger: Ledger::parse(&row.ledger).ok_or_else(unreadable)?,
            state,
            count: Count {
                rows: row.rows.try_into().unwrap_or_default(),
                left_out: row.left_out.try_into().unwrap_or_default(),
                named: serde_json::from_str(&row.named)?,
                read: row.read.try_into().unwrap_or_default(),
            },
            size: row.size.try_into().unwrap_or_default(),
            why: row.why,
            begun_at: row.begun_at,
            taken_at: row.taken_at,
        })
    }
}

/// An import that begins.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Identifier.
    pub id: Uuid,
    /// Which ledger.
    pub ledger: Ledger,
    /// Bytes that there are.
    pub size: u64,
    /// The member of staff who sent it, and what the audit log says of it.
    pub staff: Option<(Uuid, Entry)>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// What somebody may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillVisit {
    /// Which ledger.
    pub ledger: Ledger,
    /// What it is found by there.
    pub number: String,
}

fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store {
    /// Begins an import, unless one of the same ledger is being read.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] then; the database's errors.
    pub async fn begin_import(&self, new: NewImport) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new) = (store.clone(), new.clone());
                Box::pin(async move {
                    let others = ledger_import::Entity::find()
                        .filter(ledger_import::Column::CouncilId.eq(&*store.council))
                        .filter(ledger_import::Column::Ledger.eq(new.ledger.id()))
                        .filter(ledger_import::Column::State.eq(state_id(ImportState::Reading)))
                        .filter(ledger_import::Column::At.gt(new.at - SILENT))
                        .one(transaction)
                        .await?;
                    if others.is_some() {
                        return Err(StoreError::TooMany);
                    }
                    let row = ledger_import::ActiveModel {
                        council_id: Set(store.council.to_string()),
                        id: Set(new.id),
                        ledger: Set(new.ledger.id().to_owned()),
                        state: Set(state_id(ImportState::Reading).to_owned()),
                        rows: Set(0),
                        left_out: Set(0),
                        named: Set("[]".to_owned()),
                        why: Set(None),
                        read: Set(0),
                        size: Set(big(new.size)),
                        staff_id: Set(new.staff.as_ref().map(|(staff, _)| *staff)),
                        begun_at: Set(new.at),
                        at: Set(new.at),
                        taken_at: Set(None),
                    };
                    ledger_import::Entity::insert(row).exec_without_returning(transaction).await?;
                    if let Some((_, entry)) = new.staff {
                        audit::append(&store, transaction, entry).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Writes some rows of an import, and how far it has got.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it counts as stopped by now; the database's errors.
    pub async fn import_goes_on(
        &self,
        import: Uuid,
        rows: Vec<(String, String)>,
        count: Count,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        let rows: Vec<ledger_row::ActiveModel> = rows
            .into_iter()
            .map(|(key, body)| ledger_row::ActiveModel {
                council_id: Set(self.council.to_string()),
                import_id: Set(import),
                key: Set(key),
                body: Set(body),
            })
            .collect();
        let change = progress(&count, now)?;
        self.db
            .write(move |transaction| {
                let (store, rows, change) = (store.clone(), rows.clone(), change.clone());
                Box::pin(async move {
                    if !rows.is_empty() {
                        ledger_row::Entity::insert_many(rows).exec_without_returning(transaction).await?;
                    }
                    store.change_import(transaction, import, change).await
                })
            })
            .await
    }

    async fn change_import(
        &self,
        on: &impl ConnectionTrait,
        import: Uuid,
        change: ledger_import::ActiveModel,
    ) -> Result<(), StoreError> {
        let changed = ledger_import::Entity::update_many()
            .set(change)
            .filter(ledger_import::Column::CouncilId.eq(&*self.council))
            .filter(ledger_import::Column::Id.eq(import))
            .filter(ledger_import::Column::State.eq(state_id(ImportState::Reading)))
            .exec(on)
            .await?;
        // It said nothing for so long that its rows may be gone by now.
        if changed.rows_affected == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Ends an import: from now on its rows are the ledger, or, with a reason, nothing of it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it counts as stopped by now; the database's errors.
    pub async fn end_import(
        &self,
        import: Uuid,
        count: &Count,
        refused: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let state = if refused.is_some() { ImportState::Refused } else { ImportState::Taken };
        let change = ledger_import::ActiveModel {
            state: Set(state_id(state).to_owned()),
            taken_at: Set(refused.is_none().then_some(now)),
            why: Set(refused),
            ..progress(count, now)?
        };
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, change) = (store.clone(), change.clone());
                Box::pin(async move { store.change_import(transaction, import, change).await })
            })
            .await
    }

    /// The imports of a ledger, the last one first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn imports(&self, ledger: Ledger, now: DateTime<Utc>) -> Result<Vec<Import>, StoreError> {
        let rows = ledger_import::Entity::find()
            .filter(ledger_import::Column::CouncilId.eq(&*self.council))
            .filter(ledger_import::Column::Ledger.eq(ledger.id()))
            .order_by_desc(ledger_import::Column::BegunAt)
            .limit(SHOWN)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(|row| Import::of(row, now)).collect()
    }

    /// The import whose rows are the ledger now, and since when.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ledger_is(&self, ledger: Ledger) -> Result<Option<(Uuid, DateTime<Utc>)>, StoreError> {
        let taken: Option<(Uuid, DateTime<Utc>)> = ledger_import::Entity::find()
            .filter(ledger_import::Column::CouncilId.eq(&*self.council))
            .filter(ledger_import::Column::Ledger.eq(ledger.id()))
            .filter(ledger_import::Column::TakenAt.is_not_null())
            .order_by_desc(ledger_import::Column::TakenAt)
            .select_only()
            .columns([ledger_import::Column::Id, ledger_import::Column::TakenAt])
            .limit(1)
            .into_tuple()
            .one(self.db.reader())
            .await?;
        Ok(taken)
    }

    /// What a ledger says about something, and since when.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ledger_row(
        &self,
        ledger: Ledger,
        key: &str,
    ) -> Result<Option<(String, DateTime<Utc>)>, StoreError> {
        let Some((import, since)) = self.ledger_is(ledger).await? else { return Ok(None) };
        let key = (self.council.to_string(), import, key.to_owned());
        let row = ledger_row::Entity::find_by_id(key).one(self.db.reader()).await?;
        Ok(row.map(|row| (row.body, since)))
    }

    /// Rows of a ledger after a key, in the order of their keys.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ledger_rows(
        &self,
        ledger: Ledger,
        after: &str,
        most: u64,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let Some((import, _)) = self.ledger_is(ledger).await? else { return Ok(Vec::new()) };
        let rows = ledger_row::Entity::find()
            .filter(ledger_row::Column::CouncilId.eq(&*self.council))
            .filter(ledger_row::Column::ImportId.eq(import))
            .filter(ledger_row::Column::Key.gt(after))
            .order_by_asc(ledger_row::Column::Key)
            .limit(most)
            .all(self.db.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.key, row.body)).collect())
    }

    /// The rows of a ledger with these keys, of which there are not more than a statement takes.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ledger_rows_of(
        &self,
        ledger: Ledger,
        keys: Vec<String>,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let Some((import, _)) = self.ledger_is(ledger).await? else { return Ok(Vec::new()) };
        let rows = ledger_row::Entity::find()
            .filter(ledger_row::Column::CouncilId.eq(&*self.council))
            .filter(ledger_row::Column::ImportId.eq(import))
            .filter(ledger_row::Column::Key.is_in(keys))
            .all(self.db.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.key, row.body)).collect())
    }

    /// Deletes rows that are no ledger's any more: of imports before the one that holds, and of those that ended without.
    ///
    /// # Errors
    /// The database's errors; then the rest goes the next time.
    pub async fn forget_ledger_rows(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let store = store.clone();
                Box::pin(async move {
                    ledger_import::Entity::update_many()
                        .col_expr(ledger_import::Column::State, Expr::value(state_id(ImportState::Stopped)))
                        .filter(ledger_import::Column::CouncilId.eq(&*store.council))
                        .filter(ledger_import::Column::State.eq(state_id(ImportState::Reading)))
                        .filter(ledger_import::Column::At.lte(now - SILENT))
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await?;
        let mut kept = Vec::new();
        for ledger in Ledger::ALL {
            kept.extend(self.ledger_is(ledger).await?.map(|(import, _)| import));
            let imports = self.imports(ledger, now).await?;
            kept.extend(
                imports.iter().filter(|import| import.state == ImportState::Reading).map(|import| import.id),
            );
        }
        loop {
            let old = Query::select()
                .distinct()
                .column(ledger_import::Column::Id)
                .from(ledger_import::Entity)
                .and_where(ledger_import::Column::CouncilId.eq(&*self.council))
                .and_where(ledger_import::Column::Id.is_not_in(kept.iter().copied()))
                .to_owned();
            let some: Option<Uuid> = ledger_row::Entity::find()
                .filter(ledger_row::Column::CouncilId.eq(&*self.council))
                .filter(ledger_row::Column::ImportId.in_subquery(old))
                .select_only()
                .column(ledger_row::Column::ImportId)
                .limit(1)
                .into_tuple()
                .one(self.db.reader())
                .await?;
            let Some(import) = some else { return Ok(()) };
            self.forget_rows_of(import).await?;
        }
    }

    /// Deletes the rows of one import, some at a time.
    async fn forget_rows_of(&self, import: Uuid) -> Result<(), StoreError> {
        loop {
            let council = self.council.to_string();
            let deleted = self
                .db
                .write(move |transaction| {
                    let council = council.clone();
                    Box::pin(async move {
                        let some = Query::select()
                            .column(ledger_row::Column::Key)
                            .from(ledger_row::Entity)
                            .and_where(ledger_row::Column::CouncilId.eq(council.clone()))
                            .and_where(ledger_row::Column::ImportId.eq(import))
                            .limit(AT_ONCE)
                            .to_owned();
                        let deleted = ledger_row::Entity::delete_many()
                            .filter(ledger_row::Column::CouncilId.eq(council))
                            .filter(ledger_row::Column::ImportId.eq(import))
                            .filter(ledger_row::Column::Key.in_subquery(some))
                            .exec(transaction)
                            .await?;
                        Ok(deleted.rows_affected)
                    })
                })
                .await?;
            if deleted == 0 {
                return Ok(());
            }
        }
    }

    /// Lets a browser look at a bill for a while, by the key with this hash.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn let_look(
        &self,
        visit: BillVisit,
        (key_hash, browser_hash): (Vec<u8>, Vec<u8>),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = bill_visit::ActiveModel {
            council_id: Set(self.council.to_string()),
            key_hash: Set(key_hash),
            ledger: Set(visit.ledger.id().to_owned()),
            number: Set(visit.number),
            browser_hash: Set(browser_hash),
            expires_at: Set(now + LOOKS),
        };
        self.db
            .write(move |transaction| {
                let row = row.clone();
                Box::pin(async move {
                    bill_visit::Entity::insert(row).exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// What a browser may look at by a key; nothing where it is another browser's, or over.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn bill_visit(
        &self,
        key_hash: Vec<u8>,
        browser_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<BillVisit>, StoreError> {
        let row = bill_visit::Entity::find_by_id((self.council.to_string(), key_hash))
            .filter(bill_visit::Column::BrowserHash.eq(browser_hash))
            .filter(bill_visit::Column::ExpiresAt.gt(now))
            .one(self.db.reader())
            .await?;
        let visit = |row: bill_visit::Model| {
            let ledger = Ledger::parse(&row.ledger).ok_or(StoreError::Unreadable("bill_visit"))?;
            Ok(BillVisit { ledger, number: row.number })
        };
        row.map(visit).transpose()
    }

    /// Forgets who found what, once it is over.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_bill_visits(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    bill_visit::Entity::delete_many()
                        .filter(bill_visit::Column::CouncilId.eq(council))
                        .filter(bill_visit::Column::ExpiresAt.lte(now))
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    pub(super) fn challenge_row(
        &self,
        request: Uuid,
        (number, day): (String, NaiveDate),
    ) -> challenge::ActiveModel {
        challenge::ActiveModel {
            council_id: Set(self.council.to_string()),
            request_id: Set(request),
            number: Set(number),
            day: Set(day),
        }
    }

    /// The challenges of a penalty charge that were sent, the first one first. What was withdrawn holds nothing.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn challenges(
        &self,
        number: &str,
        local: impl Fn(DateTime<Utc>) -> NaiveDate,
    ) -> Result<Vec<Challenge>, StoreError> {
        use domain::case::{Outcome, Status};
        let rows = challenge::Entity::find()
            .filter(challenge::Column::CouncilId.eq(&*self.council))
            .filter(challenge::Column::Number.eq(number))
            .order_by_asc(challenge::Column::RequestId)
            .all(self.db.reader())
            .await?;
        let mut found = Vec::new();
        for row in rows {
            let case = match self.by_id(row.request_id).await {
                Ok(stored) => stored.case,
                Err(StoreError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            if case.status == Status::Closed(Outcome::Withdrawn) {
                continue;
            }
            let decided = case.closed_at.filter(|_| !case.status.is_open()).map(&local);
            found.push(Challenge { on: row.day, decided });
        }
        Ok(found)
    }
}

/// What a row says of how far it has got.
fn progress(count: &Count, now: DateTime<Utc>) -> Result<ledger_import::ActiveModel, StoreError> {
    Ok(ledger_import::ActiveModel {
        rows: Set(big(count.rows)),
        left_out: Set(big(count.left_out)),
        named: Set(serde_json::to_string(&count.named)?),
        read: Set(big(count.read)),
        at: Set(now),
        ..Default::default()
    })
}
