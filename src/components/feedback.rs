//! One question when a request has ended: how did it go?

use domain::api::follow::{FeedbackRequest, FollowView};
use leptos::prelude::*;

use super::button::SubmitButton;
use super::error_summary::Problem;
use super::handlers::posted_to;
use super::input::{Labelled, RadioOption, Radios, TextArea};
use super::sending::Sending;
use crate::api::follow;
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{a11y, words};

const ID: &str = "score";

/// The question, with room for a reason.
#[component]
pub fn FeedbackForm(
    /// The request's key.
    key: String,
    /// Called with the request as it is then.
    on_sent: Callback<FollowView>,
    /// What is wrong on the page.
    problems: RwSignal<Vec<Problem>>,
) -> impl IntoView {
    let score = RwSignal::new(boot::take_text(ID));
    let reason = RwSignal::new(boot::take_text("reason"));
    let sending = Sending::new(ID).among(problems);
    let announcer = a11y::use_announcer();
    let send = sending.form(
        move || {
            let Ok(score) = score.get_untracked().parse() else {
                return Err(sending.problem("Choose how it went"));
            };
            let (key, said) = (key.clone(), FeedbackRequest { score, reason: reason.get_untracked() });
            Ok(Box::pin(async move { follow::feedback(&key, &said).await }))
        },
        move |request| {
            announcer.say("Thank you for telling us");
            on_sent.run(request);
            // The form is gone with the answer, and the focus with it.
            a11y::focus_when_drawn("main h1");
        },
    );
    let options = words::SCORES
        .iter()
        .map(|(score, label)| RadioOption {
            value: score.to_string(),
            label: (*label).to_owned(),
            hint: None,
        })
        .collect();
    let question = Labelled::new(ID, "How did it go?").error(sending.at(ID));
    let why = Labelled::new("reason", "Why? (optional)")
        .hint("What went well, or what we should do better".to_owned())
        .error(sending.at("reason"));
    view! {
        <form novalidate method="post" action=posted_to() on:submit=send>
            <Radios labelled=question options=options value=score on_choose=Callback::new(move |chosen| score.set(chosen)) />
            <TextArea labelled=why value=reason rows=3 on_input=Callback::new(move |typed| reason.set(typed)) />
            <SubmitButton label="Send feedback" sending=sending.busy />
        </form>
    }.drawn()
}
