//! Colour profiles. Phones photograph in Display P3 and some cameras in Adobe RGB; without its
//! profile such a photo looks dull, and the profile is metadata that is not kept. So the few
//! pixels that are left after shrinking are converted to sRGB.
//!
//! Read are profiles made of three curves and a matrix, which is what cameras write. Others
//! (printers, scanners) are passed over, as many programs do.

use crate::Picture;
use crate::container::At;

/// From the profile connection space (XYZ under D50) to linear sRGB.
const FROM_XYZ: Matrix = [
    [3.134_136, -1.617_386, -0.490_662],
    [-0.978_795, 1.916_254, 0.033_443],
    [0.071_955, -0.228_977, 1.405_386],
];
/// Steps of the table that goes back from linear light to sRGB.
const STEPS: u16 = 4095;

type Matrix = [[f32; 3]; 3];

/// Converts the picture to sRGB if the profile is understood and not sRGB itself.
pub(crate) fn to_srgb(picture: &mut Picture, profile: &[u8]) {
    let Some(conversion) = Conversion::read(profile) else { return };
    if !conversion.changes_nothing() {
        for pixel in picture.pixels_mut() {
            *pixel = conversion.convert(*pixel);
        }
    }
}

/// How much red, green and blue light the four inks of a print leave: cyan, magenta, yellow and black, as
/// amounts of ink.
pub(crate) fn from_inks([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let left = |ink: u8| u32::from(255 - ink);
    [c, m, y].map(|ink| u8::try_from((left(ink) * left(k) + 127) / 255).unwrap_or(u8::MAX))
}

struct Conversion {
    /// Linear light by stored value, for each of red, green and blue.
    curves: [Vec<f32>; 3],
    matrix: Matrix,
    encode: Vec<u8>,
}

impl Conversion {
    fn read(profile: &[u8]) -> Option<Self> {
        if profile.get(16..24)? != b"RGB XYZ " {
            return None;
        }
        let columns = [point(profile, *b"rXYZ")?, point(profile, *b"gXYZ")?, point(profile, *b"bXYZ")?];
        let matrix =
            FROM_XYZ.map(|row| columns.map(|column| row.iter().zip(column).map(|(a, b)| a * b).sum()));
        let curves = [curve(profile, *b"rTRC")?, curve(profile, *b"gTRC")?, curve(profile, *b"bTRC")?];
        let encode = (0..=STEPS).map(|step| encoded(f32::from(step) / f32::from(STEPS))).collect();
        Some(Self { curves, matrix, encode })
    }

    /// Whether a sample of colours comes out as it went in, give or take rounding.
    fn changes_nothing(&self) -> bool {
        let samples = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [40, 40, 40], [128, 128, 128], [200, 100, 50]];
        samples.iter().all(|sample| {
            let converted = self.convert(*sample);
            sample.iter().zip(converted).all(|(before, after)| before.abs_diff(after) <= 2)
        })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates, which is the wanted clipping"
    )]
    fn convert(&self, pixel: [u8; 3]) -> [u8; 3] {
        let [r, g, b] = [0, 1, 2].map(|i| self.curves[i][usize::from(pixel[i])]);
        self.matrix.map(|[x, y, z]| {
            let light = x * r + y * g + z * b;
            let step = (light * f32::from(STEPS) + 0.5) as u16;
            self.encode[usize::from(step.min(STEPS))]
        })
    }
}

/// The data of a tag of the profile, from its type signature on.
fn tag(profile: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let count = profile.u32_be(128)?.min(100) as usize;
    let entry =
        profile.get(132..)?.as_chunks::<12>().0.iter().take(count).find(|entry| entry.starts_with(&name))?;
    let (start, length) = (entry.u32_be(4)? as usize, entry.u32_be(8)? as usize);
    profile.get(start..start.checked_add(length)?)
}

/// A number with sixteen bits before the point and sixteen behind it.
#[expect(clippy::cast_precision_loss, reason = "seven digits are enough for a colour")]
fn fixed(bytes: &[u8], at: usize) -> Option<f32> {
    Some(bytes.u32_be(at)?.cast_signed() as f32 / 65_536.0)
}

fn point(profile: &[u8], name: [u8; 4]) -> Option<[f32; 3]> {
    let data = tag(profile, name)?;
    (data.starts_with(b"XYZ ")).then_some([fixed(data, 8)?, fixed(data, 12)?, fixed(data, 16)?])
}

/// Linear light for each of the 256 stored values.
fn curve(profile: &[u8], name: [u8; 4]) -> Option<Vec<f32>> {
    let data = tag(profile, name)?;
    let values = (0..=255u8).map(|value| f32::from(value) / 255.0);
    match data.get(..4)? {
        b"curv" => {
            let count = data.u32_be(8)? as usize;
            let table = data.get(12..12usize.checked_add(count.checked_mul(2)?)?)?.as_chunks::<2>().0;
            let entry = |at: usize| f32::from(u16::from_be_bytes(table[at]));
            Some(match count {
                0 => values.collect(),
                1 => values.map(|value| value.powf(entry(0) / 256.0)).collect(),
                _ => values.map(|value| between(value, count, &entry) / 65_535.0).collect(),
            })
        }
        b"para" => parametric(data, values),
        _ => None,
    }
}

/// Looks a value from 0 to 1 up in a table, on a straight line between its neighbours.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tables have at most a few thousand entries"
)]
fn between(value: f32, count: usize, entry: &impl Fn(usize) -> f32) -> f32 {
    let place = value * (count - 1) as f32;
    let low = (place as usize).min(count - 2);
    entry(low) + (entry(low + 1) - entry(low)) * (place - low as f32)
}

/// The five formulas of ICC.1, section 10.18, all of them a case of the last.
fn parametric(data: &[u8], values: impl Iterator<Item = f32>) -> Option<Vec<f32>> {
    let count = match data.u16_be(8)? {
        0 => 1,
        1 => 3,
        2 => 4,
        3 => 5,
        4 => 7,
        _ => return None,
    };
    let given = (0..count).map(|index| fixed(data, 12 + index * 4)).collect::<Option<Vec<_>>>()?;
    // Above the threshold (scale * x + shift) ^ gamma + rise, below it slope * x + base.
    let (gamma, scale, shift, slope, threshold, rise, base) = match given[..] {
        [gamma] => (gamma, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        [gamma, scale, shift] => (gamma, scale, shift, 0.0, -shift / scale, 0.0, 0.0),
        [gamma, scale, shift, rise] => (gamma, scale, shift, 0.0, -shift / scale, rise, rise),
        [gamma, scale, shift, slope, threshold] => (gamma, scale, shift, slope, threshold, 0.0, 0.0),
        [gamma, scale, shift, slope, threshold, rise, base] => {
            (gamma, scale, shift, slope, threshold, rise, base)
        }
        _ => return None,
    };
    let curve =
        |x: f32| if x >= threshold { (scale * x + shift).powf(gamma) + rise } else { slope * x + base };
    Some(values.map(curve).collect())
}

/// sRGB's own curve, from linear light to a byte.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255 by its formula")]
fn encoded(light: f32) -> u8 {
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const SRGB_CURVE: [f32; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
    const SRGB: Matrix = [[0.4361, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]];
    const P3: Matrix = [[0.5151, 0.2412, -0.0011], [0.2920, 0.6922, 0.0419], [0.1571, 0.0666, 0.7841]];
    const ADOBE: Matrix = [[0.6097, 0.3111, 0.0195], [0.2053, 0.6257, 0.0609], [0.1492, 0.0632, 0.7446]];

    #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
    fn fixed_bytes(number: f32) -> [u8; 4] {
        ((number * 65_536.0).round() as i32).to_be_bytes()
    }

    fn profile(points: Matrix, curve: &[u8]) -> Vec<u8> {
        let mut data = Vec::new();
        let mut tags = Vec::new();
        let mut add = |name: [u8; 4], body: &[u8]| {
            let start = u32::try_from(132 + 6 * 12 + data.len()).unwrap();
            tags.extend(name);
            tags.extend(start.to_be_bytes());
            tags.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            data.extend_from_slice(body);
        };
        for (name, point) in [*b"rXYZ", *b"gXYZ", *b"bXYZ"].into_iter().zip(points) {
            add(name, &[b"XYZ \0\0\0\0".to_vec(), point.map(fixed_bytes).concat()].concat());
        }
        for name in [*b"rTRC", *b"gTRC", *b"bTRC"] {
            add(name, curve);
        }
        let mut head = vec![0; 128];
        head[16..24].copy_from_slice(b"RGB XYZ ");
        [head, 6u32.to_be_bytes().to_vec(), tags, data].concat()
    }

    fn srgb_curve() -> Vec<u8> {
        [b"para\0\0\0\0\0\x03\0\0".to_vec(), SRGB_CURVE.map(fixed_bytes).concat()].concat()
    }

    fn converted(profile: &[u8], pixel: [u8; 3]) -> [u8; 3] {
        let mut picture = Picture::new(1, 1, pixel.to_vec());
        to_srgb(&mut picture, profile);
        [0, 1, 2].map(|i| picture.pixels()[i])
    }

    fn assert_near(found: [u8; 3], expected: [u8; 3]) {
        assert!(found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 4), "{found:?}, not {expected:?}");
    }

    #[test]
    fn srgb_is_left_alone() {
        let profile = profile(SRGB, &srgb_curve());
        for pixel in [[1, 2, 3], [255, 254, 0], [17, 99, 200]] {
            assert_eq!(converted(&profile, pixel), pixel);
        }
    }

    #[test]
    fn display_p3() {
        let profile = profile(P3, &srgb_curve());
        assert_near(converted(&profile, [234, 51, 35]), [255, 0, 0]);
        assert_near(converted(&profile, [117, 251, 76]), [0, 255, 0]);
        assert_near(converted(&profile, [128, 128, 128]), [128, 128, 128]);
        assert_near(converted(&profile, [255, 0, 0]), [255, 0, 0]);
    }

    #[test]
    fn adobe_rgb_by_gamma_and_by_table() {
        let gamma = b"curv\0\0\0\0\0\0\0\x01\x02\x33".to_vec();
        let table: Vec<u8> = (0..=1023u16)
            .flat_map(|i| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 65,535")]
                let light = ((f32::from(i) / 1023.0).powf(2.2) * 65_535.0) as u16;
                light.to_be_bytes()
            })
            .collect();
        let table = [b"curv\0\0\0\0\0\0\x04\0".to_vec(), table].concat();
        for curve in [gamma, table] {
            let profile = profile(ADOBE, &curve);
            assert_near(converted(&profile, [219, 0, 0]), [255, 0, 0]);
            assert_near(converted(&profile, [255, 255, 255]), [255, 255, 255]);
        }
    }

    #[test]
    fn nonsense_changes_nothing_and_harms_nothing() {
        let good = profile(P3, &srgb_curve());
        for cut in 0..good.len() {
            converted(&good[..cut], [1, 2, 3]);
        }
        let mut endless = good.clone();
        endless[128..132].fill(0xff);
        endless[136..144].fill(0xff);
        assert_eq!(converted(&endless, [1, 2, 3]), [1, 2, 3]);
        let broken = profile(P3, b"curv\0\0\0\0\xff\xff\xff\xff\0\0");
        assert_eq!(converted(&broken, [1, 2, 3]), [1, 2, 3]);
    }
}
