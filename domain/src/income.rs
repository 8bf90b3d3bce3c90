//! What was paid and went back on a day, line by line, as the council's income system books it. Money is in pence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::payment::{Codes, Item};

/// Money that came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// When it was known.
    pub at: DateTime<Utc>,
    /// The payment.
    pub payment: Uuid,
    /// Our reference of the payment.
    pub reference: String,
    /// The card service.
    pub service: String,
    /// What the service knows the payment, or the refund, by.
    pub provider_ref: String,
    /// It went back.
    pub is_refund: bool,
    /// The lines that it consists of; those of a refund are below nothing.
    pub items: Vec<Item>,
}

impl Movement {
    /// Its sum; below nothing for a refund.
    #[must_use]
    pub fn pence(&self) -> i64 {
        self.items.iter().map(|item| item.pence).sum()
    }
}

/// What came and went under some codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Total {
    /// The fund.
    pub fund: String,
    /// The cost centre and what it was for.
    pub cost: String,
    /// The kind of VAT.
    pub vat: String,
    /// What was paid.
    pub taken: i64,
    /// What went back; nothing or below.
    pub returned: i64,
}

impl Total {
    /// What is left.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.taken + self.returned
    }
}

/// What came and went by the codes that it is booked under, in their order.
#[must_use]
pub fn totals(movements: &[Movement]) -> Vec<Total> {
    let mut totals: BTreeMap<(String, String, String), Total> = BTreeMap::new();
    for movement in movements {
        for item in &movement.items {
            let Codes { fund, cost, vat } = item.codes.clone();
            let total = totals.entry((fund.clone(), cost.clone(), vat.clone())).or_insert_with(|| Total {
                fund,
                cost,
                vat,
                ..Total::default()
            });
            if movement.is_refund { total.returned += item.pence } else { total.taken += item.pence }
        }
    }
    totals.into_values().collect()
}
