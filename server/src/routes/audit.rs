//! `/api/staff/audit`: what was done, for whoever watches that. Names of staff are included; what stood in a record
//! never is.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::staff::{AuditPage, AuditRow};
use domain::audit::{Deed, Entry, Row};
use futures::{StreamExt as _, stream};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Query, Staff};
use crate::operations::sheet;
use crate::state::AppState;
use crate::store::{Store, StoreError};

/// Rows on a page.
const PAGE: u64 = 50;
/// Rows that are read at a time for a file.
const AT_A_TIME: u64 = 1000;

const HEAD: [&str; 10] =
    ["Number", "When (UTC)", "Role", "Who", "Name", "Department", "Deed", "Person", "Object", "Detail"];

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read).needs(Act::ReadAudit))
        .routes(routes!(export).needs(Act::ExportAudit))
}

/// `?before=123`.
#[derive(serde::Deserialize)]
struct Before {
    before: Option<u64>,
}

async fn names(store: &Store) -> Result<HashMap<Uuid, String>, StoreError> {
    Ok(store.members().await?.into_iter().map(|member| (member.id, member.name)).collect())
}

/// What was done, the newest first, some at a time.
#[utoipa::path(get, path = "/api/staff/audit", tag = "staff", operation_id = "read_audit", params(("before" = Option<u64>, Query, description = "Rows before this one")),
    responses((status = 200, body = AuditPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn read(at: At, Query(Before { before }): Query<Before>) -> Result<Response, ApiError> {
    let (rows, names) = tokio::try_join!(at.store.audit_log(before, PAGE + 1), names(&at.store))?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = rows.get(page).and(rows.get(page - 1)).map(|last| last.entry.seq);
    let seen = |Row { entry, .. }: Row| {
        let Entry { seq, role, deed, person, object, detail, .. } = entry;
        let who = entry.who.map(|who| names.get(&who).cloned().unwrap_or_else(|| who.to_string()));
        let department = entry.department.map(|id| at.served.council.department_name(&id).to_owned());
        AuditRow { seq, when: at.served.say(entry.at), role, who, department, deed, person, object, detail }
    };
    Ok(private(AuditPage { rows: rows.into_iter().take(page).map(seen).collect(), next }))
}

/// The whole log, the newest first, as CSV.
#[utoipa::path(get, path = "/api/staff/audit/export", tag = "staff", operation_id = "export_audit",
    responses((status = 200, content_type = "text/csv"), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn export(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let now = state.now();
    // Logged first: it is in the file.
    at.store.log(member.did(now, Deed::Exported, "audit".into(), "as CSV".into())).await?;
    let name = format!("audit-{}.csv", at.served.local(now).date());
    let head = Bytes::from(sheet::lines([HEAD.map(str::to_owned).to_vec()]));
    let names = names(&at.store).await?;
    let bits = stream::try_unfold(Some(None), move |before| {
        let (store, names) = (at.store.clone(), names.clone());
        async move {
            let Some(before) = before else { return Ok::<_, StoreError>(None) };
            let rows = store.audit_log(before, AT_A_TIME).await?;
            let next = rows.last().map(|last| Some(last.entry.seq));
            let lines = sheet::lines(rows.into_iter().map(|row| cells(row.entry, &names)));
            Ok(Some((Bytes::from(lines), next)))
        }
    });
    Ok(sheet::reply(&name, Body::from_stream(stream::iter([Ok(head)]).chain(bits))))
}

fn cells(entry: Entry, names: &HashMap<Uuid, String>) -> Vec<String> {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    vec![
        entry.seq.to_string(),
        entry.at.format("%Y-%m-%d %H:%M:%S").to_string(),
        entry.role.id().to_owned(),
        id(entry.who),
        entry.who.and_then(|who| names.get(&who).cloned()).unwrap_or_default(),
        entry.department.unwrap_or_default(),
        entry.deed.id().to_owned(),
        id(entry.person),
        entry.object,
        entry.detail,
    ]
}
