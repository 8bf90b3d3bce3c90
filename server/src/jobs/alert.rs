//! Telling people what happened to a request: the resident at each step, and its owner when the resident
//! says something.

use chrono::NaiveDate;
use domain::case::{Actor, Case, Event, Outcome, Recorded};
use domain::catalogue::Policy;
use domain::council::Council;
use domain::field::{Person, Value};
use domain::standard::{say, say_date};
use domain::validate::email_in;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, Letter};
use crate::store::requests::Happened;

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
        /// Who sent it for them, if they did not themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
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
    /// To the resident: somebody who acts for them withdrew it.
    WithdrawnFor {
        /// Who.
        by: String,
    },
    /// To somebody who watches it: they asked for it.
    Watching {
        /// Done by then.
        complete_by: NaiveDate,
    },
    /// To somebody who watches it: somebody works on it.
    WatchedTaken,
    /// To somebody who watches it: another date.
    WatchedMoved {
        /// Done by then.
        to: NaiveDate,
    },
    /// To somebody who watches it: it is closed.
    WatchedClosed {
        /// How.
        outcome: Outcome,
    },
    /// To the owner: the resident wrote.
    ResidentWrote {
        /// The text.
        text: String,
        /// Who wrote it for the resident, if they did not themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// To the owner: the resident withdrew it.
    ResidentWithdrew,
    /// To the owner: somebody gave it to them.
    HandedOver {
        /// Who.
        by: String,
        /// Done by then.
        complete_by: NaiveDate,
    },
    /// To the resident: every department that it was passed on to has finished.
    PartsFinished,
    /// To the resident: they withdrew it, with the parts that were still open.
    WithdrawnWithParts,
}

impl Told {
    /// Whether it is told to somebody who watches the request.
    pub(super) fn is_to_watcher(&self) -> bool {
        matches!(
            self,
            Self::Watching { .. }
                | Self::WatchedTaken
                | Self::WatchedMoved { .. }
                | Self::WatchedClosed { .. }
        )
    }
}

/// Where links lead.
#[derive(Clone, Debug)]
pub struct Links {
    /// The resident's page of the request.
    pub resident: String,
    /// The staff's page of it.
    pub staff: String,
}

/// What the resident is told when a request arrived. `account` is the address of the account that it is in.
#[must_use]
pub fn received(case: &Case, account: Option<&str>, links: &Links, next: Vec<String>) -> Option<Alert> {
    let by = case.helper.as_ref().map(|helper| helper.name.clone());
    let told = Told::Received { complete_by: case.complete_by, next, by };
    resident(case, account, false).map(|(name, email)| alert(case, name, email, &links.resident, told))
}

/// The alerts that follow from an event after that.
#[must_use]
pub fn alerts(happened: &Happened, links: &Links) -> Vec<Alert> {
    let Happened { case, recorded, follows, owner_email, account_email, has_moved, .. } = happened;
    let mut alerts = Vec::new();
    // Of what a part withdraws with the whole, the resident knows.
    let is_told = !(*follows && matches!(recorded.event, Event::Withdrawn { .. }));
    if is_told
        && let Some(told) = for_resident(case, recorded)
        && let Some((name, email)) = resident(case, account_email.as_deref(), *has_moved)
    {
        alerts.push(alert(case, name, email, &links.resident, told));
    }
    if let Some(told) = for_owner(recorded, case.complete_by)
        && let (Some(owner), Some(email)) = (&case.owner, owner_email)
    {
        alerts.push(alert(case, owner.name.clone(), email.clone(), &links.staff, told));
    }
    alerts
}

/// What somebody who watches a request is told of an event: no words of the resident's or of staff's.
#[must_use]
pub fn for_watcher(Happened { case, recorded, .. }: &Happened, email: String, link: &str) -> Option<Alert> {
    let told = match &recorded.event {
        Event::Taken | Event::HandedOver { .. } => Told::WatchedTaken,
        Event::PromiseMoved { to, .. } => Told::WatchedMoved { to: *to },
        Event::Closed(closing) => Told::WatchedClosed { outcome: closing.outcome },
        Event::Withdrawn { .. } => Told::WatchedClosed { outcome: Outcome::Withdrawn },
        Event::Submitted(_) | Event::Message { .. } | Event::PartMoved { .. } | Event::Feedback(_) => {
            return None;
        }
    };
    Some(alert(case, String::new(), email, link, told))
}

/// Alerts as jobs, each with an identifier.
pub fn as_jobs(alerts: impl IntoIterator<Item = Alert>, mut id: impl FnMut() -> Uuid) -> Vec<(Uuid, Job)> {
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

/// Who is told of what somebody sent for another: whose account it is in, whatever they typed; nobody, where that is closed.
fn of_account(email: Option<&str>) -> Option<(String, String)> {
    email.map(|email| (String::new(), email.to_owned()))
}

/// The resident's name and address, if they gave one. Other names in a form may be somebody else's.
/// Who has changed the address of their account is told there, and at the old one no more.
fn resident(case: &Case, account: Option<&str>, has_moved: bool) -> Option<(String, String)> {
    if case.helper.is_some() || has_moved {
        return of_account(account);
    }
    let answers = &case.submission.answers;
    let email = email_in(answers)?.to_owned();
    let name = answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(Person { name, .. }) => Some(name.clone()),
        _ => None,
    });
    Some((name.unwrap_or_default(), email))
}

fn for_resident(case: &Case, recorded: &Recorded) -> Option<Told> {
    match (&recorded.event, &recorded.by) {
        (Event::Taken, Actor::Staff(staff)) => {
            Some(Told::Taken { by: staff.name.clone(), complete_by: case.complete_by })
        }
        (Event::HandedOver { to }, _) => {
            Some(Told::Taken { by: to.name.clone(), complete_by: case.complete_by })
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
        (Event::Withdrawn { .. }, Actor::Helper(by)) => Some(Told::WithdrawnFor { by: by.name.clone() }),
        (Event::Withdrawn { .. }, _) if !case.parts.is_empty() => Some(Told::WithdrawnWithParts),
        (Event::Withdrawn { .. }, _) => Some(Told::Withdrawn),
        (Event::PartMoved { .. }, _) if !case.status.is_open() && case.parts.len() > 1 => {
            Some(Told::PartsFinished)
        }
        (Event::Message { .. } | Event::Taken, Actor::Resident | Actor::Helper(_))
        | (Event::Submitted(_) | Event::PartMoved { .. } | Event::Feedback(_), _) => None,
    }
}

fn for_owner(recorded: &Recorded, complete_by: NaiveDate) -> Option<Told> {
    match (&recorded.event, &recorded.by) {
        (Event::Message { text }, Actor::Resident) => {
            Some(Told::ResidentWrote { text: text.clone(), by: None })
        }
        (Event::Message { text }, Actor::Helper(by)) => {
            Some(Told::ResidentWrote { text: text.clone(), by: Some(by.name.clone()) })
        }
        (Event::Withdrawn { .. }, _) => Some(Told::ResidentWithdrew),
        (Event::HandedOver { to }, Actor::Staff(by)) if by.id != to.id => {
            Some(Told::HandedOver { by: by.name.clone(), complete_by })
        }
        _ => None,
    }
}

impl Alert {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, reference, title, link, told } = self;
        let is_watching = told.is_for_watcher();
        let (subject, mut said) = told.words(&title, &reference);
        let mut paragraphs = vec![if name.is_empty() { "Hello,".into() } else { format!("Hello {name},") }];
        paragraphs.append(&mut said);
        if is_watching {
            paragraphs.push("You can see where it stands, or stop these emails, here:".into());
            paragraphs.push(link.clone());
        } else {
            paragraphs.push("You can see everything about this request here:".into());
            paragraphs.push(link.clone());
            paragraphs.push(format!("Your reference is {reference}."));
        }
        paragraphs.push(format!("{}\n{} ({})", council.name, council.contact.phone, council.contact.hours));
        Letter { to: (name, email), subject, paragraphs, link: Some(link) }
    }
}

impl Told {
    fn is_for_watcher(&self) -> bool {
        matches!(
            self,
            Self::Watching { .. }
                | Self::WatchedTaken
                | Self::WatchedMoved { .. }
                | Self::WatchedClosed { .. }
        )
    }

    #[expect(clippy::too_many_lines, reason = "a list of mails, one after the other")]
    fn words(self, title: &str, reference: &str) -> (String, Vec<String>) {
        let subject = |what: &str| format!("{what}: {title} ({reference})");
        match self {
            Self::Received { complete_by, next, by } => {
                let promise =
                    format!("We have your request “{title}”. We will finish by {}.", say(complete_by));
                let by =
                    by.map(|by| format!("{by}, who acts for you, sent it. You find it in your account."));
                let said = std::iter::once(promise).chain(by).chain(next).collect();
                (subject("We have your request"), said)
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
                let what = ended(outcome);
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
            Self::WithdrawnFor { by } => (
                subject("Withdrawn"),
                vec![format!(
                    "{by}, who acts for you, withdrew your request “{title}”. Whoever had not finished has stopped working on it."
                )],
            ),
            Self::Watching { complete_by } => (
                format!("We will tell you what happens: {title}"),
                vec![
                    format!(
                        "Somebody had told us already, and you asked to hear about it: “{title}”. We will finish by {}.",
                        say(complete_by)
                    ),
                    "If it was not you who asked, do nothing, or stop these emails with the link below."
                        .into(),
                ],
            ),
            Self::WatchedTaken => (
                format!("Somebody is working on it: {title}"),
                vec![format!("Somebody now looks after “{title}”, which you asked to hear about.")],
            ),
            Self::WatchedMoved { to } => (
                format!("A new date: {title}"),
                vec![format!("We will now finish “{title}”, which you asked to hear about, by {}.", say(to))],
            ),
            Self::WatchedClosed { outcome } => {
                let what = ended_for_watcher(outcome);
                (
                    format!("Closed: {title}"),
                    vec![format!("“{title}”, which you asked to hear about, is closed. {what}")],
                )
            }
            Self::ResidentWrote { text, by } => {
                let by = by.map_or_else(
                    || "The resident".to_owned(),
                    |by| format!("{by}, who acts for the resident,"),
                );
                (subject("The resident wrote"), vec![format!("{by} wrote to you about “{title}”:"), text])
            }
            Self::ResidentWithdrew => (
                subject("The resident withdrew this"),
                vec![format!("The resident withdrew the request “{title}”. There is nothing left to do.")],
            ),
            Self::HandedOver { by, complete_by } => (
                subject("This request is yours now"),
                vec![format!("{by} gave you “{title}”. It is promised by {}.", say(complete_by))],
            ),
            Self::PartsFinished => (
                subject("Everybody you told has finished"),
                vec![format!(
                    "Every department that we passed “{title}” on to has finished, and told you what it did. The page of your request shows them all."
                )],
            ),
            Self::WithdrawnWithParts => (
                subject("Withdrawn"),
                vec![format!(
                    "You withdrew your request “{title}”. The departments that had not finished have stopped. What others had changed already stays changed."
                )],
            ),
        }
    }
}

/// How a request ended, for its resident.
fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::DeclinedByPolicy => "We can't do what you asked",
        Outcome::NotOurs => "Somebody else has to do this",
        Outcome::Duplicate => "We already know about this",
        Outcome::Withdrawn => "Closed at your wish",
    }
}

/// The same for somebody who watches it.
fn ended_for_watcher(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "It is done.",
        Outcome::DeclinedByPolicy => "Our policy does not let us do it.",
        Outcome::NotOurs => "Somebody else has to do it.",
        Outcome::Duplicate => "It had been reported before, and goes on there.",
        Outcome::Withdrawn => {
            "The person who told us no longer needs it. If it is still there, tell us again."
        }
    }
}
