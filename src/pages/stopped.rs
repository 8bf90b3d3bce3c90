//! `/services/:id/stopped/:stop`: the form ends early, and why. Not an error, and not made to look like one.

use std::sync::Arc;

use domain::api::services::ServiceView;
use domain::catalogue::StopKind;
use leptos::prelude::*;

use crate::components::layout::{Column, phone_link};
use crate::components::load::{loaded, not_found};
use crate::components::policy::PolicyLetter;
use crate::state::{boot, services};
use crate::{a11y, paths};

/// Why a form ends early.
#[component]
pub fn StoppedPage(
    /// The service.
    id: String,
    /// The stop.
    stop: String,
) -> impl IntoView {
    let service = services::use_service(id);
    let back = RwSignal::new(paths::HOME.to_owned());
    view! { <Column back=back>{loaded(service, move |view| stopped(&view, &stop, back))}</Column> }
}

fn stopped(view: &Arc<ServiceView>, stop: &str, back: RwSignal<String>) -> AnyView {
    let service = &view.service;
    let Some(stop) = service.stops.iter().find(|known| known.id == stop) else { return not_found() };
    back.set(paths::step(&service.id, &stop.when.question));
    let title = format!("{} - {}", stop.title, service.title);
    a11y::use_page(move || title.clone());
    let policy = stop.policy.as_ref().and_then(|id| service.policy(id)).cloned();
    let text = stop.text.iter().map(|text| view! { <p>{text.clone()}</p> }.into_any()).collect_view();
    let instead = stop.instead.clone().map(|instead| {
        view! {
            <h2 class="govuk-heading-m">"What you can do"</h2>
            <p>{instead}</p>
        }
        .into_any()
    });
    let (phone, hours) = boot::use_council()
        .with_value(|council| (phone_link(&council.contact.phone), council.contact.hours.clone()));
    let wrong = match stop.kind {
        StopKind::Policy => "If you think this policy does not fit your case, ring us on ",
        StopKind::NotOurs => "If you are not sure who is responsible, ring us on ",
        StopKind::Emergency => "If it is not an emergency, go back and change your answer, or ring us on ",
    };
    view! {
        <span class="govuk-caption-l">{service.title.clone()}</span>
        <h1 class="govuk-heading-l">{stop.title.clone()}</h1>
        {text}
        {policy.map(|policy| view! { <PolicyLetter policy=policy /> }.into_any())}
        {instead}
        <p>{wrong}{phone}" ("{hours}")."</p>
        <p><a href=paths::HOME>"See what else you can do here"</a></p>
    }
    .into_any()
}
