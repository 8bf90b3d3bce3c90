//! The address under which the page shows a photo that is in its memory.

use std::rc::Rc;

use web_sys::{Blob, Url};

use super::PhotoProblem;

/// An address such as `blob:…`. The browser keeps the photo in memory until it is given up, which
/// happens when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct ObjectUrl(Rc<Owned>);

#[derive(Debug)]
struct Owned(String);

impl ObjectUrl {
    pub(super) fn new(blob: &Blob) -> Result<Self, PhotoProblem> {
        let url = Url::create_object_url_with_blob(blob).map_err(|_| PhotoProblem::Unreadable)?;
        Ok(Self(Rc::new(Owned(url))))
    }

    /// The address, for `src`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}
