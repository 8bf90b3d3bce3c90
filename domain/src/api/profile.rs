//! What a resident tells once about themselves: `/api/account/profile`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::answers::Answers;

/// `GET /api/account/profile`: what is kept. Changing it replies with this too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileView {
    /// Whose it is.
    pub person: Uuid,
    /// The answers, as typed.
    pub answers: Answers,
}

/// `POST /api/account/profile`: what is to be kept instead. The questions are [`crate::profile::questions`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The answers, as typed.
    pub answers: Answers,
}

/// `POST /api/account/profile/learn`: what becomes of what was told in a request and is not in the profile yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LearnRequest {
    /// It is kept. If not, it is not offered again.
    pub keep: bool,
}
