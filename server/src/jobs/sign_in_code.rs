//! The mail with a sign-in code.

use domain::council::Council;
use serde::{Deserialize, Serialize};

use super::Letter;

/// A sign-in code to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInCode {
    /// Name of the member of staff.
    pub name: String,
    /// Address.
    pub email: String,
    /// The code.
    pub code: String,
}

impl SignInCode {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, code } = self;
        Letter {
            subject: format!("{code} is your {} security code", council.name),
            paragraphs: vec![
                format!("Hello {name},"),
                format!("{code} is your security code for the staff pages of {}. It works for 15 minutes.", council.name),
                "If you did not try to sign in, ignore this email. Nobody gets in without the code. Don't give it to anybody.".into(),
            ],
            link: None,
            to: (name, email),
        }
    }
}
