//! Shrinking by area: every pixel of the result is the mean of exactly the part of the source
//! that it covers.
//!
//! Down first, across second: going down adds whole rows to each other, which compiles to vector
//! instructions for native code and for wasm alike, and leaves few rows to go across.

use crate::Picture;

/// How a decoder lays out its pixels. Numbers of sixteen bits are in the machine's byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    L8,
    La8,
    Rgb8,
    Rgba8,
    L16,
    La16,
    Rgb16,
    Rgba16,
}

impl Layout {
    fn bytes_per_pixel(self) -> usize {
        match self {
            Self::L8 => 1,
            Self::La8 | Self::L16 => 2,
            Self::Rgb8 => 3,
            Self::Rgba8 | Self::La16 => 4,
            Self::Rgb16 => 6,
            Self::Rgba16 => 8,
        }
    }
}

/// Decoded pixels.
pub(crate) struct Rows<'a> {
    pub data: &'a [u8],
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
}

impl Rows<'_> {
    /// The row as red, green and blue on a white ground. `spare` holds it where it has to be
    /// converted.
    fn rgb<'s>(&'s self, y: usize, spare: &'s mut Vec<u8>) -> &'s [u8] {
        let length = self.width as usize * self.layout.bytes_per_pixel();
        let row = &self.data[y * length..][..length];
        if self.layout == Layout::Rgb8 {
            return row;
        }
        spare.clear();
        match self.layout {
            Layout::Rgb8 => {}
            Layout::L8 => widen(row, spare, |[grey]| [grey; 3]),
            Layout::La8 => widen(row, spare, |[grey, alpha]| [on_white(grey, alpha); 3]),
            Layout::Rgba8 => {
                widen(row, spare, |[r, g, b, alpha]| [r, g, b].map(|value| on_white(value, alpha)));
            }
            Layout::L16 => widen(row, spare, |pixel: [u8; 2]| {
                let [grey] = eight_bits(&pixel);
                [grey; 3]
            }),
            Layout::La16 => widen(row, spare, |pixel: [u8; 4]| {
                let [grey, alpha] = eight_bits(&pixel);
                [on_white(grey, alpha); 3]
            }),
            Layout::Rgb16 => widen(row, spare, |pixel: [u8; 6]| eight_bits(&pixel)),
            Layout::Rgba16 => widen(row, spare, |pixel: [u8; 8]| {
                let [r, g, b, alpha] = eight_bits(&pixel);
                [r, g, b].map(|value| on_white(value, alpha))
            }),
        }
        spare
    }
}

fn widen<const N: usize>(row: &[u8], into: &mut Vec<u8>, rgb: impl Fn([u8; N]) -> [u8; 3]) {
    into.extend(row.as_chunks().0.iter().flat_map(|pixel| rgb(*pixel)));
}

/// The nearest numbers of eight bits to numbers of sixteen.
#[expect(clippy::cast_possible_truncation, reason = "65,535 / 257 is 255")]
fn eight_bits<const N: usize>(pixel: &[u8]) -> [u8; N] {
    let mut numbers = pixel.as_chunks().0.iter().map(|bytes| u32::from(u16::from_ne_bytes(*bytes)));
    std::array::from_fn(|_| ((numbers.next().unwrap_or_default() + 128) / 257) as u8)
}

#[expect(clippy::cast_possible_truncation, reason = "a mean of two bytes is a byte")]
fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Draws the picture with no side longer than `longest`. Never enlarges.
pub(crate) fn shrink(rows: &Rows, longest: u32) -> Picture {
    let (width, height) = fit(rows.width, rows.height, longest);
    let down = Shares::new(rows.height, height);
    let across = Shares::new(rows.width, width);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    let mut spare = Vec::new();
    let mut sums = vec![0; rows.width as usize * 3];
    for (share, row) in down.each().zip(pixels.chunks_exact_mut(width as usize * 3)) {
        sums.fill(0);
        for (y, weight) in (share.first..).zip(share.weights) {
            add_down(&mut sums, rows.rgb(y, &mut spare), *weight);
        }
        for (share, pixel) in across.each().zip(row.as_chunks_mut().0) {
            *pixel = add_across(&sums[share.first * 3..], share.weights);
        }
    }
    Picture::new(width, height, pixels)
}

/// Adds a row to the sums. The weights of a pixel add up to 256, so a sum of 255s still fits sixteen bits.
fn add_down(sums: &mut [u16], row: &[u8], weight: u16) {
    // In blocks that fill vector registers.
    let (sum_blocks, sums) = sums.as_chunks_mut::<16>();
    let (row_blocks, row) = row.as_chunks::<16>();
    for (sums, row) in sum_blocks.iter_mut().zip(row_blocks) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += weight * u16::from(*value);
        }
    }
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum += weight * u16::from(*value);
    }
}

/// The mean of the pixels at the start of `sums`.
fn add_across(sums: &[u16], weights: &[u16]) -> [u8; 3] {
    let mut total = [0x8000; 3];
    for (pixel, weight) in sums.as_chunks::<3>().0.iter().zip(weights) {
        for (sum, value) in total.iter_mut().zip(pixel) {
            *sum += u32::from(*value) * u32::from(*weight);
        }
    }
    // Both weights took eight bits.
    total.map(|sum: u32| sum.to_le_bytes()[2])
}

/// The size that fits, never less than one pixel.
fn fit(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let side = width.max(height);
    if side <= longest {
        return (width, height);
    }
    let scaled = |length: u32| {
        let rounded = (u64::from(length) * u64::from(longest) + u64::from(side) / 2) / u64::from(side);
        u32::try_from(rounded).unwrap_or(longest).max(1)
    };
    (scaled(width), scaled(height))
}

/// Which source pixels each result pixel covers along one direction, and by how much.
struct Shares {
    /// Of each result pixel: its first source pixel, and where its weights end.
    spans: Vec<(usize, usize)>,
    weights: Vec<u16>,
}

struct Share<'a> {
    first: usize,
    weights: &'a [u16],
}

impl Shares {
    /// Both lengths are laid on a line of `source * result` steps, where a source pixel takes
    /// `result` steps and a result pixel `source` steps.
    fn new(source: u32, result: u32) -> Self {
        let (source, result) = (u64::from(source), u64::from(result));
        let mut spans = Vec::new();
        let mut weights = Vec::new();
        for pixel in 0..result {
            let (start, end) = (pixel * source, (pixel + 1) * source);
            let first = start / result;
            let mut before = 0;
            for covered in first..end.div_ceil(result) {
                let reach = ((covered + 1) * result).min(end) - start;
                // Rounded from the start of the pixel, so that the weights add up to 256.
                let upto = u16::try_from((reach * 256 + source / 2) / source).unwrap_or(256);
                weights.push(upto - before);
                before = upto;
            }
            spans.push((usize::try_from(first).unwrap_or(usize::MAX), weights.len()));
        }
        Self { spans, weights }
    }

    fn each(&self) -> impl Iterator<Item = Share<'_>> {
        let mut from = 0;
        self.spans.iter().map(move |(first, to)| {
            let weights = &self.weights[from..*to];
            from = *to;
            Share { first: *first, weights }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shrunk(data: &[u8], width: u32, height: u32, layout: Layout, longest: u32) -> Vec<u8> {
        shrink(&Rows { data, width, height, layout }, longest).pixels().to_vec()
    }

    #[test]
    fn means_of_whole_and_of_part_pixels() {
        assert_eq!(shrunk(&[0, 100, 200, 100], 4, 1, Layout::L8, 2), [50, 50, 50, 150, 150, 150]);
        // Three into two: each result pixel covers one and a half.
        assert_eq!(shrunk(&[0, 90, 240], 1, 3, Layout::L8, 2), [30, 30, 30, 190, 190, 190]);
    }

    #[test]
    fn every_layout() {
        let half = 0x8080u16.to_ne_bytes();
        let full = [255, 255];
        let none = [0, 0];
        for (layout, data, expected) in [
            (Layout::L8, vec![7], [7, 7, 7]),
            (Layout::La8, vec![7, 0], [255, 255, 255]),
            (Layout::La8, vec![7, 255], [7, 7, 7]),
            (Layout::Rgb8, vec![1, 2, 3], [1, 2, 3]),
            (Layout::Rgba8, vec![0, 255, 0, 128], [127, 255, 127]),
            (Layout::L16, half.to_vec(), [128, 128, 128]),
            (Layout::La16, [half, full].concat(), [128, 128, 128]),
            (Layout::Rgb16, [full, half, none].concat(), [255, 128, 0]),
            (Layout::Rgba16, [full, half, none, full].concat(), [255, 128, 0]),
            (Layout::Rgba16, [full, half, none, none].concat(), [255, 255, 255]),
        ] {
            assert_eq!(shrunk(&data, 1, 1, layout, 9), expected, "{layout:?}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(fit(4032, 3024, 1600), (1600, 1200));
        assert_eq!(fit(3024, 4032, 1600), (1200, 1600));
        assert_eq!(fit(1, 30_000, 1600), (1, 1600));
        assert_eq!(fit(1600, 1, 1600), (1600, 1));
        assert_eq!(fit(10, 10, 1600), (10, 10));
    }

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(width in 1u32..70, height in 1u32..70, longest in 1u32..70, colour: [u8; 3]) {
            let data = colour.repeat((width * height) as usize);
            let result = shrunk(&data, width, height, Layout::Rgb8, longest);
            prop_assert!(result.as_chunks::<3>().0.iter().all(|pixel| *pixel == colour));
        }
    }
}
