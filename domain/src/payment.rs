//! Payments by card: what may be asked for, where one stands, and what may follow what. Where one stands is only what the
//! card service says; in whatever order that comes, what counts is how far it has got.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fee::Due;
use crate::retention::{After, Period, Retention, Then};
use crate::standard::{Limit, Unit};

/// The least that can be paid by card, in pence.
pub const LEAST: i64 = 1;
/// The most that can be paid by card at once, in pence: a hundred thousand pounds.
pub const MOST: i64 = 10_000_000;

/// Where the council's income system books money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// The fund.
    #[serde(default)]
    pub fund: String,
    /// The cost centre and what it was for.
    #[serde(default)]
    pub cost: String,
    /// The kind of VAT.
    #[serde(default)]
    pub vat: String,
}

/// One line of what is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is for.
    pub label: String,
    /// Pence; less than nothing for a discount.
    pub pence: i64,
    /// Where it is booked.
    pub codes: Codes,
    /// What the service's own ledger knows it by: a request, a penalty charge, an account.
    pub account: String,
}

/// What is paid at once, line by line. Its sum can be paid by card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Item>", into = "Vec<Item>")]
pub struct Bill(Vec<Item>);

/// Why something can't be paid by card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPayable {
    /// It comes to nothing, or to less.
    Nothing,
    /// It comes to more than may be paid at once.
    TooMuch,
}

impl fmt::Display for NotPayable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Nothing => "there is nothing to pay",
            Self::TooMuch => "it is more than can be paid by card at once",
        })
    }
}

impl TryFrom<Vec<Item>> for Bill {
    type Error = NotPayable;

    fn try_from(items: Vec<Item>) -> Result<Self, NotPayable> {
        let sum = items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.pence));
        match sum.ok_or(NotPayable::TooMuch)? {
            ..LEAST => Err(NotPayable::Nothing),
            LEAST..=MOST => Ok(Self(items)),
            _ => Err(NotPayable::TooMuch),
        }
    }
}

impl From<Bill> for Vec<Item> {
    fn from(bill: Bill) -> Self {
        bill.0
    }
}

impl Bill {
    /// What a service's price list came to, booked by its codes under an account.
    ///
    /// # Errors
    /// [`NotPayable`].
    pub fn of(due: &[Due], codes: &Codes, account: &str) -> Result<Self, NotPayable> {
        let item = |due: &Due| Item {
            label: due.label.clone(),
            pence: due.pence,
            codes: codes.clone(),
            account: account.to_owned(),
        };
        due.iter().map(item).collect::<Vec<_>>().try_into()
    }

    /// Its lines.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.0
    }

    /// Its sum in pence, from [`LEAST`] to [`MOST`].
    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.iter().map(|item| item.pence).sum()
    }
}

/// What one of the council's ledgers knows something by: up to sixteen letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Account([u8; 16]);

impl Account {
    /// Of a number, as the ledger shows it; nothing for what can be none.
    #[must_use]
    pub fn new(number: &str) -> Option<Self> {
        let mut account = [0; 16];
        account.get_mut(..number.len())?.copy_from_slice(number.as_bytes());
        let is_code = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_code.then_some(Self(account))
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        self.0.get(..end).and_then(|number| std::str::from_utf8(number).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.number())
    }
}

/// What a payment is for. Each purpose is paid once, but for an account, which is paid again and again: once in each round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// What a request costs.
    Request(Uuid),
    /// A penalty charge, by its number.
    PenaltyCharge(Account),
    /// Council tax, by the number of the account.
    CouncilTax(Account),
}

impl Purpose {
    /// As it is stored.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Request(request) => format!("request:{request}"),
            Self::PenaltyCharge(notice) => format!("penalty-charge:{}", notice.number()),
            Self::CouncilTax(account) => format!("council-tax:{}", account.number()),
        }
    }

    /// Reads what [`id`](Self::id) wrote.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let (kind, rest) = id.split_once(':')?;
        match kind {
            "request" => Uuid::try_parse(rest).ok().map(Self::Request),
            "penalty-charge" => Account::new(rest).map(Self::PenaltyCharge),
            "council-tax" => Account::new(rest).map(Self::CouncilTax),
            _ => None,
        }
    }

    /// The request that it is for, if it is for one.
    #[must_use]
    pub fn request(self) -> Option<Uuid> {
        match self {
            Self::Request(request) => Some(request),
            Self::PenaltyCharge(_) | Self::CouncilTax(_) => None,
        }
    }
}

/// Where a payment stands, in the order in which it gets there: whatever comes late or twice, it never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is written down here; whether the card service has it is not known.
    Asked,
    /// The card service has it, and somebody may pay.
    Open,
    /// The card is good, and the money is not taken yet.
    Held,
    /// Nobody paid in time.
    Expired,
    /// The person stopped.
    Stopped,
    /// The bank said no.
    Declined,
    /// We took it back.
    TakenBack,
    /// The card service broke, or never had it.
    Broken,
    /// The money was taken.
    Paid,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Asked,
        Self::Open,
        Self::Held,
        Self::Expired,
        Self::Stopped,
        Self::Declined,
        Self::TakenBack,
        Self::Broken,
        Self::Paid,
    ];

    /// As it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Open => "open",
            Self::Held => "held",
            Self::Expired => "expired",
            Self::Stopped => "stopped",
            Self::Declined => "declined",
            Self::TakenBack => "taken_back",
            Self::Broken => "broken",
            Self::Paid => "paid",
        }
    }

    /// Reads what [`id`](Self::id) wrote.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// Whether it may still go on.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        self <= Self::Held
    }

    /// Whether it ended and nothing was paid.
    #[must_use]
    pub fn is_unpaid(self) -> bool {
        !self.is_under_way() && self != Self::Paid
    }

    /// Where it stands after the card service said something. How it ended first is how it ended, but money that was
    /// taken is never overlooked.
    #[must_use]
    pub fn after(self, said: Self) -> Self {
        if self.is_unpaid() && said != Self::Paid { self } else { self.max(said) }
    }
}

/// What to do for who wants to pay for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is paid: the attempt at this place.
    Paid(usize),
    /// An attempt is under way, for the same money: it goes on.
    GoOn(usize),
    /// An attempt is under way for other money: it must have ended before another may begin.
    TakeBack(usize),
    /// Nothing is under way: another attempt may begin.
    Begin,
}

/// What to do for who wants to pay so many pence, after these attempts at the same purpose: each with its pence. At no
/// time may two of them be paid.
#[must_use]
pub fn step(attempts: &[(State, i64)], pence: i64) -> Step {
    step_in_round(attempts, pence, 0)
}

/// The same for what is paid again and again. Whoever wants to pay says how many payments had been made when they were
/// asked: pressed twice, or in an old tab, it is the same round, and is paid once.
#[must_use]
pub fn step_in_round(attempts: &[(State, i64)], pence: i64, round: usize) -> Step {
    let place = |fits: &dyn Fn(State) -> bool| attempts.iter().position(|(state, _)| fits(*state));
    let mut paid = attempts.iter().enumerate().filter(|(_, (state, _))| *state == State::Paid);
    if let Some((paid, _)) = paid.nth(round) {
        return Step::Paid(paid);
    }
    match place(&State::is_under_way) {
        Some(at) if attempts.get(at).is_some_and(|(_, asked)| *asked == pence) => Step::GoOn(at),
        Some(at) => Step::TakeBack(at),
        None => Step::Begin,
    }
}

/// Whether so many pence may go back of a payment, after others went back or are on their way.
#[must_use]
pub fn may_refund(state: State, paid: i64, refunded: i64, pence: i64) -> bool {
    state == State::Paid && pence >= LEAST && paid.checked_sub(refunded).is_some_and(|left| pence <= left)
}

/// The services that can take a council's payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// GOV.UK Pay.
    GovukPay,
    /// Stripe Checkout.
    Stripe,
}

impl Service {
    /// As it is stored, and as addresses name it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::GovukPay => "govuk_pay",
            Self::Stripe => "stripe",
        }
    }
}

/// How long is waited for who has not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Until they are reminded, once.
    pub remind: Limit,
    /// Until what is to be paid first lapses.
    pub lapse: Limit,
}

impl Default for Waits {
    fn default() -> Self {
        Self { remind: in_an_hour(), lapse: in_a_week() }
    }
}

fn in_an_hour() -> Limit {
    Limit { amount: 1, unit: Unit::Hours }
}

fn in_a_week() -> Limit {
    Limit { amount: 7, unit: Unit::Days }
}

fn a_month() -> Period {
    Period::Days(30)
}

/// How a council takes payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The service that takes them.
    pub service: Service,
    /// Where it is; for tests and demonstrations.
    #[serde(default)]
    pub api: Option<String>,
    /// Pence that one member of staff may send back of a payment by themselves: above, another one must agree. Where nothing
    /// is said, always.
    #[serde(default, with = "crate::money::written")]
    pub agree_above: i64,
    /// After how long who has not paid is reminded, once.
    #[serde(default = "in_an_hour", with = "crate::clock::limit")]
    pub remind: Limit,
    /// After how long what is received once it is paid lapses.
    #[serde(default = "in_a_week", with = "crate::clock::limit")]
    pub lapse: Limit,
    /// How long what was never paid, and so never received, is kept after it ended; then it is erased.
    #[serde(default = "a_month")]
    pub keep: Period,
}

impl Settings {
    /// How long is waited for who has not paid.
    #[must_use]
    pub fn waits(&self) -> Waits {
        Waits { remind: self.remind, lapse: self.lapse }
    }
}

/// What becomes of what was never paid, where the council says how long it is kept.
#[must_use]
pub fn retention(settings: Option<&Settings>) -> Retention {
    let keep = settings.map_or_else(a_month, |settings| settings.keep);
    Retention { keep, after: After::Closed, then: Then::Erase }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(pence: i64) -> Item {
        Item { label: "A line".into(), pence, codes: Codes::default(), account: "A1".into() }
    }

    fn bill(pence: &[i64]) -> Result<i64, NotPayable> {
        Bill::try_from(pence.iter().copied().map(item).collect::<Vec<_>>()).map(|bill| bill.total())
    }

    #[test]
    fn what_can_be_paid_has_bounds() {
        for (pence, then) in [
            (&[][..], Err(NotPayable::Nothing)),
            (&[0], Err(NotPayable::Nothing)),
            (&[-1], Err(NotPayable::Nothing)),
            (&[100, -100], Err(NotPayable::Nothing)),
            (&[1], Ok(1)),
            (&[5_200, -2_600], Ok(2_600)),
            (&[MOST], Ok(MOST)),
            (&[MOST, 1], Err(NotPayable::TooMuch)),
            (&[i64::MAX, 1], Err(NotPayable::TooMuch)),
            (&[i64::MIN, -1], Err(NotPayable::TooMuch)),
        ] {
            assert_eq!(bill(pence), then, "{pence:?}");
        }
        let stored = r#"[{"label":"x","pence":0,"codes":{},"account":""}]"#;
        assert!(serde_json::from_str::<Bill>(stored).is_err(), "nothing is read that can't be paid");
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for state in State::ALL {
            assert_eq!(State::parse(state.id()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.id());
        }
        let notice = Account::new("SM12345678A").unwrap();
        for purpose in [
            Purpose::Request(Uuid::from_u128(7)),
            Purpose::PenaltyCharge(notice),
            Purpose::CouncilTax(Account::new("1234567890123456").unwrap()),
        ] {
            assert_eq!(Purpose::parse(&purpose.id()), Some(purpose));
        }
        assert_eq!(notice.number(), "SM12345678A");
        for number in ["", "12345678901234567", "80-12", "SM 12", "é"] {
            assert_eq!(Account::new(number), None, "{number}");
        }
        for other in ["", "request:", "request:7", "fine:x"] {
            assert_eq!(Purpose::parse(other), None);
        }
    }

    fn a_state() -> impl Strategy<Value = State> {
        prop::sample::select(State::ALL.to_vec())
    }

    proptest! {
        /// Whatever is said, late, twice, in any order: it never goes back, paid stays paid, and money is never overlooked.
        #[test]
        fn it_never_goes_back(said in prop::collection::vec(a_state(), 0..12)) {
            let mut at = State::Asked;
            for said in &said {
                let next = at.after(*said);
                prop_assert!(next >= at);
                prop_assert!(at.is_under_way() || !next.is_under_way());
                prop_assert!(at.is_under_way() || next == at || next == State::Paid);
                prop_assert_eq!(next.after(*said), next);
                at = next;
            }
            prop_assert_eq!(at == State::Paid, said.contains(&State::Paid));
            prop_assert_eq!(at.is_under_way(), said.iter().all(|said| said.is_under_way()));
        }

        /// Whoever wants to pay, however often and for whatever price: at no time are two attempts under way or paid.
        #[test]
        fn nothing_is_paid_twice(
            doings in prop::collection::vec((1_i64..3, a_state(), any::<bool>()), 0..40)
        ) {
            let mut attempts: Vec<(State, i64)> = Vec::new();
            for (pence, said, is_asking) in doings {
                if is_asking {
                    match step(&attempts, pence) {
                        Step::Begin => attempts.push((State::Asked, pence)),
                        Step::TakeBack(at) => prop_assert!(attempts[at].1 != pence),
                        Step::GoOn(at) => prop_assert!(attempts[at].1 == pence && attempts[at].0.is_under_way()),
                        Step::Paid(at) => prop_assert_eq!(attempts[at].0, State::Paid),
                    }
                } else if let Some((state, _)) = attempts.last_mut() {
                    *state = state.after(said);
                }
                let can_cost = attempts.iter().filter(|(state, _)| !state.is_unpaid()).count();
                prop_assert!(can_cost <= 1, "{attempts:?}");
            }
        }

        /// An account is paid again and again, but never by two at a time, and never twice by who was asked once: each
        /// tab says how many payments there were when it was opened.
        #[test]
        fn each_round_is_paid_once(
            doings in prop::collection::vec((1_i64..3, a_state(), 0_usize..4), 0..60)
        ) {
            let mut attempts: Vec<(State, i64)> = Vec::new();
            let paid = |attempts: &[(State, i64)]| attempts.iter().filter(|(state, _)| *state == State::Paid).count();
            let mut tabs = [0_usize; 3];
            let mut paid_by_round = std::collections::BTreeMap::<usize, usize>::new();
            let mut round_under_way = 0;
            for (pence, said, doing) in doings {
                match tabs.get(doing).copied() {
                    Some(round) => match step_in_round(&attempts, pence, round) {
                        Step::Begin => {
                            prop_assert!(attempts.iter().all(|(state, _)| !state.is_under_way()));
                            prop_assert_eq!(round, paid(&attempts));
                            round_under_way = round;
                            attempts.push((State::Asked, pence));
                        }
                        Step::GoOn(at) | Step::TakeBack(at) => prop_assert!(attempts[at].0.is_under_way()),
                        // It is told that it is paid, and opens the page anew.
                        Step::Paid(_) => tabs[doing] = paid(&attempts),
                    },
                    None => if let Some((state, _)) = attempts.last_mut() {
                        let before = *state;
                        *state = state.after(said);
                        if *state == State::Paid && before.is_under_way() {
                            *paid_by_round.entry(round_under_way).or_default() += 1;
                        }
                    },
                }
                prop_assert!(paid_by_round.values().all(|times| *times == 1));
                prop_assert!(attempts.iter().filter(|(state, _)| state.is_under_way()).count() <= 1);
            }
        }

        /// What goes back is never more than what was paid.
        #[test]
        fn no_more_goes_back_than_was_paid(
            paid in LEAST..=MOST,
            wishes in prop::collection::vec(-10..=MOST, 0..20),
        ) {
            let mut refunded = 0;
            for pence in wishes {
                if may_refund(State::Paid, paid, refunded, pence) {
                    refunded += pence;
                }
                prop_assert!(!may_refund(State::Held, paid, refunded, pence));
                prop_assert!((0..=paid).contains(&refunded));
            }
        }
    }
}
