//! What can go wrong with a photo, and the words for it.

use picture::Fault;

/// What went wrong with one photo. Everything else in the form is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoProblem {
    /// The file has no bytes.
    Empty,
    /// Not a picture, or not in a format that can be read.
    NotAnImage,
    /// The file ends before the picture does.
    Truncated,
    /// More pixels than can be worked on.
    TooManyPixels,
    /// More bytes than may be sent.
    TooLarge,
    /// It seems to be a picture, but it cannot be read.
    Unreadable,
    /// Too many photos in a short time.
    TooManyRequests,
    /// No answer, or none from our server: a reply without an identifier is no acknowledgement.
    Offline,
    /// Our server answered that it could not keep the photo.
    NotKept,
    /// A document, and neither a PDF nor a picture.
    NotADocument,
    /// A document of more than 10 MB.
    DocumentTooLarge,
    /// A PDF that does something by itself, or holds other files.
    Active,
}

impl PhotoProblem {
    /// The words for it. `name` is the file's name, cleaned by [`shown`](super::shown).
    #[must_use]
    pub fn words(self, name: &str) -> String {
        let photo = format!("The file “{name}”");
        match self {
            Self::Empty => format!("{photo} is empty. Choose another."),
            Self::NotAnImage => format!("{photo} must be a photo: a JPEG, PNG or WebP."),
            Self::Truncated => format!("{photo} did not upload completely. Try adding it again."),
            Self::TooManyPixels => {
                format!("{photo} has too many pixels. Make it smaller, or choose another.")
            }
            Self::TooLarge => format!("{photo} must be smaller than 15 MB."),
            Self::Unreadable => format!("{photo} could not be read. Try another."),
            Self::TooManyRequests => {
                format!("{photo} was not sent: too many came at once. Wait a minute, then try again.")
            }
            Self::Offline => {
                format!("{photo} was not sent. Check that you are online, then try adding it again.")
            }
            Self::NotKept => {
                format!("{photo} was not saved: there is a problem with our service. Try again later.")
            }
            Self::NotADocument => format!("{photo} must be a PDF, JPEG or PNG."),
            Self::DocumentTooLarge => format!("{photo} must be smaller than 10 MB."),
            Self::Active => {
                format!("{photo} holds a program or another file. Print it to a new PDF and send that.")
            }
        }
    }

    /// From the server's code and status. Codes not known here are the server's own trouble if its
    /// status says so, and otherwise something in between that answered in its place.
    pub(crate) fn from_reply(code: Option<&str>, status: u16) -> Self {
        match (code, status) {
            (Some("photo_empty" | "document_empty"), _) => Self::Empty,
            (Some("photo_not_an_image"), _) => Self::NotAnImage,
            (Some("photo_truncated" | "document_truncated"), _) => Self::Truncated,
            (Some("document_not_allowed"), _) => Self::NotADocument,
            (Some("document_too_large"), _) => Self::DocumentTooLarge,
            (Some("document_active"), _) => Self::Active,
            (Some("photo_too_many_pixels"), _) => Self::TooManyPixels,
            // A proxy's own limit answers in HTML.
            (Some("photo_too_large"), _) | (_, 413) => Self::TooLarge,
            (Some("photo_unreadable"), _) => Self::Unreadable,
            (Some("too_many_requests"), _) | (_, 429) => Self::TooManyRequests,
            (Some(_), _) => Self::NotKept,
            (None, _) => Self::Offline,
        }
    }

    /// Whether sending the same bytes once more may help.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::Truncated | Self::Offline)
    }

    /// From the worker's code.
    pub(super) fn from_worker(code: &str) -> Self {
        let faults =
            [Fault::Empty, Fault::NotAnImage, Fault::Unsupported, Fault::Truncated, Fault::TooManyPixels];
        faults.into_iter().find(|fault| fault.code() == code).map_or(Self::Unreadable, Self::from)
    }
}

impl From<Fault> for PhotoProblem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Empty => Self::Empty,
            Fault::NotAnImage | Fault::Unsupported => Self::NotAnImage,
            Fault::Truncated => Self::Truncated,
            Fault::TooManyPixels => Self::TooManyPixels,
            Fault::Unreadable => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_that_are_acknowledgements_of_nothing() {
        for (code, status, expected) in [
            (Some("photo_truncated"), 422, PhotoProblem::Truncated),
            (Some("too_many_requests"), 429, PhotoProblem::TooManyRequests),
            // A proxy between the browser and us.
            (None, 413, PhotoProblem::TooLarge),
            (None, 502, PhotoProblem::Offline),
            // A café's sign-in page.
            (None, 200, PhotoProblem::Offline),
            (Some("internal"), 500, PhotoProblem::NotKept),
        ] {
            assert_eq!(PhotoProblem::from_reply(code, status), expected);
        }
    }

    #[test]
    fn the_workers_codes() {
        for fault in
            [Fault::Empty, Fault::NotAnImage, Fault::Truncated, Fault::TooManyPixels, Fault::Unreadable]
        {
            assert_eq!(PhotoProblem::from_worker(fault.code()), fault.into());
        }
        assert_eq!(PhotoProblem::from_worker("?"), PhotoProblem::Unreadable);
    }
}
