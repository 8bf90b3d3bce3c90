//! Why a file is not taken as a photo.

use thiserror::Error;

/// Why a file is not taken as a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Fault {
    /// The file has no bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The bytes are no picture: a document, a program, a drawing in SVG.
    #[error("the file is not a picture")]
    NotAnImage,
    /// A picture in a format that is not decoded here, such as HEIC, AVIF or GIF.
    #[error("the picture is not a JPEG, PNG or WebP")]
    Unsupported,
    /// The file ends before the picture does.
    #[error("the file ends too early")]
    Truncated,
    /// More pixels, a longer side or more decoded bytes than the [`Limits`](crate::Limits) allow.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// The headers are fine, but the pixels cannot be had.
    #[error("the picture cannot be read")]
    Unreadable,
}

impl Fault {
    /// The code that crosses from the worker to the page.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAnImage => "not_an_image",
            Self::Unsupported => "unsupported",
            Self::Truncated => "truncated",
            Self::TooManyPixels => "too_many_pixels",
            Self::Unreadable => "unreadable",
        }
    }
}
