//! `/api/account/helpers`: who may act for a resident. They sign in as themselves; what they do and look at is logged, and
//! shown to whose it is.

use axum::extract::State;
use axum::response::Response;
use chrono::{Months, NaiveDate};
use domain::access::{Act, Role};
use domain::api::helpers::{ActingView, HelperView, HelpersView, NameHelperRequest, UseView};
use domain::api::problem::Problem;
use domain::audit::{Deed, Entry};
use domain::field::contact::{is_email, same_email_key};
use domain::field::{ErrorCode, FieldError, plain};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, SignedIn, Valid};
use crate::jobs::sweep;
use crate::operations::acting::today;
use crate::state::AppState;
use crate::store::helpers::Helper;

/// Helpers that one resident may have at a time.
const MOST: u64 = 20;
/// Uses that are listed.
const USES: u64 = 100;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(helpers).needs(Act::SeeOwn))
        .routes(routes!(name).needs(Act::ChangeOwn))
        .routes(routes!(accept).needs(Act::ChangeOwn))
        .routes(routes!(end).needs(Act::ChangeOwn))
}

/// Who may act for me, and for whom I may.
#[utoipa::path(get, path = "/api/account/helpers", tag = "account", responses((status = 200, body = HelpersView), (status = 401, body = Problem)))]
async fn helpers(State(state): State<AppState>, at: At, who: SignedIn) -> Result<Response, ApiError> {
    Ok(private(view(&state, &at, &who).await?))
}

/// Who may act for somebody, and for whom they may.
pub(crate) async fn view(state: &AppState, at: &At, who: &SignedIn) -> Result<HelpersView, ApiError> {
    let (resident, today) = (&who.resident, today(state, at));
    let (helpers, acting, uses, called) = tokio::try_join!(
        at.store.helpers(resident.id, today),
        at.store.acting(resident, today),
        at.store.helper_uses(resident.id, USES),
        at.store.helper_names(resident.id),
    )?;
    let names = at.store.names(&acting.iter().map(|helper| helper.resident).collect::<Vec<_>>()).await?;
    let name = |who: Option<Uuid>| {
        let known = called.iter().find(|(helper, _)| who == Some(*helper));
        known.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let uses = uses
        .into_iter()
        .map(|(who, when, did, what)| UseView { name: name(who), when: at.served.say(when), what, did })
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

pub(super) fn acts_for(at: &At, names: &[(Uuid, String)], helper: &Helper) -> ActingView {
    let name = names.iter().find(|(id, _)| *id == helper.resident).map(|(_, name)| name.clone());
    ActingView {
        id: helper.id,
        name: name.unwrap_or_default(),
        services: titles(at, &helper.services),
        until: helper.until,
        accepted: helper.helper.is_some(),
    }
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
    if at.store.name_helper(new, MOST, (state.now(), today), entry).await? {
        Ok(())
    } else {
        Err(ApiError::invalid(vec![FieldError::over(
            "name",
            ErrorCode::TooMany,
            i64::try_from(MOST).unwrap_or(i64::MAX),
        )]))
    }
}

pub(super) fn id_of(id: &str) -> Result<Uuid, ApiError> {
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
    let named = at.store.end_helper(&who.resident, id_of(id)?, today(state, at), entry).await?;
    Ok(sweep::abandon_all(state, at.store.council(), named).await?)
}
