//! The receipt of a request that is paid: a page, and a PDF. The key to the request is the permission.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use domain::money;
use domain::payment::{Purpose, State as Standing};
use domain::standard::say_date;
use portico_app::components::payment::said_back;
use portico_app::pages::receipt::Receipt;
use portico_app::{paths, plain};

use super::pages;
use super::visit::or_sorry;
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path};
use crate::operations::base;
use crate::operations::paying::Till;
use crate::paper;
use crate::routes::{self, follow, wording};
use crate::state::AppState;
use crate::words::compose::Mails;

/// The pages of this file.
pub fn router() -> Pages {
    const KEY: &str = "the key in the address is the permission";
    Pages::new().open("/follow/{key}/receipt", get(page), KEY).open(
        "/follow/{key}/receipt.pdf",
        get(pdf),
        KEY,
    )
}

/// The receipt, and when it was paid. Who only watches a request has nothing to do with its money.
async fn receipt(state: &AppState, at: &At, key: &str) -> Result<(Receipt, DateTime<Utc>), ApiError> {
    let request = follow::stored(at, key).await?;
    let tried = at.store.payments_for(Purpose::Request(request.id)).await?;
    let paid = tried.into_iter().find(|payment| payment.state == Standing::Paid);
    let paid = paid.ok_or_else(ApiError::not_found)?;
    let when = paid.ended_at.unwrap_or(paid.made_at);
    let till = Till { state, served: &at.served, store: &at.store };
    let (council, sent) = (&at.served.council, &request.case.submission);
    let line = |item: &domain::payment::Item| (item.label.clone(), item.pence, item.codes.vat.clone());
    let receipt = Receipt {
        council: council.name.clone(),
        address: council.contact.address.clone(),
        title: sent.title.clone(),
        request: sent.reference.to_string(),
        payment: paid.reference.clone(),
        on: say_date(at.served.local(when).date()),
        lines: paid.bill.items().iter().map(line).collect(),
        pence: paid.bill.total(),
        refunds: till.refunded(paid.id).await?,
        page: paths::request(key),
        pdf: format!("{}.pdf", paths::receipt(key)),
    };
    Ok((receipt, when))
}

async fn page(State(state): State<AppState>, at: At, Path(key): Path<String>) -> Response {
    let drawn = async {
        let (receipt, _) = receipt(&state, &at, &key).await?;
        Ok(pages::of_person(&at, &plain::receipt(routes::council::view(&state, &at.served), receipt)))
    };
    or_sorry(&state, &at, Box::pin(drawn)).await
}

async fn pdf(State(state): State<AppState>, at: At, Path(key): Path<String>) -> Response {
    let printed = async {
        let (receipt, when) = receipt(&state, &at, &key).await?;
        let council = &at.served.council;
        let mut paragraphs = vec![
            format!("Paid to {}, {}", receipt.council, receipt.address),
            format!("Payment reference: {}\nPaid by card on {}", receipt.payment, receipt.on),
            format!("For: {}, {}", receipt.title, receipt.request),
        ];
        let mut lines: Vec<String> = receipt
            .lines
            .iter()
            .map(|line| format!("{}: {}", Receipt::line(line), money::show(line.1)))
            .collect();
        lines.push(format!("Together: {}", money::show(receipt.pence)));
        paragraphs.push(lines.join("\n"));
        if !receipt.refunds.is_empty() {
            paragraphs.extend(receipt.refunds.iter().map(said_back));
            paragraphs.push(format!("Paid in the end: {}", money::show(receipt.left())));
        }
        paragraphs.push(format!("{}{}", base(&state, council), receipt.page));
        let letter = paper::Letter {
            council: council.name.clone(),
            back: String::new(),
            to: String::new(),
            day: at.served.local(when).date(),
            said: Mails { subject: "Receipt".to_owned(), paragraphs, ..Mails::default() },
            is_large: false,
        };
        wording::printed(letter, &format!("receipt-{}.pdf", receipt.payment)).await
    };
    or_sorry(&state, &at, Box::pin(printed)).await
}
