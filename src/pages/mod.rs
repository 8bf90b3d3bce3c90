//! Pages load and arrange; components draw. One file per page, named after its address.

pub mod check;
pub mod find;
pub mod help;
pub mod home;
pub mod request;
mod send;
pub mod sent;
pub mod start;
pub mod step;
pub mod stopped;
pub mod withdraw;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A part of the address, by its name in the route; empty when the route has none such.
fn param(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str(name).unwrap_or_default().to_owned()))
}
