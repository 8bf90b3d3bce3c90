//! Receipts of payments by card.

use chrono::{NaiveDate, TimeDelta};
use domain::council::Council;
use domain::money;
use domain::standard::say_date;
use serde::{Deserialize, Serialize};

use super::Letter;

/// How long it is worth sending.
pub(super) const WORTH: TimeDelta = TimeDelta::days(7);

/// A payment that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Name of who paid; may be empty.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The payment's reference.
    pub payment: String,
    /// The request's reference; empty where it is for none.
    pub request: String,
    /// What was asked for.
    pub title: String,
    /// What was paid, line by line, in pence.
    pub lines: Vec<(String, i64)>,
    /// The sum in pence.
    pub pence: i64,
    /// When.
    pub day: NaiveDate,
    /// Where the request is followed.
    pub link: String,
}

impl Receipt {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, payment, request, title, lines, pence, day, link } = self;
        let greeting = if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") };
        let lines: Vec<String> =
            lines.into_iter().map(|(label, pence)| format!("{label}: {}", money::show(pence))).collect();
        let sum = money::show(pence);
        Letter {
            subject: format!("Receipt: you paid {sum} for “{title}”"),
            paragraphs: vec![
                greeting,
                format!(
                    "Thank you. {} has your payment of {sum}, made by card on {}.",
                    council.name,
                    say_date(day)
                ),
                lines.join("\n"),
                match request.as_str() {
                    "" => format!("Payment reference: {payment}"),
                    request => format!("Payment reference: {payment}\nYour request: {request}"),
                },
                match request.as_str() {
                    "" => "You can look it up here:".to_owned(),
                    _ => "You can see it on the page of your request:".to_owned(),
                },
                link.clone(),
                format!("If you did not make this payment, ring {}.", council.contact.phone),
            ],
            link: Some(link),
            to: (name, email),
        }
    }
}
