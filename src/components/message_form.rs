//! Writing to the people who deal with a request.

use domain::api::follow::{FollowView, MessageRequest};
use leptos::prelude::*;

use super::button::SubmitButton;
use super::count::Count;
use super::input::{Labelled, TextArea};
use super::sending::Sending;
use crate::a11y;
use crate::api::{self, follow};
use crate::live::live_if;

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
    let sending = Sending::new(ID);
    let done = RwSignal::new(false);
    let announcer = a11y::use_announcer();
    let send = sending.form(
        move || {
            let message = MessageRequest { text: text.get_untracked(), id: id.get_value() };
            if message.text.trim().is_empty() {
                return Err(sending.problem("Write a message"));
            }
            if left(MAX, &message.text) < 0 {
                return Err(sending.problem("Your message must be 4,000 characters or fewer"));
            }
            let key = key.clone();
            Ok(Box::pin(async move { follow::message(&key, &message).await }))
        },
        move |request| {
            text.set(String::new());
            id.set_value(api::new_id());
            done.set(true);
            announcer.say("Your message was sent");
            on_sent.run(request);
        },
    );
    let labelled = Labelled::new(ID, "Your message").error(sending.at(ID));
    view! {
        <h2 class="govuk-heading-m">"Add a message"</h2>
        <form novalidate on:submit=send>
            <TextArea
                labelled=labelled value=text count=Count { max: MAX, left }
                on_input=Callback::new(move |typed| { done.set(false); text.set(typed); })
            />
            {live_if(move || done.get().then(|| view! { <p><strong>"Your message was sent."</strong></p> }.into_any()))}
            <SubmitButton label="Send message" sending=sending.busy class="govuk-button--secondary" />
        </form>
    }
}

fn left(max: u32, text: &str) -> i64 {
    domain::field::LongText { max }.left(text)
}
