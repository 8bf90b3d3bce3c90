//! The council's books: what was paid and went back on a day, and whether the card service says the same.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::income::{Movement, Total, totals};
use domain::reconcile::{self, Difference};
use domain::refund::{RefundState, Told, lines};
use uuid::Uuid;

use super::paying::{NotPaid, Till};
use crate::adapters::payments::{Listed, PayError, PaymentProvider};
use crate::councils::Served;
use crate::store::payments::Payment;
use crate::store::refunds::Refund;
use crate::store::requests::Stored;
use crate::store::{Store, StoreError};

/// The moments at which a day begins and ends.
fn span(served: &Served, day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let next = day.succ_opt().unwrap_or(day);
    (served.begins(day), served.begins(next))
}

/// What came and went on a day, the first first. Its sum is that of the payments less that of the refunds.
///
/// # Errors
/// [`StoreError::Unreadable`] where the lines do not add up to that; the database's errors.
pub async fn income(served: &Served, store: &Store, day: NaiveDate) -> Result<Vec<Movement>, StoreError> {
    let (from, until) = span(served, day);
    let paid = store.payments_paid(from, until).await?;
    let returned = store.refunds_done(from, until).await?;
    let mut sum: i64 = paid.iter().map(|paid| paid.bill.total()).sum();
    sum -= returned.iter().map(|back| back.pence).sum::<i64>();
    let ids: Vec<Uuid> = returned.iter().map(|back| back.payment).collect();
    let of: HashMap<Uuid, Payment> =
        store.payments_by(&ids).await?.into_iter().map(|payment| (payment.id, payment)).collect();
    let all = store.refunds_of(&ids).await?;
    let mut movements: Vec<Movement> = paid.into_iter().map(taken).collect();
    for back in returned {
        let paid = of.get(&back.payment).ok_or(StoreError::Unreadable("refund"))?;
        movements.push(went_back(paid, &back, &all));
    }
    movements.sort_by(|one, other| (one.at, &one.provider_ref).cmp(&(other.at, &other.provider_ref)));
    let booked: i64 = movements.iter().map(Movement::pence).sum();
    if booked == sum { Ok(movements) } else { Err(StoreError::Unreadable("payment")) }
}

fn taken(paid: Payment) -> Movement {
    Movement {
        at: paid.ended_at.unwrap_or(paid.made_at),
        payment: paid.id,
        reference: paid.reference,
        service: paid.service,
        provider_ref: paid.provider_ref.unwrap_or_default(),
        is_refund: false,
        items: paid.bill.into(),
    }
}

/// The lines of a refund, after those that went back of the same payment before.
fn went_back(paid: &Payment, back: &Refund, all: &[Refund]) -> Movement {
    let order = |refund: &Refund| (refund.ended_at, refund.id);
    let is_before = |other: &&Refund| {
        other.payment == paid.id && other.state == RefundState::Done && order(other) < order(back)
    };
    let before = all.iter().filter(is_before).map(|other| other.pence).sum();
    Movement {
        at: back.ended_at.unwrap_or(back.asked_at),
        payment: paid.id,
        reference: paid.reference.clone(),
        service: paid.service.clone(),
        provider_ref: back.provider_ref.clone().unwrap_or_default(),
        is_refund: true,
        items: lines(&paid.bill, before, back.pence),
    }
}

const HEAD: [&str; 13] = [
    "Day",
    "Time",
    "Kind",
    "Payment",
    "Card service",
    "Card service's reference",
    "Account",
    "For",
    "Fund",
    "Cost",
    "VAT",
    "Pounds",
    "Pence",
];

/// The books of a day as rows of a file: a head, a row for each line, and the totals by code and of all.
#[must_use]
pub fn rows(served: &Served, day: NaiveDate, movements: &[Movement]) -> Vec<Vec<String>> {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    for movement in movements {
        let kind = if movement.is_refund { "refund" } else { "payment" };
        for item in &movement.items {
            rows.push(vec![
                day.to_string(),
                served.local(movement.at).format("%H:%M:%S").to_string(),
                kind.to_owned(),
                movement.reference.clone(),
                movement.service.clone(),
                movement.provider_ref.clone(),
                item.account.clone(),
                item.label.clone(),
                item.codes.fund.clone(),
                item.codes.cost.clone(),
                item.codes.vat.clone(),
                pounds(item.pence),
                item.pence.to_string(),
            ]);
        }
    }
    let total = |what: &str, codes: [String; 3], pence: i64| {
        let mut row = vec![day.to_string(), String::new(), what.to_owned()];
        row.extend(std::iter::repeat_n(String::new(), 5));
        row.extend(codes);
        row.extend([pounds(pence), pence.to_string()]);
        row
    };
    let by_code = totals(movements);
    for Total { fund, cost, vat, taken, returned } in by_code {
        let codes = || [fund.clone(), cost.clone(), vat.clone()];
        rows.push(total("total paid", codes(), taken));
        if returned != 0 {
            rows.push(total("total refunded", codes(), returned));
        }
    }
    let all = movements.iter().map(Movement::pence).sum();
    rows.push(total("total", Default::default(), all));
    rows
}

/// Pence as a spreadsheet takes them: `-12.50`.
fn pounds(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", pence.unsigned_abs() / 100, pence.unsigned_abs() % 100)
}

/// What a comparison of a day came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Payments on the card service's list.
    pub payments: usize,
    /// Refunds on it.
    pub refunds: usize,
    /// What differs, red first.
    pub differences: Vec<Difference>,
}

impl Compared {
    /// The differences that nothing explains.
    pub fn red(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.what.is_red())
    }
}

impl Till<'_> {
    /// Those of some requests that can be paid by card and are not, nor are about to be as far as is known.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn due(&self, requests: &[Stored]) -> Result<HashSet<Uuid>, StoreError> {
        let costs = |stored: &&Stored| {
            self.takes_payments() && stored.case.status.is_open() && self.bill(&stored.case).is_ok()
        };
        let costing: Vec<Uuid> = requests.iter().filter(costs).map(|stored| stored.id).collect();
        let tried = self.store.payments_for_requests(&costing).await?;
        let is_unpaid = |id: &Uuid| {
            !tried.iter().any(|tried| tried.purpose.request() == Some(*id) && !tried.state.is_unpaid())
        };
        Ok(costing.into_iter().filter(is_unpaid).collect())
    }

    /// Compares the card service's list of a day with our books. What the list shows to be news is asked about first.
    ///
    /// # Errors
    /// [`NotPaid`]; then it is not known whether they are the same.
    pub async fn compare(&self, day: NaiveDate) -> Result<Compared, NotPaid> {
        let provider = self.state.payments.of(&self.served.council).await?;
        let span = span(self.served, day);
        let listed = provider.list(span).await?;
        let told = provider.list_refunds(span).await?;
        self.catch_up(&*provider, &listed, &told).await?;
        let mut differences = self.compare_payments(&*provider, span, &listed).await?;
        differences.extend(self.compare_refunds(&*provider, span, &told).await?);
        differences.sort_by_key(|difference| difference.what);
        Ok(Compared { payments: listed.len(), refunds: told.len(), differences })
    }

    /// Asks about what the lists say that we don't know yet.
    async fn catch_up(
        &self,
        provider: &dyn PaymentProvider,
        listed: &[Listed],
        told: &[Told],
    ) -> Result<(), NotPaid> {
        let names: Vec<String> = listed.iter().map(|one| one.provider_ref.clone()).collect();
        let at = self.state.now();
        for ours in self.store.payments_named((at, at), &[], &names).await? {
            let there = listed.iter().find(|one| Some(&one.provider_ref) == ours.provider_ref.as_ref());
            let is_news = there.is_some_and(|there| ours.state.after(there.state) != ours.state);
            if is_news || ours.state.is_under_way() {
                self.ask_in_passing(ours).await?;
            }
        }
        let names: Vec<String> = told.iter().map(|told| told.provider_ref.clone()).collect();
        let known = self.store.refunds_known_as(&names).await?;
        let is_known = |told: &Told| {
            known.iter().any(|refund| {
                refund.provider_ref.as_ref() == Some(&told.provider_ref)
                    && refund.state.after(told.state) == refund.state
            })
        };
        let mut news: Vec<String> =
            told.iter().filter(|told| !is_known(told)).filter_map(|told| told.payment_ref.clone()).collect();
        news.sort_unstable();
        news.dedup();
        for payment in self.store.payments_named((at, at), &[], &news).await? {
            self.settle_at(provider, &payment).await?;
        }
        Ok(())
    }

    /// Asks about a payment. One that differs there is what is looked for, and no reason to stop.
    async fn ask_in_passing(&self, payment: Payment) -> Result<(), NotPaid> {
        match self.ask(payment).await {
            Ok(_) | Err(NotPaid::Differs(_) | NotPaid::Service(PayError::Unknown)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn compare_payments(
        &self,
        provider: &dyn PaymentProvider,
        span: (DateTime<Utc>, DateTime<Utc>),
        listed: &[Listed],
    ) -> Result<Vec<Difference>, NotPaid> {
        let references: Vec<String> = listed.iter().map(|one| one.reference.clone()).collect();
        let names: Vec<String> = listed.iter().map(|one| one.provider_ref.clone()).collect();
        let kept = self.store.payments_named(span, &references, &names).await?;
        let service = provider.service().id();
        let kept: Vec<Payment> = kept.into_iter().filter(|payment| payment.service == service).collect();
        let mut theirs: Vec<reconcile::Payment> = listed
            .iter()
            .map(|one| reconcile::Payment {
                reference: one.reference.clone(),
                provider_ref: Some(one.provider_ref.clone()),
                state: one.state,
                pence: one.pence,
            })
            .collect();
        for payment in &kept {
            let Some(name) = payment.provider_ref.clone() else { continue };
            // Made there on another day than here, as when it was begun just before midnight.
            if !names.contains(&name) {
                match provider.query(&name).await {
                    Ok(there) => theirs.push(reconcile::Payment {
                        reference: there.reference,
                        provider_ref: Some(name),
                        state: there.state,
                        pence: there.pence,
                    }),
                    Err(PayError::Unknown) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let ours: Vec<reconcile::Payment> = kept
            .into_iter()
            .map(|payment| reconcile::Payment {
                pence: payment.bill.total(),
                reference: payment.reference,
                provider_ref: payment.provider_ref,
                state: payment.state,
            })
            .collect();
        Ok(reconcile::payments(&ours, &theirs))
    }

    async fn compare_refunds(
        &self,
        provider: &dyn PaymentProvider,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        told: &[Told],
    ) -> Result<Vec<Difference>, NotPaid> {
        let names: Vec<String> = told.iter().map(|told| told.provider_ref.clone()).collect();
        let mut kept = self.store.refunds_known_as(&names).await?;
        kept.extend(self.store.refunds_done(from, until).await?);
        let waits = |refund: &Refund| from <= refund.asked_at && refund.asked_at < until;
        kept.extend(self.store.refunds_on_the_way().await?.into_iter().filter(waits));
        kept.sort_by_key(|refund| refund.id);
        kept.dedup_by_key(|refund| refund.id);
        let ids: Vec<Uuid> = kept.iter().map(|refund| refund.payment).collect();
        let payments: HashMap<Uuid, Payment> =
            self.store.payments_by(&ids).await?.into_iter().map(|payment| (payment.id, payment)).collect();
        let service = provider.service().id();
        let of = |refund: &Refund| payments.get(&refund.payment).filter(|payment| payment.service == service);
        let entry = |told: &Told| reconcile::Refund {
            reference: String::new(),
            provider_ref: Some(told.provider_ref.clone()),
            state: told.state,
            pence: told.pence,
            is_theirs: false,
        };
        let mut theirs: Vec<reconcile::Refund> = told.iter().map(entry).collect();
        let mut ours = Vec::new();
        for refund in &kept {
            let Some(payment) = of(refund) else { continue };
            // Asked for there on another day than it went back.
            if let (Some(name), Some(at)) = (&refund.provider_ref, &payment.provider_ref)
                && !names.contains(name)
            {
                let of_it = match provider.refunds(at).await {
                    Err(PayError::Unknown) => Vec::new(),
                    other => other?,
                };
                theirs.extend(of_it.iter().filter(|told| told.provider_ref == *name).map(entry));
            }
            ours.push(reconcile::Refund {
                reference: payment.reference.clone(),
                provider_ref: refund.provider_ref.clone(),
                state: refund.state,
                pence: refund.pence,
                is_theirs: refund.asked_by.is_none(),
            });
        }
        Ok(reconcile::refunds(&ours, &theirs))
    }

    /// Whether the council takes payments by card.
    #[must_use]
    pub(crate) fn takes_payments(&self) -> bool {
        self.served.council.payments.is_some()
    }
}

/// What was taken of some movements, and what went back: how many payments, and pence.
#[must_use]
pub fn sums(movements: &[Movement]) -> [(usize, i64); 2] {
    [false, true].map(|is_refund| {
        let of = || movements.iter().filter(move |movement| movement.is_refund == is_refund);
        (of().count(), of().map(Movement::pence).sum())
    })
}
