//! The same pages, drawn by the server: what is on the screen before the app has started, and all there is where it
//! never does.

#[cfg(feature = "ssr")]
use domain::api::council::{Boot, CouncilView};
use domain::api::drafts::Posted;
use domain::api::helpers::for_whom;
use leptos::prelude::*;

use crate::api::{consent, follow, nearby, performance, places};
use crate::components::nearby::{OPEN, SAME, TOLD};
use crate::paths::Page;

#[cfg(feature = "ssr")]
use crate::account;
#[cfg(feature = "ssr")]
use crate::app::{App, around, forms};
#[cfg(feature = "ssr")]
use crate::components::layout::{Column, Layout, phone_link};
#[cfg(feature = "ssr")]
use crate::live::Drawn as _;
#[cfg(feature = "ssr")]
use crate::pages::bills::{self, Bill};
#[cfg(feature = "ssr")]
use crate::pages::contract::{self as work, Work};
#[cfg(feature = "ssr")]
use crate::pages::permit::{self as given_page, Permit};
#[cfg(feature = "ssr")]
use crate::pages::permit_zone::{self, Zones};
#[cfg(feature = "ssr")]
use crate::pages::receipt::{self as paid, Receipt};
#[cfg(feature = "ssr")]
use crate::pages::slip::{self, Slip};
#[cfg(feature = "ssr")]
use crate::state::{boot, drafts, uploads};

/// Where the page is that is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Its path, with the query behind it.
    pub address: String,
    /// The address of the portal, without a slash at the end.
    pub origin: String,
}

/// A page as the server sends it.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Its title.
    pub title: String,
    /// What stands in the app's place.
    pub html: String,
}

/// Where we are.
#[must_use]
pub(crate) fn given() -> Given {
    use_context().unwrap_or_default()
}

/// Where the API has what a page asks for first, given what was posted. Each app knows its own pages only.
pub type Needs = fn(Page<'_>, Option<&Posted>) -> Vec<String>;

/// The same for any page.
#[cfg(feature = "ssr")]
#[must_use]
pub fn needs(page: Page<'_>, posted: Option<&Posted>) -> Vec<String> {
    match page {
        Page::Start { .. } | Page::Step { .. } => needs_of_forms(page, posted),
        Page::Account { .. } => account::needs(page, posted),
        _ => needs_around(page),
    }
}

/// For the questions of a form.
#[must_use]
pub fn needs_of_forms(_: Page<'_>, posted: Option<&Posted>) -> Vec<String> {
    let Some(posted) = posted else { return Vec::new() };
    let postcode = looked_for(posted);
    let near = told_near(posted).map(|(position, street)| nearby::near_at(&posted.service, position, street));
    let addresses = (!postcode.is_empty()).then(|| places::addresses_at(&postcode));
    near.into_iter().chain(addresses).collect()
}

/// For everything around a form.
#[must_use]
pub fn needs_around(page: Page<'_>) -> Vec<String> {
    match page {
        Page::Home => vec!["/api/services".to_owned()],
        Page::Sent { key } => vec![follow::address(key, ""), consent::INVITE.to_owned()],
        // Somebody who fills it in for another decides nothing about their details.
        Page::Check { id } if for_whom(id).is_none() => vec![consent::INVITE.to_owned()],
        Page::Request { key } | Page::Withdraw { key } | Page::Reopen { key } => {
            vec![follow::address(key, "")]
        }
        Page::Performance => vec![performance::PUBLISHED.to_owned()],
        _ => Vec::new(),
    }
}

/// The position and the street near which somebody may have told us already, where the page says who.
#[must_use]
pub fn told_near(posted: &Posted) -> Option<(&str, &str)> {
    let (verb, rest) = posted.opened.split_once(':')?;
    let question = rest.split(':').next().filter(|_| matches!(verb, OPEN | SAME | TOLD))?;
    let part = |part: &str| posted.answers.get(&format!("{question}.{part}"));
    let place = (part("position"), part("street_id"));
    (place != ("", "")).then_some(place)
}

/// The postcode whose addresses were looked for; empty when none were.
#[must_use]
pub fn looked_for(posted: &Posted) -> String {
    let path = posted.opened.strip_prefix("find:");
    path.map_or_else(String::new, |path| posted.answers.get(&format!("{path}.postcode")).to_owned())
}

/// Draws a page. `replies` is what the API replies to the questions that the page asks.
#[cfg(feature = "ssr")]
#[must_use]
pub fn draw(boot: Boot, given: Given, replies: Vec<boot::Reply>) -> Drawn {
    drawn(move || {
        provide_context(given);
        boot::provide_replies(replies);
        drafts::provide();
        uploads::provide();
        let any = |page: Page<'_>| forms(page).or_else(|| around(page)).or_else(|| account::draw(page));
        view! { <App boot=boot draw=any /> }.into_any()
    })
}

/// Draws the page that says that something went wrong, and why; with what was written, so that it can be copied.
#[cfg(feature = "ssr")]
#[must_use]
pub fn sorry(council: CouncilView, why: &str, written: &str) -> Drawn {
    let (why, written) = (why.to_owned(), written.to_owned());
    drawn(move || {
        crate::a11y::provide(&council.name);
        crate::a11y::use_page(|| "Sorry, there is a problem".to_owned());
        let phone = phone_link(&council.contact.phone);
        let page = view! {
            <Layout council=council path=String::new()>
                <Column>
                    <h1 class="govuk-heading-l">"Sorry, there is a problem"</h1>
                    <p>{why}</p>
                    <p>"Go back and try again, or ring us on "{phone}"."</p>
                    {(!written.is_empty()).then(|| view! {
                        <h2 class="govuk-heading-m">"What you wrote"</h2>
                        <p class="govuk-inset-text portico-typed">{written}</p>
                    }.drawn())}
                </Column>
            </Layout>
        };
        page.drawn()
    })
}

/// Draws the page that says that what was here is over, and what to do.
#[cfg(feature = "ssr")]
#[must_use]
pub fn over(council: CouncilView, why: &str) -> Drawn {
    let why = why.to_owned();
    drawn(move || {
        crate::a11y::provide(&council.name);
        crate::a11y::use_page(|| "This link does not work any more".to_owned());
        view! {
            <Layout council=council path=String::new()>
                <Column>
                    <h1 class="govuk-heading-l">"This link does not work any more"</h1>
                    <p>{why}</p>
                </Column>
            </Layout>
        }
        .drawn()
    })
}

/// Draws the page of a piece of work that was given to a contractor.
#[cfg(feature = "ssr")]
#[must_use]
pub fn contract(council: CouncilView, mut work: Work) -> Drawn {
    drawn(move || {
        crate::a11y::provide(&council.name);
        boot::provide_posted(work.posted.take());
        view! { <Layout council=council path=String::new()>{work::draw(work)}</Layout> }.drawn()
    })
}

/// Draws a page about a bill: finding it, or what is due.
#[cfg(feature = "ssr")]
#[must_use]
pub fn bill(council: CouncilView, mut bill: Bill) -> Drawn {
    drawn(move || {
        crate::a11y::provide(&council.name);
        boot::provide_posted(bill.take_posted());
        view! { <Layout council=council path=String::new()>{bills::draw(bill)}</Layout> }.drawn()
    })
}

/// Draws the page that says which permit zone a home is in.
#[cfg(feature = "ssr")]
#[must_use]
pub fn permit_zone(council: CouncilView, zones: Zones) -> Drawn {
    drawn(move || {
        crate::a11y::provide(&council.name);
        view! { <Layout council=council path=String::new()>{permit_zone::draw(zones)}</Layout> }.drawn()
    })
}

/// Draws the receipt of a request.
#[cfg(feature = "ssr")]
#[must_use]
pub fn receipt(council: CouncilView, receipt: Receipt) -> Drawn {
    drawn(move || {
        crate::a11y::provide(&council.name);
        view! { <Layout council=council path=String::new()>{paid::draw(receipt)}</Layout> }.drawn()
    })
}

/// Draws what a request gave.
#[cfg(feature = "ssr")]
#[must_use]
pub fn permit(council: CouncilView, permit: Permit) -> Drawn {
    drawn(move || {
        crate::a11y::provide(&council.name);
        boot::provide_posted(permit.posted.clone());
        view! { <Layout council=council path=String::new()>{given_page::draw(permit)}</Layout> }.drawn()
    })
}

/// Draws the slip of a request.
#[cfg(feature = "ssr")]
#[must_use]
pub fn slip(council: CouncilView, posted: Option<Posted>, slip: Slip) -> Drawn {
    drawn(move || {
        crate::a11y::provide(&council.name);
        boot::provide_posted(posted);
        view! { <Layout council=council path=String::new()>{slip::draw(slip)}</Layout> }.drawn()
    })
}

/// Draws something on its own, and leaves nothing of it behind.
#[cfg(feature = "ssr")]
fn drawn(page: impl FnOnce() -> AnyView) -> Drawn {
    let owner = Owner::new();
    let drawn = owner.with(|| {
        let html = page().to_html();
        // Marks by which an app would find its places again: ours draws anew. No text holds them, for a `<` of a text
        // is written `&lt;`.
        let html = html.replace("<!--<() />-->", "").replace("<!>", "");
        Drawn { title: crate::a11y::page_title(), html }
    });
    // What belongs to a page may hold on to it, such as the photos that go on when a question is left: it would never
    // end by itself.
    owner.cleanup();
    drawn
}
