//! What must be installed, and where it is.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{process::Cmd, workspace::Workspace};

/// The version of Trunk: 0.22 needs a newer compiler than the project's.
pub const TRUNK: &str = "0.21.14";

/// The oldest version of Node that all npm packages accept.
pub const NODE: (u32, u32) = (20, 19);

/// The target that browsers run.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The first program of these names on PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names
        .iter()
        .find_map(|name| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// What a program says its version is.
pub fn version_of(program: impl AsRef<Path>) -> Option<String> {
    version_in(&Cmd::new(program.as_ref()).arg("--version").read()?)
}

/// The first version number (`1.2` or `1.2.3`) in a line such as `trunk 0.21.14`.
fn version_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || c == '(')
        .map(|word| word.trim_start_matches('v'))
        .find(|word| {
            let mut parts = word.split('.');
            let starts_with_number = parts.next().is_some_and(is_number);
            starts_with_number && parts.next().is_some_and(is_number)
        })
        .map(str::to_owned)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a version is at least the given major and minor number.
pub fn at_least(version: &str, (major, minor): (u32, u32)) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let (Some(Ok(has_major)), Some(Ok(has_minor))) = (numbers.next(), numbers.next()) else {
        return false;
    };
    (has_major, has_minor) >= (major, minor)
}

/// A tool that cargo installs. Only exactly its version will do.
#[derive(Debug, Clone)]
pub struct CargoTool {
    /// The crate, which is not always named like the program.
    pub package: &'static str,
    /// The program.
    pub program: &'static str,
    /// The version.
    pub version: String,
    /// Further arguments of `cargo install`.
    pub options: &'static [&'static str],
}

impl CargoTool {
    /// Trunk. We neither serve nor download with it, so it needs none of its features.
    pub fn trunk() -> Self {
        Self {
            package: "trunk",
            program: "trunk",
            version: TRUNK.to_owned(),
            options: &["--locked", "--no-default-features"],
        }
    }

    /// wasm-bindgen's program, whose version must be the library's. Not with `--locked`: its
    /// lock file names a crate version that was withdrawn.
    pub fn wasm_bindgen(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: workspace.locked_version("wasm-bindgen")?,
            options: &[],
        })
    }

    /// Where it is, if it is there in the right version: on PATH or in our own folder.
    pub fn locate(&self) -> Option<PathBuf> {
        [find(&[self.program]), self.root().ok().map(|root| root.join("bin").join(self.program))]
            .into_iter()
            .flatten()
            .find(|program| version_of(program).as_deref() == Some(&self.version))
    }

    /// The folder that we install it into.
    pub fn root(&self) -> Result<PathBuf> {
        Ok(cache_dir()?.join("portico-tools").join(format!("{}-{}", self.program, self.version)))
    }
}

fn cache_dir() -> Result<PathBuf> {
    env::var_os("XDG_CACHE_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set")
}

/// Whether the compiler has the standard library for browsers.
pub fn has_wasm_target() -> bool {
    Cmd::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .read()
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

/// A browser for tests: `CHROMIUM`, or the first on PATH.
pub fn chromium() -> Option<PathBuf> {
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|program| program.is_file())
        .or_else(|| find(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]))
        .or_else(|| mac.is_file().then_some(mac))
}

/// Chromium without windows; none where `CHROMIUM` names another one.
pub fn headless_shell() -> Option<PathBuf> {
    if env::var_os("CHROMIUM").is_some() {
        return None;
    }
    find(&["chromium-headless-shell"])
}

/// The folder of PostgreSQL's programs: those on PATH, or Debian's newest.
pub fn postgres_bin() -> Option<PathBuf> {
    let complete = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let on_path = find(&["initdb"]).and_then(|program| program.parent().map(Path::to_path_buf));
    if let Some(folder) = on_path.filter(|folder| complete(folder)) {
        return Some(folder);
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| complete(folder))
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder)
}

/// What `node_modules` must hold, as a stamp that [`npm_stamp`] finds again.
pub fn npm_wanted(workspace: &Workspace) -> Result<String> {
    let mut hash = Sha256::new();
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        hash.update(fs::read(workspace.path(file)).with_context(|| format!("cannot read {file}"))?);
        hash.update([0]);
    }
    Ok(hex(&hash.finalize()))
}

/// What was put into `node_modules` last.
pub fn npm_stamp(workspace: &Workspace) -> Option<String> {
    fs::read_to_string(npm_stamp_file(workspace)).ok()
}

/// Where [`npm_stamp`] is kept.
pub fn npm_stamp_file(workspace: &Workspace) -> PathBuf {
    workspace.path("node_modules/.portico-stamp")
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (said, version) in [
            ("trunk 0.21.14", Some("0.21.14")),
            ("v20.20.2", Some("20.20.2")),
            ("Chromium 156.0.8078.79 built on Debian", Some("156.0.8078.79")),
            ("initdb (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)", Some("15.13")),
            ("rustc 1.95.0 (59807616e 2026-04-14)", Some("1.95.0")),
            ("no version at all", None),
            ("", None),
        ] {
            assert_eq!(version_in(said).as_deref(), version, "{said}");
        }
    }

    #[test]
    fn versions_compare_by_number_not_by_letter() {
        for (version, enough) in [
            ("20.19.0", true),
            ("20.20.2", true),
            ("22.1.0", true),
            ("20.9.9", false),
            ("9.30.0", false),
            ("twenty", false),
        ] {
            assert_eq!(at_least(version, (20, 19)), enough, "{version}");
        }
    }

    #[test]
    fn hex_has_two_digits_a_byte() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
