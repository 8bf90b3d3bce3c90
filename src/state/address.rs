//! Where in the app we are, and going elsewhere. The browser's own history: Back and Forward work, and links are
//! plain links.

use leptos::prelude::*;
use leptos_router::location::{BrowserUrl, LocationChange, LocationProvider as _, Url};

use crate::live::react;

/// The address in the browser's bar.
#[derive(Clone, Copy)]
pub struct Address(StoredValue<BrowserUrl>);

/// Puts the address into the contexts, and from now on has links of the app opened by the app.
///
/// # Panics
/// Where there is no address bar.
#[must_use]
#[expect(clippy::expect_used, reason = "without one there is no app")]
pub fn provide() -> Address {
    let browser = BrowserUrl::new().expect("a browser has an address bar");
    browser.init(None);
    let url = browser.as_url().clone();
    let address = Address(StoredValue::new(browser));
    provide_context(address);
    // A link that was followed appears in the bar once its page is drawn.
    react(move || {
        url.track();
        address.0.with_value(BrowserUrl::ready_to_complete);
    });
    address
}

/// The address.
#[must_use]
pub fn use_address() -> Address {
    expect_context()
}

/// Loads a page from the server: one of another app.
pub fn load(path: &str) {
    let _ = window().location().assign(path);
}

impl Address {
    /// The path, beginning with a slash.
    #[must_use]
    pub fn path(self) -> Signal<String> {
        self.part(|url| url.path().to_owned()).into()
    }

    /// The path with the query behind it, if there is one. What stands behind a `#` makes no other page.
    #[must_use]
    pub fn page(self) -> Memo<String> {
        self.part(|url| match url.search() {
            "" => url.path().to_owned(),
            query => format!("{}?{query}", url.path()),
        })
    }

    fn part(self, part: fn(&Url) -> String) -> Memo<String> {
        let url = self.0.with_value(|browser| browser.as_url().clone());
        Memo::new(move |_| url.with(part))
    }

    /// Goes to a page of the app.
    pub fn go(self, path: &str) {
        self.change(path, false);
    }

    /// Goes to a page in place of this one: "Back" does not lead here.
    pub fn replace(self, path: &str) {
        self.change(path, true);
    }

    fn change(self, path: &str, replace: bool) {
        let Ok(url) = BrowserUrl::parse(path) else { return };
        self.0.with_value(|browser| {
            browser.as_url().set(url);
            browser.complete_navigation(&LocationChange {
                value: path.to_owned(),
                replace,
                ..LocationChange::default()
            });
        });
    }
}
