//! One line of text.

use domain::field::Text;
use leptos::prelude::AnyView;

use super::Asked;
use crate::components::input::Typing;

/// Answers up to this long get an input of their length.
const SHORT: u32 = 30;

pub(super) fn view(asked: &Asked, kind: &Text) -> AnyView {
    let width = if kind.max <= SHORT { "govuk-input--width-20" } else { "" };
    asked.line(Typing { width, ..Typing::PLAIN }, None)
}
