//! `POST /api/requests`, with the header `Idempotency-Key`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::reference::Reference;

/// A filled-in form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    /// The service.
    pub service: String,
    /// The version of the document that was filled in.
    pub version: u32,
    /// The answers as typed, of the questions that were asked.
    pub answers: Answers,
}

/// The acknowledgement. A reply without all of this is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Submitted {
    /// The reference.
    pub reference: Reference,
    /// The secret to follow the request with: `/follow/{key}`.
    pub key: String,
    /// Somebody takes it by this day.
    #[serde(with = "crate::day")]
    pub acknowledge_by: NaiveDate,
    /// It is done by this day.
    #[serde(with = "crate::day")]
    pub complete_by: NaiveDate,
}
