//! Asks card services about payments and refunds of which it is not known how they ended: every ten minutes, and at once where a
//! message says that there is news.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream;

use crate::operations::paying::Till;
use crate::state::AppState;
use crate::store::StoreError;

/// Payments asked about in one go.
const AT_ONCE: u64 = 64;
/// Side by side: a card service takes fifteen calls a second.
const ABREAST: usize = 4;

/// Runs until the server stops.
pub async fn run(state: AppState) {
    loop {
        let asked = async {
            run_due(&state).await?;
            settle_due(&state).await
        };
        if let Err(error) = asked.await {
            tracing::error!(%error, "nobody can be asked about payments");
        }
        tokio::select! {
            () = state.stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

/// Asks about what is due now, and says about how many payments it asked. One that can't be asked about is asked about again.
///
/// # Errors
/// The database's errors.
pub async fn run_due(state: &AppState) -> Result<usize, StoreError> {
    let mut asked = 0;
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        let till = Till { state, served: &served, store: &store };
        let due = store.payments_to_ask(state.now(), AT_ONCE).await?;
        asked += due.len();
        let asking = stream::iter(due).map(|payment| {
            let (till, id) = (&till, payment.id);
            async move { (id, till.ask(payment).await) }
        });
        let mut asking = asking.buffer_unordered(ABREAST);
        while let Some((id, answered)) = asking.next().await {
            if let Err(error) = answered {
                tracing::warn!(%error, payment = %id, "it is not known how a payment went");
            }
        }
    }
    Ok(asked)
}

/// Has refunds sent that are due, and asks about those that are under way. One that can't be asked about is asked about again.
///
/// # Errors
/// The database's errors.
pub async fn settle_due(state: &AppState) -> Result<usize, StoreError> {
    let mut settled = 0;
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        let till = Till { state, served: &served, store: &store };
        for id in store.payments_to_settle(state.now(), AT_ONCE).await? {
            let payment = store.payment(id).await?;
            settled += 1;
            if let Err(error) = till.settle(&payment).await {
                tracing::warn!(%error, payment = %id, "it is not known how a refund went");
            }
        }
    }
    Ok(settled)
}
