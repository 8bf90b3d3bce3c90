//! Pages load and arrange; components draw. One file per page, named after its address.

pub mod check;
pub mod find;
pub mod form;
pub mod help;
pub mod home;
pub mod request;
mod send;
pub mod sent;
pub mod start;
pub mod step;
pub mod withdraw;

use leptos::prelude::*;

use crate::live::{ON_SERVER, react};
use crate::state::address;

/// Goes elsewhere instead of drawing this page.
fn go(path: &str) -> AnyView {
    let address = address::use_address();
    if ON_SERVER {
        // The answers may be in the browser: the app knows the way on. Without it, this does.
        return view! { <p><a href=path.to_owned()>"Go on with your answers"</a></p> }.into_any();
    }
    let path = path.to_owned();
    react(move || address.replace(&path));
    ().into_any()
}
