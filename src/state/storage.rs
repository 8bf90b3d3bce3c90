//! The browser's storage. It may be full, or forbidden: then nothing is kept, and nothing breaks.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::Storage;

use crate::json;
use crate::live::ON_SERVER;

fn storage() -> Option<Storage> {
    if ON_SERVER {
        return None;
    }
    window().local_storage().ok().flatten()
}

/// The storage of this tab alone: it outlives a reload, and ends when the tab is closed.
fn tab_storage() -> Option<Storage> {
    if ON_SERVER {
        return None;
    }
    window().session_storage().ok().flatten()
}

/// Reads what was kept for this tab under a name.
#[must_use]
pub fn read_text(name: &str) -> Option<String> {
    tab_storage()?.get_item(name).ok()?
}

/// Keeps a text for this tab under a name; an empty one is forgotten.
pub fn write_text(name: &str, text: &str) {
    if let Some(storage) = tab_storage() {
        let _ = if text.is_empty() { storage.remove_item(name) } else { storage.set_item(name, text) };
    }
}

/// Reads what was kept under a name.
#[must_use]
pub fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    json::read(&storage()?.get_item(name).ok()??)
}

/// Keeps something under a name, and says whether it could.
pub fn write<T: Serialize>(name: &str, what: &T) -> bool {
    match (storage(), serde_json::to_string(what)) {
        (Some(storage), Ok(text)) => storage.set_item(name, &text).is_ok(),
        _ => false,
    }
}

/// Forgets what was kept under a name.
pub fn remove(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// Forgets everything that was kept under names that begin so.
pub fn remove_all(beginning: &str) {
    let Some(storage) = storage() else { return };
    let names = (0..storage.length().unwrap_or_default()).filter_map(|at| storage.key(at).ok().flatten());
    // Names move up when one is taken out.
    for name in names.collect::<Vec<_>>() {
        if name.starts_with(beginning) {
            remove(&name);
        }
    }
}

/// Calls back with the name when another tab of this browser changed something, until cleaned up.
pub fn on_change(heard: impl Fn(String) + 'static) {
    if ON_SERVER {
        return;
    }
    let handle = window_event_listener(leptos::ev::storage, move |event| {
        if let Some(name) = event.key() {
            heard(name);
        }
    });
    on_cleanup(move || handle.remove());
}
