//! The staff app: the queue of a department, and the progress of each request. A binary of its own, so that
//! residents never download it. `app.rs` has every address on one screen.

mod api;
mod app;
mod browser;
mod check;
mod date;
mod draft;
mod handle;
mod keys;
mod live;
mod pages;
mod parts;
mod paths;
mod sending;
mod session;
mod words;

use leptos::prelude::*;
use portico_app::state::{boot, failure, mount};

fn main() {
    failure::install();
    mount::when_ready(boot::load(), |boot| view! { <app::App council=boot.council /> });
}
