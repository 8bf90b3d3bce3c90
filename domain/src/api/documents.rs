//! `POST /api/documents`: the raw bytes of one PDF, JPEG or PNG.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A stored document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentStored {
    /// The identifier to name it by in the form.
    pub id: Uuid,
    /// Its size as it is kept, in bytes.
    pub size: u64,
}
