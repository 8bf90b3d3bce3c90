//! Pages and files. The app itself may not have been built here: a page then says so, and what needs it is
//! not looked at.

use crate::support::browser::Browser;
use crate::support::{NOT_BUILT, Portal, Reply, Setup, graffiti};
use axum::body::Body;
use axum::http::Method;
use domain::api::council::Boot;
use portico_app::plain::{self, Given};
use serde_json::{Value, json};

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
    let document = include_str!("../../../services/report-graffiti.toml").replacen(
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
        "/performance",
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
        "/services/report-graffiti/nothing",
        "/follow/nothing",
    ] {
        if let Some(page) = page(&visitor.get(path).await, 404) {
            assert!(page.contains("Page not found</h1>"), "{path}");
        }
    }
    for path in ["/", "/follow", "/help", "/performance", "/services/report-graffiti"] {
        if let Some(page) = page(&visitor.get(path).await, 200) {
            assert!(page.contains("<meta name=\"description\""), "{path}");
            assert!(
                page.contains(&format!("<link rel=\"canonical\" href=\"https://portico.example{path}\"")),
                "{path}"
            );
        }
    }
    // A page has one address.
    for (path, one) in [
        ("/services/report-graffiti/", "/services/report-graffiti"),
        ("//services//report-graffiti?q=1", "/services/report-graffiti?q=1"),
        ("/help/", "/help"),
    ] {
        let reply = visitor.get(path).await;
        assert_eq!(reply.header("location"), one, "{path}: {reply:?}");
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
        ("/follow".into(), "no-store"),
        ("/services/report-graffiti/check".into(), "no-store"),
        ("/".into(), "public, max-age=0, s-maxage=60"),
        ("/performance".into(), "public, max-age=0, s-maxage=60"),
        ("/?q=graffiti".into(), "no-cache"),
    ] {
        let reply = portal.visitor().get(&path).await;
        if let Some(page) = page(&reply, 200) {
            assert_eq!(reply.header("cache-control"), caching, "{path}");
            assert_eq!(page.contains("sam@example.org"), path.starts_with("/follow/"), "{path}");
        }
    }
}

/// Pages that are the same for everybody have a tag, and are not sent again while they are the same. Who has posted
/// something gets their own.
#[tokio::test]
async fn pages_of_everybody_are_sent_once() {
    let portal = Setup::default().with_services_folder().open().await;
    let visitor = portal.visitor();
    let path = "/services/report-graffiti";
    let first = visitor.get(path).await;
    if page(&first, 200).is_none() {
        return;
    }
    let tag = first.header("etag").to_owned();
    assert_eq!(first.header("cache-control"), "public, max-age=0, s-maxage=60");
    assert!(first.header("vary").contains("cookie") && first.header("vary").contains("accept-language"));
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = visitor.request(Method::GET, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        visitor.send(request.body(Body::empty()).unwrap()).await
    };
    let again = ask(&[("if-none-match", &tag)]).await.is(304);
    assert!(again.body.is_empty() && again.header("etag") == tag);
    let small = ask(&[("accept-encoding", "gzip, br")]).await.is(200);
    assert_eq!((small.header("content-encoding"), small.header("etag")), ("br", tag.as_str()));
    assert!(small.body.len() * 3 < first.body.len());

    // Whoever posted something has a page of their own, kept by nobody.
    let request =
        visitor.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    let posted =
        visitor.send(request.body(Body::from("surface=public&place.words=My+own+words")).unwrap()).await;
    let mut sam = visitor.clone();
    sam.cookie = Some(posted.is(303).cookie());
    let own = sam.get(path).await;
    assert_eq!((own.header("cache-control"), own.header("etag")), ("no-store", ""));
    assert!(page(&own, 200).unwrap().contains("My own words"));
    assert!(!page(&visitor.get(path).await, 200).unwrap().contains("My own words"));

    // A document that changes is seen at once, and what has passed is not shown for long.
    let document =
        include_str!("../../../services/report-graffiti.toml").replacen("Report graffiti\"", "Tell us\"", 1);
    std::fs::write(portal.path("services/report-graffiti.toml"), document).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let changed = ask(&[("if-none-match", &tag)]).await.is(200);
    assert!(page(&changed, 200).unwrap().contains("Tell us"));
    portal.turn(chrono::TimeDelta::days(3));
    let later = ask(&[("if-none-match", changed.header("etag"))]).await.is(200);
    assert_ne!(later.header("etag"), changed.header("etag"), "it promises other days");
}

#[tokio::test]
async fn the_councils_colours_are_its_theme() {
    let portal = Portal::open().await;
    for path in ["/", "/services/report-graffiti", "/staff", "/demo/mailbox"] {
        let reply = portal.visitor().get(path).await;
        let Some(page) = page(&reply, 200) else { continue };
        let (_, rest) = page.split_once("<style>").expect("the colours");
        let (css, _) = rest.split_once("</style>").unwrap();
        assert!(
            css.contains("--portico-brand:#12404a") && css.contains("--govuk-link-colour:#0b5c6b"),
            "{css}"
        );
        // No other style that stands in a page counts.
        let hash = data_encoding::BASE64.encode(&server::secret::hash(css.as_bytes()));
        let policy = reply.header("content-security-policy");
        assert!(policy.contains(&format!("style-src 'self' 'sha256-{hash}';")), "{policy}");
    }
}

/// A page that was drawn leaves nothing behind: the server's memory does not grow with the pages.
#[tokio::test]
async fn drawing_leaves_nothing_behind() {
    let portal = Portal::open().await;
    let served = portal.state.councils.all().remove(0);
    let draw = |times: u32| {
        for _ in 0..times {
            let service = served.service("report-graffiti").unwrap();
            let service = Some(server::routes::services::view(&portal.state, &served, "en", service));
            let council = server::routes::council::view(&portal.state, &served);
            let given = Given { address: "/services/report-graffiti".into(), origin: String::new() };
            let drawn = plain::draw(Boot { council, service, posted: None }, given, Vec::new());
            assert!(drawn.html.contains("What is the graffiti on?"));
        }
    };
    let resident = || {
        let sizes = std::fs::read_to_string("/proc/self/statm").unwrap();
        sizes.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    draw(50);
    let before = resident();
    draw(600);
    let grown = resident().saturating_sub(before);
    // Other tests run beside it, and take a few megabytes of their own.
    assert!(grown < 18_000_000, "600 pages left {grown} bytes behind");
}

#[tokio::test]
async fn the_demonstration_shows_its_mailbox() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let mailbox =
        async || String::from_utf8(visitor.get("/demo/mailbox").await.is(200).body.to_vec()).unwrap();
    assert!(mailbox().await.contains("There is no email yet."));
    let answers = crate::support::graffiti_but(&json!({ "you.name": "<script>alert(1)</script>" }));
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

#[tokio::test]
async fn leaving_at_once_ends_the_session() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    sam.get("/api/account").await.is(200);
    let left = sam.post_form("/exit", "").await.is(200);
    assert_eq!(left.header("refresh"), "0; url=https://www.bbc.co.uk/weather");
    assert!(left.header("clear-site-data").contains("storage"));
    assert_eq!(left.header("cache-control"), "no-store");
    sam.get("/api/account").await.refused(401, "not_signed_in");
    sam.post_form("/exit?quiet=true", "").await.is(204);
}
