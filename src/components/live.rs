//! Parts of a page that are drawn anew by themselves.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// Draws something, and draws it anew whenever a signal changes that was read in drawing it.
///
/// A closure in a view does the same, but Leptos compiles its machinery once for each type that such closures
/// are of or give back. Here all have one type: this is the only copy of it in the app.
pub fn live(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Arc<Mutex<dyn FnMut() -> AnyView + Send>> = Arc::new(Mutex::new(draw));
    draw.into_any()
}

/// The same for what is there only at times.
pub fn live_if(draw: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    live(move || draw().unwrap_or_else(|| ().into_any()))
}
