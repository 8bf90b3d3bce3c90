//! `/api/staff/ledgers`: the council's ledgers, taken in from files.

use std::io::{BufReader, Seek as _, Write as _};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Act;
use domain::api::ledgers::{ImportBegun, ImportView, LedgerView, Ledgers};
use domain::api::problem::Problem;
use domain::audit::Deed;
use domain::ledger::Ledger;
use futures::StreamExt as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Staff, body_error};
use crate::ledgers::import::take_in;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::ledgers::NewImport;

/// The most bytes of a file.
const MOST: u64 = 256 * 1024 * 1024;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(ledgers).needs(Act::ManageCouncil))
        .routes(routes!(upload).needs(Act::ManageCouncil))
}

/// The ledgers, and what was taken in of them.
#[utoipa::path(get, path = "/api/staff/ledgers", tag = "staff", operation_id = "ledgers",
    responses((status = 200, body = Ledgers), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn ledgers(State(state): State<AppState>, at: At, Staff(_member): Staff) -> Result<Response, ApiError> {
    let mut views = Vec::new();
    for ledger in Ledger::ALL {
        let imports = at.store.imports(ledger, state.now()).await?;
        let taken = imports.iter().filter(|import| import.taken_at.is_some());
        let current = taken.max_by_key(|import| import.taken_at).map(|import| import.id);
        let names = |columns: &[&str]| columns.iter().map(|column| (*column).to_owned()).collect();
        let view = |import: crate::store::ledgers::Import| ImportView {
            id: import.id,
            state: import.state,
            begun: at.served.say(import.begun_at),
            begun_at: import.begun_at,
            rows: import.count.rows,
            left_out: import.count.left_out,
            percent: u8::try_from(import.count.read.saturating_mul(100) / import.size.max(1))
                .unwrap_or(100)
                .min(100),
            named: import.count.named,
            why: import.why,
            is_current: current == Some(import.id),
        };
        views.push(LedgerView {
            id: ledger.id().to_owned(),
            name: ledger.name().to_owned(),
            needs: names(ledger.needs()),
            takes: names(ledger.takes()),
            imports: imports.into_iter().map(view).collect(),
        });
    }
    Ok(private(Ledgers { ledgers: views }))
}

/// Takes in a file as a ledger, in place of what was there. The reply comes when the file is here; how far it has got is told by
/// the list.
#[utoipa::path(post, path = "/api/staff/ledgers/{ledger}", tag = "staff", operation_id = "import_ledger", params(("ledger" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 202, body = ImportBegun), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`busy`: another file of the same ledger is being read"), (status = 413, body = Problem)))]
async fn upload(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(ledger): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<ImportBegun>), ApiError> {
    let ledger = Ledger::parse(&ledger).ok_or_else(ApiError::not_found)?;
    let (file, size) = keep(body).await?;
    let now = state.now();
    let id = state.dice.id(now);
    let entry =
        member.did(now, Deed::Changed, format!("ledger {}", ledger.id()), "imported a file".to_owned());
    let new = NewImport { id, ledger, size, staff: Some((member.id, entry)), at: now };
    at.store.begin_import(new).await.map_err(|error| match error {
        StoreError::TooMany => ApiError::new(StatusCode::CONFLICT, "busy"),
        other => other.into(),
    })?;
    tokio::spawn(async move {
        let taken = take_in(&at.store, (id, ledger), BufReader::new(file), &state.clock).await;
        if let Err(error) = taken {
            // It stands in the list, too.
            tracing::warn!(%error, ledger = ledger.id(), "a ledger was not taken in");
        }
        if let Err(error) = at.store.forget_ledger_rows(state.now()).await {
            tracing::error!(%error, "old rows of a ledger can't be deleted");
        }
    });
    Ok((StatusCode::ACCEPTED, Json(ImportBegun { id })))
}

/// Writes a file down as it comes, where nobody else finds it, and says how many bytes it has.
async fn keep(body: Body) -> Result<(std::fs::File, u64), ApiError> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "a file can't be written down");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut size = 0_u64;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| body_error(StatusCode::BAD_REQUEST))?;
        size += piece.len() as u64;
        if size > MOST {
            return Err(body_error(StatusCode::PAYLOAD_TOO_LARGE));
        }
        file = tokio::task::spawn_blocking(move || file.write_all(&piece).map(|()| file))
            .await
            .map_err(|error| failed(error.into()))?
            .map_err(failed)?;
    }
    file.rewind().map_err(failed)?;
    Ok((file, size))
}
