//! Telling people what happened to a request: the resident at each step, and its owner when the resident
//! says something. Here stands what follows from which event; to whom it is told, how, and in which words says a table of
//! data ([`crate::words`]).

use chrono::NaiveDate;
use domain::alert::Matter;
use domain::by::By;
use domain::case::{
    Actor, Age, Case, Cause, Closing, Event, GoesOn, Outcome, Owner, Recorded, Rung, Status, Why,
};
use domain::council::Council;
use domain::fee;
use domain::field::{self, Person};
use domain::grant::{Grant, Step};
use domain::money;
use domain::slots::Booked;
use domain::validate::{Answer, email_in};
use portico_app::pages::request::SATISFIED;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Job;
use crate::store::requests::Happened;
use crate::store::staff::StaffMember;
use crate::words::{facts, table};

/// Values by name.
pub type Facts = serde_json::Map<String, Value>;

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
    /// How they read best.
    #[serde(default)]
    pub reader: Reader,
    /// The name of who is away and would be told; empty where nobody stands in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead_of: String,
}

/// How somebody reads best, as their profile says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reader {
    /// The language that is best for them; empty where nothing is known.
    pub language: String,
    /// Large print.
    pub large: bool,
}

/// What an alert tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// To the resident: it arrived.
    Received {
        /// Done by then.
        complete_by: By,
        /// What happens next.
        next: Vec<String>,
        /// Who sent it for them, if they did not themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// To the resident: it is not paid.
    ToPay {
        /// What it costs, as it is written.
        sum: String,
        /// It is received once it is paid.
        first: bool,
        /// Who filled it in for them, if they did not themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// To the resident: staff sent a link by which it can be paid.
    PayLink {
        /// What it costs, as it is written.
        sum: String,
    },
    /// To the resident: it was not paid in time, and so never received.
    Lapsed {
        /// What it would have cost, as it is written.
        sum: String,
    },
    /// To the resident: another day is booked.
    Rebooked {
        /// The day.
        on: NaiveDate,
        /// The time, as it is called; empty where days have none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        time: String,
    },
    /// To the resident: others had the day by the time that it was paid, so another is to be chosen.
    PlaceLost {
        /// The day.
        on: NaiveDate,
    },
    /// To the resident: they have what they asked for, a permit or a subscription.
    Granted {
        /// What it is called.
        name: String,
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        until: NaiveDate,
    },
    /// To the resident: it ends soon.
    GrantEnds {
        /// What it is called.
        name: String,
        /// Its last day.
        until: NaiveDate,
    },
    /// To the resident: it is for another vehicle.
    GrantChanged {
        /// What it is called.
        name: String,
        /// Which vehicle.
        vehicle: String,
    },
    /// To the resident: it has ended before its last day.
    GrantOver {
        /// What it is called.
        name: String,
        /// Why staff ended it; empty where its holder gave it back.
        reason: String,
        /// The money that goes back, as it is written; empty where there is none.
        sum: String,
    },
    /// To the resident: somebody took it.
    Taken {
        /// Who.
        by: String,
        /// Done by then.
        complete_by: By,
    },
    /// To the resident: it is with the team again.
    HandedBack {
        /// Who answers for it until somebody takes it.
        lead: String,
        /// Done by then.
        complete_by: By,
    },
    /// To the resident: what was said last was a slip, and was taken back.
    Undone,
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
        to: By,
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
        to: By,
    },
    /// To the resident: what time did.
    ByTheClock(Box<ByTheClock>),
    /// To the resident: it was taken back, to be changed.
    TakenBack,
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
        complete_by: By,
    },
    /// To somebody who watches it: somebody works on it.
    WatchedTaken,
    /// To somebody who watches it: work is planned.
    WatchedPlanned {
        /// For this day.
        on: NaiveDate,
    },
    /// To somebody who watches it: work has begun.
    WatchedBegun,
    /// To somebody who watches it: another date.
    WatchedMoved {
        /// Done by then.
        to: By,
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
    /// To the owner: money came for it after it had ended.
    PaidTooLate {
        /// How much, as it is written.
        sum: String,
        /// The payment's reference.
        payment: String,
    },
    /// To the owner: somebody gave it to them.
    HandedOver {
        /// Who.
        by: String,
        /// Done by then.
        complete_by: By,
    },
    /// To who leads the team: who had it does not work on it any more, and nobody has it.
    OwnerLeft {
        /// Who had it.
        who: String,
        /// Done by then.
        complete_by: By,
    },
    /// To who leads the team: somebody gave it back, and nobody has it.
    BackWithTeam {
        /// Who.
        by: String,
        /// Done by then.
        complete_by: By,
    },
    /// To the owner: the resident answered.
    ResidentAnswered {
        /// What.
        text: String,
        /// Done by then.
        complete_by: By,
    },
    /// To the owner: the resident says that it is not over.
    ResidentReopened {
        /// Why.
        reason: String,
        /// Done by then.
        complete_by: By,
    },
    /// To the owner: the resident put something right or added to it.
    ResidentAmended,
    /// To the owner: the resident booked another day.
    ResidentRebooked {
        /// The day.
        on: NaiveDate,
        /// The time, as it is called; empty where days have none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        time: String,
    },
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
    /// To who is asked to agree: the owner would close it so.
    Proposed {
        /// Who would.
        by: String,
        /// The rungs that were passed by because who stands there is away.
        #[serde(default)]
        away: Vec<Rung>,
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
        by: By,
    },
    /// To the owner: the promised day was missed.
    Missed {
        /// By when it was promised.
        from: By,
        /// By when it is promised instead.
        to: By,
    },
    /// To whom it went up.
    Up {
        /// Why.
        cause: Cause,
        /// Whoever has it.
        owner: Option<String>,
        /// Done by then.
        complete_by: By,
        /// The rungs that were passed by because who stands there is away.
        #[serde(default)]
        away: Vec<Rung>,
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
    /// To a contractor: there is work for them.
    ContractGiven {
        /// Who answers for it at the council.
        owner: String,
        /// What is to be done.
        task: String,
        /// The last day that their link works.
        until: NaiveDate,
        /// The day that residents were promised.
        complete_by: By,
    },
    /// To a contractor: another link, the one before works no more.
    ContractLink {
        /// Who answers for it at the council.
        owner: String,
        /// The last day that it works.
        until: NaiveDate,
        /// The day that residents were promised.
        complete_by: By,
    },
    /// To a contractor: somebody looked, and it is not done well.
    ContractAgain {
        /// Who answers for it at the council.
        owner: String,
        /// What was seen.
        seen: String,
        /// The last day that their link works.
        until: NaiveDate,
        /// The day that residents were promised.
        complete_by: By,
    },
    /// To a contractor: the work is theirs no more.
    ContractEnded {
        /// Who answers for it at the council.
        owner: String,
        /// Why.
        reason: String,
    },
    /// To a manager: somebody had to come back about the same thing.
    Repeats {
        /// How often they had to contact the council.
        times: u32,
    },
    /// To whoever answers for something: what waits in a week.
    Digest(Box<Week>),
}

/// What waits in a week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// The Monday.
    pub week: NaiveDate,
    /// What waits of their own; what there is none of is not in it.
    pub own: Vec<Many>,
    /// Of that, what is overdue and due, the first promised first.
    pub named: Vec<Promised>,
    /// How many more of those there are.
    pub more: usize,
    /// What waits in the departments that they answer for.
    pub departments: Vec<OfDepartment>,
}

/// So many of something that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Many {
    /// What, as the words call it.
    pub what: String,
    /// How many.
    pub many: u32,
}

/// A request that is promised by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// The service's title.
    pub title: String,
    /// The request's reference, as shown.
    pub reference: String,
    /// That day.
    pub by: NaiveDate,
    /// It has passed.
    pub overdue: bool,
}

/// What waits in a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfDepartment {
    /// The department's name.
    pub name: String,
    /// What waits; what there is none of is not in it.
    pub waits: Vec<Many>,
}

/// What time did to a request, for one message to its resident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ByTheClock {
    /// By when it was promised that was missed last, by when it is promised instead, and why.
    pub missed: Option<(By, By, Why)>,
    /// How far it went up, and to whom.
    pub up: Option<(Rung, String)>,
    /// The rungs that were passed by because who stands there is away.
    pub away: Vec<Rung>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Whose request it is: as they chose.
    Resident,
    /// Somebody who watches it: by mail.
    Watcher,
    /// A member of staff, or a councillor: by mail.
    Staff,
    /// A contractor who does work for the council: by mail.
    Contractor,
}

impl Audience {
    /// As it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Watcher => "watcher",
            Self::Staff => "staff",
            Self::Contractor => "contractor",
        }
    }
}

impl Told {
    /// The message in the table of data that says it: `server/data/alerts.toml`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::ToPay { .. } => "to_pay",
            Self::PayLink { .. } => "pay_link",
            Self::Lapsed { .. } => "lapsed",
            Self::Rebooked { .. } => "rebooked",
            Self::PlaceLost { .. } => "place_lost",
            Self::Granted { .. } => "granted",
            Self::GrantEnds { .. } => "grant_ends",
            Self::GrantChanged { .. } => "grant_changed",
            Self::GrantOver { .. } => "grant_over",
            Self::Taken { .. } => "taken",
            Self::HandedBack { .. } => "handed_back",
            Self::Undone => "undone",
            Self::Message { .. } => "message",
            Self::PromiseMoved { .. } => "promise_moved",
            Self::Closed(_) => "closed",
            Self::Planned { .. } => "planned",
            Self::Begun => "begun",
            Self::Contracted { .. } => "contracted",
            Self::WorkDone { .. } => "work_done",
            Self::GoesOn { status, .. } if status.is_open() => "goes_on",
            Self::GoesOn { .. } => "goes_on_ended",
            Self::Asked { .. } => "asked",
            Self::Decided { .. } => "decided",
            Self::Reopened { .. } => "reopened",
            Self::ByTheClock(told) => told.name(),
            Self::TakenBack => "taken_back",
            Self::Withdrawn => "withdrawn",
            Self::WithdrawnFor { .. } => "withdrawn_for",
            Self::Watching { .. } => "watching",
            Self::WatchedTaken => "watched_taken",
            Self::WatchedPlanned { .. } => "watched_planned",
            Self::WatchedBegun => "watched_begun",
            Self::WatchedMoved { .. } => "watched_moved",
            Self::WatchedClosed { .. } => "watched_closed",
            Self::ResidentWrote { .. } => "resident_wrote",
            Self::ResidentWithdrew => "resident_withdrew",
            Self::PaidTooLate { .. } => "paid_too_late",
            Self::HandedOver { .. } => "handed_over",
            Self::OwnerLeft { .. } => "owner_left",
            Self::BackWithTeam { .. } => "back_with_team",
            Self::ResidentAnswered { .. } => "resident_answered",
            Self::ResidentReopened { .. } => "resident_reopened",
            Self::ResidentAmended => "resident_amended",
            Self::ResidentRebooked { .. } => "resident_rebooked",
            Self::Offered { .. } => "offered",
            Self::OfferEnded { .. } => "offer_ended",
            Self::Proposed { .. } => "proposed",
            Self::SentBack { .. } => "sent_back",
            Self::ContractorSaid { .. } => "contractor_said",
            Self::DueSoon { .. } => "due_soon",
            Self::Missed { .. } => "missed",
            Self::Up { .. } => "up",
            Self::Aged { .. } => "aged",
            Self::PartsFinished => "parts_finished",
            Self::WithdrawnWithParts => "withdrawn_with_parts",
            Self::ContractGiven { .. } => "contract_given",
            Self::ContractLink { .. } => "contract_link",
            Self::ContractAgain { .. } => "contract_again",
            Self::ContractEnded { .. } => "contract_ended",
            Self::Repeats { .. } => "repeats",
            Self::Digest(_) => "digest",
        }
    }

    /// What its words are filled in with, by name.
    #[must_use]
    pub fn facts(&self) -> Facts {
        if let Self::ByTheClock(told) = self {
            return told.facts();
        }
        // A variant is written as its name with what is in it.
        written(self).into_iter().next().map(|(_, inner)| facts(inner)).unwrap_or_default()
    }

    /// To whom it is told, and what it matters to them: the table says so.
    #[must_use]
    pub fn bearing(&self) -> (Audience, Matter) {
        // A test sees to it that everything is there; what is not would be for those who can ask why.
        table()
            .message(self.name())
            .map_or((Audience::Staff, Matter::MustAct), |found| (found.to, found.matter))
    }

    /// Whether it is told to somebody who watches the request.
    pub(crate) fn is_to_watcher(&self) -> bool {
        self.bearing().0 == Audience::Watcher
    }
}

impl ByTheClock {
    /// What matters most of it.
    fn name(&self) -> &'static str {
        if self.ended.is_some() {
            "clock_ended"
        } else if self.reminded.is_some() {
            "clock_reminded"
        } else if self.asked_again {
            "clock_asked_again"
        } else if self.missed.is_some() {
            "clock_missed"
        } else {
            "clock_passed_on"
        }
    }

    fn facts(&self) -> Facts {
        let mut said = self.ended.as_deref().map(written).unwrap_or_default();
        let away = &self.away;
        let up = self.up.as_ref().map(|(rung, whom)| json!({ "rung": rung, "whom": whom, "away": away }));
        let missed = self.missed.map(|(from, to, why)| json!({ "from": from, "to": to, "why": why }));
        said.extend(missed.map(facts).unwrap_or_default());
        said.extend(facts(json!({ "up": up, "age": self.age, "question": self.reminded })));
        said
    }
}

fn written(of: &impl Serialize) -> Facts {
    facts(serde_json::to_value(of).unwrap_or_default())
}

/// Where links lead.
#[derive(Clone, Debug)]
pub struct Links {
    /// The resident's page of the request.
    pub resident: String,
    /// The staff's page of it.
    pub staff: String,
}

/// The address of the account that a request is in, and whether it is another one by now than the one that was given.
type InAccount<'a> = (Option<&'a str>, bool);

/// What the resident is told when a request arrived.
#[must_use]
pub fn received(
    case: &Case,
    (account, has_moved): InAccount<'_>,
    links: &Links,
    next: Vec<String>,
) -> Option<Alert> {
    let by = case.helper.as_ref().map(|helper| helper.name.clone());
    let told = Told::Received { complete_by: case.complete_by, next, by };
    resident(case, account, has_moved).map(|(name, email)| alert(case, name, email, &links.resident, told))
}

/// What the resident is told whose request is not paid.
#[must_use]
pub fn to_pay(case: &Case, (account, has_moved): InAccount<'_>, links: &Links) -> Option<Alert> {
    let told = asked_to_pay(case);
    resident(case, account, has_moved).map(|(name, email)| alert(case, name, email, &links.resident, told))
}

/// What the resident is told to whom staff send a link to pay by.
#[must_use]
pub fn pay_link(case: &Case, (account, has_moved): InAccount<'_>, links: &Links) -> Option<Alert> {
    let told = Told::PayLink { sum: sum(case) };
    resident(case, account, has_moved).map(|(name, email)| alert(case, name, email, &links.resident, told))
}

fn asked_to_pay(case: &Case) -> Told {
    let by = case.helper.as_ref().map(|helper| helper.name.clone());
    Told::ToPay { sum: sum(case), first: case.status == Status::ToPay, by }
}

/// What a request costs, as it is written.
fn sum(case: &Case) -> String {
    money::show(fee::total(&case.submission.fee))
}

/// The alerts that follow from an event after that. What the resident is told of what time did is [`by_the_clock`].
#[must_use]
pub fn alerts(happened: &Happened, links: &Links, council: &Council) -> Vec<Alert> {
    let Happened { case, recorded, follows, answers, others, account_email, has_moved, .. } = happened;
    let mut alerts = Vec::new();
    // Of what a part withdraws with the whole, the resident knows.
    let is_told = !(*follows && matches!(recorded.event, Event::Withdrawn { .. } | Event::TakenBack));
    if is_told
        && let Some(told) = for_resident(case, recorded)
        && let Some((name, email)) = resident(case, account_email.as_deref(), *has_moved)
    {
        // What it gave has a page of its own, where a link with a key may lead there.
        let is_grant = matches!(recorded.event, Event::Grant(_)) && case.helper.is_none();
        let link = if is_grant { format!("{}/permit", links.resident) } else { links.resident.clone() };
        alerts.push(alert(case, name, email, &link, told));
    }
    if let Some(owner) = answers
        && let Some(told) = for_owner(case, recorded, owner.id)
    {
        let lead = case.answers_for_it().filter(|lead| lead.id != owner.id);
        let instead_of = lead.map(|lead| lead.name.clone()).unwrap_or_default();
        let told = alert(case, owner.name.clone(), owner.email.clone(), &links.staff, told);
        alerts.push(Alert { instead_of, ..told });
    }
    if let Some(told) = for_another(case, recorded, council) {
        for StaffMember { name, email, .. } in others {
            alerts.push(alert(case, name.clone(), email.clone(), &links.staff, told.clone()));
        }
        // They have no account that a link could lead to.
        let department = council.department(case.department());
        let portfolio = department.and_then(|department| department.portfolio.as_ref());
        if let (Told::Aged { .. }, Some(holder)) = (&told, portfolio) {
            alerts.push(alert(case, holder.name.clone(), holder.email.clone(), "", told));
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
            Event::Escalated(up) => {
                told.up = Some((up.to, up.whom.name.clone()));
                told.away.clone_from(&up.away);
            }
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
fn for_another(case: &Case, recorded: &Recorded, council: &Council) -> Option<Told> {
    let by = || match &recorded.by {
        Actor::Staff(staff) => staff.name.clone(),
        _ => String::new(),
    };
    match &recorded.event {
        Event::Escalated(up) => {
            let owner = case.owner.as_ref().map(|owner| owner.name.clone());
            let away = up.away.clone();
            Some(Told::Up { cause: up.cause, owner, complete_by: case.complete_by, away })
        }
        Event::Offered(offer) => Some(Told::Offered { by: by(), reason: offer.reason.clone() }),
        Event::Proposed(proposal) => Some(Told::Proposed { by: by(), away: proposal.away.clone() }),
        Event::Aged { age, .. } => Some(Told::Aged {
            age: *age,
            since: case.open_since().date_naive(),
            department: council.department_name(case.department()).to_owned(),
        }),
        _ => None,
    }
}

/// What somebody who watches a request is told of an event: no words of the resident's or of staff's.
#[must_use]
pub fn for_watcher(Happened { case, recorded, .. }: &Happened, email: String, link: &str) -> Option<Alert> {
    let told = match &recorded.event {
        Event::Taken | Event::HandedOver { .. } => Told::WatchedTaken,
        Event::Planned { on } | Event::ContractorWrote { planned: Some(on), .. } => {
            Told::WatchedPlanned { on: *on }
        }
        Event::Begun => Told::WatchedBegun,
        Event::Closed(closing) => Told::WatchedClosed { outcome: closing.outcome },
        Event::PromiseMoved { to, .. } => Told::WatchedMoved { to: By::Day(*to) },
        Event::Missed { to, .. } | Event::Reopened { complete_by: to, .. } => Told::WatchedMoved { to: *to },
        Event::Withdrawn { .. } | Event::TakenBack => Told::WatchedClosed { outcome: Outcome::Withdrawn },
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
        reader: Reader::default(),
        instead_of: String::new(),
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
        field::Value::Contact(Person { name, .. }) => Some(name.clone()),
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
        (Event::HandedBack, _) => {
            Some(Told::HandedBack { lead: case.lead.as_ref()?.name.clone(), complete_by: case.complete_by })
        }
        (Event::OwnerLeft { lead, .. }, _) => {
            Some(Told::HandedBack { lead: lead.as_ref()?.name.clone(), complete_by: case.complete_by })
        }
        (Event::Rebooked { to, .. }, _) if case.is_received() => {
            Some(Told::Rebooked { on: to.day, time: time(to) })
        }
        (Event::PlaceLost, _) => Some(Told::PlaceLost { on: case.booked()?.day }),
        (Event::Undone, _) => {
            let mut told = case.history.iter().rev().filter(|past| past.seq < recorded.seq);
            // What they were not told is not taken back either.
            told.next().and_then(|last| for_resident(case, last)).map(|_| Told::Undone)
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
        // After an outage it may have lapsed in the same moment.
        (Event::AskedToPay, _) if case.status.is_open() => Some(asked_to_pay(case)),
        (Event::Lapsed, _) => Some(Told::Lapsed { sum: sum(case) }),
        // Of what is given as soon as it is paid, the message that it came leads to the page that says so.
        (Event::Grant(step), Actor::Resident | Actor::Helper(_)) if matches!(**step, Step::Given(_)) => None,
        (Event::Grant(step), _) => Some(grant(case.grant.as_deref()?, step)),
        // Of what was never received there is nothing to tell to who ended it themselves.
        (Event::TakenBack | Event::Withdrawn { .. }, Actor::Resident) if !case.is_received() => None,
        (Event::TakenBack, _) => Some(Told::TakenBack),
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

/// What the time of a booking is called; empty where days have none.
fn time(booked: &Booked) -> String {
    booked.time.as_ref().map(|time| time.label.clone()).unwrap_or_default()
}

/// What its holder is told of what a request gave.
fn grant(grant: &Grant, step: &Step) -> Told {
    let name = grant.name.clone();
    let over =
        |reason: &str, sum: String| Told::GrantOver { name: name.clone(), reason: reason.to_owned(), sum };
    match step {
        Step::Given(_) => Told::Granted { name, from: grant.from, until: grant.until },
        Step::Reminded { .. } => Told::GrantEnds { name, until: grant.until },
        Step::Vehicle { now, .. } => Told::GrantChanged { name, vehicle: now.clone() },
        Step::GivenBack { pence: 0, .. } => over("", String::new()),
        Step::GivenBack { pence, .. } => over("", money::show(*pence)),
        Step::Ended { reason } => over(reason, String::new()),
    }
}

/// What is told to who answers for it.
fn for_owner(case: &Case, recorded: &Recorded, answers: Uuid) -> Option<Told> {
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
        (Event::Amended(_), _) => Some(Told::ResidentAmended),
        (Event::Rebooked { to, .. }, Actor::Resident | Actor::Helper(_)) if case.is_received() => {
            Some(Told::ResidentRebooked { on: to.day, time: time(to) })
        }
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
        (Event::Paid(paid), _) if !case.status.is_open() => {
            Some(Told::PaidTooLate { sum: money::show(paid.pence), payment: paid.reference.clone() })
        }
        (Event::HandedBack, Actor::Staff(by)) if answers != by.id => {
            Some(Told::BackWithTeam { by: by.name.clone(), complete_by })
        }
        (Event::OwnerLeft { who, .. }, _) => Some(Told::OwnerLeft { who: who.name.clone(), complete_by }),
        (Event::HandedOver { to }, Actor::Staff(by)) if by.id != to.id => {
            Some(Told::HandedOver { by: by.name.clone(), complete_by })
        }
        _ => None,
    }
}

/// Where who was told how it ended says with one tap whether they are satisfied: each with the text of the frame that says
/// what it is. Opening it says nothing yet, for programs that look through mails open what is in them, too.
#[must_use]
pub fn taps<'a>(alerts: impl IntoIterator<Item = &'a Alert>) -> Option<[(&'static str, String); 2]> {
    let asks = |told: &Told| match told {
        Told::Closed(_) => true,
        Told::ByTheClock(told) => told.asked_again,
        _ => false,
    };
    let asked =
        alerts.into_iter().filter(|alert| asks(&alert.told) && alert.link.contains("/follow/")).last();
    let tap = |says: &str, link: &str| format!("{link}?{SATISFIED}={says}");
    asked.map(|Alert { link, .. }| [("satisfied", tap("yes", link)), ("not_satisfied", tap("no", link))])
}

/// What several that are told together are about: the last that is important, for what was to be done before something ended
/// is to be done no more; the last, where none is.
#[must_use]
pub fn foremost<'a>(alerts: impl IntoIterator<Item = &'a Alert>) -> Option<&'a Alert> {
    alerts.into_iter().reduce(|one, next| {
        let matters = |alert: &Alert| alert.told.bearing().1.is_important();
        if matters(one) && !matters(next) { one } else { next }
    })
}
