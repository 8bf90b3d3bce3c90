//! What the council publishes of its requests: `/api/performance`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// `GET /api/performance`: how many requests came, how they went, and whether what was promised was kept. The two periods
/// do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PerformanceView {
    /// When it was counted, in words of the council's local time.
    pub counted: String,
    /// This month so far.
    pub month: Period,
    /// The twelve months before it.
    pub year: Period,
}

/// A span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Period {
    /// Its first day.
    #[serde(with = "crate::day")]
    pub from: NaiveDate,
    /// Its last day.
    #[serde(with = "crate::day")]
    pub to: NaiveDate,
    /// All requests.
    pub all: Figures,
    /// By service, in the order of their titles; those of which there is nothing to tell are left out.
    pub services: Vec<Line>,
    /// By the way they came, self-service first.
    pub channels: Vec<Line>,
    /// By month, the earliest first, where it is several.
    pub months: Vec<Line>,
}

/// One line of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Line {
    /// Identifier of the service or the channel; the month, such as `2026-12`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The figures.
    pub figures: Figures,
}

/// What is told of some requests. A figure is missing where there is nothing to tell, or where it is [`hidden`](Self::hidden).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// How many arrived.
    pub received: Option<u64>,
    /// How many the council closed.
    pub closed: Option<u64>,
    /// Of a hundred promises that were kept or missed, how many were kept.
    pub kept: Option<Share>,
    /// Half of what was closed took so many days at most, from the day it arrived.
    pub half_within_days: Option<u32>,
    /// Nine in ten of what was closed took so many days at most.
    pub nine_in_ten_within_days: Option<u32>,
    /// How many were declined by a published policy.
    pub declined: Option<u64>,
    /// How many were opened again.
    pub reopened: Option<u64>,
    /// Of a hundred residents who said how it went, how many said that it went well.
    pub satisfied: Option<Share>,
    /// The figures that are not shown because they tell something of very few people.
    pub hidden: Vec<Column>,
}

/// How many of a hundred. Where it would tell something of very few people, only where it lies: from one number to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// At least.
    pub from: u8,
    /// At most.
    pub to: u8,
}

/// One of the [`Figures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// [`Figures::received`].
    Received,
    /// [`Figures::closed`].
    Closed,
    /// [`Figures::kept`].
    Kept,
    /// [`Figures::half_within_days`].
    HalfWithinDays,
    /// [`Figures::nine_in_ten_within_days`].
    NineInTenWithinDays,
    /// [`Figures::declined`].
    Declined,
    /// [`Figures::reopened`].
    Reopened,
    /// [`Figures::satisfied`].
    Satisfied,
}

impl Column {
    /// All, in their order.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Closed,
        Self::Kept,
        Self::HalfWithinDays,
        Self::NineInTenWithinDays,
        Self::Declined,
        Self::Reopened,
        Self::Satisfied,
    ];
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// There is nothing to tell.
    Nothing,
    /// It is not shown.
    Hidden,
    /// A number.
    Number(u64),
    /// Days.
    Days(u32),
    /// A share.
    Share(Share),
}

impl Figures {
    /// One of the figures.
    #[must_use]
    pub fn cell(&self, column: Column) -> Cell {
        let number = |number: Option<u64>| number.map(Cell::Number);
        let shown = match column {
            Column::Received => number(self.received),
            Column::Closed => number(self.closed),
            Column::Kept => self.kept.map(Cell::Share),
            Column::HalfWithinDays => self.half_within_days.map(Cell::Days),
            Column::NineInTenWithinDays => self.nine_in_ten_within_days.map(Cell::Days),
            Column::Declined => number(self.declined),
            Column::Reopened => number(self.reopened),
            Column::Satisfied => self.satisfied.map(Cell::Share),
        };
        shown.unwrap_or(if self.hidden.contains(&column) { Cell::Hidden } else { Cell::Nothing })
    }
}
