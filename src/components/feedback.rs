//! One question when a request has ended: how did it go?

use domain::api::follow::{FeedbackRequest, FollowView};
use leptos::{prelude::*, task::spawn_local};

use super::button::SubmitButton;
use super::error_summary::{Problem, problem_at};
use super::handlers::submitted;
use super::input::{Labelled, RadioOption, Radios, TextArea};
use crate::api::follow;
use crate::{a11y, words};

const ID: &str = "score";

/// The question, with room for a reason.
#[component]
pub fn FeedbackForm(
    /// The request's key.
    key: String,
    /// Called with the request as it is then.
    on_sent: Callback<FollowView>,
) -> impl IntoView {
    let score = RwSignal::new(String::new());
    let reason = RwSignal::new(String::new());
    let problems = RwSignal::new(Vec::<Problem>::new());
    let sending = RwSignal::new(false);
    let announcer = a11y::use_announcer();
    let fail = move |words: &str| {
        problems.try_set(vec![Problem { id: ID.to_owned(), words: words.to_owned() }]);
        a11y::focus_id(ID);
    };
    let send = submitted(move || {
        if sending.get_untracked() {
            return;
        }
        let Ok(chosen) = score.get_untracked().parse() else { return fail("Choose how it went") };
        sending.set(true);
        problems.set(Vec::new());
        let said = FeedbackRequest { score: chosen, reason: reason.get_untracked() };
        let key = key.clone();
        spawn_local(async move {
            let reply = follow::feedback(&key, &said).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(request) => {
                    announcer.say("Thank you for telling us");
                    on_sent.run(request);
                    // The form is gone with the answer, and the focus with it.
                    a11y::focus_when_drawn("main h1");
                }
                Err(problem) => fail(words::call_failed(&problem)),
            }
        });
    });
    let options = words::SCORES
        .iter()
        .map(|(score, label)| RadioOption {
            value: score.to_string(),
            label: (*label).to_owned(),
            hint: None,
        })
        .collect();
    let question = Labelled::new(ID, "How did it go?").error(problem_at(problems.into(), ID));
    let why = Labelled::new("reason", "Why? (optional)")
        .hint("What went well, or what we should do better".to_owned());
    view! {
        <form novalidate on:submit=send>
            <Radios labelled=question options=options value=score on_choose=Callback::new(move |chosen| score.set(chosen)) />
            <TextArea labelled=why value=reason rows=3 on_input=Callback::new(move |typed| reason.set(typed)) />
            <SubmitButton label="Send feedback" sending=sending />
        </form>
    }
}
