//! `/staff/board`: what has been open for too long, in every department that one answers for, until somebody decides.

use domain::api::board::{BOARD_MOST, Board, BoardItem, Decided};
use leptos::prelude::*;
use portico_app::a11y;
use portico_app::words::count;

use crate::parts::{download::Download, load};
use crate::{api, browser, live, paths, session, words};

/// The board's list.
#[component]
pub fn BoardPage() -> impl IntoView {
    let live = live::keep(session::use_session(), api::board);
    a11y::use_page(|| "The board’s list".to_owned());
    let problem = Memo::new(move |_| live.problem().get().filter(|_| live.value().with(Option::is_none)));
    move || match (live.value().get(), problem.get()) {
        (Some(board), _) => view! {
            <div class="govuk-width-container">
                <main class="govuk-main-wrapper" id="main" tabindex="-1">
                    {page(board)}
                </main>
            </div>
        }
        .into_any(),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
    }
}

fn page(board: Board) -> AnyView {
    let Board { departments, requests, more, days } = board;
    let answers = match departments.as_slice() {
        [] => "You answer for no department, so nothing is on this list for you.".to_owned(),
        names => format!("You answer for {}.", names.join(", ")),
    };
    let undecided = requests.iter().filter(|item| item.decided.is_none()).count();
    let list = if requests.is_empty() {
        let nothing = format!("Nothing has been open for {} or more.", count(days.into(), "day"));
        view! { <p>{nothing}</p> }.into_any()
    } else {
        let (many, wait) = (count(requests.len(), "request"), count(undecided, "decision"));
        view! {
            <p><strong>{many}</strong>{format!(" open for {} or more. ", count(days.into(), "day"))}<strong>{wait}</strong>" to be made."</p>
            {table(requests)}
        }
        .into_any()
    };
    view! {
        <div class="portico-title">
            <h1 class="govuk-heading-l">"The board’s list"</h1>
            <button type="button" class="govuk-button govuk-button--secondary" on:click=|_| browser::print()>"Print"</button>
        </div>
        <p>{answers}</p>
        {list}
        {more.then(|| view! { <p>{format!("There are more. These are the first {BOARD_MOST}; the file has all of them.")}</p> })}
        <h2 class="govuk-heading-m">"Take it away"</h2>
        <p>"The list as a file for a spreadsheet (CSV). Nothing that residents wrote is in it. That you took it is logged."</p>
        <Download address=api::BOARD_EXPORT label="Download the list" />
    }
    .into_any()
}

const COLUMNS: [&str; 5] = ["Department", "Open for", "Who has it", "Why", "Decision"];

fn table(requests: Vec<BoardItem>) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    view! {
        <table class="govuk-table portico-queue portico-work" role="table">
            <caption class="govuk-visually-hidden">"Requests that have been open for too long: what waits for a decision first, the oldest first"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">{head("Request")}{COLUMNS.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">{requests.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(item: BoardItem) -> AnyView {
    let BoardItem {
        id,
        reference,
        title,
        department,
        since,
        days,
        owner,
        unowned,
        why,
        missed,
        complete_by,
        decided,
        may_decide,
    } = item;
    let label = |label: &'static str| view! { <span class="portico-queue__label" aria-hidden="true">{label}</span>" " };
    let cell = |at: usize, inner: AnyView| view! { <td role="cell" class="govuk-table__cell">{label(COLUMNS[at])}{inner}</td> };
    let named =
        view! { {title.clone()}<span class="portico-queue__reference">{reference.to_string()}</span> };
    let named = match id {
        Some(id) => view! { <a href=paths::request(id)>{named}</a> }.into_any(),
        None => named.into_any(),
    };
    let who = match (owner, unowned) {
        (Some(owner), false) => view! { <bdi>{owner}</bdi> }.into_any(),
        (Some(lead), true) => view! { <strong class="govuk-tag govuk-tag--yellow">"Nobody yet"</strong>" "<bdi>{lead}</bdi>" answers for it" }.into_any(),
        (None, _) => view! { <strong class="govuk-tag govuk-tag--yellow">"Nobody yet"</strong> }.into_any(),
    };
    let dates = match missed {
        0 => String::new(),
        missed => format!(". {} missed", count(missed.into(), "promise")),
    };
    let decision = match (decided, id) {
        (Some(Decided { by, on, text }), _) => view! {
            <bdi class="portico-typed">{text}</bdi>" "
            <span class="govuk-hint"><bdi>{by}</bdi>{format!(", {}. Promised by {}", words::date(on), words::by(complete_by))}</span>
        }
        .into_any(),
        (None, Some(id)) if may_decide => {
            let which = format!(" on {title}, {reference}");
            view! {
                <strong class="govuk-tag govuk-tag--red">"Not decided"</strong>" "
                <a href=paths::step(id, "decision")>"Decide"<span class="govuk-visually-hidden">{which}</span></a>
            }
            .into_any()
        }
        (None, _) => view! { <strong class="govuk-tag govuk-tag--red">"Not decided"</strong> }.into_any(),
    };
    view! {
        <tr class="govuk-table__row" role="row">
            <th scope="row" role="rowheader" class="govuk-table__header">{named}</th>
            {cell(0, department.into_any())}
            {cell(1, view! { {count(usize::try_from(days).unwrap_or(0), "day")}<br /><span class="govuk-hint">"since "{words::date(since)}</span> }.into_any())}
            {cell(2, who)}
            {cell(3, view! { {why.words()}{dates} }.into_any())}
            {cell(4, decision)}
        </tr>
    }
    .into_any()
}
