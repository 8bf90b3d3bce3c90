//! The contact log, and the residents who had to come back so often that who answers for the department looks into it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::audit::{Deed, Entry};
use domain::case::{Case, Refused};
use domain::contact_log::{self, CHANGEABLE, ContactChannel, ThreeAnswers, Who};
use domain::council::Department;
use domain::reference::Reference;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait,
    DatabaseTransaction, EntityTrait as _, ExprTrait as _, ModelTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, SqlErr,
};
use uuid::Uuid;

use super::accounts::Resident;
use super::entities::{request, resident, staff};
use super::staff::{Reach, StaffMember};
use super::{Store, StoreError, audit, jobs};
use crate::councils::local;
use crate::jobs::Job;

/// Contacts.
pub mod contact {
    use sea_orm::entity::prelude::*;

    /// A row of `contact`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier, made by who recorded it.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Keyed hash of what was sent.
        pub body_hash: Vec<u8>,
        /// When it was recorded.
        pub at: DateTimeUtc,
        /// How it came.
        pub channel: String,
        /// The department that answers for it.
        pub department: String,
        /// The service that it was about.
        pub service: String,
        /// The request that it was about.
        pub request_id: Option<Uuid>,
        /// The reference that was named, without its dash.
        pub reference: Option<String>,
        /// Why, by the reason's identifier.
        pub reason: String,
        /// They asked what is happening.
        pub chasing: bool,
        /// They had to tell us again.
        pub again: bool,
        /// Something of ours was unclear.
        pub unclear: bool,
        /// How many minutes it took.
        pub minutes: Option<i32>,
        /// A note, for staff.
        pub note: String,
        /// The account of who it was.
        pub resident_id: Option<Uuid>,
        /// Keyed hash of their address.
        pub email_hash: Option<Vec<u8>>,
        /// Keyed hash of their phone number.
        pub phone_hash: Option<Vec<u8>>,
        /// Which it was of theirs about this service in 28 days.
        pub number: i32,
        /// The member of staff who recorded it.
        pub recorded_by: Uuid,
        /// That member's department then.
        pub recorded_in: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Contacts with which it rose that somebody had to come back.
pub mod rise {
    use sea_orm::entity::prelude::*;

    /// A row of `contact_rise`. It goes with its contact.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact_rise")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The contact.
        #[sea_orm(primary_key, auto_increment = false)]
        pub contact_id: Uuid,
        /// The department whose managers look into it.
        pub department: String,
        /// Since when.
        pub at: DateTimeUtc,
        /// When somebody had looked into it.
        pub looked_at: Option<DateTimeUtc>,
        /// Who.
        pub looked_by: Option<Uuid>,
        /// What was done.
        pub done: Option<String>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub use contact::Model as Contact;
pub use rise::Model as Rise;

/// Contacts of one request, and residents who had to come back, that are listed at most.
const LISTED: u64 = 100;
/// Contacts of one resident that are looked at, at most.
const MOST: u64 = 200;

/// A contact to record.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// Identifier, made by the sender.
    pub id: Uuid,
    /// What was sent, to see whether it is the same.
    pub body: Vec<u8>,
    /// The present moment.
    pub at: DateTime<Utc>,
    /// How it came.
    pub channel: ContactChannel,
    /// The service.
    pub service: String,
    /// The department that answers for it.
    pub department: String,
    /// The request that it was about.
    pub request: Option<Uuid>,
    /// The reference that was named.
    pub reference: Option<Reference>,
    /// Why.
    pub reason: String,
    /// The answers to the three questions.
    pub answers: ThreeAnswers,
    /// How many minutes it took.
    pub minutes: Option<u32>,
    /// The note.
    pub note: String,
    /// By what they are known again.
    pub who: Option<Who>,
    /// The department as the council's document has it, which says to whom it rises.
    pub rises_to: Option<Department>,
}

/// Makes the mail to a manager, or to whoever else answers for the department, about a contact that says how often a resident had to contact the council.
pub type TellManager = Arc<dyn Fn((&StaffMember, Uuid), u32) -> (Uuid, Job) + Send + Sync>;

/// Which contacts of a department are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those about its services.
    About,
    /// Those that it recorded.
    Recorded,
}

/// A request that a reference names.
#[derive(Clone, Debug, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Named {
    /// Its identifier.
    pub id: Uuid,
    /// Its reference, without the dash.
    pub reference: String,
    /// Its service.
    pub service: String,
}

/// Contacts of a department about a service that are alike for the figures, and how many.
#[derive(Clone, Debug, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Tally {
    /// The department.
    pub department: String,
    /// The service.
    pub service: String,
    /// They asked what is happening.
    pub chasing: bool,
    /// They had to tell us again.
    pub again: bool,
    /// Something of ours was unclear.
    pub unclear: bool,
    /// Which contact it was.
    pub number: i32,
    /// How many.
    pub contacts: i64,
    /// How many minutes they took together.
    pub minutes: Option<i64>,
}

impl Tally {
    /// The answers to the three questions.
    #[must_use]
    pub fn answers(&self) -> ThreeAnswers {
        ThreeAnswers { chasing: self.chasing, again: self.again, unclear: self.unclear }
    }
}

impl Contact {
    /// The answers to the three questions.
    #[must_use]
    pub fn answers(&self) -> ThreeAnswers {
        ThreeAnswers { chasing: self.chasing, again: self.again, unclear: self.unclear }
    }

    fn is_changeable(&self, now: DateTime<Utc>) -> bool {
        contact_log::is_changeable(self.at, now)
    }
}

/// By what a resident is known: their account, their address, their number, and the requests that they named, whoever may
/// see those.
#[derive(Clone, Default, PartialEq)]
struct Known {
    references: BTreeSet<String>,
    residents: BTreeSet<Uuid>,
    emails: BTreeSet<Vec<u8>>,
    phones: BTreeSet<Vec<u8>>,
}

impl Known {
    fn by<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> Self {
        let mut known = Self::default();
        for contact in contacts {
            known.references.extend(contact.reference.clone());
            known.residents.extend(contact.resident_id);
            known.emails.extend(contact.email_hash.clone());
            known.phones.extend(contact.phone_hash.clone());
        }
        known
    }

    /// Contacts of this resident. None where nothing is known of who it was.
    fn which(&self) -> Option<Condition> {
        let some = |is_some: bool, which| Some(which).filter(|_| is_some);
        let Self { references, residents, emails, phones } = self.clone();
        let which = Condition::any()
            .add_option(some(!references.is_empty(), contact::Column::Reference.is_in(references)))
            .add_option(some(!residents.is_empty(), contact::Column::ResidentId.is_in(residents)))
            .add_option(some(!emails.is_empty(), contact::Column::EmailHash.is_in(emails)))
            .add_option(some(!phones.is_empty(), contact::Column::PhoneHash.is_in(phones)));
        (!which.is_empty()).then_some(which)
    }
}

impl Store {
    /// Records a contact, or changes the one that the same member of staff has just recorded under this identifier. When
    /// it is the third of the same resident about the same service in 28 days, the managers of the department have a mail
    /// once it can't be changed any more, and it stands in their list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the identifier is somebody else's contact's, or the request is gone;
    /// [`StoreError::Refused`] when it was recorded too long ago to be changed; the database's errors.
    pub async fn record_contact(
        &self,
        by: &StaffMember,
        new: NewContact,
        tell: TellManager,
    ) -> Result<Contact, StoreError> {
        match self.record_once(by, &new, &tell).await {
            // The same was sent twice at the same moment.
            Err(StoreError::Database(error))
                if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) =>
            {
                self.record_once(by, &new, &tell).await
            }
            kept => kept,
        }
    }

    async fn record_once(
        &self,
        by: &StaffMember,
        new: &NewContact,
        tell: &TellManager,
    ) -> Result<Contact, StoreError> {
        let (store, by, new, tell) = (self.clone(), by.clone(), new.clone(), tell.clone());
        self.db
            .write(move |transaction| {
                let (store, by, new, tell) = (store.clone(), by.clone(), new.clone(), tell.clone());
                Box::pin(async move { store.record_within(transaction, &by, new, &tell).await })
            })
            .await
    }

    async fn record_within(
        &self,
        on: &DatabaseTransaction,
        by: &StaffMember,
        new: NewContact,
        tell: &TellManager,
    ) -> Result<Contact, StoreError> {
        let key = (self.council.to_string(), new.id);
        let before = contact::Entity::find_by_id(key).lock_exclusive().one(on).await?;
        if let Some(before) = &before {
            if before.recorded_by != by.id {
                return Err(StoreError::NotFound);
            }
            if before.body_hash == self.contact_hash("body", &new.body) {
                return Ok(before.clone());
            }
            if !before.is_changeable(new.at) {
                return Err(Refused::TooLate.into());
            }
        }
        let (id, now, rises_to) = (new.id, new.at, new.rises_to.clone());
        let mut row = self.contact_row(on, by, new).await?;
        // Appending waits for others who do, so that of two contacts at the same moment each counts the other. Nothing is
        // locked after it.
        let said = if before.is_some() { "Changed a contact" } else { "Recorded a contact" };
        let entry = by.did(now, Deed::Changed, object(id), said.to_owned());
        audit::append(self, on, Entry { person: row.resident_id, ..entry }).await?;
        if let Some(before) = before.clone() {
            row.at = before.at;
            self.forget_contact(on, before).await?;
        }
        let earlier = self.of_same_resident(on, &row, Some(row.at)).await?;
        let number = contact_log::number(row.at, earlier.iter().map(|contact| contact.at));
        row.number = i32::try_from(number).unwrap_or(i32::MAX);
        let insert: contact::ActiveModel = row.clone().into();
        contact::Entity::insert(insert.reset_all()).exec_without_returning(on).await?;
        let ids: Vec<Uuid> = earlier.into_iter().map(|contact| contact.id).collect();
        if contact_log::rises(number) && !self.stands(on, ids).await? {
            self.rise(on, (&row, rises_to.as_ref()), number, tell).await?;
        }
        if let Some(before) = before {
            self.count_without(on, &before).await?;
        }
        Ok(row)
    }

    /// The row of a contact, with by what its resident is known.
    async fn contact_row(
        &self,
        on: &DatabaseTransaction,
        by: &StaffMember,
        new: NewContact,
    ) -> Result<Contact, StoreError> {
        let (mut email, mut phone, mut account) = (None, None, None);
        if let Some(id) = new.request {
            let key = (self.council.to_string(), id);
            let request = request::Entity::find_by_id(key).one(on).await?.ok_or(StoreError::NotFound)?;
            phone = contact_log::phone_in(&serde_json::from_str::<Case>(&request.state)?.submission.answers);
            (email, account) = (request.email_key, request.resident_id);
        }
        match new.who {
            Some(Who::Email(key)) => email = email.or(Some(key)),
            Some(Who::Phone(key)) => phone = phone.or(Some(key)),
            None => {}
        }
        // Whoever closes the account waits for this, or was first.
        let found = match (account, &email) {
            (Some(id), _) => Some(resident::Column::Id.eq(id)),
            // Whose request it is decides the resident, once it is in their account.
            (None, Some(email)) if new.request.is_none() => {
                Some(resident::Column::EmailKey.eq(email.clone()))
            }
            (None, _) => None,
        };
        let resident = match found {
            Some(found) => {
                let of = resident::Entity::find().filter(resident::Column::CouncilId.eq(&*self.council));
                of.filter(found).lock_exclusive().one(on).await?
            }
            None => None,
        };
        let email = email.or_else(|| resident.as_ref().map(|resident| resident.email_key.clone()));
        let hash = |what: &str, key: Option<String>| key.map(|key| self.contact_hash(what, key.as_bytes()));
        Ok(Contact {
            council_id: self.council.to_string(),
            id: new.id,
            body_hash: self.contact_hash("body", &new.body),
            // Databases keep microseconds.
            at: DateTime::from_timestamp_micros(new.at.timestamp_micros()).unwrap_or(new.at),
            channel: new.channel.id().to_owned(),
            department: new.department,
            service: new.service,
            request_id: new.request,
            reference: new.reference.map(|reference| reference.as_str().to_owned()),
            reason: new.reason,
            chasing: new.answers.chasing,
            again: new.answers.again,
            unclear: new.answers.unclear,
            minutes: new.minutes.and_then(|minutes| i32::try_from(minutes).ok()),
            note: new.note,
            resident_id: resident.map(|resident| resident.id),
            email_hash: hash("email", email),
            phone_hash: hash("phone", phone),
            number: 1,
            recorded_by: by.id,
            recorded_in: by.department.clone(),
        })
    }

    fn contact_hash(&self, what: &str, text: &[u8]) -> Vec<u8> {
        self.db.secret.contact_hash(&self.council, what, text)
    }

    /// The contacts of the same resident about the same service from 28 days before one on, itself included once it is
    /// there; the newest first. Who rang, and wrote later, is found where another contact, or a request, has both the number and the address.
    async fn of_same_resident(
        &self,
        on: &impl ConnectionTrait,
        contact: &Contact,
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<Contact>, StoreError> {
        let (mut known, mut found) = (Known::by([contact]), Vec::new());
        for _ in 0..2 {
            let Some(which) = known.which() else { return Ok(found) };
            found = contact::Entity::find()
                .filter(contact::Column::CouncilId.eq(&*self.council))
                .filter(contact::Column::Service.eq(contact.service.clone()))
                .filter(contact::Column::At.gte(contact.at - contact_log::WINDOW))
                .filter(Condition::all().add_option(until.map(|until| contact::Column::At.lte(until))))
                .filter(which)
                .order_by_desc(contact::Column::At)
                .order_by_desc(contact::Column::Id)
                .limit(MOST)
                .all(on)
                .await?;
            let more = Known::by(found.iter().chain([contact]));
            if more == known {
                break;
            }
            known = more;
        }
        Ok(found)
    }

    /// Whether one of these contacts waits already for a manager to look into.
    async fn stands(&self, on: &impl ConnectionTrait, contacts: Vec<Uuid>) -> Result<bool, StoreError> {
        let standing = rise::Entity::find()
            .filter(rise::Column::CouncilId.eq(&*self.council))
            .filter(rise::Column::ContactId.is_in(contacts))
            .filter(rise::Column::LookedAt.is_null());
        Ok(standing.one(on).await?.is_some())
    }

    async fn rise(
        &self,
        on: &DatabaseTransaction,
        (contact, department): (&Contact, Option<&Department>),
        number: u32,
        tell: &TellManager,
    ) -> Result<(), StoreError> {
        let row = rise::ActiveModel {
            council_id: Set(contact.council_id.clone()),
            contact_id: Set(contact.id),
            department: Set(contact.department.clone()),
            at: Set(contact.at),
            looked_at: Set(None),
            looked_by: Set(None),
            done: Set(None),
        };
        rise::Entity::insert(row).exec_without_returning(on).await?;
        let managers = staff::Entity::find()
            .filter(staff::Column::CouncilId.eq(&*self.council))
            .filter(staff::Column::Department.eq(contact.department.clone()))
            .filter(staff::Column::Role.eq(Role::Manager.id()))
            .order_by_asc(staff::Column::Id)
            .all(on)
            .await?;
        let ids: Vec<Uuid> = managers.iter().map(|manager| manager.id).collect();
        let day = local(contact.at).date();
        let away = self.away(on, &ids, day).await?;
        let mut told: Vec<StaffMember> =
            managers.iter().filter(|manager| !away.contains(&manager.id)).cloned().collect();
        // No manager is there: who leads the team is told, or whoever stands next.
        if told.is_empty() {
            told.extend(self.leads(on, (department, None), day).await?);
        }
        let told = if told.is_empty() { managers } else { told };
        let mails: Vec<(Uuid, Job)> =
            told.iter().map(|manager| tell((manager, contact.id), number)).collect();
        // Not before it is sure that it stays: what was recorded by mistake makes no mail.
        let rows = jobs::rows(&self.council, contact.at + CHANGEABLE, &mails)?;
        jobs::insert(on, rows).await
    }

    /// Takes a contact out of the log, with what rose from it and the mails that were not sent yet.
    async fn forget_contact(&self, on: &DatabaseTransaction, contact: Contact) -> Result<(), StoreError> {
        let id = contact.id;
        contact.delete(on).await?;
        self.forget_mails(on, id).await
    }

    /// Forgets the mails about a contact that were not sent yet.
    async fn forget_mails(&self, on: &DatabaseTransaction, id: Uuid) -> Result<(), StoreError> {
        let about = |job: &Job| matches!(job, Job::Repeats(notice) if notice.contact == id);
        jobs::forget(on, &self.council, &[id.to_string()], about).await
    }

    /// Later contacts that counted one that is gone, or is somebody else's now, count one less; and what rose only for that
    /// stands no longer.
    async fn count_without(&self, on: &DatabaseTransaction, gone: &Contact) -> Result<(), StoreError> {
        let all = self.of_same_resident(on, gone, None).await?;
        for contact in all.iter().filter(|contact| contact.at >= gone.at) {
            let others = all.iter().filter(|other| other.id != contact.id).map(|other| other.at);
            let now = contact_log::number(contact.at, others);
            if now >= number(contact) {
                continue;
            }
            let counted: contact::ActiveModel = contact.clone().into();
            let counted =
                contact::ActiveModel { number: Set(i32::try_from(now).unwrap_or(i32::MAX)), ..counted };
            counted.update(on).await?;
            if !contact_log::rises(now) {
                rise::Entity::delete_many()
                    .filter(rise::Column::CouncilId.eq(&*self.council))
                    .filter(rise::Column::ContactId.eq(contact.id))
                    .filter(rise::Column::LookedAt.is_null())
                    .exec(on)
                    .await?;
                self.forget_mails(on, contact.id).await?;
            }
        }
        Ok(())
    }

    /// Takes back what was recorded just now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is another department's; [`StoreError::Refused`] when a colleague recorded it,
    /// or too long ago; the database's errors.
    pub async fn take_back_contact(
        &self,
        by: &StaffMember,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, by) = (self.clone(), by.clone());
        self.db
            .write(move |transaction| {
                let (store, by) = (store.clone(), by.clone());
                Box::pin(async move {
                    let key = (store.council.to_string(), id);
                    let found = contact::Entity::find_by_id(key).lock_exclusive().one(transaction).await?;
                    let is_ours = |contact: &Contact| {
                        [&contact.department, &contact.recorded_in].contains(&&by.department)
                    };
                    let contact = found.filter(is_ours).ok_or(StoreError::NotFound)?;
                    if contact.recorded_by != by.id {
                        return Err(Refused::NotOwner.into());
                    }
                    if !contact.is_changeable(now) {
                        return Err(Refused::TooLate.into());
                    }
                    let entry = by.did(now, Deed::Changed, object(id), "Took back a contact".to_owned());
                    let entry = Entry { person: contact.resident_id, ..entry };
                    // Before it counts anew: of two that change the log at the same moment each sees what the other did.
                    audit::append(&store, transaction, entry).await?;
                    store.forget_contact(transaction, contact.clone()).await?;
                    store.count_without(transaction, &contact).await
                })
            })
            .await
    }

    /// The requests of a department that have one of these references.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn own_references(
        &self,
        department: &str,
        references: Vec<String>,
    ) -> Result<Vec<Named>, StoreError> {
        if references.is_empty() {
            return Ok(Vec::new());
        }
        Ok(request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Department.eq(department))
            .filter(request::Column::Reference.is_in(references))
            .select_only()
            .columns([request::Column::Id, request::Column::Reference, request::Column::Service])
            .into_model::<Named>()
            .all(self.db.reader())
            .await?)
    }

    /// Contacts of a department, the newest first, behind one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such contact to go on behind; the database's errors.
    pub async fn contacts(
        &self,
        department: &str,
        which: Which,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Contact>, StoreError> {
        let column = match which {
            Which::About => contact::Column::Department,
            Which::Recorded => contact::Column::RecordedIn,
        };
        let of = contact::Entity::find()
            .filter(contact::Column::CouncilId.eq(&*self.council))
            .filter(column.eq(department));
        let behind = match before {
            Some(id) => {
                let last = of.clone().filter(contact::Column::Id.eq(id)).one(self.db.reader()).await?;
                let at = last.ok_or(StoreError::NotFound)?.at;
                let same = contact::Column::At.eq(at).and(contact::Column::Id.lt(id));
                Some(contact::Column::At.lt(at).or(same))
            }
            None => None,
        };
        Ok(of
            .filter(Condition::all().add_option(behind))
            .order_by_desc(contact::Column::At)
            .order_by_desc(contact::Column::Id)
            .limit(limit)
            .all(self.db.reader())
            .await?)
    }

    /// The contacts about a request, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn contacts_about(&self, request: &Reference) -> Result<Vec<Contact>, StoreError> {
        Ok(contact::Entity::find()
            .filter(contact::Column::CouncilId.eq(&*self.council))
            .filter(contact::Column::Reference.eq(request.as_str()))
            .order_by_desc(contact::Column::At)
            .order_by_desc(contact::Column::Id)
            .limit(LISTED)
            .all(self.db.reader())
            .await?)
    }

    /// How the last contact came that a member of staff recorded.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn last_channel(&self, by: &StaffMember) -> Result<Option<ContactChannel>, StoreError> {
        let channel: Option<String> = contact::Entity::find()
            .filter(contact::Column::CouncilId.eq(&*self.council))
            .filter(contact::Column::RecordedIn.eq(by.department.clone()))
            .filter(contact::Column::RecordedBy.eq(by.id))
            .order_by_desc(contact::Column::At)
            .select_only()
            .column(contact::Column::Channel)
            .into_tuple()
            .one(self.db.reader())
            .await?;
        Ok(channel.and_then(|channel| ContactChannel::parse(&channel)))
    }

    /// What rose with each of these contacts, as far as anything did.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn rises_of(&self, contacts: &[Contact]) -> Result<HashMap<Uuid, Rise>, StoreError> {
        let ids =
            contacts.iter().filter(|contact| contact_log::rises(number(contact))).map(|contact| contact.id);
        let ids: Vec<Uuid> = ids.collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = rise::Entity::find()
            .filter(rise::Column::CouncilId.eq(&*self.council))
            .filter(rise::Column::ContactId.is_in(ids))
            .all(self.db.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.contact_id, row)).collect())
    }

    /// What waits for who answers for some departments, the oldest first: the contact with which it rose, and all of the
    /// same resident about the same service from 28 days before it on, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn rises(&self, reach: &Reach) -> Result<Vec<(Contact, Vec<Contact>)>, StoreError> {
        let waiting: Vec<Uuid> = rise::Entity::find()
            .filter(rise::Column::CouncilId.eq(&*self.council))
            .filter(rise::Column::Department.is_in(reach.departments()))
            .filter(rise::Column::LookedAt.is_null())
            .order_by_asc(rise::Column::At)
            .order_by_asc(rise::Column::ContactId)
            .limit(LISTED)
            .select_only()
            .column(rise::Column::ContactId)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let mut rises = Vec::with_capacity(waiting.len());
        for id in waiting {
            let key = (self.council.to_string(), id);
            let Some(contact) = contact::Entity::find_by_id(key).one(self.db.reader()).await? else {
                continue;
            };
            let of_them = self.of_same_resident(self.db.reader(), &contact, None).await?;
            rises.push((contact, of_them));
        }
        Ok(rises)
    }

    /// Says what was done about a resident who had to come back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when they do not answer for its department; [`StoreError::Refused`] when somebody has
    /// said so already; the database's errors.
    pub async fn look_into(
        &self,
        reach: &Reach,
        id: Uuid,
        done: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, reach, done) = (self.clone(), reach.clone(), done.to_owned());
        self.db
            .write(move |transaction| {
                let (store, reach, done) = (store.clone(), reach.clone(), done.clone());
                Box::pin(async move {
                    let key = (store.council.to_string(), id);
                    let found =
                        rise::Entity::find_by_id(key.clone()).lock_exclusive().one(transaction).await?;
                    let (by, answers) = (&reach.member, |rise: &Rise| reach.rung_in(&rise.department));
                    let found = found.filter(|rise| answers(rise).is_some());
                    let rise = found.ok_or(StoreError::NotFound)?;
                    if rise.looked_at.is_some() {
                        return Err(Refused::AlreadyGiven.into());
                    }
                    let contact = contact::Entity::find_by_id(key).one(transaction).await?;
                    let mut rise: rise::ActiveModel = rise.into();
                    rise.looked_at = Set(Some(now));
                    rise.looked_by = Set(Some(by.id));
                    rise.done = Set(Some(done));
                    rise.update(transaction).await?;
                    let said = "Looked into repeated contacts".to_owned();
                    let entry = by.did(now, Deed::Changed, object(id), said);
                    let person = contact.and_then(|contact| contact.resident_id);
                    audit::append(&store, transaction, Entry { person, ..entry }).await
                })
            })
            .await
    }

    /// The contacts from one moment up to another, as far as the figures tell them apart.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn tally(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Tally>, StoreError> {
        use contact::Column;
        let alike = [
            Column::Department,
            Column::Service,
            Column::Chasing,
            Column::Again,
            Column::Unclear,
            Column::Number,
        ];
        let mut contacts = contact::Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .filter(Column::At.gte(from))
            .filter(Column::At.lt(until))
            .select_only()
            .columns(alike);
        for column in alike {
            contacts = contacts.group_by(column);
        }
        Ok(contacts
            .column_as(Column::Id.count(), "contacts")
            .column_as(Column::Minutes.sum(), "minutes")
            .into_model::<Tally>()
            .all(self.db.reader())
            .await?)
    }

    /// The contacts of a resident, the newest first: about what is in their account, or with the address of it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn contacts_of(&self, who: &Resident) -> Result<Vec<Contact>, StoreError> {
        let own: SelectStatement = Query::select()
            .column(request::Column::Reference)
            .from(request::Entity)
            .and_where(request::Column::CouncilId.eq(&*self.council))
            .and_where(request::Column::ResidentId.eq(who.id))
            .to_owned();
        let either = self.of_account(who).add(contact::Column::Reference.in_subquery(own));
        Ok(contact::Entity::find()
            .filter(contact::Column::CouncilId.eq(&*self.council))
            .filter(either)
            .order_by_desc(contact::Column::At)
            .order_by_desc(contact::Column::Id)
            .all(self.db.reader())
            .await?)
    }

    /// The contacts of an account, or with its address. A request with that address that was not added to the account is
    /// not told, nor is what was said about it.
    fn of_account(&self, who: &Resident) -> Condition {
        let address = self.contact_hash("email", who.email_key.as_bytes());
        Condition::any()
            .add(contact::Column::ResidentId.eq(who.id))
            .add(contact::Column::RequestId.is_null().and(contact::Column::EmailHash.eq(address)))
    }

    /// When an account is closed: contacts about its requests stay with them, and are nobody's account's. Of the others
    /// only what the figures count is left.
    ///
    /// # Errors
    /// The database's errors.
    pub(super) async fn leave_contacts(
        &self,
        on: &DatabaseTransaction,
        who: &Resident,
    ) -> Result<(), StoreError> {
        let loose = Condition::all()
            .add(contact::Column::CouncilId.eq(&*self.council))
            .add(contact::Column::RequestId.is_null())
            .add(self.of_account(who));
        let ids: Vec<Uuid> = contact::Entity::find()
            .filter(loose.clone())
            .select_only()
            .column(contact::Column::Id)
            .into_tuple()
            .all(on)
            .await?;
        rise::Entity::delete_many()
            .filter(rise::Column::CouncilId.eq(&*self.council))
            .filter(rise::Column::ContactId.is_in(ids))
            .exec(on)
            .await?;
        let nameless = contact::ActiveModel {
            note: Set(String::new()),
            reference: Set(None),
            resident_id: Set(None),
            email_hash: Set(None),
            phone_hash: Set(None),
            ..Default::default()
        };
        contact::Entity::update_many().set(nameless).filter(loose).exec(on).await?;
        let nobody = contact::ActiveModel { resident_id: Set(None), ..Default::default() };
        contact::Entity::update_many()
            .set(nobody)
            .filter(contact::Column::CouncilId.eq(&*self.council))
            .filter(contact::Column::ResidentId.eq(who.id))
            .exec(on)
            .await?;
        Ok(())
    }

    /// Forgets the contacts from before a moment that are about no request, or only counts them.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_contacts(&self, before: DateTime<Utc>, is_dry: bool) -> Result<u64, StoreError> {
        use sea_orm::PaginatorTrait as _;
        let old = Condition::all()
            .add(contact::Column::CouncilId.eq(&*self.council))
            .add(contact::Column::RequestId.is_null())
            .add(contact::Column::At.lt(before));
        let many = contact::Entity::find().filter(old.clone()).count(self.db.reader()).await?;
        if is_dry || many == 0 {
            return Ok(many);
        }
        self.db
            .write(move |transaction| {
                let old = old.clone();
                Box::pin(async move {
                    Ok(contact::Entity::delete_many().filter(old).exec(transaction).await?.rows_affected)
                })
            })
            .await
    }
}

/// What a contact is called in the audit log.
#[must_use]
pub fn object(id: Uuid) -> String {
    format!("contact {id}")
}

/// Which contact of the same resident about the same service it was.
#[must_use]
pub fn number(contact: &Contact) -> u32 {
    u32::try_from(contact.number).unwrap_or_default()
}
