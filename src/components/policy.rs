//! A policy, as a letter would name it: which one, which version, since when, and what to do instead.

use chrono::Datelike as _;
use domain::catalogue::Policy;
use leptos::prelude::*;

use crate::live::Drawn as _;
use crate::words;

/// Names a policy and says what it says.
#[component]
pub fn PolicyLetter(
    /// The policy.
    policy: Policy,
) -> impl IntoView {
    let since = format!(
        "Version {}, in force since {} {}",
        policy.version,
        words::day(policy.date),
        policy.date.year()
    );
    view! {
        <div class="portico-policy">
            <h2 class="govuk-heading-m">{policy.name}</h2>
            <p class="portico-policy__name">{since}</p>
            <p>{policy.text}</p>
            <h3 class="govuk-heading-s">"What you can do instead"</h3>
            <p>{policy.instead}</p>
        </div>
    }
    .drawn()
}
