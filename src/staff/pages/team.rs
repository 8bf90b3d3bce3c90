//! `/staff/team`: how the work of my department goes, for who answers for it. Each number leads to the requests behind it.

use domain::api::staff::Show;
use domain::api::team::{OfficerWork, Reason, Said, TeamView, TeamWork, Work, percent};
use domain::api::workspace::{Only, QueueFilter};
use leptos::prelude::*;
use portico_app::a11y;
use portico_app::words::number;

use crate::parts::{download::Download, load};
use crate::{api, live, paths, session, words};

/// The team's work.
#[component]
pub fn TeamPage() -> impl IntoView {
    let session = session::use_session();
    let live = live::keep(session, api::team);
    let department = move || session.me().with(|me| me.as_ref().map(|me| me.department.clone()));
    a11y::use_page(|| "How the work goes".to_owned());
    let problem = Memo::new(move |_| live.problem().get().filter(|_| live.value().with(Option::is_none)));
    move || match (live.value().get(), problem.get()) {
        (Some(view), _) => view! {
            <div class="govuk-width-container">
                <main class="govuk-main-wrapper" id="main" tabindex="-1">
                    <span class="govuk-caption-l">{department}</span>
                    <h1 class="govuk-heading-l">"How the work goes"</h1>
                    {page(view)}
                </main>
            </div>
        }
        .into_any(),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
    }
}

fn page(view: TeamView) -> AnyView {
    let TeamView { since, all, teams, officers, services, reasons } = view;
    view! {
        <p>
            "Open, overdue and escalated is what is so now. The rest is counted since "{words::date(since)}
            ". Choose a number to see the requests behind it."
        </p>
        {summary(&all)}
        {by_team(teams)}
        {by_officer(officers)}
        {satisfaction(services)}
        {why(reasons)}
        <h2 class="govuk-heading-m">"Take it away"</h2>
        <p>"The figures of this page as a file for a spreadsheet (CSV). No request is in it."</p>
        <Download address=api::TEAM_EXPORT label="Download the figures" />
    }
    .into_any()
}

fn open(show: Show, of: &QueueFilter) -> QueueFilter {
    QueueFilter { show, ..of.clone() }
}

fn ended(only: Only, of: &QueueFilter) -> QueueFilter {
    QueueFilter { show: Show::Closed, only: Some(only), ..of.clone() }
}

/// A number that leads to its requests. Nothing leads nowhere.
fn link(many: u32, words: String, to: &QueueFilter, what: &str) -> AnyView {
    if many == 0 {
        return view! { {words} }.into_any();
    }
    let hidden = format!(" {what}");
    view! { <a href=paths::queue(to)>{words}<span class="govuk-visually-hidden">{hidden}</span></a> }
        .into_any()
}

fn say_percent(share: Option<u32>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share}%"))
}

fn days(days: Option<u32>) -> String {
    days.map_or_else(
        || "–".to_owned(),
        |days| portico_app::words::count(usize::try_from(days).unwrap_or(0), "day"),
    )
}

/// The whole department, large.
fn summary(work: &Work) -> AnyView {
    let of = QueueFilter::default();
    let card = |label: &'static str, value: AnyView, below: String| {
        view! {
            <div class="portico-figure">
                <dt>{label}</dt>
                <dd><span class="portico-figure__value">{value}</span><span class="portico-figure__below">{below}</span></dd>
            </div>
        }
    };
    let count = |many: u32, show, what: &str| link(many, number(many.into()), &open(show, &of), what);
    let share = |share: Option<u32>, many: u32, only, what: &str| {
        link(many, say_percent(share), &ended(only, &of), what)
    };
    let judged = work.kept + work.missed;
    view! {
        <dl class="portico-figures">
            {card("Open", count(work.open, Show::Open, "open requests"), format!("half of them for {} or less", days(work.median)))}
            {card("Overdue", count(work.overdue, Show::Overdue, "overdue requests"), format!("the oldest is open for {}", days(work.oldest)))}
            {card("Escalated", count(work.escalated, Show::Escalated, "escalated requests"), "and nobody has done anything since".to_owned())}
            {card("Promises kept", share(work.kept_percent(), work.missed, Only::Missed, "of promises kept; see those that were late"), format!("{} of {}", work.kept, judged))}
            {card("Opened again", share(work.reopened_percent(), work.reopened, Only::Reopened, "opened again; see them"), format!("{} of {}", work.reopened, work.closings))}
            {card("Satisfied", share(work.satisfied_percent(), work.dissatisfied, Only::Dissatisfied, "satisfied; see those who were not"), format!("{} of {} who said", work.satisfied, work.satisfied + work.dissatisfied))}
        </dl>
    }
    .into_any()
}

const COLUMNS: [&str; 7] =
    ["Open", "Overdue", "Escalated", "Age", "Promises kept", "Opened again", "Satisfied"];

/// The cells of one line.
fn cells(work: &Work, of: &QueueFilter, whose: &str, is_nobodys: bool) -> AnyView {
    let label =
        |label: &'static str| view! { <span class="portico-queue__label" aria-hidden="true">{label}</span> };
    let cell = |at: usize, inner: AnyView| view! { <td role="cell" class="govuk-table__cell">{label(COLUMNS[at])}{inner}</td> };
    let count = |many: u32, show, what: &str| {
        link(many, number(many.into()), &open(show, of), &format!("{what}, {whose}"))
    };
    let share = |share: Option<u32>, many: u32, only, what: &str| {
        link(many, say_percent(share), &ended(only, of), &format!("{what}, {whose}"))
    };
    let half = work.median.map(|median| {
        view! { <br /><span class="govuk-hint portico-median">"half: "{days(Some(median))}</span> }
    });
    let age = view! { <span class="portico-age">{days(work.oldest)}{half}</span> };
    // What is nobody's is a part of the queue of its own.
    let all = if is_nobodys { Show::Unowned } else { Show::Open };
    let plain = |many: u32, show, what: &str| {
        if is_nobodys { number(many.into()).into_any() } else { count(many, show, what) }
    };
    view! {
        {cell(0, count(work.open, all, "open"))}
        {cell(1, plain(work.overdue, Show::Overdue, "overdue"))}
        {cell(2, plain(work.escalated, Show::Escalated, "escalated"))}
        {cell(3, age.into_any())}
        {cell(4, share(work.kept_percent(), work.missed, Only::Missed, "of promises kept; see those that were late"))}
        {cell(5, share(work.reopened_percent(), work.reopened, Only::Reopened, "opened again"))}
        {cell(6, share(work.satisfied_percent(), work.dissatisfied, Only::Dissatisfied, "satisfied; see those who were not"))}
    }
    .into_any()
}

fn table(caption: &'static str, first: &'static str, rows: Vec<AnyView>) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    view! {
        <table class="govuk-table portico-queue portico-work" role="table">
            <caption class="govuk-table__caption govuk-table__caption--m">{caption}</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">{head(first)}{COLUMNS.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn by_team(teams: Vec<TeamWork>) -> Option<AnyView> {
    // One team is the department.
    if teams.len() < 2 {
        return None;
    }
    let row = |TeamWork { team, work }: TeamWork| {
        let name = if team.is_empty() { "No team".to_owned() } else { team.clone() };
        let of = QueueFilter { team: Some(team), ..QueueFilter::default() };
        let cells = cells(&work, &of, &name, false);
        view! {
            <tr class="govuk-table__row" role="row">
                <th scope="row" role="rowheader" class="govuk-table__header"><bdi>{name}</bdi></th>
                {cells}
            </tr>
        }
        .into_any()
    };
    Some(table("By team", "Team", teams.into_iter().map(row).collect()))
}

fn by_officer(officers: Vec<OfficerWork>) -> AnyView {
    let row = |officer: OfficerWork| {
        let OfficerWork { id, name, works_here, away_until, work } = officer;
        let of = QueueFilter { owner: id, ..QueueFilter::default() };
        let cells = cells(&work, &of, &name, id.is_none());
        let away = away_until.map(|until| {
            view! { <strong class="govuk-tag govuk-tag--blue">{format!("Away until {}", portico_app::words::day(until))}</strong> }
        });
        let gone = (id.is_some() && !works_here)
            .then(|| view! { <strong class="govuk-tag govuk-tag--grey">"Elsewhere now"</strong> });
        let give = id.filter(|_| work.open > 0).map(|id| {
            let hidden = format!(" what {name} has");
            view! {
                <br /><a class="portico-reassign" href=paths::hand_over_from(id)>"Hand over"<span class="govuk-visually-hidden">{hidden}</span></a>
            }
        });
        view! {
            <tr class="govuk-table__row" role="row">
                <th scope="row" role="rowheader" class="govuk-table__header"><bdi>{name}</bdi>" "{away}{gone}{give}</th>
                {cells}
            </tr>
        }
        .into_any()
    };
    table("By person", "Person", officers.into_iter().map(row).collect())
}

fn satisfaction(services: Vec<Said>) -> AnyView {
    if services.is_empty() {
        return view! { <h2 class="govuk-heading-m">"What residents said"</h2><p>"Nobody has said anything yet."</p> }
            .into_any();
    }
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let label =
        |label: &'static str| view! { <span class="portico-queue__label" aria-hidden="true">{label}</span> };
    let row = |said: Said| {
        let Said { service, title, channel, satisfied, dissatisfied } = said;
        let of = QueueFilter { service: Some(service), ..QueueFilter::default() };
        let what = format!("not satisfied, {title}, whichever way it came");
        let not = link(dissatisfied, number(dissatisfied.into()), &ended(Only::Dissatisfied, &of), &what);
        view! {
            <tr class="govuk-table__row" role="row">
                <th scope="row" role="rowheader" class="govuk-table__header">{title}</th>
                <td role="cell" class="govuk-table__cell">{label("How it came")}{channel.name()}</td>
                <td role="cell" class="govuk-table__cell">{label("Satisfied")}{say_percent(percent(satisfied, satisfied + dissatisfied))}</td>
                <td role="cell" class="govuk-table__cell">{label("Not satisfied")}{not}</td>
            </tr>
        }
    };
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-table__caption govuk-table__caption--m">"What residents said, by service and by the way it came"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">{head("Service")}{head("How it came")}{head("Satisfied")}{head("Not satisfied")}</tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">{services.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// Why people were not satisfied, in their own words.
fn why(reasons: Vec<Reason>) -> Option<AnyView> {
    if reasons.is_empty() {
        return None;
    }
    let item = |reason: Reason| {
        let Reason { id, reference, title, channel, score, reason } = reason;
        let words = if reason.is_empty() {
            view! { <span class="govuk-hint">"They did not say why."</span> }.into_any()
        } else {
            view! { <bdi class="portico-typed">{reason}</bdi> }.into_any()
        };
        let (score, channel) = (portico_app::words::score(score), channel.name());
        view! {
            <li>
                <p class="portico-reasons__of"><a href=paths::request(id)>{title}" "{reference}</a>{format!(" · {score} · {channel}")}</p>
                {words}
            </li>
        }
    };
    Some(
        view! {
            <h2 class="govuk-heading-m">"Why residents were not satisfied"</h2>
            <ul class="govuk-list portico-reasons">{reasons.into_iter().map(item).collect_view()}</ul>
        }
        .into_any(),
    )
}
