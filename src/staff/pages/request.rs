//! `/staff/requests/:id`: one request, and the ways on from it.

use domain::api::staff::{ProposalRequest, Related, StaffCase};
use domain::case::Status;
use domain::field::Value;
use domain::validate::Answer;
use leptos::{prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::answers::{AnswerList, Line};
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::layout::Column;
use portico_app::components::status::ending_told;
use portico_app::components::timeline::{Timeline, filled_in_by};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::parts::{
    also::also, banner::SuccessBanner, contacts, contract, deliveries::deliveries, near::near,
    payment::payment, photos, refunds::refunds, related::related, standing::standing,
};
use crate::sending::{self, Action, Sending};
use crate::{api, browser, paths, words};

/// One request.
#[component]
pub fn RequestPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let sending = Sending::default();
    let (id, title, reference) = (first.id, first.request.title.clone(), first.request.reference.to_string());
    let full_title = format!("{title} - {reference}");
    a11y::use_page(move || format!("{}{full_title}", sending.prefix()));
    on_cleanup(move || handle.forget_notice());
    let may_close = Memo::new(move |_| case.with(|case| case.mine && case.request.status.is_open()));
    // Its resident may put something right, or add to it, while it is looked at.
    let answers = Memo::new(move |_| case.with(|case| case.request.answers.clone()));
    let lines = |answers: Vec<Answer>| -> Vec<Line> {
        let words = answers.into_iter().filter(|answer| !matches!(answer.value, Value::Photos(_)));
        words.map(|Answer { label, value, .. }| Line { label, value: Some(value), change: None }).collect()
    };
    view! {
        <Column back=Signal::stored(handle.session.queue())>
            <SuccessBanner words=handle.notice() />
            <ErrorSummary problems=sending.problems />
            <div class="portico-title">
                <div>
                    <span class="govuk-caption-l">{reference}</span>
                    <h1 class="govuk-heading-l">{title}</h1>
                </div>
                <button type="button" class="govuk-button govuk-button--secondary" on:click=|_| browser::print()>"Print"</button>
            </div>
            {move || case.with(standing)}
            {move || case.with(|case| contract::contract(handle, sending, case))}
            {move || case.with(follows)}
            {move || case.with(destination)}
            {part_of(&first)}
            {filled_in_by(&first.request, "the resident")}
            {identity(&first)}
            {move || case.with(|case| asked_of_me(handle, sending, case))}
            <Actions handle=handle case=case sending=sending />
            {near(handle, case, sending)}
            {linked(&first)}
            {move || case.with(|case| case.request.status.is_open()).then(|| view! {
                <p><a href=paths::step(id, "note") aria-keyshortcuts="n">"Make a note for colleagues"</a></p>
            })}
            <h2 class="govuk-heading-m">"What the resident told us"</h2>
            {move || view! {
                <AnswerList
                    lines=lines(answers.get()) photo=Box::new(|_| None) document=Box::new(move |document| api::document(id, document))
                />
            }}
            {reach(&first)}
            {move || case.with(|case| payment(handle, sending, case))}
            {move || case.with(refunds)}
            {move || answers.with(|answers| photos::photos(id, answers))}
            {move || case.with(|case| photos::of_work(id, case))}
            {move || case.with(|case| case.mine.then(|| sharing(handle, sending, case)))}
            {contacts::about(handle.session, id, &first.request.reference)}
            {deliveries(handle.session, id)}
            {also(handle.session, id)}
            {related(handle.session, id, may_close)}
            <h2 class="govuk-heading-m">"What has happened"</h2>
            {move || case.with(|case| view! { <Timeline entries=case.request.timeline.clone() for_staff=true /> })}
        </Column>
    }
    .into_any()
}

/// Who else is told what happens with it, and where a duplicate goes on.
fn follows(case: &StaffCase) -> AnyView {
    let followers = (case.followers > 0).then(|| {
        let many = usize::try_from(case.followers).unwrap_or(usize::MAX);
        let verb = if many == 1 { "follows" } else { "follow" };
        let people = if many == 1 { "1 other person".to_owned() } else { format!("{many} other people") };
        view! { <p>{people}" "{verb}" this, and "{if many == 1 { "hears" } else { "hear" }}" of each step. They do not learn who reported it."</p> }
    });
    let same_as = case.same_as.zip(case.request.goes_on.clone()).map(|(id, other)| {
        view! { <p>"It goes on in "<a href=paths::request(id)>{other.reference.to_string()}</a>"."</p> }
    });
    view! { {followers} {same_as} }.into_any()
}

/// How to reach the resident, and what helps them, as they told us once.
fn reach(case: &StaffCase) -> Option<AnyView> {
    (!case.reach.is_empty()).then(|| {
        let lines = case.reach.iter().map(|(label, words)| {
            view! {
                <div class="govuk-summary-list__row">
                    <dt class="govuk-summary-list__key">{label.clone()}</dt>
                    <dd class="govuk-summary-list__value portico-typed">{words.clone()}</dd>
                </div>
            }
        });
        view! {
            <h2 class="govuk-heading-m">"How to reach this resident"</h2>
            <dl class="govuk-summary-list">{lines.collect_view()}</dl>
        }
        .into_any()
    })
}

/// What others want to know: whether somebody takes it, agrees with how it is to be closed, or decides.
fn asked_of_me(handle: Handle, sending: Sending, case: &StaffCase) -> Option<AnyView> {
    if !case.request.status.is_open() {
        return None;
    }
    let id = case.id;
    let offer = case.offer.clone().map(|offer| {
        let ways = if offer.mine {
            view! { <p>"Take it below, or "<a href=paths::step(id, "decline")>"say that you don’t take it"</a>"."</p> }.into_any()
        } else if case.mine {
            view! { <p>"It is yours until they take it. "<a href=paths::step(id, "decline")>"Take the offer back"</a>"."</p> }.into_any()
        } else {
            ().into_any()
        };
        view! {
            <div class="govuk-inset-text">
                <p><strong>"Offered to "<bdi>{offer.to}</bdi></strong></p>
                <p><bdi class="portico-typed">{offer.reason}</bdi></p>
                {ways}
            </div>
        }
    });
    let agree = move |_| {
        let action = Action {
            field: "agree",
            call: async move { api::proposal(id, &ProposalRequest { agree: true, reason: String::new() }).await },
            done: "The request is closed. The resident has been told",
            erase: || {},
            landed: |case: &StaffCase| !case.request.status.is_open(),
            look_first: false,
            unsure: |_| {},
        };
        if sending.begin()
            && let Some(case) = handle.now()
        {
            sending::act(handle, sending, &case, action);
        }
    };
    let proposed = case.proposed.clone().map(|ending| {
        let ways = if case.may_sign {
            view! {
                <div class="govuk-button-group">
                    <button type="button" id="agree" class="govuk-button" on:click=agree>"Agree, and close it"</button>
                    <a href=paths::step(id, "send-back")>"Send it back"</a>
                </div>
            }
            .into_any()
        } else {
            let asked = case.asked.clone().map_or_else(
                || view! { "Somebody who answers for the department" }.into_any(),
                |asked| view! { <bdi>{asked}</bdi> }.into_any(),
            );
            view! { <p>{asked}" has been asked to agree. Nobody agrees to what they propose themselves."</p> }.into_any()
        };
        view! {
            <h2 class="govuk-heading-m">"To be closed: "{words::closed(ending.outcome)}</h2>
            <div class="govuk-inset-text">{ending_told(&ending)}</div>
            {ways}
        }
    });
    let undecided = (case.undecided && case.may_decide).then(|| {
        view! { <p><a class="govuk-button" href=paths::step(id, "decision")>"Decide what happens"</a></p> }
    });
    Some(view! { {offer} {proposed} {undecided} }.into_any())
}

/// That the resident told others, too; not whom.
fn part_of(case: &StaffCase) -> Option<AnyView> {
    case.part.then(|| {
        view! {
            <p>"The resident chose which departments to tell. This is the part for your department, with the answers that it needs."</p>
        }
        .into_any()
    })
}

/// How sure we were who sent it. The form may name somebody else.
fn identity(case: &StaffCase) -> Option<AnyView> {
    let known = case.identity.clone()?;
    let name = known.name.map(|name| view! { ", as "<bdi>{name}</bdi> }.into_any());
    Some(view! { <p>"Identity: "{known.level.to_staff()}{name}</p> }.into_any())
}

/// What this request is about, and what is about it.
fn linked(case: &StaffCase) -> Option<AnyView> {
    let line = |related: &Related| {
        let named = format!("{}, {}", related.title, related.reference);
        let named = match related.id {
            Some(id) => view! { <a href=paths::request(id)>{named}</a> }.into_any(),
            None => named.into_any(),
        };
        let what = if related.earlier { "This is about " } else { "About this: " };
        view! { <li>{what}{named}" ("{words::status(related.status)}")"</li> }
    };
    let list = case.related.iter().map(line).collect_view();
    (!case.related.is_empty()).then(|| {
        view! { <h2 class="govuk-heading-m">"Belongs together"</h2> <ul class="govuk-list">{list}</ul> }
            .into_any()
    })
}

/// Nobody told us: staff saw it.
fn seen_by_staff(case: &StaffCase) -> bool {
    case.request.timeline.first().is_some_and(|first| first.staff.is_some())
}

/// The team, the ward, and why it came here.
fn destination(case: &StaffCase) -> AnyView {
    let line = |label: &str, text: &Option<String>| {
        text.clone().map(|text| view! { <p>{label.to_owned()}": "<bdi>{text}</bdi></p> }.into_any())
    };
    let seen = seen_by_staff(case)
        .then(|| view! { <p>"Our own staff saw this: there is no resident to write to."</p> }.into_any());
    view! {
        {seen}
        {line("Team", &case.team)}
        {line("Ward", &case.ward)}
        {line("Why it is here", &case.routed)}
    }
    .into_any()
}

/// Whether others who report the same thing may see a photo: somebody has to have looked at it first.
fn sharing(handle: Handle, sending: Sending, case: &StaffCase) -> AnyView {
    let told = case.request.answers.iter().filter_map(|answer| match &answer.value {
        Value::Photos(photos) if case.public => Some(photos.photos.iter().map(|photo| photo.id)),
        _ => None,
    });
    let of_work = photos::sent_of_work(case);
    let photos = told.flatten().map(|photo| (photo, "photo"));
    let photos = photos.chain(of_work.into_iter().map(|photo| (photo, "photo of the work")));
    let id = case.id;
    let row = |(number, (photo, what)): (usize, (Uuid, &'static str))| {
        let shown = case.public_photos.contains(&photo);
        let press = move |_| {
            if sending.begin() {
                spawn_local(async move {
                    match handle.session.pass(api::publish(id, photo, !shown).await) {
                        Some(Ok(case)) => handle.set(case),
                        Some(Err(problem)) => sending.fail("sharing", words::refused(&problem, None)),
                        None => {}
                    }
                });
            }
        };
        let words = if shown { "Stop showing" } else { "Show" };
        view! {
            <button type="button" class="govuk-button govuk-button--secondary" on:click=press>
                {format!("{words} {what} {number}")}
            </button>
        }
        .into_any()
    };
    let buttons: Vec<AnyView> = (1..).zip(photos).map(row).collect();
    if buttons.is_empty() {
        return ().into_any();
    }
    view! {
        <h3 class="govuk-heading-s" id="sharing" tabindex="-1">"Photos that others see"</h3>
        <p>"Others who report the same thing see that it is known, and a photo only if you show it. The resident sees photos of the work only if you show them. Look for faces, number plates and homes first."</p>
        <div class="govuk-button-group">{buttons}</div>
    }
    .into_any()
}

/// What can be done now, and by whom.
#[derive(Clone, PartialEq)]
enum Can {
    Act { waiting: bool, begun: bool, given: bool },
    Take,
    TakeOver(String),
    Nothing,
}

impl Can {
    fn of(case: &StaffCase) -> Self {
        match &case.request.owner {
            _ if !case.request.status.is_open() => Self::Nothing,
            _ if case.mine => Self::Act {
                waiting: case.request.status == Status::Waiting,
                begun: case.request.status == Status::InProgress,
                given: case
                    .contract
                    .as_ref()
                    .is_some_and(|work| work.done.is_none() || work.check && !work.checked),
            },
            Some(owner) => Self::TakeOver(owner.clone()),
            None => Self::Take,
        }
    }
}

#[component]
fn Actions(handle: Handle, case: Memo<StaffCase>, sending: Sending) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    // Drawn again only when it changes: a message that arrives takes no button away from under the finger.
    let can = Memo::new(move |_| case.with(Can::of));
    let take = move || {
        let action = Action {
            field: "take",
            call: api::take(id),
            done: "You have this request now. The resident can see that you are dealing with it",
            erase: || {},
            // Taking twice is taking once: a lost reply shows as "yours already".
            landed: |case: &StaffCase| case.mine,
            look_first: false,
            unsure: |_| {},
        };
        if sending.begin() {
            sending::act(handle, sending, &case.get_untracked(), action);
        }
    };
    let button = move |label: &'static str| {
        view! {
            <button
                type="button" id="take" class="govuk-button" aria-keyshortcuts="t" on:click=move |_| take()
                aria-disabled=move || sending.busy.get().then_some("true")
            >
                {label}
            </button>
        }
    };
    let begin = move || {
        let action = Action {
            field: "begin",
            call: api::begin(id),
            done: "The resident can see that work has begun",
            erase: || {},
            landed: |case: &StaffCase| case.request.status == Status::InProgress,
            look_first: false,
            unsure: |_| {},
        };
        if sending.begin() {
            sending::act(handle, sending, &case.get_untracked(), action);
        }
    };
    move || {
        match can.get() {
        Can::Nothing => ().into_any(),
        Can::Act { waiting, begun, given } => view! {
            <div class="govuk-button-group">
                <a class="govuk-button" href=paths::write(id) aria-keyshortcuts="w">"Write to the resident"</a>
                <a class="govuk-button govuk-button--secondary" href=paths::close(id) aria-keyshortcuts="c">"Close the request"</a>
            </div>
            <ul class="govuk-list portico-steps">
                {(!waiting).then(|| view! {
                    <li><a href=paths::step(id, "ask") aria-keyshortcuts="a">"Ask the resident"</a></li>
                    <li><a href=paths::step(id, "plan") aria-keyshortcuts="p">"Plan the work"</a></li>
                })}
                <li><a href=paths::move_date(id) aria-keyshortcuts="m">"Move the promised date"</a></li>
                <li><a href=paths::step(id, "offer") aria-keyshortcuts="o">"Ask somebody to take it"</a></li>
                {(!given).then(|| view! { <li><a href=paths::step(id, "contract")>"Give it to a contractor"</a></li> })}
            </ul>
            {(!waiting && !begun).then(|| view! {
                <button
                    type="button" id="begin" class="govuk-button govuk-button--secondary" on:click=move |_| begin()
                    aria-disabled=move || sending.busy.get().then_some("true")
                >
                    "Work has begun"
                </button>
            })}
        }
        .into_any(),
        Can::Take => view! {
            <p>"Take this request to write to the resident, move the promised date or close it. The resident sees your name."</p>
            {button("Take this request")}
        }
        .into_any(),
        Can::TakeOver(owner) => view! {
            <p>
                "Only "<bdi>{owner.clone()}</bdi>" can write to the resident, move the promised date or close this request.
                If you take it over, only you can."
            </p>
            {button("Take it over")}
        }
        .into_any(),
    }
    }
}
