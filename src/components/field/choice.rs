//! One of a list.

use domain::field::{Choices, Opt};
use leptos::prelude::*;

use super::Asked;
use crate::components::input::Radios;
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked, kind: &Choices) -> AnyView {
    list(asked, &kind.options, false, None)
}

/// The options of a list, to choose one from; or several, of which one may be "none of these".
pub(super) fn list(asked: &Asked, options: &[Opt], several: bool, none: Option<String>) -> AnyView {
    let (value, on_choose) = (asked.draft.text(&asked.path), asked.draft.setter(&asked.path));
    view! {
        <Radios labelled=asked.labelled() options=options.to_vec() value=value on_choose=on_choose several=several none=none />
    }
    .drawn()
}
