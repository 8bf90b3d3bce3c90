//! `/staff`: the queue of my department, earliest promise first. What changes while somebody looks at it is said, and
//! shown when they say so: nothing moves under their hands.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::api::staff::{QUEUE_MOST, Queue, QueueItem, Show};
use domain::api::workspace::QueueFilter;
use domain::case::Status;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portico_app::a11y;
use portico_app::api::events;
use uuid::Uuid;

use crate::live::{self, Live};
use crate::parts::{load, narrow::narrow, undo};
use crate::paths;
use crate::session::{self, Session};
use crate::{api, browser, words};

/// How often the queue is read again while somebody looks at it.
const EVERY: Duration = Duration::from_secs(30);
/// How long changes are gathered before it is read again.
const GATHERED: Duration = Duration::from_secs(1);

/// The queue.
#[component]
pub fn QueuePage() -> impl IntoView {
    let session = session::use_session();
    // Who sees no requests has a page of their own.
    let own = session
        .me()
        .with_untracked(|me| me.as_ref().and_then(|me| paths::menu(me.role, me.answers).first().copied()));
    if let Some((own, _)) = own.filter(|(own, _)| *own != paths::QUEUE) {
        Effect::new(move |_| session.replace(own));
        return load::loading();
    }
    queue(session)
}

fn queue(session: Session) -> AnyView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| QueueFilter::read(|name| query.get(name))));
    Effect::new(move |_| session.set_filter(filter.get()));
    let live = live::keep(session, move || {
        let filter = filter.get();
        async move {
            let queue = api::queue(&filter).await?;
            Ok((filter, queue))
        }
    });
    browser::while_visible(EVERY, move || live.refresh());
    let soon = gathered(move || live.refresh());
    events::watch(api::QUEUE_EVENTS, move |_| soon());

    // What is on the screen: what came first of this part, until somebody asks for what is new.
    let shown = RwSignal::new(None::<Part>);
    Effect::new(move |_| {
        live.value().with(|value| {
            let Some(new) = value else { return };
            let is_other = shown.with_untracked(|shown| {
                shown.as_ref().is_none_or(|(of, queue)| *of != new.0 || changes(queue, &new.1) == 0)
            });
            if is_other {
                shown.set(Some(new.clone()));
            }
        });
    });
    // Until the other part has come, there is nothing to show under its heading.
    let rows = Memo::new(move |_| {
        shown.with(|value| {
            value.as_ref().filter(|(of, _)| *of == filter.get()).map(|(_, queue)| queue.requests.clone())
        })
    });
    let broken = Memo::new(move |_| live.problem().get().filter(|_| rows.with(Option::is_none)));
    (move || match broken.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        None => page(session, live, shown, filter, rows),
    })
    .into_any()
}

/// Calls once for all that is asked for within a moment.
fn gathered(call: impl Fn() + Clone + 'static) -> impl Fn() + Clone + 'static {
    let waits = StoredValue::new(false);
    move || {
        if waits.try_get_value() != Some(false) {
            return;
        }
        waits.set_value(true);
        let call = call.clone();
        set_timeout(
            move || {
                if waits.try_set_value(false).is_none() {
                    call();
                }
            },
            GATHERED,
        );
    }
}

type Part = (QueueFilter, Queue);
type Rows = Memo<Option<Vec<QueueItem>>>;

/// How many requests are others, have come or have gone.
fn changes(before: &Queue, now: &Queue) -> usize {
    let known: HashMap<Uuid, &QueueItem> = before.requests.iter().map(|item| (item.id, item)).collect();
    let new = now.requests.iter().filter(|item| known.get(&item.id) != Some(item)).count();
    let stayed = now.requests.iter().filter(|item| known.contains_key(&item.id)).count();
    new + before.requests.len() - stayed
}

fn page(
    session: Session,
    live: Live<Part>,
    shown: RwSignal<Option<Part>>,
    filter: Memo<QueueFilter>,
    rows: Rows,
) -> AnyView {
    let show = Memo::new(move |_| filter.with(|filter| filter.show));
    let narrowed = Memo::new(move |_| filter.with(QueueFilter::is_narrow));
    let heading = Memo::new(move |_| {
        let heading = heading(show.get(), rows.with(|rows| rows.as_ref().map(Vec::len)));
        if narrowed.get() { format!("{heading}, narrowed down") } else { heading }
    });
    a11y::use_page(move || heading.get());
    say_changes(heading, rows);
    let department = move || session.me().with(|me| me.as_ref().map(|me| me.department.clone()));
    let more = move || shown.with(|value| value.as_ref().is_some_and(|(_, queue)| queue.more));
    let to_sign =
        Memo::new(move |_| live.value().with(|value| value.as_ref().map_or(0, |(_, queue)| queue.to_sign)));
    let filled = Memo::new(move |_| rows.with(|rows| rows.as_ref().map(|rows| !rows.is_empty())));
    let list = move || match (filled.get(), show.get()) {
        (None, _) => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
        (Some(true), show) => table(session, rows, show),
        (Some(false), _) if narrowed.get() => {
            view! { <p>"Nothing is left of them. Narrow it down less."</p> }.into_any()
        }
        (Some(false), show) => view! { <p>{nothing(show)}</p> }.into_any(),
    };
    view! {
        <div class="govuk-width-container">
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                {undo::last(session)}
                <div class="portico-title">
                    <div>
                        <span class="govuk-caption-l">{department}</span>
                        <h1 class="govuk-heading-l">{heading}</h1>
                    </div>
                    <button type="button" class="govuk-button govuk-button--secondary" on:click=|_| browser::print()>"Print"</button>
                </div>
                {parts(show, to_sign)}
                {narrow(session, filter)}
                {move || live.problem().with(Option::is_some).then(|| view! {
                    <div class="govuk-inset-text">"We can’t reach the server just now. This list may be out of date."</div>
                })}
                {news(live, shown, filter)}
                {chosen(session)}
                {list}
                {move || more().then(|| view! { <p>{format!("There are more. These are the first {QUEUE_MOST}.")}</p> })}
            </main>
        </div>
    }
    .into_any()
}

/// That something has changed, and a way to see it.
fn news(live: Live<Part>, shown: RwSignal<Option<Part>>, filter: Memo<QueueFilter>) -> AnyView {
    let many = Memo::new(move |_| {
        live.value().with(|new| {
            shown.with(|shown| match (new, shown) {
                (Some((of, new)), Some((_, before))) if *of == filter.get() => changes(before, new),
                _ => 0,
            })
        })
    });
    let announcer = a11y::use_announcer();
    Effect::new(move |_| {
        if many.get() > 0 {
            announcer.say(said(many.get()));
        }
    });
    let press = move |_| {
        let new = live.value().get_untracked();
        browser::keep_focus(|| shown.set(new));
        a11y::focus_when_drawn("main h1");
    };
    (move || {
        let many = many.get();
        (many > 0).then(|| view! {
            <p class="portico-news">
                {said(many)}" "
                <button type="button" id="show-changes" class="portico-link-button" aria-keyshortcuts="r" on:click=press>"Show"</button>
            </p>
        })
    })
    .into_any()
}

fn said(many: usize) -> String {
    portico_app::words::count(many, "change") + "."
}

/// How many are chosen, and the way on.
fn chosen(session: Session) -> AnyView {
    let many = Memo::new(move |_| session.chosen().with(BTreeSet::len));
    (move || {
        let many = many.get();
        (many > 0).then(|| view! {
            <div class="portico-chosen">
                <p><strong>{format!("{} chosen", portico_app::words::count(many, "request"))}</strong></p>
                <a class="govuk-button" role="button" href=paths::BULK aria-keyshortcuts="b">"Do something with them"</a>
                <button type="button" class="portico-link-button" on:click=move |_| session.choose(BTreeSet::clear)>"Choose none"</button>
            </div>
        })
    })
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
        Show::ToSign => "Nothing waits for your agreement.",
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
        Show::ToSign => ("To agree", "proposed"),
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
fn parts(now: Memo<Show>, to_sign: Memo<u32>) -> AnyView {
    let link = |show: Show| {
        let current = move || (now.get() == show).then_some("page");
        // What waits for nobody but me is counted: others have to wait, too.
        let many =
            move || (show == Show::ToSign && to_sign.get() > 0).then(|| format!(" ({})", to_sign.get()));
        view! { <li><a href=paths::queue(&QueueFilter::of(show)) aria-current=current>{named(show).0}{many}</a></li> }
    };
    view! {
        <nav class="portico-parts" aria-label="Which requests">
            <ul>{Show::ALL.into_iter().map(link).collect_view()}</ul>
        </nav>
    }
    .into_any()
}

/// The table. On a narrow screen each row is a card; the roles keep it a table for those who listen.
fn table(session: Session, rows: Rows, show: Show) -> AnyView {
    let ids = move || rows.with(|rows| rows.iter().flatten().map(|item| item.id).collect::<Vec<Uuid>>());
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let all = move |event| {
        let is_ticked = event_target_checked(&event);
        let shown: Vec<Uuid> =
            rows.with_untracked(|rows| rows.iter().flatten().map(|item| item.id).collect());
        session.choose(|chosen| {
            for id in shown {
                if is_ticked {
                    chosen.insert(id)
                } else {
                    chosen.remove(&id)
                };
            }
        });
    };
    let is_all = move || {
        let shown = ids();
        session.chosen().with(|chosen| !shown.is_empty() && shown.iter().all(|id| chosen.contains(id)))
    };
    let open = show != Show::Closed;
    let last = if show == Show::Closed { "How it ended" } else { "Who has it" };
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-visually-hidden">"Requests, earliest promise first"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">
                    {open.then(|| view! {
                        <th scope="col" role="columnheader" class="govuk-table__header portico-queue__choose">
                            <span class="portico-tick">
                                <input type="checkbox" id="choose-all" aria-label="Choose all that are shown" prop:checked=is_all on:change=all />
                            </span>
                        </th>
                    })}
                    {head("Request")} {head("About")} {head("Promised by")} {head(last)} {head("Received")}
                </tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                <For each=ids key=|id| *id let:id>
                    <Row id=id session=session rows=rows show=show />
                </For>
            </tbody>
        </table>
    }
    .into_any()
}

/// One request. The row stays the same element when its request changes, so the focus stays in it.
#[component]
fn Row(id: Uuid, session: Session, rows: Rows, show: Show) -> impl IntoView {
    let item =
        Memo::new(move |_| rows.with(|rows| rows.iter().flatten().find(|item| item.id == id).cloned()));
    let cells = move || item.get().map(|item| cells(session, item, show));
    view! { <tr class="govuk-table__row" class=("portico-queue__late", move || item.with(|item| item.as_ref().is_some_and(|item| item.late))) role="row">{cells}</tr> }
}

fn cells(session: Session, item: QueueItem, show: Show) -> impl IntoView {
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
    let tick = move |event| {
        let is_ticked = event_target_checked(&event);
        session.choose(|chosen| {
            if is_ticked {
                chosen.insert(id)
            } else {
                chosen.remove(&id)
            };
        });
    };
    let choose = (show != Show::Closed).then(|| {
        let what = format!("Choose {title}, {reference}");
        view! {
            <td role="cell" class="govuk-table__cell portico-queue__choose">
                <span class="portico-tick">
                    <input
                        type="checkbox" id=format!("choose-{id}") aria-label=what
                        prop:checked=move || session.chosen().with(|chosen| chosen.contains(&id)) on:change=tick
                    />
                </span>
            </td>
        }
    });
    view! {
        {choose}
        <th scope="row" role="rowheader" class="govuk-table__header">
            <a id=format!("request-{id}") href=paths::request(id)>
                {title}<span class="portico-queue__reference">{reference.to_string()}</span>
            </a>
        </th>
        <td role="cell" class="govuk-table__cell"><bdi>{about}</bdi></td>
        <td role="cell" class="govuk-table__cell">
            {label("Promised by")}
            {words::by(complete_by)}
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

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use domain::reference::Reference;

    use super::*;

    fn item(id: u128, about: &str) -> QueueItem {
        QueueItem {
            id: Uuid::from_u128(id),
            reference: Reference::from_random([1; 7]),
            title: "Report graffiti".into(),
            about: about.into(),
            status: Status::Received,
            late: false,
            escalated: false,
            owner: None,
            contractor: None,
            to_check: false,
            mine: false,
            complete_by: NaiveDate::default().into(),
            received: String::new(),
        }
    }

    #[test]
    fn what_is_another_has_come_or_has_gone_is_counted() {
        let queue = |requests| Queue { requests, more: false, to_sign: 0 };
        let before = queue(vec![item(1, "a"), item(2, "b"), item(3, "c")]);
        assert_eq!(changes(&before, &before), 0);
        let now = queue(vec![item(4, "d"), item(2, "other"), item(1, "a")]);
        assert_eq!(changes(&before, &now), 3, "one came, one is another, one has gone");
    }
}
