//! What every page needs to know, brought along in the first page.

use domain::api::council::{Boot, CouncilView};
use domain::api::drafts::Posted;
use leptos::prelude::*;

use crate::api::ApiProblem;
use crate::components::error_summary::Problem;
use crate::paths::Page;
use crate::{api, json, plain};

/// Reads the data block of the page; where there is none, asks.
///
/// # Errors
/// [`api::ApiProblem`] when the council can't be had either way.
pub async fn load() -> Result<Boot, ApiProblem> {
    let block = document().get_element_by_id("boot").and_then(|block| block.text_content());
    match block.and_then(|text| json::read(&text)) {
        Some(boot) => Ok(boot),
        None => Ok(Boot { council: api::council::get().await?, service: None, posted: None }),
    }
}

/// Fetches what the first page will ask for, so that it is drawn whole.
pub async fn fetch_replies(boot: &Boot, needs: plain::Needs) -> Vec<Reply> {
    let address = super::address::here();
    let mut replies = Vec::new();
    if let Some(page) = Page::read(&address) {
        for path in needs(page, boot.posted.as_ref()) {
            let reply = api::get_text(&path).await;
            replies.push((path, reply));
        }
    }
    replies
}

/// A reply of the server, by the address it was asked for at.
pub type Reply = (String, Result<String, ApiProblem>);

/// Replies that came before they were asked for.
#[derive(Clone, Copy)]
struct Replies(StoredValue<Vec<Reply>>);

/// Puts replies into the contexts that the first page will ask for.
pub fn provide_replies(replies: Vec<Reply>) {
    provide_context(Replies(StoredValue::new(replies)));
}

/// The reply to a question, if it is there already; each is given out once.
pub(crate) fn take_reply(address: &str) -> Option<Result<String, ApiProblem>> {
    let Replies(replies) = use_context()?;
    let place = replies.with_value(|replies| replies.iter().position(|(asked, _)| asked == address))?;
    let mut reply = None;
    replies.update_value(|replies| reply = Some(replies.swap_remove(place).1));
    reply
}

/// Forgets the replies that came beforehand: who signed in gets others. To be had while a page is drawn.
pub(crate) fn forget_replies() -> impl Fn() + Copy {
    let replies: Option<Replies> = use_context();
    move || {
        if let Some(Replies(replies)) = replies {
            replies.update_value(Vec::clear);
        }
    }
}

/// What was posted without the app, for the first page.
#[derive(Clone, Copy)]
struct First(StoredValue<Posted>);

/// Puts what was posted into the contexts.
pub fn provide_posted(posted: Option<Posted>) {
    provide_context(First(StoredValue::new(posted.unwrap_or_default())));
}

fn of_first<T: Default>(take: impl FnOnce(&mut Posted) -> T) -> T {
    let Some(First(posted)) = use_context() else { return T::default() };
    let mut taken = T::default();
    posted.update_value(|posted| taken = take(posted));
    taken
}

/// What is wrong with what was posted; for the first page that asks.
pub(crate) fn take_problems() -> Vec<Problem> {
    let problems = of_first(|posted| std::mem::take(&mut posted.problems));
    problems.into_iter().map(|(id, words)| Problem { id, words }).collect()
}

/// What was typed into a small form and posted; for the first that asks.
pub(crate) fn take_text(id: &str) -> String {
    of_first(|posted| {
        let text = posted.answers.get(id).to_owned();
        if posted.service.is_empty() {
            posted.answers.set(id, "");
            text
        } else {
            String::new()
        }
    })
}

/// Whether this was opened on the first page.
pub(crate) fn is_opened(what: &str) -> bool {
    of_first(|posted| posted.opened == what)
}

/// What this was opened with on the first page: what stands behind its name. Empty when it was not.
pub(crate) fn opened(name: &str) -> String {
    of_first(|posted| {
        let rest = posted.opened.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
        rest.unwrap_or_default().to_owned()
    })
}

/// Forgets what was posted: it was sent, or thrown away.
pub(crate) fn forget_posted() {
    of_first(|posted| *posted = Posted::default());
}

/// The form that was posted, if it is of this service.
pub(crate) fn posted(service: &str) -> Option<Posted> {
    of_first(|posted| (posted.service == service && !service.is_empty()).then(|| posted.clone()))
}

/// The council, wherever it is needed.
pub fn provide_council(council: CouncilView) {
    provide_context(StoredValue::new(council));
}

/// The council whose pages these are.
#[must_use]
pub fn use_council() -> StoredValue<CouncilView> {
    expect_context()
}
