//! `/api/account/looked`: who looked at a resident's record. It names departments and reasons; the officers' names are for
//! the auditor.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::consent::{Look, LookedAt, LookedView};
use domain::api::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, SignedIn};
use crate::operations::looked::{object, request};
use crate::operations::submit::follow_key;
use crate::state::AppState;

/// Looks that are listed at most.
const LISTED: usize = 200;
/// Requests of an account that are looked for at most, the newest. What was in the account when somebody looked is found
/// in any case.
const REQUESTS: u64 = 1000;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(looked).needs(Act::SeeOwn))
}

/// Each time that staff looked at what is in the account, the newest first; also from before it was in the account.
#[utoipa::path(get, path = "/api/account/looked", tag = "account", responses((status = 200, body = LookedView), (status = 401, body = Problem)))]
async fn looked(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
) -> Result<Response, ApiError> {
    Ok(private(view_of(&state, &at, resident.id).await?))
}

/// Who looked at a resident's record.
pub(crate) async fn view_of(state: &AppState, at: &At, resident: Uuid) -> Result<LookedView, ApiError> {
    let mine = at.store.request_ids_of(resident, REQUESTS).await?;
    let objects: Vec<String> = mine.into_iter().map(object).collect();
    let mut reads = at.store.reads_of(resident, &objects, LISTED as u64 + 1).await?;
    let more = reads.len() > LISTED;
    reads.truncate(LISTED);
    let ids = reads.iter().filter_map(|read| request(&read.object)).collect();
    let stored = at.store.some_requests_of(resident, ids).await?;
    let requests: HashMap<Uuid, LookedAt> = stored
        .into_iter()
        .map(|stored| {
            let submission = &stored.case.submission;
            let title = format!("{}, {}", submission.title, submission.reference);
            (stored.id, LookedAt { key: follow_key(state, at, stored.id), title })
        })
        .collect();
    let looks = reads.into_iter().map(|read| Look {
        when: at.served.say(read.at),
        request: request(&read.object).and_then(|id| requests.get(&id).cloned()),
        department: at.served.council.department_name(&read.department.unwrap_or_default()).to_owned(),
        reason: read.detail,
    });
    Ok(LookedView { looks: looks.collect(), more })
}
