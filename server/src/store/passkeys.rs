//! Passkeys of residents and of staff. What is kept is public: with a copy of it nobody signs in.

use chrono::{DateTime, Utc};
use domain::audit::Entry;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::account_codes::still_there;
use super::{Store, StoreError, audit, jobs};
use crate::jobs::Job;

pub use passkey::Model as Passkey;

/// The table.
pub mod passkey {
    use sea_orm::entity::prelude::*;

    /// A row of `passkey`: a resident's, or a member of staff's.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "passkey")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Resident whose it is.
        pub resident_id: Option<Uuid>,
        /// Member of staff whose it is.
        pub staff_id: Option<Uuid>,
        /// What the authenticator knows it by.
        pub credential: Vec<u8>,
        /// What its owner calls it.
        pub name: String,
        /// The public key, its counter and whether it is backed up, as JSON.
        pub body: String,
        /// Since when.
        pub added_at: DateTimeUtc,
        /// When it was last signed in with.
        pub used_at: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Passkeys that one person may have.
const MOST: u64 = 20;

/// Whose passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A resident's.
    Resident(Uuid),
    /// A member of staff's.
    Staff(Uuid),
}

impl Owner {
    /// Who.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Resident(id) | Self::Staff(id) => id,
        }
    }

    fn which(self, council: &str) -> Condition {
        let whose = match self {
            Self::Resident(id) => passkey::Column::ResidentId.eq(id),
            Self::Staff(id) => passkey::Column::StaffId.eq(id),
        };
        Condition::all().add(passkey::Column::CouncilId.eq(council)).add(whose)
    }
}

/// Forgets all of somebody who has left.
pub(super) async fn forget_of(
    on: &impl ConnectionTrait,
    owner: Owner,
    council: &str,
) -> Result<(), StoreError> {
    passkey::Entity::delete_many().filter(owner.which(council)).exec(on).await?;
    Ok(())
}

/// A passkey that was signed in with, and what is known of it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Which.
    pub id: Uuid,
    /// What is kept of it from now on.
    pub body: String,
}

/// A passkey that is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// Identifier.
    pub id: Uuid,
    /// What the authenticator knows it by.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// What is kept of it, as JSON.
    pub body: String,
}

impl Store {
    /// Somebody's passkeys, the oldest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn passkeys(&self, owner: Owner) -> Result<Vec<Passkey>, StoreError> {
        Ok(passkey::Entity::find()
            .filter(owner.which(&self.council))
            .order_by_asc(passkey::Column::AddedAt)
            .order_by_asc(passkey::Column::Id)
            .all(self.db.reader())
            .await?)
    }

    /// Somebody's passkey, by what the authenticator knows it by.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn passkey(&self, owner: Owner, credential: &[u8]) -> Result<Option<Passkey>, StoreError> {
        Ok(passkey::Entity::find()
            .filter(owner.which(&self.council))
            .filter(passkey::Column::Credential.eq(credential.to_vec()))
            .one(self.db.reader())
            .await?)
    }

    /// Adds a passkey, and says so in the audit log and in a mail, where there is one. Says no where there are too many, or where it is there already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the resident's account is closed; the database's errors.
    pub async fn add_passkey(
        &self,
        owner: Owner,
        new: NewPasskey,
        entry: Entry,
        tell: Option<(Uuid, Job)>,
    ) -> Result<bool, StoreError> {
        let store = self.clone();
        let jobs = jobs::rows(&self.council, entry.at, tell.as_slice())?;
        self.db
            .write(move |transaction| {
                let (store, new, entry, jobs) = (store.clone(), new.clone(), entry.clone(), jobs.clone());
                Box::pin(async move {
                    let council = store.council.to_string();
                    if let Owner::Resident(resident) = owner {
                        still_there(transaction, &council, resident).await?;
                    }
                    let own = passkey::Entity::find().filter(owner.which(&council));
                    let known = passkey::Entity::find()
                        .filter(passkey::Column::CouncilId.eq(&*council))
                        .filter(passkey::Column::Credential.eq(new.credential.clone()));
                    if own.count(transaction).await? >= MOST || known.count(transaction).await? > 0 {
                        return Ok(false);
                    }
                    let (resident, staff) = match owner {
                        Owner::Resident(id) => (Some(id), None),
                        Owner::Staff(id) => (None, Some(id)),
                    };
                    let row = passkey::ActiveModel {
                        council_id: Set(council),
                        id: Set(new.id),
                        resident_id: Set(resident),
                        staff_id: Set(staff),
                        credential: Set(new.credential),
                        name: Set(new.name),
                        body: Set(new.body),
                        added_at: Set(entry.at),
                        used_at: Set(None),
                    };
                    passkey::Entity::insert(row).exec_without_returning(transaction).await?;
                    jobs::insert(transaction, jobs).await?;
                    audit::append(&store, transaction, entry).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Calls somebody's passkey something else.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not theirs; the database's errors.
    pub async fn name_passkey(&self, owner: Owner, id: Uuid, name: &str) -> Result<(), StoreError> {
        let (council, name) = (self.council.to_string(), name.to_owned());
        self.db
            .write(move |transaction| {
                let named = passkey::Entity::update_many()
                    .col_expr(passkey::Column::Name, Expr::value(name.clone()))
                    .filter(owner.which(&council))
                    .filter(passkey::Column::Id.eq(id));
                Box::pin(async move {
                    let named = named.exec(transaction).await?;
                    if named.rows_affected == 0 { Err(StoreError::NotFound) } else { Ok(()) }
                })
            })
            .await
    }

    /// Removes somebody's passkey, and says so in the audit log and in a mail, where there is one. Says no where it is the last, and one must stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not theirs; the database's errors.
    pub async fn remove_passkey(
        &self,
        owner: Owner,
        id: Uuid,
        one_must_stay: bool,
        entry: Entry,
        tell: Option<(Uuid, Job)>,
    ) -> Result<bool, StoreError> {
        let store = self.clone();
        let jobs = jobs::rows(&self.council, entry.at, tell.as_slice())?;
        self.db
            .write(move |transaction| {
                let (store, entry, jobs) = (store.clone(), entry.clone(), jobs.clone());
                let which = owner.which(&store.council);
                Box::pin(async move {
                    let own = passkey::Entity::find().filter(which.clone()).all(transaction).await?;
                    if !own.iter().any(|passkey| passkey.id == id) {
                        return Err(StoreError::NotFound);
                    }
                    if one_must_stay && own.len() == 1 {
                        return Ok(false);
                    }
                    passkey::Entity::delete_many()
                        .filter(which)
                        .filter(passkey::Column::Id.eq(id))
                        .exec(transaction)
                        .await?;
                    jobs::insert(transaction, jobs).await?;
                    audit::append(&store, transaction, entry).await?;
                    Ok(true)
                })
            })
            .await
    }
}

/// Keeps what is known of a passkey since it was used. One that was removed meanwhile opens nothing.
pub(super) async fn used(
    store: &Store,
    on: &impl ConnectionTrait,
    used: Used,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kept = passkey::Entity::update_many()
        .col_expr(passkey::Column::Body, Expr::value(used.body))
        .col_expr(passkey::Column::UsedAt, Expr::value(now))
        .filter(passkey::Column::CouncilId.eq(&*store.council))
        .filter(passkey::Column::Id.eq(used.id))
        .exec(on)
        .await?;
    if kept.rows_affected == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}
