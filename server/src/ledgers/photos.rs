//! The photos that a file of penalty charges names: cleaned like those that residents send, and kept as long as the ledger
//! names them.

use std::collections::HashSet;
use std::path::Path;

use bytes::Bytes;
use domain::ledger::Ledger;
use domain::ledger::penalty::Notice;
use futures::TryStreamExt as _;

use super::{photo_id, photos_of};
use crate::adapters::blobs::{Blobs, Size};
use crate::photo::{MAX_BYTES, PhotoCleaner};
use crate::store::Store;

/// Rows that are looked at in one go.
const AT_ONCE: u64 = 2_000;

/// Takes in the photos that the ledger names and that are in a folder, and deletes those that it names no more. One that is
/// there already is not read again.
///
/// # Errors
/// The database's and the blob store's errors, in words.
pub async fn take_photos(
    store: &Store,
    blobs: &Blobs,
    cleaner: &PhotoCleaner,
    folder: Option<&Path>,
) -> Result<(), String> {
    let kept_for = photos_of(store.council());
    let mut named = HashSet::new();
    let mut after = String::new();
    loop {
        let rows = store
            .ledger_rows(Ledger::PenaltyCharges, &after, AT_ONCE)
            .await
            .map_err(|error| error.to_string())?;
        let Some((last, _)) = rows.last() else { break };
        after.clone_from(last);
        for (_, body) in &rows {
            let notice: Notice = serde_json::from_str(body).map_err(|error| error.to_string())?;
            for name in &notice.photos {
                let id = photo_id(&notice.number, name);
                named.insert(id);
                let Some(file) = folder.map(|folder| folder.join(name)).filter(|file| file.is_file()) else {
                    continue;
                };
                if blobs.stream(&kept_for, id, Size::Full).await.is_ok() {
                    continue;
                }
                let is_small = std::fs::metadata(&file).is_ok_and(|told| told.len() <= MAX_BYTES as u64);
                let bytes = std::fs::read(&file).ok().filter(|_| is_small);
                let Some(bytes) = bytes else {
                    tracing::warn!(notice = notice.number, "a photo can't be read, or is too large");
                    continue;
                };
                match cleaner.clean(Bytes::from(bytes)).await {
                    Ok(made) => blobs
                        .put(&kept_for, id, made.jpeg, made.thumbnail)
                        .await
                        .map_err(|error| error.to_string())?,
                    Err(error) => tracing::warn!(%error, notice = notice.number, "a photo is no photo"),
                }
            }
        }
    }
    let mut all = blobs.all(&kept_for);
    while let Some(id) = all.try_next().await.map_err(|error| error.to_string())? {
        if !named.contains(&id) {
            blobs.delete(&kept_for, id).await.map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
