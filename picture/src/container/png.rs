//! PNG: chunks, each with its length, from `IHDR` to `IEND`.

use super::At;
use crate::Fault;
use crate::check::Walk;

/// Walks from chunk to chunk. Text and other extras are stepped over.
pub(crate) fn walk(bytes: &[u8]) -> Result<Walk, Fault> {
    let mut walk = Walk::default();
    let mut at = 8;
    while let (Some(length), Some(kind)) = (bytes.u32_be(at), bytes.get(at + 4..at + 8)) {
        let start = at + 8;
        let end = start.saturating_add(length as usize);
        let first = at == 8;
        if first != (kind == b"IHDR") {
            return Err(Fault::Unreadable);
        }
        // The four bytes behind a chunk's body are its checksum; the decoder looks at it.
        if end.saturating_add(4) > bytes.len() {
            break;
        }
        match kind {
            b"IHDR" => read_header(&bytes[start..end], &mut walk)?,
            b"eXIf" if walk.exif.is_none() => walk.exif = Some(start..end),
            b"IEND" => {
                walk.whole = true;
                break;
            }
            _ => {}
        }
        at = end + 4;
    }
    Ok(walk)
}

fn read_header(body: &[u8], walk: &mut Walk) -> Result<(), Fault> {
    let (Some(width), Some(height), Some(&[depth, colour])) =
        (body.u32_be(0), body.u32_be(4), body.get(8..10).and_then(<[u8]>::first_chunk))
    else {
        return Err(Fault::Unreadable);
    };
    // Fewer than eight bits are widened by the decoder, and a palette (3) is looked up; it may
    // hold transparent colours, as may the others by one transparent colour of their own.
    let channels = match colour {
        0 | 4 => 2,
        2 | 3 | 6 => 4,
        _ => return Err(Fault::Unreadable),
    };
    walk.width = width;
    walk.height = height;
    walk.bytes_per_pixel = channels * if depth == 16 { 2 } else { 1 };
    Ok(())
}
