//! Something from the server that is kept up to date while it is looked at.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use portico_app::api::ApiProblem;

use crate::browser;
use crate::session::Session;

/// The latest known state of something.
#[derive(Debug)]
pub struct Live<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    problem: RwSignal<Option<ApiProblem>>,
    asked: RwSignal<u32>,
    /// Raised with every state that came another way: an answer asked for before is old then.
    known: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Live<T> {}

/// Asks now, again whenever what `fetch` reads changes, and whenever told to.
pub fn keep<T, F>(session: Session, fetch: impl Fn() -> F + 'static) -> Live<T>
where
    T: PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiProblem>> + 'static,
{
    let live = Live {
        value: RwSignal::new(None),
        problem: RwSignal::new(None),
        asked: RwSignal::new(0),
        known: StoredValue::new(0),
    };
    Effect::new(move |_| {
        live.asked.track();
        let reply = fetch();
        let before = live.known.get_value();
        spawn_local_scoped_with_cancellation(async move {
            let reply = session.pass(reply.await);
            if live.known.try_get_value() != Some(before) {
                return;
            }
            match reply {
                None => {}
                Some(Ok(value)) => live.show(value),
                Some(Err(problem)) => {
                    live.problem.try_set(Some(problem));
                }
            }
        });
    });
    live
}

impl<T: PartialEq + Send + Sync + 'static> Live<T> {
    /// The latest known state, if there is one.
    #[must_use]
    pub fn value(self) -> ReadSignal<Option<T>> {
        self.value.read_only()
    }

    /// Why the latest question was not answered.
    #[must_use]
    pub fn problem(self) -> ReadSignal<Option<ApiProblem>> {
        self.problem.read_only()
    }

    /// Asks again.
    pub fn refresh(self) {
        self.asked.try_update(|asked| *asked = asked.wrapping_add(1));
    }

    /// Takes a state that came as the answer to something else.
    pub fn set(self, value: T) {
        self.known.try_update_value(|known| *known = known.wrapping_add(1));
        self.show(value);
    }

    fn show(self, value: T) {
        // What did not change is not drawn again.
        if self.problem.try_with_untracked(Option::is_some) == Some(true) {
            self.problem.try_set(None);
        }
        if self.value.try_with_untracked(|known| known.as_ref() != Some(&value)) == Some(true) {
            browser::keep_focus(|| {
                self.value.try_set(Some(value));
            });
        }
    }
}
