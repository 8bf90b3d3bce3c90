//! What many services cost: the list of them, the search over it in a browser, and the first visit to a form.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::server::{SERVICES, Server};
use crate::table::{Bar, Table};
use crate::times;
use crate::{http, node, scratch, size};

/// The documents of the project: they are repeated under other names.
const DOCUMENTS: &str = "services";
/// How often the list is asked for.
const ASKED: usize = 500;

/// What `search.mjs` prints: milliseconds from a key to the page that shows what was found.
#[derive(Deserialize)]
struct Search {
    services: usize,
    /// For each key, the middle of five turns.
    keys: Vec<f64>,
    /// The longest in the first turn.
    cold: f64,
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let mut table = Table::of_figures("Catalogue");
    for many in [40, 200, 400] {
        let folder = scratch::folder()?;
        fill(&folder.path().join(SERVICES), many)?;
        let server = Server::start(folder.path(), None)?;
        let list = http::json(server.at(), "/api/services")?;
        let there = list.as_array().map_or(0, Vec::len);
        if many == 400 {
            let mut times = Vec::new();
            for _ in 0..ASKED {
                let start = Instant::now();
                http::get(server.at(), "/api/services")?;
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
            let what = format!("GET /api/services, {there} services, median");
            table.judged(&what, times::median(times), "ms", Bar::AtMost(2.0));
        }
        if many == 200 {
            let Search { services, keys, cold } = node::run("search.mjs", &[&server.url()])?;
            let what = |which: &str| format!("a key in the search, {services} services, {which}");
            let longest = keys.iter().copied().fold(0.0, f64::max);
            table.judged(&what("longest"), longest, "ms", Bar::AtMost(10.0));
            table.shown(&what("median"), times::median(keys), "ms");
            table.shown(&what("longest in the first turn"), cold, "ms");
        } else {
            let visit = size::visit(&server)?;
            table.shown(&format!("first visit to a form, {there} services"), visit.kilobytes(), "kB");
            table.shown(&format!("…of it wasm, {there} services"), visit.wasm_kilobytes(), "kB");
        }
    }
    table.print();
    Ok(())
}

/// Writes so many documents besides those that are there: copies under other names.
fn fill(folder: &Path, many: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut documents = Vec::new();
    for entry in fs::read_dir(DOCUMENTS).context("it must be started in the repository's folder")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            documents.push((
                path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                fs::read_to_string(&path)?,
            ));
        }
    }
    documents.sort();
    let known = documents.len();
    for (copy, (id, text)) in documents.iter().cycle().take(many.saturating_sub(known)).enumerate() {
        // Only one may suggest other forms, and few are top tasks.
        let number = copy / known + 2;
        let text: String = text
            .replacen(&format!("id = \"{id}\""), &format!("id = \"{id}-{number}\""), 1)
            .lines()
            .filter(|line| !line.starts_with("top = ") && !line.starts_with("suggest = "))
            .map(|line| match line.strip_prefix("title = \"") {
                Some(title) => format!("title = \"{number} {title}\n"),
                None => format!("{line}\n"),
            })
            .collect();
        fs::write(folder.join(format!("{id}-{number}.toml")), text)?;
    }
    Ok(())
}
