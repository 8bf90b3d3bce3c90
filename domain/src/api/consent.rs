//! What a resident decides about their details, and who looked at them: `/api/account/consent`, `/api/account/looked`.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::consent::{Channel, Decision, Purpose, Wording};

/// `GET /api/account/consent`: what is asked, what holds now, and everything that was decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentView {
    /// What the resident is asked, or was asked.
    pub questions: Vec<ConsentQuestion>,
    /// What they are not asked, because the law is the ground.
    pub law: Vec<LawGround>,
}

/// `GET /api/consent`: what is to be asked on a page, of whoever is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentInvite {
    /// They are signed in, and can answer.
    pub signed_in: bool,
    /// The questions that they have not answered. Each is asked until it was, whatever the answer.
    pub questions: Vec<ConsentQuestion>,
}

/// One question of consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentQuestion {
    /// What for.
    pub purpose: Purpose,
    /// The words.
    pub wording: Wording,
    /// Their hash, which goes back with the answer.
    pub hash: String,
    /// It was answered.
    pub answered: bool,
    /// Whom it is about: the council's departments, or the council as a whole with an empty identifier.
    pub departments: Vec<ConsentDepartment>,
    /// Everything that was decided, the newest first.
    pub history: Vec<ConsentLine>,
}

/// What holds for one department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentDepartment {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// The resident agrees.
    pub agreed: bool,
    /// Since when that is so, in words of the council's local time; nothing where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// What was decided at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentLine {
    /// When, in words of the council's local time.
    pub when: String,
    /// What.
    pub decision: Decision,
    /// For which departments, by name.
    pub departments: Vec<String>,
    /// The version of the words.
    pub version: u32,
    /// How the council was told.
    pub channel: Channel,
}

/// Something that is done because the law says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LawGround {
    /// What.
    pub title: String,
    /// Why it is not asked.
    pub words: String,
}

/// `POST /api/account/consent`: what a resident decided, question by question. The reply is the [`ConsentView`] after it;
/// 409 `wording_changed` when the words are not those that are asked with now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    /// The answers; each question once.
    #[validate(length(min = 1, max = 6))]
    pub answers: Vec<ConsentAnswer>,
}

/// The answer to one question, for every department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentAnswer {
    /// Which question.
    pub purpose: Purpose,
    /// The version of the words that were read.
    pub version: u32,
    /// Their hash.
    pub hash: String,
    /// The departments that get a yes, by identifier. All others get a no.
    pub departments: Vec<String>,
}

/// `GET /api/account/looked`: who looked at what is in the account, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookedView {
    /// Each time.
    pub looks: Vec<Look>,
    /// There are older ones.
    #[serde(default)]
    pub more: bool,
}

/// One time that a member of staff looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Look {
    /// When, in words of the council's local time.
    pub when: String,
    /// The department they are of. Their name is for the auditor.
    pub department: String,
    /// Why.
    pub reason: String,
    /// The request they looked at, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<LookedAt>,
}

/// The request that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookedAt {
    /// Goes into `/follow/{key}`.
    pub key: String,
    /// The reference, and the service's title.
    pub title: String,
}
