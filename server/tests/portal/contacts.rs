//! The contact log: recorded once, counted by rules, seen by the department, risen at the third time, and gone when it is
//! time.

use std::collections::BTreeSet;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Portal, Reply, Setup, Visitor, closing, graffiti, graffiti_but};
use chrono::TimeDelta;
use domain::access::Role;
use domain::audit::Deed;
use futures::future::join_all;
use serde_json::{Value, json};
use server::jobs::retention::Retaining;
use server::store::staff::StaffMember;
use uuid::Uuid;

on_both_engines![
    a_call_about_a_request_is_recorded_once,
    who_recorded_it_thinks_again_for_ten_minutes,
    other_departments_learn_nothing,
    the_third_time_somebody_looks_at_why,
    at_the_same_moment_each_counts_the_other,
    figures_say_what_each_department_costs,
    the_list_goes_on,
    a_resident_gets_a_copy_and_takes_it_away,
    contacts_go_when_it_is_time
];

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const DAN: &str = "dan@saltmarsh.example";
const CONTACTS: &str = "/api/staff/contacts";
const REPEATS: &str = "/api/staff/contacts/repeats";

/// A call about graffiti by somebody whom nobody knows, with some of it changed; null takes something out.
fn call(id: u128, changes: &Value) -> Value {
    let mut call = json!({
        "id": Uuid::from_u128(id), "channel": "phone", "service": "report-graffiti", "reason": "progress",
        "answers": { "chasing": false, "again": false, "unclear": false },
    });
    for (name, value) in changes.as_object().unwrap() {
        let map = call.as_object_mut().unwrap();
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
    call
}

async fn record(who: &Visitor, id: u128, changes: &Value) -> Reply {
    who.post(CONTACTS, &call(id, changes)).await
}

async fn list(who: &Visitor, query: &str) -> Vec<Value> {
    who.get(&format!("{CONTACTS}{query}")).await.is(200).json()["contacts"].as_array().unwrap().clone()
}

/// Sends a request about graffiti, and gives its reference and identifier.
async fn request(portal: &Portal, sender: &Visitor, key: u128, answers: &Value) -> (String, String) {
    let reference = sender.submit(key, answers).await.is(201).text("reference");
    let queue = portal.staff_now(PRIYA).await.get("/api/staff/requests").await.is(200).json();
    let item =
        queue["requests"].as_array().unwrap().iter().find(|item| item["reference"] == reference.as_str());
    (reference.clone(), item.unwrap()["id"].as_str().unwrap().to_owned())
}

async fn a_call_about_a_request_is_recorded_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (reference, id) = request(&portal, &portal.visitor(), 1, &graffiti()).await;
    let priya = portal.staff_now(PRIYA).await;
    let form = priya.get(&format!("{CONTACTS}/form")).await.is(200).json();
    assert_eq!((&form["channel"], &form["reasons"][1]["id"]), (&json!("phone"), &json!("progress")));
    // As it is said on the phone; the request says which service it is.
    let said = json!({
        "reference": format!(" {} ", reference.to_lowercase().replace('-', " ")), "service": null, "channel": "in_person",
        "answers": { "chasing": true, "again": false, "unclear": false }, "minutes": 4, "note": " At the desk.\r\n ",
    });
    let view = record(&priya, 1, &said).await.is(200).json();
    assert_eq!(view["reference"], reference.as_str());
    assert_eq!((&view["request"], &view["service"]), (&json!(id), &json!("Report graffiti")));
    assert_eq!(
        (&view["avoidable"], &view["number"], &view["changeable"]),
        (&json!(true), &json!(1), &json!(true))
    );
    assert_eq!((&view["by"], &view["reason"]), (&json!("Priya Shah"), &json!("To ask what is happening")));
    assert_eq!((&view["note"], &view["minutes"]), (&json!("At the desk."), &json!(4)));
    // Sent again after a lost reply, however late: the same.
    portal.turn(TimeDelta::minutes(20));
    let again = record(&priya, 1, &said).await.is(200).json();
    assert_eq!((&again["when"], &again["changeable"]), (&view["when"], &json!(false)));
    assert_eq!(kept.rows("contact").await, 1);
    let form = priya.get(&format!("{CONTACTS}/form")).await.is(200).json();
    assert_eq!(form["channel"], "in_person", "as the last one came");
    // It stands with its request, and in the list.
    let about = priya.get(&format!("/api/staff/requests/{id}/contacts")).await.is(200).json();
    assert_eq!(about["contacts"], json!(list(&priya, "").await));
    assert_eq!(about["contacts"][0]["note"], "At the desk.");
    // Neither the number nor the address of who it was is there to be read.
    record(&priya, 2, &json!({ "person": "07700 900 123" })).await.is(200);
    record(&priya, 3, &json!({ "person": SAM })).await.is(200);
    for column in ["email_hash", "phone_hash", "body_hash"] {
        let hex = hex_of(&kept, column);
        for text in [SAM, "+447700900123", "07700 900 123"] {
            // Not even as a hash that whoever has a list of numbers can make.
            for bytes in [text.as_bytes(), &server::secret::hash(text.as_bytes())] {
                let looked_for = data_encoding::HEXLOWER.encode(bytes);
                let found = kept.rows(&format!("contact WHERE LOWER({hex}) LIKE '%{looked_for}%'")).await;
                assert_eq!(found, 0, "{column}");
            }
        }
    }
    let log = portal.state.db.council("demo").audit_log(None, 50).await.unwrap();
    let changed =
        log.iter().filter(|row| row.entry.deed == Deed::Changed && row.entry.object.starts_with("contact "));
    assert_eq!(changed.count(), 3);

    for (wrong, path, code) in [
        (json!({ "reference": "nonsense" }), "reference", "not_allowed"),
        (json!({ "service": null }), "service", "missing"),
        (json!({ "service": "no-such-service" }), "service", "not_an_option"),
        (json!({ "reason": "" }), "reason", "missing"),
        (json!({ "reason": "boredom" }), "reason", "not_an_option"),
        (json!({ "person": "sam@" }), "person", "not_an_email"),
        (json!({ "person": "Sam" }), "person", "not_a_phone"),
        (json!({ "minutes": 601 }), "minutes", "not_allowed"),
        (json!({ "colour": "red" }), "colour", "unknown_field"),
        (
            json!({ "answers": { "chasing": true, "again": true, "unclear": true, "other": true } }),
            "other",
            "unknown_field",
        ),
    ] {
        record(&priya, 9, &wrong).await.wrong(&[(path, code, 0)]);
    }
    record(&priya, 9, &json!({ "note": "x".repeat(1001) })).await.wrong(&[("note", "too_long", 1000)]);
    record(&priya, 9, &json!({ "channel": "fax" })).await.refused(422, "invalid");
    record(&priya, 9, &json!({ "answers": { "chasing": true } })).await.is(422);
    let both = json!({ "service": null, "reason": "", "person": "x" });
    record(&priya, 9, &both).await.wrong(&[
        ("service", "missing", 0),
        ("person", "not_a_phone", 0),
        ("reason", "missing", 0),
    ]);
    // What deceives or breaks a page is text.
    let odd = json!({ "note": "<script>alert(1)</script> '; DROP TABLE contact;-- =1+1 \u{202e}" });
    let odd = record(&priya, 10, &odd).await.is(200).json();
    assert_eq!(odd["note"], "<script>alert(1)</script> '; DROP TABLE contact;-- =1+1");
    assert_eq!(kept.rows("contact").await, 4);
}

/// A column of bytes as hexadecimal text.
fn hex_of(kept: &Kept, column: &str) -> String {
    if kept.url.starts_with("sqlite") { format!("HEX({column})") } else { format!("ENCODE({column}, 'hex')") }
}

async fn who_recorded_it_thinks_again_for_ten_minutes(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (priya, tom) = (portal.staff_now(PRIYA).await, portal.staff_now(TOM).await);
    let first = record(&priya, 1, &json!({ "person": SAM })).await.is(200).json();
    portal.turn(TimeDelta::minutes(9));
    // Something else under the same identifier takes its place, at its time.
    let changed = json!({ "person": SAM, "channel": "email", "answers": { "chasing": false, "again": true, "unclear": false } });
    let view = record(&priya, 1, &changed).await.is(200).json();
    assert_eq!(
        (&view["channel"], &view["avoidable"], &view["number"]),
        (&json!("email"), &json!(true), &json!(1))
    );
    assert_eq!(view["when"], first["when"]);
    // A colleague neither changes it nor takes it back.
    record(&tom, 1, &changed).await.refused(404, "not_found");
    let undo = |id: u128| format!("{CONTACTS}/{}/undo", Uuid::from_u128(id));
    tom.post(&undo(1), &json!({})).await.refused(409, "not_owner");
    assert_eq!(list(&tom, "").await[0]["changeable"], false);
    portal.turn(TimeDelta::minutes(1));
    record(&priya, 1, &json!({ "person": SAM })).await.refused(409, "too_late");
    priya.post(&undo(1), &json!({})).await.refused(409, "too_late");
    assert_eq!(list(&priya, "").await[0]["channel"], "email");

    record(&priya, 2, &json!({ "person": SAM })).await.is(200);
    priya.post(&undo(2), &json!({})).await.is(204);
    priya.post(&undo(2), &json!({})).await.refused(404, "not_found");
    priya.post(&format!("{CONTACTS}/x/undo"), &json!({})).await.refused(404, "not_found");
    assert_eq!(kept.rows("contact").await, 1);
    // What was taken back does not count.
    assert_eq!(record(&priya, 3, &json!({ "person": SAM })).await.is(200).json()["number"], 2);
    // Nor for those that came after it: what rose only for that stands no longer, and nobody is told.
    record(&priya, 4, &json!({ "person": "ann@example.org" })).await.is(200);
    for id in 5..=6 {
        portal.turn(TimeDelta::minutes(1));
        record(&tom, id, &json!({ "person": "ann@example.org" })).await.is(200);
    }
    let mails = i64::try_from(managers(&portal).await.len()).unwrap();
    let waiting = async || tom.get(REPEATS).await.is(200).json()["repeats"].as_array().unwrap().len();
    assert_eq!((waiting().await, kept.rows("job").await), (1, mails));
    // A mistake in the note is no reason to count anew.
    let note = json!({ "person": "ann@example.org", "note": "About the bridge" });
    assert_eq!(record(&priya, 4, &note).await.is(200).json()["number"], 1);
    assert_eq!((waiting().await, kept.rows("job").await), (1, mails));
    // It was somebody else.
    record(&priya, 4, &json!({ "person": "eve@example.org" })).await.is(200);
    assert_eq!((waiting().await, kept.all_rows(["job", "contact_rise"]).await), (0, [0, 0]));
    let numbers = async || -> Vec<u64> {
        list(&tom, "").await.iter().take(2).map(|one| one["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers().await, [2, 1]);
    tom.post(&undo(5), &json!({})).await.is(204);
    assert_eq!(numbers().await[0], 1);
    let log = portal.state.db.council("demo").audit_log(None, 20).await.unwrap();
    let said: BTreeSet<&str> = log.iter().map(|row| row.entry.detail.as_str()).collect();
    for said_of in ["Recorded a contact", "Changed a contact", "Took back a contact"] {
        assert!(said.contains(said_of), "{said:?}");
    }
}

async fn other_departments_learn_nothing(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (reference, id) = request(&portal, &portal.visitor(), 1, &graffiti()).await;
    let (priya, grace, dan) =
        (portal.staff_now(PRIYA).await, portal.staff_now(GRACE).await, portal.staff_now(DAN).await);
    let of_street_scene = record(&priya, 1, &json!({ "reference": reference })).await.is(200).json();
    grace.get(&format!("/api/staff/requests/{id}/contacts")).await.refused(404, "not_found");
    let undo = format!("{CONTACTS}/{}/undo", of_street_scene["id"].as_str().unwrap());
    grace.post(&undo, &json!({})).await.refused(404, "not_found");
    assert_eq!((list(&grace, "").await, list(&grace, "?show=recorded").await), (Vec::new(), Vec::new()));
    let before = format!("{CONTACTS}?before={}", of_street_scene["id"].as_str().unwrap());
    grace.get(&before).await.refused(404, "not_found");

    // A reference of another department's and one that nobody has are taken alike: the service has to be named.
    let nobody = domain::reference::Reference::from_random([1; 7]).to_string();
    for said in [&reference, &nobody] {
        let without = json!({ "reference": said, "service": null });
        record(&dan, 2, &without).await.wrong(&[("service", "missing", 0)]);
    }
    let real = record(&dan, 2, &json!({ "reference": reference })).await.is(200).json();
    let none = record(&dan, 3, &json!({ "reference": nobody })).await.is(200).json();
    let alike = |view: &Value| {
        let mut view = view.clone();
        for own in ["id", "reference"] {
            view.as_object_mut().unwrap().remove(own);
        }
        view
    };
    assert_eq!(alike(&real), alike(&none));
    assert_eq!((real.get("request"), real.get("number")), (None, None));
    // Who recorded it sees it among what they recorded; the department that it is about sees it with the request.
    let recorded = list(&dan, "?show=recorded").await;
    assert_eq!(recorded.len(), 2);
    assert!(list(&dan, "").await.is_empty());
    let about = priya.get(&format!("/api/staff/requests/{id}/contacts")).await.is(200).json();
    let numbers: Vec<&Value> =
        about["contacts"].as_array().unwrap().iter().map(|one| &one["number"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(1)], "the same request, the same resident");
    assert_eq!(list(&priya, "").await.len(), 3);
    assert_eq!(list(&priya, "").await.iter().filter(|one| one["request"] == id.as_str()).count(), 2);

    // What rises is for who answers for the department, and the figures are for nobody who sees people only.
    assert_eq!(priya.get(REPEATS).await.is(200).json()["repeats"], json!([]));
    priya.get("/api/staff/contacts/figures").await.refused(403, "not_your_role");
    portal.visitor().get(CONTACTS).await.refused(401, "not_signed_in");
}

async fn the_third_time_somebody_looks_at_why(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let with_phone = graffiti_but(&json!({ "you.phone": "07700 900123" }));
    let (reference, id) = request(&portal, &sam.visitor, 1, &with_phone).await;
    let (priya, tom) = (portal.staff_now(PRIYA).await, portal.staff_now(TOM).await);
    portal.mails().await;
    // However they are known: by the request, by the number that is in it, by their address.
    record(&priya, 1, &json!({ "reference": reference })).await.is(200);
    portal.turn(TimeDelta::days(14));
    let (priya, tom) = (relog(&portal, PRIYA, priya).await, relog(&portal, TOM, tom).await);
    let second = record(&priya, 2, &json!({ "person": "+44 7700 900123" })).await.is(200).json();
    assert_eq!(second["number"], 2);
    // About another service it is another thing, and somebody else is somebody else.
    assert_eq!(
        record(&priya, 8, &json!({ "person": SAM, "service": "fly-tipping" })).await.is(200).json()["number"],
        1
    );
    assert_eq!(record(&priya, 9, &json!({ "person": "eve@example.org" })).await.is(200).json()["number"], 1);
    assert_eq!(record(&priya, 10, &json!({})).await.is(200).json()["number"], 1, "nobody knows who");
    assert_eq!(tom.get(REPEATS).await.is(200).json()["repeats"], json!([]));

    portal.turn(TimeDelta::days(14));
    let (priya, tom) = (relog(&portal, PRIYA, priya).await, relog(&portal, TOM, tom).await);
    let third = json!({ "person": "SAM@example.org", "note": "Third time!" });
    // Recorded by mistake: nobody is told.
    assert_eq!(record(&priya, 3, &third).await.is(200).json()["number"], 3);
    priya.post(&format!("{CONTACTS}/{}/undo", Uuid::from_u128(3)), &json!({})).await.is(204);
    assert_eq!(kept.all_rows(["contact_rise", "job"]).await, [0, 0]);
    let third_id = record(&priya, 4, &third).await.is(200).text("id");
    assert!(portal.mails().await.is_empty(), "not before it stays");
    let waiting = tom.get(REPEATS).await.is(200).json()["repeats"].clone();
    assert_eq!((waiting.as_array().unwrap().len(), &waiting[0]["id"]), (1, &json!(third_id)));
    let ids: Vec<&Value> = waiting[0]["contacts"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [4, 2, 1].map(|id| json!(Uuid::from_u128(id))).iter().collect::<Vec<_>>());
    assert_eq!(waiting[0]["contacts"][2]["request"], id.as_str());
    // A fourth makes no second mail while the third waits.
    portal.turn(TimeDelta::minutes(11));
    record(&priya, 5, &json!({ "reference": reference })).await.is(200);
    portal.turn(TimeDelta::minutes(11));
    let [mail] = portal.mails_to(TOM).await.try_into().unwrap();
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (TOM, "Somebody had to contact us 3 times: Report graffiti")
    );
    assert!(mail.link().ends_with("/staff/contacts/repeats"), "{}", mail.text);
    assert!(!mail.raw.contains("sam@example.org") && !mail.raw.contains(&reference));

    // It stands until somebody says what was done.
    let looked = format!("{REPEATS}/{third_id}/looked-into");
    tom.post(&looked, &json!({ "done": " " })).await.wrong(&[("done", "missing", 0)]);
    tom.post(&format!("{REPEATS}/{}/looked-into", Uuid::from_u128(2)), &json!({ "done": "x" }))
        .await
        .refused(404, "not_found");
    let grace = portal.staff_now(GRACE).await;
    grace.post(&looked, &json!({ "done": "x" })).await.refused(404, "not_found");
    tom.post(&looked, &json!({ "done": "Rang them: the crew comes on Friday." })).await.is(204);
    tom.post(&looked, &json!({ "done": "Again" })).await.refused(409, "already_given");
    assert_eq!(tom.get(REPEATS).await.is(200).json()["repeats"], json!([]));
    let of_third = list(&priya, "").await.into_iter().find(|one| one["id"] == third_id.as_str()).unwrap();
    assert_eq!(of_third["looked_into"]["done"], "Rang them: the crew comes on Friday.");
    assert_eq!(of_third["looked_into"]["by"], "Tom Okafor");
    // What was done did not help: it rises anew.
    let sixth = record(&priya, 6, &json!({ "person": SAM })).await.is(200).text("id");
    assert_eq!(tom.get(REPEATS).await.is(200).json()["repeats"][0]["id"], sixth.as_str());
    // Whose it was sees that somebody looked, and why.
    sam.sign_in(&portal, SAM).await;
    let looks = sam.get("/api/account/looked").await.is(200).json()["looks"].clone();
    let why = "Looked at why you had to contact us so often, to put it right";
    assert!(
        looks
            .as_array()
            .unwrap()
            .iter()
            .any(|look| look["reason"] == why && look["department"] == "Street scene"),
        "{looks}"
    );

    // 28 days after the last of them, it is a first time again.
    portal.turn(TimeDelta::days(28) + TimeDelta::minutes(30));
    let priya = relog(&portal, PRIYA, priya).await;
    assert_eq!(record(&priya, 7, &json!({ "person": SAM })).await.is(200).json()["number"], 1);
}

/// The addresses of those who answer for street scene.
async fn managers(portal: &Portal) -> Vec<String> {
    let members = portal.state.db.council("demo").members().await.unwrap().into_iter();
    let manages =
        |member: &StaffMember| member.department == "street-scene" && member.role() == Some(Role::Manager);
    let mut all: Vec<String> = members.filter(manages).map(|member| member.email).collect();
    all.sort_unstable();
    all
}

/// Signed in again: a session of staff lasts twelve hours.
async fn relog(portal: &Portal, email: &str, _: Visitor) -> Visitor {
    portal.staff_now(email).await
}

async fn at_the_same_moment_each_counts_the_other(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let priya = portal.staff_now(PRIYA).await;
    let (call, sent) = (json!({ "person": "07700 900123" }), 12);
    let all = join_all((1..=sent).map(|id| record(&priya, id, &call))).await;
    let mut numbers: Vec<u64> =
        all.into_iter().map(|reply| reply.is(200).json()["number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=12).collect::<Vec<u64>>());
    assert_eq!(kept.rows("contact_rise").await, 1);
    // One that is sent twice at the same moment is one.
    let same = json!({});
    for reply in join_all((0..6).map(|_| record(&priya, 50, &same))).await {
        reply.is(200);
    }
    let mails = i64::try_from(managers(&portal).await.len()).unwrap();
    assert_eq!(kept.all_rows(["contact", "job"]).await, [13, mails], "and one mail to each manager");
}

async fn figures_say_what_each_department_costs(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    // In summer time the month begins an hour earlier.
    portal.turn_to("2026-06-30T22:59:59Z");
    let dan = portal.staff_now(DAN).await;
    record(&dan, 1, &json!({ "person": SAM, "minutes": 3, "answers": { "chasing": true, "again": false, "unclear": false } }))
        .await
        .is(200);
    portal.turn_to("2026-06-30T23:00:00Z");
    record(&dan, 2, &json!({ "person": SAM })).await.is(200);
    record(
        &dan,
        3,
        &json!({ "minutes": 600, "answers": { "chasing": false, "again": false, "unclear": true } }),
    )
    .await
    .is(200);
    record(&dan, 4, &json!({ "service": "missed-bin" })).await.is(200);
    let tom = portal.staff_now(TOM).await;
    let figures = tom.get("/api/staff/contacts/figures").await.is(200).json();
    assert_eq!((&figures["this_month"], &figures["last_month"]), (&json!("July 2026"), &json!("June 2026")));
    let counted = |contacts: u32, avoidable: u32, repeats: u32, minutes: u32| json!({ "contacts": contacts, "avoidable": avoidable, "repeats": repeats, "minutes": minutes });
    assert_eq!(
        figures["rows"],
        json!([
            { "department": "Street scene", "service": "Report graffiti", "this_month": counted(2, 1, 1, 600), "last_month": counted(1, 1, 0, 3) },
            { "department": "Waste and recycling", "service": "Report a missed bin collection", "this_month": counted(1, 0, 0, 0), "last_month": counted(0, 0, 0, 0) },
        ])
    );
    let text = figures.to_string();
    assert!(!text.contains("sam") && !text.contains("Dan"), "{text}");
}

async fn the_list_goes_on(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let priya = portal.staff_now(PRIYA).await;
    for id in 1..=120 {
        record(&priya, id, &json!({})).await.is(200);
        // Several in one moment.
        if id % 7 == 0 {
            portal.turn(TimeDelta::seconds(1));
        }
    }
    let mut seen = Vec::new();
    let mut path = CONTACTS.to_owned();
    loop {
        let page = priya.get(&path).await.is(200).json();
        let ids =
            page["contacts"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{CONTACTS}?before={next}");
    }
    assert_eq!(seen.len(), 120);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
    assert_eq!(seen[0], Uuid::from_u128(120).to_string());
    for wrong in ["?before=x", "?before=00000000-0000-7000-8000-000000000001"] {
        priya.get(&format!("{CONTACTS}{wrong}")).await.refused(404, "not_found");
    }
}

async fn a_resident_gets_a_copy_and_takes_it_away(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let (reference, _) = request(&portal, &sam.visitor, 1, &graffiti()).await;
    let priya = portal.staff_now(PRIYA).await;
    let note = json!({ "reference": reference, "note": "Was rude about the crew" });
    record(&priya, 1, &note).await.is(200);
    for id in 2..=4 {
        record(&priya, id, &json!({ "person": SAM, "service": "fly-tipping", "note": "Lives at the mill" }))
            .await
            .is(200);
    }
    record(&priya, 5, &json!({ "person": "ann@example.org", "note": "Ann’s own" })).await.is(200);
    let tom = portal.staff_now(TOM).await;
    let looked = format!("{REPEATS}/{}/looked-into", Uuid::from_u128(4));
    tom.post(&looked, &json!({ "done": "Went to Sam at the mill" })).await.is(204);

    let files = crate::privacy::copy(&sam).await;
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(known, _)| known == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let data: Value = serde_json::from_str(&text("everything.json")).unwrap();
    assert_eq!(data["contacts"].as_array().unwrap().len(), 4);
    assert_eq!(data["contacts"][3]["reference"], reference.as_str());
    assert!(text("open-me.html").contains("phone: Report graffiti"), "{}", text("open-me.html"));
    for staffs in ["rude", "at the mill", "Ann", "Priya"] {
        assert!(!data["contacts"].to_string().contains(staffs), "{staffs}");
    }

    // The account is closed: what is about the request stays with it, the rest says nothing of anybody.
    portal.mails().await;
    sam.post("/api/account/close/code", &json!({})).await.is(204);
    let code = portal.code(SAM).await;
    sam.post("/api/account/close", &json!({ "code": code })).await.is(204);
    assert_eq!(kept.rows("contact WHERE resident_id IS NOT NULL").await, 0);
    assert_eq!(kept.rows("contact WHERE note LIKE '%mill%'").await, 0);
    assert_eq!(
        kept.all_rows(["contact", "contact_rise", "contact WHERE email_hash IS NULL"]).await,
        [5, 0, 3]
    );
    assert_eq!(kept.rows("contact WHERE note = 'Was rude about the crew'").await, 1);
    let figures = tom.get("/api/staff/contacts/figures").await.is(200).json();
    let many: u64 = figures["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["this_month"]["contacts"].as_u64().unwrap())
        .sum();
    assert_eq!(many, 5, "the figures still count them");
}

async fn contacts_go_when_it_is_time(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (reference, id) = request(&portal, &portal.visitor(), 1, &graffiti()).await;
    let (priya, dan) = (portal.staff_now(PRIYA).await, portal.staff_now(DAN).await);
    record(&priya, 1, &json!({ "reference": reference })).await.is(200);
    record(&dan, 2, &json!({ "reference": reference })).await.is(200);
    for id in 3..=5 {
        record(&dan, id, &json!({ "person": SAM })).await.is(200);
    }
    assert_eq!(kept.all_rows(["contact", "contact_rise"]).await, [5, 1]);
    portal.turn(TimeDelta::days(30));
    let priya = relog(&portal, PRIYA, priya).await;
    record(&priya, 6, &json!({ "person": SAM })).await.is(200);
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    let mut done = closing("not_ours", "It is the railway’s");
    done["on"] = Value::Null;
    priya.post(&format!("/api/staff/requests/{id}/close"), &done).await.is(200);
    let run = async |is_dry: bool| {
        let served = portal.state.councils.by_id("demo").unwrap();
        let (db, blobs, now) = (&portal.state.db, &portal.state.blobs, portal.state.now());
        Retaining { db, blobs, served: &served, now, is_dry }.run().await.unwrap()
    };
    // Kept for 24 months, which end on 7 December 2028; the one that names a request of others, too.
    portal.turn_to("2028-12-06T23:30:00Z");
    assert_eq!(run(false).await.contacts, 0);
    portal.turn_to("2028-12-07T01:00:00Z");
    assert_eq!((run(true).await.contacts, run(false).await.contacts, run(false).await.contacts), (4, 4, 0));
    assert_eq!(kept.all_rows(["contact", "contact_rise"]).await, [2, 0]);
    // And with the request: the one in whose name it was recorded, and whoever only named it.
    let dan = portal.staff_now(DAN).await;
    record(&dan, 7, &json!({ "reference": reference })).await.is(200);
    portal.turn_to("2029-01-07T01:00:00Z");
    let gone = run(false).await;
    assert_eq!((gone.services.len(), gone.contacts), (1, 1));
    assert_eq!(kept.all_rows(["request", "contact"]).await, [0, 0]);
}

/// A department that has several managers tells all of them; one that has none tells who leads it.
#[tokio::test]
async fn every_manager_of_the_department_is_told() {
    let portal = Portal::open().await;
    let store = portal.state.db.council("demo");
    for (email, department, role) in [
        ("mia@saltmarsh.example", "street-scene", Role::Manager),
        ("max@saltmarsh.example", "waste", Role::Manager),
        ("zoe@saltmarsh.example", "street-scene", Role::Auditor),
    ] {
        store.put_staff(portal.state.new_id(), "Somebody", email, department, role).await.unwrap();
    }
    let dan = portal.staff_now(DAN).await;
    for id in 1..=3 {
        record(&dan, id, &json!({ "person": SAM })).await.is(200);
        record(&dan, id + 10, &json!({ "person": SAM, "service": "blue-badge" })).await;
    }
    portal.turn(TimeDelta::minutes(10));
    let mut told: Vec<String> = portal.mails().await.into_iter().map(|mail| mail.to).collect();
    told.sort_unstable();
    assert!(told.contains(&"mia@saltmarsh.example".to_owned()) && told.contains(&TOM.to_owned()));
    let mut wanted = managers(&portal).await;
    wanted.push("kofi@saltmarsh.example".to_owned());
    wanted.sort_unstable();
    assert_eq!(told, wanted);
}
