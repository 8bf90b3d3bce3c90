//! The resident app: what all pages share, and every address it has, on one screen.

use domain::api::council::Boot;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{hooks::use_location, path};

use crate::a11y;
use crate::components::layout::{Column, Layout};
use crate::components::load::not_found;
use crate::pages::{
    check::CheckPage, find::FindPage, help::HelpPage, home::HomePage, request::RequestPage, sent::SentPage,
    start::StartPage, step::StepPage, stopped::StoppedPage, withdraw::WithdrawPage,
};
use crate::state::{boot, drafts, services, uploads};

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
    view! { <Router><Pages council=council /></Router> }
}

#[component]
fn Pages(council: domain::api::council::CouncilView) -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <Layout council=council path=path>
            <FlatRoutes fallback=|| view! { <Column>{not_found()}</Column> }>
                <Route path=path!("/") view=HomePage />
                <Route path=path!("/services/:id") view=StartPage />
                <Route path=path!("/services/:id/check") view=CheckPage />
                <Route path=path!("/services/:id/stopped/:stop") view=StoppedPage />
                <Route path=path!("/services/:id/:step") view=StepPage />
                <Route path=path!("/follow") view=FindPage />
                <Route path=path!("/follow/:key") view=RequestPage />
                <Route path=path!("/follow/:key/sent") view=SentPage />
                <Route path=path!("/follow/:key/withdraw") view=WithdrawPage />
                <Route path=path!("/help") view=HelpPage />
            </FlatRoutes>
        </Layout>
    }
}
