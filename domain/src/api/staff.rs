//! The staff workspace: `/api/staff…`, behind sign-in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use super::account::SessionView;
use super::follow::FollowView;
use crate::access::Role;
use crate::audit::Deed;
use crate::case::{Outcome, Owner, Status};
use crate::catalogue::Policy;
use crate::identity::Known;
use crate::reference::Reference;

/// `POST /api/staff/sign-in`: send a code. The reply (204) is the same whether the address is known or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Work e-mail address.
    #[validate(email, length(max = 254))]
    pub email: String,
}

/// `POST /api/staff/sign-in/code`: 204 and a session cookie, or 422 `wrong_code`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    /// Work e-mail address.
    #[validate(email, length(max = 254))]
    pub email: String,
    /// The code as typed; spaces and dashes do not matter.
    #[validate(length(min = 1, max = 40))]
    pub code: String,
}

/// `GET /api/staff/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// The department's name.
    pub department: String,
    /// What they are.
    pub role: Role,
    /// They proved who they are just before: what needs that can be done without doing it again.
    #[serde(default)]
    pub proved: bool,
}

/// `GET /api/staff/sessions`: where I am signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffSessions {
    /// This one first, then the newest.
    pub sessions: Vec<SessionView>,
}

/// `POST /api/staff/prove/code`: 204, or 422 `wrong_code`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProveRequest {
    /// The code as typed; spaces and dashes do not matter.
    #[validate(length(min = 1, max = 40))]
    pub code: String,
}

/// `GET /api/staff/colleagues`: who in my department can have a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Colleagues {
    /// By name.
    pub colleagues: Vec<Owner>,
}

/// `POST /api/staff/requests/{id}/hand-over`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandOverRequest {
    /// Who has it from now on: somebody of the same department.
    pub to: Uuid,
}

/// `POST /api/staff/requests/hand-over`: many at once, all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandOverManyRequest {
    /// The requests; at most 200.
    #[validate(length(min = 1, max = 200))]
    pub requests: Vec<Uuid>,
    /// Who has them from now on: somebody of the same department, also oneself.
    pub to: Uuid,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandedOver {
    /// How many have somebody else now. Those that were theirs already are not counted.
    pub changed: u32,
}

/// `GET /api/staff/members`: everybody who works here, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Members {
    /// By name.
    pub members: Vec<Member>,
}

/// A member of staff, as an admin sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Work e-mail address.
    pub email: String,
    /// The department's name.
    pub department: String,
    /// What they are.
    pub role: Role,
}

/// `POST /api/staff/members/{id}/role`. 409 `last_admin` when nobody would be left who can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoleRequest {
    /// What they are from now on: officer, manager, auditor or admin.
    pub role: Role,
}

/// `GET /api/staff/audit?before=…`: what was done, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// At most 50.
    pub rows: Vec<AuditRow>,
    /// Where the next page begins: give it as `before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    /// Its number.
    pub seq: u64,
    /// When, in words of the council's local time.
    pub when: String,
    /// What they were.
    pub role: Role,
    /// Who: a name for staff, an identifier for others; nothing where nobody was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The name of their department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// What they did.
    pub deed: Deed,
    /// Whose record it was: a resident's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// What it was done to.
    pub object: String,
    /// Why, or which fields.
    pub detail: String,
}

/// `GET /api/staff/requests?show=open|closed`: the queue of my department, earliest promise first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// The requests; at most 200.
    pub requests: Vec<QueueItem>,
    /// There are more than shown.
    pub more: bool,
}

/// One request in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueItem {
    /// Identifier.
    pub id: Uuid,
    /// Reference.
    pub reference: Reference,
    /// The service's title.
    pub title: String,
    /// The first words of what it is about: place, or first text.
    pub about: String,
    /// Where it stands.
    pub status: Status,
    /// Open, and later than promised.
    pub late: bool,
    /// The owner's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Owned by the person asking.
    pub mine: bool,
    /// The day it is promised by.
    #[serde(with = "crate::day")]
    pub complete_by: NaiveDate,
    /// When it arrived, in words.
    pub received: String,
}

/// `GET /api/staff/requests/{id}`: one request of my department. Every action replies with this too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffCase {
    /// Identifier.
    pub id: Uuid,
    /// What the resident sees, but for the whole that it may be a part of.
    pub request: FollowView,
    /// One department's part of what the resident told several. Which request is the whole is the resident's alone:
    /// with its reference and their address it could be found, and with it whom else they told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub part: bool,
    /// The team within the department, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Why it came to this department, where its words decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routed: Option<String>,
    /// The ward it is about, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ward: Option<String>,
    /// How sure we were who sent it; none where nobody was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Known>,
    /// How to reach its resident, as they told us once: what about, and what they said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reach: Vec<(String, String)>,
    /// Owned by the person asking: only then may they write, move the date and close.
    pub mine: bool,
    /// The photos that others who report the same may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_photos: Vec<Uuid>,
    /// Others may be shown this request, and so its photos, if staff say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// The policies this service can be declined by.
    pub policies: Vec<Policy>,
    /// The first day the promise may be moved to: tomorrow.
    #[serde(with = "crate::day")]
    pub earliest: NaiveDate,
}

/// `GET /api/staff/requests/{id}/person`: what else my department may see of the person whose request it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonView {
    /// Their other requests with my department, and those of others while they share them; the newest first.
    pub requests: Vec<PersonRequest>,
    /// There are more of these than are listed.
    #[serde(default)]
    pub older: bool,
    /// They have more with other departments, which mine may not see; told only if they agreed to that.
    #[serde(default)]
    pub more: bool,
}

/// One request of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonRequest {
    /// Identifier.
    pub id: Uuid,
    /// Reference.
    pub reference: Reference,
    /// The service's title.
    pub title: String,
    /// The department's name.
    pub department: String,
    /// It is my department's. If not, it can be read at `/api/staff/shared/{id}`, and nothing else.
    pub own: bool,
    /// Where it stands.
    pub status: Status,
    /// When it arrived, in words.
    pub received: String,
}

/// `GET /api/staff/shared/{id}`: another department's request that its resident shares with mine, to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedRequest {
    /// Identifier.
    pub id: Uuid,
    /// What the resident sees, but for the whole that it may be a part of.
    pub request: FollowView,
}

/// `POST /api/staff/requests/{id}/promise`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MovePromiseRequest {
    /// The new day.
    #[serde(with = "crate::day")]
    pub to: NaiveDate,
    /// Why, in words for the resident.
    #[validate(length(min = 1, max = 1000))]
    pub reason: String,
}

/// `POST /api/staff/requests/{id}/close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    /// The outcome.
    pub outcome: Outcome,
    /// What was done or why not, in words for the resident.
    #[validate(length(min = 1, max = 4000))]
    pub text: String,
    /// The policy's identifier; needed for [`Outcome::DeclinedByPolicy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// `POST /api/staff/requests/{id}/photos/{photo}/public`: whether others who report the same may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PublishPhotoRequest {
    /// They may.
    pub public: bool,
}
