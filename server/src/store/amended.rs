//! What a resident changes after sending: taking it back to send it anew, putting something right, adding photos.

use chrono::{DateTime, Utc};
use domain::api::drafts::Posted;
use domain::case::{Case, Event, Refused};
use domain::field::Value;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::drafts::Holder;
use super::entities::{event, photo, request, spot};
use super::helpers::ActsBy;
use super::nearby::Spot;
use super::requests::{Follows, Happened, NewEvent, take_uploads, uploads_in};
use super::{Store, StoreError, audit, deliveries, jobs};
use crate::jobs::Job;
use crate::jobs::alert::{Alert, Audience, Told};

/// What goes with an amendment.
#[derive(Clone, Debug, Default)]
pub struct Amending {
    /// By what it is done for its resident, where they did not do it themselves.
    pub by: Option<ActsBy>,
    /// The question that photos are added to, and the most that it takes.
    pub most: Option<(String, u32)>,
    /// Where it is now, where others may be shown it and the place is another.
    pub spot: Option<Spot>,
}

impl Store {
    /// Puts something right in a request or adds to it: the event, the photos and the place that others are shown are one
    /// transaction. A repeat changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when who does it may not; [`StoreError::Refused`] by the rules of the case, or when
    /// there is no room for so many photos; [`StoreError::UploadGone`]; the database's errors.
    pub async fn amend(
        &self,
        id: Uuid,
        new: NewEvent,
        with: Amending,
        follows: Follows,
    ) -> Result<(Case, Vec<Happened>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new, with, follows) = (store.clone(), new.clone(), with.clone(), follows.clone());
                Box::pin(async move {
                    if let Some(by) = &with.by {
                        store.may_act_on(transaction, by, id).await?;
                    }
                    let Event::Amended(amendment) = &new.event else {
                        return Err(StoreError::Refused(Refused::NotAllowed));
                    };
                    let answers = amendment.answers.clone();
                    // The lock: two that add photos at once see each other's.
                    let (_, case) = store.locked(transaction, id).await?;
                    if store.has_event(transaction, id, new.id).await? {
                        return Ok((case, Vec::new()));
                    }
                    if let Some((question, most)) = &with.most {
                        let sent = case.submission.answers.iter().chain(&answers);
                        let photos = sent.filter(|answer| answer.question == *question).map(|answer| {
                            if let Value::Photos(photos) = &answer.value { photos.photos.len() } else { 0 }
                        });
                        if photos.sum::<usize>() > *most as usize {
                            return Err(StoreError::Refused(Refused::NotAllowed));
                        }
                    }
                    let is_placed = amendment.place.is_some();
                    let (case, happened) = store.append_within(transaction, id, new, &follows).await?;
                    take_uploads(transaction, &store.council, id, &uploads_in(&answers)).await?;
                    if is_placed {
                        store.move_spot(transaction, id, &case, with.spot).await?;
                    }
                    if let Some(by) = with.by {
                        audit::append(&store, transaction, by.entry).await?;
                    }
                    Ok((case, happened))
                })
            })
            .await
    }

    /// Others are shown a request where it is now; nowhere, where that is not known.
    async fn move_spot(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
        case: &Case,
        now: Option<Spot>,
    ) -> Result<(), StoreError> {
        spot::Entity::delete_by_id((self.council.to_string(), request)).exec(on).await?;
        if let Some(spot) = now {
            spot::Entity::insert(self.spot_row(request, case, spot)).exec_without_returning(on).await?;
        }
        Ok(())
    }

    /// Whether an event with this identifier has happened to a request.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn has_happened(&self, request: Uuid, id: Uuid) -> Result<bool, StoreError> {
        self.has_event(self.db.reader(), request, id).await
    }

    /// The same, of the state that a transaction sees.
    pub(super) async fn has_event(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
        id: Uuid,
    ) -> Result<bool, StoreError> {
        let found = event::Entity::find()
            .filter(event::Column::CouncilId.eq(&*self.council))
            .filter(event::Column::RequestId.eq(request))
            .filter(event::Column::Id.eq(id))
            .one(on)
            .await?;
        Ok(found.is_some())
    }

    /// What was typed into a request, for as long as it may be taken back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when that is over; the database's errors.
    pub async fn typed(&self, request: Uuid, form: &str, now: DateTime<Utc>) -> Result<Posted, StoreError> {
        self.draft(&Holder::Request(request), form, now).await?.ok_or(StoreError::NotFound)
    }

    /// Takes a request back: it is a draft again, and what was not told of it yet is told to nobody.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when who does it may not; [`StoreError::Refused`] by the rules of the case; the
    /// database's errors.
    pub async fn take_back(
        &self,
        id: Uuid,
        new: NewEvent,
        by: Option<ActsBy>,
        draft: (Holder, Posted),
        follows: Follows,
    ) -> Result<(Case, Vec<Happened>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new, by, follows) = (store.clone(), new.clone(), by.clone(), follows.clone());
                let (holder, posted) = draft.clone();
                Box::pin(async move {
                    if let Some(by) = &by {
                        store.may_act_on(transaction, by, id).await?;
                    }
                    let now = new.at;
                    let was_told = deliveries::unsay(transaction, &store.council, id).await?;
                    let key = (store.council.to_string(), id);
                    let own = request::Entity::find_by_id(key).one(transaction).await?;
                    let about = own.and_then(|own| own.about_id);
                    let (case, happened) = store.append_within(transaction, id, new, &follows).await?;
                    store.is_unpaid(transaction, id).await?;
                    let reference = case.submission.reference.to_string();
                    // Who was told that it came is told that it is taken back, and who watches it that it has ended; nobody
                    // else is told anything.
                    let goes = |alert: &Alert| {
                        let stays = alert.told.bearing().0 == Audience::Watcher
                            || was_told && alert.told == Told::TakenBack;
                        alert.reference == reference && !stays
                    };
                    let is_of_it = |job: &Job| matches!(job, Job::Alert(alert) if goes(alert));
                    jobs::forget(transaction, &store.council, std::slice::from_ref(&reference), is_of_it)
                        .await?;
                    store.drop_draft(transaction, &Holder::Request(id), None).await?;
                    store.begin_within(transaction, &holder, (&posted, about), now).await?;
                    if let Some(by) = by {
                        audit::append(&store, transaction, by.entry).await?;
                    }
                    Ok((case, happened))
                })
            })
            .await
    }

    /// Begins a draft in place of the one that is there, which is kept aside. `about` is the request that it is about.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn begin_draft(
        &self,
        holder: &Holder,
        posted: &Posted,
        about: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, holder, posted) = (self.clone(), holder.clone(), posted.clone());
        self.db
            .write(move |transaction| {
                let (store, holder, posted) = (store.clone(), holder.clone(), posted.clone());
                Box::pin(async move { store.begin_within(transaction, &holder, (&posted, about), now).await })
            })
            .await
    }

    /// Notes an upload that holds the same as another, which no request has taken yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the other is not there; the database's errors.
    pub async fn copy_upload(&self, of: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let known = photo::Entity::find_by_id((self.council.to_string(), of)).one(self.db.reader()).await?;
        let known = known.ok_or(StoreError::NotFound)?;
        let row = photo::ActiveModel {
            id: Set(id),
            request_id: Set(None),
            created_at: Set(now),
            public: Set(false),
            ..known.into()
        };
        self.add(row).await
    }
}
