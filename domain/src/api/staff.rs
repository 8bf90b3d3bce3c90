//! The staff workspace: `/api/staff…`, behind sign-in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use super::account::SessionView;
use super::follow::{Ending, FollowView};
use super::refunds::Refunds;
use crate::access::Role;
use crate::audit::Deed;
use crate::by::By;
use crate::case::{Cause, Outcome, Owner, Rung, Status};
use crate::catalogue::{Policy, Reply, SignOff};
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
    /// They want no keyboard shortcuts.
    #[serde(default)]
    pub no_shortcuts: bool,
    /// They answer for a department, their own or another: they have a board's list, and look into what rises.
    #[serde(default)]
    pub answers: bool,
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

/// `GET /api/staff/colleagues`: who in my department can have a request, and which departments can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Colleagues {
    /// By name.
    pub colleagues: Vec<Owner>,
    /// The other departments, which can be asked to take one: identifier and name.
    #[serde(default)]
    pub departments: Vec<(String, String)>,
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
    /// Who has them from now on: somebody of the same department, also oneself; or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Uuid>,
    /// nobody: they are the team's again, and who leads its work answers for them.
    #[serde(default)]
    pub to_team: bool,
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
    /// What they are from now on: officer, manager, finance, auditor or admin.
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

/// Which requests of the queue are shown. In addresses as `show`, so that it can be kept and sent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Open ones of my department.
    #[default]
    Open,
    /// Open ones that are mine.
    Mine,
    /// Open ones that nobody has taken.
    Unowned,
    /// Open ones that are promised by today.
    Today,
    /// Open ones of which a promised day was missed.
    Overdue,
    /// Those that wait for their resident.
    Waiting,
    /// Those that went up, and those that went up to me.
    Escalated,
    /// Those that somebody offers to my department or to me.
    Offered,
    /// Open ones that a contractor works on, or has worked on.
    Contractor,
    /// Those where a contractor's work has to be looked at.
    Check,
    /// Those that have been open for too long.
    Board,
    /// Those that are to be closed so once I agree, in every department that I answer for.
    ToSign,
    /// Closed ones.
    Closed,
}

impl Show {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 13] = [
        Self::Open,
        Self::Mine,
        Self::Unowned,
        Self::Today,
        Self::Overdue,
        Self::Waiting,
        Self::Escalated,
        Self::Offered,
        Self::Contractor,
        Self::Check,
        Self::Board,
        Self::ToSign,
        Self::Closed,
    ];

    /// As it stands in addresses.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Unowned => "unowned",
            Self::Today => "today",
            Self::Overdue => "overdue",
            Self::Waiting => "waiting",
            Self::Escalated => "escalated",
            Self::Offered => "offered",
            Self::Contractor => "contractor",
            Self::Check => "check",
            Self::Board => "board",
            Self::ToSign => "to_sign",
            Self::Closed => "closed",
        }
    }

    /// Reads what stands in an address; what it does not know is [`Show::Open`].
    #[must_use]
    pub fn read(show: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|known| Some(known.id()) == show).unwrap_or_default()
    }
}

/// `GET /api/staff/requests?show=…`: the queue of my department, earliest promise first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// The requests; at most 200.
    pub requests: Vec<QueueItem>,
    /// There are more than shown.
    pub more: bool,
    /// How many wait for my agreement.
    #[serde(default)]
    pub to_sign: u32,
}

/// The requests in a queue at most.
pub const QUEUE_MOST: usize = 200;

/// One request in the queue.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the request")]
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
    /// It went up, and nobody has done anything since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalated: bool,
    /// The owner's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The contractor who does the work for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contractor: Option<String>,
    /// What the contractor did has to be looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_check: bool,
    /// Owned by the person asking.
    pub mine: bool,
    /// By when it is promised.
    pub complete_by: By,
    /// When it arrived, in words.
    pub received: String,
}

/// Where a request is paid on the screen of who asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayHere {
    /// The page: it works for half an hour, and nothing but paying can be done there.
    pub path: String,
}

/// `GET /api/staff/requests/{id}`: one request of my department. Every action replies with this too.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the request")]
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
    /// Who did something to it can see it no more: it is another department's by now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// The photos that others who report the same may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_photos: Vec<Uuid>,
    /// Others may be shown this request, and so its photos, if staff say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// The policies this service can be declined by.
    pub policies: Vec<Policy>,
    /// Who answers for it until somebody takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
    /// To whom it went up, by name, and how far; gone when staff have done something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Up>,
    /// It was offered to somebody, who has not taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferView>,
    /// How it is to be closed, if somebody agrees who answers for the department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Box<Ending>>,
    /// Who is asked to, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The person asking may agree: they stand high enough, and did not propose it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_sign: bool,
    /// Outcomes that need such agreement, and whose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_off: Vec<SignOff>,
    /// The contractor who does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractView>,
    /// The request of the department in which this one, a duplicate, goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<Uuid>,
    /// How many others are told what happens with it: who asked to be, and who reported the same.
    #[serde(default)]
    pub followers: u32,
    /// Reminders sent to the resident, of a question that is not answered.
    #[serde(default)]
    pub reminders: u8,
    /// It has been open for too long and waits for a decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
    /// The person asking may decide what becomes of it, as they answer for its department.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_decide: bool,
    /// What is written most often at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
    /// What the resident can do who does not agree, as the council says it.
    #[serde(default)]
    pub object: String,
    /// The first day the promise may be moved to: tomorrow.
    #[serde(with = "crate::day")]
    pub earliest: NaiveDate,
    /// The request that this one is about, and those that are about this one, such as complaints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// What went back of what was paid for it, and what still could; nothing where it is not paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunds: Option<Refunds>,
}

/// A request that another one is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Related {
    /// Identifier, for who may open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Reference.
    pub reference: Reference,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// It is what this one is about; otherwise it is about this one.
    pub earlier: bool,
}

/// `GET /api/staff/requests/{id}/near`: what else needs attention around there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Around {
    /// Open requests of the department, the nearest first.
    pub requests: Vec<AroundItem>,
    /// What can be reported at the same place: the services' identifiers and titles.
    pub services: Vec<(String, String)>,
}

/// An open request nearby.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AroundItem {
    /// Identifier.
    pub id: Uuid,
    /// Reference.
    pub reference: Reference,
    /// Title.
    pub title: String,
    /// Where it is, in words.
    pub about: String,
    /// How far away, in metres; none in the same street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// Where it stands.
    pub status: Status,
}

/// `POST /api/staff/requests/{id}/seen`: something else that needs attention at the same place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SeenRequest {
    /// The service that it is for.
    #[validate(length(min = 1, max = 100))]
    pub service: String,
    /// What was seen.
    #[validate(length(min = 1, max = 2000))]
    pub text: String,
    /// Made by the sender, one for each: sent twice it is stored once.
    pub id: Uuid,
}

/// The request that was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// Identifier.
    pub id: Uuid,
    /// Reference.
    pub reference: Reference,
}

/// To whom a request went up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Up {
    /// How far.
    pub to: Rung,
    /// To whom, by name.
    pub whom: String,
    /// Why.
    pub cause: Cause,
}

/// An offer of a request to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferView {
    /// To whom, in words.
    pub to: String,
    /// Why.
    pub reason: String,
    /// The person asking may take it.
    pub mine: bool,
}

/// `POST /api/staff/requests/{id}/plan`: the day for which work is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The day: today or later, and not after the promised one.
    #[serde(with = "crate::day")]
    pub on: NaiveDate,
}

/// `POST /api/staff/requests/{id}/notes`, `…/ask`: some words, with an identifier made by the sender, so that what is sent twice is
/// stored once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WordsRequest {
    /// The words.
    #[validate(length(min = 1, max = 4000))]
    pub text: String,
    /// One for each note or question.
    pub id: Uuid,
}

/// `POST /api/staff/requests/{id}/offer`: to a colleague, or to another department.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OfferRequest {
    /// A colleague in my department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Uuid>,
    /// Another department, by identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Why.
    #[validate(length(min = 1, max = 1000))]
    pub reason: String,
}

/// Words that go with a no: `POST /api/staff/requests/{id}/offer/decline`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// Why not.
    #[validate(length(min = 1, max = 1000))]
    pub reason: String,
}

/// `POST /api/staff/requests/{id}/proposal`: whether somebody who answers for the department agrees with how it is to be closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProposalRequest {
    /// They do.
    pub agree: bool,
    /// Why not; needed where they do not.
    #[serde(default)]
    #[validate(length(max = 1000))]
    pub reason: String,
}

/// `POST /api/staff/requests/{id}/decision`: what becomes of a request that was open for too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// What was decided, in words for the resident.
    #[validate(length(min = 1, max = 2000))]
    pub text: String,
    /// The day promised from now on.
    #[serde(with = "crate::day")]
    pub to: NaiveDate,
}

/// `GET /api/staff/contractors`: who can be given work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contractors {
    /// Identifier and name.
    pub contractors: Vec<(String, String)>,
    /// Days that a link works.
    pub days: u16,
}

/// `POST /api/staff/requests/{id}/contract`: gives the work to a contractor, who gets a link by e-mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractRequest {
    /// To whom, by identifier.
    #[validate(length(min = 1, max = 100))]
    pub contractor: String,
    /// What they are to do.
    #[validate(length(min = 1, max = 2000))]
    pub task: String,
    /// Made by the sender, one for each time: what is sent twice happens once.
    pub id: Uuid,
}

/// `POST /api/staff/requests/{id}/contract/check`: whether the contractor's work is done well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// It is. If not, it goes back to the contractor.
    pub fine: bool,
    /// What was seen; needed where it is not done well.
    #[serde(default)]
    #[validate(length(max = 2000))]
    pub text: String,
}

/// Work that a contractor does, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContractView {
    /// Who, by name.
    pub by: String,
    /// What they are to do.
    pub task: String,
    /// Since when, in words.
    pub since: String,
    /// The last day that their link works; none where it works no more.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub until: Option<NaiveDate>,
    /// What they did is to be looked at before the request is closed.
    pub check: bool,
    /// When they said that it is done, in words, or somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// Somebody looked, and it is done well.
    pub checked: bool,
}

/// `GET /api/staff/requests/{id}/related`: what else my department has or had at the same place, the nearest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedView {
    /// At most twenty.
    pub requests: Vec<RelatedRequest>,
}

/// A request at the same place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedRequest {
    /// Identifier.
    pub id: Uuid,
    /// Reference.
    pub reference: Reference,
    /// The service's title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// When it arrived, in words.
    pub received: String,
    /// How far away; none where only the street is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
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
    /// The day it was done or looked at.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub on: Option<NaiveDate>,
    /// Who did it.
    #[serde(default)]
    #[validate(length(max = 200))]
    pub by: String,
    /// What happens next.
    #[serde(default)]
    #[validate(length(max = 2000))]
    pub next: String,
    /// What the resident can do who does not agree.
    #[serde(default)]
    #[validate(length(max = 2000))]
    pub object: String,
    /// What would change the answer; needed for [`Outcome::DeclinedByPolicy`].
    #[serde(default)]
    #[validate(length(max = 2000))]
    pub unless: String,
    /// Who is responsible; needed for [`Outcome::NotOurs`].
    #[serde(default)]
    #[validate(length(max = 1000))]
    pub elsewhere: String,
    /// We told them.
    #[serde(default)]
    pub handed_over: bool,
    /// The reference of the request that this one says again; needed for [`Outcome::Duplicate`].
    #[serde(default)]
    #[validate(length(max = 40))]
    pub same_as: String,
    /// The policy's identifier; needed for [`Outcome::DeclinedByPolicy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

impl CloseRequest {
    /// What the resident must be told and is not, by field, in the order of the form.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        let about_work = matches!(self.outcome, Outcome::Done | Outcome::PartDone | Outcome::NothingFound);
        let is = |outcome| self.outcome == outcome;
        let needs_next = about_work || is(Outcome::NoAnswer);
        [
            ("policy", is(Outcome::DeclinedByPolicy) && self.policy.is_none()),
            ("elsewhere", is(Outcome::NotOurs) && empty(&self.elsewhere)),
            ("same_as", is(Outcome::Duplicate) && empty(&self.same_as)),
            ("text", empty(&self.text)),
            ("on", about_work && self.on.is_none()),
            ("by", about_work && empty(&self.by)),
            ("unless", is(Outcome::DeclinedByPolicy) && empty(&self.unless)),
            ("next", needs_next && empty(&self.next)),
            ("object", empty(&self.object)),
        ]
        .into_iter()
        .filter_map(|(field, missing)| missing.then_some(field))
        .collect()
    }
}

/// `POST /api/staff/requests/{id}/photos/{photo}/public`: whether others who report the same may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PublishPhotoRequest {
    /// They may.
    pub public: bool,
}
