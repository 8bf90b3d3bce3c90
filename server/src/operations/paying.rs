//! Paying by card. A payment is written down before the card service hears of it, and moves only when the service is asked:
//! that somebody comes back, or that a message arrives, are reasons to ask sooner.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::api::follow::PayView;
use domain::case::{Case, Event, Paid, Promised, Status};
use domain::field::Value;
use domain::field::contact::Person;
use domain::payment::{Bill, Codes, NotPayable, Purpose, State};
use domain::standard::{Limit, say_date};
use portico_app::paths;
use uuid::Uuid;

use super::act::{after, tell};
use super::amend::typed;
use super::clock::{lapses_at, lead};
use super::{base, slots, watch_link};
use crate::adapters::payments::{self, PayError, PaymentProvider, Started};
use crate::councils::Served;
use crate::jobs::Job;
use crate::jobs::receipt::Receipt;
use crate::secret;
use crate::state::AppState;
use crate::store::payments::{Begun, NewPayment, OncePaid, Payment, Said};
use crate::store::requests::{NewEvent, Stored};
use crate::store::slots::Place;
use crate::store::{Store, StoreError};

/// How long a payment is looked for of which the card service never said that it has it. Nobody was told where to pay it.
const LOOKED_FOR: TimeDelta = TimeDelta::hours(3);
/// References tried, and payments for other money taken back, before giving up.
const TRIES: usize = 3;

/// Why nobody can pay, or why it is not known how a payment went.
#[derive(Debug, thiserror::Error)]
pub enum NotPaid {
    /// There is nothing to pay, or too much for a card.
    #[error("{0}")]
    NotPayable(NotPayable),
    /// The card service.
    #[error(transparent)]
    Service(#[from] PayError),
    /// What is kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the card service has under our reference is something else.
    #[error("the card service has another amount or reference for payment {0}")]
    Differs(Uuid),
}

/// Where somebody who wants to pay goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pay {
    /// To the card page.
    At(String),
    /// Nowhere: it is paid.
    Paid,
}

/// What somebody wants to pay.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it is for.
    pub purpose: Purpose,
    /// How many payments for it had been made when they were asked; none for what is paid once.
    pub round: usize,
    /// What is paid.
    pub bill: Bill,
    /// What they read on the card page.
    pub title: String,
    /// Their address, if they gave one.
    pub email: Option<String>,
    /// The place that is held for them while they pay.
    pub place: Option<Place>,
}

/// One council's payments.
pub struct Till<'t> {
    /// The server.
    pub state: &'t AppState,
    /// The council.
    pub served: &'t Arc<Served>,
    /// What is kept for it.
    pub store: &'t Store,
}

impl Till<'_> {
    /// What a request costs.
    ///
    /// # Errors
    /// Where it can't be paid by card.
    pub(crate) fn bill(&self, case: &Case) -> Result<Bill, NotPayable> {
        let sent = &case.submission;
        let fee = self.served.service(&sent.service).and_then(|service| service.fee.as_ref());
        let codes = fee.map_or_else(Codes::default, |fee| fee.codes.clone());
        Bill::of(&sent.fee, &codes, &sent.reference.to_string())
    }

    /// How paying for a request stands; nothing where it can't be paid by card.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn shown(&self, request: Uuid, case: &Case) -> Result<Option<PayView>, StoreError> {
        let Ok(bill) = self.bill(case) else { return Ok(None) };
        if self.served.council.payments.is_none() {
            return Ok(None);
        }
        let tried = self.store.payments_for(Purpose::Request(request)).await?;
        let paid = tried.iter().find(|payment| payment.state == State::Paid);
        let last = paid.or_else(|| tried.last());
        let is_paid = paid.is_some();
        if last.is_none() && !case.status.is_open() {
            return Ok(None);
        }
        let ended = paid.and_then(|paid| paid.ended_at);
        let refunds = match paid {
            Some(paid) => self.refunded(paid.id).await?,
            None => Vec::new(),
        };
        Ok(Some(PayView {
            refunds,
            pence: paid.map_or_else(|| bill.total(), |paid| paid.bill.total()),
            state: last.map(|last| last.state),
            may_pay: case.status.is_open() && !is_paid,
            reference: paid.map(|paid| paid.reference.clone()),
            on: ended.map(|ended| say_date(self.served.local(ended).date())),
            until: lapses_at(self.served, case).map(|at| self.served.say(at)),
        }))
    }

    /// Somebody pays for a request in the browser with this token. However often, in however many tabs: it is one payment.
    ///
    /// # Errors
    /// [`NotPaid`].
    pub async fn pay(&self, request: &Stored, browser: &str) -> Result<Pay, NotPaid> {
        let bill = self.bill(&request.case).map_err(NotPaid::NotPayable)?;
        let (title, email) = (request.case.submission.title.clone(), contact(request).1);
        let purpose = Purpose::Request(request.id);
        let case = &request.case;
        if let Some(booked) = case.booked().filter(|_| case.status == Status::ToPay)
            && slots::is_lost(self.state, (self.served, self.store), request.id, booked).await?
        {
            return Err(StoreError::SlotTaken.into());
        }
        // What is received already has its place.
        let place =
            slots::place(self.served, case, self.state.now()).filter(|_| case.status == Status::ToPay);
        self.pay_for(&Wish { purpose, round: 0, bill, title, email, place }, browser).await
    }

    /// Somebody pays for anything in the browser with this token. However often, in however many tabs: it is one payment,
    /// in one round.
    ///
    /// # Errors
    /// [`NotPaid`].
    pub async fn pay_for(&self, wish: &Wish, browser: &str) -> Result<Pay, NotPaid> {
        let provider = self.state.payments.of(&self.served.council).await?;
        for _ in 0..TRIES {
            let now = self.state.now();
            let id = self.state.dice.id(now);
            let new = NewPayment {
                id,
                purpose: wish.purpose,
                round: wish.round,
                reference: self.state.dice.reference().to_string(),
                service: provider.service(),
                bill: wish.bill.clone(),
                // Of a request it stands there, and goes with it.
                receipt_to: wish.email.clone().filter(|_| wish.purpose.request().is_none()),
                key_hash: secret::hash(self.key(id).as_bytes()),
                browser_hash: secret::hash(browser.as_bytes()),
                place: wish.place.clone(),
                at: now,
            };
            let begun = match self.store.begin_payment(new).await {
                Err(StoreError::ReferenceTaken) => continue,
                other => other?,
            };
            match begun {
                Begun::Paid(_) => return Ok(Pay::Paid),
                Begun::Pay(payment) => {
                    let led = self.lead(&*provider, wish, (&payment, payment.id == id)).await?;
                    // Otherwise it ended meanwhile: another attempt may begin.
                    if let Some(pay) = led {
                        return Ok(pay);
                    }
                }
                Begun::TakeBack(before) => self.take_back(&*provider, before).await?,
            }
        }
        Err(PayError::CouldNotCheck("an earlier payment is still under way".to_owned()).into())
    }

    /// Leads to the card page of a payment that is under way.
    async fn lead(
        &self,
        provider: &dyn PaymentProvider,
        wish: &Wish,
        (payment, is_new): (&Payment, bool),
    ) -> Result<Option<Pay>, NotPaid> {
        is_at(provider, payment)?;
        if payment.provider_ref.is_none() {
            let new = self.asked(payment, (wish.title.clone(), wish.email.clone()));
            // Its first reply may have been lost, or somebody else is asking at this moment.
            let found = if is_new { None } else { provider.recover(&new).await? };
            let started = match found {
                Some(started) => started,
                None => provider.create(&new).await?,
            };
            let Started { provider_ref, next_url } = started;
            let kept = self.store.payment_is(payment.id, provider_ref.clone()).await?;
            if kept.as_ref() == Some(&provider_ref) && !next_url.is_empty() {
                return Ok(Some(Pay::At(next_url)));
            }
            // Another one is kept: nobody learns where this one is paid.
            if kept.as_ref() != Some(&provider_ref)
                && let Err(error) = provider.cancel(&provider_ref).await
            {
                tracing::info!(%error, payment = %payment.id, "a payment that nobody can make can't be taken back");
            }
        }
        let payment = self.store.payment(payment.id).await?;
        let (payment, next_url) = self.look(provider, payment).await?;
        Ok(match (payment.state, next_url) {
            (State::Paid | State::Held, _) => Some(Pay::Paid),
            (state, Some(next_url)) if state.is_under_way() => Some(Pay::At(next_url)),
            (state, _) if state.is_unpaid() => None,
            _ => return Err(PayError::CouldNotCheck("it does not say where to pay".to_owned()).into()),
        })
    }

    /// Ends a payment that nobody is to make any more, or finds that it was made.
    async fn take_back(&self, provider: &dyn PaymentProvider, before: Payment) -> Result<(), NotPaid> {
        is_at(provider, &before)?;
        if let Some(provider_ref) = &before.provider_ref {
            match provider.cancel(provider_ref).await {
                // It is too late for that, or it was done before: asking says which.
                Ok(()) | Err(PayError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
            self.look(provider, before).await?;
        } else {
            // Nobody was told where to pay it, and nobody will be; unless somebody is at this moment.
            self.said(&before, State::TakenBack, 0).await?;
        }
        Ok(())
    }

    /// Asks the card service about a payment, and writes down what it says.
    ///
    /// # Errors
    /// [`NotPaid`]; then nothing is known that was not known before.
    pub async fn ask(&self, payment: Payment) -> Result<Payment, NotPaid> {
        let provider = self.state.payments.of(&self.served.council).await?;
        is_at(&*provider, &payment)?;
        if payment.state.is_under_way() && self.has_ended(payment.purpose).await? {
            // Nobody is to pay for it any more; if somebody has, asking says so.
            let id = payment.id;
            self.take_back(&*provider, payment).await?;
            return Ok(self.store.payment(id).await?);
        }
        Ok(self.look(&*provider, payment).await?.0)
    }

    /// Whether it is for a request that is closed by now.
    async fn has_ended(&self, purpose: Purpose) -> Result<bool, StoreError> {
        let Some(request) = purpose.request() else { return Ok(false) };
        match self.store.by_id(request).await {
            Ok(request) => Ok(!request.case.status.is_open()),
            Err(StoreError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn look(
        &self,
        provider: &dyn PaymentProvider,
        mut payment: Payment,
    ) -> Result<(Payment, Option<String>), NotPaid> {
        if payment.provider_ref.is_none() && payment.state.is_under_way() {
            let found = match self.told(&payment).await? {
                Some(told) => provider.recover(&self.asked(&payment, told)).await?,
                None => None,
            };
            match found {
                Some(started) => {
                    payment.provider_ref = self.store.payment_is(payment.id, started.provider_ref).await?;
                }
                None if payment.made_at + LOOKED_FOR <= self.state.now() => {
                    return Ok((self.said(&payment, State::Broken, 0).await?, None));
                }
                None => return Ok((payment, None)),
            }
        }
        let Some(provider_ref) = payment.provider_ref.clone() else { return Ok((payment, None)) };
        let standing = provider.query(&provider_ref).await?;
        if standing.pence != payment.bill.total() || standing.reference != payment.reference {
            tracing::error!(payment = %payment.id, "the card service has another amount or reference");
            return Err(NotPaid::Differs(payment.id));
        }
        let has_moved = standing.refunded != payment.refunded;
        let payment = self.said(&payment, standing.state, standing.refunded).await?;
        if has_moved {
            self.settle_at(provider, &payment).await?;
        }
        Ok((payment, standing.next_url))
    }

    async fn said(&self, payment: &Payment, state: State, refunded: i64) -> Result<Payment, NotPaid> {
        let now = self.state.now();
        let mut once_paid = None;
        if state == State::Paid && payment.state != State::Paid {
            if let Some(request) = payment.purpose.request() {
                match self.store.by_id(request).await {
                    Ok(request) => once_paid = Some(self.once_paid(payment, &request).await?),
                    // The money counts, whatever became of what it was for.
                    Err(StoreError::NotFound) => {
                        tracing::error!(payment = %payment.id, "what was paid for is not there any more: it is to be paid back");
                    }
                    Err(error) => return Err(error.into()),
                }
            } else {
                let receipts = self.receipts_of_ledger(payment).into_iter();
                let jobs = receipts.map(|job| (self.state.dice.id(now), job)).collect();
                once_paid = Some(OncePaid { jobs, event: None });
            }
        }
        let said = Said { knew: payment.provider_ref.clone(), state, refunded, at: now };
        let (payment, happened) = self.store.payment_said(payment.id, said, once_paid).await?;
        tell(self.state, happened);
        self.state.wake.notify_one();
        Ok(payment)
    }

    /// What follows for a request that is paid now. What is received by that is promised from this moment on.
    async fn once_paid(&self, payment: &Payment, request: &Stored) -> Result<OncePaid, StoreError> {
        let (now, served) = (self.state.now(), self.served);
        let sent = &request.case.submission;
        let promised = if sent.on_payment {
            let service = served.service(&sent.service);
            let standard = service.map(|service| service.standard_for(&typed(&sent.answers)));
            let otherwise = served.council.escalation.extend;
            let due = |limit: Option<Limit>| served.due(now, limit.unwrap_or(otherwise));
            let complete_by = due(standard.as_ref().map(|standard| standard.complete));
            let booked = request.case.booked();
            Some(Promised {
                acknowledge_by: due(standard.as_ref().map(|standard| standard.acknowledge)),
                complete_by: booked.map_or(complete_by, |booked| complete_by.not_before(booked.day)),
                lead: lead(self.store, served, &sent.department).await?,
            })
        } else {
            None
        };
        let paid = Paid { reference: payment.reference.clone(), pence: payment.bill.total(), promised };
        Ok(OncePaid {
            jobs: self
                .receipt(payment, request)
                .into_iter()
                .map(|job| (self.state.dice.id(now), job))
                .collect(),
            event: Some((
                NewEvent {
                    id: payment.id,
                    at: now,
                    by: request.case.sender(),
                    event: Event::Paid(Box::new(paid)),
                },
                after(self.state, served),
            )),
        })
    }

    /// What whoever gave an address is sent once it is paid.
    fn receipt(&self, payment: &Payment, request: &Stored) -> Option<Job> {
        let (name, email) = contact(request);
        let sent = &request.case.submission;
        Some(Job::Receipt(Receipt {
            name,
            email: email?,
            payment: payment.reference.clone(),
            request: sent.reference.to_string(),
            title: sent.title.clone(),
            lines: payment.bill.items().iter().map(|item| (item.label.clone(), item.pence)).collect(),
            pence: payment.bill.total(),
            day: self.served.local(self.state.now()).date(),
            link: watch_link(self.state, &self.served.council, request.id),
        }))
    }

    /// The same for what a ledger knows.
    fn receipts_of_ledger(&self, payment: &Payment) -> Vec<Job> {
        let path = match payment.purpose {
            Purpose::Request(_) => return Vec::new(),
            Purpose::PenaltyCharge(_) => paths::PENALTY_CHARGE,
            Purpose::CouncilTax(_) => paths::COUNCIL_TAX,
        };
        let receipt = |email: &String| Receipt {
            name: String::new(),
            email: email.clone(),
            payment: payment.reference.clone(),
            request: String::new(),
            title: title_of(&payment.bill),
            lines: payment.bill.items().iter().map(|item| (item.label.clone(), item.pence)).collect(),
            pence: payment.bill.total(),
            day: self.served.local(self.state.now()).date(),
            link: base(self.state, &self.served.council) + path,
        };
        payment.receipts_to.iter().map(|email| Job::Receipt(receipt(email))).collect()
    }

    /// What the card service is told of a payment: its title, and the address of who pays. Nothing where what it is for was
    /// erased: nobody can pay for it.
    async fn told(&self, payment: &Payment) -> Result<Option<(String, Option<String>)>, StoreError> {
        let Some(request) = payment.purpose.request() else {
            return Ok(Some((title_of(&payment.bill), payment.receipts_to.first().cloned())));
        };
        match self.store.by_id(request).await {
            Ok(request) => Ok(Some((request.case.submission.title.clone(), contact(&request).1))),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the card service is asked for.
    fn asked(&self, payment: &Payment, (title, email): (String, Option<String>)) -> payments::NewPayment {
        payments::NewPayment {
            id: payment.id,
            reference: payment.reference.clone(),
            description: title,
            bill: payment.bill.clone(),
            return_url: format!(
                "{}/payments/{}",
                base(self.state, &self.served.council),
                self.key(payment.id)
            ),
            email,
        }
    }

    fn key(&self, payment: Uuid) -> String {
        self.state.secret.payment_key(&self.served.council.id, payment)
    }
}

/// What a bill of one line is for.
fn title_of(bill: &Bill) -> String {
    bill.items().first().map(|item| item.label.clone()).unwrap_or_default()
}

/// A council may change its card service; what is under way ends where it began.
pub(super) fn is_at(provider: &dyn PaymentProvider, payment: &Payment) -> Result<(), PayError> {
    if provider.service().id() == payment.service {
        Ok(())
    } else {
        Err(PayError::NotSetUp("the payment is another card service's"))
    }
}

/// The name and address that were given with a request. What somebody sent for another goes to nobody's address from here.
pub(super) fn contact(request: &Stored) -> (String, Option<String>) {
    let case = &request.case;
    if case.helper.is_some() {
        return (String::new(), None);
    }
    let given = case.submission.answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(Person { name, email, .. }) => Some((name.clone(), email.clone())),
        _ => None,
    });
    given.unwrap_or_default()
}
