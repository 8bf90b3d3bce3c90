//! What a person is filling in. Kept in the browser at every key, so that a reload loses nothing; every tab
//! of the browser shares it, and with it the key that makes sending twice the same request.

use domain::answers::{Answers, question_of};
use domain::api::council::Posted;
use domain::catalogue::Question;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{boot, storage};
use crate::api::drafts;
use crate::live::ON_SERVER;

/// As it is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    key: Uuid,
    answers: Answers,
    /// The questions the person went past, with their stamps then.
    #[serde(default)]
    seen: Vec<(String, u32)>,
    /// The last page that was posted without the app and is in here.
    #[serde(default)]
    turn: u32,
}

/// The draft of the service that is open in this tab.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    answers: RwSignal<Answers>,
    open: StoredValue<Open>,
}

/// What goes with the answers.
#[derive(Debug, Default)]
struct Open {
    service: String,
    key: Uuid,
    /// It has been in the browser's storage: when it is gone from there, it was sent or thrown away.
    kept: bool,
    seen: Vec<(String, u32)>,
    turn: u32,
}

/// Puts an empty draft into the contexts, and listens to the other tabs.
pub fn provide() {
    let draft = Draft { answers: RwSignal::new(Answers::default()), open: StoredValue::new(Open::default()) };
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
    let same = draft.is_of(service);
    draft.open.update_value(|open| service.clone_into(&mut open.service));
    let posted = boot::posted(service);
    if ON_SERVER {
        let posted = posted.unwrap_or_default();
        draft.adopt(Kept { key: posted.key, answers: posted.answers, seen: posted.seen, turn: posted.turn });
        return draft;
    }
    let kept: Option<Kept> = storage::read(&draft.name());
    // Posted since the app was here last.
    if let Some(posted) = posted
        && kept.as_ref().is_none_or(|kept| kept.key != posted.key || kept.turn < posted.turn)
    {
        let answers = kept.map_or_else(
            || posted.answers.clone(),
            |kept| {
                let known = if kept.key == posted.key { kept.turn } else { 0 };
                merged(kept.answers, &posted, known)
            },
        );
        draft.adopt(Kept { key: posted.key, answers, seen: posted.seen, turn: posted.turn });
        draft.keep();
        return draft;
    }
    match kept {
        Some(kept) => draft.adopt(kept),
        // Nothing can be kept here: then this tab's memory is all there is.
        None if same && !draft.is_kept() => {}
        None => draft.begin(),
    }
    draft
}

/// What was answered in the app, and on the pages that were posted since this turn: each question as it was answered
/// last, whole, so that no half of one address meets half of another.
fn merged(mut answers: Answers, posted: &Posted, known: u32) -> Answers {
    for (question, _) in posted.taken.iter().filter(|(_, turn)| *turn > known) {
        answers.forget(question);
        for (path, raw) in posted.answers.iter().filter(|(path, _)| question_of(path) == question) {
            answers.set(path, raw);
        }
    }
    answers
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

    /// The text at a path; it only changes when this text does, whatever else is typed.
    #[must_use]
    pub fn text(self, path: impl Into<String>) -> Signal<String> {
        let path = path.into();
        Memo::new(move |_| self.answers.with(|answers| answers.get(&path).to_owned())).into()
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
        if !self.is_kept()
            && let Some(Kept { key, .. }) = storage::read(&self.name())
        {
            self.open.update_value(|open| open.key = key);
        }
        self.keep();
    }

    fn keep(self) {
        let (seen, turn) = self.open.with_value(|open| (open.seen.clone(), open.turn));
        let kept = Kept { key: self.key(), answers: self.now(), seen, turn };
        let kept = storage::write(&self.name(), &kept);
        self.open.update_value(|open| open.kept = kept);
    }

    /// Notes that the person went past a question, whether or not they answered it.
    pub fn pass(self, question: &Question) {
        if !self.has_passed(question) {
            self.open.update_value(|open| {
                open.seen.retain(|(id, _)| *id != question.id);
                open.seen.push((question.id.clone(), question.stamp));
            });
            self.keep();
        }
    }

    /// Whether the person went past a question as it is now: one that has changed since is asked again.
    #[must_use]
    pub fn has_passed(self, question: &Question) -> bool {
        let passed = |(id, stamp): &(String, u32)| *id == question.id && *stamp == question.stamp;
        self.open.with_value(|open| open.seen.iter().any(passed))
    }

    /// Changes the answers of a service that may not be the one open by now.
    pub fn update_of(self, service: &str, change: impl FnOnce(&mut Answers)) {
        if self.is_of(service) {
            self.update(change);
        } else if let Some(mut kept) = storage::read::<Kept>(&name(service)) {
            change(&mut kept.answers);
            storage::write(&name(service), &kept);
        }
    }

    /// The service this is the draft of.
    #[must_use]
    pub fn service(self) -> String {
        self.open.with_value(|open| open.service.clone())
    }

    /// The key that goes with the request, made once per draft.
    #[must_use]
    pub fn key(self) -> Uuid {
        self.open.with_value(|open| open.key)
    }

    /// Goes up with every page that is posted.
    #[must_use]
    pub fn turn(self) -> u32 {
        self.open.with_value(|open| open.turn)
    }

    /// Throws the draft away: it was sent, or the person starts again.
    pub fn erase(self) {
        storage::remove(&self.name());
        if self.open.with_value(|open| open.turn > 0) {
            // The server keeps it, too, and would bring it again.
            boot::forget_posted();
            let service = self.service();
            spawn_local(async move {
                let _ = drafts::forget(&service).await;
            });
        }
        self.begin();
    }

    /// Throws the draft of this service away, even when another one is open by now.
    pub fn erase_of(self, service: &str) {
        if self.is_of(service) {
            self.erase();
        } else {
            storage::remove(&name(service));
        }
    }

    fn begin(self) {
        self.open.update_value(|open| {
            open.key = Uuid::new_v4();
            open.kept = false;
            open.seen.clear();
            open.turn = 0;
        });
        self.answers.set(Answers::default());
    }

    fn adopt(self, kept: Kept) {
        self.open.update_value(|open| {
            open.key = kept.key;
            open.kept = true;
            open.seen = kept.seen;
            open.turn = kept.turn;
        });
        if self.answers.with_untracked(|answers| *answers != kept.answers) {
            self.answers.set(kept.answers);
        }
    }

    fn is_kept(self) -> bool {
        self.open.with_value(|open| open.kept)
    }

    fn is_of(self, service: &str) -> bool {
        self.open.with_value(|open| open.service == service)
    }

    fn name(self) -> String {
        self.open.with_value(|open| name(&open.service))
    }
}

fn name(service: &str) -> String {
    format!("portico:draft:{service}")
}
