//! In which words people are told what happens, to be looked at: `/api/staff/wording`.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::access::Act;
use domain::alert::Channel;
use domain::api::problem::Problem;
use domain::api::wording::{
    Language, Message, Messages, Preview, PreviewCase, PreviewText, PreviewWritten, Values,
};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::private;
use crate::access::Declare as _;
use crate::councils::ENGLISH;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, Staff};
use crate::jobs::alert::{Alert, Reader};
use crate::paper;
use crate::state::AppState;
use crate::words::compose::{compose, notification, parts, text};
use crate::words::{self, examples, table};

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(messages).needs(Act::SeeWording))
        .routes(routes!(preview).needs(Act::SeeWording))
        .routes(routes!(letter).needs(Act::SeeWording))
}

/// `?values=longest&language=cy`.
#[derive(Deserialize)]
struct Wanted {
    values: Option<String>,
    language: Option<String>,
}

/// Every message that people are told.
#[utoipa::path(get, path = "/api/staff/wording", tag = "staff", operation_id = "wording",
    responses((status = 200, body = Messages), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn messages(at: At, Staff(_member): Staff) -> Response {
    let mut messages: Vec<(&str, &words::Message)> = table().messages().collect();
    messages.sort_by_key(|(name, message)| (message.to, *name));
    let named = domain::profile::languages();
    let language = |id: &str| {
        let name = named.iter().find(|known| known.value == id).map_or(id, |known| &known.label);
        Language { id: id.to_owned(), name: name.to_owned() }
    };
    let languages = at.served.wording.languages().map(language).collect();
    let messages = messages.into_iter().map(|(name, message)| view(name, message)).collect();
    private(Messages { messages, languages })
}

fn view(name: &str, message: &words::Message) -> Message {
    Message {
        id: name.to_owned(),
        when: message.when.clone(),
        to: message.to.id().to_owned(),
        matter: message.matter,
        by: message.by.clone(),
    }
}

/// The examples of a message, once for each case that its words tell apart.
fn cases(id: &str, wanted: &Wanted) -> Vec<Alert> {
    let written = examples::written(Values::read(wanted.values.as_deref().unwrap_or_default()));
    let language = wanted.language.as_deref().unwrap_or(ENGLISH);
    let of_it = examples::told(&written).into_iter().filter(|told| told.name() == id);
    let alert = |told| Alert {
        reader: Reader { language: language.to_owned(), large: false },
        ..examples::alert(told, &written, examples::REFERENCE)
    };
    of_it.map(alert).collect()
}

/// A message as it goes out, by each channel.
#[utoipa::path(get, path = "/api/staff/wording/{id}", tag = "staff", operation_id = "wording_of",
    params(
        ("id" = String, Path),
        ("values" = Option<String>, Query, description = "usual, least, longest or strangest"),
        ("language" = Option<String>, Query, description = "two letters: en, cy"),
    ),
    responses((status = 200, body = Preview), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn preview(
    at: At,
    Staff(_member): Staff,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let message = table().message(&id).ok_or_else(ApiError::not_found)?;
    let wording = &at.served.wording;
    let case = |alert: Alert| {
        let alerts = [alert];
        let written = message.by.iter().filter(|by| !matches!(by, Channel::Sms | Channel::Push)).map(|&by| {
            let mails = compose(wording, &alerts, by);
            PreviewWritten { by, subject: mails.subject, paragraphs: mails.paragraphs }
        });
        let sms = message.by.contains(&Channel::Sms).then(|| {
            let text = text(wording, &alerts);
            PreviewText { characters: text.chars().count(), parts: parts(&text), text }
        });
        let pushed = |says_what| notification(wording, &alerts, says_what).body;
        let notifications = message.by.contains(&Channel::Push).then(|| [false, true].map(pushed));
        let language = compose(wording, &alerts, Channel::Email).language;
        PreviewCase { language, written: written.collect(), text: sms, notifications }
    };
    let cases = cases(&id, &wanted).into_iter().map(case).collect();
    Ok(private(Preview { message: view(&id, message), cases }))
}

/// The letter of a message, as it is printed (PDF); of several cases, all in one.
#[utoipa::path(get, path = "/api/staff/wording/{id}/letter", tag = "staff", operation_id = "wording_letter",
    params(
        ("id" = String, Path),
        ("values" = Option<String>, Query, description = "usual, least, longest or strangest"),
        ("language" = Option<String>, Query, description = "two letters: en, cy"),
    ),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn letter(
    State(state): State<AppState>,
    at: At,
    Staff(_member): Staff,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let is_letter = table().message(&id).is_some_and(|message| message.by.contains(&Channel::Letter));
    if !is_letter {
        return Err(ApiError::not_found());
    }
    let said = compose(&at.served.wording, &cases(&id, &wanted), Channel::Letter);
    let council = &at.served.council;
    let page = paper::Letter {
        council: council.name.clone(),
        back: council.contact.address.clone(),
        to: format!("{}\n4 Mill Lane\nNE1 8QH", said.name),
        day: at.served.local(state.now()).date(),
        said,
        is_large: false,
    };
    printed(page, LETTER).await
}

/// What the file of a letter is called.
pub(super) const LETTER: &str = "letter.pdf";

/// A letter as a reply: a file of this name.
///
/// # Errors
/// None but the server's own.
pub(crate) async fn printed(page: paper::Letter, name: &str) -> Result<Response, ApiError> {
    let pdf = tokio::task::spawn_blocking(move || page.pdf()).await.ok().and_then(Result::ok);
    let pdf = pdf.ok_or(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    let mut reply = pdf.into_response();
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    headers.insert(header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reply)
}
