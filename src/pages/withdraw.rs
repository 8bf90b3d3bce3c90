//! `/follow/:key/withdraw`: are you sure?

use domain::api::follow::{FollowView, WithdrawRequest};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{param, step::go};
use crate::api::follow;
use crate::components::button::SubmitButton;
use crate::components::error_summary::{ErrorSummary, Problem, problem_at};
use crate::components::handlers::submitted;
use crate::components::input::{Labelled, TextArea};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::{a11y, paths, words};

/// Withdrawing a request.
#[component]
pub fn WithdrawPage() -> impl IntoView {
    let key = param("key");
    let request = move || {
        let key = key.get();
        async move { follow::get(&key).await }
    };
    let back = Signal::derive(move || paths::request(&key.get()));
    view! { <Column back=back>{loaded(request, move |request| withdraw(&request, key.get_untracked()))}</Column> }
}

fn withdraw(request: &FollowView, key: String) -> AnyView {
    if !request.status.is_open() {
        return go(&paths::request(&key));
    }
    let reason = RwSignal::new(String::new());
    let problems = RwSignal::new(Vec::<Problem>::new());
    let sending = RwSignal::new(false);
    let title = request.title.clone();
    a11y::use_page(move || {
        let error = if problems.with(Vec::is_empty) { "" } else { "Error: " };
        format!("{error}Withdraw this request - {title}")
    });
    let keep = paths::request(&key);
    let navigate = use_navigate();
    let send = submitted(move || {
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        problems.set(Vec::new());
        let (key, navigate) = (key.clone(), navigate.clone());
        let why = WithdrawRequest { reason: reason.get_untracked() };
        spawn_local(async move {
            let reply = follow::withdraw(&key, &why).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(_) => navigate(
                    &paths::request(&key),
                    NavigateOptions { replace: true, ..NavigateOptions::default() },
                ),
                Err(problem) => {
                    problems.set(vec![Problem {
                        id: "reason".to_owned(),
                        words: words::call_failed(&problem).to_owned(),
                    }]);
                }
            }
        });
    });
    let why = Labelled::new("reason", "Why? (optional)").error(problem_at(problems.into(), "reason"));
    view! {
        <ErrorSummary problems=problems />
        <span class="govuk-caption-l">{format!("{}, {}", request.title, request.reference)}</span>
        <h1 class="govuk-heading-l">"Do you want to withdraw this request?"</h1>
        <p>"We will stop working on it. You can’t undo this, but you can make a new request at any time."</p>
        <form novalidate on:submit=send>
            <TextArea labelled=why value=reason rows=3 on_input=Callback::new(move |typed| reason.set(typed)) />
            <div class="govuk-button-group">
                <SubmitButton label="Withdraw this request" sending=sending class="govuk-button--warning" />
                <a href=keep>"Keep it open"</a>
            </div>
        </form>
    }
    .into_any()
}
