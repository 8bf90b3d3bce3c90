//! `/follow/:key/reopen`: it is not over.

use domain::api::follow::{FollowView, ReopenRequest};
use leptos::prelude::*;

use super::go;
use crate::api::{ApiProblem, follow};
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::posted_to;
use crate::components::input::{Labelled, TextArea};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::Drawn as _;
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// What is wrong with nothing written.
pub const MISSING: &str = "Say what is not right, so that we can put it right";

/// Opening a request again.
#[component]
pub fn ReopenPage(
    /// The key to the request.
    key: String,
) -> impl IntoView {
    let back = paths::request(&key);
    let own = key.clone();
    let request = move || {
        let key = key.clone();
        async move { follow::get(&key).await }
    };
    view! { <Column back=Signal::stored(back)>{loaded(request, move |request| reopen(&request, own.clone()))}</Column> }.drawn()
}

fn reopen(request: &FollowView, key: String) -> AnyView {
    if !request.may_reopen {
        return go(
            &paths::request(&key),
            "This request can’t be opened again",
            "See what happened with it",
            None,
        );
    }
    let reason = RwSignal::new(boot::take_text("reason"));
    let sending = Sending::new("reason").with_summary().refused(refused);
    let title = request.title.clone();
    a11y::use_page(move || format!("{}Open this request again - {title}", sending.prefix()));
    let open = paths::request(&key);
    let leave = open.clone();
    let address = address::use_address();
    let send = sending.form(
        move || {
            let (key, why) = (key.clone(), ReopenRequest { reason: reason.get_untracked() });
            if why.reason.trim().is_empty() {
                return Err(sending.problem(MISSING));
            }
            Ok(Box::pin(async move { follow::reopen(&key, &why).await }))
        },
        move |_| address.replace(&open),
    );
    let why = Labelled::new("reason", "What is not right?")
        .hint("For example: it is still there, or only half of it was done".to_owned())
        .error(sending.at("reason"));
    view! {
        <ErrorSummary problems=sending.problems />
        <span class="govuk-caption-l">{format!("{}, {}", request.title, request.reference)}</span>
        <h1 class="govuk-heading-l">"Open this request again"</h1>
        <p>"We look at it again, and tell you by when. You can do this once. After that, send a new request or make a complaint."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <TextArea labelled=why value=reason rows=5 on_input=Callback::new(move |typed| reason.set(typed)) />
            <div class="govuk-button-group">
                <SubmitButton label="Open it again" sending=sending.busy />
                <a href=leave>"Leave it closed"</a>
            </div>
        </form>
    }
    .drawn()
}

fn refused(problem: &ApiProblem) -> &'static str {
    match &*problem.code {
        "reopened_before" => "This was opened again once already. Send a new request, or make a complaint",
        "too_late" => "This was closed more than 30 days ago. Send a new request, or make a complaint",
        _ => words::call_failed(problem),
    }
}
