//! The work of a contractor on a request: with whom it is, since when, and what can be done about it.

use domain::api::staff::{ContractView, StaffCase};
use leptos::prelude::*;

use crate::handle::Handle;
use crate::sending::{self, Action, Sending};
use crate::{api, paths, words};

/// With whom it is, and the ways on; nothing where no contractor does anything.
#[must_use]
pub fn contract(handle: Handle, sending: Sending, case: &StaffCase) -> Option<AnyView> {
    let contract = case.contract.clone()?;
    let ways = (case.mine && case.request.status.is_open()).then(|| ways(handle, sending, case, &contract));
    let ContractView { by, task, since, until, check, done, checked } = contract;
    let is_open = case.request.status.is_open();
    let how_far = match (&done, checked, check) {
        (Some(when), true, _) => view! { <p>"Somebody looked at the work, which was done by "{when.clone()}", and it is done well."</p> }.into_any(),
        (Some(when), false, true) => view! {
            <p>
                <strong class="govuk-tag govuk-tag--orange">"To check"</strong>
                " They said on "{when.clone()}" that it is done. This one is in the sample: somebody has to look at the work before the request can be closed as done."
            </p>
        }
        .into_any(),
        (Some(when), false, false) => view! { <p>"They said on "{when.clone()}" that it is done. This one is not in the sample: you can close the request, or look at the work first."</p> }.into_any(),
        (None, ..) if is_open => match until {
            Some(until) => view! { <p>"Their link works until "{words::date(until)}"."</p> }.into_any(),
            None => view! { <p>"Their link has run out. Send it again."</p> }.into_any(),
        },
        (None, ..) => view! { <p>"They did not say that it is done."</p> }.into_any(),
    };
    Some(
        view! {
            <section class="govuk-inset-text" id="contract" tabindex="-1" aria-labelledby="contract-title">
                <h2 class="govuk-heading-s" id="contract-title">"With "<bdi>{by}</bdi>", since "{since}</h2>
                <p><bdi class="portico-typed">{task}</bdi></p>
                {how_far}
                {ways}
            </section>
        }
        .into_any(),
    )
}

fn ways(handle: Handle, sending: Sending, case: &StaffCase, contract: &ContractView) -> AnyView {
    let id = case.id;
    let send_link = move |_| {
        let Some(case) = handle.now().filter(|_| sending.begin()) else { return };
        let action = Action {
            field: "contract",
            call: api::send_contract_link(id),
            done: "They have a new link. The one before no longer works",
            erase: || {},
            // Sent twice, the second link counts.
            landed: |_: &StaffCase| false,
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case, action);
    };
    let check = (!contract.checked).then(|| {
        view! { <li><a href=paths::step(id, "check")>"Say what you saw of the work"</a></li> }
    });
    let take_back = contract.done.is_none().then(|| {
        view! { <li><a href=paths::step(id, "contract-end")>"Take the work back"</a></li> }
    });
    view! {
        <ul class="govuk-list portico-steps">{check} {take_back}</ul>
        <button
            type="button" id="send-link" class="govuk-button govuk-button--secondary" on:click=send_link
            aria-disabled=move || sending.busy.get().then_some("true")
        >
            "Send the link again"
        </button>
    }
    .into_any()
}
