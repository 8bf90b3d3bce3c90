//! Where in the app we are, and going elsewhere. The browser's own history: Back and Forward work, and links are
//! plain links. `leptos_router` would do it too, for 3 kB more.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use super::storage;
use crate::live::ON_SERVER;
use crate::plain;

/// The address in the browser's bar: the path, with the query behind it. What stands behind a `#` makes no other
/// page.
#[derive(Clone, Copy)]
pub struct Address(RwSignal<String>);

/// Puts the address into the contexts, and from now on has links of the app opened by the app.
#[must_use]
pub fn provide() -> Address {
    let address = Address(RwSignal::new(here()));
    provide_context(address);
    if ON_SERVER {
        return address;
    }
    let went = window_event_listener(ev::popstate, move |_| address.show(here()));
    let clicked = window_event_listener(ev::click, move |event| {
        if let Some(path) = link_of(&event) {
            event.prevent_default();
            address.go(&path);
        }
    });
    on_cleanup(move || {
        went.remove();
        clicked.remove();
    });
    address
}

/// The address.
#[must_use]
pub fn use_address() -> Address {
    expect_context()
}

/// The note, kept for this tab, that one of our apps sent the person to the other.
const MOVED: &str = "portico:moved";

/// Loads a page from the server: one of another app.
pub(super) fn load(path: &str) {
    storage::write_text(MOVED, "yes");
    let _ = window().location().assign(path);
}

/// Whether another of our apps sent the person here: to them it is the next page, not a new beginning.
#[must_use]
pub fn has_moved() -> bool {
    let moved = storage::read_text(MOVED).is_some();
    storage::write_text(MOVED, "");
    moved
}

pub(super) fn here() -> String {
    if ON_SERVER {
        return plain::given().address;
    }
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Where a click leads that the app follows itself: one on a plain link to a page of this site, in this tab.
fn link_of(event: &MouseEvent) -> Option<String> {
    let is_plain = event.button() == 0
        && !(event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key());
    if event.default_prevented() || !is_plain {
        return None;
    }
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let link = element.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let leaves = link.has_attribute("target") || link.has_attribute("download") || link.rel() == "external";
    if leaves || !link.hash().is_empty() || link.origin() != window().location().origin().ok()? {
        return None;
    }
    Some(link.pathname() + &link.search())
}

impl Address {
    /// The path, beginning with a slash.
    #[must_use]
    pub fn path(self) -> Signal<String> {
        Signal::derive(move || {
            self.0.with(|address| address.split('?').next().unwrap_or_default().to_owned())
        })
    }

    /// The path with the query behind it, if there is one.
    #[must_use]
    pub fn page(self) -> RwSignal<String> {
        self.0
    }

    /// A value behind the question mark, as a form writes it.
    #[must_use]
    pub fn query(self, name: &str) -> String {
        let value = self.0.with_untracked(|address| {
            let (_, query) = address.split_once('?')?;
            query.split('&').find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
        });
        super::device::of_address(&value.unwrap_or_default().replace('+', " "))
    }

    /// Goes to a page of the app.
    pub fn go(self, path: &str) {
        self.change(path, false);
    }

    /// Goes to a page in place of this one: "Back" does not lead here.
    pub fn replace(self, path: &str) {
        self.change(path, true);
    }

    fn change(self, path: &str, replace: bool) {
        if ON_SERVER {
            return;
        }
        let Ok(history) = window().history() else { return };
        let changed = if replace {
            history.replace_state_with_url(&JsValue::NULL, "", Some(path))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(path))
        };
        if changed.is_ok() {
            self.show(path.to_owned());
        }
    }

    fn show(self, path: String) {
        if self.0.with_untracked(|before| *before != path) {
            self.0.set(path);
        }
    }
}
