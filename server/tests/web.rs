//! Pages and files. The app itself may not have been built here: a page then says so, and what needs it is
//! not looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::{NOT_BUILT, Portal, Reply, Setup, graffiti};

/// The page's text; none when the app has not been built.
#[track_caller]
fn page(reply: &Reply, status: u16) -> Option<String> {
    if &reply.body[..] == NOT_BUILT.as_bytes() {
        assert_eq!(reply.status, 503);
        return None;
    }
    assert_eq!(reply.status.as_u16(), status);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    Some(String::from_utf8(reply.body.to_vec()).unwrap())
}

/// What stands in the block of data.
fn boot(page: &str) -> Value {
    let (_, block) =
        page.split_once("<script type=\"application/json\" id=\"boot\">").expect("the block of data");
    serde_json::from_str(block.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test]
async fn the_first_page_brings_what_the_app_needs() {
    let portal = Portal::open().await;
    let reply = portal.visitor().get("/services/report-graffiti").await;
    let Some(page) = page(&reply, 200) else { return };
    assert_eq!(reply.header("cache-control"), "no-cache");
    let boot = boot(&page);
    assert_eq!(boot["council"], portal.visitor().get("/api/council").await.json());
    assert_eq!(boot["service"], portal.visitor().get("/api/services/report-graffiti").await.json());
    assert!(page.contains("Saltmarsh Borough Council") && !page.contains("<!--portico:"), "{page}");
}

/// Row 16: no text ends the block early.
#[tokio::test]
async fn no_text_becomes_part_of_the_page() {
    let portal = Setup::default().with_services_folder().open().await;
    let hostile = r"</script><script>alert(1)</script><!--portico:council-->";
    let document = include_str!("../../services/report-graffiti.toml").replacen(
        "Report graffiti\"",
        &format!("{hostile}\""),
        1,
    );
    assert!(document.contains(hostile));
    std::fs::write(portal.path("services/report-graffiti.toml"), document).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let Some(page) = page(&portal.visitor().get("/services/report-graffiti").await, 200) else { return };
    assert!(!page.contains("<script>alert"), "{page}");
    assert_eq!(boot(&page)["service"]["service"]["title"], hostile);
}

#[tokio::test]
async fn the_status_says_what_the_page_says() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for path in [
        "/",
        "/services",
        "/services/report-graffiti",
        "/services/report-graffiti/surface",
        "/follow",
        "/help",
        "/staff",
        "/staff/requests/x",
    ] {
        page(&visitor.get(path).await, 200);
    }
    for path in [
        "/nothing",
        "/services/nothing",
        "/services/nothing/surface",
        "/services/report-graffiti/surface/more",
        "/follow/x/y",
        "/follow/x/feedback",
        "/Services",
        "/wp-admin",
        // Somebody copied the full stop, or the blank, behind a link.
        "/services/report-graffiti.",
        "/a%20b",
        "/%2e",
    ] {
        page(&visitor.get(path).await, 404);
    }
    for path in ["/nothing.js", "/resident.js.map", "/favicon.ico"] {
        visitor.get(path).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn pages_about_a_person_are_kept_by_nobody() {
    let portal = Portal::open().await;
    let key = portal.visitor().submit(1, &graffiti()).await.is(201).text("key");
    for (path, caching) in [
        (format!("/follow/{key}"), "no-store"),
        (format!("/follow/{key}/sent"), "no-store"),
        ("/staff".into(), "no-store"),
        ("/".into(), "no-cache"),
    ] {
        let reply = portal.visitor().get(&path).await;
        if let Some(page) = page(&reply, 200) {
            assert_eq!(reply.header("cache-control"), caching, "{path}");
            assert_eq!(page.contains("sam@example.org"), path.starts_with("/follow/"), "{path}");
        }
    }
}

#[tokio::test]
async fn the_councils_colours_are_its_theme() {
    let portal = Portal::open().await;
    let reply = portal.visitor().get("/theme.css").await.is(200);
    assert_eq!(
        (reply.header("content-type"), reply.header("cache-control")),
        ("text/css; charset=utf-8", "public, no-cache")
    );
    let css = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(css.contains("--portico-brand:#12404a") && css.contains("--govuk-link-colour:#0b5c6b"), "{css}");
}

#[tokio::test]
async fn the_demonstration_shows_its_mailbox() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let mailbox =
        async || String::from_utf8(visitor.get("/demo/mailbox").await.is(200).body.to_vec()).unwrap();
    assert!(mailbox().await.contains("There is no email yet."));
    let answers = support::graffiti_but(&json!({ "you.name": "<script>alert(1)</script>" }));
    let key = visitor.submit(1, &answers).await.is(201).text("key");
    server::jobs::runner::run_due(&portal.state).await.unwrap();
    let shown = mailbox().await;
    assert!(shown.contains("We have your request: Report graffiti"), "{shown}");
    assert!(shown.contains(&format!("<a class=\"govuk-link\" href=\"/follow/{key}\">")), "{shown}");
    assert!(shown.contains("Hello &lt;script&gt;") && !shown.contains("<script"), "{shown}");
}

#[tokio::test]
async fn a_council_at_work_shows_nobody_its_mailbox() {
    let portal = Setup::default().with_council("north", "north.example").with_services_folder().open().await;
    let council = portal.path("councils/north/council.toml");
    let text = std::fs::read_to_string(&council).unwrap().replace("demo = true", "demo = false");
    std::fs::write(&council, text).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    portal.visitor().submit(1, &graffiti()).await.is(201);
    server::jobs::runner::run_due(&portal.state).await.unwrap();
    portal.visitor().get("/demo/mailbox").await.refused(404, "not_found");
}

#[tokio::test]
async fn health() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    assert_eq!(&visitor.get("/health/live").await.is(200).body[..], b"live");
    assert_eq!(&visitor.get("/health/ready").await.is(200).body[..], b"ready");
    portal.state.stop.cancel();
    visitor.get("/health/live").await.is(200);
}
