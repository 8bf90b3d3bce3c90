//! What Portico does to a photo, wherever it does it.
//!
//! The photo worker in the browser and the cleaner on the server call the same two steps:
//!
//! 1. [`check`] reads only headers: is this a JPEG, PNG or WebP, is it whole, is it of a sane
//!    size. It decodes nothing, so a decompression bomb costs no more than its own bytes.
//! 2. [`open`] checks, decodes, shrinks, converts to sRGB and turns upright. The result is plain
//!    pixels, which [`Picture::to_jpeg`] writes without any metadata.
//!
//! The decoders behind [`open`] may panic on hostile input. Call it where a crash cannot take
//! anything else along: a worker in the browser, a child process on the server.

mod check;
mod colour;
mod container;
mod decode;
mod exif;
mod fault;
pub mod message;
mod picture;
#[cfg(feature = "samples")]
pub mod samples;
mod shrink;
mod sniff;

pub use check::{Header, Limits, check};
pub use decode::{Photo, open};
pub use exif::Position;
pub use fault::Fault;
pub use picture::Picture;
pub use sniff::{Format, sniff};

/// The longest side of a photo that is kept, in pixels.
pub const LONGEST_SIDE: u32 = 1600;
/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;
/// The JPEG quality of everything written, of 100.
pub const QUALITY: u8 = 80;
