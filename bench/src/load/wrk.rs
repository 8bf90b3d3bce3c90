//! The load generator: wrk, with a script for each kind of request.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::server::Server;

const SCRIPTS: [(&str, &str); 3] = [
    ("create.lua", include_str!("../../load/create.lua")),
    ("follow.lua", include_str!("../../load/follow.lua")),
    ("page.lua", include_str!("../../load/page.lua")),
];
/// What every script ends with: it prints the result as JSON.
const RESULT: &str = include_str!("../../load/result.lua");

/// A run of wrk, being set up.
pub struct Wrk<'a> {
    command: Command,
    script: String,
    folder: &'a Path,
    server: &'a Server,
}

/// What wrk measured.
pub struct Sent {
    /// Replies, whatever they said.
    pub replies: u64,
    /// Replies that were refusals, and requests that got none.
    pub refused: u64,
    /// For how long.
    pub seconds: f64,
    /// Half of the replies came within this.
    pub p50_ms: f64,
    /// Of a hundred replies 99 came within this.
    pub p99_ms: f64,
    /// The slowest reply.
    pub max_ms: f64,
}

#[derive(Deserialize)]
struct Printed {
    replies: u64,
    refused: u64,
    microseconds: f64,
    p50: f64,
    p99: f64,
    max: f64,
}

impl<'a> Wrk<'a> {
    /// A run of one of the scripts, in a folder that has what it reads.
    pub fn new(script: &str, folder: &'a Path, server: &'a Server) -> Self {
        Self { command: Command::new("wrk"), script: script.to_owned(), folder, server }
    }

    /// Tells the script something.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sends requests for so many seconds.
    pub fn run(mut self, connections: u32, seconds: u32) -> Result<Sent> {
        let script = self.written()?;
        let output = self
            .command
            .current_dir(self.folder)
            .args(["--threads", "1", "--timeout", "10s"])
            .args(["--connections", &connections.to_string(), "--duration", &format!("{seconds}s")])
            .arg("--script")
            .arg(script)
            .arg(self.server.url())
            .stdin(Stdio::null())
            .output()
            .context("wrk can't be started (Debian and Ubuntu: apt-get install wrk)")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
        let Some(line) = line.filter(|_| output.status.success()) else {
            bail!("wrk ended with {}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
        };
        let printed: Printed =
            serde_json::from_str(line).context("wrk prints something else than expected")?;
        if printed.replies == printed.refused.min(printed.replies) {
            bail!("every request of {} was refused: {line}", self.script);
        }
        Ok(Sent {
            replies: printed.replies,
            refused: printed.refused,
            seconds: printed.microseconds / 1e6,
            p50_ms: printed.p50 / 1000.0,
            p99_ms: printed.p99 / 1000.0,
            max_ms: printed.max / 1000.0,
        })
    }

    fn written(&self) -> Result<PathBuf> {
        let (name, text) =
            SCRIPTS.iter().find(|(name, _)| *name == self.script).context("there is no such script")?;
        let file = self.folder.join(name);
        fs::write(&file, format!("{text}\n{RESULT}"))?;
        Ok(file)
    }
}
