//! Yes or no. Neither is chosen beforehand.

use domain::field::Opt;
use leptos::prelude::*;

use super::Asked;
use crate::components::input::Radios;
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked) -> AnyView {
    let id = &asked.path;
    let options = yes_or_no();
    let (value, on_choose) = (asked.draft.text(id), asked.draft.setter(id));
    view! { <Radios labelled=asked.labelled() options=options value=value on_choose=on_choose inline=true /> }
        .drawn()
}

/// The two options.
pub(super) fn yes_or_no() -> Vec<Opt> {
    let option =
        |value: &str, label: &str| Opt { value: value.to_owned(), label: label.to_owned(), hint: None };
    vec![option("yes", "Yes"), option("no", "No")]
}
