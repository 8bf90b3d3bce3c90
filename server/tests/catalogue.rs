//! What a council offers is data: a document dropped into a folder is a service, without a new build and
//! without a restart.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::{Portal, Setup, answer, graffiti};

const BENCH: &str = r#"
id = "broken-bench"
version = 3
title = "Report a broken bench"
summary = "Tell us about a broken bench in a park, and we will mend it."
department = "street-scene"
keywords = ["bench", "seat", "park"]
next = ["We look at the bench.", "We mend it or take it away."]

[standard]
acknowledge = "4 working hours"
complete = "10 working days"

[[questions]]
id = "danger"
kind = "yes_no"
label = "Could somebody get hurt?"

[[questions]]
id = "how"
kind = "text"
label = "How?"
max = 20
show_if = { question = "danger", equals = "yes" }

[[questions]]
id = "place"
kind = "place"
label = "Where is the bench?"

[[questions]]
id = "you"
kind = "contact"
label = "How can we reach you?"
email = "optional"
"#;

fn drop_in(portal: &Portal, name: &str, text: &str) {
    std::fs::write(portal.path("services").join(name), text).unwrap();
}

async fn titles(portal: &Portal) -> Vec<String> {
    let list = portal.visitor().get("/api/services").await.is(200).json();
    list.as_array().unwrap().iter().map(|service| service["title"].as_str().unwrap().to_owned()).collect()
}

/// The first promise: adding a service touches one file.
#[tokio::test]
async fn a_document_dropped_into_the_folder_is_served_filled_in_and_followed() {
    let portal = Setup::default().with_services_folder().open().await;
    let resident = portal.visitor();
    let before = ["Report a missed bin collection", "Report graffiti", "Ask us something else"];
    assert_eq!(titles(&portal).await, before);
    resident.get("/api/services/broken-bench").await.refused(404, "not_found");

    drop_in(&portal, "broken-bench.toml", BENCH);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert_eq!(portal.state.councils.refresh(), Ok(false), "nothing changed since");
    assert_eq!(
        titles(&portal).await,
        [
            "Report a broken bench",
            "Report a missed bin collection",
            "Report graffiti",
            "Ask us something else"
        ]
    );
    let view = resident.get("/api/services/broken-bench").await.is(200).json();
    assert_eq!((&view["acknowledge_by"], &view["complete_by"]), (&json!("2026-12-07"), &json!("2026-12-21")));
    assert_eq!(
        view["service"]["questions"][1],
        json!({
            "id": "how", "label": "How?", "required": true, "kind": { "text": { "max": 20 } },
            "show_if": { "question": "danger", "equals": ["yes"] },
        })
    );
    // The browser reads it as the same type.
    let read: domain::api::services::ServiceView = serde_json::from_value(view).unwrap();
    assert_eq!(read.service.questions.len(), 4);

    let answers = json!({ "danger": "yes", "place.words": "By the pond", "you.email": "sam@example.org" });
    resident.submit_to("broken-bench", 1, &answers).await.wrong(&[("how", "missing", 0)]);
    let mut answers = answers;
    answers["how"] = json!("A nail sticks out.");
    let reply = resident.submit_to("broken-bench", 1, &answers).await.is(201);
    let request = resident.follow(&reply.text("key")).await;
    assert_eq!(
        (&request["title"], &request["department"]),
        (&json!("Report a broken bench"), &json!("Street scene"))
    );
    assert_eq!(request["next"], json!(["We look at the bench.", "We mend it or take it away."]));
    assert_eq!(answer(&request, "how"), &json!({ "text": "A nail sticks out." }));
    let [mail] = portal.mails().await.try_into().unwrap();
    assert!(
        mail.subject.contains("Report a broken bench") && mail.text.starts_with("Hello,"),
        "{}",
        mail.text
    );
    let priya = portal.staff("priya@saltmarsh.example").await;
    assert_eq!(priya.get("/api/staff/requests").await.json()["requests"][0]["about"], "By the pond");

    // And when the document is gone, what was sent is still there.
    std::fs::remove_file(portal.path("services/broken-bench.toml")).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert_eq!(titles(&portal).await, before);
    let request = resident.follow(&reply.text("key")).await;
    assert_eq!((&request["title"], &request["next"]), (&json!("Report a broken bench"), &json!([])));
    let id = priya.get("/api/staff/requests").await.json()["requests"][0]["id"].as_str().unwrap().to_owned();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    priya
        .post(&format!("/api/staff/requests/{id}/close"), &json!({ "outcome": "done", "text": "Mended." }))
        .await
        .is(200);
}

#[tokio::test]
async fn a_document_with_mistakes_is_not_taken() {
    let portal = Setup::default().with_services_folder().open().await;
    drop_in(&portal, "broken-bench.toml", BENCH);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    drop_in(
        &portal,
        "broken-bench.toml",
        &BENCH.replace("yes_no", "maybe").replace("a broken bench", "a new title"),
    );
    let faults: Vec<String> =
        portal.state.councils.refresh().unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "broken-bench.toml:16: there is no kind of question called “maybe”; there are text, long_text, choice, yes_no, place, photos, contact"
        ]
    );
    assert_eq!(portal.state.councils.refresh(), Ok(false), "said once");
    let view = portal.visitor().get("/api/services/broken-bench").await.is(200).json();
    assert_eq!(view["service"]["title"], "Report a broken bench", "the one before is still served");
    // So is everything else, and a document of garbage changes nothing either.
    drop_in(&portal, "garbage.toml", "\u{0}\u{1}[[[");
    assert!(portal.state.councils.refresh().is_err());
    assert_eq!(titles(&portal).await.len(), 4);
    portal.visitor().submit(1, &graffiti()).await.is(201);
    // Mended, it is taken.
    std::fs::remove_file(portal.path("services/garbage.toml")).unwrap();
    drop_in(&portal, "broken-bench.toml", &BENCH.replace("a broken bench", "a new title for it"));
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert!(titles(&portal).await.contains(&"Report a new title for it".to_owned()));
}

#[tokio::test]
async fn a_document_of_our_own_name_takes_our_place() {
    let portal = Setup::default().with_services_folder().open().await;
    let ours = include_str!("../../services/report-graffiti.toml");
    drop_in(
        &portal,
        "report-graffiti.toml",
        &ours.replacen("title = \"Report graffiti\"", "title = \"Report graffiti or tags\"", 1),
    );
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert_eq!(
        titles(&portal).await,
        ["Report a missed bin collection", "Report graffiti or tags", "Ask us something else"]
    );
}

#[tokio::test]
async fn key_messages_stand_on_their_days() {
    let portal = Portal::open().await;
    let messages = async || {
        portal.visitor().get("/api/council").await.is(200).json()["messages"].as_array().unwrap().len()
    };
    for (day, shown) in [
        ("2026-11-15T12:00:00Z", 0),
        ("2026-11-16T12:00:00Z", 2),
        ("2027-01-01T12:00:00Z", 2),
        ("2027-01-02T12:00:00Z", 1),
        ("2027-01-09T00:00:00Z", 0),
    ] {
        portal.turn_to(day);
        assert_eq!(messages().await, shown, "{day}");
    }
}

async fn two_councils() -> Portal {
    Setup::default()
        .with_council("north", "north.example")
        .with_council("south", "south.example")
        .open()
        .await
}

/// The host name picks the council, and each has its own requests, staff, mailbox and links.
#[tokio::test]
async fn two_councils_by_their_host_names() {
    let portal = two_councils().await;
    let (north, south) = (portal.visitor_at("north.example"), portal.visitor_at("SOUTH.example:8080"));
    assert_eq!(north.get("/api/council").await.is(200).text("name"), "Council of north");
    assert_eq!(south.get("/api/council").await.is(200).text("name"), "Council of south");
    let in_north = north.submit(1, &graffiti()).await.is(201);
    let in_south = south.submit(1, &graffiti()).await.is(201);
    assert_ne!(
        in_north.text("key"),
        in_south.text("key"),
        "the same form under the same key is two requests"
    );
    south.get(&format!("/api/follow/{}", in_north.text("key"))).await.refused(404, "not_found");
    let found = json!({ "reference": in_north.text("reference"), "email": "sam@example.org" });
    south.post("/api/follow", &found).await.refused(404, "not_found");
    north.post("/api/follow", &found).await.is(200);
    let mut mails = portal.mails().await;
    mails.sort_by(|a, b| a.council.cmp(&b.council));
    let [one, other] = &mails[..] else { panic!("{mails:#?}") };
    assert_eq!((one.council.as_str(), other.council.as_str()), ("north", "south"));
    assert_eq!(one.link(), format!("https://north.example/follow/{}", in_north.text("key")));
    assert_eq!(other.link(), format!("https://south.example/follow/{}", in_south.text("key")));
    assert!(one.text.contains("Council of north") && !one.raw.contains("south"));
    // The same person works for both: two people, two sessions.
    let mut priya = portal.staff_at("north.example", "priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    assert_eq!(
        (queue["requests"].as_array().unwrap().len(), &queue["requests"][0]["reference"]),
        (1, &Value::from(in_north.text("reference")))
    );
    let cookie = priya.cookie.take();
    let mut stranger = portal.visitor_at("south.example");
    stranger.cookie = cookie;
    stranger.get("/api/staff/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn an_unknown_host_is_nobodys() {
    let portal = two_councils().await;
    for host in [
        "east.example",
        "",
        "north.example.evil.example",
        "127.0.0.1:8080",
        "[::1]:8080",
        "north.example:80:80",
        "north.example,south.example",
    ] {
        let visitor = portal.visitor_at(host);
        visitor.get("/api/council").await.refused(421, "no_such_council");
        visitor.submit(1, &graffiti()).await.refused(421, "no_such_council");
        for path in ["/", "/theme.css", "/services/report-graffiti", "/demo/mailbox", "/api/unknown"] {
            visitor.get(path).await.refused(421, "no_such_council");
        }
        assert_eq!(
            &visitor.get("/health/ready").await.is(200).body[..],
            b"ready",
            "whatever watches the server has no name for it"
        );
    }
}

/// A council of one's own may have its own document, and its own colours.
#[tokio::test]
async fn a_council_has_its_own_services() {
    let portal = two_councils().await;
    let own = portal.path("councils/north/services");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("broken-bench.toml"), BENCH).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    portal.visitor_at("north.example").get("/api/services/broken-bench").await.is(200);
    portal.visitor_at("south.example").get("/api/services/broken-bench").await.refused(404, "not_found");
}
