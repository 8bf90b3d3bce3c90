//! What a person is filling in. Kept in the browser at every key, so that a reload loses nothing; every tab
//! of the browser shares it, and with it the key that makes sending twice the same request. The server is told with
//! every page that is left, so that it draws the next one whole, and goes on where the app does not start.

use std::time::Duration;

use domain::answers::Answers;
use domain::api::drafts::{Filled, Kept};
use domain::catalogue::Question;
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use super::{address, boot, storage};
use crate::api::drafts;
use crate::live::ON_SERVER;

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
    /// It has changed since the server was told.
    ahead: bool,
    /// The server is being told.
    telling: bool,
    /// The page to load once it has been.
    then: Option<String>,
}

/// What a draft is opened with that was begun by nobody yet: it holds what the account knows.
pub const FILLED: &str = "filled";

/// How long a page that is to be loaded waits for the server to be told.
const PATIENCE: Duration = Duration::from_secs(2);

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
        draft.adopt(posted.unwrap_or_default().into());
        return draft;
    }
    let mut kept: Option<Filled> = storage::read(&draft.name());
    // Sent or thrown away without the app: the browser has it still.
    let ended = posted.as_ref().filter(|posted| posted.ended).map(|posted| posted.key);
    if ended.is_some() && kept.as_ref().map(|kept| kept.key) == ended {
        storage::remove(&draft.name());
        kept = None;
    }
    // What the account knows is kept nowhere until something is typed.
    let known = posted.as_ref().filter(|_| boot::is_opened(FILLED)).map(|posted| posted.answers.clone());
    let posted = posted.filter(|posted| !posted.ended && known.is_none());
    let server_knows = |kept: &Filled| posted.as_ref().is_some_and(|posted| posted.answers == kept.answers);
    let ahead = kept.as_ref().is_some_and(|kept| !server_knows(kept));
    draft.open.update_value(|open| open.ahead = ahead);
    // Posted since the app was here last.
    if let Some(posted) = posted
        && kept.as_ref().is_none_or(|kept| kept.key != posted.key || kept.turn < posted.turn)
    {
        draft.adopt(match kept {
            Some(kept) => kept.with(&posted),
            None => posted.into(),
        });
        draft.keep();
        return draft;
    }
    match kept {
        Some(kept) => draft.adopt(kept),
        // Nothing can be kept here: then this tab's memory is all there is.
        None if same && !draft.is_kept() => {}
        None => {
            draft.begin();
            if let Some(known) = known {
                draft.begin_with(known);
            }
        }
    }
    draft
}

/// Loads a page of another app. The server is told what was filled in before, for it draws that page.
pub fn leave(path: &str) {
    if ON_SERVER {
        return;
    }
    let draft: Draft = expect_context();
    draft.open.update_value(|open| open.then = Some(path.to_owned()));
    draft.tell();
    set_timeout(move || draft.follow(), PATIENCE);
}

impl Draft {
    /// Forgets every draft in this browser: whoever signs out has them in the account.
    pub fn forget_all(self) {
        storage::remove_all(&name(""));
        boot::forget_posted();
        self.begin();
    }

    /// The answers, as typed. Read only: they are changed through `set` and `update`.
    #[must_use]
    pub fn answers(self) -> ReadSignal<Answers> {
        self.answers.read_only()
    }

    /// Whether the person has begun it, at this moment. What the account knows is no beginning.
    #[must_use]
    pub fn is_begun(self) -> bool {
        let is_theirs = !boot::is_opened(FILLED) || (!ON_SERVER && self.is_kept());
        !self.answers.with_untracked(Answers::is_empty) && is_theirs
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
            && let Some(Filled { key, .. }) = storage::read(&self.name())
        {
            self.open.update_value(|open| open.key = key);
        }
        self.keep();
    }

    /// Begins with answers that are known already, and keeps them nowhere until something is typed.
    pub fn begin_with(self, answers: Answers) {
        self.answers.set(answers);
    }

    fn filled(self) -> Filled {
        let (seen, turn) = self.open.with_value(|open| (open.seen.clone(), open.turn));
        Filled { key: self.key(), answers: self.now(), seen, turn }
    }

    fn keep(self) {
        let kept = storage::write(&self.name(), &self.filled());
        self.open.update_value(|open| {
            open.kept = kept;
            open.ahead = true;
        });
    }

    /// Tells the server what has changed: one thing after the other, so that no older draft arrives last. Nobody waits
    /// for it, and where it fails the browser still has everything.
    pub fn tell(self) {
        if self.open.try_update_value(|open| std::mem::replace(&mut open.telling, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            while self.open.try_update_value(|open| std::mem::take(&mut open.ahead)) == Some(true) {
                let (service, filled) = (self.service(), self.filled());
                if filled.answers.is_empty() && filled.seen.is_empty() {
                    let _ = drafts::forget(&service).await;
                } else if let Ok(Kept { key, turn }) = drafts::keep(&service, &filled).await
                    && self.is_of(&service)
                    && self.key() == key
                {
                    // What comes back with the next page is known here.
                    self.open.update_value(|open| open.turn = turn);
                    storage::write(&self.name(), &self.filled());
                }
            }
            self.open.update_value(|open| open.telling = false);
            self.follow();
        });
    }

    /// Loads the page that waits, if one does.
    fn follow(self) {
        if let Some(path) = self.open.try_update_value(|open| open.then.take()).flatten() {
            address::load(&path);
        }
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
        } else if let Some(mut kept) = storage::read::<Filled>(&name(service)) {
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

    /// Throws the draft away: the person starts again.
    pub fn erase(self) {
        self.erase_of(&self.service());
        self.open.update_value(|open| open.ahead = true);
        self.tell();
    }

    /// Forgets the draft of this service, even when another one is open by now: it was sent, and the server knows.
    pub fn erase_of(self, service: &str) {
        storage::remove(&name(service));
        if self.is_of(service) {
            // The page would bring it again.
            boot::forget_posted();
            self.begin();
        }
    }

    fn begin(self) {
        self.open.update_value(|open| {
            open.key = Uuid::new_v4();
            open.kept = false;
            open.seen.clear();
            open.turn = 0;
            open.ahead = false;
        });
        self.answers.set(Answers::default());
    }

    fn adopt(self, kept: Filled) {
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
