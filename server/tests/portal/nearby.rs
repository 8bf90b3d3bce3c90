//! Somebody may have told us already: what others are shown of a request, and how they are told what happens.

use crate::support::database::Kept;
use crate::support::{Portal, Setup, Visitor, closing, graffiti_but};
use chrono::TimeDelta;
use picture::samples;
use serde_json::{Value, json};
use server::gazetteer::demo;

on_both_engines![seen_nearby_watched_and_closed];

const PRIYA: &str = "priya@saltmarsh.example";
const ANN: &str = "ann@example.org";
const HERE: &str = "52.967,0.29";

fn at_here(changes: &Value) -> Value {
    let mut answers = graffiti_but(&json!({ "place.position": HERE, "details": "My secret words" }));
    for (path, raw) in changes.as_object().unwrap() {
        answers[path] = raw.clone();
    }
    answers
}

async fn near(visitor: &Visitor, place: &str) -> Vec<Value> {
    let found = visitor.get(&format!("/api/services/report-graffiti/nearby?{place}")).await.is(200).json();
    found["requests"].as_array().unwrap().clone()
}

async fn case_of(staff: &Visitor) -> String {
    staff.get("/api/staff/requests").await.json()["requests"][0]["id"].as_str().unwrap().to_owned()
}

async fn seen_nearby_watched_and_closed(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let (sam, ann) = (portal.visitor(), portal.visitor());
    let photo = sam.upload(samples::png(80, 60)).await.is(201).text("id");
    sam.submit(1, &at_here(&json!({ "photos.1": photo }))).await.is(201);
    portal.mails().await;

    // Ann stands 20 metres away. She is told that it is known, and nothing of Sam.
    let found = near(&ann, "lat=52.96718&lon=0.29").await;
    let [known] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (&known["title"], &known["metres"], &known["received"], &known["photo"]),
        (&json!("Report graffiti"), &json!(20), &json!("2026-12-07"), &json!(false))
    );
    let text = found[0].to_string();
    for secret in ["Sam", "sam@", "secret", "Underpass", "NE1"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(near(&ann, "lat=52.9675&lon=0.29").await.is_empty(), "55 metres are too far");
    assert!(near(&ann, "lat=0&lon=0").await.is_empty());
    let id = known["id"].as_str().unwrap().to_owned();
    ann.get(&format!("/api/follow/{id}")).await.refused(404, "not_found");

    // The photo is shown once Priya has looked at it.
    ann.get(&format!("/api/nearby/{id}/photo")).await.refused(404, "not_found");
    let priya = portal.staff(PRIYA).await;
    let case = case_of(&priya).await;
    let publish = format!("/api/staff/requests/{case}/photos/{photo}/public");
    priya.post(&publish, &json!({ "public": true })).await.refused(409, "not_owner");
    priya.post(&format!("/api/staff/requests/{case}/take"), &json!({})).await.is(200);
    portal.mails().await;
    let shown = priya.post(&publish, &json!({ "public": true })).await.is(200).json();
    assert_eq!((&shown["public"], &shown["public_photos"]), (&json!(true), &json!([photo])));
    assert_eq!(near(&ann, "lat=52.967&lon=0.29").await[0]["photo"], true);
    let picture = ann.get(&format!("/api/nearby/{id}/photo")).await.is(200);
    assert_eq!(picture.header("content-type"), "image/jpeg");

    // Ann is told what happens: the link comes to her mailbox and nowhere else.
    let watch = format!("/api/services/report-graffiti/nearby/{id}/watch");
    assert!(ann.post(&watch, &json!({ "email": format!(" {ANN} ") })).await.is(204).body.is_empty());
    let [mail] = portal.mails_to(ANN).await.try_into().unwrap();
    assert!(mail.subject.contains("Report graffiti") && !mail.text.contains("Sam"), "{}", mail.text);
    let key = mail.follow_key();
    let seen = ann.follow(&key).await;
    assert_eq!(
        (&seen["watching"], &seen["answers"], &seen["owner"]),
        (&json!(true), &json!([]), &Value::Null)
    );
    // Twice is once; the mail comes again.
    ann.post(&watch, &json!({ "email": "ANN@example.org" })).await.is(204);
    let [again] = portal.mails_to(ANN).await.try_into().unwrap();
    assert_eq!(again.follow_key(), key);
    assert_eq!(kept.rows("watcher").await, 1);

    // She may look, and do nothing.
    ann.post(
        &format!("/api/follow/{key}/messages"),
        &json!({ "text": "Hi", "id": "0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e5f" }),
    )
    .await
    .refused(404, "not_found");
    ann.post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "" }))
        .await
        .refused(404, "not_found");
    ann.get(&format!("/api/follow/{key}/photos/{photo}")).await.refused(404, "not_found");

    // Staff write to Sam, move the date, and close it. Ann hears how far it is, of the date and the end, in nobody's words.
    let act = async |verb: &str, body: Value| {
        priya.post(&format!("/api/staff/requests/{case}/{verb}"), &body).await.is(200);
    };
    act("messages", json!({ "text": "Dear Sam, which wall?", "id": "0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e60" }))
        .await;
    assert!(portal.mails_to(ANN).await.is_empty());
    act("plan", json!({ "on": "2026-12-09" })).await;
    act("begin", json!({})).await;
    act("promise", json!({ "to": "2026-12-18", "reason": "Sam's wall is wet" })).await;
    act("close", closing("done", "Dear Sam, it is gone.")).await;
    let mails = portal.mails_to(ANN).await;
    let mut subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.split(':').next().unwrap()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["A new date", "Closed", "Work has begun", "Work is planned"]);
    for mail in &mails {
        assert!(!mail.text.contains("Sam") && mail.follow_key() == key, "{}", mail.text);
    }
    let seen = ann.follow(&key).await;
    assert!(!seen.to_string().contains("Sam"), "{seen}");
    assert_eq!(seen["status"], json!({ "closed": "done" }));
    assert!(near(&ann, "lat=52.967&lon=0.29").await.is_empty(), "what is closed is not shown");
    ann.get(&format!("/api/nearby/{id}/photo")).await.refused(404, "not_found");
    ann.post(&watch, &json!({ "email": ANN })).await.refused(404, "not_found");

    // And she may end it.
    ann.post(&format!("/api/follow/{key}/stop"), &json!({})).await.is(204);
    ann.get(&format!("/api/follow/{key}")).await.refused(404, "not_found");
}

#[tokio::test]
async fn in_the_same_street() {
    let portal = Portal::open().await.with_town().await;
    let street = demo::addresses().0.into_iter().find(|street| street.name == "Mill Lane").unwrap().id;
    let visitor = portal.visitor();
    let answers = graffiti_but(&json!({ "place.street": "Mill Lane, Northgate", "place.street_id": street }));
    visitor.submit(1, &answers).await.is(201);
    let found = near(&visitor, &format!("street={street}")).await;
    assert_eq!((found.len(), found[0].get("metres")), (1, None));
    assert!(near(&visitor, "street=quay-road-quayside").await.is_empty());
    // Without a place that is known nothing is shown of it to anybody.
    visitor.submit(2, &graffiti_but(&json!({}))).await.is(201);
    assert_eq!(near(&visitor, &format!("street={street}")).await.len(), 1);
}

#[tokio::test]
async fn only_where_the_document_says_so_and_not_without_end() {
    let portal = Portal::open().await.with_town().await;
    let visitor = portal.visitor();
    for path in ["missed-bin", "nothing"] {
        visitor.get(&format!("/api/services/{path}/nearby?lat=52.9&lon=0.3")).await.refused(404, "not_found");
    }
    visitor.get("/api/services/report-graffiti/nearby").await.wrong(&[("lat", "not_a_position", 0)]);
    visitor.submit(1, &at_here(&json!({}))).await.is(201);
    let id = near(&visitor, "lat=52.967&lon=0.29").await[0]["id"].as_str().unwrap().to_owned();
    let watch = |service: &str, id: &str| format!("/api/services/{service}/nearby/{id}/watch");
    for email in ["", "ann", "ann@example.org\r\nBcc: x@example.org", "ann@example.org, bob@example.org"] {
        let status = visitor.post(&watch("report-graffiti", &id), &json!({ "email": email })).await.status;
        assert_eq!(status.as_u16(), 422, "{email}");
    }
    visitor.post(&watch("fly-tipping", &id), &json!({ "email": ANN })).await.refused(404, "not_found");
    visitor
        .post(&watch("report-graffiti", "nothing"), &json!({ "email": ANN }))
        .await
        .refused(404, "not_found");
    for _ in 0..5 {
        visitor.post(&watch("report-graffiti", &id), &json!({ "email": ANN })).await.is(204);
    }
    visitor
        .post(&watch("report-graffiti", &id), &json!({ "email": ANN }))
        .await
        .refused(429, "too_many_requests");
    portal.turn(TimeDelta::hours(2));
    visitor.post(&watch("report-graffiti", &id), &json!({ "email": ANN })).await.is(204);
}

#[tokio::test]
async fn another_councils_requests_are_never_shown() {
    let portal = Setup::default()
        .with_council("north", "north.example")
        .with_council("south", "south.example")
        .open()
        .await
        .with_town()
        .await;
    let (north, south) = (portal.visitor_at("north.example"), portal.visitor_at("south.example"));
    north.submit(1, &at_here(&json!({}))).await.is(201);
    let [known] = near(&north, "lat=52.967&lon=0.29").await.try_into().unwrap();
    assert!(near(&south, "lat=52.967&lon=0.29").await.is_empty());
    let id = known["id"].as_str().unwrap();
    let watch = format!("/api/services/report-graffiti/nearby/{id}/watch");
    south.post(&watch, &json!({ "email": ANN })).await.refused(404, "not_found");
}
