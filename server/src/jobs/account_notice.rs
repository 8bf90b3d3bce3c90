//! Mails about a resident's account itself: codes that prove an address, and what was changed.

use chrono::TimeDelta;
use domain::council::Council;
use serde::{Deserialize, Serialize};

use super::{Letter, account_code};

/// How long it is worth telling what was done.
const TOLD_FOR: TimeDelta = TimeDelta::days(7);

/// The same of what is said nowhere else.
const LINKS_TOLD_FOR: TimeDelta = TimeDelta::days(30);

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNotice {
    /// Address.
    pub email: String,
    /// What to tell.
    pub told: Told,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// To the address that an account is to have: the code that proves it.
    NewAddress {
        /// The code.
        code: String,
    },
    /// To the address of an account: somebody wanted it for another one.
    AddressInUse,
    /// To the address that an account had: it has another one now.
    AddressChanged,
    /// The code to close the account with.
    Closing {
        /// The code.
        code: String,
    },
    /// The account is closed.
    Closed,
    /// The same, where requests were in it whose mails had no link.
    ClosedWithLinks {
        /// Each: what it is, and where it is followed.
        links: Vec<(String, String)>,
    },
    /// Somebody has looked at a document that was to show who they are.
    Decided {
        /// It does.
        seen: bool,
    },
}

impl Told {
    /// How long it is worth sending.
    pub(super) fn worth(&self) -> TimeDelta {
        match self {
            Self::NewAddress { .. } | Self::Closing { .. } => account_code::WORKS,
            Self::AddressInUse | Self::AddressChanged | Self::Closed | Self::Decided { .. } => TOLD_FOR,
            // Nothing else says where they are followed.
            Self::ClosedWithLinks { .. } => LINKS_TOLD_FOR,
        }
    }
}

impl AccountNotice {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let (name, phone) = (&council.name, &council.contact.phone);
        let private = || "Don't give it to anybody. We never ask for it by phone or email.".to_owned();
        let (subject, paragraphs) = match self.told {
            Told::NewAddress { code } => (
                format!("{code} is your {name} security code"),
                vec![
                    format!(
                        "{code} is the code that makes this the address of your account with {name}. Enter it in the browser in which you asked for it. It works for 10 minutes, and once."
                    ),
                    private(),
                    "If it was not you, somebody typed your address, perhaps by mistake. You need not do anything: without this code nothing changes.".to_owned(),
                ],
            ),
            Told::AddressInUse => (
                format!("Somebody wanted to use your address with {name}"),
                vec![
                    format!(
                        "Somebody who is signed in to another account with {name} asked for this address to be that account's. It is your account's already, so nothing was changed."
                    ),
                    "If it was you, sign in with this address: your account is there. You can close the other one.".to_owned(),
                    format!("If it was not you, you need not do anything. If it happens again, ring us on {phone}."),
                ],
            ),
            // The new address is not named: whoever still reads the old mail may be somebody to hide from.
            Told::AddressChanged => (
                format!("The address of your {name} account was changed"),
                vec![
                    format!(
                        "Your account with {name} has another email address now. You can no longer sign in with this one, and other browsers were signed out."
                    ),
                    format!(
                        "If it was not you, ring us on {phone} ({}) as soon as you can. Somebody may have used a browser in which you were signed in.",
                        council.contact.hours
                    ),
                ],
            ),
            Told::Closing { code } => (
                format!("{code} is your {name} security code"),
                vec![
                    format!(
                        "{code} is the code to close your account with {name}. Enter it in the browser in which you asked for it. It works for 10 minutes, and once."
                    ),
                    private(),
                    format!(
                        "If you don't want to close your account, do nothing. If you did not ask for this, somebody may be using a browser in which you are signed in: sign in and choose “Sign out everywhere”, or ring us on {phone}."
                    ),
                ],
            ),
            Told::Closed => closed(council, &[]),
            Told::ClosedWithLinks { links } => closed(council, &links),
            // What it was, and why it was not enough, is not everybody's who sees the mail.
            Told::Decided { seen } => (
                format!("We have looked at what you sent to {name}"),
                vec![
                    if seen {
                        format!(
                            "You sent {name} a document to show who you are. We have looked at it, and it does. You can use every service that asks for that."
                        )
                    } else {
                        format!(
                            "You sent {name} a document to show who you are. We have looked at it, and we could not use it. Sign in to your account and choose “Who you are” to see why. You can send another one there, or show it at a desk."
                        )
                    },
                    "We have deleted our copy of the document.".to_owned(),
                    format!("If you did not send us one, ring us on {phone} ({}).", council.contact.hours),
                ],
            ),
        };
        Letter { to: (String::new(), self.email), subject, paragraphs, link: None }
    }
}

/// What is said of an account that is closed, with where requests are followed that no mail says it of.
fn closed(council: &Council, links: &[(String, String)]) -> (String, Vec<String>) {
    let (name, contact) = (&council.name, &council.contact);
    let mut said = vec![
        format!("Your account with {name} is closed. What was in it is erased, and all browsers were signed out."),
        "We keep the requests that you sent for as long as we must, as the page said. You can still follow each of them by the link in its emails.".to_owned(),
    ];
    if !links.is_empty() {
        said.push("There were no emails with a link about the requests below. You can follow them here, so keep this email. Whoever has a link can see the request and answer for you. We send no emails about these.".to_owned());
        said.extend(links.iter().map(|(about, link)| format!("{about}\n{link}")));
    }
    said.push(format!("If it was not you, ring us on {} ({}).", contact.phone, contact.hours));
    (format!("Your {name} account is closed"), said)
}
