//! Photos that were sent: small, and large when pressed.

use domain::field::Photo;
use leptos::prelude::*;
use uuid::Uuid;

use crate::live::Drawn as _;

/// Where a photo is to be had.
pub type AddressOf<T> = Box<dyn Fn(Uuid) -> T>;

/// The photos of a request.
#[component]
pub fn Gallery(
    /// The photos.
    photos: Vec<Photo>,
    /// The address of a small picture.
    small: AddressOf<String>,
    /// The address of the large one.
    large: AddressOf<String>,
) -> impl IntoView {
    let many = photos.len();
    let picture = move |(at, photo): (usize, Photo)| {
        let alt = match photo.alt {
            alt if !alt.is_empty() => alt,
            _ if many == 1 => "The photo".to_owned(),
            _ => format!("Photo {} of {many}", at + 1),
        };
        // The server sends the picture itself: no page of this app.
        view! {
            <li>
                <a href=large(photo.id) rel="external">
                    <img src=small(photo.id) alt=format!("{alt} (open large)") />
                </a>
            </li>
        }
        .drawn()
    };
    view! { <ul class="portico-gallery" aria-label="Photos">{photos.into_iter().enumerate().map(picture).collect_view()}</ul> }.drawn()
}
