//! `/staff`: the queue of my department, earliest promise first.

use std::time::Duration;

use domain::api::staff::{Queue, QueueItem, Show};
use domain::case::Status;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portico_app::a11y;
use uuid::Uuid;

use crate::live::{self, Live};
use crate::parts::load;
use crate::paths;
use crate::session::{self, Session};
use crate::{api, browser, words};

/// How often the queue is read again while somebody looks at it.
const EVERY: Duration = Duration::from_secs(30);

/// The queue.
#[component]
pub fn QueuePage() -> impl IntoView {
    let session = session::use_session();
    // Who sees no requests has a page of their own.
    let own = session.me().with_untracked(|me| me.as_ref().and_then(|me| paths::menu(me.role).first()));
    if let Some((own, _)) = own.filter(|(own, _)| *own != paths::QUEUE) {
        Effect::new(move |_| session.replace(own));
        return load::loading();
    }
    queue(session)
}

fn queue(session: Session) -> AnyView {
    let query = use_query_map();
    let show = Memo::new(move |_| query.with(|query| Show::read(query.get("show").as_deref())));
    Effect::new(move |_| session.set_show(show.get()));
    let live = live::keep(session, move || {
        let show = show.get();
        async move { Ok((show, api::queue(show).await?)) }
    });
    browser::while_visible(EVERY, move || live.refresh());

    // Until the other part has come, there is nothing to show under its heading.
    let rows = Memo::new(move |_| {
        live.value().with(|value| {
            value.as_ref().filter(|(of, _)| *of == show.get()).map(|(_, queue)| queue.requests.clone())
        })
    });
    let broken = Memo::new(move |_| live.problem().get().filter(|_| rows.with(Option::is_none)));
    (move || match broken.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        None => page(session, live, show, rows),
    })
    .into_any()
}

type Part = (Show, Queue);
type Rows = Memo<Option<Vec<QueueItem>>>;

fn page(session: Session, live: Live<Part>, show: Memo<Show>, rows: Rows) -> AnyView {
    let heading = Memo::new(move |_| heading(show.get(), rows.with(|rows| rows.as_ref().map(Vec::len))));
    a11y::use_page(move || heading.get());
    say_changes(heading, rows);
    let department = move || session.me().with(|me| me.as_ref().map(|me| me.department.clone()));
    let more = move || live.value().with(|value| value.as_ref().is_some_and(|(_, queue)| queue.more));
    let filled = Memo::new(move |_| rows.with(|rows| rows.as_ref().map(|rows| !rows.is_empty())));
    let list = move || match (filled.get(), show.get()) {
        (None, _) => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
        (Some(true), show) => table(rows, show),
        (Some(false), show) => view! { <p>{nothing(show)}</p> }.into_any(),
    };
    view! {
        <div class="govuk-width-container">
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                <span class="govuk-caption-l">{department}</span>
                <h1 class="govuk-heading-l">{heading}</h1>
                {parts(show)}
                {move || live.problem().with(Option::is_some).then(|| view! {
                    <div class="govuk-inset-text">"We can’t reach the server just now. This list may be out of date."</div>
                })}
                {list}
                {move || more().then(|| view! { <p>"There are more. These are the 200 that are promised first."</p> })}
            </main>
        </div>
    }
    .into_any()
}

/// Says how many there are when that changes.
fn say_changes(heading: Memo<String>, rows: Rows) {
    let announcer = a11y::use_announcer();
    Effect::new(move |before: Option<Option<String>>| {
        let now = rows.with(Option::is_some).then(|| heading.get());
        if let (Some(Some(before)), Some(now)) = (&before, &now)
            && before != now
        {
            announcer.say(now.clone());
        }
        now.or(before.flatten())
    });
}

fn nothing(show: Show) -> &'static str {
    match show {
        Show::Open => "Nobody is waiting for your department.",
        Show::Mine => "You have no open requests. Take one from the open ones.",
        Show::Unowned => "Somebody has taken each of them.",
        Show::Today => "Nothing is promised by today.",
        Show::Overdue => "No promise was missed.",
        Show::Waiting => "Nothing waits for its resident.",
        Show::Escalated => "Nothing has gone up.",
        Show::Offered => "Nobody offers you anything.",
        Show::Contractor => "No contractor works on anything of yours.",
        Show::Check => "No contractor’s work has to be looked at.",
        Show::Board => "Nothing has been open for too long.",
        Show::Closed => "Nothing has been closed yet.",
    }
}

/// What the part is called in the list of parts, and of what sort its requests are.
fn named(show: Show) -> (&'static str, &'static str) {
    match show {
        Show::Open => ("Open", "open"),
        Show::Mine => ("Mine", "open"),
        Show::Unowned => ("Nobody’s yet", "new"),
        Show::Today => ("Due today", "due"),
        Show::Overdue => ("Overdue", "overdue"),
        Show::Waiting => ("Waiting", "waiting"),
        Show::Escalated => ("Escalated", "escalated"),
        Show::Offered => ("Offered", "offered"),
        Show::Contractor => ("With contractors", "contracted"),
        Show::Check => ("To check", "finished"),
        Show::Board => ("Open too long", "long open"),
        Show::Closed => ("Closed", "closed"),
    }
}

fn heading(show: Show, many: Option<usize>) -> String {
    let (name, sort) = named(show);
    match (show, many) {
        (Show::Mine, Some(many)) => format!("{} of mine", words::requests(many, sort)),
        (Show::Mine, None) => "My open requests".to_owned(),
        (_, Some(many)) => words::requests(many, sort),
        (_, None) => format!("{name} requests"),
    }
}

/// Which part of the queue: real links, so that each has an address.
fn parts(now: Memo<Show>) -> AnyView {
    let link = |show: Show| {
        let current = move || (now.get() == show).then_some("page");
        view! { <li><a href=paths::queue(show) aria-current=current>{named(show).0}</a></li> }
    };
    view! {
        <nav class="portico-parts" aria-label="Which requests">
            <ul>{Show::ALL.into_iter().map(link).collect_view()}</ul>
        </nav>
    }
    .into_any()
}

/// The table. On a narrow screen each row is a card; the roles keep it a table for those who listen.
fn table(rows: Rows, show: Show) -> AnyView {
    let ids = move || rows.with(|rows| rows.iter().flatten().map(|item| item.id).collect::<Vec<Uuid>>());
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let last = if show == Show::Closed { "How it ended" } else { "Who has it" };
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-visually-hidden">"Requests, earliest promise first"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">
                    {head("Request")} {head("About")} {head("Promised by")} {head(last)} {head("Received")}
                </tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                <For each=ids key=|id| *id let:id>
                    <Row id=id rows=rows show=show />
                </For>
            </tbody>
        </table>
    }
    .into_any()
}

/// One request. The row stays the same element when its request changes, so the focus stays in it.
#[component]
fn Row(id: Uuid, rows: Rows, show: Show) -> impl IntoView {
    let item =
        Memo::new(move |_| rows.with(|rows| rows.iter().flatten().find(|item| item.id == id).cloned()));
    let cells = move || item.get().map(|item| cells(item, show));
    view! { <tr class="govuk-table__row" class=("portico-queue__late", move || item.with(|item| item.as_ref().is_some_and(|item| item.late))) role="row">{cells}</tr> }
}

fn cells(item: QueueItem, show: Show) -> impl IntoView {
    let QueueItem {
        id,
        reference,
        title,
        about,
        status,
        late,
        escalated,
        owner,
        contractor,
        to_check,
        mine,
        complete_by,
        received,
    } = item;
    let who = match owner {
        _ if show == Show::Closed => view! { {words::status(status)} }.into_any(),
        _ if mine => view! { <strong class="govuk-tag">"You"</strong> }.into_any(),
        Some(owner) => view! { <bdi>{owner}</bdi> }.into_any(),
        None => view! { <strong class="govuk-tag govuk-tag--yellow">"Nobody yet"</strong> }.into_any(),
    };
    let waits = (status == Status::Waiting)
        .then(|| view! { " "<strong class="govuk-tag govuk-tag--blue">"Waiting"</strong> });
    let up = escalated.then(|| view! { " "<strong class="govuk-tag govuk-tag--red">"Escalated"</strong> });
    let contractor = contractor.filter(|_| show != Show::Closed).map(|contractor| {
        let check =
            to_check.then(|| view! { " "<strong class="govuk-tag govuk-tag--orange">"To check"</strong> });
        view! { <span class="portico-queue__reference">"With "<bdi>{contractor}</bdi></span>{check} }
    });
    let who_label = if show == Show::Closed { "How it ended" } else { "Who has it" };
    view! {
        <th scope="row" role="rowheader" class="govuk-table__header">
            <a id=format!("request-{id}") href=paths::request(id)>
                {title}<span class="portico-queue__reference">{reference.to_string()}</span>
            </a>
        </th>
        <td role="cell" class="govuk-table__cell"><bdi>{about}</bdi></td>
        <td role="cell" class="govuk-table__cell">
            {label("Promised by")}
            {words::date(complete_by)}
            {late.then(|| view! { " "<strong class="govuk-tag govuk-tag--red">"Overdue"</strong> })}
            {waits} {up}
        </td>
        <td role="cell" class="govuk-table__cell">{label(who_label)} {who} {contractor}</td>
        <td role="cell" class="govuk-table__cell">{label("Received")} {received}</td>
    }
}

/// The column's name, in cards, where there is no head. The cell's role has it for those who listen.
fn label(words: &'static str) -> impl IntoView {
    view! { <span class="portico-queue__label" aria-hidden="true">{words}</span> }
}
