//! The bad inputs that concern photos, each with the right answer. Numbers are those of the
//! list of bad inputs.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use image::ExtendedColorType;
use picture::{Fault, Limits, Photo, Picture, Position, check, open, samples};

const MONUMENT: Position = Position { lat: 54.9738, lon: -1.6132 };

fn taken(bytes: &[u8]) -> Photo {
    open(bytes, &Limits::SERVER).unwrap()
}

fn refused(bytes: &[u8]) -> Fault {
    let fault = check(bytes, &Limits::SERVER).expect_err("refused by its headers");
    assert_eq!(open(bytes, &Limits::SERVER), Err(fault));
    fault
}

/// The red spot of the made-up scene is in the top left corner, and nowhere else.
fn assert_upright(picture: &Picture) {
    let (width, height) = (picture.width(), picture.height());
    let pixels = picture.pixels();
    let red = |x: u32, y: u32| {
        let at = ((y * width + x) * 3) as usize;
        let [r, g, b] = pixels[at..at + 3] else { panic!("three bytes") };
        r > 200 && g < 80 && b < 90
    };
    assert!(red(width / 10, height / 10), "top left is red");
    for (x, y) in
        [(width * 9 / 10, height / 10), (width / 10, height * 9 / 10), (width * 9 / 10, height * 9 / 10)]
    {
        assert!(!red(x, y), "{x}, {y} is not red");
    }
}

fn assert_near(position: Option<Position>, expected: Position) {
    let found = position.expect("a position");
    assert!((found.lat - expected.lat).abs() < 1e-6 && (found.lon - expected.lon).abs() < 1e-6, "{found:?}");
}

#[test]
fn all_three_formats() {
    for bytes in [samples::jpeg(640, 480), samples::png(640, 480), samples::webp(640, 480)] {
        let photo = taken(&bytes);
        assert_eq!((photo.picture.width(), photo.picture.height()), (640, 480));
        assert_eq!(photo.position, None);
        assert_upright(&photo.picture);
    }
}

#[test]
fn a_phone_photo_is_turned_and_shrunk_and_its_place_is_told() {
    let photo = taken(&samples::phone_photo(2400, 1800, MONUMENT));
    assert_eq!((photo.picture.width(), photo.picture.height()), (1200, 1600));
    assert_upright(&photo.picture);
    assert_near(photo.position, MONUMENT);
}

#[test]
fn what_is_written_holds_no_metadata() {
    let secret = "urn:secret:of-the-camera";
    let bytes = samples::with_xmp(&samples::phone_photo(800, 600, MONUMENT), secret);
    let bytes = samples::with_comment(&bytes, secret.as_bytes());
    let written = taken(&bytes).picture.to_jpeg().unwrap();
    let holds = |needle: &[u8]| written.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(b"Exif") && !holds(b"secret") && !holds(b"http") && !holds(b"ICC_PROFILE"));
    // Markers: start, JFIF, tables, frame, scan, end. No application data but JFIF, no comment.
    assert!(!holds(b"\xff\xe1") && !holds(b"\xff\xe2") && !holds(b"\xff\xed") && !holds(b"\xff\xfe"));
    assert_eq!(taken(&written).position, None);
    let header = check(&written, &Limits::SERVER).unwrap();
    assert_eq!((header.width, header.height), (600, 800));
}

#[test]
fn bad_19_bytes_are_believed_and_names_are_not() {
    assert!(open(&samples::png(20, 20), &Limits::SERVER).is_ok());
    assert_eq!(refused(b"MZ\x90\0\x03\0\0\0"), Fault::NotAnImage);
}

#[test]
fn bad_20_nothing() {
    assert_eq!(refused(b""), Fault::Empty);
}

#[test]
fn bad_21_cut_anywhere() {
    for bytes in [
        samples::jpeg(400, 300),
        samples::png(400, 300),
        samples::webp(400, 300),
        samples::animated_webp(40, 30),
    ] {
        for percent in [20, 50, 90, 99] {
            assert_eq!(refused(&bytes[..bytes.len() * percent / 100]), Fault::Truncated, "{percent} %");
        }
        assert_eq!(refused(&bytes[..bytes.len() - 1]), Fault::Truncated);
    }
}

#[test]
fn bad_22_bombs_are_known_by_their_headers() {
    let begun = Instant::now();
    assert!(samples::jpeg_header(65_535, 65_535).len() < 250);
    for bytes in [
        samples::jpeg_header(65_535, 65_535),
        samples::jpeg_header(30_001, 1),
        samples::jpeg_header(10_001, 10_000),
        samples::png_header(65_536, 65_536),
        samples::png_header(u32::MAX, u32::MAX),
        samples::webp_header(16_384, 16_384),
        samples::webp_header(1 << 24, 1 << 24),
    ] {
        assert_eq!(refused(&bytes), Fault::TooManyPixels);
    }
    // Refused even where the rest of the file is missing.
    assert_eq!(refused(&samples::jpeg_header(65_535, 65_535)[..170]), Fault::TooManyPixels);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn bad_22_two_sizes_in_one_file() {
    let small = samples::jpeg(64, 48);
    let frame = samples::jpeg_header(20_000, 4_000);
    let at = frame.windows(2).position(|window| window == b"\xff\xc0").unwrap();
    let both = [&small[..2], &frame[at..at + 19], &small[2..]].concat();
    assert_eq!(open(&both, &Limits::SERVER), Err(Fault::Unreadable));
}

#[test]
fn bad_22_thousands_of_scans() {
    let header = samples::jpeg_header(8_000, 8_000);
    let at = header.windows(2).position(|window| window == b"\xff\xda").unwrap();
    let scan = &header[at..header.len() - 2];
    let bytes = [&header[..at], &scan.repeat(5_000), b"\xff\xd9"].concat();
    assert_eq!(refused(&bytes), Fault::Unreadable);
}

#[test]
fn bad_24_texts_are_not_unpacked() {
    let begun = Instant::now();
    assert_upright(&taken(&samples::png_text_bomb()).picture);
    // Nor is the profile: the decoder stops at its limit and goes on without.
    assert_upright(&taken(&samples::png_profile_bomb()).picture);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn bad_24_first_frame_only() {
    assert_upright(&taken(&samples::animated_png(64, 48)).picture);
    assert_upright(&taken(&samples::animated_webp(64, 48)).picture);
}

#[test]
fn bad_25_notes_never_spoil_a_photo() {
    let jpeg = samples::jpeg(60, 40);
    let turned = |exif: &[u8]| taken(&samples::with_exif(&jpeg, exif)).picture.width() == 40;
    assert!(turned(&samples::exif(6, None)));
    assert!(turned(&samples::exif_with_loop()));
    assert!(turned(&samples::exif_with_huge_count()));
    for orientation in [0, 1, 9, 255, u16::MAX] {
        assert!(!turned(&samples::exif(orientation, None)), "orientation {orientation}");
    }
    for nonsense in
        [b"".as_slice(), b"MM", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", &vec![0xff; 60_000]]
    {
        assert!(!turned(nonsense));
    }
    let whole = samples::exif(6, Some(MONUMENT));
    for cut in 0..whole.len() {
        taken(&samples::with_exif(&jpeg, &whole[..cut]));
    }
}

#[test]
fn positions_that_are_none() {
    let place = |lat, lon| {
        taken(&samples::with_exif(&samples::jpeg(8, 8), &samples::exif(1, Some(Position { lat, lon }))))
            .position
    };
    assert_near(place(-33.8568, 151.2153), Position { lat: -33.8568, lon: 151.2153 });
    assert_eq!(place(0.0, 0.0), None);
    assert_eq!(place(91.0, 0.0), None);
    assert_eq!(place(50.0, 180.1), None);
}

#[test]
fn notes_in_png_and_webp() {
    let notes = samples::exif(6, Some(MONUMENT));
    for bytes in [
        samples::png_with_chunk(&samples::png(60, 40), *b"eXIf", &notes),
        samples::webp_with_chunk(60, 40, *b"EXIF", &notes),
    ] {
        let photo = taken(&bytes);
        assert_eq!(photo.picture.width(), 40);
        assert_near(photo.position, MONUMENT);
    }
    let prefixed = [b"Exif\0\0".as_slice(), &notes].concat();
    assert_eq!(taken(&samples::webp_with_chunk(60, 40, *b"EXIF", &prefixed)).picture.width(), 40);
}

#[test]
fn bad_26_and_29_whatever_follows_the_picture_is_left_behind() {
    let jpeg = samples::jpeg(64, 48);
    let clean = taken(&jpeg).picture.to_jpeg().unwrap();
    for trailer in [
        samples::jpeg(32, 24),
        b"\0\0\0\x18ftypmp42 video with sound".to_vec(),
        b"PK\x03\x04<script>alert(1)</script><?php __HALT_COMPILER();".to_vec(),
    ] {
        assert_eq!(taken(&[jpeg.as_slice(), &trailer].concat()).picture.to_jpeg().unwrap(), clean);
    }
    let eicar = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    assert_eq!(taken(&samples::with_comment(&jpeg, eicar)).picture.to_jpeg().unwrap(), clean);
}

#[test]
fn bad_31_every_kind_of_pixel() {
    let sixteen: Vec<u8> =
        samples::scene(40, 30).iter().flat_map(|value| (u16::from(*value) * 257).to_ne_bytes()).collect();
    let photo = taken(&samples::png_as(&sixteen, 40, 30, ExtendedColorType::Rgb16));
    assert_eq!(photo.picture.pixels(), samples::scene(40, 30));

    let grey = [0, 255].repeat(20 * 20);
    assert_eq!(taken(&samples::png_as(&grey, 20, 20, ExtendedColorType::La8)).picture.pixels(), [0; 1200]);
    let clear = [0, 0].repeat(20 * 20);
    assert_eq!(taken(&samples::png_as(&clear, 20, 20, ExtendedColorType::La8)).picture.pixels(), [255; 1200]);

    let tall = taken(&samples::png_as(&vec![90; 30_000], 1, 30_000, ExtendedColorType::L8)).picture;
    assert_eq!((tall.width(), tall.height()), (1, 1600));
    assert!(tall.to_jpeg().is_ok());
}

#[test]
fn bad_31_print_colours_and_progressive_scans() {
    let encode = |pixels: &[u8], colour, progressive| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
        encoder.set_progressive(progressive);
        encoder.encode(pixels, 32, 32, colour).unwrap();
        bytes
    };
    // No ink but a third of black. Programs store the inks inverted, as this encoder does.
    let inks = [0, 0, 0, 85].repeat(32 * 32);
    let grey = taken(&encode(&inks, jpeg_encoder::ColorType::Cmyk, false)).picture;
    assert!(grey.pixels().iter().all(|value| value.abs_diff(170) < 4), "{:?}", &grey.pixels()[..3]);

    let scene = samples::scene(32, 32);
    assert_upright(&taken(&encode(&scene, jpeg_encoder::ColorType::Rgb, true)).picture);
    let luma = vec![77; 32 * 32];
    let grey = taken(&encode(&luma, jpeg_encoder::ColorType::Luma, false)).picture;
    assert!(grey.pixels().iter().all(|value| value.abs_diff(77) < 3));
}

#[test]
fn lengths_that_the_file_does_not_hold() {
    let mut webp = samples::webp_with_chunk(60, 40, *b"EXIF", b"MM\0*");
    let at = webp.windows(4).position(|window| window == b"EXIF").unwrap();
    webp[at + 4..at + 8].fill(0xff);
    assert_eq!(refused(&webp), Fault::Truncated);
    let png = samples::png_with_chunk(&samples::png(60, 40), *b"eXIf", b"MM\0*");
    let mut endless = png.clone();
    endless[33..37].fill(0xff);
    assert_eq!(refused(&endless), Fault::Truncated);
}

mod damaged {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Headers are looked at in the server's own process: never a panic, whatever they say.
        #[test]
        fn checking_never_panics(which in 0usize..6, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let mut bytes = match which {
                0 => samples::phone_photo(24, 16, MONUMENT),
                1 => samples::png(24, 16),
                2 => samples::webp_with_chunk(24, 16, *b"EXIF", &samples::exif(6, Some(MONUMENT))),
                3 => samples::animated_webp(24, 16),
                4 => samples::animated_png(24, 16),
                _ => samples::jpeg_header(24, 16),
            };
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let cut = cut.index(bytes.len());
            let _ = check(&bytes, &Limits::SERVER);
            let _ = check(&bytes[..cut], &Limits::SERVER);
        }

        #[test]
        fn checking_noise_never_panics(kind in 0usize..3, noise in prop::collection::vec(any::<u8>(), 0..200)) {
            let start = [b"\xff\xd8\xff".as_slice(), b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBP"][kind];
            let _ = check(&[start, &noise].concat(), &Limits::SERVER);
        }
    }
}
