//! `/staff/audit`: what was done, the newest first.

use domain::api::staff::AuditRow;
use leptos::{prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::api::ApiProblem;

use crate::parts::download::Download;
use crate::parts::load;
use crate::session;
use crate::{api, words};

/// The audit log.
#[component]
pub fn AuditPage() -> impl IntoView {
    let session = session::use_session();
    let rows = RwSignal::new(None::<Vec<AuditRow>>);
    let next = RwSignal::new(None::<u64>);
    let problem = RwSignal::new(None::<ApiProblem>);
    a11y::use_page(|| "Audit log".to_owned());
    let read = move |before: Option<u64>| {
        problem.set(None);
        spawn_local(async move {
            match session.pass(api::audit(before).await) {
                Some(Ok(page)) => {
                    next.try_set(page.next);
                    rows.try_update(|rows| rows.get_or_insert_default().extend(page.rows));
                }
                Some(Err(failed)) => {
                    problem.try_set(Some(failed));
                }
                None => {}
            }
        });
    };
    read(None);
    let failed = Memo::new(move |_| problem.get().filter(|_| rows.with(Option::is_none)));
    move || {
        match failed.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| read(None))),
        None => view! {
            <div class="govuk-width-container">
                <main class="govuk-main-wrapper" id="main" tabindex="-1">
                    <h1 class="govuk-heading-l">"Audit log"</h1>
                    <p>"Who signed in, read a record, changed something or took it away. Rows are only ever added."</p>
                    <Download address=api::AUDIT_EXPORT label="Download the log" />
                    {table(rows)}
                    {move || problem.with(Option::is_some).then(|| view! {
                        <p role="alert" class="govuk-error-message">"We could not read on. Try again"</p>
                    })}
                    {move || next.get().map(|before| view! {
                        <button type="button" class="govuk-button govuk-button--secondary" on:click=move |_| read(Some(before))>
                            "Show older"
                        </button>
                    })}
                </main>
            </div>
        }
        .into_any(),
    }
    }
}

fn table(rows: RwSignal<Option<Vec<AuditRow>>>) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let all = move || rows.get().unwrap_or_default();
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-visually-hidden">"What was done, the newest first"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">
                    {head("When")} {head("Who")} {head("What")} {head("To what")} {head("Why, or how")}
                </tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                <For each=all key=|row| row.seq let:row>{line(row)}</For>
            </tbody>
        </table>
    }
    .into_any()
}

fn line(row: AuditRow) -> AnyView {
    let AuditRow { seq, when, role, who, department, deed, object, detail, .. } = row;
    let who = who.unwrap_or_else(|| "Nobody who is known".to_owned());
    let department = department.map(|name| format!(", {name}"));
    let cell = |label: &'static str, text: String| {
        view! {
            <td role="cell" class="govuk-table__cell">
                <span class="portico-queue__label" aria-hidden="true">{label}</span>" "<bdi>{text}</bdi>
            </td>
        }
    };
    view! {
        <tr class="govuk-table__row" role="row">
            <th scope="row" role="rowheader" class="govuk-table__header">
                {when}<span class="portico-queue__reference">{seq}</span>
            </th>
            <td role="cell" class="govuk-table__cell">
                <span class="portico-queue__label" aria-hidden="true">"Who"</span>" "
                <bdi>{who}</bdi>" ("{words::role(role)}{department}")"
            </td>
            {cell("What", words::deed(deed).to_owned())}
            {cell("To what", object)}
            {cell("Why, or how", detail)}
        </tr>
    }
    .into_any()
}
