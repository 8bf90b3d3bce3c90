//! Mails to members of staff about their own ways in.

use chrono::TimeDelta;
use domain::council::Council;
use serde::{Deserialize, Serialize};

use super::Letter;

/// How long it is worth telling.
pub(super) const WORTH: TimeDelta = TimeDelta::days(7);

/// What became of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passkey {
    /// There is one more to sign in with.
    Added,
    /// There is one less.
    Removed,
}

/// Something to tell a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffNotice {
    /// Name of the member of staff.
    pub name: String,
    /// Address.
    pub email: String,
    /// What happened.
    pub passkey: Passkey,
}

impl StaffNotice {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, passkey } = self;
        let done = match passkey {
            Passkey::Added => "added to",
            Passkey::Removed => "removed from",
        };
        Letter {
            subject: format!("A passkey was {done} your {} staff account", council.name),
            paragraphs: vec![
                format!("Hello {name},"),
                format!("A passkey was {done} your account for the staff pages of {}.", council.name),
                "If it was you, you need not do anything.".to_owned(),
                "If it was not you, somebody may be using a browser in which you are signed in. Tell an admin of these pages at once. Then sign in, look at “Signing in and security”, and remove each passkey that is not yours.".to_owned(),
            ],
            link: None,
            to: (name, email),
        }
    }
}
