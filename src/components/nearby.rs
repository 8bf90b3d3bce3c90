//! Somebody may have told us already: what is known near the place, before more is typed.

use domain::api::nearby::NearbyRequest;
use leptos::{prelude::*, task::spawn_local};

use super::button::{MAIN, SECONDARY, act_button};
use super::error_summary::{Problem, problem_at};
use super::handlers::pressed;
use super::input::{Labelled, TextInput};
use crate::api::nearby;
use crate::components::field::email;
use crate::live::{Drawn as _, live_if, react};
use crate::state::boot;
use crate::state::drafts::Draft;
use crate::{a11y, paths, words};

/// What is opened on a page that was posted: the list of what is known; one of the list, by its place in it; and that
/// the person will be told of it. Each with the question behind it.
pub const OPEN: &str = "near";
/// See [`OPEN`].
pub const SAME: &str = "same";
/// See [`OPEN`].
pub const TOLD: &str = "told";
/// Theirs is another.
pub const DIFFERENT: &str = "different";
/// What is said of it, for the focus.
pub const ID: &str = "nearby-known";
/// The input for the address to tell.
pub const EMAIL: &str = "known-email";

/// What a person made of what is known.
#[derive(Clone, PartialEq)]
enum Answer {
    /// Nothing yet.
    Open,
    /// Theirs is another.
    Different,
    /// It is this one.
    Same(NearbyRequest),
    /// It is, and they will be told.
    Told,
}

/// Shows what is known near the place of this question, once it is known where that is.
pub fn already(service: &str, question: &str, draft: Draft, problems: RwSignal<Vec<Problem>>) -> AnyView {
    let position = draft.text(format!("{question}.position"));
    let street = draft.text(format!("{question}.street_id"));
    // What was shown without the app is there already.
    let came = nearby::known_near(service, &position.get_untracked(), &street.get_untracked());
    let came = came.unwrap_or_default().requests;
    let same = boot::opened(SAME);
    let same = came.iter().find(|request| same == format!("{question}:{}", request.id)).cloned();
    let answer = match same {
        Some(same) => Answer::Same(same),
        None if boot::opened(TOLD) == question => Answer::Told,
        None => Answer::Open,
    };
    let answer = RwSignal::new(answer);
    let known = RwSignal::new(came);
    let announcer = a11y::use_announcer();
    let id = service.to_owned();
    react(move || {
        let (position, street) = (position.get(), street.get());
        if position.is_empty() && street.is_empty() {
            known.set(Vec::new());
            return;
        }
        let id = id.clone();
        spawn_local(async move {
            let found = nearby::near(&id, &position, &street).await.unwrap_or_default().requests;
            if known.try_with_untracked(|known| *known == found) != Some(false) {
                return;
            }
            if !found.is_empty() {
                announcer.say("Somebody may have told us about this already");
            }
            known.set(found);
            answer.set(Answer::Open);
        });
    });
    let (service, question) = (service.to_owned(), question.to_owned());
    live_if(move || {
        let list = known.get();
        if list.is_empty() {
            return None;
        }
        Some(match answer.get() {
            Answer::Different => return None,
            Answer::Open => choose(&question, &list, answer),
            Answer::Same(request) => tell_me((&service, &question), request, answer, (draft, problems)),
            Answer::Told => view! {
                <div class="portico-known" id=ID tabindex="-1">
                    <h2 class="govuk-heading-m">"We will tell you what happens"</h2>
                    <p>"We have sent you an email with a link. You don’t have to send this form."</p>
                    <p><a href=paths::HOME>"See what else you can do here"</a></p>
                </div>
            }
            .drawn(),
        })
    })
}

fn choose(question: &str, list: &[NearbyRequest], answer: RwSignal<Answer>) -> AnyView {
    let row = |request: &NearbyRequest| {
        let place = match request.metres {
            Some(metres) => format!("{metres} metres away"),
            None => "In this street".to_owned(),
        };
        let about = format!(
            "{place}, reported on {}. We will finish by {}.",
            words::day(request.received),
            request.complete_by
        );
        let picture = request
            .photo
            .then(|| view! { <img src=nearby::photo(&request.id) alt="A photo of it" /> }.drawn());
        let same = request.clone();
        let take = pressed(move || {
            answer.set(Answer::Same(same.clone()));
            a11y::focus_id_when_drawn(EMAIL.to_owned());
        });
        let act = format!("{SAME}:{question}:{}", request.id);
        let label = view! {
            "That’s it, tell me about it"<span class="govuk-visually-hidden">{format!(": {about}")}</span>
        };
        let take = act_button(&act, SECONDARY, None, take, label.into_any());
        view! {
            <li>
                {picture}
                <p><strong>{request.title.clone()}</strong>" "{about.clone()}</p>
                {take}
            </li>
        }
        .drawn()
    };
    let other = pressed(move || answer.set(Answer::Different));
    let other = act_button(DIFFERENT, SECONDARY, None, other, "No, mine is different".into_any());
    view! {
        <div class="portico-known" id=ID tabindex="-1">
            <h2 class="govuk-heading-m">"Has somebody told us already?"</h2>
            <ul class="govuk-list">{list.iter().map(row).collect_view()}</ul>
            {other}
        </div>
    }
    .drawn()
}

fn tell_me(
    (service, question): (&str, &str),
    request: NearbyRequest,
    answer: RwSignal<Answer>,
    (draft, problems): (Draft, RwSignal<Vec<Problem>>),
) -> AnyView {
    let (act_tell, act_back) = (format!("tell:{question}:{}", request.id), format!("{OPEN}:{question}"));
    let service = service.to_owned();
    let known = draft
        .now()
        .iter()
        .find(|(path, _)| path.rsplit('.').next() == Some("email"))
        .map(|(_, raw)| raw.to_owned());
    let typed = draft.now().get(EMAIL).to_owned();
    let typed = RwSignal::new(if typed.is_empty() { known.unwrap_or_default() } else { typed });
    let problem = RwSignal::new(problem_at(problems, EMAIL).get_untracked());
    let send = pressed(move || {
        let (service, id, email) = (service.clone(), request.id.clone(), typed.get_untracked());
        spawn_local(async move {
            match nearby::watch(&service, &id, &email).await {
                Ok(()) => {
                    answer.try_set(Answer::Told);
                    a11y::focus_id_when_drawn(ID.to_owned());
                }
                Err(failed) if failed.status == 422 => {
                    problem.try_set(Some(words::email_format().to_owned()));
                }
                Err(failed) => {
                    problem.try_set(Some(words::call_failed(&failed).to_owned()));
                }
            }
        });
    });
    let back = pressed(move || answer.set(Answer::Open));
    let send = act_button(&act_tell, MAIN, None, send, "Tell me what happens".into_any());
    let back = act_button(&act_back, SECONDARY, None, back, "Go back".into_any());
    let labelled = Labelled::new(EMAIL, "Your email address").error(problem.into());
    let on_input = Callback::new(move |email| typed.set(email));
    view! {
        <div class="portico-known">
            <h2 class="govuk-heading-m">"Where should we tell you?"</h2>
            <TextInput labelled=labelled value=typed on_input=on_input typing=email::TYPING />
            <div class="govuk-button-group">
                {send}
                {back}
            </div>
        </div>
    }
    .drawn()
}
