//! People who may act for a resident: named, accepting, seeing what they may and no more, and ending at once.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Portal, Setup, graffiti};

on_both_engines![a_helper_sees_what_they_may_while_they_may, a_helper_is_named_by_the_rules];

fn ann(until: &str) -> Value {
    json!({ "name": "Ann", "email": "Ann@Example.org", "services": ["report-graffiti"], "until": until })
}

async fn signed_in(portal: &Portal, email: &str) -> Browser {
    let mut browser = Browser::of(portal);
    browser.sign_in(portal, email).await;
    browser
}

async fn a_helper_sees_what_they_may_while_they_may(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = signed_in(&portal, "sam@example.org").await;
    sam.visitor.submit(1, &graffiti()).await.is(201);
    let mut ann_there = signed_in(&portal, "ann@example.org").await;
    let mut eve = signed_in(&portal, "eve@example.org").await;
    let named = sam.post("/api/account/helpers", &ann("2026-12-20")).await.is(200).json();
    let id = named["helpers"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(named["helpers"][0]["accepted"], false);
    let list = format!("/api/account/acting/{id}");

    // Named is not accepted; and nobody else accepts.
    ann_there.visitor.get(&list).await.refused(404, "not_found");
    eve.post(&format!("/api/account/helpers/{id}/accept"), &json!(null)).await.refused(404, "not_found");
    eve.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.refused(404, "not_found");
    let asked = ann_there.visitor.get("/api/account/helpers").await.is(200).json();
    assert_eq!(asked["acting"][0]["name"], "sam@example.org");
    ann_there.post(&format!("/api/account/helpers/{id}/accept"), &json!(null)).await.is(200);
    assert_eq!(ann_there.account().await["acting"][0][0], id);

    let requests = ann_there.visitor.get(&list).await.is(200).json();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 1);
    let key = requests["requests"][0]["key"].as_str().unwrap().to_owned();
    let one = ann_there.visitor.get(&format!("{list}/{key}")).await.is(200).json();
    assert_eq!(one["title"], "Report graffiti");
    // The key is no way around it.
    portal.visitor().get(&format!("/api/follow/{key}")).await.refused(404, "not_found");
    for other in [&eve.visitor, &sam.visitor] {
        other.get(&list).await.refused(404, "not_found");
        other.get(&format!("{list}/{key}")).await.refused(404, "not_found");
    }
    portal.visitor().get(&list).await.refused(401, "not_signed_in");
    let missing = uuid::Uuid::from_u128(5);
    ann_there.visitor.get(&format!("{list}/{missing}")).await.refused(404, "not_found");
    ann_there.visitor.get(&format!("/api/account/acting/{missing}")).await.refused(404, "not_found");
    ann_there.visitor.get("/api/account/acting/x").await.refused(404, "not_found");

    // Every use is there for the resident to see.
    let seen = sam.visitor.get("/api/account/helpers").await.is(200).json();
    let uses: Vec<&str> =
        seen["uses"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(uses.len(), 2);
    assert!(uses[0].starts_with("Your request"), "{uses:?}");
    assert_eq!(seen["uses"][0]["name"], "Ann");

    // Taken back, it ends at once.
    sam.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.is(200);
    ann_there.visitor.get(&list).await.refused(404, "not_found");
    ann_there.visitor.get(&format!("{list}/{key}")).await.refused(404, "not_found");
    assert_eq!(ann_there.account().await["acting"], json!([]));

    // And at the end of its day by itself.
    let named = sam.post("/api/account/helpers", &ann("2026-12-07")).await.is(200).json();
    let id = named["helpers"][0]["id"].as_str().unwrap().to_owned();
    ann_there.post(&format!("/api/account/helpers/{id}/accept"), &json!(null)).await.is(200);
    ann_there.visitor.get(&format!("/api/account/acting/{id}")).await.is(200);
    portal.turn(TimeDelta::hours(14));
    let ann_there = signed_in(&portal, "ann@example.org").await;
    ann_there.visitor.get(&format!("/api/account/acting/{id}")).await.refused(404, "not_found");
}

async fn a_helper_is_named_by_the_rules(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = signed_in(&portal, "sam@example.org").await;
    portal.visitor().post("/api/account/helpers", &ann("2026-12-20")).await.refused(401, "not_signed_in");
    let but = |field: &str, value: Value| {
        let mut request = ann("2026-12-20");
        request[field] = value;
        request
    };
    for (field, value) in [
        ("name", json!("  ")),
        ("email", json!("nonsense")),
        ("email", json!("SAM@example.org")),
        ("services", json!([])),
        ("services", json!(["no-such-service"])),
        ("until", json!("2026-12-06")),
        ("until", json!("2027-12-08")),
        ("everything", json!(true)),
    ] {
        let refused = sam.post("/api/account/helpers", &but(field, value)).await.is(422).json();
        assert_eq!(refused["code"], "invalid", "{field}");
    }
    let list = sam.visitor.get("/api/account/helpers").await.json();
    assert_eq!(list["helpers"], json!([]));
    // By the form of the page.
    let fields = "name=Ann&email=ann%40example.org&services=report-graffiti&services=missed-bin&until.day=20&until.month=12&until.year=2026";
    assert_eq!(
        sam.post_form("/account/helpers", fields).await.is(303).header("location"),
        "/account/helpers"
    );
    let list = sam.visitor.get("/api/account/helpers").await.json();
    assert_eq!(list["helpers"][0]["services"].as_array().unwrap().len(), 2);
    let id = list["helpers"][0]["id"].as_str().unwrap().to_owned();
    sam.post_form("/account/helpers", &format!("do=end%3A{id}")).await.is(303);
    assert_eq!(sam.visitor.get("/api/account/helpers").await.json()["helpers"], json!([]));
    // At most 20 at a time: those whose day is over are none.
    for number in 0..20 {
        let one = but("email", json!(format!("ann{number}@example.org")));
        sam.post("/api/account/helpers", &one).await.is(200);
    }
    sam.post("/api/account/helpers", &ann("2026-12-20")).await.wrong(&[("name", "too_many", 20)]);
    portal.turn(TimeDelta::days(14));
    let mut sam = signed_in(&portal, "sam@example.org").await;
    sam.post("/api/account/helpers", &ann("2026-12-30")).await.is(200);
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
    assert_eq!(kept.rows("helper").await, 1, "nobody of the others has accepted");
    // Without a session the page leads to signing in, and back.
    let mut stranger = Browser::of(&portal);
    let next = stranger.post_form("/account/helpers", fields).await.is(303);
    assert_eq!(next.header("location"), "/account?to=/account/helpers");
    let page = stranger.visitor.get("/account/helpers").await.is(303);
    assert_eq!(page.header("location"), "/account?to=/account/helpers");
    let next = stranger.post_form("/account?to=/account/helpers", "email=ann%40example.org").await.is(303);
    assert_eq!(next.header("location"), "/account/code?to=/account/helpers");
    let code = portal.code("ann@example.org").await;
    let next = stranger.post_form("/account/code?to=/account/helpers", &format!("code={code}")).await.is(303);
    assert_eq!(next.header("location"), "/account/helpers");
    let away = stranger.post_form("/account?to=//evil.example", "email=ann%40example.org").await.is(303);
    assert_eq!(away.header("location"), "/account/code");
}
