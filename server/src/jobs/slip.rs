//! What a person takes home who has no address of their own here: sent once, to where they said.

use chrono::TimeDelta;
use domain::council::Council;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Letter;
use crate::adapters::mail::MailError;
use crate::adapters::notify::Kind;
use crate::state::AppState;

/// How long it is worth sending.
pub(super) const WORTH: TimeDelta = TimeDelta::days(1);

/// A slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// Where to: an e-mail address, or a phone number with its country's.
    pub to: String,
    /// What was asked for.
    pub title: String,
    /// The request's reference.
    pub reference: String,
    /// The code that goes with it.
    pub code: String,
    /// What was promised, as a sentence.
    pub promise: String,
    /// Where both are typed.
    pub site: String,
}

impl Slip {
    /// It goes out as a text message.
    pub(super) fn is_text(&self) -> bool {
        self.to.starts_with('+')
    }

    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { to, title, reference, code, promise, site } = self;
        Letter {
            subject: format!("Your slip for “{title}” ({reference})"),
            paragraphs: vec![
                "Hello,".to_owned(),
                format!("You asked {} for “{title}”. {promise}", council.name),
                format!("Reference: {reference}\nSecret code: {code}"),
                "With both you can follow your request, answer us and withdraw it, on any phone or computer:"
                    .to_owned(),
                site.clone(),
                format!(
                    "Or ring {} ({}) and say the reference.",
                    council.contact.phone, council.contact.hours
                ),
            ],
            link: Some(site),
            to: (String::new(), to),
        }
    }

    /// Sends it as a text message.
    pub(super) async fn text(self, state: &AppState, council: &Council, id: Uuid) -> Result<(), MailError> {
        let Self { to, reference, code, promise, site, .. } = self;
        let text =
            format!("{}: reference {reference}, code {code}. {promise} Follow it: {site}", council.name);
        if council.alerts.notify.is_some() {
            state.notify.send(council, Kind::Text { to: &to, text: &text }, (id, false)).await.map(drop)
        } else {
            state.mail.text(&council.id, id, &to, &text).await
        }
    }
}
