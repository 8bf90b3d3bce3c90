//! Sending a form: what is taken as it is, what is refused and how that is said, and that sending twice is
//! sending once. Numbers name the rows of the list of bad inputs.

use crate::support::{Portal, Setup, answer, graffiti, graffiti_but};
use futures::future::join_all;
use serde_json::{Value, json};

/// Sends a form about graffiti with these changes, and gives it as its resident reads it.
async fn sent(portal: &Portal, key: u128, changes: &Value) -> Value {
    let resident = portal.visitor();
    let reply = resident.submit(key, &graffiti_but(changes)).await.is(201);
    resident.follow(&reply.text("key")).await
}

/// Nobody was written to, and staff see nothing.
async fn nothing_happened(portal: &Portal) {
    assert!(portal.mails().await.is_empty());
    let priya = portal.staff("priya@saltmarsh.example").await;
    assert_eq!(priya.get("/api/staff/requests").await.is(200).json()["requests"], json!([]));
}

#[tokio::test]
async fn a_request_is_acknowledged_with_a_reference_and_a_promise() {
    let portal = Portal::open().await;
    let reply = portal.visitor().submit(1, &graffiti()).await.is(201);
    assert_eq!(
        (reply.text("acknowledge_by").as_str(), reply.text("complete_by").as_str()),
        ("2026-12-08", "2026-12-14")
    );
    assert_eq!(reply.text("reference").len(), 9);
    assert!(reply.text("key").len() >= 26, "a key nobody guesses");
    let request = portal.visitor().follow(&reply.text("key")).await;
    assert_eq!(request["reference"], reply.text("reference"));
    assert_eq!(
        (&request["status"], &request["late"], &request["department"]),
        (&json!("received"), &json!(false), &json!("Street scene"))
    );
    assert_eq!(
        answer(&request, "surface"),
        &json!({ "choice": { "value": "public", "label": "Something public" } })
    );
    assert_eq!(request["timeline"][0]["when"], "Monday 7 December 2026 at 10:00am");
}

#[tokio::test]
async fn promises_keep_clear_of_christmas() {
    let portal = Portal::open().await;
    for (key, sent, acknowledge_by, complete_by) in [
        // Summer time: half past four in London, then past five.
        (1, "2026-07-01T15:30:00Z", "2026-07-02", "2026-07-08"),
        (2, "2026-07-01T16:30:00Z", "2026-07-03", "2026-07-09"),
        // After hours counts as the next morning; 5pm is closing time.
        (3, "2026-12-11T10:00:00Z", "2026-12-14", "2026-12-18"),
        (4, "2026-12-11T16:59:59Z", "2026-12-14", "2026-12-18"),
        (5, "2026-12-11T17:00:00Z", "2026-12-15", "2026-12-21"),
        // Bank holidays are Friday 25 and Monday 28, the town hall is closed up to New Year's Day, which is a Friday.
        (6, "2026-12-24T10:00:00Z", "2027-01-04", "2027-01-08"),
        (7, "2026-12-30T10:00:00Z", "2027-01-05", "2027-01-11"),
    ] {
        portal.turn_to(sent);
        let shown = portal.visitor().get("/api/services/report-graffiti").await.is(200);
        let reply = portal.visitor().submit(key, &graffiti()).await.is(201);
        let (shown, promised) = (shown.json()["promises"][0].clone(), reply.json());
        for (field, day) in [("acknowledge_by", acknowledge_by), ("complete_by", complete_by)] {
            let said = domain::standard::say(day.parse().unwrap());
            assert_eq!((&promised[field], &shown[field]), (&json!(day), &json!(said)), "{sent}");
        }
    }
    let mail = portal.mails().await.into_iter().find(|mail| mail.text.contains("Friday 8 January")).unwrap();
    assert!(mail.text.contains("by Friday 8 January."), "{}", mail.text);
}

/// Rows 1 and 2: names are people's own.
#[tokio::test]
async fn names_are_echoed_exactly() {
    let portal = Portal::open().await;
    let long = "x".repeat(500);
    let names = [
        "O’Brien",
        "O'Brien",
        "D’Arcy-Smith",
        "Nǃxau",
        "X Æ A-12",
        "U",
        "Sukarno",
        "null",
        "👩‍👩‍👧 Family",
        "محمد بن سلمان",
        "דוד",
        &long,
    ];
    for (key, name) in (1..).zip(names) {
        let request = sent(&portal, key, &json!({ "you.name": name })).await;
        assert_eq!(answer(&request, "you")["contact"]["name"], name);
        let [mail] = portal.mails().await.try_into().unwrap();
        assert_eq!(mail.name, name);
        assert!(mail.text.starts_with(&format!("Hello {name},")), "{}", mail.text);
    }
}

/// Row 3: a name may have 500 characters, of any alphabet.
#[tokio::test]
async fn a_name_that_is_too_long_is_told_the_limit() {
    let portal = Portal::open().await;
    for (key, name) in [(1, "x".repeat(501)), (2, "é".repeat(2000))] {
        portal
            .visitor()
            .submit(key, &graffiti_but(&json!({ "you.name": name })))
            .await
            .wrong(&[("you.name", "too_long", 500)]);
    }
    nothing_happened(&portal).await;
    sent(&portal, 3, &json!({ "you.name": "é".repeat(500) })).await;
}

/// Row 4: what turns the direction of writing is dropped, and letters are stored composed.
#[tokio::test]
async fn names_can_not_be_made_to_read_as_something_else() {
    let portal = Portal::open().await;
    let name = "Jose\u{301} \u{202E}nhoJ\u{202C} \u{2066}x\u{2069}";
    let request = sent(
        &portal,
        1,
        &json!({ "you.name": name, "details": "a\u{202E}b", "place.words": "\u{200F}here" }),
    )
    .await;
    assert_eq!(answer(&request, "you")["contact"]["name"], "José nhoJ x");
    assert_eq!(
        (answer(&request, "details"), answer(&request, "place")["place"]["words"].as_str()),
        (&json!({ "text": "ab" }), Some("here"))
    );
}

/// Row 5: marks are capped at eight on a letter; emoji stay whole.
#[tokio::test]
async fn stacked_marks_are_capped_and_emoji_are_kept() {
    let portal = Portal::open().await;
    let zalgo = format!("e{}nd", "\u{0316}".repeat(500));
    let request = sent(&portal, 1, &json!({ "you.name": zalgo, "details": "👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿" })).await;
    assert_eq!(answer(&request, "you")["contact"]["name"], format!("e{}nd", "\u{0316}".repeat(8)));
    assert_eq!(answer(&request, "details"), &json!({ "text": "👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿" }));
}

/// Row 5: NUL, half of a surrogate pair and bytes that are no UTF-8 are no text.
#[tokio::test]
async fn what_is_no_text_is_refused() {
    let portal = Portal::open().await;
    let whole = json!({ "service": "report-graffiti", "version": 2, "answers": graffiti() }).to_string();
    let resident = portal.visitor();
    for (key, instead) in [(1, "Red\\u0000"), (2, "Red\\ud800"), (3, "\\udc00\\ud800"), (4, "Red\u{0}")] {
        assert!(whole.contains("Red"));
        resident.submit_text(key, whole.replace("Red", instead)).await.refused(400, "bad_json");
    }
    resident.submit_text(5, whole.replace("you.name", "you\\u0000name")).await.refused(400, "bad_json");
    let not_utf8: Vec<u8> =
        whole.replace("Red", "R~d").bytes().map(|byte| if byte == b'~' { 0xFF } else { byte }).collect();
    resident.submit_text(6, not_utf8).await.refused(400, "bad_json");
    for (key, text) in
        [(7, String::new()), (8, "{".into()), (9, "[".repeat(100_000) + "\\u0000"), (10, whole.clone() + "x")]
    {
        resident.submit_text(key, text).await.refused(400, "bad_json");
    }
    // The six characters of an escape, written out, are text like any other.
    let request = sent(&portal, 11, &json!({ "details": "a \\u0000 b" })).await;
    assert_eq!(answer(&request, "details"), &json!({ "text": "a \\u0000 b" }));
    portal.mails().await;
    assert_eq!(
        portal.staff("priya@saltmarsh.example").await.get("/api/staff/requests").await.json()["requests"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// Rows 6 and 7: strange but valid addresses are taken as typed; look-alikes are different people.
#[tokio::test]
async fn addresses_are_taken_as_typed() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let long = format!("{}@{}.{}.example.org", "a".repeat(64), "b".repeat(63), "c".repeat(60));
    let addresses = [
        "Sam@Example.ORG",
        "a+b@example.org",
        "o'brien@example.co.uk",
        "x@hotmial.com",
        "P\u{0430}ypal@example.org",
        "Ｊo@ｅxample.org",
        &long,
    ];
    for (key, email) in (1..).zip(addresses) {
        let reply = resident.submit(key, &graffiti_but(&json!({ "you.email": email }))).await.is(201);
        let request = resident.follow(&reply.text("key")).await;
        assert_eq!(answer(&request, "you")["contact"]["email"], email);
    }
    assert_eq!(portal.mails().await.len(), 7, "each is told by mail");
    // The look-alike finds nothing of the real one's, and the other way round.
    let find = |reference: String, email: &'static str| {
        let resident = resident.clone();
        async move {
            resident
                .post("/api/follow", &json!({ "reference": reference, "email": email }))
                .await
                .status
                .as_u16()
        }
    };
    let reply = resident.submit(20, &graffiti_but(&json!({ "you.email": "Paypal@example.org" }))).await;
    assert_eq!(find(reply.text("reference"), "P\u{0430}ypal@example.org").await, 404);
    assert_eq!(find(reply.text("reference"), "PAYPAL@example.org").await, 200);
    let reply = resident.submit(21, &graffiti_but(&json!({ "you.email": "Ｊo@example.org" }))).await;
    assert_eq!(find(reply.text("reference"), "jo@example.org").await, 200);
}

/// Row 8: nothing a resident types becomes a header of a mail.
#[tokio::test]
async fn an_address_can_not_carry_headers() {
    let portal = Portal::open().await;
    let addresses = [
        "a@b.uk\r\nBcc: x@y.uk",
        "a@b.uk\nBcc: x@y.uk",
        "a%0abcc:x@b.uk",
        "a@b.uk%0d%0aBcc:x@y.uk",
        "a@b.uk, x@y.uk",
        "a@b.uk;x@y.uk",
        "<a@b.uk>",
    ];
    for (key, email) in (1..).zip(addresses) {
        portal.visitor().submit(key, &graffiti_but(&json!({ "you.email": email }))).await.wrong(&[(
            "you.email",
            "not_an_email",
            0,
        )]);
    }
    nothing_happened(&portal).await;
    let name = "Sam\r\nBcc: x@y.uk\r\n\r\n<b>Hello</b>";
    sent(&portal, 9, &json!({ "you.name": name })).await;
    let [mail] = portal.mails_to("sam@example.org").await.try_into().unwrap();
    assert_eq!(mail.name, "Sam Bcc: x@y.uk <b>Hello</b>");
    let head = mail.raw.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
}

/// Row 11: postcodes however typed; an unknown one is kept and flagged.
#[tokio::test]
async fn postcodes_are_understood_or_kept() {
    let portal = Portal::open().await;
    for (key, typed, shown, recognised) in [
        (1, " ne1  8qh ", "NE1 8QH", true),
        (2, "NE18QH", "NE1 8QH", true),
        (3, "NE1-8QH.", "NE1 8QH", true),
        (4, "SW1A OAA", "SW1A 0AA", true),
        (5, "GY1 1AA", "GY1 1AA", true),
        (6, "BF1 2AA", "BF1 2AA", true),
        (7, "new estate", "new estate", false),
        (8, "ZZ9 9ZZ", "ZZ9 9ZZ", false),
    ] {
        let request = sent(&portal, key, &json!({ "place.postcode": typed })).await;
        let place = &answer(&request, "place")["place"];
        assert_eq!(
            (&place["postcode"], &place["postcode_recognised"]),
            (&json!(shown), &json!(recognised)),
            "{typed}"
        );
    }
    let request = sent(&portal, 9, &json!({ "place.postcode": null })).await;
    assert_eq!(answer(&request, "place")["place"]["postcode"], Value::Null, "nobody needs a postcode");
}

/// Row 14: far too much text is told the limit; only a body that no form makes is cut off.
#[tokio::test]
async fn a_megabyte_of_text() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    resident
        .submit(1, &graffiti_but(&json!({ "details": "x".repeat(1_000_000) })))
        .await
        .wrong(&[("details", "too_long", 1000)]);
    resident
        .submit(2, &graffiti_but(&json!({ "details": "a\n".repeat(100_000) })))
        .await
        .wrong(&[("details", "too_long", 1000)]);
    resident
        .submit(3, &graffiti_but(&json!({ "details": "x".repeat(2 * 1024 * 1024) })))
        .await
        .refused(413, "too_large");
    nothing_happened(&portal).await;
    let word = "{\\rtf1 <b>bold</b>}\r\nand more";
    let request = sent(&portal, 4, &json!({ "details": word })).await;
    assert_eq!(answer(&request, "details"), &json!({ "text": word.replace("\r\n", "\n") }));
}

/// Rows 15, 16 and 17: text is text, whatever language it could be.
#[tokio::test]
async fn text_in_other_languages_is_kept_to_the_letter() {
    let portal = Portal::open().await;
    let texts = [
        "'; DROP TABLE request; --",
        "' OR 1=1--",
        "100% of_it",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</script><svg onload=alert(1)>",
        "javascript:alert(1)",
        "{{7*7}} ${7*7} [link](javascript:1)",
        "=HYPERLINK(\"https://evil.example\")",
        "+cmd|' /C calc'!A0",
        "-1+1",
        "@SUM(1)",
    ];
    for (key, text) in (1..).zip(texts) {
        let request =
            sent(&portal, key, &json!({ "details": text, "you.name": text, "place.words": text })).await;
        assert_eq!(answer(&request, "details"), &json!({ "text": text }));
        assert_eq!(answer(&request, "you")["contact"]["name"], text);
        let [mail] = portal.mails_to("sam@example.org").await.try_into().unwrap();
        assert!(mail.text.contains(&format!("Hello {text},")), "{}", mail.text);
        assert!(
            !mail.html.contains("<script") && !mail.html.contains("<img") && !mail.html.contains("<svg"),
            "{}",
            mail.html
        );
    }
    let priya = portal.staff("priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    let about: Vec<&str> =
        queue["requests"].as_array().unwrap().iter().map(|item| item["about"].as_str().unwrap()).collect();
    assert!(texts.iter().all(|text| about.contains(&format!("{text}, NE1 8QH").as_str())), "{about:?}");
}

/// Row 32: a double click and two tabs are one request, and both are told the same reference.
#[tokio::test]
async fn sending_twice_at_once_is_sending_once() {
    let portal = Portal::open().await;
    let (one, other) = (portal.visitor(), portal.visitor());
    let answers = graffiti();
    let replies = join_all(
        (0..10)
            .map(|number| if number % 2 == 0 { one.submit(1, &answers) } else { other.submit(1, &answers) }),
    )
    .await;
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 9, "{statuses:?}");
    assert!(replies.windows(2).all(|pair| pair[0].json() == pair[1].json()));
    assert_eq!(portal.mails().await.len(), 1);
    let priya = portal.staff("priya@saltmarsh.example").await;
    assert_eq!(priya.get("/api/staff/requests").await.json()["requests"].as_array().unwrap().len(), 1);
}

/// Row 33: other answers under the same key are not lost silently: the sender is told what was sent.
#[tokio::test]
async fn changed_answers_under_the_same_key() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let first = resident.submit(1, &graffiti()).await.is(201);
    for changes in [
        json!({ "details": "Blue letters" }),
        json!({ "place.postcode": null }),
        json!({ "you.email": "other@example.org" }),
    ] {
        let reply = resident.submit(1, &graffiti_but(&changes)).await.refused(422, "already_sent");
        assert_eq!(
            (reply.text("reference"), reply.text("key")),
            (first.text("reference"), first.text("key"))
        );
    }
    let request = resident.follow(&first.text("key")).await;
    assert_eq!(answer(&request, "details"), &json!({ "text": "Red letters, two metres wide" }));
    assert_eq!(portal.mails().await.len(), 1);
}

/// Row 34: whoever lost the reply and tries again gets the same one, and no second mail.
#[tokio::test]
async fn a_retry_after_a_lost_reply() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let first = resident.submit(1, &graffiti()).await.is(201);
    assert_eq!(portal.mails().await.len(), 1);
    portal.turn(chrono::TimeDelta::days(3));
    let again = resident.submit(1, &graffiti()).await.is(200);
    assert_eq!(first.json(), again.json(), "the promise is the first one, too");
    assert!(portal.mails().await.is_empty());
}

/// Rows 34 and 35: what was stored stays stored when the form has changed since.
#[tokio::test]
async fn a_retry_after_the_form_changed() {
    let portal = Setup::default().with_services_folder().open().await;
    let resident = portal.visitor();
    let first = resident.submit(1, &graffiti()).await.is(201);
    let document = include_str!("../../../services/report-graffiti.toml");
    let without_details =
        document.replace("id = \"details\"", "id = \"remarks\"").replace("version = 1\n", "version = 2\n");
    std::fs::write(portal.path("services/report-graffiti.toml"), without_details).unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    resident.submit(2, &graffiti()).await.wrong(&[("details", "unknown_field", 0)]);
    let again = resident.submit(1, &graffiti()).await.is(200);
    assert_eq!(first.json(), again.json());
    let reply =
        resident.submit(1, &graffiti_but(&json!({ "details": "Blue" }))).await.refused(422, "already_sent");
    assert_eq!(reply.text("reference"), first.text("reference"));
    // A key of nobody's helps nobody past the rules.
    let stopped = graffiti_but(&json!({ "surface": "private" }));
    resident.submit(3, &stopped).await.refused(409, "stopped");
    resident.submit(1, &stopped).await.refused(422, "already_sent");
}

/// Row 38: nobody hands himself a status or a role.
#[tokio::test]
async fn fields_that_a_form_does_not_have() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    for (key, field) in (1..).zip(["status", "role", "user_id", "reference", "id"]) {
        let mut body = json!({ "service": "report-graffiti", "version": 2, "answers": graffiti() });
        body[field] = json!("closed");
        resident.submit_text(key, body.to_string()).await.wrong(&[(field, "unknown_field", 0)]);
    }
    let both = json!({ "service": "report-graffiti", "version": 2, "answers": graffiti(), "status": "closed", "role": "admin" });
    assert_eq!(
        resident.submit_text(6, both.to_string()).await.refused(422, "invalid").json()["fields"][0]["code"],
        "unknown_field"
    );
    let answers = graffiti_but(&json!({ "status": "closed", "you.role": "admin" }));
    resident
        .submit(7, &answers)
        .await
        .wrong(&[("status", "unknown_field", 0), ("you.role", "unknown_field", 0)]);
    for (key, body) in (8..).zip([
        json!({ "service": "report-graffiti", "version": 2, "answers": { "surface": { "choice": "public" } } }),
        json!({ "service": "report-graffiti", "version": "1", "answers": {} }),
        json!({ "service": "report-graffiti", "version": -1, "answers": {} }),
        json!(["report-graffiti"]),
        json!(null),
    ]) {
        resident.submit_text(key, body.to_string()).await.refused(422, "invalid");
    }
    resident
        .submit_text(20, json!({ "service": "report-graffiti", "answers": {} }).to_string())
        .await
        .wrong(&[("version", "missing", 0)]);
    nothing_happened(&portal).await;
}

#[tokio::test]
async fn what_is_missing_or_no_option_is_said_of_each_field() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    resident.submit(1, &json!({})).await.wrong(&[
        ("surface", "missing", 0),
        ("offensive", "missing", 0),
        ("place.street", "missing", 0),
        ("you.name", "missing", 0),
        ("you.email", "missing", 0),
    ]);
    let answers = graffiti_but(
        &json!({ "surface": "the moon", "offensive": "maybe", "place.words": " ", "you.phone": "none" }),
    );
    resident.submit(2, &answers).await.wrong(&[
        ("surface", "not_an_option", 0),
        ("offensive", "not_an_option", 0),
        ("place.words", "missing", 0),
        ("you.phone", "not_a_phone", 0),
    ]);
    nothing_happened(&portal).await;
}

#[tokio::test]
async fn a_form_that_ends_early_can_not_be_sent() {
    let portal = Portal::open().await;
    for (key, surface) in [(1, "private"), (2, "utility")] {
        portal
            .visitor()
            .submit(key, &graffiti_but(&json!({ "surface": surface })))
            .await
            .refused(409, "stopped");
    }
    portal.visitor().submit_to("no-such-service", 3, &graffiti()).await.refused(404, "not_found");
    let without_key = json!({ "service": "report-graffiti", "version": 2, "answers": graffiti() });
    portal.visitor().post("/api/requests", &without_key).await.refused(400, "idempotency_key_missing");
    nothing_happened(&portal).await;
}

#[tokio::test]
async fn a_question_goes_to_the_department_that_was_chosen() {
    let portal = Portal::open().await;
    let resident = portal.visitor();
    let ask = |department: &str| json!({ "urgent": "no", "department": department, "message": "When is the dump open?", "you.name": "Sam", "you.email": "sam@example.org" });
    let reply = resident.submit_to("ask-us", 1, &ask("waste")).await.is(201);
    assert_eq!(resident.follow(&reply.text("key")).await["department"], "Waste and recycling");
    resident.submit_to("ask-us", 2, &ask("parks")).await.wrong(&[("department", "not_an_option", 0)]);
    let grace = portal.staff("grace@saltmarsh.example").await;
    assert_eq!(
        grace.get("/api/staff/requests").await.json()["requests"][0]["reference"],
        reply.text("reference")
    );
    let mut urgent = ask("waste");
    urgent["urgent"] = json!("yes");
    resident.submit_to("ask-us", 3, &urgent).await.refused(409, "stopped");
}
