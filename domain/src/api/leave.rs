//! `/api/staff/leave`: when members of staff are away. What they have goes up if they are not back by the promised day.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::clock::Leave;

/// `GET /api/staff/leave`: one's own; of everybody in the department for who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaveView {
    /// By name.
    pub people: Vec<Away>,
}

/// When somebody is away, from today on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Away {
    /// Who.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// The days, the first first.
    pub leave: Vec<Kept>,
}

/// Days that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kept {
    /// Identifier.
    pub id: Uuid,
    /// The days.
    pub days: Leave,
}

/// `POST /api/staff/leave`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaveRequest {
    /// Who: oneself, or somebody in the department for who answers for it.
    pub who: Uuid,
    /// The days.
    pub days: Leave,
}

/// `POST /api/staff/leave/end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndLeaveRequest {
    /// Whose.
    pub who: Uuid,
    /// Which.
    pub leave: Uuid,
}
