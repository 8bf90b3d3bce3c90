//! What a resident paid: `/api/account/payments`. Money is in pence.

use serde::{Deserialize, Serialize};

use crate::reference::Reference;

/// `GET /api/account/payments`: what is to be paid for what is in the account, and what was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountPayments {
    /// What can be paid now, the newest first.
    pub due: Vec<AccountPayment>,
    /// What was paid, the newest first.
    pub paid: Vec<AccountPayment>,
}

/// A payment for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountPayment {
    /// Goes into `/follow/{key}`.
    pub key: String,
    /// The service's title.
    pub title: String,
    /// The request's reference.
    pub reference: Reference,
    /// How much.
    pub pence: i64,
    /// The payment's reference, once it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// When it was paid, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// How much of it went back.
    #[serde(default)]
    pub refunded: i64,
    /// An attempt to pay has not ended yet, as far as is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub under_way: bool,
}
