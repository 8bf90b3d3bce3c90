//! What people fill in and have not sent: kept under the token in their cookie, or under their account, until they send
//! it, or for a while; and with it the photos and documents that it names.

use chrono::{DateTime, TimeDelta, Utc};
use domain::answers::Answers;
use domain::api::drafts::Posted;
use domain::api::helpers::for_whom;
use domain::case::UNDO_MINUTES;
use sea_orm::sea_query::{Condition, Expr, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use super::account_codes::still_there;
use super::entities::{draft, photo};
use super::{Database, Store, StoreError};
use crate::secret;

/// How long what is begun in a browser is kept after it was saved last.
pub const KEPT: TimeDelta = TimeDelta::hours(4);
/// The same in an account, whose resident may go on elsewhere.
const KEPT_IN_ACCOUNT: TimeDelta = TimeDelta::days(30);
/// The same of what somebody fills in for another, whose details stand in it.
const KEPT_FOR_SOMEBODY: TimeDelta = TimeDelta::days(1);
/// Photos and documents that all drafts of one account, or of one browser, keep; what is over goes after a day.
const MOST_UPLOADS: usize = 100;

/// The photos and documents that drafts name: they stay for as long as the draft does.
pub(super) mod draft_upload {
    use sea_orm::entity::prelude::*;

    /// A row of `draft_upload`. It goes with its draft.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "draft_upload")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// What the draft is kept under.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        /// The draft's service.
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        /// The photo or document.
        #[sea_orm(primary_key, auto_increment = false)]
        pub upload_id: Uuid,
        /// The draft is kept in an account.
        pub in_account: bool,
    }

    /// No relations: queries name their keys.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Whose a draft is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A browser's, by the SHA-256 of the token in its cookie.
    Browser(Vec<u8>),
    /// An account's.
    Account(Uuid),
    /// A request's: what was typed into it, for as long as it may be taken back.
    Request(Uuid),
}

impl Holder {
    /// Whoever has this token in a cookie.
    #[must_use]
    pub fn browser(token: &str) -> Self {
        Self::Browser(secret::hash(token.as_bytes()))
    }

    /// How long what is begun of a form is kept after it was saved last.
    #[must_use]
    pub fn lasts(&self, form: &str) -> TimeDelta {
        match self {
            Self::Browser(_) => KEPT,
            Self::Request(_) => TimeDelta::minutes(UNDO_MINUTES),
            Self::Account(_) if for_whom(form).is_some() => KEPT_FOR_SOMEBODY,
            Self::Account(_) => KEPT_IN_ACCOUNT,
        }
    }

    fn token_hash(&self) -> Vec<u8> {
        match self {
            Self::Browser(hash) => hash.clone(),
            Self::Account(resident) => secret::hash(format!("resident:{resident}").as_bytes()),
            Self::Request(request) => secret::hash(format!("request:{request}").as_bytes()),
        }
    }

    /// The rows that are its.
    pub(super) fn own(&self, council: &str) -> Condition {
        Condition::all()
            .add(draft::Column::CouncilId.eq(council))
            .add(draft::Column::TokenHash.eq(self.token_hash()))
    }
}

/// In place of a draft's service: what is kept of it for a while once it was sent. No service's identifier has a colon.
fn sent(service: &str) -> String {
    format!("sent:{service}")
}

/// The same, for as long as drafts are kept, once it was sent or thrown away.
fn ended(service: &str) -> String {
    format!("ended:{service}")
}

/// The same, of one that a newer one of the same service took the place of.
fn earlier(id: Uuid, service: &str) -> String {
    format!("earlier:{id}:{service}")
}

/// The same: which request the draft is about that has the key.
fn about(service: &str) -> String {
    format!("about:{service}")
}

/// What an earlier draft is called by: what says the same is the same one.
fn earlier_id(posted: &Posted) -> Result<Uuid, StoreError> {
    let hash = secret::hash(serde_json::to_string(posted)?.as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    Ok(Uuid::from_bytes(id))
}

/// A form that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its service.
    pub service: String,
    /// Where a newer one took its place, what it is called by.
    pub earlier: Option<Uuid>,
    /// When it was saved last.
    pub saved: DateTime<Utc>,
}

/// Whether a draft was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is.
    Kept,
    /// Another one was kept since: it is to be read again.
    Changed,
    /// What has its key was sent or thrown away.
    Ended,
}

impl Store {
    /// What was posted for a service.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft(
        &self,
        holder: &Holder,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Posted>, StoreError> {
        let row = draft::Entity::find_by_id(self.draft_key(holder, service))
            .filter(draft::Column::ExpiresAt.gt(now))
            .one(self.db.reader())
            .await?;
        row.map(|row| Ok(serde_json::from_str(&row.body)?)).transpose()
    }

    fn draft_key(&self, holder: &Holder, service: &str) -> (String, Vec<u8>, String) {
        (self.council.to_string(), holder.token_hash(), service.to_owned())
    }

    /// The key of the request that was sent last for a service.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft_sent(
        &self,
        holder: &Holder,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        Ok(self.draft(holder, &sent(service), now).await?.map(|posted| posted.key))
    }

    /// The key of the draft of a service that was sent or thrown away last.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft_ended(
        &self,
        holder: &Holder,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        Ok(self.draft(holder, &ended(service), now).await?.map(|posted| posted.key))
    }

    /// The request that a draft with this key is about.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn draft_about(
        &self,
        holder: &Holder,
        service: &str,
        key: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        let mark = self.draft(holder, &about(service), now).await?.filter(|mark| mark.key == key);
        Ok(mark.and_then(|mark| Uuid::try_parse(&mark.opened).ok()))
    }

    /// Keeps what was typed into a request.
    pub(super) async fn keep_typed(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
        posted: Option<Posted>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(posted) = posted else { return Ok(()) };
        let holder = Holder::Request(request);
        let row = self.draft_row(&holder, (&posted.service, now + holder.lasts(&posted.service)), &posted)?;
        draft::Entity::insert(row).exec_without_returning(on).await?;
        Ok(())
    }

    /// Deletes one draft of a holder, or all.
    pub(super) async fn drop_draft(
        &self,
        on: &impl ConnectionTrait,
        holder: &Holder,
        service: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut own = holder.own(&self.council);
        if let Some(service) = service {
            own = own.add(draft::Column::Service.eq(service));
        }
        draft::Entity::delete_many().filter(own).exec(on).await?;
        Ok(())
    }

    /// Begins a draft in place of the one that is there, which is kept aside if it says anything.
    pub(super) async fn begin_within(
        &self,
        on: &impl ConnectionTrait,
        holder: &Holder,
        (posted, about_request): (&Posted, Option<Uuid>),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if let Holder::Account(resident) = holder {
            still_there(on, &self.council, *resident).await?;
        }
        let service = posted.service.as_str();
        let before = draft::Entity::find_by_id(self.draft_key(holder, service)).one(on).await?;
        let mut posted = posted.clone();
        if let Some(before) = before.filter(|before| before.expires_at > now) {
            let known: Posted = serde_json::from_str(&before.body)?;
            posted.turn = Ord::max(posted.turn, known.turn + 1);
            if known.answers.iter().any(|(_, raw)| !raw.is_empty()) {
                let aside = earlier(earlier_id(&known)?, service);
                self.put(on, holder, (&aside, before.expires_at), &known).await?;
            }
        }
        // What was sent before is not led to any more: this goes on in its place.
        self.drop_draft(on, holder, Some(&sent(service))).await?;
        let until = now + holder.lasts(service);
        self.put(on, holder, (service, until), &posted).await?;
        if let Some(request) = about_request {
            let (service, opened) = (about(service), request.to_string());
            let mark = Posted { service: service.clone(), key: posted.key, opened, ..Posted::default() };
            self.put(on, holder, (&service, until), &mark).await?;
        }
        Ok(())
    }

    /// Everything that was posted and says something.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn drafts(&self, holder: &Holder, now: DateTime<Utc>) -> Result<Vec<Posted>, StoreError> {
        let rows = draft::Entity::find()
            .filter(holder.own(&self.council))
            .filter(draft::Column::ExpiresAt.gt(now))
            .all(self.db.reader())
            .await?;
        let posted: Result<Vec<Posted>, _> = rows.iter().map(|row| serde_json::from_str(&row.body)).collect();
        let says_something = |posted: &Posted| posted.answers.iter().any(|(_, raw)| !raw.is_empty());
        Ok(posted?.into_iter().filter(says_something).collect())
    }

    /// Keeps what was posted, in place of the draft whose turn was read before (0 when there was none), or of any.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn keep_draft(
        &self,
        holder: &Holder,
        posted: &Posted,
        after: Option<u32>,
        now: DateTime<Utc>,
    ) -> Result<Keeping, StoreError> {
        let (store, holder, posted) = (self.clone(), holder.clone(), posted.clone());
        self.db
            .write(move |transaction| {
                let (store, holder, posted) = (store.clone(), holder.clone(), posted.clone());
                Box::pin(
                    async move { store.keep_draft_within(transaction, &holder, &posted, after, now).await },
                )
            })
            .await
    }

    async fn keep_draft_within(
        &self,
        on: &impl ConnectionTrait,
        holder: &Holder,
        posted: &Posted,
        after: Option<u32>,
        now: DateTime<Utc>,
    ) -> Result<Keeping, StoreError> {
        if let Holder::Account(resident) = holder {
            still_there(on, &self.council, *resident).await?;
        }
        let end = draft::Entity::find_by_id(self.draft_key(holder, &ended(&posted.service))).one(on).await?;
        if let Some(end) = end.filter(|row| row.expires_at > now)
            && serde_json::from_str::<Posted>(&end.body)?.key == posted.key
        {
            return Ok(Keeping::Ended);
        }
        let until = now + holder.lasts(&posted.service);
        let Some(after) = after else {
            self.put(on, holder, (&posted.service, until), posted).await?;
            return Ok(Keeping::Kept);
        };
        // The lock makes two that write at the same moment wait for each other (PostgreSQL; SQLite has one writer).
        let own = self.draft_key(holder, &posted.service);
        let Some(before) = draft::Entity::find_by_id(own).lock_exclusive().one(on).await? else {
            if after != 0 {
                return Ok(Keeping::Changed);
            }
            let row = self.draft_row(holder, (&posted.service, until), posted)?;
            let once = draft::Entity::insert(row)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .try_insert()
                .exec_without_returning(on)
                .await?;
            if !matches!(once, TryInsertResult::Inserted(1)) {
                return Ok(Keeping::Changed);
            }
            self.hold(on, holder, &posted.service, &posted.answers).await?;
            return Ok(Keeping::Kept);
        };
        let known: Posted = serde_json::from_str(&before.body)?;
        // One that has expired is as good as none.
        let turn = if before.expires_at > now { known.turn } else { 0 };
        if turn != after {
            return Ok(Keeping::Changed);
        }
        self.put(on, holder, (&posted.service, until), posted).await?;
        Ok(Keeping::Kept)
    }

    fn draft_row(
        &self,
        holder: &Holder,
        (service, until): (&str, DateTime<Utc>),
        posted: &Posted,
    ) -> Result<draft::ActiveModel, StoreError> {
        Ok(draft::ActiveModel {
            council_id: Set(self.council.to_string()),
            token_hash: Set(holder.token_hash()),
            service: Set(service.to_owned()),
            body: Set(serde_json::to_string(posted)?),
            expires_at: Set(until),
        })
    }

    /// Writes a draft in place of what was there.
    async fn put(
        &self,
        on: &impl ConnectionTrait,
        holder: &Holder,
        (service, until): (&str, DateTime<Utc>),
        posted: &Posted,
    ) -> Result<(), StoreError> {
        let key = [draft::Column::CouncilId, draft::Column::TokenHash, draft::Column::Service];
        let again = OnConflict::columns(key)
            .update_columns([draft::Column::Body, draft::Column::ExpiresAt])
            .to_owned();
        let row = self.draft_row(holder, (service, until), posted)?;
        draft::Entity::insert(row).on_conflict(again).exec_without_returning(on).await?;
        self.hold(on, holder, service, &posted.answers).await
    }

    /// Keeps the uploads that a draft names for as long as it, and those no longer that it named before.
    async fn hold(
        &self,
        on: &impl ConnectionTrait,
        holder: &Holder,
        service: &str,
        answers: &Answers,
    ) -> Result<(), StoreError> {
        draft_upload::Entity::delete_many()
            .filter(draft_upload::Column::CouncilId.eq(&*self.council))
            .filter(draft_upload::Column::TokenHash.eq(holder.token_hash()))
            .filter(draft_upload::Column::Service.eq(service))
            .exec(on)
            .await?;
        let named = uploads(answers);
        if named.is_empty() {
            return Ok(());
        }
        let there: Vec<Uuid> = photo::Entity::find()
            .select_only()
            .column(photo::Column::Id)
            .filter(photo::Column::CouncilId.eq(&*self.council))
            .filter(photo::Column::Id.is_in(named))
            .filter(photo::Column::RequestId.is_null())
            .into_tuple()
            .all(on)
            .await?;
        let others = draft_upload::Entity::find()
            .filter(draft_upload::Column::CouncilId.eq(&*self.council))
            .filter(draft_upload::Column::TokenHash.eq(holder.token_hash()))
            .count(on)
            .await?;
        let room = MOST_UPLOADS.saturating_sub(usize::try_from(others).unwrap_or(MOST_UPLOADS));
        let row = |upload: Uuid| draft_upload::ActiveModel {
            council_id: Set(self.council.to_string()),
            token_hash: Set(holder.token_hash()),
            service: Set(service.to_owned()),
            upload_id: Set(upload),
            in_account: Set(matches!(holder, Holder::Account(_))),
        };
        if !there.is_empty() && room > 0 {
            let rows = there.into_iter().take(room).map(row);
            draft_upload::Entity::insert_many(rows).exec_without_returning(on).await?;
        }
        Ok(())
    }

    /// Ends the draft of a service: it was sent, or thrown away. Where that was without the app, its key is kept for a
    /// while, so that the app does not bring it back; and if it was sent, whoever pressed twice is led to the request
    /// both times. Gives the uploads that it named.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn end_draft(
        &self,
        holder: &Holder,
        service: &str,
        ended_until: Option<DateTime<Utc>>,
        sent_until: Option<DateTime<Utc>>,
    ) -> Result<Vec<Uuid>, StoreError> {
        // Most who send a form by the app have begun none without it: a look is cheaper than a write.
        let key = draft::Column::Service.is_in([service.to_owned(), sent(service)]);
        let there = draft::Entity::find().filter(holder.own(&self.council)).filter(key);
        if there.one(self.db.reader()).await?.is_none() {
            return Ok(Vec::new());
        }
        let (store, holder, service) = (self.clone(), holder.clone(), service.to_owned());
        self.db
            .write(move |transaction| {
                let (store, holder, service) = (store.clone(), holder.clone(), service.clone());
                Box::pin(async move {
                    let own = store.draft_key(&holder, &service);
                    let before = draft::Entity::find_by_id(own.clone()).one(transaction).await?;
                    if before.is_none() && sent_until.is_some() {
                        // Pressed twice at once: the other press was first.
                        return Ok(Vec::new());
                    }
                    draft::Entity::delete_by_id(own).exec(transaction).await?;
                    draft::Entity::delete_by_id(store.draft_key(&holder, &sent(&service)))
                        .exec(transaction)
                        .await?;
                    // A small form of a page is only forgotten.
                    let Some(before) = before.filter(|_| !service.contains(':')) else {
                        return Ok(Vec::new());
                    };
                    let Posted { key, answers, .. } = serde_json::from_str(&before.body)?;
                    let marks = [(ended(&service), ended_until), (sent(&service), sent_until)];
                    for (service, until) in marks {
                        let Some(until) = until else { continue };
                        let mark = Posted { service: service.clone(), key, ..Posted::default() };
                        store.put(transaction, &holder, (&service, until), &mark).await?;
                    }
                    Ok(uploads(&answers))
                })
            })
            .await
    }

    /// Gives what was begun in a browser to an account, where it is kept longer. Of two of the same service the one that
    /// was saved last is gone on with; the other is kept beside it, if it says anything that this one does not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn move_drafts(
        &self,
        browser: &Holder,
        resident: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, browser) = (self.clone(), browser.clone());
        self.db
            .write(move |transaction| {
                let (store, browser) = (store.clone(), browser.clone());
                Box::pin(async move {
                    still_there(transaction, &store.council, resident).await?;
                    let account = Holder::Account(resident);
                    let all =
                        draft::Entity::find().filter(browser.own(&store.council)).all(transaction).await?;
                    for draft in all {
                        store.move_draft(transaction, (&browser, &account), draft, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn move_draft(
        &self,
        on: &impl ConnectionTrait,
        (browser, account): (&Holder, &Holder),
        draft: draft::Model,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        draft::Entity::delete_by_id(self.draft_key(browser, &draft.service)).exec(on).await?;
        if draft.expires_at <= now {
            return Ok(());
        }
        let service = draft.service.as_str();
        let saved = draft.expires_at - browser.lasts(service);
        // What is over is remembered no longer than it would have been.
        let is_mark = service.starts_with(&ended("")) || service.starts_with(&sent(""));
        let until = if is_mark { draft.expires_at } else { saved + account.lasts(service) };
        let posted: Posted = serde_json::from_str(&draft.body)?;
        let there = draft::Entity::find_by_id(self.draft_key(account, service)).one(on).await?;
        let Some(there) = there.filter(|there| there.expires_at > now) else {
            return self.put(on, account, (service, until), &posted).await;
        };
        let known: Posted = serde_json::from_str(&there.body)?;
        let is_newest = there.expires_at - account.lasts(service) <= saved;
        let (newer, older) = if is_newest { (&posted, &known) } else { (&known, &posted) };
        let is_lost = |(path, raw): (&str, &str)| !raw.is_empty() && newer.answers.get(path) != raw;
        if !service.contains(':') && older.answers.iter().any(is_lost) {
            let kept_until = if is_newest { there.expires_at } else { until };
            self.put(on, account, (&earlier(earlier_id(older)?, service), kept_until), older).await?;
        }
        if is_newest {
            self.put(on, account, (service, until), &posted).await?;
        }
        Ok(())
    }

    /// The forms that are begun, those that were saved last first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn begun(&self, holder: &Holder, now: DateTime<Utc>) -> Result<Vec<Begun>, StoreError> {
        let rows: Vec<(String, DateTime<Utc>)> = draft::Entity::find()
            .filter(holder.own(&self.council))
            .filter(draft::Column::ExpiresAt.gt(now))
            .select_only()
            .columns([draft::Column::Service, draft::Column::ExpiresAt])
            .order_by_desc(draft::Column::ExpiresAt)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let begun = |(service, expires_at): (String, DateTime<Utc>)| {
            let saved = expires_at - holder.lasts(&service);
            match service.split(':').collect::<Vec<_>>().as_slice() {
                [service] => Some(Begun { service: (*service).to_owned(), earlier: None, saved }),
                ["earlier", id, service] => {
                    let earlier = Some(Uuid::try_parse(id).ok()?);
                    Some(Begun { service: (*service).to_owned(), earlier, saved })
                }
                _ => None,
            }
        };
        Ok(rows.into_iter().filter_map(begun).collect())
    }

    /// The uploads that drafts name.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn named_by(&self, holder: &Holder) -> Result<Vec<Uuid>, StoreError> {
        Ok(draft_upload::Entity::find()
            .select_only()
            .column(draft_upload::Column::UploadId)
            .filter(draft_upload::Column::CouncilId.eq(&*self.council))
            .filter(draft_upload::Column::TokenHash.eq(holder.token_hash()))
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Goes on with an earlier draft of an account, with a key of its own; what it takes the place of is the earlier one
    /// from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account has no such draft; the database's errors.
    pub async fn use_earlier(
        &self,
        resident: Uuid,
        id: Uuid,
        key: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let store = store.clone();
                Box::pin(async move {
                    still_there(transaction, &store.council, resident).await?;
                    let account = Holder::Account(resident);
                    let chosen = store.earlier_draft(transaction, &account, id, now).await?;
                    draft::Entity::delete_by_id(store.draft_key(&account, &chosen.service))
                        .exec(transaction)
                        .await?;
                    let mut posted: Posted = serde_json::from_str(&chosen.body)?;
                    let service = posted.service.clone();
                    let own = draft::Entity::find_by_id(store.draft_key(&account, &service));
                    let before = own.one(transaction).await?.filter(|before| before.expires_at > now);
                    if let Some(before) = before {
                        let known: Posted = serde_json::from_str(&before.body)?;
                        posted.turn = Ord::max(posted.turn, known.turn);
                        let aside = earlier(earlier_id(&known)?, &service);
                        store.put(transaction, &account, (&aside, before.expires_at), &known).await?;
                    }
                    posted.key = key;
                    posted.turn += 1;
                    store.put(transaction, &account, (&service, now + account.lasts(&service)), &posted).await
                })
            })
            .await
    }

    /// Deletes an earlier draft of an account. Gives the uploads that it named.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account has no such draft; the database's errors.
    pub async fn drop_earlier(
        &self,
        resident: Uuid,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let store = store.clone();
                Box::pin(async move {
                    let account = Holder::Account(resident);
                    let dropped = store.earlier_draft(transaction, &account, id, now).await?;
                    draft::Entity::delete_by_id(store.draft_key(&account, &dropped.service))
                        .exec(transaction)
                        .await?;
                    Ok(uploads(&serde_json::from_str::<Posted>(&dropped.body)?.answers))
                })
            })
            .await
    }

    async fn earlier_draft(
        &self,
        on: &impl ConnectionTrait,
        account: &Holder,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<draft::Model, StoreError> {
        let found = draft::Entity::find()
            .filter(account.own(&self.council))
            .filter(draft::Column::Service.starts_with(earlier(id, "")))
            .filter(draft::Column::ExpiresAt.gt(now))
            .one(on)
            .await?;
        found.ok_or(StoreError::NotFound)
    }
}

/// The photos and documents that answers name.
fn uploads(answers: &Answers) -> Vec<Uuid> {
    let named = answers.iter().filter_map(|(_, raw)| Uuid::try_parse(raw).ok());
    named.take(MOST_UPLOADS).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// Of the query around it: whether drafts name a photo; drafts of accounts, or any.
pub(super) fn is_named(only_in_accounts: bool) -> Expr {
    use draft_upload::Column;
    let naming = Query::select()
        .expr(Expr::val(1))
        .from(draft_upload::Entity)
        .and_where(
            Expr::col((draft_upload::Entity, Column::CouncilId))
                .equals((photo::Entity, photo::Column::CouncilId)),
        )
        .and_where(
            Expr::col((draft_upload::Entity, Column::UploadId)).equals((photo::Entity, photo::Column::Id)),
        )
        .and_where_option(only_in_accounts.then(|| Column::InAccount.eq(true)))
        .to_owned();
    Expr::exists(naming)
}

impl Database {
    /// Forgets what was posted and never sent.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_drafts(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                draft::Entity::delete_many()
                    .filter(draft::Column::ExpiresAt.lte(now))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
