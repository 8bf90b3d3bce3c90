//! `/staff/sign-in/code`: the code that was sent. Nothing here tells whether the address is known.

use domain::api::staff::CodeRequest;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use portico_app::api::ApiProblem;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::Labelled;
use portico_app::components::layout::Column;
use portico_app::{a11y, words as shared};

use crate::sending::{self, Sending};
use crate::{api, check, paths, session, words};

/// Signing in: the code.
#[component]
pub fn CodePage() -> impl IntoView {
    let session = session::use_session();
    let query = use_query_map();
    let next = move || query.with_untracked(|query| query.get("next"));
    let back = Signal::derive(move || {
        paths::with_next(paths::SIGN_IN, query.with(|query| query.get("next")).as_deref())
    });
    let email = session.email();
    // Opened without the page before: there is no address to have a code for.
    Effect::new(move |_| {
        if email.with(String::is_empty) {
            session.replace(&back.get_untracked());
        }
    });
    let sending = Sending::default();
    let code = RwSignal::new(String::new());
    a11y::use_page(move || format!("{}Enter the code", sending.prefix()));

    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let code = code.with_untracked(|code| code.trim().to_owned());
        let request = CodeRequest { email: email.get_untracked(), code };
        if !sending.begin() || !sending.all_well(sending::problems(&check::faults(&request))) {
            return;
        }
        sending.busy.set(true);
        spawn_local(async move {
            let reply = api::code(&request).await;
            let here = sending.busy.try_set(false).is_none();
            match reply {
                Ok(()) if here => {
                    let next = next();
                    session.replace(next.as_deref().and_then(paths::safe_next).unwrap_or(paths::QUEUE));
                }
                Ok(()) => {}
                Err(problem) => sending.fail("code", refused(&problem)),
            }
        });
    };
    view! {
        <Column back=back>
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Enter the code"</h1>
            <p>"Enter the code for "<bdi class="portico-typed">{email}</bdi>". If it comes by email, it can take a few minutes to arrive."</p>
            <form novalidate on:submit=send>
                {code_input(code, sending)}
                <SubmitButton label="Sign in" sending=sending.busy />
            </form>
            <p><a href=back>"Get a new code, or change the address"</a></p>
        </Column>
    }
}

fn code_input(code: RwSignal<String>, sending: Sending) -> AnyView {
    let labelled = Labelled::new("code", "Code")
        .hint("The newest one that you have. Spaces do not matter.".to_owned())
        .error(sending.at("code"));
    let (wrong, described) = (labelled.is_wrong(), labelled.described_by(None));
    let input = view! {
        <input
            id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false"
            autocapitalize="none" class="govuk-input govuk-input--width-10 govuk-input--extra-letter-spacing"
            class:govuk-input--error=wrong aria-describedby=described
            prop:value=code on:input=move |event| code.set(event_target_value(&event))
        />
    };
    labelled.group(input.into_any())
}

fn refused(problem: &ApiProblem) -> &'static str {
    match problem.status {
        429 => "There were too many tries. Wait a few minutes, then get a new code",
        422 | 400 => words::WRONG_CODE,
        _ => shared::call_failed(problem),
    }
}
