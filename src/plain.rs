//! The same pages, drawn by the server: what is on the screen before the app has started, and all there is where it
//! never does.

#[cfg(feature = "ssr")]
use domain::api::council::Boot;
use domain::api::council::Posted;
use leptos::prelude::*;

use crate::api::{follow, places};
use crate::paths::Page;

#[cfg(feature = "ssr")]
use crate::app::{App, around, forms};
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

/// Where the API has what a page asks for first.
#[must_use]
pub fn needs(page: Page<'_>, posted: Option<&Posted>) -> Vec<String> {
    match page {
        Page::Home => vec!["/api/services".to_owned()],
        Page::Request { key } | Page::Sent { key } | Page::Withdraw { key } => vec![follow::address(key, "")],
        Page::Start { .. } | Page::Step { .. } => {
            let postcode = posted.map(looked_for).filter(|postcode| !postcode.is_empty());
            postcode.map(|postcode| places::addresses_at(&postcode)).into_iter().collect()
        }
        Page::Check { .. } | Page::Find | Page::Help => Vec::new(),
    }
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
    let owner = Owner::new();
    owner.with(|| {
        provide_context(given);
        boot::provide_replies(replies);
        drafts::provide();
        uploads::provide();
        let any = |page: Page<'_>| forms(page).or_else(|| around(page));
        let html = view! { <App boot=boot draw=any /> }.to_html();
        // Marks by which an app would find its places again: ours draws anew. No text holds them, for a `<` of a text is
        // written `&lt;`.
        let html = html.replace("<!--<() />-->", "").replace("<!>", "");
        Drawn { title: crate::a11y::page_title(), html }
    })
}
