//! The departments that a request was passed on to, each with a request of its own.

use domain::api::follow::PartView;
use leptos::prelude::*;

use crate::live::Drawn as _;
use crate::{paths, words};

/// The departments, and where each stands. With the way to what each of them did.
pub fn parts(parts: Vec<PartView>) -> AnyView {
    let row = |part: PartView| {
        let status = part.status.map_or("", words::part_status);
        let link = view! {
            <a class="govuk-link" href=paths::request(&part.key)>
                {part.reference.to_string()}<span class="govuk-visually-hidden">": what "{part.department.clone()}" did"</span>
            </a>
        };
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{part.department}</dt>
                <dd class="govuk-summary-list__value">{status}</dd>
                <dd class="govuk-summary-list__actions portico-reference">{link}</dd>
            </div>
        }
        .drawn()
    };
    let rows: Vec<AnyView> = parts.into_iter().map(row).collect();
    view! {
        <h2 class="govuk-heading-m">"Passed on to"</h2>
        <dl class="govuk-summary-list">{rows}</dl>
        <p>"To write to one of them, open its part by its reference."</p>
    }
    .drawn()
}
