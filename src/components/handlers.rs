//! What happens when a button is pressed or a form is sent. Boxed: Leptos compiles the machinery of a listener
//! once for each type of handler, and so once for each event.

use leptos::ev::{MouseEvent, SubmitEvent};

/// What a button does: `on:click=pressed(move || …)`.
pub fn pressed(mut act: impl FnMut() + Send + 'static) -> Box<dyn FnMut(MouseEvent) + Send> {
    Box::new(move |_| act())
}

/// What a form does in place of being sent by the browser: `on:submit=submitted(move || …)`.
pub fn submitted(mut act: impl FnMut() + Send + 'static) -> Box<dyn FnMut(SubmitEvent) + Send> {
    Box::new(move |event| {
        event.prevent_default();
        act();
    })
}
