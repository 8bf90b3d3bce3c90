//! `/staff/security`: the passkeys of whoever is signed in.

use leptos::prelude::*;
use portico_app::a11y;
use portico_app::components::layout::Column;
use portico_app::components::load::loaded;
use portico_app::components::passkeys::passkeys;

use crate::parts::prove::{Proof, Prove};
use crate::{api, paths, session};

/// Signing in and security.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let session = session::use_session();
    let proof = Proof::new(session);
    let turn = RwSignal::new(false);
    // Whoever finds an open screen must not be able to make a key of their own for it. Who is signed out meanwhile is
    // led to the sign-in.
    let ask = move || {
        turn.track();
        async move {
            let me = api::me().await;
            let is_proved = me.as_ref().is_ok_and(|me| me.proved);
            let known = session.pass(me.and(api::security().await)).transpose()?;
            Ok(known.map(|known| (is_proved, known)))
        }
    };
    view! {
        <Column back=Signal::stored(paths::QUEUE.to_owned())>
            {loaded(ask, move |known| {
                a11y::use_page(|| "Signing in and security".to_owned());
                known.map(|(is_proved, known)| {
                    let passkeys = is_proved.then(|| passkeys(RwSignal::new(known), "/api/staff"));
                    if !is_proved {
                        proof.ask(Callback::new(move |()| turn.update(|turn| *turn = !*turn)));
                    }
                    view! {
                        <h1 class="govuk-heading-l">"Signing in and security"</h1>
                        <Prove proof=proof />
                        {passkeys}
                    }
                })
                .into_any()
            })}
        </Column>
    }
}
