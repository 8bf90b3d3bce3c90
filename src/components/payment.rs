//! Paying for a request: how it stands, and the way to the card page. A small form that the browser sends itself, whether the
//! app runs or not.

use domain::api::follow::{FollowView, PayView, Refunded};
use domain::money;
use domain::payment::State;
use leptos::prelude::*;

use super::fee::{fee_lines, fee_table};
use crate::live::Drawn as _;

/// What a request costs and whether it is paid; `to` is its page, for who may pay. Without payments by card, what it costs.
pub fn payment(request: &FollowView, to: Option<&str>) -> AnyView {
    let Some(pay) = &request.payment else { return fee_table(&request.fee) };
    let sum = money::show(pay.pence);
    let title = if pay.state == Some(State::Paid) { "Paid: " } else { "To pay: " };
    // Nobody pays for a day that others have.
    let has_place = request.slot.as_ref().is_none_or(|slot| !slot.lost);
    let button = to.filter(|_| pay.may_pay && has_place).map(|to| {
        let again = pay.state.is_some_and(State::is_unpaid);
        let (action, label) = (
            format!("{to}/pay"),
            format!("{} {sum} by card", if again { "Try again to pay" } else { "Pay" }),
        );
        view! {
            <form method="post" action=action>
                <button type="submit" class="govuk-button">{label}</button>
            </form>
        }
        .drawn()
    });
    let receipt = to.filter(|_| pay.state == Some(State::Paid)).map(|to| {
        let receipt = format!("{to}/receipt");
        view! { <p><a href=receipt rel="external">"Receipt"</a></p> }.drawn()
    });
    let back = |refunded: &Refunded| {
        view! { <p class="govuk-inset-text portico-typed">{said_back(refunded)}</p> }.drawn()
    };
    view! {
        <h2 class="govuk-heading-m">{title}{sum}</h2>
        <p>{said(pay)}</p>
        {fee_lines(&request.fee)}
        {pay.refunds.iter().map(back).collect_view()}
        {receipt}
        {button}
    }
    .drawn()
}

/// What is said of money that goes back.
#[must_use]
pub fn said_back(refunded: &Refunded) -> String {
    let Refunded { pence, on, done, reason } = refunded;
    let sum = money::show(*pence);
    let said = if *done {
        format!("{sum} went back to the card that paid, on {on}. The bank can take some days to show it.")
    } else {
        format!("{sum} is on its way back to the card that paid.")
    };
    if reason.is_empty() { said } else { format!("{said} Why: {reason}") }
}

/// How it stands, as far as the card service has said.
#[must_use]
pub fn said(pay: &PayView) -> String {
    match pay.state {
        None => "This is not paid yet.".to_owned(),
        Some(State::Paid) => format!(
            "Paid by card on {}. The payment’s reference is {}.",
            pay.on.as_deref().unwrap_or_default(),
            pay.reference.as_deref().unwrap_or_default(),
        ),
        Some(State::Asked | State::Open | State::Held) => {
            "A payment was begun, and our card service has not said yet how it ended. We ask it every ten minutes. If it was paid, a receipt comes by email. Nobody can pay twice.".to_owned()
        }
        Some(state) => format!("{} This is not paid yet.", not_paid(state)),
    }
}

/// How a payment ended that was not made.
pub fn not_paid(state: State) -> String {
    let why = match state {
        State::Declined => "The card was declined.",
        State::Stopped => "The payment was cancelled.",
        State::Expired => "The card page was open for too long.",
        _ => "The payment did not go through.",
    };
    format!("{why} No money was taken, and all that was typed is kept.")
}
