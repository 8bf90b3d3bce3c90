//! The slip of a request: a reference and a code, for who has no address of their own.

use serde_json::json;

use crate::support::browser::Browser;
use crate::support::{Portal, graffiti};

const AWAY: &str = "kim@example.org";

/// What stands behind this label.
fn said<'p>(page: &'p str, label: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!(">{label}</dt>")).unwrap();
    let (_, rest) = rest.split_once("portico-reference\">").unwrap();
    rest.split_once('<').unwrap().0
}

#[tokio::test]
async fn a_reference_and_a_code_are_enough() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let sent = visitor.submit(1, &graffiti()).await.is(201).json();
    let key = sent["key"].as_str().unwrap();
    let mut sam = Browser::of(&portal);
    let here = format!("/follow/{key}/slip");
    let page = String::from_utf8(sam.get(&here).await.is(200).body.to_vec()).unwrap();
    let (reference, code) = (said(&page, "Reference"), said(&page, "Secret code"));
    assert_eq!(sent["reference"], reference);
    assert!(page.contains("We will finish by") && page.contains("portico.example/follow"), "{page}");

    let find = async |reference: &str, code: &str| {
        visitor.post("/api/follow", &json!({ "reference": reference, "email": code })).await
    };
    // However it is typed, it leads to the same page, and from there it is answered and withdrawn.
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(find(reference, &typed).await.is(200).json()["key"], key);
    visitor.post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "" })).await.is(200);
    // Another request's code is as wrong as none.
    let other = visitor.submit(2, &graffiti()).await.is(201).json();
    let other = other["reference"].as_str().unwrap();
    find(other, code).await.is(404);
    find(reference, reference).await.is(404);
    // Few are tried.
    for _ in 0..8 {
        find(other, code).await;
    }
    find(other, code).await.is(404);
    find(other, code).await.is(429);
    sam.get("/follow/aaaaaaaaaaaaaaaaaaaaaaaaaa/slip").await.is(404);
}

#[tokio::test]
async fn it_is_sent_where_somebody_says_and_the_address_is_not_kept() {
    let portal = Portal::open().await;
    let sent = portal.visitor().submit(1, &graffiti()).await.is(201).json();
    let here = format!("/follow/{}/slip", sent["key"].as_str().unwrap());
    let mut sam = Browser::of(&portal);
    sam.post_form(&here, "to=nobody").await.is(303);
    let page = String::from_utf8(sam.get(&here).await.is(200).body.to_vec()).unwrap();
    assert!(page.contains("Enter an email address, like") && page.contains("value=\"nobody\""), "{page}");
    assert!(!String::from_utf8_lossy(&sam.get(&here).await.body).contains("nobody"), "shown once");
    let led = sam.post_form(&here, "to=kim%40example.org").await.is(303);
    assert_eq!(led.header("location"), format!("{here}?sent=true"));
    let page = String::from_utf8(sam.get(&format!("{here}?sent=true")).await.is(200).body.to_vec()).unwrap();
    assert!(page.contains("It is on its way"), "{page}");
    let mails = portal.mails_to(AWAY).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(mail.subject.starts_with("Your slip for “Report graffiti”"), "{}", mail.subject);
    assert!(
        mail.text.contains(said(&page, "Secret code")) && !mail.text.contains("/follow/"),
        "{}",
        mail.text
    );
    sam.post_form(&here, "to=07700+900982").await.is(303);
    sam.post_form(&here, "to=kim%40example.org").await.is(303);
    sam.post_form(&here, "to=kim%40example.org").await.is(429);
    assert_eq!(portal.mails_to(AWAY).await.len(), 1);
}
