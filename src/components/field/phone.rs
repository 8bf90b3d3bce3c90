//! A phone number.

use leptos::prelude::AnyView;

use super::Asked;
use crate::components::input::Typing;

pub(super) const TYPING: Typing = Typing {
    kind: "tel",
    autocomplete: Some("tel"),
    verbatim: true,
    width: "govuk-input--width-20",
    ..Typing::PLAIN
};

pub(super) fn view(asked: &Asked) -> AnyView {
    asked.line(TYPING, None)
}
