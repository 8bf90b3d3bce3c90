//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::council::Council;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::adapters::blobs::Blobs;
use crate::adapters::mail::Mailer;
use crate::adapters::notify::GovNotify;
use crate::adapters::payments::Payments;
use crate::adapters::push::Pusher;
use crate::chance::{Clock, Dice};
use crate::councils::Councils;
use crate::oidc::Providers;
use crate::photo::PhotoCleaner;
use crate::secret::Secret;
use crate::store::Database;

/// The server's state; cloned for every request.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What the state is made of.
pub struct Parts {
    /// Councils and catalogues.
    pub councils: Councils,
    /// What is kept.
    pub db: Database,
    /// Photos' bytes.
    pub blobs: Blobs,
    /// Cleans photos outside this process.
    pub photos: PhotoCleaner,
    /// Sends mail.
    pub mail: Mailer,
    /// Sends text messages, and what else a council has it send.
    pub notify: GovNotify,
    /// Sends notifications to devices.
    pub push: Pusher,
    /// Takes payments by card.
    pub payments: Payments,
    /// The providers that people sign in with.
    pub providers: Providers,
    /// What keys and codes are derived from.
    pub secret: Secret,
    /// The present moment.
    pub clock: Clock,
    /// Chance.
    pub dice: Dice,
    /// The address in links, without a slash at its end.
    pub public_url: String,
    /// Tells streams that a request changed.
    pub changes: broadcast::Sender<Change>,
    /// Wakes the job runner.
    pub wake: Notify,
    /// The server is stopping: streams end.
    pub stop: CancellationToken,
}

/// A request changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub request: Uuid,
    /// The number of its latest event.
    pub seq: u32,
}

impl AppState {
    /// A state of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// A new identifier.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.dice.id(self.now())
    }

    /// Whether a council can send text messages: through GOV.UK Notify, or into the folder that takes the place of mail.
    #[must_use]
    pub fn can_text(&self, council: &Council) -> bool {
        council.alerts.notify.is_some() || self.mail.mailbox(&council.id).is_some()
    }

    /// Tells streams and the job runner that a request changed.
    pub fn changed(&self, request: Uuid, seq: u32) {
        // Nobody listening is fine.
        let _ = self.changes.send(Change { request, seq });
        self.wake.notify_one();
    }
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
