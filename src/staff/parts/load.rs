//! Waiting, and pages that can't be had.

use leptos::prelude::*;
use portico_app::api::ApiProblem;
use portico_app::components::layout::Column;
use portico_app::{a11y, words};

use crate::paths;

/// While something is being loaded.
#[must_use]
pub fn loading() -> AnyView {
    view! { <Column><p class="portico-loading" role="status">"Loading…"</p></Column> }.into_any()
}

/// The page for something that can't be had.
#[must_use]
pub fn failed(problem: &ApiProblem, again: Callback<()>) -> AnyView {
    if problem.is_not_found() {
        return not_found();
    }
    if problem.code == "not_your_role" {
        return not_for_you();
    }
    a11y::use_page(|| "Sorry, there is a problem".to_owned());
    let why = words::call_failed(problem);
    view! {
        <Column>
            <h1 class="govuk-heading-l">"Sorry, there is a problem"</h1>
            <p>{why}"."</p>
            <button type="button" class="govuk-button" on:click=move |_| again.run(())>"Try again"</button>
        </Column>
    }
    .into_any()
}

/// The page for what another role is for.
fn not_for_you() -> AnyView {
    a11y::use_page(|| "This is not for your role".to_owned());
    view! {
        <Column>
            <h1 class="govuk-heading-l">"This is not for your role"</h1>
            <p>"If you need it for your work, ask whoever looks after your accounts."</p>
            <p><a href=paths::QUEUE>"Go to your own page"</a></p>
        </Column>
    }
    .into_any()
}

/// The page for an address that leads nowhere, or to another department's request.
#[must_use]
pub fn not_found() -> AnyView {
    a11y::use_page(|| "Page not found".to_owned());
    view! {
        <Column>
            <h1 class="govuk-heading-l">"Page not found"</h1>
            <p>"If you followed a link to a request, it may belong to another department."</p>
            <p><a href=paths::QUEUE>"See the requests of your department"</a></p>
        </Column>
    }
    .into_any()
}
