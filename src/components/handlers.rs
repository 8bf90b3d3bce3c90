//! What happens when a button is pressed, something is typed or a form is sent. Boxed: Leptos compiles the
//! machinery of a listener once for each type of handler, and so once for each event.

use leptos::ev::{Event, MouseEvent, SubmitEvent};
use leptos::prelude::*;

use crate::live::ON_SERVER;
use crate::plain;

/// What a button does.
pub type Pressed = Box<dyn FnMut(MouseEvent) + Send>;
/// What an input does.
pub type Typed = Box<dyn FnMut(Event) + Send>;
/// What a form does.
pub type Submitted = Box<dyn FnMut(SubmitEvent) + Send>;

/// What a button does: `on:click=pressed(move || …)`.
pub fn pressed(mut act: impl FnMut() + Send + 'static) -> Pressed {
    Box::new(move |_| act())
}

/// What an input does with what is typed into it: `on:input=typed(…)`.
pub fn typed(told: Callback<String>) -> Typed {
    Box::new(move |event| told.run(event_target_value(&event)))
}

/// What a form does in place of being sent by the browser: `on:submit=submitted(move || …)`.
pub fn submitted(mut act: impl FnMut() + Send + 'static) -> Submitted {
    Box::new(move |event| {
        event.prevent_default();
        act();
    })
}

/// Where the browser sends a form when no app does: to its page. Said in full, for a form that does not say so is sent to
/// its page *and* the place in it, which would stand in the address of every page that follows.
#[must_use]
pub fn posted_to() -> Option<String> {
    ON_SERVER.then(|| plain::given().address)
}
