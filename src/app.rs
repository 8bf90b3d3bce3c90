//! The resident app: what all pages share, and every page it has, on one screen.

use domain::api::council::Boot;
use leptos::prelude::*;

use crate::a11y;
use crate::components::layout::{Column, Layout};
use crate::components::load::not_found;
use crate::live::afresh;
use crate::pages::{
    check::CheckPage, find::FindPage, help::HelpPage, home::HomePage, request::RequestPage, sent::SentPage,
    start::StartPage, step::StepPage, stopped::StoppedPage, withdraw::WithdrawPage,
};
use crate::paths::Page;
use crate::state::{address, boot, drafts, services, uploads};

/// The whole app, given what the first page brought along.
#[component]
pub fn App(
    /// The council, and the service whose page this is.
    boot: Boot,
) -> impl IntoView {
    let Boot { council, service } = boot;
    a11y::provide(&council.name);
    boot::provide_council(council.clone());
    services::provide(service);
    drafts::provide();
    uploads::provide();
    let address = address::provide();
    let here = address.page();
    view! {
        <Layout council=council path=address.path()>
            {afresh(move || page(&here.get()))}
        </Layout>
    }
}

/// Draws the page at an address.
fn page(address: &str) -> AnyView {
    let own = ToOwned::to_owned;
    match Page::read(address) {
        Some(Page::Home) => view! { <HomePage /> }.into_any(),
        Some(Page::Start { id }) => view! { <StartPage id=own(id) /> }.into_any(),
        Some(Page::Step { id, slug, changing }) => {
            view! { <StepPage id=own(id) slug=own(slug) changing=changing /> }.into_any()
        }
        Some(Page::Check { id }) => view! { <CheckPage id=own(id) /> }.into_any(),
        Some(Page::Stopped { id, stop }) => view! { <StoppedPage id=own(id) stop=own(stop) /> }.into_any(),
        Some(Page::Find) => view! { <FindPage /> }.into_any(),
        Some(Page::Request { key }) => view! { <RequestPage key=own(key) /> }.into_any(),
        Some(Page::Sent { key }) => view! { <SentPage key=own(key) /> }.into_any(),
        Some(Page::Withdraw { key }) => view! { <WithdrawPage key=own(key) /> }.into_any(),
        Some(Page::Help) => view! { <HelpPage /> }.into_any(),
        None => view! { <Column>{not_found()}</Column> }.into_any(),
    }
}
