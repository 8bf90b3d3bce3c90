//! A stand-in for GOV.UK Pay: its public API, a card page that takes test cards, signed webhooks, and faults on request.
//! For demonstrations and tests; no server links it. Its shapes are checked against the OpenAPI document that GOV.UK Pay
//! publishes.

mod api;
mod card;
mod faults;
mod hooks;
pub mod ledger;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;

pub use faults::{Call, Fault, Planned};
pub use hooks::{Hooks, Message, SIGNATURE};

use faults::Faults;
use ledger::{Asked, Goes, Ledger, Payment, Typed};

/// The present moment.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How it is set up.
#[derive(Clone)]
pub struct Settings {
    /// The key that services send.
    pub api_key: String,
    /// Where it is reached, without a slash at its end.
    pub base: String,
    /// Where webhooks go; none are sent without.
    pub hooks: Option<Hooks>,
    /// The present moment.
    pub clock: Clock,
    /// Where chance comes from.
    pub seed: [u8; 32],
}

/// The stand-in. Clones are the same one.
#[derive(Clone)]
pub struct StandIn(Arc<Inner>);

struct Inner {
    settings: Settings,
    book: Mutex<Book>,
}

struct Book {
    ledger: Ledger,
    faults: Faults,
    /// What is told later, or was not taken.
    untold: Vec<Message>,
    /// Webhooks wait until they are asked for.
    is_held: bool,
    ahead: TimeDelta,
    /// How long a new payment is not found by searching.
    lag: TimeDelta,
}

impl StandIn {
    /// Nothing was paid yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let book = Book {
            ledger: Ledger::new(settings.seed),
            faults: Faults::default(),
            untold: Vec::new(),
            is_held: false,
            ahead: TimeDelta::zero(),
            lag: TimeDelta::zero(),
        };
        Self(Arc::new(Inner { settings, book: Mutex::new(book) }))
    }

    /// Its pages and its API.
    pub fn router(&self) -> Router {
        api::router(self).merge(card::router()).with_state(self.clone())
    }

    /// Answers whoever connects.
    ///
    /// # Errors
    /// When nobody can connect any more.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        axum::serve(listener, self.router()).await
    }

    /// Its clock is turned.
    pub fn turn(&self, by: TimeDelta) {
        self.with(|book, _| book.ahead += by);
    }

    /// New payments are found by searching only after so long.
    pub fn lag(&self, lag: TimeDelta) {
        self.with(|book, _| book.lag = lag);
    }

    /// What goes wrong next.
    pub fn plan(&self, planned: impl IntoIterator<Item = Planned>) {
        self.with(|book, _| book.faults.plan(planned));
    }

    /// Nothing goes wrong any more.
    pub fn forget_faults(&self) {
        self.with(|book, _| book.faults = Faults::default());
    }

    /// Of a hundred calls so many go wrong.
    pub fn go_wrong(&self, percent: u8) {
        self.with(|book, _| book.faults.percent = percent);
    }

    /// All payments, in the order in which they were made.
    #[must_use]
    pub fn payments(&self) -> Vec<Payment> {
        self.with(|book, now| book.ledger.all(now).to_vec())
    }

    /// Somebody opens the page at this address and pays with the card.
    ///
    /// # Errors
    /// When the address opens nothing, or nobody could pay with the card.
    pub fn pay(&self, next_url: &str, typed: &Typed) -> Result<(), String> {
        let secret = next_url.rsplit('/').next().unwrap_or_default();
        self.changes(|book, now| {
            let opened = book.ledger.open(secret, now).ok_or("the address was used, or never worked")?;
            book.ledger.pay(&opened.id, typed, now).map_err(|wrong| format!("{wrong:?}"))
        })
    }

    /// Somebody opens the page at this address and stops.
    pub fn stop(&self, next_url: &str) {
        let secret = next_url.rsplit('/').next().unwrap_or_default();
        self.changes(|book, now| {
            if let Some(opened) = book.ledger.open(secret, now) {
                book.ledger.stop(&opened.id, now);
            }
        });
    }

    /// The bank took the money of a payment after all that the card service had given up.
    pub fn settle(&self, id: &str) {
        self.changes(|book, now| book.ledger.settle(id, now));
    }

    /// Somebody pays for what another system made ready with the same key.
    pub fn made_elsewhere(&self, reference: &str, amount: i64) {
        let asked = Asked {
            amount,
            reference: reference.to_owned(),
            description: "Of another system".to_owned(),
            return_url: "https://elsewhere.example".to_owned(),
            language: "en".to_owned(),
            email: None,
            metadata: serde_json::Map::new(),
            delayed_capture: false,
            moto: false,
        };
        self.changes(|book, now| book.ledger.made_elsewhere(asked, now));
    }

    /// Somebody sends money back in the service's own pages.
    pub fn refund_elsewhere(&self, id: &str, amount: i64) {
        // It is in nobody's way where it can't be.
        let _ = self.changes(|book, now| book.ledger.refund(id, amount, None, now));
    }

    /// Changes the books of one payment behind everybody's back.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Payment)) -> Option<Payment> {
        self.with(|book, _| book.ledger.change(id, change))
    }

    /// How refunds go from now on.
    pub fn refunds_go(&self, goes: Goes) {
        self.with(|book, _| book.ledger.refunds_go = goes);
    }

    /// The bank has said how the refunds went that wait for it.
    pub fn settle_refunds(&self, goes: Goes) {
        self.changes(|book, now| book.ledger.settle_refunds(goes, now));
    }

    /// Webhooks wait until they are taken or told.
    pub fn hold(&self, is_held: bool) {
        self.with(|book, _| book.is_held = is_held);
    }

    /// Whether webhooks wait until they are taken or told.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.with(|book, _| book.is_held)
    }

    /// The webhooks that wait; they are not told any more.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Message> {
        self.with(|book, now| {
            let _ = book.ledger.all(now);
            book.collect(&self.0.settings);
            std::mem::take(&mut book.untold)
        })
    }

    /// Tells the webhooks that wait, each so many times. What is not taken waits on.
    pub async fn tell(&self, is_reversed: bool, times: usize) {
        let Some(hooks) = self.0.settings.hooks.clone() else { return };
        let mut messages = self.take_messages();
        if is_reversed {
            messages.reverse();
        }
        let mut not_taken = Vec::new();
        for message in messages {
            let mut is_taken = true;
            for _ in 0..times {
                is_taken &= message.tell(&hooks.url).await;
            }
            if !is_taken {
                not_taken.push(message);
            }
        }
        self.with(|book, _| book.untold.extend(not_taken));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Book, DateTime<Utc>) -> T) -> T {
        let mut book = self.0.book.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.0.settings.clock)() + book.ahead;
        act(&mut book, now)
    }

    /// Does something, and sends the webhooks that tell of it.
    fn changes<T>(&self, act: impl FnOnce(&mut Book, DateTime<Utc>) -> T) -> T {
        let (done, is_due) = self.with(|book, now| {
            let done = act(book, now);
            book.collect(&self.0.settings);
            (done, !book.is_held && !book.untold.is_empty())
        });
        if is_due && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let this = self.clone();
            runtime.spawn(async move { this.tell(false, 1).await });
        }
        done
    }

    fn base(&self) -> &str {
        &self.0.settings.base
    }

    fn is_key(&self, key: &str) -> bool {
        key == self.0.settings.api_key
    }
}

impl Book {
    fn collect(&mut self, settings: &Settings) {
        for happened in self.ledger.news() {
            let Some(hooks) = &settings.hooks else { continue };
            let body = wire::hook(&self.ledger.id(), &happened, &settings.base);
            self.untold.push(Message::new(body, &hooks.secret));
        }
    }
}

/// A card that pays.
#[must_use]
pub fn good_card() -> Typed {
    card("4444333322221111")
}

/// A test card with this number, and the rest in order.
#[must_use]
pub fn card(number: &str) -> Typed {
    let text = str::to_owned;
    Typed {
        number: text(number),
        month: text("12"),
        year: text("2039"),
        name: text("S O'Brien"),
        code: text("123"),
    }
}
