//! `/staff/ledgers`: taking in the council's ledgers, and what became of it.

use std::time::Duration;

use domain::api::ledgers::{ImportState, ImportView, LedgerView};
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::layout::Column;
use portico_app::words::count;

use crate::live::{self, Live};
use crate::parts::banner::SuccessBanner;
use crate::parts::load;
use crate::sending::Sending;
use crate::session::Session;
use crate::{api, browser, session, words};

/// How often it is asked how far an import has got.
const EVERY: Duration = Duration::from_secs(2);

#[derive(Clone, Copy)]
struct Page {
    session: Session,
    ledgers: Live<domain::api::ledgers::Ledgers>,
    sending: Sending,
    done: RwSignal<Option<String>>,
}

/// Every ledger.
#[component]
pub fn LedgersPage() -> impl IntoView {
    let session = session::use_session();
    let page = Page {
        session,
        ledgers: live::keep(session, api::ledgers),
        sending: Sending::default(),
        done: RwSignal::new(None),
    };
    a11y::use_page(move || format!("{}Ledgers", page.sending.prefix()));
    browser::while_visible(EVERY, move || {
        let is_reading = |import: &ImportView| import.state == ImportState::Reading;
        let any = page.ledgers.value().with_untracked(|all| {
            all.as_ref()
                .is_some_and(|all| all.ledgers.iter().any(|ledger| ledger.imports.iter().any(is_reading)))
        });
        if any {
            page.ledgers.refresh();
        }
    });
    // The forms stay while what is told of the imports changes, so that a file that was picked stays picked.
    let ids = Memo::new(move |_| {
        let ids = |all: &domain::api::ledgers::Ledgers| {
            all.ledgers.iter().map(|ledger| ledger.id.clone()).collect::<Vec<_>>()
        };
        page.ledgers.value().with(|all| all.as_ref().map(ids))
    });
    move || {
        match (ids.get(), page.ledgers.problem().get()) {
        (Some(ids), _) => view! {
            <Column>
                <SuccessBanner words=page.done />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">"Ledgers"</h1>
                <p>"Each file takes the place of the one before, whole or not at all. Lines that can’t be read are named and left out. Save it as CSV in UTF-8, one row on each line."</p>
                {ids.into_iter().map(|id| section(page, id)).collect_view()}
            </Column>
        }
        .into_any(),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| page.ledgers.refresh())),
        (None, None) => load::loading(),
    }
    }
}

fn section(page: Page, id: String) -> AnyView {
    let of = id.clone();
    let ledger = Memo::new(move |_| {
        page.ledgers
            .value()
            .with(|all| all.as_ref()?.ledgers.iter().find(|ledger| ledger.id == of).cloned())
            .unwrap_or_default()
    });
    let LedgerView { name, needs, takes, .. } = ledger.get_untracked();
    let columns = if takes.is_empty() {
        format!("Columns: {}.", needs.join(", "))
    } else {
        format!("Columns: {}. It may have: {}.", needs.join(", "), takes.join(", "))
    };
    let picked: NodeRef<html::Input> = NodeRef::new();
    let field = format!("file-{id}");
    let (hint, beside) = (format!("{field}-hint"), format!("{field}-error"));
    let of = field.clone();
    let wrong = Memo::new(move |_| {
        let words = |all: &Vec<portico_app::components::error_summary::Problem>| {
            all.iter().find(|problem| problem.id == of).map(|problem| problem.words.clone())
        };
        page.sending.problems.with(words)
    });
    let (both, error) = (format!("{hint} {beside}"), beside.clone());
    let only_hint = hint.clone();
    let describes = move || if wrong.with(Option::is_some) { both.clone() } else { only_hint.clone() };
    let (at, title) = (field.clone(), name.clone());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let file = picked.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else {
            page.sending.fail(&at, "Choose a file");
            return;
        };
        if !page.sending.begin() {
            return;
        }
        page.sending.busy.set(true);
        page.done.set(None);
        let (id, at, title) = (id.clone(), at.clone(), title.clone());
        spawn_local(async move {
            let reply = page.session.pass(api::import_ledger(&id, file).await);
            page.sending.busy.try_set(false);
            match reply {
                Some(Ok(_)) => {
                    page.done.try_set(Some(format!("{title}: the file is here, and is being read.")));
                    page.ledgers.refresh();
                }
                Some(Err(problem)) => page.sending.fail(&at, refused(&problem)),
                None => {}
            }
        });
    };
    let label = format!("Take in {}", name.to_lowercase());
    let busy = page.sending.busy;
    view! {
        <h2 class="govuk-heading-m">{name.clone()}</h2>
        <form novalidate on:submit=send>
            <div class="govuk-form-group" class:govuk-form-group--error=move || wrong.with(Option::is_some)>
                <label class="govuk-label" for=field.clone()>{format!("File of {}", name.to_lowercase())}</label>
                <div class="govuk-hint" id=hint>{columns}</div>
                {move || wrong.get().map(|words| view! {
                    <p class="govuk-error-message" id=error.clone()>
                        <span class="govuk-visually-hidden">"Error: "</span>{words}
                    </p>
                })}
                <input type="file" id=field accept=".csv,text/csv" node_ref=picked aria-describedby=describes />
            </div>
            <button type="submit" class="govuk-button govuk-button--secondary" aria-disabled=move || busy.get().then_some("true")>
                {move || if busy.get() { "Sending…".to_owned() } else { label.clone() }}
            </button>
        </form>
        <div role="status">{move || ledger.with(latest)}</div>
        {move || ledger.with(earlier)}
    }
    .into_any()
}

fn refused(problem: &ApiProblem) -> String {
    match problem.status {
        409 => "Another file of this ledger is being read. Wait until it is done".to_owned(),
        413 => "The file is too large. It may have up to 256 megabytes".to_owned(),
        _ => words::refused(problem, None),
    }
}

/// How far the last import has got.
fn latest(ledger: &LedgerView) -> AnyView {
    let Some(import) = ledger.imports.first() else {
        return view! { <p>"Nothing was taken in yet."</p> }.into_any();
    };
    let named = (!import.named.is_empty()).then(|| {
        let line = |named: &domain::api::ledgers::LeftOut| {
            view! { <li>{format!("Line {}: {}", named.line, named.why)}</li> }
        };
        let many = usize::try_from(import.left_out).unwrap_or(usize::MAX);
        let more = many.saturating_sub(import.named.len());
        view! {
            <details class="govuk-details">
                <summary class="govuk-details__summary">
                    <span class="govuk-details__summary-text">{count(many, "line")}" left out"</span>
                </summary>
                <div class="govuk-details__text">
                    <ul class="govuk-list govuk-list--bullet">{import.named.iter().map(line).collect_view()}</ul>
                    {(more > 0).then(|| view! { <p>{format!("And {more} more.")}</p> })}
                </div>
            </details>
        }
    });
    view! { <p><strong>{import.begun.clone()}": "</strong>{say(import)}</p> {named} }.into_any()
}

fn say(import: &ImportView) -> String {
    let rows = count(usize::try_from(import.rows).unwrap_or(usize::MAX), "row");
    match import.state {
        ImportState::Reading => format!("{rows} read, {} % of the file.", import.percent),
        ImportState::Taken if import.is_current => format!("{rows} taken in. This is what people see."),
        ImportState::Taken => format!("{rows} taken in; a later file has taken their place."),
        ImportState::Refused => {
            format!("Nothing was taken in. {}", import.why.as_deref().unwrap_or_default())
        }
        ImportState::Stopped => "It stopped in the middle. Nothing was taken in: send it again.".to_owned(),
    }
}

fn earlier(ledger: &LedgerView) -> Option<AnyView> {
    let before = ledger.imports.get(1..).filter(|before| !before.is_empty())?;
    let line = |import: &ImportView| view! { <li>{import.begun.clone()}": "{say(import)}</li> };
    Some(
        view! {
            <details class="govuk-details">
                <summary class="govuk-details__summary"><span class="govuk-details__summary-text">"Files before"</span></summary>
                <div class="govuk-details__text">
                    <ul class="govuk-list govuk-list--bullet">{before.iter().map(line).collect_view()}</ul>
                </div>
            </details>
        }
        .into_any(),
    )
}
