//! A whole portal for one test: its own folder and database, a clock that the test turns, known dice, mail
//! that goes into a folder, and people who ask for pages and send forms.

#[macro_use]
pub mod database;
pub mod browser;
mod plans;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt as _;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use server::adapters::blobs::Blobs;
use server::adapters::mail::Mailer;
use server::adapters::notify::GovNotify;
use server::adapters::payments::Payments;
use server::adapters::push::Pusher;
use server::app;
use server::chance::Dice;
use server::councils::{Councils, Sources};
use server::gazetteer::demo;
use server::jobs::runner;
use server::oidc::Providers;
use server::operations::staff_session;
use server::photo::PhotoCleaner;
use server::secret::Secret;
use server::state::{AppState, Parts};
use server::store::{By, Database, Hear};
use tempfile::TempDir;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

/// Where residents reach the portal.
pub const PUBLIC_URL: &str = "https://portico.example";
/// The headers that every reply has; the last five not those of the app's parts.
pub const SECURITY_HEADERS: [&str; 8] = [
    "content-security-policy",
    "x-content-type-options",
    "cross-origin-resource-policy",
    "strict-transport-security",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "x-frame-options",
];

/// A PDF with nothing in it.
pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer\nstartxref\n0\n%%EOF\n";

const DEMO_COUNCIL: &str = include_str!("../../../../councils/demo/council.toml");

/// How the demonstration council tells residents what happens.
const AT_ONCE: &str = "[alerts]\nwait = 0";

/// The secret of every portal and database under test, in letters.
pub const SECRET: &str = "a secret that only tests know, of enough letters";

/// The secret of every portal and database under test.
pub fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

/// What a portal is made with, besides the usual.
#[derive(Default)]
pub struct Setup {
    database: Option<String>,
    public_url: Option<String>,
    services: bool,
    in_earnest: bool,
    councils: Vec<(&'static str, &'static str)>,
    sign_in: Option<String>,
    alerts: Option<String>,
    check: Option<u8>,
    push_locally: bool,
}

impl Setup {
    /// In this database, instead of a new SQLite file.
    #[must_use]
    pub fn in_database(mut self, url: &str) -> Self {
        self.database = Some(url.to_owned());
        self
    }

    /// Reached at this address.
    #[must_use]
    pub fn at(mut self, public_url: &str) -> Self {
        self.public_url = Some(public_url.to_owned());
        self
    }

    /// With a folder of documents that overlays the built-in ones, empty at first.
    #[must_use]
    pub fn with_services_folder(mut self) -> Self {
        self.services = true;
        self
    }

    /// With this council, like the demonstration one, instead of that.
    #[must_use]
    pub fn with_council(mut self, id: &'static str, host: &'static str) -> Self {
        self.councils.push((id, host));
        self
    }

    /// As a council that is no demonstration.
    #[must_use]
    pub fn in_earnest(mut self) -> Self {
        self.in_earnest = true;
        self
    }

    /// With this at the end of the demonstration council's document.
    #[must_use]
    pub fn with_sign_in(mut self, text: &str) -> Self {
        self.sign_in = Some(text.to_owned());
        self
    }

    /// With this in place of how the demonstration council tells residents what happens.
    #[must_use]
    pub fn with_alerts(mut self, text: &str) -> Self {
        self.alerts = Some(text.to_owned());
        self
    }

    /// With so many of a hundred pieces of contractors' work looked at.
    #[must_use]
    pub fn checking(mut self, check: u8) -> Self {
        self.check = Some(check);
        self
    }

    /// Where devices may have notifications sent to this computer.
    #[must_use]
    pub fn pushing_locally(mut self) -> Self {
        self.push_locally = true;
        self
    }

    /// Opens the doors. It is Monday 7 December 2026, ten in the morning.
    pub async fn open(self) -> Portal {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut sources = Sources::default();
        if self.services {
            std::fs::create_dir(at("services")).unwrap();
            sources.services = Some(at("services"));
        }
        if self.sign_in.is_some() || self.alerts.is_some() || self.check.is_some() {
            let (text, alerts) = (self.sign_in.unwrap_or_default(), self.alerts.as_deref());
            let document = DEMO_COUNCIL.replacen(AT_ONCE, alerts.unwrap_or(AT_ONCE), 1);
            let check = format!("check = {}", self.check.unwrap_or(100));
            let document = document.replacen("check = 100", &check, 1);
            let council = at("councils").join("demo");
            std::fs::create_dir_all(&council).unwrap();
            std::fs::write(council.join("council.toml"), format!("{document}\n{text}")).unwrap();
            sources.councils = Some(at("councils"));
        }
        for (id, host) in &self.councils {
            let council = at("councils").join(id);
            std::fs::create_dir_all(&council).unwrap();
            let document = DEMO_COUNCIL.replacen("hosts = []", &format!("hosts = [\"{host}\"]"), 1).replacen(
                "Saltmarsh Borough Council",
                &format!("Council of {id}"),
                1,
            );
            let document = if self.in_earnest { document.replacen("demo = true", "", 1) } else { document };
            std::fs::write(council.join("council.toml"), document).unwrap();
            sources.councils = Some(at("councils"));
        }
        let url = self.database.unwrap_or_else(|| format!("sqlite://{}", at("portico.db").display()));
        let reads = Arc::new(AtomicU64::new(0));
        let counter = reads.clone();
        let plans = plans::looked_at(&url);
        let hear: Hear = Arc::new(move |by, sql| {
            if by == By::Reader {
                counter.fetch_add(1, Ordering::SeqCst);
            }
            plans(by, sql);
        });
        let db = Database::connect_heard(&url, secret(), Some(hear)).await.unwrap();
        db.migrate().await.unwrap();
        let clock = Arc::new(AtomicI64::new(moment("2026-12-07T10:00:00Z").timestamp_millis()));
        let hand = clock.clone();
        let state = AppState::new(Parts {
            councils: Councils::load(sources).unwrap(),
            db,
            blobs: Blobs::in_folder(&at("photos")).unwrap(),
            photos: PhotoCleaner::with_program(PathBuf::from(env!("CARGO_BIN_EXE_portico"))),
            mail: Mailer::Folder(at("mailbox")),
            notify: {
                let hand = clock.clone();
                let clock = move || DateTime::from_timestamp_millis(hand.load(Ordering::SeqCst)).unwrap();
                GovNotify::new(at("notify"), Arc::new(clock)).unwrap()
            },
            push: {
                let hand = clock.clone();
                let clock = move || DateTime::from_timestamp_millis(hand.load(Ordering::SeqCst)).unwrap();
                Pusher::new(secret(), self.push_locally, Arc::new(clock)).unwrap()
            },
            payments: {
                let hand = clock.clone();
                let clock = move || DateTime::from_timestamp_millis(hand.load(Ordering::SeqCst)).unwrap();
                Payments::new(at("payments"), Arc::new(clock)).unwrap()
            },
            secret: secret(),
            providers: Providers::new(at("sign-in")).unwrap(),
            clock: Arc::new(move || DateTime::from_timestamp_millis(hand.load(Ordering::SeqCst)).unwrap()),
            dice: Dice::new([7; 32]),
            public_url: self.public_url.unwrap_or_else(|| PUBLIC_URL.to_owned()),
            changes: broadcast::channel(64).0,
            wake: Notify::new(),
            stop: CancellationToken::new(),
        });
        for served in state.councils.all() {
            let store = state.db.council(&served.council.id);
            for member in &served.council.staff {
                store
                    .put_staff(state.new_id(), &member.name, &member.email, &member.department, member.role)
                    .await
                    .unwrap();
            }
        }
        Portal { app: app::app(state.clone()), state, folder, clock, reads, inbox: Mutex::default() }
    }
}

/// A portal.
pub struct Portal {
    /// The server's state.
    pub state: AppState,
    /// The server.
    pub app: Router,
    folder: TempDir,
    clock: Arc<AtomicI64>,
    reads: Arc<AtomicU64>,
    inbox: Mutex<Vec<Mail>>,
}

impl Portal {
    /// Another server of the demonstration council over the same database, which sends its mails elsewhere.
    pub fn that_mails(&self, mail: Mailer) -> AppState {
        AppState::new(Parts {
            councils: Councils::load(Sources::default()).unwrap(),
            db: self.state.db.clone(),
            blobs: Blobs::in_folder(&self.path("photos")).unwrap(),
            photos: PhotoCleaner::with_program(PathBuf::from(env!("CARGO_BIN_EXE_portico"))),
            mail,
            notify: self.state.notify.clone(),
            push: Pusher::new(secret(), false, self.state.clock.clone()).unwrap(),
            payments: self.state.payments.clone(),
            secret: secret(),
            providers: Providers::new(self.path("sign-in")).unwrap(),
            clock: self.state.clock.clone(),
            dice: Dice::new([8; 32]),
            public_url: self.state.public_url.clone(),
            changes: broadcast::channel(64).0,
            wake: Notify::new(),
            stop: CancellationToken::new(),
        })
    }

    /// A portal of the demonstration council.
    pub async fn open() -> Self {
        Setup::default().open().await
    }

    /// A path within the portal's own folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The town of the demonstration council in its gazetteer.
    pub async fn with_town(self) -> Self {
        for served in self.state.councils.all() {
            let store = self.state.db.council(&served.council.id);
            let (streets, addresses) = demo::addresses();
            store.replace_wards(demo::wards()).await.unwrap();
            store.replace_addresses(streets, addresses, Arc::new(|_| {})).await.unwrap();
        }
        self
    }

    /// How many questions have been put to the database that only read.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// Time goes by.
    pub fn turn(&self, by: TimeDelta) {
        self.clock.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }

    /// It is this moment now, written `2026-12-24T10:00:00Z`.
    pub fn turn_to(&self, to: &str) {
        self.clock.store(moment(to).timestamp_millis(), Ordering::SeqCst);
    }

    /// Somebody with a browser, who has not signed in.
    pub fn visitor(&self) -> Visitor {
        self.visitor_at("portico.example")
    }

    /// The same, at another host name.
    pub fn visitor_at(&self, host: &str) -> Visitor {
        Visitor { app: self.app.clone(), host: host.to_owned(), cookie: None }
    }

    /// A member of staff who signed in with the code from the mail.
    pub async fn staff(&self, email: &str) -> Visitor {
        self.staff_at("portico.example", email).await
    }

    /// The same, at another host name.
    pub async fn staff_at(&self, host: &str, email: &str) -> Visitor {
        let mut visitor = self.visitor_at(host);
        visitor.post("/api/staff/sign-in", &json!({ "email": email })).await.is(204);
        let code = self.code(email).await;
        let reply =
            visitor.post("/api/staff/sign-in/code", &json!({ "email": email, "code": code })).await.is(204);
        visitor.cookie = Some(reply.cookie());
        visitor
    }

    /// A member of staff who has signed in this very moment, in some way.
    pub async fn staff_now(&self, email: &str) -> Visitor {
        let mut visitor = self.visitor();
        let store = self.state.db.council("demo");
        let member = store.staff_by_email(email).await.unwrap().expect("a member of staff");
        let (new, cookie) = staff_session::begin(&self.state, &HeaderMap::new(), member.id).unwrap();
        store.begin_staff_session(new).await.unwrap();
        visitor.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        visitor
    }

    /// A resident who signed in with the code from the mail.
    pub async fn resident(&self, email: &str) -> Visitor {
        let mut visitor = self.visitor();
        let reply = visitor.post("/api/account/code", &json!({ "email": email })).await.is(204);
        visitor.cookie = Some(reply.cookie());
        let code = self.code(email).await;
        let reply = visitor.post("/api/account/sign-in", &json!({ "code": code })).await.is(204);
        visitor.cookie = Some(reply.cookie());
        visitor
    }

    /// The code in the latest mail to a member of staff.
    pub async fn code(&self, email: &str) -> String {
        let codes = self.mails_to(email).await.into_iter().rev().filter_map(|mail| {
            let code = mail.subject.split(' ').next().unwrap_or_default().to_owned();
            (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
        });
        codes.into_iter().next().expect("a mail with a code")
    }

    /// Runs the jobs that are due, and gives the mails that came to an address since the last look.
    pub async fn mails_to(&self, email: &str) -> Vec<Mail> {
        while runner::run_due(&self.state).await.unwrap() > 0 {}
        let mut inbox = self.inbox.lock().unwrap();
        inbox.extend(collect(&self.path("mailbox")));
        inbox.sort_by(|a, b| a.id.cmp(&b.id));
        inbox.extract_if(.., |mail| mail.to == email).collect()
    }

    /// Runs the jobs that are due, and gives every mail since the last look.
    pub async fn mails(&self) -> Vec<Mail> {
        let nobody = self.mails_to("").await;
        assert!(nobody.is_empty());
        std::mem::take(&mut *self.inbox.lock().unwrap())
    }
}

/// How staff close a request, with all that its resident must be told.
pub fn closing(outcome: &str, text: impl Into<Value>) -> Value {
    json!({
        "outcome": outcome,
        "text": text.into(),
        "on": "2026-12-07",
        "by": "The north crew",
        "next": "There is nothing more for you to do.",
        "object": "Tell us on the page of your request.",
        "unless": "The owner agrees in writing.",
        "elsewhere": "Network Rail, 03457 11 41 41",
    })
}

/// A moment written `2026-12-24T10:00:00Z`.
pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its Message-ID.
    pub id: String,
    /// The council whose mailbox it was sent from.
    pub council: String,
    /// Address it went to.
    pub to: String,
    /// Name it went to.
    pub name: String,
    /// Subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its HTML.
    pub html: String,
    /// The file.
    pub raw: String,
}

impl Mail {
    /// The first web address in the text.
    pub fn link(&self) -> String {
        self.text.split_whitespace().find(|word| word.starts_with("http")).expect("a link").to_owned()
    }

    /// The key in the link to follow a request with.
    pub fn follow_key(&self) -> String {
        self.link().rsplit_once("/follow/").expect("a link to follow").1.to_owned()
    }
}

/// Takes every mail out of the folders.
fn collect(mailbox: &Path) -> Vec<Mail> {
    let list = |folder: &Path| {
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mut mails = Vec::new();
    for council in list(mailbox) {
        for file in
            list(&council).into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "eml"))
        {
            let bytes = std::fs::read(&file).unwrap();
            std::fs::remove_file(&file).unwrap();
            let mail = MessageParser::default().parse(&bytes).unwrap();
            let to = mail.to().unwrap();
            assert_eq!(to.iter().count(), 1, "a mail goes to one person");
            assert!(mail.cc().is_none() && mail.bcc().is_none());
            let person = to.first().unwrap();
            mails.push(Mail {
                id: mail.message_id().unwrap().to_owned(),
                council: council.file_name().unwrap().to_str().unwrap().to_owned(),
                to: person.address().unwrap().to_owned(),
                name: person.name().unwrap_or_default().to_owned(),
                subject: mail.subject().unwrap().to_owned(),
                text: mail.body_text(0).unwrap().replace("\r\n", "\n"),
                html: mail.body_html(0).unwrap().into_owned(),
                raw: String::from_utf8(bytes.clone()).unwrap(),
            });
        }
    }
    mails
}

/// Somebody with a browser.
#[derive(Clone)]
pub struct Visitor {
    app: Router,
    host: String,
    /// What the browser sends back.
    pub cookie: Option<String>,
}

impl Visitor {
    /// A request as our own pages make it.
    pub fn request(&self, method: Method, path: &str) -> Builder {
        let builder = Request::builder().method(method).uri(path);
        let builder =
            builder.header(header::HOST, &self.host).header(header::ORIGIN, format!("https://{}", self.host));
        let builder = builder.header("sec-fetch-site", "same-origin");
        match &self.cookie {
            Some(cookie) => builder.header(header::COOKIE, cookie),
            None => builder,
        }
    }

    /// Sends a request. Whatever the reply is, it has the security headers, is no fault of ours, and if the
    /// API refuses it says so in a problem document.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let reply = Reply { status: parts.status, headers: parts.headers, body };
        let is_part = [".css", ".js", ".wasm"].iter().any(|end| path.ends_with(end)) && reply.status == 200;
        for name in SECURITY_HEADERS.iter().take(if is_part { 3 } else { 8 }) {
            assert!(reply.headers.contains_key(*name), "{method} {path} has no {name}");
        }
        assert!(
            reply.status.as_u16() < 500 || path_needs_the_app(&path, &reply),
            "{method} {path}: {reply:?}"
        );
        if reply.status.as_u16() >= 400 && path.starts_with("/api") {
            assert_eq!(
                reply.header("content-type"),
                "application/problem+json",
                "{method} {path}: {reply:?}"
            );
            assert_eq!(reply.header("cache-control"), "no-store", "{method} {path}");
            if method != Method::HEAD {
                assert_eq!(reply.json()["status"], reply.status.as_u16(), "{method} {path}");
            }
        }
        reply
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, body.to_string()).await
    }

    /// Sends something that calls itself JSON.
    pub async fn post_text(&self, path: &str, body: impl Into<Bytes>) -> Reply {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.into())).unwrap()).await
    }

    /// Uploads a photo.
    pub async fn upload(&self, photo: impl Into<Bytes>) -> Reply {
        self.upload_as("application/octet-stream", photo).await
    }

    /// Uploads a photo that calls itself something.
    pub async fn upload_as(&self, kind: &str, photo: impl Into<Bytes>) -> Reply {
        let request = self.request(Method::POST, "/api/photos").header(header::CONTENT_TYPE, kind);
        self.send(request.body(Body::from(photo.into())).unwrap()).await
    }

    /// Uploads a document.
    pub async fn upload_document(&self, document: impl Into<Bytes>) -> Reply {
        let request = self.request(Method::POST, "/api/documents");
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        self.send(request.body(Body::from(document.into())).unwrap()).await
    }

    /// Sends a form about graffiti, under a key.
    pub async fn submit(&self, key: u128, answers: &Value) -> Reply {
        self.submit_to("report-graffiti", key, answers).await
    }

    /// Sends a form to a service, under a key.
    pub async fn submit_to(&self, service: &str, key: u128, answers: &Value) -> Reply {
        let known = self.get(&format!("/api/services/{service}")).await;
        let version = if known.status == StatusCode::OK {
            known.json()["service"]["version"].clone()
        } else {
            json!(1)
        };
        self.submit_text(
            key,
            json!({ "service": service, "version": version, "answers": answers }).to_string(),
        )
        .await
    }

    /// Sends something that calls itself a form, under a key.
    pub async fn submit_text(&self, key: u128, body: impl Into<Bytes>) -> Reply {
        let request =
            self.request(Method::POST, "/api/requests").header(header::CONTENT_TYPE, "application/json");
        let request = request.header("idempotency-key", Uuid::from_u128(key).to_string());
        self.send(request.body(Body::from(body.into())).unwrap()).await
    }

    /// Opens a stream of events.
    pub async fn listen(&self, path: &str) -> Events {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Events(response.into_body())
    }

    /// Reads a request by the key to follow it with.
    pub async fn follow(&self, key: &str) -> Value {
        self.get(&format!("/api/follow/{key}")).await.is(200).json()
    }
}

/// A stream of events.
pub struct Events(Body);

impl Events {
    /// The next event's data; none when the stream has ended.
    pub async fn next(&mut self) -> Option<Value> {
        // Only a stream that is broken lets anybody wait so long.
        let patience = std::time::Duration::from_secs(5);
        let frame =
            tokio::time::timeout(patience, self.0.frame()).await.expect("an event within five seconds")?;
        let text = String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap();
        let data = text
            .lines()
            .find_map(|line| line.strip_prefix("data: "))
            .unwrap_or_else(|| panic!("no data: {text}"));
        assert!(text.contains("event: changed\n") && text.ends_with("\n\n"), "{text}");
        Some(serde_json::from_str(data).unwrap())
    }
}

/// Only pages of the app may be missing, in a checkout where it has not been built.
fn path_needs_the_app(path: &str, reply: &Reply) -> bool {
    reply.status == StatusCode::SERVICE_UNAVAILABLE
        && !path.starts_with("/api")
        && &reply.body[..] == NOT_BUILT.as_bytes()
}

/// What a page says where the app has not been built.
pub const NOT_BUILT: &str = "The app has not been built. Run: cargo xtask run";

/// A reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Reply {
    /// It has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// It is a problem with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let reply = self.is(status);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.json()["code"], code);
        reply
    }

    /// It refuses these fields: path, code and limit (0 for none).
    #[track_caller]
    pub fn wrong(self, fields: &[(&str, &str, u64)]) -> Self {
        let reply = self.refused(422, "invalid");
        let json = reply.json();
        let found = json["fields"].as_array().into_iter().flatten();
        let found: Vec<(&str, &str, u64)> = found
            .map(|field| {
                (
                    field["path"].as_str().unwrap(),
                    field["code"].as_str().unwrap(),
                    field["limit"].as_u64().unwrap_or(0),
                )
            })
            .collect();
        assert_eq!(found, fields);
        reply
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A text in the body, by its name.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.json())).to_owned()
    }

    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that was set, as a browser sends it back.
    #[track_caller]
    pub fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .filter(|cookie| !cookie.is_empty())
            .expect("a cookie")
            .to_owned()
    }
}

/// The answers of a form about graffiti that needs nothing more.
pub fn graffiti() -> Value {
    json!({
        "surface": "public",
        "offensive": "no",
        "place.words": "Underpass by the library, Mill Lane",
        "place.postcode": "NE1 8QH",
        "details": "Red letters, two metres wide",
        "you.name": "Sam O’Brien",
        "you.email": "sam@example.org",
    })
}

/// The same with some answers changed; null takes one out.
pub fn graffiti_but(changes: &Value) -> Value {
    let mut answers = graffiti();
    for (path, raw) in changes.as_object().unwrap() {
        let map = answers.as_object_mut().unwrap();
        if raw.is_null() {
            map.remove(path);
        } else {
            map.insert(path.clone(), raw.clone());
        }
    }
    answers
}

/// What was answered to a question, in a request as it is read.
#[track_caller]
pub fn answer<'v>(request: &'v Value, question: &str) -> &'v Value {
    let answers = request["answers"].as_array().expect("answers");
    answers
        .iter()
        .find(|answer| answer["question"] == question)
        .map_or(&Value::Null, |answer| &answer["value"])
}
