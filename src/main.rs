//! The resident's app in the browser: finding a service and filling in its form.

use leptos::prelude::*;
use portico_app::app::{App, forms, provide_forms};
use portico_app::state::{boot, failure, mount};

fn main() {
    failure::install();
    mount::when_ready(boot::load(), |boot| {
        provide_forms();
        view! { <App boot=boot draw=forms /> }
    });
}
