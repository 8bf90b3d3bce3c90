//! Several lines of text.

use leptos::prelude::*;

use super::{Labelled, first_text};
use crate::components::count::Count;
use crate::components::handlers::typed;

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Label, hint and error.
    labelled: Labelled,
    /// What is typed.
    #[prop(into)]
    value: Signal<String>,
    /// Called with what is typed, at every key.
    on_input: Callback<String>,
    /// How many lines are seen at once.
    #[prop(default = 5)]
    rows: u8,
    /// `autocomplete`.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The most characters, and how to count those left; shows a live count.
    #[prop(optional)]
    count: Option<Count>,
) -> impl IntoView {
    let wrong = labelled.is_wrong();
    let below = count.map(|_| format!("{}-count", labelled.id));
    let described = labelled.described_by(below.as_deref());
    let id = labelled.id.clone();
    let counter = count.zip(below).map(|(count, id)| count.view(id, value));
    let input = view! {
        <textarea
            id=id.clone() name=id class="govuk-textarea" class:govuk-textarea--error=wrong
            rows=rows.to_string() aria-describedby=described autocomplete=autocomplete
            prop:value=value on:input=typed(on_input)
        >{first_text(value)}</textarea>
        {counter}
    };
    labelled.group(input.into_any())
}
