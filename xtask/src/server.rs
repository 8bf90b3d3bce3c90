//! Builds the server.

use std::path::PathBuf;

use anyhow::Result;

use crate::{process::Cmd, steps::Report, workspace::Workspace};

/// The crates that run outside browsers. They are always named together: cargo then chooses the
/// same features for what they share, and builds it once.
pub const NATIVE: [&str; 5] = ["--workspace", "--exclude", "portico-app", "--exclude", "photo-worker"];

/// The server as it runs in production, the app inside it; returns its path.
pub fn release(report: &mut Report, workspace: &Workspace) -> Result<PathBuf> {
    optimised(report, workspace, &["--bin", "portico"])
}

/// The same, and the benchmarks, which are made of its parts: named together, so that cargo builds those once. Returns
/// the paths of both.
pub fn release_and_bench(report: &mut Report, workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let portico = optimised(report, workspace, &["-p", "bench", "--bins"])?;
    Ok((portico, workspace.target("server/bench")))
}

fn optimised(report: &mut Report, workspace: &Workspace, what: &[&str]) -> Result<PathBuf> {
    report.step("server", "build the server, optimised, with the app inside", || {
        Cmd::cargo()
            .args(["build", "--profile", "server", "-p", "server"])
            .args(what)
            .dir(workspace.root())
            .run()?;
        Ok(workspace.target("server/portico"))
    })
}

/// The stand-in for the card service, by itself: nothing of it is built into the server. Returns its path.
pub fn stand_in(report: &mut Report, workspace: &Workspace) -> Result<PathBuf> {
    report.step("card pages", "build the stand-in for the card service", || {
        Cmd::cargo().args(["build", "-p", "pay-stand-in", "--bins"]).dir(workspace.root()).run()?;
        Ok(workspace.target("debug/pay-stand-in"))
    })
}

/// The server as the tests use it: it reads the app from `dist/`; and beside it, what answers the forms for them.
/// Returns the server's path.
pub fn debug(report: &mut Report, workspace: &Workspace) -> Result<PathBuf> {
    workspace.create_dist()?;
    report.step("server", "build the server for tests", || {
        Cmd::cargo()
            .arg("build")
            .args(NATIVE)
            .args(["--bin", "portico", "--bin", "pay-stand-in", "--example", "samples"])
            .dir(workspace.root())
            .run()?;
        Ok(workspace.target("debug/portico"))
    })
}
