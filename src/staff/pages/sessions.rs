//! `/staff/sessions`: where I am signed in, and signing out everywhere.

use domain::api::account::SessionView;
use leptos::{prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::layout::Column;

use crate::live;
use crate::parts::load;
use crate::sending::Sending;
use crate::session;
use crate::{api, words};

/// Where I am signed in.
#[component]
pub fn SessionsPage() -> impl IntoView {
    let session = session::use_session();
    let live = live::keep(session, api::sessions);
    let sending = Sending::default();
    a11y::use_page(move || format!("{}Where you are signed in", sending.prefix()));
    let leave = move |_| {
        if sending.begin() {
            spawn_local(async move {
                if let Err(problem) = session.sign_out_everywhere().await {
                    sending.fail("everywhere", words::refused(&problem, None));
                }
            });
        }
    };
    let place = |session: &SessionView| {
        let here = session.here.then_some(" This is where you are now.");
        view! { <li>{session.device.clone()}", since "{session.since.clone()}"."{here}</li> }
    };
    let list = move || {
        live.value().with(|kept| {
            kept.as_ref().map(|kept| {
                view! { <ul class="govuk-list govuk-list--bullet">{kept.sessions.iter().map(place).collect_view()}</ul> }
            })
        })
    };
    let failed = Memo::new(move |_| live.problem().get().filter(|_| live.value().with(Option::is_none)));
    move || {
        match failed.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        None => view! {
            <Column>
                <ErrorSummary problems=sending.problems />
                <h1 class="govuk-heading-l">"Where you are signed in"</h1>
                {list}
                <p>"You are signed out after 30 minutes in which you do nothing, and after 12 hours in any case."</p>
                <p>"If you do not know one of these, sign out everywhere and tell whoever looks after your accounts."</p>
                <button type="button" id="everywhere" class="govuk-button govuk-button--warning" on:click=leave>
                    "Sign out everywhere"
                </button>
            </Column>
        }
        .into_any(),
    }
    }
}
