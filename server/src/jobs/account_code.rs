//! The mail with a code for a resident.

use chrono::TimeDelta;
use domain::council::Council;
use serde::{Deserialize, Serialize};

use super::Letter;

/// How long a resident's code works.
pub const WORKS: TimeDelta = TimeDelta::minutes(10);

/// A code to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCode {
    /// Address.
    pub email: String,
    /// The code.
    pub code: String,
}

impl AccountCode {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { email, code } = self;
        let (name, phone) = (&council.name, &council.contact.phone);
        Letter {
            subject: format!("{code} is your {name} security code"),
            paragraphs: vec![
                format!(
                    "{code} is the security code for your account with {name}. Enter it in the browser in which you asked for it. It works for 10 minutes, and once."
                ),
                "Don't give it to anybody. We never ask for it by phone or email.".into(),
                format!(
                    "If it was not you, somebody typed your address, perhaps by mistake. You need not do anything: without this code nobody gets in. If it happens again, ring us on {phone}."
                ),
            ],
            link: None,
            to: (String::new(), email),
        }
    }
}
