//! Waiting until things have settled.

use std::time::Duration;

use leptos::prelude::*;

use crate::live::react;

/// What words have settled on: they follow once nothing has changed for this long, and are empty before the
/// first change.
pub fn settled(value: Signal<String>, millis: u64) -> RwSignal<String> {
    let settled = RwSignal::new(String::new());
    let mut is_first = true;
    let mut waiting: Option<TimeoutHandle> = None;
    react(move || {
        let now = value.get();
        if std::mem::take(&mut is_first) {
            return;
        }
        if let Some(waiting) = waiting.take() {
            waiting.clear();
        }
        let follow = move || {
            settled.try_set(now.clone());
        };
        waiting = set_timeout_with_handle(follow, Duration::from_millis(millis)).ok();
    });
    settled
}
