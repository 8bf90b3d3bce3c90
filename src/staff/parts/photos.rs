//! The photos of a request.

use domain::field::{PhotosValue, Value};
use domain::validate::Answer;
use leptos::prelude::*;
use portico_app::components::gallery::Gallery;
use uuid::Uuid;

use crate::api;

/// The photos among some answers, each under its question.
#[must_use]
pub fn photos(request: Uuid, answers: &[Answer]) -> AnyView {
    let gallery = |answer: &Answer| match &answer.value {
        Value::Photos(photos) => Some(gallery(request, answer.label.clone(), photos.clone())),
        _ => None,
    };
    answers.iter().filter_map(gallery).collect_view().into_any()
}

fn gallery(request: Uuid, label: String, answer: PhotosValue) -> AnyView {
    let small = Box::new(move |photo| api::thumbnail(request, photo));
    let large = Box::new(move |photo| api::photo(request, photo));
    view! {
        <h3 class="govuk-heading-s">{label}</h3>
        <Gallery photos=answer.photos small=small large=large />
        {answer.position.map(|position| view! { <p>"Taken at "{position.show()}</p> })}
    }
    .into_any()
}
