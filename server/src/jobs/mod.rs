//! Jobs: what an event asks for besides being written down. One file each; every job says itself whether to
//! try again.

pub mod account_code;
pub mod account_notice;
pub mod alert;
pub mod bounced;
pub mod clock;
pub mod contractor;
pub mod delivery;
pub mod digest;
pub mod figures;
pub mod left;
pub mod paying;
mod push;
pub mod receipt;
pub mod reconcile;
pub mod refunded;
pub mod repeats;
pub mod retention;
pub mod runner;
pub mod sign_in_code;
pub mod slip;
pub mod staff_notice;
pub mod sweep;

use std::slice;

use chrono::{DateTime, TimeDelta, Utc};
use domain::alert::Channel;
use domain::field::contact::same_email_key;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::adapters::mail::{Mail, MailError};
use crate::councils::{ENGLISH, Served};
use crate::routes::staff_sign_in;
use crate::state::AppState;
use crate::store::deliveries::NewDelivery;
use crate::store::jobs::Claimed;
use crate::words::compose::{Mails, compose};

/// A job, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "job")]
pub enum Job {
    /// Tell somebody what happened to a request.
    Alert(Box<alert::Alert>),
    /// Send a sign-in code to a member of staff.
    SignInCode(sign_in_code::SignInCode),
    /// Send a sign-in code to a resident.
    AccountCode(account_code::AccountCode),
    /// Tell a resident something about their account.
    AccountNotice(account_notice::AccountNotice),
    /// Tell a member of staff something about theirs.
    StaffNotice(staff_notice::StaffNotice),
    /// Tell a manager that a resident had to come back about the same thing.
    Repeats(repeats::Repeats),
    /// Tell a contractor something about the work that was given to them.
    Contractor(contractor::ContractorMail),
    /// Note that a mail did not get through.
    Bounced(bounced::Bounced),
    /// Tell somebody what waits in a week.
    Digest(Box<digest::Digest>),
    /// Give back to the team what somebody has who does not work on it any more.
    Left(left::Left),
    /// Send a receipt to who paid.
    Receipt(receipt::Receipt),
    /// Send what a request can be followed by to who asks for it.
    Slip(slip::Slip),
    /// Tell who paid that money went back.
    Refunded(refunded::Refunded),
    /// Tell finance that the books of a day differ from the card service's.
    RedBooks(Box<reconcile::RedBooks>),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// Done; forget it.
    Done,
    /// Done: it goes out in these ways.
    Goes(Vec<NewDelivery>),
    /// Not now: try again later.
    Retry(String),
    /// It can never be done; trying again would change nothing.
    Never(String),
    /// It is worth nothing any more: a code that no longer works, news that are old.
    Late,
}

impl Job {
    /// How long it is worth doing. What is told of a request has no end of its own: it goes with the request.
    fn worth(&self) -> Option<TimeDelta> {
        match self {
            Self::Alert(_) | Self::Contractor(_) | Self::Bounced(_) | Self::Left(_) => None,
            Self::SignInCode(_) => Some(staff_sign_in::CODE_WORKS),
            Self::AccountCode(_) => Some(account_code::WORKS),
            Self::AccountNotice(notice) => Some(notice.told.worth()),
            Self::StaffNotice(_) => Some(staff_notice::WORTH),
            Self::Repeats(_) => Some(repeats::WORTH),
            Self::Digest(_) => Some(digest::WORTH),
            Self::Receipt(_) => Some(receipt::WORTH),
            Self::Slip(_) => Some(slip::WORTH),
            Self::Refunded(_) => Some(refunded::WORTH),
            Self::RedBooks(_) => Some(reconcile::WORTH),
        }
    }

    /// Whether a job that was asked for under this identifier, which holds the moment, is worth nothing any more.
    fn is_late(&self, id: Uuid, now: DateTime<Utc>) -> bool {
        self.worth().zip(asked_at(id)).is_some_and(|(worth, asked)| asked + worth <= now)
    }

    /// Whether it tells somebody at an address about an account there, or about a request that they watch. What is told
    /// of a request to who sent it is not: it is how they follow it.
    #[must_use]
    pub fn is_for_account(&self, email_key: &str) -> bool {
        let to = match self {
            Self::AccountCode(code) => &code.email,
            Self::AccountNotice(notice) => &notice.email,
            Self::Alert(alert) if alert.told.is_to_watcher() => &alert.email,
            Self::Alert(_)
            | Self::SignInCode(_)
            | Self::StaffNotice(_)
            | Self::Repeats(_)
            | Self::Contractor(_)
            | Self::Bounced(_)
            | Self::Digest(_)
            | Self::Receipt(_)
            | Self::Slip(_)
            | Self::Refunded(_)
            | Self::RedBooks(_)
            | Self::Left(_) => return false,
        };
        same_email_key(to) == email_key
    }

    async fn run(self, state: &AppState, claimed: &Claimed) -> Ended {
        if self.is_late(claimed.id, state.now()) {
            return Ended::Late;
        }
        let Some(served) = state.councils.by_id(&claimed.council) else {
            return Ended::Retry("this server does not know the council".into());
        };
        let letter = match self {
            Self::Alert(alert) => return delivery::route(state, &served, claimed, *alert).await,
            Self::Left(left) => return left.run(state, &served).await,
            Self::Bounced(bounced) => return bounced.settle(state, &served).await,
            Self::SignInCode(code) => code.letter(&served.council),
            Self::AccountCode(code) => code.letter(&served.council),
            Self::AccountNotice(notice) => notice.letter(&served.council),
            Self::StaffNotice(notice) => notice.letter(&served.council),
            Self::Repeats(told) => Letter::of(&served, told.alert()),
            Self::Contractor(mail) => Letter::of(&served, mail.alert()),
            Self::Digest(digest) => Letter::of(&served, digest.alert(&served.council)),
            Self::Receipt(receipt) => receipt.letter(&served.council),
            Self::Slip(slip) if slip.is_text() => {
                return ended(slip.text(state, &served.council, claimed.id).await);
            }
            Self::Slip(slip) => slip.letter(&served.council),
            Self::Refunded(refunded) => refunded.letter(&served.council),
            Self::RedBooks(books) => books.letter(&served.council),
        };
        let said = Mails {
            paragraphs: letter.paragraphs,
            links: letter.link.into_iter().collect(),
            language: ENGLISH.to_owned(),
            ..Mails::default()
        };
        let mail = Mail {
            id: claimed.id,
            council: claimed.council.clone(),
            from: (served.council.name.clone(), served.council.contact.email.clone()),
            bounces: None,
            to: letter.to,
            subject: letter.subject,
            text: said.paragraphs.join("\n\n") + "\n",
            html: html(&said),
        };
        ended(state.mail.send(mail).await)
    }
}

fn ended(sent: Result<(), MailError>) -> Ended {
    match sent {
        Ok(()) => Ended::Done,
        Err(error @ MailError::Never(_)) => Ended::Never(error.to_string()),
        Err(error @ MailError::NotNow(_)) => Ended::Retry(error.to_string()),
    }
}

/// The moment at which something was asked for: its identifier holds it.
fn asked_at(id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(seconds.cast_signed(), nanos)
}

/// A letter: who it goes to and what it says, one paragraph each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Name (may be empty) and address.
    pub to: (String, String),
    /// Subject.
    pub subject: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// The paragraph that becomes a link. No other does: a web address that a person typed stays text.
    pub link: Option<String>,
}

impl Letter {
    /// What the table of words makes of something that is told.
    fn of(served: &Served, alert: alert::Alert) -> Self {
        let mails = compose(&served.wording, slice::from_ref(&alert), Channel::Email);
        Self {
            to: (alert.name, alert.email),
            subject: mails.subject,
            paragraphs: mails.paragraphs,
            link: mails.links.into_iter().next(),
        }
    }
}

/// A mail as HTML. Each paragraph is written in the direction of its own words.
pub(crate) fn html(mails: &Mails) -> String {
    let Mails { paragraphs, links, language, line, large, .. } = mails;
    let size = if *large { " style=\"font-size:150%\"" } else { "" };
    let mut html = format!("<!doctype html><html lang=\"{}\"><body{size}>", escape(language));
    for paragraph in paragraphs {
        let text = escape(paragraph).replace('\n', "<br>");
        // What is no language of the web is told in English.
        let other = line.as_ref().filter(|(other, said)| other.len() == 2 && said == paragraph);
        let lang = other.map(|(other, _)| format!(" lang=\"{}\"", escape(other))).unwrap_or_default();
        if links.contains(paragraph) {
            html.extend(["<p><a href=\"", &text, "\">", &text, "</a></p>"]);
        } else {
            html.extend(["<p dir=\"auto\"", &lang, ">", &text, "</p>"]);
        }
    }
    html + "</body></html>"
}

/// Text made safe to stand in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
