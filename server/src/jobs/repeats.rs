//! The mail to a manager that says that a resident had to come back about the same thing. It names nobody.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::alert::{Alert, Reader, Told};

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
    pub(super) fn alert(self) -> Alert {
        let Self { name, email, service, times, link, .. } = self;
        let told = Told::Repeats { times };
        Alert {
            name,
            email,
            reference: String::new(),
            title: service,
            link,
            told,
            reader: Reader::default(),
            instead_of: String::new(),
        }
    }
}
