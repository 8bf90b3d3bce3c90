//! `/api/staff/terminals`: the public computers, for who looks after them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::field::{ErrorCode, FieldError};
use crate::terminal::{Fault, Setup};

/// `GET /api/staff/terminals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TerminalsView {
    /// In the order in which they were registered.
    pub terminals: Vec<TerminalView>,
}

/// A public computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TerminalView {
    /// Identifier.
    pub id: Uuid,
    /// How it is set up.
    pub setup: Setup,
    /// It is out of use.
    pub locked: bool,
    /// A computer was made this one.
    pub enrolled: bool,
    /// When it was used last, to the minute, as the council's clocks show it; nothing where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// What its browser says that it is.
    pub browser: String,
}

/// `POST /api/staff/terminals` registers one, `POST …/{id}/setup` changes how one is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// How.
    pub setup: Setup,
}

impl SetupRequest {
    /// What is wrong with it, by its fields.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let error = |fault: &Fault| {
            let missing =
                |text: &str| if text.is_empty() { ErrorCode::Missing } else { ErrorCode::NotAllowed };
            match fault {
                Fault::Name => FieldError::new("name", missing(&self.setup.name)),
                Fault::Place => FieldError::new("place", missing(&self.setup.place)),
                Fault::Idle => FieldError::new("idle", ErrorCode::NotAllowed),
                Fault::Hours => FieldError::new("opens", ErrorCode::NotAllowed),
                Fault::ClosesFirst => FieldError::new("closes", ErrorCode::EndsBeforeStart),
            }
        };
        self.setup.faults().iter().map(error).collect()
    }
}

/// The code that makes a computer this one. It is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TerminalCode {
    /// The computer.
    pub id: Uuid,
    /// The code, in two halves.
    pub code: String,
    /// Until when it can be typed.
    pub until: DateTime<Utc>,
}

/// `POST /api/staff/terminals/{id}/lock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LockRequest {
    /// Out of use, or not any more.
    pub locked: bool,
}
