//! Walks through the three file formats: from segment to segment, never into the pixels.
//!
//! Each walk finds the size in pixels, the metadata this crate reads (orientation, position,
//! colour) and whether the file ends where the picture does. The decoders are not asked, since
//! they fill what is missing with grey and believe lengths that the file does not hold.

pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod webp;

/// Reads numbers at a place that may lie outside the file.
pub(crate) trait At {
    fn u16_be(&self, at: usize) -> Option<u16>;
    fn u32_be(&self, at: usize) -> Option<u32>;
    fn u32_le(&self, at: usize) -> Option<u32>;
}

impl At for [u8] {
    fn u16_be(&self, at: usize) -> Option<u16> {
        self.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn u32_be(&self, at: usize) -> Option<u32> {
        self.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
    }

    fn u32_le(&self, at: usize) -> Option<u32> {
        self.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}
