//! What the staff app asks of the browser itself: a memory that ends with the tab, and whether somebody is
//! looking. Storage may be full or forbidden: then nothing is kept, and nothing breaks.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::request_animation_frame, prelude::*};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, PageTransitionEvent, Storage};

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Reads what this tab kept under a name.
#[must_use]
pub fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = storage()?.get_item(name).ok()??;
    serde_json::from_str(&text).ok()
}

/// Keeps something under a name, for as long as the tab is open.
pub fn write<T: Serialize>(name: &str, what: &T) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(what)) {
        let _ = storage.set_item(name, &text);
    }
}

/// Forgets what was kept under a name.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// Forgets everything this tab kept: the next person at this desk finds nothing.
pub fn forget_all() {
    if let Some(storage) = storage() {
        let _ = storage.clear();
    }
}

/// Calls every so often while the page is looked at, and at once when somebody looks at it again.
pub fn while_visible(every: Duration, call: impl Fn() + Clone + 'static) {
    let tick = call.clone();
    let timer = set_interval_with_handle(
        move || {
            if !document().hidden() {
                tick();
            }
        },
        every,
    );
    if let Ok(timer) = timer {
        on_cleanup(move || timer.clear());
    }
    on_visible(call);
}

/// Calls when somebody looks at the page again after having looked at something else.
pub fn on_visible(call: impl Fn() + 'static) {
    let handle = window_event_listener(ev::visibilitychange, move |_| {
        if !document().hidden() {
            call();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Loads the app anew when the browser brings back a page it had put away whole: whoever was signed in then
/// may have signed out since, in another tab.
pub fn never_restore() {
    let _ = window_event_listener_untyped("pageshow", |event| {
        if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
            reload();
        }
    });
}

/// The moment, by this computer's clock: milliseconds since 1970.
#[must_use]
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// Has the browser print the page.
pub fn print() {
    let _ = window().print();
}

/// Has the browser save a file; the page stays.
pub fn download(address: &str) {
    let _ = window().location().set_href(address);
}

/// Loads the app anew.
pub fn reload() {
    let _ = window().location().reload();
}

/// Changes the page without taking the focus from where it is: a row that moves takes it along.
pub fn keep_focus(change: impl FnOnce()) {
    let focused = || document().active_element().map(|element| element.id()).filter(|id| !id.is_empty());
    let before = focused();
    change();
    if let Some(id) = before {
        request_animation_frame(move || {
            // Only when it was lost: the person may have gone on in the meantime.
            let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
            let element = document().get_element_by_id(&id).filter(|_| lost);
            if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                let _ = element.focus();
            }
        });
    }
}
