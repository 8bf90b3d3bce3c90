//! Changing a request that was sent: taking it back, adding photos, putting the place right. Small forms that the browser
//! sends itself, whether the app runs or not: their page comes anew with what has changed.

use domain::api::follow::{Amends, PlaceAsked, PlacePart};
use leptos::prelude::*;

use super::error_summary::{Problem, problem_at};
use super::input::{Labelled, TextArea, TextInput, Typing};
use crate::api;
use crate::live::Drawn as _;
use crate::state::boot;
use crate::words;

/// The field that takes more photos.
pub const PHOTOS: &str = "photos";
/// What is wrong with a place that was put right and is the same.
pub const UNCHANGED: &str = "This is the place that you told us before. Change it, or leave it as it is";

/// The way to take it back, until a time; `to` is the page of the request.
pub fn undo(until: Option<&String>, to: &str) -> Option<AnyView> {
    let until = until?.clone();
    let action = format!("{to}/undo");
    let view = view! {
        <h2 class="govuk-heading-m">"Something is not right?"</h2>
        <p>"Until "{until}" you can take it back and change it. What you typed is kept. Nothing is with us then until you send it again."</p>
        <form method="post" action=action>
            <button type="submit" class="govuk-button govuk-button--secondary">"Undo: take it back and change it"</button>
        </form>
    };
    Some(view.drawn())
}

/// What can be added or put right, each behind a line that opens it.
pub fn amend(amends: &Amends, to: &str, problems: RwSignal<Vec<Problem>>) -> AnyView {
    let photos = (amends.photos > 0).then(|| more_photos(amends.photos, to, problems));
    let places = amends.places.iter().map(|asked| place(asked, to, problems)).collect_view();
    view! {
        <h2 class="govuk-heading-m">"Add something, or put it right"</h2>
        {photos}
        {places}
    }
    .drawn()
}

/// A line, and what it opens; open where something in it is wrong.
pub fn opened(summary: String, wrong: bool, inside: AnyView) -> AnyView {
    view! {
        <details class="govuk-details" open=wrong>
            <summary class="govuk-details__summary">
                <span class="govuk-details__summary-text">{summary}</span>
            </summary>
            <div class="govuk-details__text">{inside}</div>
        </details>
    }
    .drawn()
}

fn is_wrong(problems: RwSignal<Vec<Problem>>, field: &str) -> bool {
    problems.with_untracked(|problems| problems.iter().any(|problem| problem.id == field))
}

fn more_photos(room: u32, to: &str, problems: RwSignal<Vec<Problem>>) -> AnyView {
    let labelled = Labelled::new(PHOTOS, "Choose photos")
        .hint(format!("Up to {}. On a phone you can take them now.", words::count(room as usize, "photo")))
        .error(problem_at(problems, PHOTOS));
    let described = labelled.described_by(None);
    let input = view! {
        <input type="file" id=PHOTOS name=PHOTOS accept="image/*" multiple aria-describedby=described />
    };
    let form = view! {
        <form novalidate method="post" enctype="multipart/form-data" action=format!("{to}/photos")>
            <input type="hidden" name="id" value=api::new_id().to_string() />
            {labelled.group(input.into_any())}
            <button type="submit" class="govuk-button govuk-button--secondary">"Add the photos"</button>
        </form>
    };
    opened("Add photos".to_owned(), is_wrong(problems, PHOTOS), form.drawn())
}

fn place(asked: &PlaceAsked, to: &str, problems: RwSignal<Vec<Problem>>) -> AnyView {
    let wrong = asked.parts.iter().any(|part| is_wrong(problems, &part.path));
    let parts = asked.parts.iter().map(|part| part_input(part, problems)).collect_view();
    let mapped = asked.mapped.then(|| {
        view! { <p>"The point on the map that you told us goes. Say in words where it is."</p> }.drawn()
    });
    let form = view! {
        <form novalidate method="post" action=format!("{to}/place")>
            <input type="hidden" name="id" value=api::new_id().to_string() />
            <input type="hidden" name="question" value=asked.question.clone() />
            {mapped}
            {parts}
            <button type="submit" class="govuk-button govuk-button--secondary">"Correct the place"</button>
        </form>
    };
    opened(format!("Correct: {}", asked.label), wrong, form.drawn())
}

fn part_input(part: &PlacePart, problems: RwSignal<Vec<Problem>>) -> AnyView {
    // What was typed and could not be taken is there again.
    let typed = boot::take_text(&part.path);
    let value = RwSignal::new(if typed.is_empty() { part.value.clone() } else { typed });
    let on_input = Callback::new(move |typed| value.set(typed));
    let labelled =
        Labelled::new(part.path.clone(), part.label.clone()).error(problem_at(problems, part.path.clone()));
    if part.path.rsplit('.').next() == Some("words") {
        view! { <TextArea labelled=labelled value=value on_input=on_input rows=2 /> }.drawn()
    } else {
        let typing = Typing { autocomplete: Some("off"), ..Typing::PLAIN };
        view! { <TextInput labelled=labelled value=value on_input=on_input typing=typing /> }.drawn()
    }
}
