//! `/staff/sign-in`: the address a code is sent to.

use domain::api::sign_in::WaysView;
use domain::api::staff::SignInRequest;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::{Labelled, TextInput, Typing};
use portico_app::components::layout::Column;
use portico_app::components::load::loaded;
use portico_app::components::ways_in::{problem_notice, ways_in};
use portico_app::{a11y, words};

use crate::parts::banner::SuccessBanner;
use crate::sending::{self, Sending};
use crate::words::NO_CODES;
use crate::{api, check, paths, session};

/// Signing in: with what the council has for its staff.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = session::use_session();
    let query = use_query_map();
    let next = move || query.with_untracked(|query| query.get("next"));
    let problem = query.with_untracked(|query| query.get("problem")).unwrap_or_default();
    let way_on = move || next().as_deref().and_then(paths::safe_next).unwrap_or(paths::QUEUE).to_owned();
    let arrived = Callback::new(move |()| session.replace(&way_on()));
    let sending = Sending::default();
    let email = RwSignal::new(session.email().get_untracked());
    let left = session.take_left().then(|| "You have signed out".to_owned());
    a11y::use_page(move || format!("{}Sign in", sending.prefix()));

    let send = move |codes: bool| {
        move |event: SubmitEvent| {
            event.prevent_default();
            let request = SignInRequest { email: email.with_untracked(|email| email.trim().to_owned()) };
            if !sending.begin() || !sending.all_well(sending::problems(&check::faults(&request))) {
                return;
            }
            if !codes {
                // It was printed for them already.
                session.set_email(request.email);
                session.go(&paths::with_next(paths::CODE, next().as_deref()));
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
        }
    };
    let typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::default() };
    let form = move |codes: bool| {
        let hint = if codes {
            "We will send you a code to sign in with. There is no password."
        } else {
            "You can enter the code on the next page."
        };
        let labelled =
            Labelled::new("email", "Work email address").hint(hint.to_owned()).error(sending.at("email"));
        view! {
            <form novalidate on:submit=send(codes)>
                <TextInput labelled=labelled value=email on_input=Callback::new(move |typed| email.set(typed)) typing=typing />
                <SubmitButton label="Continue" sending=sending.busy />
            </form>
        }
    };
    let ways = move |ways: WaysView| {
        let (codes, way_on) = (ways.codes, way_on());
        let others = ways_in(ways, "/api/staff", "staff", Some(&way_on), arrived);
        if codes {
            view! { {form(true)}{others} }.into_any()
        } else {
            view! {
                {others}
                <details class="govuk-details">
                    <summary class="govuk-details__summary">
                        <span class="govuk-details__summary-text">"Use a code that you were given"</span>
                    </summary>
                    <div class="govuk-details__text">{form(false)}</div>
                </details>
            }
            .into_any()
        }
    };
    view! {
        <Column>
            <SuccessBanner words=Signal::stored(left) />
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Sign in"</h1>
            {problem_notice(&problem)}
            {loaded(api::ways, ways)}
        </Column>
    }
}
