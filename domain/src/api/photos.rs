//! `POST /api/photos`: the raw bytes of one picture.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A stored photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoStored {
    /// The identifier to name it by in the form.
    pub id: Uuid,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
}
