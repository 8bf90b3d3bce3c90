//! The frame of every page.

use domain::api::council::CouncilView;
use leptos::prelude::*;

use super::button::BackLink;
use super::messages::Messages;
use crate::a11y::AnnouncerRegion;
use crate::live::Drawn as _;
use crate::paths;

/// Header, key messages, the page, footer.
#[component]
pub fn Layout(
    /// The council whose pages these are.
    council: CouncilView,
    /// Where we are.
    #[prop(into)]
    path: Signal<String>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let messages = view! { <Messages messages=council.messages.clone() demo=council.demo path=path /> };
    view! {
        <header>
            <a class="govuk-skip-link" href="#main" rel="external">"Skip to main content"</a>
            <div class="portico-header">
                <div class="govuk-width-container">
                    <a class="portico-header__home" href=paths::HOME>{council.name.clone()}</a>
                </div>
            </div>
            {navigation(path)}
        </header>
        {messages}
        <div class="portico-page__middle">{children()}</div>
        {footer(council)}
        <AnnouncerRegion />
    }
    .drawn()
}

fn navigation(path: Signal<String>) -> AnyView {
    let item = |href: &'static str, words: &'static str| {
        let place = Signal::derive(move || {
            path.with(|path| match path.strip_prefix(href) {
                Some("") => Some("page".to_owned()),
                Some(rest) if href != paths::HOME && rest.starts_with('/') => Some("true".to_owned()),
                _ => None,
            })
        });
        let active = Signal::derive(move || place.with(Option::is_some));
        view! {
            <li class="govuk-service-navigation__item" class:govuk-service-navigation__item--active=active>
                <a class="govuk-service-navigation__link" href=href aria-current=place>{words}</a>
            </li>
        }
    };
    view! {
        <div class="govuk-service-navigation">
            <div class="govuk-width-container">
                <nav aria-label="Menu" class="govuk-service-navigation__wrapper">
                    <ul class="govuk-service-navigation__list">
                        {item(paths::HOME, "Home")} {item(paths::FOLLOW, "Follow a request")} {item(paths::ACCOUNT, "Your account")} {item(paths::HELP, "Help")}
                    </ul>
                </nav>
            </div>
        </div>
    }
    .drawn()
}

fn footer(council: CouncilView) -> AnyView {
    let CouncilView { name, contact, .. } = council;
    view! {
        <footer class="portico-footer">
            <div class="govuk-width-container">
                <ul>
                    <li>{phone_link(&contact.phone)}" ("{contact.hours}")"</li>
                    <li><a href=format!("mailto:{}", contact.email)>{contact.email.clone()}</a></li>
                    <li><a href=paths::HELP>"Help and accessibility"</a></li>
                </ul>
                <p>{name}", "{contact.address}</p>
            </div>
        </footer>
    }
    .drawn()
}

/// A phone number that can be pressed.
#[must_use]
pub fn phone_link(number: &str) -> AnyView {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    view! { <a href=format!("tel:{digits}")>{number.to_owned()}</a> }.drawn()
}

/// A page of text and questions: a column that is good to read, with the way back above it.
#[component]
pub fn Column(
    /// Where "Back" leads, if it is shown.
    #[prop(into, optional)]
    back: Option<Signal<String>>,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="govuk-width-container">
            {back.map(|href| view! { <nav aria-label="Back"><BackLink href=href /></nav> }.drawn())}
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                <div class="govuk-grid-row">
                    <div class="govuk-grid-column-two-thirds">{children()}</div>
                </div>
            </main>
        </div>
    }
    .drawn()
}
