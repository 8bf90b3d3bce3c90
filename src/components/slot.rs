//! The day that was booked with a request, and another instead. A small form that the browser sends itself, whether the app
//! runs or not.

use domain::api::follow::FollowView;
use domain::api::slots::SlotView;
use domain::field::ErrorCode;
use leptos::prelude::*;

use super::amend::opened;
use super::error_summary::{Problem, problem_at};
use super::input::{Labelled, Radios};
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{api, words};

/// The field that takes another day, and where it is posted to, below the page of the request.
pub const SLOT: &str = "slot";
/// What is wrong with another day that is the same.
pub const SAME: &str = "This is booked already. Choose another day, or leave it as it is";

/// What is wrong with another day.
#[must_use]
pub fn problem(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Missing => "Choose a day",
        code => words::slot(code),
    }
}

/// What is booked, and the way to change it; `to` is the page of the request.
pub fn slot(request: &FollowView, to: &str, problems: RwSignal<Vec<Problem>>) -> Option<AnyView> {
    let slot = request.slot.as_ref()?;
    let wrong = problems.with_untracked(|problems| problems.iter().any(|problem| problem.id == SLOT));
    let change = slot.free.as_ref().map(|free| {
        let value = RwSignal::new(boot::take_text(SLOT));
        let choose = Callback::new(move |chosen| value.set(chosen));
        let labelled = Labelled::new(SLOT, "Which day suits you better?").error(problem_at(problems, SLOT));
        let form = view! {
            <form novalidate method="post" action=format!("{to}/{SLOT}")>
                <input type="hidden" name="id" value=api::new_id().to_string() />
                <Radios labelled=labelled options=free.options.clone() value=value on_choose=choose />
                <button type="submit" class="govuk-button govuk-button--secondary">"Book this day instead"</button>
            </form>
        }
        .drawn();
        if slot.lost { form } else { opened("Change the day".to_owned(), wrong, form) }
    });
    let said = said(slot, request.unreceived);
    let title = if slot.lost { "Choose another day".to_owned() } else { format!("Booked for {}", slot.day) };
    Some(
        view! {
            <h2 class="govuk-heading-m">{title}</h2>
            {(!said.is_empty()).then(|| view! { <p>{said}</p> }.drawn())}
            {change}
        }
        .drawn(),
    )
}

/// What is to be known of it.
fn said(slot: &SlotView, unreceived: bool) -> String {
    if slot.lost {
        let then = if unreceived { ", then pay" } else { ", so that we know when to come" };
        return format!("You have no place on {}: others have taken it. Choose another day{then}.", slot.day);
    }
    if !slot.held.is_empty() {
        return format!(
            "We hold this for you until {} while you pay. After that, others may take it.",
            slot.held
        );
    }
    if unreceived {
        return "We hold this for you no longer. If it is still free when you pay, it is yours.".to_owned();
    }
    if slot.fixed {
        return format!(
            "It is too late to change the day or to withdraw the request: that could be done until the end of {}. If something is wrong, ring us.",
            slot.until
        );
    }
    if slot.until.is_empty() || slot.free.is_none() {
        return String::new();
    }
    format!("You can change the day, or withdraw your request, until the end of {}.", slot.until)
}
