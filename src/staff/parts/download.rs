//! A file that needs a fresh proof.

use leptos::{prelude::*, task::spawn_local};
use portico_app::api::ApiProblem;
use portico_app::components::error_summary::ErrorSummary;

use super::prove::{Proof, Prove};
use crate::sending::Sending;
use crate::{api, browser, session, words};

/// The button, and what it asks first.
#[component]
pub fn Download(
    /// Where the file is to be had.
    #[prop(into)]
    address: Signal<String>,
    /// The button's words.
    label: &'static str,
) -> impl IntoView {
    let proof = Proof::new(session::use_session());
    let sending = Sending::default();
    let fetch = move || {
        if !sending.begin() {
            return;
        }
        spawn_local(async move {
            // A browser shows what it gets instead of a file: so the proof is looked after before.
            let reply = api::me().await.and_then(|me| {
                let again =
                    ApiProblem { status: 403, code: "prove_again".to_owned(), ..ApiProblem::default() };
                if me.proved { Ok(()) } else { Err(again) }
            });
            let fetch = move || {
                if let Some(address) = address.try_get_untracked() {
                    browser::download(&address);
                }
            };
            match proof.pass(reply, Callback::new(move |()| fetch())) {
                Some(Ok(())) => fetch(),
                Some(Err(problem)) => sending.fail("download", words::refused(&problem, None)),
                None => {}
            }
        });
    };
    view! {
        <ErrorSummary problems=sending.problems />
        <Prove proof=proof />
        <div hidden=move || proof.is_asked()>
            <button type="button" id="download" class="govuk-button" on:click=move |_| fetch()>{label}</button>
        </div>
    }
}
