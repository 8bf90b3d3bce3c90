//! Writing to the people who deal with a request.

use domain::api::follow::{FollowView, MessageRequest};
use leptos::{prelude::*, task::spawn_local};

use super::button::SubmitButton;
use super::count::Count;
use super::error_summary::{Problem, problem_at};
use super::handlers::submitted;
use super::input::{Labelled, TextArea};
use crate::api::{self, follow};
use crate::{a11y, words};

/// The most characters of a message.
const MAX: u32 = 4_000;
const ID: &str = "message";

/// A form for one message.
#[component]
pub fn MessageForm(
    /// The request's key.
    key: String,
    /// Called with the request as it is then.
    on_sent: Callback<FollowView>,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    // One for each message: sent twice after a lost reply, it is stored once.
    let id = StoredValue::new(api::new_id());
    let problems = RwSignal::new(Vec::<Problem>::new());
    let sending = RwSignal::new(false);
    let done = RwSignal::new(false);
    let announcer = a11y::use_announcer();
    let fail = move |words: &str| {
        problems.try_set(vec![Problem { id: ID.to_owned(), words: words.to_owned() }]);
        a11y::focus_id(ID);
    };
    let send = submitted(move || {
        if sending.get_untracked() {
            return;
        }
        let message = MessageRequest { text: text.get_untracked(), id: id.get_value() };
        if message.text.trim().is_empty() {
            return fail("Write a message");
        }
        if left(MAX, &message.text) < 0 {
            return fail("Your message must be 4,000 characters or fewer");
        }
        sending.set(true);
        problems.set(Vec::new());
        let key = key.clone();
        spawn_local(async move {
            let reply = follow::message(&key, &message).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(request) => {
                    text.set(String::new());
                    id.set_value(api::new_id());
                    done.set(true);
                    announcer.say("Your message was sent");
                    on_sent.run(request);
                }
                Err(problem) => fail(words::call_failed(&problem)),
            }
        });
    });
    let labelled = Labelled::new(ID, "Your message").error(problem_at(problems.into(), ID));
    view! {
        <h2 class="govuk-heading-m">"Add a message"</h2>
        <form novalidate on:submit=send>
            <TextArea
                labelled=labelled value=text count=Count { max: MAX, left }
                on_input=Callback::new(move |typed| { done.set(false); text.set(typed); })
            />
            {move || done.get().then(|| view! { <p><strong>"Your message was sent."</strong></p> }.into_any())}
            <SubmitButton label="Send message" sending=sending class="govuk-button--secondary" />
        </form>
    }
}

fn left(max: u32, text: &str) -> i64 {
    domain::field::LongText { max }.left(text)
}
