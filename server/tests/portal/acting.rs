//! What a helper does for a resident: writing, withdrawing, filling in and sending, for the services named and until the
//! day; with no key to anything, and for the resident to see.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::api::helpers::form_for;
use domain::identity::{Level, Proof};
use picture::samples;
use serde_json::{Value, json};
use server::jobs::sweep::sweep;
use server::store::proofs::NewProof;
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Reply, Setup, answer, graffiti, graffiti_but};

on_both_engines![
    a_helper_writes_and_withdraws,
    a_helper_fills_in_and_sends,
    what_a_helper_may_ends_at_once,
    at_the_same_moment_it_is_one_request,
    nobody_is_told_the_key_of_what_a_helper_sent,
    mails_go_to_whose_it_is,
    what_was_begun_for_somebody_goes_with_its_photos,
    what_a_helper_sent_is_followed_after_closing,
    a_helper_sees_the_photos_of_what_they_may_see
];

const SAM: &str = "sam@example.org";
const ANN: &str = "ann@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const MISSING: Uuid = Uuid::from_u128(5);

async fn signed_in(portal: &Portal, email: &str) -> Browser {
    let mut browser = Browser::of(portal);
    browser.sign_in(portal, email).await;
    browser
}

/// Sam names Ann for some services, and she accepts: by what she acts.
async fn named(sam: &mut Browser, ann: &mut Browser, services: &[&str]) -> Uuid {
    let request = json!({ "name": "Ann Smith", "email": ANN, "services": services, "until": "2026-12-20" });
    let named = sam.post("/api/account/helpers", &request).await.is(200).json();
    let id = named["helpers"][0]["id"].as_str().unwrap().to_owned();
    ann.post(&format!("/api/account/helpers/{id}/accept"), &json!(null)).await.is(200);
    id.parse().unwrap()
}

/// What the resident sees that their helpers did; the newest first.
async fn deeds(sam: &Browser) -> Vec<String> {
    let seen = sam.visitor.get("/api/account/helpers").await.is(200).json();
    let uses = seen["uses"].as_array().unwrap().iter().filter(|one| one["did"] == true);
    uses.map(|one| {
        assert_eq!(one["name"], "Ann Smith");
        one["what"].as_str().unwrap().to_owned()
    })
    .collect()
}

#[track_caller]
fn same(replies: &[Reply]) {
    let all: BTreeSet<_> = replies.iter().map(|reply| (reply.status, reply.body.clone())).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(replies[0].status.as_u16(), 404);
}

/// Whether these words stand somewhere in somebody's copy of everything.
async fn has_in_copy(who: &Browser, words: &str) -> bool {
    let files = crate::privacy::copy(who).await;
    files.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(words))
}

fn no_key(value: &Value) {
    assert!(!value.to_string().contains("\"key\":\""), "{value}");
}

async fn only_request(portal: &Portal, email: &str) -> String {
    let queue = portal.staff(email).await.get("/api/staff/requests").await.is(200).json();
    queue["requests"][0]["id"].as_str().unwrap().to_owned()
}

async fn a_helper_writes_and_withdraws(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = signed_in(&portal, SAM).await;
    let sent = sam.visitor.submit(1, &graffiti()).await.is(201);
    let (key, reference) = (sent.text("key"), sent.text("reference"));
    let bin = json!({ "when": "today", "tag": "no", "bin": "food", "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "you.name": "Sam", "you.email": SAM });
    sam.visitor.submit_to("missed-bin", 2, &bin).await.is(201);
    let mut ann = signed_in(&portal, ANN).await;
    let mut eve = signed_in(&portal, "eve@example.org").await;
    eve.visitor.submit(3, &graffiti_but(&json!({ "you.email": "eve@example.org" }))).await.is(201);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let list = ann.visitor.get(&format!("/api/account/acting/{id}")).await.is(200).json();
    assert_eq!(list["forms"], json!([[form_for("report-graffiti", id), "Report graffiti"]]));
    let request = list["requests"][0]["key"].as_str().unwrap().to_owned();
    let here = format!("/api/account/acting/{id}/{request}");

    // A request of another service, of somebody else, and none at all: none is there. Nor is it for anybody else.
    let store = portal.state.db.council("demo");
    let eve_id = eve.account().await["requests"][0]["key"].as_str().unwrap().to_owned();
    let of_eve = store.followed(&server::secret::hash(eve_id.as_bytes())).await.unwrap().id;
    let sams = portal.staff("grace@saltmarsh.example").await.get("/api/staff/requests").await.json();
    let other = sams["requests"][0]["id"].as_str().unwrap().to_owned();
    let message = json!({ "text": "It is still there.", "id": Uuid::from_u128(77) });
    for (verb, body) in [("messages", &message), ("withdraw", &json!({ "reason": "Gone" }))] {
        let mut replies = Vec::new();
        for request in [&other, &of_eve.to_string(), &MISSING.to_string(), "x"] {
            replies.push(ann.post(&format!("/api/account/acting/{id}/{request}/{verb}"), body).await);
        }
        replies.push(ann.post(&format!("/api/account/acting/{MISSING}/{request}/{verb}"), body).await);
        for others in [&mut eve, &mut sam] {
            replies.push(others.post(&format!("{here}/{verb}"), body).await);
        }
        same(&replies);
        portal.visitor().post(&format!("{here}/{verb}"), body).await.refused(401, "not_signed_in");
    }
    assert_eq!(deeds(&sam).await, Vec::<String>::new());

    // Twice the same is one message, and one line for the resident.
    let view = ann.post(&format!("{here}/messages"), &message).await.is(200).json();
    no_key(&view);
    ann.post(&format!("{here}/messages"), &message).await.is(200);
    ann.post(&format!("{here}/messages"), &json!({ "text": " ", "id": MISSING }))
        .await
        .wrong(&[("text", "missing", 0)]);
    assert_eq!(deeds(&sam).await, [format!("Wrote about your request {reference}, for you")]);
    let follow = sam.visitor.follow(&key).await;
    let newest = follow["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!((&newest["helper"], &newest["staff"]), (&json!("Ann Smith"), &Value::Null));
    assert_eq!(follow["timeline"].as_array().unwrap().len(), 2);
    // New to whose it is.
    let account = sam.account().await;
    let line =
        account["requests"].as_array().unwrap().iter().find(|one| one["reference"] == reference).unwrap();
    assert_eq!(line["title"], "Report graffiti");
    // Staff see who it was, and answer whoever's it is.
    let priya = portal.staff(PRIYA).await;
    let queue = priya.get("/api/staff/requests").await.json();
    let staffs =
        queue["requests"].as_array().unwrap().iter().find(|one| one["reference"] == reference).unwrap();
    let staffs = staffs["id"].as_str().unwrap().to_owned();
    let path = format!("/api/staff/requests/{staffs}");
    let case = priya.get(&path).await.is(200).json();
    assert_eq!(case["request"]["timeline"][1]["helper"], "Ann Smith");
    priya.post(&format!("{path}/take"), &json!(null)).await.is(200);
    portal.mails().await;
    ann.post(&format!("{here}/messages"), &json!({ "text": "Hello?", "id": Uuid::from_u128(78) }))
        .await
        .is(200);
    let mail = portal.mails_to(PRIYA).await.pop().unwrap();
    assert!(mail.text.contains("Ann Smith, who acts for the resident, wrote to you"), "{}", mail.text);

    // By the forms of the page, too; what can't be taken is said beside it, and is about Sam, not in Ann's copy.
    let page = format!("/account/acting/{id}/{request}");
    let long = format!("message=Of+Sam{}", "a".repeat(20_000));
    assert_eq!(ann.post_form(&page, &long).await.is(303).header("location"), page);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Of Sam%'").await, 1);
    assert!(!has_in_copy(&ann, "Of Sam").await);
    let fields = "message=By+the+form&id=00000000-0000-0000-0000-000000000001";
    for _ in 0..2 {
        assert_eq!(ann.post_form(&page, fields).await.is(303).header("location"), page);
    }
    assert_eq!(ann.post_form(&page, "message=+").await.is(303).header("location"), page);
    assert_eq!(deeds(&sam).await.len(), 3);
    let gone = format!("{page}/withdraw");
    let long = format!("reason={}", "a".repeat(1001));
    assert_eq!(ann.post_form(&gone, &long).await.is(303).header("location"), gone);
    for (path, fields) in [(&page, fields), (&gone, "reason=Gone"), (&gone, &long)] {
        assert!([404, 503].contains(&eve.post_form(path, fields).await.status.as_u16()));
        let mut away = Browser::of(&portal);
        let next = away.post_form(path, fields).await.is(303);
        assert_eq!(next.header("location"), format!("/account?to={path}"));
    }
    portal.mails().await;
    for _ in 0..2 {
        assert_eq!(ann.post_form(&gone, "reason=Gone").await.is(303).header("location"), page);
    }
    // Withdrawn once, however often it is asked; the resident is told who did it.
    let view = ann.post(&format!("{here}/withdraw"), &json!({ "reason": "" })).await.is(200).json();
    assert_eq!(view["status"], json!({ "closed": "withdrawn" }));
    assert_eq!(deeds(&sam).await[0], format!("Withdrew your request {reference}, for you"));
    assert_eq!(deeds(&sam).await.len(), 4);
    let mail = portal.mails_to(SAM).await.pop().unwrap();
    assert!(mail.text.contains("Ann Smith, who acts for you, withdrew your request"), "{}", mail.text);
    ann.post(&format!("{here}/messages"), &json!({ "text": "More", "id": MISSING }))
        .await
        .refused(409, "closed");
}

/// What Sam told once.
async fn told(sam: &mut Browser) {
    let profile = json!({ "answers": { "name": "Sam Taylor", "phone": "07700 900123" } });
    sam.post("/api/account/profile", &profile).await.is(200);
}

async fn a_helper_fills_in_and_sends(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    told(&mut sam).await;
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);

    // The document is that of the form, which nobody else has, and no other service has one.
    let document = ann.visitor.get(&format!("/api/services/{form}")).await.is(200);
    assert_eq!(document.header("cache-control"), "no-store");
    assert_eq!(document.json()["service"]["id"], form);
    let mut replies = vec![portal.visitor().get(&format!("/api/services/{form}")).await];
    for other in
        [form_for("missed-bin", id), form_for("report-graffiti", MISSING), "report-graffiti_x".into()]
    {
        replies.push(ann.visitor.get(&format!("/api/services/{other}")).await);
        let filled = json!({ "key": MISSING, "answers": { "details": "Mine" }, "seen": [], "turn": 0 });
        replies.push(ann.post(&format!("/api/drafts/{other}"), &filled).await);
        replies.push(ann.visitor.submit_to(&other, 9, &graffiti()).await);
        replies.push(sam.visitor.submit_to(&other, 9, &graffiti()).await);
    }
    replies.push(sam.visitor.get(&format!("/api/services/{form}")).await);
    same(&replies);
    assert_eq!(kept.all_rows(["request", "draft"]).await, [0, 0]);

    // What is kept for Sam, and what Ann keeps for herself, are two.
    let filled = |words: &str, key: u128| json!({ "key": Uuid::from_u128(key), "answers": { "details": words }, "seen": [], "turn": 0 });
    ann.post("/api/drafts/report-graffiti", &filled("Mine", 21)).await.is(200);
    ann.post(&format!("/api/drafts/{form}"), &filled("Theirs", 22)).await.is(200);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Mine%'").await, 1);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Theirs%'").await, 1);
    let begun = ann.account().await["begun"].clone();
    assert_eq!((begun.as_array().unwrap().len(), &begun[0]["service"]), (1, &json!("report-graffiti")));
    assert_eq!(sam.account().await["begun"], json!([]));
    ann.post(&format!("/api/drafts/{form}/forget"), &json!(null)).await.is(204);

    // Without the app: it begins with what Sam told, and goes to Sam's account.
    let start = format!("/services/{form}");
    let fields = "surface=public&offensive=no&place.street=&place.words=By+the+steps&details=";
    // What the page did not ask is what Sam told.
    let asked = format!("{fields}&%3Aasked=surface%2Coffensive%2Cplace%2Cdetails");
    let next = ann.post_form(&start, &asked).await.is(303);
    assert!(next.header("location").starts_with(&start), "{next:?}");
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Sam Taylor%'").await, 1);
    let seen = sam.visitor.get("/api/account/helpers").await.json();
    assert_eq!(seen["uses"][0]["what"], "Your details, to fill in a form for you");
    let fields = format!("{fields}&you.name=Sam+Taylor&you.email=sam%40example.org&you.phone=");
    let next = ann.post_form(&start, &fields).await.is(303);
    assert_eq!(next.header("location"), format!("{start}/check"));
    let (one, other) = (
        ann.post_form(&format!("{start}/check"), "share_record=all")
            .await
            .is(303)
            .header("location")
            .to_owned(),
        ann.post_form(&format!("{start}/check"), "").await.is(303).header("location").to_owned(),
    );
    assert!(one.starts_with(&format!("/account/acting/{id}/")) && one.ends_with("?sent=yes"), "{one}");
    assert_eq!(one, other);
    assert_eq!(kept.rows("consent").await, 0, "a helper decides nothing");
    let account = sam.account().await;
    let line = &account["requests"][0];
    assert_eq!(ann.account().await["requests"], json!([]));
    let follow = sam.visitor.follow(line["key"].as_str().unwrap()).await;
    assert_eq!(follow["timeline"][0]["helper"], "Ann Smith");
    assert_eq!(answer(&follow, "you")["contact"]["name"], "Sam Taylor");
    let reference = follow["reference"].as_str().unwrap();
    assert_eq!(deeds(&sam).await, [format!("Sent “Report graffiti” for you: {reference}")]);
    let request = only_request(&portal, PRIYA).await;
    let case = portal.staff(PRIYA).await.get(&format!("/api/staff/requests/{request}")).await.is(200).json();
    assert_eq!(case["request"]["timeline"][0]["helper"], "Ann Smith");
    assert_eq!(case["identity"]["level"], json!(Level::EmailConfirmed));
    // The mail goes to Sam's account, and has no key: nor has who knows its reference and that address.
    let mail = portal.mails_to(SAM).await.pop().unwrap();
    assert!(mail.text.contains("Ann Smith, who acts for you, sent it"), "{}", mail.text);
    assert!(!mail.raw.contains("/follow/") && mail.text.contains("https://portico.example/account"));
    let found = json!({ "reference": reference, "email": SAM });
    portal.visitor().post("/api/follow", &found).await.refused(404, "not_found");

    // With the app.
    let reply = ann.visitor.submit_to(&form, 4, &graffiti()).await.is(201).json();
    let place = format!("/api/account/acting/{id}/{}", reply["request"].as_str().unwrap());
    assert_eq!(reply["key"], "");
    no_key(&ann.visitor.get(&place).await.is(200).json());
    assert_eq!(ann.visitor.submit_to(&form, 4, &graffiti()).await.is(200).json(), reply);
    let other = graffiti_but(&json!({ "details": "Something else" }));
    let problem = ann.visitor.submit_to(&form, 4, &other).await.refused(422, "already_sent").json();
    assert_eq!((&problem["reference"], &problem["key"]), (&reply["reference"], &Value::Null));
    assert_eq!(sam.account().await["total"], 2);
    // She decides nothing for them.
    let version = document.json()["service"]["version"].clone();
    let invite = sam.visitor.get("/api/consent").await.json();
    let asked = &invite["questions"][0];
    let consent = json!([{ "purpose": asked["purpose"], "version": asked["wording"]["version"], "hash": asked["hash"], "departments": [] }]);
    let body = json!({ "service": form, "version": version, "answers": graffiti(), "consent": consent });
    ann.visitor.submit_text(5, body.to_string()).await.wrong(&[("consent", "not_allowed", 0)]);
    assert_eq!(kept.rows("consent").await, 0);
    // What she has with her copy of everything is about her.
    ann.post(&format!("/api/drafts/{form}"), &filled("Theirs", 23)).await.is(200);
    assert!(has_in_copy(&ann, ANN).await && !has_in_copy(&ann, "Theirs").await);
}

async fn what_a_helper_may_ends_at_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);
    let sent = ann.visitor.submit_to(&form, 1, &graffiti()).await.is(201).json();
    let request = format!("/api/account/acting/{id}/{}", sent["request"].as_str().unwrap());
    let filled =
        json!({ "key": Uuid::from_u128(31), "answers": { "details": "Theirs" }, "seen": [], "turn": 0 });
    ann.post(&format!("/api/drafts/{form}"), &filled).await.is(200);
    ann.post("/api/drafts/report-graffiti", &filled).await.is(200);
    sam.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.is(200);
    // He still sees who it was.
    let seen = sam.visitor.get("/api/account/helpers").await.is(200).json();
    assert_eq!((&seen["helpers"], &seen["uses"][0]["name"]), (&json!([]), &json!("Ann Smith")));
    // What was begun for Sam is gone with it, and what Ann began for herself is there.
    assert_eq!(kept.rows("draft").await, 1);
    let message = json!({ "text": "More", "id": MISSING });
    let mut replies = vec![
        ann.visitor.submit_to(&form, 1, &graffiti()).await,
        ann.visitor.submit_to(&form, 2, &graffiti()).await,
        ann.post(&format!("/api/drafts/{form}"), &filled).await,
        ann.visitor.get(&format!("/api/services/{form}")).await,
        ann.post(&format!("{request}/messages"), &message).await,
        ann.post(&format!("{request}/withdraw"), &json!({ "reason": "" })).await,
        ann.visitor.get(&request).await,
    ];
    replies.push(ann.visitor.get(&format!("/api/account/acting/{MISSING}")).await);
    same(&replies);
    for path in [format!("/services/{form}"), format!("/services/{form}/check")] {
        let reply = ann.post_form(&path, "surface=public").await;
        assert!(reply.status == 404 || reply.body == NOT_BUILT, "{reply:?}");
    }
    assert_eq!(kept.rows("request").await, 1);
    // By itself at the end of the day, also between the last look and the press of a button.
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);
    ann.visitor.get(&format!("/api/services/{form}")).await.is(200);
    portal.turn(TimeDelta::days(14));
    let ann = signed_in(&portal, ANN).await;
    ann.visitor.submit_to(&form, 3, &graffiti()).await.refused(404, "not_found");
    assert_eq!(kept.rows("request").await, 1);
    // Who it was is seen for a year, and no longer.
    let name = async || {
        sweep(&portal.state).await.unwrap();
        let seen = signed_in(&portal, SAM).await.visitor.get("/api/account/helpers").await.is(200).json();
        seen["uses"][0]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name().await, "Ann Smith");
    portal.turn(TimeDelta::days(360));
    assert_eq!(name().await, "Ann Smith");
    portal.turn(TimeDelta::days(10));
    assert_eq!((name().await, kept.rows("helper").await), (String::new(), 0));
}

async fn at_the_same_moment_it_is_one_request(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);
    let answers = graffiti();
    let (one, other) =
        tokio::join!(ann.visitor.submit_to(&form, 1, &answers), ann.visitor.submit_to(&form, 1, &answers));
    assert_eq!(one.json(), other.json());
    assert_eq!(deeds(&sam).await.len(), 1);
    assert_eq!(kept.rows("request").await, 1);
    // One's own form under the key of theirs is another's.
    ann.visitor.submit_to("report-graffiti", 1, &answers).await.refused(422, "already_sent");
}

/// Whoever sends something of their own under the key of what was sent for somebody.
async fn nobody_is_told_the_key_of_what_a_helper_sent(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);
    // Begun as her own, under the key that what she sends for him has.
    let begun = json!({ "key": Uuid::from_u128(1), "answers": { "details": "Mine" }, "seen": [], "turn": 0 });
    ann.post("/api/drafts/report-graffiti", &begun).await.is(200);
    let fields = "surface=public&offensive=no&place.street=&place.words=By+the+steps&details=&you.name=Ann&you.email=ann%40example.org&you.phone=";
    ann.post_form("/services/report-graffiti", fields).await.is(303);
    let sent = ann.visitor.submit_to(&form, 1, &graffiti()).await.is(201).json();
    let key = sam.account().await["requests"][0]["key"].as_str().unwrap().to_owned();
    for visitor in [&ann.visitor, &portal.visitor(), &sam.visitor] {
        for answers in [graffiti(), graffiti_but(&json!({ "details": "Mine" }))] {
            let refused =
                visitor.submit_to("report-graffiti", 1, &answers).await.refused(422, "already_sent");
            assert_eq!(refused.json()["key"], Value::Null);
            assert_eq!(refused.json()["reference"], sent["reference"]);
        }
    }
    let page = ann.post_form("/services/report-graffiti/check", "").await;
    assert!(!format!("{page:?}").contains(&key), "{page:?}");
    assert_eq!(page.status, 422);
    assert_eq!(kept.rows("request").await, 1);
}

/// Whatever address stands in what a helper sent: what is told of it goes to the account that it is in.
async fn mails_go_to_whose_it_is(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    portal.mails().await;
    let form = form_for("report-graffiti", id);
    for (key, email) in [(1, ANN), (2, "eve@example.org")] {
        let answers = graffiti_but(&json!({ "you.name": "Ann Smith", "you.email": email }));
        ann.visitor.submit_to(&form, key, &answers).await.is(201);
        let [told] = portal.mails().await.try_into().unwrap();
        assert_eq!(told.to, SAM);
        assert!(told.text.starts_with("Hello,\n"), "it is not Ann who is told: {}", told.text);
    }
    let request = only_request(&portal, PRIYA).await;
    let priya = portal.staff(PRIYA).await;
    let path = format!("/api/staff/requests/{request}");
    let says = async |number: u128| {
        let message = json!({ "id": Uuid::from_u128(number), "text": "Which of the steps?" });
        priya.post(&format!("{path}/messages"), &message).await.is(200);
        portal.mails().await.into_iter().map(|mail| mail.to).collect::<Vec<_>>()
    };
    priya.post(&format!("{path}/take"), &json!({})).await.is(200);
    let [told] = portal.mails().await.try_into().unwrap();
    assert_eq!(told.to, SAM);
    assert_eq!(says(100).await, [SAM]);
    // Wherever the account is now, also when nobody acts for him any more.
    sam.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.is(200);
    let new = "sam.taylor@example.org";
    sam.post("/api/account/email", &json!({ "email": new })).await.is(204);
    let code = portal.code(new).await;
    sam.post("/api/account/email/confirm", &json!({ "code": code })).await.is(204);
    portal.mails().await;
    assert_eq!(says(101).await, [new]);
    // No account, nobody to tell.
    sam.post("/api/account/close/code", &json!({})).await.is(204);
    let code = portal.code(new).await;
    sam.post("/api/account/close", &json!({ "code": code })).await.is(204);
    portal.mails().await;
    assert_eq!(says(102).await, Vec::<String>::new());
}

/// A form that Ann begins for Sam, with a photo, whose identifier it gives.
async fn begun_with_a_photo(ann: &mut Browser, form: &str) -> String {
    let photo = ann.visitor.upload(samples::png(8, 6)).await.is(201).text("id");
    let answers = json!({ "details": "Theirs", "photos.1": photo });
    let begun = json!({ "key": Uuid::from_u128(41), "answers": answers, "seen": [], "turn": 0 });
    ann.post(&format!("/api/drafts/{form}"), &begun).await.is(200);
    ann.visitor.get(&format!("/api/photos/{photo}")).await.is(200);
    photo
}

/// Ended, at the end of its day, and with the account of whose it was.
async fn what_was_begun_for_somebody_goes_with_its_photos(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let gone = begun_with_a_photo(&mut ann, &form_for("report-graffiti", id)).await;
    sam.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.is(200);
    ann.visitor.get(&format!("/api/photos/{gone}")).await.refused(404, "not_found");
    sam.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.refused(404, "not_found");

    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    portal.turn_to("2026-12-20T20:00:00Z");
    let mut ann = signed_in(&portal, ANN).await;
    let gone = begun_with_a_photo(&mut ann, &form_for("report-graffiti", id)).await;
    sweep(&portal.state).await.unwrap();
    ann.visitor.get(&format!("/api/photos/{gone}")).await.is(200);
    portal.turn_to("2026-12-21T00:30:00Z");
    sweep(&portal.state).await.unwrap();
    ann.visitor.get(&format!("/api/photos/{gone}")).await.refused(404, "not_found");
    assert_eq!(kept.rows("draft").await, 0);
    let addresses =
        "SELECT COUNT(*) AS n FROM helper WHERE email <> '' OR email_key <> '' OR services <> '[]'";
    assert_eq!(kept.number(addresses).await, 0);

    let mut sam = signed_in(&portal, SAM).await;
    let mut ann = signed_in(&portal, ANN).await;
    let request =
        json!({ "name": "Ann Smith", "email": ANN, "services": ["report-graffiti"], "until": "2027-01-20" });
    let named = sam.post("/api/account/helpers", &request).await.is(200).json();
    let id = named["helpers"][0]["id"].as_str().unwrap().to_owned();
    ann.post(&format!("/api/account/helpers/{id}/accept"), &json!(null)).await.is(200);
    let gone = begun_with_a_photo(&mut ann, &form_for("report-graffiti", id.parse().unwrap())).await;
    close(&portal, &mut sam, SAM).await;
    ann.visitor.get(&format!("/api/photos/{gone}")).await.refused(404, "not_found");
    assert_eq!(kept.all_rows(["draft", "draft_upload", "photo"]).await, [0; 3]);
}

/// Of the requests that they see, and of no other.
async fn a_helper_sees_the_photos_of_what_they_may_see(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);
    let mut sent = Vec::new();
    for number in 1..3_u128 {
        let photo = ann.visitor.upload(samples::png(8, 6)).await.is(201).text("id");
        let answers = graffiti_but(&json!({ "photos.1": photo }));
        let reply = ann.visitor.submit_to(&form, number, &answers).await.is(201);
        sent.push((format!("/api/account/acting/{id}/{}/photos", reply.text("request")), photo));
    }
    let [(one, photo), (other, _)] = &sent[..] else { panic!("{sent:?}") };
    for size in ["", "?size=thumb"] {
        let reply = ann.visitor.get(&format!("{one}/{photo}{size}")).await.is(200);
        assert_eq!(reply.header("content-type"), "image/jpeg");
    }
    let eve = signed_in(&portal, "eve@example.org").await;
    let mut replies = vec![
        ann.visitor.get(&format!("{other}/{photo}")).await,
        ann.visitor.get(&format!("{one}/{MISSING}")).await,
        ann.visitor.get(&format!("{one}/x")).await,
        sam.visitor.get(&format!("{one}/{photo}")).await,
        eve.visitor.get(&format!("{one}/{photo}")).await,
    ];
    portal.visitor().get(&format!("{one}/{photo}")).await.refused(401, "not_signed_in");
    sam.post(&format!("/api/account/helpers/{id}/end"), &json!(null)).await.is(200);
    replies.push(ann.visitor.get(&format!("{one}/{photo}")).await);
    same(&replies);
}

async fn close(portal: &Portal, who: &mut Browser, email: &str) {
    who.post("/api/account/close/code", &json!({})).await.is(204);
    let code = portal.code(email).await;
    who.post("/api/account/close", &json!({ "code": code })).await.is(204);
}

/// No mail about it ever had a link: the one that says that the account is closed does.
async fn what_a_helper_sent_is_followed_after_closing(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["report-graffiti"]).await;
    let form = form_for("report-graffiti", id);
    ann.visitor.submit_to(&form, 1, &graffiti_but(&json!({ "you.email": ANN }))).await.is(201);
    let own = sam.visitor.submit(2, &graffiti()).await.is(201).text("key");
    let key = async |sam: &Browser| {
        let account = sam.account().await;
        let keys = account["requests"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap());
        keys.filter(|key| **key != own).collect::<Vec<_>>().concat()
    };
    let key = key(&sam).await;
    portal.mails().await;
    close(&portal, &mut sam, SAM).await;
    let [told] = portal.mails().await.try_into().unwrap();
    assert!(told.to == SAM && told.subject.ends_with("account is closed"), "{told:?}");
    let link = format!("https://portico.example/follow/{key}");
    assert!(told.text.contains(&link) && told.text.contains("Report graffiti"), "{}", told.text);
    assert!(!told.text.contains(&own), "its own mails have its link");
    assert_eq!(portal.visitor().follow(&key).await["title"], "Report graffiti");
}

/// How well the resident is known counts, not how well the helper is.
#[tokio::test]
async fn the_residents_identity_counts() {
    let portal = Portal::open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let id = named(&mut sam, &mut ann, &["my-data", "ask-us"]).await;
    let form = form_for("my-data", id);
    let store = portal.state.db.council("demo");
    let person = async |who: &Browser| {
        let view = who.visitor.get("/api/account/helpers").await.is(200).json();
        view["person"].as_str().unwrap().parse().unwrap()
    };
    let document =
        async |ann: &Browser| ann.visitor.get(&format!("/api/services/{form}")).await.is(200).json();
    let stops = |document: &Value| {
        let stops = document["service"]["stops"].as_array().cloned().unwrap_or_default();
        stops
            .into_iter()
            .filter(|stop| stop["kind"] == "sign-in" || stop["kind"] == "sign_in")
            .collect::<Vec<_>>()
    };
    let prove = async |who: Uuid| {
        let proof = NewProof {
            id: portal.state.new_id(),
            resident: who,
            proof: Proof::new(Level::DocumentsSeen, portal.state.now()),
            name: None,
            document: None,
            checked_by: None,
        };
        store.add_proof(proof).await.unwrap();
    };
    prove(person(&ann).await).await;
    let closed = document(&ann).await;
    let told = stops(&closed);
    assert_eq!(told[0]["title"], "They have to show who they are first");
    assert_eq!(closed["service"]["needs_identity"], Value::Null);
    prove(person(&sam).await).await;
    assert_eq!(stops(&document(&ann).await), Vec::<Value>::new());
    // No other form is suggested on the way: it would be one's own.
    let ask = ann.visitor.get(&format!("/api/services/{}", form_for("ask-us", id))).await.is(200).json();
    assert_eq!(ask["service"]["suggest"], Value::Null);
}

/// The pages say for whom they are, begin with what the resident told, and have no key in them. Where the app was not built
/// there are no pages.
#[tokio::test]
async fn the_pages_say_for_whom_they_are() {
    let portal = Portal::open().await;
    let (mut sam, mut ann) = (signed_in(&portal, SAM).await, signed_in(&portal, ANN).await);
    let profile = json!({ "answers": { "name": "Sam <b>Taylor", "phone": "07700 900123" } });
    sam.post("/api/account/profile", &profile).await.is(200);
    let id = named(&mut sam, &mut ann, &["report-graffiti", "missed-bin"]).await;
    let form = form_for("report-graffiti", id);
    let start = format!("/services/{form}");
    let page = async |who: &Browser, path: &str| {
        let reply = who.visitor.get(path).await;
        let is_built = reply.body != NOT_BUILT;
        is_built.then(|| (reply.status.as_u16(), String::from_utf8(reply.body.to_vec()).unwrap()))
    };
    let Some((status, html)) = page(&ann, &start).await else { return };
    let banner = "You are filling this in for <bdi><strong>Sam &lt;b&gt;Taylor</strong></bdi>";
    let (above, app) = html.split_once("<div id=\"app\"").unwrap();
    assert_eq!(status, 200);
    assert!(above.contains(banner) && !app.contains(banner), "it is no part of the app");
    assert!(
        app.contains("value=\"Sam &lt;b>Taylor\"") || app.contains("value=\"Sam &lt;b&gt;Taylor\""),
        "{app}"
    );
    assert!(app.contains(&format!("value=\"{SAM}\"")));
    assert!(!html.contains("rel=\"canonical\"") && !html.contains("ld+json"), "it is nobody else's to find");
    // One's own has nothing of it.
    let (_, own) = page(&ann, "/services/report-graffiti").await.unwrap();
    assert!(!own.contains(banner) && !own.contains("Taylor") && own.contains(&format!("value=\"{ANN}\"")));
    // Nobody else's page, and none for another service.
    for (who, path) in [(&sam, &start), (&ann, &format!("/services/{}", form_for("pothole", id)))] {
        let (status, html) = page(who, path).await.unwrap();
        assert_eq!(status, 404);
        assert!(!html.contains("Taylor"));
    }
    let stranger = portal.visitor().get(&start).await.is(303);
    assert_eq!(stranger.header("location"), format!("/account?to={start}"));

    let fields = "surface=public&offensive=no&place.street=&place.words=By+the+steps&details=&you.name=Sam&you.email=sam%40example.org&you.phone=";
    ann.post_form(&start, fields).await.is(303);
    let check = format!("{start}/check");
    let (_, html) = page(&ann, &check).await.unwrap();
    assert!(html.contains(banner) && html.contains("Check your answers") && !html.contains("share_record"));
    let next = ann.post_form(&check, "").await.is(303).header("location").to_owned();
    let (status, html) = page(&ann, &next).await.unwrap();
    assert_eq!(status, 200);
    assert!(html.contains("We have their request") && html.contains("We will finish by"));
    assert!(html.contains("Ann Smith, who acts for the resident") && !html.contains("/follow/"), "{html}");
    assert_eq!(html.matches("<h1").count(), 2, "the page's own, and that of an app that fails");
    let here = next.split('?').next().unwrap();
    let gone = format!("{here}/withdraw");
    let (_, html) = page(&ann, &gone).await.unwrap();
    assert!(html.contains("Do you want to withdraw this request for them?"));
    // What can't be taken is there again, with what is wrong.
    ann.post_form(&gone, &format!("reason={}", "a".repeat(1001))).await.is(303);
    let (_, html) = page(&ann, &gone).await.unwrap();
    assert!(html.contains("Your reason must be 1,000 characters or fewer") && html.contains("aaaa"));
    ann.post_form(here, "message=+").await.is(303);
    assert!(page(&ann, here).await.unwrap().1.contains("Write a message"));
    let (_, html) = page(&ann, &format!("/account/acting/{id}")).await.unwrap();
    assert!(html.contains(&format!("href=\"/services/{form}\"")));
    let (_, html) = page(&sam, "/account/helpers").await.unwrap();
    assert!(html.contains("Sent “Report graffiti” for you"));

    // Who is signed in and answered nothing is asked before it is sent; nothing is chosen.
    let fields = fields.replace("sam%40", "ann%40");
    ann.post_form("/services/report-graffiti", &fields).await.is(303);
    let (_, html) = page(&ann, "/services/report-graffiti/check").await.unwrap();
    assert!(
        html.contains("name=\"share_record\"") && html.contains("name=\"share_record-wording\""),
        "{html}"
    );
    assert!(html.contains("You need not answer this") && !html.contains("checked"));
    let question = html.find("name=\"share_record\"").unwrap();
    assert!(question < html.find("Send to Saltmarsh").unwrap(), "before it is sent");
    let mut stranger = Browser::of(&portal);
    stranger.post_form("/services/report-graffiti", &fields).await.is(303);
    let (_, html) = page(&stranger, "/services/report-graffiti/check").await.unwrap();
    assert!(html.contains("Check your answers") && !html.contains("share_record"));
}
