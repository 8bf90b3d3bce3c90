//! Verbs that need more than one store call.

pub mod act;
pub mod submit;
pub mod view;

use domain::council::Council;
use uuid::Uuid;

use crate::jobs::alert::Links;
use crate::state::AppState;

/// Where links about a request lead. The host comes from the settings, never from the request's headers.
fn links(state: &AppState, council: &Council, request: Uuid) -> Links {
    let base = match (council.hosts.first(), state.public_url.split_once("://")) {
        (Some(host), Some((scheme, _))) => format!("{scheme}://{host}"),
        _ => state.public_url.clone(),
    };
    let key = state.secret.follow_key(&council.id, request);
    Links { resident: format!("{base}/follow/{key}"), staff: format!("{base}/staff/requests/{request}") }
}
