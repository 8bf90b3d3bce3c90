//! The case: everything that happens to a request is an event, appended once, and this is the only place
//! that says what an event does. The timeline, the alerts, the staff's history and the queue are readings
//! of the same events.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalogue::Policy;
use crate::channel::Channel;
use crate::fee::Due;
use crate::identity::Known;
use crate::reference::Reference;
use crate::validate::Answer;

/// Something that happened to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The resident sent it. Always the first event, and only the first.
    Submitted(Box<Submission>),
    /// A member of staff took it: it has one owner from now on.
    Taken,
    /// Somebody who answers for the department gave it to a member of staff, who owns it from now on.
    HandedOver {
        /// To whom.
        to: Owner,
    },
    /// A message, from the resident or from staff.
    Message {
        /// The text.
        text: String,
    },
    /// The promised date was moved.
    PromiseMoved {
        /// The new date.
        to: NaiveDate,
        /// Why, in words for the resident.
        reason: String,
    },
    /// It was closed.
    Closed(Closing),
    /// A department that it was passed on to got further with its part, or moved its date.
    PartMoved {
        /// That department's request.
        part: Uuid,
        /// Where it stands now.
        status: Status,
        /// The day it is promised by now.
        complete_by: NaiveDate,
    },
    /// The resident no longer needs it.
    Withdrawn {
        /// Why, if they said; may be empty.
        reason: String,
    },
    /// The resident said how it went.
    Feedback(Feedback),
}

/// What a resident sent, and what was promised then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The reference it was given.
    pub reference: Reference,
    /// The service's identifier.
    pub service: String,
    /// The service's title then.
    pub title: String,
    /// The document's version it was filled in against.
    pub version: u32,
    /// The department it went to; none for a request that has parts, which lie with the departments that were ticked.
    pub department: String,
    /// The team within it, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Why it went there, in words for staff, where it was decided by what was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routed: Option<String>,
    /// The ward it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ward: Option<String>,
    /// What is to be paid, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fee: Vec<Due>,
    /// The answers.
    pub answers: Vec<Answer>,
    /// The requests of the departments that it was passed on to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Linked>,
    /// The request that this is one department's part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<Linked>,
    /// How sure we were who sent it; none where nobody was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Known>,
    /// By which way it came.
    #[serde(default)]
    pub channel: Channel,
    /// Somebody takes it by this day.
    pub acknowledge_by: NaiveDate,
    /// It is done by this day.
    pub complete_by: NaiveDate,
}

/// Another request that this one belongs together with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Identifier.
    pub id: Uuid,
    /// Reference.
    pub reference: Reference,
    /// The department that looks after it.
    pub department: String,
}

/// One department's part of a request, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// That department's request.
    pub request: Linked,
    /// Where it stands.
    pub status: Status,
    /// The day it is promised by now.
    pub complete_by: NaiveDate,
}

/// How a request was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The outcome.
    pub outcome: Outcome,
    /// What was done or why not, in words for the resident.
    pub text: String,
    /// The policy, always there for [`Outcome::DeclinedByPolicy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
}

/// The ways a request can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was asked for was done.
    Done,
    /// It is not done, because a published policy says so.
    DeclinedByPolicy,
    /// Somebody else is responsible.
    NotOurs,
    /// Somebody had already asked for it.
    Duplicate,
    /// The resident no longer needs it.
    Withdrawn,
}

/// How it went, in the resident's view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Feedback {
    /// 1 (very badly) to 5 (very well).
    pub score: u8,
    /// Why; may be empty.
    pub reason: String,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The resident whose request it is.
    Resident,
    /// Somebody who acts for them, as they call them; by the identifier under which they named them.
    Helper(Owner),
    /// A member of staff.
    Staff(Owner),
}

/// A member of staff, as a request knows them; or somebody who acts for the resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Owner {
    /// Identifier.
    pub id: Uuid,
    /// Name, as residents read it.
    pub name: String,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// 1 for the first event of a case, then one more each.
    pub seq: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// What.
    pub event: Event,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has arrived and nobody has taken it yet.
    Received,
    /// Somebody owns it and is working on it.
    InProgress,
    /// It has ended.
    Closed(Outcome),
}

impl Status {
    /// Whether the request is still open.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed(_))
    }
}

/// The state of a request: its events, folded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What was sent, and promised, at first.
    pub submission: Submission,
    /// Where it stands.
    pub status: Status,
    /// Who owns it.
    pub owner: Option<Owner>,
    /// The day it is promised by now.
    pub complete_by: NaiveDate,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// How it was closed by staff.
    pub closing: Option<Closing>,
    /// How it went.
    pub feedback: Option<Feedback>,
    /// Who filled it in for the resident, where they did not do so themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<Owner>,
    /// The departments that it was passed on to, and where each stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Everything after the submission, in order.
    pub history: Vec<Recorded>,
}

/// Why an event can't happen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The request has ended.
    #[error("the request is closed")]
    Closed,
    /// Feedback comes after the end.
    #[error("the request is still open")]
    StillOpen,
    /// Only its owner may; it has to be taken first.
    #[error("somebody else owns the request, or nobody does yet")]
    NotOwner,
    /// They own it already.
    #[error("the request is already theirs")]
    AlreadyYours,
    /// It was said before.
    #[error("feedback was given already")]
    AlreadyGiven,
    /// A request is declined by a policy, so the policy must be named.
    #[error("declined by policy needs the policy")]
    PolicyMissing,
    /// The new date is the one already promised.
    #[error("that is the date already promised")]
    SameDate,
    /// The event is not for this kind of person, or not at this place in the order.
    #[error("this can't happen here")]
    NotAllowed,
}

impl Case {
    /// The first event opens the case.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] when it is not a submission by a resident, or for one, with number 1.
    pub fn open(first: &Recorded) -> Result<Self, Refused> {
        match (&first.event, &first.by, first.seq) {
            (Event::Submitted(submission), Actor::Resident | Actor::Helper(_), 1) => Ok(Self {
                submission: (**submission).clone(),
                status: Status::Received,
                owner: None,
                complete_by: submission.complete_by,
                received_at: first.at,
                closed_at: None,
                closing: None,
                feedback: None,
                helper: match &first.by {
                    Actor::Helper(helper) => Some(helper.clone()),
                    Actor::Resident | Actor::Staff(_) => None,
                },
                parts: (submission.parts.iter())
                    .map(|request| Part {
                        request: request.clone(),
                        status: Status::Received,
                        complete_by: submission.complete_by,
                    })
                    .collect(),
                history: Vec::new(),
            }),
            _ => Err(Refused::NotAllowed),
        }
    }

    /// Folds a whole history.
    ///
    /// # Errors
    /// [`Refused`] when it could not have happened so.
    pub fn fold(events: &[Recorded]) -> Result<Self, Refused> {
        let (first, rest) = events.split_first().ok_or(Refused::NotAllowed)?;
        let mut case = Self::open(first)?;
        for event in rest {
            case.apply(event.clone())?;
        }
        Ok(case)
    }

    /// The number the next event gets.
    #[must_use]
    pub fn next_seq(&self) -> u32 {
        self.history.last().map_or(2, |last| last.seq + 1)
    }

    /// Applies one event; the only writer of a case's state. Nothing changes when it is refused.
    ///
    /// # Errors
    /// [`Refused`] when the event can't happen now, or not by this person.
    pub fn apply(&mut self, recorded: Recorded) -> Result<(), Refused> {
        if recorded.seq != self.next_seq() {
            return Err(Refused::NotAllowed);
        }
        self.may(&recorded.by, &recorded.event)?;
        match (&recorded.event, &recorded.by) {
            (Event::Submitted(_), _) | (Event::Taken, Actor::Resident | Actor::Helper(_)) => {
                return Err(Refused::NotAllowed);
            }
            (Event::HandedOver { to }, _) => {
                self.owner = Some(to.clone());
                self.status = Status::InProgress;
            }
            (Event::Taken, Actor::Staff(staff)) => {
                self.owner = Some(staff.clone());
                self.status = Status::InProgress;
            }
            (Event::Message { .. }, _) => {}
            (Event::PromiseMoved { to, .. }, _) => self.complete_by = *to,
            (Event::Closed(closing), _) => {
                self.status = Status::Closed(closing.outcome);
                self.closing = Some(closing.clone());
                self.closed_at = Some(recorded.at);
            }
            (Event::PartMoved { part, status, complete_by }, _) => {
                for known in self.parts.iter_mut().filter(|known| known.request.id == *part) {
                    (known.status, known.complete_by) = (*status, *complete_by);
                }
                self.follow_parts(recorded.at);
            }
            (Event::Withdrawn { .. }, _) => {
                self.status = Status::Closed(Outcome::Withdrawn);
                self.closed_at = Some(recorded.at);
                for part in self.parts.iter_mut().filter(|part| part.status.is_open()) {
                    part.status = Status::Closed(Outcome::Withdrawn);
                }
            }
            (Event::Feedback(feedback), _) => self.feedback = Some(feedback.clone()),
        }
        self.history.push(recorded);
        Ok(())
    }

    /// Whether this person may do this now.
    ///
    /// # Errors
    /// [`Refused`] with the reason.
    #[expect(clippy::match_same_arms, reason = "the order of the arms is the rule")]
    pub fn may(&self, by: &Actor, event: &Event) -> Result<(), Refused> {
        let open = self.status.is_open();
        match (by, event) {
            // Whoever moved the part.
            (_, Event::PartMoved { part, status, complete_by }) if open => {
                let known = self.parts.iter().find(|known| known.request.id == *part);
                let moves = known.is_some_and(|known| {
                    known.status.is_open() && (known.status, known.complete_by) != (*status, *complete_by)
                });
                if moves { Ok(()) } else { Err(Refused::NotAllowed) }
            }
            // What has parts is done, written about and judged in its parts.
            _ if !self.parts.is_empty() && !matches!(event, Event::Withdrawn { .. }) => {
                Err(Refused::NotAllowed)
            }
            (Actor::Resident, Event::Feedback(_)) if open => Err(Refused::StillOpen),
            (Actor::Resident, Event::Feedback(_)) if self.feedback.is_some() => Err(Refused::AlreadyGiven),
            (Actor::Resident, Event::Feedback(feedback)) if !(1..=5).contains(&feedback.score) => {
                Err(Refused::NotAllowed)
            }
            (Actor::Resident, Event::Feedback(_)) => Ok(()),
            _ if !open => Err(Refused::Closed),
            (Actor::Resident | Actor::Helper(_), Event::Message { .. } | Event::Withdrawn { .. }) => Ok(()),
            (Actor::Staff(staff), Event::Taken) if self.is_owner(staff.id) => Err(Refused::AlreadyYours),
            (Actor::Staff(_), Event::Taken) => Ok(()),
            (Actor::Staff(_), Event::HandedOver { to }) if self.is_owner(to.id) => Err(Refused::AlreadyYours),
            (Actor::Staff(_), Event::HandedOver { .. }) => Ok(()),
            (Actor::Staff(staff), Event::Message { .. } | Event::PromiseMoved { .. } | Event::Closed(_))
                if !self.is_owner(staff.id) =>
            {
                Err(Refused::NotOwner)
            }
            (Actor::Staff(_), Event::PromiseMoved { to, .. }) if *to == self.complete_by => {
                Err(Refused::SameDate)
            }
            (Actor::Staff(_), Event::Closed(closing))
                if closing.outcome == Outcome::DeclinedByPolicy && closing.policy.is_none() =>
            {
                Err(Refused::PolicyMissing)
            }
            (Actor::Staff(_), Event::Message { .. } | Event::PromiseMoved { .. } | Event::Closed(_)) => {
                Ok(())
            }
            _ => Err(Refused::NotAllowed),
        }
    }

    fn is_owner(&self, staff: Uuid) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.id == staff)
    }

    /// A request with parts stands where they stand: it is in progress once one is, ends with the last of them, and
    /// is promised by the latest of their days. It is done if all that were not withdrawn are.
    fn follow_parts(&mut self, at: DateTime<Utc>) {
        self.complete_by = self.parts.iter().map(|part| part.complete_by).max().unwrap_or(self.complete_by);
        let is_begun =
            |part: &Part| !matches!(part.status, Status::Received | Status::Closed(Outcome::Withdrawn));
        if self.parts.iter().any(is_begun) {
            self.status = Status::InProgress;
        }
        let outcome = |part: &Part| match part.status {
            Status::Closed(outcome) => Some(outcome),
            _ => None,
        };
        let Some(outcomes) = self.parts.iter().map(outcome).collect::<Option<Vec<_>>>() else { return };
        let mut left = outcomes.into_iter().filter(|outcome| *outcome != Outcome::Withdrawn);
        let first = left.next().unwrap_or(Outcome::Withdrawn);
        // Where some did it and some did not, the first that did not counts.
        let not_done = left.find(|outcome| *outcome != Outcome::Done);
        self.status = Status::Closed(not_done.filter(|_| first == Outcome::Done).unwrap_or(first));
        self.closed_at = Some(at);
    }

    /// Whether the promise has been missed: still open, and the day is past.
    #[must_use]
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.status.is_open() && today > self.complete_by
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    fn at(day: u32) -> DateTime<Utc> {
        self::day(day).and_hms_opt(10, 0, 0).unwrap().and_utc()
    }

    fn submitted() -> Recorded {
        let submission = Submission {
            reference: Reference::from_random([1; 7]),
            service: "report-graffiti".into(),
            title: "Report graffiti".into(),
            version: 1,
            department: "streets".into(),
            team: None,
            routed: None,
            ward: None,
            fee: Vec::new(),
            answers: Vec::new(),
            parts: Vec::new(),
            part_of: None,
            identity: None,
            channel: Channel::Web,
            acknowledge_by: day(8),
            complete_by: day(14),
        };
        Recorded { seq: 1, at: at(7), by: Actor::Resident, event: Event::Submitted(Box::new(submission)) }
    }

    fn staff(id: u128) -> Actor {
        Actor::Staff(Owner { id: Uuid::from_u128(id), name: "Priya Shah".into() })
    }

    fn helper() -> Actor {
        Actor::Helper(Owner { id: Uuid::from_u128(9), name: "Ann Smith".into() })
    }

    fn then(case: &mut Case, by: Actor, event: Event) -> Result<(), Refused> {
        case.apply(Recorded { seq: case.next_seq(), at: at(9), by, event })
    }

    fn closing(outcome: Outcome) -> Event {
        Event::Closed(Closing { outcome, text: "Removed this morning.".into(), policy: None })
    }

    fn message() -> Event {
        Event::Message { text: "Hello".into() }
    }

    #[test]
    fn a_whole_stands_where_its_parts_stand() {
        let part = |id| Linked {
            id: Uuid::from_u128(id),
            reference: Reference::from_random([2; 7]),
            department: "libraries".into(),
        };
        let mut first = submitted();
        if let Event::Submitted(submission) = &mut first.event {
            submission.parts = vec![part(1), part(2)];
        }
        let whole = Case::open(&first).unwrap();
        let moved = |id, status| Event::PartMoved {
            part: Uuid::from_u128(id),
            status,
            complete_by: whole.complete_by,
        };
        let mut case = whole.clone();
        for event in [Event::Taken, message(), closing(Outcome::Done)] {
            assert_eq!(then(&mut case, staff(1), event), Err(Refused::NotAllowed), "it is nobody's");
        }
        assert_eq!(then(&mut case, Actor::Resident, message()), Err(Refused::NotAllowed));
        then(&mut case, staff(7), moved(1, Status::InProgress)).unwrap();
        assert_eq!(case.status, Status::InProgress);
        assert_eq!(then(&mut case, staff(8), moved(1, Status::InProgress)), Err(Refused::NotAllowed));
        assert_eq!(then(&mut case, staff(8), moved(3, Status::InProgress)), Err(Refused::NotAllowed));
        let later =
            Event::PartMoved { part: Uuid::from_u128(2), status: Status::InProgress, complete_by: day(20) };
        then(&mut case, staff(8), later).unwrap();
        assert!(case.complete_by == day(20) && !case.is_late(day(20)), "the latest day counts");
        then(&mut case, staff(7), moved(1, Status::Closed(Outcome::Done))).unwrap();
        assert_eq!(then(&mut case, staff(7), moved(1, Status::InProgress)), Err(Refused::NotAllowed));
        assert!(case.status.is_open());
        let mut withdrawn = case.clone();
        then(&mut withdrawn, Actor::Resident, Event::Withdrawn { reason: String::new() }).unwrap();
        assert_eq!(withdrawn.parts[0].status, Status::Closed(Outcome::Done), "what is done stays done");
        assert_eq!(withdrawn.parts[1].status, Status::Closed(Outcome::Withdrawn));
        for (last, outcome) in [
            (Outcome::Done, Outcome::Done),
            (Outcome::NotOurs, Outcome::NotOurs),
            (Outcome::Withdrawn, Outcome::Done),
        ] {
            let mut case = case.clone();
            then(&mut case, staff(8), moved(2, Status::Closed(last))).unwrap();
            assert_eq!(case.status, Status::Closed(outcome));
        }
    }

    #[test]
    fn from_arrival_to_feedback() {
        let mut case = Case::open(&submitted()).unwrap();
        assert_eq!(then(&mut case, staff(1), message()), Err(Refused::NotOwner));
        then(&mut case, staff(1), Event::Taken).unwrap();
        assert_eq!(then(&mut case, staff(1), Event::Taken), Err(Refused::AlreadyYours));
        assert_eq!(then(&mut case, staff(2), closing(Outcome::Done)), Err(Refused::NotOwner));
        then(&mut case, Actor::Resident, message()).unwrap();
        then(&mut case, staff(1), Event::PromiseMoved { to: day(16), reason: "Rain".into() }).unwrap();
        let again = Event::PromiseMoved { to: day(16), reason: "Rain".into() };
        assert_eq!(then(&mut case, staff(1), again), Err(Refused::SameDate));
        assert!(!case.is_late(day(16)) && case.is_late(day(17)));
        assert_eq!(
            then(&mut case, staff(1), closing(Outcome::DeclinedByPolicy)),
            Err(Refused::PolicyMissing)
        );
        assert_eq!(then(&mut case, Actor::Resident, closing(Outcome::Done)), Err(Refused::NotAllowed));
        let good = Event::Feedback(Feedback { score: 5, reason: "Quick".into() });
        assert_eq!(then(&mut case, Actor::Resident, good.clone()), Err(Refused::StillOpen));
        then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
        assert_eq!(case.status, Status::Closed(Outcome::Done));
        assert!(!case.is_late(day(30)));
        assert_eq!(then(&mut case, Actor::Resident, message()), Err(Refused::Closed));
        assert_eq!(then(&mut case, staff(1), closing(Outcome::NotOurs)), Err(Refused::Closed));
        assert_eq!(
            then(&mut case, Actor::Resident, Event::Feedback(Feedback { score: 6, reason: String::new() })),
            Err(Refused::NotAllowed)
        );
        then(&mut case, Actor::Resident, good.clone()).unwrap();
        assert_eq!(then(&mut case, Actor::Resident, good), Err(Refused::AlreadyGiven));
        let events: Vec<Recorded> =
            std::iter::once(submitted()).chain(case.history.iter().cloned()).collect();
        assert_eq!(Case::fold(&events), Ok(case), "the state is the fold of its events");
    }

    #[test]
    fn withdrawn_by_the_resident_only() {
        let mut case = Case::open(&submitted()).unwrap();
        let gone = Event::Withdrawn { reason: String::new() };
        assert_eq!(then(&mut case, staff(1), gone.clone()), Err(Refused::NotAllowed));
        then(&mut case, Actor::Resident, gone).unwrap();
        assert_eq!(case.status, Status::Closed(Outcome::Withdrawn));
        assert_eq!(then(&mut case, staff(1), Event::Taken), Err(Refused::Closed));
    }

    #[test]
    fn who_acts_for_the_resident_sends_writes_and_withdraws() {
        let mut first = submitted();
        first.by = helper();
        let mut case = Case::open(&first).unwrap();
        assert_eq!(case.helper.as_ref().map(|helper| &*helper.name), Some("Ann Smith"));
        assert_eq!(Case::open(&submitted()).unwrap().helper, None);
        then(&mut case, helper(), message()).unwrap();
        for event in [Event::Taken, closing(Outcome::Done)] {
            assert_eq!(then(&mut case, helper(), event), Err(Refused::NotAllowed));
        }
        then(&mut case, helper(), Event::Withdrawn { reason: String::new() }).unwrap();
        assert_eq!(case.status, Status::Closed(Outcome::Withdrawn));
        // How it went is the resident's to say.
        let good = Event::Feedback(Feedback { score: 5, reason: String::new() });
        assert!(then(&mut case, helper(), good.clone()).is_err());
        assert_eq!(then(&mut case, helper(), message()), Err(Refused::Closed));
        then(&mut case, Actor::Resident, good).unwrap();
        first.by = staff(1);
        assert_eq!(Case::open(&first), Err(Refused::NotAllowed));
    }

    #[test]
    fn an_event_out_of_order_changes_nothing() {
        let mut case = Case::open(&submitted()).unwrap();
        let before = case.clone();
        for seq in [0, 1, 3] {
            let event = Recorded { seq, at: at(8), by: Actor::Resident, event: message() };
            assert_eq!(case.apply(event), Err(Refused::NotAllowed));
        }
        assert_eq!(then(&mut case, Actor::Resident, submitted().event), Err(Refused::NotAllowed));
        assert_eq!(case, before);
        assert!(Case::fold(&[]).is_err());
    }
}
