//! What residents tell once: kept, offered in forms, seen by who may see the request; and the account page with many
//! requests.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Setup, graffiti, graffiti_but};
use domain::identity::{Level, Proof};
use server::store::proofs::NewProof;
use uuid::Uuid;

on_both_engines![
    a_profile_is_kept_and_forms_begin_with_it,
    what_a_request_told_is_offered_once,
    staff_see_how_to_reach_the_resident_on_their_requests_only,
    the_account_page_asks_as_often_for_200_requests_as_for_2,
    news_are_new_until_the_resident_has_looked,
    another_name_or_address_ends_what_was_proven_with_it
];

const SAM: &str = "sam@example.org";

fn details() -> Value {
    json!({ "answers": {
        "name": "Sam Taylor", "phone": "07700 900123", "address.line1": "4 Mill Lane", "address.postcode": "NE1 8QH",
        "access": "large-print", "reach": "phone,letter", "language": "en",
    } })
}

async fn another_name_or_address_ends_what_was_proven_with_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let person =
        sam.visitor.get("/api/account/profile").await.json()["person"].as_str().unwrap().parse().unwrap();
    let store = portal.state.db.council("demo");
    let now = portal.state.now();
    for (number, level) in [(1, Level::ElectoralRoll), (2, Level::DocumentsSeen)] {
        let proof = Proof::new(level, now);
        let id = Uuid::from_u128(number);
        let new = NewProof { id, resident: person, proof, name: None, document: None, checked_by: None };
        store.add_proof(new).await.unwrap();
    }
    let level = async || {
        let proofs: Vec<Proof> =
            store.proofs(person).await.unwrap().into_iter().map(|kept| kept.proof).collect();
        domain::identity::level(&proofs, portal.state.now())
    };
    // Told for the first time it is no change; nor is another telephone.
    sam.post("/api/account/profile", &details()).await.is(200);
    let but = |path: &str, value: &str| {
        let mut details = details();
        details["answers"][path] = json!(value);
        details
    };
    sam.post("/api/account/profile", &but("phone", "07700 900999")).await.is(200);
    assert_eq!(level().await, Level::DocumentsSeen);
    portal.turn(TimeDelta::minutes(1));
    sam.post("/api/account/profile", &but("name", "Alex Taylor")).await.is(200);
    assert_eq!(level().await, Level::EmailConfirmed);
}

async fn a_profile_is_kept_and_forms_begin_with_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.visitor.get("/api/account/profile").await.refused(401, "not_signed_in");
    sam.visitor.post("/api/account/profile", &details()).await.refused(401, "not_signed_in");
    sam.sign_in(&portal, SAM).await;
    assert_eq!(sam.visitor.get("/api/account/profile").await.is(200).json()["answers"], json!({}));
    sam.post("/api/account/profile", &details()).await.is(200);
    assert_eq!(sam.visitor.get("/api/account/profile").await.json()["answers"], details()["answers"]);
    for wrong in [
        json!({ "answers": { "phone": "12" } }),
        json!({ "answers": { "access": "magic" } }),
        json!({ "answers": { "shoe-size": "9" } }),
        json!({ "answers": { "name": "x".repeat(501) } }),
    ] {
        sam.post("/api/account/profile", &wrong).await.refused(422, "invalid");
    }
    assert_eq!(sam.visitor.get("/api/account/profile").await.json()["answers"], details()["answers"]);

    // Without the app: the first page needs only what is not known.
    let begun = "surface=public&offensive=no&place.words=By+the+steps&you.name=Sam+Taylor&you.email=sam%40example.org";
    let page = String::from_utf8_lossy(&sam.visitor.get("/services/report-graffiti").await.body).into_owned();
    assert!(page == NOT_BUILT || (page.contains("Sam Taylor") && page.contains(SAM)), "{page}");
    let next = sam.post_form("/services/report-graffiti", begun).await.is(303);
    assert_eq!(next.header("location"), "/services/report-graffiti/check");
    // Looking at a form begins none.
    sam.visitor.get("/services/missed-bin").await;
    assert_eq!(sam.account().await["begun"].as_array().unwrap().len(), 1);

    // Nobody else's form begins with it.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    for other in [&ann.visitor, &portal.visitor()] {
        let page = String::from_utf8_lossy(&other.get("/services/report-graffiti").await.body).into_owned();
        assert!(!page.contains("Sam Taylor"), "{page}");
    }
    assert_eq!(ann.visitor.get("/api/account/profile").await.json()["answers"], json!({}));

    // And by the form of the page.
    let fields =
        "name=Sam+T&phone=&address.line1=5+Mill+Lane&address.postcode=NE1+8QH&access=braille&access=audio";
    let next = sam.post_form("/account/details", fields).await.is(303);
    assert_eq!(next.header("location"), "/account/details?kept=yes");
    let now = sam.visitor.get("/api/account/profile").await.json();
    assert_eq!(now["answers"]["access"], "braille,audio");
    assert_eq!((&now["answers"]["name"], &now["answers"]["phone"]), (&json!("Sam T"), &Value::Null));
    sam.post_form("/account/details", "name=Sam&phone=12").await.is(303);
    assert_eq!(sam.visitor.get("/api/account/profile").await.json(), now, "what is wrong is not kept");
}

async fn what_a_request_told_is_offered_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.visitor.submit(1, &graffiti_but(&json!({ "you.name": "Sam Taylor" }))).await.is(201);
    assert_eq!(sam.account().await["learn"], json!(["Sam Taylor"]));
    let account = sam.post("/api/account/profile/learn", &json!({ "keep": false })).await.is(200).json();
    assert_eq!(account["learn"], json!([]));
    portal.turn(TimeDelta::minutes(1));
    sam.visitor.submit(2, &graffiti_but(&json!({ "you.name": "Sam T" }))).await.is(201);
    sam.post("/api/account/profile/learn", &json!({ "keep": true })).await.is(200);
    assert_eq!(sam.account().await["learn"], json!([]));
    assert_eq!(sam.visitor.get("/api/account/profile").await.json()["answers"], json!({ "name": "Sam T" }));
    sam.visitor.submit(3, &graffiti_but(&json!({ "you.name": "Samuel" }))).await.is(201);
    assert_eq!(sam.account().await["learn"], json!([]), "what is known is not asked again");
}

async fn staff_see_how_to_reach_the_resident_on_their_requests_only(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.post("/api/account/profile", &details()).await.is(200);
    sam.visitor.submit(1, &graffiti()).await.is(201);
    portal.visitor().submit(2, &graffiti()).await.is(201);
    let priya = portal.staff("priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.json();
    let mut seen = 0;
    for item in queue["requests"].as_array().unwrap() {
        let case =
            priya.get(&format!("/api/staff/requests/{}", item["id"].as_str().unwrap())).await.is(200).json();
        if let Some(reach) = case["reach"].as_array() {
            seen += 1;
            let words: Vec<&str> = reach.iter().map(|line| line[1].as_str().unwrap()).collect();
            assert_eq!(words, ["Phone call\nLetter", "Large print"]);
        }
        let grace = portal.staff("grace@saltmarsh.example").await;
        grace
            .get(&format!("/api/staff/requests/{}", item["id"].as_str().unwrap()))
            .await
            .refused(404, "not_found");
    }
    assert_eq!(seen, 1, "of who has an account");
}

async fn the_account_page_asks_as_often_for_200_requests_as_for_2(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    for key in 1..=2 {
        sam.visitor.submit(key, &graffiti()).await.is(201);
    }
    let asked = portal.reads();
    sam.account().await;
    let for_two = portal.reads() - asked;
    assert!(for_two > 0, "the counter counts");
    for key in 3..=210 {
        let words = format!("Wall number {key}");
        sam.visitor.submit(key, &graffiti_but(&json!({ "place.words": words }))).await.is(201);
    }
    let asked = portal.reads();
    let account = sam.account().await;
    assert_eq!(portal.reads() - asked, for_two);
    assert_eq!(
        (&account["all"], &account["total"], &account["pages"]),
        (&json!(210), &json!(210), &json!(5))
    );
    assert_eq!(account["requests"].as_array().unwrap().len(), 50);

    // Every request is on one page, and on no other.
    let mut references = std::collections::BTreeSet::new();
    for page in 1..=5 {
        let account = sam.visitor.get(&format!("/api/account?page={page}")).await.is(200).json();
        let of_page = account["requests"].as_array().unwrap().clone();
        references.extend(of_page.iter().map(|request| request["reference"].as_str().unwrap().to_owned()));
    }
    assert_eq!(references.len(), 210);
    // By words that were written, by the title, by the reference; and nothing is nothing.
    let find = async |query: &str| {
        sam.visitor.get(&format!("/api/account?q={query}")).await.is(200).json()["total"].clone()
    };
    assert_eq!(find("wall+number+117").await, 1);
    assert_eq!(find("GRAFFITI").await, 210);
    assert_eq!(find(references.first().unwrap()).await, 1);
    assert_eq!(find("elephant").await, 0);
    for strange in ["%25", "%27%20OR%201=1", "%00"] {
        assert_eq!(find(strange).await, 0, "{strange}");
    }
    for page in ["0", "99", "x", "-1"] {
        sam.visitor.get(&format!("/api/account?page={page}")).await.is(200);
    }
}

async fn news_are_new_until_the_resident_has_looked(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.visitor.submit(1, &graffiti()).await.is(201);
    let news = async |sam: &Browser| sam.account().await["requests"][0]["news"].clone();
    assert_eq!(news(&sam).await, 0);
    let priya = portal.staff("priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.json();
    let id = queue["requests"][0]["id"].as_str().unwrap().to_owned();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    let message = json!({ "id": Uuid::from_u128(9), "text": "Which wall is it?" });
    priya.post(&format!("/api/staff/requests/{id}/messages"), &message).await.is(200);
    assert_eq!(news(&sam).await, 2);
    let key = sam.account().await["requests"][0]["key"].as_str().unwrap().to_owned();
    // Somebody else with the link does not read it for them.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    ann.visitor.get(&format!("/api/follow/{key}")).await.is(200);
    assert_eq!(news(&sam).await, 2);
    sam.visitor.get(&format!("/api/follow/{key}")).await.is(200);
    assert_eq!(news(&sam).await, 0);
    // Being there keeps the session.
    portal.turn(TimeDelta::minutes(14));
    sam.post("/api/account/stay", &json!(null)).await.is(204);
    portal.turn(TimeDelta::minutes(14));
    assert_eq!(sam.account().await["sessions"].as_array().unwrap().len(), 1);
    portal.turn(TimeDelta::minutes(16));
    sam.post("/api/account/stay", &json!(null)).await.refused(401, "not_signed_in");
}
