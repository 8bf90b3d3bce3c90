//! The promise among a million requests: letting time go by for those of which something is due, the queue of staff, and
//! how soon an open page hears of what happened.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum as _};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, Statement};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::load::engine::Engine;
use crate::load::wrk::Wrk;
use crate::machine::{self, Watch};
use crate::server::{self, SERVICE, Server};
use crate::table::{Bar, Table};
use crate::times::{ms, p99};
use crate::{http, scratch, sign_in};

/// How large the council is.
#[derive(Args)]
pub struct Council {
    /// Requests that were ever made
    #[arg(long = "made", default_value_t = 1_000_000)]
    made: u32,
    /// Requests of them that are open
    #[arg(long, default_value_t = 50_000)]
    open: u32,
    /// Requests of which something is due on the day that is looked at
    #[arg(long, default_value_t = 1_000)]
    due: u32,
    /// Pages that are open at once
    #[arg(long, default_value_t = 1_000)]
    streams: usize,
}

const FORM: &str = include_str!("../load/graffiti.json");
/// A member of staff of the demonstration, and their department.
const OFFICER: &str = "priya@saltmarsh.example";
const DEPARTMENTS: [&str; 12] = [
    "street-scene",
    "customer-services",
    "highways",
    "waste",
    "parking",
    "housing",
    "council-tax",
    "environment",
    "adult-care",
    "children",
    "libraries",
    "governance",
];
/// Parts of the queue, and how often each is asked for.
const PARTS: [&str; 6] = ["open", "mine", "unowned", "today", "overdue", "escalated"];
const ASKED: usize = 100;
/// Events that open pages are to hear of.
const EVENTS: usize = 300;
/// Something has been due of what was made today, whatever its standard, after so many days.
const LATER: &str = "30";
const PATIENCE: Duration = Duration::from_mins(5);

/// Measures and prints, one table for each database.
pub fn run(options: &Council) -> Result<()> {
    for &engine in Engine::value_variants() {
        one(options, engine)?;
    }
    Ok(())
}

fn one(options: &Council, engine: Engine) -> Result<()> {
    let folder = scratch::folder()?;
    let database = engine.create()?;
    let file = format!("sqlite://{}", folder.path().join("data").join("portico.db").display());
    let url = database.url().unwrap_or(&file);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    server::command(folder.path(), database.url(), &["seed-demo"])?;
    let (officer, keys) = prepare(folder.path(), database.url(), options.streams)?;
    let begun = Instant::now();
    let rows = runtime.block_on(Rows::of(url, engine))?;
    runtime.block_on(rows.fill(options))?;
    let filled = begun.elapsed().as_secs_f64();

    let watch = Watch::start()?;
    let serving = Server::start(folder.path(), database.url())?;
    let mut queue = Vec::new();
    for _ in 0..ASKED {
        for part in PARTS {
            let start = Instant::now();
            http::get_as(serving.at(), &format!("/api/staff/requests?show={part}"), &officer)?;
            queue.push(ms(start));
        }
    }
    let before = serving.pss_mb()?;
    let streams = runtime.block_on(Streams::open(serving.at(), &keys))?;
    let each = (serving.pss_mb()? - before) * 1000.0 / f64::from(u32::try_from(keys.len())?);
    let heard = hear(&serving, &streams, &keys)?;
    drop(streams);
    let mut used = serving.cpu_ms()?;
    drop(serving);

    let later = ["--days-ahead", LATER];
    let mut sweep = |due: u32| -> Result<f64> {
        runtime.block_on(rows.make_due(due))?;
        let start = Instant::now();
        let server = Server::start_with(folder.path(), database.url(), &later)?;
        while runtime.block_on(rows.still_due())? > 0 {
            ensure!(start.elapsed() < PATIENCE, "the clock does not come to an end");
            std::thread::sleep(Duration::from_millis(20));
        }
        let took = start.elapsed().as_secs_f64() - server.started_in;
        used += server.cpu_ms()?;
        Ok(took.max(0.0))
    };
    let due = sweep(options.due)?;
    let all = sweep(options.open)?;
    let others = watch.others(used)?;

    let mut table = Table::of_figures(format!(
        "The promise on {}: {} requests, {} of them open, in {} departments",
        engine.name(),
        options.made,
        options.open,
        DEPARTMENTS.len()
    ));
    let late = "99 of 100 within";
    let what = format!("letting time go by, {} requests with something due", options.due);
    table.judged_amid(others, &what, due, "s", Bar::AtMost(5.0));
    table.shown("the same with something due of every open one, after an outage", all, "s");
    table.judged_amid(others, &format!("a part of the queue, {late}"), p99(queue), "ms", Bar::AtMost(50.0));
    let what = format!("from an event to a page, {} open, {late}", keys.len());
    table.judged_amid(others, &what, p99(heard), "ms", Bar::AtMost(1000.0));
    table.shown("memory of each open page", each, "kB");
    table.shown("filling the database", filled, "s");
    table.note(format!(
        "the queue and events over HTTP, with a connection for each; the clock is {LATER} days ahead"
    ));
    table.note("time goes by from the moment that the server answers; each request is a transaction with its messages");
    table.note(machine::noise(others));
    table.print();
    Ok(())
}

/// Has requests made as residents make them, one of them withdrawn; an officer's cookie, and the keys of open ones.
fn prepare(folder: &Path, database: Option<&str>, streams: usize) -> Result<(String, Vec<String>)> {
    let server = Server::start(folder, database)?;
    let service = http::json(server.at(), &format!("/api/services/{SERVICE}"))?;
    let mut form: serde_json::Value = serde_json::from_str(FORM)?;
    form["version"] = service["service"]["version"].clone();
    let form = form.to_string();
    let (_, sent) =
        http::send(server.at(), "/api/requests", "", ("00000000-0000-4000-8000-0000000000aa", &form))?;
    let sent: serde_json::Value = serde_json::from_slice(&sent)?;
    let key = sent["key"].as_str().context("no key")?;
    http::post(server.at(), &format!("/api/follow/{key}/withdraw"), "", "{\"reason\":\"\"}")?;
    fs::write(folder.join("form.json"), form)?;
    let mut keys = Vec::new();
    for _ in 0..20 {
        if keys.len() >= streams {
            break;
        }
        Wrk::new("create.lua", folder, &server).env("KEYS", "keys").run(8, 2)?;
        keys.extend(fs::read_to_string(folder.join("keys"))?.lines().map(str::to_owned));
    }
    keys.truncate(streams);
    ensure!(keys.len() == streams, "only {} requests were made", keys.len());
    Ok((sign_in::staff(&server, folder, OFFICER)?, keys))
}

/// When a page heard of an event last, by its place among them.
type Heard = Arc<Mutex<HashMap<usize, Instant>>>;

/// Open pages that listen.
struct Streams {
    heard: Heard,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Streams {
    /// Opens a page of each request, and waits until each has heard how it stands.
    async fn open(at: SocketAddr, keys: &[String]) -> Result<Self> {
        let heard = Heard::default();
        let mut tasks = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            let mut stream = TcpStream::connect(at).await?;
            let request = format!(
                "GET /api/follow/{key}/events HTTP/1.1\r\nHost: {at}\r\nAccept: text/event-stream\r\n\r\n"
            );
            stream.write_all(request.as_bytes()).await?;
            let heard = Arc::clone(&heard);
            tasks.push(tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while let Ok(many @ 1..) = stream.read(&mut bytes).await {
                    // What only keeps the connection open says nothing.
                    if bytes[..many].windows(8).any(|eight| eight == b"changed\n") {
                        heard.lock().unwrap_or_else(PoisonError::into_inner).insert(place, Instant::now());
                    }
                }
            }));
        }
        let streams = Self { heard, tasks };
        let start = Instant::now();
        while streams.heard.lock().unwrap_or_else(PoisonError::into_inner).len() < keys.len() {
            ensure!(start.elapsed() < PATIENCE, "not every page hears how its request stands");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(streams)
    }

    fn last(&self, place: usize) -> Option<Instant> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).get(&place).copied()
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Residents write about their requests; how long after the message was sent off their pages hear of it, in milliseconds.
fn hear(server: &Server, streams: &Streams, keys: &[String]) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for turn in 0..EVENTS {
        // All over the place, and no request twice.
        let place = turn * 7 % keys.len();
        let key = &keys[place];
        let start = Instant::now();
        let id = format!("00000000-0000-4000-8000-{turn:012x}");
        let message = serde_json::json!({ "id": id, "text": "It is still there." }).to_string();
        http::send(server.at(), &format!("/api/follow/{key}/messages"), "", (&id, &message))?;
        let at = loop {
            match streams.last(place).filter(|at| *at > start) {
                Some(at) => break at,
                None => ensure!(start.elapsed() < PATIENCE, "a page does not hear of what happened"),
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        times.push((at - start).as_secs_f64() * 1000.0);
    }
    Ok(times)
}

/// The rows of requests, written and looked at beside the server.
struct Rows {
    db: DatabaseConnection,
    engine: Engine,
}

/// A moment that comes to no bench, and one that has been.
const NEVER: &str = "2099-01-01 00:00:00+00:00";
const LONG_AGO: &str = "2001-01-01 00:00:00+00:00";

impl Rows {
    async fn of(url: &str, engine: Engine) -> Result<Self> {
        let mut connect = ConnectOptions::new(url);
        connect.max_connections(1).sqlx_logging(false);
        Ok(Self { db: sea_orm::Database::connect(connect).await?, engine })
    }

    /// Fills the database with copies of the two requests that were made, one open and one closed: SQL alone, for
    /// millions of rows.
    async fn fill(&self, options: &Council) -> Result<()> {
        let is_sqlite = self.engine == Engine::Sqlite;
        if is_sqlite {
            for pragma in ["synchronous = OFF", "cache_size = -300000"] {
                self.db.execute_unprepared(&format!("PRAGMA {pragma}")).await?;
            }
        }
        let columns = self.columns().await?;
        for (kind, open, many) in [(1, true, options.open), (2, false, options.made - options.open)] {
            let sql = self.copies(&columns, kind, open, many);
            self.db.execute_unprepared(&sql).await?;
        }
        if !is_sqlite {
            // It would have done so by itself by the time.
            self.db.execute_unprepared("ANALYZE").await?;
        }
        Ok(())
    }

    async fn columns(&self) -> Result<Vec<String>> {
        let sql = match self.engine {
            Engine::Sqlite => "SELECT name FROM pragma_table_info('request')",
            Engine::Postgres => {
                "SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = 'request'"
            }
        };
        let rows = self.db.query_all_raw(Statement::from_string(self.db.get_database_backend(), sql)).await?;
        rows.iter().map(|row| Ok(row.try_get("", "name")?)).collect()
    }

    fn copies(&self, columns: &[String], kind: u32, open: bool, many: u32) -> String {
        let department = {
            let cases: Vec<String> =
                DEPARTMENTS.iter().enumerate().map(|(at, id)| format!("WHEN {at} THEN '{id}'")).collect();
            format!("CASE i % {} {} END", DEPARTMENTS.len(), cases.join(" "))
        };
        let (numbers, id, bytes, text, never) = match self.engine {
            Engine::Sqlite => (
                format!(
                    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {many})"
                ),
                format!("unhex(printf('%016x%016x', {kind}, i))"),
                format!("unhex(printf('%032x%032x', {kind}, i))"),
                format!("printf('%04x%08x', {kind}, i)"),
                format!("'{NEVER}'"),
            ),
            Engine::Postgres => (
                format!("WITH n AS (SELECT * FROM generate_series(0, {many} - 1) AS i)"),
                format!("(lpad(to_hex({kind}), 16, '0') || lpad(to_hex(i), 16, '0'))::uuid"),
                format!("decode(lpad(to_hex({kind}), 32, '0') || lpad(to_hex(i), 32, '0'), 'hex')"),
                format!("lpad(to_hex({kind}), 4, '0') || lpad(to_hex(i), 8, '0')"),
                format!("'{NEVER}'::timestamptz"),
            ),
        };
        let value = |column: &String| match column.as_str() {
            "id" | "idempotency_key" => id.clone(),
            "follow_hash" => bytes.clone(),
            "reference" => text.clone(),
            "department" => department.clone(),
            "email_key" => "'r' || (i % 100000) || '@example.com'".to_owned(),
            "wake_at" if open => never.clone(),
            "state" => {
                format!(
                    "replace(state, '\"department\":\"street-scene\"', '\"department\":\"' || {department} || '\"')"
                )
            }
            column => format!("one.{column}"),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        format!(
            "INSERT INTO request ({}) {numbers} SELECT {} FROM n, (SELECT * FROM request WHERE open = {open} LIMIT 1) AS one",
            columns.join(", "),
            values.join(", ")
        )
    }

    /// Something is due of so many open requests, and of no other.
    async fn make_due(&self, many: u32) -> Result<()> {
        let of = |moment: &str| match self.engine {
            Engine::Sqlite => format!("'{moment}'"),
            Engine::Postgres => format!("'{moment}'::timestamptz"),
        };
        let (never, long_ago) = (of(NEVER), of(LONG_AGO));
        self.db
            .execute_unprepared(&format!("UPDATE request SET wake_at = {never} WHERE open = true"))
            .await?;
        let sql = format!(
            "UPDATE request SET wake_at = {long_ago} WHERE id IN (SELECT id FROM request WHERE open = true AND reference LIKE '0001%' \
             ORDER BY reference LIMIT {many})"
        );
        self.db.execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn still_due(&self) -> Result<i64> {
        let sql = format!("SELECT count(*) AS many FROM request WHERE wake_at <= '{LONG_AGO}'");
        let row = self.db.query_one_raw(Statement::from_string(self.db.get_database_backend(), sql)).await?;
        Ok(row.context("no count")?.try_get("", "many")?)
    }
}
