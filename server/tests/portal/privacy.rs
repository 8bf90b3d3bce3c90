//! What a resident decides about their own data: a copy of it, another address, and closing the account. Numbers name the
//! rows of the list of bad inputs.

use std::io::{Cursor, Read as _};

use crate::retention::OF_REQUESTS;
use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, PDF, Portal, Setup, graffiti_but};
use chrono::TimeDelta;
use domain::access::Role;
use domain::alert::{Device, Preferences};
use domain::api::drafts::Posted;
use domain::api::identity::DocumentKind;
use domain::audit::{Deed, Entry};
use domain::consent::{Channel, Decision, Purpose, Registry};
use picture::samples;
use serde_json::{Value, json};
use server::adapters::blobs::Size;
use server::extract::At;
use server::operations::submit::{Sender, submit};
use server::store::StoreError;
use server::store::accounts::{Resident, entry};
use server::store::consent::{Answered, Told, sha256};
use server::store::devices::NewDevice;
use server::store::drafts::Holder;
use server::store::helpers::Helper;
use server::store::links::Known;
use server::store::papers::NewDocument;
use server::store::passkeys::{NewPasskey, Owner};
use server::store::profile::Profile;
use uuid::Uuid;

on_both_engines![
    a_copy_holds_all_of_mine_and_nothing_else,
    another_address,
    an_account_is_closed,
    nothing_is_written_into_a_closed_account,
    every_table_says_what_becomes_of_it
];

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";

/// The files of a copy, by their names.
pub(crate) async fn copy(browser: &Browser) -> Vec<(String, Vec<u8>)> {
    let reply = browser.visitor.get("/api/account/download").await.is(200);
    assert_eq!(reply.header("content-type"), "application/zip");
    assert_eq!(reply.header("content-encoding"), "", "it is packed already");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"my-data-2026-12-07.zip\"");
    assert_eq!(reply.header("cache-control"), "no-store");
    let mut archive = zip::ZipArchive::new(Cursor::new(reply.body)).unwrap();
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

fn text(files: &[(String, Vec<u8>)], name: &str) -> String {
    let (_, bytes) = files.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(bytes.clone()).unwrap()
}

async fn a_copy_holds_all_of_mine_and_nothing_else(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    portal.visitor().get("/api/account/download").await.refused(401, "not_signed_in");
    // Somebody else's.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    let hers = graffiti_but(
        &json!({ "you.email": "ann@example.org", "you.name": "Ann Other", "details": "Hers alone" }),
    );
    ann.visitor.submit(1, &hers).await.is(201);

    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let photo = sam.visitor.upload(samples::png(80, 60)).await.is(201).text("id");
    let own = json!({ "details": "<b>Red</b> & \"blue\"", "photos.1": photo, "photos.1.alt": "The wall" });
    let sent = sam.visitor.submit(2, &graffiti_but(&own)).await.is(201);
    let (reference, key) = (sent.text("reference"), sent.text("key"));
    let priya = portal.staff(PRIYA).await;
    let queue = priya.get("/api/staff/requests").await.json();
    let items = queue["requests"].as_array().unwrap();
    let id =
        items.iter().find(|item| item["reference"] == reference.as_str()).unwrap()["id"].as_str().unwrap();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    let message = json!({ "id": Uuid::from_u128(9), "text": "Which wall is it?" });
    priya.post(&format!("/api/staff/requests/{id}/messages"), &message).await.is(200);
    // A change that is passed on, with a document; and a form that is begun.
    let proof = sam.visitor.upload_document(PDF).await.is(201).text("id");
    let change = json!({
        "what": "name", "date.day": "1", "date.month": "12", "date.year": "2026", "services": "parking,housing",
        "old-name": "Sam Smith", "name-proof.1": proof, "name-proof.1.name": "certificate.pdf", "others": "no",
        "address.line1": "3 Mill Lane", "address.town": "Saltmarsh", "address.postcode": "NE1 8QH",
        "vehicle": "AB12 CDE", "true": "yes", "you.name": "Sam O’Brien", "you.email": SAM,
    });
    let whole = sam.visitor.submit_to("change-details", 3, &change).await.is(201).text("key");
    sam.post_form("/services/report-graffiti", "surface=public&offensive=no&place.words=Half+a+word")
        .await
        .is(303);
    people_help(&portal, &mut sam).await;
    // Who looked, by department and reason; not by name.
    let resident = kept_id(&portal, SAM).await;
    let store = portal.state.db.council("demo");
    store.log(look(&portal, Deed::Read, Some(resident))).await.unwrap();

    let files = copy(&sam).await;
    let mut names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let own_photo = format!("photos/{reference}-1.jpg");
    assert!(names.contains(&own_photo.as_str()), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("documents/") && name.ends_with("-1.pdf")), "{names:?}");
    assert_eq!(names.iter().filter(|name| !name.contains('/')).count(), 2, "{names:?}");
    let (_, picture) = files.iter().find(|(name, _)| *name == own_photo).unwrap();
    let shown = sam.visitor.get(&format!("/api/follow/{key}/photos/{photo}")).await.is(200).body;
    assert_eq!(picture[..], shown[..]);
    let (page, data) = (text(&files, "open-me.html"), text(&files, "everything.json"));
    let json: Value = serde_json::from_str(&data).unwrap();
    for section in [
        "account", "details", "requests", "watching", "contacts", "begun", "helpers", "acting", "identity",
        "consent", "sessions", "looked",
    ] {
        assert!(!json[section].is_null(), "{section}");
        assert!(page.contains(&format!("<h2 id=\"{section}\">")), "{section}");
    }
    for mine in [SAM, reference.as_str(), "Which wall is it?", "Half a word", "Housing", "To answer a call"] {
        assert!(page.contains(mine), "{mine} is missing in the page");
        assert!(data.contains(mine), "{mine} is missing in the data");
    }
    assert_eq!(json["helpers"]["named"][0]["name"], "Eve Helper");
    assert_eq!(json["helpers"]["used"][0]["name"], "Eve Helper");
    assert_eq!(
        (&json["acting"][0]["name"], &json["acting"][0]["accepted"]),
        (&json!("Tom Asks"), &json!(false))
    );
    assert!(
        page.contains("Tom Asks (you have not accepted yet)") && page.contains("What they looked at and did")
    );
    assert!(page.contains("&lt;b&gt;Red&lt;/b&gt; &amp; &quot;blue&quot;") && !page.contains("<b>Red"));
    assert!(page.contains(&format!("<img src=\"{own_photo}\" alt=\"")));
    assert!(!page.contains("<script") && !page.contains("http"), "it opens by itself");
    for other in [
        "ann@example.org",
        "Ann Other",
        "Hers alone",
        "North team",
        &key,
        &whole,
        &Uuid::from_u128(4).to_string(),
    ] {
        assert!(!page.contains(other) && !data.contains(other), "{other}");
    }
    // It is logged, and not without end.
    let logged = store.audit_log(None, 100).await.unwrap();
    assert!(logged.iter().any(|row| row.entry.deed == Deed::Exported && row.entry.person == Some(resident)));
    for _ in 0..9 {
        sam.visitor.get("/api/account/download").await.is(200);
    }
    sam.visitor.get("/api/account/download").await.refused(429, "too_many_requests");
}

/// Who helps Sam, and what she did; and who asked Sam to help.
async fn people_help(portal: &Portal, sam: &mut Browser) {
    let mut eve = Browser::of(portal);
    eve.sign_in(portal, "eve@example.org").await;
    let asked = |email: &str| json!({ "name": "Eve Helper", "email": email, "services": ["report-graffiti"], "until": "2026-12-20" });
    let named = sam.post("/api/account/helpers", &asked("eve@example.org")).await.is(200).json();
    let helping = named["helpers"][0]["id"].as_str().unwrap();
    eve.post(&format!("/api/account/helpers/{helping}/accept"), &json!({})).await.is(200);
    eve.visitor.get(&format!("/api/account/acting/{helping}")).await.is(200);
    let mut tom = Browser::of(portal);
    tom.sign_in(portal, "tom@example.org").await;
    tom.post("/api/account/profile", &json!({ "answers": { "name": "Tom Asks" } })).await.is(200);
    tom.post("/api/account/helpers", &asked(SAM)).await.is(200);
}

/// What the log says of something that an officer did.
fn look(portal: &Portal, deed: Deed, person: Option<Uuid>) -> Entry {
    Entry {
        seq: 0,
        at: portal.state.now(),
        role: Role::Officer,
        who: Some(Uuid::from_u128(4)),
        department: Some("housing".to_owned()),
        deed,
        person,
        object: "record".to_owned(),
        detail: "To answer a call".to_owned(),
    }
}

async fn kept_id(portal: &Portal, email: &str) -> Uuid {
    portal.state.db.council("demo").account_with(email).await.unwrap().unwrap().id
}

/// A photo whose bytes are lost is named, and the rest is there.
#[tokio::test]
async fn what_can_not_be_read_is_named() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let photo = sam.visitor.upload(samples::png(80, 60)).await.is(201).text("id");
    sam.visitor.submit(1, &graffiti_but(&json!({ "photos.1": photo }))).await.is(201);
    portal.state.blobs.delete("demo", photo.parse().unwrap()).await.unwrap();
    let files = copy(&sam).await;
    assert!(text(&files, "open-me.html").contains("it could not be read. Ask us for it."));
}

async fn code_to(portal: &Portal, email: &str) -> String {
    let mail = portal.mails_to(email).await.pop().expect("a mail with a code");
    assert!(mail.subject.ends_with("security code"), "{}", mail.subject);
    mail.subject.split(' ').next().unwrap().to_owned()
}

async fn another_address(kept: Kept) {
    const NEW: &str = "sam.new@example.org";
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut other, mut ann) = (Browser::of(&portal), Browser::of(&portal), Browser::of(&portal));
    sam.sign_in(&portal, SAM).await;
    other.sign_in(&portal, SAM).await;
    ann.sign_in(&portal, "ann@example.org").await;
    sam.visitor.submit(1, &graffiti_but(&json!({}))).await.is(201);
    portal.visitor().submit(2, &graffiti_but(&json!({ "you.email": NEW }))).await.is(201);
    portal.mails().await;
    let (email, confirm) = ("/api/account/email", "/api/account/email/confirm");
    portal.visitor().post(email, &json!({ "email": NEW })).await.refused(401, "not_signed_in");
    sam.post(confirm, &json!({ "code": "123456" })).await.refused(422, "wrong_code");

    // Ann's address is answered like any other; she is told, and no code leads to it.
    let taken = sam.post(email, &json!({ "email": "ANN@example.org" })).await.is(204);
    let [told] = portal.mails_to("ann@example.org").await.try_into().unwrap();
    assert!(told.subject.starts_with("Somebody wanted to use your address") && !told.text.contains(SAM));
    let free = sam.post(email, &json!({ "email": format!(" {NEW} ") })).await.is(204);
    assert_eq!((taken.body, taken.headers), (free.body, free.headers));
    let code = code_to(&portal, NEW).await;
    assert!(portal.mails().await.is_empty(), "nobody else is told yet");
    // In this session only.
    other.post(confirm, &json!({ "code": code })).await.refused(422, "wrong_code");
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    sam.post(confirm, &json!({ "code": spaced })).await.is(204);
    sam.post(confirm, &json!({ "code": code })).await.refused(422, "wrong_code");
    let account = sam.account().await;
    assert_eq!(
        (&account["email"], &account["found"]),
        (&json!(NEW), &json!(1)),
        "what the new one sent is offered"
    );
    assert_eq!(account["requests"].as_array().unwrap().len(), 1, "what was in it stays in it");
    other.visitor.get("/api/account").await.refused(401, "not_signed_in");
    let [told] = portal.mails().await.try_into().unwrap();
    assert_eq!(told.to, SAM);
    assert!(told.text.contains("If it was not you, ring us") && !told.raw.contains(NEW), "{}", told.text);
    let logged = portal.state.db.council("demo").audit_log(None, 10).await.unwrap();
    assert!(logged.iter().any(|row| row.entry.deed == Deed::Changed && row.entry.object == "account"));
    // What was sent before is found by the new address, and told there; whoever reads the old one learns no more.
    let priya = portal.staff("priya@saltmarsh.example").await;
    let (request, reference) = (account["requests"][0].clone(), account["requests"][0]["reference"].clone());
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    let row = queue["requests"].as_array().unwrap().iter().find(|row| row["reference"] == reference).unwrap();
    portal.mails().await;
    priya
        .post(&format!("/api/staff/requests/{}/take", row["id"].as_str().unwrap()), &json!({}))
        .await
        .is(200);
    let told: Vec<String> = portal.mails().await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, [NEW], "{request}");
    for (email, status) in [(SAM, 404), (NEW, 200)] {
        let find = json!({ "reference": reference, "email": email });
        portal.visitor().post("/api/follow", &find).await.is(status);
    }
    // The old address makes another account now.
    other.sign_in(&portal, SAM).await;
    assert_eq!(other.account().await["requests"], json!([]));
}

/// Rows 6 to 8, and codes that are late or guessed.
#[tokio::test]
async fn addresses_and_codes_that_will_not_do() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let (email, confirm) = ("/api/account/email", "/api/account/email/confirm");
    for wrong in [
        "a@b",
        "nonsense",
        "x@example.org\r\nBcc: y@example.org",
        "x@example.org%0aBcc:y@example.org",
        "a b@example.org",
    ] {
        sam.post(email, &json!({ "email": wrong })).await.wrong(&[("email", "not_an_email", 0)]);
    }
    sam.post(email, &json!({ "email": "" })).await.wrong(&[("email", "missing", 0)]);
    sam.post(email, &json!({ "email": format!("{}@example.org", "x".repeat(255)) })).await.is(422);
    sam.post(email, &json!({ "email": "x@example.org", "resident": "other" })).await.is(422);
    assert!(portal.mails().await.is_empty());
    // Letters that look alike are another address: neither merged nor refused.
    let long = format!("{}@{}.{}.example.org", "a".repeat(64), "b".repeat(63), "c".repeat(60));
    for odd in ["P\u{0430}ypal@example.org", "a+b@example.org", "\"john doe\"@example.org", long.as_str()] {
        sam.post(email, &json!({ "email": odd })).await.is(204);
        assert_eq!(portal.mails().await.len(), 1, "{odd}");
    }
    // Full-width letters are the same address as Sam's own: he may spell it as he likes.
    sam.post(email, &json!({ "email": "ｓam@example.org" })).await.is(204);
    portal.mails().await;
    sam.post(email, &json!({ "email": "y@example.org" })).await.refused(429, "too_many_requests");

    portal.turn(TimeDelta::minutes(14));
    sam.account().await;
    portal.turn(TimeDelta::minutes(2));
    sam.post(email, &json!({ "email": "late@example.org" })).await.is(204);
    let code = code_to(&portal, "late@example.org").await;
    portal.turn(TimeDelta::minutes(10));
    sam.post(confirm, &json!({ "code": code })).await.refused(422, "wrong_code");
    sam.post(email, &json!({ "email": "guess@example.org" })).await.is(204);
    let code = code_to(&portal, "guess@example.org").await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        sam.post(confirm, &json!({ "code": wrong })).await.refused(422, "wrong_code");
    }
    sam.post(confirm, &json!({ "code": code })).await.refused(422, "wrong_code");
    assert_eq!(sam.account().await["email"], SAM);
    for _ in 0..3 {
        sam.post(confirm, &json!({ "code": wrong })).await.is(422);
    }
    sam.post(confirm, &json!({ "code": wrong })).await.refused(429, "too_many_requests");
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
}

/// A profile, something agreed to, and a passport that waits to be looked at, whose identifier it gives.
async fn tell(portal: &Portal, sam: &Browser, resident: Uuid) -> Uuid {
    let store = portal.state.db.council("demo");
    let told = Profile { answers: [("name", "Sam O’Brien")].into_iter().collect(), not_before: None };
    store.put_profile(resident, &told, portal.state.now(), None).await.unwrap();
    let words = Registry::ours();
    let wording = words.current(Purpose::ShareRecord, "en").unwrap().reference(sha256);
    let yes = Answered { purpose: Purpose::ShareRecord, department: "housing".into(), agrees: true, wording };
    let by = Told { channel: Channel::Web, helper: None, at: portal.state.now() };
    store.decide(resident, vec![yes], by).await.unwrap();
    let shown = NewDocument {
        id: sam.visitor.upload_document(PDF).await.is(201).text("id").parse().unwrap(),
        resident,
        kind: DocumentKind::Passport,
        name: "Sam O’Brien".into(),
        now: portal.state.now(),
    };
    let passport = shown.id;
    assert!(portal.state.blobs.get("demo", passport, Size::Document).await.is_ok());
    store.show_document(shown, look(portal, Deed::Changed, None)).await.unwrap();
    passport
}

/// Sam rings three times about the same thing, and a manager looks at why.
async fn come_back(portal: &Portal) {
    let (priya, tom) = (portal.staff_now(PRIYA).await, portal.staff_now("tom@saltmarsh.example").await);
    let mut looked = String::new();
    for id in 90..93 {
        let call = json!({
            "id": Uuid::from_u128(id), "channel": "phone", "service": "report-graffiti", "person": SAM, "reason": "progress",
            "answers": { "chasing": true, "again": false, "unclear": false }, "note": "Sam asks again",
        });
        let id = priya.post("/api/staff/contacts", &call).await.is(200).text("id");
        looked = format!("/api/staff/contacts/repeats/{id}/looked-into");
    }
    tom.post(&looked, &json!({ "done": "Rang Sam" })).await.is(204);
    portal.turn(TimeDelta::minutes(10));
    portal.mails().await;
}

/// Gives a resident a passkey and a provider to sign in with.
async fn more_ways_in(
    portal: &Portal,
    resident: Uuid,
) -> (Result<bool, StoreError>, Result<bool, StoreError>) {
    let store = portal.state.db.council("demo");
    let changed = || entry(Some(resident), Deed::Changed, String::new(), portal.state.now());
    let known = Known {
        issuer: "https://id.example".into(),
        subject: "sam-1".into(),
        provider: "id".into(),
        level: None,
    };
    let linked = store.add_link(resident, known, Uuid::from_u128(20), changed()).await;
    let passkey = NewPasskey {
        id: Uuid::from_u128(21),
        credential: vec![1],
        name: "My phone".into(),
        body: "{}".into(),
    };
    (linked, store.add_passkey(Owner::Resident(resident), passkey, changed(), None).await)
}

async fn an_account_is_closed(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let (mut sam, mut other, mut ann) = (Browser::of(&portal), Browser::of(&portal), Browser::of(&portal));
    sam.sign_in(&portal, SAM).await;
    other.sign_in(&portal, SAM).await;
    ann.sign_in(&portal, "ann@example.org").await;
    let here = json!({ "place.position": "52.967,0.29" });
    let near = "/api/services/report-graffiti/nearby";
    let of_ann = graffiti_but(&json!({ "you.email": "ann@example.org", "place.position": "52.967,0.29" }));
    ann.visitor.submit(3, &of_ann).await.is(201);
    let found = sam.visitor.get(&format!("{near}?lat=52.967&lon=0.29")).await.is(200).json();
    let watched = format!("{near}/{}/watch", found["requests"][0]["id"].as_str().unwrap());
    sam.visitor.post(&watched, &json!({ "email": SAM })).await.is(204);
    let open = sam.visitor.submit(1, &graffiti_but(&here)).await.is(201).text("key");
    let closed = sam.visitor.submit(2, &graffiti_but(&json!({}))).await.is(201).text("key");
    sam.visitor.post(&format!("/api/follow/{closed}/withdraw"), &json!({ "reason": "" })).await.is(200);
    sam.visitor.follow(&open).await;
    let begun: Uuid = sam.visitor.upload(samples::png(80, 60)).await.is(201).text("id").parse().unwrap();
    let draft = json!({
        "key": Uuid::from_u128(4), "answers": { "place.words": "Half of Sam’s", "photos.1": begun }, "seen": [], "turn": 0,
    });
    sam.post("/api/drafts/report-graffiti", &draft).await.is(200);
    ann.post_form("/services/report-graffiti", "surface=public&place.words=Half+of+hers").await.is(303);
    let helper = json!({ "name": "Eve", "email": "eve@example.org", "services": ["report-graffiti"], "until": "2026-12-20" });
    sam.post("/api/account/helpers", &helper).await.is(200);
    sam.post("/api/account/identity/desk-code", &json!({})).await.is(200);
    // The keys of RFC 8291's example.
    let device = json!({
        "answers": { "own": "yes", "name": "My phone", "says": "news", "until": "removed" },
        "endpoint": "https://push.example.org/sam", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    });
    sam.post("/api/account/devices", &device).await.is(200);
    sam.post("/api/account/alerts", &json!({ "answers": { "email": "important" } })).await.is(200);
    portal.mails().await;

    let store = portal.state.db.council("demo");
    let resident = kept_id(&portal, SAM).await;
    let passport = tell(&portal, &sam, resident).await;
    come_back(&portal).await;
    let (linked, added) = more_ways_in(&portal, resident).await;
    assert!(linked.unwrap() && added.unwrap());

    let (close, code_at) = ("/api/account/close", "/api/account/close/code");
    portal.visitor().get(close).await.refused(401, "not_signed_in");
    let closing = sam.visitor.get(close).await.is(200).json();
    let mut kept_for: Vec<&str> =
        closing["requests"].as_array().unwrap().iter().map(|one| one["kept"].as_str().unwrap()).collect();
    kept_for.sort_unstable();
    assert_eq!(
        kept_for,
        [
            "We keep it for 24 months after it is closed. Then we take out everything that could tell who it was from.",
            "We keep it until 7 December 2028. Then we take out everything that could tell who it was from.",
        ]
    );
    sam.post(close, &json!({ "code": "123456" })).await.refused(422, "wrong_code");
    sam.post(code_at, &json!({})).await.is(204);
    let code = code_to(&portal, SAM).await;
    other.post(close, &json!({ "code": code })).await.refused(422, "wrong_code");
    // A code for one thing does nothing else.
    sam.post("/api/account/email/confirm", &json!({ "code": code })).await.refused(422, "wrong_code");
    sam.post(close, &json!({ "code": code, "everybody": true })).await.is(422);
    for (table, where_) in in_account(&kept, resident) {
        assert!(kept.rows(&format!("{table} WHERE {where_}")).await > 0, "nothing of Sam’s is in {table}");
    }
    let stolen = sam.visitor.cookie.clone();
    sam.post(close, &json!({ "code": code })).await.is(204);

    sam.visitor.cookie = stolen;
    for browser in [&sam, &other] {
        browser.visitor.get("/api/account").await.refused(401, "not_signed_in");
    }
    ann.account().await;
    for (table, where_) in in_account(&kept, resident) {
        assert_eq!(kept.rows(&format!("{table} WHERE {where_}")).await, 0, "{table}");
    }
    let tables = ["resident", "resident_session", "resident_browser"];
    assert_eq!(kept.all_rows(tables).await, [1, 1, 1], "Ann's stay");
    assert!(portal.state.blobs.get("demo", begun, Size::Full).await.is_err());
    assert!(!store.is_loose(begun, false).await.unwrap());
    let decided: Vec<_> =
        store.ledger(resident).await.unwrap().into_iter().map(|entry| entry.decision).collect();
    assert_eq!(decided, [Decision::Given, Decision::Withdrawn], "what was agreed to holds no longer");
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM identity_document WHERE name <> ''").await, 0);
    assert!(portal.state.blobs.get("demo", passport, Size::Document).await.is_err());
    assert_eq!(kept.rows(&format!("photo WHERE id = {}", kept.literal(passport))).await, 0);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM draft WHERE body LIKE '%Half%'").await, 1);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM request WHERE resident_id IS NOT NULL").await, 1);
    let [told] = portal.mails().await.try_into().unwrap();
    assert!(told.to == SAM && told.subject.ends_with("account is closed"), "{told:?}");
    let logged = portal.state.db.council("demo").audit_log(None, 1).await.unwrap();
    assert_eq!((logged[0].entry.deed, logged[0].entry.object.as_str()), (Deed::Erased, "account"));
    // Requests are followed by their links, and staff deal with them; a new account is asked about them.
    let visitor = portal.visitor();
    for key in [&open, &closed] {
        visitor.follow(key).await;
    }
    let answer = json!({ "id": Uuid::from_u128(10), "text": "The one by the steps" });
    visitor.post(&format!("/api/follow/{open}/messages"), &answer).await.is(200);
    sam.sign_in(&portal, SAM).await;
    let account = sam.account().await;
    assert_eq!((&account["requests"], &account["found"]), (&json!([]), &json!(2)));
}

/// A form that is sent, or a write that is on its way, when the account is closed in another browser.
async fn nothing_is_written_into_a_closed_account(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let store = portal.state.db.council("demo");
    let gone = Uuid::from_u128(77);
    let told = Profile { answers: [("name", "Sam O’Brien")].into_iter().collect(), not_before: None };
    assert!(matches!(
        store.put_profile(gone, &told, portal.state.now(), None).await,
        Err(StoreError::NotFound)
    ));
    let (linked, added) = more_ways_in(&portal, gone).await;
    assert!(matches!((linked, added), (Err(StoreError::NotFound), Err(StoreError::NotFound))));
    let (now, sam) = (portal.state.now(), closed_account(gone, portal.state.now()));
    let day = now.date_naive();
    let upload = portal.visitor().upload_document(PDF).await.is(201).text("id").parse().unwrap();
    let shown =
        NewDocument { id: upload, resident: gone, kind: DocumentKind::Passport, name: "Sam".to_owned(), now };
    let helper = Helper {
        id: Uuid::from_u128(78),
        resident: gone,
        name: "Eve".to_owned(),
        email: SAM.to_owned(),
        services: vec!["report-graffiti".to_owned()],
        until: day,
        helper: None,
    };
    let entry = || entry(Some(gone), Deed::Changed, String::new(), now);
    let draft = Posted { service: "report-graffiti".to_owned(), ..Posted::default() };
    let device = NewDevice {
        id: Uuid::from_u128(30),
        endpoint: "https://push.example.org/sam".to_owned(),
        public_key: vec![4; 65],
        auth: vec![1; 16],
        wanted: Device { name: "My phone".to_owned(), says_what: false, until_sign_out: false },
    };
    for refused in [
        store.show_document(shown, entry()).await,
        store.new_desk_code(gone, Uuid::nil(), now).await,
        store.name_helper(helper.clone(), 10, (now, day), entry()).await.map(drop),
        store.collect(&sam, true, now).await,
        store.put_preferences(gone, &Preferences::default(), entry()).await,
        store.add_device(gone, device, entry()).await.map(drop),
        store.keep_draft(&Holder::Account(gone), &draft, Some(0), now).await.map(drop),
        store.move_drafts(&Holder::browser("token"), gone, now).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    assert!(store.is_loose(upload, true).await.unwrap());
    // Asked to help by somebody who is there, and gone before saying yes.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    let helper = Helper { resident: kept_id(&portal, "ann@example.org").await, ..helper };
    assert!(store.name_helper(helper.clone(), 10, (now, day), entry()).await.unwrap());
    let accepted = store.accept(&sam, helper.id, day, entry()).await;
    assert!(matches!(accepted, Err(StoreError::NotFound)), "{accepted:?}");
    let tables = ["profile", "resident_link", "passkey", "identity_document", "desk_code", "draft"];
    assert_eq!(kept.all_rows(tables).await, [0; 6]);
    assert_eq!(kept.all_rows(["helper WHERE helper_id IS NULL", "helper"]).await, [1, 1]);

    // A request is kept, with its parts, and is nobody's account's.
    let at = At { served: portal.state.councils.by_id("demo").unwrap(), store: store.clone(), turn: None };
    let known = portal.visitor().get("/api/services/report-graffiti").await.json();
    let form = json!({ "service": "report-graffiti", "version": known["service"]["version"], "answers": graffiti_but(&json!({})) });
    let form = serde_json::from_value(form).unwrap();
    let (sent, is_new) =
        submit(&portal.state, &at, Uuid::from_u128(1), form, Sender::Resident(gone), None).await.unwrap();
    assert!(is_new);
    portal.visitor().follow(&sent.key).await;
    assert_eq!(kept.all_rows(["request", "request WHERE resident_id IS NOT NULL"]).await, [1, 0]);
}

/// What a browser has in its hands that asked a moment before the account was closed.
fn closed_account(id: Uuid, now: chrono::DateTime<chrono::Utc>) -> Resident {
    Resident {
        council_id: "demo".to_owned(),
        id,
        email: SAM.to_owned(),
        email_key: SAM.to_owned(),
        created_at: now,
        left_out_until: None,
    }
}

/// Whoever has an account can't keep the owner of an address from making it theirs.
#[tokio::test]
async fn nobody_is_kept_from_their_own_address() {
    const NEW: &str = "new@example.org";
    let portal = Portal::open().await;
    let (mut sam, mut eve) = (Browser::of(&portal), Browser::of(&portal));
    sam.sign_in(&portal, SAM).await;
    eve.sign_in(&portal, "eve@example.org").await;
    let new = json!({ "email": NEW });
    for _ in 0..3 {
        eve.post("/api/account/email", &new).await.is(204);
    }
    eve.post("/api/account/email", &new).await.refused(429, "too_many_requests");
    portal.mails().await;
    sam.post("/api/account/email", &new).await.is(204);
    let code = code_to(&portal, NEW).await;
    sam.post("/api/account/email/confirm", &json!({ "code": code })).await.is(204);
}

/// What becomes of what a table knows of a resident.
enum Fate {
    /// It goes when they close their account: the rows of which this is true. `?` stands for the resident.
    Account(&'static str),
    /// It goes with the request that it is about.
    Request,
    /// It ends by itself, soon, and is cleared away.
    Ends,
    /// It stays, and why.
    Stays(&'static str),
}

/// Every table. One more is a line more, when it is clear what takes away what it knows.
const TABLES: [(&str, Fate); 62] = {
    use Fate::{Account, Ends, Request, Stays};
    const OF_RESIDENT: Fate = Account("resident_id = ?");
    [
        ("address", Stays("the council's gazetteer: places, not people")),
        ("agreed", OF_RESIDENT),
        ("alert_wish", OF_RESIDENT),
        ("allowance", Request),
        ("attempt", Ends),
        ("audit", Stays("numbers in place of names, and a chain that holds only when it is whole")),
        ("audit_head", Stays("how far the log has got")),
        ("bill_visit", Ends),
        ("ceremony", Ends),
        ("challenge", Request),
        ("consent", Stays("numbers in place of names; what was decided has to be provable")),
        ("contact", OF_RESIDENT),
        ("contact_rise", Account("done LIKE '%Sam%'")),
        ("contract_link", Request),
        ("delivery", Request),
        ("desk_code", OF_RESIDENT),
        ("device", OF_RESIDENT),
        ("digest", Stays("which of the staff and councillors were told of a week; kept for eight")),
        ("draft", Account("body LIKE '%Half of Sam%'")),
        ("draft_upload", Account("in_account = TRUE")),
        ("elector", Stays("the electoral roll, which goes with the next one")),
        ("event", Request),
        ("figure", Stays("how many requests there were, and nobody in them")),
        ("granted", Request),
        ("helper", OF_RESIDENT),
        ("home", Ends),
        ("identity_document", Stays("that papers were seen; without a name, and their bytes are gone")),
        ("job", Ends),
        ("leave", Stays("when members of staff are away")),
        ("ledger_import", Stays("which files of the council's ledgers were taken in")),
        ("ledger_row", Stays("the council's own ledgers, which go with the next import")),
        ("no_shortcuts", Stays("how members of staff work, not residents")),
        ("notice", Request),
        ("passkey", OF_RESIDENT),
        ("payment", Stays("what was paid, for the council's books; numbers in place of names")),
        ("payment_hint", Stays("numbers of card services' messages, for thirty days")),
        ("photo", Request),
        ("profile", OF_RESIDENT),
        ("proof", OF_RESIDENT),
        ("reconciled", Stays("days whose books were compared; numbers")),
        ("refund", Stays("what went back, for the council's books; it names staff and no resident")),
        ("request", Request),
        ("resident", Account("id = ?")),
        ("resident_browser", OF_RESIDENT),
        ("resident_code", Ends),
        ("resident_link", OF_RESIDENT),
        ("resident_proof", OF_RESIDENT),
        ("resident_session", OF_RESIDENT),
        ("retention", Stays("since when requests are erased")),
        ("saved_filter", Stays("what members of staff look for in their queue, and nobody else sees")),
        ("seen", OF_RESIDENT),
        ("sign_in_code", Ends),
        ("slot_place", Request),
        ("spot", Request),
        ("staff", Stays("members of staff, not residents")),
        ("staff_session", Ends),
        ("street", Stays("the council's gazetteer: places, not people")),
        ("tally", Stays("one request more or less, and nobody's, until it is added up")),
        ("terminal", Stays("public computers: a turn at one is stored nowhere")),
        ("tombstone", Stays("that there was a request; nobody's name")),
        ("ward", Stays("the council's gazetteer: places, not people")),
        ("watcher", Account("email_key = 'sam@example.org'")),
    ]
};

fn in_account(kept: &Kept, resident: Uuid) -> Vec<(&'static str, String)> {
    let who = kept.literal(resident);
    let each = TABLES.iter().filter_map(|(table, fate)| match fate {
        Fate::Account(rows) => Some((*table, rows.replace('?', &who))),
        _ => None,
    });
    each.collect()
}

async fn every_table_says_what_becomes_of_it(kept: Kept) {
    let named: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
    assert_eq!(kept.tables().await, named);
    for (table, fate) in &TABLES {
        let columns = kept.columns(table).await;
        let has = |column: &str| columns.iter().any(|known| known == column);
        let is_of_request = has("request_id") || *table == "request";
        assert_eq!(is_of_request, OF_REQUESTS.contains(table), "{table}");
        match fate {
            Fate::Account(_) => {}
            Fate::Request => assert!(is_of_request, "{table}"),
            Fate::Ends => assert!(!has("resident_id") && !is_of_request, "{table}"),
            Fate::Stays(why) => assert!(!why.is_empty() && !has("email") || *table == "staff", "{table}"),
        }
    }
}

/// Without the app: the address is changed, and the account closed, page by page.
#[tokio::test]
async fn it_works_without_the_app() {
    const NEW: &str = "sam.new@example.org";
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    for page in ["email", "email-code", "close", "close-code"] {
        let there = sam.post_form(&format!("/account/{page}"), "").await.is(303);
        assert_eq!(there.header("location"), format!("/account?to=/account/{page}"));
    }
    sam.sign_in(&portal, SAM).await;
    sam.visitor.submit(1, &graffiti_but(&json!({}))).await.is(201);
    portal.mails().await;
    for (page, words) in [
        ("privacy", "Download everything"),
        ("email", "New email address"),
        ("email-code", "6-digit code"),
        ("close", "We keep it for 24 months"),
        ("close-code", "Close my account"),
        ("closed", "Your account is closed"),
    ] {
        let reply = sam.visitor.get(&format!("/account/{page}")).await;
        let html = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(html.contains(words) || html == NOT_BUILT, "{page}: {html}");
    }
    let to = async |sam: &mut Browser, page: &str, form: &str| {
        sam.post_form(&format!("/account/{page}"), form).await.is(303).header("location").to_owned()
    };
    for wrong in ["email=nonsense", "email=", "", "email=x%40example.org%0d%0aBcc%3A+y%40example.org"] {
        assert_eq!(to(&mut sam, "email", wrong).await, "/account/email");
    }
    assert_eq!(to(&mut sam, "email", "email=sam.new%40example.org").await, "/account/email-code");
    let code = code_to(&portal, NEW).await;
    for wrong in ["code=", "code=12", if code == "000000" { "code=111111" } else { "code=000000" }] {
        assert_eq!(to(&mut sam, "email-code", wrong).await, "/account/email-code");
    }
    assert_eq!(to(&mut sam, "email-code", &format!("code={code}")).await, "/account");
    assert_eq!(sam.account().await["email"], NEW);
    assert_eq!(to(&mut sam, "close", "").await, "/account/close-code");
    let code = code_to(&portal, NEW).await;
    assert_eq!(to(&mut sam, "close-code", "code=1").await, "/account/close-code");
    assert_eq!(to(&mut sam, "close-code", &format!("code={code}")).await, "/account/closed");
    sam.visitor.get("/api/account").await.refused(401, "not_signed_in");
}
