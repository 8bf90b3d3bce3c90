//! `cargo xtask test`: every check of the project, the cheap ones first.

use std::env;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::{
    app, install,
    postgres::{Cluster, Durability, VARIABLE},
    process::Cmd,
    server::{self, NATIVE},
    steps::{Outcome, Report},
    tools::{self, WASM},
    workspace::Workspace,
};

/// Options of `cargo xtask test`.
#[derive(Args)]
pub struct Options {
    /// Run only these steps and what they need, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
}

/// A step of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The lock file fits the manifests.
    Lock,
    /// The code is laid out by rustfmt.
    Fmt,
    /// Licences, advisories and sources of all crates (where cargo-deny is installed).
    Deny,
    /// The linter on everything that runs outside browsers.
    Clippy,
    /// The linter on the app, as browsers run it.
    ClippyApp,
    /// The app for browsers, optimised.
    App,
    /// The tests of the rules, the server and the tools; the store on SQLite and PostgreSQL; the pages, once there are any.
    Native,
    /// The tests of the app's own code, outside a browser.
    NativeApp,
    /// Journeys in Chromium against the real server.
    E2e,
}

impl Step {
    const ALL: [Self; 9] = [
        Self::Lock,
        Self::Fmt,
        Self::Deny,
        Self::Clippy,
        Self::ClippyApp,
        Self::App,
        Self::Native,
        Self::NativeApp,
        Self::E2e,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Fmt => "fmt",
            Self::Deny => "deny",
            Self::Clippy => "clippy",
            Self::ClippyApp => "clippy-app",
            Self::Native => "native",
            Self::NativeApp => "native-app",
            Self::App => "app",
            Self::E2e => "e2e",
        }
    }

    fn run(self, workspace: &Workspace, report: &mut Report) -> Result<()> {
        match self {
            Self::Lock => lock(workspace, report),
            Self::Fmt => fmt(workspace, report),
            Self::Deny => deny(workspace, report),
            Self::Clippy => clippy(workspace, report),
            Self::ClippyApp => clippy_app(workspace, report),
            Self::Native => native(workspace, report),
            Self::NativeApp => native_app(workspace, report),
            Self::App => app::ensure(report, workspace),
            Self::E2e => e2e(workspace, report),
        }
    }
}

/// Runs the chosen steps; the first that fails ends it.
pub fn run(workspace: &Workspace, report: &mut Report, options: &Options) -> Result<()> {
    for step in chosen(&options.only) {
        report.rerun_with(format!("cargo xtask test --only {}", step.name()));
        step.run(workspace, report)?;
    }
    Ok(())
}

/// Cheap before dear, whatever the order they were asked for in.
fn chosen(only: &[Step]) -> Vec<Step> {
    Step::ALL.into_iter().filter(|step| only.is_empty() || only.contains(step)).collect()
}

fn lock(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("lock", "check that Cargo.lock fits the manifests", || {
        Cmd::cargo()
            .args(["metadata", "--locked", "--format-version", "1"])
            .dir(workspace.root())
            .quiet()
            .run()
    })
}

fn fmt(workspace: &Workspace, report: &mut Report) -> Result<()> {
    install::components(report)?;
    report.step("fmt", "check the layout of the code (mend it with: cargo fmt --all)", || {
        Cmd::cargo().args(["fmt", "--all", "--", "--check"]).dir(workspace.root()).run()
    })
}

fn deny(workspace: &Workspace, report: &mut Report) -> Result<()> {
    if tools::find(&["cargo-deny"]).is_none() {
        let why = "cargo-deny is not installed; get it with: cargo install --locked cargo-deny";
        report.note("deny", Outcome::Skipped, why);
        return Ok(());
    }
    report.step("deny", "check licences, advisories and sources of all crates", || {
        Cmd::cargo().args(["deny", "--workspace", "check"]).dir(workspace.root()).run()
    })
}

fn clippy(workspace: &Workspace, report: &mut Report) -> Result<()> {
    install::components(report)?;
    workspace.create_dist()?;
    report.step("clippy", "lint the rules, the server and the tools", || {
        Cmd::cargo()
            .arg("clippy")
            .args(NATIVE)
            .args(["--all-targets", "--", "-D", "warnings"])
            .dir(workspace.root())
            .run()
    })
}

fn clippy_app(workspace: &Workspace, report: &mut Report) -> Result<()> {
    install::components(report)?;
    install::wasm_target(report)?;
    report.step("clippy-app", "lint the app as browsers run it", || {
        Cmd::cargo()
            .args(["clippy", "-p", "portico-app", "-p", "photo-worker", "--features", "portico-app/csr"])
            .args(["--target", WASM])
            .args(["--lib", "--bins", "--", "-D", "warnings"])
            .dir(workspace.root())
            .run()
    })
}

fn native(workspace: &Workspace, report: &mut Report) -> Result<()> {
    workspace.create_dist()?;
    let postgres = match env::var_os(VARIABLE) {
        Some(_) => None,
        None => Some(install::postgres(report)?),
    };
    report.step("native", "test the rules, the server and the tools; the store on both databases", || {
        // Once as browsers get them: without what the server's features add.
        Cmd::cargo().args(["test", "-p", "domain"]).dir(workspace.root()).run()?;
        let mut tests = Cmd::cargo().arg("test").args(NATIVE).dir(workspace.root());
        let cluster = match &postgres {
            Some(bin) => Some(Cluster::start(bin, Durability::Tests)?),
            None => None,
        };
        if let Some(cluster) = &cluster {
            tests = tests.env(VARIABLE, cluster.url());
        }
        tests.run()
    })
}

fn native_app(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("native-app", "test the app's own code, outside a browser", || {
        // Apart from the server: cargo would unify what the two want of the same crates.
        Cmd::cargo()
            .args(["test", "-p", "portico-app", "--features", "csr", "--lib", "--bins"])
            .dir(workspace.root())
            .run()
    })
}

fn e2e(workspace: &Workspace, report: &mut Report) -> Result<()> {
    app::ensure(report, workspace)?;
    let portico = server::debug(report, workspace)?;
    install::npm(report, workspace)?;
    let chromium = install::browser(report, workspace)?;
    let whole = install::chromium(report)?;
    report.step("e2e", "make a resident's and staff's journeys in Chromium", || {
        let folder = workspace.path("end2end");
        if !folder.join("playwright.config.ts").is_file() {
            bail!("end2end/playwright.config.ts is missing");
        }
        if folder.join("tsconfig.json").is_file() {
            Cmd::new(workspace.npm_bin("tsc")).args(["--noEmit", "-p", "."]).dir(&folder).run()?;
        }
        Cmd::new(workspace.npm_bin("playwright"))
            .arg("test")
            .dir(&folder)
            .env("PORTICO_BIN", &portico)
            .env("CHROMIUM", &chromium)
            .env("CHROMIUM_WITH_NOTIFICATIONS", &whole)
            .run()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_steps_run_if_none_is_named() {
        assert_eq!(chosen(&[]), Step::ALL);
    }

    #[test]
    fn named_steps_run_once_and_cheap_ones_first() {
        assert_eq!(chosen(&[Step::E2e, Step::Fmt, Step::E2e]), [Step::Fmt, Step::E2e]);
    }

    #[test]
    fn a_step_is_named_in_reports_as_on_the_command_line() {
        for step in Step::ALL {
            assert_eq!(Step::from_str(step.name(), false).as_ref(), Ok(&step));
        }
    }
}
