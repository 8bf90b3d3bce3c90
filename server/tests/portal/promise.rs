//! The promise: what time does, who owns a request, and what the resident hears of both.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::jobs::clock;
use server::operations::clock as council_clock;
use uuid::Uuid;

use crate::support::database::Kept;
use crate::support::{Portal, Reply, Setup, Visitor, closing, graffiti, graffiti_but};

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const HANNAH: &str = "hannah@saltmarsh.example";
const IVAN: &str = "ivan@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";

on_both_engines![
    a_promise_is_missed_and_climbs_to_the_director,
    what_is_promised_in_hours_ends_in_the_hour,
    two_servers_do_everything_once,
];

/// It is this moment now, and every server has looked at the clock.
async fn at(portal: &Portal, moment: &str) {
    portal.turn_to(moment);
    while clock::run_due(&portal.state).await.unwrap() > 0 {}
}

async fn sent(portal: &Portal) -> (String, String) {
    let reply = portal.visitor().submit(1, &graffiti()).await.is(201);
    (reply.text("key"), reply.text("reference"))
}

/// The request as it stands in somebody's queue.
pub async fn id_of(staff: &Visitor, reference: &str) -> String {
    let queue = staff.get("/api/staff/requests").await.is(200).json();
    let items = queue["requests"].as_array().unwrap();
    let item = items.iter().find(|item| item["reference"] == *reference).expect("it is in the queue");
    item["id"].as_str().unwrap().to_owned()
}

pub async fn act(staff: &Visitor, id: &str, verb: &str, body: &Value) -> Reply {
    staff.post(&format!("/api/staff/requests/{id}/{verb}"), body).await
}

fn said(number: u128, text: &str) -> Value {
    json!({ "text": text, "id": Uuid::from_u128(number) })
}

pub async fn subjects(portal: &Portal, to: &str) -> Vec<String> {
    let mails = portal.mails_to(to).await;
    mails.into_iter().map(|mail| mail.subject.split(':').next().unwrap().to_owned()).collect()
}

async fn what_is_promised_in_hours_ends_in_the_hour(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sam = portal.visitor();
    let shown = sam.get("/api/services/report-graffiti").await.is(200).json()["promises"][1].clone();
    let words = ("2pm today", "10am on Tuesday 8 December");
    assert_eq!((&shown["acknowledge_by"], &shown["complete_by"]), (&json!(words.0), &json!(words.1)));
    let sent = sam.submit(1, &graffiti_but(&json!({ "offensive": "yes" }))).await.is(201);
    let (key, reference) = (sent.text("key"), sent.text("reference"));
    assert_eq!(sent.text("complete_by"), "2026-12-08T10:00+00:00");
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.text.contains("We will finish by 10am on Tuesday 8 December."), "{}", mail.text);
    let page = sam.get(&format!("/follow/{key}")).await.is(200);
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(
        page.contains("10am on Tuesday 8 December") && page.contains("2pm on Monday 7 December"),
        "{page}"
    );

    // Four hours of work, and nobody has it; two before the end, who has it is told.
    at(&portal, "2026-12-07T13:59:59Z").await;
    assert!(portal.mails().await.is_empty());
    at(&portal, "2026-12-07T14:00:00Z").await;
    assert_eq!(subjects(&portal, TOM).await, ["This needs you"]);
    let priya = portal.staff(PRIYA).await;
    let id = id_of(&priya, &reference).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    portal.mails().await;
    at(&portal, "2026-12-07T16:00:00Z").await;
    let [mail] = portal.mails_to(PRIYA).await.try_into().unwrap();
    assert!(mail.text.contains("promised by 10am on Tuesday 8 December"), "{}", mail.text);

    // While Sam is asked, no hour goes by: 17 and a half were left.
    portal.turn_to("2026-12-07T16:30:00Z");
    let priya = portal.staff(PRIYA).await;
    act(&priya, &id, "ask", &said(1, "Which wall?")).await.is(200);
    at(&portal, "2026-12-08T12:30:00Z").await;
    assert_eq!(sam.follow(&key).await["late"], false);
    let answered =
        sam.post(&format!("/api/follow/{key}/messages"), &said(2, "The red one")).await.is(200).json();
    assert_eq!(answered["complete_by"], "2026-12-09T06:00+00:00");
    at(&portal, "2026-12-09T05:59:59Z").await;
    portal.mails().await;
    portal.turn_to("2026-12-09T06:00:00Z");
    assert_eq!(sam.follow(&key).await["late"], true, "before anybody has looked at the clock");
    at(&portal, "2026-12-09T06:00:00Z").await;
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    for words in
        ["by 6am on Wednesday 9 December. We have not", "We will now finish by Wednesday 16 December."]
    {
        assert!(mail.text.contains(words), "{}", mail.text);
    }
    let priya = portal.staff(PRIYA).await;
    let overdue = priya.get("/api/staff/requests?show=overdue").await.is(200).json();
    assert_eq!(overdue["requests"][0]["reference"], reference);

    // Opened again, it is promised in as many hours; in summer too, by the clock on the wall.
    let mut done = closing("done", "Gone.");
    done["on"] = json!("2026-12-09");
    act(&priya, &id, "close", &done).await.is(200);
    let again =
        sam.post(&format!("/api/follow/{key}/reopen"), &json!({ "reason": "No" })).await.is(200).json();
    assert_eq!(again["complete_by"], "2026-12-10T06:00+00:00");
    portal.turn_to("2027-07-01T13:00:00Z");
    let shown = sam.get("/api/services/report-graffiti").await.is(200).json()["promises"][1].clone();
    let words = ("10am on Friday 2 July", "2pm on Friday 2 July");
    assert_eq!((&shown["acknowledge_by"], &shown["complete_by"]), (&json!(words.0), &json!(words.1)));
}

async fn a_promise_is_missed_and_climbs_to_the_director(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (key, reference) = sent(&portal).await;
    let sam = portal.visitor();
    portal.mails().await;

    // Nobody takes it by Tuesday: on Wednesday morning who leads the team hears of it, and so does Sam.
    at(&portal, "2026-12-08T17:00:00Z").await;
    assert!(portal.mails().await.is_empty());
    at(&portal, "2026-12-09T09:00:00Z").await;
    assert_eq!(subjects(&portal, TOM).await, ["This needs you"]);
    assert_eq!(subjects(&portal, SAM).await, ["We have passed your request on"]);

    // Nobody does anything: to the deputy, and to the head of service.
    at(&portal, "2026-12-10T17:00:00Z").await;
    assert_eq!(subjects(&portal, PRIYA).await, ["This needs you"]);
    at(&portal, "2026-12-14T17:00:00Z").await;
    assert_eq!(subjects(&portal, HANNAH).await, ["This needs you"]);
    portal.mails().await;

    // The promised day goes by. Sam is told the next morning, once, with the reason and another day.
    at(&portal, "2026-12-15T09:00:00Z").await;
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    for words in [
        "We said that we would finish “Report graffiti” by Monday 14 December. We have not, and we are sorry.",
        "Why: nobody had begun to work on it. We will now finish by Tuesday 22 December.",
        "to Ivan Petrov, the director, because it is taking too long",
    ] {
        assert!(mail.text.contains(words), "{}", mail.text);
    }
    assert_eq!(subjects(&portal, IVAN).await, ["This needs you"]);
    let request = sam.follow(&key).await;
    assert_eq!((&request["complete_by"], &request["late"]), (&json!("2026-12-22"), &json!(false)));
    let what = |request: &Value| request["timeline"].as_array().unwrap().last().unwrap()["what"].clone();
    assert_eq!(
        what(&request),
        json!({ "escalated": { "to": "director", "whom": "Ivan Petrov", "cause": "missed" } })
    );

    portal.mails().await;
    // Nothing more is due, however often it is looked at; and the director can read and take it.
    at(&portal, "2026-12-15T16:00:00Z").await;
    assert!(portal.mails().await.is_empty());
    let ivan = portal.staff(IVAN).await;
    let id = id_of(&ivan, &reference).await;
    let case = act(&ivan, &id, "take", &json!({})).await.is(200).json();
    assert_eq!((&case["up"], &case["mine"]), (&Value::Null, &json!(true)), "somebody acts");
    act(&ivan, &id, "plan", &json!({ "on": "2026-12-18" })).await.is(200);
    act(&ivan, &id, "begin", &json!({})).await.is(200);
    assert_eq!(sam.follow(&key).await["status"], "in_progress");
    let mut done = closing("done", "Removed this morning.");
    done["on"] = json!("2026-12-15");
    act(&ivan, &id, "close", &done).await.is(200);
    let mails = portal.mails_to(SAM).await;
    let mail = mails.iter().find(|mail| mail.subject.starts_with("Done")).unwrap();
    for words in [
        "Removed this morning.",
        "Done by The north crew on Tuesday 15 December.",
        "What happens next: There is nothing more for you to do.",
        "If you do not agree: Tell us on the page of your request.",
        "Ivan Petrov\nManager, Street scene",
    ] {
        assert!(mail.text.contains(words), "{}", mail.text);
    }

    // It is not over: once it can be opened again, with the promise that it began with.
    let reopen = format!("/api/follow/{key}/reopen");
    assert_eq!(sam.follow(&key).await["may_reopen"], true);
    sam.post(&reopen, &json!({ "reason": " " })).await.wrong(&[("reason", "missing", 0)]);
    let again = sam.post(&reopen, &json!({ "reason": "Half of it is there" })).await.is(200).json();
    assert_eq!((&again["status"], &again["complete_by"]), (&json!("looked_at"), &json!("2026-12-22")));
    let twice = sam.post(&reopen, &json!({ "reason": "Half of it is there" })).await.is(200).json();
    assert_eq!(twice["seq"], again["seq"], "a lost reply is asked for again");
    assert_eq!(subjects(&portal, IVAN).await, ["The resident opened this again"]);
    act(&ivan, &id, "close", &done).await.is(200);
    assert_eq!(sam.follow(&key).await["may_reopen"], Value::Null);
    sam.post(&reopen, &json!({ "reason": "Again" })).await.refused(409, "reopened_before");

    // What is kept is the fold of its events.
    let id = Uuid::parse_str(&id).unwrap();
    let store = portal.state.db.council("demo");
    let events = store.events(id).await.unwrap();
    assert_eq!(domain::case::Case::fold(&events).unwrap(), store.for_clock(id).await.unwrap().case);
}

async fn two_servers_do_everything_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    for key in 1..=20 {
        portal.visitor().submit(key, &graffiti()).await.is(201);
    }
    portal.mails().await;
    portal.turn_to("2026-12-15T09:00:00Z");
    let (one, other) = (portal.state.clone(), portal.that_mails(portal.state.mail.clone()));
    let (one, other) = tokio::join!(clock::run_due(&one), clock::run_due(&other));
    assert!(one.unwrap() + other.unwrap() >= 20);
    while clock::run_due(&portal.state).await.unwrap() > 0 {}
    let told = subjects(&portal, SAM).await;
    assert_eq!(told.len(), 20, "one message for each, after a week in which no server ran: {told:?}");
    assert!(told.iter().all(|subject| subject == "We have missed our date, and this is the new one"));
    // Who leads the team heard of each that it was due soon, that it was missed, and that it went up.
    let told = subjects(&portal, TOM).await;
    let many = |subject: &str| told.iter().filter(|told| *told == subject).count();
    assert_eq!((many("Due soon"), many("A promise was missed"), many("This needs you")), (20, 20, 20));
}

#[tokio::test]
async fn the_promise_waits_for_the_residents_answer() {
    let portal = Portal::open().await;
    let (key, reference) = sent(&portal).await;
    let (sam, priya) = (portal.visitor(), portal.staff(PRIYA).await);
    let id = id_of(&priya, &reference).await;
    act(&priya, &id, "ask", &said(1, "Which wall?")).await.refused(409, "not_owner");
    act(&priya, &id, "take", &json!({})).await.is(200);
    portal.mails().await;
    act(&priya, &id, "ask", &said(1, "Which wall?")).await.is(200);
    act(&priya, &id, "ask", &said(1, "Which wall?")).await.is(200);
    act(&priya, &id, "ask", &said(2, "Which?")).await.refused(409, "asked");
    assert_eq!(subjects(&portal, SAM).await, ["We need an answer from you"]);
    let request = sam.follow(&key).await;
    assert_eq!((&request["status"], &request["asked"]), (&json!("waiting"), &json!("Which wall?")));

    // A week later Sam is reminded; nothing was missed. Sam answers a day after that.
    at(&portal, "2026-12-15T12:00:00Z").await;
    assert_eq!(subjects(&portal, SAM).await, ["A reminder"]);
    portal.turn_to("2026-12-16T10:00:00Z");
    let answered = sam
        .post(&format!("/api/follow/{key}/messages"), &said(3, "The one by the steps"))
        .await
        .is(200)
        .json();
    assert_eq!(answered["status"], "looked_at");
    assert_eq!(answered["complete_by"], "2026-12-23", "seven working days later");
    let [mail] = portal.mails_to(PRIYA).await.try_into().unwrap();
    assert!(mail.text.contains("The one by the steps") && mail.text.contains("Wednesday 23 December"));

    // Not answered at all, it ends, and can be opened again.
    let priya = portal.staff(PRIYA).await;
    act(&priya, &id, "ask", &said(4, "Which steps?")).await.is(200);
    portal.mails().await;
    let mut told = Vec::new();
    for day in ["2027-02-01T12:00:00Z", "2027-02-12T12:00:00Z", "2027-02-26T12:00:00Z"] {
        at(&portal, day).await;
        told.extend(subjects(&portal, SAM).await);
    }
    let wanted = ["A reminder", "A reminder", "Closed, because you did not answer"];
    assert_eq!(told.iter().filter(|told| wanted.contains(&told.as_str())).collect::<Vec<_>>(), wanted);
    let request = sam.follow(&key).await;
    assert_eq!(
        (&request["status"], &request["may_reopen"]),
        (&json!({ "closed": "no_answer" }), &json!(true))
    );
}

#[tokio::test]
async fn what_is_offered_to_another_department_is_taken_declined_or_comes_back() {
    let portal = Portal::open().await;
    let (key, reference) = sent(&portal).await;
    let (priya, grace) = (portal.staff(PRIYA).await, portal.staff(GRACE).await);
    let id = id_of(&priya, &reference).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    let offer = |to: &str| json!({ "department": to, "reason": "It is in a bin store" });
    for (wrong, path) in [(offer("street-scene"), "department"), (offer("moon"), "department")] {
        act(&priya, &id, "offer", &wrong).await.wrong(&[(path, "not_an_option", 0)]);
    }
    grace.get(&format!("/api/staff/requests/{id}")).await.refused(404, "not_found");
    portal.mails().await;
    act(&priya, &id, "offer", &offer("waste")).await.is(200);
    assert_eq!(subjects(&portal, GRACE).await, ["Will you take this request?"]);
    let seen = grace.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!((&seen["mine"], &seen["offer"]["mine"]), (&json!(false), &json!(true)));
    act(&grace, &id, "close", &closing("done", "Done")).await.refused(409, "not_owner");

    // Not answered within a working day, it comes back.
    at(&portal, "2026-12-08T17:00:00Z").await;
    assert_eq!(subjects(&portal, PRIYA).await, ["Nobody took this request"]);
    let grace = portal.staff(GRACE).await;
    grace.get(&format!("/api/staff/requests/{id}")).await.refused(404, "not_found");

    // Declined, it does, too.
    let priya = portal.staff(PRIYA).await;
    act(&priya, &id, "offer", &offer("waste")).await.is(200);
    portal.mails().await;
    let tom = portal.staff(TOM).await;
    act(&tom, &id, "offer/decline", &json!({ "reason": "No" })).await.refused(409, "not_allowed");
    act(&grace, &id, "offer/decline", &json!({ "reason": "It is a wall" })).await.is(200);
    let [mail] = portal.mails_to(PRIYA).await.try_into().unwrap();
    assert!(mail.text.contains("It is a wall"), "{}", mail.text);

    // Taken, it is theirs, and nobody else's.
    act(&priya, &id, "offer", &offer("waste")).await.is(200);
    act(&grace, &id, "take", &json!({})).await.is(200);
    priya.get(&format!("/api/staff/requests/{id}")).await.refused(404, "not_found");
    let request = portal.visitor().follow(&key).await;
    assert_eq!(
        (&request["department"], &request["owner"]),
        (&json!("Waste and recycling"), &json!("Grace Lin"))
    );
    assert!(!request.to_string().contains("bin store"), "offers are for staff");
}

#[tokio::test]
async fn a_complaint_is_declined_only_with_a_managers_word() {
    let portal = Portal::open().await;
    let (key, reference) = sent(&portal).await;
    let priya = portal.staff(PRIYA).await;
    let id = id_of(&priya, &reference).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    act(&priya, &id, "notes", &said(9, "Rang the owner")).await.is(200);
    assert!(!portal.visitor().follow(&key).await.to_string().contains("Rang the owner"));
    let seen = priya.get(&format!("/api/staff/requests/{id}")).await.json().to_string();
    assert!(seen.contains("Rang the owner"));
    // Graffiti needs nobody's word; a manager decides nothing that nobody proposed.
    let tom = portal.staff(TOM).await;
    act(&tom, &id, "proposal", &json!({ "agree": true })).await.refused(409, "not_allowed");
    act(&priya, &id, "proposal", &json!({ "agree": true })).await.refused(409, "not_allowed");
    act(&tom, &id, "decision", &json!({ "text": "Soon", "to": "2026-12-20" }))
        .await
        .refused(409, "not_allowed");
    // The same reference is no duplicate of itself, and one that is not there is none.
    let mut same = closing("duplicate", "Known");
    for (typed, code) in [(reference.as_str(), "not_an_option"), ("AAAA-AAAA", "not_allowed")] {
        same["same_as"] = json!(typed);
        act(&priya, &id, "close", &same).await.wrong(&[("same_as", code, 0)]);
    }
    // What the resident must be told is asked for, box by box.
    let bare = json!({ "outcome": "done", "text": "Done" });
    let wrong =
        [("on", "missing", 0), ("by", "missing", 0), ("next", "missing", 0), ("object", "missing", 0)];
    act(&priya, &id, "close", &bare).await.wrong(&wrong);
    for on in ["2026-12-06", "2026-12-08"] {
        let mut odd = closing("done", "Done");
        odd["on"] = json!(on);
        act(&priya, &id, "close", &odd).await.wrong(&[("on", "not_allowed", 0)]);
    }
}

#[tokio::test]
async fn one_in_ten_is_asked_again_weeks_later() {
    let portal = Portal::open().await;
    for key in 1..=40 {
        portal.visitor().submit(key, &graffiti()).await.is(201);
    }
    let priya = portal.staff(PRIYA).await;
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    for item in queue["requests"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        act(&priya, id, "take", &json!({})).await.is(200);
        act(&priya, id, "close", &closing("done", "Removed.")).await.is(200);
    }
    portal.mails().await;
    at(&portal, "2027-01-18T08:00:00Z").await;
    assert!(portal.mails().await.is_empty());
    at(&portal, "2027-01-18T09:00:00Z").await;
    let asked = portal.mails_to(SAM).await;
    assert!((1..12).contains(&asked.len()), "{} of 40", asked.len());
    assert!(asked.iter().all(|mail| mail.subject.starts_with("How is it now?")));
    // Who said how it went may say it again, once.
    let link = asked[0].text.lines().find(|line| line.contains("/follow/")).unwrap();
    let key = link.rsplit('/').next().unwrap();
    let (sam, path) = (portal.visitor(), format!("/api/follow/{key}/feedback"));
    let judged = json!({ "score": 2, "reason": "It is back" });
    let view = sam.post(&path, &judged).await.is(200).json();
    assert_eq!(view["feedback"]["score"], 2);
    sam.post(&path, &judged).await.refused(409, "already_given");
    at(&portal, "2027-03-18T09:00:00Z").await;
    assert!(portal.mails().await.is_empty(), "and is not asked a third time");
}

#[tokio::test]
async fn whoever_is_away_on_the_promised_day_is_stood_in_for() {
    let portal = Portal::open().await;
    let (key, reference) = sent(&portal).await;
    let priya = portal.staff(PRIYA).await;
    let id = id_of(&priya, &reference).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    let me = priya.get("/api/staff/leave").await.is(200).json()["people"].clone();
    assert_eq!(me.as_array().unwrap().len(), 1, "an officer's own");
    let days = |from: &str, until: &str| json!({ "from": from, "until": until });
    let add = async |who: &Visitor, whose: &Value, days: Value| {
        who.post("/api/staff/leave", &json!({ "who": whose, "days": days })).await
    };
    let (own, wrong) = (&me[0]["id"], days("2026-12-12", "2026-12-11"));
    add(&priya, own, wrong).await.wrong(&[("until", "ends_before_start", 0)]);
    add(&priya, own, days("2026-12-01", "2026-12-04")).await.wrong(&[("until", "not_allowed", 0)]);
    let tom = portal.staff(TOM).await;
    let all = tom.get("/api/staff/leave").await.is(200).json()["people"].clone();
    assert_eq!(all.as_array().unwrap().len(), 4, "a manager's department");
    let toms = all.as_array().unwrap().iter().find(|one| one["name"] == "Tom Okafor").unwrap()["id"].clone();
    add(&priya, &toms, days("2026-12-11", "2026-12-18")).await.wrong(&[("who", "not_an_option", 0)]);
    let kept = add(&tom, own, days("2026-12-11", "2026-12-18")).await.is(200).json();
    portal.mails().await;
    at(&portal, "2026-12-10T17:00:00Z").await;
    assert!(portal.mails().await.is_empty());
    at(&portal, "2026-12-11T09:00:00Z").await;
    // Her deputy is she herself, so it goes to the head of service.
    assert_eq!(subjects(&portal, HANNAH).await, ["This needs you"]);
    let request = portal.visitor().follow(&key).await;
    let last = request["timeline"].as_array().unwrap().last().unwrap()["what"].clone();
    assert_eq!(last["escalated"]["cause"], "away");

    // Taken back, it makes no difference to the next.
    let kept =
        kept["people"].as_array().unwrap().iter().find(|one| one["id"] == *own).unwrap()["leave"][0]["id"]
            .clone();
    let tom = portal.staff(TOM).await;
    let end = json!({ "who": own, "leave": kept });
    let view = tom.post("/api/staff/leave/end", &end).await.is(200).json();
    assert!(view["people"].as_array().unwrap().iter().all(|one| one["leave"] == json!([])));
    tom.post("/api/staff/leave/end", &end).await.refused(404, "not_found");
}

#[tokio::test]
async fn whoever_leads_a_department_owns_what_nobody_has_taken() {
    let portal = Portal::open().await;
    sent(&portal).await;
    let served = portal.state.councils.by_id("demo").unwrap();
    let store = portal.state.db.council("demo");
    for department in &served.council.departments {
        let people = council_clock::people(&store, &served, &department.id).await.unwrap();
        assert!(
            people.lead.is_some() && people.head.is_some() && people.director.is_some(),
            "{}",
            department.name
        );
    }
    portal.turn(TimeDelta::minutes(1));
    let tom = portal.staff(TOM).await;
    let queue = tom.get("/api/staff/requests").await.json();
    let id = queue["requests"][0]["id"].as_str().unwrap();
    assert_eq!(tom.get(&format!("/api/staff/requests/{id}")).await.json()["lead"], "Tom Okafor");
}
