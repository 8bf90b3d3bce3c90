//! How a resident is told what happens, and what they were told: `/api/account/alerts`, `/api/account/notices`; and what
//! became of it, for staff.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::alert::{Channel, Matter};
use crate::answers::Answers;

/// `GET /api/account/alerts`: what was chosen. Changing it replies with this too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertsView {
    /// Whose it is.
    pub person: Uuid,
    /// The answers to [`crate::alert::questions`].
    pub answers: Answers,
    /// Where emails go.
    pub email: String,
    /// Where text messages go; none where there is no such number in the profile.
    #[serde(default)]
    pub phone: Option<String>,
    /// Where letters go; none where there is no whole address in the profile.
    #[serde(default)]
    pub address: Option<String>,
    /// This council can send text messages.
    pub texts: bool,
    /// The devices that notifications go to, the oldest first.
    #[serde(default)]
    pub devices: Vec<DeviceView>,
    /// What a browser has to know of us to take notifications: our public key (P-256, uncompressed), in base64url.
    #[serde(default)]
    pub push_key: String,
}

/// A device that notifications go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceView {
    /// Identifier.
    pub id: Uuid,
    /// What they call it.
    pub name: String,
    /// Since when, in words.
    pub added: String,
    /// Notifications there say what they are about.
    pub says_what: bool,
    /// It is removed when they sign out on it.
    pub until_sign_out: bool,
    /// It is the one that asks.
    pub here: bool,
}

/// `POST /api/account/devices`: sends notifications to this device from now on. Replies with [`AlertsView`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceRequest {
    /// The answers to [`crate::alert::device_questions`].
    pub answers: Answers,
    /// Where its browser has them sent to.
    pub endpoint: String,
    /// Its public key, in base64url.
    pub p256dh: String,
    /// The secret between it and us, in base64url.
    pub auth: String,
}

/// `POST /api/account/alerts`: what is to hold instead. The questions are [`crate::alert::questions`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AlertsRequest {
    /// The answers.
    pub answers: Answers,
}

/// `GET /api/account/notices`: what happened to the requests of the account, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticesView {
    /// How many have not been read.
    pub unread: u32,
    /// The newest.
    pub notices: Vec<NoticeView>,
    /// There are older ones.
    #[serde(default)]
    pub more: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeView {
    /// The request: goes into `/follow/{key}`.
    pub key: String,
    /// What, in words.
    pub words: String,
    /// What it matters.
    pub matter: Matter,
    /// When, in words.
    pub when: String,
    /// It has been read.
    pub read: bool,
}

/// `GET /api/account/notices/unread`: how many have not been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unread {
    /// That many.
    pub unread: u32,
}

/// What became of something that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It waits to be sent.
    Queued,
    /// A letter that waits to be printed and posted.
    ToPrint,
    /// It left: a mail server or a provider took it, or the letter was posted.
    Sent,
    /// It arrived.
    Delivered,
    /// It did not get through, and never will.
    Failed,
}

impl Fate {
    const ALL: [Self; 5] = [Self::Queued, Self::ToPrint, Self::Sent, Self::Delivered, Self::Failed];

    /// As it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::ToPrint => "to_print",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// What is stored so.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.id() == id)
    }
}

/// `GET /api/staff/requests/{id}/deliveries`: what was sent to the resident about a request, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deliveries {
    /// Each.
    pub deliveries: Vec<Delivery>,
}

/// Something that was sent to the resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// What it says, in a line.
    pub words: String,
    /// By which channel.
    pub by: Channel,
    /// What became of it.
    pub fate: Fate,
    /// Since when it is so, in words.
    pub when: String,
    /// Why it did not get through; empty where it did, or nobody said.
    #[serde(default)]
    pub why: String,
    /// It went out this way because another did not get through.
    #[serde(default)]
    pub instead: Option<Channel>,
    /// Nothing took its place when it did not get through: nobody but a person can tell them.
    #[serde(default)]
    pub stuck: bool,
}

/// `GET /api/staff/letters`: letters of my department that wait to be printed and posted, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Letters {
    /// Each.
    pub letters: Vec<LetterView>,
}

/// A letter that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LetterView {
    /// Identifier.
    pub id: Uuid,
    /// The request that it is about.
    pub request: Uuid,
    /// Its subject.
    pub words: String,
    /// Whom it goes to, and where.
    pub to: String,
    /// Since when it waits, in words.
    pub since: String,
    /// It is to be in large print.
    pub large: bool,
}
