//! `/api/staff/requests`: what the staff of a department do with its requests. Another department's requests are answered
//! like requests that do not exist.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::access::{Act, Role};
use domain::api::follow::{MessageRequest, PayView};
use domain::api::problem::Problem;
use domain::api::staff::{
    CloseRequest, MovePromiseRequest, PublishPhotoRequest, QUEUE_MOST, Queue, Related, StaffCase,
};
use domain::api::workspace::{Only, Order, QueueFilter};
use domain::case::{
    Actor, Case, Closing, Elsewhere, Event, Linked, Outcome, Owner, Proposal, Refused, Signature, Status,
};
use domain::catalogue::SignOff;
use domain::field::{ErrorCode, FieldError, plain};
use domain::reference::Reference;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use validator::Validate as _;

use super::follow::{private, words};
use super::photos::{self, OfWork, Which};
use super::{documents, streams};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Body, Path, Query, Staff, Valid, body_error};
use crate::operations::act::act;
use crate::operations::looked::{Look, look};
use crate::operations::paying::Till;
use crate::operations::view::{self, Besides};
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::requests::Stored;
use crate::store::staff::StaffMember;

/// Requests at most that are shown because they are about another.
const RELATED: u64 = 20;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(queue).needs(Act::SeeDepartment))
        .routes(routes!(one).needs(Act::SeeDepartment))
        .routes(routes!(take).needs(Act::Answer))
        .routes(routes!(message).needs(Act::Answer))
        .routes(routes!(promise).needs(Act::Answer))
        .routes(routes!(close).needs(Act::Answer))
        .routes(routes!(photo).needs(Act::SeeDepartment))
        .routes(routes!(publish).needs(Act::Answer))
        .routes(routes!(document).needs(Act::SeeDepartment))
        .routes(routes!(events).needs(Act::SeeDepartment))
        .routes(routes!(queue_events).needs(Act::SeeDepartment))
}

/// The queue of my department: open requests by earliest promise, or closed ones, newest first; all or some. Closed ones are
/// narrowed down among those of the last 90 days.
#[utoipa::path(get, path = "/api/staff/requests", tag = "staff",
    params(("show" = Option<String>, Query, description = "open, mine, unowned, today, overdue, waiting, escalated, offered, contractor, check, board, to_sign or closed"),
        ("service" = Option<String>, Query), ("ward" = Option<String>, Query, description = "by name"), ("team" = Option<String>, Query, description = "empty: of none"),
        ("owner" = Option<Uuid>, Query), ("text" = Option<String>, Query), ("order" = Option<Order>, Query), ("only" = Option<Only>, Query)),
    responses((status = 200, body = Queue), (status = 401, body = Problem)))]
async fn queue(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Query(wanted): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    look(&state, &at, &member, Look::Queue).await?;
    let many = wanted.len();
    let wanted: HashMap<String, String> = wanted.into_iter().collect();
    if wanted.len() < many {
        return Err(body_error(StatusCode::BAD_REQUEST));
    }
    let filter = QueueFilter::read(|name| wanted.get(name).cloned());
    filter.validate()?;
    let today = at.served.local(state.now()).date();
    let reach = at.reach(&member);
    let mut stored = at.store.queue(&reach, (&filter, today), QUEUE_MOST as u64 + 1).await?;
    let to_sign = at.store.many_to_sign(&reach).await?;
    let more = stored.len() > QUEUE_MOST;
    stored.truncate(QUEUE_MOST);
    let requests =
        stored.into_iter().map(|stored| view::queue_item(&state, &at.served, member.id, stored)).collect();
    Ok(private(Queue { requests, more, to_sign }))
}

/// A request of one's own department. To read it is logged.
pub(super) async fn mine(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    id: &str,
) -> Result<Stored, ApiError> {
    let id = Uuid::try_parse(id).map_err(|_| ApiError::not_found())?;
    let stored = at.store.for_staff(&at.reach(member), id).await?;
    look(state, at, member, Look::Own(stored.id)).await?;
    Ok(stored)
}

/// One request of my department.
#[utoipa::path(get, path = "/api/staff/requests/{id}", tag = "staff", operation_id = "staff_request", params(("id" = Uuid, Path)),
    responses((status = 200, body = StaffCase), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn one(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    reply(&state, &at, &member, stored.id, stored.case).await
}

/// The request as a member of staff sees it.
pub(super) async fn reply(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    id: Uuid,
    case: Case,
) -> Result<Response, ApiError> {
    let is_shown = at.store.is_shown(id).await?;
    let has_photos = is_shown || case.work_photos().next().is_some();
    let public_photos = if has_photos { at.store.public_photos(id).await? } else { Vec::new() };
    let link = match &case.contract {
        Some(contract) => at.store.contract_link(contract.contractor.id).await?,
        None => None,
    };
    let until = link.map(|link| link.until).filter(|until| *until >= at.served.local(state.now()).date());
    let followers = u32::try_from(at.store.followers(id).await?).unwrap_or(u32::MAX);
    let profile = at.store.profile_behind(id).await?;
    // What was kept by older rules is not in the way of a request.
    let told = domain::profile::read(&profile.answers, at.served.local(state.now()).date());
    let reach = domain::profile::reach(&told.unwrap_or_default());
    let besides = Besides { is_shown, public_photos, reach, until, followers };
    let till = Till { state, served: &at.served, store: &at.store };
    let (payment, refunds) = (till.shown(id, &case).await?, till.refunds(id).await?);
    let reach = at.reach(member);
    let mut view = view::staff(state, &at.served, &reach, (id, case), besides);
    // Staff see all of them, whether they went through or not.
    view.request.payment = payment.map(|payment| PayView { refunds: Vec::new(), ..payment });
    view.refunds = refunds;
    let is_ours =
        view.mine || view.request.department == at.served.council.department_name(&member.department);
    view.gone = !is_ours && at.store.for_staff(&reach, id).await.is_err();
    let related = at.store.related(id, RELATED).await?;
    for (earlier, other) in related.into_iter().filter(|(_, other)| other.case.is_received()) {
        let own = at.store.for_staff(&reach, other.id).await.is_ok();
        view.related.push(Related {
            id: own.then_some(other.id),
            reference: other.case.submission.reference,
            title: other.case.submission.title,
            status: other.case.status,
            earlier,
        });
    }
    Ok(private(view))
}

/// Lets an event happen and replies with the request as it is then.
pub(super) async fn happen(
    state: &AppState,
    at: &At,
    member: StaffMember,
    id: &str,
    event: Event,
    event_id: Option<Uuid>,
) -> Result<Response, ApiError> {
    let stored = mine(state, at, &member, id).await?;
    let by = Actor::Staff(Owner { id: member.id, name: member.name.clone() });
    let case = act(state, at, stored.id, by, event, event_id).await?;
    reply(state, at, &member, stored.id, case).await
}

/// I own it from now on; also when somebody else did.
#[utoipa::path(post, path = "/api/staff/requests/{id}/take", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn take(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    happen(&state, &at, member, &id, Event::Taken, None).await
}

/// Writes to the resident.
#[utoipa::path(post, path = "/api/staff/requests/{id}/messages", tag = "staff", operation_id = "staff_message", params(("id" = Uuid, Path)), request_body = MessageRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn message(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<MessageRequest>,
) -> Result<Response, ApiError> {
    let event = Event::Message { text: words("text", &request.text)? };
    happen(&state, &at, member, &id, event, Some(request.id)).await
}

/// Moves the promised date, with a reason the resident reads.
#[utoipa::path(post, path = "/api/staff/requests/{id}/promise", tag = "staff", params(("id" = Uuid, Path)), request_body = MovePromiseRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn promise(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<MovePromiseRequest>,
) -> Result<Response, ApiError> {
    let today = at.served.local(state.now()).date();
    let a_year_on = today.checked_add_months(chrono::Months::new(12)).unwrap_or(today);
    if request.to <= today || request.to > a_year_on {
        return Err(ApiError::invalid(vec![FieldError::new("to", ErrorCode::NotAllowed)]));
    }
    let event = Event::PromiseMoved { to: request.to, reason: words("reason", &request.reason)? };
    happen(&state, &at, member, &id, event, None).await
}

/// Closes it with an outcome, or asks somebody else for their agreement first, where the service needs that.
#[utoipa::path(post, path = "/api/staff/requests/{id}/close", tag = "staff", params(("id" = Uuid, Path)), request_body = CloseRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<CloseRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let event = ending(&state, &at, &member, &stored, request).await?;
    happen(&state, &at, member, &id, event, None).await
}

/// The end of a request; or that it is proposed, where the service needs the agreement of somebody else.
pub(super) async fn ending(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    stored: &Stored,
    request: CloseRequest,
) -> Result<Event, ApiError> {
    let service = at.served.service(&stored.case.submission.service);
    let closing = closing(state, at, member, stored, request).await?;
    let rule = service
        .and_then(|service| service.sign_off.iter().find(|rule| rule.outcome == closing.outcome).copied());
    let Some(SignOff { by, .. }) = rule else { return Ok(Event::Closed(closing)) };
    let department = at.served.council.department(stored.case.department());
    let today = at.served.local(state.now()).date();
    let asked = at.store.signer(department, (by, member.id), today).await?;
    // Nobody signs what they propose themselves, and so it can't end like this.
    let (rung, asked, away) = asked.ok_or(ApiError::new(StatusCode::CONFLICT, "nobody_to_sign"))?;
    let proposal = Proposal { closing, sign_off: by.min(rung), asked: Some(asked), away };
    Ok(Event::Proposed(Box::new(proposal)))
}

/// What the resident is told at the end, checked.
async fn closing(
    state: &AppState,
    at: &At,
    member: &StaffMember,
    stored: &Stored,
    request: CloseRequest,
) -> Result<Closing, ApiError> {
    let wrong = |field: &str, code| ApiError::invalid(vec![FieldError::new(field, code)]);
    let missing = request.missing().into_iter().map(|field| FieldError::new(field, ErrorCode::Missing));
    let missing: Vec<FieldError> = missing.collect();
    if !missing.is_empty() {
        return Err(ApiError::invalid(missing));
    }
    let policy = match request.policy.as_deref().filter(|_| request.outcome == Outcome::DeclinedByPolicy) {
        Some(named) => {
            let service = at.served.service(&stored.case.submission.service);
            let found = service.and_then(|service| service.policy(named)).cloned();
            Some(found.ok_or_else(|| wrong("policy", ErrorCode::NotAnOption))?)
        }
        None => None,
    };
    let same_as = match Some(&request.same_as).filter(|_| request.outcome == Outcome::Duplicate) {
        Some(typed) => {
            let reference = Reference::parse(typed).ok_or_else(|| wrong("same_as", ErrorCode::NotAllowed))?;
            let found = at.store.named_in(&reference, &member.department).await;
            let other = found.map_err(|_| wrong("same_as", ErrorCode::NotAnOption))?;
            if other.id == stored.id || other.case.status == Status::Closed(Outcome::Duplicate) {
                return Err(wrong("same_as", ErrorCode::NotAnOption));
            }
            let department = other.case.department().to_owned();
            Some(Linked { id: other.id, reference, department })
        }
        None => None,
    };
    let today = at.served.local(state.now()).date();
    let received = at.served.local(stored.case.received_at).date();
    if request.on.is_some_and(|on| on > today || on < received) {
        return Err(wrong("on", ErrorCode::NotAllowed));
    }
    let role = match member.role() {
        Some(Role::Manager) => "Manager",
        _ => "Officer",
    };
    let is_ours = request.outcome != Outcome::NotOurs;
    let elsewhere = Elsewhere { who: plain::lines(&request.elsewhere), handed_over: request.handed_over };
    Ok(Closing {
        outcome: request.outcome,
        text: words("text", &request.text)?,
        on: request.on,
        by: plain::line(&request.by),
        next: plain::lines(&request.next),
        object: words("object", &request.object)?,
        unless: if policy.is_some() { plain::lines(&request.unless) } else { String::new() },
        policy,
        elsewhere: Some(elsewhere).filter(|_| !is_ours),
        same_as,
        signed: Some(Signature {
            name: member.name.clone(),
            role: format!("{role}, {}", at.served.council.department_name(&member.department)),
        }),
    })
}

/// A photo of the request; `?size=thumb` for a small one.
#[utoipa::path(get, path = "/api/staff/requests/{id}/photos/{photo}", tag = "staff", operation_id = "staff_photo", params(("id" = Uuid, Path), ("photo" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn photo(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path((id, photo)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let photo = Uuid::try_parse(&photo).map_err(|_| ApiError::not_found())?;
    let stored = mine(&state, &at, &member, &id).await?;
    photos::serve(&state, &at, &stored, photo, (&which, OfWork::All)).await
}

/// Lets others who report the same see a photo, or no longer. Only the owner of the request decides.
#[utoipa::path(post, path = "/api/staff/requests/{id}/photos/{photo}/public", tag = "staff", operation_id = "publish_photo", params(("id" = Uuid, Path), ("photo" = Uuid, Path)),
    request_body = PublishPhotoRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn publish(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path((id, photo)): Path<(String, String)>,
    Body(PublishPhotoRequest { public }): Body<PublishPhotoRequest>,
) -> Result<Response, ApiError> {
    let photo = Uuid::try_parse(&photo).map_err(|_| ApiError::not_found())?;
    let stored = mine(&state, &at, &member, &id).await?;
    if stored.case.owner.as_ref().is_none_or(|owner| owner.id != member.id) {
        return Err(StoreError::Refused(Refused::NotOwner).into());
    }
    at.store.publish_photo(stored.id, photo, public).await?;
    reply(&state, &at, &member, stored.id, stored.case).await
}

/// A document of the request, to be saved.
#[utoipa::path(get, path = "/api/staff/requests/{id}/documents/{document}", tag = "staff", operation_id = "staff_document", params(("id" = Uuid, Path), ("document" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn document(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let document = Uuid::try_parse(&document).map_err(|_| ApiError::not_found())?;
    let stored = mine(&state, &at, &member, &id).await?;
    documents::serve(&state, &at, &stored, document).await
}

/// A stream that says when the request changed (server-sent events named `changed`).
#[utoipa::path(get, path = "/api/staff/requests/{id}/events", tag = "staff", operation_id = "staff_events", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/event-stream"), (status = 404, body = Problem)))]
async fn events(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], streams::changes(&state, at.store, stored.id)))
}

/// A stream that says when something in my queue changed (server-sent events named `changed`).
#[utoipa::path(get, path = "/api/staff/queue/events", tag = "staff", operation_id = "queue_events",
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = Problem)))]
async fn queue_events(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CACHE_CONTROL, "no-store")], streams::queue(&state, at.store.clone(), at.reach(&member))))
}
