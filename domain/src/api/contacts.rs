//! The contact log: `/api/staff/contacts…`, and the contacts about one request.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::contact_log::{ContactChannel, ContactReason, ThreeAnswers};
use crate::reference::Reference;

/// `GET /api/staff/contacts/form`: what the form to record a contact begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactForm {
    /// How the last contact came that I recorded.
    pub channel: ContactChannel,
    /// The reasons to choose from.
    pub reasons: Vec<ContactReason>,
}

/// `POST /api/staff/contacts`: records a contact. The identifier is the sender's own: the same again is stored once, and
/// something else under it takes its place, for ten minutes and for whoever recorded it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordRequest {
    /// Made by the sender.
    pub id: Uuid,
    /// How it came.
    pub channel: ContactChannel,
    /// The reference of the request that it was about, as it was said. One of my own department's says which service
    /// it is; with any other one the service has to be named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[validate(length(max = 40))]
    pub reference: String,
    /// The service that it was about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[validate(length(max = 100))]
    pub service: String,
    /// Their phone number or e-mail address, to know them again by. Kept as a hash only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[validate(length(max = 254))]
    pub person: String,
    /// Why: the identifier of a reason.
    #[validate(length(max = 40))]
    pub reason: String,
    /// The answers to the three questions.
    pub answers: ThreeAnswers,
    /// How many minutes it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 600))]
    pub minutes: Option<u32>,
    /// A note, for staff.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[validate(length(max = 1000))]
    pub note: String,
}

/// A contact that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactView {
    /// Identifier.
    pub id: Uuid,
    /// When, in words of the council's local time.
    pub when: String,
    /// How it came.
    pub channel: ContactChannel,
    /// The title of the service it was about.
    pub service: String,
    /// The reference that was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// The request it was about, where it is my department's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Uuid>,
    /// Why, in words.
    pub reason: String,
    /// The answers to the three questions.
    pub answers: ThreeAnswers,
    /// What they came to.
    pub avoidable: bool,
    /// How many minutes it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// The note.
    pub note: String,
    /// Who recorded it.
    pub by: String,
    /// Which contact of the same resident about the same service it was in 28 days; told to the department that answers
    /// for the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// What was done about it, where it rose to a manager and was looked into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_into: Option<LookedInto>,
    /// I recorded it just now: I may change it, or take it back.
    pub changeable: bool,
}

/// What came of it when a manager looked into why somebody had to come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookedInto {
    /// When, in words.
    pub when: String,
    /// Who.
    pub by: String,
    /// What was done.
    pub done: String,
}

/// `GET /api/staff/contacts?show=about|recorded&before=…`: contacts about my department's services, or those that my
/// department recorded; the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contacts {
    /// At most 50.
    pub contacts: Vec<ContactView>,
    /// Where the next page begins: give it as `before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Uuid>,
}

/// `GET /api/staff/contacts/repeats`: residents who had to contact us about the same service three times in 28 days, and
/// nobody has said yet what was done; the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Repeats {
    /// At most 100.
    pub repeats: Vec<RepeatView>,
}

/// One resident who had to come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepeatView {
    /// Identifier: of the contact with which it rose.
    pub id: Uuid,
    /// The title of the service.
    pub service: String,
    /// When it rose, in words.
    pub since: String,
    /// Their contacts about it from 28 days before that on, the newest first.
    pub contacts: Vec<ContactView>,
}

/// `POST /api/staff/contacts/repeats/{id}/looked-into`: says what was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LookedIntoRequest {
    /// What was done, for staff to read.
    #[validate(length(min = 1, max = 1000))]
    pub done: String,
}

/// `GET /api/staff/contacts/figures`: what each department's services cost in contacts, this month and the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactFigures {
    /// This month, in words: `December 2026`.
    pub this_month: String,
    /// The one before.
    pub last_month: String,
    /// By department and service, in the order of their names.
    pub rows: Vec<ContactFigure>,
}

/// The contacts about one service of one department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactFigure {
    /// The department's name.
    pub department: String,
    /// The service's title.
    pub service: String,
    /// This month so far.
    pub this_month: Counted,
    /// The whole month before.
    pub last_month: Counted,
}

/// Contacts, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counted {
    /// How many.
    pub contacts: u32,
    /// How many of them could have been avoided.
    pub avoidable: u32,
    /// How many of them were not the first of the same resident about the same service in 28 days.
    pub repeats: u32,
    /// How many minutes they took, as far as that was said.
    pub minutes: u32,
}

impl Counted {
    /// How many of a hundred could have been avoided, rounded; nothing where there were none at all.
    #[must_use]
    pub fn avoidable_percent(self) -> Option<u32> {
        let share = |contacts: u32| {
            (u64::from(self.avoidable) * 200 + u64::from(contacts)) / (u64::from(contacts) * 2)
        };
        (self.contacts > 0).then(|| u32::try_from(share(self.contacts)).unwrap_or(u32::MAX))
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            contacts: self.contacts.saturating_add(other.contacts),
            avoidable: self.avoidable.saturating_add(other.avoidable),
            repeats: self.repeats.saturating_add(other.repeats),
            minutes: self.minutes.saturating_add(other.minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded() {
        let of =
            |avoidable, contacts| Counted { contacts, avoidable, ..Counted::default() }.avoidable_percent();
        assert_eq!(of(0, 0), None);
        assert_eq!(
            [of(0, 7), of(1, 3), of(2, 3), of(1, 2), of(7, 7)].map(Option::unwrap),
            [0, 33, 67, 50, 100]
        );
        assert_eq!(of(1, 200), Some(1), "half is rounded up");
        assert_eq!(of(u32::MAX, u32::MAX), Some(100));
    }
}
