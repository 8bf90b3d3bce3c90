//! The server that is measured: `portico serve` on a fresh folder and a free port.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context as _, Result, bail};

use crate::{http, process};

/// What a resident's first page asks for.
pub const SERVICE: &str = "report-graffiti";
/// Where its form begins: it is short, and stands on its start page.
pub const FORM: &str = "/services/report-graffiti";

/// The folder, within the server's own, of documents that are served besides those of the project.
pub const SERVICES: &str = "services";

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A running server; dropping it ends it.
pub struct Server {
    child: Child,
    at: SocketAddr,
    /// From its start to its first answer with data, in seconds.
    pub started_in: f64,
}

impl Server {
    /// Starts one and waits until it answers with data. Without a database's address it keeps its own. Documents
    /// in its folder's [`SERVICES`] are served too.
    pub fn start(folder: &Path, database: Option<&str>) -> Result<Self> {
        Self::start_with(folder, database, &[])
    }

    /// The same, with more arguments.
    pub fn start_with(folder: &Path, database: Option<&str>, arguments: &[&str]) -> Result<Self> {
        let program =
            env::var_os("PORTICO_BIN").context("PORTICO_BIN must name the server: cargo xtask bench does")?;
        let at = free_address()?;
        let log = folder.join("log");
        let mut command = tied(&program);
        command
            .arg("serve")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::create(folder.join("errors"))?);
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PORTICO_")) {
            command.env_remove(name);
        }
        command.env("PORTICO_DATA_DIR", folder.join("data")).env("PORTICO_LISTEN", at.to_string());
        if let Some(url) = database {
            command.env("PORTICO_DATABASE_URL", url);
        }
        let services = folder.join(SERVICES);
        if services.is_dir() {
            command.env("PORTICO_SERVICES_DIR", services);
        }
        let start = Instant::now();
        let child = command.spawn().with_context(|| format!("{} can't be started", program.display()))?;
        let mut server = Self { child, at, started_in: 0.0 };
        while start.elapsed() < START_LIMIT {
            if http::get(at, &format!("/api/services/{SERVICE}")).is_ok_and(|(status, _)| status == 200) {
                server.started_in = start.elapsed().as_secs_f64();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                let said = fs::read_to_string(folder.join("errors")).unwrap_or_default();
                bail!(
                    "the server ended with {status}: {said}{}",
                    fs::read_to_string(&log).unwrap_or_default()
                );
            }
            thread::sleep(Duration::from_millis(1));
        }
        bail!("the server does not answer")
    }

    /// Where it listens.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Its address for browsers.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Processor milliseconds it has used.
    pub fn cpu_ms(&self) -> Result<f64> {
        process::cpu_ms(self.child.id())
    }

    /// Its memory in megabytes.
    pub fn pss_mb(&self) -> Result<f64> {
        process::pss_mb(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < STOP_LIMIT && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs another command of the program on the folder of a server, to its end; how long it took, in seconds.
pub fn command(folder: &Path, database: Option<&str>, arguments: &[&str]) -> Result<f64> {
    let program =
        env::var_os("PORTICO_BIN").context("PORTICO_BIN must name the server: cargo xtask bench does")?;
    let mut command = Command::new(&program);
    command.args(arguments).env("PORTICO_DATA_DIR", folder.join("data")).stdin(Stdio::null());
    if let Some(url) = database {
        command.env("PORTICO_DATABASE_URL", url);
    }
    let start = Instant::now();
    let output = command.output().with_context(|| format!("{} can't be started", program.display()))?;
    if !output.status.success() {
        bail!(
            "portico {arguments:?} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(start.elapsed().as_secs_f64())
}

/// The program; where `setpriv` is, it ends with us even if we are killed.
fn tied(program: &OsString) -> Command {
    match on_path("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "TERM", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// A program on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn free_address() -> Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).context("no free port")
}
