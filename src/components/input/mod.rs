//! Inputs: what a person types into or chooses from, each with its label.

mod area;
mod labelled;
mod radios;
mod text;

use leptos::prelude::*;

use crate::live::ON_SERVER;

/// What stands in an input in the page that the server sends. In the browser it is a property, not an attribute.
pub fn first_value(value: Signal<String>) -> Option<String> {
    ON_SERVER.then(|| value.get_untracked()).filter(|value| !value.is_empty())
}

/// The same for what stands between the tags of an input. The first line break there is not part of it. Leptos writes
/// this element's text as it is, so it is made safe here.
pub fn first_text(value: Signal<String>) -> String {
    if !ON_SERVER {
        return String::new();
    }
    format!("\n{}", value.get_untracked().replace('&', "&amp;").replace('<', "&lt;"))
}

pub use area::TextArea;
pub use labelled::Labelled;
pub use radios::Radios;
pub use text::{TextInput, Typing};
