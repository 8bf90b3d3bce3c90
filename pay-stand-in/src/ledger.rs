//! Payments, and what may become of them. No clock and no chance of its own: both are handed in.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value};

/// How long somebody may take to pay.
const LIVES: TimeDelta = TimeDelta::minutes(90);
/// Characters of an identifier.
const ID: usize = 26;

/// Where a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Made, and its page was not opened.
    Created,
    /// Its page was opened.
    Started,
    /// Paid, if it is taken (delayed capture).
    Capturable,
    /// Paid.
    Success,
    /// Not paid.
    Failed(Why),
    /// The service took it back.
    Cancelled,
    /// The bank's side broke.
    Error,
}

/// Why a payment failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The bank said no.
    Rejected,
    /// It took too long.
    Expired,
    /// The person stopped.
    Stopped,
}

impl Status {
    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Started => "started",
            Self::Capturable => "capturable",
            Self::Success => "success",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }

    /// Whether nothing more can happen.
    #[must_use]
    pub fn is_finished(self) -> bool {
        !matches!(self, Self::Created | Self::Started | Self::Capturable)
    }

    /// Whether somebody may still type a card.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Created | Self::Started)
    }

    /// The code of what went wrong, and its words.
    #[must_use]
    pub fn fault(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Failed(Why::Rejected) => Some(("P0010", "Payment method rejected")),
            Self::Failed(Why::Expired) => Some(("P0020", "Payment expired")),
            Self::Failed(Why::Stopped) => Some(("P0030", "Payment was cancelled by the user")),
            Self::Cancelled => Some(("P0040", "Payment was cancelled by the service")),
            Self::Error => Some(("P0050", "Payment provider returned an error")),
            Self::Created | Self::Started | Self::Capturable | Self::Success => None,
        }
    }
}

/// What a service asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Pence.
    pub amount: i64,
    /// The service's own reference; several payments may have one.
    pub reference: String,
    /// What the person reads.
    pub description: String,
    /// Where they go afterwards.
    pub return_url: String,
    /// `en` or `cy`.
    pub language: String,
    /// Their address.
    pub email: Option<String>,
    /// What the service wants to find again.
    pub metadata: Map<String, Value>,
    /// Money is taken only when the service says so.
    pub delayed_capture: bool,
    /// The card is read out by telephone.
    pub moto: bool,
}

/// A card, as far as it may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// `Visa`.
    pub brand: &'static str,
    /// `debit` or `credit`.
    pub kind: &'static str,
    /// The name on it.
    pub name: String,
    /// The first six digits.
    pub first: String,
    /// The last four digits.
    pub last: String,
    /// `MM/YY`.
    pub expires: String,
}

/// How a refund goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goes {
    /// The bank has not said yet.
    Submitted,
    /// The money went back.
    #[default]
    Success,
    /// The bank did not take it.
    Error,
}

impl Goes {
    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Success => "success",
            Self::Error => "error",
        }
    }
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Identifier.
    pub id: String,
    /// Pence.
    pub amount: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// How it went.
    pub goes: Goes,
}

/// A payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// Identifier.
    pub id: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What was asked for.
    pub asked: Asked,
    /// Where it is.
    pub status: Status,
    /// Where it was, and since when.
    pub history: Vec<(Status, DateTime<Utc>)>,
    /// What it was paid with.
    pub card: Option<Card>,
    /// What went back.
    pub refunds: Vec<Refund>,
    /// What the cookie of the browser says that may type a card.
    pub session: String,
}

impl Payment {
    /// Pence that could go back.
    #[must_use]
    pub fn refundable(&self) -> i64 {
        if self.status == Status::Success { self.asked.amount - self.refunded() } else { 0 }
    }

    /// Pence that went back.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().filter(|refund| refund.goes != Goes::Error).map(|refund| refund.amount).sum()
    }
}

/// What happened, as a webhook tells it.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The payment as it was then.
    pub payment: Payment,
    /// `card_payment_succeeded`.
    pub event: &'static str,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a card does.
enum Fate {
    Pays,
    IsRefused,
    Breaks,
    IsNotTaken,
}

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No number of a test card.
    Number,
    /// A kind of card that is not taken.
    Kind,
    /// The card is out of date, or this is no date.
    Expiry,
    /// No name.
    Name,
    /// No security code.
    Code,
}

/// What somebody typed on the card page.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The long number.
    pub number: String,
    /// Month of its end.
    pub month: String,
    /// Year of its end, two digits or four.
    pub year: String,
    /// The name on it.
    pub name: String,
    /// Security code.
    pub code: String,
}

/// Why something can't be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// There is no such payment.
    Unknown,
    /// Not where it is.
    Conflict,
    /// Somebody thinks that another amount could go back.
    Mismatch,
    /// More than could go back.
    TooMuch,
}

/// All payments.
pub struct Ledger {
    payments: Vec<Payment>,
    places: HashMap<String, usize>,
    /// Payments by the secrets of their pages that nobody used yet.
    pages: HashMap<String, String>,
    /// What no webhook told yet.
    happened: Vec<Happened>,
    dice: StdRng,
    /// How refunds go at first.
    pub refunds_go: Goes,
}

impl Ledger {
    /// Nothing yet, and chance from a seed.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            payments: Vec::new(),
            places: HashMap::new(),
            pages: HashMap::new(),
            happened: Vec::new(),
            dice: StdRng::from_seed(seed),
            refunds_go: Goes::default(),
        }
    }

    /// A new identifier that nobody guesses.
    pub fn id(&mut self) -> String {
        let bytes: [u8; 20] = self.dice.random();
        let mut id = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
        id.truncate(ID);
        id
    }

    /// One of a hundred.
    pub fn lot(&mut self) -> u8 {
        self.dice.random_range(0..100)
    }

    /// All of them, in the order in which they were made.
    pub fn all(&mut self, now: DateTime<Utc>) -> &[Payment] {
        self.expire(now);
        &self.payments
    }

    /// One of them.
    pub fn get(&mut self, id: &str, now: DateTime<Utc>) -> Option<&Payment> {
        self.expire(now);
        self.places.get(id).and_then(|place| self.payments.get(*place))
    }

    /// What happened since this was asked.
    pub fn news(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.happened)
    }

    /// A new payment.
    pub fn create(&mut self, asked: Asked, now: DateTime<Utc>) -> Payment {
        let (id, session) = (self.id(), self.id());
        let payment = Payment {
            id: id.clone(),
            at: now,
            asked,
            status: Status::Created,
            history: vec![(Status::Created, now)],
            card: None,
            refunds: Vec::new(),
            session,
        };
        self.places.insert(id, self.payments.len());
        self.payments.push(payment.clone());
        payment
    }

    /// A new secret for the page of a payment; each works once.
    pub fn page(&mut self, id: &str) -> String {
        let secret = self.id();
        self.pages.insert(secret.clone(), id.to_owned());
        secret
    }

    /// Opens the page with a secret, which is used then.
    pub fn open(&mut self, secret: &str, now: DateTime<Utc>) -> Option<Payment> {
        let id = self.pages.remove(secret)?;
        if self.get(&id, now)?.status == Status::Created {
            self.becomes(&id, Status::Started, now, "card_payment_started");
        }
        self.get(&id, now).cloned()
    }

    /// Pays with a card.
    ///
    /// # Errors
    /// What is wrong with what was typed; nothing where nobody can pay any more.
    pub fn pay(&mut self, id: &str, typed: &Typed, now: DateTime<Utc>) -> Result<(), Vec<Wrong>> {
        if !self.get(id, now).is_some_and(|payment| payment.status.is_waiting()) {
            return Ok(());
        }
        let (card, fate) = read(typed, now)?;
        let Some(payment) = self.places.get(id).and_then(|place| self.payments.get_mut(*place)) else {
            return Ok(());
        };
        let is_delayed = payment.asked.delayed_capture;
        payment.card = Some(card);
        match fate {
            Fate::Pays if is_delayed => self.becomes(id, Status::Capturable, now, "card_payment_succeeded"),
            Fate::Pays => {
                self.becomes(id, Status::Success, now, "card_payment_succeeded");
                self.tell(id, now, "card_payment_captured");
            }
            Fate::IsRefused | Fate::IsNotTaken => {
                self.becomes(id, Status::Failed(Why::Rejected), now, "card_payment_failed");
            }
            Fate::Breaks => self.becomes(id, Status::Error, now, "card_payment_failed"),
        }
        Ok(())
    }

    /// The person stops.
    pub fn stop(&mut self, id: &str, now: DateTime<Utc>) {
        if self.get(id, now).is_some_and(|payment| payment.status.is_waiting()) {
            self.becomes(id, Status::Failed(Why::Stopped), now, "card_payment_failed");
        }
    }

    /// The service takes it back.
    ///
    /// # Errors
    /// [`No`].
    pub fn cancel(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), No> {
        if self.get(id, now).ok_or(No::Unknown)?.status.is_finished() {
            return Err(No::Conflict);
        }
        self.becomes(id, Status::Cancelled, now, "card_payment_failed");
        Ok(())
    }

    /// The service takes the money.
    ///
    /// # Errors
    /// [`No`].
    pub fn capture(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), No> {
        if self.get(id, now).ok_or(No::Unknown)?.status != Status::Capturable {
            return Err(No::Conflict);
        }
        self.becomes(id, Status::Success, now, "card_payment_captured");
        Ok(())
    }

    /// The bank took the money of a payment after all that the card service had given up.
    pub fn settle(&mut self, id: &str, now: DateTime<Utc>) {
        self.becomes(id, Status::Success, now, "card_payment_captured");
    }

    /// Sends money back.
    ///
    /// # Errors
    /// [`No`].
    pub fn refund(
        &mut self,
        id: &str,
        amount: i64,
        available: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Refund, No> {
        let refundable = self.get(id, now).ok_or(No::Unknown)?.refundable();
        if refundable == 0 {
            return Err(No::Conflict);
        }
        if available.is_some_and(|available| available != refundable) {
            return Err(No::Mismatch);
        }
        if amount > refundable {
            return Err(No::TooMuch);
        }
        let refund = Refund { id: self.id(), amount, at: now, goes: self.refunds_go };
        if let Some(payment) = self.places.get(id).and_then(|place| self.payments.get_mut(*place)) {
            payment.refunds.push(refund.clone());
        }
        self.tell(id, now, "card_payment_refunded");
        Ok(refund)
    }

    /// A payment that somebody else's system made and somebody paid.
    pub fn made_elsewhere(&mut self, asked: Asked, now: DateTime<Utc>) {
        let id = self.create(asked, now).id;
        self.becomes(&id, Status::Success, now, "card_payment_succeeded");
    }

    /// Changes the books of one payment behind everybody's back.
    pub fn change(&mut self, id: &str, change: impl FnOnce(&mut Payment)) -> Option<Payment> {
        let payment = self.places.get(id).and_then(|place| self.payments.get_mut(*place))?;
        change(payment);
        Some(payment.clone())
    }

    /// The bank has said how the refunds went that it was asked for.
    pub fn settle_refunds(&mut self, goes: Goes, now: DateTime<Utc>) {
        let waits = |refund: &Refund| refund.goes == Goes::Submitted;
        let ids: Vec<String> = self
            .payments
            .iter()
            .filter(|payment| payment.refunds.iter().any(waits))
            .map(|payment| payment.id.clone())
            .collect();
        for id in ids {
            self.change(&id, |payment| {
                payment
                    .refunds
                    .iter_mut()
                    .filter(|refund| waits(refund))
                    .for_each(|refund| refund.goes = goes);
            });
            self.tell(&id, now, "card_payment_refunded");
        }
    }

    /// What nobody paid in time has failed.
    fn expire(&mut self, now: DateTime<Utc>) {
        let is_late = |payment: &&Payment| payment.status.is_waiting() && payment.at + LIVES <= now;
        let late: Vec<String> =
            self.payments.iter().filter(is_late).map(|payment| payment.id.clone()).collect();
        for id in late {
            self.becomes(&id, Status::Failed(Why::Expired), now, "card_payment_expired");
        }
    }

    fn becomes(&mut self, id: &str, status: Status, now: DateTime<Utc>, event: &'static str) {
        if let Some(payment) = self.places.get(id).and_then(|place| self.payments.get_mut(*place)) {
            payment.status = status;
            payment.history.push((status, now));
        }
        self.tell(id, now, event);
    }

    fn tell(&mut self, id: &str, at: DateTime<Utc>, event: &'static str) {
        if let Some(payment) = self.places.get(id).and_then(|place| self.payments.get(*place)) {
            self.happened.push(Happened { payment: payment.clone(), event, at });
        }
    }
}

/// Reads a test card. Source: GOV.UK Pay, "Mock card numbers for testing".
fn read(typed: &Typed, now: DateTime<Utc>) -> Result<(Card, Fate), Vec<Wrong>> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let number = digits(&typed.number);
    let known = match number.as_str() {
        "4444333322221111" | "4242424242424242" | "4000008260000000" => Some(("Visa", "credit", Fate::Pays)),
        "4000058260000005" => Some(("Visa", "debit", Fate::Pays)),
        "4000000000000002" | "4000000000000069" | "4000000000000127" => {
            Some(("Visa", "credit", Fate::IsRefused))
        }
        "4000000000000119" => Some(("Visa", "credit", Fate::Breaks)),
        "6759649826438453" => Some(("Maestro", "debit", Fate::IsNotTaken)),
        _ => None,
    };
    let mut wrong = Vec::new();
    match &known {
        None => wrong.push(Wrong::Number),
        Some((_, _, Fate::IsNotTaken)) => wrong.push(Wrong::Kind),
        Some(_) => {}
    }
    let (month, year) = (typed.month.trim().parse::<u32>(), typed.year.trim().parse::<i32>());
    let ends = match (month, year) {
        (Ok(month @ 1..=12), Ok(year)) => {
            let year = if year < 100 { year + 2000 } else { year };
            let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            let ends = chrono::NaiveDate::from_ymd_opt(next.0, next.1, 1);
            ends.filter(|ends| *ends > now.date_naive()).map(|_| format!("{month:02}/{:02}", year % 100))
        }
        _ => None,
    };
    if ends.is_none() {
        wrong.push(Wrong::Expiry);
    }
    if typed.name.trim().is_empty() {
        wrong.push(Wrong::Name);
    }
    if !matches!(typed.code.trim().len(), 3 | 4) || !typed.code.trim().bytes().all(|b| b.is_ascii_digit()) {
        wrong.push(Wrong::Code);
    }
    let (Some((brand, kind, fate)), Some(expires), true) = (known, ends, wrong.is_empty()) else {
        return Err(wrong);
    };
    let (first, last) = (number.chars().take(6).collect(), number.chars().skip(number.len() - 4).collect());
    Ok((Card { brand, kind, name: typed.name.trim().to_owned(), first, last, expires }, fate))
}
