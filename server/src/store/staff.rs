//! Members of staff, their sign-in codes and sessions. Codes and tokens are kept as hashes only.

use chrono::{DateTime, Utc};
use domain::field::contact::same_email_key;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::entities::{code, session, staff};
use super::{Database, Store, StoreError, jobs};
use crate::jobs::Job;

pub use super::entities::staff::Model as StaffMember;

/// Wrong tries a code bears.
const TRIES: i32 = 5;

/// The address of a member of staff.
pub(super) async fn email(
    on: &impl ConnectionTrait,
    council: &str,
    id: Uuid,
) -> Result<Option<String>, StoreError> {
    Ok(staff::Entity::find_by_id((council.to_owned(), id)).one(on).await?.map(|row| row.email))
}

impl Store {
    /// Adds a member of staff, or changes the name and department of the one with this address.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn put_staff(
        &self,
        id: Uuid,
        name: &str,
        email: &str,
        department: &str,
    ) -> Result<(), StoreError> {
        let row = staff::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            name: Set(name.to_owned()),
            email: Set(email.to_owned()),
            email_key: Set(same_email_key(email)),
            department: Set(department.to_owned()),
        };
        self.db
            .write(move |transaction| {
                let row = row.clone();
                Box::pin(async move {
                    let again = OnConflict::columns([staff::Column::CouncilId, staff::Column::EmailKey])
                        .update_columns([staff::Column::Name, staff::Column::Department])
                        .to_owned();
                    staff::Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// The member of staff with this address.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn staff_by_email(&self, email: &str) -> Result<Option<StaffMember>, StoreError> {
        Ok(staff::Entity::find()
            .filter(staff::Column::CouncilId.eq(&*self.council))
            .filter(staff::Column::EmailKey.eq(same_email_key(email)))
            .one(self.db.reader())
            .await?)
    }

    /// Keeps a new sign-in code and the job that sends it; codes before it no longer work.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn new_code(
        &self,
        (id, staff_id): (Uuid, Uuid),
        hash: Vec<u8>,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
        job: (Uuid, Job),
    ) -> Result<(), StoreError> {
        let row = code::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            staff_id: Set(staff_id),
            hash: Set(hash),
            expires_at: Set(expires_at),
            tries: Set(0),
        };
        let jobs = jobs::rows(&self.council, now, &[job])?;
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let (row, jobs, council) = (row.clone(), jobs.clone(), council.clone());
                Box::pin(async move {
                    forget_codes(transaction, &council, staff_id).await?;
                    code::Entity::insert(row).exec_without_returning(transaction).await?;
                    jobs::insert(transaction, jobs).await
                })
            })
            .await
    }

    /// Uses up a code: if it is right and in time, a session begins and the code is gone; if not, the try is
    /// counted, and after five the code is gone too. Says whether the session began.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn use_code(
        &self,
        staff_id: Uuid,
        hash: Vec<u8>,
        token_hash: Vec<u8>,
        (now, session_ends): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<bool, StoreError> {
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let (council, hash, token_hash) = (council.clone(), hash.clone(), token_hash.clone());
                Box::pin(async move {
                    // The lock makes tries at the same moment wait for each other (PostgreSQL; SQLite has one writer).
                    let latest = code::Entity::find()
                        .filter(code::Column::CouncilId.eq(&*council))
                        .filter(code::Column::StaffId.eq(staff_id))
                        .order_by_desc(code::Column::Id)
                        .lock_exclusive()
                        .one(transaction)
                        .await?;
                    let Some(code) = latest.filter(|code| code.expires_at > now && code.tries < TRIES) else {
                        return Ok(false);
                    };
                    if !bool::from(code.hash.ct_eq(&hash)) {
                        code::Entity::update_many()
                            .col_expr(code::Column::Tries, Expr::col(code::Column::Tries).add(1))
                            .filter(code::Column::CouncilId.eq(&*council))
                            .filter(code::Column::Id.eq(code.id))
                            .exec(transaction)
                            .await?;
                        return Ok(false);
                    }
                    forget_codes(transaction, &council, staff_id).await?;
                    let row = session::ActiveModel {
                        council_id: Set(council.to_string()),
                        token_hash: Set(token_hash),
                        staff_id: Set(staff_id),
                        expires_at: Set(session_ends),
                    };
                    session::Entity::insert(row).exec_without_returning(transaction).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Whose session this is.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn session(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<StaffMember>, StoreError> {
        let found = session::Entity::find_by_id((self.council.to_string(), token_hash.to_vec()))
            .one(self.db.reader())
            .await?;
        let Some(found) = found.filter(|session| session.expires_at > now) else { return Ok(None) };
        Ok(staff::Entity::find_by_id((self.council.to_string(), found.staff_id))
            .one(self.db.reader())
            .await?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn end_session(&self, token_hash: Vec<u8>) -> Result<(), StoreError> {
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let (council, token_hash) = (council.clone(), token_hash.clone());
                Box::pin(async move {
                    session::Entity::delete_by_id((council.to_string(), token_hash))
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

async fn forget_codes(on: &impl ConnectionTrait, council: &str, staff_id: Uuid) -> Result<(), StoreError> {
    code::Entity::delete_many()
        .filter(code::Column::CouncilId.eq(council))
        .filter(code::Column::StaffId.eq(staff_id))
        .exec(on)
        .await?;
    Ok(())
}

impl Database {
    /// Forgets codes and sessions that have ended.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_sessions(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                code::Entity::delete_many().filter(code::Column::ExpiresAt.lt(now)).exec(transaction).await?;
                session::Entity::delete_many()
                    .filter(session::Column::ExpiresAt.lt(now))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
