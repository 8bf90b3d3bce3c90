//! Writing to the people who deal with a request.

use domain::api::follow::{FollowView, MessageRequest};
use leptos::prelude::*;
use uuid::Uuid;

use super::button::SubmitButton;
use super::count::Count;
use super::error_summary::Problem;
use super::handlers::posted_to;
use super::input::{Labelled, TextArea};
use super::sending::Sending;
use crate::a11y;
use crate::api::{self, follow};
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::{boot, storage};

/// The most characters of a message.
const MAX: u32 = 4_000;
const ID: &str = "message";

/// A form for one message.
#[component]
pub fn MessageForm(
    /// Where the API takes messages about the request.
    to: String,
    /// Called with the request as it is then.
    on_sent: Callback<FollowView>,
    /// What is wrong on the page.
    problems: RwSignal<Vec<Problem>>,
    /// What is written answers a question.
    #[prop(optional)]
    answers: Signal<bool>,
) -> impl IntoView {
    // Half a message outlives a reload, with the identifier it may have been sent under already: sent twice
    // after a lost reply, it is stored once.
    let name = format!("portico:message:{to}");
    let (id, text) = kept(&name);
    let posted = boot::take_text(ID);
    let text = if posted.is_empty() { text } else { posted };
    // It may have arrived although no reply came: from then on other words are another message.
    let tried = RwSignal::new(!text.is_empty());
    let (id, text) = (StoredValue::new(id), RwSignal::new(text));
    let keep = Callback::new(move |typed: String| {
        let kept = if typed.is_empty() { String::new() } else { format!("{} {typed}", id.get_value()) };
        storage::write_text(&name, &kept);
        text.set(typed);
    });
    let sending = Sending::new(ID).among(problems);
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
            tried.set(true);
            let to = to.clone();
            Ok(Box::pin(async move { follow::message(&to, &message).await }))
        },
        move |request| {
            keep.run(String::new());
            id.set_value(api::new_id());
            tried.set(false);
            done.set(true);
            announcer.say("Your message was sent");
            on_sent.run(request);
        },
    );
    let labelled = Labelled::new(ID, "Your message").error(sending.at(ID));
    view! {
        <h2 class="govuk-heading-m">{live(move || if answers.get() { "Answer our question" } else { "Add a message" }.into_any())}</h2>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <TextArea
                labelled=labelled value=text count=Count { max: MAX, left }
                on_input=Callback::new(move |typed| {
                    done.set(false);
                    if tried.get_untracked() {
                        tried.set(false);
                        id.set_value(api::new_id());
                    }
                    keep.run(typed);
                })
            />
            // Sent twice without the app, it is stored once.
            {ON_SERVER.then(|| view! { <input type="hidden" name="id" value=id.get_value().to_string() /> }.drawn())}
            {live_if(move || done.get().then(|| view! { <p><strong>"Your message was sent."</strong></p> }.drawn()))}
            <SubmitButton label="Send message" sending=sending.busy class="govuk-button--secondary" />
        </form>
    }.drawn()
}

/// The identifier and the text of a message that was begun, else a new one.
fn kept(name: &str) -> (Uuid, String) {
    let kept = storage::read_text(name);
    let begun = kept.as_deref().and_then(|kept| kept.split_once(' '));
    let begun = begun.and_then(|(id, text)| Some((Uuid::try_parse(id).ok()?, text.to_owned())));
    begun.unwrap_or_else(|| (api::new_id(), String::new()))
}

fn left(max: u32, text: &str) -> i64 {
    domain::field::LongText { max }.left(text)
}
