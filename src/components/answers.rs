//! What was answered, as a list of questions and answers.

use domain::field::{Document, PhotosValue, Value};
use leptos::prelude::*;

use super::gallery::AddressOf;
use crate::live::Drawn as _;
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
    /// The address of a photo's small picture; none where they are shown elsewhere.
    photo: AddressOf<Option<String>>,
    /// The address of a document to download; none where there is none yet.
    #[prop(optional)]
    document: Option<AddressOf<String>>,
) -> impl IntoView {
    let line = move |Line { label, value, change }: Line| {
        let hidden = format!(" “{label}”");
        let answer = match value {
            None => "Not provided".into_any(),
            Some(Value::Photos(photos)) => photos_view(photos, &photo),
            Some(Value::Documents(documents)) => documents_view(documents, document.as_ref()),
            Some(value) => view! { <bdi class="portico-typed">{value.show()}</bdi> }.drawn(),
        };
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{label}</dt>
                <dd class="govuk-summary-list__value">{answer}</dd>
                {change.map(|href| view! {
                    <dd class="govuk-summary-list__actions">
                        <a href=href>"Change"<span class="govuk-visually-hidden">{hidden}</span></a>
                    </dd>
                }.drawn())}
            </div>
        }
        .drawn()
    };
    view! { <dl class="govuk-summary-list">{lines.into_iter().map(line).collect_view()}</dl> }.drawn()
}

fn documents_view(documents: Vec<Document>, address: Option<&AddressOf<String>>) -> AnyView {
    let row = |document: Document| {
        let name = view! { <bdi>{document.name}</bdi> }.drawn();
        let shown = match address {
            Some(address) => {
                view! { <a href=address(document.id) rel="external" download>{name}</a> }.drawn()
            }
            None => name,
        };
        view! { <li>{shown}</li> }.drawn()
    };
    view! { <ul class="govuk-list">{documents.into_iter().map(row).collect_view()}</ul> }.drawn()
}

fn photos_view(answer: PhotosValue, photo: &AddressOf<Option<String>>) -> AnyView {
    let count = words::count(answer.photos.len(), "photo");
    let pictures = answer.photos.into_iter().enumerate().filter_map(|(at, own)| {
        let alt = if own.alt.is_empty() { format!("Photo {}", at + 1) } else { own.alt };
        photo(own.id).map(|address| view! { <li><img src=address alt=alt.clone() /></li> }.drawn())
    });
    view! {
        <p>{count}</p>
        <ul class="portico-gallery">{pictures.collect_view()}</ul>
        {answer.position.map(|_| view! { <p>"With the place where the photo was taken"</p> }.drawn())}
    }
    .drawn()
}
