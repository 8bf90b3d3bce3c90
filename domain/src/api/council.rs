//! What every page needs to know of the council.

use serde::{Deserialize, Serialize};

use super::drafts::Posted;
use super::services::ServiceView;
use crate::council::CouncilContact;

/// The data block in the first page: what the app would otherwise have to ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Boot {
    /// The council.
    pub council: CouncilView,
    /// The service whose page this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceView>,
    /// What the person filled in so far, as the server has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<Posted>,
}

/// A council, as pages show it. `GET /api/council`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CouncilView {
    /// Its name.
    pub name: String,
    /// How to reach a person.
    pub contact: CouncilContact,
    /// The key messages of today: those without services stand above every page, the others above the
    /// pages of their services.
    pub messages: Vec<crate::council::Message>,
    /// It takes payments by card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_payments: bool,
    /// A demonstration, with invented data; the mailbox is at `/demo/mailbox`.
    pub demo: bool,
}
