//! A PostgreSQL of our own: on a free port, in a temporary folder, gone when the tests are.

use std::{
    env,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Stdio, id},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    install,
    process::{Cmd, interrupted, signal},
    tools,
};

/// The variable through which tests and benchmarks learn of a PostgreSQL.
pub const VARIABLE: &str = "PORTICO_TEST_POSTGRES";

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Whether a commit must reach the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Fast: the data is thrown away anyhow.
    Tests,
    /// As in production: what it takes is what is measured.
    Benchmark,
}

/// A running cluster; dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    postmaster: Option<Child>,
    port: u16,
}

impl Cluster {
    /// Creates and starts a cluster with the programs in `bin`.
    pub fn start(bin: &Path, durability: Durability) -> Result<Self> {
        let folder = temporary_folder(durability)?;
        // From here on, dropping removes the folder, whatever fails.
        let mut cluster = Self { folder, postmaster: None, port: 0 };
        let user = User::unprivileged()?;
        user.own(&cluster.folder)?;
        let data = cluster.folder.join("data");
        user.command(&bin.join("initdb"))
            .arg("--pgdata")
            .arg(&data)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .dir(&cluster.folder)
            .quiet()
            .run()?;
        for _ in 0..3 {
            cluster.port = free_port()?;
            if cluster.launch(bin, &data, &user, durability)? {
                println!("  PostgreSQL listens on 127.0.0.1:{}", cluster.port);
                return Ok(cluster);
            }
        }
        bail!("PostgreSQL does not start: {}", cluster.log())
    }

    /// The address of its maintenance database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server; whether it came up.
    fn launch(&mut self, bin: &Path, data: &Path, user: &User, durability: Durability) -> Result<bool> {
        let log = File::create(self.folder.join("log")).context("cannot write PostgreSQL's log")?;
        let mut postgres = user
            .command(&bin.join("postgres"))
            .arg("-D")
            .arg(data)
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", "max_connections=200"])
            .dir(&self.folder);
        if durability == Durability::Tests {
            postgres = postgres.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        let errors = log.try_clone().context("cannot share PostgreSQL's log")?;
        self.postmaster = Some(postgres.start(Stdio::from(log), Stdio::from(errors))?);
        let start = Instant::now();
        while start.elapsed() < START_LIMIT && !interrupted() {
            if is_ready(&data.join("postmaster.pid")) {
                return Ok(true);
            }
            let ended = self.postmaster.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            if ended {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(false)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn stop(&mut self) {
        let Some(mut child) = self.postmaster.take() else { return };
        // SIGINT is PostgreSQL's "fast shutdown": it does not wait for its clients.
        signal(&child, "INT");
        let start = Instant::now();
        while start.elapsed() < STOP_LIMIT {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root, so root runs it as somebody else.
struct User {
    name: Option<&'static str>,
}

impl User {
    fn unprivileged() -> Result<Self> {
        if !install::is_root() {
            return Ok(Self { name: None });
        }
        let name = ["postgres", "nobody"]
            .into_iter()
            .find(|name| Cmd::new("id").args(["-u", name]).read().is_some())
            .context("PostgreSQL does not run as root, and there is no user postgres or nobody")?;
        Ok(Self { name: Some(name) })
    }

    fn own(&self, folder: &Path) -> Result<()> {
        match self.name {
            Some(name) => Cmd::new("chown").arg(name).arg(folder).read().map(drop).with_context(|| {
                format!("cannot give {} to {name}, as whom PostgreSQL runs", folder.display())
            }),
            None => Ok(()),
        }
    }

    /// A program as this user. Where `setpriv` is, it ends with us even if we are killed.
    fn command(&self, program: &Path) -> Cmd {
        match (self.name, tools::find(&["setpriv"])) {
            (Some(name), Some(setpriv)) => Cmd::new(setpriv)
                .args(["--reuid", name, "--init-groups"])
                .args(["--regid", &group_of(name), "--pdeathsig", "INT", "--"])
                .arg(program),
            (Some(name), None) => Cmd::new("runuser").args(["-u", name, "--"]).arg(program),
            (None, Some(setpriv)) => Cmd::new(setpriv).args(["--pdeathsig", "INT", "--"]).arg(program),
            (None, None) => Cmd::new(program),
        }
    }
}

fn group_of(user: &str) -> String {
    Cmd::new("id").args(["-g", user]).read().unwrap_or_else(|| user.to_owned())
}

fn temporary_folder(durability: Durability) -> Result<PathBuf> {
    // /tmp may be memory, in which nothing is durable; /var/tmp is a disk.
    let on_disk = PathBuf::from("/var/tmp");
    let parent = match durability {
        Durability::Benchmark if on_disk.is_dir() => on_disk,
        _ => env::temp_dir(),
    };
    let folder = parent.join(format!("portico-postgres-{}", id()));
    fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr().context("no free port")?.port())
}

/// The eighth line of PostgreSQL's own file says when it takes connections.
fn is_ready(pid_file: &Path) -> bool {
    fs::read_to_string(pid_file)
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_its_file_says_so() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("postmaster.pid");
        assert!(!is_ready(&file), "no file yet");
        for (state, ready) in [("starting", false), ("ready   ", true), ("stopping", false)] {
            fs::write(&file, format!("1\n/data\n2\n5432\n\n127.0.0.1\n  3\n{state}\n"))?;
            assert_eq!(is_ready(&file), ready, "{state}");
        }
        Ok(())
    }
}
