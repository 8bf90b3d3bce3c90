//! One of a list.

use domain::field::{Choices, Opt};
use leptos::prelude::*;

use super::Asked;
use crate::components::input::{RadioOption, Radios};
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked, kind: &Choices) -> AnyView {
    list(asked, &kind.options, false, None)
}

/// The options of a list, to choose one from; or several, of which one may be "none of these".
pub(super) fn list(asked: &Asked, options: &[Opt], several: bool, none: Option<String>) -> AnyView {
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
        <Radios labelled=asked.labelled() options=options value=value on_choose=on_choose several=several none=none />
    }
    .drawn()
}
