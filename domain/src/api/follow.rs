//! Following a request: `/api/follow…`. The key in the address is the permission.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use super::slots::SlotView;
use crate::by::By;
use crate::case::{
    Age, Cause, Closing, Elsewhere, Feedback, Outcome, Rung, Shortfall, Signature, Status, Why,
};
use crate::catalogue::Policy;
use crate::fee::Due;
use crate::payment::State;
use crate::reference::Reference;
use crate::validate::Answer;

/// `POST /api/follow`: find a request by what a person remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FindRequest {
    /// The reference, as typed.
    #[validate(length(min = 1, max = 40))]
    pub reference: String,
    /// The e-mail address given with the request, or the secret code on its slip.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
}

impl FindRequest {
    /// The secret code of a slip, where that was typed in place of an address.
    #[must_use]
    pub fn code(&self) -> Option<Reference> {
        Reference::parse(&self.email)
    }
}

/// The key to the found request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// Goes into `/follow/{key}`.
    pub key: String,
}

/// `GET /api/follow/{key}`: a request as its resident sees it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the request")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowView {
    /// Reference.
    pub reference: Reference,
    /// The service's identifier.
    pub service: String,
    /// The service's title.
    pub title: String,
    /// The department's name; empty for a request that has parts.
    pub department: String,
    /// Where it stands.
    pub status: Status,
    /// Open, and later than promised.
    pub late: bool,
    /// Somebody else reported it, and this person is only told what happens: answers and messages are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watching: bool,
    /// Who owns it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the resident is asked, while the promise waits for the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The day that work is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub planned: Option<NaiveDate>,
    /// It ended, and may be opened again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_reopen: bool,
    /// Until when, in words, it may be taken back and changed: `3:25pm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// What may be put right or added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<Amends>,
    /// It ended, and can be followed by another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed_by: Option<FollowedBy>,
    /// Somebody takes it by then.
    pub acknowledge_by: By,
    /// It is done by then, as promised now.
    pub complete_by: By,
    /// By when it was promised first.
    pub first_complete_by: By,
    /// The policy it was declined by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// What was answered.
    pub answers: Vec<Answer>,
    /// What is to be paid, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fee: Vec<Due>,
    /// How paying for it stands, where it can be paid by card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PayView>,
    /// The day that was booked with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotView>,
    /// What it gave: a permit, a subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantView>,
    /// It is not received: it is to be paid first, or was, and ended without.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreceived: bool,
    /// The departments that it was passed on to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartView>,
    /// The request that this is one department's part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartView>,
    /// Somebody had asked for the same before: the request in which it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<GoesOnView>,
    /// Photos of the work that a contractor sent and staff let others see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work_photos: Vec<Uuid>,
    /// What happened, oldest first.
    pub timeline: Vec<Entry>,
    /// What happens next, in sentences.
    pub next: Vec<String>,
    /// What was said of how it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
    /// It is shown on a public computer, where links work only until the person has finished: they take a slip home.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// The number of the latest event; a stream of events says when it is behind.
    pub seq: u32,
}

/// What a request gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantView {
    /// What it is called.
    pub name: String,
    /// From when to when, and for which vehicle, in words.
    pub said: String,
    /// It holds, or will.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
}

/// What can follow a request that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowedBy {
    /// The same, asked for anew: it can't be opened again any more.
    #[serde(default)]
    pub again: bool,
    /// A complaint that takes it along.
    #[serde(default)]
    pub complaint: bool,
}

/// What its resident may put right in an open request, or add to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amends {
    /// How many photos it still takes; 0 for a form that takes none.
    #[serde(default)]
    pub photos: u32,
    /// The places in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceAsked>,
}

/// A place that may be put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceAsked {
    /// The question's identifier.
    pub question: String,
    /// The question in words.
    pub label: String,
    /// A point on the map was told, which counts no more once the words are others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mapped: bool,
    /// Its parts.
    pub parts: Vec<PlacePart>,
}

/// One part of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacePart {
    /// The field's path.
    pub path: String,
    /// What it is called.
    pub label: String,
    /// What was told, as it is typed.
    pub value: String,
}

/// Something that was put right or added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// The question.
    pub label: String,
    /// What was told before; empty where nothing was, or where this is more of the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// What is told now.
    pub now: String,
}

/// Another request that this one belongs together with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartView {
    /// The name of the department that looks after it; empty for the whole.
    pub department: String,
    /// Reference.
    pub reference: Reference,
    /// Where it stands; not told of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Goes into `/follow/{key}`.
    pub key: String,
}

/// Where the request stands in which a duplicate goes on. Whose it is, nobody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoesOnView {
    /// Its reference.
    pub reference: Reference,
    /// Where it stands.
    pub status: Status,
    /// By when it is promised now.
    pub complete_by: By,
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// The event's number.
    pub seq: u32,
    /// When (UTC), as RFC 3339 says it.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub at: String,
    /// When, in words of the council's local time: `Friday 12 December 2026 at 3:15pm`.
    pub when: String,
    /// The member of staff who did it; none when the resident did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// Who did it for the resident, as the resident calls them; none when they did it themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<String>,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The request arrived.
    Received,
    /// It was sent, and is received once it is paid.
    Sent,
    /// What it costs was paid by card.
    Paid {
        /// How much, in pence.
        pence: i64,
    },
    /// Who has not paid was reminded.
    AskedToPay,
    /// It was not paid in time, and so never received.
    Lapsed,
    /// Something happened to what it gives.
    Grant {
        /// What, in words.
        said: String,
    },
    /// A member of staff took it.
    Taken,
    /// It is with the team again, and nobody's.
    HandedBack {
        /// Who answers for it until somebody takes it, by name.
        lead: String,
    },
    /// What stands before it was a slip, and was taken back.
    Undone,
    /// A message.
    Message {
        /// The text.
        text: String,
    },
    /// The promised date moved.
    PromiseMoved {
        /// From this day or moment.
        from: By,
        /// To this day.
        #[serde(with = "crate::day")]
        to: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Work is planned.
    Planned {
        /// For this day.
        #[serde(with = "crate::day")]
        on: NaiveDate,
    },
    /// Work has begun.
    Begun,
    /// Staff asked the resident something.
    Asked {
        /// What.
        question: String,
    },
    /// The resident was reminded of it.
    Reminded,
    /// The resident answered.
    Answered {
        /// What.
        text: String,
        /// By when it is promised from then on, where that is another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<By>,
    },
    /// The promised day, or moment, was missed.
    Missed {
        /// By when it was promised.
        from: By,
        /// By when it is promised instead.
        to: By,
        /// Why.
        why: Why,
    },
    /// It went up.
    Escalated {
        /// How far.
        to: Rung,
        /// To whom, by name.
        whom: String,
        /// Why.
        cause: Cause,
        /// The rungs that were passed by because who stands there is away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        away: Vec<Rung>,
    },
    /// It has been open for so long that others were told.
    Aged {
        /// How long.
        age: Age,
        /// Who was told, by name.
        told: Vec<String>,
    },
    /// It was decided what becomes of a request that was open for too long.
    Decided {
        /// What.
        text: String,
        /// The day promised from then on.
        #[serde(with = "crate::day")]
        to: NaiveDate,
    },
    /// A contractor does the work.
    Contracted {
        /// Who.
        by: String,
    },
    /// The contractor wrote; only staff read what.
    ContractorWrote {
        /// What; empty for the resident.
        text: String,
        /// The day that the work is planned for.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
        planned: Option<NaiveDate>,
        /// For staff: photos of the work.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Uuid>,
    },
    /// The contractor says that it is done; only staff read what.
    ContractorDone {
        /// What; empty for the resident.
        text: String,
        /// For staff: photos of the work.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Uuid>,
    },
    /// The contractor does not do the work any more; only staff read why.
    ContractEnded {
        /// Why; empty for the resident.
        reason: String,
    },
    /// The request in which this one goes on got further.
    GoesOn {
        /// Its reference.
        reference: Reference,
        /// Where it stands.
        status: Status,
        /// By when it is promised now.
        to: By,
    },
    /// The resident opened it again.
    Reopened {
        /// Why.
        reason: String,
        /// By when it is promised from then on.
        to: By,
    },
    /// The resident put something right.
    Amended {
        /// What.
        changes: Vec<Change>,
        /// For staff: where it belongs by the new place.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        place: String,
    },
    /// Another day was booked.
    Rebooked {
        /// What was booked before, in words.
        before: String,
        /// What is booked now, in words.
        now: String,
    },
    /// Others had taken the place that was booked before it was paid.
    PlaceLost,
    /// The resident took it back just after sending it, to change it.
    TakenBack,
    /// The resident was asked again how it went.
    AskedAgain,
    /// For staff: it was offered to somebody.
    Offered {
        /// To whom, in words.
        to: String,
        /// Why.
        reason: String,
    },
    /// For staff: what was offered came back.
    OfferEnded {
        /// Why; empty where nobody took it in time.
        reason: String,
    },
    /// For staff: a note.
    Noted {
        /// The text.
        text: String,
    },
    /// For staff: they were told that it is due soon.
    Prompted,
    /// For staff: the contractor's work was looked at.
    Checked {
        /// It is well done.
        fine: bool,
        /// What was seen.
        text: String,
    },
    /// For staff: how it is to be closed, if somebody agrees.
    Proposed(Box<Ending>),
    /// For staff: they did not agree.
    SentBack {
        /// Why not.
        reason: String,
    },
    /// It was closed.
    Closed(Box<Ending>),
    /// A department that it was passed on to got further.
    PartMoved {
        /// The department's name.
        department: String,
        /// Where its part stands.
        status: Status,
        /// It moved its date to this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<By>,
    },
    /// The resident withdrew it.
    Withdrawn {
        /// Why; may be empty.
        reason: String,
    },
    /// The resident said how it went.
    Feedback {
        /// 1 to 5.
        score: u8,
        /// Why; may be empty.
        reason: String,
        /// What was not right, from the list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Shortfall>,
        /// Whether they may be contacted about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<bool>,
    },
}

/// What the resident is told at the end: what was done or why not, when and by whom, what next, and how to object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ending {
    /// The outcome.
    pub outcome: Outcome,
    /// What was done or why not.
    pub text: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub on: Option<NaiveDate>,
    /// By whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What happens next.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// What can be done by who does not agree.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// What would change the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unless: String,
    /// Who is responsible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
    /// The reference of the request that this one says again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<Reference>,
    /// Under whose name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signature>,
}

impl From<Closing> for Ending {
    fn from(closing: Closing) -> Self {
        let Closing { outcome, text, on, by, next, object, unless, elsewhere, same_as, signed, policy: _ } =
            closing;
        let same_as = same_as.map(|other| other.reference);
        Self { outcome, text, on, by, next, object, unless, elsewhere, same_as, signed }
    }
}

/// `POST /api/follow/{key}/reopen`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReopenRequest {
    /// Why it is not over.
    #[validate(length(min = 1, max = 2000))]
    pub reason: String,
}

/// `POST /api/follow/{key}/messages`, `POST /api/staff/requests/{id}/messages`, and
/// `POST /api/account/acting/{id}/{request}/messages`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MessageRequest {
    /// The message.
    #[validate(length(min = 1, max = 4000))]
    pub text: String,
    /// Made by the sender, one per message: a message sent twice is stored once.
    pub id: Uuid,
}

/// `POST /api/follow/{key}/withdraw`, and `POST /api/account/acting/{id}/{request}/withdraw`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// Why; may be empty.
    #[validate(length(max = 1000))]
    pub reason: String,
}

/// `POST /api/follow/{key}/feedback`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FeedbackRequest {
    /// 1 (very badly) to 5 (very well).
    #[validate(range(min = 1, max = 5))]
    pub score: u8,
    /// Why; may be empty. Said alone, the score can be followed once by why.
    #[validate(length(max = 2000))]
    #[serde(default)]
    pub reason: String,
    /// What was not right, from the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Shortfall>,
    /// Whether they may be contacted about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<bool>,
}

/// The data of an event in `GET /api/follow/{key}/events` (and the staff's stream): read the request again
/// when `seq` is past what you have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// The number of the latest event.
    pub seq: u32,
}

/// How paying for a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayView {
    /// What it costs, in pence.
    pub pence: i64,
    /// How far the last attempt got; nothing where nobody has tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Its resident may pay now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_pay: bool,
    /// The payment's reference, once it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was paid, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Of what is received once it is paid: until when that can be done, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What goes back of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refunded>,
}

/// Money that goes back to the card that paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refunded {
    /// Pence.
    pub pence: i64,
    /// When it went, or was asked for, in words.
    pub on: String,
    /// It went back; if not, it is on its way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// Why; empty where nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
