//! One line of text.

use leptos::prelude::*;

use super::Labelled;
use crate::components::handlers::typed;

/// How a one-line input helps with typing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typing {
    /// `type`; empty means text.
    pub kind: &'static str,
    /// `autocomplete`.
    pub autocomplete: Option<&'static str>,
    /// Spelling is not looked at (addresses, codes).
    pub verbatim: bool,
    /// A govuk width class.
    pub width: &'static str,
}

/// One line of text.
#[component]
pub fn TextInput(
    /// Label, hint and error.
    labelled: Labelled,
    /// What is typed.
    #[prop(into)]
    value: Signal<String>,
    /// Called with what is typed, at every key.
    on_input: Callback<String>,
    /// How it helps with typing.
    #[prop(optional)]
    typing: Typing,
) -> impl IntoView {
    let wrong = labelled.is_wrong();
    let described = labelled.described_by(None);
    let id = labelled.id.clone();
    let input = view! {
        <input
            id=id.clone() name=id class=format!("govuk-input {}", typing.width)
            type=if typing.kind.is_empty() { "text" } else { typing.kind }
            class:govuk-input--error=wrong aria-describedby=described
            autocomplete=typing.autocomplete spellcheck=typing.verbatim.then_some("false")
            autocapitalize=typing.verbatim.then_some("none")
            prop:value=value on:input=typed(on_input)
        />
    };
    labelled.group(input.into_any())
}
