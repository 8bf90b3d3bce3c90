//! One of a list.

use leptos::prelude::*;

use super::Labelled;
use crate::components::handlers::Typed;

/// One of several: a value, a label, and a line below it.
#[derive(Clone, Debug)]
pub struct RadioOption {
    /// What is stored.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line below the label.
    pub hint: Option<String>,
}

/// A choice of one from a list.
#[component]
pub fn Radios(
    /// Legend, hint and error.
    labelled: Labelled,
    /// The options, in order.
    options: Vec<RadioOption>,
    /// The value chosen; empty when none is.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the value chosen.
    on_choose: Callback<String>,
    /// Side by side, for two short options.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    let name = labelled.id.clone();
    let radios = options.into_iter().enumerate().map(|(at, option)| {
        // The first one has the group's own id: an error leads there.
        let id = if at == 0 { name.clone() } else { format!("{name}-{at}") };
        let hint_id = option.hint.as_ref().map(|_| format!("{id}-about"));
        let RadioOption { value: own, label, hint } = option;
        let checked = { let own = own.clone(); Signal::derive(move || value.with(|value| *value == own)) };
        let hint = hint_id.clone().zip(hint);
        let choose: Typed = { let own = own.clone(); Box::new(move |_| on_choose.run(own.clone())) };
        view! {
            <div class="govuk-radios__item">
                <input
                    class="govuk-radios__input" type="radio" id=id.clone() name=name.clone() value=own.clone()
                    aria-describedby=Signal::stored(hint_id) prop:checked=checked on:change=choose
                />
                <label class="govuk-label govuk-radios__label" for=id>{label}</label>
                {hint.map(|(id, hint)| view! { <div id=id class="govuk-hint govuk-radios__hint">{hint}</div> }.into_any())}
            </div>
        }
        .into_any()
    });
    let class = if inline { "govuk-radios govuk-radios--inline" } else { "govuk-radios" };
    let list = view! { <div class=class>{radios.collect_view()}</div> };
    labelled.fieldset(list.into_any())
}
