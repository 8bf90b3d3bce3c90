//! What the child tells the server: one byte that says how it went, and for a good photo width, height and
//! the length of the photo (four bytes each, most significant first), the photo, and the thumbnail up to
//! the end.

use bytes::{Buf, Bytes};
use picture::{Fault, Picture};

use super::{Cleaned, PhotoFault};

const GOOD: u8 = 0;
/// In the order of their numbers, from 1.
const FAULTS: [Fault; 6] = [
    Fault::Empty,
    Fault::NotAnImage,
    Fault::Unsupported,
    Fault::Truncated,
    Fault::TooManyPixels,
    Fault::Unreadable,
];

pub(super) fn fault(fault: Fault) -> Vec<u8> {
    let number =
        FAULTS.iter().zip(1..).find(|(known, _)| **known == fault).map_or(u8::MAX, |(_, number)| number);
    vec![number]
}

pub(super) fn cleaned(picture: &Picture, jpeg: &[u8], thumbnail: &[u8]) -> Vec<u8> {
    let length = u32::try_from(jpeg.len()).unwrap_or(u32::MAX);
    let mut bytes = vec![GOOD];
    for number in [picture.width(), picture.height(), length] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(jpeg);
    bytes.extend(thumbnail);
    bytes
}

/// Nothing if the reply is not whole.
pub(super) fn read(reply: &Bytes) -> Option<Result<Cleaned, PhotoFault>> {
    let mut rest = reply.clone();
    let number = rest.try_get_u8().ok()?;
    if number != GOOD {
        return FAULTS.get(usize::from(number) - 1).map(|fault| Err((*fault).into()));
    }
    let (width, height) = (rest.try_get_u32().ok()?, rest.try_get_u32().ok()?);
    let length = usize::try_from(rest.try_get_u32().ok()?).ok()?;
    if length == 0 || length >= rest.len() {
        return None;
    }
    let jpeg = rest.split_to(length);
    Some(Ok(Cleaned { jpeg, thumbnail: rest, width, height }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_comes_back() {
        for known in FAULTS {
            let reply = Bytes::from(fault(known));
            let told = read(&reply).unwrap().unwrap_err();
            assert_eq!(told.to_string(), PhotoFault::from(known).to_string());
        }
    }

    #[test]
    fn half_a_reply_is_none() {
        let picture = picture::open(&picture::samples::png(8, 6), &picture::Limits::SERVER).unwrap().picture;
        let whole = Bytes::from(cleaned(&picture, b"photo", b"thumbnail"));
        let good = read(&whole).unwrap().unwrap();
        assert_eq!(
            (good.width, good.height, &good.jpeg[..], &good.thumbnail[..]),
            (8, 6, &b"photo"[..], &b"thumbnail"[..])
        );
        for length in 0..=18 {
            assert!(read(&whole.slice(..length)).is_none(), "{length}");
        }
        assert!(read(&Bytes::from_static(&[77])).is_none());
    }
}
