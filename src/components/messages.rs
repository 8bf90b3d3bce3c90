//! Key messages of the council: whoever arrives from a search engine on an inner page sees them too.

use domain::council::Message;
use leptos::prelude::*;

use crate::live::{Drawn as _, live_if};

/// The messages that belong to this page.
#[component]
pub fn Messages(
    /// Today's messages.
    messages: Vec<Message>,
    /// Everything here is invented, and says so.
    demo: bool,
    /// Where we are.
    path: Signal<String>,
) -> impl IntoView {
    live_if(move || {
        let service = path.with(|path| service_of(path).to_owned());
        let here = |message: &&Message| message.services.is_empty() || message.services.contains(&service);
        let lines = messages
            .iter()
            .filter(here)
            .map(|message| view! { <li>{message.text.clone()}</li> }.drawn())
            .collect_view();
        // Once is enough for the demonstration's own line: on inner pages the question comes first.
        let demo = demo && path.with(|path| path == crate::paths::HOME || path.starts_with("/staff/sign-in"));
        (demo || !lines.is_empty()).then(|| {
            view! {
                <section class="portico-messages" aria-label="Important messages">
                    <div class="govuk-width-container">
                        <ul>
                            {demo.then(|| view! {
                                <li>
                                    "This is a demonstration. Nothing you send reaches a council. "
                                    <a href="/demo/mailbox" rel="external">"See the emails it writes"</a>
                                </li>
                            }.drawn())}
                            {lines}
                        </ul>
                    </div>
                </section>
            }
            .drawn()
        })
    })
}

/// The service a page belongs to; empty for other pages.
fn service_of(path: &str) -> &str {
    path.strip_prefix("/services/").and_then(|rest| rest.split('/').next()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::service_of;

    #[test]
    fn knows_the_pages_of_a_service() {
        assert_eq!(service_of("/services/missed-bin/place"), "missed-bin");
        assert_eq!(service_of("/services/missed-bin"), "missed-bin");
        assert_eq!(service_of("/follow/abc"), "");
    }
}
