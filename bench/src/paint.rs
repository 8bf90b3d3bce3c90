//! When the first form field shows on a slow phone with nothing cached, beside a plain page of the same form.

use anyhow::Result;
use serde::Deserialize;

use crate::server::{FORM, Server};
use crate::table::{Bar, Table};
use crate::{machine, node};

/// What `paint.mjs` prints: how the visits were slowed, and what was seen in them.
#[derive(Deserialize)]
struct Measured {
    rounds: u32,
    slowed: String,
    ours: Page,
    govuk: Page,
    ours_to_govuk: f64,
}

/// One of the two pages; milliseconds since the visit began.
#[derive(Deserialize)]
struct Page {
    words_ms: f64,
    field_ms: f64,
    fastest_ms: f64,
    slowest_ms: f64,
    before: Vec<Reply>,
}

/// A reply that had come whole when the field showed.
#[derive(Deserialize)]
struct Reply {
    name: String,
    /// Whether the field waited for it.
    blocks: bool,
    encoding: String,
    /// Bytes, with its head.
    wire: f64,
}

/// Measures and prints.
pub fn run(server: &Server, others: f64) -> Result<()> {
    let Measured { rounds, slowed, ours, govuk, ours_to_govuk } =
        node::run("paint.mjs", &[&server.url(), FORM])?;
    let seconds = |ms: f64| ms / 1000.0;
    let mut table = Table::of_figures(format!("Paint: {slowed}, nothing cached, median of {rounds}"));
    let bar = Bar::AtMost(1.1);
    table.judged_amid(others, "first form field visible / GOV.UK's way", ours_to_govuk, "times", bar);
    for (whose, page) in [("ours", &ours), ("GOV.UK's way", &govuk)] {
        table.shown(&format!("{whose}: first form field visible"), seconds(page.field_ms), "s");
        table.shown("  fastest", seconds(page.fastest_ms), "s");
        table.shown("  slowest", seconds(page.slowest_ms), "s");
        table.shown("  first words visible", seconds(page.words_ms), "s");
    }
    let came = f64::from(u32::try_from(ours.before.len())?);
    table.judged("ours: requests answered before the field", came, "", Bar::AtMost(3.0));
    table.judged("  what they brought, all replies", kilobytes(&ours.before), "kB", Bar::AtMost(25.0));
    table.shown("GOV.UK's way: what came before the field", kilobytes(&govuk.before), "kB");
    for Reply { name, blocks, encoding, wire } in &ours.before {
        let waited = if *blocks { "the field waited for it" } else { "the field did not wait for it" };
        table.note(format!("{name}: {wire:.0} B, {encoding}, {waited}"));
    }
    table.note(
        "GOV.UK's way: the same form in plain HTML with all of govuk-frontend's styles and scripts, from",
    );
    table.note("a server that only sends; both over plain HTTP/1.1 and in turns");
    table.note("for orientation: a two-screen Leptos app 1.63 s, FixMyStreet 3.5-4.0 s, a server-rendered page 1.3-1.6 s");
    table.note("the browser slows each request, not each packet: connecting costs nothing here, and a real phone pays for it");
    table.note(format!("before it began {}", machine::noise(others)));
    table.print();
    Ok(())
}

fn kilobytes(replies: &[Reply]) -> f64 {
    replies.iter().map(|reply| reply.wire).sum::<f64>() / 1000.0
}
