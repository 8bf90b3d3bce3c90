//! Finishing at a public computer: how soon the page is blank, how soon the next person can begin, and what that fetches.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::server::{self, FORM, Server};
use crate::table::{Bar, Table};
use crate::{http, node, scratch, sign_in};

/// An admin of the demonstration.
const ADMIN: &str = "omar@saltmarsh.example";

/// What `finish.mjs` prints.
#[derive(Deserialize)]
struct Measured {
    rounds: u32,
    /// Milliseconds from the key that finishes to a page on which nothing is left.
    blank: Figure,
    /// Milliseconds from there to the first page, on which the app has started.
    ready: Figure,
    /// Bytes that come over the wire meanwhile.
    fetched: Figure,
}

#[derive(Deserialize)]
struct Figure {
    median: f64,
    most: f64,
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let folder = scratch::folder()?;
    server::command(folder.path(), None, &["seed-demo"])?;
    let server = Server::start(folder.path(), None)?;
    let admin = sign_in::staff(&server, folder.path(), ADMIN)?;
    let setup = serde_json::json!({
        "setup": { "name": "By the window", "place": "Library", "idle": 3, "large": false, "printer": false }
    });
    let sent = ("00000000-0000-4000-8000-000000000002", &*setup.to_string());
    let (_, made) = http::send(server.at(), "/api/staff/terminals", &admin, sent)?;
    let made: serde_json::Value = serde_json::from_slice(&made)?;
    let code = made["code"].as_str().context("no code was made")?;
    let Measured { rounds, blank, ready, fetched } = node::run("finish.mjs", &[&server.url(), FORM, code])?;
    let mut table = Table::of_figures(format!("Finishing at a public computer, the most of {rounds}"));
    table.judged("until nothing is left on the page", blank.most, "ms", Bar::AtMost(300.0));
    table.shown("  median", blank.median, "ms");
    table.judged("until the next person can begin", ready.most, "ms", Bar::AtMost(2000.0));
    table.shown("  median", ready.median, "ms");
    table.judged("what that fetches", fetched.most / 1000.0, "kB", Bar::AtMost(300.0));
    table.print();
    Ok(())
}
