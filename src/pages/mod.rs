//! Pages load and arrange; components draw. One file per page, named after its address.

pub mod account;
pub mod account_acting;
pub mod account_alerts;
pub mod account_code;
pub mod account_details;
pub mod account_device;
pub mod account_email;
pub mod account_helpers;
pub mod account_identity;
pub mod account_looked;
pub mod account_notices;
pub mod account_payments;
pub mod account_privacy;
pub mod account_security;
pub mod account_sharing;
#[cfg(feature = "ssr")]
pub mod bills;
pub mod check;
#[cfg(feature = "ssr")]
pub mod contract;
pub mod find;
pub mod form;
pub mod help;
pub mod home;
pub mod performance;
#[cfg(feature = "ssr")]
pub mod permit;
#[cfg(feature = "ssr")]
pub mod permit_zone;
#[cfg(feature = "ssr")]
pub mod receipt;
pub mod reopen;
pub mod request;
mod send;
pub mod sent;
pub mod slip;
pub mod start;
pub mod step;
pub mod withdraw;

use leptos::prelude::*;

use crate::a11y;
use crate::live::{ON_SERVER, react};
use crate::state::address;

/// Goes elsewhere instead of drawing this page. `why` and `way` are for a plain page, which can't: what is in the
/// browser's own draft only the app knows.
fn go(path: &str, why: &'static str, way: &'static str, note: Option<&'static str>) -> AnyView {
    if ON_SERVER {
        a11y::use_page(move || why.to_owned());
        return view! {
            <h1 class="govuk-heading-l">{why}</h1>
            <p><a href=path.to_owned()>{way}</a></p>
            {note.map(|note| view! { <p>{note}</p> })}
        }
        .into_any();
    }
    let path = path.to_owned();
    let address = address::use_address();
    react(move || address.replace(&path));
    ().into_any()
}

/// Goes to where a form goes on, from a page of it that is not open.
fn go_on(path: &str) -> AnyView {
    let note = "If you filled in a form just now and it is empty, your browser did not keep it: allow cookies for this site, then try again.";
    go(path, "Your answers", "Go on with your answers", Some(note))
}
