//! The photo worker against the browser's own decoder and encoder, in one page.

use anyhow::Result;
use serde::Deserialize;

use crate::machine;
use crate::server::Server;
use crate::table::{Bar, Table};
use crate::{node, scratch};

/// What `photo.mjs` prints.
#[derive(Deserialize)]
struct Measured {
    photo_bytes: f64,
    rounds: u32,
    worker_start_ms: f64,
    worker_ms: f64,
    native_ms: f64,
    native_resizing_ms: f64,
    worker_to_native: f64,
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let folder = scratch::folder()?;
    let server = Server::start(folder.path(), None)?;
    let others = machine::others_before()?;
    let measured: Measured = node::run("photo.mjs", &[&server.url()])?;
    let mut table = Table::of_figures(format!(
        "Photo: a 12-megapixel JPEG of {:.1} MB made small in Chromium, median of {}, {} cores",
        measured.photo_bytes / 1e6,
        measured.rounds,
        machine::cores()
    ));
    table.judged_amid(
        others,
        "worker / the browser's own",
        measured.worker_to_native,
        "times",
        Bar::AtMost(1.3),
    );
    table.shown("our worker", measured.worker_ms, "ms");
    table.shown("createImageBitmap + convertToBlob", measured.native_ms, "ms");
    table.shown("the same, resizing while it decodes", measured.native_resizing_ms, "ms");
    table.shown("start of the worker, once", measured.worker_start_ms, "ms");
    table.note(format!("before it began {}", machine::noise(others)));
    table.print();
    Ok(())
}
