//! Waiting for something from the server, and saying so when it does not come.

use leptos::prelude::*;

use crate::api::ApiProblem;
use crate::{a11y, paths, words};

/// Draws what was loaded; until then, that it is being loaded; and if it can't be had, why.
pub fn loaded<T: Clone + 'static>(
    resource: LocalResource<Result<T, ApiProblem>>,
    draw: impl Fn(T) -> AnyView + Send + 'static,
) -> AnyView {
    let view = move || match resource.get() {
        None => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
        Some(Ok(thing)) => draw(thing),
        Some(Err(problem)) => failed(&problem, Callback::new(move |()| resource.refetch())),
    };
    view.into_any()
}

/// The page for something that can't be had.
pub fn failed(problem: &ApiProblem, again: Callback<()>) -> AnyView {
    if problem.is_not_found() {
        return not_found();
    }
    a11y::use_page(|| "Sorry, there is a problem".to_owned());
    let why = words::call_failed(problem);
    view! {
        <h1 class="govuk-heading-l">"Sorry, there is a problem"</h1>
        <p>{why}"."</p>
        <button type="button" class="govuk-button" on:click=move |_| again.run(())>"Try again"</button>
    }
    .into_any()
}

/// The page for an address that leads nowhere.
pub fn not_found() -> AnyView {
    a11y::use_page(|| "Page not found".to_owned());
    view! {
        <h1 class="govuk-heading-l">"Page not found"</h1>
        <p>"If you typed the address, check that it is right. If you followed a link, it may be old."</p>
        <p>
            <a href=paths::HOME>"See everything you can do here"</a>" or "
            <a href=paths::FOLLOW>"find a request you have made"</a>"."
        </p>
    }
    .into_any()
}
