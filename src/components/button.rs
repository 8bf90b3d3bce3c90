//! Buttons that are pressed once.

use leptos::prelude::*;

use super::handlers::Pressed;
use crate::live::{Drawn as _, ON_SERVER, live, live_words};

/// A form's button. While something is being sent it says so and does nothing more.
#[component]
pub fn SubmitButton(
    /// What it does, in words: "Send your request".
    #[prop(into)]
    label: String,
    /// Something is being sent.
    #[prop(into, optional)]
    sending: Signal<bool>,
    /// More classes, such as `govuk-button--warning`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    // `disabled` would take the focus away and leave people who listen nowhere.
    let disabled = Signal::derive(move || sending.get().then(|| "true".to_owned()));
    view! {
        <button
            type="submit" class=format!("govuk-button {class}")
            aria-disabled=disabled
        >
            {live_words(move || if sending.get() { "Sending…".to_owned() } else { label.clone() })}
        </button>
    }
    .drawn()
}

/// The look of a button that is the way on.
pub const MAIN: &str = "govuk-button";

/// The look of a button that is not the way on.
pub const SECONDARY: &str = "govuk-button govuk-button--secondary";

/// A button within a form that does something else than send it: in the app by itself; in a plain page by posting
/// the page with `act`, which says what.
pub fn act_button(
    act: &str,
    class: &'static str,
    id: Option<String>,
    press: Pressed,
    label: AnyView,
) -> AnyView {
    view! {
        <button
            type=if ON_SERVER { "submit" } else { "button" } class=class id=id
            name=ON_SERVER.then_some("do") value=ON_SERVER.then(|| act.to_owned()) on:click=press
        >
            {label}
        </button>
    }
    .drawn()
}

/// The look of a button that is there for the app alone, and not where no script runs.
pub const NEEDS_SCRIPT: &str = "govuk-button govuk-button--secondary portico-needs-script";

/// A link that looks like the way on.
#[component]
pub fn StartButton(
    /// Where to.
    #[prop(into)]
    href: String,
    /// In words.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! { <a class="govuk-button govuk-button--start" role="button" href=href>{label}</a> }.drawn()
}

/// The link to the page before.
#[component]
pub fn BackLink(
    /// Where to.
    #[prop(into)]
    href: Signal<String>,
) -> impl IntoView {
    live(move || view! { <a class="govuk-back-link" href=href.get()>"Back"</a> }.drawn())
}
