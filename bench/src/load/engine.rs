//! The two databases: a file of our own, or one made in a PostgreSQL that is there.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fmt, fs};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::process;
use crate::server::on_path;

/// Databases made so far: each has a name of its own.
static MADE: AtomicU32 = AtomicU32::new(0);

const VARIABLE: &str = "PORTICO_TEST_POSTGRES";

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// In the server's own process
    Sqlite,
    /// A server of its own
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(if *self == Self::Sqlite { "sqlite" } else { "postgres" })
    }
}

impl Engine {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// An empty database.
    pub fn create(self) -> Result<Database> {
        match self {
            Self::Sqlite => Ok(Database::File),
            Self::Postgres => {
                let maintenance = env::var(VARIABLE)
                    .with_context(|| format!("{VARIABLE} must name a PostgreSQL: cargo xtask bench does"))?;
                Postgres::create(maintenance).map(Database::Postgres)
            }
        }
    }
}

/// An empty database, gone when dropped.
pub enum Database {
    /// The server keeps it in its folder.
    File,
    /// In a PostgreSQL.
    Postgres(Postgres),
}

impl Database {
    /// Its address, where the server must be told.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::File => None,
            Self::Postgres(postgres) => Some(&postgres.url),
        }
    }

    /// What a commit waits for.
    pub fn durability(&self) -> Result<String> {
        match self {
            Self::File => Ok("WAL, synchronous=FULL".into()),
            Self::Postgres(postgres) => Ok(format!(
                "fsync {}, synchronous_commit {}, version {}",
                postgres.ask("SHOW fsync")?,
                postgres.ask("SHOW synchronous_commit")?,
                postgres.ask("SHOW server_version")?
            )),
        }
    }

    /// Whether processes besides the server work for it, here where they can be seen.
    pub fn has_processes(&self) -> bool {
        matches!(self, Self::Postgres(Postgres { postmaster: Some(_), .. }))
    }

    /// Processor milliseconds that its own processes used.
    pub fn cpu_ms(&self) -> Result<f64> {
        match self {
            Self::Postgres(Postgres { postmaster: Some(pid), .. }) => process::family_cpu_ms(*pid),
            _ => Ok(0.0),
        }
    }

    /// Megabytes that its own processes take.
    pub fn pss_mb(&self) -> Option<f64> {
        match self {
            Self::Postgres(Postgres { postmaster: Some(pid), .. }) => {
                process::family(*pid).into_iter().map(|pid| process::pss_mb(pid).ok()).sum()
            }
            _ => None,
        }
    }
}

/// A database in a PostgreSQL.
pub struct Postgres {
    maintenance: String,
    name: String,
    url: String,
    postmaster: Option<u32>,
}

impl Postgres {
    fn create(maintenance: String) -> Result<Self> {
        let name = format!("portico_bench_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let (server, _) =
            maintenance.rsplit_once('/').context("the address of the PostgreSQL names no database")?;
        let url = format!("{server}/{name}");
        let mut postgres = Self { maintenance, name, url, postmaster: None };
        postgres.ask(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", postgres.name))?;
        postgres.ask(&format!("CREATE DATABASE {}", postgres.name))?;
        // One line of PostgreSQL's own file is its process, if it runs here and lets us look.
        postgres.postmaster = postgres
            .ask("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)")
            .ok()
            .and_then(|pid| pid.parse().ok())
            .filter(|&pid| process::name(pid).is_some_and(|name| name.starts_with("postgres")));
        Ok(postgres)
    }

    fn ask(&self, question: &str) -> Result<String> {
        let psql =
            psql().context("psql is missing (Debian and Ubuntu: apt-get install postgresql-client)")?;
        let output = Command::new(psql)
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
            .args(["--command", question])
            .arg(&self.maintenance)
            .stdin(Stdio::null())
            .output()
            .context("psql can't be started")?;
        if !output.status.success() {
            bail!("PostgreSQL refuses `{question}`: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.ask(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// psql: on PATH, or where Debian puts it.
fn psql() -> Option<PathBuf> {
    on_path("psql").or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        versions.map(|version| version.path().join("bin/psql")).filter(|psql| psql.is_file()).max()
    })
}
