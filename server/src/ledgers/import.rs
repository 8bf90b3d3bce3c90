//! Taking in a ledger. A file is read line by line beside the database; its rows are written as another version beside the one
//! that is looked at, some thousand at a time, and that version takes its place at once when the file is at its end. So a file
//! of any length needs little memory, keeps nobody from writing, and is there whole or not at all.

use std::collections::HashSet;
use std::io::BufRead;

use domain::api::ledgers::LeftOut;
use domain::ledger::{Ledger, Row, penalty, tax, zone};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::lines::Lines;
use super::zone_key;
use crate::chance::Clock;
use crate::store::ledgers::Count;
use crate::store::{Store, StoreError};

/// Rows that are written by one statement: SQLite takes 32,766 values in one.
const ROWS: usize = 4_000;
/// Lines that are named one by one; the rest are counted.
pub const NAMED: usize = 100;

/// Why nothing was taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// What is wrong with the file, in words.
    #[error("{0}")]
    File(String),
    /// What is kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Some rows, and how much was read up to them.
struct Batch {
    rows: Vec<(String, String)>,
    count: Count,
}

/// Takes in a file as an import that has begun. When it is at its end, its rows are the ledger.
///
/// # Errors
/// [`NotTaken`]; then the ledger is what it was before.
pub async fn take_in(
    store: &Store,
    (import, ledger): (Uuid, Ledger),
    file: impl BufRead + Send + 'static,
    clock: &Clock,
) -> Result<Count, NotTaken> {
    let (sender, mut receiver) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || read(file, ledger, &sender));
    let mut written = Ok(());
    while let Some(Batch { rows, count }) = receiver.recv().await {
        written = store.import_goes_on(import, rows, count, clock()).await;
        if written.is_err() {
            break;
        }
    }
    drop(receiver);
    let read = reading.await.map_err(|error| NotTaken::File(format!("The file can't be read: {error}.")))?;
    written?;
    let (count, refused) = match read {
        Ok(count) => {
            let refused = refused(&count);
            (count, refused)
        }
        Err((count, why)) => (count, Some(why)),
    };
    store.end_import(import, &count, refused.clone(), clock()).await?;
    match refused {
        Some(why) => Err(NotTaken::File(why)),
        None => Ok(count),
    }
}

/// Why a file that was read to its end does not take the ledger's place.
fn refused(count: &Count) -> Option<String> {
    match count {
        Count { rows: 0, .. } => Some("It holds no row that can be read; nothing was changed.".to_owned()),
        // It would take away most of what is there.
        Count { rows, left_out, .. } if left_out > rows => {
            Some("More lines of it can't be read than can; nothing was changed.".to_owned())
        }
        _ => None,
    }
}

/// Reads a file to its end, and hands on its rows. Ends early where nobody takes them.
fn read(file: impl BufRead, ledger: Ledger, sender: &mpsc::Sender<Batch>) -> Result<Count, (Count, String)> {
    let mut count = Count::default();
    let mut lines = Lines::open(file, ledger).map_err(|why| (count.clone(), why))?;
    let mut known = HashSet::new();
    let mut rows = Vec::with_capacity(ROWS);
    loop {
        let line = lines.next_line().map_err(|why| (count.clone(), why))?;
        count.read = lines.read();
        let is_end = line.is_none();
        if let Some((line, cells)) = line {
            let row = cells.and_then(|cells| {
                let row = read_row(ledger, &Row { columns: lines.columns(), cells: &cells })?;
                if known.insert(row.0.clone()) { Ok(row) } else { Err("it is there twice".to_owned()) }
            });
            match row {
                Ok(row) => {
                    count.rows += 1;
                    rows.push(row);
                }
                Err(why) => {
                    count.left_out += 1;
                    if count.named.len() < NAMED {
                        count.named.push(LeftOut { line, why });
                    }
                }
            }
        }
        if is_end || rows.len() == ROWS || count.left_out.is_multiple_of(ROWS as u64) && count.left_out > 0 {
            let some = Batch { rows: std::mem::take(&mut rows), count: count.clone() };
            if sender.blocking_send(some).is_err() || is_end {
                return Ok(count);
            }
        }
    }
}

/// What a row is found by, and what it says.
pub(super) fn read_row(ledger: Ledger, row: &Row<'_>) -> Result<(String, String), String> {
    fn json(value: &impl serde::Serialize) -> Result<String, String> {
        serde_json::to_string(value).map_err(|error| error.to_string())
    }
    match ledger {
        Ledger::PenaltyCharges => {
            let notice = penalty::read(row)?;
            Ok((notice.number.clone(), json(&notice)?))
        }
        Ledger::CouncilTax => {
            let account = tax::read(row)?;
            Ok((account.number.clone(), json(&account)?))
        }
        Ledger::PermitZones => {
            let (place, zone) = zone::read(row)?;
            Ok((zone_key(&place), json(&zone)?))
        }
    }
}
