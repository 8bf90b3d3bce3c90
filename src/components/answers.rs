//! What was answered, as a list of questions and answers.

use domain::field::{PhotosValue, Value};
use leptos::prelude::*;

use super::gallery::AddressOf;
use crate::words;

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Line {
    /// The question.
    pub label: String,
    /// The answer; none when it was left blank.
    pub value: Option<Value>,
    /// Where it can be changed.
    pub change: Option<String>,
}

/// A list of questions and answers. Photos come from where `photo` says: an address to look at, small.
#[component]
pub fn AnswerList(
    /// The lines.
    lines: Vec<Line>,
    /// The address of a photo's small picture; none where there is none to show.
    photo: AddressOf<Option<String>>,
) -> impl IntoView {
    let line = move |Line { label, value, change }: Line| {
        let hidden = format!(" “{label}”");
        let answer = match value {
            None => "Not provided".into_any(),
            Some(Value::Photos(photos)) => photos_view(photos, &photo),
            Some(value) => view! { <bdi class="portico-typed">{value.show()}</bdi> }.into_any(),
        };
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{label}</dt>
                <dd class="govuk-summary-list__value">{answer}</dd>
                {change.map(|href| view! {
                    <dd class="govuk-summary-list__actions">
                        <a href=href>"Change"<span class="govuk-visually-hidden">{hidden}</span></a>
                    </dd>
                }.into_any())}
            </div>
        }
        .into_any()
    };
    view! { <dl class="govuk-summary-list">{lines.into_iter().map(line).collect_view()}</dl> }
}

fn photos_view(answer: PhotosValue, photo: &AddressOf<Option<String>>) -> AnyView {
    let count = words::count(answer.photos.len(), "photo");
    let pictures = answer.photos.into_iter().enumerate().filter_map(|(at, own)| {
        let alt = if own.alt.is_empty() { format!("Photo {}", at + 1) } else { own.alt };
        photo(own.id).map(|address| view! { <li><img src=address alt=alt.clone() /></li> }.into_any())
    });
    view! {
        <p>{count}</p>
        <ul class="portico-gallery">{pictures.collect_view()}</ul>
        {answer.position.map(|_| view! { <p>"With the place where the photo was taken"</p> }.into_any())}
    }
    .into_any()
}
