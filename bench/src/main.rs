//! Measures Portico and prints a table for each subject, with the bar that the figure is held to beside it.
//!
//! `cargo xtask bench` builds what is measured and starts this. Nothing is asserted: a figure over its bar
//! is a line that says so, not a failure.
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

mod catalogue;
mod consent;
mod figures;
mod finish;
mod http;
mod load;
mod machine;
mod node;
mod paint;
mod photo;
mod places;
mod process;
mod promise;
mod scratch;
mod server;
mod sign_in;
mod size;
mod table;
mod takeover;
mod times;
mod webhook;

use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Measures Portico.
#[derive(Parser)]
struct Cli {
    /// Measure only these, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Subject>,
    #[command(flatten)]
    load: load::Options,
    #[command(flatten)]
    consent: consent::Town,
    #[command(flatten)]
    figures: figures::Counted,
    #[command(flatten)]
    promise: promise::Council,
    #[command(flatten)]
    webhook: webhook::Told,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Bytes and requests of a first visit
    Size,
    /// The photo worker against the browser's own code
    Photo,
    /// Requests and pages a second, delays, processor time and memory, on both databases
    Load,
    /// When the first form field shows on a slow phone, and what the app's taking over costs then
    Paint,
    /// Many services: their list, the search over them, and the bytes of a form
    Catalogue,
    /// Addresses: taking in many, and looking them up
    Places,
    /// What looking up consent adds to a read, and a large account, among a million requests
    Consent,
    /// Adding up what a million requests counted for, and the page that shows it, on both databases
    Figures,
    /// Among a million requests: letting time go by, the queue of staff, and open pages that hear of events, on both databases
    Promise,
    /// How soon a card service's webhooks are answered, on both databases
    Webhook,
    /// How soon nothing is left at a public computer, and the next person can begin
    Finish,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let subjects = if cli.only.is_empty() { Subject::value_variants() } else { &cli.only };
    for subject in subjects {
        match subject {
            Subject::Size => size::run()?,
            Subject::Photo => photo::run()?,
            Subject::Load => load::run(&cli.load)?,
            Subject::Paint => paint()?,
            Subject::Catalogue => catalogue::run()?,
            Subject::Places => places::run()?,
            Subject::Consent => consent::run(&cli.consent)?,
            Subject::Figures => figures::run(&cli.figures)?,
            Subject::Promise => promise::run(&cli.promise)?,
            Subject::Webhook => webhook::run(&cli.webhook)?,
            Subject::Finish => finish::run()?,
        }
    }
    Ok(())
}

/// The plain page, and the app that takes its place.
fn paint() -> Result<()> {
    let folder = scratch::folder()?;
    let server = server::Server::start(folder.path(), None)?;
    let others = machine::others_before()?;
    paint::run(&server, others)?;
    takeover::run(&server, others)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
