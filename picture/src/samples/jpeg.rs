//! Files of the format JPEG.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{exif, scene};
use crate::{Picture, Position};

/// A JPEG of the [`scene`] in quality 90.
#[must_use]
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encode(&scene(width, height), width, height)
}

fn encode(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let side = |length| u16::try_from(length).expect("a side of at most 65,535 pixels");
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(pixels, side(width), side(height), ColorType::Rgb).expect("a JPEG");
    bytes
}

/// What a phone held upright writes: `width` by `height` stored pixels that become the [`scene`]
/// when they are turned by a quarter, and the place.
#[must_use]
pub fn phone_photo(width: u32, height: u32, position: Position) -> Vec<u8> {
    // The sensor saw the scene lying on its left side.
    let lying = Picture::new(height, width, scene(height, width)).upright(8);
    with_exif(&encode(lying.pixels(), width, height), &exif(6, Some(position)))
}

fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a segment of at most 64 kB");
    let (start, rest) = jpeg.split_at(2);
    [start, &[0xff, marker], &length.to_be_bytes(), body, rest].concat()
}

/// Puts a camera's notes in.
#[must_use]
pub fn with_exif(jpeg: &[u8], exif: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xe1, &[b"Exif\0\0", exif].concat())
}

/// Puts an XMP packet in.
#[must_use]
pub fn with_xmp(jpeg: &[u8], packet: &str) -> Vec<u8> {
    with_segment(jpeg, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat())
}

/// Puts a colour profile in.
#[must_use]
pub fn with_profile(jpeg: &[u8], profile: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xe2, &[b"ICC_PROFILE\0\x01\x01", profile].concat())
}

/// Puts a comment in.
#[must_use]
pub fn with_comment(jpeg: &[u8], comment: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xfe, comment)
}

/// A few headers that promise this many pixels, and nothing behind them.
#[must_use]
pub fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0\x43\0".to_vec();
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\0\x11\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x03\x01\x11\0\x02\x11\0\x03\x11\0");
    bytes.extend(b"\xff\xc4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(b"\xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0\0\0\0\xff\xd9");
    bytes
}
