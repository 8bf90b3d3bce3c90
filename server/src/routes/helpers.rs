//! `/api/account/helpers` and `/api/account/acting`: who may act for a resident, and what they see. They sign in as
//! themselves; what they looked at is logged, and shown to whose it is.

use axum::extract::State;
use axum::response::Response;
use chrono::{Months, NaiveDate};
use domain::access::{Act, Role};
use domain::api::follow::FollowView;
use domain::api::helpers::{ActingRequests, ActingView, HelperView, HelpersView, NameHelperRequest, UseView};
use domain::api::problem::Problem;
use domain::audit::{Deed, Entry};
use domain::field::contact::{is_email, same_email_key};
use domain::field::{ErrorCode, FieldError, plain};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::account::listed;
use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, Valid};
use crate::operations::looked::ONCE;
use crate::operations::view as readings;
use crate::state::AppState;
use crate::store::helpers::Helper;

/// Helpers that one resident may have at a time.
const MOST: u64 = 20;
/// Requests of one person that a helper sees.
const LISTED: u64 = 200;
/// Uses that are listed.
const USES: u64 = 100;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(helpers).needs(Act::SeeOwn))
        .routes(routes!(name).needs(Act::ChangeOwn))
        .routes(routes!(accept).needs(Act::ChangeOwn))
        .routes(routes!(end).needs(Act::ChangeOwn))
        // Helpers are residents who sign in as themselves: what makes them helpers is a row, which each query asks for.
        .routes(routes!(acting).needs(Act::SeeOwn))
        .routes(routes!(acting_request).needs(Act::SeeOwn))
}

/// Who may act for me, and for whom I may.
#[utoipa::path(get, path = "/api/account/helpers", tag = "account", responses((status = 200, body = HelpersView), (status = 401, body = Problem)))]
async fn helpers(State(state): State<AppState>, at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &who).await?))
}

/// Who may act for somebody, and for whom they may.
pub(crate) async fn view(state: &AppState, at: &At, who: &SignedIn) -> Result<HelpersView, ApiError> {
    let (resident, today) = (&who.resident, today(state, at));
    let (helpers, acting, uses) = tokio::try_join!(
        at.store.helpers(resident.id, today),
        at.store.acting(resident, today),
        at.store.helper_reads(resident.id, USES),
    )?;
    let names = at.store.names(&acting.iter().map(|helper| helper.resident).collect::<Vec<_>>()).await?;
    let name = |who: Option<Uuid>| {
        let known = helpers.iter().find(|helper| who.is_some() && helper.helper == who);
        known.map(|helper| helper.name.clone()).unwrap_or_default()
    };
    let uses = uses
        .into_iter()
        .map(|(who, when, what)| UseView { name: name(who), when: at.served.say(when), what })
        .collect();
    let mut services: Vec<(String, String)> =
        at.served.catalogue.iter().map(|(id, service)| (id.clone(), service.title.clone())).collect();
    services.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(HelpersView {
        acting: acting.iter().map(|helper| acts_for(at, &names, helper)).collect(),
        uses,
        services,
        today,
        latest: latest(today),
        person: resident.id,
        helpers: helpers
            .into_iter()
            .map(|helper| HelperView {
                id: helper.id,
                services: titles(at, &helper.services),
                name: helper.name,
                email: helper.email,
                until: helper.until,
                accepted: helper.helper.is_some(),
            })
            .collect(),
    })
}

fn acts_for(at: &At, names: &[(Uuid, String)], helper: &Helper) -> ActingView {
    let name = names.iter().find(|(id, _)| *id == helper.resident).map(|(_, name)| name.clone());
    ActingView {
        id: helper.id,
        name: name.unwrap_or_default(),
        services: titles(at, &helper.services),
        until: helper.until,
        accepted: helper.helper.is_some(),
    }
}

fn today(state: &AppState, at: &At) -> NaiveDate {
    at.served.local(state.now()).date()
}

/// Nobody is given more than a year: who still wants it then says so again.
fn latest(today: NaiveDate) -> NaiveDate {
    today.checked_add_months(Months::new(12)).unwrap_or(today)
}

fn titles(at: &At, services: &[String]) -> Vec<String> {
    services.iter().map(|id| at.served.service(id).map_or(id, |service| &service.title).clone()).collect()
}

fn entry(state: &AppState, who: &SignedIn, (role, deed): (Role, Deed), person: Uuid, detail: &str) -> Entry {
    Entry {
        seq: 0,
        at: state.now(),
        role,
        who: Some(who.resident.id),
        department: None,
        deed,
        person: Some(person),
        object: "helper".to_owned(),
        detail: detail.to_owned(),
    }
}

/// Names somebody who may act for me. They accept by signing in with that address.
#[utoipa::path(post, path = "/api/account/helpers", tag = "account", operation_id = "name_helper", request_body = NameHelperRequest,
    responses((status = 200, body = HelpersView), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn name(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Valid(request): Valid<NameHelperRequest>,
) -> Result<Response, ApiError> {
    name_for(&state, &at, &who, request).await?;
    Ok(private(view(&state, &at, &who).await?))
}

/// Names somebody who may act for a resident.
///
/// # Errors
/// What is wrong with it; the database's.
pub(crate) async fn name_for(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    request: NameHelperRequest,
) -> Result<(), ApiError> {
    let today = today(state, at);
    let mut errors = Vec::new();
    let name = plain::line(&request.name);
    if name.is_empty() {
        errors.push(FieldError::new("name", ErrorCode::Missing));
    }
    let email = request.email.trim();
    if !is_email(email) {
        errors.push(FieldError::new("email", ErrorCode::NotAnEmail));
    } else if same_email_key(email) == who.resident.email_key {
        errors.push(FieldError::new("email", ErrorCode::NotAllowed));
    }
    if request.services.is_empty() {
        errors.push(FieldError::new("services", ErrorCode::Missing));
    } else if !request.services.iter().all(|id| at.served.service(id).is_some()) {
        errors.push(FieldError::new("services", ErrorCode::NotAnOption));
    }
    if request.until < today {
        errors.push(FieldError::day("until", ErrorCode::TooEarly, today));
    } else if request.until > latest(today) {
        errors.push(FieldError::day("until", ErrorCode::TooLate, latest(today)));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let mut services = request.services;
    services.sort();
    services.dedup();
    let new = Helper {
        id: state.new_id(),
        resident: who.resident.id,
        name,
        email: email.to_owned(),
        services,
        until: request.until,
        helper: None,
    };
    let entry = entry(state, who, (Role::Resident, Deed::Changed), who.resident.id, "Named a helper");
    if at.store.name_helper(new, MOST, state.now(), entry).await? {
        Ok(())
    } else {
        Err(ApiError::invalid(vec![FieldError::over(
            "name",
            ErrorCode::TooMany,
            i64::try_from(MOST).unwrap_or(i64::MAX),
        )]))
    }
}

fn id_of(id: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(id).map_err(|_| ApiError::not_found())
}

/// Accepts to act for somebody who named my address.
#[utoipa::path(post, path = "/api/account/helpers/{id}/accept", tag = "account", operation_id = "accept_helper", params(("id" = Uuid, Path)),
    responses((status = 200, body = HelpersView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn accept(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    accept_for(&state, &at, &who, &id).await?;
    Ok(private(view(&state, &at, &who).await?))
}

/// Accepts to act for somebody.
///
/// # Errors
/// `not_found` when nobody asked; the database's.
pub(crate) async fn accept_for(state: &AppState, at: &At, who: &SignedIn, id: &str) -> Result<(), ApiError> {
    let entry = entry(state, who, (Role::Helper, Deed::Changed), who.resident.id, "Accepted to be a helper");
    Ok(at.store.accept(&who.resident, id_of(id)?, today(state, at), entry).await?)
}

/// Takes back what a helper may, or gives it back.
#[utoipa::path(post, path = "/api/account/helpers/{id}/end", tag = "account", operation_id = "end_helper", params(("id" = Uuid, Path)),
    responses((status = 200, body = HelpersView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn end(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    end_for(&state, &at, &who, &id).await?;
    Ok(private(view(&state, &at, &who).await?))
}

/// Takes back what a helper may, or gives it back.
///
/// # Errors
/// `not_found` when it is neither's; the database's.
pub(crate) async fn end_for(state: &AppState, at: &At, who: &SignedIn, id: &str) -> Result<(), ApiError> {
    let entry =
        entry(state, who, (Role::Resident, Deed::Changed), who.resident.id, "Ended what a helper may");
    Ok(at.store.end_helper(&who.resident, id_of(id)?, entry).await?)
}

/// The requests of somebody I act for.
#[utoipa::path(get, path = "/api/account/acting/{id}", tag = "account", operation_id = "acting", params(("id" = Uuid, Path)),
    responses((status = 200, body = ActingRequests), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn acting(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(private(acting_view(&state, &at, &who, &id).await?))
}

/// Who looks at the same thing over and over within ten minutes looked once.
async fn log_once(state: &AppState, at: &At, entry: Entry) -> Result<(), ApiError> {
    let since = state.now() - ONCE;
    let is_logged = match entry.who {
        Some(who) => at.store.has_logged(who, (entry.deed, &entry.object), since).await?,
        None => false,
    };
    if is_logged { Ok(()) } else { Ok(at.store.log(entry).await?) }
}

/// The requests of somebody that another acts for.
pub(crate) async fn acting_view(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    id: &str,
) -> Result<ActingRequests, ApiError> {
    let today = today(state, at);
    let helper = at.store.acts(who.resident.id, id_of(id)?, today).await?;
    let stored = at.store.requests_for(&helper, None, LISTED).await?;
    let names = at.store.names(&[helper.resident]).await?;
    let what = "The list of your requests, as your helper";
    let read = entry(state, who, (Role::Helper, Deed::Read), helper.resident, what);
    log_once(state, at, Entry { object: format!("helper {}", helper.id), ..read }).await?;
    let requests = stored
        .iter()
        .map(|stored| {
            let mut line = listed(at, &stored.case, today, Some(u32::MAX));
            line.key = stored.id.simple().to_string();
            line
        })
        .collect();
    Ok(ActingRequests { who: acts_for(at, &names, &helper), requests })
}

/// One request of somebody I act for. There are no keys in it: it is mine to see only as long as I act for them.
#[utoipa::path(get, path = "/api/account/acting/{id}/{request}", tag = "account", operation_id = "acting_request",
    params(("id" = Uuid, Path), ("request" = Uuid, Path)),
    responses((status = 200, body = FollowView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn acting_request(
    State(state): State<AppState>,
    at: At,
    who: SignedIn,
    Path((id, request)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    Ok(private(acting_request_view(&state, &at, &who, &id, &request).await?))
}

/// One request of somebody that another acts for.
pub(crate) async fn acting_request_view(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    id: &str,
    request: &str,
) -> Result<FollowView, ApiError> {
    let helper = at.store.acts(who.resident.id, id_of(id)?, today(state, at)).await?;
    let stored = at.store.requests_for(&helper, Some(id_of(request)?), 1).await?;
    let stored = stored.into_iter().next().ok_or_else(ApiError::not_found)?;
    let what = format!("Your request {}, as your helper", stored.case.submission.reference);
    let read = Entry {
        object: format!("request {}", stored.id),
        ..entry(state, who, (Role::Helper, Deed::Read), helper.resident, &what)
    };
    log_once(state, at, read).await?;
    let mut view = readings::follow(state, &at.served, stored.case);
    view.parts.clear();
    view.part_of = None;
    Ok(view)
}
