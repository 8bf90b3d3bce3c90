//! One of a list.

use domain::field::Choices;
use leptos::prelude::*;

use super::Asked;
use crate::components::input::{RadioOption, Radios};

pub(super) fn view(asked: &Asked, kind: &Choices) -> AnyView {
    let id = &asked.question.id;
    let options = kind
        .options
        .iter()
        .map(|option| RadioOption {
            value: option.value.clone(),
            label: option.label.clone(),
            hint: option.hint.clone(),
        })
        .collect();
    let (value, on_choose) = (asked.draft.text(id), asked.draft.setter(id));
    view! { <Radios labelled=asked.labelled() options=options value=value on_choose=on_choose /> }.into_any()
}
