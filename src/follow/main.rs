//! The resident's other app in the browser: finding a service, sending a form, and following a request.

use leptos::prelude::*;
use portico_app::app::{App, around};
use portico_app::state::{boot, drafts, failure, mount};

fn main() {
    failure::install();
    mount::when_ready(boot::load(), |boot| {
        drafts::provide();
        view! { <App boot=boot draw=around /> }
    });
}
