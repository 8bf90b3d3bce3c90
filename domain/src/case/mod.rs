//! The case: everything that happens to a request is an event, appended once, and this is the only place
//! that says what an event does. The timeline, the alerts, the staff's history and the queue are readings
//! of the same events. What time does to a case by itself is [`crate::clock`].

#[cfg(feature = "documents")]
pub mod diagram;
mod rules;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::by::By;
use crate::catalogue::Policy;
use crate::channel::Channel;
use crate::fee::Due;
use crate::identity::Known;
use crate::reference::Reference;
use crate::standard::Limit;
use crate::validate::Answer;

pub use rules::{REMINDERS, REOPEN_DAYS, Refused, UNDO_MINUTES};

/// Something that happened to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::large_enum_variant,
        reason = "few are held at a time, and how a request ends is read everywhere"
    )
)]
pub enum Event {
    /// The resident sent it. Always the first event, and only the first.
    Submitted(Box<Submission>),
    /// A member of staff took it: it is theirs from now on. Also how somebody takes what was offered to them.
    Taken,
    /// Somebody who answers for the department gave it to a member of staff, who owns it from now on.
    HandedOver {
        /// To whom.
        to: Owner,
    },
    /// Its owner asks somebody else to take it, here or in another department. Until they do, it stays the owner's.
    Offered(Offer),
    /// It is nobody's any more and with the team again: who leads its work answers for it until somebody takes it.
    HandedBack,
    /// Who had it, or led the team that had it, does not work on it any more: it is with the team again.
    OwnerLeft {
        /// Who.
        who: Owner,
        /// Who answers for it until somebody takes it.
        lead: Option<Owner>,
    },
    /// Who did the last thing takes it back, because it was a slip: all is as it was before that.
    Undone,
    /// What was offered was not taken: it goes on where it was.
    OfferEnded {
        /// Why; empty where nobody answered in time.
        reason: String,
    },
    /// Work is planned for a day.
    Planned {
        /// The day.
        on: NaiveDate,
    },
    /// Work has begun.
    Begun,
    /// Staff ask the resident something, and can't go on without the answer: the promise waits.
    Asked {
        /// The question.
        question: String,
    },
    /// The resident answered: the promise goes on, later by the time that it waited.
    Answered {
        /// The answer.
        text: String,
        /// By when it is promised from now on.
        complete_by: By,
    },
    /// A message, from the resident or from staff.
    Message {
        /// The text.
        text: String,
    },
    /// Staff wrote something down for each other. The resident does not see it.
    Noted {
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
    /// A contractor of the council does the work. The owner stays the owner.
    Contracted(Contract),
    /// The contractor wrote how far it is.
    ContractorWrote {
        /// The text.
        text: String,
        /// The day the work is planned for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        planned: Option<NaiveDate>,
        /// Photos of it, by the identifiers they were uploaded under.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Uuid>,
    },
    /// The contractor says that the work is done.
    ContractorDone {
        /// What was done.
        text: String,
        /// Photos of it, by the identifiers they were uploaded under.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Uuid>,
    },
    /// The owner took the work back before it was done.
    ContractEnded {
        /// Why, for the contractor.
        reason: String,
    },
    /// The owner looked whether the contractor's work is done well. If not, it goes back to the contractor.
    Checked {
        /// It is.
        fine: bool,
        /// What was seen.
        text: String,
    },
    /// The owner would close it so, and it needs the agreement of somebody else who answers for the department.
    Proposed(Box<Proposal>),
    /// They do not agree.
    SentBack {
        /// Why not, for the owner.
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
        /// By when it is promised now.
        complete_by: By,
    },
    /// It was closed as a duplicate, and the request in which it goes on got further, moved its date, or is another one now.
    GoesOn(GoesOn),
    /// The resident no longer needs it.
    Withdrawn {
        /// Why, if they said; may be empty.
        reason: String,
    },
    /// The resident says that it is not over.
    Reopened {
        /// Why.
        reason: String,
        /// By when it is promised from now on.
        complete_by: By,
    },
    /// The resident took it back just after sending it, to change it and send it again.
    TakenBack,
    /// The resident put something right or added to it. What was sent first stays in the first event.
    Amended(Box<Amendment>),
    /// The resident said how it went.
    Feedback(Feedback),
    /// By the clock: it is due soon, and staff are told. The resident does not see it.
    Prompted,
    /// By the clock: the promised day, or moment, is over.
    Missed {
        /// By when it was promised.
        from: By,
        /// By when it is promised instead.
        to: By,
        /// Why, as far as the case knows.
        why: Why,
    },
    /// By the clock: somebody further up is to look after it.
    Escalated(Escalation),
    /// By the clock: it has been open for so many days.
    Aged {
        /// 30, 45 or 60, or what the council says instead.
        age: Age,
        /// Whom it was told, by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        told: Vec<String>,
        /// Those of them who work here.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        staff: Vec<Owner>,
    },
    /// Somebody who may says what becomes of a request that has been open for too long.
    Decided {
        /// What was decided, in words for the resident.
        text: String,
        /// The day promised from now on.
        complete_by: NaiveDate,
    },
    /// By the clock: the resident was reminded of the question.
    Reminded,
    /// By the clock: the resident was asked again, weeks after it was closed, how it went.
    AskedAgain,
    /// What it costs was paid by card, as the card service says.
    Paid(Box<Paid>),
    /// By the clock: who has not paid was reminded.
    AskedToPay,
    /// By the clock: nobody paid in time, so it was never received.
    Lapsed,
}

/// Money that came for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// The payment's reference.
    pub reference: String,
    /// How much, in pence.
    pub pence: i64,
    /// Of what is received once it is paid: what is promised from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Promised>,
}

/// What is promised of a request when it is received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// Somebody takes it by then.
    pub acknowledge_by: By,
    /// It is done by then.
    pub complete_by: By,
    /// Who owns it until somebody takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Owner>,
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
    /// It is received once that is paid, and what is promised counts from then on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_payment: bool,
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
    /// Who owns it until somebody takes it: who leads the department's work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Owner>,
    /// Somebody takes it by then.
    pub acknowledge_by: By,
    /// It is done by then.
    pub complete_by: By,
    /// In which time it is done, where that is promised in hours: they stand still differently than days do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Limit>,
}

/// What a resident put right or added after sending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    /// The answers that are new or different. Photos are added to those that were sent before.
    pub answers: Vec<Answer>,
    /// What was answered to the same questions before, but photos, which stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Answer>,
    /// Where it belongs now that the place is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// By when it is promised from now on, where the resident had been asked: this is their answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_by: Option<By>,
}

/// Where a request belongs by the place that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The ward, if it is known.
    pub ward: Option<String>,
    /// The department.
    pub department: String,
    /// The team within it.
    pub team: Option<String>,
    /// Who leads the department's work.
    pub lead: Option<Owner>,
    /// Somebody works on it already: it stays with them, and they are told where it would go.
    pub stays: bool,
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
    /// By when it is promised now.
    pub complete_by: By,
}

/// The request in which a duplicate goes on, and where that stands. Whose it is stands nowhere here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoesOn {
    /// Which.
    pub other: Linked,
    /// Where it stands.
    pub status: Status,
    /// By when it is promised now.
    pub complete_by: By,
}

/// How a request was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The outcome.
    pub outcome: Outcome,
    /// What was done or why not, in words for the resident.
    pub text: String,
    /// The day it was done or decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// Who did it or decided it: a crew, a company, a team.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What happens next, if anything does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// What the resident can do who does not agree.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// What would change the answer; for [`Outcome::DeclinedByPolicy`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unless: String,
    /// The policy, always there for [`Outcome::DeclinedByPolicy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// Who is responsible; always there for [`Outcome::NotOurs`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
    /// The request that this one says again; always there for [`Outcome::Duplicate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<Linked>,
    /// Under whose name and role the resident reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signature>,
}

/// How a request is to be closed, if somebody agrees who is not who would close it so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// How.
    #[serde(flatten)]
    pub closing: Closing,
    /// Who stands on this rung or above it may agree.
    #[serde(default)]
    pub sign_off: Rung,
    /// Who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Owner>,
    /// The rungs that were passed by because who stands there is away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub away: Vec<Rung>,
}

/// Somebody other than the council who is responsible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Elsewhere {
    /// Who, and how to reach them.
    pub who: String,
    /// We told them; if not, the resident has to.
    pub handed_over: bool,
}

/// Under whose name a letter goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signature {
    /// Name.
    pub name: String,
    /// What they are: `Manager, Street scene`.
    pub role: String,
}

/// The ways a request can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was asked for was done.
    Done,
    /// Some of it was done.
    PartDone,
    /// It is not done, because a published policy says so.
    DeclinedByPolicy,
    /// Somebody else is responsible.
    NotOurs,
    /// Somebody had already asked for it.
    Duplicate,
    /// The resident no longer needs it.
    Withdrawn,
    /// The resident was asked, and reminded twice, and did not answer.
    NoAnswer,
    /// We looked, and there was nothing.
    NothingFound,
    /// It was to be paid first, and nobody did: it was never received.
    NotPaid,
}

/// How it went, in the resident's view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Feedback {
    /// 1 (very badly) to 5 (very well).
    pub score: u8,
    /// Why; may be empty.
    pub reason: String,
    /// What was not right, from the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Shortfall>,
    /// We may get in touch about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<bool>,
}

/// What was not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// It is not fixed.
    NotFixed,
    /// It took too long.
    TooLong,
    /// They were not told enough.
    NotTold,
    /// How they were treated.
    Manner,
    /// Something else.
    Other,
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
    /// A contractor of the council, with a link of their own.
    Contractor(Owner),
    /// Nobody: time went by.
    Clock,
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
    /// It was sent, and is received once it is paid.
    ToPay,
    /// It has arrived and nobody has taken it yet.
    Received,
    /// Somebody took it and looks what is to be done.
    LookedAt,
    /// Work is planned for a day.
    Planned,
    /// Work has begun.
    InProgress,
    /// The resident was asked something, and it can't go on without the answer.
    Waiting,
    /// It has ended.
    Closed(Outcome),
}

/// A question that the resident has not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The question.
    pub question: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Times they were reminded.
    pub reminders: u8,
    /// When they were asked or reminded last.
    pub asked_at: DateTime<Utc>,
    /// Where it stood before.
    pub before: Before,
}

/// Where a request stood when its resident was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// [`Status::LookedAt`].
    LookedAt,
    /// [`Status::Planned`].
    Planned,
    /// [`Status::InProgress`].
    InProgress,
}

/// An offer of a request to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The department.
    pub department: String,
    /// Who leads that department's work, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Owner>,
    /// To whom; to anybody in the department where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Owner>,
    /// Why, for who takes it.
    pub reason: String,
}

/// Work that a contractor does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Who, by the identifier of this very piece of work: what was given out before gives no right to it.
    pub contractor: Owner,
    /// What they are to do, in the owner's words.
    pub task: String,
    /// The last day that the link works which they got first.
    pub until: NaiveDate,
    /// What they did is to be looked at before the case is closed. Decided by lot when the work is given out.
    pub check: bool,
}

/// Work that a contractor says is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What was done.
    pub text: String,
    /// When they said so.
    pub at: DateTime<Utc>,
    /// Somebody looked, and it is done well.
    pub checked: bool,
}

/// How far up a request goes when those who have it do nothing. Each has a time of their own, in the council's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Who leads the team's work.
    #[default]
    Lead,
    /// Who stands in for them.
    Deputy,
    /// The head of the service.
    Head,
    /// The director.
    Director,
}

/// Why a request went up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nobody had taken it by the day that was promised.
    NotAcknowledged,
    /// The promised day was missed.
    Missed,
    /// It was missed again.
    MissedAgain,
    /// The resident wrote and had no answer.
    Unanswered,
    /// Its owner is away, and not back before the promised day.
    Away,
    /// Whoever it went to before did nothing.
    Silent,
    /// Nobody agreed, or said that they don't, to how it is to be closed.
    Unsigned,
}

/// Why a promised day was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody had begun.
    NotBegun,
    /// A contractor has not finished.
    Contractor,
    /// It takes longer than was thought.
    Longer,
}

/// How long a request has been open (source: open after 30 days goes to the senior manager and the portfolio holder,
/// none stays open longer than 60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// 30 days: the senior manager and the portfolio holder know.
    Long,
    /// 45 days: they are warned.
    VeryLong,
    /// 60 days: it is on the board's list until it is decided.
    TooLong,
}

/// A request went up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How far.
    pub to: Rung,
    /// To whom.
    pub whom: Owner,
    /// Why.
    pub cause: Cause,
    /// The rungs that were passed by because who stands there is away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub away: Vec<Rung>,
}

/// How far a request went up, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalated {
    /// Where it is.
    pub to: Escalation,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl Rung {
    /// All of them, from below.
    pub const ALL: [Self; 4] = [Self::Lead, Self::Deputy, Self::Head, Self::Director];

    /// As it is stored, and as documents write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Deputy => "deputy",
            Self::Head => "head",
            Self::Director => "director",
        }
    }
}

impl From<Before> for Status {
    fn from(before: Before) -> Self {
        match before {
            Before::LookedAt => Self::LookedAt,
            Before::Planned => Self::Planned,
            Before::InProgress => Self::InProgress,
        }
    }
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
    /// What was sent, and promised, at first; the answers, the ward and the team as they were put right since. As it was
    /// sent it stands in the first event.
    pub submission: Submission,
    /// Where it stands.
    pub status: Status,
    /// Who took it. Until somebody does, it is [`Case::lead`]'s.
    pub owner: Option<Owner>,
    /// Who leads the work of the department that it lies with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Owner>,
    /// The department it lies with, where that is not the one it was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// By when it is promised now.
    pub complete_by: By,
    /// When that was promised, if it was promised after it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_at: Option<DateTime<Utc>>,
    /// The day that work is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<NaiveDate>,
    /// What the resident is asked, while they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Whom it was offered to, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// When it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_at: Option<DateTime<Utc>>,
    /// The contractor who does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// The contractor says that the work is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// Of a duplicate: the request in which it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<GoesOn>,
    /// How its owner would close it, until somebody agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Box<Proposal>>,
    /// Since when the resident has had no answer to what they wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<DateTime<Utc>>,
    /// Why it is to go up, until it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Cause>,
    /// How far up it went, since staff last did something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Escalated>,
    /// Promised days that were missed, of those promised since it arrived or was reopened.
    #[serde(default)]
    pub missed: u16,
    /// Staff were told that the promised day is near.
    #[serde(default)]
    pub prompted: bool,
    /// When it was reopened, which can be done once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<DateTime<Utc>>,
    /// How long it has been open, as far as that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// When it was told last that it has been open for too long without a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_board: Option<DateTime<Utc>>,
    /// The resident was asked again how it went.
    #[serde(default)]
    pub asked_again: bool,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// Who has not paid was reminded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked_to_pay: bool,
    /// When it arrived; of what is to be paid first, when it was sent, until it is paid.
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
    /// Who of our staff saw it, where no resident told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Owner>,
    /// The departments that it was passed on to, and where each stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Everything after the submission, in order.
    pub history: Vec<Recorded>,
}
