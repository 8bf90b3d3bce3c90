//! Pounds and pence.

use leptos::prelude::AnyView;

use super::Asked;
use crate::components::input::Typing;

pub(super) fn view(asked: &Asked) -> AnyView {
    let typing =
        Typing { mode: Some("decimal"), prefix: Some("£"), width: "govuk-input--width-10", ..Typing::PLAIN };
    asked.line(typing, None)
}
