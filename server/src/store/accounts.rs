//! Accounts of residents: codes, sessions, and the requests that are in them. Codes and tokens are kept as hashes only.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::audit::{Deed, Entry};
use domain::field::contact::same_email_key;
use domain::identity::Level;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::account_codes::still_there;
use super::entities::{request, resident, resident_browser, resident_code, resident_session};
use super::requests::{COLUMNS, Columns, Stored};
use super::{Database, Store, StoreError, audit, devices, jobs, links, passkeys};
use crate::jobs::Job;

pub use super::entities::resident::Model as Resident;
pub use super::entities::resident_session::Model as Session;

/// Wrong tries that a code bears.
const TRIES: i32 = 5;
/// How long a session lasts that nobody uses.
pub const IDLE: TimeDelta = TimeDelta::minutes(15);
/// How exactly it is kept when a session was used last.
const EXACT: TimeDelta = TimeDelta::minutes(1);

/// Signing in by a code: what was typed, and the session that is to begin.
#[derive(Clone, Debug)]
pub struct SigningIn {
    /// Keyed hash of the code that was typed.
    pub code_hash: Vec<u8>,
    /// Identifier of the account, if this address has none yet.
    pub new_resident: Uuid,
    /// The session.
    pub session: NewSession,
}

/// A session that is to begin, in the browser that brings this.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of the token in the cookie of the browser.
    pub browser_hash: Vec<u8>,
    /// Identifier of the session.
    pub id: Uuid,
    /// Identifier of what a provider proves of who signs in with it.
    pub proof: Uuid,
    /// SHA-256 of the session's token.
    pub token_hash: Vec<u8>,
    /// SHA-256 of the session's token that this one takes the place of.
    pub before: Option<Vec<u8>>,
    /// What the browser seems to be.
    pub device: String,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// When the session ends at the latest.
    pub ends_at: DateTime<Utc>,
}

/// How somebody signed in, as the audit log says it.
const BY_CODE: &str = "With a code from an email";

/// By what else than a code a resident has proven who they are.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A passkey.
    Passkey(passkeys::Used),
    /// A provider that the account is linked to.
    Link(links::Used),
}

/// The entry of the audit log about a resident and their ways to sign in.
#[must_use]
pub fn entry(resident: Option<Uuid>, deed: Deed, detail: String, now: DateTime<Utc>) -> Entry {
    Entry {
        seq: 0,
        at: now,
        role: Role::Resident,
        who: resident,
        department: None,
        deed,
        person: resident,
        object: "account".to_owned(),
        detail,
    }
}

impl Store {
    /// Keeps a code for a browser, in place of the one before, with the job that sends it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn new_resident_code(
        &self,
        browser_hash: Vec<u8>,
        email: &str,
        hash: Vec<u8>,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
        job: (Uuid, Job),
    ) -> Result<(), StoreError> {
        let row = resident_code::ActiveModel {
            council_id: Set(self.council.to_string()),
            browser_hash: Set(browser_hash),
            email: Set(email.to_owned()),
            hash: Set(hash),
            expires_at: Set(expires_at),
            tries: Set(0),
        };
        let jobs = jobs::rows(&self.council, now, &[job])?;
        self.db
            .write(move |transaction| {
                let (row, jobs) = (row.clone(), jobs.clone());
                Box::pin(async move {
                    use resident_code::Column;
                    let again = OnConflict::columns([Column::CouncilId, Column::BrowserHash])
                        .update_columns([Column::Email, Column::Hash, Column::ExpiresAt, Column::Tries])
                        .to_owned();
                    resident_code::Entity::insert(row)
                        .on_conflict(again)
                        .exec_without_returning(transaction)
                        .await?;
                    jobs::insert(transaction, jobs).await
                })
            })
            .await
    }

    /// Signs in: if the code is right, in time and this browser's, it is used up, the account is there, and a session
    /// begins in place of the one before. If not, the try is counted, and after five the code is worth nothing.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn sign_in(&self, signing_in: SigningIn) -> Result<Option<Resident>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, signing_in) = (store.clone(), signing_in.clone());
                Box::pin(async move { store.sign_in_within(transaction, signing_in).await })
            })
            .await
    }

    async fn sign_in_within(
        &self,
        on: &impl ConnectionTrait,
        signing_in: SigningIn,
    ) -> Result<Option<Resident>, StoreError> {
        let SigningIn { code_hash, new_resident, session } = signing_in;
        let (browser_hash, now) = (session.browser_hash.clone(), session.now);
        let council = self.council.to_string();
        // The lock makes tries at the same moment wait for each other (PostgreSQL; SQLite has one writer).
        let kept = resident_code::Entity::find_by_id((council.clone(), browser_hash.clone()))
            .lock_exclusive()
            .one(on)
            .await?;
        let Some(code) = kept.filter(|code| code.expires_at > now && code.tries < TRIES) else {
            return Ok(None);
        };
        if !bool::from(code.hash.ct_eq(&code_hash)) {
            let more = Expr::col(resident_code::Column::Tries).add(1);
            resident_code::Entity::update_many()
                .col_expr(resident_code::Column::Tries, more)
                .filter(resident_code::Column::CouncilId.eq(&*council))
                .filter(resident_code::Column::BrowserHash.eq(browser_hash))
                .exec(on)
                .await?;
            audit::append(self, on, entry(None, Deed::SignInFailed, BY_CODE.to_owned(), now)).await?;
            return Ok(None);
        }
        resident_code::Entity::delete_by_id((council.clone(), browser_hash.clone())).exec(on).await?;
        let new = resident::ActiveModel {
            council_id: Set(council.clone()),
            id: Set(new_resident),
            email: Set(code.email.clone()),
            email_key: Set(same_email_key(&code.email)),
            created_at: Set(now),
            left_out_until: Set(None),
        };
        let once = OnConflict::columns([resident::Column::CouncilId, resident::Column::EmailKey])
            .do_nothing()
            .to_owned();
        resident::Entity::insert(new).on_conflict(once).try_insert().exec_without_returning(on).await?;
        let resident = resident::Entity::find()
            .filter(resident::Column::CouncilId.eq(&*council))
            .filter(resident::Column::EmailKey.eq(same_email_key(&code.email)))
            .lock_exclusive()
            .one(on)
            .await?
            .ok_or(StoreError::NotFound)?;
        self.proved_by_signing_in(on, (session.id, resident.id), Level::EmailConfirmed, now).await?;
        links::keep_pending(self, on, &resident, &session).await?;
        self.begin_session_within(on, resident.id, session, BY_CODE).await?;
        Ok(Some(resident))
    }

    /// Begins a session for a resident who has proven who they are by something else than a code. None where the account
    /// is not there any more.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn begin_session(
        &self,
        resident: Uuid,
        proof: Proof,
        session: NewSession,
    ) -> Result<Option<Resident>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, proof, session) = (store.clone(), proof.clone(), session.clone());
                Box::pin(async move {
                    let key = (store.council.to_string(), resident);
                    // Whoever closes the account waits for this, or was first.
                    let found = resident::Entity::find_by_id(key).lock_exclusive().one(transaction).await?;
                    let Some(resident) = found else {
                        return Ok(None);
                    };
                    let way = match proof {
                        Proof::Passkey(used) => {
                            passkeys::used(&store, transaction, used, session.now).await?;
                            "With a passkey".to_owned()
                        }
                        Proof::Link(used) => {
                            let way = format!("With {}", used.provider);
                            let (by, at) = ((session.proof, resident.id), session.now);
                            links::used(&store, transaction, used, by, at).await?;
                            way
                        }
                    };
                    store.begin_session_within(transaction, resident.id, session, &way).await?;
                    Ok(Some(resident))
                })
            })
            .await
    }

    /// What every way to sign in ends with: a session in place of the one before, in a browser that is known from now on.
    async fn begin_session_within(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
        session: NewSession,
        way: &str,
    ) -> Result<(), StoreError> {
        let NewSession { browser_hash, id, token_hash, before, device, now, ends_at, .. } = session;
        let council = self.council.to_string();
        if let Some(before) = before {
            resident_session::Entity::delete_by_id((council.clone(), before)).exec(on).await?;
        }
        let session = resident_session::ActiveModel {
            council_id: Set(council.clone()),
            token_hash: Set(token_hash),
            id: Set(id),
            resident_id: Set(resident),
            device: Set(device),
            begun_at: Set(now),
            seen_at: Set(now),
            ends_at: Set(ends_at),
        };
        resident_session::Entity::insert(session).exec_without_returning(on).await?;
        let browser = resident_browser::ActiveModel {
            council_id: Set(council),
            browser_hash: Set(browser_hash),
            resident_id: Set(resident),
            seen_at: Set(now),
        };
        let again = OnConflict::columns([
            resident_browser::Column::CouncilId,
            resident_browser::Column::BrowserHash,
            resident_browser::Column::ResidentId,
        ])
        .update_column(resident_browser::Column::SeenAt)
        .to_owned();
        resident_browser::Entity::insert(browser).on_conflict(again).exec_without_returning(on).await?;
        audit::append(self, on, entry(Some(resident), Deed::SignedIn, way.to_owned(), now)).await
    }

    /// Whether the resident with this address has signed in with this browser before.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn knows_browser(&self, browser_hash: &[u8], email: &str) -> Result<bool, StoreError> {
        let Some(resident) = self.resident_by_email(email).await? else { return Ok(false) };
        let key = (self.council.to_string(), browser_hash.to_vec(), resident.id);
        Ok(resident_browser::Entity::find_by_id(key).one(self.db.reader()).await?.is_some())
    }

    pub(super) async fn resident_by_email(&self, email: &str) -> Result<Option<Resident>, StoreError> {
        Ok(resident::Entity::find()
            .filter(resident::Column::CouncilId.eq(&*self.council))
            .filter(resident::Column::EmailKey.eq(same_email_key(email)))
            .one(self.db.reader())
            .await?)
    }

    /// Whose session this is, while it lasts: it ends when nobody has used it for a quarter of an hour. Being asked for
    /// is use.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn resident(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<(Resident, Session)>, StoreError> {
        let found = resident_session::Entity::find_by_id((self.council.to_string(), token_hash.to_vec()))
            .one(self.db.reader())
            .await?;
        let lasts = |session: &Session| session.ends_at > now && session.seen_at + IDLE > now;
        let Some(session) = found.filter(lasts) else { return Ok(None) };
        if session.seen_at + EXACT <= now {
            let (council, hash) = (self.council.to_string(), token_hash.to_vec());
            self.db
                .write(move |transaction| {
                    let seen = resident_session::Entity::update_many()
                        .col_expr(resident_session::Column::SeenAt, Expr::value(now))
                        .filter(resident_session::Column::CouncilId.eq(council.clone()))
                        .filter(resident_session::Column::TokenHash.eq(hash.clone()));
                    Box::pin(async move {
                        seen.exec(transaction).await?;
                        Ok(())
                    })
                })
                .await?;
        }
        let resident = resident::Entity::find_by_id((self.council.to_string(), session.resident_id))
            .one(self.db.reader())
            .await?;
        Ok(resident.map(|resident| (resident, session)))
    }

    /// The sessions of a resident that last, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn sessions(&self, resident: Uuid, now: DateTime<Utc>) -> Result<Vec<Session>, StoreError> {
        Ok(resident_session::Entity::find()
            .filter(resident_session::Column::CouncilId.eq(&*self.council))
            .filter(resident_session::Column::ResidentId.eq(resident))
            .filter(resident_session::Column::EndsAt.gt(now))
            .filter(resident_session::Column::SeenAt.gt(now - IDLE))
            .order_by_desc(resident_session::Column::BegunAt)
            .all(self.db.reader())
            .await?)
    }

    /// Ends one session of a resident, on the device that it is on if that is one of theirs, or all of them. Devices that were
    /// to have notifications for so long only have none any more.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn end_sessions(
        &self,
        resident: Uuid,
        only: Option<(Uuid, Option<Uuid>)>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, council) = (self.clone(), self.council.to_string());
        self.db
            .write(move |transaction| {
                let store = store.clone();
                let mut which = Condition::all()
                    .add(resident_session::Column::CouncilId.eq(council.clone()))
                    .add(resident_session::Column::ResidentId.eq(resident));
                if let Some((session, _)) = only {
                    which = which.add(resident_session::Column::Id.eq(session));
                }
                Box::pin(async move {
                    resident_session::Entity::delete_many().filter(which).exec(transaction).await?;
                    if only.is_none_or(|(_, device)| device.is_some()) {
                        let device = only.and_then(|(_, device)| device);
                        devices::signed_out(transaction, &store.council, resident, device).await?;
                    }
                    let from = if only.is_some() { "Here" } else { "Everywhere" };
                    let ended = entry(Some(resident), Deed::SignedOut, from.to_owned(), now);
                    audit::append(&store, transaction, ended).await
                })
            })
            .await
    }

    /// The requests in an account, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn requests_of(&self, resident: Uuid, limit: u64) -> Result<Vec<Stored>, StoreError> {
        let rows: Vec<Columns> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(resident))
            .order_by_desc(request::Column::Id)
            .limit(limit)
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Stored::try_from).collect()
    }

    /// How many requests name the resident's address, are in no account, and were not left out.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn found_for(&self, resident: &Resident) -> Result<u64, StoreError> {
        let found = request::Entity::find().filter(self.found(resident));
        Ok(found.count(self.db.reader()).await?)
    }

    fn found(&self, resident: &Resident) -> Condition {
        let since = resident.left_out_until.map(|until| request::Column::CreatedAt.gt(until));
        Condition::all()
            .add(request::Column::CouncilId.eq(self.council.to_string()))
            .add(request::Column::EmailKey.eq(resident.email_key.clone()))
            .add(request::Column::ResidentId.is_null())
            .add_option(since)
    }

    /// Puts those requests into the account, or leaves them out from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn collect(
        &self,
        resident: &Resident,
        add: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (found, council, id) = (self.found(resident), self.council.to_string(), resident.id);
        self.db
            .write(move |transaction| {
                let (found, council) = (found.clone(), council.clone());
                Box::pin(async move {
                    still_there(transaction, &council, id).await?;
                    if add {
                        request::Entity::update_many()
                            .col_expr(request::Column::ResidentId, Expr::value(id))
                            .filter(found)
                            .exec(transaction)
                            .await?;
                    } else {
                        resident::Entity::update_many()
                            .col_expr(resident::Column::LeftOutUntil, Expr::value(now))
                            .filter(resident::Column::CouncilId.eq(council))
                            .filter(resident::Column::Id.eq(id))
                            .exec(transaction)
                            .await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

impl Database {
    /// Forgets codes and sessions of residents that have ended, and browsers that were not used for a year.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_resident_sessions(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                resident_code::Entity::delete_many()
                    .filter(resident_code::Column::ExpiresAt.lte(now))
                    .exec(transaction)
                    .await?;
                let ended = Condition::any()
                    .add(resident_session::Column::EndsAt.lte(now))
                    .add(resident_session::Column::SeenAt.lte(now - IDLE));
                resident_session::Entity::delete_many().filter(ended).exec(transaction).await?;
                resident_browser::Entity::delete_many()
                    .filter(resident_browser::Column::SeenAt.lte(now - TimeDelta::days(365)))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
