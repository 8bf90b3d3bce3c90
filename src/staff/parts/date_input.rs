//! A date in three boxes. It is never typed on from box to box by itself.

use leptos::prelude::*;
use portico_app::components::input::Labelled;

use crate::date::{Fault, Typed};

const BOXES: [(&str, &str, &str); 3] = [
    ("day", "Day", "govuk-input govuk-date-input__input govuk-input--width-2"),
    ("month", "Month", "govuk-input govuk-date-input__input govuk-input--width-2"),
    ("year", "Year", "govuk-input govuk-date-input__input govuk-input--width-4"),
];

/// The id of a box.
#[must_use]
pub fn box_id(field: &str, at: usize) -> String {
    format!("{field}-{}", BOXES.get(at).map_or("day", |(name, _, _)| name))
}

/// A date in three boxes.
#[component]
pub fn DateInput(
    /// Legend, hint and error. Its id is the field's.
    labelled: Labelled,
    /// What is typed.
    #[prop(into)]
    value: Signal<Typed>,
    /// Which boxes to mark.
    #[prop(into)]
    fault: Signal<Option<Fault>>,
    /// Called with the number of a box and what is typed there.
    on_input: Callback<(usize, String)>,
) -> impl IntoView {
    let field = labelled.id.clone();
    let items = BOXES.into_iter().enumerate().map(|(at, (_, label, class))| {
        let id = box_id(&field, at);
        let marked = move || fault.with(|fault| fault.is_some_and(|fault| fault.marks()[at]));
        view! {
            <div class="govuk-date-input__item">
                <div class="govuk-form-group">
                    <label class="govuk-label govuk-date-input__label" for=id.clone()>{label}</label>
                    <input
                        id=id.clone() name=id type="text" inputmode="numeric" autocomplete="off"
                        class=class
                        class:govuk-input--error=marked aria-invalid=move || marked().then_some("true")
                        prop:value=move || value.with(|value| value.boxes[at].clone())
                        on:input=move |event| on_input.run((at, event_target_value(&event)))
                    />
                </div>
            </div>
        }
        .into_any()
    });
    let boxes = view! { <div class="govuk-date-input" id=field.clone()>{items.collect_view()}</div> };
    labelled.fieldset(boxes.into_any())
}
