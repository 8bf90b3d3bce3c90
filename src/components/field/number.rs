//! A whole number. Not `type=number`: its arrows and the mouse wheel change what people typed.

use domain::field::Number;
use leptos::prelude::AnyView;

use super::Asked;
use crate::components::input::Typing;

pub(super) fn view(asked: &Asked, kind: &Number) -> AnyView {
    let typing = Typing { mode: Some("numeric"), width: "govuk-input--width-5", ..Typing::PLAIN };
    asked.line(typing, kind.unit.clone())
}
