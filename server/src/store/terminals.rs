//! Public computers that were registered.

use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{Deed, Entry};
use domain::terminal::Setup;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, ModelTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::drafts::Holder;
use super::entities::draft;
use super::staff::StaffMember;
use super::{Store, StoreError, audit};

/// How exactly it is known when a computer was used last.
const EXACT: TimeDelta = TimeDelta::minutes(1);

/// The table.
pub mod terminal {
    use sea_orm::entity::prelude::*;

    /// A row of `terminal`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "terminal")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// How it is set up, as JSON.
        pub setup: String,
        /// The keyed hash of the code that makes a computer this one, until it was typed.
        pub code_hash: Option<Vec<u8>>,
        /// Until when it can be.
        pub code_until: Option<DateTimeUtc>,
        /// How often a computer was made this one: a token of another one opens nothing.
        pub generation: i32,
        /// It is out of use.
        pub locked: bool,
        /// When the computer was made this one.
        pub enrolled_at: Option<DateTimeUtc>,
        /// When it was used last.
        pub seen_at: Option<DateTimeUtc>,
        /// What its browser says that it is.
        pub browser: String,
        /// When somebody finished there last.
        pub finished_at: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

use terminal::{ActiveModel, Column, Entity};

/// A registered public computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Identifier.
    pub id: Uuid,
    /// How it is set up.
    pub setup: Setup,
    /// Until when a code can make a computer this one, if one can.
    pub code_until: Option<DateTime<Utc>>,
    /// How often a computer was made this one.
    pub generation: i32,
    /// It is out of use.
    pub locked: bool,
    /// When the computer was made this one.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub seen_at: Option<DateTime<Utc>>,
    /// What its browser says that it is.
    pub browser: String,
    /// When somebody finished there last: whatever began before is over.
    pub finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<terminal::Model> for Terminal {
    type Error = StoreError;

    fn try_from(row: terminal::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            setup: serde_json::from_str(&row.setup)?,
            code_until: row.code_until,
            generation: row.generation,
            locked: row.locked,
            enrolled_at: row.enrolled_at,
            seen_at: row.seen_at,
            browser: row.browser,
            finished_at: row.finished_at,
        })
    }
}

/// What is changed about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// How it is set up.
    Setup(Setup),
    /// Whether it is out of use.
    Locked(bool),
    /// Another code can be typed: its keyed hash, and until when.
    Code(Vec<u8>, DateTime<Utc>),
    /// It is one no more.
    Removed,
}

impl Store {
    fn terminal_row(&self, id: Uuid) -> Condition {
        Condition::all().add(Column::CouncilId.eq(&*self.council)).add(Column::Id.eq(id))
    }

    /// All of them, in the order in which they were registered.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn terminals(&self) -> Result<Vec<Terminal>, StoreError> {
        let rows = Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .order_by_asc(Column::Id)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Terminal::try_from).collect()
    }

    /// One of them; nothing where it is one no more.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn terminal(&self, id: Uuid) -> Result<Option<Terminal>, StoreError> {
        let row = Entity::find().filter(self.terminal_row(id)).one(self.db.reader()).await?;
        row.map(Terminal::try_from).transpose()
    }

    /// Registers one, with the code that makes a computer it, and logs who did.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_terminal(
        &self,
        (by, now): (&StaffMember, DateTime<Utc>),
        (id, setup): (Uuid, &Setup),
        (code_hash, until): (Vec<u8>, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let entry = by.did(now, Deed::Changed, format!("terminal {id}"), "registered".to_owned());
        let row = ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            setup: Set(serde_json::to_string(setup)?),
            code_hash: Set(Some(code_hash)),
            code_until: Set(Some(until)),
            generation: Set(0),
            locked: Set(false),
            enrolled_at: Set(None),
            seen_at: Set(None),
            browser: Set(String::new()),
            finished_at: Set(None),
        };
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, row, entry) = (store.clone(), row.clone(), entry.clone());
                Box::pin(async move {
                    Entity::insert(row).exec_without_returning(transaction).await?;
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    /// Changes something about one, and logs who did.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn change_terminal(
        &self,
        (by, now): (&StaffMember, DateTime<Utc>),
        id: Uuid,
        change: Change,
    ) -> Result<(), StoreError> {
        let detail = match &change {
            Change::Setup(_) => "set up",
            Change::Locked(true) => "locked",
            Change::Locked(false) => "unlocked",
            Change::Code(..) => "code",
            Change::Removed => "removed",
        };
        let entry: Entry = by.did(now, Deed::Changed, format!("terminal {id}"), detail.to_owned());
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, change, entry) = (store.clone(), change.clone(), entry.clone());
                Box::pin(async move {
                    let row = Entity::find().filter(store.terminal_row(id)).lock_exclusive();
                    let row = row.one(transaction).await?.ok_or(StoreError::NotFound)?;
                    if change == Change::Removed {
                        row.delete(transaction).await?;
                    } else {
                        let mut row: ActiveModel = row.into();
                        match change {
                            Change::Setup(setup) => row.setup = Set(serde_json::to_string(&setup)?),
                            Change::Locked(locked) => row.locked = Set(locked),
                            Change::Code(hash, until) => {
                                (row.code_hash, row.code_until) = (Set(Some(hash)), Set(Some(until)));
                            }
                            Change::Removed => {}
                        }
                        row.update(transaction).await?;
                    }
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    /// Makes a computer the one that a code is for. It works once; the computer that was this one before is so no more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such code, or it is too old; the database's errors.
    pub async fn enrol_terminal(
        &self,
        code_hash: Vec<u8>,
        browser: String,
        now: DateTime<Utc>,
    ) -> Result<Terminal, StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let (council, code_hash, browser) = (council.clone(), code_hash.clone(), browser.clone());
                Box::pin(async move {
                    let row = Entity::find()
                        .filter(Column::CouncilId.eq(council))
                        .filter(Column::CodeHash.eq(code_hash))
                        .filter(Column::CodeUntil.gt(now))
                        .lock_exclusive()
                        .one(transaction)
                        .await?
                        .ok_or(StoreError::NotFound)?;
                    let generation = row.generation + 1;
                    let mut row: ActiveModel = row.into();
                    (row.code_hash, row.code_until) = (Set(None), Set(None));
                    (row.generation, row.browser) = (Set(generation), Set(browser));
                    (row.enrolled_at, row.seen_at) = (Set(Some(now)), Set(Some(now)));
                    row.update(transaction).await?.try_into()
                })
            })
            .await
    }

    /// Notes that one is used, if that was not noted a moment ago.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn terminal_seen(
        &self,
        terminal: &Terminal,
        browser: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_known = terminal.seen_at.is_some_and(|seen| now - seen < EXACT);
        if is_known && terminal.browser == browser {
            return Ok(());
        }
        let (this, browser) = (self.terminal_row(terminal.id), browser.to_owned());
        self.db
            .write(move |transaction| {
                let (this, browser) = (this.clone(), browser.clone());
                Box::pin(async move {
                    Entity::update_many()
                        .col_expr(Column::SeenAt, Expr::value(now))
                        .col_expr(Column::Browser, Expr::value(browser))
                        .filter(this)
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Notes that somebody finished there: whatever began before is over.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn terminal_finished(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let this = self.terminal_row(id);
        self.db
            .write(move |transaction| {
                let this = this.clone();
                Box::pin(async move {
                    Entity::update_many()
                        .col_expr(Column::FinishedAt, Expr::value(now))
                        .filter(this)
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Lets go of everything that a browser posted and did not send: it is out of reach at once, and swept with its files.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn let_go_of_drafts(&self, token: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let own = Holder::browser(token).own(&self.council);
        self.db
            .write(move |transaction| {
                let own = own.clone();
                Box::pin(async move {
                    draft::Entity::update_many()
                        .col_expr(draft::Column::ExpiresAt, Expr::value(now))
                        .filter(own)
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
