//! The names between a wasm and its JavaScript glue. wasm-bindgen makes them long and ends them in random digits;
//! nobody reads them, they compress to nothing less, and both files have each. Here they become as short as they can be.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{fingerprint::Files, process::Cmd, workspace::Workspace};

/// Shortens the names of every wasm among these files, and in the script beside it.
pub fn shorten(workspace: &Workspace, folder: &str, files: &mut Files) -> Result<()> {
    let wasms: Vec<String> =
        files.keys().filter_map(|name| name.strip_suffix("_bg.wasm")).map(Into::into).collect();
    let work = workspace.target("app").join(format!("{folder}-names"));
    std::fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    for stem in wasms {
        let (wasm, script) = (format!("{stem}_bg.wasm"), format!("{stem}.js"));
        let (from, to) = (work.join("from.wasm"), work.join("to.wasm"));
        std::fs::write(&from, files.get(&wasm).context("it was there")?)?;
        let told = Cmd::new(workspace.npm_bin("wasm-opt"))
            .arg("--minify-imports-and-exports-and-modules")
            .arg(&from)
            .arg("-o")
            .arg(&to)
            .read()
            .with_context(|| format!("wasm-opt could not shorten the names of {wasm}"))?;
        let names =
            Names::read(&told).with_context(|| format!("wasm-opt named the names of {wasm} in a new way"))?;
        let glue = files.get_mut(&script).with_context(|| format!("{script} is missing"))?;
        let text = std::str::from_utf8(glue).with_context(|| format!("{script} is not UTF-8"))?;
        *glue =
            names.apply(text).with_context(|| format!("cannot shorten the names in {script}"))?.into_bytes();
        files.insert(wasm, std::fs::read(&to)?);
    }
    Ok(())
}

/// From the long names to the short ones.
struct Names {
    /// The one module that everything is imported from.
    module: String,
    imports: HashMap<String, String>,
    exports: HashMap<String, String>,
}

/// What every module is called afterwards.
const MODULE: &str = "a";

impl Names {
    fn read(told: &str) -> Option<Self> {
        let told: Value = serde_json::from_str(told).ok()?;
        let rows =
            |key: &str| -> Option<Vec<Vec<String>>> { serde_json::from_value(told.get(key)?.clone()).ok() };
        let pair = |row: Vec<String>| <[String; 2]>::try_from(row).ok().map(|[long, short]| (long, short));
        let mut module = String::new();
        let imports = rows("imports")?.into_iter().map(|mut row| {
            (row.len() == 3).then(|| module = row.remove(0))?;
            pair(row)
        });
        let imports = imports.collect::<Option<_>>()?;
        let exports = rows("exports")?.into_iter().map(pair).collect::<Option<_>>()?;
        Some(Self { module, imports, exports })
    }

    /// Puts the short names into the script that wasm-bindgen wrote.
    fn apply(&self, script: &str) -> Result<String> {
        let mut short = String::with_capacity(script.len());
        let mut imported = 0;
        let mut rest = script;
        while !rest.is_empty() {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
            let between = rest.find(is_word).unwrap_or(rest.len());
            let (before, word) = rest.split_at(between);
            short.push_str(before);
            let end = word.find(|c: char| !is_word(c)).unwrap_or(word.len());
            let (word, next) = word.split_at(end);
            rest = next;
            short.push_str(match (self.exports.get(word), self.imports.get(word)) {
                (Some(export), _) if short.ends_with("wasm.") => export,
                (_, Some(import)) => {
                    imported += 1;
                    import
                }
                _ => word,
            });
        }
        ensure!(imported == self.imports.len(), "{} of {} imports found", imported, self.imports.len());
        let (long, name) = (format!("\"{}\"", self.module), format!("\"{MODULE}\""));
        ensure!(short.matches(&long).count() == 1, "the module {long} is not named once");
        Ok(short.replace(&long, &name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = r#"{"imports":[["./x_bg.js","__wbg_now_12ab","$"],["./x_bg.js","__wbindgen_throw","A"]],"exports":[["memory","b"],["run","c"]]}"#;

    #[test]
    fn both_sides_have_the_same_names() {
        let script = r#"const imports = { __wbg_now_12ab: function() {}, __wbindgen_throw(a) { run(wasm.memory); wasm.run(memory) } }; return { "./x_bg.js": imports };"#;
        assert_eq!(
            Names::read(TOLD).unwrap().apply(script).unwrap(),
            r#"const imports = { $: function() {}, A(a) { run(wasm.b); wasm.c(memory) } }; return { "a": imports };"#
        );
    }

    #[test]
    fn another_kind_of_script_is_an_error() {
        let names = Names::read(TOLD).unwrap();
        assert!(names.apply(r#"{ __wbindgen_throw: 1, "./x_bg.js": 2 }"#).is_err());
        assert!(names.apply("{ __wbindgen_throw: 1, __wbg_now_12ab: 2 }").is_err());
        assert!(Names::read(r#"{"imports":[["a","b"]],"exports":[]}"#).is_none());
    }
}
