//! A day, in three boxes.

use domain::field::date::PARTS;
use leptos::prelude::*;

use super::Asked;
use crate::components::error_summary::problem_at;
use crate::components::handlers::typed;
use crate::components::input::{Labelled, first_value};
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked) -> AnyView {
    let mut labelled = asked.labelled_within();
    labelled.hint.get_or_insert_with(|| "For example, 27 3 2026".to_owned());
    labelled.fieldset(boxes(asked, ""))
}

/// The three boxes; their paths begin with `prefix`.
pub(super) fn boxes(asked: &Asked, prefix: &str) -> AnyView {
    let one = |part: &'static str| {
        let path = asked.path(&format!("{prefix}{part}"));
        let error = problem_at(asked.problems, path.clone());
        let wrong = Labelled::new(path.clone(), "").error(error).is_wrong();
        let (label, width) = match part {
            "day" => ("Day", "govuk-input govuk-input--width-2"),
            "month" => ("Month", "govuk-input govuk-input--width-4"),
            _ => ("Year", "govuk-input govuk-input--width-4"),
        };
        let (value, set) = (asked.draft.text(&path), asked.draft.setter(&path));
        view! {
            <div class="govuk-date-input__item">
                <label class="govuk-label govuk-date-input__label" for=path.clone()>{label}</label>
                <input
                    class=width class:govuk-input--error=wrong
                    id=path.clone() name=path type="text" inputmode=if part == "month" { "text" } else { "numeric" }
                    value=first_value(value) prop:value=value on:input=typed(set)
                />
            </div>
        }
        .drawn()
    };
    view! { <div class="govuk-date-input">{PARTS.map(one).into_iter().collect_view()}</div> }.drawn()
}
