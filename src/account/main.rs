//! The resident's account in the browser: everything below `/account`.

use leptos::prelude::*;
use portico_app::account;
use portico_app::app::App;
use portico_app::state::{drafts, failure, mount};

fn main() {
    failure::install();
    mount::take_over(account::needs, |boot| {
        drafts::provide();
        view! { <App boot=boot draw=account::draw /> }
    });
}
