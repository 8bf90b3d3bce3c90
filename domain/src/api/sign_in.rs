//! Ways to sign in besides a code: passkeys, and providers of `OpenID` Connect.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

/// `GET /api/account/ways` and `GET /api/staff/ways`: how one can sign in besides by a code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaysView {
    /// By a code that is sent.
    #[serde(default)]
    pub codes: bool,
    /// By a passkey, if the browser can.
    #[serde(default)]
    pub passkeys: bool,
    /// With these providers.
    #[serde(default)]
    pub providers: Vec<ProviderView>,
    /// A provider with which whoever has signed out here is signed in still, perhaps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<ProviderView>,
}

/// A provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderView {
    /// Goes into `/api/sign-in/{provider}`.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// `GET /api/account/security` and `GET /api/staff/security`: the ways in that somebody has. What changes them replies
/// with this too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecurityView {
    /// Passkeys can be added, if the browser can.
    #[serde(default)]
    pub possible: bool,
    /// The passkeys, the oldest first.
    #[serde(default)]
    pub passkeys: Vec<PasskeyView>,
    /// The providers that the account is linked to; staff have none, for a provider knows them by their address.
    #[serde(default)]
    pub links: Vec<LinkView>,
    /// The providers that it can be linked to besides.
    #[serde(default)]
    pub others: Vec<ProviderView>,
}

/// A passkey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyView {
    /// Identifier.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Since when, in words of the council's local time.
    pub added: String,
    /// When it was last signed in with, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<String>,
}

/// A provider that an account is linked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkView {
    /// Identifier.
    pub id: Uuid,
    /// The provider's name.
    pub name: String,
    /// Since when, in words of the council's local time.
    pub added: String,
    /// When it was last signed in with, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<String>,
}

/// `POST …/passkeys/{id}/rename`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NamePasskeyRequest {
    /// What it is to be called.
    #[validate(length(min = 1, max = 60))]
    pub name: String,
}

/// What a passkey may be called: what was typed without the space around it, if it is a name.
#[must_use]
pub fn passkey_name(typed: &str) -> Option<&str> {
    let name = typed.trim();
    let is_name = !name.is_empty() && name.chars().count() <= 60 && !name.chars().any(char::is_control);
    is_name.then_some(name)
}
