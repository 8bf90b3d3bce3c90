//! The staff workspace: who gets in, what they see, and what they do. Numbers name the rows of the list of
//! bad inputs.

use crate::support::{Portal, Setup, Visitor, closing, graffiti, graffiti_but};
use axum::body::Body;
use axum::http::Method;
use chrono::TimeDelta;
use picture::samples;
use serde_json::{Value, json};
use uuid::Uuid;

const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";

/// Sends a report of graffiti, and gives its identifier as staff know it.
async fn reported(portal: &Portal, key: u128) -> String {
    let reference = portal.visitor().submit(key, &graffiti()).await.is(201).text("reference");
    let priya = portal.staff(PRIYA).await;
    let queue = priya.get("/api/staff/requests").await.json();
    let item =
        queue["requests"].as_array().unwrap().iter().find(|item| item["reference"] == reference).unwrap();
    portal.mails().await;
    item["id"].as_str().unwrap().to_owned()
}

async fn act(staff: &Visitor, id: &str, verb: &str, body: &Value) -> crate::support::Reply {
    staff.post(&format!("/api/staff/requests/{id}/{verb}"), body).await
}

fn sign_in(email: &str) -> Value {
    json!({ "email": email })
}

fn with_code(email: &str, code: &str) -> Value {
    json!({ "email": email, "code": code })
}

#[tokio::test]
async fn a_code_by_mail_opens_the_workspace() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    visitor.post("/api/staff/sign-in", &sign_in(" Priya@Saltmarsh.example".trim())).await.is(204);
    let [mail] = portal.mails().await.try_into().unwrap();
    let code = mail.subject.split(' ').next().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{}", mail.subject);
    assert_eq!(mail.subject, format!("{code} is your Saltmarsh Borough Council security code"));
    assert_eq!((mail.to.as_str(), mail.name.as_str()), (PRIYA, "Priya Shah"));
    assert!(!mail.html.contains("href"), "no link to follow by mistake");
    // As people paste it.
    let typed = format!(" {} {} is your code", &code[..3], &code[3..]);
    let reply = visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &typed)).await.is(204);
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-session=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure"),
        "{cookie}"
    );
    let mut priya = visitor.clone();
    priya.cookie = Some(format!("other=1; {}", reply.cookie()));
    let me = priya.get("/api/staff/me").await.is(200);
    assert_eq!((me.text("name").as_str(), me.text("department").as_str()), ("Priya Shah", "Street scene"));
    assert_eq!(me.header("cache-control"), "no-store");
    // A code opens one session, and signing out ends it on the server, too.
    visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, code)).await.refused(422, "wrong_code");
    let out = priya.post("/api/staff/sign-out", &json!({})).await.is(204);
    assert!(
        out.header("set-cookie").starts_with("__Host-session=;")
            && out.header("set-cookie").contains("Max-Age=0")
    );
    priya.get("/api/staff/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn without_https_the_cookie_is_a_plain_one() {
    let portal = Setup::default().at("http://127.0.0.1:8080").open().await;
    let priya = portal.staff(PRIYA).await;
    assert!(priya.cookie.as_ref().unwrap().starts_with("session="));
    priya.get("/api/staff/me").await.is(200);
}

/// Row 44: wrong, old and unknown look the same.
#[tokio::test]
async fn a_guess_learns_nothing() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let known = visitor.post("/api/staff/sign-in", &sign_in(PRIYA)).await.is(204);
    let unknown = visitor.post("/api/staff/sign-in", &sign_in("nobody@saltmarsh.example")).await.is(204);
    assert_eq!(known.headers, unknown.headers);
    let [mail] = portal.mails().await.try_into().expect("one mail, to the one who exists");
    let code = mail.subject[..6].to_owned();
    let wrong_code = if code == "000000" { "000001" } else { "000000" };
    let wrong = visitor
        .post("/api/staff/sign-in/code", &with_code(PRIYA, wrong_code))
        .await
        .refused(422, "wrong_code");
    let nobody = visitor
        .post("/api/staff/sign-in/code", &with_code("nobody@saltmarsh.example", &code))
        .await
        .refused(422, "wrong_code");
    let other =
        visitor.post("/api/staff/sign-in/code", &with_code(TOM, &code)).await.refused(422, "wrong_code");
    portal.turn(TimeDelta::minutes(15));
    let old =
        visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &code)).await.refused(422, "wrong_code");
    for reply in [&nobody, &other, &old] {
        assert_eq!((&reply.body, &reply.headers), (&wrong.body, &wrong.headers));
    }
    visitor.post("/api/staff/sign-in", &sign_in("no address")).await.wrong(&[("email", "not_an_email", 0)]);
    visitor.post("/api/staff/sign-in", &sign_in("a@b.uk\r\nBcc: x@y.uk")).await.wrong(&[(
        "email",
        "not_an_email",
        0,
    )]);
    visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, "")).await.wrong(&[("code", "missing", 0)]);
}

#[tokio::test]
async fn a_code_bears_five_wrong_tries_and_a_newer_one_takes_its_place() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    visitor.post("/api/staff/sign-in", &sign_in(PRIYA)).await.is(204);
    let first = portal.code(PRIYA).await;
    let wrong = format!("{:06}", (first.parse::<u32>().unwrap() + 1) % 1_000_000);
    for _ in 0..5 {
        visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &wrong)).await.refused(422, "wrong_code");
    }
    visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &first)).await.refused(422, "wrong_code");
    visitor.post("/api/staff/sign-in", &sign_in(PRIYA)).await.is(204);
    let second = portal.code(PRIYA).await;
    visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &first)).await.refused(422, "wrong_code");
    visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &second)).await.is(204);
    // Ten in a quarter of an hour, whatever the codes are: eight so far.
    for _ in 0..2 {
        visitor.post("/api/staff/sign-in/code", &with_code(PRIYA, &wrong)).await.refused(422, "wrong_code");
    }
    visitor.post("/api/staff/sign-in", &sign_in(PRIYA)).await.is(204);
    let third = portal.code(PRIYA).await;
    visitor
        .post("/api/staff/sign-in/code", &with_code("Priya@SALTMARSH.example", &third))
        .await
        .refused(429, "too_many_requests");
    portal.turn(TimeDelta::minutes(14));
    visitor
        .post("/api/staff/sign-in/code", &with_code(PRIYA, &third))
        .await
        .refused(429, "too_many_requests");
}

/// Row 45: nobody's mailbox is flooded.
#[tokio::test]
async fn five_codes_an_hour() {
    let portal = Portal::open().await;
    for _ in 0..5 {
        portal.visitor().post("/api/staff/sign-in", &sign_in(PRIYA)).await.is(204);
    }
    portal
        .visitor()
        .post("/api/staff/sign-in", &sign_in("PRIYA@saltmarsh.example"))
        .await
        .refused(429, "too_many_requests");
    portal.visitor().post("/api/staff/sign-in", &sign_in(TOM)).await.is(204);
    assert_eq!(portal.mails_to(PRIYA).await.len(), 5);
    portal.turn(TimeDelta::hours(1));
    portal.visitor().post("/api/staff/sign-in", &sign_in(PRIYA)).await.is(204);
    assert_eq!(portal.mails_to(PRIYA).await.len(), 1);
}

#[tokio::test]
async fn nobody_gets_in_without_a_session() {
    let portal = Portal::open().await;
    let id = reported(&portal, 1).await;
    let document = portal.visitor().get("/api/openapi.json").await.is(200).json();
    let mut asked = 0;
    for (path, verbs) in document["paths"].as_object().unwrap() {
        let is_before = path.contains("/sign-") || path == "/api/staff/ways";
        if !path.starts_with("/api/staff/") || is_before {
            continue;
        }
        for verb in verbs.as_object().unwrap().keys() {
            let method: Method = verb.to_uppercase().parse().unwrap();
            let path = path.replace("{id}", &id).replace("{photo}", &id).replace("{document}", &id);
            for cookie in [
                None,
                Some("__Host-session="),
                Some("__Host-session=x"),
                Some("session=x; __Host-session=aaaa"),
            ] {
                let mut visitor = portal.visitor();
                visitor.cookie = cookie.map(str::to_owned);
                let request =
                    visitor.request(method.clone(), &path).header("content-type", "application/json");
                visitor.send(request.body(Body::from("{}")).unwrap()).await.refused(401, "not_signed_in");
            }
            asked += 1;
        }
    }
    assert!(asked > 20, "every route of the workspace was tried");
}

#[tokio::test]
async fn the_queue_begins_with_the_earliest_promise() {
    let portal = Portal::open().await;
    let mut references = Vec::new();
    for (key, moment) in
        [(1, "2026-12-09T10:00:00Z"), (2, "2026-12-07T10:00:00Z"), (3, "2026-12-08T10:00:00Z")]
    {
        portal.turn_to(moment);
        references.push(portal.visitor().submit(key, &graffiti()).await.is(201).text("reference"));
    }
    let missed_bin = json!({ "when": "today", "tag": "no", "bin": "food", "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "you.name": "Sam", "you.email": "sam@example.org" });
    portal.visitor().submit_to("missed-bin", 4, &missed_bin).await.is(201);
    portal.turn_to("2026-12-15T10:00:00Z");
    let priya = portal.staff(PRIYA).await;
    let seen = async |show: &str| -> Vec<(String, bool, bool)> {
        let queue = priya.get(&format!("/api/staff/requests{show}")).await.is(200).json();
        assert_eq!(queue["more"], json!(false));
        let items = queue["requests"].as_array().unwrap().iter();
        items
            .map(|item| {
                (item["reference"].as_str().unwrap().to_owned(), item["late"] == true, item["mine"] == true)
            })
            .collect()
    };
    let line = |number: usize, late, mine| (references[number].clone(), late, mine);
    assert_eq!(seen("").await, [line(1, true, false), line(2, false, false), line(0, false, false)]);
    let queue = priya.get("/api/staff/requests").await.json();
    assert_eq!(queue["requests"][0]["received"], "Monday 7 December 2026 at 10:00am");
    let late = queue["requests"][0]["id"].as_str().unwrap();
    act(&priya, late, "take", &json!({})).await.is(200);
    act(&priya, late, "promise", &json!({ "to": "2026-12-22", "reason": "Rain" })).await.is(200);
    assert_eq!(
        seen("").await,
        [line(2, false, false), line(0, false, false), line(1, false, true)],
        "a new promise is a new place"
    );
    let mut same = closing("duplicate", "Done with the other");
    same["same_as"] = json!(references[2]);
    act(&priya, late, "close", &same).await.is(200);
    assert_eq!(seen("?show=open").await, [line(2, false, false), line(0, false, false)]);
    assert_eq!(seen("?show=closed").await, [line(1, false, true)]);
    let grace = portal.staff(GRACE).await.get("/api/staff/requests").await.json();
    assert_eq!(
        (grace["requests"].as_array().unwrap().len(), &grace["requests"][0]["about"]),
        (1, &json!("1 Mill Lane, Saltmarsh"))
    );
}

/// Row 38: another department's request looks like one that does not exist, whatever is tried.
#[tokio::test]
async fn another_departments_request_does_not_exist() {
    let portal = Portal::open().await;
    let photo = portal.visitor().upload(samples::png(8, 6)).await.is(201).text("id");
    portal.visitor().submit(1, &graffiti_but(&json!({ "photos.1": photo }))).await.is(201);
    let priya = portal.staff(PRIYA).await;
    let id = priya.get("/api/staff/requests").await.json()["requests"][0]["id"].as_str().unwrap().to_owned();
    priya.get(&format!("/api/staff/requests/{id}/photos/{photo}")).await.is(200);
    let grace = portal.staff(GRACE).await;
    portal.mails().await;
    let missing =
        grace.get(&format!("/api/staff/requests/{}", Uuid::from_u128(1))).await.refused(404, "not_found");
    let same = |reply: crate::support::Reply| {
        let reply = reply.refused(404, "not_found");
        assert_eq!((&reply.body, &reply.headers), (&missing.body, &missing.headers));
    };
    let no_photo = Uuid::from_u128(2);
    for path in ["", "/events", &format!("/photos/{photo}"), &format!("/photos/{no_photo}"), "/photos/x"] {
        same(grace.get(&format!("/api/staff/requests/{id}{path}")).await);
    }
    for other in ["1235", "x", "../me", "00000000-0000-0000-0000-000000000000"] {
        same(grace.get(&format!("/api/staff/requests/{}", other.replace('/', "%2F"))).await);
    }
    same(act(&grace, &id, "take", &json!({})).await);
    same(act(&grace, &id, "messages", &json!({ "text": "Hello", "id": Uuid::from_u128(3) })).await);
    same(act(&grace, &id, "promise", &json!({ "to": "2026-12-22", "reason": "Rain" })).await);
    same(act(&grace, &id, "close", &closing("done", "Done")).await);
    same(act(&grace, &id, "close", &closing("declined_by_policy", "No")).await);
    assert!(portal.mails().await.is_empty());
    assert_eq!(priya.get(&format!("/api/staff/requests/{id}")).await.json()["request"]["seq"], 1);
}

#[tokio::test]
async fn a_request_has_one_owner_and_only_they_act() {
    let portal = Portal::open().await;
    let id = reported(&portal, 1).await;
    let (priya, tom) = (portal.staff(PRIYA).await, portal.staff(TOM).await);
    portal.mails().await;
    let write = |number: u128| json!({ "text": "Hello", "id": Uuid::from_u128(number) });
    act(&priya, &id, "messages", &write(1)).await.refused(409, "not_owner");
    act(&priya, &id, "take", &json!({})).await.is(200);
    act(&priya, &id, "take", &json!({})).await.refused(409, "already_yours");
    act(&tom, &id, "messages", &write(2)).await.refused(409, "not_owner");
    act(&tom, &id, "promise", &json!({ "to": "2026-12-22", "reason": "Rain" }))
        .await
        .refused(409, "not_owner");
    act(&tom, &id, "close", &closing("done", "Done")).await.refused(409, "not_owner");
    assert_eq!(tom.get(&format!("/api/staff/requests/{id}")).await.json()["mine"], json!(false));
    act(&priya, &id, "messages", &write(3)).await.is(200);
    act(&priya, &id, "messages", &write(3)).await.is(200);
    let taken = act(&tom, &id, "take", &json!({})).await.is(200).json();
    assert_eq!(
        (&taken["mine"], &taken["request"]["owner"], &taken["request"]["seq"]),
        (&json!(true), &json!("Tom Okafor"), &json!(4))
    );
    act(&priya, &id, "messages", &write(4)).await.refused(409, "not_owner");
    let subjects: Vec<String> = portal.mails().await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.len(), 3, "taken, one message, taken over: {subjects:#?}");
}

#[tokio::test]
async fn a_promise_moves_to_a_day_to_come_with_a_reason() {
    let portal = Portal::open().await;
    let id = reported(&portal, 1).await;
    let priya = portal.staff(PRIYA).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    assert_eq!(priya.get(&format!("/api/staff/requests/{id}")).await.json()["earliest"], "2026-12-08");
    for to in ["2026-12-07", "2026-12-06", "1899-12-31", "2027-12-08"] {
        act(&priya, &id, "promise", &json!({ "to": to, "reason": "Rain" })).await.wrong(&[(
            "to",
            "not_allowed",
            0,
        )]);
    }
    for to in ["2026-02-31", "8/12/26", "soon", ""] {
        act(&priya, &id, "promise", &json!({ "to": to, "reason": "Rain" })).await.refused(422, "invalid");
    }
    act(&priya, &id, "promise", &json!({ "to": "2026-12-22", "reason": "" }))
        .await
        .wrong(&[("reason", "missing", 0)]);
    act(&priya, &id, "promise", &json!({ "to": "2026-12-22", "reason": "  " }))
        .await
        .wrong(&[("reason", "missing", 0)]);
    act(&priya, &id, "promise", &json!({ "to": "2026-12-08", "reason": "Rain" })).await.is(200);
    act(&priya, &id, "promise", &json!({ "to": "2027-12-07", "reason": "Rain" })).await.is(200);
}

/// Row 38: what a request does not take, it does not take from staff either.
#[tokio::test]
async fn staff_close_with_words_and_an_outcome() {
    let portal = Portal::open().await;
    let id = reported(&portal, 1).await;
    let priya = portal.staff(PRIYA).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    portal.mails().await;
    act(&priya, &id, "close", &closing("done", "")).await.wrong(&[("text", "missing", 0)]);
    act(&priya, &id, "close", &closing("done", "x".repeat(4001))).await.wrong(&[("text", "too_long", 4000)]);
    act(&priya, &id, "close", &closing("won", "Done")).await.refused(422, "invalid");
    act(&priya, &id, "close", &json!({ "text": "Done" })).await.wrong(&[("outcome", "missing", 0)]);
    let mut more = closing("done", "Done");
    more["status"] = json!("closed");
    act(&priya, &id, "close", &more).await.wrong(&[("status", "unknown_field", 0)]);
    assert!(portal.mails().await.is_empty());
    // A policy is part of declining only.
    let mut named = closing("done", "<b>Done</b>");
    named["policy"] = json!("private-property");
    let closed = act(&priya, &id, "close", &named).await.is(200).json();
    assert_eq!(closed["request"]["policy"], Value::Null);
    let [mail] = portal.mails().await.try_into().unwrap();
    assert!(
        mail.text.contains("<b>Done</b>") && mail.html.contains("&lt;b&gt;Done&lt;/b&gt;"),
        "{}",
        mail.html
    );
    act(&priya, &id, "take", &json!({})).await.refused(409, "closed");
}

#[tokio::test]
async fn staff_hear_of_changes_too() {
    let portal = Portal::open().await;
    let id = reported(&portal, 1).await;
    let (priya, tom) = (portal.staff(PRIYA).await, portal.staff(TOM).await);
    let mut page = tom.listen(&format!("/api/staff/requests/{id}/events")).await;
    assert_eq!(page.next().await, Some(json!({ "seq": 1 })));
    act(&priya, &id, "take", &json!({})).await.is(200);
    assert_eq!(page.next().await, Some(json!({ "seq": 2 })));
}
