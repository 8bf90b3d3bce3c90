//! The accessible pattern, wired once: a label, a hint and an error that belong to their input.

use leptos::prelude::*;

use crate::live::{Drawn as _, live_if};

/// What stands around an input. Its `id` is the field's path, so that an error finds its place.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The input's id and name.
    pub id: String,
    /// The label in words.
    pub label: String,
    /// Help below the label.
    pub hint: Option<String>,
    /// The label is the heading of the page.
    pub heading: bool,
    /// What is wrong, in words.
    pub error: Signal<Option<String>>,
}

impl Labelled {
    /// A label with nothing else.
    #[must_use]
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { id: id.into(), label: label.into(), hint: None, heading: false, error: Signal::stored(None) }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<Option<String>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// With a place for an error.
    #[must_use]
    pub fn error(self, error: Signal<Option<String>>) -> Self {
        Self { error, ..self }
    }

    /// As the heading of the page.
    #[must_use]
    pub fn heading(self, heading: bool) -> Self {
        Self { heading, ..self }
    }

    /// The ids of what describes the input, for `aria-describedby`; `more` is one that stands below it.
    pub fn described_by(&self, more: Option<&str>) -> Signal<Option<String>> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let wrong = format!("{}-error", self.id);
        let more = more.map(ToOwned::to_owned);
        let error = self.error;
        Signal::derive(move || {
            let wrong = error.with(Option::is_some).then(|| wrong.clone());
            let ids: Vec<String> = [hint.clone(), wrong, more.clone()].into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    }

    /// Whether there is an error, for classes.
    pub fn is_wrong(&self) -> Signal<bool> {
        let error = self.error;
        Signal::derive(move || error.with(Option::is_some))
    }

    fn notes(&self) -> AnyView {
        let id = self.id.clone();
        let error = self.error;
        view! {
            {self.hint.clone().map(|hint| view! { <div id=format!("{id}-hint") class="govuk-hint">{hint}</div> }.drawn())}
            {live_if(move || error.get().map(|words| view! {
                <p id=format!("{id}-error") class="govuk-error-message">
                    <span class="govuk-visually-hidden">"Error: "</span>{words}
                </p>
            }.drawn()))}
        }
        .drawn()
    }

    /// A group with a label, for one input.
    pub fn group(self, input: AnyView) -> AnyView {
        let notes = self.notes();
        let wrong = self.is_wrong();
        let Self { id, label, heading, .. } = self;
        let label = if heading {
            view! {
                <h1 class="govuk-label-wrapper">
                    <label class="govuk-label govuk-label--l" for=id>{label}</label>
                </h1>
            }
            .drawn()
        } else {
            view! { <label class="govuk-label" for=id>{label}</label> }.drawn()
        };
        view! { <div class="govuk-form-group" class:govuk-form-group--error=wrong>{label}{notes}{input}</div> }.drawn()
    }

    /// A group with a legend, for several inputs.
    pub fn fieldset(self, inputs: AnyView) -> AnyView {
        let notes = self.notes();
        let wrong = self.is_wrong();
        let described = self.described_by(None);
        let Self { label, heading, .. } = self;
        let legend = if heading {
            view! {
                <legend class="govuk-fieldset__legend govuk-fieldset__legend--l">
                    <h1 class="govuk-fieldset__heading">{label}</h1>
                </legend>
            }
            .drawn()
        } else {
            view! { <legend class="govuk-fieldset__legend govuk-fieldset__legend--m">{label}</legend> }
                .drawn()
        };
        view! {
            <div class="govuk-form-group" class:govuk-form-group--error=wrong>
                <fieldset class="govuk-fieldset" aria-describedby=described>{legend}{notes}{inputs}</fieldset>
            </div>
        }
        .drawn()
    }
}
