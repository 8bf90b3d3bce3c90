//! What went back of what was paid for a request, and the way to send more back.

use domain::api::refunds::{RefundItem, Refunds};
use domain::api::staff::StaffCase;
use domain::money;
use domain::refund::RefundState;
use leptos::prelude::*;

use crate::paths;

/// The refunds of a request, and the way to one more; nothing where it is not paid.
#[must_use]
pub fn refunds(case: &StaffCase) -> Option<AnyView> {
    let more = (case.refunds.as_ref()?.left > 0).then(|| {
        view! { <p><a href=paths::step(case.id, "refund")>"Send money back"</a></p> }
    });
    Some(view! { {asked_for(case)}{more} }.into_any())
}

/// The refunds of a request; nothing where there are none.
#[must_use]
pub fn asked_for(case: &StaffCase) -> Option<AnyView> {
    let Refunds { refunds, .. } = case.refunds.as_ref().filter(|all| !all.refunds.is_empty())?;
    let list = view! {
        <h2 class="govuk-heading-s">"Refunds"</h2>
        <ul class="govuk-list govuk-list--bullet">{refunds.iter().map(line).collect_view()}</ul>
    };
    Some(list.into_any())
}

fn line(refund: &RefundItem) -> AnyView {
    let (sum, (tag, words)) = (money::show(refund.pence), standing(refund.state));
    view! {
        <li>
            {sum}" "<strong class=format!("govuk-tag {tag}")>{words}</strong>
            <br />
            {who(refund)}
            {told(&refund.reason)}
            {answered(refund)}
        </li>
    }
    .into_any()
}

/// Where a refund stands: the look of its tag, and its words.
#[must_use]
pub fn standing(state: RefundState) -> (&'static str, &'static str) {
    match state {
        RefundState::Waiting => ("govuk-tag--yellow", "Not agreed yet"),
        RefundState::Agreed | RefundState::Sent => ("govuk-tag--blue", "Being sent"),
        RefundState::Submitted => ("govuk-tag--blue", "On its way"),
        RefundState::Refused => ("govuk-tag--grey", "Not agreed to"),
        RefundState::Failed => ("govuk-tag--red", "Failed"),
        RefundState::Done => ("govuk-tag--green", "Went back"),
    }
}

/// Who asked for it, and when.
#[must_use]
pub fn who(refund: &RefundItem) -> AnyView {
    let when = refund.asked.clone();
    match refund.asked_by.clone() {
        Some(by) => view! { <bdi>{by}</bdi>", "{when} }.into_any(),
        None => view! { "Made in the card service’s own pages, "{when} }.into_any(),
    }
}

fn told(reason: &str) -> Option<AnyView> {
    (!reason.is_empty())
        .then(|| view! { <br /><bdi class="portico-typed">{reason.to_owned()}</bdi> }.into_any())
}

/// Who agreed, or did not and why.
fn answered(refund: &RefundItem) -> Option<AnyView> {
    let by = refund.answered_by.clone()?;
    let answer = refund.answer.clone();
    Some(if answer.is_empty() {
        view! { <br />"Agreed to by "<bdi>{by}</bdi> }.into_any()
    } else {
        view! { <br />"Not agreed to by "<bdi>{by}</bdi>": "<bdi class="portico-typed">{answer}</bdi> }
            .into_any()
    })
}
