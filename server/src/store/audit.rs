//! The audit log: a chain of rows that only grows. Nothing here changes or removes one, and what did so elsewhere is
//! found by `portico audit verify`. The hashes are keyed with the server's secret, so that a row can't be written
//! by who can write to the database alone.

use std::cmp::Ordering;

use domain::access::Role;
use domain::audit::{Broken, Deed, Entry, Head, Row, Verifier};
use domain::canonical::Digest;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entities::{audit, audit_head};
use super::{Store, StoreError};

/// Rows that are read at once.
const BATCH: u64 = 1000;

/// Appends to the log within a write: what is logged and what was done are there both, or neither. Writes that append
/// wait for each other, so this comes last in a write.
///
/// # Errors
/// The database's errors.
pub async fn append(store: &Store, on: &impl ConnectionTrait, entry: Entry) -> Result<(), StoreError> {
    let council = store.council().to_owned();
    let seal = |bytes: &[u8]| store.db.secret.seal(bytes);
    let start = Head::start(&council, seal);
    let first = audit_head::ActiveModel {
        council_id: Set(council.clone()),
        seq: Set(0),
        link: Set(start.link.0.to_vec()),
    };
    let there = OnConflict::column(audit_head::Column::CouncilId).do_nothing().to_owned();
    // The lock makes two that append wait for each other (PostgreSQL; SQLite has one writer).
    let locked = || audit_head::Entity::find_by_id(council.clone()).lock_exclusive().one(on);
    let kept = if let Some(kept) = locked().await? {
        kept
    } else {
        audit_head::Entity::insert(first).on_conflict(there).try_insert().exec_without_returning(on).await?;
        locked().await?.ok_or(StoreError::NotFound)?
    };
    let mut head = Head { seq: number(kept.seq), link: digest(&kept.link)? };
    // Databases keep microseconds.
    let at = chrono::DateTime::from_timestamp_micros(entry.at.timestamp_micros()).unwrap_or(entry.at);
    let Row { entry, link } = head.append(Entry { at, ..entry }, seal);
    let row = audit::ActiveModel {
        council_id: Set(council),
        seq: Set(entry.seq.cast_signed()),
        at: Set(entry.at),
        role: Set(entry.role.id().to_owned()),
        who: Set(entry.who),
        department: Set(entry.department),
        deed: Set(entry.deed.id().to_owned()),
        person: Set(entry.person),
        object: Set(entry.object),
        detail: Set(entry.detail),
        link: Set(link.0.to_vec()),
    };
    audit::Entity::insert(row).exec_without_returning(on).await?;
    let mut next: audit_head::ActiveModel = kept.into();
    next.seq = Set(head.seq.cast_signed());
    next.link = Set(head.link.0.to_vec());
    next.update(on).await?;
    Ok(())
}

/// What is wrong with the head beside a log that ended so. It knows of rows that were cut off, unless it was put back or
/// removed with all of them: only a head that is kept elsewhere tells that.
fn against(beside: Option<audit_head::Model>, ended: Head) -> Option<Broken> {
    let Some(beside) = beside else { return (ended.seq > 0).then_some(Broken::NoHead) };
    let seq = number(beside.seq);
    match seq.cmp(&ended.seq) {
        Ordering::Greater => Some(Broken::CutOff { last: ended.seq, kept: seq }),
        Ordering::Less => Some(Broken::HeadBehind { last: ended.seq, head: seq }),
        Ordering::Equal => (beside.link != ended.link.0).then_some(Broken::HeadChanged(seq)),
    }
}

fn number(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or_default()
}

fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::Unreadable("audit"))
}

impl TryFrom<audit::Model> for Row {
    type Error = StoreError;
    fn try_from(row: audit::Model) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable("audit");
        let entry = Entry {
            seq: number(row.seq),
            at: row.at,
            role: Role::parse(&row.role).ok_or_else(unreadable)?,
            who: row.who,
            department: row.department,
            deed: Deed::parse(&row.deed).ok_or_else(unreadable)?,
            person: row.person,
            object: row.object,
            detail: row.detail,
        };
        Ok(Self { entry, link: digest(&row.link)? })
    }
}

/// What a check of the log found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Nothing is wrong up to this head, which is to be kept where the database can't be reached.
    Sound(Head),
    /// The first thing that is wrong.
    Broken(Broken),
}

impl Store {
    /// Appends to the log in a write of its own.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn log(&self, entry: Entry) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, entry) = (store.clone(), entry.clone());
                Box::pin(async move { append(&store, transaction, entry).await })
            })
            .await
    }

    /// Appends several, in one write.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn log_all(&self, entries: Vec<Entry>) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, entries) = (store.clone(), entries.clone());
                Box::pin(async move {
                    for entry in entries {
                        append(&store, transaction, entry).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Rows of the log before one, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn audit_log(&self, before: Option<u64>, limit: u64) -> Result<Vec<Row>, StoreError> {
        let mut rows = audit::Entity::find().filter(audit::Column::CouncilId.eq(self.council()));
        if let Some(before) = before {
            rows = rows.filter(audit::Column::Seq.lt(before.cast_signed()));
        }
        let rows = rows.order_by_desc(audit::Column::Seq).limit(limit).all(self.db.reader()).await?;
        rows.into_iter().map(Row::try_from).collect()
    }

    /// Which members of staff, or contractors, read a person's record or took it away, the newest first: by the person, or by what of
    /// theirs was read.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn reads_of(
        &self,
        person: Uuid,
        objects: &[String],
        limit: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        let works_here = |role: &Role| role.is_staff() || *role == Role::Contractor;
        let staff: Vec<&str> = Role::ALL.into_iter().filter(works_here).map(Role::id).collect();
        // One after the other, and the second in no order that an index has: SQLite would read the whole log otherwise.
        let reads = || {
            audit::Entity::find()
                .filter(audit::Column::CouncilId.eq(self.council()))
                .filter(audit::Column::Deed.is_in([Deed::Read.id(), Deed::Exported.id()]))
                .filter(audit::Column::Role.is_in(staff.clone()))
                .limit(limit)
        };
        let of_person = reads().filter(audit::Column::Person.eq(person)).order_by_desc(audit::Column::Seq);
        let of_objects = reads()
            .filter(audit::Column::Object.is_in(objects))
            .order_by_desc(Expr::col(audit::Column::Seq).add(0));
        let (mut rows, more) =
            tokio::try_join!(of_person.all(self.db.reader()), of_objects.all(self.db.reader()))?;
        rows.extend(more);
        rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
        rows.dedup_by_key(|row| row.seq);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        rows.into_iter().map(|row| Row::try_from(row).map(|row| row.entry)).collect()
    }

    /// Whether somebody did this to something since a moment: what a person does over and over is logged once.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn has_logged(
        &self,
        who: Uuid,
        (deed, object): (Deed, &str),
        since: chrono::DateTime<chrono::Utc>,
    ) -> Result<bool, StoreError> {
        let found = audit::Entity::find()
            .filter(audit::Column::CouncilId.eq(self.council()))
            .filter(audit::Column::Who.eq(who))
            .filter(audit::Column::Object.eq(object))
            .order_by_desc(audit::Column::Seq)
            .limit(8)
            .all(self.db.reader())
            .await?;
        Ok(found.iter().any(|row| row.deed == deed.id() && row.at >= since))
    }

    /// Checks the whole log, row by row. `kept` is the head that an earlier check gave.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn verify_audit(&self, kept: Option<Head>) -> Result<Verified, StoreError> {
        let seal = |bytes: &[u8]| self.db.secret.seal(bytes);
        let mut verifier = Verifier::new(Head::start(self.council(), seal), kept, seal);
        let mut behind = -1;
        let mut waited_for = None;
        let beside = loop {
            let rows = audit::Entity::find()
                .filter(audit::Column::CouncilId.eq(self.council()))
                .filter(audit::Column::Seq.gt(behind))
                .order_by_asc(audit::Column::Seq)
                .limit(BATCH)
                .all(self.db.reader())
                .await?;
            let Some(last) = rows.last() else {
                // Read after the rows, for a row and the head are written together. What was appended in between is
                // read, too.
                let key = self.council().to_owned();
                let head = audit_head::Entity::find_by_id(key).one(self.db.reader()).await?;
                match &head {
                    Some(head) if head.seq > behind && waited_for != Some(head.seq) => {
                        waited_for = Some(head.seq);
                        continue;
                    }
                    _ => break head,
                }
            };
            behind = last.seq;
            for row in rows {
                let seq = number(row.seq);
                // What can't be read was not written by us.
                let Ok(row) = Row::try_from(row) else { return Ok(Verified::Broken(Broken::Changed(seq))) };
                if let Err(broken) = verifier.row(&row) {
                    return Ok(Verified::Broken(broken));
                }
            }
        };
        let ended = match verifier.end() {
            Ok(head) => head,
            Err(broken) => return Ok(Verified::Broken(broken)),
        };
        Ok(match against(beside, ended) {
            Some(broken) => Verified::Broken(broken),
            None => Verified::Sound(ended),
        })
    }
}
