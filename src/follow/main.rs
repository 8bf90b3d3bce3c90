//! The resident's other app in the browser: finding a service, sending a form, and following a request.

use leptos::prelude::*;
use portico_app::app::{App, around};
use portico_app::plain;
use portico_app::state::{drafts, failure, mount};

fn main() {
    failure::install();
    mount::take_over(
        |page, _| plain::needs_around(page),
        |boot| {
            drafts::provide();
            view! { <App boot=boot draw=around /> }
        },
    );
}
