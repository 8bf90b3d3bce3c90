//! A camera's notes, made by hand, right and wrong.

use crate::Position;

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;

/// An entry of a directory: tag, type, count, and four bytes that are the value or its place.
type Entry = (u16, u16, u32, [u8; 4]);

fn directory(entries: &[Entry], next: u32) -> Vec<u8> {
    let count = u16::try_from(entries.len()).expect("few entries");
    let mut bytes = count.to_be_bytes().to_vec();
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(value);
    }
    bytes.extend(next.to_be_bytes());
    bytes
}

fn tiff(first: &[u8], rest: &[u8]) -> Vec<u8> {
    [b"MM\0*\0\0\0\x08", first, rest].concat()
}

fn short(value: u16) -> [u8; 4] {
    let [high, low] = value.to_be_bytes();
    [high, low, 0, 0]
}

/// Notes with an orientation number, which may be invalid, and a position.
#[must_use]
pub fn exif(orientation: u16, position: Option<Position>) -> Vec<u8> {
    let turned = (0x0112, SHORT, 1, short(orientation));
    let Some(position) = position else { return tiff(&directory(&[turned], 0), &[]) };
    // Eight bytes of header, two entries, then the directory of the position with four.
    let gps_at: u32 = 8 + 2 + 2 * 12 + 4;
    let values_at = gps_at + 2 + 4 * 12 + 4;
    let half = |degrees: f64, letters: [u8; 2]| [letters[usize::from(degrees < 0.0)], 0, 0, 0];
    let gps = directory(
        &[
            (1, ASCII, 2, half(position.lat, *b"NS")),
            (2, RATIONAL, 3, values_at.to_be_bytes()),
            (3, ASCII, 2, half(position.lon, *b"EW")),
            (4, RATIONAL, 3, (values_at + 24).to_be_bytes()),
        ],
        0,
    );
    let first = directory(&[turned, (0x8825, LONG, 1, gps_at.to_be_bytes())], 0);
    tiff(&first, &[gps, parts(position.lat), parts(position.lon)].concat())
}

/// Degrees, minutes, and seconds in ten-thousandths, as three fractions.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "degrees of the globe")]
fn parts(degrees: f64) -> Vec<u8> {
    let seconds = (degrees.abs() * 36_000_000.0).round() as u64;
    let (whole, minutes, rest) = (seconds / 36_000_000, seconds / 600_000 % 60, seconds % 600_000);
    [(whole, 1), (minutes, 1), (rest, 10_000)]
        .iter()
        .flat_map(|(value, by)| [u32::try_from(*value).expect("small"), *by])
        .flat_map(u32::to_be_bytes)
        .collect()
}

/// Notes whose directory says that it is followed by itself, with orientation 6.
#[must_use]
pub fn exif_with_loop() -> Vec<u8> {
    let own = 8u32;
    tiff(&directory(&[(0x0112, SHORT, 1, short(6)), (0x8769, LONG, 1, own.to_be_bytes())], own), &[])
}

/// Notes with an entry that claims four thousand million numbers, and orientation 6.
#[must_use]
pub fn exif_with_huge_count() -> Vec<u8> {
    let huge = |tag| (tag, LONG, u32::MAX, 8u32.to_be_bytes());
    tiff(&directory(&[huge(0x010f), (0x0112, SHORT, 1, short(6)), huge(0x927c), huge(0x8825)], 0), &[])
}
