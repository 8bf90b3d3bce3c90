//! Who a resident is, and how they show it: `/api/account/identity…`, and what staff do with it:
//! `/api/staff/identity…`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::consent::Wording;
use crate::identity::Level;

/// `GET /api/account/identity`: what is known of who I am, and what it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityView {
    /// The highest level that holds.
    pub level: Level,
    /// What it rests on: every proof that holds, the highest first.
    pub proofs: Vec<ProofView>,
    /// The services that need to know who somebody is.
    pub services: Vec<IdentityService>,
    /// Asking the electoral roll.
    pub roll: RollView,
    /// Documents that were sent, the newest first.
    pub documents: Vec<SentDocument>,
    /// What to say at a desk, once it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskCode>,
}

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProofView {
    /// What it proves.
    pub level: Level,
    /// Since when, in words of the council's local time.
    pub since: String,
    /// Until when, in the same words; none where it does not run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The name it was proven for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A service that needs to know who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityService {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// The level it needs, at least.
    pub level: Level,
    /// Why.
    pub why: String,
    /// What is known is enough.
    pub met: bool,
}

/// Asking the electoral roll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollView {
    /// The council has a roll here to look at.
    pub available: bool,
    /// What has to be agreed to, word for word, each time.
    pub wording: Wording,
    /// The hash of these words: sent back with the agreement.
    pub hash: String,
    /// Tries that are left.
    pub tries_left: u32,
    /// When there are five again, in words, once none is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
}

/// `POST /api/account/identity/roll`: look for me on the electoral roll, this once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RollRequest {
    /// The whole name.
    #[validate(length(min = 1, max = 200))]
    pub name: String,
    /// The first line of the address.
    #[validate(length(min = 1, max = 200))]
    pub line1: String,
    /// The second line.
    #[serde(default)]
    #[validate(length(max = 200))]
    pub line2: String,
    /// The postcode.
    #[validate(length(min = 1, max = 30))]
    pub postcode: String,
    /// The agreement to this use, given now.
    pub agreed: Agreed,
}

/// An agreement: exactly which words were agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    /// The wording's identifier.
    pub wording: String,
    /// Its version.
    pub version: u32,
    /// Its language, as two letters.
    pub language: String,
    /// The hash of its text, as it came with the words.
    pub hash: String,
}

/// The reply: yes or no, and nothing of the roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollAnswer {
    /// The name is on the roll at this address.
    pub listed: bool,
    /// Tries that are left.
    pub tries_left: u32,
}

/// Which document shows who somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A passport of any country.
    #[default]
    Passport,
    /// A driving licence with a photo.
    DrivingLicence,
    /// A residence permit or a national identity card.
    IdentityCard,
    /// A bus pass or another card with a photo that the council gave.
    CouncilCard,
    /// A letter of a bank, a doctor or an office, for people without any of these.
    Letter,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Passport, Self::DrivingLicence, Self::IdentityCard, Self::CouncilCard, Self::Letter];

    /// The kind as it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::DrivingLicence => "driving_licence",
            Self::IdentityCard => "identity_card",
            Self::CouncilCard => "council_card",
            Self::Letter => "letter",
        }
    }

    /// A kind as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Passport => "Passport",
            Self::DrivingLicence => "Driving licence with a photo",
            Self::IdentityCard => "Residence permit or identity card",
            Self::CouncilCard => "Bus pass or another council card with a photo",
            Self::Letter => "A letter to you from a bank, a doctor or a government office",
        }
    }
}

/// How far a document is that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Nobody has looked at it yet.
    #[default]
    Waiting,
    /// It shows who they are.
    Seen,
    /// It does not, for a reason that they read.
    Refused,
}

impl DocumentState {
    /// The state as it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Seen => "seen",
            Self::Refused => "refused",
        }
    }

    /// A state as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        [Self::Waiting, Self::Seen, Self::Refused].into_iter().find(|state| state.id() == id)
    }
}

/// A document that a resident sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentDocument {
    /// Identifier.
    pub id: Uuid,
    /// Which it is.
    pub kind: DocumentKind,
    /// How far it is.
    pub state: DocumentState,
    /// When it was sent, in words.
    pub sent: String,
    /// Why it is not good enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `POST /api/account/identity/documents`: have a document looked at that was uploaded before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShowDocumentRequest {
    /// What `POST /api/documents` called it.
    pub document: Uuid,
    /// Which it is.
    pub kind: DocumentKind,
    /// The name that is on it.
    #[validate(length(min = 1, max = 200))]
    pub name: String,
}

/// What a resident says at a desk, so that only who sees their page is found there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeskCode {
    /// The code: two times four letters and digits.
    pub code: String,
    /// Until when it works, in words. It works once.
    pub until: String,
}

/// `GET /api/staff/identity`: documents that nobody has looked at yet, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingDocuments {
    /// The documents; at most 200.
    pub documents: Vec<WaitingDocument>,
}

/// A document that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingDocument {
    /// Identifier.
    pub id: Uuid,
    /// Which it should be.
    pub kind: DocumentKind,
    /// The name that should be on it.
    pub name: String,
    /// When it was sent, in words.
    pub sent: String,
}

/// `POST /api/staff/identity/{id}/decide`: whether the document shows who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// It does.
    pub seen: bool,
    /// Why not, in words for the resident; needed when it does not.
    #[serde(default)]
    #[validate(length(max = 1000))]
    pub reason: String,
}

/// `POST /api/staff/identity/desk`: a document was shown at a desk. Whose it is, is found by what the resident says,
/// and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeskRequest {
    /// The e-mail address of their account.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
    /// The code on their page.
    #[validate(length(min = 1, max = 40))]
    pub code: String,
    /// Which document they showed.
    pub kind: DocumentKind,
    /// The name that is on it.
    #[validate(length(min = 1, max = 200))]
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_states_are_read_again() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::parse(kind.id()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.id());
            assert!(!kind.label().is_empty());
        }
        for state in [DocumentState::Waiting, DocumentState::Seen, DocumentState::Refused] {
            assert_eq!(DocumentState::parse(state.id()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.id());
        }
        assert_eq!((DocumentKind::parse(""), DocumentState::parse("Seen")), (None, None));
    }
}
