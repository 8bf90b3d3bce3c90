//! `/api/staff/requests/{id}/…`: what a request goes through between being taken and being closed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Months, NaiveDate};
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{
    DecisionRequest, OfferRequest, PlanRequest, ProposalRequest, ReasonRequest, StaffCase, WordsRequest,
};
use domain::case::{Event, Offer, Owner, Refused};
use domain::field::{ErrorCode, FieldError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::words;
use super::staff::{happen, mine};
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::operations::clock;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::staff::StaffMember;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(plan).needs(Act::Answer))
        .routes(routes!(begin).needs(Act::Answer))
        .routes(routes!(ask).needs(Act::Answer))
        .routes(routes!(note).needs(Act::Answer))
        .routes(routes!(offer).needs(Act::Answer))
        .routes(routes!(decline).needs(Act::Answer))
        .routes(routes!(proposal).needs(Act::AnswerFor))
        .routes(routes!(decision).needs(Act::AnswerFor))
}

fn wrong(field: &str, code: ErrorCode) -> ApiError {
    ApiError::invalid(vec![FieldError::new(field, code)])
}

/// Somebody else answers for it.
fn not_yours() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "not_your_role")
}

fn today(state: &AppState, at: &At) -> NaiveDate {
    at.served.local(state.now()).date()
}

/// A day from tomorrow on, within a year.
fn to_come(state: &AppState, at: &At, field: &str, day: NaiveDate) -> Result<NaiveDate, ApiError> {
    let today = today(state, at);
    let a_year_on = today.checked_add_months(Months::new(12)).unwrap_or(today);
    if day <= today || day > a_year_on { Err(wrong(field, ErrorCode::NotAllowed)) } else { Ok(day) }
}

/// Says for which day work is planned.
#[utoipa::path(post, path = "/api/staff/requests/{id}/plan", tag = "staff", params(("id" = Uuid, Path)), request_body = PlanRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn plan(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(PlanRequest { on }): Valid<PlanRequest>,
) -> Result<Response, ApiError> {
    mine(&state, &at, &member, &id).await?;
    let event = planned(&state, &at, on)?;
    happen(&state, &at, member, &id, event, None).await
}

/// Work is planned for a day that is not over.
pub(super) fn planned(state: &AppState, at: &At, on: NaiveDate) -> Result<Event, ApiError> {
    if on < today(state, at) { Err(wrong("on", ErrorCode::NotAllowed)) } else { Ok(Event::Planned { on }) }
}

/// Says that work has begun.
#[utoipa::path(post, path = "/api/staff/requests/{id}/begin", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn begin(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    happen(&state, &at, member, &id, Event::Begun, None).await
}

/// Asks the resident something without which it can't go on. The promise waits for the answer.
#[utoipa::path(post, path = "/api/staff/requests/{id}/ask", tag = "staff", params(("id" = Uuid, Path)), request_body = WordsRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn ask(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<WordsRequest>,
) -> Result<Response, ApiError> {
    mine(&state, &at, &member, &id).await?;
    let event = Event::Asked { question: words("text", &request.text)? };
    happen(&state, &at, member, &id, event, Some(request.id)).await
}

/// Writes something down for colleagues. The resident does not see it.
#[utoipa::path(post, path = "/api/staff/requests/{id}/notes", tag = "staff", params(("id" = Uuid, Path)), request_body = WordsRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn note(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<WordsRequest>,
) -> Result<Response, ApiError> {
    mine(&state, &at, &member, &id).await?;
    let event = Event::Noted { text: words("text", &request.text)? };
    happen(&state, &at, member, &id, event, Some(request.id)).await
}

/// Asks a colleague, or another department, to take it. Until they do it stays with who asks.
#[utoipa::path(post, path = "/api/staff/requests/{id}/offer", tag = "staff", params(("id" = Uuid, Path)), request_body = OfferRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn offer(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<OfferRequest>,
) -> Result<Response, ApiError> {
    mine(&state, &at, &member, &id).await?;
    let offer = offered(&at, &member, (request.to, request.department), &request.reason).await?;
    happen(&state, &at, member, &id, Event::Offered(offer), None).await
}

/// An offer to a colleague, or to another department.
pub(super) async fn offered(
    at: &At,
    member: &StaffMember,
    whom: (Option<Uuid>, Option<String>),
    reason: &str,
) -> Result<Offer, ApiError> {
    let reason = words("reason", reason)?;
    Ok(match whom {
        (Some(to), None) => {
            let colleagues = at.store.colleagues(&member.department).await?;
            let found = colleagues.into_iter().find(|one| one.id == to && one.id != member.id);
            let to = found.ok_or_else(|| wrong("to", ErrorCode::NotAnOption))?;
            let to = Some(Owner { id: to.id, name: to.name });
            Offer { department: member.department.clone(), lead: None, to, reason }
        }
        (None, Some(department)) => {
            let known = at.served.council.department(&department).is_some();
            if !known || department == member.department {
                return Err(wrong("department", ErrorCode::NotAnOption));
            }
            let lead = clock::lead(&at.store, &at.served, &department).await?;
            Offer { department, lead, to: None, reason }
        }
        _ => return Err(wrong("to", ErrorCode::Missing)),
    })
}

/// Does not take what was offered, or takes back what was not taken.
#[utoipa::path(post, path = "/api/staff/requests/{id}/offer/decline", tag = "staff", operation_id = "decline_offer", params(("id" = Uuid, Path)), request_body = ReasonRequest,
    responses((status = 200, body = StaffCase), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decline(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<ReasonRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let offered = stored.case.offer.as_ref().is_some_and(|offer| {
        offer.department == member.department && offer.to.as_ref().is_none_or(|to| to.id == member.id)
    });
    let own = stored.case.owner.as_ref().is_some_and(|owner| owner.id == member.id);
    if !offered && !own {
        return Err(StoreError::Refused(Refused::NotAllowed).into());
    }
    let reason = words("reason", &request.reason)?;
    let event = Event::OfferEnded { reason };
    // Another department's request is out of sight once it is declined: the reply is the request as it was left.
    happen(&state, &at, member, &id, event, None).await
}

/// Agrees with how a request is to be closed, or does not: who stands high enough in its department, and did not propose it.
#[utoipa::path(post, path = "/api/staff/requests/{id}/proposal", tag = "staff", params(("id" = Uuid, Path)), request_body = ProposalRequest,
    responses((status = 200, body = StaffCase), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn proposal(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<ProposalRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let Some(proposal) = &stored.case.proposed else {
        return Err(StoreError::Refused(Refused::NotAllowed).into());
    };
    if stored.case.proposed_by() == Some(member.id) {
        return Err(StoreError::Refused(Refused::OwnProposal).into());
    }
    if !at.reach(&member).may_sign(&stored.case) {
        return Err(not_yours());
    }
    let event = if request.agree {
        Event::Closed(proposal.closing.clone())
    } else {
        Event::SentBack { reason: words("reason", &request.reason)? }
    };
    happen(&state, &at, member, &id, event, None).await
}

/// Decides what becomes of a request that has been open for too long: who answers for its department.
#[utoipa::path(post, path = "/api/staff/requests/{id}/decision", tag = "staff", params(("id" = Uuid, Path)), request_body = DecisionRequest,
    responses((status = 200, body = StaffCase), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decision(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<DecisionRequest>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let department = at.served.council.department(stored.case.department());
    // What waits for no decision is refused by the rules, to everybody alike.
    if stored.case.on_board.is_some() && !at.reach(&member).may_decide(department) {
        return Err(not_yours());
    }
    let complete_by = to_come(&state, &at, "to", request.to)?;
    let event = Event::Decided { text: words("text", &request.text)?, complete_by };
    happen(&state, &at, member, &id, event, None).await
}
