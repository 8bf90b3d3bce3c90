//! Many people pay while the server is killed again and again, and one call of the card service in five goes wrong: replies
//! are lost, messages come twice and out of order. Afterwards nobody was charged twice, nothing is unresolved, and a request
//! is received exactly where it was paid. `PORTICO_TEST_PAYMENTS` says how many pay.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says which dice it threw"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use pay_stand_in::ledger::Status;
use pay_stand_in::{Hooks, Settings, StandIn, card};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// People who pay at the same time.
const ABREAST: u64 = 8;
/// Calls of a hundred that go wrong.
const WRONG: u8 = 20;
/// How often somebody who gets no answer asks again before they go away.
const TRIES: usize = 12;
const KEY: &str = "api_test_killed";
const SIGNED_WITH: &str = "what webhooks are signed with";
const SEED: &str = "PORTICO_TEST_SEED";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_nobody_pays_twice_and_nothing_stays_open() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let many: u64 = number("PORTICO_TEST_PAYMENTS").unwrap_or(40);
    let seed = number(SEED).unwrap_or_else(|| now().timestamp().cast_unsigned());
    println!("{SEED}={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let town = Arc::new(Town::found().await);
    let begun = Instant::now();
    let mut server = town.start(0);
    town.pay.go_wrong(WRONG);
    let next = Arc::new(AtomicU64::new(0));
    let people: Vec<_> = (0..ABREAST)
        .map(|_| {
            let (town, next) = (town.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= many {
                        return;
                    }
                    somebody(&town, number, seed).await;
                }
            })
        })
        .collect();
    let told = tokio::spawn(tell(town.clone(), seed));
    let mut kills = 0;
    while !people.iter().all(tokio::task::JoinHandle::is_finished) {
        town.listens(&mut server).await;
        sleep(Duration::from_millis(dice.random_range(20..400))).await;
        server.kill().await.unwrap();
        kills += 1;
        server = town.start(0);
    }
    for person in people {
        person.await.unwrap();
    }
    // Nothing goes wrong any more, and some hours go by.
    town.pay.go_wrong(0);
    town.over.store(true, Ordering::SeqCst);
    told.await.unwrap();
    server.kill().await.unwrap();
    town.ahead.store(1, Ordering::SeqCst);
    server = town.start(1);
    town.listens(&mut server).await;
    let patience = Instant::now() + Duration::from_mins(3);
    while town.number("SELECT COUNT(*) AS n FROM payment WHERE ask_at IS NOT NULL").await > 0 {
        assert!(Instant::now() < patience, "something is unresolved");
        sleep(Duration::from_millis(200)).await;
    }
    server.kill().await.unwrap();
    let mut charges: BTreeMap<String, u64> = BTreeMap::new();
    let payments = town.pay.payments();
    for payment in payments.iter().filter(|payment| payment.status == Status::Success) {
        *charges.entry(payment.asked.reference.clone()).or_default() += 1;
    }
    let paid = town.texts("SELECT reference AS t FROM payment WHERE state = 'paid'").await;
    let purposes = town.texts("SELECT DISTINCT purpose AS t FROM payment WHERE state = 'paid'").await;
    let attempts = town.number("SELECT COUNT(*) AS n FROM payment").await;
    let sent = town.number("SELECT COUNT(*) AS n FROM request").await;
    let received = town.number("SELECT COUNT(*) AS n FROM request WHERE standing = 'received'").await;
    println!(
        "{many} people, {sent} requests, {attempts} attempts, {} at the card service, {kills} kills, {WRONG} of 100 calls went wrong: {} paid, {received} received, {} charged twice, 0 unresolved, in {:.0} s",
        payments.len(),
        paid.len(),
        paid.len() - purposes.len() + charges.values().filter(|times| **times > 1).count(),
        begun.elapsed().as_secs_f64()
    );
    assert!(charges.values().all(|times| *times == 1), "{SEED}={seed}: {charges:?}");
    assert_eq!(paid.len(), purposes.len(), "{SEED}={seed}: a purpose is paid twice");
    let taken: Vec<String> = charges.into_keys().collect();
    assert_eq!(paid, taken, "{SEED}={seed}: the books differ");
    assert_eq!(received, i64::try_from(paid.len()).unwrap(), "{SEED}={seed}: received is what was paid");
    assert_eq!(sent, i64::try_from(many).unwrap(), "{SEED}={seed}: what was sent is lost or doubled");
    assert!(kills > 3 && paid.len() * 2 > usize::try_from(many).unwrap(), "that shows nothing");
}

/// Somebody sends a form and pays, in two tabs, and asks again where no answer comes.
async fn somebody(town: &Town, number: u64, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let form = json!({ "service": "visitor-vouchers", "version": town.version, "answers": town.answers });
    let key = Uuid::from_u128(u128::from(number) + 1);
    let sent = loop {
        if let Some(answer) = town.ask(&Method::POST, "/api/requests", Some(key), Some(&form), "").await
            && answer.status.is_success()
        {
            break answer;
        }
        sleep(Duration::from_millis(20)).await;
    };
    let follow = sent.json["key"].as_str().unwrap().to_owned();
    // A browser keeps the cookie that it was given first.
    let mut cookie = String::new();
    for _ in 0..TRIES {
        let pressed = town.ask(&Method::POST, &format!("/follow/{follow}/pay"), None, None, &cookie).await;
        let Some(answer) = pressed else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        if !answer.cookie.is_empty() {
            cookie = answer.cookie;
        }
        if answer.status == StatusCode::SEE_OTHER {
            return;
        }
        let Some(card_page) = answer.refresh.strip_prefix("0; url=") else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        // One in seven is declined and tries again, one in nine leaves the page as it is.
        if dice.random_ratio(1, 9) {
            return;
        }
        let with = if dice.random_ratio(1, 7) { "4000000000000002" } else { "4444333322221111" };
        let _ = town.pay.pay(card_page, &card(with));
        let back = town.pay.payments().into_iter().rev().find_map(|payment| {
            let at = payment.asked.return_url.find("/payments/")?;
            Some(payment.asked.return_url[at..].to_owned())
        });
        if let Some(back) = back
            && dice.random_ratio(4, 5)
        {
            town.ask(&Method::GET, &back, None, None, &cookie).await;
        }
    }
}

/// Tells messages: some twice, some of them late, so that they come out of order.
async fn tell(town: Arc<Town>, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed ^ 7);
    let mut waiting = Vec::new();
    while !town.over.load(Ordering::SeqCst) {
        waiting.extend(town.pay.take_messages());
        while waiting.len() > 3 {
            let message = waiting.swap_remove(dice.random_range(0..waiting.len()));
            let request = Request::post(town.url("/api/payments/webhook"))
                .header(header::CONTENT_TYPE, "application/json")
                .header(pay_stand_in::SIGNATURE, &message.signature)
                .body(Full::from(message.body.clone()))
                .unwrap();
            let _ = timeout(Duration::from_secs(2), town.http.request(request)).await;
            if dice.random_ratio(1, 5) && waiting.len() < 40 {
                waiting.push(message);
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested goes by the real clock, too")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A portal whose council takes payments, and the card service.
struct Town {
    folder: tempfile::TempDir,
    port: u16,
    pay: StandIn,
    http: Client<HttpConnector, Full<Bytes>>,
    version: u64,
    answers: Value,
    over: AtomicBool,
    /// Days that the server and the card service are ahead.
    ahead: Arc<AtomicI64>,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    cookie: String,
    refresh: String,
    json: Value,
}

impl Town {
    async fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let council = include_str!("../../../councils/demo/council.toml").to_owned();
        let council = format!("{council}\n[payments]\nservice = \"govuk_pay\"\napi = \"{base}\"\n");
        for (file, text) in [
            ("councils/demo/council.toml", council.as_str()),
            ("payments/demo.key", KEY),
            ("payments/demo.webhook", SIGNED_WITH),
        ] {
            let path: PathBuf = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let ahead = Arc::new(AtomicI64::new(0));
        let days = ahead.clone();
        let pay = StandIn::new(Settings {
            api_key: KEY.to_owned(),
            base,
            hooks: Some(Hooks { url: "http://127.0.0.1:9/".to_owned(), secret: SIGNED_WITH.to_owned() }),
            clock: Arc::new(move || now() + TimeDelta::days(days.load(Ordering::SeqCst))),
            seed: [9; 32],
        });
        pay.hold(true);
        let router = pay.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let mut town = Self {
            folder,
            port,
            pay,
            http: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            version: 0,
            answers: json!({
                "car-free": "no", "form": "online", "sorts": "hours", "hour-books": "1",
                "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "support": "no", "true": "yes",
                "you.name": "Sam", "you.email": "sam@example.org",
            }),
            over: AtomicBool::new(false),
            ahead,
        };
        assert!(town.portico().arg("seed-demo").status().await.unwrap().success());
        let mut server = town.start(0);
        town.listens(&mut server).await;
        let service = town.ask(&Method::GET, "/api/services/visitor-vouchers", None, None, "").await.unwrap();
        town.version = service.json["service"]["version"].as_u64().unwrap();
        server.kill().await.unwrap();
        town
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn portico(&self) -> Command {
        let log = self.folder.path().join("log");
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command
            .env("PORTICO_DATA_DIR", self.folder.path())
            .env("PORTICO_COUNCILS_DIR", self.folder.path().join("councils"))
            .env("PORTICO_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("RUST_LOG", "error")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true);
        command
    }

    fn start(&self, day: u32) -> Child {
        self.portico().args(["serve", "--days-ahead", &day.to_string()]).spawn().unwrap()
    }

    /// Waits until it listens. It must not end by itself.
    async fn listens(&self, server: &mut Child) {
        let patience = Instant::now() + Duration::from_secs(30);
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let ended = server.try_wait().unwrap();
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < patience, "{ended:?}: {}", log());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks for something once; nothing where no answer comes.
    async fn ask(
        &self,
        method: &Method,
        path: &str,
        key: Option<Uuid>,
        body: Option<&Value>,
        cookie: &str,
    ) -> Option<Answer> {
        let kind = if body.is_some() { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut request = Request::builder()
            .method(method)
            .uri(self.url(path))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookie);
        if let Some(key) = key {
            request = request.header("idempotency-key", key.to_string());
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let reply = async {
            let reply = self.http.request(request.body(Full::from(body)).unwrap()).await.ok()?;
            let (parts, body) = reply.into_parts();
            let said = |name: &str| {
                let said = parts.headers.get(name).and_then(|said| said.to_str().ok());
                said.unwrap_or_default().to_owned()
            };
            let cookie = said("set-cookie").split(';').next().unwrap_or_default().to_owned();
            let refresh = said("refresh");
            let json = serde_json::from_slice(&body.collect().await.ok()?.to_bytes()).unwrap_or_default();
            Some(Answer { status: parts.status, cookie, refresh, json })
        };
        timeout(Duration::from_secs(10), reply).await.ok().flatten()
    }

    async fn rows(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        let url = format!("sqlite://{}", self.folder.path().join("portico.db").display());
        let db = sea_orm::Database::connect(url).await.unwrap();
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        db.close().await.unwrap();
        rows
    }

    async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].try_get("", "n").unwrap()
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let mut all: Vec<String> =
            self.rows(sql).await.iter().map(|row| row.try_get("", "t").unwrap()).collect();
        all.sort();
        all
    }
}
