//! When the app itself fails. What was typed is in the browser's storage already; here is only the page
//! that says so, which stands ready in the HTML.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::document;

/// The page that the server drew stands there still, and works.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// Sees to it that a panic shows the page, besides telling the developer's console.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        if !PLAIN.load(Ordering::Relaxed) {
            show();
        }
    }));
}

/// Says whether a page stands there that works without the app: a failure leaves it alone.
pub fn set_plain(is_plain: bool) {
    PLAIN.store(is_plain, Ordering::Relaxed);
}

/// Shows "Sorry, there is a problem" in place of the app.
pub fn show() {
    set_hidden("app", true);
    set_hidden("app-problem", false);
}

fn set_hidden(id: &str, hidden: bool) {
    if let Some(element) = document().get_element_by_id(id) {
        let _ = element.toggle_attribute_with_force("hidden", hidden);
    }
}
