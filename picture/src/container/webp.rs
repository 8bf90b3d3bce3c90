//! WebP: a RIFF file with one picture, or an extended one with a canvas, metadata and frames.

use std::ops::Range;

use super::At;
use crate::Fault;
use crate::check::Walk;

/// Where the picture data of an animation's frame begins, in its chunk.
const FRAME_HEADER: usize = 16;

/// Walks from chunk to chunk within the length that the file says it has.
pub(crate) fn walk(bytes: &[u8]) -> Result<Walk, Fault> {
    let end = 8usize.saturating_add(bytes.u32_le(4).ok_or(Fault::Truncated)? as usize);
    let mut walk = Walk { bytes_per_pixel: 4, whole: end <= bytes.len(), ..Walk::default() };
    let end = end.min(bytes.len());
    let mut at = 12;
    while at + 8 <= end {
        let Some((kind, body)) = chunk(bytes, at) else { break };
        if body.end > end {
            walk.whole = false;
        }
        let inside = &bytes[body.start.min(end)..body.end.min(end)];
        match &kind {
            b"VP8 " | b"VP8L" | b"VP8X" => grow(&mut walk, size(kind, inside)),
            b"ANMF" => grow(&mut walk, frame_size(inside)),
            b"EXIF" if walk.exif.is_none() && body.end <= end => walk.exif = Some(body.clone()),
            b"ICCP" if walk.profile.is_none() && body.end <= end => walk.profile = Some(body.clone()),
            _ => {}
        }
        // Chunks begin at even places.
        at = body.end.saturating_add(body.len() % 2);
    }
    Ok(walk)
}

fn chunk(bytes: &[u8], at: usize) -> Option<([u8; 4], Range<usize>)> {
    let kind = bytes.get(at..)?.first_chunk().copied()?;
    let start = at + 8;
    Some((kind, start..start.saturating_add(bytes.u32_le(at + 4)? as usize)))
}

/// The largest of canvas and pictures counts: decoders make room for each by its own header.
fn grow(walk: &mut Walk, size: Option<(u32, u32)>) {
    if let Some((width, height)) = size {
        walk.width = walk.width.max(width);
        walk.height = walk.height.max(height);
    }
}

fn size(kind: [u8; 4], body: &[u8]) -> Option<(u32, u32)> {
    match &kind {
        b"VP8 " => {
            let packed = body.u32_le(6)?;
            Some((packed & 0x3fff, packed >> 16 & 0x3fff))
        }
        b"VP8L" => {
            let packed = body.u32_le(1)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        // Three bytes each, less one.
        b"VP8X" => Some(((body.u32_le(4)? & 0xff_ffff) + 1, (body.u32_le(6)? >> 8) + 1)),
        _ => None,
    }
}

/// The size of the picture in a frame of an animation; it may stand behind its transparency.
fn frame_size(frame: &[u8]) -> Option<(u32, u32)> {
    let (mut kind, mut body) = chunk(frame, FRAME_HEADER)?;
    if &kind == b"ALPH" {
        (kind, body) = chunk(frame, body.end.saturating_add(body.len() % 2))?;
    }
    size(kind, frame.get(body.start..)?)
}
