//! Files of the format PNG.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::scene;
use crate::container::At;

/// A PNG of the [`scene`].
#[must_use]
pub fn png(width: u32, height: u32) -> Vec<u8> {
    png_as(&scene(width, height), width, height, ExtendedColorType::Rgb8)
}

/// A PNG of the given pixels; of sixteen bits, in the machine's byte order.
#[must_use]
pub fn png_as(pixels: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(pixels, width, height, colour).expect("a PNG");
    bytes
}

fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk");
    let inner = [&kind, body].concat();
    let sum = checksum(&inner);
    [length.to_be_bytes().as_slice(), &inner, &sum.to_be_bytes()].concat()
}

fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

/// Puts a chunk right behind the header.
#[must_use]
pub fn png_with_chunk(png: &[u8], kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let (header, rest) = png.split_at(33);
    [header, &chunk(kind, body), rest].concat()
}

/// A header that promises this many pixels, an empty body and an end.
#[must_use]
pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\0\0\0".as_slice()].concat();
    [b"\x89PNG\r\n\x1a\n", chunk(*b"IHDR", &header).as_slice(), &chunk(*b"IDAT", b""), &chunk(*b"IEND", b"")]
        .concat()
}

/// The bodies of all chunks of a kind.
fn bodies(png: &[u8], kind: [u8; 4]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut at = 8;
    while let Some(length) = png.u32_be(at) {
        let body = at + 8..at + 8 + length as usize;
        if png[at + 4..at + 8] == kind {
            found.push(&png[body.clone()]);
        }
        at = body.end + 4;
    }
    found
}

/// 64 MB of nothing, packed as PNG packs it.
fn packed_nothing() -> Vec<u8> {
    let side = 8000;
    let black = vec![0; side as usize * side as usize];
    bodies(&png_as(&black, side, side, ExtendedColorType::L8), *b"IDAT").concat()
}

/// A small good PNG with four texts that unpack to 64 MB each.
#[must_use]
pub fn png_text_bomb() -> Vec<u8> {
    let packed = packed_nothing();
    let text = [b"Comment\0\0".as_slice(), &packed].concat();
    let unicode = [b"XML:com.adobe.xmp\0\x01\0\0\0".as_slice(), &packed].concat();
    let mut bytes = png(64, 48);
    for (kind, body) in [(*b"zTXt", &text), (*b"zTXt", &text), (*b"iTXt", &unicode), (*b"zTXt", &text)] {
        bytes = png_with_chunk(&bytes, kind, body);
    }
    bytes
}

/// A small good PNG with a colour profile that unpacks to 64 MB.
#[must_use]
pub fn png_profile_bomb() -> Vec<u8> {
    png_with_chunk(&png(64, 48), *b"iCCP", &[b"ICC\0\0".as_slice(), &packed_nothing()].concat())
}

/// A PNG of the [`scene`] that says it has a thousand frames, the second of which is black.
#[must_use]
pub fn animated_png(width: u32, height: u32) -> Vec<u8> {
    let frame = |number: u32| {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        chunk(*b"fcTL", &[&number.to_be_bytes(), size.as_slice(), &[0; 8], b"\0\x01\0\x0a\0\0"].concat())
    };
    let plain = png(width, height);
    let black = png_as(&vec![0; (width * height * 3) as usize], width, height, ExtendedColorType::Rgb8);
    let (head, end) = plain.split_at(plain.len() - 12);
    let (head, data) = head.split_at(33);
    let control = chunk(*b"acTL", b"\0\0\x03\xe8\0\0\0\0");
    let second = chunk(*b"fdAT", &[b"\0\0\0\x02".as_slice(), &bodies(&black, *b"IDAT").concat()].concat());
    [head, &control, &frame(0), data, &frame(1), &second, end].concat()
}
