//! What a file is, told from its first bytes. Names and declared types are never believed.

use crate::Fault;

/// A format that is decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG: what nearly every camera writes.
    Jpeg,
    /// PNG: what screenshots are.
    Png,
    /// WebP.
    WebP,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Brands in the `ftyp` box of the picture formats built on ISO media files.
const MEDIA_BRANDS: [&[u8]; 10] =
    [b"avif", b"avis", b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"];

/// Tells what the bytes are.
///
/// # Errors
/// [`Fault::Empty`] for no bytes, [`Fault::Unsupported`] for a picture of another format that a
/// browser might be able to read, [`Fault::NotAnImage`] for everything else.
pub fn sniff(bytes: &[u8]) -> Result<Format, Fault> {
    if bytes.is_empty() {
        Err(Fault::Empty)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Ok(Format::Jpeg)
    } else if bytes.starts_with(PNG) {
        Ok(Format::Png)
    } else if is_riff(bytes, b"WEBP") {
        Ok(Format::WebP)
    } else if is_other_picture(bytes) {
        Err(Fault::Unsupported)
    } else {
        Err(Fault::NotAnImage)
    }
}

fn is_riff(bytes: &[u8], kind: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(kind)
}

fn is_other_picture(bytes: &[u8]) -> bool {
    let media = bytes.get(4..8) == Some(b"ftyp")
        && bytes.get(8..12).is_some_and(|brand| MEDIA_BRANDS.contains(&brand));
    let named = [b"GIF87a".as_slice(), b"GIF89a", b"II*\0", b"MM\0*", b"\xff\x0a", b"\0\0\0\x0cJXL "];
    media || named.iter().any(|magic| bytes.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_by_first_bytes() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0\0\x10JFIF"), Ok(Format::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), Ok(Format::Png));
        assert_eq!(sniff(b"RIFF\x1a\0\0\0WEBPVP8L"), Ok(Format::WebP));
    }

    #[test]
    fn other_pictures_are_told_from_things_that_are_none() {
        for bytes in [
            b"\0\0\0\x18ftypheic\0\0\0\0".as_slice(),
            b"\0\0\0\x1cftypavif",
            b"GIF89a\x01\0",
            b"II*\0\x08\0\0\0",
        ] {
            assert_eq!(sniff(bytes), Err(Fault::Unsupported));
        }
        for bytes in [
            b"MZ\x90\0".as_slice(),
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<!doctype html><img src=x onerror=alert(1)>",
            b"%!PS-Adobe-3.0 EPSF-3.0",
            b"push graphic-context",
            b"\0\0\0\x18ftypisom",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
            b"\xff\xd8",
            b"\0",
        ] {
            assert_eq!(sniff(bytes), Err(Fault::NotAnImage), "{bytes:?}");
        }
        assert_eq!(sniff(b""), Err(Fault::Empty));
    }
}
