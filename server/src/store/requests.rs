//! Requests and their events.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::api::drafts::Posted;
use domain::api::staff::Show;
use domain::api::workspace::{Only, Order, PERIOD_DAYS, QueueFilter};
use domain::audit::Deed;
use domain::by::By;
use domain::case::{
    Actor, Age, Case, Event, GoesOn, Offer, Outcome, Owner, Recorded, Refused, Rung, Status,
    Submission as Sent,
};
use domain::consent::Channel;
use domain::council::Department;
use domain::field::Value;
use domain::figures::{SATISFIED, Standing};
use domain::grant::{Grant, Step};
use domain::reference::Reference;
use domain::validate::Answer;
use sea_orm::sea_query::{Expr, LikeExpr, NullOrdering, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    ExprTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    TryInsertResult,
};
use uuid::Uuid;

use super::account_codes::still_there;
use super::consent::{Answered, Told};
use super::entities::{event, photo, request, resident, spot, watcher};
use super::grants::Takes;
use super::helpers::ActsBy;
use super::ledgers::challenge;
use super::nearby::{self, Spot, Watcher};
use super::notices::{self, Words};
use super::slots::Place;
use super::staff::{Reach, StaffMember};
use super::{Store, StoreError, audit, contracts, erasure, figures, jobs};
use crate::councils::local;
use crate::jobs::Job;
use crate::jobs::alert::{Alert, Audience};
use crate::operations::view::about;

/// Requests that are gone through at once.
const BATCH: u64 = 500;

/// A request as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Identifier.
    pub id: Uuid,
    /// SHA-256 of what was submitted.
    pub body_hash: Vec<u8>,
    /// Its state.
    pub case: Case,
}

/// In [`request::Column::Contract`]: what the contractor did has to be looked at.
const TO_CHECK: &str = "to_check";

/// The columns of a [`Stored`]: the state holds the rest.
pub(super) type Columns = (Uuid, Vec<u8>, String);
pub(super) const COLUMNS: [request::Column; 3] =
    [request::Column::Id, request::Column::BodyHash, request::Column::State];

impl TryFrom<Columns> for Stored {
    type Error = StoreError;
    fn try_from((id, body_hash, state): Columns) -> Result<Self, StoreError> {
        Ok(Self { id, body_hash, case: serde_json::from_str(&state)? })
    }
}

/// A new request, ready to be stored.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Identifier.
    pub id: Uuid,
    /// Identifier of its first event.
    pub event_id: Uuid,
    /// SHA-256 of the key to follow it with.
    pub follow_hash: Vec<u8>,
    /// Sent by the browser.
    pub idempotency_key: Uuid,
    /// SHA-256 of what was submitted.
    pub body_hash: Vec<u8>,
    /// The account it belongs into, if its resident is signed in.
    pub resident: Option<Uuid>,
    /// The first event.
    pub submitted: Recorded,
    /// Jobs to do because of it, with their identifiers.
    pub jobs: Vec<(Uuid, Job)>,
    /// Where it is, when others may be shown it.
    pub spot: Option<Spot>,
    /// When the clock looks at it first.
    pub wakes: Option<DateTime<Utc>>,
    /// The requests of the departments that it is passed on to, without jobs and spots of their own.
    pub parts: Vec<NewRequest>,
    /// By what it is sent for its resident, where they did not send it themselves.
    pub by: Option<ActsBy>,
    /// What its resident decided about their details on the way.
    pub consent: Vec<Answered>,
    /// What was typed, for as long as it may be taken back.
    pub typed: Option<Posted>,
    /// The request that it is about.
    pub about: Option<Uuid>,
    /// The penalty charge that it challenges, and the day.
    pub challenges: Option<(String, NaiveDate)>,
    /// The place that it takes of what can be booked.
    pub place: Option<Place>,
    /// How many it takes of what is so many a home and year.
    pub takes: Vec<Takes>,
}

/// What storing a new request gave.
#[derive(Debug)]
pub enum Submission {
    /// It is stored now.
    Stored,
    /// It was stored before under the same idempotency key.
    Before(Box<Stored>),
}

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Identifier; a repeat is stored once.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// What.
    pub event: Event,
}

/// Which requests are read one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of a department.
    Department(String),
    /// Of these departments, what has been open for too long.
    Board(Vec<String>),
}

/// An event that was appended, and who is to be told.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The request it happened to.
    pub request: Uuid,
    /// The state after it.
    pub case: Case,
    /// The event.
    pub recorded: Recorded,
    /// It follows from an event of a request that this one belongs together with, of which the resident knows.
    pub follows: bool,
    /// Who answers for it: who has it, or who leads the team; whoever is next where they are away.
    pub answers: Option<StaffMember>,
    /// Who else it concerns: to whom it went up, or is offered, who is asked to agree, or is told how long it has been open.
    pub others: Vec<StaffMember>,
    /// The address of the account that the request is in, as it is now.
    pub account_email: Option<String>,
    /// The request is in an account.
    pub in_account: bool,
    /// That account has another address by now than the one that was given with the request.
    pub has_moved: bool,
    /// Those who watch the request.
    pub watchers: Vec<Watcher>,
    /// Whose work on it is over with it before it was done: the contractor, as the council's document names it.
    pub contractor: Option<String>,
}

/// What follows from events besides what the case itself says.
pub trait Consequences: Send + Sync {
    /// The event with what only the calendar knows, by the case as it is at the moment at which it happens.
    fn settle(&self, case: &Case, by: &Actor, event: Event) -> Event;

    /// When the clock looks at the case next, as far as that can be told without asking who is away.
    fn wakes(&self, case: &Case) -> Option<DateTime<Utc>>;

    /// A department, as the council's document has it.
    fn department(&self, id: &str) -> Option<&Department>;

    /// The place that what is booked with a request takes at a moment, as the council's document has it.
    fn place(&self, case: &Case, at: DateTime<Utc>) -> Option<Place>;

    /// When what happens at this moment is told: at once, unless it may be taken back for a while.
    fn told_at(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at
    }

    /// What a request gives by what happened to it just now, if it gives something then; after what it renews, which ends on
    /// this day.
    fn gives(&self, case: &Case, event: &Event, renews: Option<NaiveDate>) -> Option<Grant>;

    /// The jobs that follow from what happened in one go, in its order.
    fn all_jobs(&self, happened: &[Happened]) -> Vec<(Uuid, Job)>;
}

/// The same, shared.
pub type Follows = Arc<dyn Consequences>;

impl Stored {
    /// The request whose uploads an answer of this one names: its own, or those of the request that it is a part of.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no answer of this one names the upload.
    pub fn holder_of(&self, upload: Uuid) -> Result<Uuid, StoreError> {
        if !upload_ids(&self.case).iter().any(|(id, _)| *id == upload) {
            return Err(StoreError::NotFound);
        }
        Ok(self.case.submission.part_of.as_ref().map_or(self.id, |whole| whole.id))
    }
}

/// The first address in the answers. What somebody sent for another is found in the account of whose it is, and by nothing
/// that who sent it knows.
fn email_key(case: &Case) -> Option<String> {
    if case.helper.is_some() {
        return None;
    }
    domain::validate::email_in(&case.submission.answers).map(domain::field::contact::same_email_key)
}

/// The photos and documents in the answers, each with whether it is a document.
fn upload_ids(case: &Case) -> Vec<(Uuid, bool)> {
    uploads_in(&case.submission.answers)
}

/// The same in some answers.
pub(super) fn uploads_in(answers: &[Answer]) -> Vec<(Uuid, bool)> {
    let mut ids = Vec::new();
    for answer in answers {
        match &answer.value {
            Value::Photos(value) => ids.extend(value.photos.iter().map(|photo| (photo.id, false))),
            Value::Documents(documents) => ids.extend(documents.iter().map(|document| (document.id, true))),
            _ => {}
        }
    }
    ids
}

fn seq(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Store {
    /// Stores a new request with its first event, its photos, its parts and its jobs: all of it, or nothing.
    ///
    /// # Errors
    /// [`StoreError::UploadGone`] when a photo or document is not there to be taken, [`StoreError::SlotTaken`] when no place
    /// is left, [`StoreError::ReferenceTaken`]; [`StoreError::NotLeft`] when it takes more than its home may have;
    /// [`StoreError::NotFound`] when who sends it may not act for its resident, or not any
    /// more; the database's errors.
    #[expect(clippy::too_many_lines, reason = "what belongs to one request, one after the other")]
    pub async fn submit(&self, new: NewRequest) -> Result<Submission, StoreError> {
        let case = Case::open(&new.submitted)?;
        let row = self.request_row(&new, &case)?;
        let mut parts = Vec::new();
        let mut events = vec![self.event_row(new.id, new.event_id, &new.submitted)?];
        for part in &new.parts {
            parts.push(self.request_row(part, &Case::open(&part.submitted)?)?);
            events.push(self.event_row(part.id, part.event_id, &part.submitted)?);
        }
        let jobs = jobs::rows(&self.council, new.submitted.at, &new.jobs)?;
        // Parts count as the whole.
        let tallies = figures::rows(&self.council, (new.id, &case), Standing::default());
        let uploads = upload_ids(&case);
        let spot = new.spot.map(|spot| self.spot_row(new.id, &case, spot));
        let challenge = new.challenges.map(|challenged| self.challenge_row(new.id, challenged));
        let (store, council, key, id) = (self.clone(), self.council.clone(), new.idempotency_key, new.id);
        let (resident, by, consent, typed, place) = (new.resident, new.by, new.consent, new.typed, new.place);
        let takes = new.takes;
        let service = case.submission.service.clone();
        let told = new.jobs.iter().find_map(|(_, job)| match job {
            Job::Alert(alert) if alert.told.bearing().0 == Audience::Resident => Some(&**alert),
            _ => None,
        });
        let notice = told.map(|Alert { reference, title, told, .. }| {
            let words = Words { reference: reference.clone(), title: title.clone(), told: told.clone() };
            (new.submitted.clone(), words)
        });
        let (body_hash, told) =
            (new.body_hash, Told { channel: Channel::Web, helper: None, at: new.submitted.at });
        self.db
            .write(move |transaction| {
                let (mut row, mut parts, events, jobs, uploads, council) = (
                    row.clone(),
                    parts.clone(),
                    events.clone(),
                    jobs.clone(),
                    uploads.clone(),
                    council.clone(),
                );
                let (spot, store, by, service) = (spot.clone(), store.clone(), by.clone(), service.clone());
                let (tallies, typed, challenge) = (tallies.clone(), typed.clone(), challenge.clone());
                let (mut consent, body_hash, notice) = (consent.clone(), body_hash.clone(), notice.clone());
                let place = place.clone();
                let takes = takes.clone();
                Box::pin(async move {
                    if let Some(by) = &by {
                        let helper = store.acts_on(transaction, by, &service).await?;
                        if resident != Some(helper.resident) {
                            return Err(StoreError::NotFound);
                        }
                    }
                    // A request is never lost: of an account that is closed by now it is nobody's.
                    if let Some(resident) = resident
                        && let Err(error) = still_there(transaction, &council, resident).await
                    {
                        let StoreError::NotFound = error else { return Err(error) };
                        consent.clear();
                        for row in parts.iter_mut().chain([&mut row]) {
                            row.resident_id = Set(None);
                        }
                    }
                    if !inserted(transaction, row).await? {
                        let before = request::Entity::find()
                            .filter(request::Column::CouncilId.eq(&*council))
                            .filter(request::Column::IdempotencyKey.eq(key))
                            .select_only()
                            .columns(COLUMNS)
                            .into_tuple::<Columns>()
                            .one(transaction)
                            .await?;
                        let before: Stored = before.ok_or(StoreError::ReferenceTaken)?.try_into()?;
                        // Sent again after a lost reply, perhaps with another decision: the last one counts.
                        if let Some(resident) = resident
                            && before.body_hash == body_hash
                        {
                            store.decide_and_log(transaction, resident, consent, told).await?;
                        }
                        return Ok(Submission::Before(Box::new(before)));
                    }
                    for part in parts {
                        if !inserted(transaction, part).await? {
                            return Err(StoreError::ReferenceTaken);
                        }
                    }
                    if let Some(place) = &place
                        && !store.take_place(transaction, id, place, told.at).await?
                    {
                        return Err(StoreError::SlotTaken);
                    }
                    store.take_allowances(transaction, (id, &service), &takes).await?;
                    event::Entity::insert_many(events).exec_without_returning(transaction).await?;
                    figures::insert(transaction, tallies).await?;
                    take_uploads(transaction, &council, id, &uploads).await?;
                    if let Some(spot) = spot {
                        spot::Entity::insert(spot).exec_without_returning(transaction).await?;
                    }
                    if let Some(challenge) = challenge {
                        challenge::Entity::insert(challenge).exec_without_returning(transaction).await?;
                    }
                    store.keep_typed(transaction, id, typed, told.at).await?;
                    jobs::insert(transaction, jobs).await?;
                    if let (Some(_), Some((recorded, words))) = (resident, &notice) {
                        notices::add(transaction, &council, id, recorded, words).await?;
                    }
                    if let Some(resident) = resident {
                        store.decide_and_log(transaction, resident, consent, told).await?;
                    }
                    if let Some(by) = by {
                        audit::append(&store, transaction, by.entry).await?;
                    }
                    Ok(Submission::Stored)
                })
            })
            .await
    }

    /// Appends one event to a request and keeps the state it leads to, with what follows from it for the requests
    /// that belong together with it, and the jobs. A repeat of an event's identifier changes nothing. Gives the
    /// state of the request, and what happened: this event first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Refused`] by the rules of the case, [`StoreError::SlotTaken`] when no place is
    /// left on the day that is to be booked; the database's errors.
    pub async fn append(
        &self,
        id: Uuid,
        new: NewEvent,
        follows: Follows,
    ) -> Result<(Case, Vec<Happened>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new, follows) = (store.clone(), new.clone(), follows.clone());
                Box::pin(async move { store.append_within(transaction, id, new, &follows).await })
            })
            .await
    }

    /// Gives requests of who does it's department to somebody, or back to the team: all of them, or none. What is theirs already stays as it is. Gives
    /// what happened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one is not there or another department's, [`StoreError::Refused`] when one is
    /// closed; the database's errors.
    pub async fn hand_over(
        &self,
        (by, now): (&StaffMember, DateTime<Utc>),
        events: Vec<(Uuid, NewEvent)>,
        follows: Follows,
    ) -> Result<Vec<Happened>, StoreError> {
        let (store, by) = (self.clone(), by.clone());
        // In one order, so that nobody waits in a circle.
        let mut events = events;
        events.sort_by_key(|(id, _)| *id);
        events.dedup_by_key(|(id, _)| *id);
        self.db
            .write(move |transaction| {
                let (store, by) = (store.clone(), by.clone());
                let (events, follows) = (events.clone(), follows.clone());
                Box::pin(async move {
                    let mut all = Vec::new();
                    for (id, new) in events {
                        let (row, case) = store.locked(transaction, id).await?;
                        if row.department != by.department {
                            return Err(StoreError::NotFound);
                        }
                        // It is where it is to go already.
                        let is_theirs = case.may(&new.by, &new.event, new.at) == Err(Refused::AlreadyYours);
                        let is_nobodys = new.event == Event::HandedBack && case.owner.is_none();
                        if is_theirs || is_nobodys && case.status.is_open() {
                            continue;
                        }
                        all.extend(store.append_within(transaction, id, new, &follows).await?.1);
                    }
                    let changed = all.iter().filter(|happened: &&Happened| !happened.follows);
                    let object = match changed.map(|happened| happened.request).collect::<Vec<_>>()[..] {
                        [] => return Ok(all),
                        [one] => format!("request {one}"),
                        ref many => format!("{} requests of {}", many.len(), by.department),
                    };
                    let entry = by.did(now, Deed::Changed, object, "handed over".into());
                    audit::append(&store, transaction, entry).await?;
                    Ok(all)
                })
            })
            .await
    }

    pub(super) async fn append_within(
        &self,
        transaction: &impl ConnectionTrait,
        id: Uuid,
        new: NewEvent,
        follows: &Follows,
    ) -> Result<(Case, Vec<Happened>), StoreError> {
        // Parts are locked before the whole, here and below: nobody waits in a circle.
        let mut open_parts = Vec::new();
        if matches!(new.event, Event::Withdrawn { .. } | Event::TakenBack) {
            for part in self.part_ids(transaction, id).await? {
                open_parts.push(self.locked(transaction, part).await?);
            }
            open_parts.retain(|(_, part)| part.status.is_open());
        }
        let (row, case) = self.locked(transaction, id).await?;
        if self.has_event(transaction, id, new.id).await? {
            return Ok((case, Vec::new()));
        }
        let before = (case.status, case.complete_by);
        let about = row.about_id;
        let happened = Box::pin(self.step(transaction, (row, case), new.clone(), (follows, false))).await?;
        let mut case = happened.case.clone();
        let mut all = vec![happened];
        if let Some(lost) = self.paid_place(transaction, (id, &case), &new, &**follows).await? {
            let row = self.locked(transaction, id).await?;
            let lost = Box::pin(self.step(transaction, row, lost, (follows, false))).await?;
            case = lost.case.clone();
            all.push(lost);
        }
        if let Some(given) = self.give(transaction, (id, about), &all, &new, follows).await? {
            case = given.case.clone();
            all.push(given);
        }
        let like = (new.id, new.at, new.by.clone());
        for (row, part) in open_parts {
            let (part_id, stood) = (row.id, (part.status, part.complete_by));
            let ended = Box::pin(self.step(transaction, (row, part), new.clone(), (follows, true))).await?;
            let duplicates =
                self.duplicates_follow(transaction, (part_id, &ended.case), stood, &like, follows).await?;
            all.push(ended);
            all.extend(duplicates);
        }
        all.extend(self.duplicates_follow(transaction, (id, &case), before, &like, follows).await?);
        all.extend(self.whole_follows(transaction, (id, &case), before, like, follows).await?);
        // What was closed as a duplicate knows by now where it goes on.
        if let Some(last) = all.iter().rfind(|one| one.request == id) {
            case = last.case.clone();
        }
        self.tell_waiting(transaction, &all, new.at).await?;
        let made = follows.all_jobs(&all);
        notices::tell(transaction, &self.council, &all, &made).await?;
        jobs::insert(transaction, jobs::rows(&self.council, follows.told_at(new.at), &made)?).await?;
        Ok((case, all))
    }

    /// Gives what a request gives once this has happened to it. What renews an earlier one begins when that ends.
    async fn give(
        &self,
        on: &impl ConnectionTrait,
        (id, about): (Uuid, Option<Uuid>),
        happened: &[Happened],
        new: &NewEvent,
        follows: &Follows,
    ) -> Result<Option<Happened>, StoreError> {
        let Some(Happened { case, recorded, .. }) = happened.first() else { return Ok(None) };
        if follows.gives(case, &recorded.event, None).is_none() {
            return Ok(None);
        }
        let earlier = match about {
            Some(about) => self.granted_on(on, about).await?.map(|granted| (about, granted)),
            None => None,
        };
        let earlier = earlier.filter(|(_, granted)| !granted.ended);
        let renews = earlier.map(|(_, granted)| granted.until);
        let Some(grant) = follows.gives(case, &recorded.event, renews) else { return Ok(None) };
        if let Some((about, granted)) = earlier
            && granted.until < grant.from
        {
            self.renewed(on, about).await?;
        }
        let given = NewEvent {
            // Nobody else's: the event that it follows from has the identifier itself.
            id: Uuid::from_u128(new.id.as_u128() ^ 2),
            at: new.at,
            by: new.by.clone(),
            event: Event::Grant(Box::new(Step::Given(grant))),
        };
        let row = self.locked(on, id).await?;
        Ok(Some(Box::pin(self.step(on, row, given, (follows, false))).await?))
    }

    /// What waits to be told of these requests, because it could be undone, can't any more: it is told before what happened
    /// since.
    pub(super) async fn tell_waiting(
        &self,
        on: &impl ConnectionTrait,
        happened: &[Happened],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        jobs::release(on, &self.council, at, &references(happened)).await
    }

    /// Takes back what was the last event of a request, with what was still to be told of it. In the portal stands that it
    /// was taken back; nobody is told so who was not told of it. A repeat changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when it is not the last, or by the rules of the case; the
    /// database's errors.
    pub async fn undo(
        &self,
        id: Uuid,
        last: Uuid,
        new: NewEvent,
        follows: Follows,
    ) -> Result<Vec<Happened>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new, follows) = (store.clone(), new.clone(), follows.clone());
                Box::pin(async move {
                    let (row, case) = store.locked(transaction, id).await?;
                    let key = (store.council.to_string(), id, row.seq);
                    let latest = event::Entity::find_by_id(key).one(transaction).await?;
                    let latest = latest.ok_or(StoreError::NotFound)?;
                    if latest.id == new.id {
                        return Ok(Vec::new());
                    }
                    if latest.id != last {
                        return Err(Refused::NotAllowed.into());
                    }
                    let before = (case.status, case.complete_by);
                    let happened =
                        Box::pin(store.step(transaction, (row, case), new.clone(), (&follows, false)))
                            .await?;
                    let case = happened.case.clone();
                    let mut all = vec![happened];
                    let like = (new.id, new.at, new.by);
                    let duplicates =
                        store.duplicates_follow(transaction, (id, &case), before, &like, &follows).await?;
                    all.extend(duplicates);
                    all.extend(store.whole_follows(transaction, (id, &case), before, like, &follows).await?);
                    let made = follows.all_jobs(&all);
                    notices::tell(transaction, &store.council, &all, &made).await?;
                    let told_at = follows.told_at(latest.at);
                    jobs::recall(transaction, &store.council, told_at, &references(&all)).await?;
                    Ok(all)
                })
            })
            .await
    }

    /// What the whole learns of a part that got further or moved its date.
    pub(super) async fn whole_follows(
        &self,
        on: &impl ConnectionTrait,
        (id, case): (Uuid, &Case),
        before: (Status, By),
        (event_id, at, by): (Uuid, DateTime<Utc>, Actor),
        follows: &Follows,
    ) -> Result<Option<Happened>, StoreError> {
        let Some(whole) = &case.submission.part_of else { return Ok(None) };
        if (case.status, case.complete_by) == before {
            return Ok(None);
        }
        let event = Event::PartMoved { part: id, status: case.status, complete_by: case.complete_by };
        let whole = self.locked(on, whole.id).await?;
        let moved = NewEvent { id: event_id, at, by, event };
        Ok(Some(Box::pin(self.step(on, whole, moved, (follows, true))).await?))
    }

    /// What duplicates learn of the request in which they go on: it got further, moved its date, or is a duplicate itself, with
    /// which all of them go on in another.
    pub(super) async fn duplicates_follow(
        &self,
        on: &impl ConnectionTrait,
        (id, case): (Uuid, &Case),
        before: (Status, By),
        (event_id, at, by): &(Uuid, DateTime<Utc>, Actor),
        follows: &Follows,
    ) -> Result<Vec<Happened>, StoreError> {
        if (case.status, case.complete_by) == before {
            return Ok(Vec::new());
        }
        let mut duplicates = self.duplicates_of(on, id).await?;
        let same_as = case.closing.as_ref().and_then(|closing| closing.same_as.as_ref());
        let goes_on = match same_as.filter(|_| case.status == Status::Closed(Outcome::Duplicate)) {
            Some(other) => {
                let (_, into) = self.locked(on, other.id).await?;
                // Closed meanwhile as a duplicate, perhaps of this one: nobody would be told anything any more.
                if into.status == Status::Closed(Outcome::Duplicate) {
                    return Err(Refused::NotAllowed.into());
                }
                nearby::move_watchers(on, &self.council, id, other.id).await?;
                duplicates.insert(0, id);
                GoesOn { other: into.linked(other.id), status: into.status, complete_by: into.complete_by }
            }
            None => GoesOn { other: case.linked(id), status: case.status, complete_by: case.complete_by },
        };
        // Who did it may be the other resident, of whom nobody learns.
        let by = if let Actor::Staff(_) = by { by.clone() } else { Actor::Clock };
        let mut all = Vec::new();
        for duplicate in duplicates {
            let row = self.locked(on, duplicate).await?;
            // What was undone and done again is no news.
            if row.1.goes_on.as_ref() == Some(&goes_on) {
                continue;
            }
            // In the request that was closed just now, the closing has this identifier.
            let own = if duplicate == id { Uuid::from_u128(event_id.as_u128() ^ 1) } else { *event_id };
            let event = Event::GoesOn(goes_on.clone());
            let new = NewEvent { id: own, at: *at, by: by.clone(), event };
            all.push(Box::pin(self.step(on, row, new, (follows, true))).await?);
        }
        Ok(all)
    }

    /// The requests that go on in one, by their identifiers.
    async fn duplicates_of(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Uuid>, StoreError> {
        // Ordered here: SQLite would go through all requests of the council in that order.
        let mut ids: Vec<Uuid> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::SameAs.eq(id))
            .select_only()
            .column(request::Column::Id)
            .into_tuple()
            .all(on)
            .await?;
        ids.sort();
        Ok(ids)
    }

    /// How many others are told what happens with a request: who watches it, and whose requests go on in it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn followers(&self, id: Uuid) -> Result<u64, StoreError> {
        let watching = watcher::Entity::find()
            .filter(watcher::Column::CouncilId.eq(&*self.council))
            .filter(watcher::Column::RequestId.eq(id));
        let reported = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::SameAs.eq(id));
        let (on, also_on) = (self.db.reader(), self.db.reader());
        let (watching, reported) = tokio::try_join!(watching.count(on), reported.count(also_on))?;
        Ok(watching + reported)
    }

    /// A request for an event to be appended: the lock makes two events of one request wait for each other
    /// (PostgreSQL; SQLite has one writer).
    pub(super) async fn locked(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
    ) -> Result<(request::Model, Case), StoreError> {
        let row =
            request::Entity::find_by_id((self.council.to_string(), id)).lock_exclusive().one(on).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let case = serde_json::from_str(&row.state)?;
        Ok((row, case))
    }

    /// The parts of a request, which never change.
    async fn part_ids(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let row = request::Entity::find_by_id((self.council.to_string(), id)).one(on).await?;
        let case: Case = serde_json::from_str(&row.ok_or(StoreError::NotFound)?.state)?;
        Ok(case.submission.parts.iter().map(|part| part.id).collect())
    }

    /// One event of one request.
    async fn step(
        &self,
        on: &impl ConnectionTrait,
        (row, mut case): (request::Model, Case),
        new: NewEvent,
        (consequences, follows): (&Follows, bool),
    ) -> Result<Happened, StoreError> {
        let before = figures::standing(&case);
        let event = consequences.settle(&case, &new.by, new.event);
        let recorded = Recorded { seq: case.next_seq(), at: new.at, by: new.by, event };
        case.apply(recorded.clone())?;
        self.rebook_place(on, (row.id, &case), (&recorded.event, recorded.at), &**consequences).await?;
        // Who takes it may be away, and only the clock looks for that.
        let is_new = matches!(
            recorded.event,
            Event::Taken | Event::HandedOver { .. } | Event::Undone | Event::PromiseMoved { .. }
        );
        let wakes = if is_new { Some(new.at) } else { consequences.wakes(&case) };
        let (id, resident, known_by) = (row.id, row.resident_id, row.email_key.clone());
        let photos: Vec<_> = recorded.event.work_photos().iter().map(|photo| (*photo, false)).collect();
        take_uploads(on, &self.council, id, &photos).await?;
        self.keep(on, row, &case, (before, wakes)).await?;
        event::Entity::insert(self.event_row(id, new.id, &recorded)?).exec_without_returning(on).await?;
        self.happened(on, (id, resident, known_by), case, recorded, (consequences, follows)).await
    }

    /// Keeps the state of a request, and counts what it is to the figures now that it was not before.
    pub(super) async fn keep(
        &self,
        on: &impl ConnectionTrait,
        row: request::Model,
        case: &Case,
        (before, wakes): (Standing, Option<DateTime<Utc>>),
    ) -> Result<(), StoreError> {
        let id = row.id;
        figures::insert(on, figures::rows(&self.council, (id, case), before)).await?;
        self.keep_granted(on, (id, row.open), case).await?;
        let mut changed: request::ActiveModel = row.into();
        stand(&mut changed, case, wakes);
        changed.seq = Set(seq(case.next_seq() - 1));
        changed.state = Set(serde_json::to_string(case)?);
        changed.update(on).await?;
        if !case.status.is_open() {
            nearby::close(on, &self.council, id).await?;
            self.nobody_pays(on, id, case.closed_at).await?;
        }
        if case.booked().is_some() && !case.has_place() {
            self.free_place(on, id).await?;
        }
        Ok(())
    }

    /// What happened to a request, and who is to be told.
    pub(super) async fn happened(
        &self,
        on: &impl ConnectionTrait,
        (id, resident, known_by): (Uuid, Option<Uuid>, Option<String>),
        case: Case,
        recorded: Recorded,
        (consequences, follows): (&Follows, bool),
    ) -> Result<Happened, StoreError> {
        let day = local(recorded.at).date();
        let leads = async |department: &str, lead: Option<&Owner>| {
            self.leads(on, (consequences.department(department), lead), day).await
        };
        let answers = match &case.owner {
            Some(owner) => self.member_within(on, owner.id).await?,
            None => leads(case.department(), case.lead.as_ref()).await?,
        };
        let concerned: &[Owner] = match &recorded.event {
            Event::Escalated(up) => std::slice::from_ref(&up.whom),
            Event::Offered(Offer { to: Some(to), .. }) => std::slice::from_ref(to),
            Event::Proposed(proposal) => proposal.asked.as_slice(),
            Event::Aged { staff, .. } => staff,
            _ => &[],
        };
        let mut others = Vec::new();
        for Owner { id, .. } in concerned {
            others.extend(self.member_within(on, *id).await?);
        }
        if let Event::Offered(Offer { to: None, department, lead, .. }) = &recorded.event {
            others.extend(leads(department, lead.as_ref()).await?);
        }
        let account = match resident {
            Some(resident) => {
                let key = (self.council.to_string(), resident);
                resident::Entity::find_by_id(key).one(on).await?
            }
            None => None,
        };
        let is_known_by = |account: &resident::Model| known_by.as_ref() == Some(&account.email_key);
        let has_moved = known_by != email_key(&case) && account.as_ref().is_some_and(is_known_by);
        let account_email = account.map(|account| account.email);
        let watchers = match recorded.event {
            Event::Taken
            | Event::HandedOver { .. }
            | Event::Planned { .. }
            | Event::ContractorWrote { planned: Some(_), .. }
            | Event::Begun
            | Event::PromiseMoved { .. }
            | Event::Missed { .. }
            | Event::Closed(_)
            | Event::Withdrawn { .. }
            | Event::TakenBack
            | Event::Reopened { .. } => nearby::watchers(on, &self.council, id).await?,
            _ => Vec::new(),
        };
        let ends = matches!(recorded.event, Event::Closed(_) | Event::Withdrawn { .. } | Event::TakenBack);
        let contractor = match &case.contract {
            Some(contract) if ends && case.work.is_none() => {
                contracts::contractor_of(on, &self.council, contract.contractor.id).await?
            }
            _ => None,
        };
        let in_account = resident.is_some();
        Ok(Happened {
            request: id,
            case,
            recorded,
            follows,
            answers,
            others,
            account_email,
            in_account,
            has_moved,
            watchers,
            contractor,
        })
    }

    /// The request that was stored under an idempotency key.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn sent_before(&self, key: Uuid) -> Result<Option<Stored>, StoreError> {
        match self.one(request::Column::IdempotencyKey.eq(key)).await {
            Ok(stored) => Ok(Some(stored)),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A request by the hash of the key to follow it with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn followed(&self, follow_hash: &[u8]) -> Result<Stored, StoreError> {
        self.one(request::Column::FollowHash.eq(follow_hash)).await
    }

    /// A request by its reference and the address given with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn remembered(&self, reference: &Reference, email: &str) -> Result<Stored, StoreError> {
        let key = domain::field::contact::same_email_key(email);
        self.one(request::Column::Reference.eq(reference.as_str()).and(request::Column::EmailKey.eq(key)))
            .await
    }

    /// A request by its reference alone, which is no permission.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn referred(&self, reference: &Reference) -> Result<Stored, StoreError> {
        self.one(request::Column::Reference.eq(reference.as_str())).await
    }

    /// A request that a member of staff has to do with: their department's, one that is offered to it, one that went up
    /// to them, or one that they took then; and of a department that they answer for what nobody has, what has been open for
    /// long, and what needs their agreement.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when it is another department's; the database's errors.
    pub async fn for_staff(&self, reach: &Reach, id: Uuid) -> Result<Stored, StoreError> {
        self.one(request::Column::Id.eq(id).and(with_which(reach))).await
    }

    /// Those of some requests that a member of staff has to do with.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn many_for_staff(
        &self,
        reach: &Reach,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Stored>, StoreError> {
        let rows: Vec<Columns> = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Id.is_in(ids.iter().copied()).and(with_which(reach)))
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(|row| Ok((row.0, Stored::try_from(row)?))).collect()
    }

    /// Whether a member of staff has to do with a request.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn concerns(&self, reach: &Reach, id: Uuid) -> Result<bool, StoreError> {
        let found: Option<i32> = request::Entity::find_by_id((self.council.to_string(), id))
            .filter(with_which(reach))
            .select_only()
            .column(request::Column::Seq)
            .into_tuple()
            .one(self.db.reader())
            .await?;
        Ok(found.is_some())
    }

    /// What a request is about, and what is about it: each with whether it is the earlier one, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn related(&self, id: Uuid, limit: u64) -> Result<Vec<(bool, Stored)>, StoreError> {
        let key = (self.council.to_string(), id);
        let own = request::Entity::find_by_id(key).one(self.db.reader()).await?;
        let earlier = own.and_then(|own| own.about_id);
        // Ordered here, and one after the other: SQLite would go through all requests of the council otherwise.
        let mut rows: Vec<Columns> = Vec::new();
        for which in [Some(request::Column::AboutId.eq(id)), earlier.map(|id| request::Column::Id.eq(id))] {
            let Some(which) = which else { continue };
            let found = request::Entity::find()
                .filter(request::Column::CouncilId.eq(&*self.council))
                .filter(which)
                .select_only()
                .columns(COLUMNS)
                .into_tuple::<Columns>();
            rows.extend(found.all(self.db.reader()).await?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.0));
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        rows.into_iter().map(|row| Ok((Some(row.0) == earlier, Stored::try_from(row)?))).collect()
    }

    /// A request of a department by its reference.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when it is another department's; the database's errors.
    pub async fn named_in(&self, reference: &Reference, department: &str) -> Result<Stored, StoreError> {
        let is_it = request::Column::Reference.eq(reference.as_str());
        self.one(is_it.and(request::Column::Department.eq(department))).await
    }

    /// The number of a request's latest event.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn latest_seq(&self, id: Uuid) -> Result<u32, StoreError> {
        let found: Option<i32> = request::Entity::find_by_id((self.council.to_string(), id))
            .select_only()
            .column(request::Column::Seq)
            .into_tuple()
            .one(self.db.reader())
            .await?;
        found.and_then(|seq| u32::try_from(seq).ok()).ok_or(StoreError::NotFound)
    }

    /// Some requests of a member's department, and of others where they are asked for: open ones by earliest promise,
    /// closed ones newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn queue(
        &self,
        reach: &Reach,
        (filter, today): (&QueueFilter, NaiveDate),
        limit: u64,
    ) -> Result<Vec<Stored>, StoreError> {
        let (show, member) = (filter.show, &reach.member);
        let own = request::Column::Department.eq(&*member.department);
        let is = match show {
            Show::Open | Show::Closed => own,
            Show::Mine => request::Column::OwnerId.eq(member.id),
            Show::Unowned => own.and(request::Column::OwnerId.is_null()),
            Show::Today => own.and(request::Column::CompleteBy.lte(today)),
            Show::Overdue => own.and(request::Column::Missed.gt(0).or(request::Column::CompleteBy.lt(today))),
            Show::Waiting => own.and(request::Column::Standing.eq("waiting")),
            Show::Escalated => own.and(request::Column::EscalatedTo.is_not_null()),
            Show::Offered => request::Column::OfferedDepartment
                .eq(&*member.department)
                .and(request::Column::OfferedTo.is_null().or(request::Column::OfferedTo.eq(member.id))),
            Show::Contractor => own.and(request::Column::Contract.is_not_null()),
            Show::Check => own.and(request::Column::Contract.eq(TO_CHECK)),
            Show::Board => own.and(request::Column::OnBoard.eq(true)),
            Show::ToSign => to_sign(reach),
        };
        // No index finds both at once.
        let mine = (show == Show::Escalated).then(|| request::Column::EscalatedTo.eq(member.id));
        let (is_usual, is_newest) = match (filter.order, show) {
            (Order::Usual, Show::Closed) | (Order::Newest, _) => (false, true),
            (Order::Usual, _) => (true, false),
            (Order::Oldest, _) => (false, false),
        };
        let mut all = BTreeMap::new();
        for is in std::iter::once(is).chain(mine) {
            let query = request::Entity::find()
                .filter(request::Column::CouncilId.eq(&*self.council))
                .filter(is)
                .filter(narrowed(filter, today));
            let query = if is_usual {
                query
                    .order_by_asc(request::Column::CompleteBy)
                    .order_by_with_nulls(request::Column::CompleteAt, sea_orm::Order::Asc, NullOrdering::Last)
                    .order_by_asc(request::Column::Id)
            } else if is_newest {
                query.order_by_desc(request::Column::Id)
            } else {
                query.order_by_asc(request::Column::Id)
            };
            let rows: Vec<Columns> =
                query.limit(limit).select_only().columns(COLUMNS).into_tuple().all(self.db.reader()).await?;
            for row in rows {
                let stored = Stored::try_from(row)?;
                let by = stored.case.complete_by;
                let promised = is_usual.then(|| (by.day(), by.moment().is_none(), by.moment()));
                all.insert((promised, stored.id), stored);
            }
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let in_order = all.into_values();
        Ok(if is_newest { in_order.rev().take(most).collect() } else { in_order.take(most).collect() })
    }

    /// Open requests that somebody has, or answers for as who leads the team, in other departments than these.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn left_by(&self, staff: Uuid, stays: &[String]) -> Result<Vec<Stored>, StoreError> {
        use request::Column;
        let theirs = Column::OwnerId.eq(staff).or(Column::OwnerId.is_null());
        let rows: Vec<Columns> = request::Entity::find()
            .filter(Column::CouncilId.eq(&*self.council))
            .filter(Column::Open.eq(true))
            .filter(Column::Department.is_not_in(stays))
            .filter(theirs)
            .select_only()
            .columns(COLUMNS)
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let all = rows.into_iter().map(Stored::try_from).collect::<Result<Vec<_>, _>>()?;
        let is_theirs = |stored: &Stored| stored.case.answers_for_it().is_some_and(|owner| owner.id == staff);
        Ok(all.into_iter().filter(is_theirs).collect())
    }

    /// How many requests wait for somebody's agreement.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn many_to_sign(&self, reach: &Reach) -> Result<u32, StoreError> {
        let all = request::Entity::find().filter(request::Column::CouncilId.eq(&*self.council));
        let many = all.filter(to_sign(reach)).count(self.db.reader()).await?;
        Ok(u32::try_from(many).unwrap_or(u32::MAX))
    }

    /// Requests after one, in the order they arrived: for reading all of them, some at a time.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn all_of(
        &self,
        which: &Which,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Stored>, StoreError> {
        use request::Column;
        // Each department for itself: of several at once, SQLite would look through the whole council in their order.
        let each = match which {
            Which::Department(department) => vec![Column::Department.eq(&**department)],
            Which::Board(departments) => {
                let is_too_long = || Column::Aged.eq(aged(Age::TooLong)).and(Column::Open.eq(true));
                departments.iter().map(|one| Column::Department.eq(&**one).and(is_too_long())).collect()
            }
        };
        let mut rows: Vec<Columns> = Vec::new();
        for which in each {
            let query = request::Entity::find()
                .filter(Column::CouncilId.eq(&*self.council))
                .filter(which)
                .filter(Condition::all().add_option(after.map(|after| Column::Id.gt(after))))
                .order_by_asc(Column::Id)
                .limit(limit)
                .select_only()
                .columns(COLUMNS)
                .into_tuple::<Columns>();
            rows.extend(query.all(self.db.reader()).await?);
        }
        rows.sort_by_key(|row| row.0);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        rows.into_iter().map(Stored::try_from).collect()
    }

    /// A request's events, in order.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn events(&self, id: Uuid) -> Result<Vec<Recorded>, StoreError> {
        let rows = event::Entity::find()
            .filter(event::Column::CouncilId.eq(&*self.council))
            .filter(event::Column::RequestId.eq(id))
            .order_by_asc(event::Column::Seq)
            .all(self.db.reader())
            .await?;
        rows.iter().map(|row| Ok(serde_json::from_str(&row.body)?)).collect()
    }

    /// A request by its identifier: for those who may see it by another right.
    pub(crate) async fn by_id(&self, id: Uuid) -> Result<Stored, StoreError> {
        self.one(request::Column::Id.eq(id)).await
    }

    async fn one(&self, which: impl sea_orm::sea_query::IntoCondition) -> Result<Stored, StoreError> {
        let row = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(which.into_condition())
            .select_only()
            .columns(COLUMNS)
            .into_tuple::<Columns>()
            .one(self.db.reader())
            .await?;
        row.ok_or(StoreError::NotFound)?.try_into()
    }

    fn request_row(&self, new: &NewRequest, case: &Case) -> Result<request::ActiveModel, StoreError> {
        let mut row = request::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(new.id),
            reference: Set(case.submission.reference.as_str().to_owned()),
            follow_hash: Set(new.follow_hash.clone()),
            idempotency_key: Set(new.idempotency_key),
            body_hash: Set(new.body_hash.clone()),
            service: Set(case.submission.service.clone()),
            email_key: Set(email_key(case)),
            resident_id: Set(new.resident),
            seq: Set(1),
            state: Set(serde_json::to_string(case)?),
            created_at: Set(new.submitted.at),
            about_id: Set(new.about),
            ..Default::default()
        };
        stand(&mut row, case, new.wakes);
        Ok(row)
    }

    pub(super) fn event_row(
        &self,
        request: Uuid,
        id: Uuid,
        recorded: &Recorded,
    ) -> Result<event::ActiveModel, StoreError> {
        Ok(event::ActiveModel {
            council_id: Set(self.council.to_string()),
            request_id: Set(request),
            seq: Set(seq(recorded.seq)),
            id: Set(id),
            at: Set(recorded.at),
            body: Set(serde_json::to_string(recorded)?),
        })
    }
}

/// The requests that something happened to, as people write their references.
fn references(happened: &[Happened]) -> Vec<String> {
    happened.iter().map(|one| one.case.submission.reference.to_string()).collect()
}

/// Requests that a member of staff has to do with.
fn with_which(reach: &Reach) -> Expr {
    let member = &reach.member;
    let nobodys = request::Column::OwnerId.is_null().and(request::Column::Open.eq(true));
    let rises =
        request::Column::Department.is_in(reach.departments()).and(request::Column::Aged.gt(0).or(nobodys));
    request::Column::Department
        .eq(&*member.department)
        .or(request::Column::OfferedDepartment.eq(&*member.department))
        .or(request::Column::EscalatedTo.eq(member.id))
        .or(request::Column::OwnerId.eq(member.id))
        .or(rises)
        .or(to_sign(reach))
}

/// Requests of which a member of staff may agree to how they are to be closed: what they did not propose themselves, in the
/// departments in which they stand high enough.
fn to_sign(reach: &Reach) -> Expr {
    use request::Column;
    // Each rung with those that it may sign for, so that there is one condition for each and not for each department.
    let signs = Rung::ALL.into_iter().filter_map(|rung| {
        let there = |(id, on): &(String, Rung)| (*on == rung).then(|| id.clone());
        let departments: Vec<String> = reach.answers.iter().filter_map(there).collect();
        let asked = Rung::ALL.into_iter().filter(|asked| *asked <= rung).map(Rung::id);
        (!departments.is_empty())
            .then(|| Column::Department.is_in(departments).and(Column::SignOff.is_in(asked)))
    });
    let anywhere = signs.reduce(sea_orm::ExprTrait::or).unwrap_or_else(|| Expr::val(1).eq(0));
    anywhere.and(Column::Open.eq(true)).and(Column::ProposedBy.ne(reach.member.id))
}

/// What a filter leaves of a part of the queue. Of closed ones, only those of the last months are looked at for what no
/// index finds.
fn narrowed(filter: &QueueFilter, today: NaiveDate) -> Condition {
    use request::Column;
    let QueueFilter { show, service, ward, team, owner, text, order: _, only } = filter;
    let since = today - Days::new(PERIOD_DAYS);
    let ended = Column::Open.eq(false).and(Column::ClosedOn.gte(since));
    let which = match only {
        // They may have ended since.
        Some(Only::Reopened) => Column::ReopenedOn.gte(since).and(Column::Open.eq(true).or(ended)),
        Some(Only::Ended) => ended,
        Some(Only::Kept) => ended.and(Column::Kept.eq(true)),
        Some(Only::Missed) => ended.and(Column::Kept.eq(false)),
        Some(Only::Satisfied) => ended.and(Column::Score.gte(i16::from(SATISFIED))),
        Some(Only::Dissatisfied) => ended.and(Column::Score.lt(i16::from(SATISFIED))),
        None if *show != Show::Closed => Column::Open.eq(true),
        None if filter.is_narrow() => ended,
        None => Column::Open.eq(false),
    };
    let team = team
        .as_ref()
        .map(|team| if team.is_empty() { Column::Team.is_null() } else { Column::Team.eq(team) });
    let words = text.to_lowercase();
    let word = |word: &str| {
        let plain = word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        Expr::col(Column::Words).like(LikeExpr::new(format!("%{plain}%")).escape('\\'))
    };
    words
        .split_whitespace()
        .map(word)
        .fold(Condition::all(), Condition::add)
        .add(which)
        .add_option(service.as_ref().map(|service| Column::Service.eq(service)))
        .add_option(ward.as_ref().map(|ward| Column::Ward.eq(ward)))
        .add_option(team)
        .add_option(owner.map(|owner| Column::OwnerId.eq(owner)))
}

/// The columns that lists are made by, as the case stands.
fn stand(row: &mut request::ActiveModel, case: &Case, wakes: Option<DateTime<Utc>>) {
    let standing = match case.status {
        Status::ToPay => "to_pay",
        Status::Received => "received",
        Status::LookedAt => "looked_at",
        Status::Planned => "planned",
        Status::InProgress => "in_progress",
        Status::Waiting => "waiting",
        Status::Closed(_) => "closed",
    };
    row.department = Set(case.department().to_owned());
    row.open = Set(case.status.is_open());
    row.complete_by = Set(case.complete_by.day());
    row.complete_at = Set(case.complete_by.moment());
    row.wake_at = Set(wakes);
    row.standing = Set(standing.to_owned());
    row.owner_id = Set(case.owner.as_ref().map(|owner| owner.id));
    row.offered_department = Set(case.offer.as_ref().map(|offer| offer.department.clone()));
    row.offered_to = Set(case.offer.as_ref().and_then(|offer| Some(offer.to.as_ref()?.id)));
    row.escalated_to = Set(case.escalated.as_ref().map(|up| up.to.whom.id));
    row.on_board = Set(case.on_board.is_some());
    row.missed = Set(i32::from(case.missed));
    row.contract = Set(case.contract.as_ref().map(|_| {
        let how_far = match &case.work {
            None => "with_contractor",
            Some(_) if case.is_to_be_checked() => TO_CHECK,
            Some(_) => "done",
        };
        how_far.to_owned()
    }));
    row.same_as = Set(case.goes_on.as_ref().map(|goes_on| goes_on.other.id));
    tell(row, case);
    rise(row, case);
}

/// The columns by which those find it who answer for its department.
pub(super) fn rise(row: &mut request::ActiveModel, case: &Case) {
    row.aged = Set(case.age.map(aged));
    row.sign_off = Set(case.proposed.as_ref().map(|proposal| proposal.sign_off.id().to_owned()));
    row.proposed_by = Set(case.proposed_by());
}

/// As [`request::Column::Aged`] has it.
fn aged(age: Age) -> i16 {
    match age {
        Age::Long => 1,
        Age::VeryLong => 2,
        Age::TooLong => 3,
    }
}

/// The columns that the queue is narrowed down by, and a team counted.
pub(super) fn tell(row: &mut request::ActiveModel, case: &Case) {
    let day = |at: DateTime<Utc>| local(at).date();
    row.team = Set(case.submission.team.clone());
    row.ward = Set(case.submission.ward.clone());
    row.channel = Set(case.submission.channel.id().to_owned());
    row.opened_on = Set(day(case.open_since()));
    row.closed_on = Set(case.closed_at.map(day));
    row.reopened_on = Set(case.reopened_at.map(day));
    row.kept = Set(domain::figures::is_kept(case, day));
    row.score = Set(case.feedback.as_ref().map(|feedback| feedback.score.into()));
    row.words = Set(found_by(case));
}

/// What a request is found by in the queue.
fn found_by(case: &Case) -> String {
    let Sent { reference, title, .. } = &case.submission;
    format!("{reference} {} {title} {}", reference.as_str(), about(case)).to_lowercase()
}

/// Some requests of all councils after one, with their states: for going through all of them, some at a time.
pub(super) async fn batch_after(
    on: &impl ConnectionTrait,
    behind: Option<&(String, Uuid)>,
) -> Result<Vec<(String, Uuid, String)>, StoreError> {
    let mut query = request::Entity::find();
    if let Some((council, id)) = behind {
        let same = request::Column::CouncilId.eq(council).and(request::Column::Id.gt(*id));
        query = query.filter(request::Column::CouncilId.gt(council).or(same));
    }
    Ok(query
        .order_by_asc(request::Column::CouncilId)
        .order_by_asc(request::Column::Id)
        .limit(BATCH)
        .select_only()
        .columns([request::Column::CouncilId, request::Column::Id, request::Column::State])
        .into_tuple()
        .all(on)
        .await?)
}

/// Fills new columns of every request that there is, of all councils.
pub(super) async fn fill_columns(
    on: &impl ConnectionTrait,
    fill: fn(&mut request::ActiveModel, &Case),
) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let batch = batch_after(on, behind.as_ref()).await?;
        let Some((council, id, _)) = batch.last() else { return Ok(()) };
        behind = Some((council.clone(), *id));
        for (council, id, state) in batch {
            let case: Case = serde_json::from_str(&state)?;
            // No other: those of a later step are not there yet.
            let mut row = request::ActiveModel { ..Default::default() };
            fill(&mut row, &case);
            request::Entity::update_many()
                .set(row)
                .filter(request::Column::CouncilId.eq(council))
                .filter(request::Column::Id.eq(id))
                .exec(on)
                .await?;
        }
    }
}

/// Inserts a request; false when something of it that must be its own is taken.
async fn inserted(on: &impl ConnectionTrait, row: request::ActiveModel) -> Result<bool, StoreError> {
    // A reference of a request that was erased is not given out again.
    if erasure::is_taken(on, row.council_id.as_ref(), row.reference.as_ref()).await? {
        return Ok(false);
    }
    let inserted = request::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(on)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// Gives uploaded photos and documents to a request; each can be taken once, and only as what it is.
pub(super) async fn take_uploads(
    on: &impl ConnectionTrait,
    council: &str,
    request: Uuid,
    ids: &[(Uuid, bool)],
) -> Result<(), StoreError> {
    for (id, document) in ids {
        let taken = photo::Entity::update_many()
            .set(photo::ActiveModel { request_id: Set(Some(request)), ..Default::default() })
            .filter(photo::Column::CouncilId.eq(council))
            .filter(photo::Column::Id.eq(*id))
            .filter(photo::Column::RequestId.is_null())
            .filter(photo::Column::Document.eq(*document))
            .exec(on)
            .await?;
        if taken.rows_affected != 1 {
            return Err(StoreError::UploadGone(*id));
        }
    }
    Ok(())
}
