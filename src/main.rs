//! The resident app in the browser.

use leptos::prelude::*;
use portico_app::app::App;
use portico_app::state::{boot, failure, mount};

fn main() {
    failure::install();
    mount::when_ready(boot::load(), |boot| view! { <App boot=boot /> });
}
