//! Photos on their way from the form to whoever may see them, through `/api/photos`; `photos.rs` looks at
//! the cleaning itself. Numbers name the rows of the list of bad inputs.

use std::time::{Duration, Instant};

use crate::support::{Portal, answer, graffiti, graffiti_but};
use chrono::TimeDelta;
use picture::{Limits, Position, samples};
use serde_json::{Value, json};
use server::jobs::sweep::sweep;
use uuid::Uuid;

async fn uploaded(portal: &Portal) -> String {
    portal.visitor().upload(samples::png(8, 6)).await.is(201).text("id")
}

/// How many files are in the portal's photo folder.
fn files(portal: &Portal) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&portal.path("photos"))
}

/// Row 26: what is kept and served is pixels and nothing else.
#[tokio::test]
async fn a_photo_is_served_upright_and_without_what_the_phone_wrote() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let photo = samples::phone_photo(2400, 1800, Position { lat: 54.9738, lon: -1.6132 });
    let photo =
        samples::with_comment(&samples::with_xmp(&photo, "<made-by>somebody</made-by>"), b"<?php echo 1; ?>");
    let photo = [photo.as_slice(), b"PK\x03\x04 and a film of the moment before"].concat();
    let stored = resident.upload_as("image/jpeg", photo).await.is(201);
    assert_eq!((&stored.json()["width"], &stored.json()["height"]), (&json!(1200), &json!(1600)));
    let id = stored.text("id");
    let key = resident.submit(1, &graffiti_but(&json!({ "photos.1": id }))).await.is(201).text("key");
    for (size, (width, height)) in
        [("", (1200, 1600)), ("?size=full", (1200, 1600)), ("?size=thumb", (240, 320))]
    {
        let reply = resident.get(&format!("/api/follow/{key}/photos/{id}{size}")).await.is(200);
        assert_eq!(
            (reply.header("content-type"), reply.header("cache-control")),
            ("image/jpeg", "private, no-store")
        );
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let opened = picture::open(&reply.body, &Limits::SERVER).unwrap();
        assert_eq!((opened.picture.width(), opened.picture.height(), opened.position), (width, height, None));
        for trace in ["Exif", "somebody", "php", "PK\x03\x04", "film"] {
            assert!(!reply.body.windows(trace.len()).any(|window| window == trace.as_bytes()), "{trace}");
        }
    }
    assert_eq!(files(&portal), 2);
}

/// Rows 19 and 24: bytes are trusted, not what they are called; only the first picture counts.
#[tokio::test]
async fn what_a_photo_is_called_does_not_matter() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    for (kind, photo) in [
        ("image/jpeg", samples::png(8, 6)),
        ("application/octet-stream", samples::jpeg(8, 6)),
        ("image/x-citrix-jpeg", samples::jpeg(8, 6)),
        ("text/html", samples::webp(8, 6)),
        ("application/json", samples::animated_png(8, 6)),
        ("image", samples::animated_webp(8, 6)),
        ("image/png", samples::png_text_bomb()),
    ] {
        resident.upload_as(kind, photo).await.is(201);
    }
}

/// Rows 19 to 23, 27 and 28: every refusal has its own code, and nothing is kept.
#[tokio::test]
async fn what_is_no_photo_is_refused_for_its_reason() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let jpeg = samples::jpeg(320, 240);
    let cut = jpeg[..jpeg.len() * 9 / 10].to_vec();
    resident.upload(Vec::new()).await.refused(422, "photo_empty");
    resident.upload(cut).await.refused(422, "photo_truncated");
    for other in [
        "MZ\u{0}\u{3}",
        "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        "<?xml version='1.0'?><svg/>",
        "<!doctype html><script>alert(1)</script>",
        "push graphic-context\nviewbox 0 0 640 480",
        "%!PS-Adobe-3.0 EPSF-3.0",
        "%PDF-1.7",
        "GIF89a",
        "\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "\0\0\0\x1cftypavif\0\0\0\0",
        "II*\0 a raw photo",
        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ] {
        resident.upload_as("image/jpeg", other).await.refused(422, "photo_not_an_image");
    }
    for bomb in [
        samples::jpeg_header(65_535, 65_535),
        samples::png_header(65_536, 65_536),
        samples::webp_header(16_384, 16_384),
    ] {
        let begun = Instant::now();
        resident.upload(bomb).await.refused(422, "photo_too_many_pixels");
        // The aim is 50 ms; this much slack is for a busy machine.
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
    let most = 15 * 1024 * 1024;
    let padded = |length: usize| [jpeg.as_slice(), &vec![0; length - jpeg.len()]].concat();
    resident.upload(padded(most)).await.is(201);
    resident.upload(padded(most + 1)).await.refused(413, "photo_too_large");
    assert_eq!(files(&portal), 2, "one photo, in two sizes");
    // Everything else survives: the good photo and the form.
    let good = uploaded(&portal).await;
    resident.submit(1, &graffiti_but(&json!({ "photos.1": good }))).await.is(201);
}

/// Row 25: notes that lead the reader in circles do no harm.
#[tokio::test]
async fn broken_notes_do_not_matter() {
    let portal = Portal::open().await;
    let jpeg = samples::jpeg(32, 24);
    let all = [
        samples::exif(0, None),
        samples::exif(9, None),
        samples::exif_with_loop(),
        samples::exif_with_huge_count(),
        b"Exif\0\0garbage".to_vec(),
    ];
    for exif in all {
        portal.visitor().upload(samples::with_exif(&jpeg, &exif)).await.is(201);
    }
}

/// Row 23: at most five, and the limit is told.
#[tokio::test]
async fn photos_have_a_limit() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let mut answers = json!({ "urgent": "no", "department": "waste", "message": "Look", "you.name": "Sam", "you.email": "sam@example.org" });
    for number in 1..=4 {
        answers[format!("photos.{number}")] = json!(uploaded(&portal).await);
    }
    resident.submit_to("ask-us", 1, &answers).await.wrong(&[("photos", "too_many", 3)]);
    let sixth = graffiti_but(&json!({ "photos.6": uploaded(&portal).await }));
    resident.submit(2, &sixth).await.wrong(&[("photos.6", "unknown_field", 0)]);
    answers.as_object_mut().unwrap().remove("photos.4");
    resident.submit_to("ask-us", 1, &answers).await.is(201);
}

/// Row 18: a file has no name here, and what its sender calls it is text.
#[tokio::test]
async fn names_of_files_are_text() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let long = "x".repeat(200);
    for (key, (alt, shown)) in (1..).zip([
        ("../../etc/passwd", "../../etc/passwd"),
        ("..\\..\\boot.ini", "..\\..\\boot.ini"),
        ("CON", "CON"),
        ("a.jpg%00.php", "a.jpg%00.php"),
        ("photo\u{202E}gpj.exe", "photogpj.exe"),
        ("two\nlines", "two lines"),
        ("<img src=x>", "<img src=x>"),
        (&long, &long),
    ]) {
        let photo = uploaded(&portal).await;
        let reply = resident
            .submit(key, &graffiti_but(&json!({ "photos.1": photo, "photos.1.alt": alt })))
            .await
            .is(201);
        let request = resident.follow(&reply.text("key")).await;
        assert_eq!(answer(&request, "photos")["photos"]["photos"], json!([{ "id": photo, "alt": shown }]));
    }
    let photo = uploaded(&portal).await;
    let too_long = graffiti_but(&json!({ "photos.1": photo, "photos.1.alt": "x".repeat(201) }));
    resident.submit(20, &too_long).await.wrong(&[("photos.1.alt", "too_long", 200)]);
    let no_id = graffiti_but(&json!({ "photos.1": "../../etc/passwd" }));
    resident.submit(21, &no_id).await.wrong(&[("photos.1", "not_a_photo", 0)]);
}

/// Row 26: where a photo was taken is kept only when its sender said so.
#[tokio::test]
async fn a_position_is_what_the_resident_sends() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let sent = async |key: u128, changes: Value| -> Value {
        let mut answers = graffiti_but(&changes);
        answers["photos.1"] = json!(uploaded(&portal).await);
        let reply = resident.submit(key, &answers).await.is(201);
        answer(&resident.follow(&reply.text("key")).await, "photos")["photos"].clone()
    };
    assert_eq!(sent(1, json!({})).await["position"], Value::Null);
    assert_eq!(
        sent(2, json!({ "photos.position": "54.97827,-1.61778" })).await["position"],
        json!({ "lat": 54.97827, "lon": -1.61778 })
    );
    let wrong = graffiti_but(&json!({ "photos.1": uploaded(&portal).await, "photos.position": "91,0" }));
    resident.submit(3, &wrong).await.wrong(&[("photos.position", "not_a_position", 0)]);
}

#[tokio::test]
async fn a_photo_belongs_to_one_request() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let (one, two) = (uploaded(&portal).await, uploaded(&portal).await);
    resident.submit(1, &graffiti_but(&json!({ "photos.1": one }))).await.is(201);
    resident.submit(2, &graffiti_but(&json!({ "photos.1": two, "photos.2": one }))).await.wrong(&[(
        "photos.2",
        "photo_gone",
        0,
    )]);
    resident.submit(2, &graffiti_but(&json!({ "photos.1": Uuid::from_u128(9) }))).await.wrong(&[(
        "photos.1",
        "photo_gone",
        0,
    )]);
    // The place that is named is the place where it stood, also when one before it is empty.
    resident.submit(2, &graffiti_but(&json!({ "photos.3": two, "photos.4": one }))).await.wrong(&[(
        "photos.4",
        "photo_gone",
        0,
    )]);
    // The photo that can be used is still there, for the same form without the other.
    resident.submit(2, &graffiti_but(&json!({ "photos.1": two }))).await.is(201);
    assert_eq!(portal.mails().await.len(), 2);
}

/// Row 38: the address of a photo is no permission.
#[tokio::test]
async fn photos_are_shown_to_those_who_may_see_the_request() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let (mine, others, loose) = (uploaded(&portal).await, uploaded(&portal).await, uploaded(&portal).await);
    let key = resident.submit(1, &graffiti_but(&json!({ "photos.1": mine }))).await.is(201).text("key");
    let other_key =
        resident.submit(2, &graffiti_but(&json!({ "photos.1": others }))).await.is(201).text("key");
    resident.get(&format!("/api/follow/{key}/photos/{mine}")).await.is(200);
    let missing = resident
        .get(&format!("/api/follow/{key}/photos/{}", Uuid::from_u128(1)))
        .await
        .refused(404, "not_found");
    for path in [
        format!("/api/follow/{key}/photos/{others}"),
        format!("/api/follow/{other_key}/photos/{mine}"),
        format!("/api/follow/{key}/photos/{loose}"),
        format!("/api/follow/{key}/photos/1"),
        format!("/api/follow/{key}/photos/{mine}.jpg"),
        format!("/api/follow/x/photos/{mine}"),
    ] {
        let reply = resident.get(&path).await.refused(404, "not_found");
        assert_eq!((&reply.body, &reply.headers), (&missing.body, &missing.headers), "{path}");
    }
    for path in [format!("/api/photos/{mine}"), format!("/photos/{mine}.jpg"), format!("/demo/{mine}.jpg")] {
        resident.get(&path).await.is(404);
    }
    let id = mine.replace('-', "");
    assert!(
        portal.path("photos").join("demo").join(&id[30..]).join(format!("{id}.jpg")).is_file(),
        "it is there, all the same"
    );
}

#[tokio::test]
async fn an_abandoned_photo_is_deleted_after_a_day() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let (taken, abandoned) = (uploaded(&portal).await, uploaded(&portal).await);
    let key = resident.submit(1, &graffiti_but(&json!({ "photos.1": taken }))).await.is(201).text("key");
    assert_eq!(files(&portal), 4);
    portal.turn(TimeDelta::hours(24));
    sweep(&portal.state).await.unwrap();
    assert_eq!(files(&portal), 4, "a day is not over");
    portal.turn(TimeDelta::seconds(1));
    sweep(&portal.state).await.unwrap();
    assert_eq!(files(&portal), 2);
    resident.get(&format!("/api/follow/{key}/photos/{taken}")).await.is(200);
    resident.submit(2, &graffiti_but(&json!({ "photos.1": abandoned }))).await.wrong(&[(
        "photos.1",
        "photo_gone",
        0,
    )]);
    // The form itself can still be sent.
    resident.submit(2, &graffiti()).await.is(201);
}

#[tokio::test]
async fn many_photos_at_once_all_arrive() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let uploads = (0..8).map(|_| resident.upload(samples::jpeg(320, 240)));
    for reply in futures::future::join_all(uploads).await {
        reply.is(201);
    }
    assert_eq!(files(&portal), 16);
}

/// Who sent a photo sees it until a request takes it; a document never shows.
#[tokio::test]
async fn a_photo_is_shown_small_until_a_request_takes_it() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let id = resident.upload(samples::png(800, 600)).await.is(201).text("id");
    let preview = resident.get(&format!("/api/photos/{id}")).await.is(200);
    assert_eq!(
        (preview.header("content-type"), preview.header("cache-control")),
        ("image/jpeg", "private, no-store")
    );
    let small = picture::open(&preview.body, &Limits::SERVER).unwrap().picture;
    assert_eq!((small.width(), small.height()), (320, 240));
    resident.submit(1, &graffiti_but(&json!({ "photos.1": id }))).await.is(201);
    for other in [id.as_str(), &Uuid::from_u128(7).to_string(), "none"] {
        resident.get(&format!("/api/photos/{other}")).await.refused(404, "not_found");
    }
}
