//! What every page needs to know of the council.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::services::ServiceView;
use crate::answers::Answers;
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
    /// What the person posted so far without the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<Posted>,
}

/// What a person typed into the plain pages, which the server keeps for a while.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posted {
    /// The service they fill in; empty on other pages.
    pub service: String,
    /// Goes with the request, so that it is sent once whichever way it is sent.
    pub key: Uuid,
    /// Goes up with every page that is posted.
    pub turn: u32,
    /// The answers, as typed.
    pub answers: Answers,
    /// The questions they went past, with their stamps then.
    #[serde(default)]
    pub seen: Vec<(String, u32)>,
    /// The questions that were on a page that was posted, and in which turn last.
    #[serde(default)]
    pub taken: Vec<(String, u32)>,
    /// What is wrong with what was posted last: the field's path, and words.
    #[serde(default)]
    pub problems: Vec<(String, String)>,
    /// What they pressed that opens something on this page, such as `add:people`.
    #[serde(default)]
    pub opened: String,
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
    /// A demonstration, with invented data; the mailbox is at `/demo/mailbox`.
    pub demo: bool,
}
