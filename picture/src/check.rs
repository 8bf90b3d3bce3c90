//! Everything that can be told from headers, before any pixel is decoded.

use std::ops::Range;

use crate::container::{jpeg, png, webp};
use crate::{Fault, Format, sniff};

/// How large a picture may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Width times height, in pixels.
    pub pixels: u64,
    /// Width or height, in pixels.
    pub side: u32,
    /// What the decoded pixels take in memory, in bytes.
    pub decoded_bytes: u64,
}

impl Limits {
    /// For the photo worker: whatever a phone takes, within what a tab is given.
    pub const BROWSER: Self = Self { pixels: 120_000_000, side: 30_000, decoded_bytes: 400_000_000 };
    /// For the server, which is sent photos that were shrunk and only now and then a large one.
    pub const SERVER: Self = Self { pixels: 100_000_000, side: 30_000, decoded_bytes: 400_000_000 };
}

/// What the headers of a whole picture say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What the bytes are.
    pub format: Format,
    /// In pixels, as stored: before the picture is turned upright.
    pub width: u32,
    /// In pixels, as stored.
    pub height: u32,
    /// What the decoded pixels will take, in bytes.
    pub decoded_bytes: u64,
    /// Where the EXIF data lies in the file.
    pub(crate) exif: Option<Range<usize>>,
    /// Where an uncompressed colour profile lies in the file.
    pub(crate) profile: Option<Range<usize>>,
}

/// What a container's walk found. A bomb need not be whole, so size comes first and
/// completeness is a finding, not an error.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub width: u32,
    pub height: u32,
    pub bytes_per_pixel: u32,
    pub exif: Option<Range<usize>>,
    pub profile: Option<Range<usize>>,
    pub whole: bool,
}

/// Checks what the bytes are, that the picture is whole and of allowed size.
///
/// Takes time in proportion to the length of `bytes` and no memory.
///
/// # Errors
/// Every [`Fault`]; [`Fault::Unreadable`] where the headers contradict the format.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<Header, Fault> {
    let format = sniff(bytes)?;
    let walk = match format {
        Format::Jpeg => jpeg::walk(bytes),
        Format::Png => png::walk(bytes),
        Format::WebP => webp::walk(bytes),
    }?;
    let pixels = u64::from(walk.width) * u64::from(walk.height);
    let decoded_bytes = pixels.saturating_mul(u64::from(walk.bytes_per_pixel));
    if walk.width.max(walk.height) > limits.side
        || pixels > limits.pixels
        || decoded_bytes > limits.decoded_bytes
    {
        return Err(Fault::TooManyPixels);
    }
    if !walk.whole {
        return Err(Fault::Truncated);
    }
    if pixels == 0 {
        return Err(Fault::Unreadable);
    }
    Ok(Header {
        format,
        width: walk.width,
        height: walk.height,
        decoded_bytes,
        exif: walk.exif,
        profile: walk.profile,
    })
}
