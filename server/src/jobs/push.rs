//! Sending a notification to each of somebody's devices, once.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::alert::{Alert, foremost};
use crate::adapters::mail::MailError;
use crate::adapters::push::{Push, PushError, To};
use crate::councils::Served;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::deliveries::Batch;
use crate::words::compose::notification;

/// Times that it is tried; then it goes out in another way where that is due.
const TRIES: u32 = 10;
/// How long a device that is off is told later what somebody must do, or how it ended; and that there was a step.
const KEPT: [Duration; 2] = [Duration::from_hours(24 * 7), Duration::from_hours(24)];

/// Tells somebody's devices. Whether anybody sees it is not known.
///
/// # Errors
/// The database's errors. Within, what became of it where no device took it, or one is to be tried again.
pub(super) async fn send(
    state: &AppState,
    served: &Served,
    batch: &Batch,
    alerts: &[Alert],
    resident: Uuid,
) -> Result<Result<bool, MailError>, StoreError> {
    let store = state.db.council(&batch.council);
    let is_urgent = foremost(alerts).is_some_and(|alert| alert.told.bearing().1.is_important());
    let [important, step] = KEPT;
    let (mut is_taken, mut later, mut why) = (false, None, "no device is left".to_owned());
    for device in store.devices(resident).await? {
        if device.told == Some(batch.id) {
            is_taken = true;
            continue;
        }
        let said = notification(&served.wording, alerts, device.says_what);
        let push = Push {
            id: batch.id,
            // What a lock screen may show, and where it leads: no key is in it.
            said: json!({
                "title": said.title, "body": said.body, "lang": said.language, "tag": batch.id, "link": "/account/notices",
            })
            .to_string(),
            is_urgent,
            keep: if is_urgent { important } else { step },
            contact: served.council.contact.email.clone(),
        };
        let to = To { endpoint: &device.endpoint, public_key: &device.public_key, auth: &device.auth };
        match state.push.send(&batch.council, to, push).await {
            Ok(()) => {
                store.told_device(device.id, batch.id).await?;
                is_taken = true;
            }
            Err(PushError::Gone) => store.end_device(device.id).await?,
            Err(error @ PushError::Never(_)) => why = error.to_string(),
            Err(error @ PushError::NotNow(_)) => later = Some(error.to_string()),
        }
    }
    Ok(match later {
        Some(why) if batch.attempts < TRIES => Err(MailError::NotNow(why)),
        _ if is_taken => Ok(false),
        later => Err(MailError::Never(later.unwrap_or(why))),
    })
}
