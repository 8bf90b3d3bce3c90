//! One line of text.

use leptos::prelude::*;

use super::{Labelled, first_value};
use crate::components::handlers::typed;
use crate::live::Drawn as _;

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
    /// `inputmode`: which keys a phone shows.
    pub mode: Option<&'static str>,
    /// Stands before the input: “£”.
    pub prefix: Option<&'static str>,
    /// `autocapitalize` for what is typed in capitals.
    pub capitals: bool,
}

impl Typing {
    /// Words, with nothing particular about them.
    pub const PLAIN: Self = Self {
        kind: "text",
        autocomplete: None,
        verbatim: false,
        width: "",
        mode: None,
        prefix: None,
        capitals: false,
    };
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
    /// Stands behind the input: what is counted.
    #[prop(optional)]
    unit: Option<String>,
    /// The `id` of a list of suggestions.
    #[prop(optional)]
    list: Option<String>,
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
            autocapitalize=typing.verbatim.then_some(if typing.capitals { "characters" } else { "none" })
            inputmode=typing.mode list=list
            value=first_value(value) prop:value=value on:input=typed(on_input)
        />
    };
    let beside = |class: &'static str, words: String| {
        view! { <div class=class aria-hidden="true">{words}</div> }.drawn()
    };
    let input = if typing.prefix.is_some() || unit.is_some() {
        view! {
            <div class="govuk-input__wrapper">
                {typing.prefix.map(|prefix| beside("govuk-input__prefix", prefix.to_owned()))}
                {input}
                {unit.map(|unit| beside("govuk-input__suffix", unit))}
            </div>
        }
        .drawn()
    } else {
        input.into_any()
    };
    labelled.group(input)
}
