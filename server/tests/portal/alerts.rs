//! Telling residents what happens: as they chose, several things as one, in another way where one does not get through, and
//! each once.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::routing::any;
use axum::{Json, Router};
use chrono::TimeDelta;
use domain::alert::Channel;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use server::adapters::mail::Mail;
use server::jobs::runner::run_due;
use server::jobs::{Job, alert};
use server::store::deliveries::NewDelivery;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Reply, Setup, Visitor, closing, graffiti, graffiti_but};

on_both_engines![
    a_choice_is_kept_and_what_is_wrong_refused,
    several_steps_are_one_mail_and_what_is_urgent_takes_them_along,
    who_chose_so_has_one_message_a_day,
    who_reads_welsh_is_told_in_it,
    large_print_is_printed_by_staff_whoever_else_sends_letters,
    after_an_outage_there_is_one_message_for_each_person,
    text_messages_wait_for_the_morning,
    what_bounces_goes_out_in_another_way_and_staff_see_it,
    letters_are_printed_and_posted_by_the_department,
    an_alert_goes_out_once,
    what_may_have_gone_out_is_sent_again_whole,
    what_is_new_is_there_until_it_was_read,
    notify_sends_and_tells_what_became_of_it,
    who_changes_their_address_is_told_there_what_waits
];

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const WAIT: &str = "[alerts]\nwait = 5";

async fn open(kept: &Kept, alerts: &str) -> Portal {
    Setup::default().in_database(&kept.url).with_alerts(alerts).open().await
}

/// The newest request of street scene.
async fn newest(priya: &Visitor) -> String {
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    let requests = queue["requests"].as_array().unwrap();
    requests.iter().map(|request| request["id"].as_str().unwrap()).max().unwrap().to_owned()
}

async fn take(priya: &Visitor, id: &str) -> Reply {
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200)
}

async fn move_to(priya: &Visitor, id: &str, day: &str) -> Reply {
    let body = json!({ "to": day, "reason": "It rains" });
    priya.post(&format!("/api/staff/requests/{id}/promise"), &body).await.is(200)
}

async fn write(priya: &Visitor, id: &str, text: &str) -> Reply {
    let body = json!({ "id": Uuid::now_v7(), "text": text });
    priya.post(&format!("/api/staff/requests/{id}/messages"), &body).await.is(200)
}

async fn close(priya: &Visitor, id: &str) -> Reply {
    let body = closing("done", "Removed this morning.");
    priya.post(&format!("/api/staff/requests/{id}/close"), &body).await.is(200)
}

/// The text messages that went into the folder: to whom, and what they say.
async fn texts(portal: &Portal) -> Vec<(String, String)> {
    while run_due(&portal.state).await.unwrap() > 0 {}
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (to, text) = text.split_once('\n').unwrap();
        (to.to_owned(), text.to_owned())
    };
    let files = std::fs::read_dir(portal.path("mailbox/demo")).into_iter().flatten().flatten();
    let paths = files.map(|file| file.path());
    let texts = paths.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let mut texts: Vec<_> = texts.map(|path| read(&path)).collect();
    texts.sort();
    texts
}

async fn deliveries(priya: &Visitor, id: &str) -> Vec<Value> {
    let all = priya.get(&format!("/api/staff/requests/{id}/deliveries")).await.is(200).json();
    all["deliveries"].as_array().unwrap().clone()
}

async fn a_choice_is_kept_and_what_is_wrong_refused(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    let mut sam = Browser::of(&portal);
    sam.visitor.get("/api/account/alerts").await.refused(401, "not_signed_in");
    sam.visitor.post("/api/account/alerts", &json!({ "answers": {} })).await.refused(401, "not_signed_in");
    sam.sign_in(&portal, SAM).await;
    let view = sam.visitor.get("/api/account/alerts").await.is(200).json();
    let usual = json!({
        "email": "each-step", "sms": "never", "letter": "never", "push": "each-step", "daily": "as-it-happens",
        "quiet": "21-08",
    });
    assert_eq!(view["answers"], usual);
    assert_eq!((&view["phone"], &view["texts"]), (&Value::Null, &json!(true)));
    // Who told how to be reached is told so.
    let profile = json!({ "answers": { "reach": "text,letter", "phone": "07700 900123" } });
    sam.post("/api/account/profile", &profile).await.is(200);
    let view = sam.visitor.get("/api/account/alerts").await.is(200).json();
    assert_eq!((&view["answers"]["sms"], &view["phone"]), (&json!("important"), &json!("+447700900123")));
    let chosen = json!({
        "email": "important", "sms": "each-step", "letter": "never", "push": "never", "daily": "17", "quiet": "none",
    });
    let view = sam.post("/api/account/alerts", &json!({ "answers": chosen })).await.is(200).json();
    assert_eq!(view["answers"], chosen);
    for wrong in [
        json!({ "answers": { "email": "sometimes" } }),
        json!({ "answers": { "pigeon": "each-step" } }),
        json!({ "answers": { "quiet": "25-99" } }),
        json!({ "answers": { "daily": "25" } }),
        json!({ "answers": { "sms": "x".repeat(1000) } }),
    ] {
        sam.post("/api/account/alerts", &wrong).await.refused(422, "invalid");
    }
    assert_eq!(sam.visitor.get("/api/account/alerts").await.json()["answers"], chosen);
    // By the form of the page.
    let there =
        sam.post_form("/account/alerts", "email=each-step&sms=never&letter=important&quiet=23-06").await;
    assert_eq!(there.is(303).header("location"), "/account/alerts?kept=yes");
    let now = sam.visitor.get("/api/account/alerts").await.json();
    assert_eq!((&now["answers"]["letter"], &now["answers"]["quiet"]), (&json!("important"), &json!("23-06")));
    let there = sam.post_form("/account/alerts", "email=nonsense").await.is(303);
    assert_eq!(there.header("location"), "/account/alerts");
    assert_eq!(sam.visitor.get("/api/account/alerts").await.json(), now, "what is wrong is not kept");
    let page = String::from_utf8_lossy(&sam.visitor.get("/account/alerts").await.body).into_owned();
    assert!(page == NOT_BUILT || page.contains("When should we email you?"), "{page}");
    let nobody = Browser::of(&portal).post_form("/account/alerts", "").await.is(303);
    assert_eq!(nobody.header("location"), "/account?to=/account/alerts");
    // Nobody else's.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    assert_eq!(ann.visitor.get("/api/account/alerts").await.json()["answers"], usual);
}

async fn several_steps_are_one_mail_and_what_is_urgent_takes_them_along(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    portal.visitor().submit(1, &graffiti()).await.is(201);
    assert_eq!(portal.mails_to(SAM).await.len(), 1, "a receipt does not wait");
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    take(&priya, &id).await;
    portal.turn(TimeDelta::minutes(1));
    move_to(&priya, &id, "2026-12-21").await;
    portal.turn(TimeDelta::minutes(3));
    move_to(&priya, &id, "2026-12-22").await;
    assert!(portal.mails_to(SAM).await.is_empty(), "they wait");
    portal.turn(TimeDelta::minutes(1));
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    let place = |words: &str| mail.text.find(words).unwrap_or_else(|| panic!("no {words}: {}", mail.text));
    assert!(place("now looks after") < place("Monday 21 December"), "in their order");
    assert!(place("Monday 21 December") < place("Tuesday 22 December"));
    assert!(mail.subject.starts_with("A new date for your request"), "{}", mail.subject);
    assert_eq!(mail.text.matches("/follow/").count(), 1, "{}", mail.text);
    assert_eq!(mail.html.matches("<a href").count(), 1);
    // What is urgent goes at once, with what waits.
    portal.turn(TimeDelta::minutes(10));
    move_to(&priya, &id, "2026-12-23").await;
    assert!(portal.mails_to(SAM).await.is_empty());
    portal.turn(TimeDelta::minutes(1));
    let strange = "Which <b>wall</b>?\n\n<a href=\"https://evil.example\">https://evil.example</a> \u{202e}gnp.exe & ((text))";
    write(&priya, &id, strange).await;
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.subject.starts_with("A message about your request"), "{}", mail.subject);
    assert!(
        mail.text.contains("Wednesday 23 December") && mail.text.contains("<b>wall</b>"),
        "{}",
        mail.text
    );
    assert!(!mail.html.contains("<b>") && !mail.html.contains("<a href=\"https://evil"), "{}", mail.html);
    assert!(mail.html.contains("&lt;b&gt;wall&lt;/b&gt;"));
    portal.turn(TimeDelta::minutes(1));
    close(&priya, &id).await;
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.subject.starts_with("Done"));
    portal.turn(TimeDelta::days(1));
    assert!(portal.mails_to(SAM).await.is_empty());
    let priya = portal.staff(PRIYA).await;
    // Staff see all of it, the newest first; and that it was sent, no more: nobody said that it arrived.
    let all = deliveries(&priya, &id).await;
    let fates: Vec<&str> = all.iter().map(|one| one["fate"].as_str().unwrap()).collect();
    assert_eq!(fates, ["sent"; 7]);
    assert!(all[0]["words"].as_str().unwrap().starts_with("Done"), "{all:?}");
    portal
        .staff(GRACE)
        .await
        .get(&format!("/api/staff/requests/{id}/deliveries"))
        .await
        .refused(404, "not_found");
    let keys = "SELECT COUNT(*) AS n FROM delivery WHERE alert <> ''";
    assert_eq!(kept.number(keys).await, 0, "what was sent is kept nowhere, nor the key in it");
}

async fn who_chose_so_has_one_message_a_day(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let there =
        sam.post_form("/account/alerts", "email=each-step&sms=never&letter=never&daily=17&quiet=21-08").await;
    assert_eq!(there.is(303).header("location"), "/account/alerts?kept=yes");
    let priya = portal.staff(PRIYA).await;
    let mut ids = Vec::new();
    for key in 1..=3 {
        sam.visitor.submit(key, &graffiti()).await.is(201);
        portal.turn(TimeDelta::seconds(1));
        ids.push(newest(&priya).await);
    }
    assert_eq!(portal.mails_to(SAM).await.len(), 3, "a receipt does not wait");
    for id in &ids {
        take(&priya, id).await;
        portal.turn(TimeDelta::minutes(1));
        assert!(portal.mails_to(SAM).await.is_empty(), "they wait");
    }
    // What is urgent goes at once, with what waits about the same request; the others wait on.
    write(&priya, &ids[0], "Which wall?").await;
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.subject.starts_with("A message about your request"), "{}", mail.subject);
    assert!(
        mail.text.contains("now looks after") && mail.text.matches("/follow/").count() == 1,
        "{}",
        mail.text
    );
    portal.turn_to("2026-12-07T16:59:00Z");
    let priya = portal.staff(PRIYA).await;
    move_to(&priya, &ids[1], "2026-12-21").await;
    assert!(portal.mails_to(SAM).await.is_empty());
    portal.turn_to("2026-12-07T17:00:00Z");
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert_eq!(mail.subject, "News about 2 requests");
    assert!(
        mail.text.matches("now looks after").count() == 2 && mail.text.contains("21 December"),
        "{}",
        mail.text
    );
    // What comes after that is told the next day.
    portal.turn(TimeDelta::minutes(1));
    move_to(&priya, &ids[1], "2026-12-22").await;
    move_to(&priya, &ids[2], "2026-12-23").await;
    portal.turn(TimeDelta::hours(8));
    assert!(portal.mails_to(SAM).await.is_empty());
    portal.turn_to("2026-12-08T17:00:00Z");
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert_eq!(mail.subject, "News about 2 requests");
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM delivery WHERE fate = 'queued'").await, 0);
}

async fn who_reads_welsh_is_told_in_it(kept: Kept) {
    const WELSH: &str = "[message.message]\nsubject = \"Neges am eich cais: {{ title }}\"\n\
        text = \"\"\"\nYsgrifennodd {{ by }} atoch:\n\n{{ text }}\n\"\"\"";
    let portal = open(&kept, WAIT).await;
    std::fs::write(portal.path("councils/demo/alerts.cy.toml"), WELSH).unwrap();
    std::fs::write(portal.path("councils/demo/alerts.toml"), "[line]\npl = \"Po polsku: {{ phone }}\"")
        .unwrap();
    assert!(portal.state.councils.refresh().unwrap());
    let priya = portal.staff(PRIYA).await;
    let mut told = Vec::new();
    for (key, language) in [(1, "cy"), (2, "pl"), (3, "ur")] {
        let email = format!("{language}@example.org");
        let mut resident = Browser::of(&portal);
        resident.sign_in(&portal, &email).await;
        resident.post("/api/account/profile", &json!({ "answers": { "language": language } })).await.is(200);
        resident.visitor.submit(key, &graffiti()).await.is(201);
        portal.turn(TimeDelta::seconds(1));
        let id = newest(&priya).await;
        take(&priya, &id).await;
        portal.turn(TimeDelta::minutes(6));
        portal.mails().await;
        write(&priya, &id, "Which wall?").await;
        let mut mails = portal.mails_to(&email).await;
        mails.extend(portal.mails_to(SAM).await);
        told.extend(mails);
    }
    let [welsh, polish, urdu] = told.try_into().unwrap();
    assert_eq!(welsh.subject, "Neges am eich cais: Report graffiti");
    assert!(
        welsh.text.contains("Which wall?") && welsh.html.contains("<html lang=\"cy\">"),
        "{}",
        welsh.html
    );
    assert!(
        polish.text.starts_with("Po polsku: 01632") && polish.text.contains("wrote to you"),
        "{}",
        polish.text
    );
    assert!(urdu.text.starts_with("Hello") && urdu.html.contains("<html lang=\"en\">"), "{}", urdu.text);
    // A mistake is told with its line, and what was read before holds on.
    std::fs::write(
        portal.path("councils/demo/alerts.cy.toml"),
        "[message.message]\nsubject = \"{{ titel }}\"",
    )
    .unwrap();
    let faults = portal.state.councils.refresh().unwrap_err();
    assert_eq!((faults[0].file.as_str(), faults[0].line), ("demo/alerts.cy.toml", 2));
    assert!(faults[0].message.contains("“titel” is not known here"), "{faults:?}");
}

async fn large_print_is_printed_by_staff_whoever_else_sends_letters(kept: Kept) {
    const TEMPLATE: &str = "5b1b1c1e-1111-4222-8333-444455556666";
    let notify = format!("{WAIT}\n[alerts.notify]\ntexts = \"{TEMPLATE}\"\nletters = \"{TEMPLATE}\"");
    let portal = open(&kept, &notify).await;
    let priya = portal.staff(PRIYA).await;
    for (key, access, printed) in [(1, "", 0), (2, "audio,large-print", 1)] {
        let mut resident = Browser::of(&portal);
        resident.sign_in(&portal, &format!("r{key}@example.org")).await;
        let details = json!({ "answers": {
            "name": "Sam", "address.line1": "4 Mill Lane", "address.postcode": "NE1 8QH", "access": access,
        } });
        resident.post("/api/account/profile", &details).await.is(200);
        let chosen = json!({ "email": "important", "sms": "never", "letter": "important", "quiet": "none" });
        resident.post("/api/account/alerts", &json!({ "answers": chosen })).await.is(200);
        resident.visitor.submit(key, &graffiti()).await.is(201);
        portal.turn(TimeDelta::seconds(1));
        let id = newest(&priya).await;
        take(&priya, &id).await;
        write(&priya, &id, "Which wall is it?").await;
        let mails = portal.mails_to(SAM).await;
        assert_eq!(mails.last().unwrap().html.contains("font-size:150%"), printed == 1, "{mails:?}");
        let letters = priya.get("/api/staff/letters").await.is(200).json();
        assert_eq!(letters["letters"].as_array().unwrap().len(), printed, "{letters}");
    }
}

async fn after_an_outage_there_is_one_message_for_each_person(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    let priya = portal.staff(PRIYA).await;
    let mut ids = Vec::new();
    for (key, email) in [(1, SAM), (2, SAM), (3, "ann@example.org")] {
        portal.visitor().submit(key, &graffiti_but(&json!({ "you.email": email }))).await.is(201);
        portal.turn(TimeDelta::seconds(1));
        ids.push(newest(&priya).await);
    }
    portal.mails().await;
    // Where the mailbox should be is something else.
    std::fs::remove_dir_all(portal.path("mailbox")).unwrap();
    std::fs::write(portal.path("mailbox"), "").unwrap();
    for id in &ids {
        take(&priya, id).await;
        move_to(&priya, id, "2026-12-21").await;
        portal.turn(TimeDelta::minutes(20));
        while run_due(&portal.state).await.unwrap() > 0 {}
        close(&priya, id).await;
    }
    for _ in 0..20 {
        portal.turn(TimeDelta::minutes(30));
        while run_due(&portal.state).await.unwrap() > 0 {}
    }
    std::fs::remove_file(portal.path("mailbox")).unwrap();
    portal.turn(TimeDelta::hours(7));
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert_eq!(mail.subject, "News about 2 requests");
    assert_eq!(mail.text.matches("is closed").count(), 2, "{}", mail.text);
    // Of each the link to it, and the two that say whether Sam is satisfied.
    assert_eq!(mail.html.matches("<a href").count(), 6, "{}", mail.html);
    assert_eq!(mail.text.matches("Hello").count(), 1);
    let [mail] = portal.mails_to("ann@example.org").await.try_into().unwrap();
    assert!(mail.subject.starts_with("Done") && mail.text.contains("21 December"), "{}", mail.text);
    portal.turn(TimeDelta::days(2));
    assert!(portal.mails().await.iter().all(|mail| mail.to.ends_with("saltmarsh.example")));
}

async fn text_messages_wait_for_the_morning(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.post("/api/account/profile", &json!({ "answers": { "phone": "07700 900123" } })).await.is(200);
    let chosen = json!({ "email": "never", "sms": "each-step", "letter": "never", "quiet": "21-08" });
    sam.post("/api/account/alerts", &json!({ "answers": chosen })).await.is(200);
    sam.visitor.submit(1, &graffiti()).await.is(201);
    assert!(portal.mails_to(SAM).await.is_empty());
    let [(to, text)] = texts(&portal).await.try_into().unwrap();
    assert_eq!(to, "+447700900123");
    assert!(text.starts_with("Saltmarsh Borough Council: We have your request: Report graffiti ("), "{text}");
    assert!(text.contains("/follow/"), "{text}");
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    portal.turn_to("2026-12-07T21:30:00Z");
    let priya = {
        let _ = priya;
        portal.staff(PRIYA).await
    };
    take(&priya, &id).await;
    write(&priya, &id, "Which wall?").await;
    for hour in ["2026-12-07T22:00:00Z", "2026-12-08T03:00:00Z", "2026-12-08T07:59:00Z"] {
        portal.turn_to(hour);
        assert_eq!(texts(&portal).await.len(), 1, "{hour}");
    }
    portal.turn_to("2026-12-08T08:00:00Z");
    let all = texts(&portal).await;
    assert_eq!(all.len(), 2, "two at once are one: {all:?}");
    assert!(
        all.iter().any(|(_, text)| text.contains("A message about") && text.contains("and 1 more")),
        "{all:?}"
    );
    assert!(portal.mails_to(SAM).await.is_empty());
    // What is typed into no form and no profile is sent nowhere.
    portal.visitor().submit(2, &graffiti_but(&json!({ "you.email": null, "you.name": "Ann" }))).await.is(422);
}

async fn what_bounces_goes_out_in_another_way_and_staff_see_it(kept: Kept) {
    const GONE: &str = "perm-fail@simulator.notify";
    let portal = open(&kept, WAIT).await;
    let priya = portal.staff(PRIYA).await;
    // In an account with a number: a text message goes out instead.
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.post("/api/account/profile", &json!({ "answers": { "phone": "07700 900123" } })).await.is(200);
    sam.visitor.submit(2, &graffiti_but(&json!({ "you.email": GONE }))).await.is(201);
    let id = newest(&priya).await;
    let by = async || {
        let all = deliveries(&priya, &id).await;
        let told = |one: &Value| format!("{} {} {}", one["by"], one["fate"], one["instead"]).replace('"', "");
        let mut told: Vec<String> = all.iter().map(told).collect();
        told.sort();
        told
    };
    assert_eq!(texts(&portal).await.len(), 1);
    assert_eq!(by().await, ["email failed null", "sms sent email"]);
    // Known to bounce by now, it is not tried again: what is important goes by the other way at once, and a step by none.
    take(&priya, &id).await;
    write(&priya, &id, "Which wall?").await;
    assert_eq!(texts(&portal).await.len(), 2);
    assert_eq!(by().await, ["email failed null", "sms sent email", "sms sent null"]);
    // Where nothing else is known, it is tried each time, and staff see that nobody was told.
    portal.turn(TimeDelta::minutes(1));
    portal.visitor().submit(1, &graffiti_but(&json!({ "you.email": GONE }))).await.is(201);
    let alone = newest(&priya).await;
    portal.mails().await;
    let [receipt] = deliveries(&priya, &alone).await.try_into().unwrap();
    let told = (&receipt["fate"], &receipt["stuck"], &receipt["by"]);
    assert_eq!(told, (&json!("failed"), &json!(true), &json!("email")));
    assert!(receipt["why"].as_str().unwrap().contains("no such mailbox"), "{receipt}");
}

async fn letters_are_printed_and_posted_by_the_department(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let details = json!({ "answers": {
        "name": "Sam O’Brien", "address.line1": "4 Mill Lane", "address.postcode": "NE1 8QH", "access": "large-print",
    } });
    sam.post("/api/account/profile", &details).await.is(200);
    let chosen = json!({ "email": "important", "sms": "never", "letter": "important", "quiet": "none" });
    sam.post("/api/account/alerts", &json!({ "answers": chosen })).await.is(200);
    sam.visitor.submit(1, &graffiti()).await.is(201);
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    take(&priya, &id).await;
    write(&priya, &id, "Which wall is it?").await;
    while run_due(&portal.state).await.unwrap() > 0 {}
    assert_eq!(portal.mails_to(SAM).await.len(), 1, "the mail goes all the same");
    let letters = async |who: &Visitor| who.get("/api/staff/letters").await.is(200).json()["letters"].clone();
    let waiting = letters(&priya).await;
    let [letter] = waiting.as_array().unwrap().as_slice() else { panic!("{waiting}") };
    assert_eq!(letter["to"], "Sam O’Brien\n4 Mill Lane\nNE1 8QH");
    assert_eq!((&letter["large"], &letter["request"]), (&json!(true), &json!(id)));
    let address = format!("/api/staff/letters/{}", letter["id"].as_str().unwrap());
    let pdf = priya.get(&address).await.is(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert_eq!(pdf.header("cache-control"), "no-store");
    assert!(pdf.body.starts_with(b"%PDF-"));
    // Another department's is not there; nor is it for an auditor or for nobody.
    let grace = portal.staff(GRACE).await;
    assert_eq!(letters(&grace).await, json!([]));
    grace.get(&address).await.refused(404, "not_found");
    grace.post(&format!("{address}/posted"), &json!(null)).await.refused(404, "not_found");
    portal.visitor().get(&address).await.refused(401, "not_signed_in");
    // What comes while it is being printed goes into the next one.
    portal.turn(TimeDelta::minutes(1));
    close(&priya, &id).await;
    while run_due(&portal.state).await.unwrap() > 0 {}
    assert_eq!(letters(&priya).await.as_array().unwrap().len(), 1);
    let left = priya.post(&format!("{address}/posted"), &json!(null)).await.is(200).json();
    let [next] = left["letters"].as_array().unwrap().as_slice() else { panic!("{left}") };
    assert!(next["words"].as_str().unwrap().starts_with("Done"), "{next}");
    priya.post(&format!("{address}/posted"), &json!(null)).await.refused(404, "not_found");
    let next = format!("/api/staff/letters/{}/posted", next["id"].as_str().unwrap());
    assert_eq!(priya.post(&next, &json!(null)).await.is(200).json()["letters"], json!([]));
    let all = deliveries(&priya, &id).await;
    let of = |by: &str| {
        all.iter().filter(|one| one["by"] == by).map(|one| one["fate"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("letter"), ["sent", "sent"]);
    assert_eq!(of("email"), ["sent", "sent"]);
}

async fn an_alert_goes_out_once(kept: Kept) {
    let portal = open(&kept, "[alerts]\nwait = 0").await;
    portal.visitor().submit(1, &graffiti()).await.is(201);
    let store = portal.state.db.council("demo");
    let priya = portal.staff(PRIYA).await;
    newest(&priya).await;
    portal.mails().await;
    // The same alert again, as after a kill between routing it and forgetting the job.
    let reference = priya.get("/api/staff/requests").await.json()["requests"][0]["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let told = alert::Alert {
        name: String::new(),
        email: SAM.into(),
        reference,
        title: "Report graffiti".into(),
        link: "https://portico.example/follow/x".into(),
        told: alert::Told::Withdrawn,
        reader: alert::Reader::default(),
        instead_of: String::new(),
    };
    let id = portal.state.new_id();
    for _ in 0..3 {
        store.add_job(portal.state.now(), id, &Job::Alert(Box::new(told.clone()))).await.unwrap();
        while run_due(&portal.state).await.unwrap() > 0 {}
    }
    assert_eq!(portal.mails_to(SAM).await.len(), 1);
    // Killed before it was sent: after a while somebody else does it.
    let again = portal.state.new_id();
    let job = [(again, Job::Alert(Box::new(told.clone())))];
    store.add_job(portal.state.now(), again, &job[0].1).await.unwrap();
    for claimed in portal.state.db.claim_jobs(portal.state.now(), 10).await.unwrap() {
        assert!(claimed.job.is_ok());
    }
    portal.turn(TimeDelta::minutes(4));
    assert!(portal.mails_to(SAM).await.is_empty(), "it is somebody's");
    portal.turn(TimeDelta::minutes(2));
    while run_due(&portal.state).await.unwrap() > 0 {}
    assert_eq!(portal.mails_to(SAM).await.len(), 1);
    // Killed after it was sent, before that was noted: it is sent again as the same, and lies there once.
    let third = portal.state.new_id();
    store.add_job(portal.state.now(), third, &Job::Alert(Box::new(told.clone()))).await.unwrap();
    for claimed in portal.state.db.claim_jobs(portal.state.now(), 10).await.unwrap() {
        let Ok(Job::Alert(alert)) = claimed.job.clone() else { panic!("{claimed:?}") };
        let new = NewDelivery {
            id: portal.state.new_id(),
            alert_id: claimed.id,
            alert: *alert,
            headline: "Withdrawn".to_owned(),
            daily: false,
            by: Channel::Email,
            instead_of: None,
            request: None,
            address: SAM.to_owned(),
            is_printed: false,
            created: portal.state.now(),
            due: portal.state.now(),
        };
        let new = [("demo".to_owned(), new)];
        portal.state.db.finish_jobs(&[], &new, portal.state.now()).await.unwrap();
    }
    let [batch] = portal.state.db.claim_deliveries(portal.state.now(), 10).await.unwrap().try_into().unwrap();
    let mail = Mail {
        id: batch.id,
        council: "demo".to_owned(),
        from: ("Saltmarsh".to_owned(), "hello@saltmarsh.example".to_owned()),
        bounces: None,
        to: (String::new(), SAM.to_owned()),
        subject: "Withdrawn".to_owned(),
        text: String::new(),
        html: String::new(),
    };
    portal.state.mail.send(mail).await.unwrap();
    let files = || std::fs::read_dir(portal.path("mailbox/demo")).unwrap().count();
    assert_eq!(files(), 1);
    while run_due(&portal.state).await.unwrap() > 0 {}
    portal.turn(TimeDelta::minutes(6));
    assert_eq!(run_due(&portal.state).await.unwrap(), 1, "nobody knows whether it was sent");
    assert_eq!(files(), 1);
    let done = "SELECT COUNT(*) AS n FROM delivery WHERE fate = 'sent'";
    assert_eq!(kept.number(done).await, 4);
    // Several runners at once.
    portal.mails().await;
    for key in 2..=9 {
        portal
            .visitor()
            .submit(key, &graffiti_but(&json!({ "you.email": format!("sam{key}@example.org") })))
            .await
            .is(201);
    }
    futures::future::join_all((0..4).map(|_| run_due(&portal.state))).await;
    assert_eq!(portal.mails().await.len(), 8);
    let done = store.channels_of(id).await.unwrap();
    assert_eq!(done, [Channel::Email]);
}

async fn what_may_have_gone_out_is_sent_again_whole(kept: Kept) {
    const MANY: usize = 40;
    let portal = open(&kept, WAIT).await;
    let now = portal.state.now();
    let told = |number: usize| alert::Alert {
        name: String::new(),
        email: SAM.into(),
        reference: format!("no-{number}."),
        title: "Report graffiti".into(),
        link: String::new(),
        told: alert::Told::Begun,
        reader: alert::Reader::default(),
        instead_of: String::new(),
    };
    let new = (0..MANY).map(|number| NewDelivery {
        id: portal.state.new_id(),
        alert_id: portal.state.new_id(),
        alert: told(number),
        headline: "Work has begun".to_owned(),
        by: Channel::Email,
        daily: false,
        instead_of: None,
        request: None,
        address: SAM.to_owned(),
        is_printed: false,
        created: now - TimeDelta::minutes(5),
        due: now,
    });
    let new: Vec<(String, NewDelivery)> = new.map(|new| ("demo".to_owned(), new)).collect();
    portal.state.db.finish_jobs(&[], &new, now).await.unwrap();
    let claim = async || {
        let claimed = portal.state.db.claim_deliveries(portal.state.now(), 32).await.unwrap();
        let [batch] = claimed.try_into().unwrap_or_else(|all| panic!("more than one message: {all:?}"));
        (batch.id, batch.all.len())
    };
    let first = claim().await;
    assert_eq!(first.1, MANY, "what waits goes with what is due");
    // Killed, whether it was sent or not, and again.
    for _ in 0..2 {
        portal.turn(TimeDelta::minutes(6));
        assert_eq!(claim().await, first, "the same message, with all that was in it");
    }
    // Of what is left, some was taken away meanwhile: it is still the same message.
    kept.tamper("DELETE FROM delivery WHERE alert NOT LIKE '%no-7.%'").await;
    for _ in 0..2 {
        portal.turn(TimeDelta::minutes(6));
        assert_eq!(claim().await, (first.0, 1));
    }
    portal.turn(TimeDelta::minutes(6));
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.id.contains(&first.0.to_string()) && mail.text.contains("no-7."), "{mail:?}");
}

async fn what_is_new_is_there_until_it_was_read(kept: Kept) {
    let portal = open(&kept, WAIT).await;
    let (mut sam, mut ann) = (Browser::of(&portal), Browser::of(&portal));
    for path in ["", "/unread", "/events"] {
        sam.visitor.get(&format!("/api/account/notices{path}")).await.refused(401, "not_signed_in");
    }
    sam.sign_in(&portal, SAM).await;
    ann.sign_in(&portal, "ann@example.org").await;
    sam.visitor.submit(1, &graffiti()).await.is(201);
    let unread = async |who: &Browser| {
        who.visitor.get("/api/account/notices/unread").await.is(200).json()["unread"].clone()
    };
    assert_eq!(unread(&sam).await, 0, "what they did themselves they know");
    let mut stream = sam.visitor.listen("/api/account/notices/events").await;
    assert_eq!(stream.next().await.unwrap(), json!({ "seq": 0 }));
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    take(&priya, &id).await;
    assert_eq!(stream.next().await.unwrap(), json!({ "seq": 1 }), "told while the page is open");
    portal.turn(TimeDelta::minutes(1));
    write(&priya, &id, "Which wall?").await;
    assert_eq!(stream.next().await.unwrap(), json!({ "seq": 2 }));
    drop(stream);
    // Back after a break: told at once of what is new, and of what is known nothing.
    let latest = "SELECT COUNT(*) AS n FROM notice WHERE read_at IS NULL";
    assert_eq!(kept.number(latest).await, 2);
    let since = async |last: &str| {
        let request = sam.visitor.request(Method::GET, "/api/account/notices/events");
        let request = request.header("last-event-id", last).body(axum::body::Body::empty()).unwrap();
        let mut body = portal.app.clone().oneshot(request).await.unwrap().into_body();
        let frame = tokio::time::timeout(std::time::Duration::from_millis(700), body.frame()).await;
        frame
            .ok()
            .map(|frame| String::from_utf8(frame.unwrap().unwrap().into_data().unwrap().to_vec()).unwrap())
    };
    let told = since("1-5").await.expect("news");
    let known = told.lines().find_map(|line| line.strip_prefix("id: ")).expect("an identifier").to_owned();
    assert!(known.starts_with("2-"), "{told}");
    assert_eq!(since(&known).await, None);

    let view = sam.visitor.get("/api/account/notices").await.is(200).json();
    let words: Vec<&str> =
        view["notices"].as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap()).collect();
    assert!(
        words[0].starts_with("A message about") && words[2].starts_with("We have your request"),
        "{words:?}"
    );
    assert_eq!(
        (&view["notices"][0]["matter"], &view["notices"][0]["read"]),
        (&json!("must_act"), &json!(false))
    );
    assert_eq!(unread(&ann).await, 0);
    assert_eq!(ann.visitor.get("/api/account/notices").await.json()["notices"], json!([]));
    // Whoever opens the page of the request has read about it.
    let key = view["notices"][0]["key"].as_str().unwrap().to_owned();
    ann.visitor.get(&format!("/api/follow/{key}")).await.is(200);
    assert_eq!(unread(&sam).await, 2, "somebody else does not read it for them");
    sam.visitor.get(&format!("/api/follow/{key}")).await.is(200);
    assert_eq!(unread(&sam).await, 0);
    close(&priya, &id).await;
    assert_eq!(unread(&sam).await, 1);
    ann.post("/api/account/notices/read", &json!(null)).await.is(200);
    assert_eq!(unread(&sam).await, 1);
    let page = String::from_utf8_lossy(&sam.visitor.get("/account/details").await.body).into_owned();
    assert!(page == NOT_BUILT || page.contains("(1 new)") || page.contains("(1"), "{page}");
    // Above every other page of theirs, and above nobody else's.
    let above = async |visitor: &Visitor, path: &str| {
        let page = String::from_utf8_lossy(&visitor.get(path).await.body).into_owned();
        let nav = page
            .split("<nav class=\"portico-news\"")
            .nth(1)
            .map(|rest| rest.split("</nav>").next().unwrap().to_owned());
        (page == NOT_BUILT, nav)
    };
    for path in ["/", "/follow", "/services/report-graffiti", "/help"] {
        let (is_not_built, news) = above(&sam.visitor, path).await;
        assert!(
            is_not_built || news.is_some_and(|news| news.contains("data-unread=\"1\"> (1 new)<")),
            "{path}"
        );
        let (is_not_built, news) = above(&ann.visitor, path).await;
        assert!(is_not_built || news.is_some_and(|news| news.contains("data-unread=\"0\"><")), "{path}");
        assert_eq!(above(&portal.visitor(), path).await.1, None, "{path}");
    }
    assert_eq!(above(&sam.visitor, "/account/details").await.1, None, "there it is in the menu");
    let view = sam.post("/api/account/notices/read", &json!(null)).await.is(200).json();
    assert_eq!(view["unread"], 0);
    assert!(view["notices"].as_array().unwrap().iter().all(|one| one["read"] == true));
    // Without the app.
    let there = sam.post_form("/account/notices", "").await.is(303);
    assert_eq!(there.header("location"), "/account/notices");
    let nobody = Browser::of(&portal).post_form("/account/notices", "").await.is(303);
    assert_eq!(nobody.header("location"), "/account?to=/account/notices");
}

/// What stands in for GOV.UK Notify: it keeps what it is sent, and answers as the real one does.
#[derive(Clone, Default)]
struct Provider {
    sent: Arc<Mutex<Vec<(String, Value)>>>,
    fails: Arc<Mutex<Option<u16>>>,
}

impl Provider {
    async fn open(&self) -> String {
        let app = Router::new().fallback(any(Self::answer)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}")
    }

    async fn answer(State(provider): State<Self>, request: Request) -> (axum::http::StatusCode, Json<Value>) {
        use axum::http::StatusCode;
        let token = request.headers()[header::AUTHORIZATION].to_str().unwrap().to_owned();
        assert_eq!(token.strip_prefix("Bearer ").unwrap().split('.').count(), 3);
        let path = request.uri().path().to_owned();
        let asked = request.uri().query().unwrap_or_default().to_owned();
        let is_get = request.method() == Method::GET;
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if is_get {
            let wanted = asked.strip_prefix("reference=").unwrap();
            let sent = provider.sent.lock().unwrap();
            let found: Vec<&Value> =
                sent.iter().map(|(_, body)| body).filter(|body| body["reference"] == wanted).collect();
            return (StatusCode::OK, Json(json!({ "notifications": found })));
        }
        let body: Value = serde_json::from_slice(&body).unwrap();
        if let Some(status) = *provider.fails.lock().unwrap() {
            let error = json!({ "status_code": status, "errors": [{ "error": "ValidationError", "message": "phone_number Not a valid number" }] });
            return (StatusCode::from_u16(status).unwrap(), Json(error));
        }
        provider.sent.lock().unwrap().push((path, body));
        (StatusCode::CREATED, Json(json!({ "id": Uuid::now_v7() })))
    }

    fn sent(&self) -> Vec<(String, Value)> {
        self.sent.lock().unwrap().clone()
    }
}

async fn notify_sends_and_tells_what_became_of_it(kept: Kept) {
    const TEMPLATE: &str = "5b1b1c1e-1111-4222-8333-444455556666";
    const KEY: &str = "a-key-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0";
    let provider = Provider::default();
    let api = provider.open().await;
    let notify = format!(
        "[alerts]\nwait = 0\n[alerts.notify]\ntexts = \"{TEMPLATE}\"\nletters = \"{TEMPLATE}\"\nemails = \"{TEMPLATE}\"\napi = \"{api}\""
    );
    let portal = open(&kept, &notify).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let details = json!({ "answers": {
        "name": "Sam", "phone": "07700 900123", "address.line1": "4 Mill Lane", "address.postcode": "NE1 8QH",
    } });
    sam.post("/api/account/profile", &details).await.is(200);
    sam.visitor
        .submit(1, &graffiti_but(&json!({ "details": "[Click](https://evil.example)" })))
        .await
        .is(201);
    // Without a key, it waits.
    assert_eq!(run_due(&portal.state).await.unwrap(), 1);
    assert!(provider.sent().is_empty());
    std::fs::create_dir_all(portal.path("notify")).unwrap();
    std::fs::write(portal.path("notify/demo.key"), KEY).unwrap();
    std::fs::write(portal.path("notify/demo.callback"), "a-long-token-of-ours\n").unwrap();
    portal.turn(TimeDelta::minutes(1));
    while run_due(&portal.state).await.unwrap() > 0 {}
    let [(path, body)] = provider.sent().try_into().unwrap();
    assert_eq!((path.as_str(), &body["email_address"]), ("/v2/notifications/email", &json!(SAM)));
    assert_eq!(body["sanitise_content_for"], json!(["subject", "text"]));
    assert!(body["personalisation"]["link"].as_str().unwrap().contains("/follow/"), "{body}");
    assert!(!body["personalisation"]["text"].as_str().unwrap().contains("/follow/"), "{body}");
    let reference = body["reference"].as_str().unwrap().to_owned();

    let receipt = async |token: &str, reference: &str, status: &str| {
        let request = portal.visitor().request(Method::POST, "/api/notify/receipts");
        let body = json!({
            "id": Uuid::now_v7(), "reference": reference, "to": SAM, "status": status, "notification_type": "email",
            "created_at": "2026-12-07T10:00:00Z", "completed_at": null, "sent_at": null, "template_id": TEMPLATE, "template_version": 1,
        });
        // A machine sends it: no browser says where it is from.
        let mut request =
            request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()).unwrap();
        request.headers_mut().remove(header::ORIGIN);
        request.headers_mut().remove("sec-fetch-site");
        if !token.is_empty() {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        portal.visitor().send(request).await
    };
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    let by = async || {
        let all = deliveries(&priya, &id).await;
        let told = |one: &Value| format!("{} {} {}", one["by"], one["fate"], one["instead"]).replace('"', "");
        let mut told: Vec<String> = all.iter().map(told).collect();
        told.sort();
        told
    };
    for token in ["", "another-token", "a-long-token-of-our", "a-long-token-of-ours-and-more"] {
        receipt(token, &reference, "delivered").await.refused(401, "not_signed_in");
    }
    assert_eq!(by().await, ["email sent null"]);
    let ours = "a-long-token-of-ours";
    for strange in ["", "x", MISSING] {
        receipt(ours, strange, "delivered").await.is(204);
    }
    receipt(ours, &reference, "created").await.is(204);
    assert_eq!(by().await, ["email sent null"]);
    // It did not get through: the next way; told again, it changes nothing.
    for _ in 0..2 {
        receipt(ours, &reference, "permanent-failure").await.is(204);
        while run_due(&portal.state).await.unwrap() > 0 {}
        receipt(ours, &reference, "delivered").await.is(204);
        assert_eq!(by().await, ["email failed null", "sms sent email"]);
        assert_eq!(provider.sent().len(), 2);
    }
    let (path, body) = provider.sent()[1].clone();
    assert_eq!((path.as_str(), &body["phone_number"]), ("/v2/notifications/sms", &json!("+447700900123")));
    let reference = body["reference"].as_str().unwrap().to_owned();
    receipt(ours, &reference, "delivered").await.is(204);
    receipt(ours, &reference, "temporary-failure").await.is(204);
    assert_eq!(by().await, ["email failed null", "sms delivered email"]);
    // A message whose reply was lost is looked for before it is sent again.
    kept.tamper("UPDATE delivery SET fate = 'queued', attempts = 1, locked_until = '2026-12-07 10:00:00+00:00' WHERE channel = 'sms'").await;
    let alert = "SELECT COUNT(*) AS n FROM delivery WHERE fate = 'queued'";
    assert_eq!(kept.number(alert).await, 1);
    while run_due(&portal.state).await.unwrap() > 0 {}
    assert_eq!((kept.number(alert).await, provider.sent().len()), (0, 2));
    // A number that it refuses: the letter, which it sends, too.
    *provider.fails.lock().unwrap() = Some(400);
    take(&priya, &id).await;
    write(&priya, &id, "Which wall?").await;
    assert_eq!(run_due(&portal.state).await.unwrap(), 2);
    *provider.fails.lock().unwrap() = None;
    while run_due(&portal.state).await.unwrap() > 0 {}
    let (path, body) = provider.sent().last().unwrap().clone();
    assert_eq!(path, "/v2/notifications/letter");
    let lines: Vec<&Value> =
        (1..=3).map(|line| &body["personalisation"][format!("address_line_{line}")]).collect();
    assert_eq!(lines, ["Sam O’Brien", "4 Mill Lane", "NE1 8QH"]);
    assert!(body["personalisation"]["text"].as_str().unwrap().contains("Which wall?"), "{body}");
}

const MISSING: &str = "00000000-0000-7000-8000-000000000001";

async fn who_changes_their_address_is_told_there_what_waits(kept: Kept) {
    const NEW: &str = "sam.new@example.org";
    let portal = open(&kept, WAIT).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.visitor.submit(1, &graffiti()).await.is(201);
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    portal.mails().await;
    take(&priya, &id).await;
    while run_due(&portal.state).await.unwrap() > 0 {}
    sam.post("/api/account/email", &json!({ "email": NEW })).await.is(204);
    let code = portal.code(NEW).await;
    sam.post("/api/account/email/confirm", &json!({ "code": code })).await.is(204);
    portal.turn(TimeDelta::minutes(6));
    let old = portal.mails_to(SAM).await;
    assert!(old.iter().all(|mail| !mail.subject.contains("graffiti")), "{old:?}");
    let [mail] = portal.mails_to(NEW).await.try_into().unwrap();
    assert!(mail.subject.starts_with("Somebody is working"), "{}", mail.subject);
}

#[tokio::test]
async fn whoever_answers_for_it_sees_every_message_with_the_strangest_values() {
    let portal = Portal::open().await;
    let tom = portal.staff("tom@saltmarsh.example").await;
    let all = tom.get("/api/staff/wording").await.is(200).json();
    assert_eq!(all["languages"], json!([{ "id": "en", "name": "English" }]));
    let messages = all["messages"].as_array().unwrap();
    assert!(messages.len() > 30, "{messages:?}");
    for message in messages {
        let id = message["id"].as_str().unwrap();
        for values in ["usual", "least", "longest", "strangest"] {
            let shown =
                tom.get(&format!("/api/staff/wording/{id}?values={values}&language=cy")).await.is(200).json();
            assert_eq!(&shown["message"], message);
            let cases = shown["cases"].as_array().unwrap();
            assert!(!cases.is_empty(), "{id}");
            for case in cases {
                assert_eq!(case["language"], "en");
                let written = case["written"].as_array().unwrap();
                assert!(
                    written
                        .iter()
                        .all(|one| one["subject"] != "" && one["paragraphs"].as_array().unwrap().len() > 2)
                );
                let text = &case["text"];
                assert_eq!(text.is_null(), message["to"] != "resident");
                assert!(
                    text.is_null()
                        || text["characters"].as_u64().unwrap() <= 918
                            && text["parts"].as_u64().unwrap() >= 1
                );
            }
        }
    }
    for values in ["longest", "strangest"] {
        let letter = tom.get(&format!("/api/staff/wording/closed/letter?values={values}")).await.is(200);
        assert!(letter.body.starts_with(b"%PDF-"));
    }
    tom.get("/api/staff/wording/missed/letter").await.refused(404, "not_found");
    tom.get("/api/staff/wording/nothing").await.refused(404, "not_found");
    tom.get("/api/staff/wording/nothing/letter").await.refused(404, "not_found");
    portal.staff(PRIYA).await.get("/api/staff/wording").await.refused(403, "not_your_role");
}
