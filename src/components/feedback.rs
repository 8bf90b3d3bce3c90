//! When a request has ended: was it good? One tap says so, and then there is room for why.

use domain::api::follow::{FeedbackRequest, FollowView};
use domain::case::Shortfall;
use domain::field::Opt;
use leptos::{prelude::*, task::spawn_local};

use super::button::{SECONDARY, SubmitButton};
use super::error_summary::{Problem, problem_at};
use super::handlers::{posted_to, pressed};
use super::input::{Labelled, Radios, TextArea};
use super::sending::Sending;
use crate::api::follow;
use crate::live::{Drawn as _, ON_SERVER};
use crate::state::boot;
use crate::{a11y, words};

/// The field of the score.
pub const SCORE: &str = "score";
/// The field of what was not right.
pub const ABOUT: &str = "about";
/// The field that says whether we may get in touch.
pub const CONTACT: &str = "contact";

/// What was not right, as a form says it.
#[must_use]
pub fn shortfall(value: &str) -> Option<Shortfall> {
    words::SHORTFALLS.iter().find(|(id, ..)| *id == value).map(|(_, known, _)| *known)
}

/// Yes or no, as a form says it.
#[must_use]
pub fn yes_or_no(value: &str) -> Option<bool> {
    match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// The two answers, one tap each.
#[component]
pub fn FeedbackForm(
    /// The request's key.
    key: String,
    /// Called with the request as it is then.
    on_sent: Callback<FollowView>,
    /// What is wrong on the page.
    problems: RwSignal<Vec<Problem>>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let announcer = a11y::use_announcer();
    let button = move |(score, label): (u8, &'static str)| {
        let key = key.clone();
        let tap = pressed(move || {
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            let key = key.clone();
            spawn_local(async move {
                let said = FeedbackRequest { score, ..FeedbackRequest::default() };
                let reply = follow::feedback(&key, &said).await;
                busy.try_set(false);
                match reply {
                    Ok(request) => {
                        announcer.say("Thank you for telling us");
                        on_sent.run(request);
                        a11y::focus_when_drawn("#why");
                    }
                    Err(problem) => {
                        let words = words::call_failed(&problem).to_owned();
                        problems.try_set(vec![Problem { id: SCORE.to_owned(), words }]);
                    }
                }
            });
        });
        view! {
            <button
                type=if ON_SERVER { "submit" } else { "button" } class=SECONDARY
                name=SCORE value=score.to_string() on:click=tap
            >
                {label}
            </button>
        }
        .drawn()
    };
    let buttons = words::TAPS.into_iter().map(button).collect_view();
    let question =
        Labelled::new(SCORE, "Are you satisfied with how this went?").error(problem_at(problems, SCORE));
    let group = question.fieldset(view! { <div class="govuk-button-group">{buttons}</div> }.drawn());
    view! { <form id=SCORE tabindex="-1" novalidate method="post" action=posted_to()>{group}</form> }.drawn()
}

/// Why, once it was said.
#[component]
pub fn WhyForm(
    /// The request's key.
    key: String,
    /// How it went.
    score: u8,
    /// It was said, and this is why; otherwise this says it.
    said: bool,
    /// Called with the request as it is then.
    on_sent: Callback<FollowView>,
    /// What is wrong on the page.
    problems: RwSignal<Vec<Problem>>,
) -> impl IntoView {
    let is_known = said;
    let heading = match (is_known, words::is_satisfied(score)) {
        (true, _) => "Thank you. Will you tell us why?",
        (false, true) => "You are satisfied. Send it, and tell us why if you like",
        (false, false) => "You are not satisfied. Send it, and tell us why if you like",
    };
    let [about, reason, contact] = [ABOUT, "reason", CONTACT].map(|id| RwSignal::new(boot::take_text(id)));
    let sending = Sending::new("reason").among(problems);
    let announcer = a11y::use_announcer();
    let send = sending.form(
        move || {
            let said = FeedbackRequest {
                score,
                reason: reason.get_untracked(),
                about: about.with_untracked(|about| shortfall(about)),
                contact: contact.with_untracked(|contact| yes_or_no(contact)),
            };
            let is_bare = said.reason.trim().is_empty() && said.about.is_none() && said.contact.is_none();
            if is_known && is_bare {
                return Err(sending.problem("Say why, or leave this as it is"));
            }
            let key = key.clone();
            Ok(Box::pin(async move { follow::feedback(&key, &said).await }))
        },
        move |request| {
            announcer.say("Thank you for telling us");
            on_sent.run(request);
            // The form is gone with the answer, and the focus with it.
            a11y::focus_when_drawn("main h1");
        },
    );
    let option =
        |(value, label): (&str, &str)| Opt { value: value.to_owned(), label: label.to_owned(), hint: None };
    let what = (!words::is_satisfied(score)).then(|| {
        let options = words::SHORTFALLS.into_iter().map(|(value, _, label)| option((value, label))).collect();
        let labelled = Labelled::new(ABOUT, "What was not right? (optional)");
        view! {
            <Radios labelled=labelled options=options value=about on_choose=Callback::new(move |chosen| about.set(chosen)) />
        }
        .drawn()
    });
    let why = Labelled::new("reason", "Tell us more (optional)")
        .hint("What went well, or what we should do better".to_owned())
        .error(sending.at("reason"));
    let may = Labelled::new(CONTACT, "May we contact you about this? (optional)");
    let options = [("yes", "Yes"), ("no", "No")].into_iter().map(option).collect();
    view! {
        <h2 class="govuk-heading-m" id="why" tabindex="-1">{heading}</h2>
        <form novalidate method="post" action=posted_to() on:submit=send>
            {ON_SERVER.then(|| view! { <input type="hidden" name=SCORE value=score.to_string() /> }.drawn())}
            {what}
            <TextArea labelled=why value=reason rows=3 on_input=Callback::new(move |typed| reason.set(typed)) />
            <Radios
                labelled=may options=options value=contact inline=true
                on_choose=Callback::new(move |chosen| contact.set(chosen))
            />
            <SubmitButton label="Send" sending=sending.busy class="govuk-button--secondary" />
        </form>
    }
    .drawn()
}
