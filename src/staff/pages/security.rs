//! `/staff/security`: the passkeys of whoever is signed in.

use leptos::prelude::*;
use portico_app::a11y;
use portico_app::components::layout::Column;
use portico_app::components::load::loaded;
use portico_app::components::passkeys::passkeys;

use crate::{api, paths, session};

/// Signing in and security.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let session = session::use_session();
    // Who is signed out meanwhile is led to the sign-in.
    let ask = move || async move { session.pass(api::security().await).transpose() };
    view! {
        <Column back=Signal::stored(paths::QUEUE.to_owned())>
            {loaded(ask, |known| {
                a11y::use_page(|| "Signing in and security".to_owned());
                known.map(|known| view! {
                    <h1 class="govuk-heading-l">"Signing in and security"</h1>
                    {passkeys(RwSignal::new(known), "/api/staff")}
                })
                .into_any()
            })}
        </Column>
    }
}
