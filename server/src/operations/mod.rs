//! Verbs that need more than one store call.

pub mod act;
pub mod acting;
pub mod amend;
pub mod books;
pub mod clock;
pub mod contract;
pub mod looked;
pub mod paying;
pub mod performance;
pub mod refunding;
pub mod seen;
pub mod sheet;
pub mod staff_session;
pub mod submit;
pub mod team;
pub mod view;

use domain::case::Case;
use domain::council::Council;
use uuid::Uuid;

use crate::jobs::alert::Links;
use crate::state::AppState;

/// Where links about a request lead. What somebody sent for its resident is found in the account, and no mail about it has
/// the key to it.
fn links(state: &AppState, council: &Council, (request, case): (Uuid, &Case)) -> Links {
    let resident = match case.helper {
        Some(_) => base(state, council) + "/account",
        None => watch_link(state, council, request),
    };
    Links { resident, staff: format!("{}/staff/requests/{request}", base(state, council)) }
}

/// Where somebody follows a request: with a key made from the request's identifier, or from the watcher's.
#[must_use]
pub fn watch_link(state: &AppState, council: &Council, id: Uuid) -> String {
    format!("{}/follow/{}", base(state, council), state.secret.follow_key(&council.id, id))
}

/// The council's own address. The host comes from the settings, never from the request's headers.
pub(crate) fn base(state: &AppState, council: &Council) -> String {
    match (council.hosts.first(), state.public_url.split_once("://")) {
        (Some(host), Some((scheme, _))) => format!("{scheme}://{host}"),
        _ => state.public_url.clone(),
    }
}
