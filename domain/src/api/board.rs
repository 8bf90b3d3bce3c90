//! `/api/staff/board`: what has been open for too long, in every department that somebody answers for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::by::By;
use crate::case::{Case, Event, Status, Why};
use crate::reference::Reference;

/// Requests at most that are shown.
pub const BOARD_MOST: usize = 500;

/// `GET /api/staff/board`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    /// The departments that the person asking answers for, by name.
    pub departments: Vec<String>,
    /// What has been open there for too long: what waits for a decision first, each part by age, the oldest first.
    pub requests: Vec<BoardItem>,
    /// There are more than shown.
    pub more: bool,
    /// Days open after which a request is on the list.
    pub days: u16,
}

/// A request that has been open for too long. Nothing that its resident wrote is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardItem {
    /// Identifier, for who may open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Reference.
    pub reference: Reference,
    /// The service's title.
    pub title: String,
    /// The department's name.
    pub department: String,
    /// Since when it has been open.
    #[serde(with = "crate::day")]
    pub since: NaiveDate,
    /// For how many days.
    pub days: u32,
    /// Who has it, or who answers for it until somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Nobody has taken it: the name is that of who answers for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unowned: bool,
    /// Why it is still open, as far as the case knows.
    pub why: Held,
    /// Promised days that were missed.
    pub missed: u16,
    /// The day promised now.
    pub complete_by: By,
    /// What was decided last, and when; none where nobody has decided since it came on the list, or was told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// The person asking may decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_decide: bool,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decided {
    /// Who decided.
    pub by: String,
    /// The day.
    #[serde(with = "crate::day")]
    pub on: NaiveDate,
    /// What, in words for the resident; empty for who may not open the request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Why a request is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Nobody has taken it.
    Unowned,
    /// The resident was asked something, and has not answered.
    Resident,
    /// A contractor has not finished.
    Contractor,
    /// A contractor's work has to be looked at.
    Check,
    /// How it is to be closed needs somebody's agreement.
    SignOff,
    /// It was offered to somebody who has not taken it.
    Offered,
    /// It was closed, and opened again.
    Reopened,
    /// Work is planned for a day.
    Planned,
    /// It takes longer than was thought.
    Longer,
    /// Nobody has begun.
    NotBegun,
}

impl Held {
    /// Why this one is.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let missed = case.history.iter().rev().find_map(|recorded| match recorded.event {
            Event::Missed { why, .. } => Some(why),
            _ => None,
        });
        match (case.status, missed) {
            (Status::Waiting, _) => Self::Resident,
            _ if case.proposed.is_some() => Self::SignOff,
            _ if case.is_to_be_checked() => Self::Check,
            _ if case.contract.is_some() && case.work.is_none() => Self::Contractor,
            _ if case.offer.is_some() => Self::Offered,
            _ if case.owner.is_none() => Self::Unowned,
            (Status::Planned, _) => Self::Planned,
            _ if case.reopened_at.is_some() => Self::Reopened,
            (Status::InProgress, _) | (_, Some(Why::Longer)) => Self::Longer,
            _ => Self::NotBegun,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Unowned => "Nobody has taken it",
            Self::Resident => "The resident was asked something and has not answered",
            Self::Contractor => "The contractor has not finished",
            Self::Check => "The contractor’s work has to be looked at",
            Self::SignOff => "How it is to be closed needs an agreement",
            Self::Offered => "It was offered to somebody who has not taken it",
            Self::Reopened => "It was closed, and the resident opened it again",
            Self::Planned => "Work is planned for a day",
            Self::Longer => "The work takes longer than was thought",
            Self::NotBegun => "Nobody has begun to work on it",
        }
    }
}
