//! The resident's apps: what all pages share, and every page there is, on one screen. There are three, so that who
//! fills in a form fetches little before the first question: the questions, everything before and after
//! them, and the account ([`crate::account`]). A page of another one is loaded anew.

use domain::api::council::Boot;
use leptos::prelude::*;

use crate::a11y;
use crate::components::layout::{Column, Layout};
use crate::components::load::not_found;
use crate::live::{Drawn as _, afresh, react};
use crate::pages::{
    check::CheckPage, find::FindPage, help::HelpPage, home::HomePage, performance::PerformancePage,
    reopen::ReopenPage, request::RequestPage, sent::SentPage, start::StartPage, step::StepPage,
    withdraw::WithdrawPage,
};
use crate::paths::Page;
use crate::state::{address, boot, drafts, services};

/// Draws a page of an app; none when it is not one of its pages.
pub type Draw = fn(Page<'_>) -> Option<AnyView>;

/// A whole app, given what the first page brought along.
#[component]
pub fn App(
    /// The council, and the service whose page this is.
    boot: Boot,
    /// Its pages.
    draw: Draw,
) -> impl IntoView {
    let Boot { council, service, posted } = boot;
    a11y::provide(&council.name);
    boot::provide_council(council.clone());
    boot::provide_posted(posted);
    services::provide(service);
    let address = address::provide();
    let here = address.page();
    view! {
        <Layout council=council path=address.path()>
            {afresh(move || page(&here.get(), draw))}
        </Layout>
    }
    .drawn()
}

/// Draws the page at an address.
fn page(address: &str, draw: Draw) -> AnyView {
    match Page::read(address) {
        Some(page) => draw(page).unwrap_or_else(|| {
            let address = address.to_owned();
            react(move || drafts::leave(&address));
            ().into_any()
        }),
        None => view! { <Column>{not_found()}</Column> }.drawn(),
    }
}

/// Filling in a form.
pub fn forms(page: Page<'_>) -> Option<AnyView> {
    let own = ToOwned::to_owned;
    Some(match page {
        Page::Start { id } => view! { <StartPage id=own(id) /> }.drawn(),
        Page::Step { id, slug, changing } => {
            view! { <StepPage id=own(id) slug=own(slug) changing=changing /> }.drawn()
        }
        _ => return None,
    })
}

/// Finding a service, sending a form, and following a request.
pub fn around(page: Page<'_>) -> Option<AnyView> {
    let own = ToOwned::to_owned;
    Some(match page {
        Page::Home => view! { <HomePage /> }.drawn(),
        Page::Check { id } => view! { <CheckPage id=own(id) /> }.drawn(),
        Page::Help => view! { <HelpPage /> }.drawn(),
        Page::Performance => view! { <PerformancePage /> }.drawn(),
        Page::Find => view! { <FindPage /> }.drawn(),
        Page::Request { key } => view! { <RequestPage key=own(key) /> }.drawn(),
        Page::Sent { key } => view! { <SentPage key=own(key) /> }.drawn(),
        Page::Reopen { key } => view! { <ReopenPage key=own(key) /> }.drawn(),
        Page::Withdraw { key } => view! { <WithdrawPage key=own(key) /> }.drawn(),
        _ => return None,
    })
}
