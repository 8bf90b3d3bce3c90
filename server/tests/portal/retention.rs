//! What was kept long enough goes: from the database, from the blob store, and from the outbox; what remains says that
//! there was a request. Whoever is stopped in the middle goes on the next time.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{PDF, Portal, Setup, Visitor, closing, graffiti_but};
use chrono::TimeDelta;
use domain::audit::Deed;
use futures::FutureExt as _;
use picture::samples;
use serde_json::{Value, json};
use server::adapters::blobs::Size;
use server::jobs::retention::{self, Gone, Retaining};
use uuid::Uuid;

on_both_engines![
    what_was_kept_long_enough_goes_and_a_tombstone_remains,
    stopped_anywhere_it_goes_on,
    the_first_run_only_says_what_would_go,
    what_was_told_once_goes_at_once
];

const PRIYA: &str = "priya@saltmarsh.example";

/// The tables that know of a request, itself included: all of it goes with the request.
pub const OF_REQUESTS: [&str; 11] = [
    "request",
    "event",
    "photo",
    "spot",
    "watcher",
    "seen",
    "contact",
    "notice",
    "delivery",
    "contract_link",
    "challenge",
];

/// Words that are nowhere else.
const MARK: &str = "Zanzibarquux";

async fn retain(portal: &Portal, is_dry: bool) -> BTreeMap<String, Gone> {
    let mut all = BTreeMap::new();
    for served in portal.state.councils.all() {
        let (db, blobs, now) = (&portal.state.db, &portal.state.blobs, portal.state.now());
        let erased = Retaining { db, blobs, served: &served, now, is_dry }.run().await.unwrap();
        assert_eq!(erased.strays, 0);
        all.extend(erased.services);
    }
    all
}

fn gone(requests: u64, photos: u64) -> BTreeMap<String, Gone> {
    [("report-graffiti".to_owned(), Gone { requests, photos, documents: 0 })].into()
}

/// A marked report with a photo, which somebody else watches; closed by staff, and judged.
async fn report(portal: &Portal, key: u128) -> (String, Uuid) {
    let sam = portal.visitor();
    let photo = sam.upload(samples::png(80, 60)).await.is(201).text("id");
    let answers = graffiti_but(&json!({
        "place.words": format!("{MARK} Lane"), "place.position": "52.967,0.29", "details": MARK,
        "you.name": MARK, "you.email": format!("{MARK}@example.org"), "photos.1": photo, "photos.1.alt": MARK,
    }));
    let sent = sam.submit(key, &answers).await.is(201);
    (sent.text("key"), photo.parse().unwrap())
}

async fn close_all(priya: &Visitor) {
    loop {
        let queue = priya.get("/api/staff/requests").await.is(200).json();
        let Some(item) = queue["requests"].as_array().unwrap().first() else { return };
        let at = format!("/api/staff/requests/{}", item["id"].as_str().unwrap());
        priya.post(&format!("{at}/take"), &json!({})).await.is(200);
        let work = json!({ "id": Uuid::now_v7(), "contractor": "clean-walls", "task": MARK });
        priya.post(&format!("{at}/contract"), &work).await.is(200);
        let message = json!({ "id": Uuid::now_v7(), "text": format!("Dear {MARK}") });
        priya.post(&format!("{at}/messages"), &message).await.is(200);
        let mut done = closing("not_ours", format!("Done for {MARK}"));
        done["on"] = Value::Null;
        priya.post(&format!("{at}/close"), &done).await.is(200);
    }
}

async fn is_there(portal: &Portal, photo: Uuid) -> bool {
    portal.state.blobs.get("demo", photo, Size::Full).await.is_ok()
}

async fn what_was_kept_long_enough_goes_and_a_tombstone_remains(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let (sam, ann) = (portal.visitor(), portal.visitor());
    let (key, photo) = report(&portal, 1).await;
    let near = ann.get("/api/services/report-graffiti/nearby?lat=52.967&lon=0.29").await.is(200).json();
    let public = near["requests"][0]["id"].as_str().unwrap().to_owned();
    let watch = format!("/api/services/report-graffiti/nearby/{public}/watch");
    ann.post(&watch, &json!({ "email": format!("ann.{MARK}@example.org") })).await;
    assert_eq!(kept.rows("watcher").await, 1);
    let mut owner = Browser::of(&portal);
    portal.mails().await;
    owner.sign_in(&portal, &format!("{MARK}@example.org")).await;
    owner.post("/api/account/collect", &json!({ "add": true })).await.is(200);
    owner.visitor.follow(&key).await;
    let reference = sam.follow(&key).await["reference"].as_str().unwrap().to_owned();
    let call = json!({
        "id": Uuid::from_u128(1), "channel": "phone", "reference": reference, "reason": "progress", "note": MARK,
        "answers": { "chasing": true, "again": false, "unclear": false },
    });
    portal.staff_now(PRIYA).await.post("/api/staff/contacts", &call).await.is(200);
    portal.mails().await;
    // As if it were a challenge of a penalty charge, too.
    kept.tamper("INSERT INTO challenge (council_id, request_id, number, day) SELECT council_id, id, 'SM10000001', '2026-12-07' FROM request").await;
    // What happened before it was in an account is not told there.
    let rows = kept.all_rows(OF_REQUESTS).await;
    let is_later = |table: &str| ["notice", "contract_link"].contains(&table);
    assert!(OF_REQUESTS.iter().zip(&rows).all(|(table, rows)| *rows > 0 || is_later(table)), "{rows:?}");
    // Mails can't be sent from now on: they wait in the outbox.
    let priya = portal.staff(PRIYA).await;
    std::fs::remove_dir_all(portal.path("mailbox")).unwrap();
    std::fs::write(portal.path("mailbox"), "").unwrap();
    close_all(&priya).await;
    assert!(!kept.all_rows(OF_REQUESTS).await.contains(&0));
    sam.post(&format!("/api/follow/{key}/feedback"), &json!({ "score": 5, "reason": MARK })).await.is(200);
    assert!(kept.rows("job").await > 0);
    let (_, open_photo) = report(&portal, 2).await;

    // Closed on 7 December 2026 and kept for 24 months: due on 7 December 2028, and not before.
    portal.turn_to("2028-12-06T23:00:00Z");
    assert_eq!(retain(&portal, false).await, BTreeMap::new());
    portal.turn_to("2028-12-07T02:00:00Z");
    assert_eq!(retain(&portal, true).await, gone(1, 1));
    sam.follow(&key).await;
    assert!(is_there(&portal, photo).await, "a dry run takes nothing");
    assert_eq!(retain(&portal, false).await, gone(1, 1));
    assert_eq!(retain(&portal, false).await, BTreeMap::new());

    // Nothing is left of it, but of the one that is open.
    assert!(!is_there(&portal, photo).await && is_there(&portal, open_photo).await);
    assert_eq!(kept.all_rows(OF_REQUESTS).await, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM job WHERE payload LIKE '%Done for%'").await, 0);
    for column in ["tombstone WHERE figures", "audit WHERE detail", "audit WHERE object"] {
        let marked = format!("SELECT COUNT(*) AS n FROM {column} LIKE '%{MARK}%'");
        assert_eq!(kept.number(&marked).await, 0, "{column}");
    }
    let store = portal.state.db.council("demo");
    let logged = store.audit_log(None, 10).await.unwrap();
    let erased: Vec<_> = logged.iter().filter(|row| row.entry.deed == Deed::Erased).collect();
    assert_eq!(erased.len(), 1);
    assert!(erased[0].entry.detail.starts_with("We keep it for 24 months"), "{erased:?}");

    // Figures still count it, by what was picked.
    let [figures] = store.figures("report-graffiti").await.unwrap().try_into().unwrap();
    let picked: Vec<&str> = figures.answers.iter().map(|answer| answer.question.as_str()).collect();
    assert_eq!((figures.score, picked), (Some(5), vec!["surface", "offensive"]));

    // Who follows the old link is told what became of it.
    let follow = format!("/api/follow/{key}");
    sam.get(&follow).await.refused(410, "erased");
    let told = sam.get(&format!("{follow}/erased")).await.is(200).json();
    assert_eq!(
        told,
        json!({ "reference": reference, "title": "Report graffiti", "closed": "2026-12-07", "gone": "2028-12-07" })
    );
    let page = sam.get(&format!("/follow/{key}")).await;
    if page.status != 503 {
        let html = String::from_utf8_lossy(&page.body).into_owned();
        assert_eq!(page.status, 410);
        assert!(html.contains("its details were erased as we promised"), "{html}");
    }
    sam.get("/api/follow/nonsense/erased").await.refused(404, "not_found");
    let lost = json!({ "reference": reference, "email": format!("{MARK}@example.org") });
    sam.post("/api/follow", &lost).await.refused(404, "not_found");
    // The key opens nothing any more: not to read, not to write, and nothing that hung on it.
    for (write, body) in [
        ("messages", json!({ "id": Uuid::nil(), "text": "Hello?" })),
        ("withdraw", json!({ "reason": "" })),
        ("feedback", json!({ "score": 1, "reason": "" })),
        ("stop", json!({})),
    ] {
        let reply = sam.post(&format!("{follow}/{write}"), &body).await;
        assert!([404, 410].contains(&reply.status.as_u16()), "{write}: {}", reply.status);
    }
    for read in ["events".to_owned(), format!("photos/{photo}"), format!("documents/{photo}")] {
        let reply = sam.get(&format!("{follow}/{read}")).await;
        assert!([404, 410].contains(&reply.status.as_u16()), "{read}: {}", reply.status);
    }
    // Nor does the reference, which is never given to another request.
    for email in [format!("{MARK}@example.org"), String::new()] {
        let found = sam.post("/api/follow", &json!({ "reference": reference, "email": email })).await;
        assert!([404, 422].contains(&found.status.as_u16()), "{}", found.status);
    }
}

/// The job ends at every place where it waits for something, one after the other, and is begun anew each time.
async fn stopped_anywhere_it_goes_on(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sent = Vec::new();
    for key in 1..=3 {
        sent.push(report(&portal, key).await);
    }
    close_all(&portal.staff(PRIYA).await).await;
    portal.turn_to("2028-12-20T02:00:00Z");
    let served = portal.state.councils.by_id("demo").unwrap();
    let (db, blobs, now) = (&portal.state.db, &portal.state.blobs, portal.state.now());
    let mut stops = 0;
    for polls in 1.. {
        let retaining = Retaining { db, blobs, served: &served, now, is_dry: false };
        let mut run = Box::pin(retaining.run());
        let mut ended = false;
        for _ in 0..polls {
            if let Some(done) = (&mut run).now_or_never() {
                done.unwrap();
                ended = true;
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        drop(run);
        // A request is there with its tombstone missing, or the other way round; never both, never neither.
        let many = |table: &str| format!("(SELECT COUNT(*) FROM {table})");
        let (requests, stones, photos) = (many("request"), many("tombstone"), many("photo"));
        assert_eq!(kept.number(&format!("SELECT {requests} + {stones} AS n")).await, 3);
        assert_eq!(kept.number(&format!("SELECT {requests} - {photos} AS n")).await, 0);
        if ended {
            break;
        }
        stops += 1;
    }
    assert!(stops > 3, "it was stopped {stops} times");
    assert_eq!(kept.all_rows(["request", "event", "photo", "tombstone"]).await, [0, 0, 0, 3]);
    for (key, photo) in sent {
        portal.visitor().get(&format!("/api/follow/{key}")).await.refused(410, "erased");
        assert!(!is_there(&portal, photo).await);
    }
}

/// The program itself, killed in the middle and begun anew; then the files of the database hold nothing of it.
#[tokio::test]
async fn killed_in_the_middle_it_goes_on() {
    let portal = Portal::open().await;
    // Old enough by the real clock.
    portal.turn_to("2020-01-06T10:00:00Z");
    let mut photos = Vec::new();
    for key in 1..=40 {
        photos.push(report(&portal, key).await.1);
    }
    close_all(&portal.staff(PRIYA).await).await;
    portal.mails().await;
    let program = |is_dry: bool| {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_portico"));
        program.arg("--data-dir").arg(portal.path("")).arg("retention");
        program.args((!is_dry).then_some("--erase"));
        program.env("PORTICO_SECRET", crate::support::SECRET).env_remove("RUST_LOG");
        program.stdout(Stdio::piped()).kill_on_drop(true);
        program
    };
    let said = String::from_utf8(program(true).output().await.unwrap().stdout).unwrap();
    assert!(said.contains("report-graffiti: 40 requests, 40 photos, 0 documents"), "{said}");
    assert!(said.contains("goes with --erase") && count(&photos, &portal).await == 40, "{said}");
    let mut left = 40;
    for _ in 0..400 {
        let mut child = program(false).spawn().unwrap();
        // Until it has begun, and then a moment.
        for _ in 0..200 {
            let here = count(&photos, &portal).await;
            if here < left {
                left = here;
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let _ = child.kill().await;
        if left == 0 {
            break;
        }
    }
    let said = program(false).output().await.unwrap();
    assert!(said.status.success());
    let said = String::from_utf8(program(false).output().await.unwrap().stdout).unwrap();
    assert!(said.contains("nothing was kept too long"), "{said}");
    assert_eq!(count(&photos, &portal).await, 0);
    // Not only forgotten: written over, in the file and in its journal.
    let folder = portal.path("");
    for file in std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            let is_mark = |part: &[u8]| part.eq_ignore_ascii_case(MARK.as_bytes());
            assert!(!bytes.windows(MARK.len()).any(is_mark), "{}", file.display());
        }
    }
}

/// Nobody has to ask for it: the server does it by itself, also when it was off at night.
#[tokio::test]
async fn the_server_does_it_by_itself() {
    let portal = Portal::open().await;
    portal.turn_to("2020-01-06T10:00:00Z");
    let (_, photo) = report(&portal, 1).await;
    close_all(&portal.staff(PRIYA).await).await;
    portal.mails().await;
    assert!(is_there(&portal, photo).await);
    // It has said what would go.
    portal.state.db.council("demo").tell_retention(portal.state.now().date_naive()).await.unwrap();
    let mut server = tokio::process::Command::new(env!("CARGO_BIN_EXE_portico"));
    server.arg("--data-dir").arg(portal.path("")).args(["serve", "--listen", "127.0.0.1:0"]);
    server.env("PORTICO_SECRET", crate::support::SECRET).env("RUST_LOG", "error");
    let mut server = server.stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut waited = 0;
    while is_there(&portal, photo).await {
        assert!(waited < 600 && server.try_wait().unwrap().is_none(), "it is still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
        waited += 1;
    }
    server.kill().await.unwrap();
}

/// A server that is begun on what was kept for years says what would go, and erases from the next day on.
async fn the_first_run_only_says_what_would_go(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (_, photo) = report(&portal, 1).await;
    close_all(&portal.staff(PRIYA).await).await;
    portal.turn_to("2029-06-01T11:00:00Z");
    let served = portal.state.councils.by_id("demo").unwrap();
    let run = async || retention::tonight(&portal.state, &served).await.unwrap().services;
    assert_eq!(run().await, gone(1, 1));
    assert!(is_there(&portal, photo).await && kept.rows("request").await == 1);
    // Begun again on the same day, by another server perhaps.
    assert_eq!(run().await, BTreeMap::new());
    portal.turn_to("2029-06-01T22:59:00Z");
    assert_eq!(run().await, BTreeMap::new());
    assert!(is_there(&portal, photo).await && kept.rows("request").await == 1);
    portal.turn_to("2029-06-02T02:00:00Z");
    assert_eq!(run().await, gone(1, 1));
    assert!(!is_there(&portal, photo).await && kept.rows("request").await == 0);
    // The day that counts is the first.
    portal.state.db.council("demo").tell_retention("2029-06-02".parse().unwrap()).await.unwrap();
    assert_eq!(portal.state.db.council("demo").retention_told().await.unwrap(), "2029-06-01".parse().ok());
}

/// Bytes without a row: somebody was stopped between the two. Those that a row names stay.
#[tokio::test]
async fn bytes_that_nothing_knows_of_go() {
    let portal = Portal::open().await;
    let sam = portal.visitor();
    let (_, taken) = report(&portal, 1).await;
    let loose: Uuid = sam.upload(samples::png(80, 60)).await.is(201).text("id").parse().unwrap();
    let stray: Uuid = sam.upload(samples::png(80, 60)).await.is(201).text("id").parse().unwrap();
    let paper: Uuid = sam.upload_document(PDF).await.is(201).text("id").parse().unwrap();
    for id in [stray, paper] {
        assert!(portal.state.db.forget_photo("demo".to_owned(), id).await.unwrap());
    }
    let served = portal.state.councils.by_id("demo").unwrap();
    let (db, blobs, now) = (&portal.state.db, &portal.state.blobs, portal.state.now());
    let run =
        async |is_dry| Retaining { db, blobs, served: &served, now, is_dry }.run().await.unwrap().strays;
    assert_eq!((run(true).await, run(false).await, run(false).await), (2, 2, 0));
    assert!(
        is_there(&portal, taken).await && is_there(&portal, loose).await && !is_there(&portal, stray).await
    );
    assert!(blobs.get("demo", paper, Size::Document).await.is_err());
    assert!(blobs.get("demo", stray, Size::Thumbnail).await.is_err());
}

async fn count(photos: &[Uuid], portal: &Portal) -> usize {
    let mut there = 0;
    for photo in photos {
        there += usize::from(is_there(portal, *photo).await);
    }
    there
}

/// Parts go with the whole, whose papers their departments were shown. A service may say that all of it goes.
async fn what_was_told_once_goes_at_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).with_services_folder().open().await;
    let own = include_str!("../../../services/change-details.toml");
    let erases = format!("retention = {{ keep = \"30 days\", then = \"erase\" }}\n{own}");
    std::fs::write(portal.path("services/change-details.toml"), erases).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let sam = portal.visitor();
    let proof = sam.upload_document(PDF).await.is(201).text("id");
    let answers = json!({
        "what": "name", "date.day": "1", "date.month": "12", "date.year": "2026", "services": "parking,housing",
        "old-name": MARK, "name-proof.1": proof, "name-proof.1.name": "certificate.pdf", "others": "no",
        "address.line1": MARK, "address.town": "Saltmarsh", "address.postcode": "NE1 8QH", "vehicle": "AB12 CDE",
        "true": "yes", "you.name": MARK, "you.email": "sam@example.org",
    });
    let key = sam.submit_to("change-details", 1, &answers).await.is(201).text("key");
    let whole = sam.follow(&key).await;
    let keys: Vec<String> = whole["parts"].as_array().unwrap().iter().map(key_of).collect();
    // One department is done at once, the rest is withdrawn two months later.
    let kofi = portal.staff("kofi@saltmarsh.example").await;
    close_all(&kofi).await;
    portal.turn(TimeDelta::days(60));
    assert_eq!(retain(&portal, false).await, BTreeMap::new());
    sam.post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": MARK })).await.is(200);
    portal.turn(TimeDelta::days(30));
    let all = retain(&portal, false).await;
    assert_eq!(all["change-details"], Gone { requests: 1, photos: 0, documents: 1 });
    assert_eq!(kept.all_rows(["request", "event", "photo", "tombstone"]).await, [0, 0, 0, 3]);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM tombstone WHERE figures IS NOT NULL").await, 0);
    for key in keys.iter().chain([&key]) {
        sam.get(&format!("/api/follow/{key}")).await.refused(410, "erased");
    }
}

fn key_of(part: &Value) -> String {
    part["key"].as_str().unwrap().to_owned()
}
