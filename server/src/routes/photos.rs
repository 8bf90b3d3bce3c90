//! `/api/photos`: one picture, before the form it belongs to is sent.

use axum::Json;
use axum::extract::FromRequest as _;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::api::photos::PhotoStored;
use domain::api::problem::Problem;
use domain::field::photos::MAX_BYTES;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::access::Declare as _;
use crate::adapters::blobs::Size;
use crate::error::ApiError;
use crate::extract::{At, body_error};
use crate::photo::PhotoFault;
use crate::state::AppState;
use crate::store::requests::Stored;

/// Photos that may wait for their requests at one time: what a robot can leave behind is bounded.
pub(super) const LOOSE: u64 = 2000;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    let limit = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(upload).open(super::FORM))
        .routes(routes!(preview).open("the identifier, which only who uploaded it knows, is the permission"))
        .layer(DefaultBodyLimit::max(limit))
}

/// Takes a picture: JPEG, PNG or WebP, at most 15 MB. What is kept is a new JPEG made from its pixels; nothing of
/// the file itself. A picture that no request takes within a day is deleted.
#[utoipa::path(post, path = "/api/photos", tag = "requests",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = PhotoStored), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn upload(
    State(state): State<AppState>,
    at: At,
    request: Request,
) -> Result<(StatusCode, Json<PhotoStored>), ApiError> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => fault(&PhotoFault::TooLarge),
        status => body_error(status),
    })?;
    Ok((StatusCode::CREATED, Json(keep(&state, &at, bytes).await?)))
}

/// Keeps a picture that was sent: made anew from its pixels, until a request takes it.
pub(crate) async fn keep(state: &AppState, at: &At, bytes: Bytes) -> Result<PhotoStored, ApiError> {
    if at.store.loose_photos().await? >= LOOSE {
        return Err(ApiError::too_many());
    }
    let cleaned = state.photos.clean(bytes).await.map_err(|error| fault(&error))?;
    let id = state.new_id();
    let (width, height) = (cleaned.width, cleaned.height);
    // The row first: bytes without a row would never be cleared away.
    at.store.add_photo(id, width, height, state.now()).await?;
    if let Err(error) = state.blobs.put(at.store.council(), id, cleaned.jpeg, cleaned.thumbnail).await {
        tracing::error!(%error, "a photo can't be stored");
        return Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    }
    Ok(PhotoStored { id, width, height })
}

/// A photo, small, for whoever sent it, until a request takes it. Nobody else knows its identifier, and whoever does
/// could take it for a request of their own and see it there.
#[utoipa::path(get, path = "/api/photos/{id}", tag = "requests", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn preview(
    State(state): State<AppState>,
    at: At,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = Uuid::try_parse(&id).map_err(|_| ApiError::not_found())?;
    at.store.loose_photo(id).await?;
    picture(&state, at.store.council(), id, Size::Thumbnail).await
}

pub(super) fn fault(fault: &PhotoFault) -> ApiError {
    let (status, code) = match fault {
        PhotoFault::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "photo_empty"),
        PhotoFault::NotAnImage => (StatusCode::UNPROCESSABLE_ENTITY, "photo_not_an_image"),
        PhotoFault::Truncated => (StatusCode::UNPROCESSABLE_ENTITY, "photo_truncated"),
        PhotoFault::TooManyPixels => (StatusCode::UNPROCESSABLE_ENTITY, "photo_too_many_pixels"),
        PhotoFault::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "photo_too_large"),
        PhotoFault::Unreadable => (StatusCode::UNPROCESSABLE_ENTITY, "photo_unreadable"),
        PhotoFault::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        PhotoFault::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    };
    ApiError::new(status, code)
}

/// Which picture: `?size=thumb`.
#[derive(serde::Deserialize)]
pub(crate) struct Which {
    size: Option<String>,
}

impl Which {
    /// Its size.
    pub(crate) fn size(&self) -> Size {
        if self.size.as_deref() == Some("thumb") { Size::Thumbnail } else { Size::Full }
    }
}

/// Which photos that a contractor sent of the work somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfWork {
    /// All of them.
    All,
    /// Those that staff let others see.
    Public,
}

/// A photo of a request, for somebody who may see that request.
pub(crate) async fn serve(
    state: &AppState,
    at: &At,
    stored: &Stored,
    photo: Uuid,
    (which, of_work): (&Which, OfWork),
) -> Result<Response, ApiError> {
    let is_of_work = stored.case.work_photos().any(|sent| sent == photo);
    if is_of_work && of_work == OfWork::Public && !at.store.public_photos(stored.id).await?.contains(&photo) {
        return Err(ApiError::not_found());
    }
    let holder = if is_of_work { stored.id } else { stored.holder_of(photo)? };
    at.store.upload_of(holder, photo, false).await?;
    picture(state, at.store.council(), photo, which.size()).await
}

/// A picture of those that are kept for a council, or under another name.
pub(crate) async fn picture(
    state: &AppState,
    kept_for: &str,
    photo: Uuid,
    size: Size,
) -> Result<Response, ApiError> {
    match state.blobs.get(kept_for, photo, size).await {
        Ok(bytes) => {
            Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, no-store")], bytes)
                .into_response())
        }
        Err(object_store::Error::NotFound { .. }) => Err(ApiError::not_found()),
        Err(error) => {
            tracing::error!(%error, "a photo can't be read");
            Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
        }
    }
}
