//! An e-mail address.

use leptos::prelude::AnyView;

use super::Asked;
use crate::components::input::Typing;

/// How it helps with typing.
pub const TYPING: Typing =
    Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::PLAIN };

pub(super) fn view(asked: &Asked) -> AnyView {
    asked.line(TYPING, None)
}
