//! A day, or a time of a day, to choose from what is free.

use domain::api::slots::Free;
use domain::field::{Opt, Slot};
use leptos::prelude::*;

use super::Asked;
use crate::components::input::{Choosing, RadioOption};
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked, kind: &Slot) -> AnyView {
    let (value, on_choose) = (asked.draft.text(&asked.path), asked.draft.setter(&asked.path));
    asked.legend(offered(&kind.free, &one(asked.path.clone(), value, on_choose)))
}

/// One is chosen, under this name.
pub fn one(name: String, value: Signal<String>, on_choose: Callback<String>) -> Choosing {
    Choosing { name, value, on_choose, inline: false, several: false, none: String::new() }
}

/// What is free, to choose from: what comes later is behind a line that opens it.
pub fn offered(free: &Free, choosing: &Choosing) -> AnyView {
    let list = |options: &[Opt], before: usize| {
        let options = options.iter().map(|option| RadioOption {
            value: option.value.clone(),
            label: option.label.clone(),
            hint: option.hint.clone(),
        });
        choosing.list(options.collect(), before)
    };
    if free.soon.is_empty() {
        let id = choosing.name.clone();
        return view! {
            <p class="govuk-inset-text" id=id tabindex="-1">
                "Nothing is free at the moment. Look again tomorrow, or ring us."
            </p>
        }
        .drawn();
    }
    let chosen = choosing.value.get_untracked();
    let is_open = free.later.iter().any(|option| !chosen.is_empty() && option.value == chosen);
    let later = (!free.later.is_empty()).then(|| {
        view! {
            <details class="govuk-details" open=is_open>
                <summary class="govuk-details__summary">
                    <span class="govuk-details__summary-text">"More days"</span>
                </summary>
                {list(&free.later, free.soon.len())}
            </details>
        }
        .drawn()
    });
    view! { {list(&free.soon, 0)} {later} }.drawn()
}
