//! `/account/payments`: what is to be paid for what is in the account, and what was paid.

use domain::api::payments::{AccountPayment, AccountPayments};
use domain::money;
use leptos::prelude::*;

use crate::api::payments;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::live::Drawn as _;
use crate::{a11y, paths};

const TITLE: &str = "Your payments";

/// Payments.
#[component]
pub fn AccountPaymentsPage() -> impl IntoView {
    view! { <Column>{loaded(payments::history, whole)}</Column> }.drawn()
}

fn whole(view: Option<AccountPayments>) -> AnyView {
    a11y::use_page(|| TITLE.to_owned());
    let Some(AccountPayments { due, paid }) = view else {
        return view! {
            <h1 class="govuk-heading-l">{TITLE}</h1>
            <p>"To see them, "<a href=paths::ACCOUNT>"sign in to your account"</a>"."</p>
        }
        .drawn();
    };
    let due = (!due.is_empty()).then(|| {
        view! {
            <h2 class="govuk-heading-m">"To pay"</h2>
            <ul class="portico-services">{due.into_iter().map(to_pay).collect_view()}</ul>
        }
        .drawn()
    });
    let paid = if paid.is_empty() {
        view! { <p>"You have paid nothing by card for what is in your account."</p> }.drawn()
    } else {
        view! { <ul class="portico-services">{paid.into_iter().map(was_paid).collect_view()}</ul> }.drawn()
    };
    view! {
        <h1 class="govuk-heading-l">{TITLE}</h1>
        {due}
        <h2 class="govuk-heading-m">"Paid"</h2>
        {paid}
    }
    .drawn()
}

fn to_pay(payment: AccountPayment) -> AnyView {
    let AccountPayment { key, title, reference, pence, under_way, .. } = payment;
    let said = if under_way {
        "A payment was begun, and our card service has not said yet how it ended. You can’t pay twice."
    } else {
        "This is not paid yet."
    };
    view! {
        <li>
            <a href=paths::request(&key)>{title}</a>
            <p><strong>{money::show(pence)}</strong>" to pay. "{said}</p>
            <p class="govuk-hint">{reference.to_string()}</p>
        </li>
    }
    .drawn()
}

fn was_paid(payment: AccountPayment) -> AnyView {
    let AccountPayment { key, title, reference, pence, payment, on, refunded, .. } = payment;
    let on = on.unwrap_or_default();
    let back = (refunded > 0)
        .then(|| view! { <p>{money::show(refunded)}" of it went back to the card that paid."</p> }.drawn());
    let hidden = format!(" for {title}, {reference}");
    view! {
        <li>
            <a href=paths::request(&key)>{title}</a>
            <p><strong>{money::show(pence)}</strong>" on "{on}</p>
            {back}
            <p>
                <a href=paths::receipt(&key) rel="external">"Receipt"<span class="govuk-visually-hidden">{hidden}</span></a>
            </p>
            <p class="govuk-hint">{reference.to_string()}", payment "{payment.unwrap_or_default()}</p>
        </li>
    }
    .drawn()
}
