//! Photos made up for tests: good ones, damaged ones and hostile ones. Nothing here is a file in
//! the repository, and nothing here was photographed.
//!
//! Only with the feature `samples`. Functions here panic if they are used wrongly.
#![expect(clippy::missing_panics_doc, reason = "tests want a panic where a sample cannot be made")]
#![expect(clippy::expect_used, reason = "tests want a panic where a sample cannot be made")]

mod exif;
mod jpeg;
mod png;
mod webp;

pub use exif::{exif, exif_with_huge_count, exif_with_loop};
pub use jpeg::{jpeg, jpeg_header, phone_photo, with_comment, with_exif, with_profile, with_xmp};
pub use png::{animated_png, png, png_as, png_header, png_profile_bomb, png_text_bomb, png_with_chunk};
pub use webp::{animated_webp, webp, webp_header, webp_with_chunk};

/// A made-up view in red, green and blue: sky above, a wall with bricks below, a bright red spot
/// in the top left corner (to tell which way is up) and some grain, as sensors have.
#[must_use]
pub fn scene(width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    let mut grain = 0x2545_f491u32;
    for y in 0..height {
        for x in 0..width {
            grain ^= grain << 13;
            grain ^= grain >> 17;
            grain ^= grain << 5;
            let [noise, ..] = grain.to_le_bytes();
            let (across, down) = (x * 255 / width, y * 255 / height);
            let mortar = (x / 4 + (y / 60 % 2) * 40) % 80 < 4 || y / 4 % 15 < 1;
            let colour = if x < width / 4 && y < height / 4 {
                [230, 20, 30]
            } else if down < 110 {
                [90 + across / 4, 150 + down / 3, 220]
            } else if mortar {
                [190, 185, 175]
            } else {
                [150 + across / 8, 70 + down / 8, 50]
            };
            pixels.extend(colour.map(|value| {
                let value = u8::try_from(value).expect("a colour").saturating_add(noise / 24);
                value.saturating_sub(5)
            }));
        }
    }
    pixels
}
