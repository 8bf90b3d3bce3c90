//! Adding up what was counted. Servers side by side share the work, and whoever is stopped in the middle has added
//! nothing.

use crate::state::AppState;
use crate::store::StoreError;

/// Batches at a time, so that whoever calls it gets on with other things meanwhile.
const AT_A_TIME: u32 = 50;

/// Adds up what waits, or much of it.
///
/// # Errors
/// The database's errors.
pub async fn add_up(state: &AppState) -> Result<(), StoreError> {
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        for _ in 0..AT_A_TIME {
            if state.stop.is_cancelled() || store.add_up().await? == 0 {
                break;
            }
        }
    }
    Ok(())
}
