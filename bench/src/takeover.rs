//! The app's taking over from the page that the server drew: how long the page stands still for it, and what moves.

use anyhow::Result;
use serde::Deserialize;

use crate::machine;
use crate::node;
use crate::server::{FORM, Server};
use crate::table::{Bar, Table};

/// What `takeover.mjs` prints.
#[derive(Deserialize)]
struct Measured {
    rounds: u32,
    untouched: Page,
    half_done: Page,
}

/// Medians of the main thread's milliseconds, and the most that moved in any round.
#[derive(Deserialize)]
struct Page {
    /// The longest that the page does nothing else: its longest task by the clock, from the app's program being there to
    /// its being done.
    still_ms: f64,
    slowest_ms: f64,
    /// All that time, by the clock.
    took_ms: f64,
    /// Processor time of the main thread within it. The browser compiles on others meanwhile: where the cores are fewer
    /// than those threads, the clock shows how the machine shares them out.
    cpu_ms: f64,
    /// Processor time from before the program came to half a second after it was done, drawing included.
    whole_cpu_ms: f64,
    /// As the browser counts it, of the whole visit.
    shift: f64,
    /// How far a field is from where it was.
    moved_px: f64,
    /// Fields that are gone, or hold something else.
    lost: f64,
}

/// Measures and prints.
pub fn run(server: &Server, others: f64) -> Result<()> {
    let Measured { rounds, untouched, half_done } = node::run("takeover.mjs", &[&server.url(), FORM])?;
    let mut table = Table::of_figures(format!("Taking over: {FORM}, not slowed, median of {rounds}"));
    for (what, page) in [("untouched page", untouched), ("half-done page", half_done)] {
        let name = |figure: &str| format!("{what}: {figure}");
        let (none, short) = (Bar::AtMost(0.0), Bar::AtMost(50.0));
        table.judged(&name("main thread's time, from start to done"), page.cpu_ms, "ms", short);
        table.judged_amid(others, &name("the longest that it stands still"), page.still_ms, "ms", short);
        table.shown("  slowest", page.slowest_ms, "ms");
        table.shown("  from start to done by the clock", page.took_ms, "ms");
        table.shown("  with starting the program and drawing, all in all", page.whole_cpu_ms, "ms");
        table.judged(&name("layout shift"), page.shift, "", none);
        table.judged(&name("the field that moved most"), page.moved_px, "px", none);
        table.judged(&name("fields that lost what they held"), page.lost, "", none);
    }
    table.note("half-done: a radio ticked and a text typed before the app was let in");
    table.note(format!("before it began {}", machine::noise(others)));
    table.print();
    Ok(())
}
