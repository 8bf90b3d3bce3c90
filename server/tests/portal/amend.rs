//! What a resident changes after sending: taken back and sent again, photos and the place; what follows an end they are
//! not satisfied with; and what staff see beside what they came for.

use axum::body::Body;
use axum::http::{Method, header};
use chrono::TimeDelta;
use picture::samples;
use serde_json::{Value, json};
use server::gazetteer::demo;
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Reply, Setup, Visitor, answer, closing, graffiti, graffiti_but};

on_both_engines![
    it_is_taken_back_and_sent_again,
    who_was_told_is_told_and_late_is_too_late,
    photos_are_added_within_the_limit,
    a_place_is_put_right_and_the_request_follows,
    a_helper_changes_what_they_may,
    not_satisfied_leads_to_a_complaint,
    staff_report_what_they_see_beside_it
];

const SAM: &str = "sam@example.org";
const ANN: &str = "ann@example.org";
const PRIYA: &str = "priya@saltmarsh.example";

/// A request about graffiti, with a photo: its key, and the photo.
async fn sent(who: &Visitor, key: u128) -> (String, String) {
    let photo = who.upload(samples::png(80, 60)).await.is(201).text("id");
    let answers = graffiti_but(&json!({ "photos.1": photo, "photos.1.alt": "The wall" }));
    (who.submit(key, &answers).await.is(201).text("key"), photo)
}

async fn ids(staff: &Visitor) -> Vec<String> {
    let queue = staff.get("/api/staff/requests").await.is(200).json();
    let ids = queue["requests"].as_array().unwrap().iter();
    ids.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn act(staff: &Visitor, id: &str, verb: &str, body: Value) -> Value {
    staff.post(&format!("/api/staff/requests/{id}/{verb}"), &body).await.is(200).json()
}

fn last(request: &Value) -> &Value {
    &request["timeline"].as_array().unwrap().last().unwrap()["what"]
}

/// Posts files as the form on the page does.
async fn add(who: &mut Browser, path: &str, id: u128, files: &[Vec<u8>]) -> Reply {
    let head = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
    let mut body = format!("{}\r\n\r\n{}\r\n", head("id"), Uuid::from_u128(id)).into_bytes();
    for file in files {
        body.extend(format!("{}; filename=\"a.png\"\r\n\r\n", head("photos")).into_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let request = who.visitor.request(Method::POST, path);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let reply = who.visitor.send(request.body(Body::from(body)).unwrap()).await;
    who.keep(reply)
}

async fn it_is_taken_back_and_sent_again(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    let (key, photo) = sent(&sam.visitor, 1).await;
    let before = sam.visitor.follow(&key).await;
    assert_eq!(before["undo"], "10:10am");
    let undo = format!("/follow/{key}/undo");
    let reply = sam.post_form(&undo, "").await.is(303);
    assert_eq!(reply.header("location"), "/services/report-graffiti/check");
    // Nobody hears of it, neither that it came nor that it went.
    assert!(portal.mails().await.is_empty());
    let now = sam.visitor.follow(&key).await;
    assert_eq!((&now["status"], last(&now)), (&json!({ "closed": "withdrawn" }), &json!("taken_back")));
    for gone in ["undo", "amends", "may_reopen", "followed_by"] {
        assert_eq!(now[gone], Value::Null, "{gone}");
    }
    sam.post(&format!("/api/follow/{key}/reopen"), &json!({ "reason": "No" }))
        .await
        .refused(409, "not_allowed");
    // Pressed twice, it leads to how it stands.
    assert_eq!(sam.post_form(&undo, "").await.is(303).header("location"), format!("/follow/{key}"));
    // What was sent is in the form, to be changed; the photo is a copy.
    let path = "/services/report-graffiti/check";
    let page = sam.get(path).await;
    if page.status == 200 {
        let page = String::from_utf8_lossy(&page.body).into_owned();
        assert!(page.contains("Red letters, two metres wide") && !page.contains(&photo), "{page}");
    }
    let changed = sam
        .post_form("/services/report-graffiti/surface?from=check", "surface=public&offensive=no&place.street=&place.words=Underpass&details=Blue+letters&you.name=Sam+O%E2%80%99Brien&you.email=sam%40example.org&you.phone=")
        .await;
    assert_eq!(changed.is(303).header("location"), path);
    let confirmed = sam.post_form(path, "").await.is(303).header("location").to_owned();
    let again = confirmed.trim_start_matches("/follow/").trim_end_matches("/sent");
    assert_ne!(again, key, "the key of the first swallows nothing");
    let new = sam.visitor.follow(again).await;
    assert_eq!(answer(&new, "details")["text"], "Blue letters");
    assert_eq!(answer(&new, "you"), answer(&now, "you"));
    let copy = answer(&new, "photos")["photos"]["photos"][0]["id"].as_str().unwrap().to_owned();
    assert_ne!(copy, photo);
    sam.visitor.get(&format!("/api/follow/{again}/photos/{copy}")).await.is(200);
    // The original stays as it was.
    assert_eq!(answer(&now, "details")["text"], "Red letters, two metres wide");
    sam.visitor.get(&format!("/api/follow/{key}/photos/{photo}")).await.is(200);
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.subject.contains(new["reference"].as_str().unwrap()), "{}", mail.subject);
    // What was typed is kept for as long as it may be taken back, and the new one may be, too.
    let typed = "SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Red letters%'";
    assert_eq!(kept.number(typed).await, 0);
    portal.turn(TimeDelta::minutes(11));
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Blue letters%'").await, 0);
}

async fn who_was_told_is_told_and_late_is_too_late(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    let (key, _) = sent(&sam.visitor, 1).await;
    assert_eq!(portal.mails_to(SAM).await.len(), 1);
    sam.post_form(&format!("/follow/{key}/undo"), "").await.is(303);
    let mails = portal.mails().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(mail.to == SAM && mail.subject.starts_with("Taken back, to be changed"), "{mail:?}");
    // Taken by somebody, or after ten minutes, it stays sent.
    let (taken, _) = sent(&sam.visitor, 2).await;
    let priya = portal.staff(PRIYA).await;
    let [id] = ids(&priya).await.try_into().unwrap();
    act(&priya, &id, "take", json!({})).await;
    let (late, _) = sent(&sam.visitor, 3).await;
    portal.turn(TimeDelta::minutes(11));
    for key in [&taken, &late] {
        let reply = sam.post_form(&format!("/follow/{key}/undo"), "").await.is(303);
        assert_eq!(reply.header("location"), format!("/follow/{key}"));
        let request = sam.visitor.follow(key).await;
        assert!(request["undo"].is_null() && !request["status"].is_object(), "{request}");
    }
    let wrong = sam.post_form("/follow/nothing/undo", "").await;
    assert!(matches!(wrong.status.as_u16(), 404 | 503));
    // Figures count what was sent in the end.
    assert_eq!(
        kept.number("SELECT CAST(COALESCE(SUM(more), 0) AS BIGINT) AS n FROM tally WHERE what = 'received'")
            .await,
        2
    );
}

async fn photos_are_added_within_the_limit(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    let (key, first) = sent(&sam.visitor, 1).await;
    let priya = portal.staff(PRIYA).await;
    let [id] = ids(&priya).await.try_into().unwrap();
    act(&priya, &id, "take", json!({})).await;
    portal.mails().await;
    let (path, page) = (format!("/follow/{key}/photos"), format!("/follow/{key}"));
    assert_eq!(sam.visitor.follow(&key).await["amends"]["photos"], 4);
    // What is no photo is told, and nothing of the rest is added.
    for files in [vec![], vec![samples::png(9, 9), b"MZ".to_vec()], vec![samples::png(9, 9); 5]] {
        assert_eq!(add(&mut sam, &path, 1, &files).await.is(303).header("location"), page);
    }
    assert_eq!(sam.visitor.follow(&key).await["amends"]["photos"], 4);
    // Sent twice it is added once; another is another.
    for _ in 0..2 {
        add(&mut sam, &path, 2, &[samples::png(30, 20)]).await.is(303);
    }
    add(&mut sam, &path, 3, &[samples::png(20, 30), samples::png(21, 30)]).await.is(303);
    let request = sam.visitor.follow(&key).await;
    assert_eq!(request["amends"]["photos"], 1);
    let photos = answer(&request, "photos")["photos"]["photos"].as_array().unwrap();
    assert_eq!((photos.len(), photos[0]["id"].as_str()), (4, Some(&*first)));
    // Staff see what came, when and by whom, and its owner is told.
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!(last(&case["request"])["amended"]["changes"][0]["now"], "2 photos");
    for photo in photos {
        let photo = photo["id"].as_str().unwrap();
        priya.get(&format!("/api/staff/requests/{id}/photos/{photo}")).await.is(200);
        sam.visitor.get(&format!("/api/follow/{key}/photos/{photo}")).await.is(200);
    }
    let mails = portal.mails().await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails.iter().all(|mail| mail.to == PRIYA && mail.subject.starts_with("The resident added")));
    // A photo that was asked for is the answer.
    act(&priya, &id, "ask", json!({ "text": "From further away?", "id": Uuid::from_u128(5) })).await;
    add(&mut sam, &path, 4, &[samples::png(44, 30)]).await.is(303);
    let request = sam.visitor.follow(&key).await;
    assert_eq!((&request["status"], &request["asked"]), (&json!("looked_at"), &Value::Null));
    assert_eq!(request["amends"]["photos"], 0, "no more than the form takes");
    // To what is closed nothing is added, nor to what is somebody else's.
    act(&priya, &id, "close", closing("done", "Gone.")).await;
    let closed = add(&mut sam, &path, 6, &[samples::png(9, 9)]).await;
    assert!(matches!(closed.status.as_u16(), 303 | 409 | 503), "{closed:?}");
    assert_eq!(
        answer(&sam.visitor.follow(&key).await, "photos")["photos"]["photos"].as_array().unwrap().len(),
        5
    );
    let wrong = add(&mut sam, "/follow/nothing/photos", 7, &[samples::png(9, 9)]).await;
    assert!(matches!(wrong.status.as_u16(), 404 | 503));
}

/// The place that others are shown is where it is now; ward, team and department follow until somebody has it.
async fn a_place_is_put_right_and_the_request_follows(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let mut sam = Browser::of(&portal);
    let streets = demo::addresses().0;
    let middle = |name: &str| streets.iter().find(|street| street.name == name).unwrap().middle;
    let (lat, lon) = (middle("Castle Street").lat, middle("Castle Street").lon);
    let here = format!("lat={lat}&lon={lon}");
    let there = json!({ "place.street": "Castle Street, Saltmarsh", "place.street_id": "", "place.words": "By the gate", "place.position": format!("{lat},{lon}"), "place.postcode": Value::Null });
    let key = sam.visitor.submit(1, &graffiti_but(&there)).await.is(201).text("key");
    let near = async |place: &str| {
        let found = portal
            .visitor()
            .get(&format!("/api/services/report-graffiti/nearby?{place}"))
            .await
            .is(200)
            .json();
        found["requests"].as_array().unwrap().len()
    };
    assert_eq!(near(&here).await, 1);
    let asked = sam.visitor.follow(&key).await["amends"]["places"][0].clone();
    assert_eq!((&asked["question"], &asked["mapped"]), (&json!("place"), &json!(true)));
    assert_eq!(
        asked["parts"][1],
        json!({ "path": "place.words", "label": "What is it near?", "value": "By the gate" })
    );
    let (path, page) = (format!("/follow/{key}/place"), format!("/follow/{key}"));
    let id = |number: u128| format!("id={}&question=place", Uuid::from_u128(number));
    // Nothing, too much, and what is no place of this request.
    let nothing = format!("{}&place.street=&place.words=", id(1));
    assert_eq!(sam.post_form(&path, &nothing).await.is(303).header("location"), page);
    // Sent as it was, it loses nothing: not even the point on the map.
    let same = format!("{}&place.street=Castle+Street,+Saltmarsh&place.words=By+the+gate", id(1));
    assert_eq!(sam.post_form(&path, &same).await.is(303).header("location"), page);
    let long = format!("{}&place.words={}", id(1), "x".repeat(501));
    assert_eq!(sam.post_form(&path, &long).await.is(303).header("location"), page);
    for question in ["you", "photos", "nothing", ""] {
        let reply = sam.post_form(&path, &format!("question={question}&place.words=Here")).await;
        assert!(matches!(reply.status.as_u16(), 404 | 503), "{question}");
    }
    let untouched = sam.visitor.follow(&key).await;
    assert_eq!(untouched["seq"], 1);
    let priya = portal.staff(PRIYA).await;
    let [case_id] = ids(&priya).await.try_into().unwrap();
    let case = async || priya.get(&format!("/api/staff/requests/{case_id}")).await.is(200).json();
    assert_eq!(case().await["team"], "North team");
    // Put right: another street, and so another ward and team. Sent twice it is once.
    let quay = format!("{}&place.street=Quay+Road&place.words=By+the+boats", id(2));
    for _ in 0..2 {
        assert_eq!(sam.post_form(&path, &quay).await.is(303).header("location"), page);
    }
    let now = case().await;
    assert_eq!((&now["team"], now["request"]["seq"].as_u64()), (&json!("South team"), Some(2)), "{now}");
    let change = &last(&now["request"])["amended"];
    assert!(change["changes"][0]["before"].as_str().unwrap().contains("By the gate"), "{change}");
    assert!(change["place"].as_str().unwrap().contains("has gone there"), "{change}");
    let told = sam.visitor.follow(&key).await;
    assert_eq!(last(&told)["amended"]["place"], Value::Null, "where it belongs is for staff");
    assert!(answer(&told, "place")["place"]["position"].is_null());
    assert_eq!(near(&here).await, 0, "it is shown where it is now");
    // Once somebody has it, it stays with them, and they are told.
    act(&priya, &case_id, "take", json!({})).await;
    portal.mails().await;
    let castle = format!("{}&place.street=Castle+Street&place.words=By+the+gate", id(3));
    sam.post_form(&path, &castle).await.is(303);
    let now = case().await;
    assert_eq!(now["team"], "South team");
    let place = last(&now["request"])["amended"]["place"].as_str().unwrap().to_owned();
    assert!(place.contains("It stays where it is") && place.contains("North team"), "{place}");
    assert_eq!(portal.mails_to(PRIYA).await.len(), 1);
    // The same again is no change.
    assert_eq!(sam.post_form(&path, &castle.replace(&id(3), &id(4))).await.is(303).header("location"), page);
    assert_eq!(case().await["request"]["seq"], now["request"]["seq"]);
}

async fn a_helper_changes_what_they_may(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (Browser::of(&portal), Browser::of(&portal));
    sam.sign_in(&portal, SAM).await;
    ann.sign_in(&portal, ANN).await;
    let request =
        json!({ "name": "Ann Smith", "email": ANN, "services": ["report-graffiti"], "until": "2026-12-20" });
    let named = sam.post("/api/account/helpers", &request).await.is(200).json();
    let helper = named["helpers"][0]["id"].as_str().unwrap().to_owned();
    ann.post(&format!("/api/account/helpers/{helper}/accept"), &json!(null)).await.is(200);
    let key = sam.visitor.submit(1, &graffiti()).await.is(201).text("key");
    let list = ann.visitor.get(&format!("/api/account/acting/{helper}")).await.is(200).json();
    let here = format!("/account/acting/{helper}/{}", list["requests"][0]["key"].as_str().unwrap());
    add(&mut ann, &format!("{here}/photos"), 1, &[samples::png(30, 20)]).await.is(303);
    let fields = format!("id={}&question=place&place.words=By+the+steps", Uuid::from_u128(2));
    ann.post_form(&format!("{here}/place"), &fields).await.is(303);
    let request = sam.visitor.follow(&key).await;
    let entries = request["timeline"].as_array().unwrap();
    assert!(entries[1..].iter().all(|entry| entry["helper"] == "Ann Smith"), "{entries:?}");
    assert_eq!(entries.len(), 3);
    // Nobody else, and not for another.
    let mut eve = Browser::of(&portal);
    eve.sign_in(&portal, "eve@example.org").await;
    for verb in ["photos", "place", "undo"] {
        let reply = eve.post_form(&format!("{here}/{verb}"), &fields).await;
        assert!(matches!(reply.status.as_u16(), 404 | 503), "{verb}");
        let reply = Browser::of(&portal).post_form(&format!("{here}/{verb}"), &fields).await.is(303);
        assert!(reply.header("location").starts_with("/account?to="), "{verb}");
    }
    assert_eq!(sam.visitor.follow(&key).await["seq"], 3);
    // Taken back by who acts, it is a form for whose it is.
    let reply = ann.post_form(&format!("{here}/undo"), "").await.is(303);
    let form = domain::api::helpers::form_for("report-graffiti", helper.parse().unwrap());
    assert_eq!(reply.header("location"), format!("/services/{form}/check"));
    let seen = sam.visitor.get("/api/account/helpers").await.is(200).json();
    let deeds: Vec<&str> =
        seen["uses"].as_array().unwrap().iter().filter_map(|one| one["what"].as_str()).collect();
    for deed in
        ["Added photos to your request", "Corrected the place of your request", "Took back your request"]
    {
        assert!(deeds.iter().any(|known| known.starts_with(deed)), "{deeds:?}");
    }
}

async fn not_satisfied_leads_to_a_complaint(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    let sent = sam.visitor.submit(1, &graffiti()).await.is(201);
    let (key, reference) = (sent.text("key"), sent.text("reference"));
    let priya = portal.staff(PRIYA).await;
    let [id] = ids(&priya).await.try_into().unwrap();
    act(&priya, &id, "take", json!({})).await;
    act(&priya, &id, "close", closing("done", "Gone.")).await;
    let here = format!("/follow/{key}");
    // The mail has a link for each answer, which says nothing by being opened.
    let mails = portal.mails_to(SAM).await;
    let closed = mails.iter().find(|mail| mail.subject.starts_with("Done")).unwrap();
    let tap = format!("https://portico.example{here}?satisfied=no");
    assert!(
        closed.text.contains(&tap) && closed.html.contains(&format!("href=\"{tap}\"")),
        "{}",
        closed.html
    );
    sam.get(&format!("{here}?satisfied=no")).await;
    assert!(sam.visitor.follow(&key).await["feedback"].is_null());
    // One tap, and then why, with the app or without.
    let said = sam.post(&format!("/api/follow/{key}/feedback"), &json!({ "score": 1 })).await.is(200).json();
    assert_eq!(said["feedback"], json!({ "score": 1, "reason": "" }));
    let why = "score=1&about=not_fixed&reason=It+is+still+there&contact=yes";
    for _ in 0..2 {
        assert_eq!(sam.post_form(&here, why).await.is(303).header("location"), here);
    }
    let request = sam.visitor.follow(&key).await;
    let whole = json!({ "score": 1, "reason": "It is still there", "about": "not_fixed", "contact": true });
    assert_eq!((&request["feedback"], &request["seq"]), (&whole, &json!(5)));
    // It can be opened again, or complained about; once that is used up, asked for anew.
    assert_eq!((&request["may_reopen"], &request["followed_by"]["complaint"]), (&json!(true), &json!(true)));
    assert_eq!(request["followed_by"]["again"], false);
    let path = format!("{here}/complaint");
    let next = sam.post_form(&path, "").await.is(303).header("location").to_owned();
    assert_eq!(next, "/services/complaint/reference", "what is known is filled in");
    let rest = "asked=reference,what,effect,wish,papers&what=It+is+still+there&effect=&wish=Clean+it";
    let fields = format!("{rest}&reference={reference}");
    let next = sam.post_form(&next, &fields).await.is(303).header("location").to_owned();
    // Pressed again meanwhile, it goes on with what was typed.
    assert_eq!(sam.post_form(&path, "").await.is(303).header("location"), next);
    let fields = "for=me&you.name=Sam+O%E2%80%99Brien&you.email=sam%40example.org&you.phone=";
    assert_eq!(sam.post_form(&next, fields).await.is(303).header("location"), "/services/complaint/check");
    let confirmed =
        sam.post_form("/services/complaint/check", "").await.is(303).header("location").to_owned();
    let complaint =
        sam.visitor.follow(confirmed.trim_start_matches("/follow/").trim_end_matches("/sent")).await;
    assert_eq!(answer(&complaint, "reference")["text"], reference);
    assert_eq!(answer(&complaint, "about")["choice"]["value"], "streets");
    // Staff see that they belong together; what is another department's they can't open.
    let martin = portal.staff("martin@saltmarsh.example").await;
    let [theirs] = ids(&martin).await.try_into().unwrap();
    let case = martin.get(&format!("/api/staff/requests/{theirs}")).await.is(200).json();
    assert_eq!(
        (&case["related"][0]["reference"], &case["related"][0]["earlier"], &case["related"][0]["id"]),
        (&json!(reference), &json!(true), &Value::Null)
    );
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!(
        (&case["related"][0]["reference"], &case["related"][0]["earlier"]),
        (&complaint["reference"], &json!(false))
    );
    // After the one reopening, or a month, it is asked for anew.
    portal.turn(TimeDelta::days(31));
    let request = sam.visitor.follow(&key).await;
    assert_eq!((&request["may_reopen"], &request["followed_by"]["again"]), (&Value::Null, &json!(true)));
    let next = sam.post_form(&format!("{here}/again"), "").await.is(303).header("location").to_owned();
    assert!(next.starts_with("/services/report-graffiti"), "{next}");
    let again = Browser::of(&portal).post_form("/follow/nothing/again", "").await;
    assert!(matches!(again.status.as_u16(), 404 | 503));
}

async fn staff_report_what_they_see_beside_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let sam = portal.visitor();
    let at = |position: &str| graffiti_but(&json!({ "place.position": position }));
    let priya = portal.staff(PRIYA).await;
    sam.submit(1, &at("52.967,0.29")).await.is(201);
    let [id] = ids(&priya).await.try_into().unwrap();
    // At the same place, around there, and elsewhere.
    for (key, position) in [(2, "52.96718,0.29"), (3, "52.968,0.29"), (4, "52.98,0.29")] {
        sam.submit(key, &at(position)).await.is(201);
    }
    let here = async || {
        let here = priya.get(&format!("/api/staff/requests/{id}/related")).await.is(200).json();
        let all = here["requests"].as_array().unwrap().clone();
        all.iter().map(|other| other["metres"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let near = async || priya.get(&format!("/api/staff/requests/{id}/near")).await.is(200).json();
    let around = near().await;
    let [other] = around["requests"].as_array().unwrap().as_slice() else { panic!("{around}") };
    assert_eq!((&other["metres"], &other["title"]), (&json!(111), &json!("Report graffiti")));
    assert_eq!(here().await, [20], "each is listed once");
    let services = around["services"].as_array().unwrap();
    assert!(services.iter().any(|service| service[0] == "fly-tipping"), "{services:?}");
    portal.mails().await;
    // One more, at the same place: sent twice it is one.
    let path = format!("/api/staff/requests/{id}/seen");
    let seen = json!({ "service": "fly-tipping", "text": "A mattress", "id": Uuid::from_u128(9) });
    let first = priya.post(&path, &seen).await.is(201).json();
    assert_eq!(priya.post(&path, &seen).await.is(201).json(), first);
    assert!(portal.mails().await.is_empty(), "no resident is told");
    let case =
        priya.get(&format!("/api/staff/requests/{}", first["id"].as_str().unwrap())).await.is(200).json();
    assert_eq!(answer(&case["request"], "place")["place"]["words"], "Underpass by the library, Mill Lane");
    assert!(case["request"]["answers"].to_string().contains("A mattress"));
    assert_eq!(case["related"][0]["earlier"], true);
    assert_eq!(case["request"]["timeline"][0]["staff"], "Priya Shah");
    assert_eq!((near().await["requests"].as_array().unwrap().len(), here().await), (1, vec![0, 20]));
    // What is not the department's, what says nothing, and who may not.
    let refused = |changes: Value| {
        let mut body = seen.clone();
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    priya.post(&path, &refused(json!({ "service": "missed-bin" }))).await.wrong(&[(
        "service",
        "not_an_option",
        0,
    )]);
    priya.post(&path, &refused(json!({ "text": " " }))).await.wrong(&[("text", "missing", 0)]);
    priya.post(&path, &refused(json!({ "text": "Two" }))).await.refused(409, "already_sent");
    let grace = portal.staff("grace@saltmarsh.example").await;
    grace.post(&path, &seen).await.refused(404, "not_found");
    grace.get(&format!("/api/staff/requests/{id}/near")).await.refused(404, "not_found");
}
