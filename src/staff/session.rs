//! Who is signed in, and the ways in and out.

use std::collections::BTreeSet;

use domain::api::staff::Me;
use domain::api::workspace::QueueFilter;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use portico_app::api::ApiProblem;
use uuid::Uuid;

use crate::paths;
use crate::{api, browser};

const EMAIL: &str = "portico:staff:email";
const CHOSEN: &str = "portico:staff:chosen";

/// The session, as far as the browser knows it.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    me: RwSignal<Option<Me>>,
    /// The address a code was sent to.
    email: RwSignal<String>,
    /// The person has just signed out, by their own wish.
    left: RwSignal<bool>,
    /// Which part of the queue was looked at last.
    filter: StoredValue<QueueFilter>,
    /// The requests that are chosen, to do the same to each.
    chosen: RwSignal<BTreeSet<Uuid>>,
    here: Signal<String>,
    navigate: Callback<(String, bool)>,
}

/// Puts the session into the contexts; called once, inside of the router.
pub fn provide() -> Session {
    let location = use_location();
    let here = Signal::derive(move || {
        let (path, search) = (location.pathname.get(), location.search.get());
        match search.trim_start_matches('?') {
            "" => path,
            search => format!("{path}?{search}"),
        }
    });
    let navigate = use_navigate();
    let navigate = Callback::new(move |(path, replace): (String, bool)| {
        navigate(&path, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    });
    let session = Session {
        me: RwSignal::new(None),
        email: RwSignal::new(browser::read(EMAIL).unwrap_or_default()),
        left: RwSignal::new(false),
        filter: StoredValue::new(QueueFilter::default()),
        chosen: RwSignal::new(browser::read(CHOSEN).unwrap_or_default()),
        here,
        navigate,
    };
    provide_context(session);
    session
}

/// The session.
#[must_use]
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// Who is signed in, if that is known.
    #[must_use]
    pub fn me(self) -> ReadSignal<Option<Me>> {
        self.me.read_only()
    }

    /// The page that is open.
    #[must_use]
    pub fn here(self) -> String {
        self.here.get_untracked()
    }

    /// The name of who is signed in.
    #[must_use]
    pub fn name(self) -> String {
        self.me.with_untracked(|me| me.as_ref().map(|me| me.name.clone())).unwrap_or_default()
    }

    /// Asks who is signed in. Somebody else than before starts from nothing.
    ///
    /// # Errors
    /// [`ApiProblem`] when nobody can say; nobody being signed in is none, that leads to the sign-in.
    pub async fn ask(self) -> Result<(), ApiProblem> {
        let Some(reply) = self.pass(api::me().await) else { return Ok(()) };
        let now = reply?;
        match self.me.get_untracked() {
            Some(before) if before.id != now.id => browser::reload(),
            Some(before) if before == now => {}
            _ => self.me.set(Some(now)),
        }
        Ok(())
    }

    /// Looks at a reply: when it says that nobody is signed in, goes to the sign-in, and back here later.
    pub fn pass<T>(self, reply: Result<T, ApiProblem>) -> Option<Result<T, ApiProblem>> {
        match reply {
            Err(problem) if problem.status == 401 => {
                let here = self.here.get_untracked();
                // Several calls may find it out at the same time.
                if !here.starts_with(paths::SIGN_IN) {
                    self.me.set(None);
                    self.replace(&paths::with_next(paths::SIGN_IN, Some(&here)));
                }
                None
            }
            reply => Some(reply),
        }
    }

    /// Signs out and leaves nothing behind.
    ///
    /// # Errors
    /// [`ApiProblem`] when the server could not be told: then the session goes on.
    pub async fn sign_out(self) -> Result<(), ApiProblem> {
        self.leave(api::sign_out().await)
    }

    /// Signs out here and everywhere else.
    ///
    /// # Errors
    /// [`ApiProblem`] when the server could not be told: then the sessions go on.
    pub async fn sign_out_everywhere(self) -> Result<(), ApiProblem> {
        self.leave(api::sign_out_everywhere().await)
    }

    fn leave(self, reply: Result<(), ApiProblem>) -> Result<(), ApiProblem> {
        match reply {
            Err(problem) if problem.status != 401 => Err(problem),
            _ => {
                browser::forget_all();
                self.email.set(String::new());
                self.chosen.set(BTreeSet::new());
                self.left.set(true);
                self.me.set(None);
                self.replace(paths::SIGN_IN);
                Ok(())
            }
        }
    }

    /// The address a code was sent to.
    #[must_use]
    pub fn email(self) -> ReadSignal<String> {
        self.email.read_only()
    }

    /// Remembers the address a code was sent to, over a reload too.
    pub fn set_email(self, email: String) {
        browser::write(EMAIL, &email);
        self.email.set(email);
    }

    /// Whether the person has just signed out. Said once.
    #[must_use]
    pub fn take_left(self) -> bool {
        self.left.try_update_untracked(std::mem::take).unwrap_or_default()
    }

    /// Which part of the queue to go back to.
    #[must_use]
    pub fn queue(self) -> String {
        self.filter.with_value(paths::queue)
    }

    /// Remembers which part of the queue is looked at.
    pub fn set_filter(self, filter: QueueFilter) {
        self.filter.set_value(filter);
    }

    /// The requests that are chosen, to do the same to each.
    #[must_use]
    pub fn chosen(self) -> ReadSignal<BTreeSet<Uuid>> {
        self.chosen.read_only()
    }

    /// Chooses other requests, and remembers them over a reload.
    pub fn choose(self, change: impl FnOnce(&mut BTreeSet<Uuid>)) {
        self.chosen.try_update(change);
        self.chosen.with_untracked(|chosen| browser::write(CHOSEN, chosen));
    }

    /// Goes to a page.
    pub fn go(self, path: &str) {
        self.navigate.run((path.to_owned(), false));
    }

    /// Goes to a page in place of this one: "Back" does not lead here.
    pub fn replace(self, path: &str) {
        self.navigate.run((path.to_owned(), true));
    }
}
