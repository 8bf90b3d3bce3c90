//! `/api/account/payments`: what is to be paid for what is in a resident's account, and what was.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use domain::access::Act;
use domain::api::payments::{AccountPayment, AccountPayments};
use domain::api::problem::Problem;
use domain::payment::State as Standing;
use domain::refund::RefundState;
use domain::standard::say_date;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::private;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, SignedIn};
use crate::operations::paying::Till;
use crate::operations::submit::follow_key;
use crate::state::AppState;
use crate::store::payments::Payment;
use crate::store::requests::Stored;

/// Requests of an account that are looked through, the newest.
const REQUESTS: u64 = 1000;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(payments).needs(Act::SeeOwn))
}

/// What is to be paid for what is in the account, and what was paid, the newest first.
#[utoipa::path(get, path = "/api/account/payments", tag = "account", operation_id = "account_payments",
    responses((status = 200, body = AccountPayments), (status = 401, body = Problem)))]
async fn payments(
    State(state): State<AppState>,
    at: At,
    SignedIn { resident, .. }: SignedIn,
) -> Result<Response, ApiError> {
    Ok(private(view_of(&state, &at, resident.id).await?))
}

/// A resident's payments.
pub(crate) async fn view_of(state: &AppState, at: &At, resident: Uuid) -> Result<AccountPayments, ApiError> {
    let till = Till { state, served: &at.served, store: &at.store };
    let mut requests = at.store.requests_of(resident, REQUESTS).await?;
    requests.retain(|stored| !stored.case.submission.fee.is_empty());
    let ids: Vec<Uuid> = requests.iter().map(|stored| stored.id).collect();
    let tried = at.store.payments_for_requests(&ids).await?;
    let paid: Vec<&Payment> = tried.iter().filter(|payment| payment.state == Standing::Paid).collect();
    let refunds = at.store.refunds_of(&paid.iter().map(|paid| paid.id).collect::<Vec<_>>()).await?;
    let mut back: HashMap<Uuid, i64> = HashMap::new();
    for refund in refunds.into_iter().filter(|refund| refund.state == RefundState::Done) {
        *back.entry(refund.payment).or_default() += refund.pence;
    }
    let entry = |stored: &Stored, pence: i64| {
        let sent = &stored.case.submission;
        AccountPayment {
            key: follow_key(state, at, stored.id),
            title: sent.title.clone(),
            reference: sent.reference.clone(),
            pence,
            payment: None,
            on: None,
            refunded: 0,
            under_way: false,
        }
    };
    let mut view = AccountPayments::default();
    for stored in &requests {
        let of_it = |payment: &Payment| payment.purpose.request() == Some(stored.id);
        if let Some(paid) = paid.iter().find(|payment| of_it(payment)) {
            let on = paid.ended_at.map(|ended| say_date(at.served.local(ended).date()));
            let refunded = back.get(&paid.id).copied().unwrap_or(0);
            let payment = Some(paid.reference.clone());
            view.paid.push(AccountPayment { payment, on, refunded, ..entry(stored, paid.bill.total()) });
        } else if let Ok(bill) = till.bill(&stored.case)
            && till.takes_payments()
            && stored.case.status.is_open()
        {
            let under_way = tried.iter().any(|tried| of_it(tried) && tried.state.is_under_way());
            view.due.push(AccountPayment { under_way, ..entry(stored, bill.total()) });
        }
    }
    Ok(view)
}
