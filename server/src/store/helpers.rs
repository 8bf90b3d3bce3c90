//! Who may act for a resident: named by them, for some services, until a day.

use chrono::{DateTime, Months, NaiveDate, Utc};
use domain::access::Role;
use domain::api::helpers::form_for;
use domain::audit::{Deed, Entry};
use domain::case::Case;
use domain::field::contact::same_email_key;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbErr,
    EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::account_codes::still_there;
use super::accounts::Resident;
use super::drafts::draft_upload;
use super::entities::{audit as audit_row, draft, request, resident};
use super::profile::told;
use super::requests::{COLUMNS, Columns, Follows, Happened, NewEvent, Stored};
use super::{Store, StoreError, audit};

/// How long the name of who may act no longer stands beside what they did.
const NAMED_FOR: Months = Months::new(12);

/// Who may act for whom. Where it is over and was accepted, only what the resident called them is left, and their account.
pub mod helper {
    use sea_orm::entity::prelude::*;

    /// A row of `helper`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "helper")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// For whom.
        pub resident_id: Uuid,
        /// Who, as the resident calls them.
        pub name: String,
        /// Their address, as it was typed.
        pub email: String,
        /// The address in the form addresses are compared in.
        pub email_key: String,
        /// The services, as JSON.
        pub services: String,
        /// The last day.
        pub until: Date,
        /// When they were named.
        pub made_at: DateTimeUtc,
        /// The account of who accepted.
        pub helper_id: Option<Uuid>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Somebody who may act for a resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    /// Identifier.
    pub id: Uuid,
    /// For whom.
    pub resident: Uuid,
    /// Who, as the resident calls them.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The services that they act in.
    pub services: Vec<String>,
    /// The last day.
    pub until: NaiveDate,
    /// The account of who accepted.
    pub helper: Option<Uuid>,
}

/// By what somebody does something for a resident, and what the audit log says of it.
#[derive(Clone, Debug)]
pub struct ActsBy {
    /// The account of who does it.
    pub who: Uuid,
    /// What they were named by.
    pub helper: Uuid,
    /// Today.
    pub today: NaiveDate,
    /// What the log says, of the resident's record.
    pub entry: Entry,
}

impl TryFrom<helper::Model> for Helper {
    type Error = StoreError;
    fn try_from(row: helper::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            resident: row.resident_id,
            name: row.name,
            email: row.email,
            services: serde_json::from_str(&row.services)?,
            until: row.until,
            helper: row.helper_id,
        })
    }
}

impl Store {
    /// Those who may act for a resident, and those who did not accept yet, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn helpers(&self, resident: Uuid, today: NaiveDate) -> Result<Vec<Helper>, StoreError> {
        self.helpers_where(helper::Column::ResidentId.eq(resident).into(), today).await
    }

    /// Those for whom somebody may act, and those who asked them to.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn acting(&self, who: &Resident, today: NaiveDate) -> Result<Vec<Helper>, StoreError> {
        self.helpers_where(mine(who), today).await
    }

    async fn helpers_where(&self, which: Condition, today: NaiveDate) -> Result<Vec<Helper>, StoreError> {
        let rows = helper::Entity::find()
            .filter(helper::Column::CouncilId.eq(&*self.council))
            .filter(helper::Column::Until.gte(today))
            .filter(which)
            .order_by_desc(helper::Column::MadeAt)
            .order_by_desc(helper::Column::Id)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Helper::try_from).collect()
    }

    /// The names that residents go by where they act for others: what they told, else their addresses.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn names(&self, residents: &[Uuid]) -> Result<Vec<(Uuid, String)>, StoreError> {
        if residents.is_empty() {
            return Ok(Vec::new());
        }
        let council = || self.council.to_string();
        let rows = resident::Entity::find()
            .filter(resident::Column::CouncilId.eq(council()))
            .filter(resident::Column::Id.is_in(residents.iter().copied()))
            .all(self.db.reader())
            .await?;
        let known = told::Entity::find()
            .filter(told::Column::CouncilId.eq(council()))
            .filter(told::Column::ResidentId.is_in(residents.iter().copied()))
            .all(self.db.reader())
            .await?;
        let name = |row: resident::Model| {
            let known = known.iter().find(|known| known.resident_id == row.id);
            let answers: Option<domain::answers::Answers> =
                known.and_then(|known| serde_json::from_str(&known.answers).ok());
            let name = answers.map(|answers| answers.get(domain::profile::NAME).to_owned());
            (row.id, name.filter(|name| !name.is_empty()).unwrap_or(row.email))
        };
        Ok(rows.into_iter().map(name).collect())
    }

    /// What a resident calls those who accepted to act for them, by their accounts, the newest first: also those who may no
    /// longer, for a while.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn helper_names(&self, resident: Uuid) -> Result<Vec<(Uuid, String)>, StoreError> {
        Ok(helper::Entity::find()
            .filter(helper::Column::CouncilId.eq(&*self.council))
            .filter(helper::Column::ResidentId.eq(resident))
            .filter(helper::Column::HelperId.is_not_null())
            .order_by_desc(helper::Column::MadeAt)
            .order_by_desc(helper::Column::Id)
            .select_only()
            .columns([helper::Column::HelperId, helper::Column::Name])
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Names a helper, at most `most` at a time. Says whether there was room.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn name_helper(
        &self,
        new: Helper,
        most: u64,
        (now, today): (DateTime<Utc>, NaiveDate),
        entry: Entry,
    ) -> Result<bool, StoreError> {
        let row = helper::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(new.id),
            resident_id: Set(new.resident),
            email_key: Set(same_email_key(&new.email)),
            name: Set(new.name),
            email: Set(new.email),
            services: Set(serde_json::to_string(&new.services)?),
            until: Set(new.until),
            made_at: Set(now),
            helper_id: Set(None),
        };
        let (store, resident) = (self.clone(), new.resident);
        self.db
            .write(move |transaction| {
                let (store, row, entry) = (store.clone(), row.clone(), entry.clone());
                Box::pin(async move {
                    still_there(transaction, &store.council, resident).await?;
                    let named = helper::Entity::find()
                        .filter(helper::Column::CouncilId.eq(&*store.council))
                        .filter(helper::Column::ResidentId.eq(resident))
                        .filter(helper::Column::Until.gte(today))
                        .count(transaction)
                        .await?;
                    if named >= most {
                        return Ok(false);
                    }
                    helper::Entity::insert(row).exec_without_returning(transaction).await?;
                    audit::append(&store, transaction, entry).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Accepts to act for somebody, for whoever has the address that was named.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nobody asked them to, or it is over; the database's errors.
    pub async fn accept(
        &self,
        who: &Resident,
        id: Uuid,
        today: NaiveDate,
        entry: Entry,
    ) -> Result<(), StoreError> {
        let which = Condition::all().add(mine(who)).add(helper::Column::Until.gte(today));
        let accepted = who.id;
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, which, entry) = (store.clone(), which.clone(), entry.clone());
                Box::pin(async move {
                    still_there(transaction, &store.council, accepted).await?;
                    let row = store.locked_helper(transaction, which, id).await?;
                    let person = row.resident_id;
                    let mut row: helper::ActiveModel = row.into();
                    row.helper_id = Set(Some(accepted));
                    row.update(transaction).await?;
                    audit::append(&store, transaction, Entry { person: Some(person), ..entry }).await
                })
            })
            .await
    }

    /// Ends what a helper may: by who named them, or by themselves. Gives the uploads of what they had begun for the
    /// resident, which goes with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is neither's, or it is over; the database's errors.
    pub async fn end_helper(
        &self,
        who: &Resident,
        id: Uuid,
        today: NaiveDate,
        entry: Entry,
    ) -> Result<Vec<Uuid>, StoreError> {
        let either = Condition::any().add(helper::Column::ResidentId.eq(who.id)).add(mine(who));
        let which = Condition::all().add(either).add(helper::Column::Until.gte(today));
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, which, entry) = (store.clone(), which.clone(), entry.clone());
                Box::pin(async move {
                    let row = store.locked_helper(transaction, which, id).await?;
                    let person = row.resident_id;
                    let last = today.pred_opt().unwrap_or(today);
                    let named = retire(transaction, helper::Model { until: last, ..row }).await?;
                    audit::append(&store, transaction, Entry { person: Some(person), ..entry }).await?;
                    Ok(named)
                })
            })
            .await
    }

    async fn locked_helper(
        &self,
        on: &impl ConnectionTrait,
        which: Condition,
        id: Uuid,
    ) -> Result<helper::Model, StoreError> {
        let row = helper::Entity::find_by_id((self.council.to_string(), id)).filter(which);
        row.lock_exclusive().one(on).await?.ok_or(StoreError::NotFound)
    }

    /// Ends what helpers might until a day that is over, as [`Self::end_helper`] does, and forgets the names of those who
    /// could not do anything any more for a year. Gives the uploads of what they had begun.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_helpers(&self, today: NaiveDate) -> Result<Vec<Uuid>, StoreError> {
        let council = self.council.clone();
        let long_ago = today.checked_sub_months(NAMED_FOR).unwrap_or(NaiveDate::MIN);
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    let over = helper::Entity::find()
                        .filter(helper::Column::CouncilId.eq(&*council))
                        .filter(helper::Column::Until.lt(today))
                        .filter(helper::Column::EmailKey.ne(""))
                        .lock_exclusive()
                        .all(transaction)
                        .await?;
                    let mut named = Vec::new();
                    for row in over {
                        named.extend(retire(transaction, row).await?);
                    }
                    helper::Entity::delete_many()
                        .filter(helper::Column::CouncilId.eq(&*council))
                        .filter(helper::Column::Until.lt(long_ago))
                        .exec(transaction)
                        .await?;
                    Ok(named)
                })
            })
            .await
    }

    /// The uploads of what helpers have begun for a resident.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn named_for(&self, resident: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let ids = ids(self.db.reader(), &self.council, helper::Column::ResidentId.eq(resident).into());
        Ok(begun_by(self.db.reader(), &self.council, &ids.await?).await?)
    }

    /// What somebody may act for, while they may.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they may not, or not any more; the database's errors.
    pub async fn acts(&self, helper: Uuid, id: Uuid, today: NaiveDate) -> Result<Helper, StoreError> {
        helper::Entity::find_by_id((self.council.to_string(), id))
            .filter(helper::Column::HelperId.eq(helper))
            .filter(helper::Column::Until.gte(today))
            .one(self.db.reader())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }

    /// Whoever they act for, and by what, at this moment: locked, so that what ends it comes before or after.
    pub(super) async fn acts_on(
        &self,
        on: &impl ConnectionTrait,
        by: &ActsBy,
        service: &str,
    ) -> Result<Helper, StoreError> {
        let row = helper::Entity::find_by_id((self.council.to_string(), by.helper))
            .filter(helper::Column::HelperId.eq(by.who))
            .filter(helper::Column::Until.gte(by.today))
            .lock_exclusive()
            .one(on)
            .await?;
        let helper = Helper::try_from(row.ok_or(StoreError::NotFound)?)?;
        if helper.services.iter().any(|known| known == service) {
            Ok(helper)
        } else {
            Err(StoreError::NotFound)
        }
    }

    /// Whether somebody may do something to a request for its resident, at this moment.
    pub(super) async fn may_act_on(
        &self,
        on: &impl ConnectionTrait,
        by: &ActsBy,
        request: Uuid,
    ) -> Result<(), StoreError> {
        let row = request::Entity::find_by_id((self.council.to_string(), request))
            .select_only()
            .columns([request::Column::Service, request::Column::ResidentId])
            .into_tuple::<(String, Option<Uuid>)>()
            .one(on)
            .await?;
        let (service, resident) = row.ok_or(StoreError::NotFound)?;
        let helper = self.acts_on(on, by, &service).await?;
        if resident == Some(helper.resident) { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Appends an event to a request of somebody that another acts for, and what the audit log says of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they may not, or not any more, or not for this request; [`StoreError::Refused`] by
    /// the rules of the case; the database's errors.
    pub async fn append_for(
        &self,
        by: ActsBy,
        id: Uuid,
        new: NewEvent,
        follows: Follows,
    ) -> Result<(Case, Vec<Happened>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, by, new, follows) = (store.clone(), by.clone(), new.clone(), follows.clone());
                Box::pin(async move {
                    store.may_act_on(transaction, &by, id).await?;
                    let (case, happened) = store.append_within(transaction, id, new, &follows).await?;
                    if !happened.is_empty() {
                        audit::append(&store, transaction, by.entry).await?;
                    }
                    Ok((case, happened))
                })
            })
            .await
    }

    /// The account with this identifier.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn resident_by_id(&self, id: Uuid) -> Result<Resident, StoreError> {
        let found =
            resident::Entity::find_by_id((self.council.to_string(), id)).one(self.db.reader()).await?;
        found.ok_or(StoreError::NotFound)
    }

    /// The requests that a helper sees: of that resident, for those services. All of them, or one.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn requests_for(
        &self,
        helper: &Helper,
        only: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Stored>, StoreError> {
        let rows: Vec<Columns> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(helper.resident))
            .filter(request::Column::Service.is_in(helper.services.iter().cloned()))
            .filter(Condition::all().add_option(only.map(|id| request::Column::Id.eq(id))))
            .order_by_desc(request::Column::Id)
            .limit(limit)
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Stored::try_from).collect()
    }

    /// What helpers of a resident did and looked at, the newest first: who, when, which of the two, and in words what.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn helper_uses(
        &self,
        person: Uuid,
        limit: u64,
    ) -> Result<Vec<(Option<Uuid>, DateTime<Utc>, bool, String)>, StoreError> {
        let rows = audit_row::Entity::find()
            .filter(audit_row::Column::CouncilId.eq(&*self.council))
            .filter(audit_row::Column::Person.eq(person))
            .filter(audit_row::Column::Role.eq(Role::Helper.id()))
            .filter(audit_row::Column::Deed.is_in([Deed::Read.id(), Deed::Changed.id()]))
            // Naming and accepting is no use of it.
            .filter(audit_row::Column::Object.ne("helper"))
            .order_by_desc(audit_row::Column::Seq)
            .limit(limit)
            .all(self.db.reader())
            .await?;
        let did = |deed: &str| deed == Deed::Changed.id();
        Ok(rows.into_iter().map(|row| (row.who, row.at, did(&row.deed), row.detail)).collect())
    }
}

/// A row that ends with its day: what was begun by it goes, whose uploads it gives, and the address and the services. The
/// name stays beside what they did, where they accepted: once for each who did.
async fn retire(on: &impl ConnectionTrait, row: helper::Model) -> Result<Vec<Uuid>, StoreError> {
    let (council, id, resident, accepted) = (row.council_id.clone(), row.id, row.resident_id, row.helper_id);
    let named = begun_by(on, &council, &[id]).await?;
    forget_begun(on, &council, &[id]).await?;
    let Some(accepted) = accepted else {
        helper::Entity::delete_by_id((council, id)).exec(on).await?;
        return Ok(named);
    };
    helper::Entity::delete_many()
        .filter(helper::Column::CouncilId.eq(&council))
        .filter(helper::Column::ResidentId.eq(resident))
        .filter(helper::Column::HelperId.eq(accepted))
        .filter(helper::Column::EmailKey.eq(""))
        .exec(on)
        .await?;
    let over =
        helper::Model { email: String::new(), email_key: String::new(), services: "[]".to_owned(), ..row };
    helper::Entity::update(helper::ActiveModel::from(over).reset_all()).exec(on).await?;
    Ok(named)
}

/// By what somebody acts: the identifiers of those rows.
pub(super) async fn ids(
    on: &impl ConnectionTrait,
    council: &str,
    which: Condition,
) -> Result<Vec<Uuid>, DbErr> {
    helper::Entity::find()
        .filter(helper::Column::CouncilId.eq(council))
        .filter(which)
        .select_only()
        .column(helper::Column::Id)
        .into_tuple()
        .all(on)
        .await
}

/// The uploads of what was begun by these.
async fn begun_by(on: &impl ConnectionTrait, council: &str, helpers: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    use draft_upload::Column;
    let each = helpers.iter().map(|id| Column::Service.ends_with(form_for("", *id)));
    if helpers.is_empty() {
        return Ok(Vec::new());
    }
    draft_upload::Entity::find()
        .filter(Column::CouncilId.eq(council))
        .filter(each.fold(Condition::any(), Condition::add))
        .select_only()
        .column(Column::UploadId)
        .into_tuple()
        .all(on)
        .await
}

/// Forgets what was begun by these, and what was typed on the pages of those they act for.
pub(super) async fn forget_begun(
    on: &impl ConnectionTrait,
    council: &str,
    helpers: &[Uuid],
) -> Result<(), DbErr> {
    for id in helpers {
        draft::Entity::delete_many()
            .filter(draft::Column::CouncilId.eq(council))
            .filter(draft::Column::Service.ends_with(form_for("", *id)))
            .exec(on)
            .await?;
    }
    Ok(())
}

/// What is meant for somebody: accepted by them, or by nobody yet and named by their address.
pub(super) fn mine(who: &Resident) -> Condition {
    let asked = Condition::all()
        .add(helper::Column::HelperId.is_null())
        .add(helper::Column::EmailKey.eq(who.email_key.clone()))
        .add(helper::Column::ResidentId.ne(who.id));
    Condition::any().add(helper::Column::HelperId.eq(who.id)).add(asked)
}
