//! A form that fits better than a free message: said while it is written, and once more before it is sent on.

use leptos::{prelude::*, task::spawn_local};

use super::button::{MAIN, act_button};
use super::handlers::pressed;
use crate::api::services;
use crate::live::{Drawn as _, live_if, react};
use crate::state::timer::settled;
use crate::state::{address, boot, visit};
use crate::{a11y, paths};

/// How long writing rests before it is read, in milliseconds.
const REST_MS: u64 = 700;
/// The notice, for the focus; and what is opened by it, with the form's identifier and title behind it.
pub const ID: &str = "better-form";

/// Looks for a form that fits what is written.
#[derive(Clone, Copy)]
pub struct BetterForm {
    /// Its identifier and title.
    found: RwSignal<Option<(String, String)>>,
    message: Signal<String>,
    /// It was shown, and the person goes on all the same.
    passed: RwSignal<bool>,
}

impl BetterForm {
    /// For a message.
    #[must_use]
    pub fn new(message: Signal<String>) -> Self {
        let told = boot::opened(ID);
        let told = told.split_once(':').map(|(id, title)| (id.to_owned(), title.to_owned()));
        let passed = RwSignal::new(told.is_some());
        let better = Self { found: RwSignal::new(told), message, passed };
        let rested = settled(message, REST_MS);
        let announcer = a11y::use_announcer();
        react(move || {
            let typed = rested.get();
            // What was there before anything was typed counts too.
            let typed = if typed.is_empty() { message.get_untracked() } else { typed };
            if typed.trim().is_empty() {
                return better.found.set(None);
            }
            spawn_local(async move {
                let found = match services::suggest(typed.clone()).await {
                    Ok(found) if !found.id.is_empty() => Some((found.id, found.title)),
                    _ => None,
                };
                let is_old = message.try_get_untracked() != Some(typed);
                if is_old || better.found.try_with_untracked(|before| *before == found) != Some(false) {
                    return;
                }
                if let Some((_, title)) = &found {
                    announcer.say(format!("There is a form for this: {title}"));
                }
                better.passed.set(false);
                better.found.set(found);
            });
        });
        better
    }

    /// Whether the person may go on: the first time the notice takes the focus instead.
    #[must_use]
    pub fn lets_pass(self) -> bool {
        if self.found.with_untracked(Option::is_none) || self.passed.get_untracked() {
            return true;
        }
        self.passed.set(true);
        a11y::focus_id_when_drawn(ID.to_owned());
        false
    }

    /// The notice.
    pub fn notice(self) -> AnyView {
        let address = address::use_address();
        live_if(move || {
            let (id, title) = self.found.get()?;
            let passed = self.passed.get();
            let act = format!("use:{id}");
            let take = pressed(move || {
                visit::take_along(&self.message.get_untracked());
                address.go(&paths::service(&id));
            });
            Some(
                view! {
                    <div class="portico-known" id=ID tabindex="-1">
                        <h2 class="govuk-heading-m">"This looks like “"{title}"”"</h2>
                        <p>"Use that form: it goes straight to the people who do it. What you wrote comes along."</p>
                        {passed.then(|| view! { <p>"Or press Continue again to send it as a message."</p> }.drawn())}
                        {act_button(&act, MAIN, None, take, "Use that form".into_any())}
                    </div>
                }
                .drawn(),
            )
        })
    }
}
