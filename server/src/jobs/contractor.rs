//! Mails to contractors about the work that was given to them.

use chrono::NaiveDate;
use domain::by::By;
use domain::council::Council;
use domain::standard::say;
use serde::{Deserialize, Serialize};

use super::Letter;

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
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, reference, title, owner, told } = self;
        let (what, said, way) = match told {
            ToContractor::Given { task, way } => {
                let said = format!("{owner} asks you to do this for us, about “{title}”:");
                ("Work for you", vec![said, task], Some(way))
            }
            ToContractor::Link(way) => {
                let said = format!(
                    "Here is a new link to the work about “{title}”. The link before no longer works."
                );
                ("Your new link", vec![said], Some(way))
            }
            ToContractor::Again { seen, way } => {
                let said = format!("{owner} looked at the work about “{title}”. It is not finished yet:");
                ("Please look at this again", vec![said, seen], Some(way))
            }
            ToContractor::Ended { reason } => {
                let said = format!(
                    "You need not do the work about “{title}” any more. Your link no longer works. Why:"
                );
                ("No longer needed", vec![said, reason], None)
            }
        };
        let mut paragraphs = vec![format!("Hello {name},")];
        paragraphs.extend(said);
        let link = way.map(|Way { link, until, complete_by }| {
            paragraphs.push(format!("We have promised that it is done by {}.", complete_by.say()));
            paragraphs.push("See where it is, tell us how it goes, and send photos here:".to_owned());
            paragraphs.push(link.clone());
            paragraphs.push(format!(
                "Whoever has this link can see this work and write about it, so do not pass it on. It works until {}.",
                say(until)
            ));
            link
        });
        paragraphs.push(format!("If something is not clear, ask {owner}. Our reference is {reference}."));
        let (phone, hours) = (&council.contact.phone, &council.contact.hours);
        paragraphs.push(format!("{}\n{phone} ({hours})", council.name));
        Letter { to: (name, email), subject: format!("{what}: {title} ({reference})"), paragraphs, link }
    }
}
