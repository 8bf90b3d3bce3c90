//! Where things are.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The checked-out repository and cargo's target folder.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository from what cargo says, or upwards from the current folder.
    pub fn find() -> Result<Self> {
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(xtask) => PathBuf::from(xtask),
            None => env::current_dir().context("the current folder is gone")?,
        };
        let root = start
            .ancestors()
            .find(|folder| folder.join("xtask/Cargo.toml").is_file())
            .context("run this inside the repository: cargo xtask help")?
            .to_path_buf();
        // The running program is <target>/<profile>/xtask.
        let target = env::current_exe()
            .ok()
            .and_then(|exe| exe.ancestors().nth(2).map(Path::to_path_buf))
            .filter(|target| target.join("debug").is_dir())
            .unwrap_or_else(|| root.join("target"));
        Ok(Self { root, target })
    }

    /// The top of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the repository.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A file or folder among what cargo and this tool build.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// The folder that the server hands out: both pages and all they need.
    pub fn dist(&self) -> PathBuf {
        self.path("dist")
    }

    /// Creates `dist/`, which the server's code names whether or not the app is built.
    pub fn create_dist(&self) -> Result<()> {
        fs::create_dir_all(self.dist()).context("cannot create dist/")
    }

    /// Where programs of an npm package are.
    pub fn npm_bin(&self, program: &str) -> PathBuf {
        self.path("node_modules/.bin").join(program)
    }

    /// Waits until no other `cargo xtask` changes shared folders; the lock ends with the value.
    pub fn lock(&self) -> Result<File> {
        let path = self.target("xtask.lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        file.lock().context("cannot lock target/xtask.lock")?;
        Ok(file)
    }

    /// The version of a package that Cargo.lock fixes.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let text = fs::read_to_string(self.path("Cargo.lock")).context("cannot read Cargo.lock")?;
        locked_version(&text, package).with_context(|| format!("{package} is not in Cargo.lock"))
    }
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    Some(lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
