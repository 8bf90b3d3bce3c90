//! Money that goes back: `/api/staff/refunds…`, `/api/staff/requests/{id}/refunds`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::refund::RefundState;

/// The refunds of a payment, and what could still go back. Money is in pence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refunds {
    /// The payment.
    pub payment: Uuid,
    /// What was paid.
    pub paid: i64,
    /// What could still go back.
    pub left: i64,
    /// What one member of staff may still send back by themselves: for more, another one must agree.
    pub alone: i64,
    /// The first one first.
    pub refunds: Vec<RefundItem>,
}

/// A refund, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundItem {
    /// Identifier.
    pub id: Uuid,
    /// Pence.
    pub pence: i64,
    /// How far it has got.
    pub state: RefundState,
    /// Why, as the resident reads it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who asked for it, by name; nobody where it was made in the card service's own pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// When, in words.
    pub asked: String,
    /// Who agreed, or did not, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// Why they did not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// When it ended, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// `POST /api/staff/requests/{id}/refunds`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// Made by the sender, one per refund: sent twice, it is one.
    pub id: Uuid,
    /// How much, in pounds as it is typed: `£12.50`.
    #[validate(length(min = 1, max = 20))]
    pub amount: String,
    /// Why; the resident reads it.
    #[validate(length(min = 1, max = 500))]
    pub reason: String,
}

/// `POST /api/staff/refunds/{id}/answer`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundAnswer {
    /// It is to be sent.
    pub agree: bool,
    /// Why not; empty where it is.
    #[validate(length(max = 500))]
    #[serde(default)]
    pub reason: String,
}

/// `GET /api/staff/refunds`: what waits for somebody's agreement, and what the card service did not send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundsView {
    /// The longest waiting first.
    pub waiting: Vec<RefundRow>,
    /// Those that did not go through in the last 30 days.
    pub failed: Vec<RefundRow>,
}

/// A refund in that list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundRow {
    /// The refund.
    pub refund: RefundItem,
    /// What was paid, in pence.
    pub paid: i64,
    /// The payment's reference.
    pub payment: String,
    /// The request, for who may open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Uuid>,
    /// What it was paid for: `Sign up for garden waste, H3LF-WE25`.
    pub paid_for: String,
    /// I asked for it myself, so somebody else has to agree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}
