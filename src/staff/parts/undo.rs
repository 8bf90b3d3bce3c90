//! What was done to many requests last, and taking it back while that can be done.

use domain::api::workspace::{BatchLine, UndoRequest};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::session::Session;
use crate::{browser, paths};

const LAST: &str = "portico:staff:batch";

/// A batch that was done, for as long as it can be taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Whose it was: another person at this desk takes nothing back.
    pub by: Uuid,
    /// What to ask for to take it back.
    pub undo: UndoRequest,
    /// What was done, in words.
    pub words: String,
    /// Until when (milliseconds since 1970).
    pub until: f64,
}

impl Done {
    /// Of what was done to these.
    #[must_use]
    pub fn of(by: Uuid, id: Uuid, lines: &[BatchLine], words: String, until: &str) -> Option<Self> {
        let requests: Vec<Uuid> =
            lines.iter().filter(|line| line.why.is_none()).map(|line| line.id).collect();
        let until = chrono::DateTime::parse_from_rfc3339(until).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "a moment in milliseconds has 41 bits")]
        let until = until.timestamp_millis() as f64;
        (!requests.is_empty()).then_some(Self { by, undo: UndoRequest { id, requests }, words, until })
    }
}

/// Keeps what was done, in this tab.
pub fn keep(done: &Done) {
    browser::write(LAST, done);
}

/// It was taken back.
pub fn forget() {
    browser::forget(LAST);
}

/// What was done last, if it can still be taken back.
#[must_use]
pub fn kept(session: Session) -> Option<Done> {
    let me = session.me().with_untracked(|me| me.as_ref().map(|me| me.id));
    browser::read::<Done>(LAST).filter(|done| Some(done.by) == me && done.until > browser::now())
}

/// That something can still be taken back, above the queue.
#[must_use]
pub fn last(session: Session) -> Option<AnyView> {
    let done = kept(session)?;
    Some(
        view! {
            <p class="portico-news">
                {done.words}" "<a href=paths::BULK>"See what was done, and undo it"</a>
            </p>
        }
        .into_any(),
    )
}
