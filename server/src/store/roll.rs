//! The electoral roll: taken in as a whole, looked at by who agreed to it, a few times a day.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::Entry;
use domain::consent::{COUNCIL, Channel, Purpose, WordingRef};
use domain::identity::roll::{Elector, Keys, TRIES_A_DAY};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::consent::{Answered, Told};
use super::entities::attempt;
use super::proofs::NewProof;
use super::{Store, StoreError, audit};

/// Rows that are written by one statement: SQLite takes 32,766 values in one.
const ROWS: usize = 2_000;
/// The time in which tries are counted.
const A_DAY: TimeDelta = TimeDelta::days(1);
/// The most people that one postcode and the surnames in one name are compared with.
const MOST_CANDIDATES: u64 = 1_000;

/// The electoral roll: what matching needs of it, and nothing else.
pub mod elector {
    use sea_orm::entity::prelude::*;

    /// A row of `elector`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "elector")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Its place in the file.
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        /// Postcode, as it is looked for.
        pub postcode: String,
        /// Surname, as it is looked for.
        pub surname: String,
        /// First and middle names.
        pub forenames: String,
        /// The lines of the address, one below the other.
        pub lines: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Tries at the electoral roll: how many are left today, and when there are all of them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many are left.
    pub left: u32,
    /// When there are five again; none while nothing was tried.
    pub again: Option<DateTime<Utc>>,
}

/// The rows of a roll, begun anew with each call: a transaction may be tried more than once.
pub type Rows =
    Arc<dyn Fn() -> Result<Box<dyn Iterator<Item = Result<Elector, String>> + Send>, String> + Send + Sync>;

impl Store {
    /// Tries at the electoral roll that a resident has left.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn roll_tries(&self, resident: Uuid, now: DateTime<Utc>) -> Result<Tries, StoreError> {
        let counted = attempt::Entity::find_by_id((self.council.to_string(), roll_subject(resident)))
            .one(self.db.reader())
            .await?
            .filter(|counted| counted.since + A_DAY > now);
        Ok(counted.map_or(Tries { left: TRIES_A_DAY, again: None }, |counted| Tries {
            left: TRIES_A_DAY.saturating_sub(u32::try_from(counted.count).unwrap_or(u32::MAX)),
            again: Some(counted.since + A_DAY),
        }))
    }

    /// Counts one try at the electoral roll, and says whether it may be made.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn try_roll(&self, resident: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let most = i32::try_from(TRIES_A_DAY).unwrap_or(i32::MAX);
        self.try_once(roll_subject(resident), most, A_DAY, now).await
    }

    /// Whether there is a roll to look at.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn has_roll(&self) -> Result<bool, StoreError> {
        let first = elector::Entity::find()
            .select_only()
            .column(elector::Column::Place)
            .filter(elector::Column::CouncilId.eq(&*self.council))
            .limit(1)
            .into_tuple::<i32>()
            .one(self.db.reader())
            .await?;
        Ok(first.is_some())
    }

    /// Those on the roll who may be meant. For matching alone: nothing of it leaves the server.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn electors(&self, keys: Keys) -> Result<Vec<Elector>, StoreError> {
        let rows = elector::Entity::find()
            .filter(elector::Column::CouncilId.eq(&*self.council))
            .filter(elector::Column::Postcode.eq(keys.postcode))
            .filter(elector::Column::Surname.is_in(keys.surnames))
            .limit(MOST_CANDIDATES)
            .all(self.db.reader())
            .await?;
        let read = |row: elector::Model| Elector {
            surname: row.surname,
            forenames: row.forenames,
            lines: row.lines.lines().map(str::to_owned).collect(),
            postcode: row.postcode,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Keeps that the roll was looked at: in the ledger what was agreed to, in the audit log each time, and what it
    /// proved.
    ///
    /// # Errors
    /// [`StoreError::Unsound`] for words that are none of ours; the database's errors.
    pub async fn roll_asked(
        &self,
        resident: Uuid,
        agreed: WordingRef,
        proven: Option<NewProof>,
        log: Entry,
    ) -> Result<(), StoreError> {
        let answer = Answered {
            purpose: Purpose::ElectoralRoll,
            department: COUNCIL.to_owned(),
            agrees: true,
            wording: agreed,
        };
        let told = Told { channel: Channel::Web, helper: None, at: log.at };
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, proven, log) = (store.clone(), proven.clone(), log.clone());
                let answers = vec![answer.clone()];
                Box::pin(async move {
                    store.decide_within(transaction, resident, answers, told).await?;
                    if let Some(proven) = proven {
                        store.append_proof(transaction, proven).await?;
                    }
                    audit::append(&store, transaction, log).await
                })
            })
            .await
    }

    /// Takes in a roll, in place of the one before, and says how many are on it.
    ///
    /// # Errors
    /// When nobody is on it, or it can't be read to its end; the database's errors. Then nothing has changed.
    pub async fn replace_roll(&self, rows: Rows) -> Result<u64, StoreError> {
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let (council, rows) = (council.clone(), rows.clone());
                Box::pin(async move { replace_roll(transaction, &council, &rows).await })
            })
            .await
    }
}

fn roll_subject(resident: Uuid) -> String {
    format!("roll:{resident}")
}

async fn replace_roll(
    transaction: &DatabaseTransaction,
    council: &str,
    rows: &Rows,
) -> Result<u64, StoreError> {
    let said = |why: String| StoreError::Database(DbErr::Custom(why));
    elector::Entity::delete_many().filter(elector::Column::CouncilId.eq(council)).exec(transaction).await?;
    let mut electors = (0_i32..).zip(rows().map_err(said)?);
    let mut many = 0;
    loop {
        let row = |(place, elector): (i32, Result<Elector, String>)| {
            let elector = elector?;
            Ok(elector::ActiveModel {
                council_id: Set(council.to_owned()),
                place: Set(place),
                surname: Set(elector.surname_key()),
                postcode: Set(elector.postcode),
                forenames: Set(elector.forenames),
                lines: Set(elector.lines.join("\n")),
            })
        };
        let some: Result<Vec<elector::ActiveModel>, String> = electors.by_ref().take(ROWS).map(row).collect();
        let some = some.map_err(said)?;
        if some.is_empty() {
            break;
        }
        many += some.len() as u64;
        elector::Entity::insert_many(some).exec_without_returning(transaction).await?;
    }
    if many == 0 {
        return Err(said("the file holds no row that can be read; nothing was changed".to_owned()));
    }
    Ok(many)
}
