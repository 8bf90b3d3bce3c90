//! Telling once: a change that is passed on to the departments the resident ticks, on both engines.

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{PDF, Portal, Reply, Setup, Visitor, answer, closing};
use serde_json::{Value, json};

on_both_engines![
    each_department_gets_its_own_part,
    withdrawing_the_whole_withdraws_what_is_open,
    taken_back_it_is_nowhere_and_all_of_it_is_in_the_form
];

const SAM: &str = "sam@example.org";
const DAN: &str = "dan@saltmarsh.example";
const KOFI: &str = "kofi@saltmarsh.example";
const AISHA: &str = "aisha@saltmarsh.example";

fn married(proof: &str) -> Value {
    json!({
        "what": "name",
        "date.day": "1", "date.month": "12", "date.year": "2026",
        "services": "parking,housing",
        "old-name": "Sam Smith",
        "name-proof.1": proof, "name-proof.1.name": "certificate.pdf",
        "others": "no",
        "address.line1": "3 Mill Lane", "address.town": "Saltmarsh", "address.postcode": "NE1 8QH",
        "vehicle": "AB12 CDE",
        "true": "yes",
        "you.name": "Sam O’Brien",
        "you.email": SAM,
    })
}

/// Sends the change, and gives the key to follow it with.
async fn sent(portal: &Portal) -> (Visitor, String, String) {
    let sam = portal.visitor();
    let proof = sam.upload_document(PDF).await.is(201).text("id");
    let key = sam.submit_to("change-details", 1, &married(&proof)).await.is(201).text("key");
    (sam, key, proof)
}

/// The only request in the queue of a member of staff.
async fn only(staff: &Visitor) -> Value {
    let queue = staff.get("/api/staff/requests").await.is(200).json();
    let requests = queue["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1, "{queue}");
    requests[0].clone()
}

async fn act(staff: &Visitor, id: &str, verb: &str, body: &Value) -> Reply {
    staff.post(&format!("/api/staff/requests/{id}/{verb}"), body).await
}

fn done() -> Value {
    closing("done", "Our records are changed.")
}

async fn each_department_gets_its_own_part(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (sam, key, proof) = sent(&portal).await;

    // Sam hears once, and sees whom it was passed on to, each with its own page.
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(
        mail.subject.starts_with("We have your request: Change your name or address"),
        "{}",
        mail.subject
    );
    let whole = sam.follow(&key).await;
    let parts = whole["parts"].as_array().unwrap().clone();
    let names: Vec<_> = parts.iter().map(|part| (&part["department"], &part["status"])).collect();
    assert_eq!(names, [(&json!("Housing"), &json!("received")), (&json!("Parking"), &json!("received"))]);
    let part = sam.follow(parts[1]["key"].as_str().unwrap()).await;
    assert_eq!(part["title"], "Change your name or address: Parking");
    assert_eq!((&part["part_of"]["reference"], &part["part_of"]["key"]), (&whole["reference"], &json!(key)));

    // Each department sees the answers that it needs, and nothing of whom else he told; nobody else sees anything.
    let (dan, kofi, aisha) = (portal.staff(DAN).await, portal.staff(KOFI).await, portal.staff(AISHA).await);
    let (at_parking, at_housing) = (only(&kofi).await, only(&aisha).await);
    let [parking, housing] = [&at_parking, &at_housing].map(|item| item["id"].as_str().unwrap().to_owned());
    let seen = kofi.get(&format!("/api/staff/requests/{parking}")).await.is(200).json();
    assert!(!seen.to_string().contains("key\""), "the keys are the resident's");
    assert_ne!(answer(&seen["request"], "vehicle"), &Value::Null);
    assert_eq!(answer(&seen["request"], "name-proof"), &Value::Null);
    assert_eq!(answer(&seen["request"], "services"), &Value::Null);
    assert_eq!((seen["request"].get("parts"), seen["request"].get("part_of")), (None, None));
    assert_eq!(seen["part"], true);
    let reference = whole["reference"].as_str().unwrap();
    assert!(!seen.to_string().contains(reference), "with it, and Sam's address, the whole could be found");
    let seen = aisha.get(&format!("/api/staff/requests/{housing}")).await.is(200).json();
    assert_eq!(answer(&seen["request"], "vehicle"), &Value::Null);
    let queue = dan.get("/api/staff/requests").await.is(200).json();
    assert_eq!(queue["requests"], json!([]));

    // The proof is for those who need it.
    aisha.get(&format!("/api/staff/requests/{housing}/documents/{proof}")).await.is(200);
    kofi.get(&format!("/api/staff/requests/{parking}/documents/{proof}")).await.is(404);
    kofi.get(&format!("/api/staff/requests/{housing}")).await.is(404);
    sam.get(&format!("/api/follow/{}/documents/{proof}", parts[0]["key"].as_str().unwrap())).await.is(200);
    sam.get(&format!("/api/follow/{}/documents/{proof}", parts[1]["key"].as_str().unwrap())).await.is(404);

    // What has parts is written about in its parts.
    let message = json!({ "text": "Hello", "id": uuid::Uuid::from_u128(21) });
    sam.post(&format!("/api/follow/{key}/messages"), &message).await.refused(409, "not_allowed");
    let own = parts[1]["key"].as_str().unwrap();
    sam.post(&format!("/api/follow/{own}/messages"), &message).await.is(200);

    let mut page = sam.listen(&format!("/api/follow/{key}/events")).await;
    assert_eq!(page.next().await, Some(json!({ "seq": 1 })));
    act(&kofi, &parking, "take", &json!({})).await.is(200);
    assert_eq!(page.next().await, Some(json!({ "seq": 2 })));
    let promise = json!({ "to": "2027-01-15", "reason": "Many people move now." });
    act(&kofi, &parking, "promise", &promise).await.is(200);
    let whole = sam.follow(&key).await;
    assert_eq!(
        (&whole["status"], &whole["complete_by"], &whole["first_complete_by"]),
        (&json!("in_progress"), &json!("2027-01-15"), &json!("2026-12-21"))
    );
    act(&kofi, &parking, "close", &done()).await.is(200);
    act(&aisha, &housing, "take", &json!({})).await.is(200);
    portal.mails_to(SAM).await;
    act(&aisha, &housing, "close", &done()).await.is(200);

    // Sam heard of each step, and his page tells them all.
    let mails = portal.mails_to(SAM).await;
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert!(
        subjects.iter().any(|subject| subject.starts_with("Done: Change your name or address: Housing ("))
    );
    assert!(
        subjects
            .iter()
            .any(|subject| subject.starts_with("Everybody you told has finished: Change your name"))
    );
    assert!(mails.iter().all(|mail| mail.text.starts_with("Hello Sam O’Brien,")), "not the name of before");
    let whole = sam.follow(&key).await;
    assert_eq!(whole["status"], json!({ "closed": "done" }));
    let moved: Vec<_> = whole["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["what"].get("part_moved"))
        .collect();
    assert_eq!(
        moved,
        [
            &json!({ "department": "Parking", "status": "looked_at" }),
            &json!({ "department": "Parking", "status": "looked_at", "to": "2027-01-15" }),
            &json!({ "department": "Parking", "status": { "closed": "done" } }),
            &json!({ "department": "Housing", "status": "looked_at" }),
            &json!({ "department": "Housing", "status": { "closed": "done" } }),
        ]
    );
}

async fn withdrawing_the_whole_withdraws_what_is_open(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (sam, key, _) = sent(&portal).await;
    let (kofi, aisha) = (portal.staff(KOFI).await, portal.staff(AISHA).await);
    let (parking, housing) = (only(&kofi).await, only(&aisha).await);
    act(&kofi, parking["id"].as_str().unwrap(), "take", &json!({})).await.is(200);
    act(&kofi, parking["id"].as_str().unwrap(), "close", &done()).await.is(200);
    act(&aisha, housing["id"].as_str().unwrap(), "take", &json!({})).await.is(200);
    portal.mails_to(SAM).await;
    let whole =
        sam.post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "" })).await.is(200).json();
    let ended: Vec<_> =
        whole["parts"].as_array().unwrap().iter().map(|part| &part["status"]["closed"]).collect();
    assert_eq!(ended, [&json!("withdrawn"), &json!("done")]);
    // One mail to Sam, and one to whoever was still at it.
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.subject.starts_with("Withdrawn: Change your name or address ("), "{}", mail.subject);
    let [mail] = portal.mails_to(AISHA).await.try_into().unwrap();
    assert!(mail.subject.starts_with("The resident withdrew this"), "{}", mail.subject);
    assert!(portal.mails_to(KOFI).await.is_empty());
    let closed = aisha.get("/api/staff/requests?show=closed").await.is(200).json();
    assert_eq!(closed["requests"][0]["id"], housing["id"]);
}

async fn taken_back_it_is_nowhere_and_all_of_it_is_in_the_form(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (_, key, proof) = sent(&portal).await;
    let mut sam = Browser::of(&portal);
    let whole = sam.visitor.follow(&key).await;
    let part = whole["parts"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(sam.visitor.follow(&part).await["undo"], Value::Null, "a part goes back with the whole");
    let kofi = portal.staff(KOFI).await;
    only(&kofi).await;
    let reply = sam.post_form(&format!("/follow/{key}/undo"), "").await.is(303);
    assert_eq!(reply.header("location"), "/services/change-details/check");
    for key in [&key, &part] {
        assert_eq!(sam.visitor.follow(key).await["status"], json!({ "closed": "withdrawn" }));
    }
    let queue = kofi.get("/api/staff/requests").await.is(200).json();
    assert_eq!(queue["requests"], json!([]));
    // Both of the same moment: which is the first is nobody's business.
    let mut told: Vec<String> = portal.mails_to(SAM).await.into_iter().map(|mail| mail.subject).collect();
    told.sort_unstable();
    let [back, came] = told.as_slice() else { panic!("{told:?}") };
    assert!(came.starts_with("We have your request") && back.starts_with("Taken back"), "{told:?}");
    assert!(portal.mails().await.is_empty());
    // Sent again, it has a copy of the document.
    let sent =
        sam.post_form("/services/change-details/check", "").await.is(303).header("location").to_owned();
    let again = sent.trim_start_matches("/follow/").trim_end_matches("/sent").to_owned();
    let new = sam.visitor.follow(&again).await;
    assert_eq!(new["parts"].as_array().unwrap().len(), 2, "{new}");
    let copy = answer(&new, "name-proof")["documents"][0]["id"].as_str().unwrap().to_owned();
    assert_ne!(copy, proof);
    for (key, document) in [(&again, &copy), (&key, &proof)] {
        let file = sam.visitor.get(&format!("/api/follow/{key}/documents/{document}")).await.is(200);
        assert_eq!(&file.body[..], PDF);
    }
}
