//! What mail servers send back of mails that did not get through (RFC 3464): it comes to an address that names the mail, with
//! a code that only we can make. `portico bounced` reads it, and a job notes it, so that what it said goes out in another way.

use std::sync::Arc;

use data_encoding::BASE32_NOPAD;
use domain::council::Council;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _, PartType};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{Ended, delivery};
use crate::councils::Served;
use crate::secret::Secret;
use crate::state::AppState;
use crate::store::StoreError;

/// The longest message that is read, in bytes. What did not get through may come back with it, and is long.
pub const LONGEST: usize = 2 * 1024 * 1024;
/// Messages within messages, of which the innermost is not looked for a report any more.
const DEEPEST: usize = 4;
/// Headers in which the address stands that a message was sent to.
const SENT_TO: [&str; 5] = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To"];

/// A mail that did not get through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounced {
    /// What went out as one.
    pub batch: Uuid,
    /// Why, without an address.
    pub why: String,
}

/// Why a message is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// It is too long, or no message.
    #[error("this is no message that can be read")]
    Unreadable,
    /// It was not sent to an address for such messages.
    #[error("this was sent to no address that a mail of ours named, or a council has no [alerts] bounces")]
    Elsewhere,
    /// It was sent to one that we have not made.
    #[error("this was sent to an address that we have not made")]
    Forged,
}

/// Where what happens to a mail is told, if the council has an address for it.
#[must_use]
pub fn sender(secret: &Secret, council: &Council, batch: Uuid) -> Option<String> {
    let (name, domain) = council.alerts.bounces.as_ref()?.rsplit_once('@')?;
    let id = BASE32_NOPAD.encode(batch.as_bytes());
    let code = secret.bounce_code(&council.id, batch);
    Some(format!("{name}+{id}.{code}@{domain}").to_lowercase())
}

/// The mail that an address names, if it is one of this council's; or that its code is none.
fn named(secret: &Secret, council: &Council, address: &str) -> Option<Result<Uuid, Unknown>> {
    let (name, domain) = council.alerts.bounces.as_ref()?.rsplit_once('@')?;
    // Mail servers may write both as they like.
    let address = address.trim().trim_matches(['<', '>']).to_lowercase();
    let (local, at) = address.rsplit_once('@')?;
    let token = local.strip_prefix(&name.to_lowercase())?.strip_prefix('+')?;
    if at != domain.to_lowercase() {
        return None;
    }
    let made = |token: &str| {
        let (id, _) = token.split_once('.')?;
        let id = BASE32_NOPAD.decode(id.to_uppercase().as_bytes()).ok()?;
        let id = Uuid::from_slice(&id).ok()?;
        // The whole of it is made anew: how long it takes to compare says nothing of the code.
        let ours = sender(secret, council, id)?;
        bool::from(crate::secret::hash(ours.as_bytes()).ct_eq(&crate::secret::hash(address.as_bytes())))
            .then_some(id)
    };
    Some(made(token).ok_or(Unknown::Forged))
}

/// Reads a message that came back: the council, and what did not get through; none where it says something else, such as
/// that it takes longer, or that somebody is away. `to` is where it was sent to, where the mail server says so.
///
/// # Errors
/// [`Unknown`].
pub fn read(
    secret: &Secret,
    councils: &[Arc<Served>],
    raw: &[u8],
    to: Option<&str>,
) -> Result<Option<(String, Bounced)>, Unknown> {
    if raw.len() > LONGEST {
        return Err(Unknown::Unreadable);
    }
    let message = MessageParser::default().parse(raw).ok_or(Unknown::Unreadable)?;
    let addresses = match to {
        Some(to) => vec![to.to_owned()],
        None => sent_to(&message),
    };
    let mut forged = false;
    for address in &addresses {
        for served in councils {
            match named(secret, &served.council, address) {
                Some(Ok(batch)) => {
                    let why = reason(&message, 0);
                    return Ok(why.map(|why| (served.council.id.clone(), Bounced { batch, why })));
                }
                Some(Err(_)) => forged = true,
                None => {}
            }
        }
    }
    Err(if forged { Unknown::Forged } else { Unknown::Elsewhere })
}

fn sent_to(message: &Message<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for name in SENT_TO {
        for value in message.header_values(name) {
            match value {
                HeaderValue::Address(addresses) => {
                    all.extend(addresses.iter().filter_map(|one| one.address()).map(ToOwned::to_owned));
                }
                HeaderValue::Text(text) => all.push(text.clone().into_owned()),
                _ => {}
            }
        }
    }
    all
}

/// Why it never gets through, if the message says that it does not.
fn reason(message: &Message<'_>, depth: usize) -> Option<String> {
    let is_report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
    });
    for part in &message.parts {
        let kind = part.content_type();
        let is_status = kind.is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|subtype| {
                    ["delivery-status", "global-delivery-status"]
                        .iter()
                        .any(|status| subtype.eq_ignore_ascii_case(status))
                })
        });
        if is_report && is_status {
            // It says so, one way or the other.
            return failed(part.contents());
        }
        if let PartType::Message(inner) = &part.body
            && is_report
            && depth < DEEPEST
            && let Some(why) = reason(inner, depth + 1)
        {
            return Some(why);
        }
    }
    // Exim, of old, says it in a header alone.
    let failed = message.header_values("X-Failed-Recipients").next().is_some();
    (depth == 0 && failed).then(|| "a mail server sent it back".to_owned())
}

/// What a report says of those that it is about, if one of them did not get it and never will.
fn failed(report: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(report).replace("\r\n", "\n");
    text.split("\n\n").find_map(|group| {
        let head = format!("{}\n\n", group.trim_start());
        let fields = MessageParser::default().parse(head.as_bytes())?;
        let field = |name: &str| fields.header_raw(name).map(|raw| raw.trim().to_lowercase());
        // What was delayed, handed on or delivered has not failed.
        if !field("Action")?.starts_with("failed") {
            return None;
        }
        let status = field("Status").unwrap_or_default();
        let status: String =
            status.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(11).collect();
        Some(match status.as_str() {
            "" => "a mail server sent it back".to_owned(),
            status => format!("a mail server sent it back ({status}{})", meaning(status)),
        })
    })
}

/// What a status of RFC 3463 means to staff, where it is a usual one.
fn meaning(status: &str) -> &'static str {
    let subject = status.split_once('.').map_or("", |(_, subject)| subject);
    match subject {
        "1.1" | "1.10" | "1.6" => ": there is no such mailbox",
        "1.2" => ": there is no such mail server",
        "2.1" => ": the mailbox is closed",
        "2.2" => ": the mailbox is full",
        "4.1" | "4.4" | "4.7" => ": the mail server could not be reached for days",
        detail if detail.starts_with("7.") => ": the mail server does not take our mails",
        _ => "",
    }
}

impl Bounced {
    pub(super) async fn settle(self, state: &AppState, served: &Served) -> Ended {
        let settled: Result<(), StoreError> = async {
            let store = state.db.council(&served.council.id);
            delivery::not_through(state, served, &store, self.batch, self.why).await
        }
        .await;
        match settled {
            Ok(()) => Ended::Done,
            Err(error) => Ended::Retry(error.to_string()),
        }
    }
}
