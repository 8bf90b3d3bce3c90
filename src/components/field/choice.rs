//! One of a list.

use domain::field::{Choices, Opt};
use leptos::prelude::*;

use super::Asked;
use crate::components::input::{RadioOption, Radios};
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked, kind: &Choices) -> AnyView {
    list(asked, &kind.options, false)
}

/// The options of a list, to choose one or several from.
pub(super) fn list(asked: &Asked, options: &[Opt], several: bool) -> AnyView {
    let options = options
        .iter()
        .map(|option| RadioOption {
            value: option.value.clone(),
            label: option.label.clone(),
            hint: option.hint.clone(),
        })
        .collect();
    let (value, on_choose) = (asked.draft.text(&asked.path), asked.draft.setter(&asked.path));
    view! {
        <Radios labelled=asked.labelled() options=options value=value on_choose=on_choose several=several />
    }
    .drawn()
}
