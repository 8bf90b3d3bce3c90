//! Somebody may have told us already: what is known near the place, before more is typed.

use domain::api::nearby::NearbyRequest;
use leptos::{prelude::*, task::spawn_local};

use super::handlers::pressed;
use super::input::{Labelled, TextInput};
use crate::api::nearby;
use crate::components::field::email;
use crate::live::{Drawn as _, live_if, react};
use crate::state::drafts::Draft;
use crate::{a11y, paths, words};

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
pub fn already(service: &str, question: &str, draft: Draft) -> AnyView {
    let known = RwSignal::new(Vec::<NearbyRequest>::new());
    let answer = RwSignal::new(Answer::Open);
    let position = draft.text(format!("{question}.position"));
    let street = draft.text(format!("{question}.street_id"));
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
            if !found.is_empty() {
                announcer.say("Somebody may have told us about this already");
            }
            known.try_set(found);
            answer.try_set(Answer::Open);
        });
    });
    let service = service.to_owned();
    live_if(move || {
        let list = known.get();
        if list.is_empty() {
            return None;
        }
        Some(match answer.get() {
            Answer::Different => return None,
            Answer::Open => choose(&list, answer),
            Answer::Same(request) => tell_me(service.clone(), request, answer, draft),
            Answer::Told => view! {
                <div class="portico-known" id="nearby-known" tabindex="-1">
                    <h2 class="govuk-heading-m">"We will tell you what happens"</h2>
                    <p>"We have sent you an email with a link. You don’t have to send this form."</p>
                    <p><a href=paths::HOME>"See what else you can do here"</a></p>
                </div>
            }
            .drawn(),
        })
    })
}

fn choose(list: &[NearbyRequest], answer: RwSignal<Answer>) -> AnyView {
    let row = |request: &NearbyRequest| {
        let place = match request.metres {
            Some(metres) => format!("{metres} metres away"),
            None => "In this street".to_owned(),
        };
        let about = format!(
            "{place}, reported on {}. We will finish by {}.",
            words::day(request.received),
            words::day(request.complete_by)
        );
        let picture = request
            .photo
            .then(|| view! { <img src=nearby::photo(&request.id) alt="A photo of it" /> }.drawn());
        let same = request.clone();
        let take = pressed(move || {
            answer.set(Answer::Same(same.clone()));
            a11y::focus_id_when_drawn("known-email".to_owned());
        });
        view! {
            <li>
                {picture}
                <p><strong>{request.title.clone()}</strong>" "{about.clone()}</p>
                <button type="button" class="govuk-button govuk-button--secondary" on:click=take>
                    "That’s it, tell me about it"<span class="govuk-visually-hidden">{format!(": {about}")}</span>
                </button>
            </li>
        }
        .drawn()
    };
    let other = pressed(move || answer.set(Answer::Different));
    view! {
        <div class="portico-known">
            <h2 class="govuk-heading-m">"Has somebody told us already?"</h2>
            <ul class="govuk-list">{list.iter().map(row).collect_view()}</ul>
            <button type="button" class="govuk-button govuk-button--secondary" on:click=other>"No, mine is different"</button>
        </div>
    }
    .drawn()
}

fn tell_me(service: String, request: NearbyRequest, answer: RwSignal<Answer>, draft: Draft) -> AnyView {
    let known = draft
        .now()
        .iter()
        .find(|(path, _)| path.rsplit('.').next() == Some("email"))
        .map(|(_, raw)| raw.to_owned());
    let typed = RwSignal::new(known.unwrap_or_default());
    let problem = RwSignal::new(None::<String>);
    let send = pressed(move || {
        let (service, id, email) = (service.clone(), request.id.clone(), typed.get_untracked());
        spawn_local(async move {
            match nearby::watch(&service, &id, &email).await {
                Ok(()) => {
                    answer.try_set(Answer::Told);
                    a11y::focus_id_when_drawn("nearby-known".to_owned());
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
    let labelled = Labelled::new("known-email", "Your email address").error(problem.into());
    let on_input = Callback::new(move |email| typed.set(email));
    view! {
        <div class="portico-known">
            <h2 class="govuk-heading-m">"Where should we tell you?"</h2>
            <TextInput labelled=labelled value=typed on_input=on_input typing=email::TYPING />
            <div class="govuk-button-group">
                <button type="button" class="govuk-button" on:click=send>"Tell me what happens"</button>
                <button type="button" class="govuk-button govuk-button--secondary" on:click=back>"Go back"</button>
            </div>
        </div>
    }
    .drawn()
}
