//! `/api/staff/ledgers`: taking in the council's ledgers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The ledgers, and what was taken in of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ledgers {
    /// Each of them.
    pub ledgers: Vec<LedgerView>,
}

/// A ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerView {
    /// Identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The columns that a file must have.
    pub needs: Vec<String>,
    /// The columns that it may have.
    pub takes: Vec<String>,
    /// The imports, the last one first.
    pub imports: Vec<ImportView>,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportView {
    /// Identifier.
    pub id: Uuid,
    /// How far it has got.
    pub state: ImportState,
    /// When it began, in words.
    pub begun: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// Rows that were read.
    pub rows: u64,
    /// Lines that were left out.
    pub left_out: u64,
    /// The first of those.
    pub named: Vec<LeftOut>,
    /// How much of the file was read, in per cent.
    pub percent: u8,
    /// Why nothing was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What people see is from this one.
    pub is_current: bool,
}

/// How far an import has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It is being read.
    Reading,
    /// Its rows are the ledger, or were until the next one.
    Taken,
    /// Nothing of it was taken in.
    Refused,
    /// It stopped in the middle, and nothing of it was taken in.
    Stopped,
}

/// A line of a file that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeftOut {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// An import has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportBegun {
    /// Its identifier.
    pub id: Uuid,
}
