//! Telling people what happened to a request: the resident at each step, and its owner when the resident
//! says something.

use chrono::NaiveDate;
use domain::alert::Matter;
use domain::case::{
    Actor, Age, Case, Cause, Closing, Event, GoesOn, Outcome, Owner, Recorded, Rung, Status, Why,
};
use domain::council::Council;
use domain::field::{Person, Value};
use domain::standard::{say, say_date};
use domain::validate::{Answer, email_in};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, Letter};
use crate::store::requests::Happened;

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Name of whom it is told; may be empty.
    pub name: String,
    /// Address; empty where they gave none, and are told in another way.
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
    Closed(Box<Closing>),
    /// To the resident: work is planned.
    Planned {
        /// For this day.
        on: NaiveDate,
    },
    /// To the resident: work has begun.
    Begun,
    /// To the resident: a contractor does the work.
    Contracted {
        /// Who.
        by: String,
    },
    /// To the resident: the contractor says that it is done, and it is not closed yet.
    WorkDone {
        /// Who.
        by: String,
        /// Somebody of the council looks at it first.
        check: bool,
    },
    /// To the resident of a duplicate: the request in which it goes on got further, or moved its date.
    GoesOn {
        /// Where it stands.
        status: Status,
        /// Done by then.
        to: NaiveDate,
    },
    /// To the resident: we can't go on without an answer.
    Asked {
        /// The question.
        question: String,
        /// Whoever asks.
        by: String,
    },
    /// To the resident: what becomes of a request that was open for too long.
    Decided {
        /// What.
        text: String,
        /// Done by then.
        to: NaiveDate,
    },
    /// To the resident: it is open again.
    Reopened {
        /// Done by then.
        to: NaiveDate,
    },
    /// To the resident: what time did.
    ByTheClock(Box<ByTheClock>),
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
    /// To the owner: the resident answered.
    ResidentAnswered {
        /// What.
        text: String,
        /// Done by then.
        complete_by: NaiveDate,
    },
    /// To the owner: the resident says that it is not over.
    ResidentReopened {
        /// Why.
        reason: String,
        /// Done by then.
        complete_by: NaiveDate,
    },
    /// To the owner: the resident put something right or added to it.
    ResidentAmended,
    /// To somebody it is offered to.
    Offered {
        /// Who offers it.
        by: String,
        /// Why.
        reason: String,
    },
    /// To the owner: what they offered was not taken.
    OfferEnded {
        /// Why; empty where nobody answered.
        reason: String,
    },
    /// To who leads the department: the owner would close it so, and needs their word.
    Proposed {
        /// Who would.
        by: String,
    },
    /// To the owner: it is not to be closed so.
    SentBack {
        /// Who says so.
        by: String,
        /// Why.
        reason: String,
    },
    /// To the owner: the contractor wrote, or says that it is done.
    ContractorSaid {
        /// Who.
        by: String,
        /// What.
        text: String,
        /// They say that it is done.
        done: bool,
    },
    /// To the owner: it is due soon.
    DueSoon {
        /// By then.
        by: NaiveDate,
    },
    /// To the owner: the promised day was missed.
    Missed {
        /// That day.
        from: NaiveDate,
        /// The day promised instead.
        to: NaiveDate,
    },
    /// To whom it went up.
    Up {
        /// Why.
        cause: Cause,
        /// Whoever has it.
        owner: Option<String>,
        /// Done by then.
        complete_by: NaiveDate,
    },
    /// To the senior manager and the portfolio holder: it has been open for long.
    Aged {
        /// How long.
        age: Age,
        /// Since then.
        since: NaiveDate,
        /// The department's name.
        department: String,
    },
    /// To the resident: every department that it was passed on to has finished.
    PartsFinished,
    /// To the resident: they withdrew it, with the parts that were still open.
    WithdrawnWithParts,
}

/// What time did to a request, for one message to its resident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ByTheClock {
    /// The day that was missed last, the day promised instead, and why.
    pub missed: Option<(NaiveDate, NaiveDate, Why)>,
    /// How far it went up, and to whom.
    pub up: Option<(Rung, String)>,
    /// How long it has been open.
    pub age: Option<Age>,
    /// The question that they are reminded of.
    pub reminded: Option<String>,
    /// It ended without an answer.
    pub ended: Option<Box<Closing>>,
    /// They are asked again how it went.
    pub asked_again: bool,
}

/// To whom something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whose request it is: as they chose.
    Resident,
    /// Somebody who watches it: by mail.
    Watcher,
    /// A member of staff: by mail.
    Staff,
}

impl Audience {
    /// As it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Watcher => "watcher",
            Self::Staff => "staff",
        }
    }
}

impl Told {
    /// To whom it is told, and what it matters to them.
    #[must_use]
    pub fn bearing(&self) -> (Audience, Matter) {
        use Audience::{Resident, Staff, Watcher};
        match self {
            // Who opens it again did it themselves, and sees that it has worked.
            Self::Received { .. } | Self::Reopened { .. } => (Resident, Matter::Receipt),
            // A message may be a question, too.
            Self::Message { .. } | Self::Asked { .. } => (Resident, Matter::MustAct),
            // That a promise was missed is told to everybody, as they chose or not.
            Self::ByTheClock(told) if told.reminded.is_some() || told.missed.is_some() => {
                (Resident, Matter::MustAct)
            }
            Self::ByTheClock(told) if told.ended.is_some() => (Resident, Matter::Closes),
            Self::Taken { .. }
            | Self::PromiseMoved { .. }
            | Self::Planned { .. }
            | Self::Begun
            | Self::Decided { .. }
            | Self::Contracted { .. }
            | Self::WorkDone { .. }
            | Self::ByTheClock(_) => (Resident, Matter::Step),
            Self::GoesOn { status, .. } if status.is_open() => (Resident, Matter::Step),
            Self::Closed(_)
            | Self::GoesOn { .. }
            | Self::Withdrawn
            | Self::WithdrawnFor { .. }
            | Self::PartsFinished
            | Self::WithdrawnWithParts => (Resident, Matter::Closes),
            Self::Watching { .. } => (Watcher, Matter::Receipt),
            Self::WatchedTaken | Self::WatchedMoved { .. } => (Watcher, Matter::Step),
            Self::WatchedClosed { .. } => (Watcher, Matter::Closes),
            Self::ResidentWrote { .. }
            | Self::HandedOver { .. }
            | Self::ResidentAnswered { .. }
            | Self::ResidentReopened { .. }
            | Self::ResidentAmended
            | Self::Offered { .. }
            | Self::OfferEnded { .. }
            | Self::Proposed { .. }
            | Self::SentBack { .. }
            | Self::ContractorSaid { .. }
            | Self::DueSoon { .. }
            | Self::Missed { .. }
            | Self::Up { .. }
            | Self::Aged { .. } => (Staff, Matter::MustAct),
            Self::ResidentWithdrew => (Staff, Matter::Closes),
        }
    }

    /// Whether it is told to somebody who watches the request.
    pub(super) fn is_to_watcher(&self) -> bool {
        self.bearing().0 == Audience::Watcher
    }

    /// What it says, in a line.
    #[must_use]
    pub fn headline(&self, title: &str, reference: &str) -> String {
        self.clone().words(title, reference).0
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

/// The alerts that follow from an event after that. What the resident is told of what time did is [`by_the_clock`].
#[must_use]
pub fn alerts(happened: &Happened, links: &Links, council: &Council) -> Vec<Alert> {
    let Happened { case, recorded, follows, owner_email, other_email, account_email, has_moved, .. } =
        happened;
    let mut alerts = Vec::new();
    // Of what a part withdraws with the whole, the resident knows.
    let is_told = !(*follows && matches!(recorded.event, Event::Withdrawn { .. }));
    if is_told
        && let Some(told) = for_resident(case, recorded)
        && let Some((name, email)) = resident(case, account_email.as_deref(), *has_moved)
    {
        alerts.push(alert(case, name, email, &links.resident, told));
    }
    if let Some(told) = for_owner(case, recorded)
        && let (Some(owner), Some(email)) = (case.answers_for_it(), owner_email)
    {
        alerts.push(alert(case, owner.name.clone(), email.clone(), &links.staff, told));
    }
    if let Some((whom, told)) = for_another(case, recorded)
        && let Some(email) = other_email
    {
        alerts.push(alert(case, whom, email.clone(), &links.staff, told));
    }
    if let Event::Aged { age, .. } = recorded.event
        && let Some(department) = council.department(case.department())
    {
        let since = case.open_since().date_naive();
        let told = || Told::Aged { age, since, department: department.name.clone() };
        // The board's list is the director's to answer for; before that they need not know.
        let director = department.director.as_ref().filter(|_| age == Age::TooLong);
        let seniors = department.head.iter().chain(director).map(|email| (String::new(), email.clone()));
        let portfolio = department.portfolio.iter().map(|holder| (holder.name.clone(), holder.email.clone()));
        for (name, email) in seniors {
            alerts.push(alert(case, name, email, &links.staff, told()));
        }
        // They have no account that a link could lead to.
        for (name, email) in portfolio {
            alerts.push(alert(case, name, email, "", told()));
        }
    }
    alerts
}

/// What the resident is told of what time did: one message, however much it was.
#[must_use]
pub fn by_the_clock(happened: &[Happened], last: &Happened, links: &Links) -> Option<Alert> {
    let mut told = ByTheClock::default();
    for one in happened.iter().filter(|one| one.recorded.by == Actor::Clock) {
        match &one.recorded.event {
            Event::Missed { from, to, why } => told.missed = Some((*from, *to, *why)),
            Event::Escalated(up) => told.up = Some((up.to, up.whom.name.clone())),
            Event::Aged { age, .. } => told.age = Some(*age),
            Event::Reminded => {
                told.reminded = one.case.waiting.as_ref().map(|waiting| waiting.question.clone());
            }
            Event::Closed(closing) => told.ended = Some(Box::new(closing.clone())),
            Event::AskedAgain => told.asked_again = true,
            _ => {}
        }
    }
    if told == ByTheClock::default() {
        return None;
    }
    let (name, email) = resident(&last.case, last.account_email.as_deref(), last.has_moved)?;
    Some(alert(&last.case, name, email, &links.resident, Told::ByTheClock(Box::new(told))))
}

/// What somebody is told who is neither the resident nor the owner.
fn for_another(case: &Case, recorded: &Recorded) -> Option<(String, Told)> {
    let by = || match &recorded.by {
        Actor::Staff(staff) => staff.name.clone(),
        _ => String::new(),
    };
    match &recorded.event {
        Event::Escalated(up) => {
            let owner = case.owner.as_ref().map(|owner| owner.name.clone());
            Some((up.whom.name.clone(), Told::Up { cause: up.cause, owner, complete_by: case.complete_by }))
        }
        Event::Offered(offer) => {
            let to = offer.to.as_ref().or(offer.lead.as_ref())?;
            Some((to.name.clone(), Told::Offered { by: by(), reason: offer.reason.clone() }))
        }
        Event::Proposed(_) => Some((case.lead.as_ref()?.name.clone(), Told::Proposed { by: by() })),
        _ => None,
    }
}

/// What somebody who watches a request is told of an event: no words of the resident's or of staff's.
#[must_use]
pub fn for_watcher(Happened { case, recorded, .. }: &Happened, email: String, link: &str) -> Option<Alert> {
    let told = match &recorded.event {
        Event::Taken | Event::HandedOver { .. } => Told::WatchedTaken,
        Event::Closed(closing) => Told::WatchedClosed { outcome: closing.outcome },
        Event::PromiseMoved { to, .. }
        | Event::Missed { to, .. }
        | Event::Reopened { complete_by: to, .. } => Told::WatchedMoved { to: *to },
        Event::Withdrawn { .. } => Told::WatchedClosed { outcome: Outcome::Withdrawn },
        _ => return None,
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

/// The resident's name and address, if there is any way to reach them: no address where they gave none. Other names in a form may be somebody else's.
/// Who has changed the address of their account is told there, and at the old one no more.
fn resident(case: &Case, account: Option<&str>, has_moved: bool) -> Option<(String, String)> {
    if case.helper.is_some() || has_moved {
        return of_account(account);
    }
    let answers = &case.submission.answers;
    let email = email_in(answers).unwrap_or_default().to_owned();
    if email.is_empty() && account.is_none() && !can_be_reached(answers) {
        return None;
    }
    let name = answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(Person { name, .. }) => Some(name.clone()),
        _ => None,
    });
    Some((name.unwrap_or_default(), email))
}

/// Whether there is another way to tell them than by mail.
fn can_be_reached(answers: &[Answer]) -> bool {
    domain::alert::phone_in(answers).is_some() || domain::alert::address_in(answers).is_some()
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
        (Event::Closed(closing), Actor::Staff(_)) => Some(Told::Closed(Box::new(closing.clone()))),
        (Event::Planned { on } | Event::ContractorWrote { planned: Some(on), .. }, _) => {
            Some(Told::Planned { on: *on })
        }
        (Event::Begun, _) => Some(Told::Begun),
        (Event::Contracted(contract), _) => Some(Told::Contracted { by: contract.contractor.name.clone() }),
        (Event::ContractorDone { .. }, Actor::Contractor(by)) => {
            Some(Told::WorkDone { by: by.name.clone(), check: case.is_to_be_checked() })
        }
        // Where it goes on at first, the message says that it was closed.
        (Event::GoesOn(GoesOn { status, complete_by, .. }), _) if case.has_gone_on() => {
            Some(Told::GoesOn { status: *status, to: *complete_by })
        }
        (Event::Asked { question }, Actor::Staff(staff)) => {
            Some(Told::Asked { question: question.clone(), by: staff.name.clone() })
        }
        (Event::Decided { text, complete_by }, _) => {
            Some(Told::Decided { text: text.clone(), to: *complete_by })
        }
        (Event::Reopened { complete_by, .. }, _) => Some(Told::Reopened { to: *complete_by }),
        (Event::Withdrawn { .. }, Actor::Helper(by)) => Some(Told::WithdrawnFor { by: by.name.clone() }),
        (Event::Withdrawn { .. }, _) if !case.parts.is_empty() => Some(Told::WithdrawnWithParts),
        (Event::Withdrawn { .. }, _) => Some(Told::Withdrawn),
        (Event::PartMoved { .. }, _) if !case.status.is_open() && case.parts.len() > 1 => {
            Some(Told::PartsFinished)
        }
        // What time did is told at once; the rest is for staff, or done by the resident.
        _ => None,
    }
}

fn for_owner(case: &Case, recorded: &Recorded) -> Option<Told> {
    let complete_by = case.complete_by;
    let is_owner = |by: &Owner| case.owner.as_ref().is_some_and(|owner| owner.id == by.id);
    match (&recorded.event, &recorded.by) {
        (Event::Message { text }, Actor::Resident) => {
            Some(Told::ResidentWrote { text: text.clone(), by: None })
        }
        (Event::Message { text }, Actor::Helper(by)) => {
            Some(Told::ResidentWrote { text: text.clone(), by: Some(by.name.clone()) })
        }
        (Event::Answered { text, complete_by }, _) => {
            Some(Told::ResidentAnswered { text: text.clone(), complete_by: *complete_by })
        }
        (Event::Reopened { reason, complete_by }, _) => {
            Some(Told::ResidentReopened { reason: reason.clone(), complete_by: *complete_by })
        }
        (Event::Amended { .. }, _) => Some(Told::ResidentAmended),
        (Event::OfferEnded { reason }, by) if !matches!(by, Actor::Staff(by) if is_owner(by)) => {
            Some(Told::OfferEnded { reason: reason.clone() })
        }
        (Event::SentBack { reason }, Actor::Staff(by)) => {
            Some(Told::SentBack { by: by.name.clone(), reason: reason.clone() })
        }
        (Event::ContractorWrote { text, .. }, Actor::Contractor(by)) => {
            Some(Told::ContractorSaid { by: by.name.clone(), text: text.clone(), done: false })
        }
        (Event::ContractorDone { text, .. }, Actor::Contractor(by)) => {
            Some(Told::ContractorSaid { by: by.name.clone(), text: text.clone(), done: true })
        }
        (Event::Prompted, _) => Some(Told::DueSoon { by: complete_by }),
        (Event::Missed { from, to, .. }, _) => Some(Told::Missed { from: *from, to: *to }),
        (Event::Withdrawn { .. }, _) if case.owner.is_some() => Some(Told::ResidentWithdrew),
        (Event::HandedOver { to }, Actor::Staff(by)) if by.id != to.id => {
            Some(Told::HandedOver { by: by.name.clone(), complete_by })
        }
        _ => None,
    }
}

/// One mail that tells all of these, which are about one request and for one person, in their order.
#[must_use]
pub fn letter(council: &Council, alerts: &[Alert]) -> Letter {
    let Some(last) = alerts.last() else {
        return Letter { to: Default::default(), subject: String::new(), paragraphs: Vec::new(), link: None };
    };
    let Alert { name, email, reference, link, .. } = last;
    let mut paragraphs = vec![if name.is_empty() { "Hello,".into() } else { format!("Hello {name},") }];
    for Alert { told, title, reference, .. } in alerts {
        paragraphs.extend(told.clone().words(title, reference).1);
    }
    let subject =
        foremost(alerts).map(|Alert { told, title, reference, .. }| told.headline(title, reference));
    if !link.is_empty() {
        paragraphs.push(if last.told.is_to_watcher() {
            "You can see where it stands, or stop these emails, here:".into()
        } else {
            "You can see everything about this request here:".into()
        });
        paragraphs.push(link.clone());
    }
    if !last.told.is_to_watcher() {
        paragraphs.push(format!("Your reference is {reference}."));
    }
    paragraphs.push(signed(council));
    Letter {
        to: (name.clone(), email.clone()),
        subject: subject.unwrap_or_default(),
        paragraphs,
        link: Some(link.clone()).filter(|link| !link.is_empty()),
    }
}

/// What several that are told together are about: the last that is important, for what was to be done before something ended
/// is to be done no more; the last, where none is.
#[must_use]
pub fn foremost(alerts: &[Alert]) -> Option<&Alert> {
    alerts.iter().rfind(|alert| alert.told.bearing().1.is_important()).or(alerts.last())
}

/// What stands below each mail.
#[must_use]
pub fn signed(council: &Council) -> String {
    format!("{}\n{} ({})", council.name, council.contact.phone, council.contact.hours)
}

impl Told {
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
            Self::Closed(closing) => {
                let what = ended(closing.outcome);
                let mut said = vec![format!("Your request “{title}” is closed. {what}.")];
                said.extend(closing_words(*closing));
                said.push("How did it go? One question, on the page of your request.".into());
                (subject(what), said)
            }
            Self::Planned { on } => (
                subject("Work is planned"),
                vec![format!("We plan to work on “{title}” on {}.", say(on))],
            ),
            Self::Begun => {
                (subject("Work has begun"), vec![format!("We have begun to work on “{title}”.")])
            }
            Self::Contracted { by } => (
                subject("Who does the work"),
                vec![format!(
                    "{by} will do the work about “{title}” for us. We still look after your request, and you need not do anything."
                )],
            ),
            Self::WorkDone { by, check } => (
                subject("The work is done, we are told"),
                vec![
                    format!("{by} tells us that the work about “{title}” is done."),
                    if check {
                        "Somebody of ours looks at it before we close your request.".into()
                    } else {
                        "We close your request next, and tell you how it ended.".into()
                    },
                ],
            ),
            Self::GoesOn { status, to } => {
                let together = format!(
                    "Somebody told us about the same before you, so we deal with “{title}” together with their request."
                );
                let (what, how) = match status {
                    Status::Closed(outcome) => ("How it ended", ended_for_watcher(outcome).to_owned()),
                    open => (
                        "News about your request",
                        format!("{} We will finish by {}.", standing_words(open), say(to)),
                    ),
                };
                (subject(what), vec![together, how])
            }
            Self::Asked { question, by } => (
                subject("We need an answer from you"),
                vec![
                    format!("{by} has a question about your request “{title}”:"),
                    question,
                    "We can’t go on until you answer, on the page of your request. The date that we promised waits for you, too.".into(),
                ],
            ),
            Self::Decided { text, to } => (
                subject("What we have decided about your request"),
                vec![
                    format!("Your request “{title}” has been open for too long, and we are sorry. This was decided:"),
                    text,
                    format!("We will finish by {}.", say(to)),
                ],
            ),
            Self::Reopened { to } => (
                subject("Your request is open again"),
                vec![format!(
                    "You told us that “{title}” is not over. We have opened it again, and will finish by {}.",
                    say(to)
                )],
            ),
            Self::ByTheClock(told) => told.words(title, &subject),
            Self::ResidentAnswered { text, complete_by } => (
                subject("The resident answered"),
                vec![
                    format!("The resident answered your question about “{title}”:"),
                    text,
                    format!("The promise goes on. It is promised by {} now.", say(complete_by)),
                ],
            ),
            Self::ResidentReopened { reason, complete_by } => (
                subject("The resident opened this again"),
                vec![
                    format!("The resident says that “{title}” is not over:"),
                    reason,
                    format!("It is promised by {}.", say(complete_by)),
                ],
            ),
            Self::ResidentAmended => (
                subject("The resident added something"),
                vec![format!("The resident put something right in “{title}”, or added to it.")],
            ),
            Self::Offered { by, reason } => (
                subject("Will you take this request?"),
                vec![
                    format!("{by} asks you to take “{title}”, because:"),
                    reason,
                    "It stays with them until you do. If it is not yours, say so: it comes back to them by itself otherwise.".into(),
                ],
            ),
            Self::OfferEnded { reason } if reason.is_empty() => (
                subject("Nobody took this request"),
                vec![format!("You offered “{title}”, and nobody took it in time. It goes on with you.")],
            ),
            Self::OfferEnded { reason } => (
                subject("This request was not taken"),
                vec![format!("You offered “{title}”, and it was not taken, because:"), reason],
            ),
            Self::Proposed { by } => (
                subject("Do you agree?"),
                vec![format!("{by} would like to close “{title}”, and this service needs your agreement first.")],
            ),
            Self::SentBack { by, reason } => (
                subject("Not agreed"),
                vec![format!("{by} does not agree with how you would close “{title}”:"), reason],
            ),
            Self::ContractorSaid { by, text, done } => (
                subject(if done { "The contractor has finished" } else { "The contractor wrote" }),
                vec![format!("{by} wrote about “{title}”:"), text],
            ),
            Self::DueSoon { by } => (
                subject("Due soon"),
                vec![format!(
                    "“{title}” is promised by {}. If that can’t be kept, tell the resident now: move the date and say why.",
                    say(by)
                )],
            ),
            Self::Missed { from, to } => (
                subject("A promise was missed"),
                vec![format!(
                    "“{title}” was promised by {}. The resident has been told that it is {} now.",
                    say(from),
                    say(to)
                )],
            ),
            Self::Up { cause, owner, complete_by } => {
                let owner = owner.map_or_else(
                    || "Nobody has taken it yet.".to_owned(),
                    |owner| format!("{owner} has it."),
                );
                (
                    subject("This needs you"),
                    vec![
                        format!("“{title}” has come up to you, because {}.", cause_words(cause)),
                        format!("{owner} It is promised by {}.", say(complete_by)),
                        "If nothing happens, it goes further up. Take it, give it to somebody, or write to the resident.".into(),
                    ],
                )
            }
            Self::Aged { age, since, department } => {
                let days = match age {
                    Age::Long => "is open for a long time",
                    Age::VeryLong => "is still open",
                    Age::TooLong => "is on the board’s list",
                };
                let mut said = vec![format!("“{title}” in {department} has been open since {}.", say_date(since))];
                if age == Age::TooLong {
                    said.push("It needs a decision, and stays on the list until there is one.".into());
                }
                (subject(&format!("A request {days}")), said)
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

impl ByTheClock {
    /// One message, whatever time did: what matters most to the resident is its subject.
    fn words(self, title: &str, subject: &impl Fn(&str) -> String) -> (String, Vec<String>) {
        let Self { missed, up, age, reminded, ended: closing, asked_again } = self;
        let mut said = Vec::new();
        if let Some(closing) = closing {
            said.push(format!("Your request “{title}” is closed. {}.", ended(closing.outcome)));
            said.extend(closing_words(*closing));
            return (subject("Closed, because you did not answer"), said);
        }
        if let Some(question) = reminded {
            said.push(format!("We still need an answer from you about “{title}”. We asked:"));
            said.push(question);
            said.push("Answer on the page of your request. Until then we can’t go on.".into());
            return (subject("A reminder: we need an answer from you"), said);
        }
        if asked_again {
            said.push(format!("Some weeks ago we closed your request “{title}”. Is it still all right?"));
            said.push("One question, on the page of your request. It helps us to do better.".into());
            return (subject("How is it now?"), said);
        }
        let mut about = "We have passed your request on";
        if let Some((from, to, why)) = missed {
            about = "We have missed our date, and this is the new one";
            said.push(format!(
                "We said that we would finish “{title}” by {}. We have not, and we are sorry.",
                say(from)
            ));
            said.push(format!("Why: {}. We will now finish by {}.", why_words(why), say(to)));
        }
        if let Some((rung, name)) = up {
            said.push(format!(
                "We have passed “{title}” to {name}, {}, because it is taking too long.",
                rung_words(rung)
            ));
        }
        if let Some(age) = age {
            said.push(match age {
                Age::Long => format!("“{title}” has been open for a long time, so we have told the senior manager and the councillor who answer for it."),
                Age::VeryLong => format!("“{title}” is still open. We have told the senior manager and the councillor again."),
                Age::TooLong => format!("“{title}” has been open for too long. It is on the list of the council’s board now, and stays there until it is decided what happens."),
            });
        }
        (subject(about), said)
    }
}

/// What the resident is told at the end, paragraph by paragraph.
fn closing_words(closing: Closing) -> Vec<String> {
    let Closing { outcome, text, on, by, next, object, unless, policy, elsewhere, same_as, signed } = closing;
    let mut said = vec![text];
    match (on, by.is_empty()) {
        (Some(on), false) => said.push(format!("Done by {by} on {}.", say(on))),
        (Some(on), true) => said.push(format!("On {}.", say(on))),
        (None, false) => said.push(format!("By {by}.")),
        (None, true) => {}
    }
    if outcome == Outcome::NotOurs
        && let Some(elsewhere) = elsewhere
    {
        said.push(format!("Who is responsible: {}", elsewhere.who));
        said.push(
            if elsewhere.handed_over {
                "We have told them."
            } else {
                "Please tell them yourself: we have not."
            }
            .into(),
        );
    }
    if outcome == Outcome::Duplicate
        && let Some(other) = same_as
    {
        said.push(format!("It goes on under the reference {}. We tell you what happens.", other.reference));
    }
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
    for (label, text) in [
        ("What would change our answer", unless),
        ("What happens next", next),
        ("If you do not agree", object),
    ] {
        if !text.is_empty() {
            said.push(format!("{label}: {text}"));
        }
    }
    if let Some(signed) = signed {
        said.push(format!("{}\n{}", signed.name, signed.role));
    }
    said
}

/// Who stands on a rung.
fn rung_words(rung: Rung) -> &'static str {
    match rung {
        Rung::Lead => "who leads the team",
        Rung::Deputy => "the deputy",
        Rung::Head => "the head of service",
        Rung::Director => "the director",
    }
}

/// Why a promised day was missed.
fn why_words(why: Why) -> &'static str {
    match why {
        Why::NotBegun => "nobody had begun to work on it",
        Why::Contractor => "the company that does the work has not finished",
        Why::Longer => "it takes longer than we thought",
    }
}

/// Why a request went up, for whom it went up to.
fn cause_words(cause: Cause) -> &'static str {
    match cause {
        Cause::NotAcknowledged => "nobody had taken it by the day that we promised",
        Cause::Missed => "the promised day was missed",
        Cause::MissedAgain => "the promised day was missed again",
        Cause::Unanswered => "the resident wrote and had no answer",
        Cause::Away => "whoever has it is away on the promised day",
        Cause::Silent => "nobody did anything where it was before",
    }
}

/// Where the request of somebody else stands.
fn standing_words(status: Status) -> &'static str {
    match status {
        Status::Received => "We have it.",
        Status::LookedAt => "We are looking at it.",
        Status::Planned => "The work is planned.",
        Status::InProgress => "We are working on it.",
        Status::Waiting => "We need an answer before we can go on.",
        Status::Closed(_) => "It is closed.",
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
        Outcome::PartDone => "Some of it is done",
        Outcome::NoAnswer => "We had no answer from you",
        Outcome::NothingFound => "We looked, and found nothing",
    }
}

/// The same for somebody who watches it.
fn ended_for_watcher(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "It is done.",
        Outcome::PartDone => "Some of it is done.",
        Outcome::NothingFound => "We looked, and found nothing. If it is still there, tell us again.",
        Outcome::NoAnswer => {
            "The person who told us did not answer a question. If it is still there, tell us again."
        }
        Outcome::DeclinedByPolicy => "Our policy does not let us do it.",
        Outcome::NotOurs => "Somebody else has to do it.",
        Outcome::Duplicate => "It had been reported before, and goes on there.",
        Outcome::Withdrawn => {
            "The person who told us no longer needs it. If it is still there, tell us again."
        }
    }
}
