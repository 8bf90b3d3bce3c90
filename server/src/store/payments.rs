//! Payments as they are kept: a row is written before the card service hears of it, and moves only by what the service says.

use chrono::{DateTime, TimeDelta, Utc};
use domain::case::Refused;
use domain::payment::{Bill, Purpose, Service, State, Step, step_in_round};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use super::entities::{request, resident};
use super::requests::{Follows, Happened, NewEvent};
use super::slots::Place;
use super::{Store, StoreError, jobs};
use crate::jobs::Job;

/// How long after it was asked about the last time an unfinished payment is asked about again.
pub const ASK_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// How many may be at one card page.
const PAYERS: usize = 8;
/// Bytes of a SHA-256.
const HASH: usize = 32;
/// How long a message's number is remembered: card services tell the same for some days.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// Payments.
pub mod payment {
    use sea_orm::entity::prelude::*;

    /// A row of `payment`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What it is for.
        pub purpose: String,
        /// The first attempt to pay for that is 1.
        pub attempt: i32,
        /// Our reference, which the card service shows too.
        pub reference: String,
        /// The card service.
        pub service: String,
        /// What the card service knows it by, once that is known here.
        pub provider_ref: Option<String>,
        /// Pence.
        pub pence: i64,
        /// What is paid, line by line, as JSON.
        pub bill: String,
        /// How far it has got.
        pub state: String,
        /// Pence that went back.
        pub refunded: i64,
        /// Where receipts go, if it is for no request and somebody said where, a line each; forgotten once it ended.
        pub receipt_to: Option<String>,
        /// SHA-256 of the key in the address to which the person comes back.
        pub key_hash: Vec<u8>,
        /// SHA-256 of the token of each browser that was led to its card page, one after another.
        pub browser_hash: Vec<u8>,
        /// When it was begun.
        pub made_at: DateTimeUtc,
        /// When the card service is asked about it next; never again once it ended.
        pub ask_at: Option<DateTimeUtc>,
        /// When it ended.
        pub ended_at: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Messages that were heard.
pub mod payment_hint {
    use sea_orm::entity::prelude::*;

    /// A row of `payment_hint`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_hint")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The card service.
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        /// The message's number there.
        #[sea_orm(primary_key, auto_increment = false)]
        pub message: String,
        /// When it came first.
        pub at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Identifier.
    pub id: Uuid,
    /// What it is for.
    pub purpose: Purpose,
    /// Our reference.
    pub reference: String,
    /// The card service.
    pub service: String,
    /// What the card service knows it by.
    pub provider_ref: Option<String>,
    /// What is paid.
    pub bill: Bill,
    /// How far it has got.
    pub state: State,
    /// Pence that went back.
    pub refunded: i64,
    /// Where receipts go, if it is for no request and somebody said where.
    pub receipts_to: Vec<String>,
    /// SHA-256 of the token of each browser that was led to its card page.
    pub browsers: Vec<Vec<u8>>,
    /// When it was begun.
    pub made_at: DateTime<Utc>,
    /// When the card service is asked about it next.
    pub ask_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Payment {
    /// Whether a penalty charge was paid with it and all of that went back: it is due again. What a request costs is asked
    /// for anew with another request, and of a council tax account any sum can be paid at any time.
    #[must_use]
    pub fn is_owed_again(&self) -> bool {
        let is_charge = matches!(self.purpose, Purpose::PenaltyCharge(_));
        is_charge && self.state == State::Paid && self.refunded >= self.bill.total()
    }

    /// One more is led to its card page. So many are known at once, and no more.
    fn is_led(&mut self, new: &NewPayment) {
        if !self.browsers.contains(&new.browser_hash) {
            self.browsers.push(new.browser_hash.clone());
        }
        if let Some(to) = &new.receipt_to
            && !self.receipts_to.contains(to)
        {
            self.receipts_to.push(to.clone());
        }
        self.browsers.drain(..self.browsers.len().saturating_sub(PAYERS));
        self.receipts_to.truncate(PAYERS);
    }
}

/// Addresses as they are kept, a line each.
fn written(addresses: &[String]) -> Option<String> {
    (!addresses.is_empty()).then(|| addresses.join("\n"))
}

impl TryFrom<payment::Model> for Payment {
    type Error = StoreError;

    fn try_from(row: payment::Model) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable("payment");
        Ok(Self {
            id: row.id,
            purpose: Purpose::parse(&row.purpose).ok_or_else(unreadable)?,
            reference: row.reference,
            service: row.service,
            provider_ref: row.provider_ref,
            bill: serde_json::from_str(&row.bill)?,
            state: State::parse(&row.state).ok_or_else(unreadable)?,
            refunded: row.refunded,
            receipts_to: row.receipt_to.iter().flat_map(|to| to.lines()).map(ToOwned::to_owned).collect(),
            browsers: row.browser_hash.chunks(HASH).map(<[u8]>::to_vec).collect(),
            made_at: row.made_at,
            ask_at: row.ask_at,
            ended_at: row.ended_at,
        })
    }
}

/// Somebody wants to pay.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Identifier, if it becomes a payment.
    pub id: Uuid,
    /// What it is for.
    pub purpose: Purpose,
    /// How many payments for it had been made when the person was asked; none for what is paid once.
    pub round: usize,
    /// Our reference, which no other payment has.
    pub reference: String,
    /// The card service.
    pub service: Service,
    /// What is paid.
    pub bill: Bill,
    /// Where the receipt goes, if it is for no request and somebody said where.
    pub receipt_to: Option<String>,
    /// SHA-256 of the key in the address to which the person comes back.
    pub key_hash: Vec<u8>,
    /// SHA-256 of the token of the browser that pays.
    pub browser_hash: Vec<u8>,
    /// The place that is held while it is paid.
    pub place: Option<Place>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// What becomes of the wish to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is to be paid by this: a new one, or one that is under way.
    Pay(Payment),
    /// One for other money is under way, and has to end first.
    TakeBack(Payment),
    /// It is paid already.
    Paid(Payment),
}

/// What the card service said of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it was known by there to who asked. Nothing was said of a payment that it has become known by meanwhile.
    pub knew: Option<String>,
    /// How far it has got.
    pub state: State,
    /// Pence that went back.
    pub refunded: i64,
    /// When it said so.
    pub at: DateTime<Utc>,
}

/// What follows once a payment is paid that was not before.
#[derive(Clone)]
pub struct OncePaid {
    /// What is to be done then.
    pub jobs: Vec<(Uuid, Job)>,
    /// What happens to the request that it is for, if it is for one, and what follows from that.
    pub event: Option<(NewEvent, Follows)>,
}

impl Store {
    /// Writes down that somebody wants to pay, unless it is paid or under way. At no time can two of one purpose be paid.
    ///
    /// # Errors
    /// [`StoreError::ReferenceTaken`]; [`StoreError::Refused`] where the request has ended; [`StoreError::SlotTaken`] where
    /// others have what would be paid for; the database's errors.
    pub async fn begin_payment(&self, new: NewPayment) -> Result<Begun, StoreError> {
        let store = self.clone();
        let bill = serde_json::to_string(&new.bill)?;
        self.db
            .write(move |transaction| {
                let (store, new, bill) = (store.clone(), new.clone(), bill.clone());
                Box::pin(async move {
                    if let Some(request) = new.purpose.request() {
                        // Locked: what is taken back at this moment is not paid.
                        match store.locked(transaction, request).await {
                            Ok((_, case)) if !case.status.is_open() => return Err(Refused::Closed.into()),
                            Ok(_) | Err(StoreError::NotFound) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    let mut tried = store.attempts(transaction, new.purpose).await?;
                    let mut is_new = false;
                    let paid = tried
                        .iter()
                        .filter(|payment| payment.state == State::Paid && !payment.is_owed_again())
                        .count();
                    if new.round > paid {
                        // No page of ours says so.
                        return Err(Refused::NotAllowed.into());
                    }
                    let step_of = |tried: &[Payment]| step_of(tried, new.bill.total(), new.round);
                    if let (Step::Begin | Step::GoOn(_), Some(request), Some(place)) =
                        (step_of(&tried), new.purpose.request(), &new.place)
                        && !store.take_place(transaction, request, place, new.at).await?
                    {
                        return Err(StoreError::SlotTaken);
                    }
                    if step_of(&tried) == Step::Begin {
                        is_new = store.insert_payment(transaction, &new, bill, tried.len()).await?;
                        // Somebody else was quicker: theirs is there by now.
                        tried = store.attempts(transaction, new.purpose).await?;
                    }
                    let own = tried.iter().position(|payment| payment.id == new.id);
                    if is_new && let Some(own) = own {
                        return Ok(Begun::Pay(tried.swap_remove(own)));
                    }
                    match step_of(&tried) {
                        Step::Begin => Err(StoreError::ReferenceTaken),
                        Step::Paid(at) => Ok(Begun::Paid(tried.swap_remove(at))),
                        Step::TakeBack(at) => Ok(Begun::TakeBack(tried.swap_remove(at))),
                        Step::GoOn(at) => {
                            let mut payment = tried.swap_remove(at);
                            // Several may be led to one card page, at home or in two tabs: each comes back, and each
                            // who said so has the receipt.
                            payment.is_led(&new);
                            payment::Entity::update_many()
                                .col_expr(
                                    payment::Column::BrowserHash,
                                    Expr::value(payment.browsers.concat()),
                                )
                                .col_expr(
                                    payment::Column::ReceiptTo,
                                    Expr::value(written(&payment.receipts_to)),
                                )
                                .filter(store.one_payment(payment.id))
                                .exec(transaction)
                                .await?;
                            Ok(Begun::Pay(payment))
                        }
                    }
                })
            })
            .await
    }

    /// A request has ended: what is under way for it is looked at now, and taken back.
    pub(super) async fn nobody_pays(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
        ended: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        payment::Entity::update_many()
            .col_expr(payment::Column::AskAt, Expr::value(ended))
            .filter(payment::Column::CouncilId.eq(&*self.council))
            .filter(payment::Column::Purpose.eq(Purpose::Request(request).id()))
            .filter(payment::Column::AskAt.is_not_null())
            .exec(on)
            .await?;
        Ok(())
    }

    async fn insert_payment(
        &self,
        on: &impl ConnectionTrait,
        new: &NewPayment,
        bill: String,
        tried: usize,
    ) -> Result<bool, StoreError> {
        let row = payment::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(new.id),
            purpose: Set(new.purpose.id()),
            attempt: Set(i32::try_from(tried + 1).unwrap_or(i32::MAX)),
            reference: Set(new.reference.clone()),
            service: Set(new.service.id().to_owned()),
            provider_ref: Set(None),
            pence: Set(new.bill.total()),
            bill: Set(bill),
            state: Set(State::Asked.id().to_owned()),
            refunded: Set(0),
            receipt_to: Set(new.receipt_to.clone()),
            key_hash: Set(new.key_hash.clone()),
            browser_hash: Set(new.browser_hash.clone()),
            made_at: Set(new.at),
            ask_at: Set(Some(new.at + ASK_AGAIN)),
            ended_at: Set(None),
        };
        let inserted = payment::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(on)
            .await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }

    fn one_payment(&self, id: Uuid) -> Condition {
        Condition::all().add(payment::Column::CouncilId.eq(&*self.council)).add(payment::Column::Id.eq(id))
    }

    async fn attempts(
        &self,
        on: &impl ConnectionTrait,
        purpose: Purpose,
    ) -> Result<Vec<Payment>, StoreError> {
        let rows = payment::Entity::find()
            .filter(payment::Column::CouncilId.eq(&*self.council))
            .filter(payment::Column::Purpose.eq(purpose.id()))
            .order_by_asc(payment::Column::Attempt)
            .lock_exclusive()
            .all(on)
            .await?;
        rows.into_iter().map(Payment::try_from).collect()
    }

    /// Refuses what would have somebody pay twice: a payment for the request was made, or is under way.
    pub(super) async fn is_unpaid(&self, on: &impl ConnectionTrait, request: Uuid) -> Result<(), StoreError> {
        let tried = self.attempts(on, Purpose::Request(request)).await?;
        let is_unpaid = tried.iter().all(|payment| payment.state.is_unpaid());
        if is_unpaid { Ok(()) } else { Err(Refused::NotAllowed.into()) }
    }

    /// Whether a payment for a request is under way.
    pub(super) async fn is_being_paid(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
    ) -> Result<bool, StoreError> {
        let tried = self.attempts(on, Purpose::Request(request)).await?;
        Ok(tried.iter().any(|payment| payment.state.is_under_way()))
    }

    /// All attempts to pay for something, the first one first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_for(&self, purpose: Purpose) -> Result<Vec<Payment>, StoreError> {
        let rows = payment::Entity::find()
            .filter(payment::Column::CouncilId.eq(&*self.council))
            .filter(payment::Column::Purpose.eq(purpose.id()))
            .order_by_asc(payment::Column::Attempt)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Payment::try_from).collect()
    }

    /// All attempts to pay for some requests.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_for_requests(&self, requests: &[Uuid]) -> Result<Vec<Payment>, StoreError> {
        let mut found = Vec::new();
        for requests in requests.chunks(500) {
            let purposes = requests.iter().map(|request| Purpose::Request(*request).id());
            let which = Condition::all().add(payment::Column::Purpose.is_in(purposes));
            found.extend(self.payments_that(which).await?);
        }
        Ok(found)
    }

    async fn find_payment(&self, which: Condition) -> Result<Option<Payment>, StoreError> {
        let found = payment::Entity::find()
            .filter(payment::Column::CouncilId.eq(&*self.council))
            .filter(which)
            .one(self.db.reader())
            .await?;
        found.map(Payment::try_from).transpose()
    }

    /// The payment to which somebody comes back with a key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn payment_by_key(&self, key_hash: &[u8]) -> Result<Payment, StoreError> {
        let which = Condition::all().add(payment::Column::KeyHash.eq(key_hash));
        self.find_payment(which).await?.ok_or(StoreError::NotFound)
    }

    /// A payment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn payment(&self, id: Uuid) -> Result<Payment, StoreError> {
        let which = Condition::all().add(payment::Column::Id.eq(id));
        self.find_payment(which).await?.ok_or(StoreError::NotFound)
    }

    /// Keeps what the card service knows a payment by. The first that is kept stays, and nothing is kept of one that has
    /// ended: says what holds, so that nobody is led to another page than that one's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn payment_is(&self, id: Uuid, provider_ref: String) -> Result<Option<String>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, provider_ref) = (store.clone(), provider_ref.clone());
                Box::pin(async move {
                    let before = store.locked_payment(transaction, id).await?;
                    if before.provider_ref.is_some() || !before.state.is_under_way() {
                        return Ok(before.provider_ref);
                    }
                    payment::Entity::update_many()
                        .col_expr(payment::Column::ProviderRef, Expr::value(provider_ref.clone()))
                        .col_expr(payment::Column::State, Expr::value(before.state.after(State::Open).id()))
                        .filter(store.one_payment(id))
                        .exec(transaction)
                        .await?;
                    Ok(Some(provider_ref))
                })
            })
            .await
    }

    async fn purpose_of(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Purpose, StoreError> {
        let row = payment::Entity::find().filter(self.one_payment(id)).one(on).await?;
        Ok(Payment::try_from(row.ok_or(StoreError::NotFound)?)?.purpose)
    }

    pub(super) async fn locked_payment(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
    ) -> Result<Payment, StoreError> {
        let row = payment::Entity::find().filter(self.one_payment(id)).lock_exclusive().one(on).await?;
        row.ok_or(StoreError::NotFound)?.try_into()
    }

    /// Moves a payment by what the card service said. Where it is paid now and was not before, what follows from that is in
    /// the same transaction: the request is paid with it. Gives what happened to requests, too.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn payment_said(
        &self,
        id: Uuid,
        said: Said,
        once_paid: Option<OncePaid>,
    ) -> Result<(Payment, Vec<Happened>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, said, once_paid) = (store.clone(), said.clone(), once_paid.clone());
                Box::pin(async move {
                    // The request before its payments, as everywhere.
                    if once_paid.is_some()
                        && let Some(request) = store.purpose_of(transaction, id).await?.request()
                    {
                        match store.locked(transaction, request).await {
                            Ok(_) | Err(StoreError::NotFound) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    let mut payment = store.locked_payment(transaction, id).await?;
                    if said.knew.is_none() && payment.provider_ref.is_some() {
                        // Somebody is at its card page by now: who holds that it never began looks again.
                        return Ok((payment, Vec::new()));
                    }
                    let before = payment.state;
                    payment.state = before.after(said.state);
                    if !payment.state.is_under_way() {
                        payment.receipts_to.clear();
                    }
                    // What went back is written down with its refunds (`refunds_said`): until then, it is asked about again.
                    let has_moved = payment.state == State::Paid && said.refunded != payment.refunded;
                    if payment.state.is_under_way() || has_moved {
                        payment.ask_at = Some(said.at + ASK_AGAIN);
                    } else {
                        payment.ask_at = None;
                    }
                    if !payment.state.is_under_way() && payment.state != before {
                        payment.ended_at = Some(said.at);
                    }
                    payment::Entity::update_many()
                        .set(payment::ActiveModel {
                            state: Set(payment.state.id().to_owned()),
                            receipt_to: Set(written(&payment.receipts_to)),
                            ask_at: Set(payment.ask_at),
                            ended_at: Set(payment.ended_at),
                            ..Default::default()
                        })
                        .filter(store.one_payment(id))
                        .exec(transaction)
                        .await?;
                    let Some(OncePaid { jobs, event }) = once_paid else {
                        return Ok((payment, Vec::new()));
                    };
                    if payment.state != State::Paid || before == State::Paid {
                        return Ok((payment, Vec::new()));
                    }
                    jobs::insert(transaction, jobs::rows(&store.council, said.at, &jobs)?).await?;
                    let (Some(request), Some((event, follows))) = (payment.purpose.request(), event) else {
                        return Ok((payment, Vec::new()));
                    };
                    match store.append_within(transaction, request, event, &follows).await {
                        Ok((_, happened)) => Ok((payment, happened)),
                        // The money counts, whatever became of what it was for.
                        Err(StoreError::Refused(_) | StoreError::NotFound) => Ok((payment, Vec::new())),
                        Err(error) => Err(error),
                    }
                })
            })
            .await
    }

    /// Notes a message of the card service: the payment that it is about is asked about at once. Says whether such a payment
    /// is known. Told again, it changes nothing.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payment_hint(
        &self,
        service: Service,
        message: String,
        provider_ref: String,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let (council, message, provider_ref) =
                    (council.clone(), message.clone(), provider_ref.clone());
                Box::pin(async move {
                    let row = payment_hint::ActiveModel {
                        council_id: Set(council.clone()),
                        service: Set(service.id().to_owned()),
                        message: Set(message),
                        at: Set(now),
                    };
                    let inserted = payment_hint::Entity::insert(row)
                        .on_conflict(OnConflict::new().do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(transaction)
                        .await?;
                    if !matches!(inserted, TryInsertResult::Inserted(1)) {
                        return Ok(true);
                    }
                    // What has ended is asked about, too: money may have gone back.
                    let found = payment::Entity::update_many()
                        .col_expr(payment::Column::AskAt, Expr::value(now))
                        .filter(payment::Column::CouncilId.eq(council))
                        .filter(payment::Column::Service.eq(service.id()))
                        .filter(payment::Column::ProviderRef.eq(provider_ref))
                        .exec(transaction)
                        .await?;
                    Ok(found.rows_affected > 0)
                })
            })
            .await
    }

    /// Takes the payments that are to be asked about now, the longest waiting first: nobody else asks about them for a while.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_to_ask(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<Payment>, StoreError> {
        let due = Condition::all()
            .add(payment::Column::CouncilId.eq(&*self.council))
            .add(payment::Column::AskAt.lte(now));
        // A look first: an idle server should not open a write every second.
        if payment::Entity::find().filter(due.clone()).one(self.db.reader()).await?.is_none() {
            return Ok(Vec::new());
        }
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, due) = (store.clone(), due.clone());
                Box::pin(async move {
                    let rows = payment::Entity::find()
                        .filter(due)
                        .order_by_asc(payment::Column::AskAt)
                        .limit(most)
                        .lock_exclusive()
                        .all(transaction)
                        .await?;
                    payment::Entity::update_many()
                        .col_expr(payment::Column::AskAt, Expr::value(now + ASK_AGAIN))
                        .filter(payment::Column::CouncilId.eq(&*store.council))
                        .filter(payment::Column::Id.is_in(rows.iter().map(|row| row.id)))
                        .exec(transaction)
                        .await?;
                    rows.into_iter().map(Payment::try_from).collect()
                })
            })
            .await
    }

    /// The payments that were made from one moment until before another.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_paid(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Payment>, StoreError> {
        let which = Condition::all()
            .add(payment::Column::State.eq(State::Paid.id()))
            .add(payment::Column::EndedAt.gte(from))
            .add(payment::Column::EndedAt.lt(until));
        self.payments_that(which).await
    }

    /// The payments that were begun from one moment until before another, and those that have one of these references or that
    /// the card service knows by one of these names.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn payments_named(
        &self,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        references: &[String],
        provider_refs: &[String],
    ) -> Result<Vec<Payment>, StoreError> {
        let begun =
            Condition::all().add(payment::Column::MadeAt.gte(from)).add(payment::Column::MadeAt.lt(until));
        let mut found = self.payments_that(begun).await?;
        let services = [Service::GovukPay, Service::Stripe].map(Service::id);
        // Bit by bit: a database takes so many values in one question.
        for names in references.chunks(500) {
            let which = Condition::all().add(payment::Column::Reference.is_in(names));
            found.extend(self.payments_that(which).await?);
        }
        for names in provider_refs.chunks(500) {
            let which = payment::Column::ProviderRef.is_in(names);
            let which = Condition::all().add(payment::Column::Service.is_in(services)).add(which);
            found.extend(self.payments_that(which).await?);
        }
        found.sort_by_key(|payment| payment.id);
        found.dedup_by_key(|payment| payment.id);
        Ok(found)
    }

    pub(super) async fn payments_that(&self, which: Condition) -> Result<Vec<Payment>, StoreError> {
        let rows = payment::Entity::find()
            .filter(payment::Column::CouncilId.eq(&*self.council))
            .filter(which)
            .order_by_asc(payment::Column::Id)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Payment::try_from).collect()
    }

    /// The address of the account that a request is in.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn account_of(&self, request: Uuid) -> Result<Option<String>, StoreError> {
        let key = (self.council.to_string(), request);
        let row = request::Entity::find_by_id(key).one(self.db.reader()).await?;
        let Some(resident) = row.and_then(|row| row.resident_id) else { return Ok(None) };
        let key = (self.council.to_string(), resident);
        let account = resident::Entity::find_by_id(key).one(self.db.reader()).await?;
        Ok(account.map(|account| account.email))
    }

    /// Whether a request is in this account.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn is_in_account(&self, request: Uuid, resident: Uuid) -> Result<bool, StoreError> {
        let own = request::Entity::find_by_id((self.council.to_string(), request))
            .filter(request::Column::ResidentId.eq(resident));
        Ok(own.one(self.db.reader()).await?.is_some())
    }

    /// Forgets the numbers of messages that are told no more.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_payment_hints(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    payment_hint::Entity::delete_many()
                        .filter(payment_hint::Column::CouncilId.eq(council))
                        .filter(payment_hint::Column::At.lte(now - REMEMBERED))
                        .exec(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

fn step_of(tried: &[Payment], pence: i64, round: usize) -> Step {
    let state = |payment: &Payment| if payment.is_owed_again() { State::Stopped } else { payment.state };
    let attempts: Vec<(State, i64)> =
        tried.iter().map(|payment| (state(payment), payment.bill.total())).collect();
    step_in_round(&attempts, pence, round)
}
