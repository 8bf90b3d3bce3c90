//! `/staff/sign-in`: the address a code is sent to.

use domain::api::staff::SignInRequest;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::{Labelled, TextInput, Typing};
use portico_app::components::layout::Column;
use portico_app::{a11y, words};

use crate::parts::banner::SuccessBanner;
use crate::sending::{self, Sending};
use crate::words::NO_CODES;
use crate::{api, check, paths, session};

/// Signing in: the address.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = session::use_session();
    let query = use_query_map();
    let next = move || query.with_untracked(|query| query.get("next"));
    let sending = Sending::default();
    let email = RwSignal::new(session.email().get_untracked());
    let left = session.take_left().then(|| "You have signed out".to_owned());
    a11y::use_page(move || format!("{}Sign in", sending.prefix()));

    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let request = SignInRequest { email: email.with_untracked(|email| email.trim().to_owned()) };
        if !sending.begin() || !sending.all_well(sending::problems(&check::faults(&request))) {
            return;
        }
        sending.busy.set(true);
        spawn_local(async move {
            let reply = api::sign_in(&request).await;
            let here = sending.busy.try_set(false).is_none();
            match reply {
                Ok(()) if here => {
                    session.set_email(request.email);
                    session.go(&paths::with_next(paths::CODE, next().as_deref()));
                }
                Ok(()) => {}
                Err(problem) if problem.code == "no_codes_here" => sending.fail("email", NO_CODES),
                Err(problem) => sending.fail("email", words::call_failed(&problem)),
            }
        });
    };
    let labelled = Labelled::new("email", "Work email address")
        .hint("We will send you a code to sign in with. There is no password.".to_owned())
        .error(sending.at("email"));
    let typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::default() };
    view! {
        <Column>
            <SuccessBanner words=Signal::stored(left) />
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Sign in"</h1>
            <form novalidate on:submit=send>
                <TextInput labelled=labelled value=email on_input=Callback::new(move |typed| email.set(typed)) typing=typing />
                <SubmitButton label="Continue" sending=sending.busy />
            </form>
        </Column>
    }
}
