//! Installs what is missing. Each function does nothing, and says nothing, if all is there.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    process::Cmd,
    steps::Report,
    tools::{self, CargoTool, NODE, WASM},
    workspace::Workspace,
};

/// The compiler's standard library for browsers.
pub fn wasm_target(report: &mut Report) -> Result<()> {
    if tools::has_wasm_target() {
        return Ok(());
    }
    report.step("wasm-target", "add the target that browsers run (70 MB)", || {
        if tools::find(&["rustup"]).is_none() {
            bail!("this Rust was not installed by rustup: install its {WASM} standard library yourself");
        }
        Cmd::new("rustup").args(["target", "add", WASM]).run()
    })
}

/// rustfmt and clippy.
pub fn components(report: &mut Report) -> Result<()> {
    let missing: Vec<&str> = [("rustfmt", "fmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(_, command)| Cmd::cargo().args([command, "--version"]).read().is_none())
        .map(|(component, _)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    report.step("components", "add the formatter and the linter", || {
        Cmd::new("rustup").args(["component", "add"]).args(&missing).run()
    })
}

/// A tool that cargo installs; returns its folder.
pub fn cargo_tool(report: &mut Report, tool: &CargoTool) -> Result<PathBuf> {
    let folder = |program: &Path| program.parent().map(Path::to_path_buf).context("a program has no folder");
    if let Some(program) = tool.locate() {
        return folder(&program);
    }
    let CargoTool { package, program, version, options } = tool;
    let root = tool.root()?;
    report.step(program, &format!("build {program} {version} (some minutes, once a machine)"), || {
        // It runs for seconds: an hour of fat link-time optimisation would never pay.
        Cmd::cargo()
            .args(["install", &format!("{package}@{version}"), "--root"])
            .arg(&root)
            .args(*options)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .heartbeat(&format!("building {program}"))
            .run()
    })?;
    folder(&tool.locate().with_context(|| format!("{program} {version} was built but does not start"))?)
}

/// The npm tools of package-lock.json.
pub fn npm(report: &mut Report, workspace: &Workspace) -> Result<()> {
    let wanted = tools::npm_wanted(workspace)?;
    if tools::npm_stamp(workspace).as_ref() == Some(&wanted) {
        return Ok(());
    }
    report.step("npm", "install the npm tools: sass, binaryen, esbuild, Playwright", || {
        let _lock = workspace.lock()?;
        if tools::npm_stamp(workspace).as_ref() == Some(&wanted) {
            return Ok(());
        }
        match tools::version_of("node") {
            Some(version) if tools::at_least(&version, NODE) => {}
            Some(version) => bail!("Node {version} is too old: install {}.{} or newer", NODE.0, NODE.1),
            None => bail!("Node is missing: install version {}.{} or newer", NODE.0, NODE.1),
        }
        Cmd::new("npm")
            .arg("ci")
            .dir(workspace.root())
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .heartbeat("npm ci")
            .run()?;
        fs::write(tools::npm_stamp_file(workspace), &wanted).context("cannot write into node_modules")
    })
}

/// A Chromium to test in.
pub fn chromium(report: &mut Report) -> Result<PathBuf> {
    if let Some(program) = tools::chromium() {
        return Ok(program);
    }
    report.step("chromium", "install the browser that the tests use", || {
        apt_get(&["chromium", "fonts-liberation"], "set CHROMIUM to the path of a Chromium or Chrome")
    })?;
    tools::chromium().context("Chromium was installed but is not on PATH")
}

/// The browser of the journeys: Chromium without windows, in which they take half the time, or else any other. Whether it
/// is to be had here is tried once.
pub fn browser(report: &mut Report, workspace: &Workspace) -> Result<PathBuf> {
    let tried = workspace.path("target/no-headless-shell");
    if tools::headless_shell().is_none() && env::var_os("CHROMIUM").is_none() && !tried.exists() {
        report.step("headless", "install a Chromium without windows, if there is one", || {
            if let Err(error) = apt_get(&["chromium-headless-shell", "fonts-liberation"], "or do without") {
                println!("  the journeys take the usual one: {error:#}");
                fs::write(&tried, "").context("cannot write into target")?;
            }
            Ok(())
        })?;
    }
    match tools::headless_shell() {
        Some(program) => Ok(program),
        None => chromium(report),
    }
}

/// PostgreSQL's programs; returns their folder.
pub fn postgres(report: &mut Report) -> Result<PathBuf> {
    if let Some(folder) = tools::postgres_bin() {
        return Ok(folder);
    }
    report.step("postgresql", "install PostgreSQL for the store's tests", || {
        apt_get(
            &["postgresql"],
            "or set PORTICO_TEST_POSTGRES to the URL of a PostgreSQL in which databases may be created",
        )
    })?;
    tools::postgres_bin().context("PostgreSQL was installed but not found in /usr/lib/postgresql")
}

/// The load generator of the benchmarks.
pub fn wrk(report: &mut Report) -> Result<()> {
    if tools::find(&["wrk"]).is_none() {
        report.step("wrk", "install the load generator that the benchmark uses", || {
            apt_get(&["wrk"], "so that wrk is on PATH")
        })?;
    }
    Ok(())
}

/// Debian's packages, if we may.
fn apt_get(packages: &[&str], otherwise: &str) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("install it yourself (Debian and Ubuntu: apt-get install {list}), {otherwise}");
    let Some(apt) = tools::find(&["apt-get"]) else { bail!("no apt-get here: {by_hand}") };
    let apt_get = || -> Result<Cmd> {
        if is_root() {
            return Ok(Cmd::new(&apt).env("DEBIAN_FRONTEND", "noninteractive"));
        }
        if Cmd::new("sudo").args(["-n", "true"]).read().is_none() {
            bail!("that needs root: {by_hand}");
        }
        Ok(Cmd::new("sudo").args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]))
    };
    apt_get()?.args(["-q", "update"]).heartbeat("apt-get update").run()?;
    apt_get()?
        .args(["-q", "-y", "--no-install-recommends", "install"])
        .args(packages)
        .heartbeat("apt-get install")
        .run()
}

/// Whether this program runs as root.
pub fn is_root() -> bool {
    Cmd::new("id").arg("-u").read().as_deref() == Some("0")
}
