//! Writes the photo that the end-to-end tests report graffiti with: 12 megapixels, stored on its
//! side (EXIF orientation 6), taken at Grey's Monument in Newcastle.
//!
//! `cargo run -p picture --features samples --example sample-photo -- photo.jpg [width height]`

use std::{env, fs, process::ExitCode};

use picture::{Position, samples};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(path) = arguments.first() else { return ExitCode::FAILURE };
    let size = |index: usize, otherwise| {
        arguments.get(index).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let position = Position { lat: 54.9738, lon: -1.6132 };
    let bytes = samples::phone_photo(size(1, 4032), size(2, 3024), position);
    match fs::write(path, bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
