//! The frame of every page of the staff app: who is here, and the way out.

use domain::api::council::CouncilView;
use leptos::{prelude::*, task::spawn_local};
use portico_app::a11y::AnnouncerRegion;
use portico_app::components::messages::Messages;

use crate::session::{self, Session};
use crate::{keys, paths};

/// Header, key messages, the page, footer.
#[component]
pub fn Frame(
    /// The council.
    council: CouncilView,
    /// Where we are.
    #[prop(into)]
    path: Signal<String>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let session = session::use_session();
    view! {
        <a class="govuk-skip-link" href="#main" rel="external">"Skip to main content"</a>
        <header>
            <div class="portico-header">
                <div class="govuk-width-container">
                    <a class="portico-header__home" href=paths::QUEUE>{council.name.clone()}" staff"</a>
                </div>
            </div>
            {navigation(session, path)}
        </header>
        // What residents are told is not for staff; where the codes of a demonstration come to is.
        <Messages messages=Vec::new() demo=council.demo path=path />
        <div class="portico-page__middle">{children()}</div>
        <footer class="portico-footer">
            <div class="govuk-width-container">
                <ul>
                    // Another app: the browser loads it.
                    <li><a href="/" rel="external">"What residents see"</a></li>
                    <li><a href="/help" rel="external">"Help and accessibility"</a></li>
                </ul>
                <p>{council.name}</p>
            </div>
        </footer>
        <AnnouncerRegion />
    }
}

/// The menu, once somebody is signed in.
fn navigation(session: Session, path: Signal<String>) -> AnyView {
    let is_request =
        |path: &str| ["/staff/requests/", "/staff/shared/"].iter().any(|start| path.starts_with(start));
    let place = move |address: &'static str| match path.get().trim_end_matches('/') {
        path if path == address => Some("page"),
        path if address == paths::QUEUE && (is_request(path) || path == paths::BULK) => Some("true"),
        paths::REPEATS | paths::CONTACT_FIGURES if address == paths::CONTACTS => Some("true"),
        _ => None,
    };
    let item = move |(address, label): (&'static str, &'static str)| {
        view! {
            <li class="govuk-service-navigation__item" class=("govuk-service-navigation__item--active", move || place(address).is_some())>
                <a
                    class="govuk-service-navigation__link" href=address aria-current=move || place(address)
                    aria-keyshortcuts=(address == paths::QUEUE).then_some("q")
                >{label}</a>
            </li>
        }
    };
    let menu = move || {
        let me = session.me().get()?;
        let menu = view! {
            <div class="govuk-service-navigation">
                <div class="govuk-width-container portico-staff-menu">
                    <nav aria-label="Menu" class="govuk-service-navigation__wrapper">
                        <ul class="govuk-service-navigation__list">
                            {paths::menu(me.role, me.answers).into_iter().map(item).collect_view()}
                        </ul>
                    </nav>
                    <div class="portico-staff-menu__me">
                        <span><bdi>{me.name}</bdi>", "{me.department}</span>
                        <a href=paths::SESSIONS>"Where you are signed in"</a>
                        <a href=paths::SECURITY>"Security"</a>
                        <button type="button" class="portico-link-button" on:click=|_| keys::show()>"Keyboard shortcuts"</button>
                        <SignOut session=session />
                    </div>
                </div>
            </div>
        };
        Some(menu.into_any())
    };
    menu.into_any()
}

#[component]
fn SignOut(session: Session) -> impl IntoView {
    let failed = RwSignal::new(false);
    let leave = move |_| {
        failed.set(false);
        spawn_local(async move {
            let gone = session.sign_out().await.is_ok();
            failed.try_set(!gone);
        });
    };
    view! {
        <button type="button" class="portico-link-button" on:click=leave>"Sign out"</button>
        <div role="alert">
            {move || failed.get().then(|| view! {
                <p class="govuk-error-message">"You are still signed in: we could not reach the server. Try again"</p>
            })}
        </div>
    }
}
