//! `/demo/mailbox`: the mail and text messages that a demonstration council sent, for everybody to read. It exists only for a
//! council that calls itself a demonstration, and only while mail goes into a folder.

use std::fmt::Write as _;
use std::path::Path as FilePath;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use mail_parser::MessageParser;

use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::At;
use crate::jobs::escape;
use crate::state::AppState;
use crate::web::pages::without_app;

/// Mails shown, newest first.
const SHOWN: usize = 50;

/// The routes of this file.
pub fn router() -> Pages {
    Pages::new().open(
        "/demo/mailbox",
        get(mailbox),
        "a demonstration's mail is for everybody; others have no such page",
    )
}

async fn mailbox(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    let council = &at.served.council;
    let folder = state.mail.mailbox(&council.id).filter(|_| council.demo).ok_or_else(ApiError::not_found)?;
    let mails = tokio::task::spawn_blocking(move || read(&folder)).await.unwrap_or_default();
    let name = &council.name;
    let mut page = format!(
        "<header class=\"portico-header\"><div class=\"govuk-width-container\"><a class=\"portico-header__home\" href=\"/\">{}</a></div></header>\
         <div class=\"govuk-width-container\"><main class=\"govuk-main-wrapper\" id=\"main\">\
         <h1 class=\"govuk-heading-l\">Demonstration mailbox</h1>\
         <p class=\"govuk-body\">Every email and text message this demonstration sent, newest first. Reload to see new ones.</p>\
         <p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/\">What residents see</a>, <a class=\"govuk-link\" href=\"/staff\">what staff see</a></p>",
        escape(name),
    );
    if mails.is_empty() {
        page.push_str("<p class=\"govuk-body\">There is no email yet.</p>");
    }
    for mail in mails {
        // Writing to a String can't fail.
        let _ = write!(
            page,
            "<article class=\"mail\"><h2 class=\"govuk-heading-m\">{}</h2><p class=\"govuk-body-s\">To {}</p>",
            escape(&mail.subject),
            escape(&mail.to)
        );
        for paragraph in mail.text.split("\n\n") {
            let text = escape(paragraph.trim());
            // Links of this portal open here; nothing a person typed becomes one.
            let link = text
                .strip_prefix(&escape(&state.public_url))
                .filter(|path| path.starts_with('/') && !path.contains(char::is_whitespace));
            let _ = match link {
                Some(path) => write!(
                    page,
                    "<p class=\"govuk-body portico-typed\"><a class=\"govuk-link\" href=\"{path}\">{text}</a></p>"
                ),
                None => write!(page, "<p class=\"govuk-body\">{}</p>", text.replace('\n', "<br>")),
            };
        }
        page.push_str("</article><hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">");
    }
    page.push_str("</main></div>");
    let page = without_app(&at, &format!("Demonstration mailbox - {name}"), &page);
    Ok(([(header::CACHE_CONTROL, "no-store")], page).into_response())
}

struct Read {
    subject: String,
    to: String,
    text: String,
}

fn read(folder: &FilePath) -> Vec<Read> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter(|entry| {
            entry.path().extension().is_some_and(|extension| extension == "eml" || extension == "txt")
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    files
        .into_iter()
        .take(SHOWN)
        .filter_map(|(_, path)| {
            let bytes = std::fs::read(&path).ok()?;
            if path.extension().is_some_and(|extension| extension == "txt") {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let (to, text) = text.split_once('\n')?;
                // Where to read more is a paragraph of its own here.
                let text = text.replace(". http", ".\n\nhttp");
                return Some(Read { subject: "Text message".to_owned(), to: to.to_owned(), text });
            }
            let mail = MessageParser::default().parse(&bytes)?;
            let to = mail
                .to()
                .and_then(|to| to.first())
                .and_then(|to| to.address())
                .unwrap_or_default()
                .to_owned();
            Some(Read {
                subject: mail.subject().unwrap_or_default().to_owned(),
                to,
                text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            })
        })
        .collect()
}
