//! `/api/staff/terminals`: registering public computers, and looking after them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::BASE32_NOPAD;
use domain::access::Act;
use domain::api::problem::Problem;
use domain::api::terminals::{LockRequest, SetupRequest, TerminalCode, TerminalView, TerminalsView};
use domain::standard::say_date;
use domain::terminal::CODE_LASTS;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, Valid};
use crate::state::AppState;
use crate::store::terminals::{Change, Terminal};

/// Characters of a code: fifty bits.
const CODE: usize = 10;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(terminals).needs(Act::ManageStaff))
        .routes(routes!(register).needs(Act::ManageStaff))
        .routes(routes!(set_up).needs(Act::ManageStaff))
        .routes(routes!(code).needs(Act::ManageStaff))
        .routes(routes!(lock).needs(Act::ManageStaff))
        .routes(routes!(remove).needs(Act::ManageStaff))
}

/// The public computers.
#[utoipa::path(get, path = "/api/staff/terminals", tag = "staff", operation_id = "terminals",
    responses((status = 200, body = TerminalsView), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn terminals(at: At) -> Result<Response, ApiError> {
    let seen = |terminal: Terminal| TerminalView {
        id: terminal.id,
        locked: terminal.locked,
        enrolled: terminal.enrolled_at.is_some(),
        seen: terminal.seen_at.map(|seen| {
            let local = at.served.local(seen);
            format!("{} at {}", say_date(local.date()), local.format("%H:%M"))
        }),
        setup: terminal.setup,
        browser: terminal.browser,
    };
    Ok(private(TerminalsView { terminals: at.store.terminals().await?.into_iter().map(seen).collect() }))
}

/// A new code, and what is kept of it.
fn fresh_code(state: &AppState, at: &At, id: Uuid) -> (TerminalCode, Vec<u8>) {
    let mut code = BASE32_NOPAD.encode(&state.dice.token());
    code.truncate(CODE);
    let hash = state.secret.terminal_code_hash(at.store.council(), &code);
    code.insert(CODE / 2, '-');
    (TerminalCode { id, code, until: state.now() + CODE_LASTS }, hash)
}

fn checked(request: SetupRequest) -> Result<SetupRequest, ApiError> {
    let request = SetupRequest { setup: request.setup.trimmed() };
    let errors = request.errors();
    if errors.is_empty() { Ok(request) } else { Err(ApiError::invalid(errors)) }
}

/// Registers a public computer. The code is typed on it, once.
#[utoipa::path(post, path = "/api/staff/terminals", tag = "staff", operation_id = "register_terminal", request_body = SetupRequest,
    responses((status = 200, body = TerminalCode), (status = 403, body = Problem, description = "`prove_again`"), (status = 422, body = Problem)))]
async fn register(
    State(state): State<AppState>,
    at: At,
    Staff(by): Staff,
    Valid(request): Valid<SetupRequest>,
) -> Result<Json<TerminalCode>, ApiError> {
    let SetupRequest { setup } = checked(request)?;
    let id = state.new_id();
    let (code, hash) = fresh_code(&state, &at, id);
    at.store.add_terminal((&by, state.now()), (id, &setup), (hash, code.until)).await?;
    Ok(Json(code))
}

fn named(id: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(id).map_err(|_| ApiError::not_found())
}

/// Changes how one is set up. It holds from what it asks for next.
#[utoipa::path(post, path = "/api/staff/terminals/{id}/setup", tag = "staff", operation_id = "set_up_terminal", params(("id" = Uuid, Path)), request_body = SetupRequest,
    responses((status = 204), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn set_up(
    State(state): State<AppState>,
    at: At,
    Staff(by): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<SetupRequest>,
) -> Result<StatusCode, ApiError> {
    let SetupRequest { setup } = checked(request)?;
    at.store.change_terminal((&by, state.now()), named(&id)?, Change::Setup(setup)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another code: another computer is made this one, or the same once more.
#[utoipa::path(post, path = "/api/staff/terminals/{id}/code", tag = "staff", operation_id = "terminal_code", params(("id" = Uuid, Path)),
    responses((status = 200, body = TerminalCode), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem)))]
async fn code(
    State(state): State<AppState>,
    at: At,
    Staff(by): Staff,
    Path(id): Path<String>,
) -> Result<Json<TerminalCode>, ApiError> {
    let id = named(&id)?;
    let (code, hash) = fresh_code(&state, &at, id);
    at.store.change_terminal((&by, state.now()), id, Change::Code(hash, code.until)).await?;
    Ok(Json(code))
}

/// Takes one out of use, or back into it. Whoever sits at it is cleared away with what they ask for next.
#[utoipa::path(post, path = "/api/staff/terminals/{id}/lock", tag = "staff", operation_id = "lock_terminal", params(("id" = Uuid, Path)), request_body = LockRequest,
    responses((status = 204), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem)))]
async fn lock(
    State(state): State<AppState>,
    at: At,
    Staff(by): Staff,
    Path(id): Path<String>,
    Valid(LockRequest { locked }): Valid<LockRequest>,
) -> Result<StatusCode, ApiError> {
    at.store.change_terminal((&by, state.now()), named(&id)?, Change::Locked(locked)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has one be a public computer no more. What is in its browser stays locked until another code is typed there.
#[utoipa::path(post, path = "/api/staff/terminals/{id}/remove", tag = "staff", operation_id = "remove_terminal", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem, description = "`prove_again`"), (status = 404, body = Problem)))]
async fn remove(
    State(state): State<AppState>,
    at: At,
    Staff(by): Staff,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    at.store.change_terminal((&by, state.now()), named(&id)?, Change::Removed).await?;
    Ok(StatusCode::NO_CONTENT)
}
