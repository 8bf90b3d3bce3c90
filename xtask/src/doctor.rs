//! `cargo xtask doctor`: what is there, what is missing, and the command that gets it.

use std::env;

use anyhow::{Result, bail};

use crate::{
    postgres,
    process::Cmd,
    tools::{self, CargoTool, NODE, WASM},
    workspace::Workspace,
};

/// Which command stops without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Run,
    Test,
    Nobody,
}

impl For {
    fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Test => "test, bench",
            Self::Nobody => "optional",
        }
    }
}

struct Finding {
    what: &'static str,
    needed: For,
    found: Option<String>,
    fix: String,
}

/// Looks, says what it found, and fails if `cargo xtask run` lacks something.
pub fn run(workspace: &Workspace) -> Result<()> {
    let findings = examine(workspace)?;
    println!("{:<14} {:<12} found", "what", "needed for");
    for Finding { what, needed, found, fix } in &findings {
        match found {
            Some(found) => println!("{what:<14} {:<12} {found}", needed.name()),
            None => println!("{what:<14} {:<12} MISSING, get it with: {fix}", needed.name()),
        }
    }
    if findings.iter().any(|finding| finding.needed == For::Run && finding.found.is_none()) {
        bail!("something that `cargo xtask run` needs is missing; it installs all but Rust and Node itself");
    }
    Ok(())
}

fn examine(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut add = |what, needed, found: Option<String>, fix: &str| {
        findings.push(Finding { what, needed, found, fix: fix.to_owned() });
    };
    add("rustc", For::Run, tools::version_of("rustc"), "https://rustup.rs");
    add("C compiler", For::Run, c_compiler(), "apt-get install gcc libc6-dev");
    add(
        "wasm target",
        For::Run,
        tools::has_wasm_target().then(|| WASM.to_owned()),
        &format!("rustup target add {WASM}"),
    );
    for tool in [CargoTool::trunk(), CargoTool::wasm_bindgen(workspace)?] {
        let CargoTool { package, version, options, .. } = &tool;
        let fix = format!("cargo install {package}@{version} {}", options.join(" "));
        let found = tool.locate().map(|program| format!("{version} ({})", program.display()));
        add(tool.program, For::Run, found, fix.trim_end());
    }
    let node = tools::version_of("node").filter(|version| tools::at_least(version, NODE));
    add("Node", For::Run, node, &format!("https://nodejs.org, version {}.{} or newer", NODE.0, NODE.1));
    add("npm", For::Run, tools::version_of("npm"), "it comes with Node");
    let wanted = tools::npm_wanted(workspace)?;
    let npm_tools =
        (tools::npm_stamp(workspace) == Some(wanted)).then(|| "as in package-lock.json".to_owned());
    add("npm tools", For::Run, npm_tools, "cargo xtask run, which calls npm ci");
    for (what, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let found = Cmd::cargo().args([command, "--version"]).read();
        add(what, For::Test, found, &format!("rustup component add {what}"));
    }
    let chromium = tools::chromium().map(|program| program.display().to_string());
    add("Chromium", For::Test, chromium, "apt-get install chromium");
    let headless = tools::headless_shell().map(|program| program.display().to_string());
    add(
        "headless shell",
        For::Nobody,
        headless,
        "apt-get install chromium-headless-shell (journeys take half the time)",
    );
    let postgres = match env::var(postgres::VARIABLE) {
        Ok(_) => Some(format!("{} is set", postgres::VARIABLE)),
        Err(_) => tools::postgres_bin().map(|folder| folder.display().to_string()),
    };
    add("PostgreSQL", For::Test, postgres, "apt-get install postgresql");
    let deny = tools::find(&["cargo-deny"]).map(|program| program.display().to_string());
    add("cargo-deny", For::Nobody, deny, "cargo install --locked cargo-deny");
    Ok(findings)
}

fn c_compiler() -> Option<String> {
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    tools::find(&[&compiler]).map(|program| program.display().to_string())
}
