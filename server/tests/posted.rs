//! Forms that are posted without the app: kept on the server, sent once, and as hostile as any other input. Numbers
//! name the rows of the list of bad inputs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::{Method, header};
use picture::samples;
use support::database::Kept;
use support::{NOT_BUILT, Portal, Reply, Setup, Visitor};

on_both_engines![a_form_is_filled_in_and_sent_once];

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(visitor: &Visitor, path: &str, fields: &str) -> Reply {
    post_as(visitor, path, FORM, fields.as_bytes().to_vec()).await
}

async fn post_as(visitor: &Visitor, path: &str, kind: &str, body: Vec<u8>) -> Reply {
    let request = visitor.request(Method::POST, path).header(header::CONTENT_TYPE, kind);
    visitor.send(request.body(Body::from(body)).unwrap()).await
}

/// A page for people says what went wrong; where the app was not built, there are none.
#[track_caller]
fn is_page(reply: &Reply, status: u16) {
    let is_built = &reply.body[..] != NOT_BUILT.as_bytes();
    assert_eq!(reply.status.as_u16(), if is_built { status } else { 503 });
}

/// Posts the first page, and comes back with the cookie.
async fn begin(portal: &Portal, path: &str, fields: &str) -> (Visitor, String) {
    let mut visitor = portal.visitor();
    let reply = post(&visitor, path, fields).await.is(303);
    visitor.cookie = Some(reply.cookie());
    (visitor, reply.header("location").to_owned())
}

const GRAFFITI: &str = "surface=public&offensive=no&place.street=&place.words=By+the+steps&details=&you.name=Sam+O%E2%80%99Brien&you.email=sam%40example.org&you.phone=";

async fn a_form_is_filled_in_and_sent_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (sam, next) = begin(&portal, "/services/report-graffiti", GRAFFITI).await;
    assert_eq!(next, "/services/report-graffiti/check");
    let cookie = sam.cookie.clone().unwrap();
    assert!(cookie.starts_with("__Host-form="), "{cookie}");
    // Pressed twice at once: one request, and both presses lead to it.
    let (one, other) = tokio::join!(
        post(&sam, "/services/report-graffiti/check", ""),
        post(&sam, "/services/report-graffiti/check", "")
    );
    let place = one.is(303).header("location").to_owned();
    assert!(place.starts_with("/follow/") && place.ends_with("/sent"), "{place}");
    assert!([place.as_str(), "/services/report-graffiti"].contains(&other.is(303).header("location")));
    assert_eq!(portal.mails_to("sam@example.org").await.len(), 1);
    // Once it is sent, nothing of it is kept.
    let again = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(again.header("location"), "/services/report-graffiti");
    let key = place.trim_start_matches("/follow/").trim_end_matches("/sent");
    let request = sam.follow(key).await;
    assert_eq!(support::answer(&request, "you")["contact"]["name"], "Sam O’Brien");
}

#[tokio::test]
async fn what_is_wrong_keeps_the_page_and_what_was_typed() {
    let portal = Portal::open().await;
    let (sam, next) =
        begin(&portal, "/services/report-graffiti", "surface=public&place.words=By+the+steps").await;
    assert_eq!(next, "/services/report-graffiti");
    // Sent all the same, it is not taken, and the page of the answers says so.
    let early = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(early.header("location"), "/services/report-graffiti/check");
    assert!(portal.mails().await.is_empty());
    // Somebody else has no part in it, and another service none.
    let stranger = portal.visitor();
    let theirs = post(&stranger, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(theirs.header("location"), "/services/report-graffiti");
}

/// Rows 32 to 39: pages of other sites, unknown fields, too many, too much, and what is no form.
#[tokio::test]
async fn hostile_posts_are_refused_or_harmless() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let path = "/services/report-graffiti";
    let request = visitor.request(Method::POST, path).header(header::CONTENT_TYPE, FORM);
    let mut request = request.body(Body::from(GRAFFITI)).unwrap();
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    visitor.send(request).await.refused(403, "other_site");
    let many: Vec<String> = (0..2_000).map(|number| format!("field{number}=x")).collect();
    is_page(&post(&visitor, path, &many.join("&")).await, 413);
    let (sam, next) =
        begin(&portal, path, &format!("{GRAFFITI}&department=governance&surface.x=1&do=nonsense:x")).await;
    assert_eq!(next, "/services/report-graffiti/check");
    is_page(&post(&sam, "/services/nothing", "a=b").await, 404);
    is_page(&post(&sam, "/services/report-graffiti/nothing", "a=b").await, 404);
    let broken =
        post_as(&visitor, path, "multipart/form-data; boundary=x", b"--x\r\nnonsense".to_vec()).await;
    is_page(&broken, 400);
    // A NUL is taken out, and what looks like a page stays a text.
    let (_, next) = begin(&portal, path, &GRAFFITI.replace("By+the+steps", "a%00%3Cscript%3E")).await;
    assert_eq!(next, "/services/report-graffiti/check");
    for remove in ["photos.9", "photos.x", "surface.1", "photos.4294967296", ""] {
        post(&visitor, path, &format!("do=remove:{remove}")).await.is(303);
    }
}

/// Rows 18 to 23: photos come as ordinary uploads, and what is none is told beside the field.
#[tokio::test]
async fn photos_come_with_the_page() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let part = |name: &str, file: Option<&str>, content: &[u8]| {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        [
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
            content,
            b"\r\n",
        ]
        .concat()
    };
    let body = [
        part("surface", None, b"public"),
        part("offensive", None, b"no"),
        part("place.words", None, b"By the steps"),
        part("you.name", None, b"Sam"),
        part("you.email", None, b"sam@example.org"),
        part(
            "photos",
            Some("wall.jpg"),
            &samples::phone_photo(80, 60, picture::Position { lat: 54.9, lon: -1.6 }),
        ),
        part("photos", Some("virus.exe"), b"MZ"),
        b"--x--\r\n".to_vec(),
    ];
    let reply =
        post_as(&visitor, "/services/report-graffiti", "multipart/form-data; boundary=x", body.concat())
            .await
            .is(303);
    // One of them is no photo: the page says so, and the other one is kept.
    assert_eq!(reply.header("location"), "/services/report-graffiti");
    let mut sam = visitor.clone();
    sam.cookie = Some(reply.cookie());
    let next = post(&sam, "/services/report-graffiti", GRAFFITI).await.is(303);
    assert_eq!(next.header("location"), "/services/report-graffiti/check");
    let sent = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    let key = sent.header("location").trim_start_matches("/follow/").trim_end_matches("/sent").to_owned();
    let request = sam.follow(&key).await;
    assert_eq!(support::answer(&request, "photos")["photos"]["photos"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn answers_are_kept_for_a_while_only() {
    let portal = Portal::open().await;
    let (sam, _) = begin(&portal, "/services/report-graffiti", GRAFFITI).await;
    portal.turn(chrono::TimeDelta::hours(5));
    let late = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(late.header("location"), "/services/report-graffiti");
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
}
