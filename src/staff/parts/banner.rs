//! What was just done, said once where the eye and the ear are.

use leptos::prelude::*;
use portico_app::a11y;

/// The outcome of what the person did. Takes the focus whenever it says something new.
#[component]
pub fn SuccessBanner(
    /// What was done.
    #[prop(into)]
    words: Signal<Option<String>>,
) -> impl IntoView {
    Effect::new(move |_| {
        if words.with(Option::is_some) {
            a11y::focus_when_drawn(".govuk-notification-banner--success");
        }
    });
    move || {
        words.get().map(|words| {
            view! {
                <div
                    class="govuk-notification-banner govuk-notification-banner--success" role="alert"
                    aria-labelledby="banner-title" tabindex="-1"
                >
                    <div class="govuk-notification-banner__header">
                        <h2 class="govuk-notification-banner__title" id="banner-title">"Success"</h2>
                    </div>
                    <div class="govuk-notification-banner__content">
                        <p class="govuk-notification-banner__heading">{words}</p>
                    </div>
                </div>
            }
        })
    }
}
