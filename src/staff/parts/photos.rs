//! The photos of a request.

use domain::api::follow::What;
use domain::api::staff::StaffCase;
use domain::field::{Photo, PhotosValue, Value};
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

/// The photos of the work that contractors sent, the first one first.
#[must_use]
pub fn sent_of_work(case: &StaffCase) -> Vec<Uuid> {
    let sent = case.request.timeline.iter().filter_map(|entry| match &entry.what {
        What::ContractorWrote { photos, .. } | What::ContractorDone { photos, .. } => Some(photos),
        _ => None,
    });
    sent.flatten().copied().collect()
}

/// The same, to be looked at.
#[must_use]
pub fn of_work(request: Uuid, case: &StaffCase) -> Option<AnyView> {
    let sent = sent_of_work(case);
    (!sent.is_empty()).then(|| {
        let photos = sent.into_iter().map(|id| Photo { id, alt: String::new() }).collect();
        let value = PhotosValue { photos, position: None };
        gallery("Photos of the work, from the contractor".to_owned(), value, move |photo| {
            api::photo(request, photo)
        })
    })
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
