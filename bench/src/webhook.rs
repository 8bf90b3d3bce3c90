//! What card services tell: how soon a webhook is answered, each told twice, while the payments that they are about are asked
//! about.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum as _};
use domain::payment::{Bill, Codes, Item, Purpose, Service};
use pay_stand_in::{Hooks, Message, SIGNATURE, Settings, StandIn};
use server::secret::Secret;
use server::store::Database;
use server::store::payments::NewPayment;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::load::engine::Engine;
use crate::machine::{self, Watch};
use crate::server::Server;
use crate::table::{Bar, Table};
use crate::times::{median, ms, p99};
use crate::{http, scratch};

/// How much is told.
#[derive(Args)]
pub struct Told {
    /// Payments that the card service tells of, each twice
    #[arg(long, default_value_t = 1_000)]
    payments: u128,
}

const DEMO: &str = include_str!("../../councils/demo/council.toml");
const WEBHOOK: &str = "/api/payments/webhook";
const SECRET: &str = "a-signing-secret";
const KEY: &str = "api_test_bench";
const PENCE: i64 = 5_200;

/// Measures and prints, one table for each database.
pub fn run(options: &Told) -> Result<()> {
    for &engine in Engine::value_variants() {
        one(options, engine)?;
    }
    Ok(())
}

fn one(options: &Told, engine: Engine) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = scratch::folder()?;
    let database = engine.create()?;
    let file = format!("sqlite://{}", folder.path().join("data").join("portico.db").display());
    let url = database.url().unwrap_or(&file);
    let (pay, api) = runtime.block_on(stand_in())?;
    let councils = write_council(folder.path(), &api)?;
    let arguments = ["--councils-dir", &councils];
    // It makes the tables.
    drop(Server::start_with(folder.path(), database.url(), &arguments)?);
    let messages = runtime.block_on(begin(url, &pay, options.payments))?;

    let watch = Watch::start()?;
    let server = Server::start_with(folder.path(), database.url(), &arguments)?;
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for message in &messages {
        first.push(tell(server.at(), message)?);
        again.push(tell(server.at(), message)?);
    }
    let others = watch.others(server.cpu_ms()?)?;

    let mut table = Table::of_figures(format!(
        "Webhooks on {}: {} payments, each told twice",
        engine.name(),
        messages.len()
    ));
    let late = "99 of 100 within";
    table.judged_amid(others, &format!("told first, {late}"), p99(first.clone()), "ms", Bar::AtMost(20.0));
    table.judged_amid(others, &format!("told again, {late}"), p99(again), "ms", Bar::AtMost(20.0));
    table.shown("told first, the middle one", median(first), "ms");
    table.note("over HTTP, with a connection for each, one after the other; the card service is asked after the reply");
    table.note(machine::noise(others));
    table.print();
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has the real time")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The stand-in for the card service, and where it is.
async fn stand_in() -> Result<(StandIn, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let pay = StandIn::new(Settings {
        api_key: KEY.to_owned(),
        base: base.clone(),
        // They wait until they are told from here.
        hooks: Some(Hooks { url: base.clone(), secret: SECRET.to_owned() }),
        clock: Arc::new(now),
        seed: [9; 32],
    });
    pay.hold(true);
    let serving = pay.clone();
    tokio::spawn(async move { serving.serve(listener).await });
    Ok((pay, base))
}

/// A council like the demonstration's that takes payments there; the folder of councils.
fn write_council(folder: &Path, api: &str) -> Result<String> {
    // If the demonstration takes payments, it does so elsewhere.
    let without = match DEMO.split_once("[payments]") {
        None => DEMO.to_owned(),
        Some((before, after)) => {
            let rest = after.find("\n[").and_then(|end| after.get(end..)).unwrap_or_default();
            format!("{before}{rest}")
        }
    };
    let council = format!("{without}\n[payments]\nservice = \"govuk_pay\"\napi = \"{api}\"\n");
    let councils = folder.join("councils");
    std::fs::create_dir_all(councils.join("demo"))?;
    std::fs::write(councils.join("demo").join("council.toml"), council)?;
    let keys = folder.join("data").join("payments");
    std::fs::create_dir_all(&keys)?;
    std::fs::write(keys.join("demo.key"), KEY)?;
    std::fs::write(keys.join("demo.webhook"), SECRET)?;
    councils.to_str().map(str::to_owned).context("the folder has no name")
}

/// Payments that are under way here and paid there; the messages that tell of it.
async fn begin(url: &str, pay: &StandIn, many: u128) -> Result<Vec<Message>> {
    let secret = Secret::new("a secret that nothing here depends on").map_err(anyhow::Error::msg)?;
    let store = Database::connect(url, secret).await?.council("demo");
    let item = Item { label: "Bins".into(), pence: PENCE, codes: Codes::default(), account: "A1".into() };
    let bill: Bill = vec![item].try_into().ok().context("it can't be paid")?;
    for number in 1..=many {
        let (id, reference) = (Uuid::from_u128(number), format!("BENCH-{number}"));
        pay.made_elsewhere(&reference, PENCE);
        let new = NewPayment {
            id,
            purpose: Purpose::Request(Uuid::from_u128(number)),
            round: 0,
            reference,
            service: Service::GovukPay,
            bill: bill.clone(),
            receipt_to: None,
            key_hash: number.to_be_bytes().to_vec(),
            browser_hash: vec![1; 32],
            place: None,
            at: now(),
        };
        store.begin_payment(new).await?;
    }
    for (number, there) in (1..=many).zip(pay.payments()) {
        store.payment_is(Uuid::from_u128(number), there.id).await?;
    }
    Ok(pay.take_messages())
}

/// Tells a message; how long the reply takes, in milliseconds.
fn tell(to: SocketAddr, message: &Message) -> Result<f64> {
    let headers = [("Content-Type", "application/json"), (SIGNATURE, &*message.signature)];
    let start = Instant::now();
    let status = http::post_with(to, WEBHOOK, &headers, &message.body)?;
    ensure!(status == 204, "a webhook is answered with {status}");
    Ok(ms(start))
}
