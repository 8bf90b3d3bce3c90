//! `/staff/income`: what was paid and went back on a day, and whether the card service says the same.

use chrono::NaiveDate;
use domain::api::income::{Check, IncomeView};
use domain::income::Total;
use domain::money;
use domain::reconcile::Difference;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;
use portico_app::a11y;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::input::Labelled;
use portico_app::words::count;

use crate::date::{Fault, Typed};
use crate::live::{self, Live};
use crate::parts::date_input::{DateInput, box_id};
use crate::parts::{download::Download, load};
use crate::sending::Sending;
use crate::session::{self, Session};
use crate::{api, browser, paths, words};

/// The books of a day.
#[component]
pub fn IncomePage() -> impl IntoView {
    let session = session::use_session();
    let query = use_query_map();
    let day = Memo::new(move |_| query.with(|query| query.get_str("day").and_then(|day| day.parse().ok())));
    let live = live::keep(session, move || {
        let day: Option<NaiveDate> = day.get();
        async move { api::income(day).await }
    });
    let sending = Sending::default();
    let title =
        move || live.value().with(|view| view.as_ref().map(|view| format!(" of {}", words::date(view.day))));
    a11y::use_page(move || format!("{}Income{}", sending.prefix(), title().unwrap_or_default()));
    move || match (live.value().get(), live.problem().get()) {
        (Some(view), _) => page(session, sending, live, &view),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
    }
}

fn page(session: Session, sending: Sending, live: Live<IncomeView>, view: &IncomeView) -> AnyView {
    let day = view.day;
    let left = view.taken + view.returned;
    view! {
        <div class="govuk-width-container">
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                <ErrorSummary problems=sending.problems />
                <div class="portico-title">
                    <h1 class="govuk-heading-l">"Income of "{words::date(day)}</h1>
                    <button type="button" class="govuk-button govuk-button--secondary" on:click=|_| browser::print()>"Print"</button>
                </div>
                {days(view)}
                <p>
                    <strong>{count(usize::try_from(view.payments).unwrap_or(0), "payment")}</strong>", "{money::show(view.taken)}". "
                    <strong>{count(usize::try_from(view.refunds).unwrap_or(0), "refund")}</strong>", "{money::show(view.returned)}". "
                    "Together "<strong>{money::show(left)}</strong>"."
                </p>
                {totals(view)}
                <h2 class="govuk-heading-m">"Against the card service"</h2>
                {check(live, &view.check)}
                <h2 class="govuk-heading-m">"Take it away"</h2>
                <p>"Each line with its fund, cost centre, VAT code and account, refunds as lines of their own, and totals, as a file for the income system (CSV). That you took it is logged."</p>
                <Download address=api::income_export(day) label="Download the day" />
                <h2 class="govuk-heading-m">"Another day"</h2>
                {another(session, sending, view.today)}
            </main>
        </div>
    }
    .into_any()
}

/// The day before, and the day after.
fn days(view: &IncomeView) -> AnyView {
    let link = |day: NaiveDate| view! { <li><a href=paths::income(day)>{words::date(day)}</a></li> };
    let before = view.day.pred_opt().map(link);
    let after = view.day.succ_opt().filter(|day| *day <= view.today).map(link);
    view! {
        <nav aria-label="Days">
            <ul class="govuk-list portico-steps">{before}{after}</ul>
        </nav>
    }
    .into_any()
}

const COLUMNS: [&str; 5] = ["Cost", "VAT", "Paid", "Went back", "Left"];

/// By the codes that it is booked under.
fn totals(view: &IncomeView) -> Option<AnyView> {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let row = |total: &Total| {
        let code = |code: &str| if code.is_empty() { "None".to_owned() } else { code.to_owned() };
        let cell = |at: usize, text: String| {
            view! {
                <td role="cell" class="govuk-table__cell">
                    <span class="portico-queue__label" aria-hidden="true">{COLUMNS[at]}</span>" "{text}
                </td>
            }
        };
        view! {
            <tr class="govuk-table__row" role="row">
                <th scope="row" role="rowheader" class="govuk-table__header">{code(&total.fund)}</th>
                {cell(0, code(&total.cost))}
                {cell(1, code(&total.vat))}
                {cell(2, money::show(total.taken))}
                {cell(3, money::show(total.returned))}
                {cell(4, money::show(total.left()))}
            </tr>
        }
    };
    (!view.totals.is_empty()).then(|| {
        view! {
            <table class="govuk-table portico-queue portico-work" role="table">
                <caption class="govuk-table__caption govuk-table__caption--m">"By code"</caption>
                <thead class="govuk-table__head" role="rowgroup">
                    <tr class="govuk-table__row" role="row">{head("Fund")}{COLUMNS.into_iter().map(head).collect_view()}</tr>
                </thead>
                <tbody class="govuk-table__body" role="rowgroup">{view.totals.iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    })
}

/// What the comparison came to: each difference is explained, or red.
fn check(live: Live<IncomeView>, check: &Check) -> AnyView {
    let (payments, refunds, differences) = match check {
        Check::None => return view! { <p>"The council takes no payments by card."</p> }.into_any(),
        Check::CouldNot => {
            return view! {
                <p class="govuk-inset-text">"We could not check with the card service. Nothing is known to be wrong, and nothing is known to be right."</p>
                <button type="button" class="govuk-button govuk-button--secondary" on:click=move |_| live.refresh()>"Try again"</button>
            }
            .into_any();
        }
        Check::Done { payments, refunds, differences } => (*payments, *refunds, differences),
    };
    let listed = format!(
        "The card service lists {} and {} of this day.",
        count(usize::try_from(payments).unwrap_or(0), "payment"),
        count(usize::try_from(refunds).unwrap_or(0), "refund")
    );
    let red = differences.iter().filter(|difference| difference.what.is_red()).count();
    let (tag, said) = match (red, differences.len()) {
        (0, 0) => ("govuk-tag--green", "The books are the same".to_owned()),
        (0, _) => ("govuk-tag--green", "Every difference is explained".to_owned()),
        (red, _) => ("govuk-tag--red", format!("{} to look into", count(red, "difference"))),
    };
    let table = (!differences.is_empty()).then(|| differing(differences));
    view! {
        <p><strong class=format!("govuk-tag {tag}")>{said}</strong></p>
        <p>{listed}</p>
        {table}
    }
    .into_any()
}

const DIFFERING: [&str; 4] = ["What", "In our books", "At the card service", "Its reference"];

fn differing(differences: &[Difference]) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let row = |difference: &Difference| {
        let Difference { what, reference, provider_ref, ours, theirs } = difference.clone();
        let sum = |pence: Option<i64>| pence.map_or_else(|| "Nothing".to_owned(), money::show);
        let cell = |at: usize, inner: AnyView| {
            view! {
                <td role="cell" class="govuk-table__cell">
                    <span class="portico-queue__label" aria-hidden="true">{DIFFERING[at]}</span>" "{inner}
                </td>
            }
        };
        let (tag, word) =
            if what.is_red() { ("govuk-tag--red", "Look into it") } else { ("govuk-tag--grey", "Explained") };
        let said = view! { <strong class=format!("govuk-tag {tag}")>{word}</strong>" "{what.words()} };
        let named = if reference.is_empty() { "Not known".to_owned() } else { reference };
        view! {
            <tr class="govuk-table__row" role="row">
                <th scope="row" role="rowheader" class="govuk-table__header"><bdi>{named}</bdi></th>
                {cell(0, said.into_any())}
                {cell(1, sum(ours).into_any())}
                {cell(2, sum(theirs).into_any())}
                {cell(3, view! { <bdi>{provider_ref.unwrap_or_default()}</bdi> }.into_any())}
            </tr>
        }
    };
    view! {
        <table class="govuk-table portico-queue portico-work" role="table">
            <caption class="govuk-visually-hidden">"Differences, those to look into first"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">{head("Payment")}{DIFFERING.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">{differences.iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// A day to go to.
fn another(session: Session, sending: Sending, today: NaiveDate) -> AnyView {
    let (typed, fault) = (RwSignal::new(Typed::default()), RwSignal::new(None::<Fault>));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let day = typed.with_untracked(Typed::read);
        fault.set(day.err());
        let problem = match day {
            Err(fault) => Some((box_id("day", fault.first()), fault.words())),
            Ok(day) if day > today => Some((box_id("day", 0), "Enter today or a day before".to_owned())),
            Ok(_) => None,
        };
        let problems = problem.into_iter().map(|(id, words)| Problem { id, words });
        if sending.begin()
            && sending.all_well(problems.collect())
            && let Ok(day) = day
        {
            session.go(&paths::income(day));
        }
    };
    let wrong = Memo::new(move |_| {
        sending.problems.with(|all| {
            all.iter().find(|problem| problem.id.starts_with("day-")).map(|problem| problem.words.clone())
        })
    });
    let labelled = Labelled::new("day", "Which day").error(wrong.into());
    let on_input =
        Callback::new(move |(at, text): (usize, String)| typed.update(|typed| typed.boxes[at] = text));
    view! {
        <form novalidate on:submit=send>
            <DateInput labelled=labelled value=typed fault=fault on_input=on_input />
            <button type="submit" class="govuk-button govuk-button--secondary">"Show the day"</button>
        </form>
    }
    .into_any()
}
