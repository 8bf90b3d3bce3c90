//! In which words people are told what happens: `/api/staff/wording`.

use serde::{Deserialize, Serialize};

use crate::alert::{Channel, Matter};

/// What messages are filled in with to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// As they usually are.
    #[default]
    Usual,
    /// Without anything that need not be there.
    Least,
    /// As long as they may be.
    Longest,
    /// As strange as they may be.
    Strangest,
}

impl Values {
    /// All.
    pub const ALL: [Self; 4] = [Self::Usual, Self::Least, Self::Longest, Self::Strangest];

    /// As an address has it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Least => "least",
            Self::Longest => "longest",
            Self::Strangest => "strangest",
        }
    }

    /// What an address has so; the usual ones for anything else.
    #[must_use]
    pub fn read(id: &str) -> Self {
        Self::ALL.into_iter().find(|values| values.id() == id).unwrap_or_default()
    }
}

/// `GET /api/staff/wording`: every message, and the languages that there are words in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Messages {
    /// Each, by whom it is told to.
    pub messages: Vec<Message>,
    /// The languages, English first.
    pub languages: Vec<Language>,
}

/// A language that there are words in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Language {
    /// Two letters.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A message, as the table of data has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Its name in the table.
    pub id: String,
    /// When it is told.
    pub when: String,
    /// To whom: `resident`, `watcher`, `staff` or `contractor`.
    pub to: String,
    /// What it matters to them.
    pub matter: Matter,
    /// The channels by which it may go out.
    pub by: Vec<Channel>,
}

/// `GET /api/staff/wording/{id}?values=…&language=…`: a message as it goes out, once for each case that its words tell apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The message.
    pub message: Message,
    /// Each case.
    pub cases: Vec<PreviewCase>,
}

/// A message in one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewCase {
    /// The language that it is in: English where the one that was asked for lacks it.
    pub language: String,
    /// The mail or letter, by channel.
    pub written: Vec<PreviewWritten>,
    /// The text message, where it may go out as one.
    #[serde(default)]
    pub text: Option<PreviewText>,
    /// The notification, where it may go out as one: for all to see, and as it says what it is about.
    #[serde(default)]
    pub notifications: Option<[String; 2]>,
}

/// A mail, or a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewWritten {
    /// By which channel.
    pub by: Channel,
    /// Its subject.
    pub subject: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}

/// A text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewText {
    /// What it says.
    pub text: String,
    /// Its length, in characters.
    pub characters: usize,
    /// How many messages it is sent as, and paid for.
    pub parts: usize,
}
