//! The server is killed two hundred times at random moments while residents and staff work with it, and afterwards every
//! alert of every event is in the mailbox exactly once. So is what time does: some requests are left alone, what is promised
//! goes by, and they go up; and after a week without any server each resident is told all of it in one message.
//!
//! The real program, over a real connection; whoever has no answer asks again, as browsers do. What a killed server had
//! claimed is free again after five minutes: so that it is tried again and killed again, each eighth is a day later.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says which dice it threw"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mail_parser::MessageParser;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// Times that the server is killed.
const KILLS: u32 = 200;
/// Each of so many parts of them is a day later than the one before.
const DAYS: u32 = 8;
/// Days without any server in the end.
const OUTAGE: u32 = 10;
/// Of so many requests, one is left alone.
const ALONE: u64 = 4;
/// A server that gives no answers for as long is killed all the same.
const PATIENCE: Duration = Duration::from_secs(2);
/// Residents who send requests at the same time.
const RESIDENTS: usize = 4;
/// What who is told that a request went up reads.
const PASSED_ON: &str = "We have passed “Report graffiti” to ";
const PRIYA: &str = "priya@saltmarsh.example";
/// Names the PostgreSQL in which databases may be created, by the URL of its maintenance database.
const VARIABLE: &str = "PORTICO_TEST_POSTGRES";
/// The dice are thrown as they were before, if this names their seed.
const SEED: &str = "PORTICO_TEST_SEED";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_two_hundred_kills_every_alert_is_there_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("portico.db").display());
    killed(folder.path(), &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_two_hundred_kills_every_alert_is_there_once_on_postgres() {
    let Ok(maintenance) = std::env::var(VARIABLE) else {
        eprintln!("NOT RUN: {VARIABLE} is not set. `cargo xtask test` starts a PostgreSQL.");
        return;
    };
    let admin = sea_orm::Database::connect(&maintenance).await.unwrap();
    let name = format!("portico_{}", Uuid::now_v7().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (server, _) = maintenance.rsplit_once('/').unwrap();
    let (folder, url) = (tempfile::tempdir().unwrap(), format!("{server}/{name}"));
    let ended = tokio::spawn(async move { killed(folder.path(), &url).await }).await;
    admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    ended.unwrap();
}

async fn killed(folder: &Path, database: &str) {
    let seed = std::env::var(SEED)
        .ok()
        .map_or_else(|| now().timestamp().cast_unsigned(), |seed| seed.parse().unwrap());
    println!("{SEED}={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let town = Arc::new(Town::found(folder, database).await);
    let begun = Instant::now();
    let mut server = town.open(0).await;
    town.sign_in().await;
    let residents: Vec<_> =
        (0..RESIDENTS).map(|number| tokio::spawn(resident(town.clone(), number as u64, seed))).collect();
    for kill in 0..KILLS {
        let day = kill * DAYS / KILLS;
        if kill > 0 && (kill - 1) * DAYS / KILLS != day {
            // Sessions of staff end within the day.
            server.kill().await.unwrap();
            server = town.open(day).await;
            town.sign_in().await;
        }
        // Some are killed before they listen, most while they work.
        if dice.random_ratio(1, 10) {
            sleep(Duration::from_millis(dice.random_range(0..200))).await;
        } else {
            town.listens(&mut server).await;
            // However slow the machine is, something happens between two kills.
            let (enough, patience) = (town.answers() + dice.random_range(0..6), Instant::now() + PATIENCE);
            while town.answers() < enough && Instant::now() < patience {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(dice.random_range(0..40))).await;
        }
        server.kill().await.unwrap();
        server = town.start(day);
    }
    town.over.store(true, Ordering::SeqCst);
    server.kill().await.unwrap();
    server = town.open(DAYS - 1).await;
    for resident in residents {
        timeout(Duration::from_mins(1), resident)
            .await
            .expect("everybody gets an answer in the end")
            .unwrap();
    }
    // What was claimed when the last was killed is free again a day later.
    let told = town.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for day in DAYS..DAYS + 2 {
        server.kill().await.unwrap();
        server = town.open(day).await;
        let patience = Instant::now() + Duration::from_mins(1);
        while town.missing(&told) > 0 && Instant::now() < patience {
            sleep(Duration::from_millis(100)).await;
        }
        // What would be sent again is sent again by now.
        sleep(Duration::from_secs(2)).await;
    }
    // What time did to those that were left alone, however often it was stopped: once each.
    let alone = town.alone.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let before = town.all_told(&alone).await;
    server.kill().await.unwrap();
    server = town.open(DAYS + 1 + OUTAGE).await;
    // The clock is looked at when the server starts, and again every five seconds.
    sleep(Duration::from_secs(12)).await;
    let after = town.all_told(&alone).await;
    let caught_up: Vec<usize> = before.iter().zip(&after).map(|(before, after)| after - before).collect();
    println!(
        "{} requests were left alone; time did something {} times",
        alone.len(),
        after.iter().sum::<usize>()
    );
    assert!(alone.len() > 5 && before.iter().sum::<usize>() > alone.len(), "that shows nothing of the clock");
    assert!(caught_up.iter().all(|messages| *messages <= 1), "{SEED}={seed}, a flood: {caught_up:?}");
    assert!(caught_up.contains(&1), "nothing was caught up with");
    server.kill().await.unwrap();
    let wrong: Vec<String> = town
        .counted(&told)
        .into_iter()
        .filter(|(_, times)| *times != 1)
        .map(|(alert, times)| format!("{times} times: {} to {}", alert.words, alert.to))
        .collect();
    let again = town.number("SELECT COUNT(*) AS n FROM delivery WHERE attempts > 1").await;
    println!(
        "{} alerts of {} requests, {again} of them tried more than once, {KILLS} kills in {:.0} s",
        told.len(),
        town.requests.load(Ordering::SeqCst),
        begun.elapsed().as_secs_f64()
    );
    assert!(
        wrong.is_empty(),
        "{} of {} alerts, {SEED}={seed}:\n{}",
        wrong.len(),
        told.len(),
        wrong.join("\n")
    );
    assert!(told.len() > 200 && again > 0, "that shows nothing: {} alerts, {again} tried again", told.len());
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested goes by the real clock, too")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// An alert that has to be in the mailbox once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alerted {
    /// To whom.
    to: String,
    /// Words that no other alert to them has.
    words: String,
}

/// A portal, and those who use it.
struct Town {
    folder: PathBuf,
    database: String,
    port: u16,
    http: Client<HttpConnector, Full<Bytes>>,
    /// Priya's session.
    session: Mutex<String>,
    /// Nobody begins anything more.
    over: AtomicBool,
    /// What happened.
    told: Mutex<Vec<Alerted>>,
    requests: AtomicU64,
    /// The requests that nobody deals with: the address and the key of each.
    alone: Mutex<Vec<(String, String)>>,
    answers: AtomicU64,
    /// Days that the server is ahead.
    ahead: AtomicU32,
}

impl Town {
    async fn found(folder: &Path, database: &str) -> Self {
        // A step waits for others there: what goes out together is sent again together.
        let council = include_str!("../../../councils/demo/council.toml").replacen("wait = 0", "wait = 1", 1);
        std::fs::create_dir_all(folder.join("councils/demo")).unwrap();
        std::fs::write(folder.join("councils/demo/council.toml"), council).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = free.local_addr().unwrap().port();
        let town = Self {
            folder: folder.to_owned(),
            database: database.to_owned(),
            port,
            http: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            session: Mutex::default(),
            over: AtomicBool::new(false),
            told: Mutex::default(),
            requests: AtomicU64::new(0),
            alone: Mutex::default(),
            answers: AtomicU64::new(0),
            ahead: AtomicU32::new(0),
        };
        assert!(town.portico().arg("seed-demo").status().await.unwrap().success());
        town
    }

    fn portico(&self) -> Command {
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command
            .env("PORTICO_DATA_DIR", &self.folder)
            .env("PORTICO_DATABASE_URL", &self.database)
            .env("PORTICO_COUNCILS_DIR", self.folder.join("councils"))
            .env("PORTICO_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("RUST_LOG", "error")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true);
        command
    }

    fn start(&self, day: u32) -> Child {
        self.ahead.store(day, Ordering::SeqCst);
        self.portico().args(["serve", "--days-ahead", &day.to_string()]).spawn().unwrap()
    }

    async fn open(&self, day: u32) -> Child {
        let mut server = self.start(day);
        self.listens(&mut server).await;
        server
    }

    /// Waits until it listens. It must not end by itself.
    async fn listens(&self, server: &mut Child) {
        let patience = Instant::now() + Duration::from_secs(30);
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let ended = server.try_wait().unwrap();
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < patience, "{ended:?}: {}", log());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many answers there have been.
    fn answers(&self) -> u64 {
        self.answers.load(Ordering::SeqCst)
    }

    /// Asks for something once; nothing where no answer comes.
    async fn ask(
        &self,
        method: &Method,
        path: &str,
        key: Option<Uuid>,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, session);
        if let Some(key) = key {
            request = request.header("idempotency-key", key.to_string());
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let reply = async {
            let reply = self.http.request(request.body(Full::from(body)).unwrap()).await.ok()?;
            let (parts, body) = reply.into_parts();
            let cookie = parts.headers.get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
            let cookie = cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
            let body = body.collect().await.ok()?.to_bytes();
            let json = serde_json::from_slice(&body).unwrap_or_default();
            self.answers.fetch_add(1, Ordering::SeqCst);
            Some(Answer { status: parts.status, cookie, json })
        };
        timeout(Duration::from_secs(5), reply).await.ok().flatten()
    }

    /// Asks until there is an answer, as whoever needs one does.
    async fn asked(&self, method: Method, path: &str, key: Option<Uuid>, body: Option<&Value>) -> Answer {
        loop {
            match self.ask(&method, path, key, body).await {
                // A session ends when the day does.
                Some(answer)
                    if answer.status.is_server_error() || answer.status == StatusCode::UNAUTHORIZED => {}
                Some(answer) => return answer,
                None => {}
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.asked(Method::POST, path, None, Some(body)).await
    }

    /// Priya signs in with the code from the mail.
    async fn sign_in(&self) {
        self.post("/api/staff/sign-in", &json!({ "email": PRIYA })).await.is(StatusCode::NO_CONTENT);
        let patience = Instant::now() + Duration::from_secs(20);
        let before = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        loop {
            assert!(Instant::now() < patience, "no code comes");
            let mails = self.mails();
            let codes = mails.iter().filter(|mail| mail.to == PRIYA).filter_map(|mail| {
                let code = mail.subject.split(' ').next()?;
                (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()))
                    .then_some((mail.id.clone(), code))
            });
            if let Some((_, code)) = codes.max() {
                let body = json!({ "email": PRIYA, "code": code });
                let answer = self.ask(&Method::POST, "/api/staff/sign-in/code", None, Some(&body)).await;
                if let Some(answer) = answer.filter(|answer| answer.status == StatusCode::NO_CONTENT) {
                    assert_ne!(answer.cookie, before);
                    *self.session.lock().unwrap_or_else(PoisonError::into_inner) = answer.cookie;
                    return;
                }
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn tell(&self, to: &str, words: impl Into<String>) {
        let alerted = Alerted { to: to.to_owned(), words: words.into() };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(alerted);
    }

    fn mails(&self) -> Vec<Mail> {
        let files = std::fs::read_dir(self.folder.join("mailbox/demo")).into_iter().flatten().flatten();
        let files =
            files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "eml"));
        files.filter_map(|path| Mail::read(&path)).collect()
    }

    /// How often each of these is in the mailbox.
    fn counted(&self, told: &[Alerted]) -> BTreeMap<Alerted, usize> {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for mail in self.mails() {
            texts.entry(mail.to).or_default().push_str(&mail.text);
        }
        let count =
            |alerted: &Alerted| texts.get(&alerted.to).map_or(0, |text| text.matches(&alerted.words).count());
        told.iter().map(|alerted| (alerted.clone(), count(alerted))).collect()
    }

    /// Of each request that was left alone, how often its resident was told what time did: each of it has to be there, once.
    async fn all_told(&self, alone: &[(String, String)]) -> Vec<usize> {
        let mut all = Vec::new();
        for (email, key) in alone {
            let patience = Instant::now() + Duration::from_mins(2);
            loop {
                let request = self.asked(Method::GET, &format!("/api/follow/{key}"), None, None).await;
                let time = ByTheClock::read(&request.json);
                let mails = self.mails().into_iter().filter(|mail| mail.to == *email);
                let told: String = mails.map(|mail| mail.text).collect();
                let missed: Vec<usize> =
                    time.missed.iter().map(|words| told.matches(words.as_str()).count()).collect();
                let passed_on = told.matches(PASSED_ON).count();
                let too_often = missed.iter().any(|times| *times > 1) || passed_on > time.passed_on.len();
                assert!(!too_often, "{email} was told twice: {time:?}\n{told}");
                // What waits for others to be told together goes out after a minute.
                if missed.iter().all(|times| *times == 1) && passed_on == time.passed_on.len() {
                    all.push(time.moments.len());
                    break;
                }
                assert!(Instant::now() < patience, "{email} was not told: {time:?}\n{told}");
                sleep(Duration::from_millis(200)).await;
            }
        }
        all
    }

    /// One number of the database, called `n`.
    async fn number(&self, sql: &str) -> i64 {
        let database = sea_orm::Database::connect(&self.database).await.unwrap();
        let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
        database.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    fn missing(&self, told: &[Alerted]) -> usize {
        self.counted(told).values().filter(|times| **times == 0).count()
    }
}

/// What time did to a request: what its resident must have been told.
#[derive(Debug, Default)]
struct ByTheClock {
    /// The moments at which it did something: one message each.
    moments: BTreeSet<String>,
    /// Those at which the request went up.
    passed_on: BTreeSet<String>,
    /// Of each promise that was missed, the words that no other has.
    missed: Vec<String>,
}

impl ByTheClock {
    fn read(request: &Value) -> Self {
        let mut read = Self::default();
        for entry in request["timeline"].as_array().unwrap() {
            let (at, what) = (entry["at"].as_str().unwrap().to_owned(), &entry["what"]);
            if let Some(from) = what["missed"]["from"].as_str() {
                let from = domain::by::By::read(from).unwrap().say();
                let words = format!("We said that we would finish “Report graffiti” by {from}.");
                assert!(!read.missed.contains(&words), "missed twice: {request}");
                read.missed.push(words);
            } else if what["escalated"].is_object() {
                read.passed_on.insert(at.clone());
            } else {
                continue;
            }
            read.moments.insert(at);
        }
        read
    }
}

struct Mail {
    id: String,
    to: String,
    subject: String,
    text: String,
}

impl Mail {
    fn read(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let mail = MessageParser::default().parse(&bytes)?;
        Some(Self {
            id: mail.message_id()?.to_owned(),
            to: mail.to()?.first()?.address()?.to_owned(),
            subject: mail.subject()?.to_owned(),
            text: mail.body_text(0)?.into_owned(),
        })
    }
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    cookie: String,
    json: Value,
}

impl Answer {
    #[track_caller]
    fn is(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.json);
        self
    }

    /// It was done; or before, when the answer was lost.
    #[track_caller]
    fn or_was_before(self) {
        assert!(self.status == StatusCode::OK || self.status == StatusCode::CONFLICT, "{self:?}");
    }

    #[track_caller]
    fn text(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.json)).to_owned()
    }
}

/// Sends one request after the other, writes about each, and has Priya take it, answer and close it.
async fn resident(town: Arc<Town>, number: u64, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed ^ (number + 1));
    let mut id = || Uuid::from_u128(dice.random());
    let service = town.asked(Method::GET, "/api/services/report-graffiti", None, None).await;
    let version = service.json["service"]["version"].clone();
    for round in 0_u64.. {
        if town.over.load(Ordering::SeqCst) {
            return;
        }
        let email = format!("r{number}-{round}@example.org");
        let token = |what: &str| format!("{what}-{number}-{round}.");
        // Offensive words are promised to be gone in 24 hours.
        let is_alone = round % ALONE == ALONE - 1;
        let form = json!({ "service": "report-graffiti", "version": version, "answers": {
            "surface": "public", "offensive": if is_alone { "yes" } else { "no" }, "place.words": "Underpass by the library, Mill Lane",
            "place.postcode": "NE1 8QH", "details": "Red letters", "you.name": "Sam", "you.email": email,
        } });
        let sent = town.asked(Method::POST, "/api/requests", Some(id()), Some(&form)).await;
        assert!(sent.status.is_success(), "{sent:?}");
        let (reference, key) = (sent.text("reference"), sent.text("key"));
        town.requests.fetch_add(1, Ordering::SeqCst);
        town.tell(&email, "We have your request “");
        if is_alone {
            town.alone.lock().unwrap_or_else(PoisonError::into_inner).push((email, key));
            continue;
        }
        let queue = town.asked(Method::GET, "/api/staff/requests", None, None).await;
        let mine = queue.json["requests"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["reference"] == reference));
        let request = mine.unwrap_or_else(|| panic!("{reference} is not there: {queue:?}"))["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let about = format!("/api/staff/requests/{request}");
        town.post(&format!("{about}/take"), &json!({})).await.or_was_before();
        town.tell(&email, "now looks after your request");
        for message in 0..2 {
            let question = token(&format!("question-{message}"));
            let body = json!({ "id": id(), "text": question });
            town.post(&format!("{about}/messages"), &body).await.is(StatusCode::OK);
            town.tell(&email, question);
            let answer = token(&format!("answer-{message}"));
            let body = json!({ "id": id(), "text": answer });
            town.post(&format!("/api/follow/{key}/messages"), &body).await.is(StatusCode::OK);
            town.tell(PRIYA, answer);
        }
        let done = token("done");
        let today = now().date_naive() + TimeDelta::days(town.ahead.load(Ordering::SeqCst).into());
        let closing = json!({
            "outcome": "done", "text": done, "on": today, "by": "The north crew",
            "next": "There is nothing more for you to do.", "object": "Tell us on the page of your request.",
        });
        town.post(&format!("{about}/close"), &closing).await.or_was_before();
        town.tell(&email, done);
    }
}
