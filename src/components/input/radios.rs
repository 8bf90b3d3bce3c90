//! One of a list, or several.

use domain::field::{Opt, choices};
use leptos::prelude::*;

use super::Labelled;
use crate::components::handlers::Typed;
use crate::live::{Drawn as _, ON_SERVER};

/// A choice from a list.
#[component]
pub fn Radios(
    /// Legend, hint and error.
    labelled: Labelled,
    /// The options, in order. What has no value is the heading of those that follow.
    options: Vec<Opt>,
    /// The value chosen; empty when none is. Of several, commas stand between them.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the value chosen.
    on_choose: Callback<String>,
    /// Side by side, for two short options.
    #[prop(optional)]
    inline: bool,
    /// Several can be chosen: boxes to tick.
    #[prop(optional)]
    several: bool,
    /// Of several, the one that says that none of the others is.
    #[prop(optional_no_strip)]
    none: Option<String>,
) -> impl IntoView {
    let name = labelled.id.clone();
    let none = none.unwrap_or_default();
    // Whole names: what is not found whole in the code is taken out of the stylesheet.
    let (kind, list_class, item_class, input_class, label_class, hint_class) = if several {
        (
            "checkbox",
            "govuk-checkboxes",
            "govuk-checkboxes__item",
            "govuk-checkboxes__input",
            "govuk-label govuk-checkboxes__label",
            "govuk-hint govuk-checkboxes__hint",
        )
    } else {
        (
            "radio",
            if inline { "govuk-radios govuk-radios--inline" } else { "govuk-radios" },
            "govuk-radios__item",
            "govuk-radios__input",
            "govuk-label govuk-radios__label",
            "govuk-hint govuk-radios__hint",
        )
    };
    let mut before = 0;
    let options = options.into_iter().map(|Opt { value: own, label, hint }| {
        if own.is_empty() {
            return view! { <p class="govuk-heading-s">{label}</p> }.drawn();
        }
        // The first one has the group's own id: an error leads there.
        let id = if before == 0 { name.clone() } else { format!("{name}-{before}") };
        before += 1;
        let hint_id = hint.as_ref().map(|_| format!("{id}-about"));
        let checked = {
            let own = own.clone();
            Signal::derive(move || value.with(|value| value.split(',').any(|value| value == own)))
        };
        let hint = hint_id.clone().zip(hint);
        let divider =
            (none == own).then(|| view! { <div class="govuk-checkboxes__divider">"or"</div> }.drawn());
        let choose: Typed = {
            let (own, none) = (own.clone(), none.clone());
            Box::new(move |event| {
                on_choose.run(if several {
                    choices::with(&value.get_untracked(), &own, event_target_checked(&event), Some(&none))
                } else {
                    own.clone()
                });
            })
        };
        view! {
            {divider}
            <div class=item_class>
                <input
                    class=input_class type=kind id=id.clone() name=name.clone() value=own.clone()
                    aria-describedby=Signal::stored(hint_id) checked=ON_SERVER && checked.get_untracked() prop:checked=checked on:change=choose
                />
                <label class=label_class for=id>{label}</label>
                {hint.map(|(id, hint)| view! { <div id=id class=hint_class>{hint}</div> }.drawn())}
            </div>
        }
        .drawn()
    });
    let list = view! { <div class=list_class>{options.collect_view()}</div> };
    labelled.fieldset(list.into_any())
}
