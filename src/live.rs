//! Parts of a page that are drawn anew by themselves, and what is done when something changes.
//!
//! Leptos compiles its machinery once for each type of closure it is given, and so once for each place where one
//! stands. Here all have one type: these are the only copies of it in the app.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// Pages are drawn here by the server: nothing changes in them, and there is no browser.
pub const ON_SERVER: bool = cfg!(not(target_arch = "wasm32"));

/// A view of any type. Of the wrapper that `view!` puts around what it makes, Leptos would make a type for each tag
/// besides the one that it has for the tag itself.
pub trait Drawn {
    /// The view.
    fn drawn(self) -> AnyView;
}

impl<T: IntoAny> Drawn for View<T> {
    fn drawn(self) -> AnyView {
        self.into_inner().into_any()
    }
}

/// Draws something, and draws it anew whenever a signal changes that was read in drawing it.
pub fn live(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Arc<Mutex<dyn FnMut() -> AnyView + Send>> = Arc::new(Mutex::new(draw));
    draw.into_any()
}

/// The same for what is there only at times.
pub fn live_if(draw: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    live(move || draw().unwrap_or_else(|| ().into_any()))
}

/// The same for words.
pub fn live_words(words: impl Fn() -> String + Send + 'static) -> AnyView {
    live(move || words().into_any())
}

/// Draws something that begins anew each time: nothing that was drawn before is made into part of it. An input
/// so used would keep what the browser knows of it, and the inputs of one question become ticked by another's.
pub fn afresh(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let turn = AtomicBool::new(false);
    live(move || {
        let drawn = draw();
        // Views of two types are never made into each other.
        if turn.fetch_xor(true, Ordering::Relaxed) { vec![drawn].into_any() } else { drawn }
    })
}

/// Does something once the page is drawn, and again whenever a signal changes that was read in doing it.
pub fn react(act: impl FnMut() + 'static) {
    let mut act: Box<dyn FnMut()> = Box::new(act);
    Effect::new(move |_| act());
}
