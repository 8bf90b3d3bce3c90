//! Refunds as they are kept: a row is written before the card service hears of it, and moves only by what the service says. At
//! no time may more go back than was paid, and of one payment one refund is on its way to the service at a time.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::audit::Entry;
use domain::case::{Owner, Refused};
use domain::payment::may_refund;
use domain::refund::{RefundState, Told, gone, may_answer, needs_agreement};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use super::payments::{ASK_AGAIN, Payment, payment};
use super::requests::{Follows, Happened, NewEvent};
use super::{Store, StoreError, audit, jobs};
use crate::jobs::Job;

/// Values that a database takes in one question.
const AT_ONCE: usize = 500;
/// How long after it was asked about the last time the card service is asked about a refund that it has.
const ASK_OF_SUBMITTED: TimeDelta = TimeDelta::hours(1);

/// Refunds.
pub mod refund {
    use sea_orm::entity::prelude::*;

    /// A row of `refund`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refund")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier, made by who asks for it: sent twice, it is one.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The payment.
        pub payment_id: Uuid,
        /// Pence.
        pub pence: i64,
        /// Why, as its resident reads it; empty where it was made at the card service.
        pub reason: String,
        /// How far it has got.
        pub state: String,
        /// Who asked for it; nobody where it was made at the card service.
        pub asked_by: Option<Uuid>,
        /// Their name.
        pub asked_name: String,
        /// When.
        pub asked_at: DateTimeUtc,
        /// Who agreed or did not.
        pub answered_by: Option<Uuid>,
        /// Their name.
        pub answered_name: Option<String>,
        /// Why they did not.
        pub answer: Option<String>,
        /// The refunds that the card service knew when it was asked for this one, as JSON.
        pub seen: Option<String>,
        /// Pence that could go back then.
        pub available: Option<i64>,
        /// What the card service knows it by.
        pub provider_ref: Option<String>,
        /// When the card service is asked about it next.
        pub ask_at: Option<DateTimeUtc>,
        /// When it ended.
        pub ended_at: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Days whose books were compared with the card service's.
pub mod reconciled {
    use sea_orm::entity::prelude::*;

    /// A row of `reconciled`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reconciled")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The day.
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        /// When they were compared.
        pub at: DateTimeUtc,
        /// Differences that nothing explained.
        pub red: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Identifier.
    pub id: Uuid,
    /// The payment.
    pub payment: Uuid,
    /// Pence.
    pub pence: i64,
    /// Why, as its resident reads it; empty where it was made at the card service.
    pub reason: String,
    /// How far it has got.
    pub state: RefundState,
    /// Who asked for it; nobody where it was made at the card service.
    pub asked_by: Option<Owner>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Who agreed, or did not.
    pub answered_by: Option<String>,
    /// Why they did not.
    pub answer: String,
    /// The refunds that the card service knew when it was asked for this one.
    pub seen: Vec<String>,
    /// Pence that could go back then.
    pub available: Option<i64>,
    /// What the card service knows it by.
    pub provider_ref: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Refund {
    /// The card service was asked for it, and it is not known whether it has it.
    #[must_use]
    pub fn is_on_the_way(&self) -> bool {
        self.state == RefundState::Sent && self.provider_ref.is_none()
    }
}

impl TryFrom<refund::Model> for Refund {
    type Error = StoreError;

    fn try_from(row: refund::Model) -> Result<Self, StoreError> {
        let name = row.asked_name;
        Ok(Self {
            id: row.id,
            payment: row.payment_id,
            pence: row.pence,
            reason: row.reason,
            state: RefundState::parse(&row.state).ok_or(StoreError::Unreadable("refund"))?,
            asked_by: row.asked_by.map(|id| Owner { id, name }),
            asked_at: row.asked_at,
            answered_by: row.answered_name,
            answer: row.answer.unwrap_or_default(),
            seen: row.seen.map_or_else(|| Ok(Vec::new()), |seen| serde_json::from_str(&seen))?,
            available: row.available,
            provider_ref: row.provider_ref,
            ended_at: row.ended_at,
        })
    }
}

/// Somebody asks for a refund.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// Identifier, made by who asks.
    pub id: Uuid,
    /// The payment.
    pub payment: Uuid,
    /// Pence.
    pub pence: i64,
    /// Why, as its resident reads it.
    pub reason: String,
    /// Who asks.
    pub by: Owner,
    /// Pence that they may send back by themselves.
    pub limit: i64,
    /// Now.
    pub at: DateTime<Utc>,
    /// What the log says of it.
    pub entry: Entry,
}

/// Somebody else agrees with a refund, or does not.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who.
    pub by: Owner,
    /// Why not; nothing where they agree.
    pub why_not: Option<String>,
    /// Now.
    pub at: DateTime<Utc>,
    /// What the log says of it.
    pub entry: Entry,
}

/// A refund as the card service tells it, with the identifier under which it is kept if it was made there, and what follows once
/// it is done.
pub type Heard = (Told, Uuid, Vec<(Uuid, Job)>);

impl Store {
    fn one_refund(&self, id: Uuid) -> Condition {
        Condition::all().add(refund::Column::CouncilId.eq(&*self.council)).add(refund::Column::Id.eq(id))
    }

    async fn refunds_on(
        &self,
        on: &impl ConnectionTrait,
        which: Condition,
    ) -> Result<Vec<Refund>, StoreError> {
        let rows = refund::Entity::find()
            .filter(refund::Column::CouncilId.eq(&*self.council))
            .filter(which)
            .order_by_asc(refund::Column::AskedAt)
            .order_by_asc(refund::Column::Id)
            .all(on)
            .await?;
        rows.into_iter().map(Refund::try_from).collect()
    }

    /// The refunds of some payments, the first one first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunds_of(&self, payments: &[Uuid]) -> Result<Vec<Refund>, StoreError> {
        let mut found = Vec::new();
        for payments in payments.chunks(AT_ONCE) {
            let which = Condition::all().add(refund::Column::PaymentId.is_in(payments.iter().copied()));
            found.extend(self.refunds_on(self.db.reader(), which).await?);
        }
        Ok(found)
    }

    /// A refund.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn refund(&self, id: Uuid) -> Result<Refund, StoreError> {
        let row = refund::Entity::find().filter(self.one_refund(id)).one(self.db.reader()).await?;
        row.ok_or(StoreError::NotFound)?.try_into()
    }

    /// The refunds that wait for somebody's agreement, and those that the card service has not sent since a moment.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunds_to_look_at(&self, since: DateTime<Utc>) -> Result<Vec<Refund>, StoreError> {
        let waiting = refund::Column::State.eq(RefundState::Waiting.id());
        let failed = Condition::all()
            .add(refund::Column::State.eq(RefundState::Failed.id()))
            .add(refund::Column::EndedAt.gte(since));
        self.refunds_on(self.db.reader(), Condition::any().add(waiting).add(failed)).await
    }

    /// The refunds whose money went back from one moment until before another.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunds_done(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Refund>, StoreError> {
        let which = Condition::all()
            .add(refund::Column::State.eq(RefundState::Done.id()))
            .add(refund::Column::EndedAt.gte(from))
            .add(refund::Column::EndedAt.lt(until));
        self.refunds_on(self.db.reader(), which).await
    }

    /// The refunds that the card service knows by these names.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunds_known_as(&self, provider_refs: &[String]) -> Result<Vec<Refund>, StoreError> {
        let mut found = Vec::new();
        for names in provider_refs.chunks(AT_ONCE) {
            let which = Condition::all().add(refund::Column::ProviderRef.is_in(names));
            found.extend(self.refunds_on(self.db.reader(), which).await?);
        }
        Ok(found)
    }

    /// The refunds that the card service was asked for and of which it is not known whether it has them.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunds_on_the_way(&self) -> Result<Vec<Refund>, StoreError> {
        let states = [RefundState::Agreed, RefundState::Sent].map(RefundState::id);
        let which = Condition::all().add(refund::Column::State.is_in(states));
        self.refunds_on(self.db.reader(), which).await
    }

    /// Writes down that somebody wants money to go back. Asked for again under the same identifier, it is the one that is there.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] where it is more than may go back, or another one has the identifier; the database's errors.
    pub async fn ask_refund(&self, new: NewRefund) -> Result<Refund, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new) = (store.clone(), new.clone());
                Box::pin(async move { store.ask_refund_within(transaction, new).await })
            })
            .await
    }

    /// Ends what a request gave because its holder gives it back, and writes down what goes back of what was paid: both, or
    /// neither. A repeat changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] by the rules of the case, or where it is more than may go back; the
    /// database's errors.
    pub async fn give_back(
        &self,
        request: Uuid,
        (event, refund): (NewEvent, Option<NewRefund>),
        follows: Follows,
    ) -> Result<(Vec<Happened>, Option<Refund>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, event, refund) = (store.clone(), event.clone(), refund.clone());
                let follows = follows.clone();
                Box::pin(async move {
                    // The request before its payments, as everywhere.
                    let (_, happened) = store.append_within(transaction, request, event, &follows).await?;
                    let asked = match refund.filter(|_| !happened.is_empty()) {
                        Some(refund) => Some(store.ask_refund_within(transaction, refund).await?),
                        None => None,
                    };
                    Ok((happened, asked))
                })
            })
            .await
    }

    async fn ask_refund_within(
        &self,
        transaction: &impl ConnectionTrait,
        new: NewRefund,
    ) -> Result<Refund, StoreError> {
        // Locked: two that ask at the same time are counted one after the other.
        let paid = self.locked_payment(transaction, new.payment).await?;
        let known = refund::Entity::find().filter(self.one_refund(new.id)).one(transaction).await?;
        if let Some(known) = known {
            let known = Refund::try_from(known)?;
            let is_it = known.payment == new.payment
                && known.pence == new.pence
                && known.asked_by.as_ref().is_some_and(|by| by.id == new.by.id);
            return if is_it { Ok(known) } else { Err(Refused::NotAllowed.into()) };
        }
        let of_it = Condition::all().add(refund::Column::PaymentId.eq(new.payment));
        let before = committed(&paid, &self.refunds_on(transaction, of_it).await?);
        if !may_refund(paid.state, paid.bill.total(), before, new.pence) {
            return Err(Refused::NotAllowed.into());
        }
        let is_waiting = needs_agreement(new.limit, before, new.pence);
        let state = if is_waiting { RefundState::Waiting } else { RefundState::Agreed };
        let row = refund::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(new.id),
            payment_id: Set(new.payment),
            pence: Set(new.pence),
            reason: Set(new.reason),
            state: Set(state.id().to_owned()),
            asked_by: Set(Some(new.by.id)),
            asked_name: Set(new.by.name),
            asked_at: Set(new.at),
            ask_at: Set((!is_waiting).then_some(new.at)),
            ..Default::default()
        };
        refund::Entity::insert(row).exec_without_returning(transaction).await?;
        audit::append(self, transaction, new.entry).await?;
        self.refund_on(transaction, new.id).await
    }

    async fn refund_on(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Refund, StoreError> {
        let row = refund::Entity::find().filter(self.one_refund(id)).one(on).await?;
        row.ok_or(StoreError::NotFound)?.try_into()
    }

    async fn set_refund(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
        row: refund::ActiveModel,
    ) -> Result<(), StoreError> {
        refund::Entity::update_many().set(row).filter(self.one_refund(id)).exec(on).await?;
        Ok(())
    }

    /// A refund whose payment is locked.
    async fn locked_refund(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Refund, StoreError> {
        let payment = self.refund_on(on, id).await?.payment;
        self.locked_payment(on, payment).await?;
        self.refund_on(on, id).await
    }

    /// Somebody else agrees with a refund, or does not.
    ///
    /// # Errors
    /// [`Refused::OwnProposal`] for who asked for it; [`Refused::NotAllowed`] where it does not wait any more;
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn answer_refund(&self, id: Uuid, answer: Answer) -> Result<Refund, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, answer) = (store.clone(), answer.clone());
                Box::pin(async move {
                    let before = store.locked_refund(transaction, id).await?;
                    if before.state != RefundState::Waiting {
                        return Err(Refused::NotAllowed.into());
                    }
                    if !may_answer(before.asked_by.as_ref().map(|by| by.id), answer.by.id) {
                        return Err(Refused::OwnProposal.into());
                    }
                    let agrees = answer.why_not.is_none();
                    let state = if agrees { RefundState::Agreed } else { RefundState::Refused };
                    let row = refund::ActiveModel {
                        state: Set(state.id().to_owned()),
                        answered_by: Set(Some(answer.by.id)),
                        answered_name: Set(Some(answer.by.name)),
                        answer: Set(answer.why_not),
                        ask_at: Set(agrees.then_some(answer.at)),
                        ended_at: Set((!agrees).then_some(answer.at)),
                        ..Default::default()
                    };
                    store.set_refund(transaction, id, row).await?;
                    audit::append(&store, transaction, answer.entry).await?;
                    store.refund_on(transaction, id).await
                })
            })
            .await
    }

    /// Writes down that the card service is about to be asked for a refund, what it knew before and what could go back then;
    /// says what holds, or nothing where it is not to be asked for now. `anew` is for who knows that it does not have it, nor
    /// will.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn refund_sent(
        &self,
        id: Uuid,
        (seen, available): (&[String], i64),
        (at, anew): (DateTime<Utc>, bool),
    ) -> Result<Option<Refund>, StoreError> {
        let store = self.clone();
        let seen = serde_json::to_string(seen)?;
        self.db
            .write(move |transaction| {
                let (store, seen) = (store.clone(), seen.clone());
                Box::pin(async move {
                    let before = store.locked_refund(transaction, id).await?;
                    let of_it = Condition::all()
                        .add(refund::Column::PaymentId.eq(before.payment))
                        .add(refund::Column::Id.ne(id));
                    let others = store.refunds_on(transaction, of_it).await?;
                    if others.iter().any(Refund::is_on_the_way) {
                        return Ok(None);
                    }
                    if before.is_on_the_way() && !anew {
                        return Ok(Some(before));
                    }
                    if before.state != RefundState::Agreed && !before.is_on_the_way() {
                        return Ok(None);
                    }
                    let row = refund::ActiveModel {
                        state: Set(RefundState::Sent.id().to_owned()),
                        seen: Set(Some(seen)),
                        available: Set(Some(available)),
                        ask_at: Set(Some(at + ASK_AGAIN)),
                        ..Default::default()
                    };
                    store.set_refund(transaction, id, row).await?;
                    store.refund_on(transaction, id).await.map(Some)
                })
            })
            .await
    }

    /// Writes down that the card service did not take a refund, if it does not have it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn refund_failed(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let store = store.clone();
                Box::pin(async move {
                    let before = store.locked_refund(transaction, id).await?;
                    if before.state != RefundState::Agreed && !before.is_on_the_way() {
                        return Ok(());
                    }
                    let row = refund::ActiveModel {
                        state: Set(RefundState::Failed.id().to_owned()),
                        ask_at: Set(None),
                        ended_at: Set(Some(at)),
                        ..Default::default()
                    };
                    store.set_refund(transaction, id, row).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Moves the refunds of a payment by what the card service says it has, with the jobs that follow where one is done now. One
    /// that was made there is kept, too. Gives all of them as they stand then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn refunds_said(
        &self,
        payment_id: Uuid,
        heard: Vec<Heard>,
        at: DateTime<Utc>,
    ) -> Result<Vec<Refund>, StoreError> {
        let store = self.clone();
        let mut told = Vec::new();
        for (one, id, follow) in heard {
            let follow = jobs::rows(&self.council, at, &follow)?;
            told.push((one, id, follow));
        }
        self.db
            .write(move |transaction| {
                let (store, told) = (store.clone(), told.clone());
                Box::pin(async move {
                    let paid = store.locked_payment(transaction, payment_id).await?;
                    let of_it = Condition::all().add(refund::Column::PaymentId.eq(payment_id));
                    let mut rows = store.refunds_on(transaction, of_it.clone()).await?;
                    let back = gone(&told.iter().map(|(told, ..)| told.clone()).collect::<Vec<_>>());
                    for (told, id, follow) in told {
                        let before = find(&rows, &told).map(|at| rows.swap_remove(at));
                        let was = before.as_ref().map_or(RefundState::Sent, |row| row.state);
                        let state = was.after(told.state);
                        let has_ended = !state.is_under_way();
                        let mut row = refund::ActiveModel {
                            state: Set(state.id().to_owned()),
                            provider_ref: Set(Some(told.provider_ref)),
                            ask_at: Set((!has_ended).then_some(at + ASK_OF_SUBMITTED)),
                            ..Default::default()
                        };
                        if has_ended && (was != state || before.is_none()) {
                            row.ended_at = Set(Some(at));
                        }
                        if let Some(before) = &before {
                            store.set_refund(transaction, before.id, row).await?;
                        } else {
                            row.council_id = Set(store.council.to_string());
                            row.id = Set(id);
                            row.payment_id = Set(payment_id);
                            row.pence = Set(told.pence);
                            row.reason = Set(String::new());
                            row.asked_name = Set(String::new());
                            row.asked_at = Set(told.at);
                            refund::Entity::insert(row).exec_without_returning(transaction).await?;
                        }
                        if state == RefundState::Done && was != state {
                            jobs::insert(transaction, follow).await?;
                        }
                    }
                    let mut row = payment::ActiveModel { refunded: Set(back), ..Default::default() };
                    if !paid.state.is_under_way() {
                        row.ask_at = Set(None);
                    }
                    payment::Entity::update_many()
                        .set(row)
                        .filter(payment::Column::CouncilId.eq(&*store.council))
                        .filter(payment::Column::Id.eq(payment_id))
                        .exec(transaction)
                        .await?;
                    store.refunds_on(transaction, of_it).await
                })
            })
            .await
    }

    /// Takes the payments whose refunds the card service is to be asked about now: nobody else asks about them for a while.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_to_settle(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<Uuid>, StoreError> {
        let due = Condition::all()
            .add(refund::Column::CouncilId.eq(&*self.council))
            .add(refund::Column::AskAt.lte(now));
        // A look first: an idle server should not open a write every second.
        if refund::Entity::find().filter(due.clone()).one(self.db.reader()).await?.is_none() {
            return Ok(Vec::new());
        }
        self.db
            .write(move |transaction| {
                let due = due.clone();
                Box::pin(async move {
                    let rows = refund::Entity::find()
                        .filter(due)
                        .order_by_asc(refund::Column::AskAt)
                        .limit(most)
                        .lock_exclusive()
                        .all(transaction)
                        .await?;
                    for row in &rows {
                        let later =
                            refund::ActiveModel { ask_at: Set(Some(now + ASK_AGAIN)), ..Default::default() };
                        refund::Entity::update_many()
                            .set(later)
                            .filter(refund::Column::CouncilId.eq(&row.council_id))
                            .filter(refund::Column::Id.eq(row.id))
                            .exec(transaction)
                            .await?;
                    }
                    let mut payments: Vec<Uuid> = rows.into_iter().map(|row| row.payment_id).collect();
                    payments.sort_unstable();
                    payments.dedup();
                    Ok(payments)
                })
            })
            .await
    }

    /// Some payments.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_by(&self, ids: &[Uuid]) -> Result<Vec<Payment>, StoreError> {
        let mut found = Vec::new();
        for ids in ids.chunks(AT_ONCE) {
            let which = Condition::all().add(payment::Column::Id.is_in(ids.iter().copied()));
            found.extend(self.payments_that(which).await?);
        }
        Ok(found)
    }

    /// Whether the books of a day were compared.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn is_reconciled(&self, day: NaiveDate) -> Result<bool, StoreError> {
        let row = reconciled::Entity::find_by_id((self.council.to_string(), day));
        Ok(row.one(self.db.reader()).await?.is_some())
    }

    /// Notes that the books of a day were compared, with what follows; says whether nobody else did before.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn reconciled(
        &self,
        day: NaiveDate,
        (at, red): (DateTime<Utc>, usize),
        follow: Vec<(Uuid, Job)>,
    ) -> Result<bool, StoreError> {
        let council = self.council.to_string();
        let follow = jobs::rows(&council, at, &follow)?;
        self.db
            .write(move |transaction| {
                let (council, follow) = (council.clone(), follow.clone());
                Box::pin(async move {
                    let row = reconciled::ActiveModel {
                        council_id: Set(council),
                        day: Set(day),
                        at: Set(at),
                        red: Set(i32::try_from(red).unwrap_or(i32::MAX)),
                    };
                    let inserted = reconciled::Entity::insert(row)
                        .on_conflict(OnConflict::new().do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(transaction)
                        .await?;
                    let is_first = matches!(inserted, TryInsertResult::Inserted(1));
                    if is_first {
                        jobs::insert(transaction, follow).await?;
                    }
                    Ok(is_first)
                })
            })
            .await
    }
}

/// Pence of a payment that went back, are on their way, or are promised to.
#[must_use]
pub fn committed(paid: &Payment, refunds: &[Refund]) -> i64 {
    let ours: i64 = refunds.iter().filter(|row| row.state.counts()).map(|row| row.pence).sum();
    ours.max(paid.refunded)
}

/// The refund of ours that the card service tells of: by what each knows it by, or the one that is on its way, if the service
/// did not have this one before.
#[must_use]
pub fn find(rows: &[Refund], told: &Told) -> Option<usize> {
    let by_name = |row: &Refund| row.provider_ref.as_ref() == Some(&told.provider_ref);
    let by_id = |row: &Refund| row.provider_ref.is_none() && Some(row.id) == told.ours;
    let by_sum = |row: &Refund| {
        told.ours.is_none()
            && row.is_on_the_way()
            && row.pence == told.pence
            && !row.seen.contains(&told.provider_ref)
    };
    rows.iter()
        .position(by_name)
        .or_else(|| rows.iter().position(by_id))
        .or_else(|| rows.iter().position(by_sum))
}
