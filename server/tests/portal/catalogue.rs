//! What a council offers is data: a document dropped into a folder is a service, without a new build and
//! without a restart.

use crate::support::{Portal, Setup, answer, closing, graffiti};
use serde_json::{Value, json};

const BENCH: &str = r#"
id = "broken-bench"
version = 3
title = "Report a broken bench"
summary = "Tell us about a broken bench in a park, and we will mend it."
topic = "streets"
department = "street-scene"
keywords = ["bench", "seat", "park"]
next = ["We look at the bench.", "We mend it or take it away."]

[standard]
acknowledge = "4 working hours"
complete = "10 working days"

[[questions]]
id = "danger"
kind = "yes_no"
label = "Could somebody get hurt?"

[[questions]]
id = "how"
kind = "text"
label = "How?"
max = 20
show_if = { question = "danger", equals = "yes" }

[[questions]]
id = "place"
kind = "place"
label = "Where is the bench?"

[[questions]]
id = "you"
kind = "contact"
label = "How can we reach you?"
email = "optional"
"#;

/// What takes everything else stands last.
const LAST: &str = "Ask us something else";

fn drop_in(portal: &Portal, name: &str, text: &str) {
    std::fs::write(portal.path("services").join(name), text).unwrap();
}

async fn titles(portal: &Portal) -> Vec<String> {
    let list = portal.visitor().get("/api/services").await.is(200).json();
    list.as_array().unwrap().iter().map(|service| service["title"].as_str().unwrap().to_owned()).collect()
}

/// The first promise: adding a service touches one file.
#[tokio::test]
async fn a_document_dropped_into_the_folder_is_served_filled_in_and_followed() {
    let portal = Setup::default().with_services_folder().open().await;
    let resident = portal.visitor();
    let before = titles(&portal).await;
    assert!(before.is_sorted_by_key(|title| (title == LAST, title)), "{before:?}");
    resident.get("/api/services/broken-bench").await.refused(404, "not_found");

    drop_in(&portal, "broken-bench.toml", BENCH);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert_eq!(portal.state.councils.refresh(), Ok(false), "nothing changed since");
    let after = titles(&portal).await;
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.contains(&"Report a broken bench".to_owned()));
    let view = resident.get("/api/services/broken-bench").await.is(200).json();
    assert_eq!(
        (&view["today"], &view["promises"]),
        (
            &json!("2026-12-07"),
            &json!([{ "acknowledge_by": "2pm today", "complete_by": "Monday 21 December" }])
        )
    );
    assert_eq!(
        view["service"]["questions"][1],
        json!({
            "id": "how", "label": "How?", "required": true, "kind": { "text": { "max": 20 } },
            "show_if": { "is": { "question": "danger", "one_of": ["yes"] } },
            "stamp": view["service"]["questions"][1]["stamp"],
        })
    );
    // The browser reads it as the same type.
    let read: domain::api::services::ServiceView = serde_json::from_value(view).unwrap();
    assert_eq!(read.service.questions.len(), 4);

    let answers = json!({ "danger": "yes", "place.words": "By the pond", "you.email": "sam@example.org" });
    resident.submit_to("broken-bench", 1, &answers).await.wrong(&[("how", "missing", 0)]);
    let mut answers = answers;
    answers["how"] = json!("A nail sticks out.");
    let reply = resident.submit_to("broken-bench", 1, &answers).await.is(201);
    let request = resident.follow(&reply.text("key")).await;
    assert_eq!(
        (&request["title"], &request["department"]),
        (&json!("Report a broken bench"), &json!("Street scene"))
    );
    assert_eq!(request["next"], json!(["We look at the bench.", "We mend it or take it away."]));
    assert_eq!(answer(&request, "how"), &json!({ "text": "A nail sticks out." }));
    // What is not asked is not kept.
    answers["danger"] = json!("no");
    let other = resident.submit_to("broken-bench", 2, &answers).await.is(201);
    assert_eq!(answer(&resident.follow(&other.text("key")).await, "how"), &Value::Null);
    let mail = portal.mails().await.remove(0);
    assert!(
        mail.subject.contains("Report a broken bench") && mail.text.starts_with("Hello,"),
        "{}",
        mail.text
    );
    let priya = portal.staff("priya@saltmarsh.example").await;
    assert_eq!(priya.get("/api/staff/requests").await.json()["requests"][0]["about"], "By the pond");

    // And when the document is gone, what was sent is still there.
    std::fs::remove_file(portal.path("services/broken-bench.toml")).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert_eq!(titles(&portal).await, before);
    let request = resident.follow(&reply.text("key")).await;
    assert_eq!((&request["title"], &request["next"]), (&json!("Report a broken bench"), &json!([])));
    let id = priya.get("/api/staff/requests").await.json()["requests"][0]["id"].as_str().unwrap().to_owned();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    priya.post(&format!("/api/staff/requests/{id}/close"), &closing("done", "Mended.")).await.is(200);
}

#[tokio::test]
async fn a_document_with_mistakes_is_not_taken() {
    let portal = Setup::default().with_services_folder().open().await;
    drop_in(&portal, "broken-bench.toml", BENCH);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let many = titles(&portal).await.len();
    drop_in(
        &portal,
        "broken-bench.toml",
        &BENCH.replace("yes_no", "maybe").replace("a broken bench", "a new title"),
    );
    let faults: Vec<String> =
        portal.state.councils.refresh().unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "broken-bench.toml:17: there is no kind of question called “maybe”; there are name, text, long_text, number, money, date, date_range, slot, email, phone, address, place, choice, choices, yes_no, vehicle, council_tax_account, penalty_charge, library_card, photos, documents, declaration, contact, group"
        ]
    );
    assert_eq!(portal.state.councils.refresh(), Ok(false), "said once");
    let view = portal.visitor().get("/api/services/broken-bench").await.is(200).json();
    assert_eq!(view["service"]["title"], "Report a broken bench", "the one before is still served");
    // So is everything else, and a document of garbage changes nothing either.
    drop_in(&portal, "garbage.toml", "\u{0}\u{1}[[[");
    assert!(portal.state.councils.refresh().is_err());
    assert_eq!(titles(&portal).await.len(), many);
    portal.visitor().submit(1, &graffiti()).await.is(201);
    // Mended, it is taken.
    std::fs::remove_file(portal.path("services/garbage.toml")).unwrap();
    drop_in(&portal, "broken-bench.toml", &BENCH.replace("a broken bench", "a new title for it"));
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert!(titles(&portal).await.contains(&"Report a new title for it".to_owned()));
}

#[tokio::test]
async fn a_document_of_our_own_name_takes_our_place() {
    let portal = Setup::default().with_services_folder().open().await;
    let ours = include_str!("../../../services/report-graffiti.toml");
    drop_in(
        &portal,
        "report-graffiti.toml",
        &ours.replacen("title = \"Report graffiti\"", "title = \"Report graffiti or tags\"", 1),
    );
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let titles = titles(&portal).await;
    assert!(titles.contains(&"Report graffiti or tags".to_owned()));
    assert!(!titles.contains(&"Report graffiti".to_owned()));
}

#[tokio::test]
async fn key_messages_stand_on_their_days() {
    let portal = Portal::open().await;
    let messages = async || {
        portal.visitor().get("/api/council").await.is(200).json()["messages"].as_array().unwrap().len()
    };
    for (day, shown) in [
        ("2026-11-15T12:00:00Z", 0),
        ("2026-11-16T12:00:00Z", 2),
        ("2027-01-01T12:00:00Z", 2),
        ("2027-01-02T12:00:00Z", 1),
        ("2027-01-09T00:00:00Z", 0),
    ] {
        portal.turn_to(day);
        assert_eq!(messages().await, shown, "{day}");
    }
}

async fn two_councils() -> Portal {
    Setup::default()
        .with_council("north", "north.example")
        .with_council("south", "south.example")
        .open()
        .await
}

/// The host name picks the council, and each has its own requests, staff, mailbox and links.
#[tokio::test]
async fn two_councils_by_their_host_names() {
    let portal = two_councils().await;
    let (north, south) = (portal.visitor_at("north.example"), portal.visitor_at("SOUTH.example:8080"));
    assert_eq!(north.get("/api/council").await.is(200).text("name"), "Council of north");
    assert_eq!(south.get("/api/council").await.is(200).text("name"), "Council of south");
    let in_north = north.submit(1, &graffiti()).await.is(201);
    let in_south = south.submit(1, &graffiti()).await.is(201);
    assert_ne!(
        in_north.text("key"),
        in_south.text("key"),
        "the same form under the same key is two requests"
    );
    south.get(&format!("/api/follow/{}", in_north.text("key"))).await.refused(404, "not_found");
    let found = json!({ "reference": in_north.text("reference"), "email": "sam@example.org" });
    south.post("/api/follow", &found).await.refused(404, "not_found");
    north.post("/api/follow", &found).await.is(200);
    let mut mails = portal.mails().await;
    mails.sort_by(|a, b| a.council.cmp(&b.council));
    let [one, other] = &mails[..] else { panic!("{mails:#?}") };
    assert_eq!((one.council.as_str(), other.council.as_str()), ("north", "south"));
    assert_eq!(one.link(), format!("https://north.example/follow/{}", in_north.text("key")));
    assert_eq!(other.link(), format!("https://south.example/follow/{}", in_south.text("key")));
    assert!(one.text.contains("Council of north") && !one.raw.contains("south"));
    // The same person works for both: two people, two sessions.
    let mut priya = portal.staff_at("north.example", "priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    assert_eq!(
        (queue["requests"].as_array().unwrap().len(), &queue["requests"][0]["reference"]),
        (1, &Value::from(in_north.text("reference")))
    );
    let cookie = priya.cookie.take();
    let mut stranger = portal.visitor_at("south.example");
    stranger.cookie = cookie;
    stranger.get("/api/staff/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn an_unknown_host_is_nobodys() {
    let portal = two_councils().await;
    for host in [
        "east.example",
        "",
        "north.example.evil.example",
        "127.0.0.1:8080",
        "[::1]:8080",
        "north.example:80:80",
        "north.example,south.example",
    ] {
        let visitor = portal.visitor_at(host);
        visitor.get("/api/council").await.refused(421, "no_such_council");
        visitor.submit(1, &graffiti()).await.refused(421, "no_such_council");
        for path in ["/", "/services/report-graffiti", "/demo/mailbox", "/api/unknown"] {
            visitor.get(path).await.refused(421, "no_such_council");
        }
        assert_eq!(
            &visitor.get("/health/ready").await.is(200).body[..],
            b"ready",
            "whatever watches the server has no name for it"
        );
    }
}

/// A council of one's own may have its own document, and its own colours.
#[tokio::test]
async fn a_council_has_its_own_services() {
    let portal = two_councils().await;
    let own = portal.path("councils/north/services");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("broken-bench.toml"), BENCH).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    portal.visitor_at("north.example").get("/api/services/broken-bench").await.is(200);
    portal.visitor_at("south.example").get("/api/services/broken-bench").await.refused(404, "not_found");
}

/// The list is made once, when documents are read; who has it already is told so.
#[tokio::test]
async fn the_list_of_services_is_sent_once() {
    let portal = Setup::default().with_services_folder().open().await;
    let visitor = portal.visitor();
    let first = visitor.get("/api/services").await.is(200);
    let tag = first.header("etag");
    let again = async |tag: &str| {
        let request = visitor.request(axum::http::Method::GET, "/api/services").header("if-none-match", tag);
        visitor.send(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!((again(tag).await, again("\"other\"").await), (304, 200));
    drop_in(&portal, "broken-bench.toml", BENCH);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    assert_eq!(again(tag).await, 200, "another service is another list");
}

/// A form that has changed since it was opened is not taken as it is: what changed is for a person to see.
#[tokio::test]
async fn a_form_that_has_changed_is_asked_for_again() {
    let portal = Setup::default().with_services_folder().open().await;
    drop_in(&portal, "broken-bench.toml", BENCH);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let resident = portal.visitor();
    let stamps = async || -> Vec<Value> {
        let view = resident.get("/api/services/broken-bench").await.is(200).json();
        view["service"]["questions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|question| question["stamp"].clone())
            .collect()
    };
    let before = stamps().await;
    let changed =
        BENCH.replace("version = 3", "version = 4").replace("Where is the bench?", "Which bench is it?");
    drop_in(&portal, "broken-bench.toml", &changed);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let after = stamps().await;
    let same: Vec<bool> = before.iter().zip(&after).map(|(before, after)| before == after).collect();
    assert_eq!(same, [true, true, false, true], "only what changed is asked again");
    let answers = json!({ "danger": "no", "place.words": "By the pond", "you.email": "sam@example.org" });
    let old = json!({ "service": "broken-bench", "version": 3, "answers": answers }).to_string();
    resident.submit_text(1, old.clone()).await.refused(409, "changed");
    let sent = resident.submit_to("broken-bench", 1, &answers).await.is(201);
    // A retry of what was taken is still the same request, whatever has changed since.
    let again = resident.submit_text(1, old).await.is(200);
    assert_eq!(again.text("reference"), sent.text("reference"));
}

/// A service can be closed for some days, and says so.
#[tokio::test]
async fn a_service_that_is_closed_takes_nothing() {
    let portal = Setup::default().with_services_folder().open().await;
    let closed = format!(
        "{BENCH}\n[[stops]]\nid = \"holidays\"\nkind = \"closed\"\nfrom = \"2026-12-24\"\nuntil = \"2027-01-03\"\n\
         title = \"Closed over the holidays\"\ntext = [\"We mend benches again from 4 January.\"]\n"
    );
    drop_in(&portal, "broken-bench.toml", &closed);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let answers = json!({ "danger": "no", "place.words": "By the pond", "you.email": "sam@example.org" });
    portal.visitor().submit_to("broken-bench", 1, &answers).await.is(201);
    portal.turn_to("2026-12-24T09:00:00Z");
    portal.visitor().submit_to("broken-bench", 2, &answers).await.refused(409, "stopped");
    portal.turn_to("2027-01-04T09:00:00Z");
    portal.visitor().submit_to("broken-bench", 3, &answers).await.is(201);
}

/// Texts may be there in other languages; who asks for one that is not there reads English.
#[tokio::test]
async fn texts_come_in_the_language_asked_for() {
    let portal = Setup::default().with_council("north", "north.example").open().await;
    let folder = portal.path("councils/north");
    let council = std::fs::read_to_string(folder.join("council.toml")).unwrap();
    std::fs::write(folder.join("council.toml"), format!("languages = [\"cy\"]\n{council}")).unwrap();
    std::fs::create_dir(folder.join("services")).unwrap();
    let welsh = BENCH.replace(
        "title = \"Report a broken bench\"",
        "title = { en = \"Report a broken bench\", cy = \"Rhoi gwybod am fainc wedi torri\" }",
    );
    std::fs::write(folder.join("services/broken-bench.toml"), welsh).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let visitor = portal.visitor_at("north.example");
    let ask = async |path: &str, language: &str| {
        let request = visitor.request(axum::http::Method::GET, path).header("accept-language", language);
        visitor.send(request.body(axum::body::Body::empty()).unwrap()).await
    };
    let view = async |language: &str| ask("/api/services/broken-bench", language).await.is(200).json();
    let welsh = view("cy-GB,cy;q=0.9,en;q=0.5").await;
    assert_eq!(
        (&welsh["service"]["title"], &welsh["language"], &welsh["service"]["summary"]),
        (
            &json!("Rhoi gwybod am fainc wedi torri"),
            &json!("cy"),
            &json!("Tell us about a broken bench in a park, and we will mend it.")
        )
    );
    for language in ["fr;q=0.9, cy;q=0.8", "en;q=0.5, cy", "en;q=0, cy;q=0.1"] {
        assert_eq!(view(language).await["language"], "cy", "{language}");
    }
    for language in ["en-GB,en", "fr,de", "*", "", "cy;q=0", "cy;q=0.5, en;q=0.6", "cy;q=nonsense"] {
        assert_eq!(view(language).await["service"]["title"], "Report a broken bench", "{language}");
    }
    // A page says which language it is in, and what is not translated is English.
    for (service, language, said) in
        [("broken-bench", "cy", "cy"), ("broken-bench", "en", "en"), ("report-graffiti", "cy", "en")]
    {
        let page = ask(&format!("/services/{service}"), language).await;
        if &page.body[..] != crate::support::NOT_BUILT.as_bytes() {
            let page = String::from_utf8_lossy(&page.body).into_owned();
            assert!(page.contains(&format!("<html lang=\"{said}\"")), "{service} in {language}");
        }
    }
    let served = portal.state.councils.by_id("north").unwrap();
    assert!(
        served
            .untranslated
            .iter()
            .any(|fault| fault.file == "broken-bench.toml" && fault.message.contains("summary"))
    );
}

#[tokio::test]
async fn a_message_is_told_which_form_it_belongs_into() {
    let portal = Portal::open().await;
    let suggest = async |message: &str| {
        let reply = portal.visitor().post("/api/services/suggest", &json!({ "message": message })).await;
        reply.is(200).json()
    };
    assert_eq!(
        suggest("My bin was not emptied on Tuesday").await,
        json!({ "id": "missed-bin", "title": "Report a missed bin collection" })
    );
    for message in ["", "Good morning", "%", "'; DROP TABLE request;--"] {
        assert_eq!(suggest(message).await, json!({}), "{message}");
    }
    portal.visitor().post("/api/services/suggest", &json!({ "words": "bin" })).await.is(422);
}
