//! What a request costs, whether it is paid, and how staff help somebody to pay. Staff type no card and see none.

use domain::api::staff::{PayHere, StaffCase};
use leptos::{prelude::*, task::spawn_local};
use portico_app::components::payment;

use crate::handle::Handle;
use crate::sending::{self, Action, Sending};
use crate::{api, words};

/// How paying stands; and the ways on, for whose it is.
#[must_use]
pub fn payment(handle: Handle, sending: Sending, case: &StaffCase) -> AnyView {
    let may_pay = case.request.payment.as_ref().is_some_and(|pay| pay.may_pay);
    view! {
        {payment::payment(&case.request, None)}
        {may_pay.then(|| ways(handle, sending, case))}
    }
    .into_any()
}

fn ways(handle: Handle, sending: Sending, case: &StaffCase) -> AnyView {
    let id = case.id;
    let page = RwSignal::new(None::<String>);
    let here = move |_| {
        if !sending.begin() {
            return;
        }
        sending.busy.set(true);
        spawn_local(async move {
            let reply = handle.session.pass(api::pay_here(id).await);
            if sending.busy.try_set(false).is_some() {
                return;
            }
            match reply {
                None => {}
                Some(Ok(PayHere { path })) => page.set(Some(path)),
                Some(Err(problem)) => sending.fail("pay-here", words::refused(&problem, None)),
            }
        });
    };
    let send = move |_| {
        let Some(case) = handle.now().filter(|_| sending.begin()) else { return };
        let action = Action {
            field: "send-pay-link",
            call: api::send_pay_link(id),
            done: "They have a link to pay. It works for 24 hours",
            erase: || {},
            // Sent twice, both links pay the same, once.
            landed: |_: &StaffCase| false,
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case, action);
    };
    let busy = move || sending.busy.get().then_some("true");
    view! {
        <div class="govuk-button-group">
            <button type="button" id="pay-here" class="govuk-button govuk-button--secondary" on:click=here aria-disabled=busy>
                "Take the payment here"
            </button>
            <button type="button" id="send-pay-link" class="govuk-button govuk-button--secondary" on:click=send aria-disabled=busy>
                "Send a link to pay"
            </button>
        </div>
        {move || page.get().map(|page| view! {
            <p class="govuk-inset-text">
                <a class="govuk-link" href=page target="_blank" rel="noopener">"Open the payment page (in a new tab)"</a>
                ", and hand over the screen or the keyboard: the resident types the card, and you don’t see it. It works for half an hour."
            </p>
        })}
    }
    .into_any()
}
