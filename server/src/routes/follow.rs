//! `/api/follow`: a resident follows a request. The key in the address is the permission; a wrong one is
//! answered like a request that does not exist.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::api::follow::{
    FeedbackRequest, FindRequest, FollowView, Found, MessageRequest, ReopenRequest, WithdrawRequest,
};
use domain::api::problem::Problem;
use domain::case::{Actor, Case, Event, Feedback, Outcome, Status};
use domain::field::{ErrorCode, FieldError, plain};
use domain::reference::Reference;
use domain::standard::{Limit, Unit};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::photos::{self, OfWork, Which};
use super::{documents, streams};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, Valid, signed_in};
use crate::operations::act::act;
use crate::operations::paying::Till;
use crate::operations::submit::follow_key;
use crate::operations::{granting, slots, view};
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::requests::Stored;

/// Tries to find one reference: ten in a quarter of an hour.
const TRIES: (i32, TimeDelta) = (10, TimeDelta::minutes(15));

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const KEY: &str = "the key in the address is the permission";
    const FOUND: &str =
        "a reference and the email address given with it, or the code on its slip, are the permission";
    OpenApiRouter::new()
        .routes(routes!(find).open(FOUND))
        .routes(routes!(follow).open(KEY))
        .routes(routes!(photo).open(KEY))
        .routes(routes!(document).open(KEY))
        .routes(routes!(stop).open(KEY))
        .routes(routes!(events).open(KEY))
        .routes(routes!(message).open(KEY))
        .routes(routes!(withdraw).open(KEY))
        .routes(routes!(feedback).open(KEY))
        .routes(routes!(reopen).open(KEY))
}

/// The request a key opens.
pub(crate) async fn stored(at: &At, key: &str) -> Result<Stored, ApiError> {
    Ok(at.store.followed(&secret::hash(at.key_given(key).as_bytes())).await?)
}

/// What a key opens: one's own request, or one that is watched.
enum Opened {
    Own(Stored),
    Watched(Uuid, Stored),
}

async fn opened(at: &At, key: &str) -> Result<Opened, ApiError> {
    let hash = secret::hash(at.key_given(key).as_bytes());
    match at.store.followed(&hash).await {
        Ok(stored) => Ok(Opened::Own(stored)),
        Err(StoreError::NotFound) => match at.store.watched(&hash).await {
            Ok((watcher, stored)) => Ok(Opened::Watched(watcher, stored)),
            Err(StoreError::NotFound) => {
                // It was there once: what is left of it is to be had at `…/erased`.
                at.store.tombstone(&hash).await?;
                Err(ApiError::new(StatusCode::GONE, "erased"))
            }
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// On a public computer, the key that is good for this person's turn, in place of one that stays.
pub(crate) async fn key_of_this_turn(at: &At, key: &str) -> Result<Option<String>, ApiError> {
    let Some(turn) = at.turn.as_ref().filter(|turn| turn.opened_by(key).is_none()) else { return Ok(None) };
    match opened(at, key).await {
        Ok(Opened::Own(stored)) => Ok(Some(turn.key_to(stored.id))),
        Ok(Opened::Watched(watcher, _)) => Ok(Some(turn.key_to(watcher))),
        // The page says that it is not there.
        Err(error) if error.status() == StatusCode::NOT_FOUND || error.status() == StatusCode::GONE => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Finds a request by its reference and the e-mail address given with it, or the secret code on its slip.
#[utoipa::path(post, path = "/api/follow", tag = "follow", request_body = FindRequest,
    responses((status = 200, body = Found), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn find(
    State(state): State<AppState>,
    at: At,
    Valid(request): Valid<FindRequest>,
) -> Result<Json<Found>, ApiError> {
    Ok(Json(Found { key: key_of(&state, &at, &request).await? }))
}

/// The key to the request that a person remembers.
pub(crate) async fn key_of(state: &AppState, at: &At, request: &FindRequest) -> Result<String, ApiError> {
    let wrong = || ApiError::invalid(vec![FieldError::new("reference", ErrorCode::NotAllowed)]);
    let reference = Reference::parse(&request.reference).ok_or_else(wrong)?;
    if !at.store.try_once(format!("find:{}", reference.as_str()), TRIES.0, TRIES.1, state.now()).await? {
        return Err(ApiError::too_many());
    }
    let Some(code) = request.code() else {
        let stored = at.store.remembered(&reference, &request.email).await?;
        return Ok(follow_key(state, at, stored.id));
    };
    let stored = at.store.referred(&reference).await?;
    let own = state.secret.slip_code(at.store.council(), stored.id);
    // Hashes, so that it takes as long whatever is wrong.
    if secret::hash(own.as_str().as_bytes()) != secret::hash(code.as_str().as_bytes()) {
        return Err(ApiError::not_found());
    }
    Ok(follow_key(state, at, stored.id))
}

/// The request: where it stands, what was promised, what happened.
#[utoipa::path(get, path = "/api/follow/{key}", tag = "follow", params(("key" = String, Path)),
    responses((status = 200, body = FollowView), (status = 404, body = Problem), (status = 410, body = Problem, description = "`erased`")))]
async fn follow(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Response, ApiError> {
    Ok(private(view_of(&state, &at, &headers, &key).await?))
}

/// What a key shows. Whoever is signed in has seen it then, and what was new is so no longer.
pub(crate) async fn view_of(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    key: &str,
) -> Result<FollowView, ApiError> {
    Ok(match opened(at, key).await? {
        Opened::Own(stored) => {
            if let Some((resident, _)) = signed_in(state, at, headers).await? {
                let read = (stored.id, stored.case.next_seq() - 1);
                at.store.note_seen(resident.id, read, state.now()).await?;
            }
            for_resident(state, at, stored.id, stored.case).await?
        }
        Opened::Watched(_, stored) => view::watched(state, &at.served, stored.case),
    })
}

/// A request as its resident sees it, with the photos of the work that staff let others see.
pub(crate) async fn for_resident(
    state: &AppState,
    at: &At,
    id: Uuid,
    case: Case,
) -> Result<FollowView, ApiError> {
    let mut sent: Vec<Uuid> = case.work_photos().collect();
    if !sent.is_empty() {
        let public = at.store.public_photos(id).await?;
        sent.retain(|photo| public.contains(photo));
    }
    let payment = Till { state, served: &at.served, store: &at.store }.shown(id, &case).await?;
    let slot = slots::shown(state, at, id, &case).await?;
    let may_cost = payment.as_ref().and_then(|pay| pay.state).is_some_and(|state| !state.is_unpaid());
    let view = view::follow(state, &at.served, case);
    // What is sent in its place would have to be paid, too.
    let undo = view.undo.clone().filter(|_| !may_cost);
    Ok(FollowView { work_photos: sent, payment, slot, undo, away: at.turn.is_some(), ..view })
}

/// Ends the watch of somebody else's request.
#[utoipa::path(post, path = "/api/follow/{key}/stop", tag = "follow", operation_id = "stop_watching", params(("key" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn stop(at: At, Path(key): Path<String>) -> Result<StatusCode, ApiError> {
    stop_watching(&at, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the watch that a key is of.
pub(crate) async fn stop_watching(at: &At, key: &str) -> Result<(), ApiError> {
    match opened(at, key).await? {
        Opened::Own(_) => Err(ApiError::not_found()),
        Opened::Watched(watcher, _) => Ok(at.store.stop_watching(watcher).await?),
    }
}

/// A document of the request, to be saved.
#[utoipa::path(get, path = "/api/follow/{key}/documents/{document}", tag = "follow", params(("key" = String, Path), ("document" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn document(
    State(state): State<AppState>,
    at: At,
    Path((key, document)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let document = Uuid::try_parse(&document).map_err(|_| ApiError::not_found())?;
    let stored = stored(&at, &key).await?;
    documents::serve(&state, &at, &stored, document).await
}

/// A photo of the request; `?size=thumb` for a small one.
#[utoipa::path(get, path = "/api/follow/{key}/photos/{photo}", tag = "follow", params(("key" = String, Path), ("photo" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn photo(
    State(state): State<AppState>,
    at: At,
    Path((key, photo)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let photo = Uuid::try_parse(&photo).map_err(|_| ApiError::not_found())?;
    let stored = stored(&at, &key).await?;
    photos::serve(&state, &at, &stored, photo, (&which, OfWork::Public)).await
}

/// A stream that says when the request changed (server-sent events named `changed`).
#[utoipa::path(get, path = "/api/follow/{key}/events", tag = "follow", params(("key" = String, Path)),
    responses((status = 200, content_type = "text/event-stream"), (status = 404, body = Problem)))]
async fn events(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let (Opened::Own(stored) | Opened::Watched(_, stored)) = opened(&at, &key).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], streams::changes(&state, at.store, stored.id)))
}

/// Adds a message from the resident.
#[utoipa::path(post, path = "/api/follow/{key}/messages", tag = "follow", params(("key" = String, Path)), request_body = MessageRequest,
    responses((status = 200, body = FollowView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn message(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    Valid(request): Valid<MessageRequest>,
) -> Result<Response, ApiError> {
    let stored = stored(&at, &key).await?;
    let event = Event::Message { text: words("text", &request.text)? };
    let case = act(&state, &at, stored.id, Actor::Resident, event, Some(request.id)).await?;
    Ok(private(for_resident(&state, &at, stored.id, case).await?))
}

/// The resident no longer needs it.
#[utoipa::path(post, path = "/api/follow/{key}/withdraw", tag = "follow", params(("key" = String, Path)), request_body = WithdrawRequest,
    responses((status = 200, body = FollowView), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn withdraw(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    Valid(request): Valid<WithdrawRequest>,
) -> Result<Response, ApiError> {
    let case = withdraw_of(&state, &at, &key, plain::lines(&request.reason)).await?;
    Ok(private(view::follow(&state, &at.served, case)))
}

/// Withdraws the request that a key opens. Asked again after a lost reply, or in another window: it is done.
pub(crate) async fn withdraw_of(
    state: &AppState,
    at: &At,
    key: &str,
    reason: String,
) -> Result<Case, ApiError> {
    let is_done = |case: &Case| case.status == Status::Closed(Outcome::Withdrawn);
    let before = stored(at, key).await?;
    if is_done(&before.case) {
        return Ok(before.case);
    }
    let withdrawn = match granting::cancel(state, at, &before, &reason).await {
        Ok(true) => stored(at, key).await.map(|stored| stored.case),
        Ok(false) => act(state, at, before.id, Actor::Resident, Event::Withdrawn { reason }, None).await,
        Err(error) => Err(error),
    };
    match withdrawn {
        Ok(case) => Ok(case),
        Err(error) => Some(stored(at, key).await?.case).filter(is_done).ok_or(error),
    }
}

/// How it went, once the request is closed. The score alone can be followed by why.
#[utoipa::path(post, path = "/api/follow/{key}/feedback", tag = "follow", params(("key" = String, Path)), request_body = FeedbackRequest,
    responses((status = 200, body = FollowView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn feedback(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    Valid(request): Valid<FeedbackRequest>,
) -> Result<Response, ApiError> {
    let stored = stored(&at, &key).await?;
    let FeedbackRequest { score, reason, about, contact } = request;
    let event = Event::Feedback(Feedback { score, reason: plain::lines(&reason), about, contact });
    let case = act(&state, &at, stored.id, Actor::Resident, event, None).await?;
    Ok(private(for_resident(&state, &at, stored.id, case).await?))
}

/// The resident says that it is not over: once, within thirty days after it was closed.
#[utoipa::path(post, path = "/api/follow/{key}/reopen", tag = "follow", params(("key" = String, Path)), request_body = ReopenRequest,
    responses((status = 200, body = FollowView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn reopen(
    State(state): State<AppState>,
    at: At,
    Path(key): Path<String>,
    Valid(request): Valid<ReopenRequest>,
) -> Result<Response, ApiError> {
    let reason = words("reason", &request.reason)?;
    let case = reopen_of(&state, &at, &key, reason).await?;
    Ok(private(view::follow(&state, &at.served, case)))
}

/// Opens the request that a key opens again. Asked again after a lost reply: it is done.
pub(crate) async fn reopen_of(
    state: &AppState,
    at: &At,
    key: &str,
    reason: String,
) -> Result<Case, ApiError> {
    let before = stored(at, key).await?;
    if before.case.status.is_open() && before.case.reopened_at.is_some() {
        return Ok(before.case);
    }
    // What was promised at first is promised again, from today.
    let case = &before.case;
    let first = at.served.local(case.received_at).date();
    let calendar = &at.served.calendar;
    let days = first.iter_days().skip(1).take_while(|day| *day <= case.submission.complete_by.day());
    let days = days.filter(|day| calendar.works_on(*day)).count().clamp(1, 20);
    let in_days = Limit { amount: u16::try_from(days).unwrap_or(20), unit: Unit::WorkingDays };
    let complete_by = at.served.due(state.now(), case.submission.within.unwrap_or(in_days));
    let event = Event::Reopened { reason, complete_by };
    act(state, at, before.id, Actor::Resident, event, None).await
}

/// Cleaned text that must say something.
pub(super) fn words(path: &str, raw: &str) -> Result<String, ApiError> {
    let text = plain::lines(raw);
    if text.is_empty() {
        Err(ApiError::invalid(vec![FieldError::new(path, ErrorCode::Missing)]))
    } else {
        Ok(text)
    }
}

/// A reply about one person's request: nobody keeps a copy.
pub(super) fn private<T: serde::Serialize>(body: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
