//! The whole way of a request, from the form to the feedback, as its resident and a member of staff go it.

use crate::support::database::Kept;
use crate::support::{Mail, PUBLIC_URL, Portal, Setup, Visitor, answer, closing, graffiti_but};
use picture::{Position, samples};
use serde_json::{Value, json};

on_both_engines![graffiti_from_the_form_to_the_feedback];

const SAM: &str = "sam@example.org";

/// The one mail that came to the resident since the last look.
async fn told(portal: &Portal) -> Mail {
    let [mail] = portal.mails_to(SAM).await.try_into().expect("one mail");
    mail
}

async fn act(staff: &Visitor, request: &str, verb: &str, body: &Value) -> Value {
    staff.post(&format!("/api/staff/requests/{request}/{verb}"), body).await.is(200).json()
}

#[expect(clippy::too_many_lines, reason = "one journey, told in one piece")]
async fn graffiti_from_the_form_to_the_feedback(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let sam = portal.visitor();

    // Sam sees what the service asks and promises, and adds a photo from his phone.
    let service = sam.get("/api/services/report-graffiti").await.is(200).json();
    assert_eq!(
        (&service["service"]["title"], &service["promises"][0]["complete_by"]),
        (&json!("Report graffiti"), &json!("Monday 14 December"))
    );
    let photo = samples::phone_photo(800, 600, Position { lat: 54.9738, lon: -1.6132 });
    let photo = sam.upload_as("image/jpeg", photo).await.is(201).json();
    assert_eq!((&photo["width"], &photo["height"]), (&json!(600), &json!(800)), "it stands upright");
    let photo = photo["id"].as_str().unwrap();

    // He sends the form and gets a reference at once, and an email with a link.
    let answers = graffiti_but(&json!({ "photos.1": photo, "photos.1.alt": "Red letters on the wall" }));
    let sent = sam.submit(1, &answers).await.is(201);
    let (reference, key) = (sent.text("reference"), sent.text("key"));
    let mail = told(&portal).await;
    assert_eq!(mail.subject, format!("We have your request: Report graffiti ({reference})"));
    assert_eq!(mail.link(), format!("{PUBLIC_URL}/follow/{key}"));
    assert!(mail.text.contains("by Monday 14 December."), "{}", mail.text);
    assert!(mail.text.contains("The crew removes the graffiti, or we tell you why not."));
    assert!(mail.html.contains(&format!("<a href=\"{}\">", mail.link())));

    // The link shows where it stands, with the photo.
    let request = sam.follow(&mail.follow_key()).await;
    assert_eq!(
        (&request["status"], &request["owner"], &request["seq"]),
        (&json!("received"), &Value::Null, &json!(1))
    );
    assert_eq!(
        answer(&request, "photos")["photos"]["photos"],
        json!([{ "id": photo, "alt": "Red letters on the wall" }])
    );
    let picture = sam.get(&format!("/api/follow/{key}/photos/{photo}")).await.is(200);
    assert_eq!(
        (picture.header("content-type"), picture.header("cache-control")),
        ("image/jpeg", "private, no-store")
    );
    let mut page = sam.listen(&format!("/api/follow/{key}/events")).await;
    assert_eq!(page.next().await, Some(json!({ "seq": 1 })));

    // Priya signs in with the code from her mail and finds it in her queue.
    let priya = portal.staff("priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    let item = &queue["requests"][0];
    assert_eq!(
        (&item["reference"], &item["about"]),
        (&json!(reference), &json!("Underpass by the library, Mill Lane, NE1 8QH"))
    );
    let id = item["id"].as_str().unwrap();
    priya.get(&format!("/api/staff/requests/{id}/photos/{photo}?size=thumb")).await.is(200);

    // She takes it. Sam's page hears of it without being asked, and so does Sam.
    let case = act(&priya, id, "take", &json!({})).await;
    assert_eq!(
        (&case["mine"], &case["request"]["status"], &case["request"]["owner"]),
        (&json!(true), &json!("looked_at"), &json!("Priya Shah"))
    );
    assert_eq!(page.next().await, Some(json!({ "seq": 2 })));
    let mail = told(&portal).await;
    assert_eq!(mail.subject, format!("Somebody is working on your request: Report graffiti ({reference})"));
    assert!(mail.text.contains("Priya Shah now looks after your request"), "{}", mail.text);

    // They write to each other.
    let question = json!({ "text": "Is it on the left or the right?", "id": uuid::Uuid::from_u128(21) });
    act(&priya, id, "messages", &question).await;
    let mail = told(&portal).await;
    assert!(
        mail.subject.starts_with("A message about your request")
            && mail.text.contains("Is it on the left or the right?")
    );
    let reply = json!({ "text": "On the left.", "id": uuid::Uuid::from_u128(22) });
    sam.post(&format!("/api/follow/{key}/messages"), &reply).await.is(200);
    let [mail] = portal.mails_to("priya@saltmarsh.example").await.try_into().unwrap();
    assert!(mail.text.contains("On the left."), "{}", mail.text);
    assert_eq!(mail.link(), format!("{PUBLIC_URL}/staff/requests/{id}"));
    assert!(!mail.raw.contains(&key), "staff get no key of the resident's");

    // It takes longer, and Sam is told why.
    portal.turn_to("2026-12-11T09:30:00Z");
    let priya = portal.staff("priya@saltmarsh.example").await;
    let promise = json!({ "to": "2026-12-18", "reason": "The lift is being mended." });
    let case = act(&priya, id, "promise", &promise).await;
    assert_eq!(
        (&case["request"]["complete_by"], &case["request"]["first_complete_by"]),
        (&json!("2026-12-18"), &json!("2026-12-14"))
    );
    let mail = told(&portal).await;
    assert!(
        mail.text.contains("by Friday 18 December.") && mail.text.contains("Why: The lift is being mended."),
        "{}",
        mail.text
    );

    // It is done.
    portal.turn_to("2026-12-17T15:15:00Z");
    let priya = portal.staff("priya@saltmarsh.example").await;
    act(&priya, id, "close", &closing("done", "The crew removed it this morning.")).await;
    let mail = told(&portal).await;
    assert_eq!(mail.subject, format!("Done: Report graffiti ({reference})"));
    assert!(mail.text.contains("The crew removed it this morning."), "{}", mail.text);
    let request = sam.follow(&key).await;
    assert_eq!(
        (&request["status"], &request["late"], &request["next"]),
        (&json!({ "closed": "done" }), &json!(false), &json!([]))
    );
    let lines: Vec<(&Value, &Value)> = request["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["when"], &entry["what"]))
        .collect();
    let text = |text: &str| json!({ "message": { "text": text } });
    assert_eq!(
        lines,
        [
            (&json!("Monday 7 December 2026 at 10:00am"), &json!("received")),
            (&json!("Monday 7 December 2026 at 10:00am"), &json!("taken")),
            (&json!("Monday 7 December 2026 at 10:00am"), &text("Is it on the left or the right?")),
            (&json!("Monday 7 December 2026 at 10:00am"), &text("On the left.")),
            (
                &json!("Friday 11 December 2026 at 9:30am"),
                &json!({ "promise_moved": { "from": "2026-12-14", "to": "2026-12-18", "reason": "The lift is being mended." } })
            ),
            (
                &json!("Thursday 17 December 2026 at 3:15pm"),
                &json!({ "closed": { "outcome": "done", "text": "The crew removed it this morning.", "on": "2026-12-07", "by": "The north crew", "next": "There is nothing more for you to do.", "object": "Tell us on the page of your request.", "signed": { "name": "Priya Shah", "role": "Officer, Street scene" } } })
            ),
        ]
    );

    // And Sam says how it went; nobody gets a mail about that.
    sam.post(&format!("/api/follow/{key}/feedback"), &json!({ "score": 5, "reason": "Quick" })).await.is(200);
    assert_eq!(sam.follow(&key).await["feedback"], json!({ "score": 5, "reason": "Quick" }));
    assert!(portal.mails().await.is_empty());
    assert_eq!(priya.get("/api/staff/requests").await.json()["requests"], json!([]));
    let closed = priya.get("/api/staff/requests?show=closed").await.json();
    assert_eq!(closed["requests"][0]["status"], json!({ "closed": "done" }));
    for seq in 3..=7 {
        assert_eq!(page.next().await, Some(json!({ "seq": seq })));
    }
    portal.state.stop.cancel();
    assert_eq!(page.next().await, None, "a server that stops ends its streams");
}
