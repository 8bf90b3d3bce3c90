//! The states of a request as a diagram, made by trying: what is drawn is what [`Case::apply`] allows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

use super::{
    Actor, Case, Closing, Event, Linked, Outcome, Owner, Paid, Promised, Recorded, Status, Submission, Why,
};
use crate::by::By;
use crate::catalogue::Policy;
use crate::fee::Due;
use crate::reference::Reference;

/// The states and what leads from one to another, as Mermaid reads it.
#[must_use]
pub fn mermaid() -> String {
    let mut arrows: BTreeMap<(u8, &str, &str), Vec<String>> = BTreeMap::new();
    let mut seen = Vec::new();
    let mut left: Vec<Case> = [first(false), first(true)].iter().flat_map(Case::open).collect();
    while let Some(case) = left.pop() {
        let waiting = case.waiting.as_ref().map(|waiting| (waiting.before, waiting.reminders));
        let reopened = case.reopened_at.is_some();
        let is_owed = (case.is_received(), case.is_owed());
        let standing = (case.status, case.owner.is_some(), reopened, case.is_taken_back(), waiting, is_owed);
        if seen.contains(&standing) {
            continue;
        }
        seen.push(standing);
        for (by, event, label) in tries(&case) {
            let mut then = case.clone();
            let recorded = Recorded { seq: then.next_seq(), at: at(), by: by.clone(), event };
            if then.apply(recorded).is_err() {
                continue;
            }
            if then.status != case.status {
                let who = match by {
                    Actor::Resident | Actor::Helper(_) => "resident",
                    Actor::Staff(_) => "staff",
                    Actor::Contractor(_) => "contractor",
                    Actor::Clock => "clock",
                };
                let label = format!("{label} ({who})");
                let labels =
                    arrows.entry((order(case.status), name(case.status), name(then.status))).or_default();
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            left.push(then);
        }
    }
    let mut text = String::from(
        "stateDiagram-v2\n    [*] --> received: sent (resident)\n    [*] --> to_pay: sent, to be paid first (resident)\n",
    );
    for ((_, from, to), mut labels) in arrows {
        labels.sort();
        let _ = writeln!(text, "    {from} --> {to}: {}", labels.join(", "));
    }
    text.push_str("    closed --> [*]\n");
    text
}

fn name(status: Status) -> &'static str {
    match status {
        Status::ToPay => "to_pay",
        Status::Received => "received",
        Status::LookedAt => "being_looked_at",
        Status::Planned => "planned",
        Status::InProgress => "in_progress",
        Status::Waiting => "waiting_for_you",
        Status::Closed(_) => "closed",
    }
}

fn order(status: Status) -> u8 {
    match status {
        Status::ToPay => 0,
        Status::Received => 1,
        Status::LookedAt => 2,
        Status::Planned => 3,
        Status::InProgress => 4,
        Status::Waiting => 5,
        Status::Closed(_) => 6,
    }
}

fn at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn day() -> NaiveDate {
    at().date_naive() + Days::new(7)
}

fn first(on_payment: bool) -> Recorded {
    let fee = if on_payment { vec![Due { label: String::new(), pence: 1 }] } else { Vec::new() };
    let submission = Submission {
        reference: Reference::from_random([1; 7]),
        service: String::new(),
        title: String::new(),
        version: 1,
        department: String::new(),
        team: None,
        routed: None,
        ward: None,
        fee,
        on_payment,
        answers: Vec::new(),
        parts: Vec::new(),
        part_of: None,
        identity: None,
        channel: crate::channel::Channel::Web,
        lead: None,
        acknowledge_by: day().into(),
        complete_by: day().into(),
        within: None,
    };
    Recorded { seq: 1, at: at(), by: Actor::Resident, event: Event::Submitted(Box::new(submission)) }
}

/// Every outcome, told in full.
fn closings() -> Vec<Closing> {
    let said = || "said".to_owned();
    let policy = Policy {
        id: said(),
        name: said(),
        version: said(),
        date: day(),
        text: said(),
        instead: said(),
        unless: said(),
    };
    let same_as = Linked { id: Uuid::nil(), reference: Reference::from_random([2; 7]), department: said() };
    [
        Outcome::Done,
        Outcome::PartDone,
        Outcome::DeclinedByPolicy,
        Outcome::NotOurs,
        Outcome::Duplicate,
        Outcome::NoAnswer,
        Outcome::NothingFound,
    ]
    .into_iter()
    .map(|outcome| Closing {
        outcome,
        text: said(),
        on: Some(day()),
        by: said(),
        next: said(),
        object: said(),
        unless: said(),
        policy: Some(policy.clone()),
        elsewhere: Some(super::Elsewhere { who: said(), handed_over: true }),
        same_as: Some(same_as.clone()),
        signed: None,
    })
    .collect()
}

/// Everything that somebody might try.
fn tries(case: &Case) -> Vec<(Actor, Event, &'static str)> {
    let staff = || Owner { id: Uuid::nil(), name: String::new() };
    let text = || "said".to_owned();
    let later = By::Day(case.complete_by.day() + Days::new(1));
    let mut tries = vec![
        (Actor::Staff(staff()), Event::Taken, "taken"),
        (Actor::Staff(staff()), Event::HandedOver { to: staff() }, "handed over"),
        (Actor::Staff(staff()), Event::HandedBack, "handed back"),
        (Actor::Clock, Event::OwnerLeft { who: staff(), lead: Some(staff()) }, "its owner left"),
        (Actor::Staff(staff()), Event::Planned { on: case.complete_by.day() }, "planned"),
        (Actor::Staff(staff()), Event::Begun, "begun"),
        (Actor::Staff(staff()), Event::Asked { question: text() }, "asked"),
        (Actor::Resident, Event::Answered { text: text(), complete_by: case.complete_by }, "answered"),
        (Actor::Resident, Event::Withdrawn { reason: text() }, "withdrawn"),
        (Actor::Resident, Event::TakenBack, "taken back within ten minutes"),
        (Actor::Resident, Event::Reopened { reason: text(), complete_by: later }, "reopened once"),
        (Actor::Clock, Event::Reminded, "reminded"),
        (Actor::Clock, Event::Missed { from: case.complete_by, to: later, why: Why::Longer }, "missed"),
    ];
    let promised = Promised { acknowledge_by: later, complete_by: later, lead: None };
    let promised = Some(promised).filter(|_| case.submission.on_payment);
    let paid = Paid { reference: text(), pence: 1, promised };
    tries.push((case.sender(), Event::Paid(Box::new(paid)), "paid"));
    tries.push((Actor::Clock, Event::AskedToPay, "asked to pay"));
    tries.push((Actor::Clock, Event::Lapsed, "not paid in time"));
    for closing in closings() {
        let label = match closing.outcome {
            Outcome::Done => "done",
            Outcome::PartDone => "part done",
            Outcome::DeclinedByPolicy => "declined by policy",
            Outcome::NotOurs => "not ours",
            Outcome::Duplicate => "duplicate",
            Outcome::Withdrawn => "withdrawn",
            Outcome::NoAnswer => "no answer after two reminders",
            Outcome::NothingFound => "nothing found",
            Outcome::NotPaid => "not paid",
        };
        tries.push((Actor::Staff(staff()), Event::Closed(closing.clone()), label));
        if closing.outcome == Outcome::NoAnswer {
            tries.push((Actor::Clock, Event::Closed(closing), label));
        }
    }
    tries
}

#[cfg(test)]
mod tests {
    /// `docs/case.md` shows the diagram; with `UPDATE=1` in the environment this writes it.
    #[test]
    fn the_documents_show_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/case.md");
        let text = std::fs::read_to_string(path).unwrap();
        let (before, rest) = text.split_once("```mermaid\n").unwrap();
        let (_, after) = rest.split_once("```").unwrap();
        let now = format!("{before}```mermaid\n{}```{after}", super::mermaid());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &now).unwrap();
        } else {
            assert_eq!(text, now, "run this test with UPDATE=1");
        }
    }
}
