//! What the council publishes of its requests: counted with each event, added up once, and nobody in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::support::database::Kept;
use crate::support::{NOT_BUILT, PDF, Portal, Setup, Visitor, closing, graffiti};
use chrono::{NaiveDate, TimeDelta};
use domain::api::council::Boot;
use domain::channel::Channel;
use domain::figures::Counts;
use futures::future::join_all;
use portico_app::plain::{self, Given};
use serde_json::{Value, json};
use server::adapters::mail::Mailer;
use server::jobs::figures::add_up;
use server::jobs::retention::Retaining;
use uuid::Uuid;

on_both_engines![
    what_happens_to_requests_is_published,
    what_is_erased_stays_counted,
    what_is_passed_on_counts_once,
    what_is_stopped_or_done_side_by_side_is_added_once,
    what_was_there_before_is_counted_the_same,
    two_councils_are_counted_apart
];

const PRIYA: &str = "priya@saltmarsh.example";

fn month(text: &str) -> NaiveDate {
    format!("{text}-01").parse().unwrap()
}

/// A request that was sent, by the key to follow it with and as staff know it.
struct Sent {
    key: String,
    id: String,
}

/// Sends reports of graffiti.
async fn send(portal: &Portal, keys: std::ops::Range<u128>) -> Vec<Sent> {
    let (sam, priya) = (portal.visitor(), portal.staff_now(PRIYA).await);
    let mut all = Vec::new();
    for number in keys {
        let sent = sam.submit(number, &graffiti()).await.is(201);
        let queue = priya.get("/api/staff/requests").await.is(200).json();
        let mut items = queue["requests"].as_array().unwrap().iter();
        let item = items.find(|item| item["reference"] == sent.text("reference").as_str()).unwrap();
        all.push(Sent { key: sent.text("key"), id: item["id"].as_str().unwrap().to_owned() });
    }
    all
}

async fn close(priya: &Visitor, sent: &Sent, outcome: &str) {
    let at = format!("/api/staff/requests/{}", sent.id);
    priya.post(&format!("{at}/take"), &json!({})).await.is(200);
    let mut closing = so_it_is(priya, &at, outcome).await;
    if outcome == "declined_by_policy" {
        closing["policy"] = json!("private-property");
    }
    priya.post(&format!("{at}/close"), &closing).await.is(200);
}

/// How a request is closed, done on the day that it arrived.
async fn so_it_is(priya: &Visitor, at: &str, outcome: &str) -> Value {
    let request = priya.get(at).await.is(200).json();
    let mut closing = closing(outcome, "So it is.");
    closing["on"] = json!(request["request"]["timeline"][0]["at"].as_str().unwrap()[..10]);
    closing
}

async fn published(portal: &Portal) -> Value {
    add_up(&portal.state).await.unwrap();
    // What was made before is told for a moment.
    portal.turn(TimeDelta::seconds(6));
    portal.visitor().get("/api/performance").await.is(200).json()
}

/// Everything that was counted, by month.
async fn counted(portal: &Portal, council: &str) -> BTreeMap<NaiveDate, Counts> {
    add_up(&portal.state).await.unwrap();
    let all = portal.state.db.council(council).counted(month("2020-01"), month("2030-01")).await.unwrap();
    let mut months: BTreeMap<NaiveDate, Counts> = BTreeMap::new();
    for counted in all {
        assert_eq!(counted.channel, Channel::Web);
        months.entry(counted.month).or_default().merge(&counted.counts);
    }
    months
}

async fn what_happens_to_requests_is_published(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sent = send(&portal, 1..21).await;
    portal.turn(TimeDelta::days(2));
    let priya = portal.staff_now(PRIYA).await;
    for sent in &sent[..12] {
        close(&priya, sent, "done").await;
    }
    for sent in &sent[12..14] {
        close(&priya, sent, "declined_by_policy").await;
    }
    // Judged by who sent them: five well, two not.
    for (at, sent) in sent[..7].iter().enumerate() {
        let feedback = json!({ "score": if at < 5 { 4 } else { 3 }, "reason": "" });
        portal.visitor().post(&format!("/api/follow/{}/feedback", sent.key), &feedback).await.is(200);
    }
    let path = format!("/api/follow/{}/withdraw", sent[14].key);
    portal.visitor().post(&path, &json!({ "reason": "" })).await.is(200);
    let view = published(&portal).await;
    let all = &view["month"]["all"];
    assert_eq!(
        all,
        &json!({
            "received": 20, "closed": 14, "kept": { "from": 100, "to": 100 }, "half_within_days": 2,
            "nine_in_ten_within_days": 2, "declined": null, "reopened": 0, "satisfied": { "from": 42, "to": 100 },
            "hidden": ["declined"],
        })
    );
    assert_eq!((&view["month"]["from"], &view["month"]["to"]), (&json!("2026-12-01"), &json!("2026-12-09")));
    assert_eq!(view["month"]["services"][0]["name"], "Report graffiti");
    assert_eq!(&view["month"]["services"][0]["figures"], all);
    assert_eq!(view["month"]["channels"][0]["name"], "Self-service");
    assert_eq!(&view["month"]["channels"][0]["figures"], all);
    assert_eq!(view["month"]["channels"].as_array().unwrap().len(), 6);
    // In the new year the rest is late: what was promised in December counts there.
    portal.turn_to("2027-01-20T10:00:00Z");
    let priya = portal.staff_now(PRIYA).await;
    for sent in &sent[15..] {
        close(&priya, sent, "not_ours").await;
    }
    let view = published(&portal).await;
    let (month, year) = (&view["month"]["all"], &view["year"]["all"]);
    assert_eq!((&month["received"], &month["closed"], &month["kept"]), (&json!(0), &json!(5), &Value::Null));
    assert_eq!((&month["half_within_days"], &month["nine_in_ten_within_days"]), (&json!(44), &Value::Null));
    assert_eq!((&year["received"], &year["closed"]), (&json!(20), &json!(14)));
    assert_eq!(year["kept"], json!({ "from": 74, "to": 74 }));
    let months = view["year"]["months"].as_array().unwrap();
    assert_eq!(
        (months.len(), &months[11]["id"], &months[11]["name"]),
        (12, &json!("2026-12"), &json!("December 2026"))
    );
    assert_eq!(&months[11]["figures"], year);
    assert_eq!(kept.rows("tally").await, 0);
    assert_eq!(kept.rows("figure").await, 2);
    files(&portal).await;
    page(&portal, &view).await;
}

/// The same numbers, to take away.
async fn files(portal: &Portal) {
    let visitor = portal.visitor();
    let view = visitor.get("/api/performance").await.is(200);
    assert_eq!(view.header("cache-control"), "public, max-age=0, s-maxage=60");
    let file = visitor.get("/performance.json").await.is(200);
    assert_eq!(file.json(), view.json());
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"performance-2027-01-20.json\"");
    let file = visitor.get("/performance.csv").await.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"performance-2027-01-20.csv\"");
    for file in [&view, &file] {
        assert_eq!(file.header("cache-control"), "public, max-age=0, s-maxage=60");
    }
    let text = String::from_utf8(file.body.to_vec()).unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    // A head; all, a service and six channels of this month; and with twelve months of the year.
    assert_eq!(lines.len(), 1 + 8 + 20, "{text}");
    assert!(lines[0].starts_with("\"From\",\"To\",\"By\",\"ID\",\"Name\",\"Received\""), "{text}");
    assert_eq!(
        lines[1],
        "\"2027-01-01\",\"2027-01-20\",\"all\",\"all\",\"All requests\",\"0\",\"5\",\"[z]\",\"[z]\",\"44\",\"[c]\",\"0\",\"0\",\"[z]\",\"[z]\""
    );
    let year = "\"2026-01-01\",\"2026-12-31\",\"service\",\"report-graffiti\",\"Report graffiti\",\"20\",\"14\",\"74\",\"74\",\"2\",\"2\",\"[c]\",\"0\",\"42\",\"100\"";
    assert!(lines.contains(&year), "{text}");
}

/// The page, in words and drawn.
async fn page(portal: &Portal, view: &Value) {
    let reply = portal.visitor().get("/performance").await;
    assert!(reply.status == 200 || &reply.body[..] == NOT_BUILT.as_bytes());
    let served = portal.state.councils.all().remove(0);
    let council = server::routes::council::view(&portal.state, &served);
    let given = Given { address: "/performance".into(), origin: String::new() };
    let replies = vec![("/api/performance".to_owned(), Ok(view.to_string()))];
    let drawn = plain::draw(Boot { council, service: None, posted: None }, given, replies);
    assert_eq!(drawn.title, "How we are doing - Saltmarsh Borough Council");
    for words in [
        "January 2027 so far</h2>",
        "January 2026 to December 2026</h2>",
        "<th scope=\"row\">Report graffiti</th>",
        "<th scope=\"row\">Library-assisted</th>",
        "<th scope=\"row\">December 2026</th>",
        "<td>not shown</td>",
        "<td>42% or more<svg",
        "<td>74%<svg",
        "<title id=\"year-kept-title\">Promises kept, month by month</title>",
        "href=\"/performance.csv\"",
    ] {
        assert!(drawn.html.contains(words), "{words}");
    }
    assert!(!drawn.html.contains("style="), "the policy forbids it");
    assert!(!drawn.html.contains("sam@example.org") && !drawn.html.contains("Loading"));
}

/// Where there are few, nothing is told of them.
#[tokio::test]
async fn few_are_not_shown() {
    let portal = Portal::open().await;
    let view = published(&portal).await;
    assert_eq!(view["month"]["all"]["received"], 0);
    assert_eq!(view["month"]["services"], json!([]));
    let sent = send(&portal, 1..4).await;
    close(&portal.staff_now(PRIYA).await, &sent[0], "done").await;
    let view = published(&portal).await;
    let all = &view["month"]["all"];
    let hidden = ["received", "closed", "declined", "kept", "half_within_days", "nine_in_ten_within_days"];
    assert_eq!(all["hidden"], json!(hidden));
    for figure in hidden {
        assert_eq!(all[figure], Value::Null, "{all}");
    }
    for table in ["services", "channels"] {
        assert_eq!(&view["month"][table][0]["figures"], all);
    }
    assert!(!view.to_string().contains(":3,") && !view.to_string().contains(":1,"), "{view}");
}

async fn what_is_erased_stays_counted(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sent = send(&portal, 1..4).await;
    let priya = portal.staff_now(PRIYA).await;
    for sent in &sent {
        close(&priya, sent, "done").await;
    }
    let before = counted(&portal, "demo").await;
    assert_eq!(before[&month("2026-12")].received, 3);
    // One more is closed, and not added up yet when all of it goes.
    let sent = send(&portal, 4..5).await;
    close(&priya, &sent[0], "done").await;
    portal.turn_to("2029-06-01T11:00:00Z");
    let served = portal.state.councils.by_id("demo").unwrap();
    let (db, blobs, now) = (&portal.state.db, &portal.state.blobs, portal.state.now());
    Retaining { db, blobs, served: &served, now, is_dry: false }.run().await.unwrap();
    assert_eq!(kept.all_rows(["request", "event"]).await, [0, 0]);
    let after = counted(&portal, "demo").await;
    let all = &after[&month("2026-12")];
    assert_eq!((all.received, all.closed, all.kept, all.missed), (4, 4, 4, 0));
    assert_eq!(kept.rows("tally").await, 0);
}

/// What the resident told once is one request, until the last department is done.
async fn what_is_passed_on_counts_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sam = portal.visitor();
    let proof = sam.upload_document(PDF).await.is(201).text("id");
    let answers = json!({
        "what": "name", "date.day": "1", "date.month": "12", "date.year": "2026", "services": "parking,housing",
        "old-name": "Sam Smith", "name-proof.1": proof, "name-proof.1.name": "certificate.pdf", "others": "no",
        "address.line1": "3 Mill Lane", "address.town": "Saltmarsh", "address.postcode": "NE1 8QH",
        "vehicle": "AB12 CDE", "true": "yes", "you.name": "Sam O’Brien", "you.email": "sam@example.org",
    });
    sam.submit_to("change-details", 1, &answers).await.is(201);
    for (email, closed) in [("kofi@saltmarsh.example", 0), ("aisha@saltmarsh.example", 1)] {
        let staff = portal.staff_now(email).await;
        let queue = staff.get("/api/staff/requests").await.is(200).json();
        let id = queue["requests"][0]["id"].as_str().unwrap().to_owned();
        portal.turn(TimeDelta::days(1));
        close(&portal.staff_now(email).await, &Sent { key: String::new(), id }, "done").await;
        let months = counted(&portal, "demo").await;
        let all = &months[&month("2026-12")];
        assert_eq!((all.received, all.closed, all.days.len()), (1, closed, if closed == 1 { 3 } else { 0 }));
    }
}

async fn what_is_stopped_or_done_side_by_side_is_added_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let many: u128 = 60;
    for number in 0..many {
        portal.visitor().submit(number, &graffiti()).await.is(201);
    }
    assert_eq!(kept.rows("tally").await, 60);
    // Somebody is stopped, at any point.
    for after in 0..20_u64 {
        let store = portal.state.db.council("demo");
        let adding = tokio::spawn(async move { store.add_up().await });
        tokio::time::sleep(Duration::from_micros(after * 200)).await;
        adding.abort();
        if let Ok(added) = adding.await {
            added.unwrap();
        }
    }
    for number in many..many + 40 {
        portal.visitor().submit(number, &graffiti()).await.is(201);
    }
    let other = Arc::new(portal.that_mails(Mailer::Folder(portal.path("elsewhere"))));
    let servers = (0..8).map(|at| {
        let state = if at % 2 == 0 { portal.state.clone() } else { (*other).clone() };
        tokio::spawn(async move { add_up(&state).await })
    });
    for ended in join_all(servers).await {
        ended.unwrap().unwrap();
    }
    let months = counted(&portal, "demo").await;
    assert_eq!(months[&month("2026-12")].received, 100);
    assert_eq!(kept.all_rows(["tally", "figure"]).await, [0, 1]);
}

/// Whatever happens, event by event and added up now and then, is what a count of all requests as they stand gives: the
/// one that is made where the tables are new.
async fn what_was_there_before_is_counted_the_same(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sent = send(&portal, 1..13).await;
    let mut dice: u32 = 7;
    let mut roll = |sides: u32| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 8) % sides
    };
    for step in 0..60 {
        portal.turn(TimeDelta::hours(i64::from(roll(36))));
        let sent = &sent[roll(12) as usize];
        let (sam, priya) = (portal.visitor(), portal.staff_now(PRIYA).await);
        let (mine, theirs) =
            (format!("/api/follow/{}", sent.key), format!("/api/staff/requests/{}", sent.id));
        // Some of it is refused, and counts for nothing.
        _ = match roll(7) {
            0 | 1 => priya.post(&format!("{theirs}/take"), &json!({})).await,
            2 | 3 => {
                let outcome = ["done", "not_ours"][roll(2) as usize];
                let done = so_it_is(&priya, &theirs, outcome).await;
                priya.post(&format!("{theirs}/close"), &done).await
            }
            4 => {
                let judged = json!({ "score": roll(5) + 1, "reason": "" });
                sam.post(&format!("{mine}/feedback"), &judged).await
            }
            5 if roll(3) == 0 => sam.post(&format!("{mine}/withdraw"), &json!({ "reason": "" })).await,
            _ => {
                let message = json!({ "id": Uuid::from_u128(900 + step), "text": "Hello" });
                sam.post(&format!("{mine}/messages"), &message).await
            }
        };
        if roll(4) == 0 {
            add_up(&portal.state).await.unwrap();
        }
    }
    let by_and_by = counted(&portal, "demo").await;
    let all = by_and_by.values().fold(Counts::default(), |mut all, month| {
        all.merge(month);
        all
    });
    assert!(
        all.received == 12 && all.closed > 2 && all.missed > 0 && all.satisfied + all.dissatisfied > 0,
        "{all:?}"
    );
    for sql in [
        "DROP TABLE tally",
        "DROP TABLE figure",
        "DELETE FROM seaql_migrations WHERE version = 'm0015_figures'",
    ] {
        kept.tamper(sql).await;
    }
    kept.db.migrate().await.unwrap();
    assert_eq!(counted(&portal, "demo").await, by_and_by);
    // Begun again, none is counted twice.
    kept.tamper("DELETE FROM seaql_migrations WHERE version = 'm0015_figures'").await;
    kept.tamper("DELETE FROM figure").await;
    kept.db.migrate().await.unwrap();
    kept.tamper("DELETE FROM seaql_migrations WHERE version = 'm0015_figures'").await;
    kept.db.migrate().await.unwrap();
    assert_eq!(counted(&portal, "demo").await, by_and_by);
}

async fn two_councils_are_counted_apart(kept: Kept) {
    let setup = Setup::default().in_database(&kept.url);
    let portal =
        setup.with_council("north", "north.example").with_council("south", "south.example").open().await;
    for number in 1..8 {
        portal.visitor_at("north.example").submit(number, &graffiti()).await.is(201);
    }
    add_up(&portal.state).await.unwrap();
    for (host, received) in [("north.example", 7), ("south.example", 0)] {
        let view = portal.visitor_at(host).get("/api/performance").await.is(200).json();
        assert_eq!(view["month"]["all"]["received"], received, "{host}");
    }
}
