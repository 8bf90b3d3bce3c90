//! Several lines of text, with a count of what is left.

use domain::field::LongText;
use leptos::prelude::*;

use super::Asked;
use crate::components::count::Count;
use crate::components::input::TextArea;
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked, kind: &LongText) -> AnyView {
    let id = &asked.path;
    let count = Count { max: kind.max, left: |max, text| LongText { max }.left(text) };
    let (value, on_input) = (asked.draft.text(id), asked.draft.setter(id));
    view! { <TextArea labelled=asked.labelled() value=value on_input=on_input count=count /> }.drawn()
}
