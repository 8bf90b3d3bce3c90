//! `/api/staff/team`: how the work of a department goes, for who answers for it; as a file, too.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::team::{TeamView, Work};
use domain::audit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Staff};
use crate::operations::looked::{Look, look};
use crate::operations::{sheet, team};
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(work).needs(Act::Supervise))
        .routes(routes!(export).needs(Act::Export))
}

/// How the work of my department goes.
#[utoipa::path(get, path = "/api/staff/team", tag = "staff", operation_id = "team",
    responses((status = 200, body = TeamView), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn work(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    look(&state, &at, &member, Look::Queue).await?;
    let today = at.served.local(state.now()).date();
    Ok(private(team::view(&at.store, &at.served, &member.department, today).await?))
}

const HEAD: [&str; 15] = [
    "Of",
    "Name",
    "Open",
    "Overdue",
    "Escalated",
    "Oldest, days",
    "Median age, days",
    "Ended",
    "Promises kept",
    "Promises missed",
    "Kept, %",
    "Opened again",
    "Opened again, %",
    "Satisfied",
    "Not satisfied",
];

/// The same as CSV: figures, and nobody's request.
#[utoipa::path(get, path = "/api/staff/team/export", tag = "staff", operation_id = "export_team",
    responses((status = 200, content_type = "text/csv"), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn export(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let now = state.now();
    let today = at.served.local(now).date();
    let view = team::view(&at.store, &at.served, &member.department, today).await?;
    let object = format!("figures of {}", member.department);
    at.store.log(member.did(now, audit::Deed::Exported, object, "as CSV".into())).await?;
    let none = |name: &str| if name.is_empty() { "No team".to_owned() } else { name.to_owned() };
    let department = at.served.council.department_name(&member.department);
    let mut rows =
        vec![HEAD.map(str::to_owned).to_vec(), row("Department", department.to_owned(), &view.all)];
    rows.extend(view.teams.iter().map(|team| row("Team", none(&team.team), &team.work)));
    rows.extend(view.officers.iter().map(|officer| row("Officer", officer.name.clone(), &officer.work)));
    rows.extend(view.services.iter().map(|said| {
        let work = Work { satisfied: said.satisfied, dissatisfied: said.dissatisfied, ..Work::default() };
        let mut row = row("Service", format!("{}, {}", said.title, said.channel.name()), &work);
        // Of these, only what residents said is counted.
        row[2..HEAD.len() - 2].iter_mut().for_each(String::clear);
        row
    }));
    Ok(sheet::reply(&format!("team-{today}.csv"), Body::from(sheet::lines(rows))))
}

fn row(of: &str, name: String, work: &Work) -> Vec<String> {
    let some = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        of.to_owned(),
        name,
        work.open.to_string(),
        work.overdue.to_string(),
        work.escalated.to_string(),
        some(work.oldest),
        some(work.median),
        work.ended.to_string(),
        work.kept.to_string(),
        work.missed.to_string(),
        some(work.kept_percent()),
        work.reopened.to_string(),
        some(work.reopened_percent()),
        work.satisfied.to_string(),
        work.dissatisfied.to_string(),
    ]
}
