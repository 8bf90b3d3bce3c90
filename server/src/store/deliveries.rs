//! What goes out to people: a row for each alert and channel, from when it is ready until it is known what became of it. The
//! rows are the outbox, too: they are claimed, sent together where they belong together, and settled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::alert::Channel;
use domain::api::alerts::Fate;
use domain::audit::Entry;
use domain::field::contact::same_email_key;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::accounts::Resident;
use super::entities::{request, resident};
use super::requests::Stored;
use super::{Database, Store, StoreError, audit};
use crate::jobs::alert::{Alert, Audience};

/// What goes out, and went out.
pub(super) mod delivery {
    use sea_orm::entity::prelude::*;

    /// A row of `delivery`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "delivery")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The alert: one event, told to one person. By a channel it goes out once.
        pub alert_id: Uuid,
        /// By which channel.
        pub channel: String,
        /// The channel in whose place it goes out.
        pub instead_of: Option<String>,
        /// The request that it is about.
        pub request_id: Option<Uuid>,
        /// To whom.
        pub audience: String,
        /// Where it goes, in the form in which addresses are compared.
        pub recipient: String,
        /// Where it goes.
        pub address: String,
        /// What it says, in a line.
        pub headline: String,
        /// The alert, as JSON; empty once nobody needs it any more, for it may hold a key.
        pub alert: String,
        /// What became of it.
        pub fate: String,
        /// Since when.
        pub since: DateTimeUtc,
        /// Why it did not get through, or not yet.
        pub why: String,
        /// It did not get through, and nothing took its place.
        pub stuck: bool,
        /// When it happened that it tells.
        pub created_at: DateTimeUtc,
        /// It goes out no sooner.
        pub due_at: DateTimeUtc,
        /// It goes out with everything else of its day.
        pub daily: bool,
        /// Times it was tried.
        pub attempts: i32,
        /// Claimed until then; when that is over, it may have gone out or not.
        pub locked_until: Option<DateTimeUtc>,
        /// The first of those with which it goes out together; none where it goes alone.
        pub batch_id: Option<Uuid>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

use delivery::{ActiveModel, Column, Entity, Model};

/// How long a runner may take for what it claimed.
const CLAIM: TimeDelta = TimeDelta::minutes(5);
/// What happened so long ago and still waits is late: all of it that is for one person goes out together, whatever it is about.
const LATE: TimeDelta = TimeDelta::minutes(15);
/// What is due no later than this after it happened does not wait for others.
const AT_ONCE: TimeDelta = TimeDelta::seconds(30);
/// What is claimed besides, because it goes with what is due.
const BESIDES: u64 = 200;
/// A receipt that did not come after so long never will.
const RECEIPT_COMES: TimeDelta = TimeDelta::days(7);
/// What is about no request is forgotten after so long.
const KEPT: TimeDelta = TimeDelta::days(30);
/// An address is not tried for as long after mail to it did not get through, where there is another way.
const FAILING: TimeDelta = TimeDelta::days(30);
/// Letters that wait which are looked through.
const LETTERS: u64 = 2_000;

/// Something that is to go out.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDelivery {
    /// Identifier.
    pub id: Uuid,
    /// The alert's; by a channel it goes out once.
    pub alert_id: Uuid,
    /// The alert.
    pub alert: Alert,
    /// What it says, in a line, for staff.
    pub headline: String,
    /// By which channel.
    pub by: Channel,
    /// It goes out with everything else of its day.
    pub daily: bool,
    /// The channel in whose place.
    pub instead_of: Option<Channel>,
    /// The request that it is about.
    pub request: Option<Uuid>,
    /// Where to: an e-mail address, a phone number, the lines of a postal address, or the account whose devices it goes to.
    pub address: String,
    /// Staff print it.
    pub is_printed: bool,
    /// When it happened.
    pub created: DateTime<Utc>,
    /// No sooner than then.
    pub due: DateTime<Utc>,
}

/// Something that went out, or is to.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Identifier.
    pub id: Uuid,
    /// The alert's.
    pub alert_id: Uuid,
    /// The alert, while somebody may need it.
    pub alert: Option<Alert>,
    /// What it says, in a line.
    pub headline: String,
    /// By which channel.
    pub by: Channel,
    /// The channel in whose place.
    pub instead_of: Option<Channel>,
    /// The request that it is about.
    pub request: Option<Uuid>,
    /// It goes to the resident, not to who watches or works on it.
    pub is_to_resident: bool,
    /// Where to.
    pub address: String,
    /// What became of it.
    pub fate: Fate,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why it did not get through.
    pub why: String,
    /// Nothing took its place.
    pub is_stuck: bool,
    /// When it happened that it tells.
    pub created: DateTime<Utc>,
}

/// What goes out as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Council.
    pub council: String,
    /// Identifier: the same if it is sent again because nobody knows whether it was.
    pub id: Uuid,
    /// What is in it, by when it happened. Never empty; all by one channel, and to one person.
    pub all: Vec<Delivery>,
    /// Times that it was tried, this one included.
    pub attempts: u32,
}

/// How it went.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It left. Whoever took it may say later whether it arrived.
    Sent {
        /// They will.
        and_told: bool,
    },
    /// It never gets through.
    Failed {
        /// Why.
        why: String,
        /// What takes its place.
        instead: Vec<NewDelivery>,
    },
    /// Not now.
    Later {
        /// When it is tried again.
        at: DateTime<Utc>,
        /// Why.
        why: String,
    },
}

impl TryFrom<Model> for Delivery {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self, StoreError> {
        let alert = (!row.alert.is_empty()).then(|| serde_json::from_str(&row.alert)).transpose()?;
        Ok(Self {
            id: row.id,
            alert_id: row.alert_id,
            alert,
            headline: row.headline,
            by: Channel::of(&row.channel).ok_or(StoreError::Unreadable("delivery"))?,
            instead_of: row.instead_of.as_deref().and_then(Channel::of),
            request: row.request_id,
            is_to_resident: row.audience == Audience::Resident.id(),
            address: row.address,
            fate: Fate::of(&row.fate).ok_or(StoreError::Unreadable("delivery"))?,
            since: row.since,
            why: row.why,
            is_stuck: row.stuck,
            created: row.created_at,
        })
    }
}

fn recipient(by: Channel, address: &str) -> String {
    match by {
        Channel::Email => same_email_key(address),
        Channel::Sms | Channel::Letter | Channel::Push => address.to_owned(),
    }
}

pub(super) fn row(council: &str, new: &NewDelivery, now: DateTime<Utc>) -> Result<ActiveModel, StoreError> {
    let NewDelivery { alert, .. } = new;
    Ok(ActiveModel {
        council_id: Set(council.to_owned()),
        id: Set(new.id),
        alert_id: Set(new.alert_id),
        channel: Set(new.by.id().to_owned()),
        instead_of: Set(new.instead_of.map(|channel| channel.id().to_owned())),
        request_id: Set(new.request),
        audience: Set(alert.told.bearing().0.id().to_owned()),
        recipient: Set(recipient(new.by, &new.address)),
        address: Set(new.address.clone()),
        headline: Set(new.headline.clone()),
        alert: Set(serde_json::to_string(alert)?),
        fate: Set(if new.is_printed { Fate::ToPrint } else { Fate::Queued }.id().to_owned()),
        since: Set(now),
        why: Set(String::new()),
        stuck: Set(false),
        created_at: Set(new.created),
        due_at: Set(new.due),
        daily: Set(new.daily),
        attempts: Set(0),
        locked_until: Set(None),
        batch_id: Set(None),
    })
}

/// What is there already by the same alert and channel stays as it is.
pub(super) async fn insert(on: &impl ConnectionTrait, rows: Vec<ActiveModel>) -> Result<(), StoreError> {
    if !rows.is_empty() {
        let mut once = OnConflict::columns([Column::CouncilId, Column::AlertId, Column::Channel]);
        Entity::insert_many(rows)
            .on_conflict(once.do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(on)
            .await?;
    }
    Ok(())
}

/// Takes back what was to go out about a request to its resident and to staff, and has not left. Says whether something has.
pub(super) async fn unsay(on: &impl ConnectionTrait, council: &str, request: Uuid) -> Result<bool, DbErr> {
    let about = || {
        let about = Column::CouncilId.eq(council).and(Column::RequestId.eq(request));
        about.and(Column::Audience.ne(Audience::Watcher.id()))
    };
    Entity::delete_many()
        .filter(about())
        .filter(Column::Fate.is_in([Fate::Queued, Fate::ToPrint].map(Fate::id)))
        .filter(Column::LockedUntil.is_null())
        .exec(on)
        .await?;
    Ok(Entity::find().filter(about()).one(on).await?.is_some())
}

/// Who closes an account leaves nothing behind that was for where their profile said, or about what they watched.
pub(super) async fn leave(on: &impl ConnectionTrait, council: &str, who: &Resident) -> Result<(), DbErr> {
    let watched = Column::Audience.eq(Audience::Watcher.id()).and(Column::Recipient.eq(&*who.email_key));
    let elsewhere = Column::Channel.ne(Channel::Email.id());
    let elsewhere = elsewhere.and(Column::RequestId.in_subquery(in_account(council, who.id)));
    // One after the other: together they are found by no index.
    for which in [watched, elsewhere] {
        Entity::delete_many().filter(Column::CouncilId.eq(council)).filter(which).exec(on).await?;
    }
    Ok(())
}

/// Who has another address from now on is told there what waits, and at the old one no more.
pub(super) async fn readdress(
    on: &impl ConnectionTrait,
    council: &str,
    (resident, old_key): (Uuid, &str),
    new: &str,
) -> Result<(), DbErr> {
    Entity::update_many()
        .set(ActiveModel {
            address: Set(new.to_owned()),
            recipient: Set(same_email_key(new)),
            ..Default::default()
        })
        .filter(Column::CouncilId.eq(council))
        .filter(Column::Recipient.eq(old_key))
        .filter(Column::Channel.eq(Channel::Email.id()))
        .filter(Column::Fate.eq(Fate::Queued.id()))
        .filter(Column::Audience.eq(Audience::Resident.id()))
        .filter(Column::RequestId.in_subquery(in_account(council, resident)))
        .exec(on)
        .await
        .map(drop)
}

fn in_account(council: &str, resident: Uuid) -> sea_orm::sea_query::SelectStatement {
    request::Entity::find()
        .select_only()
        .column(request::Column::Id)
        .filter(request::Column::CouncilId.eq(council))
        .filter(request::Column::ResidentId.eq(resident))
        .into_query()
}

/// These rows and no others.
fn these<'a>(rows: impl IntoIterator<Item = (&'a str, Uuid)>) -> Condition {
    let mut by_council: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (council, id) in rows {
        by_council.entry(council).or_default().push(id);
    }
    let each =
        by_council.into_iter().map(|(council, ids)| Column::CouncilId.eq(council).and(Column::Id.is_in(ids)));
    each.fold(Condition::any(), Condition::add)
}

/// Whom something goes to: council, channel, audience and recipient.
type Person = [String; 4];

/// The parts of what is claimed that go out together.
fn together(rows: Vec<Model>, now: DateTime<Utc>) -> Vec<Vec<Model>> {
    let mut groups: BTreeMap<(Person, Option<Uuid>, Option<Uuid>), Vec<Model>> = BTreeMap::new();
    let mut by_person: BTreeMap<Person, Vec<Model>> = BTreeMap::new();
    for row in rows {
        let person = [&row.council_id, &row.channel, &row.audience, &row.recipient].map(String::clone);
        if row.locked_until.is_some() {
            // It may have gone out: if so, then with these. Nothing new joins them.
            let with = row.batch_id.unwrap_or(row.id);
            groups.entry((person, Some(with), None)).or_default().push(row);
        } else {
            by_person.entry(person).or_default().push(row);
        }
    }
    for (person, rows) in by_person {
        // What is told once a day is one message, too.
        let is_late = |row: &Model| row.daily || row.created_at <= now - LATE;
        let late: BTreeSet<Option<Uuid>> =
            rows.iter().filter(|row| is_late(row)).map(|row| row.request_id).collect();
        // Where nothing waits for others, each is a message of its own.
        let waits: BTreeSet<Option<Uuid>> = rows
            .iter()
            .filter(|row| row.due_at - row.created_at > AT_ONCE)
            .map(|row| row.request_id)
            .collect();
        for row in rows {
            // Of several requests at once, one message.
            let (alone, about) = match row.request_id {
                _ if late.len() > 1 && is_late(&row) => (None, None),
                about if waits.contains(&about) => (None, about),
                about => (Some(row.id), about),
            };
            groups.entry((person.clone(), alone, about)).or_default().push(row);
        }
    }
    let mut groups: Vec<Vec<Model>> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_by_key(|row| (row.created_at, row.id));
    }
    groups
}

fn batch(rows: Vec<Model>) -> Result<Option<Batch>, StoreError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let (council, id) = (first.council_id.clone(), first_of(&rows));
    let attempts = rows.iter().map(|row| row.attempts).max().unwrap_or(0);
    let all: Result<Vec<Delivery>, StoreError> = rows.into_iter().map(Delivery::try_from).collect();
    Ok(Some(Batch { council, id, all: all?, attempts: attempts.cast_unsigned() + 1 }))
}

/// What a group is called by: what it was called before, if it may have gone out; else by the first in it.
fn first_of(rows: &[Model]) -> Uuid {
    let before = rows.iter().find(|row| row.locked_until.is_some()).and_then(|row| row.batch_id);
    before.or_else(|| rows.iter().map(|row| row.id).min()).unwrap_or_default()
}

impl Store {
    /// What was sent to the resident about a request, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn deliveries_about(&self, request: Uuid, limit: u64) -> Result<Vec<Delivery>, StoreError> {
        let rows = Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .filter(Column::RequestId.eq(request))
            .filter(Column::Audience.eq(Audience::Resident.id()))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// What was sent to the resident about the requests in an account, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn deliveries_to(&self, resident: Uuid, limit: u64) -> Result<Vec<Delivery>, StoreError> {
        let rows = Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .filter(Column::RequestId.in_subquery(in_account(&self.council, resident)))
            .filter(Column::Audience.eq(Audience::Resident.id()))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// The channels by which an alert went out, or is to.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn channels_of(&self, alert: Uuid) -> Result<Vec<Channel>, StoreError> {
        let ids: Vec<String> = Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .filter(Column::AlertId.eq(alert))
            .select_only()
            .column(Column::Channel)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        Ok(ids.iter().filter_map(|id| Channel::of(id)).collect())
    }

    /// Whether what was sent last to an address did not get through, not long ago.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn is_failing(
        &self,
        by: Channel,
        address: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let theirs = || {
            Entity::find()
                .filter(Column::CouncilId.eq(&*self.council))
                .filter(Column::Recipient.eq(recipient(by, address)))
                .filter(Column::Channel.eq(by.id()))
                .select_only()
        };
        // Little has failed to anybody, while thousands may have been sent.
        let failed: Option<Option<DateTime<Utc>>> = theirs()
            .filter(Column::Fate.eq(Fate::Failed.id()))
            .filter(Column::Since.gt(now - FAILING))
            .column_as(Column::Since.max(), "since")
            .into_tuple()
            .one(self.db.reader())
            .await?;
        let Some(failed) = failed.flatten() else { return Ok(false) };
        let got_through: Option<String> = theirs()
            .filter(Column::Fate.is_in([Fate::Sent, Fate::Delivered].map(Fate::id)))
            .filter(Column::Since.gt(failed))
            .column(Column::Fate)
            .into_tuple()
            .one(self.db.reader())
            .await?;
        Ok(got_through.is_none())
    }

    /// What went out under this identifier and is not known to have arrived or failed.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn unconfirmed(&self, id: Uuid) -> Result<Option<Batch>, StoreError> {
        let those = |which: Expr| {
            Entity::find()
                .filter(Column::CouncilId.eq(&*self.council))
                .filter(which)
                .filter(Column::Fate.is_in([Fate::Queued, Fate::Sent].map(Fate::id)))
                .all(self.db.reader())
        };
        let mut rows = those(Column::BatchId.eq(id)).await?;
        if rows.is_empty() {
            rows = those(Column::Id.eq(id).and(Column::BatchId.is_null())).await?;
        }
        rows.sort_by_key(|row| (row.created_at, row.id));
        Ok(batch(rows)?.map(|batch| Batch { id, ..batch }))
    }

    /// Notes that what went out has arrived.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn delivered(&self, batch: &Batch, now: DateTime<Utc>) -> Result<(), StoreError> {
        let own = these(batch.all.iter().map(|one| (&*self.council, one.id)));
        let arrived = (&[Fate::Queued, Fate::Sent][..], Fate::Delivered);
        self.note(own, arrived, (now, None)).await.map(drop)
    }

    /// Notes what has become of rows that are still as they were, and says how many were.
    async fn note(
        &self,
        which: Condition,
        (before, after): (&'static [Fate], Fate),
        (now, entry): (DateTime<Utc>, Option<Entry>),
    ) -> Result<u64, StoreError> {
        let before: Vec<&str> = before.iter().map(|fate| fate.id()).collect();
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (which, before) = (which.clone(), before.clone());
                let (store, entry) = (store.clone(), entry.clone());
                Box::pin(async move {
                    let noted = Entity::update_many()
                        .set(ActiveModel {
                            fate: Set(after.id().to_owned()),
                            since: Set(now),
                            alert: Set(String::new()),
                            locked_until: Set(None),
                            ..Default::default()
                        })
                        .filter(which)
                        .filter(Column::Fate.is_in(before))
                        .exec(transaction)
                        .await?;
                    if let Some(entry) = entry {
                        audit::append(&store, transaction, entry).await?;
                    }
                    Ok(noted.rows_affected)
                })
            })
            .await
    }

    /// The letters about a department's requests that wait to be printed, the oldest first: each with what goes into it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn letters(&self, department: &str) -> Result<Vec<Vec<Delivery>>, StoreError> {
        let rows = Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .filter(Column::Fate.eq(Fate::ToPrint.id()))
            .order_by_asc(Column::DueAt)
            .limit(LETTERS)
            .all(self.db.reader())
            .await?;
        let about: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.request_id).collect();
        let own: Vec<Uuid> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Id.is_in(about))
            .filter(request::Column::Department.eq(department))
            .select_only()
            .column(request::Column::Id)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let mut letters: BTreeMap<(Option<Uuid>, String), Vec<Delivery>> = BTreeMap::new();
        for row in rows.into_iter().filter(|row| row.request_id.is_some_and(|id| own.contains(&id))) {
            letters.entry((row.request_id, row.recipient.clone())).or_default().push(row.try_into()?);
        }
        let mut letters: Vec<Vec<Delivery>> = letters.into_values().collect();
        for letter in &mut letters {
            letter.sort_by_key(|part| (part.created, part.id));
        }
        letters.sort_by_key(|letter| letter.first().map(|part| (part.created, part.id)));
        Ok(letters)
    }

    /// Notes that a letter was posted, with all that is in it, and logs it. Says whether it was still to be.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn posted(
        &self,
        letter: &[Delivery],
        now: DateTime<Utc>,
        entry: Entry,
    ) -> Result<bool, StoreError> {
        let own = these(letter.iter().map(|part| (&*self.council, part.id)));
        let left = (&[Fate::ToPrint][..], Fate::Sent);
        Ok(self.note(own, left, (now, Some(entry))).await? > 0)
    }

    /// A request by its reference, and whose account it is in.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn told_about(&self, reference: &str) -> Result<Option<(Stored, Option<Uuid>)>, StoreError> {
        let Some(reference) = domain::reference::Reference::parse(reference) else { return Ok(None) };
        let row = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Reference.eq(reference.as_str()))
            .one(self.db.reader())
            .await?;
        let stored =
            |row: request::Model| Ok(((row.id, row.body_hash, row.state).try_into()?, row.resident_id));
        row.map(stored).transpose()
    }

    /// The address of an account.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn email_of(&self, resident: Uuid) -> Result<Option<String>, StoreError> {
        let key = (self.council.to_string(), resident);
        Ok(resident::Entity::find_by_id(key).one(self.db.reader()).await?.map(|row| row.email))
    }
}

impl Database {
    /// Claims what is due, of all councils, the oldest first, with what waits for the same people and goes with it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn claim_deliveries(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<Batch>, StoreError> {
        let is_free = Condition::any().add(Column::LockedUntil.is_null()).add(Column::LockedUntil.lt(now));
        let due =
            Condition::all().add(Column::Fate.eq(Fate::Queued.id())).add(Column::DueAt.lte(now)).add(is_free);
        // A look first: an idle server should not open a write every second.
        if Entity::find().filter(due.clone()).one(self.reader()).await?.is_none() {
            return Ok(Vec::new());
        }
        self.write(move |transaction| {
            let due = due.clone();
            Box::pin(async move {
                let mut rows = Entity::find()
                    .filter(due)
                    .order_by_asc(Column::DueAt)
                    .limit(most)
                    .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                    .all(transaction)
                    .await?;
                if rows.is_empty() {
                    return Ok(Vec::new());
                }
                rows.extend(same_as_before(transaction, &rows).await?);
                rows.extend(besides(transaction, &rows, now).await?);
                claim(transaction, together(rows, now), now).await
            })
        })
        .await
    }

    /// Notes how it went, and keeps what takes the place of what did not get through. What was settled before, by a receipt
    /// that came sooner, stays so.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn settle(&self, now: DateTime<Utc>, settled: Vec<(Batch, Settled)>) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        self.write(move |transaction| {
            let settled = settled.clone();
            Box::pin(async move {
                // Most went out, and that is noted of all of them at once.
                for and_told in [false, true] {
                    let sent = |settled: &Settled| *settled == Settled::Sent { and_told };
                    let batches: Vec<&Batch> =
                        settled.iter().filter(|(_, how)| sent(how)).map(|(batch, _)| batch).collect();
                    if !batches.is_empty() {
                        settle(transaction, &batches, Settled::Sent { and_told }, now).await?;
                    }
                }
                for (batch, settled) in settled {
                    if !matches!(settled, Settled::Sent { .. }) {
                        settle(transaction, &[&batch], settled, now).await?;
                    }
                }
                Ok(())
            })
        })
        .await
    }

    /// Forgets what nobody needs any more: what was to be said where no receipt came, and rows about no request.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_deliveries(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                Entity::update_many()
                    .set(ActiveModel { alert: Set(String::new()), ..Default::default() })
                    .filter(Column::Fate.eq(Fate::Sent.id()))
                    .filter(Column::Since.lt(now - RECEIPT_COMES))
                    .filter(Column::Alert.ne(""))
                    .exec(transaction)
                    .await?;
                Entity::delete_many()
                    .filter(Column::RequestId.is_null())
                    .filter(Column::Fate.ne(Fate::Queued.id()))
                    .filter(Column::Since.lt(now - KEPT))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

/// The rest of what may have gone out with some of these: without it, the same message would say less when it is sent again,
/// and the rest would be another under the same name.
async fn same_as_before(on: &impl ConnectionTrait, due: &[Model]) -> Result<Vec<Model>, StoreError> {
    let claimed = due.iter().filter(|row| row.locked_until.is_some());
    let groups: BTreeSet<(&str, Uuid)> =
        claimed.filter_map(|row| Some((row.council_id.as_str(), row.batch_id?))).collect();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let each = groups
        .into_iter()
        .map(|(council, group)| Column::CouncilId.eq(council).and(Column::BatchId.eq(group)));
    Ok(Entity::find()
        .filter(Column::Fate.eq(Fate::Queued.id()))
        .filter(Column::LockedUntil.is_not_null())
        .filter(Column::Id.is_not_in(due.iter().map(|row| row.id)))
        .filter(each.fold(Condition::any(), Condition::add))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(on)
        .await?)
}

/// What waits for the people that something is due to, and goes with it: what is about the same request, and what only
/// waits because it could not be sent.
async fn besides(
    on: &impl ConnectionTrait,
    due: &[Model],
    now: DateTime<Utc>,
) -> Result<Vec<Model>, StoreError> {
    let fresh = || due.iter().filter(|row| row.locked_until.is_none());
    let person = |row: &Model| (row.council_id.clone(), row.channel.clone(), row.recipient.clone());
    let people: BTreeSet<_> = fresh().map(person).collect();
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let theirs = people.into_iter().map(|(council, channel, recipient)| {
        let person = Column::Channel.eq(channel).and(Column::Recipient.eq(recipient));
        // Here and not once for all of them, so that each is found by the index.
        Column::CouncilId.eq(council).and(person).and(Column::Fate.eq(Fate::Queued.id()))
    });
    let more = Entity::find()
        .filter(Column::LockedUntil.is_null())
        .filter(Column::Id.is_not_in(due.iter().map(|row| row.id)))
        .filter(theirs.fold(Condition::any(), Condition::add))
        .limit(BESIDES)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(on)
        .await?;
    let same: BTreeSet<_> = fresh().map(|row| (person(row), row.request_id)).collect();
    let goes =
        |row: &Model| row.due_at <= now || row.attempts > 0 || same.contains(&(person(row), row.request_id));
    Ok(more.into_iter().filter(goes).collect())
}

/// Claims groups of rows, each as one.
async fn claim(
    on: &impl ConnectionTrait,
    groups: Vec<Vec<Model>>,
    now: DateTime<Utc>,
) -> Result<Vec<Batch>, StoreError> {
    let key = |row: &Model| (row.council_id.clone(), row.id);
    let all: Vec<(String, Uuid)> = groups.iter().flatten().map(key).collect();
    Entity::update_many()
        .set(ActiveModel { locked_until: Set(Some(now + CLAIM)), batch_id: Set(None), ..Default::default() })
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(these(all.iter().map(|(council, id)| (council.as_str(), *id))))
        .exec(on)
        .await?;
    // What is left of a group keeps its name: it may have gone out under it.
    for group in
        groups.iter().filter(|group| group.len() > 1 || group.iter().any(|row| row.id != first_of(group)))
    {
        Entity::update_many()
            .set(ActiveModel { batch_id: Set(Some(first_of(group))), ..Default::default() })
            .filter(these(group.iter().map(|row| (row.council_id.as_str(), row.id))))
            .exec(on)
            .await?;
    }
    let batches: Result<Vec<Option<Batch>>, StoreError> = groups.into_iter().map(batch).collect();
    Ok(batches?.into_iter().flatten().collect())
}

async fn settle(
    on: &impl ConnectionTrait,
    batches: &[&Batch],
    settled: Settled,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let all = batches.iter().flat_map(|batch| batch.all.iter().map(|one| (batch.council.as_str(), one.id)));
    let own = these(all);
    let unsettled = Column::Fate.is_in([Fate::Queued, Fate::Sent].map(Fate::id));
    let row = match settled {
        Settled::Sent { and_told } => {
            let mut row = ActiveModel {
                fate: Set(Fate::Sent.id().to_owned()),
                since: Set(now),
                why: Set(String::new()),
                locked_until: Set(None),
                ..Default::default()
            };
            if !and_told {
                row.alert = Set(String::new());
            }
            row
        }
        Settled::Later { at, why } => {
            ActiveModel { due_at: Set(at), why: Set(why), locked_until: Set(None), ..Default::default() }
        }
        Settled::Failed { why, instead } => {
            let Some(council) = batches.first().map(|batch| &batch.council) else { return Ok(()) };
            let taken: Vec<Uuid> = instead.iter().map(|new| new.alert_id).collect();
            Entity::update_many()
                .set(ActiveModel { stuck: Set(true), ..Default::default() })
                .filter(own.clone())
                .filter(unsettled.clone())
                .filter(Column::AlertId.is_not_in(taken))
                .exec(on)
                .await?;
            let rows: Result<Vec<ActiveModel>, StoreError> =
                instead.iter().map(|new| row(council, new, now)).collect();
            insert(on, rows?).await?;
            ActiveModel {
                fate: Set(Fate::Failed.id().to_owned()),
                since: Set(now),
                why: Set(why),
                alert: Set(String::new()),
                locked_until: Set(None),
                ..Default::default()
            }
        }
    };
    // "Sent" may be noted after the receipt has come.
    Entity::update_many().set(row).filter(own).filter(unsettled).exec(on).await?;
    Ok(())
}
