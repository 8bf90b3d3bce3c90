//! The request that is open: one state for all of its pages, kept up to date by the server's stream.

use domain::api::follow::Entry;
use domain::api::staff::StaffCase;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portico_app::a11y;
use portico_app::api::{ApiProblem, events};
use portico_app::components::timeline;
use uuid::Uuid;

use crate::live::{self, Live};
use crate::session::{self, Session};
use crate::{api, paths};

/// The request that is open.
#[derive(Clone, Copy, Debug)]
pub struct Handle {
    /// Who looks at it.
    pub session: Session,
    id: Memo<Option<Uuid>>,
    live: Live<StaffCase>,
    notice: RwSignal<Option<String>>,
}

/// Opens the request that the address names and puts it into the contexts.
pub fn provide() -> Handle {
    let session = session::use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").and_then(|id| Uuid::try_parse(id).ok()))
    });
    let live = live::keep(session, move || {
        let id = id.get();
        async move {
            match id {
                Some(id) => api::request(id).await,
                None => {
                    Err(ApiProblem { status: 404, code: "not_found".to_owned(), ..ApiProblem::default() })
                }
            }
        }
    });
    let handle = Handle { session, id, live, notice: RwSignal::new(None) };
    provide_context(handle);
    Effect::new(move |_| {
        if let Some(id) = id.get() {
            events::watch(&api::events(id), move |seq| handle.heard(seq));
        }
    });
    handle.say_news();
    handle
}

/// The request that is open.
#[must_use]
pub fn use_handle() -> Handle {
    expect_context()
}

impl Handle {
    /// Whether the request of the address has been read.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.current().is_some()
    }

    /// Why it can't be had.
    #[must_use]
    pub fn problem(self) -> Option<ApiProblem> {
        self.live.problem().get()
    }

    /// Draws a page of the request. Its parts follow the request; the page itself is drawn once, so that
    /// nothing typed is lost and the focus stays where it is.
    pub fn draw(self, page: impl FnOnce(Memo<StaffCase>) -> AnyView) -> AnyView {
        // Pages are only drawn once it is known.
        let Some(first) = untrack(|| self.current()) else { return ().into_any() };
        page(Memo::new(move |_| self.current().unwrap_or_else(|| first.clone())))
    }

    /// The request as it is known now.
    #[must_use]
    pub fn now(self) -> Option<StaffCase> {
        untrack(|| self.current())
    }

    /// Asks for its state again.
    pub fn refresh(self) {
        self.live.refresh();
    }

    /// Takes its state as an action left it.
    pub fn set(self, case: StaffCase) {
        self.live.set(case);
    }

    /// Says on the request's own page that something was done.
    pub fn notify(self, words: impl Into<String>) {
        self.notice.try_set(Some(words.into()));
    }

    /// What was just done.
    #[must_use]
    pub fn notice(self) -> ReadSignal<Option<String>> {
        self.notice.read_only()
    }

    /// The notice has been read.
    pub fn forget_notice(self) {
        self.notice.try_set(None);
    }

    /// Goes to the request's own page, in place of this one; to the queue, where it can be seen no more.
    pub fn show(self, id: Uuid) {
        let is_gone = self.now().is_some_and(|case| case.gone);
        if is_gone {
            self.session.replace(&self.session.queue());
        } else {
            self.session.replace(&paths::request(id));
        }
    }

    fn current(self) -> Option<StaffCase> {
        let id = self.id.get();
        self.live.value().with(|case| case.as_ref().filter(|case| Some(case.id) == id).cloned())
    }

    fn heard(self, seq: Option<u32>) {
        let known =
            self.live.value().try_with_untracked(|case| case.as_ref().map(|case| case.request.seq)).flatten();
        if seq.is_none_or(|seq| known.is_none_or(|known| known < seq)) {
            self.refresh();
        }
    }

    /// Says aloud what somebody else did while the request is open.
    fn say_news(self) {
        let announcer = a11y::use_announcer();
        Effect::new(move |before: Option<Option<(Uuid, u32)>>| {
            let now = self.current()?;
            let latest = now.request.timeline.last()?;
            let mine = latest.staff.as_ref() == Some(&self.session.name());
            let is_news = |(id, seq)| id == now.id && seq < latest.seq;
            if before.flatten().is_some_and(is_news) && !mine {
                announcer.say(news(latest));
            }
            Some((now.id, latest.seq))
        });
    }
}

fn news(entry: &Entry) -> String {
    format!("News: {}", timeline::title(entry, true))
}
