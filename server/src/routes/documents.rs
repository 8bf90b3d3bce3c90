//! `/api/documents`: one PDF or picture, before the form it belongs to is sent.

use std::fmt::Write as _;

use axum::Json;
use axum::extract::FromRequest as _;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::api::documents::DocumentStored;
use domain::api::problem::Problem;
use domain::field::Value;
use domain::field::documents::MAX_BYTES;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::photos::{self, LOOSE};
use crate::access::Declare as _;
use crate::adapters::blobs::Size;
use crate::document::{self, DocumentFault, Sort};
use crate::error::ApiError;
use crate::extract::{At, body_error};
use crate::photo::PhotoFault;
use crate::state::AppState;
use crate::store::requests::Stored;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    let limit = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
    OpenApiRouter::new().routes(routes!(upload).open(super::FORM)).layer(DefaultBodyLimit::max(limit))
}

/// Takes a document: PDF, JPEG or PNG, at most 10 MB. A picture is made anew from its pixels; a PDF with a program
/// or a file in it is refused. A document that no request takes within a day is deleted.
#[utoipa::path(post, path = "/api/documents", tag = "requests", operation_id = "upload_document",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = DocumentStored), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn upload(
    State(state): State<AppState>,
    at: At,
    request: Request,
) -> Result<(StatusCode, Json<DocumentStored>), ApiError> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "document_too_large"),
        status => body_error(status),
    })?;
    Ok((StatusCode::CREATED, Json(keep(&state, &at, bytes).await?)))
}

/// Keeps a document that was sent, until a request takes it.
pub(crate) async fn keep(state: &AppState, at: &At, bytes: Bytes) -> Result<DocumentStored, ApiError> {
    if at.store.loose_photos().await? >= LOOSE {
        return Err(ApiError::too_many());
    }
    let kept = match document::check(&bytes).map_err(fault)? {
        Sort::Pdf => bytes,
        Sort::Picture => state.photos.clean(bytes).await.map_err(|error| picture_fault(&error))?.jpeg,
    };
    let (id, size) = (state.new_id(), kept.len() as u64);
    // The row first: bytes without a row would never be cleared away.
    at.store.add_document(id, state.now()).await?;
    if let Err(error) = state.blobs.put_document(at.store.council(), id, kept).await {
        tracing::error!(%error, "a document can't be stored");
        return Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    }
    Ok(DocumentStored { id, size })
}

fn fault(fault: DocumentFault) -> ApiError {
    let code = match fault {
        DocumentFault::Empty => "document_empty",
        DocumentFault::NotAllowed => "document_not_allowed",
        DocumentFault::Truncated => "document_truncated",
        DocumentFault::Active => "document_active",
    };
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code)
}

fn picture_fault(fault: &PhotoFault) -> ApiError {
    match fault {
        PhotoFault::NotAnImage => self::fault(DocumentFault::NotAllowed),
        PhotoFault::Truncated => self::fault(DocumentFault::Truncated),
        other => photos::fault(other),
    }
}

/// A document of a request, for somebody who may see that request: to be saved, never shown in a page.
pub(super) async fn serve(
    state: &AppState,
    at: &At,
    stored: &Stored,
    document: Uuid,
) -> Result<Response, ApiError> {
    at.store.upload_of(stored.holder_of(document)?, document, true).await?;
    let names = stored.case.submission.answers.iter().filter_map(|answer| match &answer.value {
        Value::Documents(documents) => Some(documents),
        _ => None,
    });
    let name = names.flatten().find(|known| known.id == document).map_or("", |known| known.name.as_str());
    sent(state, at, document, name).await
}

/// The document itself, for somebody who may see it, to be saved under a name.
pub(super) async fn sent(
    state: &AppState,
    at: &At,
    document: Uuid,
    name: &str,
) -> Result<Response, ApiError> {
    let bytes = match state.blobs.get(at.store.council(), document, Size::Document).await {
        Ok(bytes) => bytes,
        Err(object_store::Error::NotFound { .. }) => return Err(ApiError::not_found()),
        Err(error) => {
            tracing::error!(%error, "a document can't be read");
            return Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"));
        }
    };
    let (kind, ending) =
        if bytes.starts_with(&[0xff, 0xd8]) { ("image/jpeg", "jpg") } else { ("application/pdf", "pdf") };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(name, ending)),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (HeaderName::from_static("content-security-policy"), "sandbox; default-src 'none'".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// How a browser is told to save a file (RFC 6266), under the name it came with and the ending of what it is.
fn attachment(name: &str, ending: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.is_empty() { "document" } else { stem };
    let plain: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_') { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in stem.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_to_save_by_hold_nothing_that_ends_a_header() {
        assert_eq!(
            attachment("Lease 2026.pdf", "pdf"),
            "attachment; filename=\"Lease 2026.pdf\"; filename*=UTF-8''Lease%202026.pdf"
        );
        let hostile = attachment("a\"b\r\nSet-Cookie: x.exe", "jpg");
        assert!(
            !hostile.contains(['\r', '\n']) && hostile.contains("filename=\"a_b__Set-Cookie_ x.jpg\""),
            "{hostile}"
        );
        assert!(attachment("", "pdf").contains("document.pdf"));
    }
}
