//! A resident's account: `/api/account…`. It belongs to whoever reads the mail of its address.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use crate::by::By;
use crate::case::Status;
use crate::reference::Reference;

/// `POST /api/account/code`: have a code sent to sign in with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountCodeRequest {
    /// The e-mail address.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
}

/// `POST /api/account/sign-in`: the code, on the browser that asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountSignInRequest {
    /// Six digits, in any spacing.
    #[validate(length(min = 1, max = 40))]
    pub code: String,
}

/// `POST /api/account/collect`: what becomes of requests that were made with the account's address before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CollectRequest {
    /// They belong into the account. If not, they are not offered again.
    pub add: bool,
}

/// `GET /api/account`: everything a resident has with the council.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountView {
    /// The e-mail address.
    pub email: String,
    /// Requests made with this address before, which are not in the account yet.
    pub found: u32,
    /// The requests in the account that were looked for, one page of them: what needs the resident first, then open
    /// ones, then closed ones; newest first.
    pub requests: Vec<AccountRequest>,
    /// How many there are on all pages.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// How many pages there are.
    pub pages: u32,
    /// The words that were looked for.
    #[serde(default)]
    pub wanted: String,
    /// How many are in the account, looked for or not.
    pub all: u32,
    /// There are older requests than those that are looked through.
    #[serde(default)]
    pub more: bool,
    /// What was told with the newest request and is not in the profile yet, in words.
    #[serde(default)]
    pub learn: Vec<String>,
    /// Those I act for: identifiers and names.
    #[serde(default)]
    pub acting: Vec<(Uuid, String)>,
    /// Forms that were begun.
    pub begun: Vec<BegunForm>,
    /// Where the account is signed in: here first.
    pub sessions: Vec<SessionView>,
}

/// A request in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountRequest {
    /// Goes into `/follow/{key}`.
    pub key: String,
    /// Reference.
    pub reference: Reference,
    /// The service's title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// The day it arrived.
    #[serde(with = "crate::day")]
    pub received: NaiveDate,
    /// It is done by then, as promised now.
    pub complete_by: By,
    /// Why it needs the resident, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// What has happened since its resident looked at it last.
    #[serde(default)]
    pub news: u32,
}

/// Why a request needs its resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Staff wrote last: it may be a question.
    Message,
    /// It is to be paid.
    Payment,
    /// It was not done by the day that was promised.
    Late,
}

/// A form that was begun and not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BegunForm {
    /// The service.
    pub service: String,
    /// Its title.
    pub title: String,
    /// Another one was begun elsewhere that was newer when both met: this one is kept beside it, under this identifier.
    #[serde(default)]
    pub earlier: Option<Uuid>,
    /// When it was saved last, in words of the council's local time.
    pub saved: String,
}

/// `POST /api/account/earlier/{id}`: what becomes of a form that was begun earlier than another one of its service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EarlierRequest {
    /// It is gone on with, and the other one is the earlier one from then on. If not, it is deleted.
    #[serde(rename = "use")]
    pub goes_on: bool,
}

/// A browser in which the account is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// Identifier.
    pub id: Uuid,
    /// What it seems to be: `Firefox on Windows`.
    pub device: String,
    /// Since when, in words of the council's local time.
    pub since: String,
    /// When it was used last, in the same words.
    pub used: String,
    /// It is this one.
    #[serde(default)]
    pub here: bool,
}

/// What a browser seems to be, by what it says of itself (`User-Agent`): for a list that its owner reads, and nothing
/// else.
#[must_use]
pub fn device(user_agent: &str) -> String {
    let known = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    // Most pretend to be others as well: the more particular names come first.
    let browser = known(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = known(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "A browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_by_their_names() {
        for (says, called) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36 Edg/149.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.0", "A browser"),
            ("", "A browser"),
        ] {
            assert_eq!(device(says), called);
        }
    }
}
