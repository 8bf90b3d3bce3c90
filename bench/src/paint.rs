//! When the first form field shows on a slow phone with nothing cached.

use anyhow::Result;
use serde::Deserialize;

use crate::machine;
use crate::server::{FORM, Server};
use crate::table::Table;
use crate::{node, scratch};

/// What `paint.mjs` prints: milliseconds since the visit began, and how it was slowed.
#[derive(Deserialize)]
struct Measured {
    rounds: u32,
    slowed: String,
    encoding: String,
    words_ms: f64,
    field_ms: f64,
    fastest_ms: f64,
    slowest_ms: f64,
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let folder = scratch::folder()?;
    let server = Server::start(folder.path(), None)?;
    let others = machine::others_before()?;
    let measured: Measured = node::run("paint.mjs", &[&server.url(), FORM])?;
    let seconds = |ms: f64| ms / 1000.0;
    let mut table = Table::new(
        format!(
            "Paint: {}, nothing cached, wasm sent as {}, median of {}",
            measured.slowed, measured.encoding, measured.rounds
        ),
        &["", "figure"],
    );
    table.shown("first form field visible", seconds(measured.field_ms), "s");
    table.shown("  fastest", seconds(measured.fastest_ms), "s");
    table.shown("  slowest", seconds(measured.slowest_ms), "s");
    table.shown("first words visible (of the page without the app)", seconds(measured.words_ms), "s");
    table.note("for orientation: a two-screen Leptos app 1.63 s, FixMyStreet 3.5-4.0 s, a server-rendered page 1.3-1.6 s");
    table.note("the browser slows each request, not each packet: connecting costs nothing here, and a real phone pays for it");
    table.note(format!("before it began {}", machine::noise(others)));
    table.print();
    Ok(())
}
