//! The pages of an account: one table of what stands below `/account`. Only the app `account` and the server know it; to
//! the forms they are one address.

use domain::api::drafts::Posted;
use leptos::prelude::*;

use crate::api::account::{self, ADDRESS, SECURITY, WAYS};
use crate::api::{alerts, consent, helpers, identity, payments, privacy, profile};
use crate::components::bell::bell;
use crate::components::layout::Column;
use crate::components::load::not_found;
use crate::live::Drawn as _;
use crate::pages::account_email::{self, AccountEmailCodePage, AccountEmailPage};
use crate::pages::account_privacy::{
    self, AccountCloseCodePage, AccountClosePage, AccountClosedPage, AccountPrivacyPage,
};
use crate::pages::{
    account::AccountPage, account_acting::AccountActingPage, account_alerts::AccountAlertsPage,
    account_code::AccountCodePage, account_details::AccountDetailsPage, account_device::AccountDevicePage,
    account_helpers::AccountHelpersPage, account_identity::AccountIdentityPage,
    account_looked::AccountLookedPage, account_notices::AccountNoticesPage,
    account_payments::AccountPaymentsPage, account_security::AccountSecurityPage,
    account_sharing::AccountSharingPage,
};
use crate::paths::{self, Page};
use crate::plain;

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
        slug: NOTICES,
        title: Some("What is new"),
        asks: Some(alerts::NOTICES),
        own: true,
        draw: || view! { <AccountNoticesPage /> }.drawn(),
    },
    Place {
        slug: "payments",
        title: Some("Your payments"),
        asks: Some(payments::HISTORY),
        own: true,
        draw: || view! { <AccountPaymentsPage /> }.drawn(),
    },
    Place {
        slug: "alerts",
        title: Some("How we tell you"),
        asks: Some(alerts::ADDRESS),
        own: true,
        draw: || view! { <AccountAlertsPage /> }.drawn(),
    },
    Place {
        slug: DEVICE,
        title: None,
        asks: Some(alerts::ADDRESS),
        own: true,
        draw: || view! { <AccountDevicePage /> }.drawn(),
    },
    Place {
        slug: "details",
        title: Some("Your details"),
        asks: Some(profile::ADDRESS),
        own: true,
        draw: || view! { <AccountDetailsPage /> }.drawn(),
    },
    Place {
        slug: "helpers",
        title: Some("People who help you"),
        asks: Some(helpers::ADDRESS),
        own: true,
        draw: || view! { <AccountHelpersPage /> }.drawn(),
    },
    Place {
        slug: ACTING,
        title: None,
        asks: Some(helpers::ACTING),
        own: true,
        draw: || view! { <AccountActingPage /> }.drawn(),
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
    Place {
        slug: "security",
        title: Some("Signing in and security"),
        asks: Some(SECURITY),
        own: true,
        draw: || view! { <AccountSecurityPage /> }.drawn(),
    },
    Place {
        slug: account_privacy::PRIVACY,
        title: Some("Your data"),
        asks: None,
        own: true,
        draw: || view! { <AccountPrivacyPage /> }.drawn(),
    },
    Place {
        slug: account_email::EMAIL,
        title: None,
        asks: None,
        own: true,
        draw: || view! { <AccountEmailPage /> }.drawn(),
    },
    Place {
        slug: account_email::EMAIL_CODE,
        title: None,
        asks: None,
        own: true,
        draw: || view! { <AccountEmailCodePage /> }.drawn(),
    },
    Place {
        slug: account_privacy::CLOSE,
        title: None,
        asks: Some(privacy::CLOSE),
        own: true,
        draw: || view! { <AccountClosePage /> }.drawn(),
    },
    Place {
        slug: account_privacy::CLOSE_CODE,
        title: None,
        asks: None,
        own: true,
        draw: || view! { <AccountCloseCodePage /> }.drawn(),
    },
    Place {
        slug: account_privacy::CLOSED,
        title: None,
        asks: None,
        own: false,
        draw: || view! { <AccountClosedPage /> }.drawn(),
    },
];

/// What is new. The menu says how much.
const NOTICES: &str = "notices";

/// Having notifications sent to this device.
pub const DEVICE: &str = "device";

/// The one page with pages below it: a person's requests, each of them, and withdrawing it.
pub const ACTING: &str = "acting";

/// The page of this address, which is what stands behind `/account`.
#[must_use]
pub fn find(page: &str) -> Option<&'static Place> {
    let path = page.split('?').next().unwrap_or_default().trim_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    PLACES.iter().find(|place| place.slug == path || (place.slug == first && place.slug == ACTING))
}

/// What is typed into a page of questions about oneself is kept in the browser under this, and nobody else's there.
#[must_use]
pub fn draft_name(slug: &str, person: uuid::Uuid) -> String {
    format!("account-{slug}-{}", person.simple())
}

/// Where the API has what a page asks for first, given what was posted.
#[must_use]
pub fn needs(page: Page<'_>, posted: Option<&Posted>) -> Vec<String> {
    let Page::Account { page } = page else { return Vec::new() };
    let asks = find(page).and_then(|place| Some((place, place.asks?)));
    let own = asks.map(|(place, asks)| {
        let path = page.split('?').next().unwrap_or_default();
        let below = path.trim_end_matches('/').strip_prefix(place.slug).unwrap_or_default();
        // The page that withdraws a request shows the request.
        let below = below.strip_suffix("/withdraw").unwrap_or(below);
        // What is looked for is posted, and stands in no address that anybody sees.
        let looked = |id: &str| posted.map(|posted| posted.answers.get(id)).unwrap_or_default();
        let wanted =
            if place.slug.is_empty() { account::wanted(looked("q"), looked("page")) } else { String::new() };
        if wanted.is_empty() { format!("{asks}{below}") } else { format!("{asks}?{wanted}") }
    });
    // The first page is also where one signs in, and asks what was not answered yet.
    let is_first = page.split('?').next().is_some_and(str::is_empty);
    let more = [WAYS, consent::INVITE].into_iter().filter(|_| is_first).map(ToOwned::to_owned);
    let has_menu = is_first || find(page).is_some_and(|place| place.own);
    let more = more.chain(has_menu.then(|| alerts::UNREAD.to_owned()));
    own.into_iter().chain(more).chain(plain::needs_of_forms(Page::Account { page }, posted)).collect()
}

/// Draws a page of the account; none when it is a page of another app.
#[must_use]
pub fn draw(page: Page<'_>) -> Option<AnyView> {
    let Page::Account { page } = page else { return None };
    Some(match find(page) {
        Some(place) if place.own => view! {
            <div class="govuk-width-container">{menu(within(place.slug))}</div>
            {(place.draw)()}
        }
        .into_any(),
        Some(place) => (place.draw)(),
        None => view! { <Column>{not_found()}</Column> }.drawn(),
    })
}

/// The page of the menu that a page belongs to.
fn within(slug: &'static str) -> &'static str {
    match slug {
        ACTING => "helpers",
        DEVICE => "alerts",
        own => own,
    }
}

/// The pages of the account, side by side. `here` is the one that is shown.
#[must_use]
pub fn menu(here: &str) -> AnyView {
    let items = PLACES.iter().filter_map(|place| {
        let title = place.title?;
        let href = if place.slug.is_empty() { paths::ACCOUNT.to_owned() } else { paths::account(place.slug) };
        let current = (place.slug == here).then_some("page");
        let news = (place.slug == NOTICES).then(bell);
        Some(
            view! { <li><a class="govuk-link" href=href aria-current=current>{title}{news}</a></li> }.drawn(),
        )
    });
    view! { <nav aria-label="Your account"><ul class="portico-menu">{items.collect_view()}</ul></nav> }
        .drawn()
}
