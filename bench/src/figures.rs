//! Published figures: how long it takes to add up what a million requests counted for, and to show the page.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chrono::{Months, NaiveDate};
use clap::{Args, ValueEnum as _};
use domain::figures::bucket;
use domain::figures::published::{first_month, publish};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection};
use server::secret::Secret;
use server::store::{Database, Store};

use crate::load::engine::Engine;
use crate::machine::{self, Watch};
use crate::server::Server;
use crate::table::{Bar, Table};
use crate::times::{ms, p99};
use crate::{http, scratch};

/// How much was counted.
#[derive(Args)]
pub struct Counted {
    /// Requests that the published figures are made of
    #[arg(long, default_value_t = 1_000_000)]
    counted: u32,
}

const MONTHS: u32 = 24;
const SERVICES: u32 = 45;
/// Each as likely as it stands here.
const CHANNELS: [&str; 10] =
    ["web", "web", "web", "web", "web", "phone", "phone", "desk", "terminal", "email"];
/// Rows that are written at once.
const ROWS: usize = 2_000;
/// Pages that are asked for, and times that the figures are made.
const PAGES: u32 = 1_000;
const MADE: u32 = 200;

/// Measures and prints.
pub fn run(options: &Counted) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for &engine in Engine::value_variants() {
        let folder = scratch::folder()?;
        let database = engine.create()?;
        let file = format!("sqlite://{}", folder.path().join("data").join("portico.db").display());
        let url = database.url().unwrap_or(&file);
        let today = {
            // It makes the tables, and knows what month it is.
            let server = Server::start(folder.path(), database.url())?;
            let view = http::json(server.at(), "/api/performance")?;
            view["month"]["to"].as_str().context("no day")?.parse::<NaiveDate>()?
        };
        let begun = Instant::now();
        let rows = runtime.block_on(fill(url, engine, options.counted, today))?;
        let filled = begun.elapsed().as_secs_f64();

        let watch = Watch::start()?;
        let secret = Secret::new("a secret that nothing here depends on").map_err(anyhow::Error::msg)?;
        let (added, longest, made) = runtime.block_on(async {
            let store = Database::connect(url, secret).await?.council("demo");
            let (added, longest) = add_up(&store).await?;
            anyhow::Ok((added, longest, make(&store, today).await?))
        })?;
        let server = Server::start(folder.path(), database.url())?;
        let view = http::json(server.at(), "/api/performance")?;
        let received = view["year"]["all"]["received"].as_u64().unwrap_or_default();
        ensure!(received > u64::from(options.counted) / 4, "only {received} of the year are there");
        let ready = ask(&server, |_| "/performance".to_owned())?;
        let anew = ask(&server, |at| format!("/performance?{at}"))?;
        let csv = ask(&server, |_| "/performance.csv".to_owned())?;
        let others = watch.others(server.cpu_ms()?)?;

        let mut table = Table::of_figures(format!(
            "Figures on {}: {} requests, {MONTHS} months, {SERVICES} services, 5 channels",
            engine.name(),
            options.counted
        ));
        let late = "99 of 100 within";
        table.judged_amid(others, &format!("page, kept ready, {late}"), p99(ready), "ms", Bar::AtMost(20.0));
        table.judged_amid(others, &format!("page, drawn anew, {late}"), p99(anew), "ms", Bar::AtMost(20.0));
        table.judged_amid(others, &format!("the same as CSV, {late}"), p99(csv), "ms", Bar::AtMost(20.0));
        table.judged_amid(
            others,
            &format!("its figures made anew, {late}"),
            p99(made),
            "ms",
            Bar::AtMost(20.0),
        );
        table.shown(&format!("{rows} tallies added up, which happens as they come"), added, "s");
        table.shown("the longest that other writes wait for it", longest, "ms");
        table.shown("filling the database", filled, "s");
        table.note(
            "pages over HTTP, with a connection for each; the figures are made every five seconds at most",
        );
        table.note(machine::noise(others));
        table.print();
    }
    Ok(())
}

fn ask(server: &Server, path: impl Fn(u32) -> String) -> Result<Vec<f64>> {
    let one = |at| {
        let start = Instant::now();
        let (status, _) = http::get(server.at(), &path(at))?;
        ensure!(status == 200, "{} answers {status}", path(at));
        Ok(ms(start))
    };
    (0..PAGES).map(one).collect()
}

/// How long it takes to add up all, in seconds, and the longest of the writes that it takes, in milliseconds.
async fn add_up(store: &Store) -> Result<(f64, f64)> {
    let begun = Instant::now();
    let mut longest: f64 = 0.0;
    loop {
        let start = Instant::now();
        if store.add_up().await? == 0 {
            return Ok((begun.elapsed().as_secs_f64(), longest));
        }
        longest = longest.max(ms(start));
    }
}

/// How long it takes to make what is published, in milliseconds.
async fn make(store: &Store, today: NaiveDate) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..MADE {
        let start = Instant::now();
        let counted = store.counted(first_month(today), today).await?;
        let (_, year) = publish(&counted, today, str::to_owned);
        times.push(ms(start));
        ensure!(year.services.len() == SERVICES as usize, "{} services", year.services.len());
    }
    Ok(times)
}

/// A number that looks like chance, and is the same each time.
fn chance(number: u32, of: u32) -> u32 {
    let mut mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(u64::from(of) << 32);
    for shift in [30, 27, 31] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    u32::try_from(mixed >> 40).unwrap_or_default() % of
}

/// Writes what as many requests counted for; how many rows that were.
async fn fill(url: &str, engine: Engine, requests: u32, today: NaiveDate) -> Result<u64> {
    let mut connect = ConnectOptions::new(url);
    connect.max_connections(1).sqlx_logging(false);
    let db = sea_orm::Database::connect(connect).await?;
    if engine == Engine::Sqlite {
        for pragma in ["journal_mode = MEMORY", "synchronous = OFF", "cache_size = -300000"] {
            db.execute_unprepared(&format!("PRAGMA {pragma}")).await?;
        }
    }
    let mut rows = Rows { db, engine, waiting: Vec::new(), written: 0 };
    for number in 0..requests {
        let back = chance(number, MONTHS);
        let month = |later: u32| first(today, back.saturating_sub(later));
        let cell = (chance(number, SERVICES), CHANNELS[chance(number, 10) as usize]);
        rows.add(month(0), cell, "received", None);
        // One in twenty is open yet; most take a few days, and some take long.
        if chance(number, 20) == 0 {
            continue;
        }
        let days = match chance(number, 100) {
            0..80 => chance(number, 10),
            80..98 => chance(number, 45),
            _ => chance(number, 300),
        };
        let closed = month(days / 30);
        rows.add(closed, cell, "closed", Some(bucket(days.into())));
        rows.add(closed, cell, if days < 12 { "kept" } else { "missed" }, None);
        if chance(number, 9) == 0 {
            rows.add(closed, cell, if chance(number, 5) == 0 { "dissatisfied" } else { "satisfied" }, None);
        }
        if chance(number, 33) == 0 {
            rows.add(closed, cell, "declined", None);
        }
        rows.write(ROWS).await?;
    }
    rows.write(1).await?;
    rows.db.close().await?;
    Ok(rows.written)
}

/// The first day of a month so many before this one.
fn first(today: NaiveDate, back: u32) -> NaiveDate {
    let this = domain::figures::month_of(today);
    this.checked_sub_months(Months::new(back)).unwrap_or(this)
}

struct Rows {
    db: DatabaseConnection,
    engine: Engine,
    waiting: Vec<String>,
    written: u64,
}

impl Rows {
    fn add(&mut self, month: NaiveDate, (service, channel): (u32, &str), what: &str, days: Option<usize>) {
        self.written += 1;
        // Spread as the real ones are.
        let high = self.written.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let id = format!("{high:016x}{:016x}", self.written);
        let id = if self.engine == Engine::Sqlite { format!("x'{id}'") } else { format!("'{id}'") };
        let days = days.map_or_else(|| "NULL".to_owned(), |days| days.to_string());
        self.waiting
            .push(format!("('demo','{month}','service-{service}','{channel}',{id},'{what}',{days},1)"));
    }

    /// Writes what waits, once it is as much.
    async fn write(&mut self, at_least: usize) -> Result<()> {
        if self.waiting.len() >= at_least {
            let mut sql = String::from(
                "INSERT INTO tally (council_id, month, service, channel, id, what, days, more) VALUES ",
            );
            write!(sql, "{}", self.waiting.join(","))?;
            self.db.execute_unprepared(&sql).await?;
            self.waiting.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_go_back_from_this_one() {
        let today = "2026-01-31".parse().unwrap();
        assert_eq!(first(today, 0).to_string(), "2026-01-01");
        assert_eq!(first(today, 23).to_string(), "2024-02-01");
    }

    #[test]
    fn chance_reaches_all() {
        for of in [5, 24, 45] {
            let mut seen: Vec<u32> = (0..2_000).map(|number| chance(number, of)).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen, (0..of).collect::<Vec<_>>());
        }
    }
}
