//! Documents on their way from the form to whoever may see them. Numbers name the rows of the list of bad inputs.

use crate::support::{PDF, Portal, Setup, answer};
use chrono::TimeDelta;
use picture::{Position, samples};
use serde_json::json;
use server::jobs::sweep::sweep;

const PROOF: &str = r#"
id = "proof"
version = 1
title = "Send us a proof"
summary = "Send a document that we asked for."
topic = "council"
department = "street-scene"
keywords = ["proof"]
next = ["We look at it."]

[standard]
acknowledge = "1 working day"
complete = "5 working days"

[[questions]]
id = "proofs"
kind = "documents"
label = "Add your documents"
max = 2

[[questions]]
id = "photos"
kind = "photos"
label = "Add photos"
required = false
"#;

async fn open() -> Portal {
    let portal = Setup::default().with_services_folder().open().await;
    std::fs::write(portal.path("services/proof.toml"), PROOF).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    portal
}

async fn uploaded(portal: &Portal) -> String {
    portal.visitor().upload_document(PDF).await.is(201).text("id")
}

fn files(portal: &Portal) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&portal.path("photos"))
}

/// Row 30: it is given out as a file to save, and never shown.
#[tokio::test]
async fn from_the_form_to_those_who_may_see_it() {
    let portal = open().await;
    let resident = portal.visitor();
    let id = uploaded(&portal).await;
    let answers = json!({ "proofs.1": id, "proofs.1.name": "../Lease \u{202e}fdp.pdf" });
    let key = resident.submit_to("proof", 1, &answers).await.is(201).text("key");
    let request = resident.follow(&key).await;
    assert_eq!(answer(&request, "proofs"), &json!({ "documents": [{ "id": id, "name": "Lease fdp.pdf" }] }));
    let path = format!("/api/follow/{key}/documents/{id}");
    let priya = portal.staff("priya@saltmarsh.example").await;
    let case =
        priya.get("/api/staff/requests").await.json()["requests"][0]["id"].as_str().unwrap().to_owned();
    let staff_path = format!("/api/staff/requests/{case}/documents/{id}");
    for reply in [resident.get(&path).await.is(200), priya.get(&staff_path).await.is(200)] {
        assert_eq!(&reply.body[..], PDF);
        assert_eq!(reply.header("content-type"), "application/pdf");
        assert!(reply.header("content-disposition").starts_with("attachment; filename=\"Lease fdp.pdf\""));
        assert!(reply.header("content-security-policy").contains("sandbox"));
        assert_eq!(
            (reply.header("x-content-type-options"), reply.header("cache-control")),
            ("nosniff", "private, no-store")
        );
    }
    // Nobody else, and nothing else by the same name.
    portal.visitor().get(&staff_path).await.refused(401, "not_signed_in");
    let other = portal.staff("grace@saltmarsh.example").await;
    other.get(&staff_path).await.refused(404, "not_found");
    resident.get(&format!("/api/follow/{key}/photos/{id}")).await.refused(404, "not_found");
    let elsewhere = uploaded(&portal).await;
    resident.get(&format!("/api/follow/{key}/documents/{elsewhere}")).await.refused(404, "not_found");
}

/// Row 19: a picture is a document too, and is made anew: nothing that the phone wrote stays in it.
#[tokio::test]
async fn a_picture_is_made_anew() {
    let portal = open().await;
    let resident = portal.visitor();
    let photo = samples::with_comment(
        &samples::phone_photo(800, 600, Position { lat: 54.9, lon: -1.6 }),
        b"<?php echo 1; ?>",
    );
    let id = resident.upload_document(photo).await.is(201).text("id");
    let answers = json!({ "proofs.1": id, "proofs.1.name": "letter.png" });
    let key = resident.submit_to("proof", 1, &answers).await.is(201).text("key");
    let reply = resident.get(&format!("/api/follow/{key}/documents/{id}")).await.is(200);
    assert_eq!(reply.header("content-type"), "image/jpeg");
    assert!(reply.header("content-disposition").contains("letter.jpg"));
    assert!(
        !reply.body.windows(3).any(|window| window == b"php")
            && !reply.body.windows(4).any(|window| window == b"Exif")
    );
}

/// Rows 18, 20, 21, 28, 29 and 30: what is none is refused for its reason, and nothing is kept of it.
#[tokio::test]
async fn what_is_no_document_is_refused_for_its_reason() {
    let portal = open().await;
    let resident = portal.visitor();
    let truncated = samples::phone_photo(800, 600, Position { lat: 54.9, lon: -1.6 });
    let truncated = truncated[..truncated.len() / 2].to_vec();
    for (bytes, code) in [
        (Vec::new(), "document_empty"),
        (b"MZ\x90\0".to_vec(), "document_not_allowed"),
        (b"PK\x03\x04".to_vec(), "document_not_allowed"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".to_vec(), "document_not_allowed"),
        ([b"<script>alert(1)</script>".as_slice(), PDF].concat(), "document_not_allowed"),
        (PDF[..50].to_vec(), "document_truncated"),
        ([PDF, b"<</S/JavaScript/JS(x)>>%%EOF"].concat(), "document_active"),
        (truncated, "document_truncated"),
    ] {
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).into_owned();
        resident.upload_document(bytes).await.refused(422, code);
        assert_eq!(files(&portal), 0, "{what}");
    }
    let large = vec![b' '; 10 * 1024 * 1024 + 1];
    resident.upload_document(large).await.refused(413, "document_too_large");
}

#[tokio::test]
async fn a_document_belongs_to_one_request_and_is_what_it_is() {
    let portal = open().await;
    let resident = portal.visitor();
    let (id, other, third) = (uploaded(&portal).await, uploaded(&portal).await, uploaded(&portal).await);
    resident.submit_to("proof", 1, &json!({})).await.wrong(&[("proofs", "missing", 0)]);
    let three = json!({ "proofs.1": id, "proofs.2": other, "proofs.3": third });
    resident.submit_to("proof", 1, &three).await.wrong(&[("proofs", "too_many", 2)]);
    resident.submit_to("proof", 1, &json!({ "proofs.1": id })).await.is(201);
    resident.submit_to("proof", 2, &json!({ "proofs.1": other, "proofs.2": id })).await.wrong(&[(
        "proofs.2",
        "document_gone",
        0,
    )]);
    // A photo is no document, and a document no photo.
    let photo = resident.upload(samples::png(8, 6)).await.is(201).text("id");
    resident.submit_to("proof", 3, &json!({ "proofs.1": photo })).await.wrong(&[(
        "proofs.1",
        "document_gone",
        0,
    )]);
    let both = json!({ "proofs.1": other, "photos.1": third });
    resident.submit_to("proof", 4, &both).await.wrong(&[("photos.1", "photo_gone", 0)]);
    resident.submit_to("proof", 5, &json!({ "proofs.1": other, "photos.1": photo })).await.is(201);
}

#[tokio::test]
async fn an_abandoned_document_is_deleted_after_a_day() {
    let portal = open().await;
    let id = uploaded(&portal).await;
    assert_eq!(files(&portal), 1);
    portal.turn(TimeDelta::hours(25));
    sweep(&portal.state).await.unwrap();
    assert_eq!(files(&portal), 0);
    let sent = portal.visitor().submit_to("proof", 1, &json!({ "proofs.1": id })).await;
    sent.wrong(&[("proofs.1", "document_gone", 0)]);
}
