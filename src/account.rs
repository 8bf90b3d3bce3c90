//! The pages of an account: one table of what stands below `/account`. Only the app `account` and the server know it; to
//! the forms they are one address.

use leptos::prelude::*;

use crate::api::account::ADDRESS;
use crate::api::{consent, identity};
use crate::components::layout::Column;
use crate::components::load::not_found;
use crate::live::Drawn as _;
use crate::pages::{
    account::AccountPage, account_code::AccountCodePage, account_identity::AccountIdentityPage,
    account_looked::AccountLookedPage, account_sharing::AccountSharingPage,
};
use crate::paths::{self, Page};

/// A page of the account.
pub struct Place {
    /// What stands behind `/account/`; empty for the first page.
    pub slug: &'static str,
    /// How the menu calls it; none where it is not in it.
    pub title: Option<&'static str>,
    /// Where the API has what it shows first.
    pub asks: Option<&'static str>,
    /// It is for somebody who is signed in. Others are led to sign in, and back.
    pub own: bool,
    /// Draws it.
    pub draw: fn() -> AnyView,
}

/// Every page, in the order of the menu. A page of one's own has a line here, and one in the server's
/// `web/account.rs` for what it asks for.
pub const PLACES: &[Place] = &[
    Place {
        slug: "",
        title: Some("Your requests"),
        asks: Some(ADDRESS),
        own: false,
        draw: || view! { <AccountPage /> }.drawn(),
    },
    Place {
        slug: "code",
        title: None,
        asks: None,
        own: false,
        draw: || view! { <AccountCodePage /> }.drawn(),
    },
    Place {
        slug: "identity",
        title: Some("Who you are"),
        asks: Some(identity::ADDRESS),
        // It says itself why to sign in, and for which form.
        own: false,
        draw: || view! { <AccountIdentityPage /> }.drawn(),
    },
    Place {
        slug: "sharing",
        title: Some("Who may see them"),
        asks: Some(consent::ADDRESS),
        own: true,
        draw: || view! { <AccountSharingPage /> }.drawn(),
    },
    Place {
        slug: "who-looked",
        title: Some("Who looked"),
        asks: Some(consent::LOOKED),
        own: true,
        draw: || view! { <AccountLookedPage /> }.drawn(),
    },
];

/// The page of this name.
#[must_use]
pub fn find(slug: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.slug == slug)
}

/// Where the API has what a page asks for first.
#[must_use]
pub fn needs(page: Page<'_>) -> Vec<String> {
    let Page::Account { page } = page else { return Vec::new() };
    // The first page asks what was not answered yet, too.
    let invite = page.is_empty().then_some(consent::INVITE);
    find(page).and_then(|place| place.asks).into_iter().chain(invite).map(ToOwned::to_owned).collect()
}

/// Draws a page of the account; none when it is a page of another app.
#[must_use]
pub fn draw(page: Page<'_>) -> Option<AnyView> {
    let Page::Account { page } = page else { return None };
    Some(match find(page) {
        Some(place) if place.own => view! {
            <div class="govuk-width-container">{menu(place.slug)}</div>
            {(place.draw)()}
        }
        .into_any(),
        Some(place) => (place.draw)(),
        None => view! { <Column>{not_found()}</Column> }.drawn(),
    })
}

/// The pages of the account, side by side. `here` is the one that is shown.
#[must_use]
pub fn menu(here: &str) -> AnyView {
    let items = PLACES.iter().filter_map(|place| {
        let title = place.title?;
        let href = if place.slug.is_empty() { paths::ACCOUNT.to_owned() } else { paths::account(place.slug) };
        let current = (place.slug == here).then_some("page");
        Some(view! { <li><a class="govuk-link" href=href aria-current=current>{title}</a></li> }.drawn())
    });
    view! { <nav aria-label="Your account"><ul class="portico-menu">{items.collect_view()}</ul></nav> }
        .drawn()
}
