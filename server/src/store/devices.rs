//! The devices that residents have notifications sent to: where their browsers have them sent, and what only those browsers
//! can read them with.

use domain::alert;
use domain::audit::Entry;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::account_codes::still_there;
use super::{Store, StoreError, audit};
use crate::secret::hash;

pub use device::Model as Device;

/// The table.
pub mod device {
    use sea_orm::entity::prelude::*;

    /// A row of `device`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "device")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub resident_id: Uuid,
        /// Where its browser has notifications sent to.
        pub endpoint: String,
        /// SHA-256 of that: a browser is one device.
        pub endpoint_hash: Vec<u8>,
        /// Its public key (P-256, uncompressed).
        pub public_key: Vec<u8>,
        /// The secret between it and us.
        pub auth: Vec<u8>,
        /// What its owner calls it.
        pub name: String,
        /// Notifications there say what they are about.
        pub says_what: bool,
        /// It is removed when its owner signs out on it.
        pub until_sign_out: bool,
        /// Since when.
        pub added_at: DateTimeUtc,
        /// What it was told last: the same once more would be no news.
        pub told: Option<Uuid>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

use device::{ActiveModel, Column, Entity};

/// Devices that one resident may have.
const MOST: u64 = 10;

/// A device that is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// Identifier.
    pub id: Uuid,
    /// Where its browser has notifications sent to.
    pub endpoint: String,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// The secret between it and us.
    pub auth: Vec<u8>,
    /// How its owner wants to be told on it.
    pub wanted: alert::Device,
}

fn of(council: &str, resident: Uuid) -> Condition {
    Condition::all().add(Column::CouncilId.eq(council)).add(Column::ResidentId.eq(resident))
}

/// Who signs out on a device, or everywhere, leaves none that was to be there for so long only.
pub(super) async fn signed_out(
    on: &impl ConnectionTrait,
    council: &str,
    resident: Uuid,
    only: Option<Uuid>,
) -> Result<(), DbErr> {
    let mut which = of(council, resident).add(Column::UntilSignOut.eq(true));
    if let Some(only) = only {
        which = which.add(Column::Id.eq(only));
    }
    Entity::delete_many().filter(which).exec(on).await.map(drop)
}

/// Who closes an account is told nothing more.
pub(super) async fn leave(on: &impl ConnectionTrait, council: &str, resident: Uuid) -> Result<(), DbErr> {
    Entity::delete_many().filter(of(council, resident)).exec(on).await.map(drop)
}

impl Store {
    /// A resident's devices, the oldest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn devices(&self, resident: Uuid) -> Result<Vec<Device>, StoreError> {
        Ok(Entity::find()
            .filter(of(&self.council, resident))
            .order_by_asc(Column::AddedAt)
            .order_by_asc(Column::Id)
            .all(self.db.reader())
            .await?)
    }

    /// Adds a device in place of what there was of the same browser, whoever's it was, and says so in the audit log. Says no
    /// where there are too many.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn add_device(&self, resident: Uuid, new: NewDevice, entry: Entry) -> Result<bool, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new, entry) = (store.clone(), new.clone(), entry.clone());
                Box::pin(async move {
                    let council = store.council.to_string();
                    still_there(transaction, &council, resident).await?;
                    let endpoint_hash = hash(new.endpoint.as_bytes());
                    let same =
                        Column::CouncilId.eq(&*council).and(Column::EndpointHash.eq(endpoint_hash.clone()));
                    let others = Entity::find().filter(of(&council, resident)).filter(same.clone().not());
                    if others.count(transaction).await? >= MOST {
                        return Ok(false);
                    }
                    Entity::delete_many().filter(same).exec(transaction).await?;
                    let row = ActiveModel {
                        council_id: Set(council),
                        id: Set(new.id),
                        resident_id: Set(resident),
                        endpoint: Set(new.endpoint),
                        endpoint_hash: Set(endpoint_hash),
                        public_key: Set(new.public_key),
                        auth: Set(new.auth),
                        name: Set(new.wanted.name),
                        says_what: Set(new.wanted.says_what),
                        until_sign_out: Set(new.wanted.until_sign_out),
                        added_at: Set(entry.at),
                        told: Set(None),
                    };
                    Entity::insert(row).exec_without_returning(transaction).await?;
                    audit::append(&store, transaction, entry).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Removes a resident's device, and says so in the audit log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not theirs; the database's errors.
    pub async fn remove_device(&self, resident: Uuid, id: Uuid, entry: Entry) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, entry) = (store.clone(), entry.clone());
                let own = of(&store.council, resident).add(Column::Id.eq(id));
                Box::pin(async move {
                    let removed = Entity::delete_many().filter(own).exec(transaction).await?;
                    if removed.rows_affected == 0 {
                        return Err(StoreError::NotFound);
                    }
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    /// Forgets a device whose browser takes no notifications any more.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn end_device(&self, id: Uuid) -> Result<(), StoreError> {
        let key = (self.council.to_string(), id);
        self.db
            .write(move |transaction| {
                let key = key.clone();
                Box::pin(async move {
                    Entity::delete_by_id(key).exec(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Notes what a device was told last.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn told_device(&self, id: Uuid, what: Uuid) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let own = Column::CouncilId.eq(council.clone()).and(Column::Id.eq(id));
                Box::pin(async move {
                    Entity::update_many()
                        .set(ActiveModel { told: Set(Some(what)), ..Default::default() })
                        .filter(own)
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
