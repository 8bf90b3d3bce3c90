//! `/account/sharing`: what a resident decided about their details, and deciding it.

use domain::api::consent::{ConsentLine, ConsentQuestion, ConsentView, LawGround};
use domain::consent::{Channel, Decision};
use leptos::prelude::*;

use crate::api::consent;
use crate::components::error_summary::{ErrorSummary, Problem};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sharing;
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{a11y, paths};

const TITLE: &str = "Who may see your requests";

/// The decisions.
#[component]
pub fn AccountSharingPage() -> impl IntoView {
    let turn = RwSignal::new(0);
    let problems = RwSignal::new(boot::take_problems());
    let again = Callback::new(move |()| turn.update(|turn| *turn += 1));
    let ask = move || {
        turn.track();
        consent::get()
    };
    a11y::use_page(move || {
        let prefix = if problems.with(Vec::is_empty) { "" } else { "Error: " };
        format!("{prefix}{TITLE}")
    });
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <h1 class="govuk-heading-l">{TITLE}</h1>
            <p>"The department that you write to sees what you send it. Others see it only if you say so here, and no longer than you say so."</p>
            {loaded(ask, move |view| match view {
                Some(view) => whole(view, problems, again),
                None => signed_out(),
            })}
        </Column>
    }
    .drawn()
}

fn signed_out() -> AnyView {
    view! { <p>"To decide, "<a href=paths::ACCOUNT>"sign in, or make an account"</a>". Until you do, the answer is no."</p> }.drawn()
}

fn whole(view: ConsentView, problems: RwSignal<Vec<Problem>>, again: Callback<()>) -> AnyView {
    let announcer = a11y::use_announcer();
    let saved = Callback::new(move |()| {
        problems.set(Vec::new());
        announcer.say("Your answers are saved");
        again.run(());
        a11y::focus_when_drawn("main h1");
    });
    let ConsentView { questions, law } = view;
    let now: Vec<AnyView> = questions.iter().filter(|question| question.answered).map(holds).collect();
    let before: Vec<AnyView> = questions.iter().filter(|question| question.answered).map(decided).collect();
    // What is asked where it is needed can be changed here once it was answered.
    let asked: Vec<ConsentQuestion> = questions
        .into_iter()
        .filter(|question| question.answered || question.purpose.is_for_departments())
        .collect();
    view! {
        {(!now.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"What holds now"</h2>
            <dl class="govuk-summary-list">{now}</dl>
        }.drawn())}
        {sharing::form(asked, problems, again, saved)}
        {(!before.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"What you told us, and when"</h2>
            {before}
        }.drawn())}
        <h2 class="govuk-heading-m">"What we do not ask you for"</h2>
        {law.into_iter().map(ground).collect_view()}
        <h2 class="govuk-heading-m">"Who was told, and who looked"</h2>
        <p>"Where you told us of a change for several departments at once, the page of that request lists each of them, and how far it is. You find it in "<a href=paths::ACCOUNT>"your account"</a>"."</p>
        <p><a href=paths::WHO_LOOKED>"See who looked at your requests"</a></p>
    }
    .drawn()
}

/// What holds for one question.
fn holds(question: &ConsentQuestion) -> AnyView {
    let agreed: Vec<_> = question.departments.iter().filter(|each| each.agreed).collect();
    let by_department = question.purpose.is_for_departments();
    let lines: Vec<AnyView> = if agreed.is_empty() {
        let who = if by_department { "No department" } else { "No" };
        vec![view! { <p class="govuk-body">{who}</p> }.drawn()]
    } else {
        let line = |name: &str, since: Option<&String>| {
            let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
            let name = if by_department { name.to_owned() } else { "Yes".to_owned() };
            view! { <li>{name}{since}</li> }.drawn()
        };
        let list: Vec<AnyView> = agreed.iter().map(|each| line(&each.name, each.since.as_ref())).collect();
        vec![view! { <ul class="govuk-list">{list}</ul> }.drawn()]
    };
    view! {
        <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">{question.purpose.title()}</dt>
            <dd class="govuk-summary-list__value">{lines}</dd>
        </div>
    }
    .drawn()
}

/// Everything that was said to one question.
fn decided(question: &ConsentQuestion) -> AnyView {
    let all = question.departments.len();
    let by_department = question.purpose.is_for_departments();
    let line = |line: &ConsentLine| {
        let words = said(line, by_department.then_some(all));
        view! { <li>{line.when.clone()}": "{words}</li> }.drawn()
    };
    view! {
        <h3 class="govuk-heading-s">{question.wording.question.clone()}</h3>
        <ul class="govuk-list govuk-list--bullet">{question.history.iter().map(line).collect_view()}</ul>
    }
    .drawn()
}

/// What was said at one moment, in words; `all` is how many departments there are to choose from.
fn said(line: &ConsentLine, all: Option<usize>) -> String {
    let verb = match line.decision {
        Decision::Given => "you said yes",
        Decision::Refused => "you said no",
        Decision::Withdrawn => "you took back your yes",
    };
    let whom = match all {
        None => String::new(),
        Some(all) if all == line.departments.len() => " for all departments".to_owned(),
        Some(_) => format!(" for {}", line.departments.join(", ")),
    };
    let how = match line.channel {
        Channel::Web => "",
        Channel::Terminal => ", on a public computer",
        Channel::Desk => ", at a desk",
        Channel::Phone => ", by phone",
        Channel::Staff => ", by our staff",
        Channel::Email => ", by email",
    };
    format!("{verb}{whom}{how}")
}

fn ground(ground: LawGround) -> AnyView {
    view! { <h3 class="govuk-heading-s">{ground.title}</h3> <p>{ground.words}</p> }.drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_told_in_words() {
        let line = |decision, departments: &[&str], channel| ConsentLine {
            when: String::new(),
            decision,
            departments: departments.iter().map(|&name| name.to_owned()).collect(),
            version: 1,
            channel,
        };
        for (line, all, words) in [
            (
                line(Decision::Given, &["Parking", "Waste"], Channel::Web),
                Some(2),
                "you said yes for all departments",
            ),
            (
                line(Decision::Refused, &["Parking"], Channel::Phone),
                Some(2),
                "you said no for Parking, by phone",
            ),
            (
                line(Decision::Withdrawn, &["Saltmarsh"], Channel::Desk),
                None,
                "you took back your yes, at a desk",
            ),
        ] {
            assert_eq!(said(&line, all), words);
        }
    }
}
