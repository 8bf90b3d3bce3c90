//! One file per noun; each gives its routes, and this list merges them. The OpenAPI document is made from
//! the same list.

pub mod account;
pub mod account_payments;
pub mod acting;
pub mod alerts;
pub mod around;
pub mod assisted;
pub mod audit;
pub mod batches;
pub mod board;
pub mod consent;
pub mod contacts;
pub mod contract;
pub mod council;
pub mod deliveries;
pub mod demo;
pub mod documents;
pub mod drafts;
pub mod export;
pub mod follow;
pub mod grants;
pub mod hand_over;
pub mod health;
pub mod helpers;
pub mod identity;
pub mod income;
pub mod leave;
pub mod ledgers;
pub mod looked;
pub mod members;
pub mod nearby;
pub mod notify;
pub mod oidc;
pub mod passkeys;
pub mod payments;
pub mod performance;
pub mod photos;
pub mod places;
pub mod privacy;
pub mod profile;
pub mod progress;
pub mod refunds;
pub mod requests;
pub mod security;
pub mod services;
pub mod shared;
pub mod slots;
pub mod staff;
pub mod staff_sign_in;
mod streams;
pub mod team;
pub mod terminals;
pub mod wording;
pub mod workspace;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// Why what belongs to filling in a form is open.
const FORM: &str = "a form needs no account";

#[derive(OpenApi)]
#[openapi(info(
    title = "Portico",
    description = "The front door of a council: services, requests and their progress. Errors are problem+json with codes. \
                   Calls that change something must come from the portal's own pages (Sec-Fetch-Site or Origin)."
))]
struct Document;

/// Every route of the API, with its description.
#[must_use]
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(council::router())
        .merge(services::router())
        .merge(requests::router())
        .merge(photos::router())
        .merge(documents::router())
        .merge(drafts::router())
        .merge(nearby::router())
        .merge(places::router())
        .merge(follow::router())
        .merge(account::router())
        .merge(account_payments::router())
        .merge(staff_sign_in::router())
        .merge(identity::router())
        .merge(profile::router())
        .merge(alerts::router())
        .merge(helpers::router())
        .merge(acting::router())
        .merge(security::router())
        .merge(passkeys::router())
        .merge(oidc::router())
        .merge(privacy::router())
        .merge(staff::router())
        .merge(progress::router())
        .merge(leave::router())
        .merge(deliveries::router())
        .merge(wording::router())
        .merge(hand_over::router())
        .merge(export::router())
        .merge(members::router())
        .merge(audit::router())
        .merge(consent::router())
        .merge(looked::router())
        .merge(shared::router())
        .merge(performance::router())
        .merge(contacts::router())
        .merge(contract::router())
        .merge(around::router())
        .merge(team::router())
        .merge(terminals::router())
        .merge(workspace::router())
        .merge(batches::router())
        .merge(board::router())
        .merge(refunds::router())
        .merge(grants::router())
        .merge(income::router())
        .merge(ledgers::router())
        .merge(assisted::router())
        .merge(slots::router())
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    router().into_openapi()
}
