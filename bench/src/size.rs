//! Bytes and requests of a first visit to a form, as Chromium counts them.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use crate::server::{FORM, Server};
use crate::table::{Bar, Table, number};
use crate::{node, scratch};

/// What `visit.mjs` prints.
#[derive(Deserialize)]
pub struct Visit {
    path: String,
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

impl Visit {
    /// All that came over the wire.
    pub fn kilobytes(&self) -> f64 {
        kilobytes(&self.files)
    }

    /// What of it is the app's program.
    pub fn wasm_kilobytes(&self) -> f64 {
        let wasm = self
            .files
            .iter()
            .filter(|file| Path::new(&file.name).extension().is_some_and(|end| end == "wasm"));
        wasm.map(|file| file.wire).sum::<f64>() / 1000.0
    }
}

fn kilobytes(files: &[File]) -> f64 {
    files.iter().map(|file| file.wire).sum::<f64>() / 1000.0
}

/// A first visit to the form.
pub fn visit(server: &Server) -> Result<Visit> {
    node::run("visit.mjs", &[&server.url(), FORM])
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let folder = scratch::folder()?;
    let server = Server::start(folder.path(), None)?;
    let visit = visit(&server)?;
    let heaviest: Visit = node::run("visit.mjs", &[&server.url()])?;

    let mut table = Table::new(
        format!("Size: a first visit to {FORM} in Chromium, nothing cached"),
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

    let requests = u32::try_from(visit.files.len())?;
    let before = visit.files.iter().filter(|file| file.name.contains("photo-worker")).count();
    let mut bars = Table::of_figures("Size: against the bars (bodies and heads of the replies)");
    bars.judged("first visit, all replies", visit.kilobytes(), "kB", Bar::AtMost(200.0));
    let what = format!("first visit to the heaviest of all forms, {}", heaviest.path);
    bars.judged(&what, heaviest.kilobytes(), "kB", Bar::AtMost(200.0));
    bars.judged("first visit, requests", f64::from(requests), "", Bar::AtMost(6.0));
    bars.judged("photo worker", kilobytes(&visit.worker), "kB", Bar::AtMost(200.0));
    bars.judged(
        "of it before a photo is picked, requests",
        f64::from(u32::try_from(before)?),
        "",
        Bar::AtMost(0.0),
    );
    if !visit.field || !heaviest.field {
        bars.note("NO FORM FIELD SHOWED: this was no visit to the form");
    }
    bars.note("for orientation: a two-screen Leptos app 118-133 kB, the same in React 107 kB,");
    bars.note("FixMyStreet 205 kB in 24 requests, Signalen 643 kB in 47");
    bars.print();
    Ok(())
}
