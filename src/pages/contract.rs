//! `/contract/:token`: a piece of work, as the contractor sees it to whom it was given. Drawn by the server alone: it works as
//! it is, on any phone.

use chrono::NaiveDate;
use domain::api::drafts::Posted;
use domain::by::By;
use domain::field::date::PARTS;
use domain::field::{Photo, Value};
use domain::validate::Answer;
use leptos::prelude::*;
use uuid::Uuid;

use crate::components::answers::{AnswerList, Line};
use crate::components::error_summary::{ErrorSummary, problem_at, problem_within};
use crate::components::gallery::Gallery;
use crate::components::input::{Labelled, TextArea, first_value};
use crate::components::layout::Column;
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{a11y, words};

/// The most photos that are sent at once.
pub const MOST_PHOTOS: usize = 5;
/// The names of what is typed and picked.
pub const MESSAGE: &str = "message";
/// What else they saw there.
pub const SEEN: &str = "seen";
/// The day that the work is planned for.
pub const PLANNED: &str = "planned";
/// Photos of the work.
pub const PHOTOS: &str = "photos";
/// The button that says that it is done.
pub const DONE: &str = "done";

/// A piece of work.
#[derive(Clone, Debug)]
pub struct Work {
    /// What it is about: the service's title.
    pub title: String,
    /// The council's reference.
    pub reference: String,
    /// What is to be done.
    pub task: String,
    /// Who answers for it at the council, by name.
    pub owner: String,
    /// The day that the resident was promised.
    pub complete_by: By,
    /// The ward it is in.
    pub ward: Option<String>,
    /// What the resident told, as far as it is needed.
    pub answers: Vec<Answer>,
    /// What was written about it, oldest first.
    pub said: Vec<Said>,
    /// It was said to be done.
    pub is_done: bool,
    /// The last day that the link works.
    pub until: NaiveDate,
    /// The address of this page.
    pub address: String,
    /// For what is written next: sent twice, it is stored once.
    pub id: Uuid,
    /// What was posted and could not be taken.
    pub posted: Option<Posted>,
}

/// Something that was written about it.
#[derive(Clone, Debug)]
pub struct Said {
    /// When, in words.
    pub when: String,
    /// By the council.
    pub by_council: bool,
    /// What.
    pub text: String,
    /// The day that the work is planned for.
    pub planned: Option<NaiveDate>,
    /// It says that the work is done.
    pub is_done: bool,
    /// Photos.
    pub photos: Vec<Uuid>,
}

/// Draws it.
#[must_use]
pub fn draw(work: Work) -> AnyView {
    let Work {
        title,
        reference,
        task,
        owner,
        complete_by,
        ward,
        answers,
        said,
        is_done,
        until,
        address,
        id,
        ..
    } = work;
    let problems = RwSignal::new(boot::take_problems());
    let error = if problems.with_untracked(Vec::is_empty) { "" } else { "Error: " };
    let full_title = format!("{error}{title} - {reference}");
    a11y::use_page(move || full_title.clone());
    let form = (!is_done).then(|| write(&address, id, problems));
    let state = if is_done {
        view! { <p class="govuk-inset-text">"You told us that the work is done. Thank you. You need not do anything more, unless we write to you."</p> }.drawn()
    } else {
        view! { <p>"We promised that it is done by "<strong>{complete_by.say()}</strong>"."</p> }.drawn()
    };
    let ward = ward.map(|ward| view! { <p>"Ward: "<bdi>{ward}</bdi></p> }.drawn());
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <span class="govuk-caption-l">"Work for you, reference "<span class="portico-reference">{reference}</span></span>
            <h1 class="govuk-heading-l">{title}</h1>
            {state}
            <h2 class="govuk-heading-m">"What is to be done"</h2>
            <p><bdi class="portico-typed">{task}</bdi></p>
            <p>"If something is not clear, ask "<bdi>{owner}</bdi>". How to reach us stands at the end of this page."</p>
            {ward}
            {told(answers, &address)}
            {form}
            {history(said, &address)}
            <p class="govuk-hint">"This page works until "{words::day(until)}". Whoever has its address can see it: do not pass it on."</p>
        </Column>
    }
    .drawn()
}

/// What the resident told: in words, and in photos.
fn told(answers: Vec<Answer>, address: &str) -> AnyView {
    let (pictures, rest): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| matches!(answer.value, Value::Photos(_)));
    let line = |answer: Answer| Line { label: answer.label, value: Some(answer.value), change: None };
    let lines: Vec<Line> = rest.into_iter().map(line).collect();
    let pictures = pictures.into_iter().filter_map(|answer| match answer.value {
        Value::Photos(photos) => {
            let place = photos.position.map(|place| view! { <p>"Taken at "{place.show()}</p> }.drawn());
            let gallery = gallery(photos.photos, address);
            Some(view! { <h3 class="govuk-heading-s">"Photos"</h3> {gallery} {place} }.into_any())
        }
        _ => None,
    });
    view! {
        <h2 class="govuk-heading-m">"What we were told"</h2>
        <AnswerList lines=lines photo=Box::new(|_| None) />
        {pictures.collect_view()}
    }
    .into_any()
}

fn gallery(photos: Vec<Photo>, address: &str) -> AnyView {
    let large = address.to_owned();
    let small = address.to_owned();
    view! {
        <Gallery
            photos=photos
            small=Box::new(move |photo| format!("{small}/photos/{photo}?size=thumb"))
            large=Box::new(move |photo| format!("{large}/photos/{photo}"))
        />
    }
    .into_any()
}

/// The form: how it goes, or that it is done.
fn write(
    address: &str,
    id: Uuid,
    problems: RwSignal<Vec<crate::components::error_summary::Problem>>,
) -> AnyView {
    let nothing = Callback::new(|_: String| {});
    let message = Labelled::new(MESSAGE, "How does it go, or what did you do?")
        .hint(
            "We read it. The person who told us reads only that there is news, and the day that you plan."
                .to_owned(),
        )
        .error(problem_at(problems, MESSAGE));
    let text = Signal::stored(boot::take_text(MESSAGE));
    let one = |part: &'static str| {
        let path = format!("{PLANNED}.{part}");
        let (label, width) = match part {
            "day" => ("Day", "govuk-input govuk-input--width-2"),
            "month" => ("Month", "govuk-input govuk-input--width-4"),
            _ => ("Year", "govuk-input govuk-input--width-4"),
        };
        let value = Signal::stored(boot::take_text(&path));
        view! {
            <div class="govuk-date-input__item">
                <label class="govuk-label govuk-date-input__label" for=path.clone()>{label}</label>
                <input
                    class=width id=path.clone() name=path type="text"
                    inputmode=if part == "month" { "text" } else { "numeric" } value=first_value(value)
                />
            </div>
        }
        .drawn()
    };
    let boxes =
        view! { <div class="govuk-date-input">{PARTS.map(one).into_iter().collect_view()}</div> }.drawn();
    let planned = Labelled::new(PLANNED, "When will you do the work? (optional)")
        .hint("For example, 27 3 2026".to_owned())
        .error(problem_within(problems, PLANNED));
    let photos = Labelled::new(PHOTOS, "Photos (optional)")
        .hint(format!(
            "Up to {MOST_PHOTOS}. On a phone you can take them now. No faces and no number plates, please."
        ))
        .error(problem_at(problems, PHOTOS));
    let seen = Labelled::new(SEEN, "Anything else near there? (optional)")
        .hint("If something else needs our attention, say what and where. We pass it on.".to_owned())
        .error(problem_at(problems, SEEN));
    let also = Signal::stored(boot::take_text(SEEN));
    let described = photos.described_by(None);
    let pick = view! {
        <input type="file" id=PHOTOS name=PHOTOS accept="image/*" multiple aria-describedby=described />
    };
    let photos = photos.group(pick.into_any());
    view! {
        <h2 class="govuk-heading-m">"Tell us how it goes"</h2>
        <form novalidate method="post" action=address.to_owned() enctype="multipart/form-data">
            <input type="hidden" name="id" value=id.to_string() />
            <TextArea labelled=message value=text on_input=nothing />
            {planned.fieldset(boxes)}
            {photos}
            <TextArea labelled=seen value=also rows=3 on_input=nothing />
            <div class="govuk-button-group">
                <button type="submit" class="govuk-button govuk-button--secondary" name="do" value="write">"Send this news"</button>
                <button type="submit" class="govuk-button" name="do" value=DONE>"The work is done"</button>
            </div>
        </form>
    }
    .drawn()
}

/// What was written, newest first.
fn history(said: Vec<Said>, address: &str) -> Option<AnyView> {
    if said.is_empty() {
        return None;
    }
    let entry = |said: Said| {
        let Said { when, by_council, text, planned, is_done, photos } = said;
        let title = match (by_council, is_done, planned) {
            (true, ..) => "We looked at it: it is not finished yet".to_owned(),
            (_, true, _) => "You told us that the work is done".to_owned(),
            (.., Some(day)) => format!("You planned the work for {}", words::day(day)),
            _ => "You wrote".to_owned(),
        };
        let photos: Vec<Photo> = photos.into_iter().map(|id| Photo { id, alt: String::new() }).collect();
        let photos = (!photos.is_empty()).then(|| gallery(photos, address));
        view! {
            <li>
                <h3 class="portico-timeline__title">{title}</h3>
                <p class="portico-timeline__when">{when}</p>
                <div class="portico-timeline__message"><bdi class="portico-typed">{text}</bdi></div>
                {photos}
            </li>
        }
        .drawn()
    };
    Some(
        view! {
            <h2 class="govuk-heading-m">"What was written"</h2>
            <ol class="portico-timeline">{said.into_iter().rev().map(entry).collect_view()}</ol>
        }
        .into_any(),
    )
}
