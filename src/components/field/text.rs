//! One line of text.

use domain::field::Text;
use leptos::prelude::*;

use super::Asked;
use crate::components::input::{TextInput, Typing};

/// Answers up to this long get an input of their length.
const SHORT: u32 = 30;

pub(super) fn view(asked: &Asked, kind: &Text) -> AnyView {
    let id = &asked.question.id;
    let typing =
        Typing { width: if kind.max <= SHORT { "govuk-input--width-20" } else { "" }, ..Typing::default() };
    let (value, on_input) = (asked.draft.text(id), asked.draft.setter(id));
    view! { <TextInput labelled=asked.labelled() value=value on_input=on_input typing=typing /> }.into_any()
}
