//! Following a request: the link is the permission, and reference and address find the link again. Numbers
//! name the rows of the list of bad inputs.

use crate::support::{Portal, Visitor, closing, graffiti};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

const PRIYA: &str = "priya@saltmarsh.example";

/// A request about graffiti: its reference and the key to follow it with.
async fn sent(portal: &Portal, key: u128) -> (String, String) {
    let reply = portal.visitor().submit(key, &graffiti()).await.is(201);
    (reply.text("reference"), reply.text("key"))
}

/// A request that Priya has taken, with her: reference, key, and its identifier.
async fn taken(portal: &Portal, key: u128) -> (String, String, String, Visitor) {
    let (reference, follow) = sent(portal, key).await;
    let priya = portal.staff(PRIYA).await;
    let queue = priya.get("/api/staff/requests").await.json();
    let item =
        queue["requests"].as_array().unwrap().iter().find(|item| item["reference"] == reference).unwrap();
    let id = item["id"].as_str().unwrap().to_owned();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    portal.mails().await;
    (reference, follow, id, priya)
}

fn message(number: u128, text: &str) -> Value {
    json!({ "text": text, "id": Uuid::from_u128(number) })
}

fn find(reference: &str, email: &str) -> Value {
    json!({ "reference": reference, "email": email })
}

#[tokio::test]
async fn a_reference_and_an_address_find_the_link_again() {
    let portal = Portal::open().await;
    let (reference, key) = sent(&portal, 1).await;
    let plain = reference.replace('-', "");
    let spaced: String = plain.chars().flat_map(|c| [c, ' ']).collect();
    for (typed, email) in [
        (reference.as_str(), "sam@example.org"),
        (plain.as_str(), " SAM@Example.ORG "),
        (reference.to_lowercase().as_str(), "sam@example.org"),
        (format!("  {spaced}").as_str(), "Sam@example.org"),
    ] {
        let found = portal.visitor().post("/api/follow", &find(typed, email)).await.is(200);
        assert_eq!(found.json(), json!({ "key": key }), "{typed}");
    }
}

/// Row 38: a wrong address and an unknown reference look the same.
#[tokio::test]
async fn a_guess_learns_nothing() {
    let portal = Portal::open().await;
    let (reference, key) = sent(&portal, 1).await;
    let unknown = domain::reference::Reference::from_random([9; 7]).to_string();
    assert_ne!(reference, unknown);
    let resident = portal.visitor();
    let wrong =
        resident.post("/api/follow", &find(&reference, "other@example.org")).await.refused(404, "not_found");
    let missing =
        resident.post("/api/follow", &find(&unknown, "sam@example.org")).await.refused(404, "not_found");
    assert_eq!(wrong.body, missing.body);
    assert_eq!(wrong.headers, missing.headers);
    // What can be no reference is said to be none: a slip of the pen.
    let slip = format!("{}{}", &reference[..8], if reference.ends_with('3') { '4' } else { '3' });
    resident.post("/api/follow", &find(&slip, "sam@example.org")).await.wrong(&[(
        "reference",
        "not_allowed",
        0,
    )]);
    resident
        .post("/api/follow", &find("", ""))
        .await
        .wrong(&[("email", "missing", 0), ("reference", "missing", 0)]);
    resident.post("/api/follow", &find(&"7".repeat(41), "x")).await.wrong(&[("reference", "too_long", 40)]);
    // A key that is nearly right, or something else altogether, opens nothing.
    let nearly = format!("{}{}", &key[..25], if key.ends_with('a') { 'b' } else { 'a' });
    for guess in
        [nearly.as_str(), &key.to_uppercase(), &key[..25], "1235", "x", &reference, "%27%20OR%201%3D1--"]
    {
        for path in ["", "/events", "/photos/0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e5f"] {
            let reply = resident.get(&format!("/api/follow/{guess}{path}")).await.refused(404, "not_found");
            assert_eq!(reply.body, missing.body);
        }
        for (path, body) in [
            ("messages", message(1, "Hello")),
            ("withdraw", json!({ "reason": "" })),
            ("feedback", json!({ "score": 5, "reason": "" })),
        ] {
            let reply =
                resident.post(&format!("/api/follow/{guess}/{path}"), &body).await.refused(404, "not_found");
            assert_eq!(reply.body, missing.body);
        }
    }
}

#[tokio::test]
async fn nobody_guesses_addresses_for_long() {
    let portal = Portal::open().await;
    let (reference, _) = sent(&portal, 1).await;
    let (other, _) = sent(&portal, 2).await;
    let resident = portal.visitor();
    for number in 1..=10 {
        resident
            .post("/api/follow", &find(&reference, &format!("guess{number}@example.org")))
            .await
            .refused(404, "not_found");
    }
    let reply = resident
        .post("/api/follow", &find(&reference.to_lowercase(), "sam@example.org"))
        .await
        .refused(429, "too_many_requests");
    assert_eq!(reply.header("retry-after"), "900");
    resident.post("/api/follow", &find(&other, "sam@example.org")).await.is(200);
    portal.turn(TimeDelta::minutes(15));
    resident.post("/api/follow", &find(&reference, "sam@example.org")).await.is(200);
}

#[tokio::test]
async fn a_message_reaches_the_owner_once() {
    let portal = Portal::open().await;
    let (_, key, _, _) = taken(&portal, 1).await;
    let resident = portal.visitor();
    let path = format!("/api/follow/{key}/messages");
    let first = resident.post(&path, &message(1, "  It is\r\non the left.\u{202E} ")).await.is(200);
    let again = resident.post(&path, &message(1, "  It is\r\non the left.\u{202E} ")).await.is(200);
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["timeline"][2]["what"], json!({ "message": { "text": "It is\non the left." } }));
    let mails = portal.mails().await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert_eq!((mails[0].to.as_str(), mails[0].name.as_str()), (PRIYA, "Priya Shah"));
    resident.post(&path, &message(2, "")).await.wrong(&[("text", "missing", 0)]);
    resident.post(&path, &message(3, " \n\u{202E}")).await.wrong(&[("text", "missing", 0)]);
    resident.post(&path, &message(4, &"x".repeat(4001))).await.wrong(&[("text", "too_long", 4000)]);
    resident.post(&path, &message(5, "a\0b")).await.refused(400, "bad_json");
    resident.post(&path, &json!({ "text": "Hello", "id": "1" })).await.refused(422, "invalid");
    resident
        .post(&path, &json!({ "text": "Hello", "id": Uuid::from_u128(6), "by": "staff" }))
        .await
        .wrong(&[("by", "unknown_field", 0)]);
    assert!(portal.mails().await.is_empty());
}

/// Row 16: a link that a resident wrote is not made live in a mail to staff; nor is one that staff wrote.
#[tokio::test]
async fn only_our_own_links_are_live() {
    let portal = Portal::open().await;
    let (_, key, id, priya) = taken(&portal, 1).await;
    for (number, text) in (1..).zip([
        "https://evil.example/sign-in",
        "http://evil.example/ \"><b>now</b>",
        "https://portico.example.evil.example/follow/",
    ]) {
        portal.visitor().post(&format!("/api/follow/{key}/messages"), &message(number, text)).await.is(200);
        priya.post(&format!("/api/staff/requests/{id}/messages"), &message(100 + number, text)).await.is(200);
        for mail in portal.mails().await {
            let links: Vec<&str> =
                mail.html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
            let own = if mail.to == PRIYA {
                format!("https://portico.example/staff/requests/{id}")
            } else {
                format!("https://portico.example/follow/{key}")
            };
            assert_eq!(links, [own], "{}", mail.html);
            assert!(mail.text.contains(text), "{}", mail.text);
        }
    }
}

#[tokio::test]
async fn who_no_longer_needs_it_withdraws_it() {
    let portal = Portal::open().await;
    let (reference, key, id, priya) = taken(&portal, 1).await;
    let resident = portal.visitor();
    let withdrawn = resident
        .post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "The rain did it" }))
        .await
        .is(200)
        .json();
    assert_eq!(withdrawn["status"], json!({ "closed": "withdrawn" }));
    assert_eq!(withdrawn["timeline"][2]["what"], json!({ "withdrawn": { "reason": "The rain did it" } }));
    let mut mails = portal.mails().await;
    mails.sort_by(|a, b| a.to.cmp(&b.to));
    let told: Vec<(&str, &str)> =
        mails.iter().map(|mail| (mail.to.as_str(), mail.subject.split(':').next().unwrap())).collect();
    assert_eq!(told, [(PRIYA, "The resident withdrew this"), ("sam@example.org", "Withdrawn")]);
    assert!(mails[1].subject.contains(&reference));
    // Asked again, say after a lost reply: it is done, and nobody is told twice.
    let again =
        resident.post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "" })).await.is(200).json();
    assert_eq!(again["timeline"], withdrawn["timeline"]);
    resident.post(&format!("/api/follow/{key}/messages"), &message(1, "Wait")).await.refused(409, "closed");
    priya
        .post(&format!("/api/staff/requests/{id}/close"), &closing("done", "Done"))
        .await
        .refused(409, "closed");
    let long = json!({ "reason": "x".repeat(1001) });
    resident.post(&format!("/api/follow/{key}/withdraw"), &long).await.wrong(&[("reason", "too_long", 1000)]);
    assert!(portal.mails().await.is_empty());
}

#[tokio::test]
async fn a_policy_that_declines_is_named_with_what_to_do_instead() {
    let portal = Portal::open().await;
    let (_, key, id, priya) = taken(&portal, 1).await;
    let path = format!("/api/staff/requests/{id}/close");
    let declined = |policy: Value| {
        let mut declined = closing("declined_by_policy", "This wall belongs to the shop.");
        declined["policy"] = policy;
        declined
    };
    priya.post(&path, &declined(Value::Null)).await.wrong(&[("policy", "missing", 0)]);
    priya.post(&path, &declined(json!("time-to-report"))).await.wrong(&[("policy", "not_an_option", 0)]);
    assert!(portal.mails().await.is_empty());
    let policies = &priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json()["policies"];
    assert_eq!(policies[0]["id"], "private-property");
    priya.post(&path, &declined(json!("private-property"))).await.is(200);
    let [mail] = portal.mails().await.try_into().unwrap();
    assert!(mail.subject.starts_with("We can't do what you asked: Report graffiti"), "{}", mail.subject);
    for words in [
        "This wall belongs to the shop.",
        "Our policy: Graffiti removal policy, version 3.1, 1 April 2026.",
        "What you can do instead: Ask the owner of the property to remove it.",
    ] {
        assert!(mail.text.contains(words), "{}", mail.text);
    }
    let request = portal.visitor().follow(&key).await;
    assert_eq!(request["status"], json!({ "closed": "declined_by_policy" }));
    assert_eq!(
        (&request["policy"]["name"], &request["policy"]["version"]),
        (&json!("Graffiti removal policy"), &json!("3.1"))
    );
    assert_eq!(request["late"], json!(false), "declined is not late");
    portal.turn(TimeDelta::days(30));
    assert_eq!(portal.visitor().follow(&key).await["late"], json!(false));
}

#[tokio::test]
async fn feedback_comes_once_and_after_the_end() {
    let portal = Portal::open().await;
    let (_, key, id, priya) = taken(&portal, 1).await;
    let resident = portal.visitor();
    let path = format!("/api/follow/{key}/feedback");
    let say = |score: i64| json!({ "score": score, "reason": "" });
    resident.post(&path, &say(5)).await.refused(409, "still_open");
    priya
        .post(&format!("/api/staff/requests/{id}/close"), &closing("not_ours", "It is the railway's."))
        .await
        .is(200);
    for score in [0, 6, 255] {
        resident.post(&path, &say(score)).await.wrong(&[("score", "not_allowed", 0)]);
    }
    for score in [-1, 256] {
        resident.post(&path, &say(score)).await.refused(422, "invalid");
    }
    resident
        .post(&path, &json!({ "score": 5, "reason": "x".repeat(2001) }))
        .await
        .wrong(&[("reason", "too_long", 2000)]);
    resident.post(&path, &say(1)).await.is(200);
    resident.post(&path, &say(5)).await.refused(409, "already_given");
    assert_eq!(resident.follow(&key).await["feedback"], json!({ "score": 1, "reason": "" }));
}

#[tokio::test]
async fn a_promise_that_is_missed_is_called_late() {
    let portal = Portal::open().await;
    let (_, key) = sent(&portal, 1).await;
    for (now, late) in [("2026-12-14T23:59:59Z", false), ("2026-12-15T00:00:00Z", true)] {
        portal.turn_to(now);
        assert_eq!(portal.visitor().follow(&key).await["late"], json!(late), "{now}");
    }
    // Midnight is London's: in summer an hour before Greenwich's.
    portal.turn_to("2027-06-07T10:00:00Z");
    let (_, key) = sent(&portal, 2).await;
    for (now, late) in [("2027-06-14T22:59:59Z", false), ("2027-06-14T23:00:00Z", true)] {
        portal.turn_to(now);
        assert_eq!(portal.visitor().follow(&key).await["late"], json!(late), "{now}");
    }
}

#[tokio::test]
async fn a_stream_tells_of_its_own_request_only() {
    let portal = Portal::open().await;
    let (_, mine) = sent(&portal, 1).await;
    let (_, others) = sent(&portal, 2).await;
    let resident = portal.visitor();
    let mut page = resident.listen(&format!("/api/follow/{mine}/events")).await;
    assert_eq!(page.next().await, Some(json!({ "seq": 1 })), "a page that comes late learns what it missed");
    resident.post(&format!("/api/follow/{others}/messages"), &message(1, "Hello")).await.is(200);
    resident.post(&format!("/api/follow/{mine}/messages"), &message(2, "Hello")).await.is(200);
    assert_eq!(page.next().await, Some(json!({ "seq": 2 })));
    resident.post(&format!("/api/follow/{mine}/messages"), &message(2, "Hello")).await.is(200);
    resident.post(&format!("/api/follow/{mine}/messages"), &message(3, "Hello")).await.is(200);
    assert_eq!(page.next().await, Some(json!({ "seq": 3 })), "a repeat is no news");
    portal.state.stop.cancel();
    assert_eq!(page.next().await, None);
}

#[tokio::test]
async fn replies_about_a_person_are_kept_by_nobody() {
    let portal = Portal::open().await;
    let (reference, key) = sent(&portal, 1).await;
    let reply = portal.visitor().get(&format!("/api/follow/{key}")).await.is(200);
    assert_eq!(reply.header("cache-control"), "no-store");
    let found = portal.visitor().post("/api/follow", &find(&reference, "sam@example.org")).await.is(200);
    assert_eq!(found.header("cache-control"), "no-store");
    let sent = portal.visitor().submit(9, &graffiti()).await.is(201);
    assert_eq!(sent.header("cache-control"), "no-store", "it holds the key");
}
