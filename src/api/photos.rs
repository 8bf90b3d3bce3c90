//! Photos that no request has taken yet. Sending one is in `crate::photo`.

use uuid::Uuid;

/// The address of a photo, small, until a request takes it.
#[must_use]
pub fn preview(id: Uuid) -> String {
    format!("/api/photos/{id}")
}
