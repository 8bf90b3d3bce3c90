//! Providers that residents sign in with: whose account belongs to whom a provider knows. How sure it is of them becomes
//! a proof (`store/proofs.rs`).

use chrono::{DateTime, Utc};
use domain::audit::{Deed, Entry};
use domain::field::contact::same_email_key;
use domain::identity::Level;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account_codes::still_there;
use super::accounts::{NewSession, Resident, entry};
use super::ceremonies::{Ceremony, take_within};
use super::{Store, StoreError, audit};

pub use resident_link::Model as Link;

/// The table.
pub mod resident_link {
    use sea_orm::entity::prelude::*;

    /// A row of `resident_link`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resident_link")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose account.
        pub resident_id: Uuid,
        /// The provider's address.
        pub issuer: String,
        /// What the provider knows them by.
        pub subject: String,
        /// The provider, as the council's document calls it.
        pub provider: String,
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

/// Whom a provider says somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The provider's address.
    pub issuer: String,
    /// What the provider knows them by.
    pub subject: String,
    /// The provider, as the council's document calls it.
    pub provider: String,
    /// How sure it is of who they are, where it says so.
    pub level: Option<Level>,
}

/// A link that waits for its resident to read a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Whom the provider knows.
    pub known: Known,
    /// The provider's name.
    pub name: String,
    /// The address that the provider has confirmed, in the form addresses are compared in.
    pub email_key: String,
}

/// A link that was signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Which.
    pub id: Uuid,
    /// The provider's name.
    pub provider: String,
    /// How sure the provider is now.
    pub level: Option<Level>,
}

/// Where a link waits, in a browser.
#[must_use]
pub fn pending(browser_hash: &[u8]) -> Ceremony {
    Ceremony { key_hash: browser_hash.to_vec(), kind: "link", browser_hash: browser_hash.to_vec() }
}

impl Store {
    /// The link of whom a provider knows.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn link(&self, issuer: &str, subject: &str) -> Result<Option<Link>, StoreError> {
        Ok(resident_link::Entity::find()
            .filter(resident_link::Column::CouncilId.eq(&*self.council))
            .filter(resident_link::Column::Issuer.eq(issuer))
            .filter(resident_link::Column::Subject.eq(subject))
            .one(self.db.reader())
            .await?)
    }

    /// The providers that an account is linked to, the oldest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn links(&self, resident: Uuid) -> Result<Vec<Link>, StoreError> {
        Ok(resident_link::Entity::find()
            .filter(resident_link::Column::CouncilId.eq(&*self.council))
            .filter(resident_link::Column::ResidentId.eq(resident))
            .order_by_asc(resident_link::Column::AddedAt)
            .all(self.db.reader())
            .await?)
    }

    /// Links an account to whom a provider knows, and says so in the audit log. Says no where that is somebody else's already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn add_link(
        &self,
        resident: Uuid,
        known: Known,
        id: Uuid,
        entry: Entry,
    ) -> Result<bool, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, known, entry) = (store.clone(), known.clone(), entry.clone());
                Box::pin(async move {
                    still_there(transaction, &store.council, resident).await?;
                    let is_theirs =
                        add_within(&store, transaction, resident, &known, (id, id, entry.at)).await?;
                    if is_theirs {
                        audit::append(&store, transaction, entry).await?;
                    }
                    Ok(is_theirs)
                })
            })
            .await
    }

    /// Ends a link of a resident's account, and says so in the audit log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not theirs; the database's errors.
    pub async fn remove_link(&self, resident: Uuid, id: Uuid, entry: Entry) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, entry) = (store.clone(), entry.clone());
                let gone = resident_link::Entity::delete_many()
                    .filter(resident_link::Column::CouncilId.eq(&*store.council))
                    .filter(resident_link::Column::ResidentId.eq(resident))
                    .filter(resident_link::Column::Id.eq(id));
                Box::pin(async move {
                    if gone.exec(transaction).await?.rows_affected == 0 {
                        return Err(StoreError::NotFound);
                    }
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }
}

async fn add_within(
    store: &Store,
    on: &impl ConnectionTrait,
    resident: Uuid,
    known: &Known,
    (id, proof, now): (Uuid, Uuid, DateTime<Utc>),
) -> Result<bool, StoreError> {
    use resident_link::Column;
    let row = resident_link::ActiveModel {
        council_id: Set(store.council.to_string()),
        id: Set(id),
        resident_id: Set(resident),
        issuer: Set(known.issuer.clone()),
        subject: Set(known.subject.clone()),
        provider: Set(known.provider.clone()),
        added_at: Set(now),
        used_at: Set(Some(now)),
    };
    let once =
        OnConflict::columns([Column::CouncilId, Column::Issuer, Column::Subject]).do_nothing().to_owned();
    resident_link::Entity::insert(row).on_conflict(once).try_insert().exec_without_returning(on).await?;
    let whose = resident_link::Entity::find()
        .filter(Column::CouncilId.eq(&*store.council))
        .filter(Column::Issuer.eq(&known.issuer))
        .filter(Column::Subject.eq(&known.subject))
        .one(on)
        .await?;
    let is_theirs = whose.is_some_and(|link| link.resident_id == resident);
    if let Some(level) = known.level.filter(|_| is_theirs) {
        store.proved_by_signing_in(on, (proof, resident), level, now).await?;
    }
    Ok(is_theirs)
}

/// Links an account to the provider that its resident came from, now that they have read the mail: only if the address
/// is the one that the provider has confirmed.
pub(super) async fn keep_pending(
    store: &Store,
    on: &impl ConnectionTrait,
    resident: &Resident,
    session: &NewSession,
) -> Result<(), StoreError> {
    let now = session.now;
    let waiting = pending(&session.browser_hash);
    let Some(body) = take_within(store, on, &waiting, now).await? else { return Ok(()) };
    let pending: Pending = serde_json::from_str(&body)?;
    if pending.email_key == same_email_key(&resident.email) {
        let detail = format!("Signs in with {} from now on", pending.name);
        if add_within(store, on, resident.id, &pending.known, (session.id, session.proof, now)).await? {
            audit::append(store, on, entry(Some(resident.id), Deed::Changed, detail, now)).await?;
        }
    }
    Ok(())
}

/// Keeps that a link was used, and how sure the provider is. One that was removed meanwhile opens nothing.
pub(super) async fn used(
    store: &Store,
    on: &impl ConnectionTrait,
    used: Used,
    (proof, resident): (Uuid, Uuid),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kept = resident_link::Entity::update_many()
        .col_expr(resident_link::Column::UsedAt, Expr::value(now))
        .filter(resident_link::Column::CouncilId.eq(&*store.council))
        .filter(resident_link::Column::Id.eq(used.id));
    if kept.exec(on).await?.rows_affected == 0 {
        return Err(StoreError::NotFound);
    }
    match used.level {
        Some(level) => store.proved_by_signing_in(on, (proof, resident), level, now).await,
        None => Ok(()),
    }
}
