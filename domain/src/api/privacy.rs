//! What a resident decides about their own data: another address, and closing the account. `/api/account…`

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::reference::Reference;

/// `POST /api/account/email`: have a code sent to the address that the account is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEmailRequest {
    /// The new e-mail address.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
}

/// `POST /api/account/email/confirm` and `POST /api/account/close`: the code, in the session that asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProofRequest {
    /// Six digits, in any spacing.
    #[validate(length(min = 1, max = 40))]
    pub code: String,
}

/// `GET /api/account/close`: what closing the account would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosingView {
    /// The address that a code would go to.
    pub email: String,
    /// The requests in the account, the newest first: they stay.
    pub requests: Vec<KeptRequest>,
    /// There are more than are listed.
    #[serde(default)]
    pub more: bool,
}

/// A request that stays when the account is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptRequest {
    /// Reference.
    pub reference: Reference,
    /// The service's title.
    pub title: String,
    /// How long it is kept, and what happens then.
    pub kept: String,
}

/// `GET /api/follow/{key}/erased`: what is left to say of a request that was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasedView {
    /// Reference.
    pub reference: Reference,
    /// The service's title, if there is still such a service.
    pub title: String,
    /// The day it was closed.
    #[serde(with = "crate::day")]
    pub closed: NaiveDate,
    /// The day its details were erased.
    #[serde(with = "crate::day")]
    pub gone: NaiveDate,
}
