//! Pages load and arrange; components draw. One file per page, named after its address.

pub mod check;
pub mod find;
mod form;
pub mod help;
pub mod home;
pub mod request;
mod send;
pub mod sent;
pub mod start;
pub mod step;
pub mod withdraw;

use leptos::prelude::*;

use crate::live::react;
use crate::state::address;

/// Goes elsewhere instead of drawing this page.
fn go(path: &str) -> AnyView {
    let address = address::use_address();
    let path = path.to_owned();
    react(move || address.replace(&path));
    ().into_any()
}
