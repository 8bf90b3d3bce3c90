//! Documents that residents send: known by their bytes, never by their names. Pictures are made anew as photos
//! are; a PDF is kept as it came, and is only ever given out as a file to save.

use thiserror::Error;

/// How far from its beginning a PDF may say that it is one (ISO 32000-2, annex I: readers look at the first
/// kilobyte).
const HEAD: usize = 1024;
/// How far from its end a PDF must say that it is complete.
const TAIL: usize = 2048;
/// The test file of virus scanners; found whole it is refused like a virus.
const EICAR: &[u8] = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE";
/// What a PDF does by itself, or carries along.
const ACTIVE: [&[u8]; 5] = [b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia"];

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A PDF.
    Pdf,
    /// A JPEG or PNG.
    Picture,
}

/// Why a document is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DocumentFault {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Neither a PDF nor a JPEG nor a PNG.
    #[error("the file is not a PDF, JPEG or PNG")]
    NotAllowed,
    /// A PDF without an end.
    #[error("the PDF is not complete")]
    Truncated,
    /// A PDF with a program or another file in it.
    #[error("the PDF holds a program or another file")]
    Active,
}

/// Says what a document is.
///
/// # Errors
/// Every [`DocumentFault`].
pub fn check(bytes: &[u8]) -> Result<Sort, DocumentFault> {
    if bytes.is_empty() {
        return Err(DocumentFault::Empty);
    }
    if has(bytes, EICAR) {
        return Err(DocumentFault::NotAllowed);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) || bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Sort::Picture);
    }
    let head = &bytes[..bytes.len().min(HEAD)];
    let Some(begin) = head.windows(5).position(|window| window == b"%PDF-") else {
        return Err(DocumentFault::NotAllowed);
    };
    // What stands before may be white space, and nothing that another program would run or show.
    if !head[..begin].iter().all(|byte| byte.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(byte)) {
        return Err(DocumentFault::NotAllowed);
    }
    if !has(&bytes[bytes.len().saturating_sub(TAIL)..], b"%%EOF") {
        return Err(DocumentFault::Truncated);
    }
    if ACTIVE.iter().any(|name| has_name(bytes, name)) {
        return Err(DocumentFault::Active);
    }
    Ok(Sort::Pdf)
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// Whether a name of PDF stands there, whole: `/JS`, not `/JSomething`.
fn has_name(bytes: &[u8], name: &[u8]) -> bool {
    bytes.windows(name.len()).enumerate().any(|(at, window)| {
        window == name && bytes.get(at + name.len()).is_none_or(|next| !next.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer\nstartxref\n0\n%%EOF\n";

    #[test]
    fn takes_pdfs_and_pictures_by_their_bytes() {
        assert_eq!(check(PDF), Ok(Sort::Pdf));
        assert_eq!(check(&[b"\xef\xbb\xbf\n", PDF].concat()), Ok(Sort::Pdf));
        assert_eq!(check(&[0xff, 0xd8, 0xff, 0xe0]), Ok(Sort::Picture));
        assert_eq!(check(b"\x89PNG\r\n\x1a\n"), Ok(Sort::Picture));
        assert_eq!(check(&[PDF, b"/JSomething %%EOF"].concat()), Ok(Sort::Pdf));
    }

    #[test]
    fn refuses_everything_else() {
        for (bytes, fault) in [
            (b"".to_vec(), DocumentFault::Empty),
            (b"MZ\x90".to_vec(), DocumentFault::NotAllowed),
            (b"PK\x03\x04".to_vec(), DocumentFault::NotAllowed),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), DocumentFault::NotAllowed),
            (b"<!doctype html><script>".to_vec(), DocumentFault::NotAllowed),
            ([b"<html>", PDF].concat(), DocumentFault::NotAllowed),
            ([b"PK\x03\x04", PDF].concat(), DocumentFault::NotAllowed),
            (PDF[..40].to_vec(), DocumentFault::Truncated),
            ([PDF, b"<</S/JavaScript/JS(app.alert(1))>> %%EOF"].concat(), DocumentFault::Active),
            ([PDF, b"<</S/Launch>> %%EOF"].concat(), DocumentFault::Active),
            ([PDF, b"/EmbeddedFiles /EmbeddedFile %%EOF"].concat(), DocumentFault::Active),
            (
                [PDF, b"X5O!P%@AP$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat(),
                DocumentFault::NotAllowed,
            ),
            (b"GIF89a".to_vec(), DocumentFault::NotAllowed),
        ] {
            assert_eq!(check(&bytes), Err(fault), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = check(&bytes);
        }
    }
}
