//! What was paid on a day: `/api/staff/income`. Money is in pence.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::income::Total;
use crate::reconcile::Difference;

/// `GET /api/staff/income?day=2026-12-07`: the books of a day, and whether the card service has the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncomeView {
    /// The day.
    #[serde(with = "crate::day")]
    pub day: NaiveDate,
    /// Today: no later day has books.
    #[serde(with = "crate::day")]
    pub today: NaiveDate,
    /// How many payments were made.
    pub payments: u32,
    /// How much.
    pub taken: i64,
    /// How many refunds went back.
    pub refunds: u32,
    /// How much; nothing or below.
    pub returned: i64,
    /// The same by the codes that it is booked under.
    pub totals: Vec<Total>,
    /// What the comparison with the card service came to.
    pub check: Check,
}

/// What a comparison with the card service came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The council takes no payments by card.
    None,
    /// The card service could not be asked: it is not known.
    CouldNot,
    /// It was compared.
    Done {
        /// Payments on the card service's list of the day.
        payments: u32,
        /// Refunds on it.
        refunds: u32,
        /// What differs, red first.
        differences: Vec<Difference>,
    },
}
