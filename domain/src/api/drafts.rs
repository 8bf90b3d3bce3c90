//! Forms that are being filled in.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::answers::{Answers, question_of};

/// What a person filled in, as the server keeps it for a while: page by page without the app, and what the app sent up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posted {
    /// The service they fill in; empty on other pages.
    pub service: String,
    /// Goes with the request, so that it is sent once whichever way it is sent.
    #[serde(deserialize_with = "key")]
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
    /// There is nothing any more: what had this key was sent, or thrown away.
    #[serde(default)]
    pub ended: bool,
    /// The files that were received, by the hash of what is in them: one that comes again is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<(String, String)>,
}

/// A form as it stands in somebody's browser. `POST /api/drafts/{service}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// Goes with the request, so that it is sent once whichever way it is sent.
    #[serde(deserialize_with = "key")]
    pub key: Uuid,
    /// The answers, as typed.
    pub answers: Answers,
    /// The questions they went past, with their stamps then.
    #[serde(default)]
    pub seen: Vec<(String, u32)>,
    /// The last turn of what the server keeps that is in here.
    #[serde(default)]
    pub turn: u32,
}

/// Reads a key. [`Uuid`] would, too, and say in many words what is wrong with one: words that every visitor downloads.
fn key<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    Uuid::try_parse(&String::deserialize(from)?).map_err(|_| D::Error::custom("no key"))
}

/// The reply to [`Filled`]: what the server keeps now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kept {
    /// The draft's key.
    #[serde(deserialize_with = "key")]
    pub key: Uuid,
    /// Its turn.
    pub turn: u32,
}

impl Filled {
    /// With what was posted on pages since: each question as it was answered last, whole, so that no half of one address
    /// meets half of another.
    #[must_use]
    pub fn with(mut self, posted: &Posted) -> Self {
        let known = if self.key == posted.key { self.turn } else { 0 };
        for (question, _) in posted.taken.iter().filter(|(_, turn)| *turn > known) {
            self.answers.forget(question);
            for (path, raw) in posted.answers.iter().filter(|(path, _)| question_of(path) == question) {
                self.answers.set(path, raw);
            }
        }
        for (question, stamp) in &posted.seen {
            self.seen.retain(|(id, _)| id != question);
            self.seen.push((question.clone(), *stamp));
        }
        Self { key: posted.key, turn: posted.turn, ..self }
    }
}

impl From<Posted> for Filled {
    fn from(posted: Posted) -> Self {
        Self { key: posted.key, answers: posted.answers, seen: posted.seen, turn: posted.turn }
    }
}
