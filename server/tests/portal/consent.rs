//! What residents share, and who looked: on both engines.

use std::collections::BTreeSet;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Portal, Reply, Setup, Visitor, graffiti, graffiti_but, moment};
use axum::body::Body;
use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::audit::Deed;
use domain::consent::{Channel, Decision, Purpose, Registry, Unsound, departments};
use futures::future::join_all;
use picture::{Position, samples};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use server::secret::hash;
use server::store::StoreError;
use server::store::consent::{Answered, Told, sha256};
use uuid::Uuid;

on_both_engines![
    two_departments_see_exactly_what_they_may,
    what_holds_now_is_the_fold_of_the_ledger,
    decisions_at_the_same_moment_each_get_a_number,
    the_resident_sees_who_looked,
    what_is_decided_in_the_form_is_kept_with_it,
    a_page_that_was_drawn_for_somebody_else_writes_nothing
];

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const KOFI: &str = "kofi@saltmarsh.example";

/// A resident who signed in.
async fn resident(portal: &Portal, email: &str) -> Visitor {
    // What came before is not the code.
    portal.mails().await;
    let mut visitor = portal.visitor();
    let asked = visitor.post("/api/account/code", &json!({ "email": email })).await.is(204);
    visitor.cookie = Some(asked.cookie());
    let code = portal.code(email).await;
    let signed_in = visitor.post("/api/account/sign-in", &json!({ "code": code })).await.is(204);
    visitor.cookie = Some(signed_in.cookie());
    visitor
}

fn bin() -> Value {
    json!({
        "when": "recent", "tag": "no", "bin": "recycling",
        "address.line1": "12 Harbour View", "address.town": "Saltmarsh", "address.postcode": "NE1 4XD",
        "you.name": "Sam O’Brien", "you.email": SAM,
    })
}

/// The only request in the queue of a member of staff.
async fn only(staff: &Visitor) -> String {
    let queue = staff.get("/api/staff/requests").await.is(200).json();
    let requests = queue["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1, "{queue}");
    requests[0]["id"].as_str().unwrap().to_owned()
}

async fn view(resident: &Visitor) -> Value {
    resident.get("/api/account/consent").await.is(200).json()
}

fn question<'v>(view: &'v Value, purpose: &str) -> &'v Value {
    view["questions"].as_array().unwrap().iter().find(|question| question["purpose"] == purpose).unwrap()
}

/// The answer to a question as it is asked now.
async fn answer(resident: &Visitor, purpose: &str, departments: &[&str]) -> Reply {
    let view = view(resident).await;
    let asked = question(&view, purpose);
    let answer = json!({
        "purpose": purpose, "version": asked["wording"]["version"], "hash": asked["hash"], "departments": departments,
    });
    resident.post("/api/account/consent", &json!({ "answers": [answer] })).await
}

/// An answer to a question as it is asked now, for the body of a form that is sent.
fn chosen(asked: &Value, departments: &[&str]) -> Value {
    json!({
        "purpose": asked["purpose"], "version": asked["wording"]["version"], "hash": asked["hash"],
        "departments": departments,
    })
}

async fn send(visitor: &Visitor, key: u128, consent: &Value) -> Reply {
    let version = visitor.get("/api/services/report-graffiti").await.json()["service"]["version"].clone();
    let body = json!({ "service": "report-graffiti", "version": version, "answers": graffiti(), "consent": consent });
    visitor.submit_text(key, body.to_string()).await
}

/// Sam's tab is still open, and Lee has signed in since: what is pressed in it is not Lee's.
async fn a_page_that_was_drawn_for_somebody_else_writes_nothing(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sam = portal.resident(SAM).await;
    let lee = portal.resident("lee@example.org").await;
    let whose = async |who: &Visitor| {
        let view = who.get("/api/account/helpers").await.is(200).json();
        let id = Uuid::parse_str(view["person"].as_str().unwrap()).unwrap();
        crate::support::secret().public_id("demo", id)
    };
    let (of_sam, of_lee) = (whose(&sam).await, whose(&lee).await);
    let invite = lee.get("/api/consent").await.is(200).json();
    let version = lee.get("/api/services/report-graffiti").await.json()["service"]["version"].clone();
    let consent = json!([chosen(&invite["questions"][0], &["waste"])]);
    let sent = json!({ "service": "report-graffiti", "version": version, "answers": graffiti(), "consent": consent });
    let call = async |who: &Visitor, drawn_for: &str, path: &str, body: &Value| {
        let request = who
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", Uuid::from_u128(9).to_string())
            .header("x-portico-for", drawn_for);
        who.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let decision = json!({ "answers": consent });
    // Also where nobody is signed in by now: it would be nobody's request.
    for who in [&lee, &portal.visitor()] {
        call(who, &of_sam, "/api/requests", &sent).await.refused(401, "not_signed_in");
        call(who, &of_sam, "/api/account/consent", &decision).await.refused(401, "not_signed_in");
    }
    let posted = async |drawn_for: &str| {
        let body = format!("x-portico-for={drawn_for}&do=share_record:none");
        let request = lee
            .request(Method::POST, "/account/sharing")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        lee.send(request.body(Body::from(body)).unwrap()).await.status.as_u16()
    };
    assert_eq!(posted(&of_sam).await, 401);
    assert_eq!(kept.all_rows(["request", "consent"]).await, [0, 0]);
    assert_ne!(posted(&of_lee).await, 401);
    call(&lee, &of_lee, "/api/requests", &sent).await.is(201);
    assert_eq!(kept.rows("request").await, 1);
}

async fn what_is_decided_in_the_form_is_kept_with_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sam = resident(&portal, SAM).await;
    let invite = async |who: &Visitor| who.get("/api/consent").await.is(200).json();
    let asked = invite(&sam).await["questions"].clone();
    assert_eq!(asked.as_array().unwrap().len(), 2);
    let agreed = async || {
        let view = view(&sam).await;
        let departments = question(&view, "share_record")["departments"].as_array().unwrap().clone();
        departments.iter().filter(|one| one["agreed"] == true).count()
    };

    // Words that are others by now, and what nobody signed in says, keep nothing from being sent, and are kept nowhere.
    let mut old = chosen(&asked[0], &["waste"]);
    old["version"] = json!(77);
    send(&sam, 1, &json!([old])).await.is(201);
    send(&portal.visitor(), 2, &json!([chosen(&asked[0], &["waste"])])).await.is(201);
    let mut odd = chosen(&asked[0], &["waste"]);
    odd["departments"] = json!(["no-such-department"]);
    send(&sam, 3, &json!([odd])).await.is(201);
    assert_eq!(kept.rows("consent").await, 0);
    assert_eq!(invite(&sam).await["questions"], asked);
    // Left open, it is asked after it was sent.
    send(&sam, 4, &json!([])).await.is(201);
    assert_eq!(invite(&sam).await["questions"], asked);

    // One answer; the other one is asked still. Once it is sent it is not asked, nor kept twice.
    let share = chosen(&asked[0], &["waste"]);
    for status in [201, 200] {
        send(&sam, 5, &json!([share])).await.is(status);
    }
    let left = invite(&sam).await["questions"].clone();
    assert_eq!(left, json!([asked[1]]));
    let departments = asked[0]["departments"].as_array().unwrap().len();
    assert_eq!(kept.rows("consent").await, i64::try_from(departments).unwrap());
    assert_eq!(agreed().await, 1);
    let told = view(&sam).await;
    assert_eq!(question(&told, "share_record")["history"][0]["channel"], "web");
    // Sent again after a lost reply with another decision: the last one counts.
    send(&sam, 5, &json!([chosen(&asked[0], &[])])).await.is(200);
    assert_eq!(agreed().await, 0);
    // What can't be stored keeps nothing: the two are one.
    let gone = graffiti_but(&json!({ "photos.1": Uuid::from_u128(4) }));
    let version = sam.get("/api/services/report-graffiti").await.json()["service"]["version"].clone();
    let body =
        json!({ "service": "report-graffiti", "version": version, "answers": gone, "consent": [share] });
    sam.submit_text(6, body.to_string()).await.is(422);
    assert_eq!(agreed().await, 0);

    // By the form of the page.
    let ann = &mut Browser::of(&portal);
    portal.mails().await;
    ann.sign_in(&portal, "ann@example.org").await;
    let fields = "surface=public&offensive=no&place.street=&place.words=By+the+steps&details=&you.name=Ann&you.email=ann%40example.org&you.phone=";
    let of = |question: &Value| {
        let purpose = question["purpose"].as_str().unwrap();
        let words = format!("{}+{}", question["wording"]["version"], question["hash"].as_str().unwrap());
        (purpose.to_owned(), words)
    };
    let ((share, words), (more, more_words)) = (of(&asked[0]), of(&asked[1]));
    let ask = async |ann: &mut Browser, choice: &str| {
        ann.post_form("/services/report-graffiti", fields).await.is(303);
        let sent = ann.post_form("/services/report-graffiti/check", choice).await.is(303);
        assert!(sent.header("location").ends_with("/sent"), "{sent:?}");
        invite(&ann.visitor).await["questions"].as_array().unwrap().len()
    };
    // A choice without what it is about is none.
    assert_eq!(ask(ann, &format!("{share}=some&{share}-wording={words}")).await, 2);
    assert_eq!(ask(ann, &format!("{share}=all&{share}-wording=7+{}", "0".repeat(64))).await, 2);
    let both = format!(
        "{share}=some&{share}-departments=waste&{share}-departments=parking&{share}-wording={words}&{more}=no&{more}-wording={more_words}"
    );
    assert_eq!(ask(ann, &both).await, 0);
    let view = view(&ann.visitor).await;
    let own = question(&view, "share_record")["departments"].as_array().unwrap().clone();
    assert_eq!(own.iter().filter(|one| one["agreed"] == true).count(), 2);
}

async fn person(staff: &Visitor, id: &str) -> Value {
    staff.get(&format!("/api/staff/requests/{id}/person")).await.is(200).json()
}

/// What is listed of a person: titles, and whether each is the department's own.
fn listed(person: &Value) -> Vec<(String, bool)> {
    let requests = person["requests"].as_array().unwrap().iter();
    requests.map(|one| (one["title"].as_str().unwrap().to_owned(), one["own"].as_bool().unwrap())).collect()
}

async fn two_departments_see_exactly_what_they_may(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    // One from before the account, by somebody who then makes it; and one of somebody else.
    let photo = samples::phone_photo(80, 60, Position { lat: 54.9738, lon: -1.6132 });
    let photo = portal.visitor().upload(photo).await.is(201).text("id");
    let with_photo = graffiti_but(&json!({ "photos.1": photo }));
    portal.visitor().submit(1, &with_photo).await.is(201);
    let sam = resident(&portal, SAM).await;
    sam.post("/api/account/collect", &json!({ "add": true })).await.is(200);
    sam.submit_to("missed-bin", 2, &bin()).await.is(201);
    let ann = resident(&portal, "ann@example.org").await;
    answer(&ann, "share_record", &["waste", "street-scene", "parking"]).await.is(200);

    let (priya, grace, kofi) =
        (portal.staff(PRIYA).await, portal.staff(GRACE).await, portal.staff(KOFI).await);
    let (graffiti, bin) = (only(&priya).await, only(&grace).await);
    let shared = |id: &str| format!("/api/staff/shared/{id}");
    let missing = shared(&Uuid::from_u128(99).to_string());
    let missing = async |staff: &Visitor, path: &str| {
        let (reply, other) = (staff.get(path).await.is(404), staff.get(&missing).await.is(404));
        assert_eq!((&reply.headers, &reply.body), (&other.headers, &other.body), "{path}");
    };

    // Nobody said anything: nothing, and not that there is something.
    let nothing = json!({ "requests": [], "older": false, "more": false });
    assert_eq!(person(&priya, &graffiti).await, nothing);
    assert_eq!(person(&grace, &bin).await, nothing);
    missing(&grace, &shared(&graffiti)).await;
    missing(&priya, &shared(&bin)).await;
    // Whose request it is not has no way in by it either.
    missing(&grace, &format!("/api/staff/requests/{graffiti}/person")).await;

    // Waste may see everything; street scene may not.
    answer(&sam, "share_record", &["waste"]).await.is(200);
    assert_eq!(listed(&person(&grace, &bin).await), [("Report graffiti".to_owned(), false)]);
    let seen = grace.get(&shared(&graffiti)).await.is(200).json();
    assert!(seen.to_string().contains("Underpass by the library") && !seen.to_string().contains("key\""));
    let picture = format!("{}/photos/{photo}", shared(&graffiti));
    grace.get(&picture).await.is(200);
    // To read: everything else is for its own department.
    grace.get(&format!("/api/staff/requests/{graffiti}")).await.is(404);
    grace.post(&format!("/api/staff/requests/{graffiti}/take"), &json!({})).await.is(404);
    grace.get(&format!("/api/staff/requests/{graffiti}/photos/{photo}")).await.is(404);
    assert_eq!(person(&priya, &graffiti).await, nothing);
    missing(&priya, &shared(&bin)).await;
    missing(&kofi, &shared(&graffiti)).await;

    // That there is more is told to whom Sam lets know, and nothing else.
    answer(&sam, "say_more_exists", &["street-scene", "waste"]).await.is(200);
    let told = person(&priya, &graffiti).await;
    assert_eq!((&told["requests"], &told["more"]), (&json!([]), &json!(true)));
    missing(&priya, &shared(&bin)).await;
    assert_eq!(person(&grace, &bin).await["more"], false, "it sees them all");

    // Withdrawn, it is gone at the very next read.
    portal.turn(TimeDelta::minutes(1));
    let after = answer(&sam, "share_record", &[]).await.is(200).json();
    missing(&grace, &shared(&graffiti)).await;
    missing(&grace, &picture).await;
    let left = person(&grace, &bin).await;
    assert_eq!((listed(&left).len(), &left["more"]), (0, &json!(true)));
    let said: Vec<_> = question(&after, "share_record")["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["decision"].as_str().unwrap(), line["departments"].as_array().unwrap().len()))
        .collect();
    assert_eq!(said, [("withdrawn", 1), ("given", 1), ("refused", 11)]);

    // A second request of the same department is its own affair, shared or not.
    sam.submit_to("missed-bin", 3, &bin_again()).await.is(201);
    let [(_, own)] = listed(&person(&grace, &bin).await).try_into().unwrap();
    assert!(own);
}

fn bin_again() -> Value {
    let mut again = bin();
    again["bin"] = json!("rubbish");
    again
}

/// Whatever is decided in whatever order, the table that queries join says what the ledger says.
async fn what_holds_now_is_the_fold_of_the_ledger(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let store = portal.state.db.council("demo");
    let (sam, ann) = (resident(&portal, SAM).await, resident(&portal, "ann@example.org").await);
    let residents = [id(&portal, &sam).await, id(&portal, &ann).await];
    let ours = Registry::ours();
    let asked = [Purpose::ShareRecord, Purpose::SayMoreExists, Purpose::ElectoralRoll];
    let mut dice = StdRng::seed_from_u64(5);
    let mut ledgers = [0, 0];
    for step in 0..60 {
        let who = dice.random_range(0..2);
        let answers: Vec<Answered> = (0..dice.random_range(1..4))
            .map(|_| {
                let purpose = asked[dice.random_range(0..3)];
                Answered {
                    purpose,
                    department: ["waste", "parking", "libraries", ""][dice.random_range(0..4)].into(),
                    agrees: dice.random_bool(0.5),
                    wording: ours.current(purpose, "en").unwrap().reference(sha256),
                }
            })
            .collect();
        // The clock goes both ways.
        let at = moment("2026-12-07T10:00:00Z") + TimeDelta::minutes(dice.random_range(-60..60));
        let told = Told { channel: Channel::Desk, helper: Some(Uuid::from_u128(step)), at };
        let added = store.decide(residents[who], answers, told).await.unwrap();
        ledgers[who] += added.len();
        for (resident, known) in residents.iter().zip(ledgers) {
            let ledger = store.ledger(*resident).await.unwrap();
            assert_eq!(
                ledger.iter().map(|entry| entry.seq as usize).collect::<Vec<_>>(),
                (1..=known).collect::<Vec<_>>()
            );
            let fold: BTreeSet<(String, String)> = asked
                .iter()
                .flat_map(|purpose| {
                    departments(&ledger, *purpose)
                        .into_iter()
                        .map(|id| (purpose.id().to_owned(), id.to_owned()))
                })
                .collect();
            assert_eq!(store.agreed(*resident).await.unwrap().into_iter().collect::<BTreeSet<_>>(), fold);
        }
        if let Some(last) = added.last() {
            let kept = store.ledger(residents[who]).await.unwrap().pop().unwrap();
            assert_eq!(&kept, last, "it is kept as it was said");
        }
    }
    // What the ledger takes not changes nothing.
    let before = kept.all_rows(["consent", "agreed"]).await;
    let good = ours.current(Purpose::ShareRecord, "en").unwrap().reference(sha256);
    let told = Told { channel: Channel::Web, helper: None, at: moment("2026-12-07T10:00:00Z") };
    let yes = |purpose, wording: &domain::consent::WordingRef| Answered {
        purpose,
        department: "housing".into(),
        agrees: true,
        wording: wording.clone(),
    };
    let mut other = good.clone();
    other.hash.0[0] ^= 1;
    for (second, why) in [
        (yes(Purpose::ShareRecord, &other), Unsound::OtherWords),
        (yes(Purpose::SayMoreExists, &good), Unsound::OtherPurpose),
        (yes(Purpose::PreventFraud, &good), Unsound::NotAsked),
    ] {
        let answers = vec![yes(Purpose::ShareRecord, &good), second];
        let refused = store.decide(residents[0], answers, told).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unsound(found) if found == why), "{refused}");
    }
    let nobody = store.decide(Uuid::from_u128(1), vec![yes(Purpose::ShareRecord, &good)], told).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
    let elsewhere = portal.state.db.council("other");
    let theirs = elsewhere.decide(residents[0], vec![yes(Purpose::ShareRecord, &good)], told).await;
    assert!(matches!(theirs, Err(StoreError::NotFound)));
    assert_eq!(kept.all_rows(["consent", "agreed"]).await, before);
}

/// The identifier of who is signed in.
async fn id(portal: &Portal, resident: &Visitor) -> Uuid {
    let (_, token) = resident.cookie.as_deref().unwrap().split_once('=').unwrap();
    let found = portal.state.db.council("demo").resident(&hash(token.as_bytes()), portal.state.now()).await;
    found.unwrap().unwrap().0.id
}

async fn decisions_at_the_same_moment_each_get_a_number(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let store = portal.state.db.council("demo");
    let sam = id(&portal, &resident(&portal, SAM).await).await;
    let wording = Registry::ours().current(Purpose::ShareRecord, "en").unwrap().reference(sha256);
    let told = Told { channel: Channel::Web, helper: None, at: moment("2026-12-07T10:00:00Z") };
    let each = (0..12).map(|number| {
        let (store, wording) = (store.clone(), wording.clone());
        async move {
            let answer = Answered {
                purpose: Purpose::ShareRecord,
                department: format!("department-{number}"),
                agrees: number % 2 == 0,
                wording,
            };
            store.decide(sam, vec![answer], told).await.unwrap();
        }
    });
    join_all(each).await;
    let ledger = store.ledger(sam).await.unwrap();
    assert_eq!(ledger.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    assert_eq!(store.agreed(sam).await.unwrap().len(), 6);
    assert_eq!(ledger.iter().filter(|entry| entry.decision == Decision::Refused).count(), 6);
}

async fn the_resident_sees_who_looked(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    portal.visitor().submit(1, &graffiti()).await.is(201);
    let priya = portal.staff(PRIYA).await;
    let graffiti = only(&priya).await;
    let open = format!("/api/staff/requests/{graffiti}");
    priya.get(&open).await.is(200);
    priya.get(&open).await.is(200);

    let sam = resident(&portal, SAM).await;
    let looked = async || sam.get("/api/account/looked").await.is(200).json();
    assert_eq!(looked().await["looks"], json!([]), "it is not in the account yet");
    sam.post("/api/account/collect", &json!({ "add": true })).await.is(200);
    let looks = looked().await["looks"].as_array().unwrap().clone();
    assert_eq!(looks.len(), 1, "twice in a moment is once: {looks:?}");
    assert_eq!(
        (&looks[0]["department"], &looks[0]["reason"]),
        (&json!("Street scene"), &json!("Opened your request to deal with it"))
    );
    assert!(looks[0]["request"]["title"].as_str().unwrap().starts_with("Report graffiti, "));
    sam.follow(looks[0]["request"]["key"].as_str().unwrap()).await;

    portal.turn(TimeDelta::minutes(11));
    sam.submit_to("missed-bin", 2, &bin()).await.is(201);
    answer(&sam, "share_record", &["waste"]).await.is(200);
    let grace = portal.staff(GRACE).await;
    let bin = only(&grace).await;
    person(&grace, &bin).await;
    grace.get(&format!("/api/staff/shared/{graffiti}")).await.is(200);
    // A list that is taken away has it, too.
    portal.staff("tom@saltmarsh.example").await.get("/api/staff/export").await.is(200);
    // What can't be had was not looked at.
    priya.get(&format!("/api/staff/shared/{bin}")).await.is(404);
    priya.get(&open).await.is(200);
    let view = looked().await;
    let looks = view["looks"].as_array().unwrap();
    let told: Vec<_> = looks
        .iter()
        .map(|look| (look["department"].as_str().unwrap(), look["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("Street scene", "Opened your request to deal with it"),
            ("Street scene", "Took a list of the department’s requests away as a file, with yours in it"),
            ("Waste and recycling", "Opened your request, because you share your requests with them"),
            ("Waste and recycling", "Saw the list of your other requests, because you share them with them"),
            ("Waste and recycling", "Opened your request to deal with it"),
            ("Street scene", "Opened your request to deal with it"),
        ]
    );
    for name in ["Priya", "Grace", "@saltmarsh"] {
        assert!(!view.to_string().contains(name), "the officer's name is for the auditor");
    }
    // The log is whole, it says what Sam did, and nobody else sees any of it.
    let log = portal.state.db.council("demo").audit_log(None, 100).await.unwrap();
    let changed: Vec<_> = log.iter().filter(|row| row.entry.deed == Deed::Changed).collect();
    assert_eq!((changed.len(), changed[0].entry.object.as_str()), (1, "consent"));
    let ann = resident(&portal, "ann@example.org").await;
    assert_eq!(ann.get("/api/account/looked").await.is(200).json()["looks"], json!([]));
    portal.visitor().get("/api/account/looked").await.refused(401, "not_signed_in");
}

/// What is not asked, not in these words, or of nobody, is refused and changes nothing.
#[tokio::test]
async fn tampering_is_refused() {
    let portal = Portal::open().await;
    let sam = resident(&portal, SAM).await;
    let before = view(&sam).await;
    let hash = question(&before, "share_record")["hash"].as_str().unwrap().to_owned();
    let other = question(&before, "say_more_exists")["hash"].as_str().unwrap().to_owned();
    let with = |purpose: &str, version: u32, hash: &str, departments: Value| json!({ "answers": [{ "purpose": purpose, "version": version, "hash": hash, "departments": departments }] });
    let share = |departments: Value| with("share_record", 1, &hash, departments);
    let post = async |body: &Value| sam.post("/api/account/consent", body).await;
    for unknown in [json!(["nonsense"]), json!(["waste", ""]), json!(["Waste"]), json!(["waste,parking"])] {
        post(&share(unknown)).await.is(422);
    }
    for (version, hash) in
        [(2, hash.as_str()), (1, other.as_str()), (1, ""), (0, hash.as_str()), (1, "nonsense")]
    {
        post(&with("share_record", version, hash, json!(["waste"]))).await.refused(409, "wording_changed");
    }
    for law in ["handle_request", "safeguarding", "prevent_fraud"] {
        post(&with(law, 1, &hash, json!(["waste"]))).await.refused(422, "not_asked");
    }
    let twice = share(json!([]))["answers"][0].clone();
    post(&json!({ "answers": [twice, twice] })).await.is(422);
    post(&json!({ "answers": [] })).await.is(422);
    post(&json!({ "answers": [twice], "resident": Uuid::from_u128(1) })).await.is(422);
    post(&with("nonsense", 1, &hash, json!([]))).await.is(422);
    let staff = portal.staff(PRIYA).await;
    staff.get("/api/account/consent").await.refused(401, "not_signed_in");
    portal
        .visitor()
        .post("/api/account/consent", &share(json!(["waste"])))
        .await
        .refused(401, "not_signed_in");
    for path in ["/api/staff/shared/x", "/api/staff/requests/x/person"] {
        staff.get(path).await.is(404);
        sam.get(path).await.refused(401, "not_signed_in");
    }
    assert_eq!(view(&sam).await, before);
    // Changing one's mind has an end, for an hour.
    let mut last = post(&share(json!(["waste"]))).await;
    for turn in 0..60 {
        last = post(&share(if turn % 2 == 0 { json!([]) } else { json!(["waste"]) })).await;
    }
    last.refused(429, "too_many_requests");
}

/// Asked until it is answered, yes or no, and then no more; what the law decides is told.
#[tokio::test]
async fn it_is_asked_once() {
    let portal = Portal::open().await;
    let asked = async |visitor: &Visitor| {
        let invite = visitor.get("/api/consent").await.is(200).json();
        let purposes: Vec<String> = invite["questions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|question| question["purpose"].as_str().unwrap().to_owned())
            .collect();
        (invite["signed_in"].as_bool().unwrap(), purposes)
    };
    let both = vec!["share_record".to_owned(), "say_more_exists".to_owned()];
    assert_eq!(asked(&portal.visitor()).await, (false, both.clone()));
    let sam = resident(&portal, SAM).await;
    assert_eq!(asked(&sam).await, (true, both));
    let view = view(&sam).await;
    assert_eq!(view["law"].as_array().unwrap().len(), 3);
    let open = question(&view, "share_record");
    assert_eq!((&open["answered"], open["departments"].as_array().unwrap().len()), (&json!(false), 12));
    answer(&sam, "share_record", &[]).await.is(200);
    answer(&sam, "say_more_exists", &["waste"]).await.is(200);
    assert_eq!(asked(&sam).await, (true, Vec::new()));
    // The same once more adds nothing; since when it is so stays.
    portal.turn(TimeDelta::minutes(5));
    let again = answer(&sam, "say_more_exists", &["waste"]).await.is(200).json();
    let more = question(&again, "say_more_exists");
    assert_eq!(more["history"].as_array().unwrap().len(), 2);
    let waste = more["departments"].as_array().unwrap().iter().find(|each| each["id"] == "waste").unwrap();
    assert_eq!(
        (&waste["agreed"], &waste["since"]),
        (&json!(true), &json!("Monday 7 December 2026 at 10:00am"))
    );
}

/// Without the app: the same questions as a form, of the page or of a page that asks.
#[tokio::test]
async fn it_works_without_the_app() {
    let portal = Portal::open().await;
    let sam = resident(&portal, SAM).await;
    let page = "/account/sharing";
    let first = view(&sam).await;
    let words = |purpose: &str| format!("1+{}", question(&first, purpose)["hash"].as_str().unwrap());
    let (share, more) = (words("share_record"), words("say_more_exists"));
    let post = async |who: &Visitor, fields: &str| {
        let request = who.request(Method::POST, page);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let reply = who.send(request.body(Body::from(fields.to_owned())).unwrap()).await.is(303);
        assert_eq!(reply.header("location"), page);
    };
    let agreed = async |purpose: &str| {
        let view = view(&sam).await;
        let departments = question(&view, purpose)["departments"].as_array().unwrap().clone();
        departments.iter().filter(|each| each["agreed"] == true).count()
    };
    let wordings = format!("share_record-wording={share}&say_more_exists-wording={more}");
    // Nothing chosen, no departments ticked, other words: nothing changes, and the page says why.
    for wrong in [
        wordings.clone(),
        format!("{wordings}&share_record=some"),
        format!("{wordings}&share_record=nonsense"),
        "share_record=all&share_record-wording=1+nonsense".to_owned(),
        "share_record=all".to_owned(),
    ] {
        post(&sam, &wrong).await;
        assert_eq!(view(&sam).await, first, "{wrong}");
        let drawn = sam.get(page).await;
        if drawn.status == 200 {
            let html = String::from_utf8_lossy(&drawn.body).into_owned();
            assert!(html.contains("There is a problem") && html.contains("share_record-wording"), "{html}");
            let is_kept = html.contains("value=\"all\" checked") || html.contains("checked value=\"all\"");
            assert!(!is_kept, "nothing is chosen in words that nobody read: {html}");
        }
    }
    let some = "share_record=some&share_record-departments=waste&share_record-departments=parking&say_more_exists=no";
    post(&sam, &format!("{wordings}&{some}")).await;
    assert_eq!((agreed("share_record").await, agreed("say_more_exists").await), (2, 0));
    post(&sam, &format!("{wordings}&share_record=all")).await;
    assert_eq!(agreed("share_record").await, 12);
    post(&sam, &format!("{wordings}&share_record=no&share_record-departments=waste")).await;
    assert_eq!(agreed("share_record").await, 0);
    // Nobody who is signed out decides anything.
    post(&portal.visitor(), &format!("{wordings}&share_record=all")).await;
    assert_eq!(agreed("share_record").await, 0);
    let pages =
        [("/account/sharing", "You took back your yes"), ("/account/who-looked", "Nobody has opened")];
    for (page, words) in pages {
        let drawn = sam.get(page).await;
        if drawn.status == 200 {
            let html = String::from_utf8_lossy(&drawn.body).into_owned();
            assert!(html.to_lowercase().contains(&words.to_lowercase()), "{html}");
            assert_eq!(drawn.header("cache-control"), "no-store");
        }
    }
}
