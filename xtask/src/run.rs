//! `cargo xtask run`: from a fresh machine to a council's front door in the browser.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    app,
    process::{Cmd, signal},
    server,
    steps::Report,
    workspace::Workspace,
};

/// Where the stand-in for the card service listens.
const CARDS: &str = "127.0.0.1:8090";
/// What the portal calls it with, and what it signs its webhooks with. No money moves, so neither is a secret.
const KEYS: [(&str, &str); 2] =
    [("demo.key", "api_test_stand-in"), ("demo.webhook", "signed-by-the-stand-in")];

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
    let (portico, cards) = server::release_and_cards(report, workspace)?;
    let councils = workspace.path("data/councils");
    let portico = || Cmd::new(&portico).arg("--councils-dir").arg(&councils).dir(workspace.root());
    report.step("data", "prepare the database and the demo council in data/", || {
        take_payments(workspace)?;
        portico().arg("migrate").run()?;
        portico().arg("seed-demo").run()
    })?;
    report.print();
    report.clear();
    let address = format!("http://{}", options.listen);
    println!("\nPortico is at {address} (stop it with Ctrl-C)");
    println!("  Staff sign in at   {address}/staff with the demo accounts that the server names below.");
    println!("  What it e-mails is {address}/demo/mailbox");
    println!("  Cards are paid at  http://{CARDS}, which takes test cards and no money.");
    let [(_, key), (_, webhook)] = KEYS;
    let mut cards = Cmd::new(cards)
        .args(["--listen", CARDS, "--api-key", key])
        .args(["--webhook-url", &format!("{address}/api/payments/webhook"), "--webhook-secret", webhook])
        .start(Stdio::null(), Stdio::inherit())?;
    let served = portico()
        .args(["serve", "--listen", &options.listen.to_string(), "--public-url", &address])
        .run_until_stopped();
    signal(&cards, "TERM");
    cards.wait().context("the stand-in for the card service does not end")?;
    served
}

/// The demonstration council, which takes payments by the stand-in, and its keys.
fn take_payments(workspace: &Workspace) -> Result<()> {
    let (council, keys) = (workspace.path("data/councils/demo"), workspace.path("data/payments"));
    for folder in [&council, &keys] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let document = fs::read_to_string(workspace.path("councils/demo/council.toml"))
        .context("cannot read the demonstration council")?;
    let payments = format!("[payments]\nservice = \"govuk_pay\"\napi = \"http://{CARDS}\"\n");
    fs::write(council.join("council.toml"), format!("{document}\n{payments}"))
        .context("cannot write the demonstration council")?;
    for (file, text) in KEYS {
        fs::write(keys.join(file), text).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}
