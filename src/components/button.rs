//! Buttons that are pressed once.

use leptos::prelude::*;

use crate::live::{Drawn as _, live, live_words};

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
