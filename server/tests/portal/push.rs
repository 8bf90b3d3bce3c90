//! Notifications on residents' own devices: encrypted for one device, signed by the council, once, in another way where they do
//! not get through, and with nothing in them that a locked screen should not show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt as _;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use server::jobs::runner::run_due;
use uuid::Uuid;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Setup, Visitor, closing, graffiti, graffiti_but};

on_both_engines![
    a_device_is_told_once_and_only_it_can_read_it,
    what_does_not_get_through_goes_out_in_another_way,
    a_busy_service_is_tried_again_and_nobody_told_twice,
    only_ones_own_device_is_added_and_anybody_else_kept_out,
    who_signs_out_is_told_no_more,
];

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";

/// A browser's side of notifications.
struct Device {
    secret: SecretKey,
    auth: [u8; 16],
}

impl Device {
    fn new(number: u8) -> Self {
        Self { secret: SecretKey::from_slice(&[number; 32]).unwrap(), auth: [number; 16] }
    }

    /// What its page asks for.
    fn request(&self, endpoint: &str, changes: &[(&str, &str)]) -> Value {
        let mut answers = json!({ "own": "yes", "name": "My phone", "says": "news", "until": "removed" });
        for (question, raw) in changes {
            answers[*question] = json!(raw);
        }
        let public = self.secret.public_key().to_encoded_point(false);
        json!({
            "answers": answers, "endpoint": endpoint,
            "p256dh": BASE64URL_NOPAD.encode(public.as_bytes()), "auth": BASE64URL_NOPAD.encode(&self.auth),
        })
    }

    fn read(&self, sent: &Sent) -> Value {
        let auth = self.auth.into();
        let said = web_push_native::decrypt(sent.body.clone(), &self.secret, &auth).unwrap();
        serde_json::from_slice(&said).unwrap()
    }
}

/// Something that the push service was sent.
#[derive(Clone, Debug)]
struct Sent {
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// What stands in for a push service: it keeps what it takes, and answers by path as it is told to.
#[derive(Clone, Default)]
struct Service {
    sent: Arc<Mutex<Vec<Sent>>>,
    answers: Arc<Mutex<HashMap<String, u16>>>,
}

impl Service {
    async fn open(&self) -> String {
        let app = Router::new().fallback(any(Self::answer)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}")
    }

    async fn answer(State(service): State<Self>, request: Request) -> StatusCode {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        if let Some(status) = service.answers.lock().unwrap().get(&path) {
            return StatusCode::from_u16(*status).unwrap();
        }
        service.sent.lock().unwrap().push(Sent { path, headers: parts.headers, body });
        StatusCode::CREATED
    }

    fn says(&self, path: &str, status: Option<u16>) {
        let mut answers = self.answers.lock().unwrap();
        match status {
            Some(status) => answers.insert(path.to_owned(), status),
            None => answers.remove(path),
        };
    }

    /// What it took since it was last asked.
    fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

async fn open(kept: &Kept) -> Portal {
    Setup::default().in_database(&kept.url).pushing_locally().open().await
}

async fn all_sent(portal: &Portal) {
    while run_due(&portal.state).await.unwrap() > 0 {}
}

/// The newest request of street scene, taken.
async fn taken(priya: &Visitor) -> String {
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    let requests = queue["requests"].as_array().unwrap();
    let id = requests.iter().map(|request| request["id"].as_str().unwrap()).max().unwrap().to_owned();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    id
}

async fn write(priya: &Visitor, id: &str, text: &str) {
    let body = json!({ "id": Uuid::now_v7(), "text": text });
    priya.post(&format!("/api/staff/requests/{id}/messages"), &body).await.is(200);
}

async fn by(priya: &Visitor, id: &str) -> Vec<String> {
    let all = priya.get(&format!("/api/staff/requests/{id}/deliveries")).await.is(200).json();
    let told = |one: &Value| format!("{} {} {}", one["by"], one["fate"], one["instead"]).replace('"', "");
    let mut told: Vec<String> = all["deliveries"].as_array().unwrap().iter().map(told).collect();
    told.sort();
    told
}

async fn choose(sam: &mut Browser, email: &str, push: &str) {
    sam.post("/api/account/alerts", &json!({ "answers": { "email": email, "push": push } })).await.is(200);
}

async fn a_device_is_told_once_and_only_it_can_read_it(kept: Kept) {
    let service = Service::default();
    let there = service.open().await;
    let portal = open(&kept).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let (phone, tablet) = (Device::new(1), Device::new(2));
    let view =
        sam.post("/api/account/devices", &phone.request(&format!("{there}/phone"), &[])).await.is(200).json();
    let device = &view["devices"][0];
    let told = (&device["name"], &device["here"], &device["says_what"]);
    assert_eq!(told, (&json!("My phone"), &json!(true), &json!(false)));
    assert!(!view.to_string().contains(&there), "where it is sent to is told to nobody");
    let mut other = Browser::of(&portal);
    other.sign_in(&portal, SAM).await;
    portal.turn(TimeDelta::seconds(1));
    let wanted = tablet.request(&format!("{there}/tablet"), &[("name", "Tablet"), ("says", "what")]);
    let view = other.post("/api/account/devices", &wanted).await.is(200).json();
    let here: Vec<&Value> = view["devices"].as_array().unwrap().iter().map(|one| &one["here"]).collect();
    assert_eq!(here, [&json!(false), &json!(true)]);

    sam.visitor.submit(1, &graffiti()).await.is(201);
    all_sent(&portal).await;
    let [one, two] = service.take().try_into().unwrap();
    assert_eq!((one.path.as_str(), two.path.as_str()), ("/phone", "/tablet"));
    let news = phone.read(&one);
    assert_eq!(news["title"], "Saltmarsh Borough Council");
    assert_eq!(news["body"], "There is news about one of your requests.");
    assert_eq!((&news["link"], &news["lang"]), (&json!("/account/notices"), &json!("en")));
    let what = tablet.read(&two);
    assert!(what["body"].as_str().unwrap().starts_with("We have your request: Report graffiti"), "{what}");
    // No key, name or address is in either.
    for said in [&news, &what] {
        let said = said.to_string();
        assert!(!said.contains("/follow/") && !said.contains("Sam") && !said.contains('@'), "{said}");
    }
    assert!(web_push_native::decrypt(one.body.clone(), &tablet.secret, &tablet.auth.into()).is_err());

    // By the rules of RFC 8030 and 8292.
    assert_eq!((one.header("content-encoding"), one.header("ttl")), ("aes128gcm", "86400"));
    assert_eq!(one.header("urgency"), "normal");
    assert_eq!(one.header("topic"), two.header("topic"));
    let authorization = one.header("authorization").strip_prefix("vapid t=").unwrap().to_owned();
    let (token, key) = authorization.split_once(", k=").unwrap();
    assert_eq!(view["push_key"], key);
    let read = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, read(key))
        .verify(message.as_bytes(), &read(signature))
        .unwrap();
    let claims: Value = serde_json::from_slice(&read(message.split_once('.').unwrap().1)).unwrap();
    let now = portal.state.now().timestamp();
    assert_eq!(claims["aud"], there);
    assert!((now..=now + 86_400).contains(&claims["exp"].as_i64().unwrap()), "{claims}");
    assert!(claims["sub"].as_str().unwrap().starts_with("mailto:"), "{claims}");

    // What they must act on is urgent; who chose so is told of nothing else.
    choose(&mut sam, "each-step", "important").await;
    let priya = portal.staff(PRIYA).await;
    let id = taken(&priya).await;
    all_sent(&portal).await;
    assert!(service.take().is_empty());
    write(&priya, &id, "Which wall?").await;
    all_sent(&portal).await;
    let [one, _] = service.take().try_into().unwrap();
    assert_eq!((one.header("urgency"), one.header("ttl")), ("high", "604800"));
    assert_eq!(phone.read(&one)["body"], "We need you to look at one of your requests.");
    // Killed between sending and noting it: each device has it already.
    kept.tamper("UPDATE delivery SET fate = 'queued', locked_until = '2026-12-07 10:00:00+00:00' WHERE channel = 'push' AND alert <> ''").await;
    portal.turn(TimeDelta::minutes(10));
    all_sent(&portal).await;
    assert!(service.take().is_empty());
    let body = closing("done", "Removed this morning.");
    portal.staff(PRIYA).await.post(&format!("/api/staff/requests/{id}/close"), &body).await.is(200);
    all_sent(&portal).await;
    let [one, two] = service.take().try_into().unwrap();
    assert_eq!(phone.read(&one)["body"], "One of your requests is closed. See how it ended.");
    assert!(tablet.read(&two)["body"].as_str().unwrap().starts_with("Done: Report graffiti"));
    // Staff see that it was sent, and their copy of everything names the devices.
    let priya = portal.staff(PRIYA).await;
    assert!(by(&priya, &id).await.contains(&"push sent null".to_owned()));
}

async fn what_does_not_get_through_goes_out_in_another_way(kept: Kept) {
    let service = Service::default();
    let there = service.open().await;
    let portal = open(&kept).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    let phone = Device::new(1);
    sam.post("/api/account/devices", &phone.request(&format!("{there}/phone"), &[])).await.is(200);
    choose(&mut sam, "never", "each-step").await;
    sam.visitor.submit(1, &graffiti()).await.is(201);
    portal.mails().await;
    assert_eq!(service.take().len(), 1);
    let priya = portal.staff(PRIYA).await;
    let id = taken(&priya).await;
    portal.mails().await;
    service.take();
    // The browser takes none any more: it is forgotten, and the mail says it.
    service.says("/phone", Some(410));
    write(&priya, &id, "Which wall?").await;
    let [mail] = portal.mails_to(SAM).await.try_into().unwrap();
    assert!(mail.text.contains("Which wall?"));
    assert_eq!(by(&priya, &id).await.last().unwrap(), "push sent null");
    assert!(by(&priya, &id).await.contains(&"push failed null".to_owned()));
    assert!(by(&priya, &id).await.contains(&"email sent push".to_owned()));
    assert_eq!(kept.rows("device").await, 0);
    // From then on it is as if there had been none.
    write(&priya, &id, "And which street?").await;
    assert_eq!(portal.mails_to(SAM).await.len(), 1);
    assert!(service.take().is_empty());
    // What is refused for good ends no device: it may be our fault.
    service.says("/phone", Some(403));
    sam.post("/api/account/devices", &phone.request(&format!("{there}/phone"), &[])).await.is(200);
    write(&priya, &id, "Or which house?").await;
    assert_eq!(portal.mails_to(SAM).await.len(), 1);
    assert_eq!(kept.rows("device").await, 1);
}

async fn a_busy_service_is_tried_again_and_nobody_told_twice(kept: Kept) {
    let service = Service::default();
    let there = service.open().await;
    let portal = open(&kept).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    for (number, name) in [(1, "phone"), (2, "tablet")] {
        let wanted = Device::new(number).request(&format!("{there}/{name}"), &[("name", name)]);
        sam.post("/api/account/devices", &wanted).await.is(200);
    }
    choose(&mut sam, "never", "each-step").await;
    for (status, key) in [(429, 1), (503, 2)] {
        service.says("/tablet", Some(status));
        sam.visitor.submit(key, &graffiti_but(&json!({ "details": key.to_string() }))).await.is(201);
        all_sent(&portal).await;
        let [sent] = service.take().try_into().unwrap();
        assert_eq!(sent.path, "/phone");
        service.says("/tablet", None);
        portal.turn(TimeDelta::minutes(1));
        all_sent(&portal).await;
        let [sent] = service.take().try_into().unwrap();
        assert_eq!(sent.path, "/tablet", "and the phone no more");
    }
    // For ever busy: what is important goes out in another way in the end.
    for name in ["/phone", "/tablet"] {
        service.says(name, Some(500));
    }
    let priya = portal.staff(PRIYA).await;
    let id = taken(&priya).await;
    write(&priya, &id, "Which wall?").await;
    for _ in 0..12 {
        assert!(
            portal.mails_to(SAM).await.is_empty()
                || kept.rows("delivery WHERE instead_of = 'push'").await > 0
        );
        portal.turn(TimeDelta::hours(7));
    }
    assert!(
        kept.rows("delivery WHERE instead_of = 'push' AND channel = 'email' AND fate = 'sent'").await > 0
    );
    assert_eq!(kept.rows("device").await, 2);
}

async fn only_ones_own_device_is_added_and_anybody_else_kept_out(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let phone = Device::new(1);
    let usual = "https://push.example.org/phone";
    let wanted = phone.request(usual, &[]);
    portal.visitor().post("/api/account/devices", &wanted).await.refused(401, "not_signed_in");
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    for (changes, field, code) in [
        (&[("own", "no")][..], "own", "not_agreed"),
        (&[("name", "")], "name", "missing"),
        (&[("says", "everything")], "says", "not_an_option"),
    ] {
        sam.post("/api/account/devices", &phone.request(usual, changes)).await.wrong(&[(field, code, 0)]);
    }
    // Nothing is sent into networks of ours, or to what is no key.
    for endpoint in ["http://127.0.0.1:80/", "https://169.254.169.254/latest", "https://intranet/x", "", "x"]
    {
        sam.post("/api/account/devices", &phone.request(endpoint, &[])).await.refused(422, "device_refused");
    }
    for (key, raw) in [("auth", "AAAA"), ("p256dh", "AAAA"), ("auth", "?")] {
        let mut wrong = wanted.clone();
        wrong[key] = json!(raw);
        sam.post("/api/account/devices", &wrong).await.refused(422, "device_refused");
    }
    let mut more = wanted.clone();
    more["pigeon"] = json!(1);
    sam.post("/api/account/devices", &more).await.is(422);
    // So many, and no more; the same browser again is the same device.
    for number in 0..10 {
        let endpoint = format!("https://push.example.org/{number}");
        sam.post("/api/account/devices", &phone.request(&endpoint, &[])).await.is(200);
    }
    sam.post("/api/account/devices", &wanted).await.refused(409, "too_many_devices");
    let again = phone.request("https://push.example.org/9", &[("name", "Again")]);
    let view = sam.post("/api/account/devices", &again).await.is(200).json();
    assert_eq!(view["devices"].as_array().unwrap().len(), 10);
    let id = view["devices"][0]["id"].as_str().unwrap().to_owned();
    // Another's are out of reach; a browser that becomes somebody else's is theirs.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    let remove = format!("/api/account/devices/{id}/remove");
    ann.post(&remove, &json!(null)).await.refused(404, "not_found");
    ann.post("/api/account/devices/x/remove", &json!(null)).await.refused(404, "not_found");
    ann.post("/api/account/devices", &again).await.is(200);
    let view = sam.visitor.get("/api/account/alerts").await.is(200).json();
    assert_eq!(view["devices"].as_array().unwrap().len(), 9);
    let view = sam.post(&remove, &json!(null)).await.is(200).json();
    assert_eq!(view["devices"].as_array().unwrap().len(), 8);
    sam.post(&remove, &json!(null)).await.refused(404, "not_found");
    // Without the app, they can be seen and removed.
    let id = view["devices"][0]["id"].as_str().unwrap().to_owned();
    let page = String::from_utf8_lossy(&sam.visitor.get("/account/alerts").await.body).into_owned();
    assert!(page == NOT_BUILT || page.contains(&format!("remove:{id}")), "{page}");
    let there = sam.post_form("/account/alerts", &format!("do=remove:{id}")).await.is(303);
    assert_eq!(there.header("location"), "/account/alerts");
    assert_eq!(kept.rows("device").await, 8);
}

async fn who_signs_out_is_told_no_more(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let device = async |browser: &mut Browser, name: &str, until: &str| {
        let endpoint = format!("https://push.example.org/{name}");
        let wanted = Device::new(1).request(&endpoint, &[("name", name), ("until", until)]);
        browser.post("/api/account/devices", &wanted).await.is(200);
    };
    let left = async || {
        let browser = portal.resident(SAM).await;
        let view = browser.get("/api/account/alerts").await.is(200).json();
        let names =
            view["devices"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let (mut phone, mut tablet, mut laptop) =
        (Browser::of(&portal), Browser::of(&portal), Browser::of(&portal));
    for (browser, name, until) in [
        (&mut phone, "phone", "removed"),
        (&mut tablet, "tablet", "sign-out"),
        (&mut laptop, "laptop", "sign-out"),
    ] {
        browser.sign_in(&portal, SAM).await;
        device(browser, name, until).await;
        portal.turn(TimeDelta::seconds(1));
    }
    phone.post("/api/account/sign-out", &json!(null)).await.is(204);
    assert_eq!(left().await.len(), 3);
    // A session that only ran out is no signing out.
    portal.turn(TimeDelta::hours(9));
    assert_eq!(left().await.len(), 3);
    tablet.sign_in(&portal, SAM).await;
    tablet.post("/api/account/sign-out", &json!(null)).await.is(204);
    assert_eq!(left().await, ["phone", "laptop"]);
    laptop.sign_in(&portal, SAM).await;
    laptop.post("/api/account/sign-out-everywhere", &json!(null)).await.is(204);
    assert_eq!(left().await, ["phone"]);
}
