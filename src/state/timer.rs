//! Waiting until things have settled.

use std::time::Duration;

use leptos::prelude::*;

/// What a value has settled on: it follows once the value has stayed the same for this long, and says
/// nothing before the first change.
pub fn settled<T: Clone + PartialEq + Send + Sync + 'static>(
    value: Memo<T>,
    millis: u64,
) -> ReadSignal<Option<T>> {
    let (settled, set) = signal(None);
    Effect::new(move |before: Option<Option<TimeoutHandle>>| {
        let now = value.get();
        match before {
            None => None,
            Some(waiting) => {
                if let Some(waiting) = waiting {
                    waiting.clear();
                }
                set_timeout_with_handle(
                    move || {
                        set.try_set(Some(now));
                    },
                    Duration::from_millis(millis),
                )
                .ok()
            }
        }
    });
    settled
}
