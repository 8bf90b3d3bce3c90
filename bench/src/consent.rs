//! Consent: what looking it up adds to the read of a request by staff, and how long a large account takes, in a town of
//! which everybody has an account.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use server::secret::Secret;
use server::store::staff::{Reach, StaffMember};
use server::store::{Database, Store};
use uuid::Uuid;

use crate::machine::{self, Watch};
use crate::server::{SERVICE, Server};
use crate::table::{Bar, Table};
use crate::times::p99;
use crate::{http, scratch, sign_in};

/// How large the town is.
#[derive(Args)]
pub struct Town {
    /// Residents of the town that consent is looked up in
    #[arg(long, default_value_t = 100_000)]
    residents: u32,
    /// Requests that they have made
    #[arg(long, default_value_t = 1_000_000)]
    requests: u32,
}

/// Requests that are read, and times that the account is.
const READS: u32 = 2_000;
const ACCOUNTS: usize = 300;
/// Requests in the large account.
const IN_ACCOUNT: u32 = 200;
/// The department that reads; it is the third of the twelve.
const DEPARTMENT: &str = "highways";
const EMAIL: &str = "sam@example.org";
const FORM: &str = include_str!("../load/graffiti.json");

/// Measures and prints.
pub fn run(options: &Town) -> Result<()> {
    let folder = scratch::folder()?;
    let cookie = {
        let server = Server::start(folder.path(), None)?;
        let service = http::json(server.at(), &format!("/api/services/{SERVICE}"))?;
        let mut form: serde_json::Value = serde_json::from_str(FORM)?;
        form["version"] = service["service"]["version"].clone();
        let cookie = sign_in::resident(&server, folder.path(), EMAIL)?;
        http::post(server.at(), "/api/requests", &cookie, &form.to_string())?;
        cookie
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let file = folder.path().join("data").join("portico.db");
    let url = format!("sqlite://{}", file.display());
    let begun = Instant::now();
    runtime.block_on(fill(&url, options))?;
    let (filled, size) = (begun.elapsed().as_secs_f64(), fs::metadata(&file)?.len());

    let watch = Watch::start()?;
    let secret = Secret::new("a secret that nothing here depends on").map_err(anyhow::Error::msg)?;
    let figures = runtime.block_on(async {
        let store = Database::connect(&url, secret).await?.council("demo");
        reads(&store, options).await
    })?;
    let server = Server::start(folder.path(), None)?;
    let mut account = Vec::new();
    for _ in 0..ACCOUNTS {
        let start = Instant::now();
        let body = http::get_as(server.at(), "/api/account", &cookie)?;
        account.push(start.elapsed().as_secs_f64() * 1000.0);
        let known: serde_json::Value = serde_json::from_slice(&body)?;
        let many = known["all"].as_u64().unwrap_or_default();
        ensure!(many == u64::from(IN_ACCOUNT), "the account has {many} requests: {known}");
    }
    let others = watch.others(server.cpu_ms()?)?;

    let mut table = Table::of_figures(format!(
        "Consent on SQLite: {} residents, {} requests, every second resident shares everything",
        options.residents, options.requests
    ));
    let [own, shared, list] = figures.map(p99);
    table.shown("request of one's own department, 99 of 100 within", own, "ms");
    table.shown("request that is shared, consent looked up, 99 of 100 within", shared, "ms");
    table.judged_amid(others, "what the look-up adds", (shared - own).max(0.0), "ms", Bar::AtMost(1.0));
    table.judged_amid(
        others,
        "everything else of the person, 99 of 100 within",
        list,
        "ms",
        Bar::AtMost(10.0),
    );
    let what = format!("account with {IN_ACCOUNT} requests, 99 of 100 within");
    table.judged_amid(others, &what, p99(account), "ms", Bar::AtMost(50.0));
    table.shown("filling the database", filled, "s");
    #[expect(clippy::cast_precision_loss, reason = "megabytes need no more digits")]
    table.shown("the database", size as f64 / 1e6, "MB");
    table.note("requests are read through the store, the account over HTTP with a connection for each");
    table.note(machine::noise(others));
    table.print();
    Ok(())
}

/// The identifier of a request by its number.
fn request_id(number: u32) -> Uuid {
    Uuid::from_u128((1 << 64) + u128::from(number))
}

/// Of which of the twelve departments a request is: each resident's are with several.
fn department_of(number: u32, residents: u32) -> u32 {
    (number % residents + number / residents) % 12
}

/// Times in milliseconds: a request of the department, one that is shared with it, and the list of what else its person
/// has. In turns, so that whatever else happens on the machine happens to all.
async fn reads(store: &Store, options: &Town) -> Result<[Vec<f64>; 3]> {
    let mut times: [Vec<f64>; 3] = std::array::from_fn(|_| Vec::new());
    let ours = |number: &u32| department_of(*number, options.residents) == 2;
    let shares = |number: &u32| (number % options.residents).is_multiple_of(2);
    // Far apart, so that no page of the database is read twice in a row.
    let far = |from: u32| {
        (0..options.requests).map(move |at| {
            let number = u64::from(at) * 7_919 + u64::from(from);
            u32::try_from(number % u64::from(options.requests)).unwrap_or_default()
        })
    };
    let many = usize::try_from(READS)?;
    let own: Vec<u32> = far(0).filter(|number| ours(number) && shares(number)).take(many).collect();
    let others: Vec<u32> = far(1).filter(|number| !ours(number) && shares(number)).take(many).collect();
    let member = StaffMember {
        council_id: store.council().to_owned(),
        id: request_id(0),
        name: String::new(),
        email: String::new(),
        email_key: String::new(),
        department: DEPARTMENT.to_owned(),
        role: "officer".to_owned(),
    };
    let reach = Reach { member, answers: Vec::new() };
    // The first round is for the caches.
    for round in 0..2 {
        for (own, other) in own.iter().zip(&others) {
            let (own, other) = (request_id(*own), request_id(*other));
            let start = Instant::now();
            store.for_staff(&reach, own).await?;
            let first = start.elapsed().as_secs_f64() * 1000.0;
            store.seen_by(DEPARTMENT, other).await?;
            let second = start.elapsed().as_secs_f64() * 1000.0;
            store.others_of(DEPARTMENT, own, 101).await?;
            let third = start.elapsed().as_secs_f64() * 1000.0;
            if round == 1 {
                for (times, took) in times.iter_mut().zip([first, second - first, third - second]) {
                    times.push(took);
                }
            }
        }
    }
    Ok(times)
}

/// Fills the database with a town, made from the one request that is in it: SQL alone, for millions of rows.
async fn fill(url: &str, options: &Town) -> Result<()> {
    let Town { residents, requests } = options;
    let mut connect = ConnectOptions::new(url);
    connect.max_connections(1).sqlx_logging(false);
    let db = sea_orm::Database::connect(connect).await?;
    for pragma in
        ["journal_mode = MEMORY", "synchronous = OFF", "cache_size = -300000", "temp_store = MEMORY"]
    {
        db.execute_unprepared(&format!("PRAGMA {pragma}")).await?;
    }
    let account = resident_of(&db).await?;
    db.execute_unprepared("CREATE TEMP TABLE one AS SELECT * FROM request LIMIT 1").await?;
    db.execute_unprepared("CREATE TEMP TABLE own AS SELECT * FROM resident LIMIT 1").await?;
    let departments = "CREATE TEMP TABLE department AS SELECT column1 AS id, column2 AS name FROM (VALUES \
        (0, 'customer-services'), (1, 'street-scene'), (2, 'highways'), (3, 'waste'), (4, 'parking'), (5, 'housing'), \
        (6, 'council-tax'), (7, 'environment'), (8, 'adult-care'), (9, 'children'), (10, 'libraries'), (11, 'governance'))";
    db.execute_unprepared(departments).await?;
    let counting = |to: u32| {
        format!("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})")
    };
    let town = format!(
        "INSERT INTO resident (council_id, id, email, email_key, created_at) {} \
         SELECT council_id, unhex(printf('%032x', i)), 'r' || i || '@example.com', 'r' || i || '@example.com', created_at FROM n, own",
        counting(*residents)
    );
    let request = |id: &str, resident: &str, to: u32| {
        format!(
            "INSERT INTO request (council_id, id, reference, follow_hash, idempotency_key, body_hash, service, department, open, \
             complete_by, email_key, resident_id, seq, state, created_at) {} \
             SELECT council_id, unhex({id}), hex({id}), unhex({id}), unhex({id}), body_hash, service, name, open, complete_by, \
             'r' || (i % {residents}) || '@example.com', {resident}, seq, \
             replace(state, '\"department\":\"street-scene\"', '\"department\":\"' || name || '\"'), created_at \
             FROM n, one JOIN department ON department.id = (i % {residents} + i / {residents}) % 12",
            counting(to)
        )
    };
    let all =
        request("printf('%016x%016x', 1, i)", &format!("unhex(printf('%032x', i % {residents}))"), *requests);
    let large = request("printf('%016x%016x', 2, i)", &format!("x'{}'", account.simple()), IN_ACCOUNT - 1);
    let agreed = format!(
        "INSERT INTO agreed (council_id, resident_id, purpose, department) {} \
         SELECT council_id, unhex(printf('%032x', i * 2)), 'share_record', name FROM n, own, department",
        counting(residents.div_ceil(2))
    );
    let ledger = format!(
        "INSERT INTO consent (council_id, resident_id, seq, purpose, department, decision, wording, version, language, hash, channel, at) {} \
         SELECT council_id, unhex(printf('%032x', i)), department.id + 1, 'share_record', name, \
         CASE i % 2 WHEN 0 THEN 'given' ELSE 'refused' END, 'share_record', 1, 'en', zeroblob(32), 'web', created_at \
         FROM n, own, department",
        counting(*residents)
    );
    for sql in [town, all, large, agreed, ledger] {
        db.execute_unprepared(&sql).await?;
    }
    db.close().await?;
    Ok(())
}

async fn resident_of(db: &DatabaseConnection) -> Result<Uuid> {
    let sql = format!("SELECT id FROM resident WHERE email_key = '{EMAIL}'");
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    Ok(row.context("the resident has no account")?.try_get("", "id")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_requests_with_several_departments() {
        let of = |resident: u32| (0..10).map(move |turn| department_of(turn * 1_000 + resident, 1_000));
        for resident in [0, 1, 999] {
            let mut all: Vec<u32> = of(resident).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), 10, "{resident}");
        }
    }
}
