//! Somebody may have told us already: `/api/services/{id}/nearby`. What is shown holds no word of a resident's,
//! and the photo only when staff have looked at it.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use domain::api::nearby::{Nearby, NearbyRequest, WatchRequest};
use domain::api::problem::Problem;
use domain::catalogue::Service;
use domain::field::contact::{is_email, same_email_key};
use domain::field::{ErrorCode, FieldError, Position};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Declare as _;
use crate::adapters::blobs::Size;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, Valid};
use crate::jobs::Job;
use crate::jobs::alert::{Alert, Reader, Told};
use crate::operations::acting::service_of;
use crate::operations::watch_link;
use crate::secret;
use crate::state::AppState;
use crate::store::nearby::{Around, Watcher};

/// The most requests shown.
const MOST: usize = 5;
/// Watches that one address may begin in an hour: nobody fills another's mailbox.
const WATCHES: (i32, TimeDelta) = (5, TimeDelta::hours(1));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const SHARED: &str = "what others may see of a request, without anything personal";
    OpenApiRouter::new()
        .routes(routes!(nearby).open(SHARED))
        .routes(routes!(photo).open(SHARED))
        .routes(routes!(watch).open(SHARED))
}

#[derive(Deserialize)]
struct Where {
    lat: Option<f64>,
    lon: Option<f64>,
    street: Option<String>,
}

/// A service whose requests others may be shown, and how near they must be, in metres.
fn shown_service<'s>(at: &'s At, id: &str) -> Result<(&'s Service, f64), ApiError> {
    // Whoever fills it in, and for whom: what is near is the same.
    let service = at.served.service(service_of(id)).ok_or_else(ApiError::not_found)?;
    Ok((service, f64::from(service.nearby.ok_or_else(ApiError::not_found)?)))
}

/// Open requests of a service near a position, or in a street.
#[utoipa::path(get, path = "/api/services/{id}/nearby", tag = "services",
    params(("id" = String, Path), ("lat" = Option<f64>, Query), ("lon" = Option<f64>, Query), ("street" = Option<String>, Query)),
    responses((status = 200, body = Nearby), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn nearby(
    at: At,
    Path(id): Path<String>,
    Query(place): Query<Where>,
) -> Result<Json<Nearby>, ApiError> {
    let near = match (place.lat.zip(place.lon), place.street) {
        (Some((lat, lon)), _) => Position::new(lat, lon).map(Near::Position),
        (None, street) => street.map(Near::Street),
    };
    let near =
        near.ok_or_else(|| ApiError::invalid(vec![FieldError::new("lat", ErrorCode::NotAPosition)]))?;
    Ok(Json(near_of(&at, &id, near).await?))
}

/// Where somebody means.
pub(crate) enum Near {
    /// A position.
    Position(Position),
    /// A street of the gazetteer, by its identifier.
    Street(String),
}

impl Near {
    /// By what a form says: the position, or else the street.
    pub(crate) fn of(position: &str, street: &str) -> Self {
        Position::parse(position).map_or_else(|| Self::Street(street.to_owned()), Self::Position)
    }
}

/// Open requests of a service near a place.
pub(crate) async fn near_of(at: &At, service: &str, near: Near) -> Result<Nearby, ApiError> {
    let (service, reach) = shown_service(at, service)?;
    let around = match near {
        Near::Position(position) => Around::Position(position, reach),
        Near::Street(street) => Around::Street(street),
    };
    let mut requests = Vec::new();
    for (id, metres, stored) in at.store.around(&service.id, &around, MOST).await? {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred at most")]
        let metres = metres.map(|metres| metres.round() as u32);
        requests.push(NearbyRequest {
            id,
            title: stored.case.submission.title.clone(),
            metres,
            received: at.served.local(stored.case.received_at).date(),
            complete_by: stored.case.complete_by.say(),
            photo: !at.store.public_photos(stored.id).await?.is_empty(),
        });
    }
    Ok(Nearby { requests })
}

/// A photo that staff let others see, small.
#[utoipa::path(get, path = "/api/nearby/{id}/photo", tag = "services", operation_id = "nearby_photo", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn photo(State(state): State<AppState>, at: At, Path(id): Path<String>) -> Result<Response, ApiError> {
    let (_, stored) = at.store.shown(&id).await?;
    let photos = at.store.public_photos(stored.id).await?;
    let photo = photos.first().ok_or_else(ApiError::not_found)?;
    let bytes = state.blobs.get(at.store.council(), *photo, Size::Thumbnail).await.map_err(|error| {
        tracing::error!(%error, "a photo can't be read");
        ApiError::not_found()
    })?;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=60")];
    Ok((headers, bytes).into_response())
}

/// Tells somebody what happens to a request that is not theirs. The link to follow it by goes to the mailbox only,
/// and the reply says nothing of whether the address is known.
#[utoipa::path(post, path = "/api/services/{id}/nearby/{request}/watch", tag = "services", params(("id" = String, Path), ("request" = String, Path)),
    request_body = WatchRequest,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn watch(
    State(state): State<AppState>,
    at: At,
    Path((id, request)): Path<(String, String)>,
    Valid(wanted): Valid<WatchRequest>,
) -> Result<StatusCode, ApiError> {
    watch_of(&state, &at, (&id, &request), &wanted.email).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to tell somebody what happens to one of a service's requests.
pub(crate) async fn watch_of(
    state: &AppState,
    at: &At,
    (service, request): (&str, &str),
    email: &str,
) -> Result<(), ApiError> {
    let (service, _) = shown_service(at, service)?;
    let email = email.trim_matches(' ').to_owned();
    if !is_email(&email) {
        return Err(ApiError::invalid(vec![FieldError::new("email", ErrorCode::NotAnEmail)]));
    }
    let (of_service, stored) = at.store.shown(request).await?;
    if of_service != service.id {
        return Err(ApiError::not_found());
    }
    let now = state.now();
    let subject = format!("watch:{}", same_email_key(&email));
    if !at.store.try_once(subject, WATCHES.0, WATCHES.1, now).await? {
        return Err(ApiError::too_many());
    }
    let (keys, council) = (state.clone(), at.store.council().to_owned());
    let (mails, served) = (state.clone(), at.served.clone());
    let submission = &stored.case.submission;
    let (reference, title) = (submission.reference.to_string(), submission.title.clone());
    let complete_by = stored.case.complete_by;
    at.store
        .watch(
            stored.id,
            Watcher { id: state.dice.id(now), email },
            move |id| secret::hash(keys.secret.follow_key(&council, id).as_bytes()),
            now,
            move |watcher| {
                let alert = Alert {
                    name: String::new(),
                    email: watcher.email.clone(),
                    reference: reference.clone(),
                    title: title.clone(),
                    link: watch_link(&mails, &served.council, watcher.id),
                    told: Told::Watching { complete_by },
                    reader: Reader::default(),
                    instead_of: String::new(),
                };
                (mails.dice.id(now), Job::Alert(Box::new(alert)))
            },
        )
        .await?;
    state.wake.notify_one();
    Ok(())
}
