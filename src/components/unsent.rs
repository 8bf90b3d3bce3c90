//! Not sent, or sent before: told without alarm, with what to do next.

use leptos::prelude::*;

use super::handlers::pressed;
use crate::api::ApiProblem;
use crate::live::{Drawn as _, live_if};
use crate::{paths, words};

/// Says why a form was not sent. Nothing typed is lost either way.
#[component]
pub fn Unsent(
    /// What went wrong, if anything did.
    problem: RwSignal<Option<ApiProblem>>,
    /// Begins a new form.
    on_start_again: Callback<()>,
) -> impl IntoView {
    live_if(move || problem.get().map(|problem| draw(&problem, on_start_again)))
}

fn draw(problem: &ApiProblem, on_start_again: Callback<()>) -> AnyView {
    let (title, body) = match (problem.key.clone(), problem.reference.clone()) {
        (Some(key), reference) => {
            let open = view! {
                <p><a class="govuk-notification-banner__link" href=paths::request(&key)>"Open the request you sent"</a></p>
            };
            ("You have sent this already", already(open.into_any(), reference, on_start_again))
        }
        // Sent for somebody, it is among their requests.
        (None, Some(reference)) => {
            ("You have sent this already", already(().into_any(), Some(reference), on_start_again))
        }
        (None, _) if problem.is_unconfirmed() => ("Not sent yet", unconfirmed()),
        (None, _) => ("Not sent yet", view! { <p>{words::call_failed(problem)}"."</p> }.drawn()),
    };
    view! {
        <div class="govuk-notification-banner" role="alert" aria-labelledby="unsent" tabindex="-1">
            <div class="govuk-notification-banner__header">
                <h2 class="govuk-notification-banner__title" id="unsent">{title}</h2>
            </div>
            <div class="govuk-notification-banner__content">{body}</div>
        </div>
    }
    .drawn()
}

fn unconfirmed() -> AnyView {
    view! {
        <p class="govuk-notification-banner__heading">"We could not confirm that your answers arrived."</p>
        <p>
            "They are kept on this device. Check your connection, then try again below. If they did arrive, trying again
            does not send them twice."
        </p>
    }
    .drawn()
}

fn already(open: AnyView, reference: Option<String>, on_start_again: Callback<()>) -> AnyView {
    view! {
        <p class="govuk-notification-banner__heading">
            "This was sent before"{reference.map(|reference| format!(", as {reference}")).unwrap_or_default()}"."
        </p>
        <p>"You have changed your answers since. To tell us of the change, open the request and write to us there."</p>
        {open}
        <button type="button" class="govuk-button govuk-button--secondary" on:click=pressed(move || on_start_again.run(()))>
            "Start a new one instead"
        </button>
    }
    .drawn()
}
