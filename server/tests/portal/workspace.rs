//! The queue: narrowed down, kept under a name, and worked on for many requests at once.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::database::Kept;
use crate::support::{Portal, Setup, Visitor, closing, graffiti, graffiti_but};

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";

on_both_engines![
    what_is_done_to_many_can_be_taken_back,
    the_queue_is_narrowed_down,
    nothing_is_taken_back_that_was_told,
    what_waits_is_told_before_what_happened_since,
    duplicates_know_what_was_undone,
    what_was_there_before_is_found_and_counted,
];

/// Identifiers of the requests in the queue, the first promised first.
async fn queue(staff: &Visitor, query: &str) -> Vec<Value> {
    let queue = staff.get(&format!("/api/staff/requests{query}")).await.is(200).json();
    queue["requests"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

async fn three(portal: &Portal) -> Vec<String> {
    let mut keys = Vec::new();
    for number in 1..=3 {
        // One after the other: they stand in the queue in this order.
        portal.turn(TimeDelta::seconds(1));
        keys.push(portal.visitor().submit(number, &graffiti()).await.is(201).text("key"));
    }
    portal.mails().await;
    keys
}

fn batch(number: u128, requests: &[Value], act: &Value) -> Value {
    json!({ "id": Uuid::from_u128(number), "requests": requests, "act": act })
}

fn why(view: &Value) -> Vec<&str> {
    let lines = view["lines"].as_array().unwrap();
    lines.iter().map(|line| line["why"].as_str().unwrap_or("")).collect()
}

async fn owner(staff: &Visitor, id: &Value) -> Value {
    let request = staff.get(&format!("/api/staff/requests/{}", id.as_str().unwrap())).await.is(200).json();
    request["request"]["owner"].clone()
}

async fn what_is_done_to_many_can_be_taken_back(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let keys = three(&portal).await;
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let ids = queue(&priya, "").await;
    // The second is Tom's, and the third is closed by him.
    for id in &ids[1..] {
        tom.post(&format!("/api/staff/requests/{}/take", id.as_str().unwrap()), &json!({})).await.is(200);
    }
    let third = format!("/api/staff/requests/{}/close", ids[2].as_str().unwrap());
    tom.post(&third, &closing("done", "Removed.")).await.is(200);
    portal.mails().await;

    let mut asked = ids.clone();
    asked.push(json!(Uuid::from_u128(99)));
    let take = batch(1, &asked, &json!("take"));
    let preview = priya.post("/api/staff/batches/preview", &take).await.is(200).json();
    assert_eq!(why(&preview), ["", "", "closed", "not_found"]);
    assert_eq!(preview["lines"][1]["request"]["owner"], "Tom Okafor");
    assert!(preview["undo_until"].is_null() && preview["lines"][3]["request"].is_null());
    assert_eq!(owner(&priya, &ids[0]).await, Value::Null, "a look changes nothing");

    let done = priya.post("/api/staff/batches", &take).await.is(200).json();
    assert_eq!(why(&done), ["", "", "closed", "not_found"]);
    assert!(done["undo_until"].is_string());
    assert_eq!(owner(&priya, &ids[0]).await, "Priya Shah");
    // Sent again after a lost reply: done once.
    priya.post("/api/staff/batches", &take).await.is(200);
    assert_eq!(portal.visitor().follow(&keys[0]).await["timeline"].as_array().unwrap().len(), 2);
    // The page says so at once; no mail goes out while it can be taken back.
    assert!(portal.mails().await.is_empty());
    assert_eq!(portal.visitor().follow(&keys[0]).await["owner"], "Priya Shah");

    portal.turn(TimeDelta::minutes(1));
    let on = json!({ "plan": { "on": "2026-12-10" } });
    let plan = priya.post("/api/staff/batches", &batch(2, &ids[..2], &on)).await.is(200).json();
    assert_eq!(why(&plan), ["", ""]);
    // Taking can't be taken back any more: something has happened since.
    let undo = |number: u128| json!({ "id": Uuid::from_u128(number), "requests": &ids[..2] });
    let refused = priya.post("/api/staff/batches/undo", &undo(1)).await.is(200).json();
    assert_eq!(why(&refused), ["not_allowed", "not_allowed"]);
    let undone = priya.post("/api/staff/batches/undo", &undo(2)).await.is(200).json();
    assert_eq!(why(&undone), ["", ""]);
    // Twice is once.
    let again = priya.post("/api/staff/batches/undo", &undo(2)).await.is(200).json();
    assert_eq!(why(&again), ["", ""]);
    let request = portal.visitor().follow(&keys[0]).await;
    assert_eq!((&request["status"], &request["planned"]), (&json!("looked_at"), &Value::Null));
    let what: Vec<&Value> =
        request["timeline"].as_array().unwrap().iter().map(|entry| &entry["what"]).collect();
    assert_eq!(what[3], "undone", "nothing goes back in silence: {what:?}");

    // When it can't be taken back any more, what was done is told, and what was taken back is not.
    portal.turn(TimeDelta::minutes(12));
    let mails = portal.mails_to(SAM).await;
    assert!(mails.iter().all(|mail| mail.subject.starts_with("Somebody is working on")), "{mails:?}");
    assert_eq!(mails.len(), 2);
    // Folded again, the events lead to the state that is kept.
    let store = portal.state.db.council("demo");
    let id = Uuid::parse_str(ids[0].as_str().unwrap()).unwrap();
    let kept = store.for_clock(id).await.unwrap().case;
    assert_eq!(domain::case::Case::fold(&store.events(id).await.unwrap()).unwrap(), kept);
    assert!(portal.mails().await.is_empty());
}

async fn nothing_is_taken_back_that_was_told(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    three(&portal).await;
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let ids = queue(&priya, "").await;
    let run =
        async |staff: &Visitor, body: Value| staff.post("/api/staff/batches", &body).await.is(200).json();
    // Somebody else's is as it was before: Tom's again.
    let first = ids[0].as_str().unwrap();
    tom.post(&format!("/api/staff/requests/{first}/take"), &json!({})).await.is(200);
    run(&priya, batch(1, &ids, &json!("take"))).await;
    let undo = json!({ "id": Uuid::from_u128(1), "requests": ids });
    let others = tom.post("/api/staff/batches/undo", &undo).await.is(200).json();
    assert_eq!(why(&others), ["not_allowed"; 3], "nobody takes back what another did");
    let grace = portal.staff(GRACE).await.post("/api/staff/batches/undo", &undo).await.is(200).json();
    assert_eq!(why(&grace), ["not_found"; 3]);
    let undone = priya.post("/api/staff/batches/undo", &undo).await.is(200).json();
    assert_eq!(why(&undone), [""; 3]);
    assert_eq!(owner(&priya, &ids[0]).await, "Tom Okafor");
    assert_eq!(owner(&priya, &ids[1]).await, Value::Null);

    // What was taken one by one was told at once, and stays.
    let second = ids[1].as_str().unwrap();
    priya.post(&format!("/api/staff/requests/{second}/take"), &json!({})).await.is(200);
    let single = priya.post("/api/staff/batches/undo", &undo).await.is(200).json();
    assert_eq!(why(&single)[1], "not_allowed");

    // Ten minutes, and no longer.
    run(&priya, batch(2, &ids[2..], &json!("take"))).await;
    portal.turn(TimeDelta::minutes(10));
    let late = json!({ "id": Uuid::from_u128(2), "requests": &ids[2..] });
    let late = priya.post("/api/staff/batches/undo", &late).await.is(200).json();
    assert_eq!(why(&late), ["too_late"]);

    // A note, and an end, have no way back; the end is told at once.
    let priya = portal.staff_now(PRIYA).await;
    portal.mails().await;
    let note = run(&priya, batch(3, &ids, &json!({ "note": { "text": "Same gang." } }))).await;
    assert_eq!((why(&note), note["undo_until"].is_null()), (vec![""; 3], true));
    let mine = run(&priya, batch(4, &ids[1..], &json!({ "close": closing("done", "Removed.") }))).await;
    assert_eq!((why(&mine), mine["undo_until"].is_null()), (vec![""; 2], true));
    assert_eq!(portal.mails_to(SAM).await.iter().filter(|mail| mail.subject.starts_with("Done")).count(), 2);
    let undo = json!({ "id": Uuid::from_u128(4), "requests": &ids[1..] });
    let undone = priya.post("/api/staff/batches/undo", &undo).await.is(200).json();
    assert_eq!(why(&undone), ["closed"; 2]);
}

async fn what_waits_is_told_before_what_happened_since(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    three(&portal).await;
    let priya = portal.staff(PRIYA).await;
    let ids = queue(&priya, "").await;
    priya.post("/api/staff/batches", &batch(1, &ids, &json!("take"))).await.is(200);
    assert!(portal.mails_to(SAM).await.is_empty(), "it can be undone");
    portal.turn(TimeDelta::minutes(1));
    let close = batch(2, &ids, &json!({ "close": closing("done", "Removed.") }));
    priya.post("/api/staff/batches", &close).await.is(200);
    let mails = portal.mails_to(SAM).await;
    let said = |words: &str| mails.iter().filter(|mail| mail.text.contains(words)).count();
    assert_eq!((said("now looks after"), said("is closed")), (3, 3), "{mails:?}");
    portal.turn(TimeDelta::minutes(15));
    assert!(portal.mails_to(SAM).await.is_empty(), "nothing contradicts it afterwards");
}

async fn duplicates_know_what_was_undone(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let keys = three(&portal).await;
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let ids = queue(&priya, "").await;
    let (first, second) = (ids[0].as_str().unwrap(), ids[1].as_str().unwrap());
    let reference = priya.get(&format!("/api/staff/requests/{first}")).await.is(200).json();
    let mut same = closing("duplicate", "Somebody told us before.");
    same["same_as"] = reference["request"]["reference"].clone();
    tom.post(&format!("/api/staff/requests/{second}/take"), &json!({})).await.is(200);
    tom.post(&format!("/api/staff/requests/{second}/close"), &same).await.is(200);
    portal.mails().await;

    let goes_on = async || portal.visitor().follow(&keys[1]).await["goes_on"]["status"].clone();
    priya.post("/api/staff/batches", &batch(1, &ids[..1], &json!("take"))).await.is(200);
    assert_eq!(goes_on().await, "looked_at");
    let undo = json!({ "id": Uuid::from_u128(1), "requests": &ids[..1] });
    assert_eq!(why(&priya.post("/api/staff/batches/undo", &undo).await.is(200).json()), [""]);
    assert_eq!(goes_on().await, "received");
    portal.turn(TimeDelta::minutes(15));
    assert!(portal.mails_to(SAM).await.is_empty(), "what was undone is told to nobody");
    // And it can be taken as if nothing had been.
    let priya = portal.staff_now(PRIYA).await;
    priya.post(&format!("/api/staff/requests/{first}/take"), &json!({})).await.is(200);
    assert_eq!(goes_on().await, "looked_at");
}

#[tokio::test]
async fn each_is_done_by_the_rules_that_hold_for_one() {
    let portal = Portal::open().await;
    three(&portal).await;
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let ids = queue(&priya, "").await;
    let preview = async |act: Value| {
        priya.post("/api/staff/batches/preview", &batch(1, &ids, &act)).await.is(200).json()
    };
    let plan = preview(json!({ "plan": { "on": "2026-12-10" } })).await;
    assert_eq!(why(&plan), ["not_owner"; 3]);
    priya.post("/api/staff/batches", &batch(1, &ids, &json!("take"))).await.is(200);
    let late = preview(json!({ "plan": { "on": "2026-12-31" } })).await;
    assert_eq!(why(&late), ["after_promise"; 3]);
    let close = |outcome: &str| json!({ "close": closing(outcome, "Because.") });
    let mut policy = close("declined_by_policy");
    policy["close"]["policy"] = json!("no-such-policy");
    assert_eq!(why(&preview(policy).await), ["invalid"; 3]);
    // What is wrong whichever request it is, is refused as a whole.
    let refuse = async |act: Value| priya.post("/api/staff/batches/preview", &batch(1, &ids, &act)).await;
    refuse(json!({ "plan": { "on": "2026-12-01" } })).await.wrong(&[("on", "not_allowed", 0)]);
    refuse(json!({ "note": { "text": " " } })).await.wrong(&[("text", "missing", 0)]);
    refuse(json!({ "note": { "text": "x".repeat(4001) } })).await.wrong(&[("text", "too_long", 4000)]);
    refuse(json!({ "offer": { "to": Uuid::from_u128(1), "reason": "Yours" } })).await.wrong(&[(
        "to",
        "not_an_option",
        0,
    )]);
    refuse(json!({ "erase": {} })).await.refused(422, "invalid");
    let mut empty = close("done");
    empty["close"]["next"] = json!("");
    refuse(empty).await.wrong(&[("next", "missing", 0)]);
    priya.post("/api/staff/batches", &batch(1, &[], &json!("take"))).await.refused(422, "invalid");

    // Passing on: whoever is asked hears of it when it can't be taken back any more.
    portal.turn(TimeDelta::minutes(20));
    portal.mails().await;
    let priya = portal.staff_now(PRIYA).await;
    let him = tom.get("/api/staff/me").await.json()["id"].clone();
    let offer = json!({ "offer": { "to": him, "reason": "You know the wall." } });
    let offered = priya.post("/api/staff/batches", &batch(2, &ids[..1], &offer)).await.is(200).json();
    assert_eq!(why(&offered), [""]);
    assert!(portal.mails().await.is_empty());
    portal.turn(TimeDelta::minutes(12));
    assert_eq!(portal.mails_to(TOM).await.len(), 1);

    // Needs a fresh proof, and only for doing it.
    portal.turn(TimeDelta::minutes(10));
    priya.post("/api/staff/batches/preview", &batch(3, &ids, &json!("take"))).await.is(200);
    priya.post("/api/staff/batches", &batch(3, &ids, &json!("take"))).await.refused(403, "prove_again");
}

async fn the_queue_is_narrowed_down(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let send = async |number, changes: Value| {
        portal.turn(TimeDelta::seconds(1));
        portal.visitor().submit(number, &graffiti_but(&changes)).await.is(201).text("reference")
    };
    let first = send(1, json!({ "place.words": "Bridge Street 100%_sure" })).await;
    let second = send(2, json!({ "place.words": "Mill Lane" })).await;
    let priya = portal.staff(PRIYA).await;
    let named = async |query: &str| {
        let queue = priya.get(&format!("/api/staff/requests{query}")).await.is(200).json();
        let items = queue["requests"].as_array().unwrap().clone();
        items.iter().map(|item| item["reference"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(named("?text=BRIDGE%20street").await, [&*first]);
    assert_eq!(named("?text=100%25_s").await, [&*first], "signs of the search itself are letters");
    assert_eq!(named("?text=%25").await, [&*first]);
    assert!(named("?text=e_s").await.is_empty());
    assert!(named("?text=nowhere").await.is_empty());
    assert_eq!(named("?text=%00&ward=%00").await.len(), 2);
    for written in [second.clone(), second.replace('-', ""), second.to_lowercase()] {
        assert_eq!(named(&format!("?text={written}")).await, [&*second], "{written}");
    }
    assert_eq!(named("?order=newest").await, [second.clone(), first.clone()]);
    assert_eq!(named("?order=oldest&show=nonsense").await, [first.clone(), second.clone()]);
    assert_eq!(named("?service=report-graffiti").await.len(), 2);
    assert!(named("?service=pothole").await.is_empty());
    assert!(named("?ward=Nowhere").await.is_empty());
    assert_eq!(named("?team=").await.len(), 2);
    priya.get(&format!("/api/staff/requests?text={}", "x".repeat(101))).await.refused(422, "invalid");
    let me = priya.get("/api/staff/me").await.json()["id"].clone();
    let mine = format!("?owner={}", me.as_str().unwrap());
    assert!(named(&mine).await.is_empty());
    let ids = queue(&priya, "?order=oldest").await;
    priya.post(&format!("/api/staff/requests/{}/take", ids[0].as_str().unwrap()), &json!({})).await.is(200);
    assert_eq!(named(&mine).await, [&*first]);
    let close = format!("/api/staff/requests/{}/close", ids[0].as_str().unwrap());
    priya.post(&close, &closing("done", "Removed.")).await.is(200);
    assert_eq!(named("?show=closed&text=bridge").await, [&*first]);
    assert_eq!(named("?show=closed&only=kept").await, [&*first]);
    assert!(named("?show=closed&only=missed").await.is_empty());
    // Those that ended long ago are only in the whole list.
    portal.turn(TimeDelta::days(91));
    let priya = portal.staff_now(PRIYA).await;
    let closed = priya.get("/api/staff/requests?show=closed&text=bridge").await.is(200).json();
    assert_eq!(closed["requests"], json!([]));
    assert_eq!(queue(&priya, "?show=closed").await.len(), 1);
}

/// A database from before the columns: they are filled from what each request says of itself.
async fn what_was_there_before_is_found_and_counted(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    three(&portal).await;
    let priya = portal.staff(PRIYA).await;
    let ids = queue(&priya, "").await;
    let one = |verb: &str| format!("/api/staff/requests/{}/{verb}", ids[0].as_str().unwrap());
    priya.post(&one("take"), &json!({})).await.is(200);
    priya.post(&one("close"), &closing("done", "Removed.")).await.is(200);
    let tom = portal.staff(TOM).await;
    let (team, found) = (tom.get("/api/staff/team").await.is(200).json(), "?text=mill");
    assert_eq!(queue(&tom, found).await.len(), 2);

    let raw = sea_orm::Database::connect(&kept.url).await.unwrap();
    let run = async |sql: String| raw.execute_unprepared(&sql).await.unwrap();
    for index in ["request_work", "request_reopened"] {
        run(format!("DROP INDEX {index}")).await;
    }
    for column in
        ["team", "ward", "channel", "opened_on", "closed_on", "reopened_on", "kept", "score", "words"]
    {
        run(format!("ALTER TABLE request DROP COLUMN {column}")).await;
    }
    for table in ["saved_filter", "no_shortcuts", "digest"] {
        run(format!("DROP TABLE {table}")).await;
    }
    run("DELETE FROM seaql_migrations WHERE version = 'm0023_workspace'".to_owned()).await;
    raw.close().await.unwrap();
    drop(portal);

    let portal = Setup::default().in_database(&kept.url).open().await;
    let tom = portal.staff(TOM).await;
    assert_eq!(tom.get("/api/staff/team").await.is(200).json(), team);
    assert_eq!(queue(&tom, found).await, ids[1..]);
}

#[tokio::test]
async fn filters_are_kept_for_who_keeps_them() {
    let portal = Portal::open().await.with_town().await;
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let desk = priya.get("/api/staff/desk").await.is(200).json();
    assert_eq!(desk["filters"], json!([]));
    assert!(desk["wards"].as_array().unwrap().len() > 1, "{}", desk["wards"]);
    assert!(desk["services"].as_array().unwrap().iter().any(|service| service[0] == "report-graffiti"));
    let names: Vec<&str> =
        desk["colleagues"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Hannah Reid", "Ivan Petrov", "Priya Shah", "Tom Okafor"]);

    let save = |name: &str, filter: Value| json!({ "name": name, "filter": filter });
    let mine = json!({ "show": "mine", "text": "mill" });
    let now = priya.post("/api/staff/filters", &save(" My wall ", mine.clone())).await.is(200).json();
    assert_eq!((&now["filters"][0]["name"], &now["filters"][0]["filter"]), (&json!("My wall"), &mine));
    // Under the same name, in its place.
    let other = json!({ "show": "overdue" });
    let now = priya.post("/api/staff/filters", &save("My wall", other.clone())).await.is(200).json();
    assert_eq!((now["filters"].as_array().unwrap().len(), &now["filters"][0]["filter"]), (1, &other));
    assert_eq!(tom.get("/api/staff/desk").await.json()["filters"], json!([]), "nobody else's");

    priya.post("/api/staff/filters", &save(" ", other.clone())).await.wrong(&[("name", "missing", 0)]);
    priya.post("/api/staff/filters", &save("x", json!({ "shows": 1 }))).await.refused(422, "invalid");
    let long = json!({ "text": "x".repeat(101) });
    priya.post("/api/staff/filters", &save("x", long)).await.refused(422, "invalid");
    // Somebody else's stays, and nobody learns whether it was there.
    let id = &now["filters"][0]["id"];
    tom.post("/api/staff/filters/forget", &json!({ "id": id })).await.is(200);
    assert_eq!(priya.get("/api/staff/desk").await.json()["filters"].as_array().unwrap().len(), 1);
    for number in 1..20 {
        priya.post("/api/staff/filters", &save(&number.to_string(), other.clone())).await.is(200);
    }
    priya.post("/api/staff/filters", &save("one too many", other.clone())).await.refused(409, "too_many");
    let now = priya.post("/api/staff/filters/forget", &json!({ "id": id })).await.is(200).json();
    assert_eq!(now["filters"].as_array().unwrap().len(), 19);
}

#[tokio::test]
async fn shortcuts_are_on_until_somebody_does_not_want_them() {
    let portal = Portal::open().await;
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let off = async |staff: &Visitor| staff.get("/api/staff/me").await.json()["no_shortcuts"] == true;
    assert!(!off(&priya).await);
    for _ in 0..2 {
        priya.post("/api/staff/shortcuts", &json!({ "on": false })).await.is(204);
        assert!(off(&priya).await && !off(&tom).await);
    }
    priya.post("/api/staff/shortcuts", &json!({ "on": true })).await.is(204);
    assert!(!off(&priya).await);
}

#[tokio::test]
async fn the_queue_hears_of_its_own_requests_only() {
    let portal = Portal::open().await;
    three(&portal).await;
    let priya = portal.staff(PRIYA).await;
    let ids = queue(&priya, "").await;
    let mut events = priya.listen("/api/staff/queue/events").await;
    let mut elsewhere = portal.staff(GRACE).await.listen("/api/staff/queue/events").await;
    priya.post(&format!("/api/staff/requests/{}/take", ids[0].as_str().unwrap()), &json!({})).await.is(200);
    assert_eq!(events.next().await.unwrap()["seq"], 2);
    let silence = tokio::time::timeout(std::time::Duration::from_millis(300), elsewhere.next()).await;
    assert!(silence.is_err(), "{silence:?}");
}
