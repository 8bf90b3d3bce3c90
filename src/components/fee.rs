//! What is to be paid.

use domain::fee::{Due, total};
use domain::money;
use leptos::prelude::*;

use crate::live::Drawn as _;

/// The lines of what is to be paid, and their sum. Nothing where nothing is.
pub fn fee_table(due: &[Due]) -> AnyView {
    if due.is_empty() {
        return ().into_any();
    }
    view! {
        <h2 class="govuk-heading-m">"You will pay "{money::show(total(due))}</h2>
        {fee_lines(due)}
    }
    .drawn()
}

/// The lines, and their sum.
pub fn fee_lines(due: &[Due]) -> AnyView {
    let line = |label: String, pence: i64| {
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{label}</dt>
                <dd class="govuk-summary-list__value">{money::show(pence)}</dd>
            </div>
        }
        .drawn()
    };
    let mut lines: Vec<AnyView> = due.iter().map(|due| line(due.label.clone(), due.pence)).collect();
    if lines.len() > 1 {
        lines.push(line("Together".to_owned(), total(due)));
    }
    view! { <dl class="govuk-summary-list">{lines}</dl> }.drawn()
}
