//! Runs the scripts that measure in Chromium; each prints one JSON object.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::de::DeserializeOwned;

/// Runs `end2end/bench/SCRIPT` with these arguments and reads what it prints.
pub fn run<T: DeserializeOwned>(script: &str, arguments: &[&str]) -> Result<T> {
    let file = format!("end2end/bench/{script}");
    let output = Command::new("node")
        .arg(&file)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("node can't be started")?;
    if !output.status.success() {
        bail!("`node {file}` ended with {}; it must be started in the repository's folder", output.status);
    }
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{file} prints something else than expected"))
}
