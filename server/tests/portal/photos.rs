//! Photos through the child process, as the server cleans them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use picture::{Position, samples};
use server::photo::{Cleaned, PhotoCleaner, PhotoFault};

fn cleaner() -> PhotoCleaner {
    PhotoCleaner::with_program(PathBuf::from(env!("CARGO_BIN_EXE_portico")))
}

async fn clean(bytes: impl Into<Bytes>) -> Result<Cleaned, PhotoFault> {
    cleaner().clean(bytes.into()).await
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn a_phone_photo_comes_out_upright_small_and_without_metadata() {
    let place = Position { lat: 54.9738, lon: -1.6132 };
    let photo = samples::with_xmp(&samples::phone_photo(2400, 1800, place), "made by somebody");
    let cleaned = clean(photo).await.unwrap();
    assert_eq!((cleaned.width, cleaned.height), (1200, 1600));
    for (jpeg, size) in [(&cleaned.jpeg, (1200, 1600)), (&cleaned.thumbnail, (240, 320))] {
        let picture = picture::open(jpeg, &picture::Limits::SERVER).unwrap();
        assert_eq!((picture.picture.width(), picture.picture.height()), size);
        assert_eq!(picture.position, None);
        assert!(!holds(jpeg, b"Exif") && !holds(jpeg, b"somebody"));
        // The red spot of the scene.
        assert!(picture.picture.pixels()[0] > 200 && picture.picture.pixels()[1] < 90);
    }
    assert!(cleaned.thumbnail.len() < cleaned.jpeg.len());
}

#[tokio::test]
async fn the_other_formats_and_small_photos() {
    for photo in [
        samples::png(40, 30),
        samples::webp(40, 30),
        samples::animated_webp(40, 30),
        samples::animated_png(40, 30),
    ] {
        let cleaned = clean(photo).await.unwrap();
        assert_eq!((cleaned.width, cleaned.height), (40, 30));
    }
}

#[tokio::test]
async fn what_is_no_photo_is_refused_for_its_reason() {
    let jpeg = samples::jpeg(320, 240);
    let cut = jpeg[..jpeg.len() * 9 / 10].to_vec();
    let too_large = [jpeg.as_slice(), &vec![0; 15 * 1024 * 1024]].concat();
    assert!(matches!(clean(Vec::new()).await, Err(PhotoFault::Empty)));
    assert!(matches!(clean(cut).await, Err(PhotoFault::Truncated)));
    assert!(matches!(clean(too_large).await, Err(PhotoFault::TooLarge)));
    for other in [
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "MZ\u{0}",
        "GIF89a",
        "%PDF-1.7",
        "\0\0\0\x18ftypheic\0\0\0\0",
    ] {
        assert!(matches!(clean(other).await, Err(PhotoFault::NotAnImage)), "{other:?}");
    }
}

#[tokio::test]
async fn bombs_are_refused_without_a_child() {
    // No such program: whatever reaches the child is an internal fault.
    let cleaner = PhotoCleaner::with_program(PathBuf::from("/nowhere/portico"));
    let bombs = [
        samples::jpeg_header(65_535, 65_535),
        samples::png_header(65_536, 65_536),
        samples::webp_header(16_384, 16_384),
    ];
    for bomb in bombs {
        let begun = Instant::now();
        assert!(matches!(cleaner.clean(bomb.into()).await, Err(PhotoFault::TooManyPixels)));
        // The aim is 50 ms; this much slack is for a busy machine.
        assert!(begun.elapsed() < Duration::from_millis(500));
    }
    assert!(matches!(cleaner.clean(samples::jpeg(8, 8).into()).await, Err(PhotoFault::Internal(_))));
}

#[tokio::test]
async fn texts_and_profiles_that_unpack_to_hundreds_of_megabytes() {
    assert!(clean(samples::png_text_bomb()).await.is_ok());
    assert!(clean(samples::png_profile_bomb()).await.is_ok());
}

#[tokio::test]
async fn headers_that_promise_more_than_there_is() {
    // Allowed by its size, whole by its markers, and empty.
    let hollow = clean(samples::jpeg_header(10_000, 10_000)).await;
    assert!(matches!(hollow, Ok(_) | Err(PhotoFault::Unreadable)));
    assert!(matches!(
        clean(samples::png_header(5_000, 5_000)).await,
        Err(PhotoFault::Unreadable | PhotoFault::Truncated)
    ));
}

/// Shell programs in place of the child: what crashes, stops half-way or says nothing is one thing to us.
#[cfg(unix)]
mod children_that_fail {
    use super::*;
    use std::io::{ErrorKind, Write};
    use std::os::unix::fs::PermissionsExt;

    async fn by(script: &str) -> Result<Cleaned, PhotoFault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("child");
        let mut file = std::fs::File::create(&path).unwrap();
        writeln!(file, "#!/bin/sh\n{script}").unwrap();
        drop(file);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        let cleaner = PhotoCleaner::with_program(path);
        loop {
            match cleaner.clean(samples::jpeg(800, 600).into()).await {
                // Another test's child, just forked, still holds the file that was open for writing.
                Err(PhotoFault::Internal(error)) if error.kind() == ErrorKind::ExecutableFileBusy => {}
                result => return result,
            }
        }
    }

    #[tokio::test]
    async fn each_is_a_photo_that_cannot_be_read() {
        for script in [
            "kill -ABRT $$",
            "kill -KILL $$",
            "exit 1",
            "exit 0",
            "printf '\\000\\000'",
            "printf '\\000%s' $PATH; exit 3",
        ] {
            assert!(matches!(by(script).await, Err(PhotoFault::Unreadable)), "{script}");
        }
    }

    #[tokio::test]
    async fn one_that_hangs_is_ended() {
        let begun = Instant::now();
        assert!(matches!(by("exec sleep 60").await, Err(PhotoFault::Unreadable)));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn many_at_once() {
    let cleaner = cleaner();
    let photo = Bytes::from(samples::jpeg(640, 480));
    let all = (0..12).map(|_| cleaner.clean(photo.clone()));
    for cleaned in futures::future::join_all(all).await {
        assert_eq!(cleaned.unwrap().width, 640);
    }
}
