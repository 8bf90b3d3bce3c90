//! `cargo xtask run`: from a fresh machine to a council's front door in the browser.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use anyhow::{Context, Result};
use clap::Args;

use crate::{app, process, process::Cmd, server, steps::Report, workspace::Workspace};

/// What the portal calls the stand-in for the card service with, and what that signs its messages with. Neither moves money,
/// and nobody but this computer reaches either.
const KEY: &str = "api_test_stand-in";
const SIGNED_WITH: &str = "stand-in";

/// Options of `cargo xtask run`.
#[derive(Args)]
pub struct Options {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The port of the card pages, on the same address.
    #[arg(long, default_value_t = 8090)]
    pay_port: u16,
}

/// Sets up, builds and serves.
pub fn run(workspace: &Workspace, report: &mut Report, options: &Options) -> Result<()> {
    report.rerun_with("cargo xtask run");
    app::ensure(report, workspace)?;
    let portico = server::release(report, workspace)?;
    let pay = server::stand_in(report, workspace)?;
    let cards = SocketAddr::new(options.listen.ip(), options.pay_port);
    let councils = workspace.path("data/councils");
    let portico = || Cmd::new(&portico).arg("--councils-dir").arg(&councils).dir(workspace.root());
    report.step("data", "prepare the database and the demo council in data/", || {
        demonstration(workspace, cards)?;
        portico().arg("migrate").run()?;
        portico().arg("seed-demo").run()
    })?;
    report.print();
    report.clear();
    let address = format!("http://{}", options.listen);
    let hook = format!("{address}/api/payments/webhook");
    let pay = Cmd::new(pay)
        .args(["--listen", &cards.to_string(), "--api-key", KEY])
        .args(["--webhook-url", &hook, "--webhook-secret", SIGNED_WITH])
        .start(Stdio::null(), Stdio::inherit())?;
    let _pay = Beside(pay);
    println!("\nPortico is at {address} (stop it with Ctrl-C)");
    println!("  Staff sign in at   {address}/staff with the demo accounts that the server names below.");
    println!("  What it e-mails is {address}/demo/mailbox");
    println!(
        "  Cards are taken at http://{cards} by a stand-in: 4444 3333 2222 1111 pays, and no money moves."
    );
    portico()
        .args(["serve", "--listen", &options.listen.to_string(), "--public-url", &address])
        .run_until_stopped()
}

/// The demonstration's council, which takes payments by the stand-in here, and nowhere else.
fn demonstration(workspace: &Workspace, cards: SocketAddr) -> Result<()> {
    let payments = format!("\n[payments]\nservice = \"govuk_pay\"\napi = \"http://{cards}\"\n");
    let council = workspace.path("councils/demo/council.toml");
    let council = fs::read_to_string(council).context("cannot read councils/demo/council.toml")?;
    for (file, text) in [
        ("data/councils/demo/council.toml", council + &payments),
        ("data/payments/demo.key", KEY.to_owned()),
        ("data/payments/demo.webhook", SIGNED_WITH.to_owned()),
    ] {
        let path = workspace.path(file);
        let folder = path.parent().context("a file stands in a folder")?;
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).with_context(|| file.to_owned())?;
    }
    Ok(())
}

/// A program that runs beside another, and ends with it.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        process::signal(&self.0, "TERM");
        let _ = self.0.wait();
    }
}
