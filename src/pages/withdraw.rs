//! `/follow/:key/withdraw`: are you sure?

use domain::api::follow::{FollowView, WithdrawRequest};
use domain::money;
use domain::payment::State;
use leptos::prelude::*;

use super::go;
use crate::api::follow;
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::posted_to;
use crate::components::input::{Labelled, TextArea};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::Drawn as _;
use crate::state::{address, boot};
use crate::{a11y, paths};

/// Withdrawing a request.
#[component]
pub fn WithdrawPage(
    /// The key to the request.
    key: String,
) -> impl IntoView {
    let back = paths::request(&key);
    let own = key.clone();
    let request = move || {
        let key = key.clone();
        async move { follow::get(&key).await }
    };
    view! { <Column back=Signal::stored(back)>{loaded(request, move |request| withdraw(&request, own.clone()))}</Column> }.drawn()
}

fn withdraw(request: &FollowView, key: String) -> AnyView {
    if !request.status.is_open() {
        return go(&paths::request(&key), "This request is closed", "See what happened with it", None);
    }
    if request.slot.as_ref().is_some_and(|slot| slot.fixed) {
        return go(&paths::request(&key), "It is too late to withdraw this request", "See why", None);
    }
    // Of what was paid for a booking, all that did not go back before.
    let paid =
        request.payment.as_ref().filter(|pay| pay.state == Some(State::Paid) && request.slot.is_some());
    let left = paid.map(|pay| pay.pence - pay.refunds.iter().map(|back| back.pence).sum::<i64>());
    let back = left.filter(|left| *left > 0).map(|left| {
        let sum = money::show(left);
        view! { <p>"What you paid, "<strong>{sum}</strong>", goes back to the card that paid."</p> }.drawn()
    });
    let reason = RwSignal::new(boot::take_text("reason"));
    let sending = Sending::new("reason").with_summary();
    let title = request.title.clone();
    a11y::use_page(move || format!("{}Withdraw this request - {title}", sending.prefix()));
    let keep = paths::request(&key);
    let open = keep.clone();
    let address = address::use_address();
    let send = sending.form(
        move || {
            let (key, why) = (key.clone(), WithdrawRequest { reason: reason.get_untracked() });
            Ok(Box::pin(async move { follow::withdraw(&key, &why).await }))
        },
        move |_| address.replace(&open),
    );
    let why = Labelled::new("reason", "Why? (optional)").error(sending.at("reason"));
    view! {
        <ErrorSummary problems=sending.problems />
        <span class="govuk-caption-l">{format!("{}, {}", request.title, request.reference)}</span>
        <h1 class="govuk-heading-l">"Do you want to withdraw this request?"</h1>
        {back}
        {(!request.parts.is_empty()).then(|| view! {
            <p>"All departments that have not finished yet will stop. What others have changed already stays changed."</p>
        }.drawn())}
        <p>"We will stop working on it. You can’t undo this, but you can make a new request at any time."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <TextArea labelled=why value=reason rows=3 on_input=Callback::new(move |typed| reason.set(typed)) />
            <div class="govuk-button-group">
                <SubmitButton label="Withdraw this request" sending=sending.busy class="govuk-button--warning" />
                <a href=keep>"Keep it open"</a>
            </div>
        </form>
    }
    .drawn()
}
