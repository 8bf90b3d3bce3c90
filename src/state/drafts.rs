//! What a person is filling in. Kept in the browser at every key, so that a reload loses nothing; every tab
//! of the browser shares it, and with it the key that makes sending twice the same request.

use domain::answers::Answers;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::storage;

/// As it is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    key: Uuid,
    answers: Answers,
    /// The questions the person went past.
    #[serde(default)]
    passed: Vec<String>,
}

/// The draft of the service that is open in this tab.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    service: StoredValue<String>,
    key: StoredValue<Uuid>,
    /// It has been in the browser's storage: when it is gone from there, it was sent or thrown away.
    kept: StoredValue<bool>,
    answers: RwSignal<Answers>,
    passed: StoredValue<Vec<String>>,
}

/// Puts an empty draft into the contexts, and listens to the other tabs.
pub fn provide() {
    let draft = Draft {
        service: StoredValue::new(String::new()),
        key: StoredValue::new(Uuid::nil()),
        kept: StoredValue::new(false),
        answers: RwSignal::new(Answers::default()),
        passed: StoredValue::new(Vec::new()),
    };
    provide_context(draft);
    storage::on_change(move |name| {
        if name == draft.name()
            && let Some(kept) = storage::read(&name)
        {
            draft.adopt(kept);
        }
    });
}

/// Opens the draft of a service: the one that was kept, else an empty one.
#[must_use]
pub fn open(service: &str) -> Draft {
    let draft: Draft = expect_context();
    let same = draft.service.with_value(|open| open == service);
    draft.service.set_value(service.to_owned());
    match storage::read(&draft.name()) {
        Some(kept) => draft.adopt(kept),
        // Nothing can be kept here: then this tab's memory is all there is.
        None if same && !draft.kept.get_value() => {}
        None => draft.begin(),
    }
    draft
}

impl Draft {
    /// The answers, as typed. Read only: they are changed through `set` and `update`.
    #[must_use]
    pub fn answers(self) -> ReadSignal<Answers> {
        self.answers.read_only()
    }

    /// The answers at this moment.
    #[must_use]
    pub fn now(self) -> Answers {
        self.answers.get_untracked()
    }

    /// The text at a path.
    #[must_use]
    pub fn text(self, path: impl Into<String>) -> Signal<String> {
        let path = path.into();
        Signal::derive(move || self.answers.with(|answers| answers.get(&path).to_owned()))
    }

    /// Keeps what was typed at a path.
    pub fn set(self, path: &str, raw: String) {
        self.update(|answers| answers.set(path, raw));
    }

    /// What to call with what is typed at a path.
    #[must_use]
    pub fn setter(self, path: impl Into<String>) -> Callback<String> {
        let path = path.into();
        Callback::new(move |raw| self.set(&path, raw))
    }

    /// Changes the answers, and keeps them.
    pub fn update(self, change: impl FnOnce(&mut Answers)) {
        self.answers.try_update(change);
        // Another tab may have begun the same form since: one draft, one key.
        if !self.kept.get_value()
            && let Some(Kept { key, .. }) = storage::read(&self.name())
        {
            self.key.set_value(key);
        }
        self.keep();
    }

    fn keep(self) {
        let kept = Kept { key: self.key(), answers: self.now(), passed: self.passed.get_value() };
        self.kept.set_value(storage::write(&self.name(), &kept));
    }

    /// Notes that the person went past a question, whether or not they answered it.
    pub fn pass(self, question: &str) {
        if !self.has_passed(question) {
            self.passed.update_value(|passed| passed.push(question.to_owned()));
            self.keep();
        }
    }

    /// Whether the person went past a question.
    #[must_use]
    pub fn has_passed(self, question: &str) -> bool {
        self.passed.with_value(|passed| passed.iter().any(|known| known == question))
    }

    /// Changes the answers of a service that may not be the one open by now.
    pub fn update_of(self, service: &str, change: impl FnOnce(&mut Answers)) {
        if self.service.with_value(|open| open == service) {
            self.update(change);
        } else if let Some(mut kept) = storage::read::<Kept>(&name(service)) {
            change(&mut kept.answers);
            storage::write(&name(service), &kept);
        }
    }

    /// The service this is the draft of.
    #[must_use]
    pub fn service(self) -> String {
        self.service.get_value()
    }

    /// The key that goes with the request, made once per draft.
    #[must_use]
    pub fn key(self) -> Uuid {
        self.key.get_value()
    }

    /// Throws the draft away: it was sent, or the person starts again.
    pub fn erase(self) {
        storage::remove(&self.name());
        self.begin();
    }

    /// Throws the draft of this service away, even when another one is open by now; says whether it was
    /// the open one.
    pub fn erase_if_sent(self, service: &str) -> bool {
        let is_open = self.service.with_value(|open| open == service);
        if is_open {
            self.erase();
        } else {
            storage::remove(&name(service));
        }
        is_open
    }

    fn begin(self) {
        self.key.set_value(Uuid::new_v4());
        self.kept.set_value(false);
        self.passed.set_value(Vec::new());
        self.answers.set(Answers::default());
    }

    fn adopt(self, kept: Kept) {
        self.key.set_value(kept.key);
        self.passed.set_value(kept.passed);
        self.kept.set_value(true);
        if self.answers.with_untracked(|answers| *answers != kept.answers) {
            self.answers.set(kept.answers);
        }
    }

    fn name(self) -> String {
        self.service.with_value(|service| name(service))
    }
}

fn name(service: &str) -> String {
    format!("portico:draft:{service}")
}
