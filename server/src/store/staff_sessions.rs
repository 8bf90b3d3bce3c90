//! Sessions of staff. However somebody signs in, [`begin`] begins the session.

use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::Deed;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use uuid::Uuid;

use super::entities::{staff, staff_session};
use super::staff::StaffMember;
use super::{Database, Store, StoreError, audit, passkeys};

pub use super::entities::staff_session::Model as Session;

/// How long a session lasts that nobody uses.
const IDLE: TimeDelta = TimeDelta::minutes(30);
/// How long a session lasts at most.
pub const LASTS: TimeDelta = TimeDelta::hours(12);
/// How exactly it is kept when a session was used last.
const EXACT: TimeDelta = TimeDelta::minutes(1);

/// By what else than a code a member of staff has proved who they are.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A passkey.
    Passkey(passkeys::Used),
    /// A provider of this name, which knows their address.
    Provider {
        /// Its name.
        name: String,
        /// When they proved there who they are, which may be a while ago; none where it does not say.
        at: Option<DateTime<Utc>>,
    },
}

/// A session that is to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Identifier.
    pub id: Uuid,
    /// Who has proved who they are.
    pub staff_id: Uuid,
    /// SHA-256 of the session's token.
    pub token_hash: Vec<u8>,
    /// SHA-256 of the session's token that this one takes the place of.
    pub before: Option<Vec<u8>>,
    /// What the browser seems to be.
    pub device: String,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// When they proved who they are.
    pub proved_at: DateTime<Utc>,
}

/// Begins a session, in place of the one that this browser had, and logs it, with the way in words.
///
/// # Errors
/// [`StoreError::NotFound`] when nobody has this identifier; the database's errors.
pub(super) async fn begin(
    store: &Store,
    on: &impl ConnectionTrait,
    new: NewSession,
    way: String,
) -> Result<(), StoreError> {
    let council = store.council();
    let member = staff::Entity::find_by_id((council.to_owned(), new.staff_id)).one(on).await?;
    let member = member.ok_or(StoreError::NotFound)?;
    if let Some(before) = new.before {
        staff_session::Entity::delete_by_id((council.to_owned(), before)).exec(on).await?;
    }
    let row = staff_session::ActiveModel {
        council_id: Set(council.to_owned()),
        token_hash: Set(new.token_hash),
        id: Set(new.id),
        staff_id: Set(new.staff_id),
        device: Set(new.device),
        begun_at: Set(new.now),
        seen_at: Set(new.now),
        proved_at: Set(new.proved_at),
        ends_at: Set(new.now + LASTS),
    };
    staff_session::Entity::insert(row).exec_without_returning(on).await?;
    audit::append(store, on, member.did(new.now, Deed::SignedIn, "staff".into(), way)).await
}

/// Notes that who is signed in has proved again, just now, who they are.
pub(super) async fn prove(
    on: &impl ConnectionTrait,
    council: &str,
    session: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    staff_session::Entity::update_many()
        .col_expr(staff_session::Column::ProvedAt, Expr::value(now))
        .filter(staff_session::Column::CouncilId.eq(council))
        .filter(staff_session::Column::Id.eq(session))
        .exec(on)
        .await?;
    Ok(())
}

impl Store {
    /// Begins a session of somebody who has proved who they are in a way that keeps nothing here.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn begin_staff_session(&self, new: NewSession) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new) = (store.clone(), new.clone());
                Box::pin(async move { begin(&store, transaction, new, String::new()).await })
            })
            .await
    }

    /// Begins a session of somebody who has proved who they are by something else than a code.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the passkey was removed meanwhile; the database's errors.
    pub async fn begin_staff_session_by(&self, by: Proof, new: NewSession) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, by, mut new) = (store.clone(), by.clone(), new.clone());
                Box::pin(async move {
                    let way = match by {
                        Proof::Passkey(used) => {
                            passkeys::used(&store, transaction, used, new.now).await?;
                            "With a passkey".to_owned()
                        }
                        // Whoever finds a browser that is signed in there proves nothing by coming back from it.
                        Proof::Provider { name, at } => {
                            new.proved_at = at.map_or(DateTime::UNIX_EPOCH, |at| at.min(new.now));
                            format!("With {name}")
                        }
                    };
                    begin(&store, transaction, new, way).await
                })
            })
            .await
    }

    /// Notes that who is signed in has proved again, just now, who they are.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn prove_staff_session(&self, session: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move { prove(transaction, &council, session, now).await })
            })
            .await
    }

    /// Whose session this is, while it lasts: it ends when nobody has used it for half an hour. Being asked for is use.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn staff_session(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<(StaffMember, Session)>, StoreError> {
        let found = staff_session::Entity::find_by_id((self.council.to_string(), token_hash.to_vec()))
            .one(self.db.reader())
            .await?;
        let lasts = |session: &Session| session.ends_at > now && session.seen_at + IDLE > now;
        let Some(session) = found.filter(lasts) else { return Ok(None) };
        if session.seen_at + EXACT <= now {
            let (council, hash) = (self.council.to_string(), token_hash.to_vec());
            self.db
                .write(move |transaction| {
                    let seen = staff_session::Entity::update_many()
                        .col_expr(staff_session::Column::SeenAt, Expr::value(now))
                        .filter(staff_session::Column::CouncilId.eq(council.clone()))
                        .filter(staff_session::Column::TokenHash.eq(hash.clone()));
                    Box::pin(async move {
                        seen.exec(transaction).await?;
                        Ok(())
                    })
                })
                .await?;
        }
        let member = staff::Entity::find_by_id((self.council.to_string(), session.staff_id))
            .one(self.db.reader())
            .await?;
        Ok(member.map(|member| (member, session)))
    }

    /// The sessions of a member of staff that last, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn staff_sessions(&self, staff: Uuid, now: DateTime<Utc>) -> Result<Vec<Session>, StoreError> {
        Ok(staff_session::Entity::find()
            .filter(staff_session::Column::CouncilId.eq(&*self.council))
            .filter(staff_session::Column::StaffId.eq(staff))
            .filter(staff_session::Column::EndsAt.gt(now))
            .filter(staff_session::Column::SeenAt.gt(now - IDLE))
            .order_by_desc(staff_session::Column::BegunAt)
            .all(self.db.reader())
            .await?)
    }

    /// Ends one session of a member of staff, or all of them, at their wish.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn end_staff_sessions(
        &self,
        member: &StaffMember,
        only: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, council, staff) = (self.clone(), self.council.to_string(), member.id);
        let detail = if only.is_some() { String::new() } else { "everywhere".to_owned() };
        let entry = member.did(now, Deed::SignedOut, "staff".into(), detail);
        self.db
            .write(move |transaction| {
                let (store, entry) = (store.clone(), entry.clone());
                let which = Condition::all()
                    .add(staff_session::Column::CouncilId.eq(council.clone()))
                    .add(staff_session::Column::StaffId.eq(staff))
                    .add_option(only.map(|only| staff_session::Column::Id.eq(only)));
                Box::pin(async move {
                    staff_session::Entity::delete_many().filter(which).exec(transaction).await?;
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }
}

/// Ends all sessions of a member of staff who has left.
pub(super) async fn end_all(on: &impl ConnectionTrait, council: &str, staff: Uuid) -> Result<(), StoreError> {
    staff_session::Entity::delete_many()
        .filter(staff_session::Column::CouncilId.eq(council))
        .filter(staff_session::Column::StaffId.eq(staff))
        .exec(on)
        .await?;
    Ok(())
}

impl Database {
    /// Forgets sessions of staff that have ended.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_staff_sessions(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                let ended = Condition::any()
                    .add(staff_session::Column::EndsAt.lte(now))
                    .add(staff_session::Column::SeenAt.lte(now - IDLE));
                staff_session::Entity::delete_many().filter(ended).exec(transaction).await?;
                Ok(())
            })
        })
        .await
    }
}
