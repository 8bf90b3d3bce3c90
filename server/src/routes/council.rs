//! `/api/council`: what every page needs to know.

use axum::Json;
use axum::extract::State;
use domain::api::council::CouncilView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Declare as _;
use crate::councils::Served;
use crate::extract::At;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(council).open("published for everybody"))
}

/// The council, with the key messages of today.
#[utoipa::path(get, path = "/api/council", tag = "services", responses((status = 200, body = CouncilView)))]
async fn council(State(state): State<AppState>, at: At) -> Json<CouncilView> {
    Json(view(&state, &at.served))
}

/// A council, as pages show it.
#[must_use]
pub fn view(state: &AppState, served: &Served) -> CouncilView {
    let today = served.local(state.now()).date();
    let messages =
        served.council.messages.iter().filter(|message| message.shown_on(today)).cloned().collect();
    CouncilView {
        name: served.council.name.clone(),
        contact: served.council.contact.clone(),
        messages,
        takes_payments: served.council.payments.is_some(),
        demo: served.council.demo,
    }
}
