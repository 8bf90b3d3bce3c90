//! What the council publishes of its requests, made every few seconds for everybody.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::api::performance::{Cell, Column, Line, PerformanceView, Period};
use domain::figures::published::{first_month, publish};

use crate::extract::At;
use crate::state::AppState;
use crate::store::StoreError;

/// How long it may be told unchanged.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// What was made last, and when.
#[derive(Debug, Default)]
pub struct Made(Mutex<Option<(DateTime<Utc>, Arc<PerformanceView>)>>);

/// What is published now.
///
/// # Errors
/// The database's errors.
pub async fn view(state: &AppState, at: &At) -> Result<Arc<PerformanceView>, StoreError> {
    let (served, now) = (&at.served, state.now());
    let made = || served.performance.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((when, view)) = &*made()
        && (*when..*when + FRESH).contains(&now)
    {
        return Ok(view.clone());
    }
    let today = served.local(now).date();
    let counted = at.store.counted(first_month(today), today).await?;
    let (month, year) = publish(&counted, today, |id| {
        // One that is no longer offered has only its identifier left.
        served.service(id).map_or_else(|| id.replace('-', " "), |service| service.title.clone())
    });
    let view = Arc::new(PerformanceView { counted: served.say(now), month, year });
    *made() = Some((now, view.clone()));
    Ok(view)
}

const HEAD: [&str; 15] = [
    "From",
    "To",
    "By",
    "ID",
    "Name",
    "Received",
    "Closed",
    "Promise kept, % from",
    "Promise kept, % to",
    "Half closed within, days",
    "Nine in ten closed within, days",
    "Declined by policy",
    "Opened again",
    "Satisfied, % from",
    "Satisfied, % to",
];

/// The same as rows for a spreadsheet. As in official statistics, `[c]` is what is not shown, and `[z]` is where there is
/// nothing to tell.
#[must_use]
pub fn rows(view: &PerformanceView) -> Vec<Vec<String>> {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    for period in [&view.month, &view.year] {
        let all = Line { id: "all".into(), name: "All requests".into(), figures: period.all.clone() };
        let tables = [
            ("all", std::slice::from_ref(&all)),
            ("month", &period.months),
            ("service", &period.services),
            ("channel", &period.channels),
        ];
        for (by, lines) in tables {
            rows.extend(lines.iter().map(|line| row(period, by, line)));
        }
    }
    rows
}

fn row(period: &Period, by: &str, Line { id, name, figures }: &Line) -> Vec<String> {
    let mut row = vec![period.from.to_string(), period.to.to_string()];
    row.extend([by, id, name].map(str::to_owned));
    for column in Column::ALL {
        let cell = figures.cell(column);
        let text = match cell {
            Cell::Nothing => "[z]".to_owned(),
            Cell::Hidden => "[c]".to_owned(),
            Cell::Number(number) => number.to_string(),
            Cell::Days(days) => days.to_string(),
            Cell::Share(share) => share.from.to_string(),
        };
        let to = match cell {
            Cell::Share(share) => share.to.to_string(),
            _ => text.clone(),
        };
        row.push(text);
        if matches!(column, Column::Kept | Column::Satisfied) {
            row.push(to);
        }
    }
    row
}
