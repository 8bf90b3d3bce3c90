//! The commands of the project: `cargo xtask run`, `test`, `bench` and `doctor`.
//!
//! Every command first looks at what is there, installs only what is missing, and says what it
//! does and how long it took. [`steps`] prints and times, [`tools`] installs, [`app`] builds the
//! browser's side, [`server`] the server, [`postgres`] starts a throw-away database.

#![expect(
    clippy::print_stdout,
    reason = "it is a command line tool: its output is for the person in front of it"
)]

mod app;
mod bench;
mod compress;
mod doctor;
mod fingerprint;
mod install;
mod names;
mod postgres;
mod process;
mod run;
mod server;
mod steps;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{steps::Report, workspace::Workspace};

/// Set up, run, test and measure Portico.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up what is missing, build everything and serve the demo council.
    Run(run::Options),
    /// Run every check of the project, the cheap ones first.
    Test(test::Options),
    /// Measure sizes, photos, load and the first paint; each prints a table.
    Bench(bench::Options),
    /// Say what is installed, what is missing and how to get it.
    Doctor,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = process::stop_children_on_signal() {
        println!("cannot listen for Ctrl-C: {error}");
    }
    let mut report = Report::default();
    let result = Workspace::find().and_then(|workspace| match &cli.command {
        Command::Run(options) => run::run(&workspace, &mut report, options),
        Command::Test(options) => test::run(&workspace, &mut report, options),
        Command::Bench(options) => bench::run(&workspace, &mut report, options),
        Command::Doctor => doctor::run(&workspace),
    });
    report.print();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report.print_failure(&error);
            ExitCode::FAILURE
        }
    }
}
