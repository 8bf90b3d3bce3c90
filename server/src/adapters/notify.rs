//! GOV.UK Notify: text messages, and letters and e-mails where a council has it send them. What it tells later (receipts) comes
//! to `routes/notify.rs`.

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::{Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::alert;
use domain::council::Council;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::mail::MailError;
use crate::chance::Clock;
use crate::oidc::http::Http;
use crate::words::compose::Mails;

/// Where it is.
const API: &str = "https://api.notifications.service.gov.uk";
/// An identifier as text.
const ID: usize = 36;
/// The lines that an address on a letter may have.
const LINES: usize = 7;

/// The way to Notify. The key of a council is the file `COUNCIL.key` in a folder, what its receipts are known by is
/// `COUNCIL.callback`.
#[derive(Clone)]
pub struct GovNotify {
    folder: PathBuf,
    http: Arc<Http>,
    clock: Clock,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'m> {
    /// A text message.
    Text {
        /// Phone number.
        to: &'m str,
        /// What it says.
        text: &'m str,
    },
    /// An e-mail.
    Mail {
        /// Address.
        to: &'m str,
        /// What it says.
        letter: &'m Mails,
    },
    /// A letter on paper.
    Letter {
        /// Name and address, line by line.
        to: &'m str,
        /// What it says.
        letter: &'m Mails,
    },
}

/// A key for the API: whose service, and what proves it.
struct Key {
    service: String,
    secret: String,
}

impl Key {
    /// Its name stands before the two identifiers, and may have dashes.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let ids = text.get(text.len().checked_sub(2 * ID + 1)?..)?;
        let (service, secret) = (ids.get(..ID)?, ids.get(ID + 1..)?);
        let is_id = |id: &str| Uuid::try_parse(id).is_ok();
        (is_id(service) && is_id(secret) && ids.as_bytes().get(ID) == Some(&b'-'))
            .then(|| Self { service: service.to_owned(), secret: secret.to_owned() })
    }

    /// A token, as good as the key for half a minute.
    fn token(&self, now: DateTime<Utc>) -> String {
        let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let header = part(json!({ "typ": "JWT", "alg": "HS256" }));
        let claims = part(json!({ "iss": self.service, "iat": now.timestamp() }));
        let message = format!("{header}.{claims}");
        // A key of any length is one.
        let signature = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())
            .map(|mac| mac.chain_update(message.as_bytes()).finalize().into_bytes());
        format!("{message}.{}", signature.map(|bytes| BASE64URL_NOPAD.encode(&bytes)).unwrap_or_default())
    }
}

/// What is sent before, as it lists it.
#[derive(Deserialize)]
struct Sent {
    notifications: Vec<Value>,
}

impl GovNotify {
    /// With the keys in this folder.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(folder: PathBuf, clock: Clock) -> Result<Self, String> {
        Ok(Self { folder, http: Arc::new(Http::new().map_err(|error| error.to_string())?), clock })
    }

    /// What receipts of a council are known by.
    pub async fn callback(&self, council: &str) -> Option<String> {
        self.read(council, "callback").await.filter(|token| !token.is_empty())
    }

    async fn read(&self, council: &str, what: &str) -> Option<String> {
        let text = tokio::fs::read_to_string(self.folder.join(format!("{council}.{what}"))).await.ok()?;
        Some(text.trim().to_owned())
    }

    /// Sends something under an identifier of ours, and says whether a receipt will come. What was tried before is looked
    /// for first: nobody gets it twice because its reply was lost.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(
        &self,
        council: &Council,
        what: Kind<'_>,
        (id, again): (Uuid, bool),
    ) -> Result<bool, MailError> {
        let not_set_up = || MailError::NotNow("GOV.UK Notify is not set up: its key is missing".to_owned());
        let settings = council.alerts.notify.as_ref().ok_or_else(not_set_up)?;
        let key =
            self.read(&council.id, "key").await.and_then(|key| Key::read(&key)).ok_or_else(not_set_up)?;
        // Of letters it never says that they arrived.
        let and_told = !matches!(what, Kind::Letter { .. }) && self.callback(&council.id).await.is_some();
        let api = settings.api.as_deref().unwrap_or(API);
        if again {
            let path = format!("{api}/v2/notifications?reference={id}");
            let found = self.call(&key, Method::GET, &path, None).await?;
            let found: Result<Sent, _> = serde_json::from_slice(&found);
            if found.is_ok_and(|found| !found.notifications.is_empty()) {
                return Ok(and_told);
            }
        }
        let (path, body) = message(settings, what, id)?;
        self.call(&key, Method::POST, &format!("{api}/v2/notifications/{path}"), Some(body)).await?;
        Ok(and_told)
    }

    async fn call(
        &self,
        key: &Key,
        method: Method,
        url: &str,
        body: Option<Value>,
    ) -> Result<Vec<u8>, MailError> {
        let not_now = |why: String| MailError::NotNow(format!("GOV.UK Notify: {why}"));
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::AUTHORIZATION, format!("Bearer {}", key.token((self.clock)())))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map(|body| body.to_string().into_bytes()).unwrap_or_default())
            .map_err(|error| not_now(error.to_string()))?;
        let reply = self.http.exchange(request).await.map_err(|error| not_now(error.to_string()))?;
        match reply.status() {
            status if status.is_success() => Ok(reply.into_body()),
            // Its words may repeat the address; the status and the kind of error say enough.
            StatusCode::BAD_REQUEST => {
                Err(MailError::Never(format!("GOV.UK Notify: {}", kind(reply.body()))))
            }
            status => Err(not_now(format!("{} {}", status.as_u16(), kind(reply.body())))),
        }
    }
}

/// The kind of an error: `ValidationError`.
fn kind(body: &[u8]) -> String {
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    let kind = told["errors"][0]["error"].as_str().unwrap_or("no reason");
    kind.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

/// The path and the body of a message.
fn message(settings: &alert::Notify, what: Kind<'_>, id: Uuid) -> Result<(&'static str, Value), MailError> {
    let missing = || MailError::NotNow("GOV.UK Notify is not set up: a template is missing".to_owned());
    Ok(match what {
        Kind::Text { to, text } => (
            "sms",
            json!({
                "phone_number": to, "template_id": settings.texts, "reference": id, "personalisation": { "text": text },
            }),
        ),
        Kind::Mail { to, letter } => {
            let template = settings.emails.as_ref().ok_or_else(missing)?;
            let said: Vec<&str> = letter
                .paragraphs
                .iter()
                .filter(|paragraph| !letter.links.contains(paragraph))
                .map(String::as_str)
                .collect();
            (
                "email",
                json!({
                    "email_address": to, "template_id": template, "reference": id,
                    "personalisation": {
                        "subject": letter.subject, "text": said.join("\n\n"), "link": letter.links.join("\n\n"),
                    },
                    // It reads Markdown: what people wrote is to stay text.
                    "sanitise_content_for": ["subject", "text"],
                }),
            )
        }
        Kind::Letter { to, letter } => {
            let template = settings.letters.as_ref().ok_or_else(missing)?;
            let mut said = json!({ "subject": letter.subject, "text": letter.paragraphs.join("\n\n") });
            for (at, line) in lines(to).into_iter().enumerate() {
                said[format!("address_line_{}", at + 1)] = json!(line);
            }
            ("letter", json!({ "template_id": template, "reference": id, "personalisation": said }))
        }
    })
}

/// An address in as many lines as fit: the last, its postcode, stays alone.
fn lines(address: &str) -> Vec<String> {
    let all: Vec<&str> = address.lines().collect();
    let (last, rest) = all.split_last().unwrap_or((&"", &[]));
    let mut lines: Vec<String> = rest.iter().take(LINES - 2).map(|&line| line.to_owned()).collect();
    let over: Vec<&str> = rest.iter().skip(LINES - 2).copied().collect();
    if !over.is_empty() {
        lines.push(over.join(", "));
    }
    lines.push((*last).to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
    const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";

    #[test]
    fn a_key_is_the_end_of_its_text() {
        for name in ["live", "a-name-with-dashes", "ünï"] {
            let key = Key::read(&format!("{name}-{SERVICE}-{SECRET}\n")).unwrap();
            assert_eq!((key.service.as_str(), key.secret.as_str()), (SERVICE, SECRET));
        }
        for wrong in ["", "key", SECRET, &format!("{SERVICE}+{SECRET}"), &"ü".repeat(73)] {
            assert!(Key::read(wrong).is_none(), "{wrong}");
        }
    }

    /// The signature as any other maker of JSON web tokens would write it (RFC 7515, HS256).
    #[test]
    fn a_token_is_signed_by_the_secret() {
        let key = Key::read(&format!("x-{SERVICE}-{SECRET}")).unwrap();
        let token = key.token(DateTime::from_timestamp(1_790_000_000, 0).unwrap());
        let parts: Vec<&str> = token.split('.').collect();
        let read = |part: &str| -> Value {
            serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
        };
        assert_eq!(read(parts[0]), json!({ "typ": "JWT", "alg": "HS256" }));
        assert_eq!(read(parts[1]), json!({ "iss": SERVICE, "iat": 1_790_000_000 }));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
        let signature = BASE64URL_NOPAD.decode(parts[2].as_bytes()).unwrap();
        ring::hmac::verify(&key, format!("{}.{}", parts[0], parts[1]).as_bytes(), &signature).unwrap();
    }

    #[test]
    fn a_long_address_keeps_its_postcode() {
        let long: Vec<String> = (1..=9).map(|line| format!("line {line}")).collect();
        let short = lines(&long.join("\n"));
        assert_eq!(short.len(), LINES);
        assert_eq!(short[5..], ["line 6, line 7, line 8", "line 9"]);
        assert_eq!(lines("Sam\n4 Mill Lane\nNE1 8QH"), ["Sam", "4 Mill Lane", "NE1 8QH"]);
    }
}
