//! Public computers: registered once, and then nothing of one person is there for the next.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Reply, Setup, Visitor, graffiti};

const OMAR: &str = "omar@saltmarsh.example";
const NIA: &str = "nia@saltmarsh.example";
const SAM: &str = "sam@example.org";

on_both_engines![
    a_computer_is_registered_by_a_code_that_works_once,
    what_one_person_did_is_out_of_reach_once_they_have_finished,
    a_turn_ends_by_itself_and_what_was_drawn_in_it_changes_nothing,
    a_computer_is_closed_out_of_hours_when_it_is_locked_and_when_it_is_removed,
];

fn by_the_window() -> Value {
    json!({ "name": "By the window", "place": "Central Library", "idle": 3, "large": true, "printer": false })
}

/// A browser that keeps cookies as browsers do.
struct Browser {
    visitor: Visitor,
    jar: BTreeMap<String, String>,
    /// In whose turn the page was drawn that is open.
    turn: String,
    /// The key of the form that is sent next.
    key: Option<String>,
}

impl Browser {
    fn new(portal: &Portal) -> Self {
        Self { visitor: portal.visitor(), jar: BTreeMap::new(), turn: String::new(), key: None }
    }

    async fn ask(&mut self, method: Method, path: &str, (kind, body): (&str, String)) -> Reply {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.visitor.cookie = (!cookies.is_empty()).then(|| cookies.join("; "));
        let mut request = self.visitor.request(method, path).header("content-type", kind);
        if path.starts_with("/api/") && !self.turn.is_empty() {
            request = request.header("x-portico-turn", &self.turn);
        }
        if let Some(key) = self.key.take() {
            request = request.header("idempotency-key", key);
        }
        let reply = self.visitor.send(request.body(Body::from(body)).unwrap()).await;
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || rest.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some((_, rest)) = String::from_utf8_lossy(&reply.body).split_once("data-turn=\"") {
            rest.split_once('"').unwrap().0.clone_into(&mut self.turn);
        }
        reply
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.ask(Method::GET, path, ("text/plain", String::new())).await
    }

    async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, ("application/json", body.to_string())).await
    }

    async fn post_form(&mut self, path: &str, body: &str) -> Reply {
        self.ask(Method::POST, path, ("application/x-www-form-urlencoded", body.to_owned())).await
    }

    /// Opens the first page, so that it is known whose turn it is. Where the app was not built there is none.
    async fn start(&mut self) -> bool {
        let reply = self.get("/").await;
        if &reply.body[..] == NOT_BUILT.as_bytes() {
            return false;
        }
        reply.is(200);
        true
    }

    async fn sign_in(&mut self, portal: &Portal, email: &str) {
        self.post("/api/account/code", &json!({ "email": email })).await.is(204);
        let code = portal.code(email).await;
        self.post("/api/account/sign-in", &json!({ "code": code })).await.is(204);
    }

    async fn send(&mut self, key: u128) -> Reply {
        let version = self.get("/api/services/report-graffiti").await.json()["service"]["version"].clone();
        let body = json!({ "service": "report-graffiti", "version": version, "answers": graffiti() });
        self.key = Some(uuid::Uuid::from_u128(key).to_string());
        self.post("/api/requests", &body).await
    }
}

/// A registered public computer, and the identifier that it is known by.
async fn registered(portal: &Portal) -> (Browser, String) {
    let omar = portal.staff(OMAR).await;
    let made = omar.post("/api/staff/terminals", &json!({ "setup": by_the_window() })).await.is(200).json();
    let mut browser = Browser::new(portal);
    let code = made["code"].as_str().unwrap();
    let reply = browser.post_form("/terminal", &format!("code={code}")).await.is(303);
    assert_eq!(reply.header("location"), "/");
    assert!(browser.jar.contains_key("__Host-terminal"), "{:?}", browser.jar);
    (browser, made["id"].as_str().unwrap().to_owned())
}

async fn a_computer_is_registered_by_a_code_that_works_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let omar = portal.staff(OMAR).await;
    let wrong = |change: &Value| {
        let mut setup = by_the_window();
        setup.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "setup": setup })
    };
    for (change, field) in [
        (json!({ "name": " " }), ("name", "missing", 0)),
        (json!({ "place": "a".repeat(61) }), ("place", "not_allowed", 0)),
        (json!({ "idle": 11 }), ("idle", "not_allowed", 0)),
        (json!({ "opens": "9 o'clock", "closes": "10:00" }), ("opens", "not_allowed", 0)),
        (json!({ "opens": "10:00", "closes": "09:00" }), ("closes", "ends_before_start", 0)),
    ] {
        omar.post("/api/staff/terminals", &wrong(&change)).await.wrong(&[field]);
    }
    let made = omar.post("/api/staff/terminals", &json!({ "setup": by_the_window() })).await.is(200).json();
    let (id, code) = (made["id"].as_str().unwrap(), made["code"].as_str().unwrap().to_owned());
    let list = omar.get("/api/staff/terminals").await.is(200).json();
    assert_eq!(list["terminals"][0]["enrolled"], false);
    assert_eq!(list["terminals"][0].get("seen"), None);

    let mut browser = Browser::new(&portal);
    let page = browser.get("/terminal").await.is(200);
    assert!(String::from_utf8_lossy(&page.body).contains("The code of this computer"));
    browser.post_form("/terminal", "code=AAAAA-AAAAA").await.is(200);
    assert!(browser.jar.is_empty());
    // However it is typed.
    let typed = code.to_lowercase().replace('-', "%20");
    browser.post_form("/terminal", &format!("code={typed}")).await.is(303);
    let list = omar.get("/api/staff/terminals").await.is(200).json();
    assert_eq!(list["terminals"][0]["enrolled"], true);
    assert!(list["terminals"][0]["seen"].as_str().unwrap().contains(" at "));
    // Once.
    let mut other = Browser::new(&portal);
    other.post_form("/terminal", &format!("code={typed}")).await.is(200);
    assert!(other.jar.is_empty());

    // A new code makes another computer this one, and the first is it no more. It is too late after half an hour.
    let again = async || {
        omar.post(&format!("/api/staff/terminals/{id}/code"), &json!(null)).await.is(200).text("code")
    };
    let late = again().await;
    portal.turn(TimeDelta::minutes(30));
    let omar = portal.staff(OMAR).await;
    other.post_form("/terminal", &format!("code={late}")).await.is(200);
    let code = omar.post(&format!("/api/staff/terminals/{id}/code"), &json!(null)).await.is(200).text("code");
    other.post_form("/terminal", &format!("code={code}")).await.is(303);
    browser.get("/api/services").await.refused(403, "terminal_closed");
    other.get("/api/services").await.is(200);

    let log = portal.staff(NIA).await.get("/api/staff/audit").await.is(200).json();
    let done: Vec<&str> = log["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["object"] == json!(format!("terminal {id}")))
        .map(|row| row["detail"].as_str().unwrap())
        .collect();
    assert_eq!(done, ["code", "code", "registered"]);
}

async fn what_one_person_did_is_out_of_reach_once_they_have_finished(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut browser, _) = registered(&portal).await;
    if !browser.start().await {
        return;
    }
    browser.sign_in(&portal, SAM).await;
    browser.get("/api/account").await.is(200);
    let sent = browser.send(1).await.is(201).json();
    let key = sent["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("here-"), "{key}");
    let page = browser.get(&format!("/follow/{key}")).await.is(200);
    assert_eq!(page.header("cache-control"), "no-store");
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("Finish and clear") && page.contains("portico-large"), "{page}");
    browser.get(&format!("/api/follow/{key}")).await.is(200);
    // The link of the mail leads to the same, and is in no history.
    let link = portal.mails_to(SAM).await.pop().unwrap().follow_key();
    let led = browser.get(&format!("/follow/{link}")).await.is(303);
    assert_eq!(led.header("location"), format!("/follow/{key}"));
    let (jar, turn) = (browser.jar.clone(), browser.turn.clone());

    let reply = browser.post_form(&format!("/terminal/finish?turn={turn}"), "").await.is(303);
    assert!(reply.header("clear-site-data").contains("storage"));
    let left: Vec<&String> = browser.jar.keys().collect();
    assert_eq!(left, ["__Host-terminal"], "of a person nothing is left");
    assert!(browser.start().await);
    assert_ne!(browser.turn, turn);
    browser.get(&format!("/follow/{key}")).await.is(404);
    browser.get(&format!("/api/follow/{key}")).await.is(404);
    browser.get("/api/account").await.refused(401, "not_signed_in");

    // Who copied the cookies has nothing of them: the session has ended, and so has the turn.
    let mut copied = Browser { visitor: portal.visitor(), jar, turn: turn.clone(), key: None };
    copied.get("/api/account").await.refused(401, "not_signed_in");
    copied.get(&format!("/api/follow/{key}")).await.refused(401, "not_signed_in");
    // A page that was left open asks, and does, nothing in the next person's turn.
    let mut stale = Browser { visitor: portal.visitor(), jar: browser.jar.clone(), turn, key: None };
    stale.get("/api/services").await.refused(401, "not_signed_in");
    stale.send(2).await.refused(401, "not_signed_in");
    let posted = format!("/services/report-graffiti?turn={}", stale.turn);
    assert_eq!(stale.post_form(&posted, "photo=1").await.is(303).header("location"), "/");
    // Nor does it end it.
    browser.sign_in(&portal, SAM).await;
    stale.jar.clone_from(&browser.jar);
    stale.post_form(&format!("/terminal/finish?turn={}", stale.turn), "").await.is(303);
    browser.get("/api/account").await.is(200);
}

async fn a_turn_ends_by_itself_and_what_was_drawn_in_it_changes_nothing(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut browser, _) = registered(&portal).await;
    if !browser.start().await {
        return;
    }
    browser.sign_in(&portal, SAM).await;
    // Whoever is there stays, for as long as they are.
    for _ in 0..10 {
        portal.turn(TimeDelta::minutes(4));
        let here = format!("/terminal/here?turn={}", browser.turn);
        browser.post_form(&here, "").await.is(204);
    }
    let reply = browser.get("/api/account").await;
    assert!(matches!(reply.status.as_u16(), 200 | 401), "an account has a limit of its own");
    portal.turn(TimeDelta::minutes(5));
    let turn = browser.turn.clone();
    browser.post("/api/account/stay", &json!({})).await.refused(401, "not_signed_in");
    assert!(!browser.jar.contains_key("__Host-account"), "{:?}", browser.jar);
    assert!(browser.start().await);
    assert_ne!(browser.turn, turn);

    // The next one types, and goes without a word: the one after begins with nothing.
    browser.get("/services/report-graffiti").await.is(200);
    let posted = format!("/services/report-graffiti?turn={}", browser.turn);
    let led = browser.post_form(&posted, "surface=wall").await;
    assert!(led.status.is_redirection(), "{}", String::from_utf8_lossy(&led.body));
    assert!(browser.jar.contains_key("__Host-form"));
    portal.turn(TimeDelta::minutes(6));
    browser.get("/").await.is(200);
    assert!(!browser.jar.contains_key("__Host-form"));
    // Without saying in whose turn, nothing is changed at a public computer.
    browser.post_form("/services/report-graffiti", "surface=wall").await.is(303);
    assert!(!browser.jar.contains_key("__Host-form"));
}

async fn a_computer_is_closed_out_of_hours_when_it_is_locked_and_when_it_is_removed(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut browser, id) = registered(&portal).await;
    if !browser.start().await {
        return;
    }
    browser.sign_in(&portal, SAM).await;
    let omar = portal.staff(OMAR).await;
    let lock = async |locked: bool| {
        let body = json!({ "locked": locked });
        omar.post(&format!("/api/staff/terminals/{id}/lock"), &body).await.is(204);
    };
    lock(true).await;
    let page = browser.get("/account").await.is(403);
    assert!(String::from_utf8_lossy(&page.body).contains("out of use"));
    browser.get("/api/account").await.refused(403, "terminal_closed");
    assert!(!browser.jar.contains_key("__Host-account"));
    lock(false).await;
    assert!(browser.start().await);
    browser.get("/api/account").await.refused(401, "not_signed_in");

    let mut setup = by_the_window();
    setup
        .as_object_mut()
        .unwrap()
        .extend(json!({ "opens": "03:00", "closes": "03:01", "large": false }).as_object().unwrap().clone());
    let path = format!("/api/staff/terminals/{id}/setup");
    omar.post(&path, &json!({ "setup": setup })).await.is(204);
    let page = browser.get("/").await.is(403);
    assert!(String::from_utf8_lossy(&page.body).contains("This computer is closed"));
    omar.post(&path, &json!({ "setup": by_the_window() })).await.is(204);
    assert!(browser.start().await);

    // What nobody does here: work for the council, keep a key, save a file.
    for path in ["/staff", "/staff/sign-in"] {
        let page = browser.get(path).await.is(403);
        assert!(String::from_utf8_lossy(&page.body).contains("public computer"));
    }
    browser.get("/api/staff/requests").await.refused(403, "not_at_a_terminal");
    browser.post("/api/account/passkeys/sign-in/start", &json!({})).await.refused(403, "not_at_a_terminal");

    omar.post(&format!("/api/staff/terminals/{id}/remove"), &json!(null)).await.is(204);
    omar.post(&format!("/api/staff/terminals/{id}/remove"), &json!(null)).await.refused(404, "not_found");
    let page = browser.get("/").await.is(403);
    assert!(String::from_utf8_lossy(&page.body).contains("not set up"));
    // Another code can be typed there.
    browser.get("/terminal").await.is(200);
}
