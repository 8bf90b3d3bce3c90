//! A vehicle's registration.

use leptos::prelude::AnyView;

use super::Asked;

pub(super) fn view(asked: &Asked) -> AnyView {
    asked.code()
}
