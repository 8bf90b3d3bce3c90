//! `GET /api/services` and `GET /api/services/{id}`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::catalogue::Service;

/// A line in the list of services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceSummary {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// Everyday words to find it by.
    pub keywords: Vec<String>,
}

/// A service's document, and what sending it now would promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceView {
    /// The document.
    pub service: Service,
    /// Somebody takes it by this day, if it is sent now.
    #[serde(with = "crate::day")]
    pub acknowledge_by: NaiveDate,
    /// It is done by this day, if it is sent now.
    #[serde(with = "crate::day")]
    pub complete_by: NaiveDate,
}
