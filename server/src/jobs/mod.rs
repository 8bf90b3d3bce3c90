//! Jobs: what an event asks for besides being written down. One file each; every job says itself whether to
//! try again.

pub mod account_code;
pub mod account_notice;
pub mod alert;
pub mod retention;
pub mod runner;
pub mod sign_in_code;
pub mod sweep;

use serde::{Deserialize, Serialize};

use crate::adapters::mail::{Mail, MailError};
use crate::state::AppState;
use crate::store::jobs::Claimed;

/// A job, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "job")]
pub enum Job {
    /// Tell somebody what happened to a request.
    Alert(Box<alert::Alert>),
    /// Send a sign-in code to a member of staff.
    SignInCode(sign_in_code::SignInCode),
    /// Send a sign-in code to a resident.
    AccountCode(account_code::AccountCode),
    /// Tell a resident something about their account.
    AccountNotice(account_notice::AccountNotice),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Done; forget it.
    Done,
    /// Not now: try again later.
    Retry(String),
    /// It can never be done; trying again would change nothing.
    Never(String),
}

impl Job {
    async fn run(self, state: &AppState, claimed: &Claimed) -> Ended {
        let Some(served) = state.councils.by_id(&claimed.council) else {
            return Ended::Retry("this server does not know the council".into());
        };
        let letter = match self {
            Self::Alert(alert) => alert.letter(&served.council),
            Self::SignInCode(code) => code.letter(&served.council),
            Self::AccountCode(code) => code.letter(&served.council),
            Self::AccountNotice(notice) => notice.letter(&served.council),
        };
        let mail = Mail {
            id: claimed.id,
            council: claimed.council.clone(),
            from: (served.council.name.clone(), served.council.contact.email.clone()),
            to: letter.to,
            subject: letter.subject,
            text: letter.paragraphs.join("\n\n") + "\n",
            html: html(&letter.paragraphs, letter.link.as_deref()),
        };
        match state.mail.send(mail).await {
            Ok(()) => Ended::Done,
            Err(error @ MailError::Never(_)) => Ended::Never(error.to_string()),
            Err(error @ MailError::NotNow(_)) => Ended::Retry(error.to_string()),
        }
    }
}

/// A letter: who it goes to and what it says, one paragraph each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Name (may be empty) and address.
    pub to: (String, String),
    /// Subject.
    pub subject: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// The paragraph that becomes a link. No other does: a web address that a person typed stays text.
    pub link: Option<String>,
}

fn html(paragraphs: &[String], link: Option<&str>) -> String {
    let mut html = String::from("<!doctype html><html lang=\"en\"><body>");
    for paragraph in paragraphs {
        let text = escape(paragraph).replace('\n', "<br>");
        if link == Some(paragraph.as_str()) {
            html.extend(["<p><a href=\"", &text, "\">", &text, "</a></p>"]);
        } else {
            html.extend(["<p>", &text, "</p>"]);
        }
    }
    html + "</body></html>"
}

/// Text made safe to stand in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
