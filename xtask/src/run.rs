//! `cargo xtask run`: from a fresh machine to a council's front door in the browser.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;

use crate::{app, process::Cmd, server, steps::Report, workspace::Workspace};

/// Options of `cargo xtask run`.
#[derive(Args)]
pub struct Options {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Sets up, builds and serves.
pub fn run(workspace: &Workspace, report: &mut Report, options: &Options) -> Result<()> {
    report.rerun_with("cargo xtask run");
    app::ensure(report, workspace)?;
    let portico = server::release(report, workspace)?;
    let portico = || Cmd::new(&portico).dir(workspace.root());
    report.step("data", "prepare the database and the demo council in data/", || {
        portico().arg("migrate").run()?;
        portico().arg("seed-demo").run()
    })?;
    report.print();
    report.clear();
    let address = format!("http://{}", options.listen);
    println!("\nPortico is at {address} (stop it with Ctrl-C)");
    println!("  Staff sign in at   {address}/staff with the demo accounts that the server names below.");
    println!("  What it e-mails is {address}/demo/mailbox");
    portico()
        .args(["serve", "--listen", &options.listen.to_string(), "--public-url", &address])
        .run_until_stopped()
}
