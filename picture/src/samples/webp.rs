//! Files of the format WebP.

use image::ExtendedColorType;
use image::codecs::webp::WebPEncoder;

use super::scene;

fn packed(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(pixels, width, height, ExtendedColorType::Rgb8)
        .expect("a WebP");
    bytes
}

/// A WebP of the [`scene`], without losses.
#[must_use]
pub fn webp(width: u32, height: u32) -> Vec<u8> {
    packed(&scene(width, height), width, height)
}

fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk");
    let padding = vec![0; body.len() % 2];
    [&kind, length.to_le_bytes().as_slice(), body, &padding].concat()
}

fn file(chunks: &[u8]) -> Vec<u8> {
    chunk(*b"RIFF", &[b"WEBP", chunks].concat())
}

/// Sizes are written less one, in three bytes.
fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    chunk(*b"VP8X", &[&[flags, 0, 0, 0], &width[..3], &height[..3]].concat())
}

/// A header that promises this many pixels, and nothing behind it.
#[must_use]
pub fn webp_header(width: u32, height: u32) -> Vec<u8> {
    file(&[canvas(0, width, height), chunk(*b"VP8L", b"\x2f\0\0\0\0")].concat())
}

/// The [`scene`] with a chunk behind the picture, such as `EXIF` or `ICCP`.
#[must_use]
pub fn webp_with_chunk(width: u32, height: u32, kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let flags = match &kind {
        b"EXIF" => 0x08,
        b"ICCP" => 0x20,
        _ => 0,
    };
    let picture = &webp(width, height)[12..];
    file(&[canvas(flags, width, height).as_slice(), picture, &chunk(kind, body)].concat())
}

/// An animation whose first frame is the [`scene`] and whose second is black.
#[must_use]
pub fn animated_webp(width: u32, height: u32) -> Vec<u8> {
    let size = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    let frame = |picture: &[u8]| {
        chunk(*b"ANMF", &[&[0; 6], size.as_slice(), b"\x64\0\0\x02", &picture[12..]].concat())
    };
    let black = packed(&vec![0; (width * height * 3) as usize], width, height);
    let control = chunk(*b"ANIM", &[255, 255, 255, 255, 0, 0]);
    file(&[canvas(0x02, width, height), control, frame(&webp(width, height)), frame(&black)].concat())
}
