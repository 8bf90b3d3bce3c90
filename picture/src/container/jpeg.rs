//! JPEG: markers, each with its length, then scans that last until the next marker.

use std::ops::Range;

use super::At;
use crate::Fault;
use crate::check::Walk;

const EXIF: &[u8] = b"Exif\0\0";
/// Followed by the number of this part and the number of parts: profiles worth reading have one.
const PROFILE: &[u8] = b"ICC_PROFILE\0\x01\x01";
/// A progressive photo has about ten scans. Thousands of them are a way to keep a processor busy.
const MOST_SCANS: u32 = 200;

/// Walks from marker to marker up to the end of the first picture. What follows it (a second
/// view, a video, an archive) is not looked at.
pub(crate) fn walk(bytes: &[u8]) -> Result<Walk, Fault> {
    let mut walk = Walk { bytes_per_pixel: 3, ..Walk::default() };
    let mut scans = 0;
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        at = after;
        match marker {
            0xd9 if scans == 0 => return Err(Fault::Unreadable),
            0xd9 => {
                walk.whole = true;
                return Ok(walk);
            }
            // Markers without a length: start of image, restarts, "temporary".
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let Some(body) = segment(bytes, at) else { break };
        at = body.end;
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                read_frame(&bytes[body], &mut walk)?;
            }
            0xda => scans += 1,
            0xe1 if walk.exif.is_none() => walk.exif = after_prefix(bytes, body, EXIF),
            0xe2 if walk.profile.is_none() => walk.profile = after_prefix(bytes, body, PROFILE),
            _ => {}
        }
        if scans > MOST_SCANS {
            return Err(Fault::Unreadable);
        }
    }
    Ok(walk)
}

/// The next marker at or after `at`, and the place behind it. Skips compressed data: there, a
/// byte of 255 is followed by 0.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)? + 1;
        match *bytes.get(at)? {
            0x00 => at += 1,
            // Any number of 255s may stand before a marker.
            0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}

/// The body of the segment whose two bytes of length stand at `at`.
fn segment(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let length = usize::from(bytes.u16_be(at)?);
    let body = at + 2..at + length.max(2);
    (body.end <= bytes.len()).then_some(body)
}

fn after_prefix(bytes: &[u8], body: Range<usize>, prefix: &[u8]) -> Option<Range<usize>> {
    bytes[body.clone()].starts_with(prefix).then(|| body.start + prefix.len()..body.end)
}

fn read_frame(body: &[u8], walk: &mut Walk) -> Result<(), Fault> {
    let (Some(height), Some(width)) = (body.u16_be(1), body.u16_be(3)) else {
        return Err(Fault::Unreadable);
    };
    // A second frame header is a way to show one size to a check and another to a decoder.
    walk.width = walk.width.max(u32::from(width));
    walk.height = walk.height.max(u32::from(height));
    Ok(())
}
