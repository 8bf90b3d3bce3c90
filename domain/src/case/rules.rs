//! Who may do what when, and what it does.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::by::By;
use crate::fee;
use crate::field::{Photo, Value};
use crate::grant::{Grant, Step};
use crate::slots::{Booked, day_ends};

use super::{
    Actor, Age, Amendment, Before, Case, Cause, Closing, Escalated, Event, Feedback, Linked, Outcome, Owner,
    Paid, Part, Recorded, Status, Waiting, Work,
};

/// Days after it was closed in which a resident may reopen a request.
pub const REOPEN_DAYS: i64 = 30;

/// Reminders before a request may be closed because the resident did not answer.
pub const REMINDERS: u8 = 2;

/// Minutes in which a resident may take a request back to change it, and a member of staff what they did.
pub const UNDO_MINUTES: i64 = 10;

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
    /// What the resident is told at the end does not say everything that it must.
    #[error("the closing does not say everything that the resident must be told")]
    Incomplete,
    /// The new date is the one already promised.
    #[error("that is the date already promised")]
    SameDate,
    /// Work can't be planned for a day after the one that is promised: that has to be moved first.
    #[error("that is after the date promised")]
    AfterPromise,
    /// The resident was asked already and has not answered, or was not asked.
    #[error("the resident is being asked, or is not")]
    Asked,
    /// A request is closed for want of an answer only after two reminders.
    #[error("the resident was not reminded twice")]
    NotReminded,
    /// It was reopened before.
    #[error("it was reopened before")]
    ReopenedBefore,
    /// It was closed too long ago to be reopened, or done too long ago to be taken back.
    #[error("it was too long ago")]
    TooLate,
    /// Somebody works on it already.
    #[error("somebody works on it already")]
    Begun,
    /// What the contractor did was not looked at.
    #[error("the contractor's work has to be looked at first")]
    NotChecked,
    /// Nobody agrees to what they proposed themselves.
    #[error("who proposed it does not agree to it themselves")]
    OwnProposal,
    /// The event is not for this kind of person, or not at this place in the order.
    #[error("this can't happen here")]
    NotAllowed,
}

impl Event {
    /// The photos that a contractor sent with it.
    #[must_use]
    pub fn work_photos(&self) -> &[Uuid] {
        match self {
            Self::ContractorWrote { photos, .. } | Self::ContractorDone { photos, .. } => photos,
            _ => &[],
        }
    }
}

impl Closing {
    /// A closing that says nothing yet but how it ended.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            text: String::new(),
            on: None,
            by: String::new(),
            next: String::new(),
            object: String::new(),
            unless: String::new(),
            policy: None,
            elsewhere: None,
            same_as: None,
            signed: None,
        }
    }

    /// Whether the resident is told all they must be: what was done or why not, when and by whom, what next or what
    /// would change it, and how to object.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let said = |text: &str| !text.trim().is_empty();
        let about_it = match self.outcome {
            Outcome::Done | Outcome::PartDone | Outcome::NothingFound => {
                self.on.is_some() && said(&self.by) && said(&self.next)
            }
            Outcome::DeclinedByPolicy => said(&self.unless),
            // Staff never see one.
            Outcome::NotPaid => false,
            Outcome::NotOurs => self.elsewhere.as_ref().is_some_and(|elsewhere| said(&elsewhere.who)),
            Outcome::Duplicate => self.same_as.is_some(),
            Outcome::NoAnswer => said(&self.next),
            // They told us so themselves.
            Outcome::Withdrawn => true,
        };
        said(&self.text) && said(&self.object) && about_it
    }
}

impl Feedback {
    /// Whether it was good or not, and no more.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.reason.is_empty() && self.about.is_none() && self.contact.is_none()
    }
}

impl Case {
    /// The first event opens the case.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] when it is not a submission by a resident, for one, or by staff, with number 1.
    pub fn open(first: &Recorded) -> Result<Self, Refused> {
        let Event::Submitted(submission) = &first.event else { return Err(Refused::NotAllowed) };
        let (helper, seen_by) = match (&first.by, first.seq) {
            (Actor::Resident, 1) => (None, None),
            (Actor::Helper(helper), 1) => (Some(helper.clone()), None),
            (Actor::Staff(staff), 1) => (None, Some(staff.clone())),
            _ => return Err(Refused::NotAllowed),
        };
        let part = |request: &Linked| Part {
            request: request.clone(),
            status: Status::Received,
            complete_by: submission.complete_by,
        };
        Ok(Self {
            submission: (**submission).clone(),
            status: if submission.on_payment { Status::ToPay } else { Status::Received },
            owner: None,
            lead: submission.lead.clone().filter(|_| !submission.on_payment),
            moved_to: None,
            complete_by: submission.complete_by,
            promised_at: None,
            planned: None,
            waiting: None,
            offer: None,
            offered_at: None,
            contract: None,
            work: None,
            goes_on: None,
            proposed: None,
            unanswered: None,
            owed: None,
            escalated: None,
            missed: 0,
            prompted: false,
            reopened_at: None,
            age: None,
            on_board: None,
            asked_again: false,
            paid_at: None,
            asked_to_pay: false,
            place_lost: false,
            received_at: first.at,
            closed_at: None,
            closing: None,
            feedback: None,
            helper,
            seen_by,
            grant: None,
            parts: submission.parts.iter().map(part).collect(),
            history: Vec::new(),
        })
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

    /// Whether it was received: what is to be paid first is, once it is paid. Until then it is nobody's but its resident's.
    #[must_use]
    pub fn is_received(&self) -> bool {
        !self.submission.on_payment || self.paid_at.is_some()
    }

    /// Whether it costs something, and nobody has paid.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        self.paid_at.is_none() && fee::total(&self.submission.fee) > 0
    }

    /// Who sent it.
    #[must_use]
    pub fn sender(&self) -> Actor {
        match (&self.helper, &self.seen_by) {
            (Some(helper), _) => Actor::Helper(helper.clone()),
            (None, Some(staff)) => Actor::Staff(staff.clone()),
            (None, None) => Actor::Resident,
        }
    }

    /// The department that it lies with; none while it is not received.
    #[must_use]
    pub fn department(&self) -> &str {
        if !self.is_received() {
            return "";
        }
        self.moved_to.as_deref().unwrap_or(&self.submission.department)
    }

    /// Who answers for it now: who took it, or who leads the department's work until somebody does.
    #[must_use]
    pub fn answers_for_it(&self) -> Option<&Owner> {
        self.owner.as_ref().or(self.lead.as_ref())
    }

    /// Since when it has been open: since it arrived, or since it was reopened.
    #[must_use]
    pub fn open_since(&self) -> DateTime<Utc> {
        self.reopened_at.unwrap_or(self.received_at)
    }

    /// Whether its resident took it back just after sending it, to change it and send it again.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.history.iter().any(|recorded| recorded.event == Event::TakenBack)
    }

    /// When the day was promised that is promised now.
    #[must_use]
    pub fn promised_at(&self) -> DateTime<Utc> {
        self.promised_at.unwrap_or(self.received_at)
    }

    /// Applies one event; the only writer of a case's state. Nothing changes when it is refused.
    ///
    /// # Errors
    /// [`Refused`] when the event can't happen now, or not by this person.
    #[expect(clippy::too_many_lines, reason = "what each event does, one after the other")]
    pub fn apply(&mut self, recorded: Recorded) -> Result<(), Refused> {
        if recorded.seq != self.next_seq() {
            return Err(Refused::NotAllowed);
        }
        self.may(&recorded.by, &recorded.event, recorded.at)?;
        if recorded.event == Event::Undone {
            let mut before = self.before_last()?;
            before.history = std::mem::take(&mut self.history);
            before.history.push(recorded);
            *self = before;
            return Ok(());
        }
        let at = recorded.at;
        if let Actor::Staff(_) = &recorded.by {
            self.staff_acted(&recorded.event);
        }
        match (&recorded.event, &recorded.by) {
            (Event::Taken, Actor::Staff(staff)) => self.taken_by(staff),
            (Event::HandedOver { to }, _) => {
                // It stays in its department, whomever else it was offered to.
                (self.offer, self.offered_at) = (None, None);
                self.taken_by(to);
            }
            (Event::HandedBack, _) => (self.owner, self.offer, self.offered_at) = (None, None, None),
            (Event::OwnerLeft { lead, .. }, _) => {
                (self.owner, self.offer, self.offered_at) = (None, None, None);
                self.lead.clone_from(lead);
            }
            (Event::Offered(offer), _) => {
                (self.offer, self.offered_at) = (Some(offer.clone()), Some(at));
            }
            (Event::OfferEnded { .. }, _) => (self.offer, self.offered_at) = (None, None),
            (Event::Planned { on }, _) => {
                self.planned = Some(*on);
                self.status = Status::Planned;
            }
            (Event::Begun, _) => self.status = Status::InProgress,
            (Event::Asked { question }, _) => {
                let before = match self.status {
                    Status::Planned => Before::Planned,
                    Status::InProgress => Before::InProgress,
                    _ => Before::LookedAt,
                };
                let question = question.clone();
                self.waiting = Some(Waiting { question, since: at, reminders: 0, asked_at: at, before });
                self.status = Status::Waiting;
            }
            (Event::Reminded, _) => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.reminders += 1;
                    waiting.asked_at = at;
                }
            }
            (Event::Answered { complete_by, .. }, _) => self.answered(*complete_by, at),
            (Event::Message { .. }, Actor::Resident | Actor::Helper(_)) => {
                self.unanswered.get_or_insert(at);
            }
            (Event::Contracted(contract), _) => {
                (self.contract, self.work) = (Some(contract.clone()), None);
            }
            (Event::ContractorWrote { planned, .. }, _) => {
                if let Some(on) = planned {
                    self.planned = Some(*on);
                    if self.status != Status::Waiting {
                        self.status = Status::Planned;
                    }
                }
            }
            (Event::ContractorDone { text, .. }, _) => {
                self.work = Some(Work { text: text.clone(), at, checked: false });
            }
            (Event::ContractEnded { .. }, _) => self.contract = None,
            (Event::Checked { fine: false, .. }, _) => self.work = None,
            (Event::Checked { text, .. }, _) => {
                // Who looks and finds it done need not wait for the contractor to say so.
                let said = || Work { text: text.clone(), at, checked: false };
                self.work.get_or_insert_with(said).checked = true;
            }
            (Event::PromiseMoved { to, .. }, _) => self.promise(By::Day(*to), at),
            (Event::Decided { complete_by, .. }, _) => {
                self.promise(By::Day(*complete_by), at);
                self.on_board = Some(at);
            }
            (Event::Missed { to, .. }, _) => {
                self.promise(*to, at);
                self.missed += 1;
                self.owed = Some(if self.missed > 1 { Cause::MissedAgain } else { Cause::Missed });
            }
            (Event::Prompted, _) => self.prompted = true,
            (Event::Escalated(escalation), _) => {
                self.escalated = Some(Escalated { to: escalation.clone(), since: at });
                self.owed = None;
            }
            (Event::Aged { age, .. }, _) => {
                self.age = Some(*age);
                if *age == Age::TooLong {
                    self.on_board = Some(at);
                }
            }
            (Event::Proposed(proposal), _) => self.proposed = Some(proposal.clone()),
            (Event::SentBack { .. }, _) => self.proposed = None,
            (Event::Closed(closing), _) => {
                self.end(closing.outcome, at);
                self.closing = Some(closing.clone());
            }
            (Event::PartMoved { part, status, complete_by }, _) => {
                for known in self.parts.iter_mut().filter(|known| known.request.id == *part) {
                    (known.status, known.complete_by) = (*status, *complete_by);
                }
                self.follow_parts(at);
            }
            (Event::GoesOn(goes_on), _) => self.goes_on = Some(goes_on.clone()),
            (Event::Withdrawn { .. } | Event::TakenBack, _) => {
                self.end(Outcome::Withdrawn, at);
                for part in self.parts.iter_mut().filter(|part| part.status.is_open()) {
                    part.status = Status::Closed(Outcome::Withdrawn);
                }
            }
            (Event::Rebooked { to, .. }, _) => self.rebooked(to, at),
            (Event::PlaceLost, _) => self.place_lost = true,
            (Event::Reopened { complete_by, .. }, _) => {
                self.place_lost = self.booked().is_some() && !self.has_place();
                let begun = self.owner.is_some();
                self.status = if begun { Status::LookedAt } else { Status::Received };
                (self.closed_at, self.closing, self.feedback) = (None, None, None);
                (self.planned, self.contract, self.work) = (None, None, None);
                (self.age, self.on_board) = (None, None);
                (self.missed, self.owed, self.escalated, self.reopened_at) = (0, None, None, Some(at));
                // Whoever reopens has said why, and that wants an answer.
                self.unanswered = Some(at);
                self.promise(*complete_by, at);
            }
            (Event::AskedAgain, _) => self.asked_again = true,
            (Event::AskedToPay, _) => self.asked_to_pay = true,
            (Event::Lapsed, _) => self.end(Outcome::NotPaid, at),
            (Event::Paid(paid), _) => self.paid(paid, at),
            (Event::Feedback(feedback), _) => self.feedback = Some(feedback.clone()),
            (Event::Amended(amendment), _) => self.amended(amendment, at),
            (Event::Grant(step), _) => self.granted(step, at),
            (Event::Noted { .. } | Event::Message { .. }, _) => {}
            (Event::Submitted(_) | Event::Taken | Event::Undone, _) => return Err(Refused::NotAllowed),
        }
        self.history.push(recorded);
        Ok(())
    }

    /// Whether this person may do this at this moment.
    ///
    /// # Errors
    /// [`Refused`] with the reason.
    pub fn may(&self, by: &Actor, event: &Event, at: DateTime<Utc>) -> Result<(), Refused> {
        let open = self.status.is_open();
        match (by, event) {
            // Who sent it, as far as we know: only the card service says so, and money is never turned away. The first
            // that comes counts, whatever became of the request meanwhile.
            (_, Event::Paid(paid)) => {
                let is_first = self.is_owed() && paid.promised.is_some() == self.submission.on_payment;
                if is_first && *by == self.sender() { Ok(()) } else { Err(Refused::NotAllowed) }
            }
            // Nobody reads what is not received.
            (Actor::Resident | Actor::Helper(_), Event::Withdrawn { .. }) if self.status == Status::ToPay => {
                Ok(())
            }
            (Actor::Resident | Actor::Helper(_), Event::TakenBack) if self.status == Status::ToPay => {
                self.may_take_back(at)
            }
            (Actor::Resident | Actor::Helper(_), Event::Rebooked { before, to })
                if self.status == Status::ToPay =>
            {
                self.may_rebook(before, to)
            }
            (Actor::Clock, Event::AskedToPay) => {
                if open && self.is_owed() && !self.asked_to_pay {
                    Ok(())
                } else {
                    Err(Refused::NotAllowed)
                }
            }
            (Actor::Clock, Event::Lapsed) if self.status == Status::ToPay => Ok(()),
            _ if !self.is_received() => Err(if open { Refused::NotAllowed } else { Refused::Closed }),
            (by, Event::Grant(step)) => self.may_grant(by, step),
            // What it gave is given back first, and the money with it.
            (Actor::Resident | Actor::Helper(_), Event::Withdrawn { .. } | Event::TakenBack)
                if self.live_grant().is_some() =>
            {
                Err(Refused::NotAllowed)
            }
            // Whoever moved the part.
            (_, Event::PartMoved { part, status, complete_by }) => {
                let known = self.parts.iter().find(|known| known.request.id == *part);
                let moves = known.is_some_and(|known| {
                    (known.status.is_open() || status.is_open())
                        && (known.status, known.complete_by) != (*status, *complete_by)
                });
                if moves { Ok(()) } else { Err(Refused::NotAllowed) }
            }
            // Whoever changed the request in which it goes on.
            (_, Event::GoesOn(goes_on)) => {
                let is_duplicate = self.status == Status::Closed(Outcome::Duplicate);
                let is_news = self.goes_on.as_ref() != Some(goes_on);
                if is_duplicate && is_news { Ok(()) } else { Err(Refused::NotAllowed) }
            }
            // What has parts is done, written about and judged in its parts.
            _ if !self.parts.is_empty() && !matches!(event, Event::Withdrawn { .. } | Event::TakenBack) => {
                Err(Refused::NotAllowed)
            }
            // What was taken back goes on as another request.
            (_, Event::Feedback(_) | Event::Reopened { .. } | Event::AskedAgain) if self.is_taken_back() => {
                Err(Refused::NotAllowed)
            }
            (Actor::Resident, Event::Feedback(_)) if open => Err(Refused::StillOpen),
            (Actor::Resident, Event::Feedback(new)) if !self.may_judge(new) => Err(Refused::AlreadyGiven),
            (Actor::Resident, Event::Feedback(feedback)) if !(1..=5).contains(&feedback.score) => {
                Err(Refused::NotAllowed)
            }
            (Actor::Resident, Event::Feedback(_)) => Ok(()),
            (Actor::Resident | Actor::Helper(_), Event::Reopened { .. }) => self.may_reopen(at),
            (Actor::Clock, Event::AskedAgain) if !open && !self.asked_again => Ok(()),
            _ if !open => Err(Refused::Closed),
            (Actor::Resident | Actor::Helper(_), Event::TakenBack) => self.may_take_back(at),
            // The uploads and the answers of a part are those of the whole.
            (Actor::Resident | Actor::Helper(_), Event::Amended(amendment)) => {
                let is_part = self.submission.part_of.is_some();
                let says_nothing = amendment.answers.is_empty();
                if is_part || says_nothing || amendment.complete_by.is_some() != self.waiting.is_some() {
                    return Err(Refused::NotAllowed);
                }
                Ok(())
            }
            (Actor::Resident | Actor::Helper(_), Event::Answered { complete_by, .. }) => {
                match &self.waiting {
                    Some(_) if *complete_by >= self.complete_by => Ok(()),
                    _ => Err(Refused::Asked),
                }
            }
            // Whatever the resident writes while they are asked is the answer.
            (Actor::Resident | Actor::Helper(_), Event::Message { .. }) if self.waiting.is_some() => {
                Err(Refused::Asked)
            }
            (Actor::Resident | Actor::Helper(_), Event::Withdrawn { .. }) if self.is_fixed(at) => {
                Err(Refused::TooLate)
            }
            (Actor::Resident | Actor::Helper(_), Event::Message { .. } | Event::Withdrawn { .. }) => Ok(()),
            (Actor::Resident | Actor::Helper(_), Event::Rebooked { .. }) if self.is_past_change(at) => {
                Err(Refused::TooLate)
            }
            (Actor::Resident | Actor::Helper(_), Event::Rebooked { before, to }) => {
                self.may_rebook(before, to)
            }
            (Actor::Staff(staff), Event::Undone) => self.may_undo(staff.id, at),
            (Actor::Staff(staff), event) => self.may_staff(staff.id, event),
            (Actor::Contractor(who), event) => self.may_contractor(who.id, event),
            (Actor::Clock, event) => self.may_clock(event),
            _ => Err(Refused::NotAllowed),
        }
    }

    fn may_contractor(&self, who: Uuid, event: &Event) -> Result<(), Refused> {
        let mine = self.contract.as_ref().is_some_and(|contract| contract.contractor.id == who);
        match event {
            _ if !mine => Err(Refused::NotAllowed),
            Event::ContractorWrote { planned: Some(on), .. } if *on > self.complete_by.day() => {
                Err(Refused::AfterPromise)
            }
            Event::ContractorWrote { .. } | Event::ContractorDone { .. } if self.work.is_none() => Ok(()),
            _ => Err(Refused::NotAllowed),
        }
    }

    fn may_staff(&self, staff: Uuid, event: &Event) -> Result<(), Refused> {
        match event {
            Event::Taken if self.is_owner(staff) => Err(Refused::AlreadyYours),
            Event::HandedOver { to } if self.is_owner(to.id) => Err(Refused::AlreadyYours),
            // Who answers for the department agrees, or does not; a note is anybody's.
            Event::Taken | Event::HandedOver { .. } | Event::Noted { .. } => Ok(()),
            // Nothing is nobody's: it needs somebody who answers for it.
            Event::HandedBack if self.owner.is_some() && self.lead.is_some() => Ok(()),
            Event::OfferEnded { .. } if self.offer.is_some() => Ok(()),
            // Nobody signs what they proposed themselves.
            Event::SentBack { .. } if self.proposed.is_some() => self.may_sign(staff),
            Event::Closed(closing) if self.proposed.as_ref().is_some_and(|this| this.closing == *closing) => {
                self.may_sign(staff)?;
                self.may_close(event)
            }
            Event::Decided { .. } if self.on_board.is_some() => Ok(()),
            Event::HandedBack
            | Event::OfferEnded { .. }
            | Event::SentBack { .. }
            | Event::Decided { .. }
            | Event::Withdrawn { .. } => Err(Refused::NotAllowed),
            _ if !self.is_owner(staff) => Err(Refused::NotOwner),
            Event::Offered(_) if self.offer.is_none() => Ok(()),
            Event::Planned { on } if *on > self.complete_by.day() => Err(Refused::AfterPromise),
            Event::Planned { on } if self.status == Status::Planned && self.planned == Some(*on) => {
                Err(Refused::SameDate)
            }
            Event::Planned { .. } | Event::Begun | Event::Asked { .. } if self.waiting.is_some() => {
                Err(Refused::Asked)
            }
            // There is nobody to ask.
            Event::Asked { .. } if self.seen_by.is_some() => Err(Refused::NotAllowed),
            Event::Begun if self.status == Status::InProgress => Err(Refused::NotAllowed),
            Event::PromiseMoved { to, .. } if By::Day(*to) == self.complete_by => Err(Refused::SameDate),
            Event::Rebooked { before, to } => self.may_rebook(before, to),
            Event::Message { .. }
            | Event::Planned { .. }
            | Event::Begun
            | Event::Asked { .. }
            | Event::PromiseMoved { .. } => Ok(()),
            Event::Contracted(_) if self.contract.is_none() => Ok(()),
            // To give it out anew is no way round looking at what was done.
            Event::Contracted(_) if self.work.is_some() && self.is_unchecked() => Err(Refused::NotChecked),
            Event::Contracted(_) if self.work.is_some() => Ok(()),
            Event::ContractEnded { .. } if self.contract.is_some() && self.work.is_none() => Ok(()),
            Event::Checked { fine, .. } if self.contract.is_some() => match &self.work {
                Some(work) if !work.checked => Ok(()),
                None if *fine => Ok(()),
                _ => Err(Refused::NotAllowed),
            },
            Event::Closed(_) | Event::Proposed(_) => self.may_close(event),
            _ => Err(Refused::NotAllowed),
        }
    }

    /// Only their own last act, soon after, and only while nothing has happened since. What was written to the resident
    /// was read and is never taken back.
    fn may_undo(&self, staff: Uuid, at: DateTime<Utc>) -> Result<(), Refused> {
        let Some(last) = self.history.last() else { return Err(Refused::NotAllowed) };
        let is_own = matches!(&last.by, Actor::Staff(by) if by.id == staff);
        match last.event {
            Event::Taken
            | Event::HandedOver { .. }
            | Event::HandedBack
            | Event::Planned { .. }
            | Event::Offered(_)
                if is_own =>
            {
                let is_late = at - last.at >= TimeDelta::minutes(UNDO_MINUTES);
                if is_late { Err(Refused::TooLate) } else { Ok(()) }
            }
            _ => Err(Refused::NotAllowed),
        }
    }

    /// What was booked with it.
    #[must_use]
    pub fn booked(&self) -> Option<&Booked> {
        self.submission.answers.iter().find_map(|answer| match &answer.value {
            Value::Slot(booked) => Some(booked),
            _ => None,
        })
    }

    /// Whether what was booked with it is still for it: until it ends, and after that if it was done.
    #[must_use]
    pub fn has_place(&self) -> bool {
        match self.status {
            Status::Closed(outcome) => matches!(outcome, Outcome::Done | Outcome::PartDone),
            _ => !self.place_lost,
        }
    }

    /// It is too late for its resident to book another day.
    #[must_use]
    pub fn is_past_change(&self, at: DateTime<Utc>) -> bool {
        let until = self.booked().and_then(|booked| booked.until);
        !self.place_lost && self.is_received() && until.is_some_and(|until| at.timestamp() > until)
    }

    /// It is too late for its resident to cancel it: until the day is over somebody may be on the way.
    #[must_use]
    pub fn is_fixed(&self, at: DateTime<Utc>) -> bool {
        self.is_past_change(at) && self.booked().is_some_and(|booked| at.timestamp() < day_ends(booked.day))
    }

    /// Only what was booked is booked anew, as the same thing; the same day only where others had it.
    fn may_rebook(&self, before: &Booked, to: &Booked) -> Result<(), Refused> {
        match self.booked() {
            Some(now) if now == before && to.of == before.of => {
                if to.is_same(before) && !self.place_lost {
                    Err(Refused::SameDate)
                } else {
                    Ok(())
                }
            }
            _ => Err(Refused::NotAllowed),
        }
    }

    fn rebooked(&mut self, to: &Booked, at: DateTime<Utc>) {
        self.place_lost = false;
        self.book(to);
        let promised = self.complete_by.not_before(to.day);
        if self.is_received() {
            if promised != self.complete_by {
                self.promise(promised, at);
            }
        } else {
            (self.complete_by, self.submission.complete_by) = (promised, promised);
        }
    }

    fn book(&mut self, to: &Booked) {
        for answer in &mut self.submission.answers {
            if let Value::Slot(booked) = &mut answer.value {
                booked.clone_from(to);
            }
        }
    }

    /// The case as it was before the last event.
    fn before_last(&self) -> Result<Self, Refused> {
        let mut first = self.clone();
        if let Some(booked) = self.history.iter().find_map(|recorded| match &recorded.event {
            Event::Rebooked { before, .. } => Some(before),
            _ => None,
        }) {
            first.book(booked);
        }
        let event = Event::Submitted(Box::new(first.submission));
        let mut case = Self::open(&Recorded { seq: 1, at: self.received_at, by: self.sender(), event })?;
        for recorded in self.history.iter().take(self.history.len().saturating_sub(1)) {
            case.apply(recorded.clone())?;
        }
        Ok(case)
    }

    fn may_close(&self, event: &Event) -> Result<(), Refused> {
        let closing = match event {
            Event::Closed(closing) => closing,
            Event::Proposed(proposal) => &proposal.closing,
            _ => return Err(Refused::NotAllowed),
        };
        match closing.outcome {
            Outcome::DeclinedByPolicy if closing.policy.is_none() => Err(Refused::PolicyMissing),
            Outcome::NoAnswer
                if self.waiting.as_ref().is_none_or(|waiting| waiting.reminders < REMINDERS) =>
            {
                Err(Refused::NotReminded)
            }
            Outcome::Done | Outcome::PartDone if self.is_unchecked() => Err(Refused::NotChecked),
            _ if !closing.is_complete() => Err(Refused::Incomplete),
            _ => Ok(()),
        }
    }

    /// Who proposed how it is to be closed, while nobody has agreed.
    #[must_use]
    pub fn proposed_by(&self) -> Option<Uuid> {
        match &self.proposal()?.by {
            Actor::Staff(staff) => Some(staff.id),
            _ => None,
        }
    }

    /// When it was proposed how it is to be closed, and by whom, while nobody has agreed.
    pub(crate) fn proposal(&self) -> Option<&Recorded> {
        self.proposed.as_ref()?;
        self.history.iter().rfind(|recorded| matches!(recorded.event, Event::Proposed(_)))
    }

    fn may_sign(&self, staff: Uuid) -> Result<(), Refused> {
        if self.proposed_by() == Some(staff) { Err(Refused::OwnProposal) } else { Ok(()) }
    }

    fn may_reopen(&self, at: DateTime<Utc>) -> Result<(), Refused> {
        match self.closed_at {
            None => Err(Refused::StillOpen),
            Some(_) if self.reopened_at.is_some() => Err(Refused::ReopenedBefore),
            Some(closed) if at - closed > TimeDelta::days(REOPEN_DAYS) => Err(Refused::TooLate),
            // What was said again goes on where it was said first.
            Some(_) if self.status == Status::Closed(Outcome::Duplicate) => Err(Refused::NotAllowed),
            // What was paid for it may have been paid back by then: it is asked for, and paid, anew.
            Some(_) if self.status == Status::Closed(Outcome::Withdrawn) && self.paid_at.is_some() => {
                Err(Refused::NotAllowed)
            }
            Some(_) => Ok(()),
        }
    }

    /// What it gave, unless that ended early.
    #[must_use]
    pub fn live_grant(&self) -> Option<&Grant> {
        self.grant.as_deref().filter(|grant| grant.ended.is_none())
    }

    /// Once it is given, it goes on whether the request is closed or not.
    fn may_grant(&self, by: &Actor, step: &Step) -> Result<(), Refused> {
        let live = self.live_grant();
        let is_theirs = matches!(by, Actor::Resident | Actor::Helper(_));
        let allowed = match step {
            // As a consequence of what somebody does: paying it, or closing it.
            // A part goes with its whole, which gives nothing.
            Step::Given(_) => {
                let stands_alone = self.parts.is_empty() && self.submission.part_of.is_none();
                self.grant.is_none() && stands_alone && !matches!(by, Actor::Clock)
            }
            Step::Vehicle { on, now, before } => live.is_some_and(|grant| {
                let is_other = grant.vehicle.as_ref() == Some(before) && now != before;
                is_theirs && is_other && grant.is_live(*on) && grant.changes_left(*on) > 0
            }),
            Step::GivenBack { on, pence } => {
                live.is_some_and(|grant| is_theirs && grant.give_back && grant.is_live(*on) && *pence >= 0)
            }
            Step::Ended { .. } => live.is_some() && matches!(by, Actor::Staff(_)),
            Step::Reminded { days } => {
                let is_news = |grant: &Grant| grant.reminded.is_none_or(|reminded| *days < reminded);
                live.is_some_and(is_news) && *by == Actor::Clock
            }
        };
        if allowed { Ok(()) } else { Err(Refused::NotAllowed) }
    }

    fn granted(&mut self, step: &Step, at: DateTime<Utc>) {
        if let Step::Given(grant) = step {
            self.grant = Some(Box::new(grant.clone()));
            return;
        }
        let Some(grant) = &mut self.grant else { return };
        match step {
            Step::Given(_) => {}
            Step::Vehicle { on, now, before } => {
                grant.before.push((before.clone(), *on));
                grant.vehicle = Some(now.clone());
            }
            Step::Reminded { days } => grant.reminded = Some(*days),
            Step::GivenBack { .. } | Step::Ended { .. } => grant.ended = Some(at),
        }
    }

    /// Nobody has begun, and it was sent just now.
    fn may_take_back(&self, at: DateTime<Utc>) -> Result<(), Refused> {
        let is_new = at - self.received_at <= TimeDelta::minutes(UNDO_MINUTES);
        let begun = |part: &Part| part.status != Status::Received;
        if !is_new {
            Err(Refused::TooLate)
        } else if !matches!(self.status, Status::ToPay | Status::Received) || self.parts.iter().any(begun) {
            Err(Refused::Begun)
        } else {
            Ok(())
        }
    }

    /// Whether the resident may say so how it went: once, and then why; and again when they are asked again.
    fn may_judge(&self, new: &Feedback) -> bool {
        match &self.feedback {
            None => true,
            Some(said) => said.is_bare() && !new.is_bare() && said.score == new.score || self.may_say_again(),
        }
    }

    fn may_clock(&self, event: &Event) -> Result<(), Refused> {
        let allowed = match event {
            Event::Prompted => !self.prompted && self.waiting.is_none(),
            Event::Missed { from, to, .. } => {
                *from == self.complete_by && to > from && self.waiting.is_none()
            }
            Event::Escalated(escalation) => {
                // A missed day is told at the top again.
                self.escalated.as_ref().is_none_or(|now| {
                    now.to.to < escalation.to || self.owed.is_some() && now.to.to == escalation.to
                })
            }
            Event::Aged { age, .. } => self.age.is_none_or(|now| now < *age) || *age == Age::TooLong,
            Event::Reminded => self.waiting.as_ref().is_some_and(|waiting| waiting.reminders < REMINDERS),
            Event::OfferEnded { .. } => self.offer.is_some(),
            Event::PlaceLost => self.booked().is_some() && !self.place_lost,
            Event::OwnerLeft { who, lead } => {
                let is_theirs = self.answers_for_it().is_some_and(|owner| owner.id == who.id);
                is_theirs && (self.owner.is_some() || self.lead != *lead)
            }
            Event::Closed(closing) if closing.outcome == Outcome::NoAnswer => {
                return self.may_close(event);
            }
            _ => false,
        };
        if allowed { Ok(()) } else { Err(Refused::NotAllowed) }
    }

    /// Whoever was asked again, weeks later, may say something else by then.
    fn may_say_again(&self) -> bool {
        let asked = self.history.iter().rposition(|recorded| recorded.event == Event::AskedAgain);
        let said = self.history.iter().rposition(|recorded| matches!(recorded.event, Event::Feedback(_)));
        asked > said
    }

    /// What everything that staff do means: it is looked after again.
    fn staff_acted(&mut self, event: &Event) {
        if matches!(event, Event::Noted { .. }) {
            return;
        }
        self.escalated = None;
        let answers = matches!(
            event,
            Event::Message { .. }
                | Event::Asked { .. }
                | Event::Planned { .. }
                | Event::PromiseMoved { .. }
                | Event::Decided { .. }
                | Event::Closed(_)
        );
        if answers {
            self.unanswered = None;
        }
    }

    /// The resident answered: it goes on where it was.
    fn answered(&mut self, complete_by: By, at: DateTime<Utc>) {
        if let Some(waiting) = self.waiting.take() {
            self.status = waiting.before.into();
        }
        // A day that went by while nobody could work is planned anew.
        if self.planned.is_some_and(|on| on < complete_by.day()) && complete_by != self.complete_by {
            self.planned = None;
            if self.status == Status::Planned {
                self.status = Status::LookedAt;
            }
        }
        self.promise(complete_by, at);
        self.unanswered = Some(at);
    }

    /// Money came. What is to be paid first is received now, also where it had lapsed; what was withdrawn stays so, and lies
    /// with the department, which owes the money back.
    fn paid(&mut self, paid: &Paid, at: DateTime<Utc>) {
        self.paid_at = Some(at);
        let Some(promised) = &paid.promised else { return };
        self.received_at = at;
        self.submission.acknowledge_by = promised.acknowledge_by;
        (self.submission.complete_by, self.complete_by) = (promised.complete_by, promised.complete_by);
        self.lead.clone_from(&promised.lead);
        if matches!(self.status, Status::ToPay | Status::Closed(Outcome::NotPaid)) {
            (self.status, self.closed_at) = (Status::Received, None);
        }
    }

    fn amended(&mut self, amendment: &Amendment, at: DateTime<Utc>) {
        for new in &amendment.answers {
            let known = self.submission.answers.iter_mut().find(|known| known.question == new.question);
            match (known, &new.value) {
                (None, _) => self.submission.answers.push(new.clone()),
                (Some(known), Value::Photos(more)) => {
                    if let Value::Photos(there) = &mut known.value {
                        // Where the case is folded anew to undo something, they are there already.
                        let is_new = |photo: &&Photo| there.photos.iter().all(|known| known.id != photo.id);
                        let new: Vec<Photo> = more.photos.iter().filter(is_new).cloned().collect();
                        there.photos.extend(new);
                    }
                }
                (Some(known), _) => known.value = new.value.clone(),
            }
        }
        if let Some(place) = &amendment.place {
            self.submission.ward.clone_from(&place.ward);
            if !place.stays {
                self.moved_to = Some(place.department.clone()).filter(|to| *to != self.submission.department);
                self.submission.team.clone_from(&place.team);
                self.lead.clone_from(&place.lead);
            }
        }
        if let Some(complete_by) = amendment.complete_by {
            self.answered(complete_by, at);
        }
    }

    fn taken_by(&mut self, staff: &Owner) {
        if let Some(offer) = self.offer.take() {
            if offer.department != self.department() {
                self.moved_to = Some(offer.department).filter(|to| *to != self.submission.department);
                self.lead = offer.lead;
            }
            self.offered_at = None;
        }
        self.owner = Some(staff.clone());
        if self.status == Status::Received {
            self.status = Status::LookedAt;
        }
    }

    fn promise(&mut self, by: By, at: DateTime<Utc>) {
        self.complete_by = by;
        self.promised_at = Some(at);
        self.prompted = false;
    }

    fn end(&mut self, outcome: Outcome, at: DateTime<Utc>) {
        self.status = Status::Closed(outcome);
        self.closed_at = Some(at);
        // What was given before somebody looked ends where they find that it should not have been.
        if !matches!(outcome, Outcome::Done | Outcome::PartDone)
            && let Some(grant) = &mut self.grant
        {
            grant.ended.get_or_insert(at);
        }
        (self.waiting, self.offer, self.offered_at) = (None, None, None);
        (self.proposed, self.escalated, self.unanswered, self.on_board) = (None, None, None, None);
        self.owed = None;
    }

    /// The lot says that the contractor's work is looked at, and nobody has found it well done yet.
    fn is_unchecked(&self) -> bool {
        let is_checked = self.work.as_ref().is_some_and(|work| work.checked);
        self.contract.as_ref().is_some_and(|contract| contract.check) && !is_checked
    }

    /// The contractor says that it is done, and somebody has to look at it before it can be closed so.
    #[must_use]
    pub fn is_to_be_checked(&self) -> bool {
        self.work.is_some() && self.is_unchecked()
    }

    /// A duplicate whose resident was told where it goes on, and now hears more of that.
    #[must_use]
    pub fn has_gone_on(&self) -> bool {
        self.history.iter().filter(|recorded| matches!(recorded.event, Event::GoesOn(_))).count() > 1
    }

    /// The photos of the work that contractors sent, the first one first.
    pub fn work_photos(&self) -> impl Iterator<Item = Uuid> {
        self.history.iter().flat_map(|recorded| recorded.event.work_photos()).copied()
    }

    /// Whether a member of staff may send the contractor's link again.
    ///
    /// # Errors
    /// [`Refused`] with the reason.
    pub fn may_send_link(&self, staff: Uuid) -> Result<(), Refused> {
        match &self.contract {
            _ if !self.status.is_open() => Err(Refused::Closed),
            _ if !self.is_owner(staff) => Err(Refused::NotOwner),
            Some(_) => Ok(()),
            None => Err(Refused::NotAllowed),
        }
    }

    /// As another request names it.
    #[must_use]
    pub fn linked(&self, id: Uuid) -> Linked {
        Linked { id, reference: self.submission.reference.clone(), department: self.department().to_owned() }
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
        self.status = if self.parts.iter().any(is_begun) { Status::InProgress } else { Status::Received };
        let outcome = |part: &Part| match part.status {
            Status::Closed(outcome) => Some(outcome),
            _ => None,
        };
        self.closed_at = None;
        let Some(outcomes) = self.parts.iter().map(outcome).collect::<Option<Vec<_>>>() else { return };
        let mut left = outcomes.into_iter().filter(|outcome| *outcome != Outcome::Withdrawn);
        let first = left.next().unwrap_or(Outcome::Withdrawn);
        // Where some did it and some did not, the first that did not counts.
        let not_done = left.find(|outcome| *outcome != Outcome::Done);
        self.status = Status::Closed(not_done.filter(|_| first == Outcome::Done).unwrap_or(first));
        self.closed_at = Some(at);
    }

    /// Whether the promise has been missed: still open, not waiting for the resident, and the day or the moment is over,
    /// given the moment it is and the council's local day.
    #[must_use]
    pub fn is_late(&self, now: DateTime<Utc>, today: NaiveDate) -> bool {
        self.status.is_open() && self.waiting.is_none() && self.complete_by.is_over(now, today)
    }
}
