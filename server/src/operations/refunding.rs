//! Sending money back. A refund is written down before the card service hears of it, and moves only by what the service lists;
//! the sum that could go back when it was asked for first goes along each time, so that it is sent once.

use domain::api::follow::Refunded;
use domain::api::refunds::{RefundItem, Refunds};
use domain::payment::{Purpose, State};
use domain::refund::{RefundState, Told, gone};
use domain::standard::say_date;
use uuid::Uuid;

use super::paying::{NotPaid, Till, contact, is_at};
use super::watch_link;
use crate::adapters::payments::{PayError, PaymentProvider};
use crate::jobs::Job;
use crate::jobs::refunded;
use crate::store::StoreError;
use crate::store::payments::Payment;
use crate::store::refunds::{Heard, Refund, committed, find};

/// Times that the card service is asked in one go: a refund takes two.
const ROUNDS: usize = 8;

impl Till<'_> {
    /// Has the refunds of a payment sent that are agreed, and writes down what the card service says of all.
    ///
    /// # Errors
    /// [`NotPaid`]; then nothing is known that was not known before.
    pub async fn settle(&self, payment: &Payment) -> Result<(), NotPaid> {
        let provider = self.state.payments.of(&self.served.council).await?;
        self.settle_at(&*provider, payment).await
    }

    pub(super) async fn settle_at(
        &self,
        provider: &dyn PaymentProvider,
        payment: &Payment,
    ) -> Result<(), NotPaid> {
        is_at(provider, payment)?;
        let Some(provider_ref) = &payment.provider_ref else { return Ok(()) };
        // The refund that the service said no to, and whether only because other money went back meanwhile.
        let mut no: Option<(Uuid, bool)> = None;
        for _ in 0..ROUNDS {
            let told = provider.refunds(provider_ref).await?;
            let refunds = self.heard(payment, &told).await?;
            let on_the_way = refunds.iter().find(|refund| refund.is_on_the_way());
            let agreed = || refunds.iter().find(|refund| refund.state == RefundState::Agreed);
            let Some(next) = on_the_way.or_else(agreed) else { break };
            let now = self.state.now();
            let said_no = no.filter(|(id, _)| *id == next.id);
            let available = payment.bill.total() - gone(&told);
            // Where less could go back than before, what was asked for before is refused, too.
            if said_no.is_some_and(|(_, is_stale)| !is_stale) || available < next.pence {
                self.store.refund_failed(next.id, now).await?;
                continue;
            }
            let known: Vec<String> = told.into_iter().map(|told| told.provider_ref).collect();
            let anew = said_no.is_some();
            let Some(sent) = self.store.refund_sent(next.id, (&known, available), (now, anew)).await? else {
                break;
            };
            let available = sent.available.unwrap_or(available);
            match provider.refund(provider_ref, sent.id, sent.pence, available).await {
                Ok(()) => no = None,
                Err(PayError::OtherSum) => no = Some((sent.id, true)),
                Err(PayError::Refused(why)) => {
                    tracing::warn!(%why, refund = %sent.id, "the card service sends no money back");
                    no = Some((sent.id, false));
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.state.wake.notify_one();
        Ok(())
    }

    /// Writes down what the card service lists, with a mail to who paid for each refund that is done now.
    async fn heard(&self, payment: &Payment, told: &[Told]) -> Result<Vec<Refund>, NotPaid> {
        let now = self.state.now();
        let known = self.store.refunds_of(&[payment.id]).await?;
        let mut heard: Vec<Heard> = Vec::new();
        for told in told {
            let before = find(&known, told).and_then(|at| known.get(at));
            let is_news = before.is_none_or(|before| before.state != RefundState::Done);
            let mail = if told.state == RefundState::Done && is_news {
                let reason = before.map(|before| before.reason.clone()).unwrap_or_default();
                self.mail(payment, told.pence, reason).await?
            } else {
                None
            };
            let follow = mail.into_iter().map(|job| (self.state.dice.id(now), job)).collect();
            heard.push((told.clone(), self.state.dice.id(now), follow));
        }
        Ok(self.store.refunds_said(payment.id, heard, now).await?)
    }

    /// What whoever gave an address is sent once their money goes back.
    async fn mail(&self, payment: &Payment, pence: i64, reason: String) -> Result<Option<Job>, NotPaid> {
        let Some(request) = payment.purpose.request() else { return Ok(None) };
        let request = match self.store.by_id(request).await {
            Ok(request) => request,
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let (name, email) = contact(&request);
        let sent = &request.case.submission;
        Ok(email.map(|email| {
            Job::Refunded(refunded::Refunded {
                name,
                email,
                payment: payment.reference.clone(),
                request: sent.reference.to_string(),
                title: sent.title.clone(),
                pence,
                paid: payment.bill.total(),
                reason,
                link: watch_link(self.state, &self.served.council, request.id),
            })
        }))
    }

    /// The money of a payment that is on its way back, or went, as its resident sees it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunded(&self, payment: Uuid) -> Result<Vec<Refunded>, StoreError> {
        let all = self.store.refunds_of(&[payment]).await?;
        let shown = all.into_iter().filter_map(|refund| {
            let done = match refund.state {
                RefundState::Done => true,
                RefundState::Submitted => false,
                _ => return None,
            };
            let at = refund.ended_at.unwrap_or(refund.asked_at);
            let on = say_date(self.served.local(at).date());
            Some(Refunded { pence: refund.pence, on, done, reason: refund.reason })
        });
        Ok(shown.collect())
    }

    /// The refunds of a request, and what could still go back, as staff see it; nothing where it is not paid.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn refunds(&self, request: Uuid) -> Result<Option<Refunds>, StoreError> {
        let tried = self.store.payments_for(Purpose::Request(request)).await?;
        let Some(paid) = tried.into_iter().find(|payment| payment.state == State::Paid) else {
            return Ok(None);
        };
        let refunds = self.store.refunds_of(&[paid.id]).await?;
        let before = committed(&paid, &refunds);
        Ok(Some(Refunds {
            payment: paid.id,
            paid: paid.bill.total(),
            left: paid.bill.total() - before,
            alone: (self.agree_above() - before).max(0),
            refunds: refunds.into_iter().map(|refund| self.item(refund)).collect(),
        }))
    }

    /// Pence that one member of staff may send back of a payment by themselves.
    #[must_use]
    pub fn agree_above(&self) -> i64 {
        self.served.council.payments.as_ref().map_or(0, |settings| settings.agree_above)
    }

    /// A refund as staff see it.
    #[must_use]
    pub fn item(&self, refund: Refund) -> RefundItem {
        RefundItem {
            id: refund.id,
            pence: refund.pence,
            state: refund.state,
            reason: refund.reason,
            asked_by: refund.asked_by.map(|by| by.name),
            asked: self.served.say(refund.asked_at),
            answered_by: refund.answered_by,
            answer: refund.answer,
            ended: refund.ended_at.map(|at| self.served.say(at)),
        }
    }
}
