//! What was booked with a request, and another day instead.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::field::Choices;

/// What was booked with a request, as its page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotView {
    /// What, by its identifier.
    pub of: String,
    /// The day, and perhaps the time, in words.
    pub day: String,
    /// Somebody else has that place: another is to be chosen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// It can't be cancelled any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
    /// The last day on which its resident may change or cancel it, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
    /// Until when the place is held while it is paid, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub held: String,
    /// What its resident may choose instead; nothing where they can't change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<Choices>,
}

/// `POST /api/staff/requests/{id}/slot`: another day, or another time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SlotRequest {
    /// As the form says it: `2026-12-03`, or `2026-12-03 morning`.
    #[validate(length(min = 1, max = 60))]
    pub slot: String,
    /// Made by the sender, one for each change: sent twice, it is one.
    pub id: Uuid,
}
