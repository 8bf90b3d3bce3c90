//! The resident's app in the browser: following a request.

use leptos::prelude::*;
use portico_app::app::{App, follow};
use portico_app::state::{boot, failure, mount};

fn main() {
    failure::install();
    mount::when_ready(boot::load(), |boot| view! { <App boot=boot draw=follow /> });
}
