//! Clearing up: photos that no request took within a day and no draft names, documents that were decided on, sessions and codes that ended, old counts, the numbers of card services' messages, rows of ledgers that another import has replaced, who looked up a bill, what helpers might until a day that is over.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::state::AppState;
use crate::store::StoreError;

/// How long an uploaded photo waits for its request, where no draft that is kept names it.
const PHOTO_WAITS: TimeDelta = TimeDelta::hours(24);
/// How long a count of tries matters.
const COUNT_MATTERS: TimeDelta = TimeDelta::hours(24);

/// Clears up once.
///
/// # Errors
/// The database's errors.
pub async fn sweep(state: &AppState) -> Result<(), StoreError> {
    let now = state.now();
    state.db.forget_drafts(now).await?;
    for served in state.councils.all() {
        let (store, today) = (state.db.council(&served.council.id), served.local(now).date());
        let named = store.forget_helpers(today).await?;
        abandon_all(state, store.council(), named).await?;
        store.forget_payment_hints(now).await?;
        store.forget_bill_visits(now).await?;
        store.forget_ledger_rows(now).await?;
    }
    for (council, photo) in state.db.abandoned_photos(now - PHOTO_WAITS).await? {
        abandon(state, council, photo).await?;
    }
    state.db.forget_codes(now).await?;
    state.db.forget_staff_sessions(now).await?;
    for (council, document) in state.db.unerased().await? {
        erase(state, council, document).await?;
    }
    state.db.forget_resident_sessions(now).await?;
    state.db.forget_ceremonies(now).await?;
    state.db.forget_account_codes(now).await?;
    state.db.forget_deliveries(now).await?;
    state.db.forget_attempts(now - COUNT_MATTERS).await
}

/// Deletes the photos and documents of a draft that is over, unless a request took them or another draft names them.
///
/// # Errors
/// The database's errors.
pub async fn abandon_all(state: &AppState, council: &str, uploads: Vec<Uuid>) -> Result<(), StoreError> {
    for upload in uploads {
        abandon(state, council.to_owned(), upload).await?;
    }
    Ok(())
}

/// Deletes a photo or document, unless a request took it or a draft names it. Bytes that can't be deleted go with the next night's run
/// ([`retention`](super::retention)), which finds no row for them.
///
/// # Errors
/// The database's errors.
async fn abandon(state: &AppState, council: String, upload: Uuid) -> Result<(), StoreError> {
    // The row first: a request that takes it at this moment keeps it.
    if state.db.forget_photo(council.clone(), upload).await?
        && let Err(error) = state.blobs.delete(&council, upload).await
    {
        tracing::error!(%error, %upload, "an abandoned photo can't be deleted");
    }
    Ok(())
}

/// Deletes a document that was decided on. What fails is tried again with the next clearing up.
///
/// # Errors
/// The database's errors.
pub async fn erase(state: &AppState, council: String, document: Uuid) -> Result<(), StoreError> {
    match state.blobs.delete(&council, document).await {
        Ok(()) => state.db.erased(council, document).await,
        Err(error) => {
            tracing::error!(%error, %document, "a document can't be deleted");
            Ok(())
        }
    }
}
