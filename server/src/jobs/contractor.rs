//! Mails to contractors about the work that was given to them.

use chrono::NaiveDate;
use domain::by::By;
use serde::{Deserialize, Serialize};

use super::alert::{Alert, Reader, Told};

/// Something to tell a contractor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractorMail {
    /// Name of the contractor.
    pub name: String,
    /// Address.
    pub email: String,
    /// The request's reference, as shown.
    pub reference: String,
    /// The service's title.
    pub title: String,
    /// Who answers for it at the council.
    pub owner: String,
    /// What is told.
    pub told: ToContractor,
}

/// What a contractor is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToContractor {
    /// There is work to do.
    Given {
        /// What.
        task: String,
        /// The way to it.
        way: Way,
    },
    /// The link once more: the one before works no more.
    Link(Way),
    /// Somebody looked, and it is not done well.
    Again {
        /// What was seen.
        seen: String,
        /// The way to it.
        way: Way,
    },
    /// The work is theirs no more.
    Ended {
        /// Why.
        reason: String,
    },
}

/// The way to a piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The link.
    pub link: String,
    /// The last day that it works.
    pub until: NaiveDate,
    /// The day that residents were promised.
    pub complete_by: By,
}

impl ContractorMail {
    pub(super) fn alert(self) -> Alert {
        let Self { name, email, reference, title, owner, told } = self;
        let (told, link) = match told {
            ToContractor::Given { task, way: Way { link, until, complete_by } } => {
                (Told::ContractGiven { owner, task, until, complete_by }, link)
            }
            ToContractor::Link(Way { link, until, complete_by }) => {
                (Told::ContractLink { owner, until, complete_by }, link)
            }
            ToContractor::Again { seen, way: Way { link, until, complete_by } } => {
                (Told::ContractAgain { owner, seen, until, complete_by }, link)
            }
            ToContractor::Ended { reason } => (Told::ContractEnded { owner, reason }, String::new()),
        };
        Alert {
            name,
            email,
            reference,
            title,
            link,
            told,
            reader: Reader::default(),
            instead_of: String::new(),
        }
    }
}
