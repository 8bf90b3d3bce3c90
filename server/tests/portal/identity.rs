//! Who residents are: the electoral roll that answers yes or no, documents that are looked at and erased, a code for a
//! desk, and what a form makes of it.

use std::sync::Arc;

use crate::support::database::Kept;
use crate::support::{PDF, Portal, Reply, Setup, Visitor, moment};
use axum::body::Body;
use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::identity::roll::Elector;
use domain::identity::{Detail, Level, Proof};
use serde_json::{Value, json};
use server::adapters::blobs::Size;
use server::gazetteer::{demo, electors};
use server::store::Store;
use server::store::proofs::{NewProof, known};
use server::store::roll::Rows;
use uuid::Uuid;

on_both_engines![
    a_roll_takes_the_place_of_the_one_before,
    proofs_end_with_what_they_rest_on,
    the_roll_says_yes_or_no,
    a_document_is_looked_at_and_erased,
    a_document_is_shown_at_a_desk
];

fn rows(electors: Vec<Elector>) -> Rows {
    Arc::new(move || Ok(Box::new(electors.clone().into_iter().map(Ok))))
}

async fn open(kept: &Kept) -> Portal {
    let portal = Setup::default().in_database(&kept.url).open().await;
    store(&portal).replace_roll(rows(demo::electors())).await.unwrap();
    portal
}

fn store(portal: &Portal) -> Store {
    portal.state.db.council("demo")
}

/// A resident who has signed in.
async fn resident(portal: &Portal, email: &str) -> Visitor {
    let mut visitor = portal.visitor();
    let asked = visitor.post("/api/account/code", &json!({ "email": email })).await.is(204);
    visitor.cookie = Some(asked.cookie());
    let code = portal.code(email).await;
    let signed_in = visitor.post("/api/account/sign-in", &json!({ "code": code })).await.is(204);
    visitor.cookie = Some(signed_in.cookie());
    visitor
}

async fn identity(visitor: &Visitor) -> Value {
    visitor.get("/api/account/identity").await.is(200).json()
}

fn agreed(view: &Value) -> Value {
    let wording = &view["roll"]["wording"];
    json!({ "wording": wording["id"], "version": wording["version"], "language": wording["language"], "hash": view["roll"]["hash"] })
}

async fn look(visitor: &Visitor, name: &str, line1: &str, postcode: &str) -> Reply {
    let agreed = agreed(&identity(visitor).await);
    let body = json!({ "name": name, "line1": line1, "postcode": postcode, "agreed": agreed });
    visitor.post("/api/account/identity/roll", &body).await
}

/// The postcode of Mill Lane in the invented town.
fn mill_lane() -> String {
    let (_, addresses) = demo::addresses();
    addresses.into_iter().find(|address| address.lines[0] == "4 Mill Lane").unwrap().postcode
}

async fn a_roll_takes_the_place_of_the_one_before(kept: Kept) {
    let (north, south) = (kept.db.council("north"), kept.db.council("south"));
    assert!(!north.has_roll().await.unwrap());
    let many = demo::electors();
    let count = many.len() as u64;
    assert_eq!(north.replace_roll(rows(many.clone())).await.unwrap(), count);
    assert_eq!(north.replace_roll(rows(many)).await.unwrap(), count, "twice is once");
    assert!(north.has_roll().await.unwrap() && !south.has_roll().await.unwrap());
    // A file with nobody in it, or that breaks off, changes nothing.
    north.replace_roll(rows(Vec::new())).await.unwrap_err();
    let breaks: Rows = Arc::new(|| Ok(Box::new(std::iter::once(Err("it broke off".to_owned())))));
    let error = north.replace_roll(breaks).await.unwrap_err();
    assert!(error.to_string().contains("it broke off"), "{error}");
    assert_eq!(kept.rows("elector").await, i64::try_from(count).unwrap());
    let one = electors::read(&b"surname,forename,postcode,address1\nLEE,ANNA,ZE9 1AB,1 NEW RD\n"[..], |_| {});
    let one: Vec<Elector> = one.unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(north.replace_roll(rows(one)).await.unwrap(), 1);
    assert_eq!(kept.rows("elector").await, 1);
}

async fn proofs_end_with_what_they_rest_on(kept: Kept) {
    let store = kept.db.council("demo");
    let (sam, then, now) =
        (Uuid::from_u128(1), moment("2026-12-01T10:00:00Z"), moment("2026-12-07T10:00:00Z"));
    for (id, level) in [(1, Level::EmailConfirmed), (2, Level::ElectoralRoll)] {
        let new = NewProof {
            id: Uuid::from_u128(id),
            resident: sam,
            proof: Proof::new(level, then),
            name: (level == Level::ElectoralRoll).then(|| "Sam O’Brien".to_owned()),
            document: None,
            checked_by: None,
        };
        store.add_proof(new).await.unwrap();
    }
    let found = known(&store.proofs(sam).await.unwrap(), now);
    assert_eq!((found.level, found.name.as_deref()), (Level::ElectoralRoll, Some("Sam O’Brien")));
    assert!(store.proofs(Uuid::from_u128(2)).await.unwrap().is_empty());
    assert!(kept.db.council("other").proofs(sam).await.unwrap().is_empty());
    for (detail, level) in [(Detail::Email, Level::ElectoralRoll), (Detail::Address, Level::SaidSo)] {
        let changed = store.clone();
        kept.db
            .write(move |transaction| {
                let changed = changed.clone();
                Box::pin(async move { changed.detail_changed(transaction, sam, detail, now).await })
            })
            .await
            .unwrap();
        assert_eq!(known(&store.proofs(sam).await.unwrap(), now).level, level, "{detail:?}");
    }
    assert_eq!(known(&store.proofs(sam).await.unwrap(), then).level, Level::ElectoralRoll, "it did hold");
}

async fn the_roll_says_yes_or_no(kept: Kept) {
    let portal = open(&kept).await;
    portal.visitor().get("/api/account/identity").await.refused(401, "not_signed_in");
    let sam = resident(&portal, "sam@example.org").await;
    let view = identity(&sam).await;
    assert_eq!((&view["level"], &view["roll"]["tries_left"]), (&json!("email_confirmed"), &json!(5)));
    assert!(view["services"].as_array().unwrap().iter().all(|service| service["met"] == false));

    // Only with these very words, and only what is asked for. None of these is a try.
    let postcode = mill_lane();
    let path = "/api/account/identity/roll";
    let body = |agreed: Value| json!({ "name": "Sam O’Brien", "line1": "4 Mill Lane", "postcode": postcode, "agreed": agreed });
    for (field, value) in [
        ("version", json!(2)),
        ("hash", json!("0".repeat(64))),
        ("wording", json!("share_record")),
        ("language", json!("cy")),
        ("hash", json!("x")),
    ] {
        let mut other = agreed(&view);
        other[field] = value;
        sam.post(path, &body(other)).await.refused(409, "wording_changed");
    }
    let mut without = body(json!({}));
    without.as_object_mut().unwrap().remove("agreed");
    sam.post(path, &without).await.is(422);
    let mut more = body(agreed(&view));
    more["show"] = json!(true);
    sam.post(path, &more).await.wrong(&[("show", "unknown_field", 0)]);
    look(&sam, "Sam O’Brien", "4 Mill Lane", "Berlin").await.wrong(&[("postcode", "not_allowed", 0)]);
    assert_eq!(kept.rows("consent").await, 0);
    assert_eq!(identity(&sam).await["roll"]["tries_left"], 5);

    // No, to whoever is not listed there, however near.
    for (left, (name, line1)) in (0..4).rev().zip([
        ("Sean O’Brien", "4 Mill Lane"),
        ("Sam O’Brien", "5 Mill Lane"),
        ("Sam O’Bryan", "4 Mill Lane"),
    ]) {
        let answer = look(&sam, name, line1, &postcode).await.is(200).json();
        assert_eq!(answer, json!({ "listed": false, "tries_left": left + 1 }), "{name}, {line1}");
    }
    // Yes, and nothing besides.
    let answer = look(&sam, "s. o'brien", "4, mill ln", &postcode.to_lowercase()).await.is(200).json();
    assert_eq!(answer["listed"], true, "{answer}");
    assert_eq!(answer.as_object().unwrap().len(), 2);
    let view = identity(&sam).await;
    assert_eq!(
        (&view["level"], &view["proofs"][0]["name"]),
        (&json!("electoral_roll"), &json!("s. o'brien"))
    );
    assert!(view["services"].as_array().unwrap().iter().all(|service| service["met"] == true));
    // Each time is logged, and what was agreed to stands in the ledger, with the words.
    assert_eq!(kept.rows("consent").await, 1);
    let decided = sam.get("/api/account/consent").await.is(200).json().to_string();
    assert!(decided.contains("electoral_roll"), "{decided}");
    let logged = store(&portal).audit_log(None, 20).await.unwrap();
    let asked = logged.iter().filter(|row| row.entry.deed == domain::audit::Deed::RollAsked);
    assert_eq!(asked.count(), 4);
    assert!(
        !logged.iter().any(|row| row.entry.detail.contains("Brien") || row.entry.object.contains("Mill"))
    );

    // Five a day, also in another browser; then when, and what else.
    look(&sam, "Nobody Here", "4 Mill Lane", &postcode).await.is(200);
    let again = resident(&portal, "sam@example.org").await;
    let reply = look(&again, "Sam O’Brien", "4 Mill Lane", &postcode).await.refused(429, "roll_tries_used");
    let wait: i64 = reply.header("retry-after").parse().unwrap();
    assert!((23 * 3600..=24 * 3600).contains(&wait), "{wait}");
    assert!(identity(&again).await["roll"]["again"].as_str().unwrap().contains("Tuesday 8 December"));
    // Somebody else has their own.
    look(&resident(&portal, "ann@example.org").await, "Ann Lindqvist", "4 Mill Lane", &postcode)
        .await
        .is(200);
    portal.turn(TimeDelta::days(1));
    let sam = resident(&portal, "sam@example.org").await;
    assert_eq!(identity(&sam).await["roll"]["tries_left"], 5);
    // It serves for a year.
    portal.turn(TimeDelta::days(364));
    let sam = resident(&portal, "sam@example.org").await;
    assert_eq!(identity(&sam).await["level"], "email_confirmed");
}

async fn a_document_is_looked_at_and_erased(kept: Kept) {
    let portal = open(&kept).await;
    let sam = resident(&portal, "sam@example.org").await;
    let path = "/api/account/identity/documents";
    let upload = async || sam.upload_document(PDF).await.is(201).text("id");
    let show = async |id: &str, name: &str| {
        sam.post(path, &json!({ "document": id, "kind": "passport", "name": name })).await
    };
    show(&Uuid::from_u128(9).to_string(), "Sam").await.is(422);
    let first = upload().await;
    show(&first, " ").await.is(422);
    let view = show(&first, "Sam O’Brien").await.is(200).json();
    assert_eq!(
        (&view["documents"][0]["state"], &view["level"]),
        (&json!("waiting"), &json!("email_confirmed"))
    );
    show(&first, "Sam O’Brien").await.is(422);
    // No form takes it, and the sweep leaves it.
    portal.turn(TimeDelta::days(2));
    server::jobs::sweep::sweep(&portal.state).await.unwrap();

    let priya = portal.staff("priya@saltmarsh.example").await;
    for stranger in [&sam, &portal.visitor()] {
        stranger.get("/api/staff/identity").await.refused(401, "not_signed_in");
        stranger.get(&format!("/api/staff/identity/{first}/document")).await.refused(401, "not_signed_in");
    }
    let waiting = priya.get("/api/staff/identity").await.is(200).json();
    assert_eq!(
        (&waiting["documents"][0]["id"], &waiting["documents"][0]["name"]),
        (&json!(first), &json!("Sam O’Brien"))
    );
    let document = priya.get(&format!("/api/staff/identity/{first}/document")).await.is(200);
    assert_eq!(&document.body[..], PDF);
    assert!(document.header("content-disposition").starts_with("attachment"));
    let decide =
        async |id: &str, body: Value| priya.post(&format!("/api/staff/identity/{id}/decide"), &body).await;
    decide(&first, json!({ "seen": false })).await.wrong(&[("reason", "missing", 0)]);
    portal.mails().await;
    decide(&first, json!({ "seen": false, "reason": "It has run out" })).await.is(200);
    let [told] = portal.mails().await.try_into().unwrap();
    assert_eq!(told.to, "sam@example.org");
    assert!(told.text.contains("we could not use it") && !told.text.contains("run out"), "{told:?}");
    assert!(!told.subject.contains("document") && !told.subject.contains("passport"), "{told:?}");
    decide(&first, json!({ "seen": true })).await.refused(404, "not_found");
    priya.get(&format!("/api/staff/identity/{first}/document")).await.refused(404, "not_found");
    let sam = resident(&portal, "sam@example.org").await;
    let view = identity(&sam).await;
    let refused = &view["documents"][0];
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("It has run out")));
    assert_eq!(view["level"], "email_confirmed");

    let second = sam.upload_document(PDF).await.is(201).text("id");
    sam.post(path, &json!({ "document": second, "kind": "driving_licence", "name": "Sam O’Brien" }))
        .await
        .is(200);
    portal.mails().await;
    decide(&second, json!({ "seen": true })).await.is(200);
    let [told] = portal.mails().await.try_into().unwrap();
    assert!(told.text.contains("and it does"), "{told:?}");
    let view = identity(&sam).await;
    assert_eq!(
        (&view["level"], &view["proofs"][0]["name"]),
        (&json!("documents_seen"), &json!("Sam O’Brien"))
    );
    // What stood in them is gone.
    assert_eq!(kept.rows("photo").await, 0);
    for id in [first, second] {
        let gone = portal.state.blobs.get("demo", id.parse().unwrap(), Size::Document).await;
        assert!(matches!(gone, Err(object_store::Error::NotFound { .. })));
    }
    assert!(portal.state.db.unerased().await.unwrap().is_empty());
    // Who looked is known to the person.
    let me = store(&portal).audit_log(None, 50).await.unwrap();
    assert_eq!(
        me.iter().filter(|row| row.entry.deed == domain::audit::Deed::Read).count(),
        2,
        "in the list, and opened"
    );
    // Three wait, and no more.
    for _ in 0..3 {
        let id = sam.upload_document(PDF).await.is(201).text("id");
        sam.post(path, &json!({ "document": id, "kind": "letter", "name": "Sam" })).await.is(200);
    }
    let id = sam.upload_document(PDF).await.is(201).text("id");
    sam.post(path, &json!({ "document": id, "kind": "letter", "name": "Sam" }))
        .await
        .refused(409, "enough_waiting");
}

async fn a_document_is_shown_at_a_desk(kept: Kept) {
    let portal = open(&kept).await;
    let sam = resident(&portal, "sam@example.org").await;
    let ann = resident(&portal, "ann@example.org").await;
    let code = async |who: &Visitor| {
        let view = who.post("/api/account/identity/desk-code", &json!({})).await.is(200).json();
        view["desk"]["code"].as_str().unwrap().to_owned()
    };
    let before = code(&sam).await;
    let sams = code(&sam).await;
    assert_ne!(before, sams);
    assert_eq!(identity(&sam).await["desk"]["code"], json!(sams), "it can be looked at again");
    let anns = code(&ann).await;
    let dan = portal.staff("dan@saltmarsh.example").await;
    let shown = async |email: &str, code: &str| {
        let body = json!({ "email": email, "code": code, "kind": "passport", "name": "Sam O’Brien" });
        dan.post("/api/staff/identity/desk", &body).await
    };
    for (email, code) in [
        ("sam@example.org", &before),
        ("sam@example.org", &anns),
        ("ann@example.org", &sams),
        ("nobody@example.org", &sams),
        ("sam@example.org", &"?".to_owned()),
    ] {
        shown(email, code).await.refused(422, "wrong_code");
    }
    sam.post("/api/staff/identity/desk", &json!({})).await.refused(401, "not_signed_in");
    shown(" SAM@example.org ", &sams.to_lowercase().replace(' ', "-")).await.is(204);
    assert_eq!(identity(&sam).await["level"], "documents_seen");
    shown("sam@example.org", &sams).await.refused(422, "wrong_code");
    // It does not work for ever, and nobody guesses for long.
    portal.turn(TimeDelta::days(7));
    let dan = portal.staff("dan@saltmarsh.example").await;
    let body = json!({ "email": "ann@example.org", "code": anns, "kind": "letter", "name": "Ann" });
    for _ in 0..10 {
        dan.post("/api/staff/identity/desk", &body).await.refused(422, "wrong_code");
    }
    dan.post("/api/staff/identity/desk", &body).await.refused(429, "too_many_requests");
}

fn claim() -> Value {
    json!({
        "about": "progress",
        "message": "How far is my claim?",
        "address.line1": "4 Mill Lane", "address.postcode": mill_lane(), "address.town": "Saltmarsh",
        "you.name": "Sam O’Brien", "you.email": "sam@example.org",
    })
}

/// What a service needs is asked for by the server, whatever a browser says; who has shown it is asked nothing.
#[tokio::test]
async fn a_form_asks_for_what_it_needs() {
    let portal = Portal::open().await;
    store(&portal).replace_roll(rows(demo::electors())).await.unwrap();
    let stranger = portal.visitor();
    let stops = async |who: &Visitor| {
        let view = who.get("/api/services/claim-progress").await.is(200);
        assert_eq!(view.header("cache-control"), "no-store");
        let kinds = view.json()["service"]["stops"].as_array().unwrap().clone();
        kinds.iter().filter(|stop| stop["kind"] == "sign_in").count()
    };
    assert_eq!(stops(&stranger).await, 1);
    stranger.submit_to("claim-progress", 1, &claim()).await.refused(409, "stopped");
    let sam = resident(&portal, "sam@example.org").await;
    assert_eq!(stops(&sam).await, 1);
    sam.submit_to("claim-progress", 2, &claim()).await.refused(409, "stopped");
    look(&sam, "Sam O’Brien", "4 Mill Lane", &mill_lane()).await.is(200);
    assert_eq!(stops(&sam).await, 0);
    sam.submit_to("claim-progress", 3, &claim()).await.is(201);
    // What needs nobody to be known needs it still of nobody.
    let mut change = claim();
    change["about"] = json!("appeal");
    stranger.submit_to("claim-progress", 4, &change).await.is(201);

    let peter = portal.staff("peter@saltmarsh.example").await;
    let queue = peter.get("/api/staff/requests").await.json();
    let mut known = Vec::new();
    for item in queue["requests"].as_array().unwrap() {
        let case = peter.get(&format!("/api/staff/requests/{}", item["id"].as_str().unwrap())).await.json();
        known.push(case["identity"].clone());
    }
    known.sort_by_key(Value::is_null);
    assert_eq!(known, [json!({ "level": "electoral_roll", "name": "Sam O’Brien" }), Value::Null]);
}

/// A service that needs it as a whole is closed to who has not shown it.
#[tokio::test]
async fn a_whole_service_may_need_it() {
    let portal = Setup::default().with_services_folder().open().await;
    let document = include_str!("../../../services/compliment.toml");
    let needs =
        "\n[needs_identity]\nlevel = \"email_confirmed\"\nwhy = \"We answer you alone.\"\n\n[[questions]]";
    std::fs::write(
        portal.path("services").join("compliment.toml"),
        document.replacen("\n[[questions]]", needs, 1),
    )
    .unwrap();
    portal.state.councils.refresh().unwrap();
    let read =
        async |who: &Visitor| who.get("/api/services/compliment").await.is(200).json()["service"].clone();
    let closed = read(&portal.visitor()).await;
    assert_eq!(
        (&closed["stops"][0]["kind"], &closed["stops"][0]["text"][0]),
        (&json!("sign_in"), &json!("We answer you alone."))
    );
    portal.visitor().submit_to("compliment", 1, &json!({})).await.refused(409, "stopped");
    let sam = resident(&portal, "sam@example.org").await;
    assert!(read(&sam).await["stops"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(
        sam.submit_to("compliment", 2, &json!({})).await.status,
        422,
        "now it is the answers that count"
    );
}

async fn post_form(visitor: &mut Visitor, path: &str, fields: &str) -> Reply {
    let request = visitor.request(Method::POST, path);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    visitor.send(request.body(Body::from(fields.to_owned())).unwrap()).await
}

/// Without the app: from the form to signing in, to the roll, and back to the form.
#[tokio::test]
async fn it_works_without_the_app() {
    let portal = Portal::open().await;
    store(&portal).replace_roll(rows(demo::electors())).await.unwrap();
    let mut sam = portal.visitor();
    let asked =
        post_form(&mut sam, "/account?to=/account/identity?for=claim-progress", "email=sam%40example.org")
            .await
            .is(303);
    assert_eq!(asked.header("location"), "/account/code?to=/account/identity?for=claim-progress");
    let cookies = |reply: &Reply| -> Vec<String> {
        let all = reply.headers.get_all(header::SET_COOKIE).iter();
        all.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
    };
    sam.cookie = Some(cookies(&asked).join("; "));
    let wrong =
        post_form(&mut sam, "/account/code?to=/account/identity?for=claim-progress", "code=1").await.is(303);
    assert_eq!(wrong.header("location"), "/account/code?to=/account/identity?for=claim-progress");
    let code = portal.code("sam@example.org").await;
    let signed_in =
        post_form(&mut sam, "/account/code?to=/account/identity?for=claim-progress", &format!("code={code}"))
            .await
            .is(303);
    let page = "/account/identity?for=claim-progress";
    assert_eq!(signed_in.header("location"), page);
    sam.cookie = Some(cookies(&signed_in).join("; "));
    for elsewhere in ["//evil.example", "../staff", "a%0d%0ab"] {
        let reply =
            post_form(&mut sam, &format!("/account/identity?for={elsewhere}"), "do=desk").await.is(303);
        assert_eq!(reply.header("location"), "/account/identity", "{elsewhere}");
    }
    let view = identity(&sam).await;
    let fields = |agreed: &str, name: &str| {
        let roll = &view["roll"];
        format!(
            "do=roll&name={name}&line1=4+Mill+Lane&postcode={}&agreed={agreed}&wording={}&version={}&language=en&hash={}",
            mill_lane().replace(' ', "+"),
            roll["wording"]["id"].as_str().unwrap(),
            roll["wording"]["version"],
            roll["hash"].as_str().unwrap()
        )
    };
    // Nothing is ticked for them, and a no is a no.
    for agreed in ["", "no", "maybe"] {
        assert_eq!(
            post_form(&mut sam, page, &fields(agreed, "Sam+Taylor")).await.is(303).header("location"),
            page
        );
    }
    assert_eq!(identity(&sam).await["roll"]["tries_left"], 5);
    let html = |reply: Reply| String::from_utf8_lossy(&reply.body).into_owned();
    post_form(&mut sam, page, &fields("yes", "Sam+Nobody")).await.is(303);
    let shown = sam.get(page).await;
    if shown.status == 200 {
        let shown = html(shown);
        assert!(shown.contains("We have not found this name at this address"), "{shown}");
        assert!(shown.contains("Sam Nobody") && shown.contains("Yes, look"), "{shown}");
    }
    post_form(&mut sam, page, &fields("yes", "Sam+O%27Brien")).await.is(303);
    assert_eq!(identity(&sam).await["level"], "electoral_roll");
    let shown = sam.get(page).await;
    if shown.status == 200 {
        let shown = html(shown);
        assert!(shown.contains("Go on with") && shown.contains("/services/claim-progress"), "{shown}");
    }
    post_form(&mut sam, page, "do=nonsense").await.is(303);
    // A form that is posted asks the same as the API: a stranger is stopped, and Sam is not.
    let first = "about=progress&reference=&message=How+far";
    let mut stranger = portal.visitor();
    let at = post_form(&mut stranger, "/services/claim-progress/about", first).await.is(303);
    assert!(at.header("location").starts_with("/services/claim-progress/about"), "{}", at.header("location"));
    let on = post_form(&mut sam, "/services/claim-progress/about", first).await.is(303);
    assert_eq!(on.header("location"), "/services/claim-progress/papers");
}
