//! `/api/staff/export`: the requests of a department as a file for a spreadsheet.

use std::collections::HashSet;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Act;
use domain::api::problem::Problem;
use domain::audit::{Deed, Entry};
use domain::case::{Outcome, Status};
use futures::stream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::access::Declare as _;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::{At, Staff};
use crate::operations::sheet;
use crate::operations::view::about;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::requests::{Stored, Which};
use crate::store::staff::StaffMember;

/// Requests that are read at a time.
const AT_A_TIME: u64 = 500;

const HEAD: [&str; 12] = [
    "Reference",
    "Service",
    "Title",
    "Status",
    "Received",
    "Promised by",
    "First promised by",
    "Late",
    "Owner",
    "Ward",
    "Team",
    "About",
];

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export).needs(Act::Export))
}

/// All requests of my department, the oldest first, as CSV.
#[utoipa::path(get, path = "/api/staff/export", tag = "staff", operation_id = "export_requests",
    responses((status = 200, content_type = "text/csv"), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn export(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let now = state.now();
    let today = at.served.local(now).date();
    let taken = Taken {
        name: format!("requests-{today}.csv"),
        object: format!("requests of {}", member.department),
        told: "Took a list of the department’s requests away as a file, with yours in it",
        head: &HEAD,
        which: Which::Department(member.department.clone()),
    };
    let row = move |served: &Served, stored: Stored| {
        let received = served.local(stored.case.received_at).format("%Y-%m-%d %H:%M").to_string();
        row(stored, received, (now, today))
    };
    take_away(&state, at, member, taken, row).await
}

/// Requests that are taken away as a file.
pub(super) struct Taken {
    /// The file's name.
    pub name: String,
    /// What it is, for the log.
    pub object: String,
    /// What those are told whose requests are in it.
    pub told: &'static str,
    /// The columns.
    pub head: &'static [&'static str],
    /// The requests.
    pub which: Which,
}

/// Requests as CSV, one row each; that it was taken is logged, and for each person in it, too.
pub(super) async fn take_away(
    state: &AppState,
    at: At,
    member: StaffMember,
    taken: Taken,
    row: impl Fn(&Served, Stored) -> Vec<String> + Clone + Send + Sync + 'static,
) -> Result<Response, ApiError> {
    let Taken { name, object, told: words, head, which } = taken;
    let head = Bytes::from(sheet::lines([head.iter().map(|&word| word.to_owned()).collect()]));
    // Logged first: who breaks the download off has had some of it.
    let now = state.now();
    at.store.log(member.did(now, Deed::Exported, object.clone(), "as CSV".into())).await?;
    // Read and sent bit by bit: a department may have very many.
    let begun = (Some(None::<Uuid>), HashSet::<Uuid>::new());
    let bits = stream::try_unfold(begun, move |(after, mut told)| {
        let (store, served, member, object) =
            (at.store.clone(), at.served.clone(), member.clone(), object.clone());
        let (which, row) = (which.clone(), row.clone());
        async move {
            let Some(after) = after else { return Ok::<_, StoreError>(None) };
            let stored = store.all_of(&which, after, AT_A_TIME).await?;
            let next = stored.last().map(|last| Some(last.id));
            // Each person is told, before the file has them.
            let ids = stored.iter().map(|stored| stored.id).collect();
            let fresh = store.residents_of(ids).await?.into_iter().filter(|resident| told.insert(*resident));
            let entries = fresh.map(|resident| Entry {
                person: Some(resident),
                ..member.did(now, Deed::Exported, object.clone(), words.to_owned())
            });
            store.log_all(entries.collect()).await?;
            let rows = stored.into_iter().map(|stored| row(&served, stored));
            Ok(Some((Bytes::from(sheet::lines(rows)), (next, told))))
        }
    });
    let body = Body::from_stream(futures::StreamExt::chain(stream::iter([Ok(head)]), bits));
    Ok(sheet::reply(&name, body))
}

fn row(
    Stored { case, .. }: Stored,
    received: String,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Vec<String> {
    vec![
        case.submission.reference.to_string(),
        case.submission.service.clone(),
        case.submission.title.clone(),
        status(case.status).to_owned(),
        received,
        case.complete_by.write(),
        case.submission.complete_by.write(),
        if case.is_late(now, today) { "yes" } else { "no" }.to_owned(),
        case.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default(),
        case.submission.ward.clone().unwrap_or_default(),
        case.submission.team.clone().unwrap_or_default(),
        about(&case),
    ]
}

fn status(status: Status) -> &'static str {
    match status {
        Status::ToPay => "To be paid",
        Status::Received => "New",
        Status::LookedAt => "Being looked at",
        Status::Planned => "Planned",
        Status::InProgress => "In progress",
        Status::Waiting => "Waiting for the resident",
        Status::Closed(Outcome::Done) => "Done",
        Status::Closed(Outcome::DeclinedByPolicy) => "Declined by policy",
        Status::Closed(Outcome::NotOurs) => "Not ours",
        Status::Closed(Outcome::Duplicate) => "Reported before",
        Status::Closed(Outcome::Withdrawn) => "No longer needed",
        Status::Closed(Outcome::PartDone) => "Part done",
        Status::Closed(Outcome::NoAnswer) => "No answer",
        Status::Closed(Outcome::NothingFound) => "Nothing found",
        Status::Closed(Outcome::NotPaid) => "Not paid",
    }
}
