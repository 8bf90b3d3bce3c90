//! A person's full name.

use leptos::prelude::AnyView;

use super::Asked;
use crate::components::input::Typing;

pub(super) const TYPING: Typing = Typing { autocomplete: Some("name"), ..Typing::PLAIN };

pub(super) fn view(asked: &Asked) -> AnyView {
    asked.line(TYPING, None)
}
