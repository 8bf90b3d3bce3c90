//! Starts other programs, shows what they print, and stops them when this one is stopped.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt::Write as _,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
const HEARTBEAT: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(1);

/// After this, Ctrl-C and a request to end reach the running program, and then this one tidies up.
pub fn stop_children_on_signal() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst))?;
    Ok(())
}

/// Whether somebody asked this program to end.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A program to start.
#[derive(Debug)]
pub struct Cmd {
    command: Command,
    shown: String,
    heartbeat: Option<String>,
}

impl Cmd {
    /// A program by name (looked for on PATH) or by path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            if about_this_crate(&name) {
                command.env_remove(name);
            }
        }
        let shown = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        Self { command, shown, heartbeat: None }
    }

    /// cargo, the one that started this program.
    pub fn cargo() -> Self {
        let mut cargo = Self::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        "cargo".clone_into(&mut cargo.shown);
        cargo
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        let arg = arg.as_ref();
        self.command.arg(arg);
        let text = arg.to_string_lossy();
        // Writing to a String cannot fail.
        let _ = if text.contains(' ') || text.is_empty() {
            write!(self.shown, " '{text}'")
        } else {
            write!(self.shown, " {text}")
        };
        self
    }

    /// Adds arguments.
    pub fn args(self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Puts folders before the others of PATH.
    pub fn path_first(self, folders: &[&Path]) -> Result<Self> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = folders.iter().map(|folder| folder.to_path_buf());
        let joined: OsString = env::join_paths(folders.chain(env::split_paths(&inherited)))
            .context("a folder's name cannot be on PATH")?;
        Ok(self.env("PATH", joined))
    }

    /// Sets the folder to start in.
    pub fn dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Says every 15 seconds that it is still at work: for programs that are quiet for long.
    pub fn heartbeat(mut self, what: &str) -> Self {
        self.heartbeat = Some(what.to_owned());
        self
    }

    /// Throws away what the program prints on its standard output.
    pub fn quiet(mut self) -> Self {
        self.command.stdout(Stdio::null());
        self
    }

    /// Runs the program to its end, its output streaming through.
    pub fn run(mut self) -> Result<()> {
        println!("  $ {}", self.shown);
        let child = self.command.spawn().with_context(|| format!("cannot start `{}`", self.shown))?;
        let status = wait(child, self.heartbeat.as_deref())?;
        if interrupted() {
            bail!("stopped");
        }
        if !status.success() {
            bail!("`{}` ended with {status}", self.shown);
        }
        Ok(())
    }

    /// Runs the program until it, or this one, is told to end; being told so is no mistake.
    pub fn run_until_stopped(self) -> Result<()> {
        let result = self.run();
        if interrupted() { Ok(()) } else { result }
    }

    /// Runs the program to its end; shows what it printed only if it fails.
    pub fn run_silently(mut self) -> Result<()> {
        let output = self.command.output().with_context(|| format!("cannot start `{}`", self.shown))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`{}` ended with {}: {said}", self.shown, output.status);
        }
        Ok(())
    }

    /// Runs the program unseen and returns what it printed; `None` if it is not there or fails.
    pub fn read(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts the program and leaves it running.
    pub fn start(mut self, stdout: Stdio, stderr: Stdio) -> Result<Child> {
        self.command
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.shown))
    }
}

/// Variables that cargo sets for this crate only; other crates would be built anew because of them.
fn about_this_crate(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_PACKAGE"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

fn wait(mut child: Child, heartbeat: Option<&str>) -> Result<ExitStatus> {
    let start = Instant::now();
    let mut next_beat = HEARTBEAT;
    let mut interrupted_at: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for a program")? {
            return Ok(status);
        }
        if let Some(what) = heartbeat
            && start.elapsed() >= next_beat
        {
            println!("  … {what}: {} s", start.elapsed().as_secs());
            next_beat += HEARTBEAT;
        }
        if interrupted() {
            // A terminal tells the whole group itself; a single `kill` does not.
            let since = *interrupted_at.get_or_insert_with(Instant::now);
            if since.elapsed() > PATIENCE {
                signal(&child, "TERM");
                return child.wait().context("cannot wait for a program");
            }
        }
        thread::sleep(Duration::from_millis(if start.elapsed().as_secs() < 2 { 10 } else { 100 }));
    }
}

/// Sends a signal by name. Nothing happens where there are no signals.
pub fn signal(child: &Child, name: &str) {
    let _ = Cmd::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).read();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_can_type_it() {
        let cmd = Cmd::new("/usr/bin/printf").args(["a b", "", "c"]);
        assert_eq!(cmd.shown, "printf 'a b' '' c");
    }

    #[test]
    fn only_variables_about_this_crate_are_kept_from_others() {
        assert!(about_this_crate(OsStr::new("CARGO_PKG_NAME")));
        assert!(!about_this_crate(OsStr::new("CARGO_TARGET_DIR")));
    }

    #[test]
    fn a_program_that_is_not_there_reads_as_nothing() {
        assert_eq!(Cmd::new("no-such-program-here").read(), None);
    }
}
