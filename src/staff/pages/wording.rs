//! `/staff/wording`: what people are told of requests, by which channel, in which words.

use domain::alert::{Channel, Matter};
use domain::api::wording::{
    Language, Message, Messages, Preview, PreviewCase, PreviewText, PreviewWritten, Values,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use portico_app::a11y;
use portico_app::components::layout::Column;

use crate::live::{self, Live};
use crate::parts::load;
use crate::{api, paths, session};

/// Every message.
#[component]
pub fn WordingPage() -> impl IntoView {
    let live = live::keep(session::use_session(), api::wording);
    a11y::use_page(|| "What people are told".to_owned());
    move || match (live.value().get(), live.problem().get()) {
        (Some(all), _) => list(&all),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
    }
}

fn list(all: &Messages) -> AnyView {
    let of = |to: &'static str, title: &'static str| {
        let row = |message: &Message| {
            view! {
                <tr class="govuk-table__row" role="row">
                    <th scope="row" role="rowheader" class="govuk-table__header">
                        <a href=paths::wording_of(&message.id, Values::Usual, "en")>{message.when.clone()}</a>
                    </th>
                    <td role="cell" class="govuk-table__cell">
                        <span class="portico-queue__label" aria-hidden="true">"Goes out"</span>" "{goes_out(message.matter)}
                    </td>
                    <td role="cell" class="govuk-table__cell">
                        <span class="portico-queue__label" aria-hidden="true">"By"</span>" "{by(&message.by)}
                    </td>
                </tr>
            }
        };
        let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
        view! {
            <table class="govuk-table portico-queue" role="table">
                <caption class="govuk-table__caption govuk-table__caption--m">{title}</caption>
                <thead class="govuk-table__head" role="rowgroup">
                    <tr class="govuk-table__row" role="row">{head("When")} {head("Goes out")} {head("By")}</tr>
                </thead>
                <tbody class="govuk-table__body" role="rowgroup">
                    {all.messages.iter().filter(|message| message.to == to).map(row).collect_view()}
                </tbody>
            </table>
        }
        .into_any()
    };
    // Drawn before the page, which outlives what it is drawn from.
    let tables = [
        of("resident", "Told to the resident"),
        of("watcher", "Told to people who follow a request of somebody else"),
        of("staff", "Told to staff"),
        of("contractor", "Told to contractors"),
    ];
    view! {
        <div class="govuk-width-container">
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                <h1 class="govuk-heading-l">"What people are told"</h1>
                <p>"Choose a message to see how it reads by email, as a text message, as a letter and as a notification. The words are data: whoever looks after the portal can change each of them."</p>
                {tables.collect_view()}
            </main>
        </div>
    }
    .into_any()
}

fn goes_out(matter: Matter) -> &'static str {
    match matter {
        Matter::Step => "As they chose, with others that follow soon",
        Matter::Asks => "Unless they want to hear nothing, with others that follow soon",
        Matter::Receipt => "As they chose, at once",
        Matter::Closes | Matter::MustAct => "Always, at once",
    }
}

fn by(channels: &[Channel]) -> String {
    channels.iter().map(|channel| channel.noun()).collect::<Vec<_>>().join(", ")
}

/// What the page of a message shows.
type Shown = (String, Values, String);

/// One message.
#[component]
pub fn WordingOfPage() -> impl IntoView {
    let session = session::use_session();
    let (params, query) = (use_params_map(), use_query_map());
    let shown = Memo::new(move |_| -> Shown {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        let asked = |name: &str| query.with(|query| query.get(name)).unwrap_or_default();
        let language = Some(asked("language")).filter(|language| !language.is_empty());
        (id, Values::read(&asked("values")), language.unwrap_or_else(|| "en".to_owned()))
    });
    let live = live::keep(session, move || {
        let (id, values, language) = shown.get();
        async move { api::wording_of(&id, values, &language).await }
    });
    let languages = live::keep(session, api::wording);
    // The page stays, with the focus in it, while other values are fetched.
    let message =
        Memo::new(move |_| live.value().with(|shown| shown.as_ref().map(|shown| shown.message.clone())));
    a11y::use_page(move || {
        let when = message.get().map(|message| message.when);
        when.map_or_else(
            || "What people are told".to_owned(),
            |when| format!("{when} - What people are told"),
        )
    });
    move || match (message.get(), live.problem().get()) {
        (Some(message), _) => page(&message, shown, live, languages),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
    }
}

fn page(message: &Message, shown: Memo<Shown>, live: Live<Preview>, all: Live<Messages>) -> AnyView {
    let values = Values::ALL.map(|values| {
        let address = move || shown.with(|(id, _, language)| paths::wording_of(id, values, language));
        let current = move || shown.with(|(_, now, _)| (*now == values).then_some("page"));
        view! { <li><a href=address aria-current=current>{label(values)}</a></li> }
    });
    let languages = move || {
        let languages = all.value().get().unwrap_or_default().languages;
        let each = languages.iter().cloned().map(|Language { id: language, name }| {
            let here = language.clone();
            let address = move || shown.with(|(id, values, _)| paths::wording_of(id, *values, &language));
            let current = move || shown.with(|(_, _, now)| (*now == here).then_some("page"));
            view! { <li><a href=address aria-current=current>{name}</a></li> }
        });
        let each = each.collect_view();
        (languages.len() > 1).then(|| {
            view! { <nav class="portico-parts" aria-label="In which language"><ul>{each}</ul></nav> }
        })
    };
    let (when, name) = (message.when.clone(), format!("In alerts.toml it is [message.{}].", message.id));
    let goes = format!("Goes out: {}. By {}.", goes_out(message.matter).to_lowercase(), by(&message.by));
    let letter = message.by.contains(&Channel::Letter).then(|| {
        let address = move || shown.with(|(id, values, language)| api::wording_letter(id, *values, language));
        view! { <p><a href=address download="letter.pdf" rel="external">"Get the letter as it is printed (PDF)"</a></p> }
    });
    let cases = move || {
        let cases = live.value().get().map(|preview| preview.cases).unwrap_or_default();
        cases.iter().enumerate().map(|(at, case)| one(case, at, cases.len())).collect_view()
    };
    view! {
        <Column back=Signal::stored(paths::WORDING.to_owned())>
            <h1 class="govuk-heading-l">{when}</h1>
            <p>{goes}</p>
            <p class="govuk-hint">{name}</p>
            <nav class="portico-parts" aria-label="Filled in with">
                <ul>{values.collect_view()}</ul>
            </nav>
            {languages}
            {letter}
            {cases}
        </Column>
    }
    .into_any()
}

fn label(values: Values) -> &'static str {
    match values {
        Values::Usual => "Usual values",
        Values::Least => "As little as there may be",
        Values::Longest => "The longest",
        Values::Strangest => "The strangest",
    }
}

/// A message in one case, by each channel.
fn one(case: &PreviewCase, at: usize, many: usize) -> AnyView {
    let language = case.language.clone();
    let several = many > 1;
    let heading =
        several.then(|| view! { <h2 class="govuk-heading-m">{format!("Case {} of {many}", at + 1)}</h2> });
    let name = move |name: &'static str| {
        if several {
            view! { <h3 class="govuk-heading-s">{name}</h3> }.into_any()
        } else {
            view! { <h2 class="govuk-heading-s">{name}</h2> }.into_any()
        }
    };
    let said =
        |text: &str| view! { <p dir="auto" class="portico-wording__said">{text.to_owned()}</p> }.into_any();
    let written = |PreviewWritten { by, subject, paragraphs }: &PreviewWritten| {
        view! {
            <div class="portico-wording">
                {name(if *by == Channel::Letter { "Letter" } else { "Email" })}
                <div lang=language.clone()>
                    <p dir="auto"><strong>{subject.clone()}</strong></p>
                    {paragraphs.iter().map(|paragraph| said(paragraph)).collect_view()}
                </div>
            </div>
        }
    };
    let text = case.text.as_ref().map(|PreviewText { text, characters, parts }| {
        view! {
            <div class="portico-wording">
                {name("Text message")}
                <div lang=language.clone()>{said(text)}</div>
                <p class="govuk-hint">{format!("{characters} characters, sent and paid for as {parts}.")}</p>
            </div>
        }
    });
    let notifications = case.notifications.as_ref().map(|[news, what]| {
        view! {
            <div class="portico-wording">
                {name("Notification")}
                <div lang=language.clone()>{said(news)}</div>
                <p class="govuk-hint">"Or, for who chose to see it on the screen:"</p>
                <div lang=language.clone()>{said(what)}</div>
            </div>
        }
    });
    view! {
        {heading}
        {case.written.iter().map(written).collect_view()}
        {text}
        {notifications}
    }
    .into_any()
}
