//! Telling people what happened to a request: the resident at each step, and its owner when the resident
//! says something.

use chrono::NaiveDate;
use domain::case::{Actor, Case, Event, Outcome, Recorded};
use domain::catalogue::Policy;
use domain::council::Council;
use domain::field::Value;
use domain::standard::{say, say_date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, Letter};

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Name of whom it is told; may be empty.
    pub name: String,
    /// Address.
    pub email: String,
    /// The request's reference, as shown.
    pub reference: String,
    /// The service's title.
    pub title: String,
    /// Where to read more.
    pub link: String,
    /// What to tell.
    pub told: Told,
}

/// What an alert tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// To the resident: it arrived.
    Received {
        /// Done by then.
        complete_by: NaiveDate,
        /// What happens next.
        next: Vec<String>,
    },
    /// To the resident: somebody took it.
    Taken {
        /// Who.
        by: String,
        /// Done by then.
        complete_by: NaiveDate,
    },
    /// To the resident: a message.
    Message {
        /// From whom.
        by: String,
        /// The text.
        text: String,
    },
    /// To the resident: it takes longer, or less long.
    PromiseMoved {
        /// Done by then.
        to: NaiveDate,
        /// Why.
        reason: String,
    },
    /// To the resident: it is closed.
    Closed {
        /// How.
        outcome: Outcome,
        /// What was done or why not.
        text: String,
        /// The policy that was named.
        policy: Option<Policy>,
    },
    /// To the resident: they withdrew it.
    Withdrawn,
    /// To the owner: the resident wrote.
    ResidentWrote {
        /// The text.
        text: String,
    },
    /// To the owner: the resident withdrew it.
    ResidentWithdrew,
}

/// Where links lead.
#[derive(Clone, Debug)]
pub struct Links {
    /// The resident's page of the request.
    pub resident: String,
    /// The staff's page of it.
    pub staff: String,
}

/// The alerts that follow from an event: `case` is the state after it.
#[must_use]
pub fn alerts(
    case: &Case,
    recorded: &Recorded,
    owner_email: Option<&str>,
    links: &Links,
    next: &[String],
) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if let Some(told) = for_resident(case, recorded, next)
        && let Some((name, email)) = resident(case)
    {
        alerts.push(alert(case, name, email, &links.resident, told));
    }
    if let Some(told) = for_owner(recorded)
        && let (Some(owner), Some(email)) = (&case.owner, owner_email)
    {
        alerts.push(alert(case, owner.name.clone(), email.to_owned(), &links.staff, told));
    }
    alerts
}

/// Alerts as jobs, each with an identifier.
pub fn as_jobs(alerts: Vec<Alert>, mut id: impl FnMut() -> Uuid) -> Vec<(Uuid, Job)> {
    alerts.into_iter().map(|alert| (id(), Job::Alert(Box::new(alert)))).collect()
}

fn alert(case: &Case, name: String, email: String, link: &str, told: Told) -> Alert {
    Alert {
        name,
        email,
        reference: case.submission.reference.to_string(),
        title: case.submission.title.clone(),
        link: link.to_owned(),
        told,
    }
}

/// The resident's name and address, if they gave one.
fn resident(case: &Case) -> Option<(String, String)> {
    case.submission.answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(person) => Some((person.name.clone(), person.email.clone()?)),
        _ => None,
    })
}

fn for_resident(case: &Case, recorded: &Recorded, next: &[String]) -> Option<Told> {
    match (&recorded.event, &recorded.by) {
        (Event::Submitted(submission), _) => {
            Some(Told::Received { complete_by: submission.complete_by, next: next.to_vec() })
        }
        (Event::Taken, Actor::Staff(staff)) => {
            Some(Told::Taken { by: staff.name.clone(), complete_by: case.complete_by })
        }
        (Event::Message { text }, Actor::Staff(staff)) => {
            Some(Told::Message { by: staff.name.clone(), text: text.clone() })
        }
        (Event::PromiseMoved { to, reason }, _) => {
            Some(Told::PromiseMoved { to: *to, reason: reason.clone() })
        }
        (Event::Closed(closing), _) => Some(Told::Closed {
            outcome: closing.outcome,
            text: closing.text.clone(),
            policy: closing.policy.clone(),
        }),
        (Event::Withdrawn { .. }, _) => Some(Told::Withdrawn),
        (Event::Message { .. } | Event::Taken, Actor::Resident) | (Event::Feedback(_), _) => None,
    }
}

fn for_owner(recorded: &Recorded) -> Option<Told> {
    match (&recorded.event, &recorded.by) {
        (Event::Message { text }, Actor::Resident) => Some(Told::ResidentWrote { text: text.clone() }),
        (Event::Withdrawn { .. }, _) => Some(Told::ResidentWithdrew),
        _ => None,
    }
}

impl Alert {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, reference, title, link, told } = self;
        let (subject, mut said) = told.words(&title, &reference);
        let mut paragraphs = vec![if name.is_empty() { "Hello,".into() } else { format!("Hello {name},") }];
        paragraphs.append(&mut said);
        paragraphs.push("You can see everything about this request here:".into());
        paragraphs.push(link.clone());
        paragraphs.push(format!("Your reference is {reference}."));
        paragraphs.push(format!("{}\n{} ({})", council.name, council.contact.phone, council.contact.hours));
        Letter { to: (name, email), subject, paragraphs, link: Some(link) }
    }
}

impl Told {
    fn words(self, title: &str, reference: &str) -> (String, Vec<String>) {
        let subject = |what: &str| format!("{what}: {title} ({reference})");
        match self {
            Self::Received { complete_by, next } => {
                let promise =
                    format!("We have your request “{title}”. We will finish by {}.", say(complete_by));
                (subject("We have your request"), std::iter::once(promise).chain(next).collect())
            }
            Self::Taken { by, complete_by } => (
                subject("Somebody is working on your request"),
                vec![format!(
                    "{by} now looks after your request “{title}”. We will finish by {}.",
                    say(complete_by)
                )],
            ),
            Self::Message { by, text } => (
                subject("A message about your request"),
                vec![
                    format!("{by} wrote to you about “{title}”:"),
                    text,
                    "You can answer on the page of your request.".into(),
                ],
            ),
            Self::PromiseMoved { to, reason } => (
                subject("A new date for your request"),
                vec![
                    format!("We will now finish “{title}” by {}.", say(to)),
                    format!("Why: {reason}"),
                    "We are sorry if this is later than you hoped.".into(),
                ],
            ),
            Self::Closed { outcome, text, policy } => {
                let what = match outcome {
                    Outcome::Done => "Done",
                    Outcome::DeclinedByPolicy => "We can't do what you asked",
                    Outcome::NotOurs => "Somebody else has to do this",
                    Outcome::Duplicate => "We already know about this",
                    Outcome::Withdrawn => "Closed at your wish",
                };
                let mut said = vec![format!("Your request “{title}” is closed. {what}."), text];
                if let Some(policy) = policy {
                    said.push(format!(
                        "Our policy: {}, version {}, {}.\n{}",
                        policy.name,
                        policy.version,
                        say_date(policy.date),
                        policy.text
                    ));
                    said.push(format!("What you can do instead: {}", policy.instead));
                }
                said.push("How did it go? One question, on the page of your request.".into());
                (subject(what), said)
            }
            Self::Withdrawn => (
                subject("Withdrawn"),
                vec![format!("You withdrew your request “{title}”. We have stopped working on it.")],
            ),
            Self::ResidentWrote { text } => (
                subject("The resident wrote"),
                vec![format!("The resident wrote to you about “{title}”:"), text],
            ),
            Self::ResidentWithdrew => (
                subject("The resident withdrew this"),
                vec![format!("The resident withdrew the request “{title}”. There is nothing left to do.")],
            ),
        }
    }
}
