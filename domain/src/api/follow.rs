//! Following a request: `/api/follow…`. The key in the address is the permission.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::case::{Feedback, Outcome, Status};
use crate::catalogue::Policy;
use crate::fee::Due;
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
    /// The e-mail address given with the request.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
}

/// The key to the found request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// Goes into `/follow/{key}`.
    pub key: String,
}

/// `GET /api/follow/{key}`: a request as its resident sees it.
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
    /// Somebody takes it by this day.
    #[serde(with = "crate::day")]
    pub acknowledge_by: NaiveDate,
    /// It is done by this day, as promised now.
    #[serde(with = "crate::day")]
    pub complete_by: NaiveDate,
    /// The day first promised.
    #[serde(with = "crate::day")]
    pub first_complete_by: NaiveDate,
    /// The policy it was declined by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// What was answered.
    pub answers: Vec<Answer>,
    /// What is to be paid, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fee: Vec<Due>,
    /// The departments that it was passed on to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartView>,
    /// The request that this is one department's part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartView>,
    /// What happened, oldest first.
    pub timeline: Vec<Entry>,
    /// What happens next, in sentences.
    pub next: Vec<String>,
    /// What was said of how it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
    /// The number of the latest event; a stream of events says when it is behind.
    pub seq: u32,
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
    /// A member of staff took it.
    Taken,
    /// A message.
    Message {
        /// The text.
        text: String,
    },
    /// The promised date moved.
    PromiseMoved {
        /// From this day.
        #[serde(with = "crate::day")]
        from: NaiveDate,
        /// To this day.
        #[serde(with = "crate::day")]
        to: NaiveDate,
        /// Why.
        reason: String,
    },
    /// It was closed.
    Closed {
        /// The outcome.
        outcome: Outcome,
        /// What was done or why not.
        text: String,
    },
    /// A department that it was passed on to got further.
    PartMoved {
        /// The department's name.
        department: String,
        /// Where its part stands.
        status: Status,
        /// It moved its date to this day.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
        to: Option<NaiveDate>,
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
    },
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
    /// Why; may be empty.
    #[validate(length(max = 2000))]
    pub reason: String,
}

/// The data of an event in `GET /api/follow/{key}/events` (and the staff's stream): read the request again
/// when `seq` is past what you have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// The number of the latest event.
    pub seq: u32,
}
