//! `/`: what can be done here, found by everyday words.

use domain::api::services::ServiceSummary;
use domain::field::plain::is_letter_or_digit;
use leptos::prelude::*;

use crate::api::services;
use crate::components::handlers::typed;
use crate::components::load::loaded;
use crate::live::{live, react};
use crate::state::{boot, device};
use crate::{a11y, paths, words};

/// The first page.
#[component]
pub fn HomePage() -> impl IntoView {
    let search = RwSignal::new(String::new());
    let typed_now: Signal<String> = search.into();
    let council = boot::use_council().with_value(|council| council.name.clone());
    a11y::use_page(|| "Home".to_owned());
    view! {
        <main id="main" tabindex="-1">
            <div class="portico-hero">
                <div class="govuk-width-container">
                    <h1 class="govuk-heading-xl">"How can we help?"</h1>
                    <div class="govuk-form-group" role="search">
                        <label class="govuk-label" for="search">"Search, for example “graffiti” or “bin”"</label>
                        <input
                            class="govuk-input" id="search" type="search" autocomplete="off"
                            prop:value=typed_now on:input=typed(Callback::new(move |typed| search.set(typed)))
                        />
                    </div>
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
    }
}

fn results(list: Vec<ServiceSummary>, search: RwSignal<String>) -> AnyView {
    let all = StoredValue::new(list);
    let found = move || all.with_value(|list| search.with(|search| find(list, search)));
    let announcer = a11y::use_announcer();
    let mut before = None;
    react(move || {
        let many = found().len();
        if before.replace(many).is_some_and(|before| before != many) {
            announcer.say(words::count(many, "service"));
        }
    });
    let card = |service: &ServiceSummary| {
        view! {
            <li>
                <h3 class="govuk-heading-s"><a href=paths::service(&service.id)>{service.title.clone()}</a></h3>
                <p>{service.summary.clone()}</p>
            </li>
        }
        .into_any()
    };
    let shown = live(move || {
        let found = found();
        let none = found.is_empty();
        let list = if none { all.get_value() } else { found };
        view! {
            {none.then(|| view! { <p>"Nothing here is called that. Try another word, choose one of these, or ring us: the number is at the foot of this page."</p> }.into_any())}
            <ul class="portico-services">{list.iter().map(card).collect_view()}</ul>
        }
        .into_any()
    });
    view! {
        <h2 class="govuk-heading-l">"What you can do here"</h2>
        {shown}
    }
    .into_any()
}

/// The services in which every word of the search begins a word.
fn find(list: &[ServiceSummary], search: &str) -> Vec<ServiceSummary> {
    let search = device::lower_case(search);
    let fits = |service: &&ServiceSummary| {
        let text = device::lower_case(&format!(
            "{} {} {}",
            service.title,
            service.summary,
            service.keywords.join(" ")
        ));
        let words: Vec<&str> = text.split(|c: char| !is_letter_or_digit(c)).collect();
        search.split_whitespace().all(|typed| words.iter().any(|word| word.starts_with(typed)))
    };
    list.iter().filter(fits).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_the_beginnings_of_everyday_words() {
        let service = |id: &str, keyword: &str| ServiceSummary {
            id: id.to_owned(),
            title: id.to_owned(),
            summary: String::new(),
            keywords: vec![keyword.to_owned()],
        };
        let list = [service("graffiti", "spray paint"), service("bin", "rubbish, refuse")];
        let ids =
            |search: &str| find(&list, search).into_iter().map(|service| service.id).collect::<Vec<_>>();
        assert_eq!(ids(""), ["graffiti", "bin"]);
        assert_eq!(ids("Graf"), ["graffiti"]);
        assert_eq!(ids("paint spr"), ["graffiti"]);
        assert_eq!(ids("refuse"), ["bin"]);
        assert!(ids("raffiti").is_empty() && ids("%").is_empty());
    }
}
