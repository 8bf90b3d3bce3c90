//! `/performance`: what the council publishes of its requests.

use domain::api::performance::{Cell, Column, Figures, Line, PerformanceView, Period, Share};
use domain::standard::say_month;
use leptos::prelude::*;

use crate::api::performance;
use crate::components::load::loaded;
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{a11y, paths, words};

/// How many requests came, how they went, and whether what was promised was kept.
#[component]
pub fn PerformancePage() -> impl IntoView {
    a11y::use_page(|| "How we are doing".to_owned());
    view! {
        <div class="govuk-width-container">
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                {loaded(performance::get, page)}
            </main>
        </div>
    }
    .drawn()
}

fn page(PerformanceView { counted, month, year }: PerformanceView) -> AnyView {
    let council = boot::use_council().with_value(|council| council.name.clone());
    let so_far = format!("{} so far", say_month(month.from));
    let before = format!("{} to {}", say_month(year.from), say_month(year.to));
    view! {
        <h1 class="govuk-heading-l">"How we are doing"</h1>
        <p>
            "When you ask "{council}" for something, we give you a date by which we do it or answer you. Here you see how
            many requests we get, and whether we keep these dates."
        </p>
        <p>"Counted on "{counted}". Nobody’s name, address or words are in these numbers."</p>
        {period("month", &so_far, month)}
        {period("year", &before, year)}
        {meaning()}
        <h2 class="govuk-heading-m">"Take the numbers away"</h2>
        <ul class="govuk-list govuk-list--bullet">
            <li><a href=paths::PERFORMANCE_CSV rel="external" download>"Download a file for a spreadsheet (CSV)"</a></li>
            <li><a href=paths::PERFORMANCE_JSON rel="external" download>"Download a file for programs (JSON)"</a></li>
        </ul>
        <p>"In the first one, [c] stands for what is not shown, and [z] for nothing to count."</p>
    }
    .drawn()
}

/// All there is of a span of time.
fn period(id: &str, name: &str, period: Period) -> AnyView {
    let Period { all, services, channels, months, .. } = period;
    let row = |column: Column| {
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{head(column)}</dt>
                <dd class="govuk-summary-list__value">{say(all.cell(column))}</dd>
            </div>
        }
        .drawn()
    };
    let rows: Vec<AnyView> = Column::ALL.into_iter().map(row).collect();
    let by_month = (!months.is_empty()).then(|| {
        let kept = chart(&format!("{id}-kept"), "Promises kept, month by month", Column::Kept, &months);
        let received =
            chart(&format!("{id}-received"), "Requests received, month by month", Column::Received, &months);
        view! {
            <div class="portico-charts">{kept} {received}</div>
            {table(format!("{id}-months"), format!("Month by month, {name}"), "Month", months)}
        }
        .drawn()
    });
    let (told, few): (Vec<Line>, Vec<Line>) =
        services.into_iter().partition(|line| tells_something(&line.figures));
    let by_service = match (told.is_empty(), few.is_empty()) {
        (true, true) => view! { <p>"No requests yet."</p> }.drawn(),
        (true, false) => ().into_any(),
        _ => table(format!("{id}-services"), format!("By service, {name}"), "Service", told),
    };
    let few: Vec<String> = few.into_iter().map(|line| line.name).collect();
    let few = (!few.is_empty()).then(|| {
        view! { <p>"Services with too few requests to show anything of them: "{few.join("; ")}"."</p> }
            .drawn()
    });
    view! {
        <h2 class="govuk-heading-m">{name.to_owned()}</h2>
        <dl class="govuk-summary-list">{rows}</dl>
        {by_month}
        {by_service}
        {few}
        {table(format!("{id}-channels"), format!("By the way people came to us, {name}"), "Way", channels)}
    }
    .drawn()
}

/// Whether there is more to see than that there is little.
fn tells_something(figures: &Figures) -> bool {
    let is_something = |cell| !matches!(cell, Cell::Nothing | Cell::Hidden | Cell::Number(0));
    Column::ALL.into_iter().any(|column| is_something(figures.cell(column)))
}

/// A table that can be moved sideways where it is wider than the page.
fn table(id: String, caption: String, of: &'static str, lines: Vec<Line>) -> AnyView {
    let heads: Vec<AnyView> =
        Column::ALL.map(|column| view! { <th scope="col">{head(column)}</th> }.drawn()).into_iter().collect();
    let rows: Vec<AnyView> = lines.into_iter().map(row).collect();
    let label = id.clone();
    view! {
        <section class="portico-figures" aria-labelledby=label tabindex="0">
            <table>
                <caption id=id>{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{of}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .drawn()
}

fn row(Line { name, figures, .. }: Line) -> AnyView {
    let cells: Vec<AnyView> = Column::ALL.map(|column| cell(&figures, column)).into_iter().collect();
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells}
        </tr>
    }
    .drawn()
}

/// A figure; a share is drawn, too.
fn cell(figures: &Figures, column: Column) -> AnyView {
    let cell = figures.cell(column);
    let drawn = match cell {
        Cell::Share(share) => view! {
            <svg class="portico-share" viewBox="0 0 100 8" aria-hidden="true">{bar(0, 0, 8, share_of(share, 100))}</svg>
        }
        .drawn(),
        _ => ().into_any(),
    };
    view! { <td>{say(cell)} {drawn}</td> }.drawn()
}

/// A bar for each month, with its number beside it. Everything in it is in the table, too.
fn chart(id: &str, title: &'static str, column: Column, months: &[Line]) -> AnyView {
    const BEGINS: u64 = 120;
    const LONGEST: u64 = 150;
    const HIGH: u64 = 26;
    let most = months.iter().map(|month| match month.figures.cell(column) {
        Cell::Number(number) => number,
        _ => 0,
    });
    let most = most.max().unwrap_or(0).max(1);
    let line = |(at, month): (u64, &Line)| {
        let cell = month.figures.cell(column);
        let (solid, open) = match cell {
            Cell::Number(number) => (number * LONGEST / most, 0),
            Cell::Share(share) => share_of(share, LONGEST),
            _ => (0, 0),
        };
        let (top, base, after) = (at * HIGH + 4, at * HIGH + 18, BEGINS + solid + open + 8);
        view! {
            <g>
                <text x="0" y=base>{month.name.clone()}</text>
                {bar(BEGINS, top, HIGH - 8, (solid, open))}
                <text x=after y=base>{say(cell)}</text>
            </g>
        }
        .drawn()
    };
    let lines: Vec<AnyView> = (0..).zip(months).map(line).collect();
    let high = HIGH * months.len() as u64;
    let (of_title, of_text) = (format!("{id}-title"), format!("{id}-text"));
    let (titled, told) = (of_title.clone(), of_text.clone());
    view! {
        <figure class="portico-chart">
            <figcaption class="govuk-heading-s">{title}</figcaption>
            <svg role="img" viewBox=format!("0 0 370 {high}") aria-labelledby=titled aria-describedby=told>
                <title id=of_title>{title}</title>
                <desc id=of_text>"A bar for each month. The table has the same numbers."</desc>
                {lines}
            </svg>
        </figure>
    }
    .drawn()
}

/// What is certain is filled, and what it may be besides is only drawn around.
fn bar(x: u64, y: u64, height: u64, (solid, open): (u64, u64)) -> AnyView {
    let open = (open > 0).then(|| {
        view! { <rect class="portico-chart__open" x=x + solid y=y width=open height=height></rect> }.drawn()
    });
    view! {
        <rect class="portico-chart__bar" x=x y=y width=solid height=height></rect>
        {open}
    }
    .into_any()
}

/// How long the bar of a share is: what is certain, and what it may be besides.
fn share_of(Share { from, to }: Share, longest: u64) -> (u64, u64) {
    let long = |percent: u8| u64::from(percent) * longest / 100;
    (long(from), long(to).saturating_sub(long(from)))
}

fn head(column: Column) -> &'static str {
    match column {
        Column::Received => "Received",
        Column::Closed => "Closed",
        Column::Kept => "Promise kept",
        Column::HalfWithinDays => "Half closed within",
        Column::NineInTenWithinDays => "9 in 10 closed within",
        Column::Declined => "Declined by policy",
        Column::Reopened => "Opened again",
        Column::Satisfied => "Satisfied",
    }
}

fn say(cell: Cell) -> String {
    match cell {
        Cell::Nothing => "none".to_owned(),
        Cell::Hidden => "not shown".to_owned(),
        Cell::Number(number) => words::number(number),
        Cell::Days(0) => "the same day".to_owned(),
        Cell::Days(days) => words::count(days as usize, "day"),
        Cell::Share(Share { from, to }) if from == to => format!("{from}%"),
        Cell::Share(Share { from: 0, to }) => format!("{to}% or less"),
        Cell::Share(Share { from, .. }) => format!("{from}% or more"),
    }
}

fn meaning() -> AnyView {
    let line = |what: &'static str, means: &'static str| {
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{what}</dt>
                <dd class="govuk-summary-list__value">{means}</dd>
            </div>
        }
        .drawn()
    };
    view! {
        <h2 class="govuk-heading-m">"What the numbers mean"</h2>
        <dl class="govuk-summary-list">
            {line("Received", "Requests that arrived in that time. One that went to several departments counts once.")}
            {line("Closed", "Requests that we closed in that time: done, declined, or answered in another way. What people withdrew is not in it, and what was opened again is in it when it is closed for good.")}
            {line("Promise kept", "Of the requests that were closed in time, or were not: how many were. What counts is the date that we gave when the request arrived. It does not help us to move it, or to leave the request open. A promise that we missed counts in the month of that date.")}
            {line("Half closed within", "The days from the one on which it arrived, weekends too. Half of what we closed took as long as this, or less. More than 180 days are rounded up to the next ten.")}
            {line("Declined by policy", "Requests to which we said no because of a policy that we have published.")}
            {line("Opened again", "Requests that we had closed, and had to open again.")}
            {line("Satisfied", "Of the people who told us how it went: how many gave 4 or 5 of 5.")}
            {line("Self-service", "People did it themselves, on this website.")}
            {line("Library-assisted", "People did it on a computer of a library, where somebody can help.")}
            {line("Not shown", "A number under 5, or one from which such a number could be worked out. It could tell something about a person. For the same reason a share may say “or more” or “or less”.")}
        </dl>
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_in_words() {
        let share = |from, to| Cell::Share(Share { from, to });
        for (cell, words) in [
            (Cell::Nothing, "none"),
            (Cell::Hidden, "not shown"),
            (Cell::Number(12_345), "12,345"),
            (Cell::Number(0), "0"),
            (Cell::Days(0), "the same day"),
            (Cell::Days(1), "1 day"),
            (Cell::Days(12), "12 days"),
            (share(93, 93), "93%"),
            (share(0, 0), "0%"),
            (share(100, 100), "100%"),
            (share(0, 8), "8% or less"),
            (share(92, 100), "92% or more"),
        ] {
            assert_eq!(say(cell), words);
        }
    }

    #[test]
    fn what_only_hides_something_is_no_line() {
        let few = Figures { reopened: Some(0), hidden: vec![Column::Received], ..Figures::default() };
        assert!(!tells_something(&few));
        assert!(tells_something(&Figures { closed: Some(5), ..few }));
    }

    #[test]
    fn what_may_be_more_is_drawn_around() {
        assert_eq!(share_of(Share { from: 92, to: 100 }, 150), (138, 12));
        assert_eq!(share_of(Share { from: 93, to: 93 }, 100), (93, 0));
    }
}
