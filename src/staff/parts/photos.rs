//! The photos of a request.

use domain::field::{PhotosValue, Value};
use domain::validate::Answer;
use leptos::prelude::*;
use portico_app::components::gallery::Gallery;
use uuid::Uuid;

use crate::api;

/// The photos among the answers of a request of one's own department, each under its question.
#[must_use]
pub fn photos(request: Uuid, answers: &[Answer]) -> AnyView {
    photos_at(answers, move |photo| api::photo(request, photo))
}

/// The photos among some answers, at these addresses.
pub fn photos_at(answers: &[Answer], address: impl Fn(Uuid) -> String + Copy + Send + 'static) -> AnyView {
    let gallery = |answer: &Answer| match &answer.value {
        Value::Photos(photos) => Some(gallery(answer.label.clone(), photos.clone(), address)),
        _ => None,
    };
    answers.iter().filter_map(gallery).collect_view().into_any()
}

fn gallery(
    label: String,
    answer: PhotosValue,
    address: impl Fn(Uuid) -> String + Copy + Send + 'static,
) -> AnyView {
    let small = Box::new(move |photo| api::small(address(photo)));
    let large = Box::new(address);
    view! {
        <h3 class="govuk-heading-s">{label}</h3>
        <Gallery photos=answer.photos small=small large=large />
        {answer.position.map(|position| view! { <p>"Taken at "{position.show()}</p> })}
    }
    .into_any()
}
