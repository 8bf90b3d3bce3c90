//! Work that contractors do: what they see of a request and may do about it, what staff and the resident see of them; and
//! duplicates, which go on together.

use axum::body::Body;
use axum::http::{Method, header};
use picture::samples;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::promise::{act, id_of, subjects};
use crate::support::database::Kept;
use crate::support::{Portal, Reply, Setup, Visitor, closing, graffiti, graffiti_but};

const SAM: &str = "sam@example.org";
const ANN: &str = "ann@example.org";
const EVE: &str = "eve@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const WALLS: &str = "jobs@clean-walls.example";

on_both_engines![
    work_is_given_to_a_contractor,
    a_contractor_writes_and_sends_photos,
    what_a_contractor_did_is_looked_at,
    duplicates_are_told_together
];

fn work(number: u128) -> Value {
    json!({ "contractor": "clean-walls", "task": "Clean the underpass", "id": Uuid::from_u128(number) })
}

/// What the lot says of each of a hundred pieces of work does not matter here: all are looked at.
async fn given(portal: &Portal, answers: &Value) -> (Visitor, String, String) {
    let reference = portal.visitor().submit(1, answers).await.is(201).text("reference");
    let priya = portal.staff(PRIYA).await;
    let id = id_of(&priya, &reference).await;
    act(&priya, &id, "take", &json!({})).await.is(200);
    act(&priya, &id, "contract", &work(1)).await.is(200);
    (priya, id, reference)
}

/// The link in the newest mail to the contractor, within the portal.
async fn link(portal: &Portal) -> String {
    let mails = portal.mails_to(WALLS).await;
    let link = mails.last().expect("a mail to the contractor").link();
    link.strip_prefix("https://portico.example").expect("our own address").to_owned()
}

async fn page(visitor: &Visitor, link: &str) -> String {
    let reply = visitor.get(link).await.is(200);
    assert_eq!((reply.header("cache-control"), reply.header("x-robots-tag")), ("no-store", "noindex"));
    String::from_utf8(reply.body.to_vec()).unwrap()
}

/// Sends the form of the page, as a browser does.
async fn send(visitor: &Visitor, link: &str, fields: &[(&str, &str)], photos: &[&[u8]]) -> Reply {
    let mut body = Vec::new();
    let mut part = |name: &str, file: Option<&str>, content: &[u8]| {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    for (name, text) in fields {
        part(name, None, text.as_bytes());
    }
    for photo in photos {
        part("photos", Some("work.jpg"), photo);
    }
    body.extend_from_slice(b"--x--\r\n");
    let request = visitor.request(Method::POST, link);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    visitor.send(request.body(Body::from(body)).unwrap()).await
}

/// What was typed comes back with what is wrong.
async fn refused(portal: &Portal, link: &str, fields: &[(&str, &str)], photos: &[&[u8]]) -> String {
    let mut visitor = portal.visitor();
    let reply = send(&visitor, link, fields, photos).await.is(303);
    assert_eq!(reply.header("location"), link);
    visitor.cookie = Some(reply.cookie());
    let html = page(&visitor, link).await;
    assert!(html.contains("There is a problem"), "{html}");
    html
}

/// Sam's report, with a photo, given to a contractor: Sam, the key to it, Priya, its identifier, and the link.
struct Given {
    sam: Visitor,
    key: String,
    priya: Visitor,
    id: String,
    link: String,
}

impl Given {
    async fn of(portal: &Portal) -> Self {
        let sam = portal.resident(SAM).await;
        let sent = sam.submit(1, &graffiti()).await.is(201);
        let priya = portal.staff(PRIYA).await;
        let id = id_of(&priya, &sent.text("reference")).await;
        act(&priya, &id, "take", &json!({})).await.is(200);
        act(&priya, &id, "contract", &work(1)).await.is(200);
        let link = link(portal).await;
        portal.mails().await;
        Self { sam, key: sent.text("key"), priya, id, link }
    }
}

async fn work_is_given_to_a_contractor(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sam = portal.resident(SAM).await;
    let told = portal.visitor().upload(samples::png(80, 60)).await.is(201).text("id");
    let answers = graffiti_but(&json!({ "photos.1": told, "you.phone": "07700 900123" }));
    let sent = sam.submit(1, &answers).await.is(201);
    let reference = sent.text("reference");
    let priya = portal.staff(PRIYA).await;
    let id = id_of(&priya, &reference).await;
    portal.mails().await;

    // Only its owner gives it out, to somebody whom the council knows.
    act(&priya, &id, "contract", &work(1)).await.refused(409, "not_owner");
    act(&priya, &id, "take", &json!({})).await.is(200);
    let nobody = json!({ "contractor": "nobody", "task": "x", "id": Uuid::from_u128(1) });
    act(&priya, &id, "contract", &nobody).await.wrong(&[("contractor", "not_an_option", 0)]);
    portal.mails().await;
    let case = act(&priya, &id, "contract", &work(1)).await.is(200).json();
    let contract = &case["contract"];
    assert_eq!((&contract["by"], &contract["check"]), (&json!("Clean Walls Ltd"), &json!(true)));
    assert_eq!((&contract["until"], &case["mine"]), (&json!("2027-01-04"), &json!(true)), "it stays hers");
    // Sent twice, it is given out once.
    act(&priya, &id, "contract", &work(1)).await.is(200);
    act(&priya, &id, "contract", &work(2)).await.refused(409, "not_allowed");
    assert_eq!(kept.rows("contract_link").await, 1);
    assert_eq!(subjects(&portal, SAM).await, ["Who does the work"]);
    let mails = portal.mails_to(WALLS).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(
        mail.subject.contains("Work for you") && mail.text.contains("Clean the underpass"),
        "{}",
        mail.text
    );
    let link = mail.link().strip_prefix("https://portico.example").unwrap().to_owned();
    assert_eq!(link.len(), "/contract/".len() + 52, "256 bits");
    let listed = async |show: &str| {
        priya.get(&format!("/api/staff/requests?show={show}")).await.is(200).json()["requests"].clone()
    };
    assert_eq!(listed("contractor").await[0]["contractor"], "Clean Walls Ltd");
    assert_eq!(listed("check").await, json!([]));

    // They see what and where, and nothing of who told us.
    let walls = portal.visitor();
    let html = page(&walls, &link).await;
    for seen in [
        "Clean the underpass",
        "Underpass by the library",
        "Red letters",
        "14 December",
        "Priya Shah",
        &reference,
    ] {
        assert!(html.contains(seen), "{seen}: {html}");
    }
    for hidden in ["Sam", SAM, "07700", "900123"] {
        assert!(!html.contains(hidden), "{hidden}: {html}");
    }
    assert!(html.contains("<form") && !html.contains("<script"), "it needs no app: {html}");
    let photo = |id: &str| format!("{link}/photos/{id}?size=thumb");
    assert_eq!(walls.get(&photo(&told)).await.is(200).header("content-type"), "image/jpeg");
    walls.get(&photo(&Uuid::from_u128(9).to_string())).await.is(404);
    // The resident is told who looked, once.
    let looks = sam.get("/api/account/looked").await.is(200).json()["looks"].clone();
    let reasons: Vec<&str> =
        looks.as_array().unwrap().iter().map(|look| look["reason"].as_str().unwrap()).collect();
    let by_them =
        reasons.iter().filter(|reason| reason.starts_with("Clean Walls Ltd, a contractor of the department"));
    assert_eq!(by_them.count(), 1, "{reasons:?}");
}

async fn a_contractor_writes_and_sends_photos(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let Given { sam, key, priya, id, link } = Given::of(&portal).await;
    let walls = portal.visitor();
    let photo = |id: &str| format!("{link}/photos/{id}?size=thumb");
    // What can't be taken comes back with what was typed.
    let html = refused(&portal, &link, &[("message", " "), ("planned.day", "x")], &[]).await;
    assert!(html.contains("Write a message"), "{html}");
    let late =
        [("message", "We come"), ("planned.day", "15"), ("planned.month", "12"), ("planned.year", "2026")];
    let html = refused(&portal, &link, &late, &[]).await;
    assert!(html.contains("We come") && html.contains("href=\"#planned.day\""), "{html}");
    let huge = vec![b'x'; 15 * 1024 * 1024 + 1];
    let html = refused(&portal, &link, &[("message", "Look")], &[&huge]).await;
    assert!(html.contains("Look") && html.contains("href=\"#photos\""), "{html}");
    let html = refused(&portal, &link, &[("message", "Look")], &[b"no photo"]).await;
    assert!(html.contains("href=\"#photos\""), "{html}");
    let small = samples::png(8, 6);
    let html = refused(&portal, &link, &[("message", "Look")], &[&*small; 6]).await;
    assert!(html.contains("You can send up to 5 files"), "{html}");
    assert!(portal.mails().await.is_empty(), "nothing of it happened");

    // They write when they come, with a photo, pressing twice.
    let number = Uuid::from_u128(77).to_string();
    let news = [
        ("id", number.as_str()),
        ("do", "write"),
        ("message", "We come on Friday"),
        ("planned.day", "11"),
        ("planned.month", "12"),
        ("planned.year", "2026"),
    ];
    for _ in 0..2 {
        let reply = send(&walls, &link, &news, &[&samples::png(80, 60)]).await.is(303);
        assert_eq!(reply.header("location"), link);
    }
    assert_eq!(subjects(&portal, PRIYA).await, ["The contractor wrote"]);
    assert_eq!(subjects(&portal, SAM).await, ["Work is planned"]);
    let request = sam.follow(&key).await;
    assert_eq!((&request["status"], &request["planned"]), (&json!("planned"), &json!("2026-12-11")));
    let last = |request: &Value| request["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        last(&request)["what"],
        json!({ "contractor_wrote": { "text": "", "planned": "2026-12-11" } })
    );
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    let wrote = last(&case["request"])["what"]["contractor_wrote"].clone();
    assert_eq!(wrote["text"], "We come on Friday");
    let sent = wrote["photos"][0].as_str().unwrap().to_owned();
    // The photo was made anew; staff see it, and the resident once staff say so.
    priya.get(&format!("/api/staff/requests/{id}/photos/{sent}")).await.is(200);
    walls.get(&photo(&sent)).await.is(200);
    sam.get(&format!("/api/follow/{key}/photos/{sent}")).await.refused(404, "not_found");
    assert_eq!(request["work_photos"], Value::Null);
    act(&priya, &id, &format!("photos/{sent}/public"), &json!({ "public": true })).await.is(200);
    assert_eq!(sam.follow(&key).await["work_photos"], json!([sent]));
    sam.get(&format!("/api/follow/{key}/photos/{sent}")).await.is(200);
}

async fn what_a_contractor_did_is_looked_at(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let Given { sam, key, priya, id, link } = Given::of(&portal).await;
    let walls = portal.visitor();
    let listed = async |show: &str| {
        priya.get(&format!("/api/staff/requests?show={show}")).await.is(200).json()["requests"].clone()
    };
    send(&walls, &link, &[("message", "We begin")], &[&samples::png(80, 60)]).await.is(303);
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    let wrote =
        case["request"]["timeline"].as_array().unwrap().last().unwrap()["what"]["contractor_wrote"].clone();
    let sent = wrote["photos"][0].as_str().unwrap().to_owned();
    walls.get(&format!("{link}/photos/{sent}")).await.is(200);
    portal.mails().await;

    // They say that it is done. It is in the sample: nobody closes it before somebody has looked.
    let html = refused(&portal, &link, &[("message", "Done"), ("seen", &"x".repeat(2001))], &[]).await;
    assert!(html.contains("href=\"#seen\"") && html.contains("2,000 characters"), "{html}");
    let done = [("do", "done"), ("message", "All gone"), ("seen", "A mattress by the bridge")];
    send(&walls, &link, &done, &[]).await.is(303);
    let [mail] = portal.mails_to(PRIYA).await.try_into().unwrap();
    assert!(mail.subject.starts_with("The contractor has finished"), "{}", mail.subject);
    assert!(mail.text.contains("Anything else near there: A mattress by the bridge"), "{}", mail.text);
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(
        mail.text.contains("Clean Walls Ltd tells us") && mail.text.contains("Somebody of ours looks"),
        "{}",
        mail.text
    );
    assert!(!mail.text.contains("All gone"), "nobody has looked at their words");
    assert_eq!(listed("check").await[0]["to_check"], true);
    assert!(page(&walls, &link).await.contains("You told us that the work is done"));
    send(&walls, &link, &[("do", "done"), ("message", "Again")], &[]).await.is(409);
    act(&priya, &id, "close", &closing("done", "Removed.")).await.refused(409, "not_checked");
    act(&priya, &id, "contract", &work(3)).await.refused(409, "not_checked");

    // It is not done well: it goes back with a new link, and the old one is over.
    act(&priya, &id, "contract/check", &json!({ "fine": false })).await.wrong(&[("text", "missing", 0)]);
    act(&priya, &id, "contract/check", &json!({ "fine": false, "text": "Half of it" })).await.is(200);
    let [mail] = portal.mails_to(WALLS).await.try_into().unwrap();
    assert!(
        mail.subject.contains("Please look at this again") && mail.text.contains("Half of it"),
        "{}",
        mail.text
    );
    walls.get(&link).await.is(404);
    let link = mail.link().strip_prefix("https://portico.example").unwrap().to_owned();
    assert!(page(&walls, &link).await.contains("Half of it"));
    send(&walls, &link, &[("do", "done"), ("message", "Now all of it")], &[]).await.is(303);
    act(&priya, &id, "contract/check", &json!({ "fine": true, "text": "Seen" })).await.is(200);
    assert_eq!(listed("check").await, json!([]));
    act(&priya, &id, "close", &closing("done", "Removed.")).await.is(200);
    portal.mails().await;

    // The link is over with the case, also when that is opened again, and says whom to ask.
    let gone = String::from_utf8(walls.get(&link).await.is(410).body.to_vec()).unwrap();
    assert!(
        gone.contains("ask Priya Shah in Street scene of Saltmarsh") && gone.contains("01632 960 960"),
        "{gone}"
    );
    send(&walls, &link, &[("message", "Hello")], &[]).await.is(410);
    walls.get(&format!("{link}/photos/{sent}")).await.is(404);
    sam.post(&format!("/api/follow/{key}/reopen"), &json!({ "reason": "It is back" })).await.is(200);
    walls.get(&link).await.is(410);
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!(case["contract"], Value::Null);
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_is_for_one_request() {
    let portal = Portal::open().await;
    let (priya, id, _) = given(&portal, &graffiti()).await;
    let first = link(&portal).await;
    let walls = portal.visitor();
    page(&walls, &first).await;
    // A full stop that was copied along does no harm; another token leads where none does.
    page(&walls, &format!("{first}.")).await;
    let strange = format!("/contract/{}", "a".repeat(52));
    let nothing = walls.get(&strange).await.is(404);
    assert_eq!(nothing.body, walls.get("/contract/nothing").await.is(404).body);
    assert_eq!(walls.post_text(&strange, "").await.status, 404);

    // Another piece of work, of another request: each link leads to its own, and to its own photos.
    let photo = portal.visitor().upload(samples::png(80, 60)).await.is(201).text("id");
    let other = portal.visitor().submit(2, &graffiti_but(&json!({ "photos.1": photo }))).await.is(201);
    let other = id_of(&priya, &other.text("reference")).await;
    act(&priya, &other, "take", &json!({})).await.is(200);
    act(&priya, &other, "contract", &work(2)).await.is(200);
    let second = link(&portal).await;
    walls.get(&format!("{second}/photos/{photo}")).await.is(200);
    walls.get(&format!("{first}/photos/{photo}")).await.is(404);

    // Another department, and a colleague who has not taken it, can't deal with it.
    let (grace, tom) = (portal.staff(GRACE).await, portal.staff(TOM).await);
    for (verb, body) in [
        ("contract", work(7)),
        ("contract/link", json!({})),
        ("contract/end", json!({ "reason": "x" })),
        ("contract/check", json!({ "fine": true })),
    ] {
        act(&grace, &id, verb, &body).await.refused(404, "not_found");
        act(&tom, &id, verb, &body).await.refused(409, "not_owner");
    }

    // Sent again, only the new link works.
    act(&priya, &id, "contract/link", &json!({})).await.is(200);
    let again = link(&portal).await;
    walls.get(&first).await.is(404);
    page(&walls, &again).await;

    // From another site nothing is taken, and from nobody who sends too much.
    let request =
        walls.request(Method::POST, &again).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let mut request = request.body(Body::from("message=Hi&do=done")).unwrap();
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    walls.send(request).await.is(403);
    assert!(!page(&walls, &again).await.contains("You told us"));

    // It works up to its last day, and can be sent again after it.
    portal.turn_to("2027-01-04T20:00:00Z");
    page(&walls, &again).await;
    portal.turn_to("2027-01-05T09:00:00Z");
    let late = String::from_utf8(walls.get(&again).await.is(410).body.to_vec()).unwrap();
    assert!(late.contains("This link worked until Monday 4 January"), "{late}");
    let case = priya.get(&format!("/api/staff/requests/{id}")).await;
    assert!(case.status == 401, "a session does not last so long");
    let priya = portal.staff(PRIYA).await;
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!(case["contract"]["until"], Value::Null, "it has run out");
    act(&priya, &id, "contract/link", &json!({})).await.is(200);
    let newest = link(&portal).await;
    page(&walls, &newest).await;

    // Taken back, it is over, and the contractor knows.
    act(&priya, &id, "contract/end", &json!({ "reason": "We do it ourselves" })).await.is(200);
    let [mail] = portal.mails_to(WALLS).await.try_into().unwrap();
    assert!(
        mail.subject.contains("No longer needed") && mail.text.contains("We do it ourselves"),
        "{}",
        mail.text
    );
    walls.get(&newest).await.is(410);
    act(&priya, &id, "contract/link", &json!({})).await.refused(409, "not_allowed");
    // And may go to somebody else.
    let roads = json!({ "contractor": "marsh-roads", "task": "Clean it", "id": Uuid::from_u128(5) });
    let case = act(&priya, &id, "contract", &roads).await.is(200).json();
    assert_eq!(case["contract"]["by"], "Marsh Roads and Drains");
    walls.get(&newest).await.is(410);
}

#[tokio::test]
async fn what_is_not_in_the_sample_is_closed_by_its_owner() {
    let portal = Setup::default().checking(0).open().await;
    let (priya, id, _) = given(&portal, &graffiti()).await;
    let link = link(&portal).await;
    send(&portal.visitor(), &link, &[("do", "done"), ("message", "All gone")], &[]).await.is(303);
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!((&case["contract"]["check"], &case["contract"]["checked"]), (&json!(false), &json!(false)));
    let mails = portal.mails_to(SAM).await;
    let mail = mails.iter().find(|mail| mail.subject.starts_with("The work is done")).unwrap();
    assert!(mail.text.contains("We close your request next"), "{}", mail.text);
    act(&priya, &id, "close", &closing("done", "Removed.")).await.is(200);
}

/// A service's document says what of a person a contractor needs.
#[tokio::test]
async fn a_document_may_say_that_they_need_more() {
    let portal = Setup::default().with_services_folder().open().await;
    let document = include_str!("../../../services/report-graffiti.toml");
    let needs = document.replacen("top = true", "top = true\ncontractor_needs = [\"you\"]", 1);
    std::fs::write(portal.path("services/report-graffiti.toml"), needs).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    given(&portal, &graffiti()).await;
    let html = page(&portal.visitor(), &link(&portal).await).await;
    assert!(html.contains("Sam O’Brien") && html.contains(SAM), "{html}");
}

async fn duplicates_are_told_together(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let here = |you: &str| {
        graffiti_but(
            &json!({ "place.position": "52.967,0.29", "you.name": you, "you.email": format!("{you}@example.org") }),
        )
    };
    // Sam was the first. Ann, who has an account, and Bob said the same; Eve watches what Ann told.
    let sam = portal.visitor().submit(1, &here("zoltan")).await.is(201);
    portal.turn(chrono::TimeDelta::minutes(1));
    let ann = portal.resident(ANN).await;
    let anns = ann.submit(2, &here("ann")).await.is(201);
    let bobs = portal.visitor().submit(3, &here("bob")).await.is(201);
    let near = ann.get("/api/services/report-graffiti/nearby?lat=52.967&lon=0.29").await.is(200).json();
    assert_eq!(near["requests"].as_array().unwrap().len(), 3);
    let public = portal.state.secret.public_id("demo", {
        let priya = portal.staff(PRIYA).await;
        id_of(&priya, &anns.text("reference")).await.parse().unwrap()
    });
    let watch = format!("/api/services/report-graffiti/nearby/{public}/watch");
    portal.visitor().post(&watch, &json!({ "email": EVE })).await.is(204);
    let priya = portal.staff(PRIYA).await;
    let id = async |sent: &Reply| id_of(&priya, &sent.text("reference")).await;
    let (first, second, third) = (id(&sam).await, id(&anns).await, id(&bobs).await);
    portal.mails().await;

    // What is at the same place is beside each of them.
    let related = priya.get(&format!("/api/staff/requests/{second}/related")).await.is(200).json();
    let related: Vec<&str> =
        related["requests"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(related.len() == 2 && related.contains(&&*first) && related.contains(&&*third), "{related:?}");
    let grace = portal.staff(GRACE).await;
    grace.get(&format!("/api/staff/requests/{second}/related")).await.refused(404, "not_found");

    let same = |as_what: &Reply| {
        let mut closing = closing("duplicate", "Somebody told us before.");
        closing["same_as"] = json!(as_what.text("reference"));
        closing
    };
    // Bob's goes on in Ann's, and Ann's in Sam's: all of them in Sam's.
    for (id, into) in [(&third, &anns), (&second, &sam)] {
        act(&priya, id, "take", &json!({})).await.is(200);
        act(&priya, id, "close", &same(into)).await.is(200);
    }
    act(&priya, &first, "take", &json!({})).await.is(200);
    act(&priya, &first, "close", &same(&anns)).await.wrong(&[("same_as", "not_an_option", 0)]);
    let case = priya.get(&format!("/api/staff/requests/{first}")).await.is(200).json();
    assert_eq!(case["followers"], 3, "Ann, Bob and Eve");
    let dup = priya.get(&format!("/api/staff/requests/{third}")).await.is(200).json();
    assert_eq!(
        (&dup["same_as"], &dup["request"]["status"]),
        (&json!(first), &json!({ "closed": "duplicate" }))
    );
    assert_eq!(priya.get(&format!("/api/staff/requests/{second}")).await.is(200).json()["same_as"], first);
    portal.mails().await;

    // Each step is told to all of them, on their own pages, and nobody learns who the others are.
    act(&priya, &first, "promise", &json!({ "to": "2026-12-18", "reason": "Zoltan's wall is wet" }))
        .await
        .is(200);
    for (who, key) in [("ann", &anns), ("bob", &bobs)] {
        let [mail] = portal.mails_to(&format!("{who}@example.org")).await.try_into().unwrap();
        assert!(mail.subject.starts_with("News about your request"), "{}", mail.subject);
        assert!(mail.text.contains("18 December") && mail.follow_key() == key.text("key"), "{}", mail.text);
        assert!(!mail.text.to_lowercase().contains("zoltan"), "{}", mail.text);
        let request = portal.visitor().follow(&key.text("key")).await;
        assert_eq!(request["goes_on"]["complete_by"], "2026-12-18");
        assert_eq!(request["goes_on"]["reference"], sam.text("reference"));
        assert!(!request.to_string().to_lowercase().contains("zoltan"), "{request}");
    }
    assert_eq!(subjects(&portal, EVE).await.len(), 1);
    let notices = ann.get("/api/account/notices").await.is(200).json().to_string();
    assert!(notices.contains("News about your request"), "{notices}");

    // And the end, even where Sam makes it.
    let withdrawn = json!({ "reason": "My secret reason" });
    portal.visitor().post(&format!("/api/follow/{}/withdraw", sam.text("key")), &withdrawn).await.is(200);
    for who in ["ann", "bob", "eve"] {
        let [mail] = portal.mails_to(&format!("{who}@example.org")).await.try_into().unwrap();
        assert!(mail.text.contains("no longer needs it") && !mail.text.contains("secret"), "{}", mail.text);
    }
    let request = portal.visitor().follow(&bobs.text("key")).await;
    assert_eq!(request["goes_on"]["status"], json!({ "closed": "withdrawn" }));
    assert_eq!(request["may_reopen"], Value::Null, "it goes on where it was said first");
}
