//! `/staff/contacts/figures`: what each department's services cost in contacts, this month and the month before.

use domain::api::contacts::{ContactFigures, Counted};
use leptos::prelude::*;
use portico_app::a11y;
use portico_app::words::number;

use super::contacts::parts;
use crate::parts::load;
use crate::{api, live, paths, session, words};

/// A line of a table: its name, this month, and the month before.
type Line = (String, Counted, Counted);

/// The figures.
#[component]
pub fn ContactFiguresPage() -> impl IntoView {
    let session = session::use_session();
    let live = live::keep(session, api::contact_figures);
    a11y::use_page(|| "Contacts in figures".to_owned());
    move || {
        match (live.value().get(), live.problem().get()) {
        (Some(figures), _) => view! {
            <div class="govuk-width-container">
                <main class="govuk-main-wrapper" id="main" tabindex="-1">
                    <h1 class="govuk-heading-l">"Contacts in figures"</h1>
                    {parts(session, Signal::stored(paths::CONTACT_FIGURES))}
                    <p>
                        "What was recorded in "<strong>{figures.this_month.clone()}</strong>" so far, and in "{figures.last_month.clone()}
                        ". A contact is avoidable when one of the three questions was answered with yes. A repeat is not the first
                        of the same resident about the same service in 28 days."
                    </p>
                    {tables(&figures)}
                </main>
            </div>
        }
        .into_any(),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
    }
    }
}

/// By department, then by service within it.
fn tables(figures: &ContactFigures) -> AnyView {
    if figures.rows.is_empty() {
        return view! { <p>"None is recorded."</p> }.into_any();
    }
    let departments = by_department(figures);
    let services = figures
        .rows
        .iter()
        .map(|row| (format!("{}, {}", row.service, row.department), row.this_month, row.last_month));
    view! {
        {table("By department", "Department", departments, &figures.last_month)}
        {table("By service", "Service", services.collect(), &figures.last_month)}
    }
    .into_any()
}

/// The rows of each department together; they stand in the order of the departments.
fn by_department(figures: &ContactFigures) -> Vec<Line> {
    let mut departments: Vec<Line> = Vec::new();
    for row in &figures.rows {
        match departments.last_mut().filter(|(name, ..)| *name == row.department) {
            Some((_, this, last)) => {
                *this = this.and(row.this_month);
                *last = last.and(row.last_month);
            }
            None => departments.push((row.department.clone(), row.this_month, row.last_month)),
        }
    }
    departments
}

fn table(caption: &'static str, first: &'static str, lines: Vec<Line>, last_month: &str) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let row = |(name, this, last): Line| {
        let cell = |label: &'static str, now: String, before: String| {
            view! {
                <td role="cell" class="govuk-table__cell">
                    <span class="portico-queue__label" aria-hidden="true">{label}</span>" "{now}
                    <br />
                    {format!("{last_month}: {before}")}
                </td>
            }
        };
        let both = |read: fn(Counted) -> String| (read(this), read(last));
        let [contacts, avoidable, repeats, minutes] = [
            both(|counted| number(counted.contacts.into())),
            both(|counted| {
                counted.avoidable_percent().map_or_else(|| "none".to_owned(), |share| format!("{share}%"))
            }),
            both(|counted| number(counted.repeats.into())),
            both(|counted| words::minutes(counted.minutes)),
        ];
        view! {
            <tr class="govuk-table__row" role="row">
                <th scope="row" role="rowheader" class="govuk-table__header">{name}</th>
                {cell("Contacts", contacts.0, contacts.1)}
                {cell("Avoidable", avoidable.0, avoidable.1)}
                {cell("Repeats", repeats.0, repeats.1)}
                {cell("Time", minutes.0, minutes.1)}
            </tr>
        }
    };
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-table__caption govuk-table__caption--m">{caption}</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">
                    {head(first)} {head("Contacts")} {head("Avoidable")} {head("Repeats")} {head("Time")}
                </tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">{lines.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::api::contacts::ContactFigure;

    use super::*;

    #[test]
    fn departments_are_the_sums_of_their_services() {
        let row = |department: &str, service: &str, contacts| ContactFigure {
            department: department.into(),
            service: service.into(),
            this_month: Counted { contacts, avoidable: 1, ..Counted::default() },
            last_month: Counted::default(),
        };
        let figures = ContactFigures {
            this_month: "July 2026".into(),
            last_month: "June 2026".into(),
            rows: vec![row("Parking", "A", 1), row("Waste", "B", 2), row("Waste", "C", 3)],
        };
        let lines = by_department(&figures);
        let counted: Vec<(&str, u32, u32)> =
            lines.iter().map(|(name, this, _)| (name.as_str(), this.contacts, this.avoidable)).collect();
        assert_eq!(counted, [("Parking", 1, 1), ("Waste", 5, 2)]);
    }
}
