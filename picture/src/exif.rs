//! The two things worth knowing from a camera's notes: which way is up, and where it was.
//!
//! Notes are written by thousands of cameras and programs and forged by a few people. Whatever
//! is wrong with them, the photo is not: every fault here means "not known".

use exif::{Exif, In, Reader, Tag, Value};

/// More than any camera writes. JPEG allows 64 kB; PNG and WebP would allow gigabytes.
const MOST_BYTES: usize = 1 << 20;

/// Where a photo was taken, in degrees on WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Latitude, north positive, from -90 to 90.
    pub lat: f64,
    /// Longitude, east positive, from -180 to 180.
    pub lon: f64,
}

/// What a camera noted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Notes {
    /// 2 to 8 where the picture has to be turned or mirrored, as EXIF numbers it.
    pub orientation: Option<u8>,
    pub position: Option<Position>,
}

/// Reads notes from raw EXIF data (a TIFF header and what follows).
pub(crate) fn read(data: &[u8]) -> Notes {
    // WebP files by some programs keep JPEG's prefix.
    let data = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
    if data.len() > MOST_BYTES {
        return Notes::default();
    }
    let found = Reader::new()
        .continue_on_error(true)
        .read_raw(data.to_vec())
        .or_else(|error| error.distill_partial_result(|_| ()));
    found.map_or_else(
        |_| Notes::default(),
        |exif| Notes { orientation: orientation(&exif), position: position(&exif) },
    )
}

fn orientation(exif: &Exif) -> Option<u8> {
    let value = exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
    u8::try_from(value).ok().filter(|number| (2..=8).contains(number))
}

fn position(exif: &Exif) -> Option<Position> {
    let lat = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, 90.0, *b"NS")?;
    let lon = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, 180.0, *b"EW")?;
    // Cameras without a fix write zeros. Nobody reports graffiti in the Gulf of Guinea.
    (lat != 0.0 || lon != 0.0).then_some(Position { lat, lon })
}

/// Degrees, minutes and seconds, as fractions, with a letter for the half of the globe.
fn degrees(exif: &Exif, tag: Tag, half: Tag, most: f64, letters: [u8; 2]) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let mut sum = 0.0;
    for (part, unit) in parts.iter().zip([1.0, 60.0, 3600.0]) {
        // "0/0" is how some cameras say that there are no seconds.
        if part.denom == 0 && part.num == 0 && unit > 1.0 {
            continue;
        }
        sum += part.to_f64() / unit;
    }
    let Value::Ascii(texts) = &exif.get_field(half, In::PRIMARY)?.value else { return None };
    let letter = texts.first()?.first()?.to_ascii_uppercase();
    let sign = match letters.iter().position(|known| *known == letter)? {
        0 => 1.0,
        _ => -1.0,
    };
    // Refuses what is not a number and what is infinite, too.
    (!parts.is_empty() && sum <= most).then_some(sign * sum)
}
