//! Mails about money that went back.

use chrono::TimeDelta;
use domain::council::Council;
use domain::money;
use serde::{Deserialize, Serialize};

use super::Letter;

/// How long it is worth sending.
pub(super) const WORTH: TimeDelta = TimeDelta::days(7);

/// Money that went back to the card that paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunded {
    /// Name of who paid; may be empty.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The payment's reference.
    pub payment: String,
    /// The request's reference.
    pub request: String,
    /// What was asked for.
    pub title: String,
    /// What went back, in pence.
    pub pence: i64,
    /// What was paid, in pence.
    pub paid: i64,
    /// Why; may be empty.
    pub reason: String,
    /// Where the request is followed.
    pub link: String,
}

impl Refunded {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, payment, request, title, pence, paid, reason, link } = self;
        let greeting = if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") };
        let (back, paid) = (money::show(pence), money::show(paid));
        let mut paragraphs = vec![
            greeting,
            format!(
                "{} has sent {back} of the {paid} that you paid back to the card that you paid with. Your bank can take some days to show it.",
                council.name
            ),
        ];
        if !reason.is_empty() {
            paragraphs.push(format!("Why: {reason}"));
        }
        paragraphs.extend([
            format!("Payment reference: {payment}\nYour request: {request}"),
            "You can see it on the page of your request:".to_owned(),
            link.clone(),
            format!("If you have a question, ring {}.", council.contact.phone),
        ]);
        Letter {
            subject: format!("Refund: {back} goes back to your card for “{title}”"),
            paragraphs,
            link: Some(link),
            to: (name, email),
        }
    }
}
