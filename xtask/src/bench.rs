//! `cargo xtask bench`: numbers, each in a table.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    app, install,
    postgres::{Cluster, Durability, VARIABLE},
    process::Cmd,
    server,
    steps::Report,
    workspace::Workspace,
};

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub struct Options {
    /// Measure only these, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Subject>,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Bytes and requests of a first visit.
    Size,
    /// The photo worker against the browser's own code.
    Photo,
    /// Requests a second, delays, processor time and memory, on both databases.
    Load,
    /// When the first form field shows on a slow phone.
    Paint,
    /// Many services: their list, the search over them, and the bytes of a form.
    Catalogue,
    /// Addresses: taking in many, and looking them up, on both databases.
    Places,
    /// What looking up consent adds to a read, and a large account, among a million requests.
    Consent,
    /// Adding up what a million requests counted for, and the page that shows it, on both databases.
    Figures,
    /// Among a million requests: letting time go by, the queue of staff, and open pages, on both databases.
    Promise,
    /// How soon a card service's webhooks are answered, on both databases.
    Webhook,
    /// How soon nothing is left at a public computer, and the next person can begin.
    Finish,
}

impl Subject {
    const ALL: [Self; 11] = [
        Self::Size,
        Self::Photo,
        Self::Load,
        Self::Paint,
        Self::Catalogue,
        Self::Places,
        Self::Consent,
        Self::Figures,
        Self::Promise,
        Self::Webhook,
        Self::Finish,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Photo => "photo",
            Self::Load => "load",
            Self::Paint => "paint",
            Self::Catalogue => "catalogue",
            Self::Places => "places",
            Self::Consent => "consent",
            Self::Figures => "figures",
            Self::Promise => "promise",
            Self::Webhook => "webhook",
            Self::Finish => "finish",
        }
    }

    fn needs_chromium(self) -> bool {
        matches!(self, Self::Size | Self::Photo | Self::Paint | Self::Catalogue | Self::Finish)
    }

    fn needs_postgres(self) -> bool {
        matches!(self, Self::Load | Self::Places | Self::Figures | Self::Promise | Self::Webhook)
    }
}

/// Builds what is measured, and measures.
pub fn run(workspace: &Workspace, report: &mut Report, options: &Options) -> Result<()> {
    let subjects = if options.only.is_empty() { Subject::ALL.to_vec() } else { options.only.clone() };
    report.rerun_with("cargo xtask bench");
    app::ensure(report, workspace)?;
    let (portico, benchmarks) = server::release_and_bench(report, workspace)?;
    for subject in subjects {
        let name = subject.name();
        report.rerun_with(format!("cargo xtask bench --only {name}"));
        let mut bench = Cmd::new(&benchmarks)
            .args(["--only", name])
            .dir(workspace.root())
            .env("PORTICO_BIN", &portico)
            .env("PORTICO_DIST", workspace.dist());
        if subject.needs_chromium() {
            install::npm(report, workspace)?;
            bench = bench.env("CHROMIUM", install::chromium(report)?);
        }
        if matches!(subject, Subject::Load | Subject::Promise) {
            install::wrk(report)?;
        }
        let postgres = if subject.needs_postgres() && std::env::var_os(VARIABLE).is_none() {
            Some(install::postgres(report)?)
        } else {
            None
        };
        report.step(name, "measure", || {
            let cluster = match &postgres {
                Some(bin) => Some(Cluster::start(bin, Durability::Benchmark)?),
                None => None,
            };
            match &cluster {
                Some(cluster) => bench.env(VARIABLE, cluster.url()).run(),
                None => bench.run(),
            }
        })?;
    }
    Ok(())
}
