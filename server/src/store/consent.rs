//! The ledger of what residents decided about their details, and who may see what because of it. The ledger is only ever
//! appended to. Beside it, in the same transaction, stands what holds now: one row for each resident, purpose and
//! department that agrees. Every query that shows a record to another department joins that.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::audit as audit_log;
use domain::canonical::Digest;
use domain::consent::{Channel, Decision, Entry, Purpose, Registry, WordingRef, latest};
use sea_orm::sea_query::{Alias, Expr, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::entities::{request, resident};
use super::requests::{COLUMNS, Columns, Stored};
use super::{Store, StoreError, audit};

/// The ledger.
pub mod ledger {
    use sea_orm::entity::prelude::*;

    /// A row of `consent`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consent")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Resident.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// 1, 2, 3…
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i32,
        /// What for.
        pub purpose: String,
        /// Who gets to see it.
        pub department: String,
        /// What they decided.
        pub decision: String,
        /// The identifier of the words they read.
        pub wording: String,
        /// Their version.
        pub version: i32,
        /// Their language.
        pub language: String,
        /// Their SHA-256.
        pub hash: Vec<u8>,
        /// How they told us.
        pub channel: String,
        /// Who helped.
        pub helper: Option<Uuid>,
        /// When.
        pub at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What holds now.
pub mod agreed {
    use sea_orm::entity::prelude::*;

    /// A row of `agreed`: while it is there, they agree.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreed")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Resident.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// What for.
        #[sea_orm(primary_key, auto_increment = false)]
        pub purpose: String,
        /// Who gets to see it.
        #[sea_orm(primary_key, auto_increment = false)]
        pub department: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One answer: for a purpose and a department, in the words that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What for.
    pub purpose: Purpose,
    /// The department, or [`domain::consent::COUNCIL`].
    pub department: String,
    /// Yes.
    pub agrees: bool,
    /// The words they read.
    pub wording: WordingRef,
}

/// How the answers came, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// By which way.
    pub channel: Channel,
    /// Who helped, if somebody did.
    pub helper: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a department may see of a person, besides one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Others {
    /// Their other requests, the newest first.
    pub requests: Vec<Stored>,
    /// There are others with other departments, which it may not see, and the person lets it know that.
    pub more: bool,
}

/// Takes the hash of words.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

impl Store {
    /// Appends what a resident decided, and brings what holds now in line: all of it, or nothing. An answer that says
    /// what was said last, in the same words, adds nothing. Gives what was added.
    ///
    /// # Errors
    /// [`StoreError::Unsound`] for what is not asked or in no words of ours; [`StoreError::NotFound`] for nobody's
    /// account; the database's errors.
    pub async fn decide(
        &self,
        resident: Uuid,
        answers: Vec<Answered>,
        told: Told,
    ) -> Result<Vec<Entry>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, answers) = (store.clone(), answers.clone());
                Box::pin(async move { store.decide_and_log(transaction, resident, answers, told).await })
            })
            .await
    }

    /// The same within a write, and what the audit log says of it. No answers change nothing.
    pub(super) async fn decide_and_log(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
        answers: Vec<Answered>,
        told: Told,
    ) -> Result<Vec<Entry>, StoreError> {
        if answers.is_empty() {
            return Ok(Vec::new());
        }
        let added = self.decide_within(on, resident, answers, told).await?;
        if !added.is_empty() {
            audit::append(self, on, changed(resident, told)).await?;
        }
        Ok(added)
    }

    /// The same, for who logs it otherwise.
    pub(super) async fn decide_within(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
        answers: Vec<Answered>,
        told: Told,
    ) -> Result<Vec<Entry>, StoreError> {
        // The lock makes decisions of one resident wait for each other (PostgreSQL; SQLite has one writer).
        let key = (self.council.to_string(), resident);
        resident::Entity::find_by_id(key).lock_exclusive().one(on).await?.ok_or(StoreError::NotFound)?;
        let mut all = self.ledger_on(on, resident).await?;
        let known = all.len();
        let registry = Registry::ours();
        for Answered { purpose, department, agrees, wording } in answers {
            let before = latest(&all, purpose, &department);
            let decision = Decision::of(agrees, before.map(|before| before.decision));
            if before.is_some_and(|before| before.decision == decision && before.wording == wording) {
                continue;
            }
            let entry = Entry {
                seq: all.last().map_or(0, |last| last.seq) + 1,
                resident,
                purpose,
                department,
                decision,
                wording,
                channel: told.channel,
                helper: told.helper,
                at: told.at,
            };
            registry.check(&entry, sha256)?;
            self.append_entry(on, &entry).await?;
            all.push(entry);
        }
        Ok(all.split_off(known))
    }

    /// Ends all that a resident agreed to, for they close their account.
    pub(super) async fn withdraw_all(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let all = self.ledger_on(on, resident).await?;
        let mut seq = all.last().map_or(0, |last| last.seq);
        for given in &all {
            let counts = latest(&all, given.purpose, &given.department);
            if given.decision != Decision::Given || counts.is_none_or(|counts| counts.seq != given.seq) {
                continue;
            }
            seq += 1;
            let channel = Channel::Web;
            let entry =
                Entry { seq, decision: Decision::Withdrawn, channel, helper: None, at, ..given.clone() };
            self.append_entry(on, &entry).await?;
        }
        Ok(())
    }

    async fn append_entry(&self, on: &impl ConnectionTrait, entry: &Entry) -> Result<(), StoreError> {
        let council = self.council.to_string();
        let row = ledger::ActiveModel {
            council_id: Set(council.clone()),
            resident_id: Set(entry.resident),
            seq: Set(number(entry.seq)),
            purpose: Set(entry.purpose.id().to_owned()),
            department: Set(entry.department.clone()),
            decision: Set(entry.decision.id().to_owned()),
            wording: Set(entry.wording.id.clone()),
            version: Set(number(entry.wording.version)),
            language: Set(entry.wording.language.clone()),
            hash: Set(entry.wording.hash.0.to_vec()),
            channel: Set(entry.channel.id().to_owned()),
            helper: Set(entry.helper),
            at: Set(entry.at),
        };
        ledger::Entity::insert(row).exec_without_returning(on).await?;
        let (purpose, department) = (entry.purpose.id().to_owned(), entry.department.clone());
        if entry.decision == Decision::Given {
            let now = agreed::ActiveModel {
                council_id: Set(council),
                resident_id: Set(entry.resident),
                purpose: Set(purpose),
                department: Set(department),
            };
            let there = OnConflict::new().do_nothing().to_owned();
            agreed::Entity::insert(now).on_conflict(there).try_insert().exec_without_returning(on).await?;
        } else {
            let key = (council, entry.resident, purpose, department);
            agreed::Entity::delete_by_id(key).exec(on).await?;
        }
        Ok(())
    }

    /// Everything that a resident decided, in its order.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ledger(&self, resident: Uuid) -> Result<Vec<Entry>, StoreError> {
        self.ledger_on(self.db.reader(), resident).await
    }

    async fn ledger_on(&self, on: &impl ConnectionTrait, resident: Uuid) -> Result<Vec<Entry>, StoreError> {
        let rows = ledger::Entity::find()
            .filter(ledger::Column::CouncilId.eq(&*self.council))
            .filter(ledger::Column::ResidentId.eq(resident))
            .order_by_asc(ledger::Column::Seq)
            .all(on)
            .await?;
        rows.into_iter().map(entry).collect()
    }

    /// What holds now, of one resident: purposes and departments, in their order.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn agreed(&self, resident: Uuid) -> Result<Vec<(String, String)>, StoreError> {
        Ok(agreed::Entity::find()
            .filter(agreed::Column::CouncilId.eq(&*self.council))
            .filter(agreed::Column::ResidentId.eq(resident))
            .select_only()
            .columns([agreed::Column::Purpose, agreed::Column::Department])
            .order_by_asc(agreed::Column::Purpose)
            .order_by_asc(agreed::Column::Department)
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Whether the resident of a row of `request` agrees now.
    fn agrees(&self, purpose: Purpose, department: &str) -> Expr {
        let holds = Query::select()
            .expr(Expr::val(1))
            .from(agreed::Entity)
            .and_where(Expr::col((agreed::Entity, agreed::Column::CouncilId)).eq(&*self.council))
            .and_where(
                Expr::col((agreed::Entity, agreed::Column::ResidentId))
                    .equals((request::Entity, request::Column::ResidentId)),
            )
            .and_where(Expr::col((agreed::Entity, agreed::Column::Purpose)).eq(purpose.id()))
            .and_where(Expr::col((agreed::Entity, agreed::Column::Department)).eq(department))
            .take();
        Expr::exists(holds)
    }

    /// The requests that a department may see: its own; and others', while their resident shares everything with it. One
    /// that was passed on lies with nobody itself, its parts do.
    fn may_see(&self, department: &str) -> Condition {
        let shared = Condition::all()
            .add(request::Column::Department.ne(""))
            .add(self.agrees(Purpose::ShareRecord, department));
        Condition::all()
            .add(request::Column::CouncilId.eq(self.council.to_string()))
            .add(Condition::any().add(request::Column::Department.eq(department)).add(shared))
    }

    /// A request that a department may see: its own, or shared with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when it may not see it; the database's errors.
    pub async fn seen_by(&self, department: &str, id: Uuid) -> Result<Stored, StoreError> {
        let row = request::Entity::find()
            .filter(self.may_see(department))
            .filter(request::Column::Id.eq(id))
            .select_only()
            .columns(COLUMNS)
            .into_tuple::<Columns>()
            .one(self.db.reader())
            .await?;
        row.ok_or(StoreError::NotFound)?.try_into()
    }

    /// What else a department may see of the person whose request it has, at most `limit` requests. Without an account
    /// nobody knows what belongs together, and there is nothing.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn others_of(&self, department: &str, id: Uuid, limit: u64) -> Result<Others, StoreError> {
        let person = || self.is_of_person(department, id);
        let seen = request::Entity::find()
            .filter(self.may_see(department))
            .filter(person())
            .filter(request::Column::Id.ne(id))
            .order_by_desc(request::Column::Id)
            .limit(limit)
            .select_only()
            .columns(COLUMNS)
            .into_tuple::<Columns>()
            .all(self.db.reader());
        let hidden = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(person())
            .filter(request::Column::Department.is_not_in([department, ""]))
            .filter(self.agrees(Purpose::SayMoreExists, department))
            .filter(self.agrees(Purpose::ShareRecord, department).not())
            .limit(1)
            .select_only()
            .column(request::Column::Id)
            .into_tuple::<Uuid>()
            .one(self.db.reader());
        let (seen, hidden) = tokio::try_join!(seen, hidden)?;
        let requests = seen.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?;
        Ok(Others { requests, more: hidden.is_some() })
    }

    /// Whether a row of `request` is in the account that a department's request is in. Said with `=`: for `IN`, SQLite reads
    /// every request of the council.
    fn is_of_person(&self, department: &str, id: Uuid) -> Expr {
        let own = Alias::new("own");
        let column = |column: request::Column| Expr::col((own.clone(), column));
        let person = Query::select()
            .expr(column(request::Column::ResidentId))
            .from_as(request::Entity, own.clone())
            .and_where(column(request::Column::CouncilId).eq(&*self.council))
            .and_where(column(request::Column::Id).eq(id))
            .and_where(column(request::Column::Department).eq(department))
            .take();
        let person = Expr::SubQuery(None, Box::new(person.into()));
        Expr::col((request::Entity, request::Column::ResidentId)).eq(person)
    }

    /// The newest requests in an account, by their identifiers.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn request_ids_of(&self, resident: Uuid, limit: u64) -> Result<Vec<Uuid>, StoreError> {
        Ok(request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(resident))
            .order_by_desc(request::Column::Id)
            .limit(limit)
            .select_only()
            .column(request::Column::Id)
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Those of some requests that are in an account.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn some_requests_of(
        &self,
        resident: Uuid,
        ids: BTreeSet<Uuid>,
    ) -> Result<Vec<Stored>, StoreError> {
        let rows: Vec<Columns> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(resident))
            .filter(request::Column::Id.is_in(ids))
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Stored::try_from).collect()
    }

    /// The accounts that these requests are in.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn residents_of(&self, requests: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        let found = request::Entity::find()
            .select_only()
            .column(request::Column::ResidentId)
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Id.is_in(requests))
            .filter(request::Column::ResidentId.is_not_null())
            .into_tuple::<Uuid>()
            .all(self.db.reader())
            .await?;
        Ok(found)
    }

    /// The account that a request is in, if it is in one.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn resident_of(&self, request: Uuid) -> Result<Option<Uuid>, StoreError> {
        let found = request::Entity::find_by_id((self.council.to_string(), request))
            .select_only()
            .column(request::Column::ResidentId)
            .into_tuple::<Option<Uuid>>()
            .one(self.db.reader())
            .await?;
        Ok(found.flatten())
    }
}

/// What the audit log says of it. What was decided stands in the ledger.
fn changed(resident: Uuid, told: Told) -> audit_log::Entry {
    audit_log::Entry {
        seq: 0,
        at: told.at,
        role: if told.helper.is_some() { Role::Helper } else { Role::Resident },
        who: told.helper.or(Some(resident)),
        department: None,
        deed: audit_log::Deed::Changed,
        person: Some(resident),
        object: "consent".to_owned(),
        detail: "Said who may see their requests".to_owned(),
    }
}

fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A line of the ledger as it is stored.
fn entry(row: ledger::Model) -> Result<Entry, StoreError> {
    let odd = || StoreError::Unreadable("consent");
    Ok(Entry {
        seq: u32::try_from(row.seq).map_err(|_| odd())?,
        resident: row.resident_id,
        purpose: Purpose::parse(&row.purpose).ok_or_else(odd)?,
        department: row.department,
        decision: Decision::parse(&row.decision).ok_or_else(odd)?,
        wording: WordingRef {
            id: row.wording,
            version: u32::try_from(row.version).map_err(|_| odd())?,
            language: row.language,
            hash: Digest(row.hash.try_into().map_err(|_| odd())?),
        },
        channel: Channel::parse(&row.channel).ok_or_else(odd)?,
        helper: row.helper,
        at: row.at,
    })
}
