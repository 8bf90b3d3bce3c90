//! `/api/staff/income`: the books of a day, as a page and as a file, beside what the card service says.

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use domain::access::Act;
use domain::api::income::{Check, IncomeView};
use domain::api::problem::Problem;
use domain::audit::Deed;
use domain::income::totals;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Query, Staff, body_error};
use crate::operations::books::{self, Compared};
use crate::operations::paying::{NotPaid, Till};
use crate::operations::sheet;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(income).needs(Act::SeeIncome))
        .routes(routes!(export).needs(Act::ExportIncome))
}

/// Which day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Yesterday where nothing is said.
    day: Option<NaiveDate>,
}

impl Wanted {
    /// The day, and today.
    fn read(&self, state: &AppState, at: &At) -> Result<(NaiveDate, NaiveDate), ApiError> {
        let today = at.served.local(state.now()).date();
        let day = self.day.or_else(|| today.pred_opt()).unwrap_or(today);
        if day > today { Err(body_error(StatusCode::BAD_REQUEST)) } else { Ok((day, today)) }
    }
}

/// What was paid and went back on a day, and whether the card service's list is the same.
#[utoipa::path(get, path = "/api/staff/income", tag = "staff", params(("day" = Option<NaiveDate>, Query, description = "yesterday where nothing is said")),
    responses((status = 200, body = IncomeView), (status = 400, body = Problem), (status = 401, body = Problem)))]
async fn income(
    State(state): State<AppState>,
    at: At,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let (day, today) = wanted.read(&state, &at)?;
    // Compared first: it finds out what was not known yet.
    let check = check(&state, &at, day).await?;
    let movements = books::income(&at.served, &at.store, day).await?;
    let [(payments, taken), (refunds, returned)] = books::sums(&movements);
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    Ok(private(IncomeView {
        day,
        today,
        payments: count(payments),
        taken,
        refunds: count(refunds),
        returned,
        totals: totals(&movements),
        check,
    }))
}

async fn check(state: &AppState, at: &At, day: NaiveDate) -> Result<Check, ApiError> {
    let till = Till { state, served: &at.served, store: &at.store };
    if !till.takes_payments() {
        return Ok(Check::None);
    }
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    match till.compare(day).await {
        Ok(Compared { payments, refunds, differences }) => {
            Ok(Check::Done { payments: count(payments), refunds: count(refunds), differences })
        }
        Err(NotPaid::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "the books can't be compared");
            Ok(Check::CouldNot)
        }
    }
}

/// The same as CSV, line by line with the codes that the income system books it under, and totals.
#[utoipa::path(get, path = "/api/staff/income/export", tag = "staff", operation_id = "export_income", params(("day" = Option<NaiveDate>, Query)),
    responses((status = 200, content_type = "text/csv"), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem, description = "`prove_again`")))]
async fn export(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let (day, _) = wanted.read(&state, &at)?;
    let movements = books::income(&at.served, &at.store, day).await?;
    let entry = member.did(state.now(), Deed::Exported, format!("income of {day}"), "as CSV".to_owned());
    at.store.log(entry).await?;
    let lines = sheet::lines(books::rows(&at.served, day, &movements));
    Ok(sheet::reply(&format!("income-{day}.csv"), Body::from(lines)))
}
