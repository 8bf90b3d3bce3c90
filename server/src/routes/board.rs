//! `/api/staff/board`: what has been open for too long, in every department that somebody answers for; as a file, too. An
//! admin sees the list of the whole council, and can open none of it.

use std::cmp::Reverse;

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use domain::access::{Act, Role};
use domain::api::board::{BOARD_MOST, Board, BoardItem, Decided, Held};
use domain::api::problem::Problem;
use domain::case::{Actor, Event};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::export::{Taken, take_away};
use super::follow::private;
use crate::access::Declare as _;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::{At, Staff};
use crate::operations::looked::{Look, look};
use crate::operations::view::is_undecided;
use crate::state::AppState;
use crate::store::requests::{Stored, Which};
use crate::store::staff::{Reach, StaffMember};

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list).needs(Act::SeeBoard))
        .routes(routes!(export).needs(Act::ExportBoard))
}

/// The departments of whose requests somebody sees the list.
fn departments(at: &At, member: &StaffMember, reach: &Reach) -> Vec<String> {
    if member.role() == Some(Role::Admin) {
        return at.served.council.departments.iter().map(|department| department.id.clone()).collect();
    }
    reach.answers.iter().map(|(department, _)| department.clone()).collect()
}

/// What has been open for too long, in the departments that I answer for.
#[utoipa::path(get, path = "/api/staff/board", tag = "staff", operation_id = "board",
    responses((status = 200, body = Board), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    look(&state, &at, &member, Look::Board).await?;
    let reach = at.reach(&member);
    let today = at.served.local(state.now()).date();
    let departments = departments(&at, &member, &reach);
    let which = Which::Board(departments.clone());
    let mut stored = at.store.all_of(&which, None, BOARD_MOST as u64 + 1).await?;
    let more = stored.len() > BOARD_MOST;
    stored.truncate(BOARD_MOST);
    let mut requests: Vec<BoardItem> =
        stored.into_iter().map(|stored| item(&at.served, &reach, stored, today)).collect();
    requests.sort_by_key(|item| (item.decided.is_some(), Reverse(item.days)));
    let name = |id: &String| at.served.council.department_name(id).to_owned();
    let departments = departments.iter().map(name).collect();
    Ok(private(Board { departments, requests, more, days: at.served.council.escalation.too_long }))
}

fn item(served: &Served, reach: &Reach, Stored { id, case, .. }: Stored, today: NaiveDate) -> BoardItem {
    let since = served.local(case.open_since()).date();
    let may_open = reach.member.role().is_some_and(|role| role.may(Act::SeeDepartment));
    let decided = case.history.iter().rev().find_map(|recorded| match (&recorded.event, &recorded.by) {
        (Event::Decided { text, .. }, Actor::Staff(by)) => Some(Decided {
            by: by.name.clone(),
            on: served.local(recorded.at).date(),
            text: if may_open { text.clone() } else { String::new() },
        }),
        _ => None,
    });
    BoardItem {
        id: may_open.then_some(id),
        department: served.council.department_name(case.department()).to_owned(),
        since,
        days: u32::try_from((today - since).num_days()).unwrap_or(0),
        owner: case.answers_for_it().map(|owner| owner.name.clone()),
        unowned: case.owner.is_none(),
        why: Held::of(&case),
        missed: case.missed,
        complete_by: case.complete_by,
        decided: decided.filter(|_| !is_undecided(&case)),
        may_decide: reach.may_decide(served.council.department(case.department())),
        reference: case.submission.reference,
        title: case.submission.title,
    }
}

const HEAD: [&str; 12] = [
    "Reference",
    "Title",
    "Department",
    "Open since",
    "Days open",
    "Who has it",
    "Why",
    "Promises missed",
    "Promised by",
    "Decision",
    "Decided by",
    "Decided on",
];

/// The same as CSV.
#[utoipa::path(get, path = "/api/staff/board/export", tag = "staff", operation_id = "export_board",
    responses((status = 200, content_type = "text/csv"), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn export(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let reach = at.reach(&member);
    let today = at.served.local(state.now()).date();
    let which = Which::Board(departments(&at, &member, &reach));
    let row = move |served: &Served, stored| row(item(served, &reach, stored, today));
    let taken = Taken {
        name: format!("open-too-long-{today}.csv"),
        object: "what has been open for too long".to_owned(),
        told: "Took the list of what has been open for too long away as a file, with your request in it",
        head: &HEAD,
        which,
    };
    take_away(&state, at, member, taken, row).await
}

fn row(item: BoardItem) -> Vec<String> {
    let owner = match (item.owner, item.unowned) {
        (Some(lead), true) => format!("Nobody yet; {lead} answers for it"),
        (owner, _) => owner.unwrap_or_default(),
    };
    let (decision, by, on) = match item.decided {
        Some(Decided { by, on, text }) if text.is_empty() => ("Decided".to_owned(), by, on.to_string()),
        Some(Decided { by, on, text }) => (text, by, on.to_string()),
        None => ("Not decided".to_owned(), String::new(), String::new()),
    };
    vec![
        item.reference.to_string(),
        item.title,
        item.department,
        item.since.to_string(),
        item.days.to_string(),
        owner,
        item.why.words().to_owned(),
        item.missed.to_string(),
        item.complete_by.write(),
        decision,
        by,
        on,
    ]
}
