//! A resident's account: signing in by a code from the mail, what is in it, and who is kept out. Numbers name the rows
//! of the list of bad inputs.

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Setup, graffiti, graffiti_but};
use chrono::TimeDelta;
use domain::audit::Deed;
use serde_json::{Value, json};
use server::store::drafts::Holder;

on_both_engines![
    a_first_account_collects_what_was_sent_before,
    a_form_goes_on_in_another_browser,
    of_two_forms_that_were_begun_the_newest_is_the_accounts,
    the_older_of_two_forms_is_kept_beside_it,
    photos_stay_for_as_long_as_the_draft_that_names_them,
    what_is_looked_for_stands_in_no_address,
    signing_out_ends_it_at_once
];

fn titles(account: &Value) -> Vec<&str> {
    account["requests"].as_array().unwrap().iter().map(|request| request["title"].as_str().unwrap()).collect()
}

async fn a_first_account_collects_what_was_sent_before(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let stranger = portal.visitor();
    let first = stranger.submit(1, &graffiti()).await.is(201).text("reference");
    stranger.submit(2, &graffiti_but(&json!({ "you.email": "SAM@example.org" }))).await.is(201);
    stranger.submit(3, &graffiti_but(&json!({ "you.email": "ann@example.org" }))).await.is(201);
    portal.mails().await;

    let mut sam = Browser::of(&portal);
    sam.visitor.get("/api/account").await.refused(401, "not_signed_in");
    sam.sign_in(&portal, "sam@example.org").await;
    let account = sam.account().await;
    assert_eq!((account["email"].as_str(), &account["found"]), (Some("sam@example.org"), &json!(2)));
    assert_eq!(titles(&account), [""; 0], "nothing is in it that nobody put there");
    let account = sam.post("/api/account/collect", &json!({ "add": true })).await.is(200).json();
    assert_eq!((titles(&account).len(), &account["found"]), (2, &json!(0)));
    // What is sent by who is signed in is in the account at once, whatever address is in it.
    sam.visitor.submit(4, &graffiti_but(&json!({ "you.email": "work@example.org" }))).await.is(201);
    assert_eq!(titles(&sam.account().await).len(), 3);

    // Nobody else's.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    let account = ann.post("/api/account/collect", &json!({ "add": false })).await.is(200).json();
    assert_eq!((titles(&account).len(), &account["found"]), (0, &json!(0)), "left out, and not asked again");
    portal.turn(TimeDelta::minutes(1));
    stranger.submit(5, &graffiti_but(&json!({ "you.email": "ann@example.org" }))).await.is(201);
    assert_eq!(ann.account().await["found"], 1, "a new one is asked about");

    // What needs her comes first: a message of staff, then a missed promise.
    let priya = portal.staff("priya@saltmarsh.example").await;
    let queue = priya.get("/api/staff/requests").await.json();
    let theirs = |item: &&Value| item["reference"] == first;
    let oldest = queue["requests"].as_array().unwrap().iter().find(theirs).unwrap()["id"].as_str().unwrap();
    priya.post(&format!("/api/staff/requests/{oldest}/take"), &json!({})).await.is(200);
    let message = json!({ "id": uuid::Uuid::from_u128(9), "text": "Which wall is it?" });
    priya.post(&format!("/api/staff/requests/{oldest}/messages"), &message).await.is(200);
    let account = sam.account().await;
    assert_eq!(account["requests"][0]["needs"], "message");
    assert!(account["requests"][1]["needs"].is_null());
    let key = account["requests"][0]["key"].as_str().unwrap().to_owned();
    let answer = json!({ "id": uuid::Uuid::from_u128(10), "text": "The one by the steps" });
    sam.visitor.post(&format!("/api/follow/{key}/messages"), &answer).await.is(200);
    assert!(sam.account().await["requests"][0]["needs"].is_null());
}

async fn a_form_goes_on_in_another_browser(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut phone = Browser::of(&portal);
    // Begun before signing in.
    let begun = "surface=public&offensive=no&place.words=By+the+steps";
    phone.post_form("/services/report-graffiti", begun).await.is(303);
    phone.sign_in(&portal, "sam@example.org").await;
    assert_eq!(phone.account().await["begun"][0]["service"], "report-graffiti");

    let mut desk = Browser::of(&portal);
    desk.sign_in(&portal, "sam@example.org").await;
    let page =
        String::from_utf8_lossy(&desk.visitor.get("/services/report-graffiti").await.body).into_owned();
    assert!(page.contains("By the steps") || page == NOT_BUILT, "{page}");
    let whole = format!("{begun}&you.name=Sam&you.email=sam%40example.org");
    let next = desk.post_form("/services/report-graffiti", &whole).await.is(303);
    assert_eq!(next.header("location"), "/services/report-graffiti/check");
    let sent = desk.post_form("/services/report-graffiti/check", "").await.is(303);
    assert!(sent.header("location").ends_with("/sent"), "{}", sent.header("location"));
    let account = phone.account().await;
    assert_eq!((account["begun"].as_array().unwrap().len(), titles(&account).len()), (0, 1));
    // Who is not signed in has nothing of it.
    let mut stranger = Browser::of(&portal);
    let there = stranger.post_form("/services/report-graffiti/check", "").await.is(303);
    assert_eq!(there.header("location"), "/services/report-graffiti");
}

async fn of_two_forms_that_were_begun_the_newest_is_the_accounts(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let draft = |place: &str| json!({ "key": uuid::Uuid::from_u128(place.len() as u128), "answers": { "place.words": place }, "seen": [], "turn": 0 });
    let path = "/api/drafts/report-graffiti";
    let sam = "sam@example.org";
    let store = portal.state.db.council("demo");
    let of_account = async |browser: &Browser| {
        let id =
            browser.visitor.get("/api/account/profile").await.json()["person"].as_str().unwrap().to_owned();
        let account = Holder::Account(id.parse().unwrap());
        let draft = store.draft(&account, "report-graffiti", portal.state.now()).await.unwrap().unwrap();
        draft.answers.get("place.words").to_owned()
    };
    // Begun elsewhere first, and by the one who signs in later: theirs is the newest.
    let mut phone = Browser::of(&portal);
    phone.sign_in(&portal, sam).await;
    phone.post(path, &draft("By the steps")).await.is(200);
    portal.turn(TimeDelta::minutes(1));
    let mut desk = Browser::of(&portal);
    let on_bridge = desk.post(path, &draft("On the bridge")).await.is(200).json();
    portal.turn(TimeDelta::minutes(1));
    desk.sign_in(&portal, sam).await;
    assert_eq!(of_account(&desk).await, "On the bridge");
    // It is kept as long as what is begun in an account, and not for the hours of a browser.
    portal.turn(TimeDelta::days(2));
    phone.sign_in(&portal, sam).await;
    assert_eq!(of_account(&phone).await, "On the bridge");
    // Begun before what the account has: the account keeps its own.
    let mut other = Browser::of(&portal);
    other.post(path, &draft("An older one")).await.is(200);
    portal.turn(TimeDelta::minutes(1));
    let mut again = draft("On the new bridge");
    (again["key"], again["turn"]) = (on_bridge["key"].clone(), on_bridge["turn"].clone());
    phone.post(path, &again).await.is(200);
    other.sign_in(&portal, sam).await;
    assert_eq!(of_account(&other).await, "On the new bridge");
}

/// What somebody has begun, by what is called what in the list: the title, or the day it was saved.
fn begun(account: &Value) -> Vec<(bool, String)> {
    let forms = account["begun"].as_array().unwrap().iter();
    forms.map(|form| (form["earlier"].is_string(), form["saved"].as_str().unwrap().to_owned())).collect()
}

fn earlier_in(account: &Value) -> String {
    let mut forms = account["begun"].as_array().unwrap().iter();
    forms.find_map(|form| form["earlier"].as_str()).unwrap().to_owned()
}

async fn the_older_of_two_forms_is_kept_beside_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let path = "/api/drafts/report-graffiti";
    let sam = "sam@example.org";
    let form = "/services/report-graffiti";
    let mut phone = Browser::of(&portal);
    phone.sign_in(&portal, sam).await;
    let draft = |key: u128, answers: &Value| json!({ "key": uuid::Uuid::from_u128(key), "answers": answers, "seen": [], "turn": 0 });
    let photo = phone.visitor.upload(picture::samples::png(80, 60)).await.is(201).text("id");
    phone.post(path, &draft(1, &json!({ "place.words": "By the steps", "photos.1": photo }))).await.is(200);
    portal.turn(TimeDelta::days(2));
    // Elsewhere and later, before signing in; and what only repeats what is known is nothing of its own.
    for answers in [json!({ "place.words": "On the bridge" }), json!({ "place.words": "On the bridge" })] {
        let mut desk = Browser::of(&portal);
        desk.post(path, &draft(2, &answers)).await.is(200);
        portal.turn(TimeDelta::minutes(1));
        desk.sign_in(&portal, sam).await;
    }
    phone.sign_in(&portal, sam).await;
    let account = phone.account().await;
    let [now, earlier] = begun(&account).try_into().unwrap();
    assert_eq!(earlier, (true, "Monday 7 December 2026 at 10:00am".to_owned()));
    assert!(!now.0 && now.1.starts_with("Wednesday 9 December 2026"), "{now:?}");
    let id = earlier_in(&account);
    assert_eq!(account["begun"][1]["title"], "Report graffiti");
    let page = async |browser: &Browser, path: &str| {
        String::from_utf8_lossy(&browser.visitor.get(path).await.body).into_owned()
    };
    let html = page(&phone, "/account").await;
    assert!(html == NOT_BUILT || html.contains("An earlier draft of "), "{html}");
    // Nobody else's, and none that is not there.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    let settle = format!("/api/account/earlier/{id}");
    for goes_on in [true, false] {
        ann.post(&settle, &json!({ "use": goes_on })).await.refused(404, "not_found");
        let none = format!("/api/account/earlier/{}", uuid::Uuid::nil());
        phone.post(&none, &json!({ "use": goes_on })).await.refused(404, "not_found");
    }
    portal.visitor().post(&settle, &json!({ "use": true })).await.refused(401, "not_signed_in");
    phone.post(&settle, &json!({ "use": true, "sure": true })).await.is(422);

    // Used instead, the other one is the earlier one; its photo is there yet.
    let store = portal.state.db.council("demo");
    let resident =
        phone.visitor.get("/api/account/profile").await.json()["person"].as_str().unwrap().parse().unwrap();
    let words = async || {
        let draft =
            store.draft(&Holder::Account(resident), "report-graffiti", portal.state.now()).await.unwrap();
        draft.unwrap().answers.get("place.words").to_owned()
    };
    assert_eq!(words().await, "On the bridge");
    assert_eq!(
        phone.post_form("/account", &format!("do=use:{id}")).await.is(303).header("location"),
        "/account"
    );
    assert_eq!(words().await, "By the steps");
    let account = phone.account().await;
    assert_eq!(begun(&account).len(), 2);
    phone.post_form("/account", &format!("do=use:{id}")).await.is(303);
    // It is saved and sent like any other.
    phone.post_form(form, "surface=public&offensive=no&place.words=By+the+steps").await.is(303);
    let html = page(&phone, form).await;
    assert!(html == NOT_BUILT || !html.contains("On the bridge"), "{html}");
    let other =
        account["begun"].as_array().unwrap().iter().find_map(|form| form["earlier"].as_str()).unwrap();
    phone.post(&format!("/api/account/earlier/{other}"), &json!({ "use": true })).await.is(204);
    assert_eq!(words().await, "On the bridge");
    let id = earlier_in(&phone.account().await);
    phone.visitor.get(&format!("/api/photos/{photo}")).await.is(200);
    phone.post(&format!("/api/account/earlier/{id}"), &json!({ "use": false })).await.is(204);
    assert_eq!(begun(&phone.account().await).len(), 1);
    phone.visitor.get(&format!("/api/photos/{photo}")).await.is(404);
    assert_eq!(kept.rows("draft_upload").await, 0);
}

async fn photos_stay_for_as_long_as_the_draft_that_names_them(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let path = "/api/drafts/report-graffiti";
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    let mut stranger = Browser::of(&portal);
    let sweep = async || server::jobs::sweep::sweep(&portal.state).await.unwrap();
    let upload = async || portal.visitor().upload(picture::samples::png(80, 60)).await.is(201).text("id");
    let is_there =
        async |photo: &str| portal.visitor().get(&format!("/api/photos/{photo}")).await.status == 200;
    let draft = |key: u128, turn: u32, photos: &[&String]| {
        let named = photos.iter().enumerate().map(|(at, photo)| (format!("photos.{}", at + 1), json!(photo)));
        json!({ "key": uuid::Uuid::from_u128(key), "answers": named.collect::<serde_json::Map<_, _>>(), "seen": [], "turn": turn })
    };
    let (first, second, theirs, nobodys) = (upload().await, upload().await, upload().await, upload().await);
    let store = portal.state.db.council("demo");
    assert_eq!(store.loose_photos().await.unwrap(), 4);
    let told = sam.post(path, &draft(1, 0, &[&first, &second])).await.is(200).json();
    stranger.post(path, &draft(2, 0, &[&theirs])).await.is(200);
    assert_eq!(store.loose_photos().await.unwrap(), 2, "what an account keeps takes nobody's place");
    // A stranger who comes back within the hours that a browser's draft is kept.
    for turn in 1..=9 {
        portal.turn(TimeDelta::hours(3));
        stranger.post(path, &draft(2, turn, &[&theirs])).await.is(200);
        sweep().await;
    }
    assert!(is_there(&first).await && is_there(&theirs).await && !is_there(&nobodys).await);
    portal.turn(TimeDelta::hours(5));
    sweep().await;
    assert!(is_there(&first).await && !is_there(&theirs).await, "it went with the stranger's draft");
    // What is taken out of a draft goes, and what is in it stays as long as it.
    portal.turn(TimeDelta::days(20));
    sam.sign_in(&portal, "sam@example.org").await;
    let turn = u32::try_from(told["turn"].as_u64().unwrap()).unwrap();
    sam.post(path, &draft(1, turn, &[&first])).await.is(200);
    sweep().await;
    assert!(is_there(&first).await && !is_there(&second).await);
    portal.turn(TimeDelta::days(29));
    sweep().await;
    assert!(is_there(&first).await);
    portal.turn(TimeDelta::days(2));
    sweep().await;
    assert!(!is_there(&first).await);
    assert_eq!(kept.all_rows(["photo", "draft_upload"]).await, [0, 0]);
    // Thrown away, at once.
    sam.sign_in(&portal, "sam@example.org").await;
    let third = upload().await;
    sam.post(path, &draft(3, 0, &[&third])).await.is(200);
    sam.post_form("/account", "do=throw:report-graffiti").await.is(303);
    assert!(!is_there(&third).await);
    assert_eq!(kept.rows("photo").await, 0);
}

async fn what_is_looked_for_stands_in_no_address(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    for (key, number) in (1..).zip(["one", "two", "three", "four", "five", "six"]) {
        let place = format!("Lamp post {number}");
        sam.visitor.submit(key, &graffiti_but(&json!({ "place.words": place }))).await.is(201);
    }
    let page = async |browser: &Browser| {
        String::from_utf8_lossy(&browser.visitor.get("/account").await.body).into_owned()
    };
    assert_eq!(
        sam.post_form("/account", "do=find&q=lamp+post+three").await.is(303).header("location"),
        "/account#listed"
    );
    let found = page(&sam).await;
    assert!(found == NOT_BUILT || found.contains("1 request found for"), "{found}");
    assert!(found == NOT_BUILT || found.contains(r#"id="listed""#), "{found}");
    assert_eq!(sam.post_form("/account", "do=all").await.is(303).header("location"), "/account#listed");
    let all = page(&sam).await;
    assert!(all == NOT_BUILT || all.contains("6 requests") && !all.contains("found for"), "{all}");
    // Nobody who is signed out looks for anything.
    let mut stranger = Browser::of(&portal);
    assert_eq!(stranger.post_form("/account", "do=find&q=lamp").await.is(303).header("location"), "/account");
}

async fn signing_out_ends_it_at_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut one = Browser::of(&portal);
    let mut other = Browser::of(&portal);
    for browser in [&mut one, &mut other] {
        browser.sign_in(&portal, "sam@example.org").await;
    }
    let sessions = one.account().await["sessions"].clone();
    assert_eq!((sessions.as_array().unwrap().len(), &sessions[0]["here"]), (2, &json!(true)));
    let stolen = one.visitor.cookie.clone();
    one.post("/api/account/sign-out", &json!({})).await.is(204);
    one.visitor.cookie = stolen;
    one.visitor.get("/api/account").await.refused(401, "not_signed_in");
    // Here, and not elsewhere; then everywhere.
    other.account().await;
    one.sign_in(&portal, "sam@example.org").await;
    one.post("/api/account/sign-out-everywhere", &json!({})).await.is(204);
    other.visitor.get("/api/account").await.refused(401, "not_signed_in");
    // The log has it all, and no address.
    let wrong = one.post("/api/account/code", &json!({ "email": "sam@example.org" })).await.is(204);
    assert!(wrong.body.is_empty());
    let code = portal.code("sam@example.org").await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    one.post("/api/account/sign-in", &json!({ "code": wrong })).await.refused(422, "wrong_code");
    let log = portal.state.db.council("demo").audit_log(None, 20).await.unwrap();
    let deeds = |deed| log.iter().filter(|row| row.entry.deed == deed).count();
    assert_eq!(
        (deeds(Deed::SignedIn), deeds(Deed::SignedOut), deeds(Deed::SignInFailed)),
        (3, 2, 1),
        "{log:#?}"
    );
    assert!(log.iter().all(|row| !row.entry.detail.contains('@')));
}

/// A session ends when nobody uses it, and at the end of a day's work in any case.
#[tokio::test]
async fn sessions_end() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    let first = sam.visitor.cookie.clone();
    for _ in 0..47 {
        portal.turn(TimeDelta::minutes(10));
        sam.account().await;
    }
    portal.turn(TimeDelta::minutes(10));
    sam.visitor.get("/api/account").await.refused(401, "not_signed_in");
    sam.sign_in(&portal, "sam@example.org").await;
    assert_ne!(sam.visitor.cookie, first, "each session has a token of its own");
    portal.turn(TimeDelta::minutes(15));
    sam.visitor.get("/api/account").await.refused(401, "not_signed_in");
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
}

/// Rows 6 to 8 and 42 to 46: codes that are wrong, late, used, another browser's, and guessed.
#[tokio::test]
async fn a_code_works_once_and_where_it_was_asked_for() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    let mut thief = Browser::of(&portal);
    let sign_in = "/api/account/sign-in";
    for email in ["", "nonsense", "a@b", "sam@example.org%0aBcc:x@example.org"] {
        sam.post("/api/account/code", &json!({ "email": email })).await.is(422);
    }
    sam.post("/api/account/code", &json!({ "email": " sam@example.org " })).await.is(204);
    let mail = portal.mails_to("sam@example.org").await.pop().unwrap();
    let code = mail.subject.split(' ').next().unwrap().to_owned();
    assert!(mail.text.contains("If it was not you"), "{}", mail.text);
    // Not in another browser, even in one that asked for a code of its own.
    thief.post(sign_in, &json!({ "code": code })).await.refused(422, "wrong_code");
    thief.post("/api/account/code", &json!({ "email": "sam@example.org" })).await.is(204);
    thief.post(sign_in, &json!({ "code": code })).await.refused(422, "wrong_code");
    // His asking took nothing from Sam's code; spaces do no harm.
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    sam.post(sign_in, &json!({ "code": spaced })).await.is(204);
    sam.post(sign_in, &json!({ "code": code })).await.refused(422, "wrong_code");
    portal.mails().await;

    // Late.
    let mut ann = Browser::of(&portal);
    ann.post("/api/account/code", &json!({ "email": "ann@example.org" })).await.is(204);
    let code = portal.code("ann@example.org").await;
    portal.turn(TimeDelta::minutes(10));
    ann.post(sign_in, &json!({ "code": code })).await.refused(422, "wrong_code");
    // Guessed: after five the right one is worth nothing either.
    ann.post("/api/account/code", &json!({ "email": "ann@example.org" })).await.is(204);
    let code = portal.code("ann@example.org").await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        ann.post(sign_in, &json!({ "code": wrong })).await.refused(422, "wrong_code");
    }
    ann.post(sign_in, &json!({ "code": code })).await.refused(422, "wrong_code");
    for body in [json!({}), json!({ "code": "1", "admin": true }), json!([])] {
        assert!([400, 422].contains(&ann.post(sign_in, &body).await.status.as_u16()));
    }
    for _ in 0..5 {
        ann.post(sign_in, &json!({ "code": wrong })).await;
    }
    ann.post(sign_in, &json!({ "code": wrong })).await.refused(429, "too_many_requests");
}

/// Nobody can be kept out by somebody who asks for codes in their name.
#[tokio::test]
async fn strangers_do_not_lock_anybody_out() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    let code = |email: &str| json!({ "email": email });
    let mut refused = 0;
    for _ in 0..15 {
        let reply = Browser::of(&portal).post("/api/account/code", &code("sam@example.org")).await;
        refused += u32::from(reply.status == 429);
    }
    assert!(refused > 0, "a mailbox is not flooded");
    sam.post("/api/account/sign-out", &json!({})).await.is(204);
    portal.mails().await;
    sam.sign_in(&portal, "sam@example.org").await;
    // Known and unknown addresses are answered alike.
    let mut curious = Browser::of(&portal);
    let known = curious.post("/api/account/code", &code("ann@example.org")).await.is(204);
    let unknown = curious.post("/api/account/code", &code("nobody@example.org")).await.is(204);
    assert_eq!(known.body, unknown.body);
}

/// Without the app: two pages to sign in, and what is pressed in the account.
#[tokio::test]
async fn it_works_without_the_app() {
    let portal = Portal::open().await;
    portal.visitor().submit(1, &graffiti()).await.is(201);
    portal.mails().await;
    let mut sam = Browser::of(&portal);
    assert_eq!(sam.post_form("/account", "email=nonsense").await.is(303).header("location"), "/account");
    let next = sam.post_form("/account", "email=sam%40example.org").await.is(303);
    assert_eq!(next.header("location"), "/account/code");
    let code = portal.code("sam@example.org").await;
    for wrong in ["code=12", "code=", "code=abcdef"] {
        assert_eq!(sam.post_form("/account/code", wrong).await.is(303).header("location"), "/account/code");
    }
    let signed_in = sam.post_form("/account/code", &format!("code={code}")).await.is(303);
    assert_eq!(signed_in.header("location"), "/account");
    assert_eq!(sam.account().await["found"], 1);
    sam.post_form("/account", "do=add").await.is(303);
    assert_eq!(titles(&sam.account().await).len(), 1);
    // The page is theirs, and nobody keeps it.
    let page = sam.visitor.get("/account").await;
    if page.status == 200 {
        let html = String::from_utf8_lossy(&page.body).into_owned();
        assert!(html.contains("sam@example.org") && html.contains("Report graffiti"), "{html}");
        assert_eq!(page.header("cache-control"), "no-store");
        let stranger = String::from_utf8_lossy(&portal.visitor().get("/account").await.body).into_owned();
        assert!(stranger.contains("Sign in to your account") && !stranger.contains("sam@example.org"));
    }
    for nonsense in ["do=nonsense", "do=everywhere:x"] {
        sam.post_form("/account", nonsense).await.is(303);
    }
    sam.visitor.get("/api/account").await.refused(401, "not_signed_in");
    sam.post_form("/account", "do=out").await.is(303);
    assert_eq!(sam.post_form("/account", "do=add").await.is(303).header("location"), "/account");
}
