//! Content as bytes to hash: the same bytes for the same content, and never the same for other content, because
//! every piece stands behind its length. The hash itself is the caller's: no browser has to fetch one.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A hash of 256 bits; as text, 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// What a text that is no [`Digest`] gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct NotADigest;

impl fmt::Display for Digest {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotADigest);
        }
        let mut digest = [0; 32];
        for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| NotADigest)?;
        }
        Ok(Self(digest))
    }
}

impl TryFrom<String> for Digest {
    type Error = NotADigest;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        let mut text = Self::with_capacity(64);
        // Writing into a text does not fail.
        let _ = write!(text, "{digest}");
        text
    }
}

/// Collects content, piece by piece.
#[derive(Clone, Debug)]
pub struct Canonical(Vec<u8>);

impl Canonical {
    /// Begins with what it is and in which form, so that two kinds of content never have the same bytes:
    /// `audit/1`.
    #[must_use]
    pub fn of(what: &str) -> Self {
        Self(Vec::new()).text(what)
    }

    /// Adds bytes of any length: 8 bytes of length, most significant first, then the bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend((bytes.len() as u64).to_be_bytes());
        self.0.extend(bytes);
        self
    }

    /// Adds a text, in UTF-8.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds what may not be there: nothing is not the same as an empty piece.
    #[must_use]
    pub fn maybe(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.number(1).bytes(bytes),
            None => self.number(0),
        }
    }

    /// Adds a number, in 8 bytes.
    #[must_use]
    pub fn number(mut self, number: i64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    /// The bytes.
    #[must_use]
    pub fn done(self) -> Vec<u8> {
        self.0
    }
}

/// For tests: tells contents apart, and keeps nobody out. FNV-1a of 64 bits, four times over.
#[cfg(test)]
pub(crate) fn test_hash(bytes: &[u8]) -> Digest {
    let mut digest = [0; 32];
    for (lane, part) in digest.chunks_mut(8).enumerate() {
        let start = 0xcbf2_9ce4_8422_2325_u64 ^ lane as u64;
        let hash =
            bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        part.copy_from_slice(&hash.to_be_bytes());
    }
    Digest(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_do_not_run_together() {
        let two = |one: &str, other: &str| Canonical::of("test").text(one).text(other).done();
        assert_ne!(two("ab", "c"), two("a", "bc"));
        assert_ne!(two("", "a"), two("a", ""));
        let maybe = |text: Option<&[u8]>| Canonical::of("test").maybe(text).done();
        assert_ne!(maybe(None), maybe(Some(b"")));
        assert_ne!(Canonical::of("test/1").done(), Canonical::of("test/2").done());
        // The form is for ever: hashes that were kept must come out the same.
        assert_eq!(
            Canonical::of("x").number(-2).done(),
            b"\0\0\0\0\0\0\0\x01x\xff\xff\xff\xff\xff\xff\xff\xfe"
        );
    }

    #[test]
    fn digests_as_text() {
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32), &"+1".repeat(32)] {
            assert_eq!(wrong.parse::<Digest>(), Err(NotADigest), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_digest_is_read_again(digest: [u8; 32]) {
            let digest = Digest(digest);
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
            prop_assert_eq!(String::from(digest).to_uppercase().parse(), Ok(digest));
        }

        #[test]
        fn other_pieces_are_other_bytes(one in prop::collection::vec(".{0,4}", 0..4), other in prop::collection::vec(".{0,4}", 0..4)) {
            let bytes = |pieces: &[String]| pieces.iter().fold(Canonical::of("test"), |all, piece| all.text(piece)).done();
            prop_assert_eq!(one == other, bytes(&one) == bytes(&other));
        }
    }
}
