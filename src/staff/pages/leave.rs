//! `/staff/leave`: when I am away, or somebody in the department that I answer for.

use domain::api::leave::{Away, EndLeaveRequest, LeaveRequest, LeaveView};
use domain::clock::Leave;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::input::Labelled;
use portico_app::components::layout::Column;
use uuid::Uuid;

use crate::date::{Fault, Typed};
use crate::live::{self, Live};
use crate::parts::banner::SuccessBanner;
use crate::parts::date_input::{DateInput, box_id};
use crate::parts::load;
use crate::sending::{self, Sending};
use crate::session::{self, Session};
use crate::{api, words};

#[derive(Clone, Copy)]
struct Page {
    session: Session,
    live: Live<LeaveView>,
    sending: Sending,
    who: RwSignal<Option<Uuid>>,
    from: RwSignal<Typed>,
    until: RwSignal<Typed>,
    faults: RwSignal<[Option<Fault>; 2]>,
    done: RwSignal<Option<String>>,
}

/// Leave.
#[component]
pub fn LeavePage() -> impl IntoView {
    let session = session::use_session();
    let page = Page {
        session,
        live: live::keep(session, api::leave),
        sending: Sending::default(),
        who: RwSignal::new(session.me().with_untracked(|me| me.as_ref().map(|me| me.id))),
        from: RwSignal::default(),
        until: RwSignal::default(),
        faults: RwSignal::default(),
        done: RwSignal::new(None),
    };
    a11y::use_page(move || format!("{}When you are away", page.sending.prefix()));
    let known = Memo::new(move |_| page.live.value().with(Option::is_some));
    move || {
        if !known.get() {
            return match page.live.problem().get() {
                Some(problem) => load::failed(&problem, Callback::new(move |()| page.live.refresh())),
                None => load::loading(),
            };
        }
        view! {
            <Column>
                <SuccessBanner words=page.done />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">"When you are away"</h1>
                <p>"A request whose promised day falls into it goes to the deputy on your first day away, so that nobody waits for you. Its resident is told."</p>
                {move || page.live.value().with(|view| view.as_ref().map(|view| list(page, &view.people)))}
                {form(page)}
            </Column>
        }
        .into_any()
    }
}

fn list(page: Page, people: &[Away]) -> AnyView {
    let lines = people.iter().flat_map(|one| {
        one.leave.iter().map(move |kept| {
            let (who, leave, name) = (one.id, kept.id, one.name.clone());
            let days = format!("{} to {}", words::date(kept.days.from), words::date(kept.days.until));
            let hidden = format!(": {name}, {days}");
            let press = move |_| end(page, EndLeaveRequest { who, leave });
            view! {
                <div class="govuk-summary-list__row">
                    <dt class="govuk-summary-list__key"><bdi>{name}</bdi></dt>
                    <dd class="govuk-summary-list__value">{days}</dd>
                    <dd class="govuk-summary-list__actions">
                        <button type="button" class="govuk-button govuk-button--secondary" on:click=press>
                            "Take it back"<span class="govuk-visually-hidden">{hidden}</span>
                        </button>
                    </dd>
                </div>
            }
        })
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return view! { <p>"Nobody is away."</p> }.into_any();
    }
    view! { <dl class="govuk-summary-list">{lines}</dl> }.into_any()
}

fn end(page: Page, what: EndLeaveRequest) {
    if !page.sending.begin() {
        return;
    }
    spawn_local(async move {
        match page.session.pass(api::end_leave(&what).await) {
            Some(Ok(view)) => {
                page.live.set(view);
                page.done.try_set(Some("It has been taken back".to_owned()));
            }
            Some(Err(problem)) => page.sending.fail("from-day", words::refused(&problem, None)),
            None => {}
        }
    });
}

fn send(page: Page) {
    if !page.sending.begin() {
        return;
    }
    page.done.set(None);
    let (from, until) = (page.from.get_untracked().read(), page.until.get_untracked().read());
    page.faults.set([from.err(), until.err()]);
    let problem = |field: &str, fault: Fault, name: &str| Problem {
        id: box_id(field, fault.first()),
        words: fault
            .words()
            .replace("the new date", name)
            .replace("The new date", &format!("T{}", &name[1..])),
    };
    let mut problems: Vec<Problem> =
        from.err().map(|fault| problem("from", fault, "the first day")).into_iter().collect();
    problems.extend(until.err().map(|fault| problem("until", fault, "the last day")));
    let (Ok(from), Ok(until)) = (from, until) else {
        let _ = page.sending.all_well(problems);
        return;
    };
    if until < from {
        page.sending.fail("until-day", "The last day must be after the first, or the same");
        return;
    }
    let Some(who) = page.who.get_untracked() else { return };
    page.sending.busy.set(true);
    spawn_local(async move {
        let reply = api::add_leave(&LeaveRequest { who, days: Leave { from, until } }).await;
        page.sending.busy.try_set(false);
        match page.session.pass(reply) {
            Some(Ok(view)) => {
                page.live.set(view);
                page.from.try_set(Typed::default());
                page.until.try_set(Typed::default());
                page.done.try_set(Some("It is in the calendar".to_owned()));
            }
            Some(Err(problem)) => {
                let problems = sending::problems(&problem.fields);
                if problems.is_empty() {
                    page.sending.fail("from-day", words::refused(&problem, None));
                } else {
                    page.sending.problems.try_set(problems);
                }
            }
            None => {}
        }
    });
}

fn form(page: Page) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send(page);
    };
    let people = move || {
        page.live.value().with(|view| view.as_ref().map(|view| view.people.clone()).unwrap_or_default())
    };
    let choose = move |event| page.who.set(Uuid::try_parse(&event_target_value(&event)).ok());
    let several = Memo::new(move |_| people().len() > 1);
    let option = move |one: Away| {
        let chosen = page.who.get_untracked() == Some(one.id);
        view! { <option value=one.id.to_string() selected=chosen>{one.name}</option> }
    };
    let day = move |field: &'static str, label: &'static str, at: usize, value: RwSignal<Typed>| {
        let wrong = Memo::new(move |_| {
            page.sending.problems.with(|list| {
                list.iter().find(|problem| problem.id.starts_with(field)).map(|problem| problem.words.clone())
            })
        });
        let marks = Signal::derive(move || {
            wrong
                .with(Option::is_some)
                .then(|| page.faults.with(|faults| faults[at]).unwrap_or(Fault::Unclear))
        });
        let on_input =
            Callback::new(move |(at, typed): (usize, String)| value.update(|value| value.boxes[at] = typed));
        let labelled = Labelled::new(field, label).error(wrong.into());
        view! { <DateInput labelled=labelled value=value fault=marks on_input=on_input /> }
    };
    view! {
        <h2 class="govuk-heading-m">"Add days"</h2>
        <form novalidate on:submit=submit>
            {move || several.get().then(|| view! {
                <div class="govuk-form-group">
                    <label class="govuk-label" for="who">"Who is away?"</label>
                    <select class="govuk-select" id="who" on:change=choose>{people().into_iter().map(option).collect_view()}</select>
                </div>
            })}
            {day("from", "First day away", 0, page.from)}
            {day("until", "Last day away", 1, page.until)}
            <SubmitButton label="Add these days" sending=page.sending.busy />
        </form>
    }
    .into_any()
}
