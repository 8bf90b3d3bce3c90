//! `/follow/:key/receipt`: what was paid for a request. Drawn by the server alone: it works as it is, and is printed as it is.

use domain::api::follow::Refunded;
use domain::money;
use leptos::prelude::*;

use crate::a11y;
use crate::components::layout::Column;
use crate::components::payment::said_back;
use crate::live::Drawn as _;

/// A receipt.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Who was paid.
    pub council: String,
    /// Where they are.
    pub address: String,
    /// What it was for: the service's title.
    pub title: String,
    /// The request's reference.
    pub request: String,
    /// The payment's reference.
    pub payment: String,
    /// When it was paid, in words.
    pub on: String,
    /// What was paid, line by line: what for, pence, and the VAT code where there is one.
    pub lines: Vec<(String, i64, String)>,
    /// The sum in pence.
    pub pence: i64,
    /// What went back of it.
    pub refunds: Vec<Refunded>,
    /// The address of the request's page.
    pub page: String,
    /// The address of the same as a PDF.
    pub pdf: String,
}

impl Receipt {
    /// A line as words: with its VAT code, where there is one.
    #[must_use]
    pub fn line((label, _, vat): &(String, i64, String)) -> String {
        if vat.is_empty() { label.clone() } else { format!("{label} (VAT code {vat})") }
    }

    /// What is left after what went back, in pence.
    #[must_use]
    pub fn left(&self) -> i64 {
        let back: i64 = self.refunds.iter().filter(|back| back.done).map(|back| back.pence).sum();
        self.pence - back
    }
}

fn row(label: &str, value: impl IntoAny) -> AnyView {
    view! {
        <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">{label.to_owned()}</dt>
            <dd class="govuk-summary-list__value">{value.into_any()}</dd>
        </div>
    }
    .drawn()
}

/// Draws it.
#[must_use]
pub fn draw(receipt: Receipt) -> AnyView {
    let title = format!("Receipt - {}", receipt.payment);
    a11y::use_page(move || title.clone());
    let lines = receipt.lines.iter().map(|line| row(&Receipt::line(line), money::show(line.1)));
    let lines: Vec<AnyView> = lines.collect();
    let back = receipt.refunds.iter().map(|back| view! { <li>{said_back(back)}</li> }.drawn()).collect_view();
    let left = money::show(receipt.left());
    let refunds = (!receipt.refunds.is_empty()).then(|| {
        view! {
            <h2 class="govuk-heading-m">"What went back"</h2>
            <ul class="govuk-list govuk-list--bullet">{back}</ul>
            <p>"Paid in the end: "<strong>{left}</strong></p>
        }
        .drawn()
    });
    view! {
        <Column>
            <span class="govuk-caption-l">{receipt.council.clone()}</span>
            <h1 class="govuk-heading-l">"Receipt"</h1>
            <dl class="govuk-summary-list">
                {row("Paid to", format!("{}, {}", receipt.council, receipt.address))}
                {row("Paid on", receipt.on)}
                {row("Paid by", "Card")}
                {row("Payment reference", receipt.payment)}
                {row("For", format!("{}, {}", receipt.title, receipt.request))}
            </dl>
            <h2 class="govuk-heading-m">"What was paid"</h2>
            <dl class="govuk-summary-list">
                {lines}
                {row("Together", view! { <strong>{money::show(receipt.pence)}</strong> })}
            </dl>
            {refunds}
            <p><a href=receipt.pdf download="receipt.pdf">"Save it as a PDF"</a></p>
            <p><a href=receipt.page>"Go to the request"</a></p>
        </Column>
    }
    .drawn()
}
