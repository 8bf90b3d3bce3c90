//! Bytes and requests of a first visit to a form, as Chromium counts them.

use anyhow::Result;
use serde::Deserialize;

use crate::server::Server;
use crate::table::{Bar, Table, number};
use crate::{node, scratch};

/// What `visit.mjs` prints.
#[derive(Deserialize)]
struct Visit {
    files: Vec<File>,
    worker: Vec<File>,
    field: bool,
}

/// One reply.
#[derive(Deserialize)]
struct File {
    name: String,
    kind: String,
    status: u16,
    encoding: String,
    /// Unpacked.
    raw: f64,
    /// As it came, without its head.
    body: f64,
    /// With its head.
    wire: f64,
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let folder = scratch::folder()?;
    let server = Server::start(folder.path(), None)?;
    let step = server.first_step()?;
    let visit: Visit = node::run("visit.mjs", &[&server.url(), &step])?;

    let mut table = Table::new(
        format!("Size: a first visit to {step} in Chromium, nothing cached"),
        &["file", "kind", "status", "encoding", "raw B", "body B", "with head B"],
    );
    for file in visit.files.iter().chain(&visit.worker) {
        table.row(vec![
            file.name.clone(),
            file.kind.clone(),
            file.status.to_string(),
            file.encoding.clone(),
            number(file.raw),
            number(file.body),
            number(file.wire),
        ]);
    }
    table.print();

    let kilobytes = |files: &[File]| files.iter().map(|file| file.wire).sum::<f64>() / 1000.0;
    let requests = u32::try_from(visit.files.len())?;
    let before = visit.files.iter().filter(|file| file.name.contains("photo-worker")).count();
    let mut bars = Table::of_figures("Size: against the bars (bodies and heads of the replies)");
    bars.judged("first visit, all replies", kilobytes(&visit.files), "kB", Bar::AtMost(180.0));
    bars.judged("first visit, requests", f64::from(requests), "", Bar::AtMost(6.0));
    bars.judged("photo worker", kilobytes(&visit.worker), "kB", Bar::AtMost(200.0));
    bars.judged(
        "of it before a photo is picked, requests",
        f64::from(u32::try_from(before)?),
        "",
        Bar::AtMost(0.0),
    );
    if !visit.field {
        bars.note("NO FORM FIELD SHOWED: this was no visit to the form");
    }
    bars.note("for orientation: a two-screen Leptos app 118-133 kB, the same in React 107 kB,");
    bars.note("FixMyStreet 205 kB in 24 requests, Signalen 643 kB in 47");
    bars.print();
    Ok(())
}
