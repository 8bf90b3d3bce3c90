//! Taking payments by card. A card service is a [`PaymentProvider`]; which one a council has stands in its document, its key
//! in a file. Nobody here remembers anything: what is written down, and what follows, is `operations/paying.rs`.

pub mod govuk_pay;
pub mod stripe;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use domain::council::Council;
use domain::payment::{Bill, Service, State};
use domain::refund::Told;
use serde_json::Value;
use uuid::Uuid;

use crate::chance::Clock;
use crate::oidc::http::Http;

/// A service that takes payments by card.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// Which one it is.
    fn service(&self) -> Service;

    /// Has it ready to be paid.
    ///
    /// # Errors
    /// [`PayError`]. After [`PayError::CouldNotCheck`] it may be there or not: [`recover`](Self::recover) finds out.
    async fn create(&self, new: &NewPayment) -> Result<Started, PayError>;

    /// What an earlier [`create`](Self::create) made whose reply was lost; nothing where the service does not know of any.
    ///
    /// # Errors
    /// [`PayError`].
    async fn recover(&self, new: &NewPayment) -> Result<Option<Started>, PayError>;

    /// Where it stands, in the service's own words of this moment.
    ///
    /// # Errors
    /// [`PayError`].
    async fn query(&self, provider_ref: &str) -> Result<Standing, PayError>;

    /// Has it taken back, if nobody paid it yet. Where it stands after that has to be asked.
    ///
    /// # Errors
    /// [`PayError`]; [`PayError::Refused`] where it is too late.
    async fn cancel(&self, provider_ref: &str) -> Result<(), PayError>;

    /// Sends money back. `available` is what may still go back as far as is known here: where the service knows better, it
    /// refuses, so that nothing is sent back twice.
    ///
    /// # Errors
    /// [`PayError`]. After [`PayError::CouldNotCheck`] it may have happened: [`query`](Self::query) says how much went back.
    async fn refund(
        &self,
        provider_ref: &str,
        refund: Uuid,
        pence: i64,
        available: i64,
    ) -> Result<(), PayError>;

    /// The refunds of a payment that the service knows of, whoever made them.
    ///
    /// # Errors
    /// [`PayError`].
    async fn refunds(&self, provider_ref: &str) -> Result<Vec<Told>, PayError>;

    /// The payments that were made ready there from one moment until before another, as the service lists them.
    ///
    /// # Errors
    /// [`PayError`].
    async fn list(&self, span: Span) -> Result<Vec<Listed>, PayError>;

    /// The refunds that were made there in that time.
    ///
    /// # Errors
    /// [`PayError`].
    async fn list_refunds(&self, span: Span) -> Result<Vec<Told>, PayError>;

    /// Which payment a webhook is about, if it is the service's own. Nothing it says besides is believed.
    ///
    /// # Errors
    /// [`Forged`].
    fn verify(&self, headers: &HeaderMap, raw: &[u8]) -> Result<Hint, Forged>;
}

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayment {
    /// Our identifier; asked again under it, a service that can makes no second one.
    pub id: Uuid,
    /// Our reference. No two payments have the same.
    pub reference: String,
    /// What the person reads.
    pub description: String,
    /// What is paid.
    pub bill: Bill,
    /// Where they go afterwards.
    pub return_url: String,
    /// Their address, so that they need not type it again.
    pub email: Option<String>,
}

/// A payment that somebody can make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// What the service knows it by.
    pub provider_ref: String,
    /// Where the person pays.
    pub next_url: String,
}

/// Where a payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How far it has got.
    pub state: State,
    /// What it is for, in pence.
    pub pence: i64,
    /// Our reference.
    pub reference: String,
    /// Pence that went back.
    pub refunded: i64,
    /// Where the person can go on, while they can.
    pub next_url: Option<String>,
}

/// From one moment until before another.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// A payment as the service lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What the service knows it by.
    pub provider_ref: String,
    /// Our reference, or another system's.
    pub reference: String,
    /// How far it has got.
    pub state: State,
    /// Pence.
    pub pence: i64,
    /// When it was made ready there.
    pub at: DateTime<Utc>,
}

/// What a webhook is worth: a reason to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The message; told again, it is the same.
    pub message: String,
    /// The payment, as the service knows it; nothing where it is about something else.
    pub provider_ref: Option<String>,
}

/// A webhook that the service did not send, or not like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// The signature is missing, or not over these bytes.
    Signature,
    /// It is signed, and can't be read.
    Unreadable,
}

/// Why a card service did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// The council takes no payments, or its key is missing.
    #[error("payments are not set up: {0}")]
    NotSetUp(&'static str),
    /// There is no reply that says so or so: it may have happened, and may not. Asking again is safe.
    #[error("could not check with the card service: {0}")]
    CouldNotCheck(String),
    /// It said no, and did nothing.
    #[error("the card service refused: {0}")]
    Refused(String),
    /// It did nothing, for another sum could go back than we thought.
    #[error("other money went back meanwhile")]
    OtherSum,
    /// It does not know such a payment.
    #[error("the card service does not know the payment")]
    Unknown,
}

/// The way to councils' card services. The key of a council is the file `COUNCIL.key` in a folder, what its webhooks are
/// signed with is `COUNCIL.webhook`.
#[derive(Clone)]
pub struct Payments {
    folder: PathBuf,
    http: Arc<Http>,
    clock: Clock,
}

impl Payments {
    /// With the keys in this folder.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(folder: PathBuf, clock: Clock) -> Result<Self, String> {
        Ok(Self { folder, http: Arc::new(Http::new().map_err(|error| error.to_string())?), clock })
    }

    /// The card service of a council.
    ///
    /// # Errors
    /// [`PayError::NotSetUp`].
    pub async fn of(&self, council: &Council) -> Result<Box<dyn PaymentProvider>, PayError> {
        let settings = council.payments.as_ref().ok_or(PayError::NotSetUp("[payments] is missing"))?;
        let key = self.read(&council.id, "key").await.ok_or(PayError::NotSetUp("the key is missing"))?;
        let webhook = self.read(&council.id, "webhook").await;
        let api = settings.api.clone();
        Ok(match settings.service {
            Service::GovukPay => Box::new(govuk_pay::GovukPay::new(self.http.clone(), api, key, webhook)),
            Service::Stripe => {
                Box::new(stripe::Stripe::new(self.http.clone(), api, key, webhook, self.clock.clone()))
            }
        })
    }

    async fn read(&self, council: &str, what: &str) -> Option<String> {
        let text = tokio::fs::read_to_string(self.folder.join(format!("{council}.{what}"))).await.ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// A call of a card service.
struct Call<'c> {
    method: Method,
    url: String,
    key: &'c str,
    /// Type and text of the body.
    body: Option<(&'static str, String)>,
    /// Under what it is done once.
    once: Option<String>,
}

impl Call<'_> {
    /// The reply's JSON, if it says that it was done.
    async fn send(self, http: &Http) -> Result<Value, PayError> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.url)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        let (kind, body) = self.body.unwrap_or_default();
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(once) = &self.once {
            request = request.header("idempotency-key", once);
        }
        let could_not = |why: String| PayError::CouldNotCheck(why);
        let request = request.body(body.into_bytes()).map_err(|error| could_not(error.to_string()))?;
        let reply = http.exchange(request).await.map_err(|error| could_not(error.to_string()))?;
        let told = serde_json::from_slice::<Value>(reply.body());
        match reply.status() {
            StatusCode::NO_CONTENT => Ok(Value::Null),
            status if status.is_success() => {
                told.map_err(|_| could_not("it answered with something else than JSON".to_owned()))
            }
            StatusCode::NOT_FOUND => Err(PayError::Unknown),
            StatusCode::PRECONDITION_FAILED => Err(PayError::OtherSum),
            // Its key may be put right, and then the same is asked again.
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) => {
                Err(could_not(status.as_u16().to_string()))
            }
            status if status.is_client_error() => {
                Err(PayError::Refused(format!("{} {}", status.as_u16(), code(&told.unwrap_or_default()))))
            }
            status => Err(could_not(format!("{} {}", status.as_u16(), code(&told.unwrap_or_default())))),
        }
    }
}

/// The code of an error; its words may repeat what a person typed.
fn code(told: &Value) -> String {
    let code = told["code"].as_str().or_else(|| told["error"]["code"].as_str());
    let code = code.or_else(|| told["error"]["type"].as_str()).unwrap_or("no reason");
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ')).take(40).collect()
}

/// A text of the reply.
fn text(told: &Value, pointer: &str) -> Result<String, PayError> {
    let text = told.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| PayError::CouldNotCheck(format!("its reply has no {pointer}")))
}

/// A number of the reply.
fn number(told: &Value, pointer: &str) -> Result<i64, PayError> {
    let number = told.pointer(pointer).and_then(Value::as_i64);
    number.ok_or_else(|| PayError::CouldNotCheck(format!("its reply has no {pointer}")))
}

/// What goes into a payment's metadata, line by line: what the council's income system books it by.
fn lines(bill: &Bill, most: usize, longest: usize) -> Vec<(String, String)> {
    let line = |(at, item): (usize, &domain::payment::Item)| {
        let codes = &item.codes;
        let parts = [
            ("pence", item.pence.to_string()),
            ("fund", codes.fund.clone()),
            ("cost", codes.cost.clone()),
            ("vat", codes.vat.clone()),
            ("account", item.account.clone()),
        ];
        let said: Vec<String> = parts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (format!("line_{}", at + 1), plain(&said.join(" "), longest))
    };
    bill.items().iter().enumerate().map(line).take(most).collect()
}

/// Text without what a firewall stops, in one line, up to so many characters.
fn plain(text: &str, longest: usize) -> String {
    let is_stopped = |c: char| matches!(c, '<' | '>' | '"' | '\\' | '|') || c.is_control();
    let text: String = text.chars().map(|c| if is_stopped(c) { ' ' } else { c }).collect();
    // A description with an address in it looks like a trap.
    let words = text.split_whitespace().filter(|word| !word.contains("://"));
    words.collect::<Vec<_>>().join(" ").chars().take(longest).collect()
}
