//! Requests a second, delays, processor time and memory: residents who send forms, residents who look after what
//! they sent, and those who open the page of a form.

pub mod engine;
mod mailbox;
mod start;
pub mod wrk;

use std::fs;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::http;
use crate::machine::{self, Watch};
use crate::scratch;
use crate::server::{self, SERVICE, Server};
use crate::table::{Bar, Table};
use engine::{Database, Engine};
use mailbox::Mailbox;
use wrk::Wrk;

const FORM: &str = include_str!("../../load/graffiti.json");
/// The same form, half done, as the plain page posts it.
const DRAFT: &str =
    "surface=public&offensive=no&place.words=Underpass+by+the+library&details=&you.name=Alex+Marsh";
/// The file that the keys of sent forms are kept in.
const KEYS: &str = "keys";

/// How the load is made.
#[derive(Args)]
pub struct Options {
    /// Databases to measure, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engine: Vec<Engine>,
    /// Connections that send forms
    #[arg(long, default_value_t = 16)]
    connections: u32,
    /// Seconds that forms are sent for
    #[arg(long, default_value_t = 15)]
    seconds: u32,
}

/// Measures and prints, one table for each database.
pub fn run(options: &Options) -> Result<()> {
    for &engine in &options.engine {
        let folder = scratch::folder()?;
        let database = engine.create()?;
        let title = format!(
            "Load on {}: {} connections, {} s, {} cores shared with wrk{}; {}; one flush of this disk takes {:.2} ms",
            engine.name(),
            options.connections,
            options.seconds,
            machine::cores(),
            if engine == Engine::Postgres { " and PostgreSQL" } else { "" },
            database.durability()?,
            scratch::flush_ms(folder.path())?,
        );
        let mut table = Table::of_figures(title);
        start::measure(&mut table, engine)?;
        let server = Server::start(folder.path(), database.url())?;
        let bench =
            Bench { options, server, database, mailbox: Mailbox::of(folder.path()), folder: folder.path() };
        fs::write(folder.path().join("form.json"), bench.form()?)?;
        bench.warm_up()?;
        bench.creates(&mut table)?;
        bench.follows(&mut table, 16, 1, "one request")?;
        bench.follows(&mut table, 16, usize::MAX, "many requests")?;
        bench.follows(&mut table, 64, usize::MAX, "many requests")?;
        bench.pages(&mut table, "form page, kept ready", server::FORM, "")?;
        let anew = format!("{}?anew", server::FORM);
        bench.pages(&mut table, "form page, drawn anew", &anew, "")?;
        let draft = http::cookie(bench.server.at(), server::FORM, DRAFT)?;
        bench.pages(&mut table, "form page, with a draft", server::FORM, &draft)?;
        bench.memory(&mut table)?;
        table.note(
            "CPU each: of the server alone, the mail included; for orientation, the same kind of machine:",
        );
        table.note("Signalen creates 14/s and FixMyStreet 5.5-16/s at 88-350 ms each and 560-710 MB;");
        table.note("three rows in one transaction and nothing else: SQLite 2,040/s, PostgreSQL 2,821/s");
        table.print();
    }
    Ok(())
}

struct Bench<'a> {
    options: &'a Options,
    server: Server,
    database: Database,
    mailbox: Mailbox,
    folder: &'a std::path::Path,
}

impl Bench<'_> {
    /// The form of the version that is served.
    fn form(&self) -> Result<String> {
        let service = http::json(self.server.at(), &format!("/api/services/{SERVICE}"))?;
        let version =
            service["version"].as_u64().or(service["service"]["version"].as_u64()).context("no version")?;
        let mut form: serde_json::Value = serde_json::from_str(FORM)?;
        form["version"] = version.into();
        Ok(form.to_string())
    }

    fn wrk(&self, script: &str) -> Wrk<'_> {
        Wrk::new(script, self.folder, &self.server)
    }

    /// Fills caches, and keeps the keys of what was sent.
    fn warm_up(&self) -> Result<()> {
        let sent = self.wrk("create.lua").env("KEYS", KEYS).run(self.options.connections, 4)?;
        self.mailbox.settle(sent.replies - sent.refused);
        Ok(())
    }

    /// Forms are sent; the mail that each leads to is part of the work.
    fn creates(&self, table: &mut Table) -> Result<()> {
        let mails = self.mailbox.count();
        let watch = Watch::start()?;
        let (server, database) = (self.server.cpu_ms()?, self.database.cpu_ms()?);
        let sent = self.wrk("create.lua").run(self.options.connections, self.options.seconds)?;
        let mailed = self.mailbox.count() - mails;
        let created = sent.replies - sent.refused;
        let (settled, took) = self.mailbox.settle(mails + created);
        let server = self.server.cpu_ms()? - server;
        let database = self.database.cpu_ms()? - database;
        let others = watch.others(server + database)?;

        table.judged_amid(
            others,
            "create: a second",
            per_second(created, sent.seconds),
            "/s",
            Bar::AtLeast(1000.0),
        );
        table.judged_amid(others, "create: p99", sent.p99_ms, "ms", Bar::AtMost(50.0));
        table.shown("create: p50", sent.p50_ms, "ms");
        table.shown("create: slowest", sent.max_ms, "ms");
        table.judged_amid(others, "create: CPU each", server / float(created), "ms", Bar::AtMost(1.5));
        if self.database.has_processes() {
            table.shown("create: CPU each, of PostgreSQL besides", database / float(created), "ms");
        }
        table.shown("create: refused or failed", float(sent.refused), "");
        table.shown("create: mails sent meanwhile, a second", per_second(mailed, sent.seconds), "/s");
        table.shown("create: mails still to be sent at the end", float(created.saturating_sub(mailed)), "");
        table.shown("create: those were sent in", took.as_secs_f64(), "s");
        table.shown("create: mails missing in the end", float((mails + created).saturating_sub(settled)), "");
        table.note(format!("create: {}", machine::noise(others)));
        Ok(())
    }

    /// What all of it left behind.
    fn memory(&self, table: &mut Table) -> Result<()> {
        table.judged("memory after all this (PSS)", self.server.pss_mb()?, "MB", Bar::AtMost(60.0));
        if let Some(megabytes) = self.database.pss_mb() {
            table.shown("memory of PostgreSQL after all this (PSS)", megabytes, "MB");
        }
        Ok(())
    }

    /// Residents look at what they sent.
    fn follows(&self, table: &mut Table, connections: u32, keys: usize, what: &str) -> Result<()> {
        let most = keys.to_string();
        let wrk = self.wrk("follow.lua").env("KEYS", KEYS).env("MOST", &most);
        let name = format!("follow {what}, {connections} connections");
        self.reads(table, &name, (wrk, connections), Bar::AtLeast(10_000.0), None).map(|_| ())
    }

    /// Residents open the page of a form, compressed as browsers ask for it. The server keeps a page that is the
    /// same for everybody ready for a while: what drawing costs, only a page shows that it does not keep. Those are
    /// pages with a query, and pages with what somebody typed. What each leaves behind in memory is told too.
    fn pages(&self, table: &mut Table, name: &str, page: &str, cookie: &str) -> Result<()> {
        let before = self.server.pss_mb()?;
        let wrk = self.wrk("page.lua").env("PAGE", page).env("COOKIE", cookie);
        let load = (wrk, self.options.connections);
        let read = self.reads(table, name, load, Bar::AtLeast(3000.0), Some(Bar::AtMost(0.5)))?;
        let more = (self.server.pss_mb()? - before) * 1000.0 / float(read);
        table.shown(&format!("{name}: memory that each left behind"), more, "kB");
        Ok(())
    }

    /// Something is asked for, over so many connections: what that costs, and how often it came.
    fn reads(
        &self,
        table: &mut Table,
        name: &str,
        (wrk, connections): (Wrk<'_>, u32),
        rate: Bar,
        each: Option<Bar>,
    ) -> Result<u64> {
        let watch = Watch::start()?;
        let (server, database) = (self.server.cpu_ms()?, self.database.cpu_ms()?);
        let sent = wrk.run(connections, self.options.seconds.div_ceil(2))?;
        let server = self.server.cpu_ms()? - server;
        let database = self.database.cpu_ms()? - database;
        let others = watch.others(server + database)?;
        let read = sent.replies - sent.refused;

        let a_second = per_second(read, sent.seconds);
        table.judged_amid(others, &format!("{name}: a second"), a_second, "/s", rate);
        table.shown(&format!("{name}: p99"), sent.p99_ms, "ms");
        let (what, cpu) = (format!("{name}: CPU each"), server / float(read));
        match each {
            Some(bar) => table.judged_amid(others, &what, cpu, "ms", bar),
            None => table.shown(&what, cpu, "ms"),
        }
        if self.database.has_processes() {
            table.shown(&format!("{name}: CPU each, of PostgreSQL besides"), database / float(read), "ms");
        }
        if sent.refused > 0 {
            table.shown(&format!("{name}: refused or failed"), float(sent.refused), "");
        }
        table.note(format!("{name}: {}", machine::noise(others)));
        Ok(read)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn per_second(count: u64, seconds: f64) -> f64 {
    float(count) / seconds
}
