//! What the page and the photo worker say to each other.
//!
//! The worker says [`READY`] once. From then on the page posts an `ArrayBuffer` with the bytes of
//! a file, and the worker answers each with one object: `bytes` (an `ArrayBuffer` with a JPEG),
//! `width` and `height`, and `lat` and `lon` if the photo knows where it was taken; or only `code`,
//! which says why it is no photo. A worker that crashes says nothing: the page hears an `error` event.

/// What the worker posts when it can take photos.
pub const READY: &str = "ready";
/// The JPEG that was made.
pub const BYTES: &str = "bytes";
/// Its width in pixels.
pub const WIDTH: &str = "width";
/// Its height in pixels.
pub const HEIGHT: &str = "height";
/// Where it was taken: degrees north.
pub const LAT: &str = "lat";
/// Where it was taken: degrees east.
pub const LON: &str = "lon";
/// Why it is no photo: a code of `picture::Fault`.
pub const CODE: &str = "code";
