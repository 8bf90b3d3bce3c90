//! Codes that prove that it is the resident who asks, and reads the mail of an address: to change the account's
//! address, and to close the account. Each is bound to the session that asked for it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::api::identity::DocumentState;
use domain::audit::Entry;
use domain::field::contact::same_email_key;
use domain::identity::{Detail, Level};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::accounts::{Resident, Session};
use super::drafts::Holder;
use super::entities::{draft, photo, request, resident, resident_browser, resident_session, watcher};
use super::helpers::{self, helper};
use super::links::resident_link;
use super::notices::alert_wish;
use super::papers::{desk_code, identity_document};
use super::passkeys::passkey;
use super::profile::{seen, told};
use super::proofs::proof as identity_proof;
use super::requests::{COLUMNS, Columns, Stored};
use super::{Database, Store, StoreError, audit, jobs};
use super::{deliveries, devices};
use crate::jobs::Job;

/// Codes, hashed.
mod proof {
    use sea_orm::entity::prelude::*;

    /// A row of `resident_proof`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resident_proof")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The session that asked.
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: Uuid,
        /// What it is for.
        #[sea_orm(primary_key, auto_increment = false)]
        pub purpose: String,
        /// Whose.
        pub resident_id: Uuid,
        /// The address that it went to.
        pub email: String,
        /// Keyed hash of the code.
        pub hash: Vec<u8>,
        /// It works until then.
        pub expires_at: DateTimeUtc,
        /// Wrong tries so far.
        pub tries: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Wrong tries that a code bears.
const TRIES: i32 = 5;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Changing the account's address to the one that the code went to.
    Email,
    /// Closing the account.
    Close,
}

impl Purpose {
    /// As it is stored and hashed.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Close => "close",
        }
    }
}

/// What was typed, by whom.
#[derive(Clone, Debug)]
pub struct Proving {
    /// Who.
    pub resident: Uuid,
    /// The session.
    pub session: Uuid,
    /// Keyed hash of what was typed.
    pub code_hash: Vec<u8>,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// An identifier for what it proves.
    pub id: Uuid,
    /// What the log says of what is done with it.
    pub entry: Entry,
}

/// Makes the mail to an address that says what was done.
pub type MakeMail = Arc<dyn Fn(String) -> (Uuid, Job) + Send + Sync>;

/// Makes the mail to the address of an account that is closed: with the requests in it of which no mail ever was sent.
pub type MakeFarewell = Arc<dyn Fn(String, &[Stored]) -> (Uuid, Job) + Send + Sync>;

/// What is in an account, and goes when it is closed; besides the row of the account itself and its sessions. A
/// table more that names residents is a line more here.
const IN_ACCOUNT: [Leave; 15] = [
    |on, council, who| {
        Box::pin(async move {
            let own = Holder::Account(who.id).own(council);
            draft::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = resident_browser::Column::CouncilId
                .eq(council)
                .and(resident_browser::Column::ResidentId.eq(who.id));
            resident_browser::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = watcher::Column::CouncilId
                .eq(council)
                .and(watcher::Column::EmailKey.eq(who.email_key.clone()));
            watcher::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = told::Column::CouncilId.eq(council).and(told::Column::ResidentId.eq(who.id));
            told::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = seen::Column::CouncilId.eq(council).and(seen::Column::ResidentId.eq(who.id));
            seen::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = identity_proof::Column::CouncilId
                .eq(council)
                .and(identity_proof::Column::ResidentId.eq(who.id));
            identity_proof::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = desk_code::Column::CouncilId.eq(council).and(desk_code::Column::ResidentId.eq(who.id));
            desk_code::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = passkey::Column::CouncilId.eq(council).and(passkey::Column::ResidentId.eq(who.id));
            passkey::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own = resident_link::Column::CouncilId
                .eq(council)
                .and(resident_link::Column::ResidentId.eq(who.id));
            resident_link::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    // Of papers that were shown, only that there were some. The next clearing up deletes their bytes. Those that were
    // decided on are no uploads any more.
    |on, council, who| {
        Box::pin(async move {
            let own = identity_document::Column::CouncilId
                .eq(council)
                .and(identity_document::Column::ResidentId.eq(who.id));
            let nameless = identity_document::ActiveModel {
                name: Set(String::new()),
                reason: Set(None),
                ..Default::default()
            };
            identity_document::Entity::update_many().set(nameless).filter(own.clone()).exec(on).await?;
            let waiting = own.and(identity_document::Column::State.eq(DocumentState::Waiting.id()));
            let shown: Vec<Uuid> = identity_document::Entity::find()
                .filter(waiting.clone())
                .select_only()
                .column(identity_document::Column::Id)
                .into_tuple()
                .all(on)
                .await?;
            let uploads = photo::Column::CouncilId.eq(council).and(photo::Column::Id.is_in(shown));
            photo::Entity::delete_many().filter(uploads).exec(on).await?;
            let ended = identity_document::ActiveModel {
                state: Set(DocumentState::Refused.id().to_owned()),
                ..Default::default()
            };
            identity_document::Entity::update_many().set(ended).filter(waiting).exec(on).await.map(drop)
        })
    },
    // Who may act for them, and for whom they may, with what was begun so.
    |on, council, who| {
        Box::pin(async move {
            let all = Condition::any().add(helper::Column::ResidentId.eq(who.id)).add(helpers::mine(who));
            let begun = helpers::ids(on, council, all).await?;
            helpers::forget_begun(on, council, &begun).await?;
            let own = helper::Column::ResidentId.eq(who.id).or(helpers::mine(who));
            let helper = helper::Entity::delete_many().filter(helper::Column::CouncilId.eq(council));
            helper.filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| {
        Box::pin(async move {
            let own =
                alert_wish::Column::CouncilId.eq(council).and(alert_wish::Column::ResidentId.eq(who.id));
            alert_wish::Entity::delete_many().filter(own).exec(on).await.map(drop)
        })
    },
    |on, council, who| Box::pin(devices::leave(on, council, who.id)),
    // What was sent to where the profile says, and about what was watched. Mails about their requests are the requests'.
    |on, council, who| Box::pin(deliveries::leave(on, council, who)),
    // Requests stay with the department, for as long as it must keep them, and are nobody's account's any more.
    |on, council, who| {
        Box::pin(async move {
            let own = request::Column::CouncilId.eq(council).and(request::Column::ResidentId.eq(who.id));
            let nobody = Expr::value(None::<Uuid>);
            let left = request::Entity::update_many().col_expr(request::Column::ResidentId, nobody);
            left.filter(own).exec(on).await.map(drop)
        })
    },
];

type Leave = for<'a> fn(
    &'a DatabaseTransaction,
    &'a str,
    &'a Resident,
) -> futures::future::BoxFuture<'a, Result<(), DbErr>>;

/// Before a row is written that closing the account would take away: whoever closes it waits for that, or was first.
///
/// # Errors
/// [`StoreError::NotFound`] when the account is closed; the database's errors.
pub(super) async fn still_there(
    on: &impl ConnectionTrait,
    council: &str,
    resident: Uuid,
) -> Result<(), StoreError> {
    let key = (council.to_owned(), resident);
    resident::Entity::find_by_id(key).lock_exclusive().one(on).await?.map(drop).ok_or(StoreError::NotFound)
}

impl Store {
    /// Whose account has this address.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn account_with(&self, email: &str) -> Result<Option<Resident>, StoreError> {
        Ok(resident::Entity::find()
            .filter(resident::Column::CouncilId.eq(&*self.council))
            .filter(resident::Column::EmailKey.eq(same_email_key(email)))
            .one(self.db.reader())
            .await?)
    }

    /// Keeps a code for a session, in place of the one before, with the job that sends it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn new_proof(
        &self,
        purpose: Purpose,
        session: &Session,
        (email, hash): (&str, Vec<u8>),
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
        job: (Uuid, Job),
    ) -> Result<(), StoreError> {
        let row = proof::ActiveModel {
            council_id: Set(self.council.to_string()),
            session_id: Set(session.id),
            purpose: Set(purpose.id().to_owned()),
            resident_id: Set(session.resident_id),
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
                    use proof::Column;
                    let again = OnConflict::columns([Column::CouncilId, Column::SessionId, Column::Purpose])
                        .update_columns([Column::Email, Column::Hash, Column::ExpiresAt, Column::Tries])
                        .to_owned();
                    proof::Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
                    jobs::insert(transaction, jobs).await
                })
            })
            .await
    }

    /// The address that a code proves, if it is right, in time and this session's: then it is used up. If not, the
    /// try is counted, and after five the code is worth nothing.
    async fn proved(
        &self,
        on: &DatabaseTransaction,
        purpose: Purpose,
        proving: &Proving,
    ) -> Result<Option<String>, StoreError> {
        let key = (self.council.to_string(), proving.session, purpose.id().to_owned());
        // The lock makes tries at the same moment wait for each other (PostgreSQL; SQLite has one writer).
        let kept = proof::Entity::find_by_id(key.clone()).lock_exclusive().one(on).await?;
        let works = |proof: &proof::Model| {
            proof.expires_at > proving.now && proof.tries < TRIES && proof.resident_id == proving.resident
        };
        let Some(kept) = kept.filter(works) else { return Ok(None) };
        if bool::from(kept.hash.ct_eq(&proving.code_hash)) {
            proof::Entity::delete_by_id(key).exec(on).await?;
            return Ok(Some(kept.email));
        }
        let more = Expr::col(proof::Column::Tries).add(1);
        proof::Entity::update_many()
            .col_expr(proof::Column::Tries, more)
            .filter(proof::Column::CouncilId.eq(&*self.council))
            .filter(proof::Column::SessionId.eq(proving.session))
            .filter(proof::Column::Purpose.eq(purpose.id()))
            .exec(on)
            .await?;
        Ok(None)
    }

    /// Changes the account's address to the one that the code went to: tells the old one, and ends all other sessions.
    /// Says whether the code was right. An address that is another account's by now is not taken.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn change_email(&self, proving: Proving, tell_old: MakeMail) -> Result<bool, StoreError> {
        let store = self.clone();
        let changed = self
            .db
            .write(move |transaction| {
                let (store, proving, tell_old) = (store.clone(), proving.clone(), tell_old.clone());
                Box::pin(async move { store.change_email_within(transaction, &proving, &tell_old).await })
            })
            .await;
        match changed {
            // Two accounts proved the same address at the same moment.
            Err(StoreError::Database(error))
                if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) =>
            {
                Ok(false)
            }
            changed => changed,
        }
    }

    async fn change_email_within(
        &self,
        on: &DatabaseTransaction,
        proving: &Proving,
        tell_old: &MakeMail,
    ) -> Result<bool, StoreError> {
        let Some(email) = self.proved(on, Purpose::Email, proving).await? else { return Ok(false) };
        let key = (self.council.to_string(), proving.resident);
        let before = resident::Entity::find_by_id(key).one(on).await?.ok_or(StoreError::NotFound)?;
        let email_key = same_email_key(&email);
        let other = resident::Entity::find()
            .filter(resident::Column::CouncilId.eq(&*self.council))
            .filter(resident::Column::EmailKey.eq(email_key.clone()))
            .filter(resident::Column::Id.ne(proving.resident))
            .one(on)
            .await?;
        if other.is_some() {
            return Ok(false);
        }
        // Requests that were sent with the old address are found by the new one from now on, and by that one alone.
        request::Entity::update_many()
            .col_expr(request::Column::EmailKey, Expr::value(email_key.clone()))
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(proving.resident))
            .filter(request::Column::EmailKey.eq(before.email_key.clone()))
            .exec(on)
            .await?;
        // So is what waits to be sent to them.
        let of = (proving.resident, before.email_key.as_str());
        deliveries::readdress(on, &self.council, of, &email).await?;
        let changed = resident::ActiveModel {
            email: Set(email),
            email_key: Set(email_key),
            // What was sent with the new address is to be offered.
            left_out_until: Set(None),
            ..Default::default()
        };
        resident::Entity::update_many()
            .set(changed)
            .filter(resident::Column::CouncilId.eq(&*self.council))
            .filter(resident::Column::Id.eq(proving.resident))
            .exec(on)
            .await?;
        resident_session::Entity::delete_many()
            .filter(resident_session::Column::CouncilId.eq(&*self.council))
            .filter(resident_session::Column::ResidentId.eq(proving.resident))
            .filter(resident_session::Column::Id.ne(proving.session))
            .exec(on)
            .await?;
        self.forget_codes_of(on, proving.resident).await?;
        // What was proven of the old address is not of this one; the code has proven this one.
        self.detail_changed(on, proving.resident, Detail::Email, proving.now).await?;
        let who = (proving.id, proving.resident);
        self.proved_by_signing_in(on, who, Level::EmailConfirmed, proving.now).await?;
        jobs::insert(on, jobs::rows(&self.council, proving.now, &[tell_old(before.email)])?).await?;
        audit::append(self, on, proving.entry.clone()).await?;
        Ok(true)
    }

    /// Closes the account: what is in it goes, requests are nobody's account's any more, all sessions end, and a mail
    /// says so. All of it, or nothing. Says whether the code was right.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn close_account(&self, proving: Proving, tell: MakeFarewell) -> Result<bool, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, proving, tell) = (store.clone(), proving.clone(), tell.clone());
                Box::pin(async move {
                    if store.proved(transaction, Purpose::Close, &proving).await?.is_none() {
                        return Ok(false);
                    }
                    store.close_within(transaction, &proving, &tell).await?;
                    Ok(true)
                })
            })
            .await
    }

    async fn close_within(
        &self,
        on: &DatabaseTransaction,
        proving: &Proving,
        tell: &MakeFarewell,
    ) -> Result<(), StoreError> {
        let key = (self.council.to_string(), proving.resident);
        let found = resident::Entity::find_by_id(key.clone()).lock_exclusive().one(on).await?;
        let who = found.ok_or(StoreError::NotFound)?;
        self.withdraw_all(on, proving.resident, proving.now).await?;
        let unmailed = self.without_mails(on, proving.resident).await?;
        // While requests still say whose they are.
        self.leave_contacts(on, &who).await?;
        for leave in IN_ACCOUNT {
            leave(on, &self.council, &who).await?;
        }
        resident_session::Entity::delete_many()
            .filter(resident_session::Column::CouncilId.eq(&*self.council))
            .filter(resident_session::Column::ResidentId.eq(proving.resident))
            .exec(on)
            .await?;
        self.forget_codes_of(on, proving.resident).await?;
        // Mails to them that could not be sent yet. Each has one of these words in it.
        let words = [r#""job":"account"#.to_owned(), "watch".to_owned()];
        jobs::forget(on, &self.council, &words, |job| job.is_for_account(&who.email_key)).await?;
        resident::Entity::delete_by_id(key).exec(on).await?;
        jobs::insert(on, jobs::rows(&self.council, proving.now, &[tell(who.email, &unmailed)])?).await?;
        audit::append(self, on, proving.entry.clone()).await
    }

    /// The requests in an account whose mails had no link, or that had none: with no address in them, or sent by a helper.
    async fn without_mails(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
    ) -> Result<Vec<Stored>, StoreError> {
        let rows: Vec<Columns> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::ResidentId.eq(resident))
            .filter(request::Column::EmailKey.is_null())
            .order_by_desc(request::Column::Id)
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(on)
            .await?;
        let stored: Result<Vec<Stored>, StoreError> = rows.into_iter().map(Stored::try_from).collect();
        // A part is found from the whole.
        Ok(stored?.into_iter().filter(|stored| stored.case.submission.part_of.is_none()).collect())
    }

    async fn forget_codes_of(&self, on: &DatabaseTransaction, resident: Uuid) -> Result<(), StoreError> {
        proof::Entity::delete_many()
            .filter(proof::Column::CouncilId.eq(&*self.council))
            .filter(proof::Column::ResidentId.eq(resident))
            .exec(on)
            .await?;
        Ok(())
    }

    /// What somebody watches under an address: since when, and the request.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn watched_by(&self, email_key: &str) -> Result<Vec<(DateTime<Utc>, Stored)>, StoreError> {
        let rows = watcher::Entity::find()
            .filter(watcher::Column::CouncilId.eq(&*self.council))
            .filter(watcher::Column::EmailKey.eq(email_key))
            .all(self.db.reader())
            .await?;
        let mut watched = Vec::new();
        for row in rows {
            watched.push((row.created_at, self.by_id(row.request_id).await?));
        }
        Ok(watched)
    }

    /// When a resident signed in last in each browser that is known.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn browsers_of(&self, resident: Uuid) -> Result<Vec<DateTime<Utc>>, StoreError> {
        Ok(resident_browser::Entity::find()
            .filter(resident_browser::Column::CouncilId.eq(&*self.council))
            .filter(resident_browser::Column::ResidentId.eq(resident))
            .select_only()
            .column(resident_browser::Column::SeenAt)
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }
}

impl Database {
    /// Forgets codes that no longer work.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_account_codes(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                proof::Entity::delete_many()
                    .filter(proof::Column::ExpiresAt.lte(now))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
