//! What a member of staff is typing, kept in the tab until it has arrived: nothing is lost by a failed send, a
//! reload, or a session that ended in between.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::browser;
use crate::session::Session;

/// The draft of one action on one request.
#[derive(Debug)]
pub struct Draft<T: Send + Sync + 'static> {
    name: StoredValue<String>,
    value: RwSignal<T>,
}

impl<T: Send + Sync + 'static> Clone for Draft<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Draft<T> {}

/// Opens a draft: the one that this person kept, else an empty one.
pub fn open<T>(session: Session, request: Uuid, action: &str) -> Draft<T>
where
    T: Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    // The next person at this desk must not find it.
    let me = session.me().with_untracked(|me| me.as_ref().map(|me| me.id)).unwrap_or_default();
    let name = format!("portico:staff:{me}:{request}:{action}");
    let value = RwSignal::new(browser::read(&name).unwrap_or_default());
    Draft { name: StoredValue::new(name), value }
}

impl<T> Draft<T>
where
    T: Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// A part of it, as a signal.
    pub fn part<P: Send + Sync + 'static>(self, part: impl Fn(&T) -> P + Send + Sync + 'static) -> Signal<P> {
        Signal::derive(move || self.value.with(&part))
    }

    /// What to call with what is typed.
    pub fn setter<P: 'static>(self, set: impl Fn(&mut T, P) + Send + Sync + 'static) -> Callback<P> {
        Callback::new(move |typed| self.update(|draft| set(draft, typed)))
    }

    /// Changes it, and keeps it.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        if self.value.try_update(change).is_some() {
            self.name.with_value(|name| self.value.with_untracked(|value| browser::write(name, value)));
        }
    }

    /// The draft at this moment.
    #[must_use]
    pub fn now(self) -> T {
        self.value.get_untracked()
    }

    /// What to call when it has arrived: forgets it, even when its page is long left.
    pub fn eraser(self) -> impl FnOnce() + use<T> {
        let name = self.name.get_value();
        move || {
            browser::forget(&name);
            self.value.try_set(T::default());
        }
    }
}
