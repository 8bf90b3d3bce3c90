//! The mail to a manager that says that a resident had to come back about the same thing. It names nobody.

use chrono::TimeDelta;
use domain::council::Council;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Letter;

/// How long it is worth telling: it stands in the manager's list, too.
pub(super) const WORTH: TimeDelta = TimeDelta::days(7);

/// Somebody had to come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// The contact with which it rose.
    pub contact: Uuid,
    /// Name of the manager.
    pub name: String,
    /// Address.
    pub email: String,
    /// The service's title.
    pub service: String,
    /// How often they had to contact the council.
    pub times: u32,
    /// Where it stands until somebody says what was done.
    pub link: String,
}

impl Repeats {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, service, times, link, .. } = self;
        Letter {
            subject: format!("Somebody had to contact us {times} times: {service}"),
            paragraphs: vec![
                format!("Hello {name},"),
                format!(
                    "The same resident has contacted {} {times} times in 28 days about “{service}”. Find out what they still need, and put it right.",
                    council.name
                ),
                "It stays in your list until somebody says what was done:".to_owned(),
                link.clone(),
            ],
            link: Some(link),
            to: (name, email),
        }
    }
}
