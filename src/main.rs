//! The resident's app in the browser: the questions of a form.

use leptos::prelude::*;
use portico_app::app::{App, forms};
use portico_app::plain;
use portico_app::state::{drafts, failure, mount, uploads};

fn main() {
    failure::install();
    mount::take_over(plain::needs_of_forms, |boot| {
        drafts::provide();
        uploads::provide();
        view! { <App boot=boot draw=forms /> }
    });
}
