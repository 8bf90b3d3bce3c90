//! `/account/acting/:id`: the requests of somebody for whom one acts; with `/:request`, one of them. To look at only.

use domain::api::follow::FollowView;
use domain::api::helpers::ActingRequests;
use domain::field::Value;
use leptos::prelude::*;

use super::account::item;
use crate::api::helpers;
use crate::components::answers::{AnswerList, Line};
use crate::components::layout::Column;
use crate::components::load::{loaded, not_found};
use crate::components::status::StatusPanel;
use crate::components::timeline::Timeline;
use crate::live::Drawn as _;
use crate::state::address;
use crate::{a11y, paths};

/// Somebody's requests.
#[component]
pub fn AccountActingPage() -> impl IntoView {
    let path = address::use_address().path().get_untracked();
    let mut parts = path.split('/').filter(|part| !part.is_empty()).skip(2).map(ToOwned::to_owned);
    let page = match (parts.next(), parts.next(), parts.next()) {
        (Some(id), None, _) => loaded(
            move || {
                let id = id.clone();
                async move { helpers::requests(&id).await }
            },
            |view: ActingRequests| list(&view),
        ),
        (Some(id), Some(request), None) => {
            let back = paths::account(&format!("acting/{id}"));
            loaded(
                move || {
                    let (id, request) = (id.clone(), request.clone());
                    async move { helpers::request(&id, &request).await }
                },
                move |view| one(view, back.clone()),
            )
        }
        _ => not_found(),
    };
    view! { <Column>{page}</Column> }.drawn()
}

fn list(view: &ActingRequests) -> AnyView {
    let name = view.who.name.clone();
    let title = format!("You act for {name}");
    a11y::use_page(move || title.clone());
    let items = view
        .requests
        .iter()
        .map(|request| item(request, paths::account(&format!("acting/{}/{}", view.who.id, request.key))));
    view! {
        <h1 class="govuk-heading-l">"You act for "<bdi>{name}</bdi></h1>
        <p>"These are their requests about: "{view.who.services.join(", ")}". They can see when you look."</p>
        {if view.requests.is_empty() {
            view! { <p>"There are none yet."</p> }.drawn()
        } else {
            view! { <ul class="portico-services">{items.collect_view()}</ul> }.drawn()
        }}
    }
    .drawn()
}

fn one(view: FollowView, back: String) -> AnyView {
    let title = format!("{} - {}", view.title, view.reference);
    a11y::use_page(move || title.clone());
    let (title, reference) = (view.title.clone(), view.reference.to_string());
    let entries = view.timeline.clone();
    let told =
        view.answers.iter().filter(|answer| !matches!(answer.value, Value::Photos(_) | Value::Documents(_)));
    let lines = told
        .map(|answer| Line { label: answer.label.clone(), value: Some(answer.value.clone()), change: None })
        .collect();
    view! {
        <p><a class="govuk-link" href=back>"All requests that you may see"</a></p>
        <span class="govuk-caption-l">"Reference "<span class="portico-reference">{reference}</span></span>
        <h1 class="govuk-heading-l">{title}</h1>
        <StatusPanel request=view />
        <h2 class="govuk-heading-m">"What has happened"</h2>
        <Timeline entries=entries for_staff=true />
        <h2 class="govuk-heading-m">"What was told"</h2>
        <AnswerList lines=lines photo=Box::new(|_| None) />
    }
    .drawn()
}
