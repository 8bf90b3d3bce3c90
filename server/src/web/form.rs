//! Reading what a browser posts.

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use bytes::{Bytes, BytesMut};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::ApiError;
use crate::extract::{At, DRAWN_FOR, body_error, still_the_same};
use crate::photo::MAX_BYTES;
use crate::state::AppState;

/// No page has a tenth of so many fields.
const MOST_FIELDS: usize = 1_000;
/// Nobody picks so many on purpose.
const MOST_FILES: usize = 100;
/// What is kept of a file: a byte more than the largest that is taken.
const MOST_OF_FILE: usize = MAX_BYTES + 1;
/// Room for the files of all forms that are read at a moment, in megabytes: who sends many at once must not take the
/// memory that others need.
static ROOM: Semaphore = Semaphore::const_new(512);
const MEGABYTE: usize = 1 << 20;
/// Room for texts far over their limits, so that the person is told so and keeps them, in bytes.
const MOST_TEXT: usize = 2 * 1024 * 1024;

/// What a browser posted.
#[derive(Default)]
pub(super) struct Form {
    /// What was typed and chosen, by the names of the fields.
    pub texts: BTreeMap<String, String>,
    /// Bytes of all names and texts.
    length: usize,
    /// Files, in their order.
    pub files: Vec<File>,
    /// The room that its files take; given back with the form.
    room: Option<SemaphorePermit<'static>>,
    /// Megabytes of the file that is being read that have room.
    held: usize,
}

/// A file that was picked.
pub(super) struct File {
    /// The question it answers.
    pub question: String,
    /// Its name, as the browser says it.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// Of forms without questions that take files.
pub(super) fn no_files(_: &str) -> bool {
    false
}

fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
}

impl Form {
    /// Reads a form of either encoding, with the files of the questions that take some. What nobody asked for goes by
    /// without being held in memory.
    ///
    /// # Errors
    /// What is no form, and what is too large; `not_signed_in` for one that was drawn for somebody else.
    pub async fn read(
        (state, at): (&AppState, &At),
        request: Request,
        takes_files: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        let mut form = Self::parse(request, takes_files).await?;
        if let Some(drawn_for) = form.texts.remove(DRAWN_FOR) {
            still_the_same(state, at, &headers, &drawn_for).await?;
        }
        Ok(form)
    }

    async fn parse(request: Request, takes_files: &(dyn Fn(&str) -> bool + Sync)) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let mut form = Self::default();
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let bad = |status| body_error(status);
            let mut parts =
                Multipart::from_request(request, &()).await.map_err(|error| bad(error.status()))?;
            while let Some(mut part) = parts.next_field().await.map_err(|error| bad(error.status()))? {
                let question = part.name().unwrap_or_default().to_owned();
                let file = part.file_name().map(ToOwned::to_owned);
                if file.is_some() && takes_files(&question) {
                    let mut bytes = BytesMut::new();
                    while let Some(chunk) = part.chunk().await.map_err(|error| bad(error.status()))? {
                        // One byte too many is enough to say so; the rest goes by.
                        let room = MOST_OF_FILE - bytes.len().min(MOST_OF_FILE);
                        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                        form.hold(bytes.len())?;
                    }
                    form.held = 0;
                    let bytes = bytes.freeze();
                    match file {
                        // No file was chosen.
                        Some(name) if name.is_empty() && bytes.is_empty() => {}
                        Some(_) if form.files.len() == MOST_FILES => return Err(too_large()),
                        name => form.files.push(File { question, name: name.unwrap_or_default(), bytes }),
                    }
                    continue;
                }
                let mut text = Vec::new();
                while let Some(chunk) = part.chunk().await.map_err(|error| bad(error.status()))? {
                    if file.is_none() {
                        text.extend_from_slice(&chunk);
                        if text.len() > MOST_TEXT {
                            return Err(too_large());
                        }
                    }
                }
                if file.is_none() {
                    let text = std::str::from_utf8(&text).map_err(|_| body_error(StatusCode::BAD_REQUEST))?;
                    form.add(question, text)?;
                }
            }
        } else {
            // Each character may take three.
            let bytes = to_bytes(request.into_body(), 3 * MOST_TEXT).await.map_err(|_| too_large())?;
            let may_be_typed = bytes.windows(9).any(|part| part.eq_ignore_ascii_case(b"%EF%BF%BD"));
            for (name, text) in form_urlencoded::parse(&bytes) {
                // The sign for what can't be read: unless somebody typed it, this is no text.
                if text.contains(char::REPLACEMENT_CHARACTER) && !may_be_typed {
                    return Err(body_error(StatusCode::BAD_REQUEST));
                }
                form.add(name.into_owned(), &text)?;
            }
        }
        Ok(form)
    }

    /// Takes room for what was read of a file by now.
    fn hold(&mut self, length: usize) -> Result<(), ApiError> {
        while self.held * MEGABYTE < length {
            let more = ROOM.try_acquire();
            let more = more.map_err(|_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy"))?;
            match &mut self.room {
                Some(room) => room.merge(more),
                None => self.room = Some(more),
            }
            self.held += 1;
        }
        Ok(())
    }

    /// Boxes of one question that are ticked have one name.
    fn add(&mut self, name: String, text: &str) -> Result<(), ApiError> {
        self.length += name.len() + text.len();
        if self.texts.len() + self.files.len() >= MOST_FIELDS || self.length > MOST_TEXT {
            return Err(too_large());
        }
        // No browser sends it.
        if name.contains('\0') || text.contains('\0') {
            return Err(body_error(StatusCode::BAD_REQUEST));
        }
        let before = self.texts.entry(name).or_default();
        if !before.is_empty() {
            before.push(',');
        }
        // Browsers end lines by two characters, and count one.
        before.push_str(&text.replace("\r\n", "\n"));
        Ok(())
    }

    /// What was typed into a field; empty when there was none.
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// What else than going on was pressed, and on what.
    pub fn act(&self) -> (&str, &str) {
        self.text("do").split_once(':').unwrap_or((self.text("do"), ""))
    }
}
