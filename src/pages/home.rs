//! `/`: what can be done here, found by everyday words.

use std::sync::Arc;

use domain::api::services::ServiceSummary;
use domain::catalogue::Topic;
use domain::search::{Entry, Index};
use leptos::prelude::*;

use crate::api::services;
use crate::components::handlers::{submitted, typed};
use crate::components::input::first_value;
use crate::components::load::loaded;
use crate::live::{Drawn as _, ON_SERVER, live_if, react};
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// The most services shown for a search.
const MOST: usize = 8;

/// The first page.
#[component]
pub fn HomePage() -> impl IntoView {
    let search = RwSignal::new(address::use_address().query("q"));
    let typed_now: Signal<String> = search.into();
    let council = boot::use_council().with_value(|council| council.name.clone());
    a11y::use_page(move || {
        // What somebody looks for is nobody else's business: titles are kept in histories.
        let is_home = search.with(|typed| typed.trim().is_empty());
        if is_home { "Home" } else { "Search results" }.to_owned()
    });
    view! {
        <main id="main" tabindex="-1">
            <div class="portico-hero">
                <div class="govuk-width-container">
                    <h1 class="govuk-heading-xl">"How can we help?"</h1>
                    <form class="govuk-form-group" role="search" action=paths::HOME on:submit=submitted(|| ())>
                        <label class="govuk-label" for="search">"Say what you need, for example “bin not collected” or “pay a fine”"</label>
                        <input
                            class="govuk-input" id="search" name="q" type="search" autocomplete="off"
                            value=first_value(typed_now) prop:value=typed_now on:input=typed(Callback::new(move |typed| search.set(typed)))
                        />
                        <button class="govuk-button">"Search"</button>
                    </form>
                </div>
            </div>
            <div class="govuk-width-container govuk-main-wrapper">
                {loaded(services::list, move |list| results(list, search))}
                <div class="portico-follow">
                    <h2 class="govuk-heading-m">"Follow a request you have made"</h2>
                    <p>"See what "{council}" is doing about it, add a message or withdraw it."</p>
                    <p><a href=paths::FOLLOW>"Find your request"</a></p>
                </div>
            </div>
        </main>
    }.drawn()
}

fn results(list: Vec<ServiceSummary>, search: RwSignal<String>) -> AnyView {
    let index = Index::new(list.iter().map(|service| Entry {
        title: &service.title,
        summary: &service.summary,
        keywords: &service.keywords,
    }));
    let all = Arc::new(list);
    let announcer = a11y::use_announcer();
    let found = Memo::new(move |_| search.with(|typed| index.find(typed, MOST)));
    let mut before = None;
    react(move || {
        let many = found.with(Vec::len);
        let is_typed = search.with_untracked(|typed| !typed.trim().is_empty());
        if is_typed && before.replace(many) != Some(many) {
            announcer.say(words::count(many, "service"));
        }
    });
    let is_typed = Memo::new(move |_| search.with(|typed| !typed.trim().is_empty()));
    let everything = browse(&all);
    let fitting = live_if(move || {
        if !is_typed.get() {
            return None;
        }
        let places = found.get();
        if places.is_empty() {
            return Some(view! {
                <h2 class="govuk-heading-l">"Nothing found"</h2>
                <p>"Nothing here is called that. Try another word, or "<a href=paths::service(last(&all))>"ask us in your own words"</a>"."</p>
            }
            .drawn());
        }
        let cards = places.into_iter().filter_map(|at| all.get(at)).map(card).collect_view();
        Some(
            view! {
                <h2 class="govuk-heading-l">"What fits"</h2>
                <ul class="portico-services">{cards}</ul>
            }
            .drawn(),
        )
    });
    // Hidden and not drawn anew: with hundreds of services the first letter would be slow, and so the last.
    view! { {fitting} <div hidden=ON_SERVER && is_typed.get_untracked() prop:hidden=move || is_typed.get()>{everything}</div> }.drawn()
}

/// The service that takes everything else: the last one of the list.
fn last(list: &[ServiceSummary]) -> &str {
    list.last().map_or("", |service| &service.id)
}

fn card(service: &ServiceSummary) -> AnyView {
    view! {
        <li>
            <h3 class="govuk-heading-s">{link(service)}</h3>
            <p>{service.summary.clone()}</p>
        </li>
    }
    .drawn()
}

fn link(service: &ServiceSummary) -> AnyView {
    view! { <a href=paths::service(&service.id)>{service.title.clone()}</a> }.drawn()
}

/// The tasks most people come for, then everything by topic.
fn browse(list: &[ServiceSummary]) -> AnyView {
    let item = |service: &ServiceSummary| view! { <li>{link(service)}</li> }.drawn();
    let top: Vec<AnyView> = list.iter().filter(|service| service.top).map(item).collect();
    let topic = |topic: Topic| {
        let own: Vec<AnyView> = list.iter().filter(|service| service.topic == topic).map(item).collect();
        (!own.is_empty()).then(|| {
            view! {
                <section>
                    <h3 class="govuk-heading-s">{words::topic(topic)}</h3>
                    <ul class="govuk-list">{own}</ul>
                </section>
            }
            .drawn()
        })
    };
    let topics: Vec<AnyView> = Topic::ALL.into_iter().filter_map(topic).collect();
    view! {
        {(!top.is_empty()).then(|| view! {
            <h2 class="govuk-heading-l">"What most people come for"</h2>
            <ul class="portico-top">{top}</ul>
        }.drawn())}
        <h2 class="govuk-heading-l">"Everything you can do here"</h2>
        <div class="portico-topics">{topics}</div>
    }
    .drawn()
}
