//! Gives files names that say their content, so that browsers may keep them for ever.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::tools::hex;

/// Files by their path below the folder, with `/` on every system.
pub type Files = BTreeMap<String, Vec<u8>>;

const HASHED: [&str; 4] = ["wasm", "css", "js", "woff2"];
/// A browser asks for the worker that shows notifications by the name that it got it by, for years.
const KEEPS_ITS_NAME: &str = "push-worker.js";
const TEXT: [&str; 7] = ["html", "css", "js", "json", "svg", "txt", "webmanifest"];

/// `main.js` becomes `main-<hash>.js`, and every file that names it names it so. Files that
/// people or browsers ask for by name (pages, icons) keep theirs.
pub fn fingerprint(mut files: Files) -> Result<Files> {
    let mut waiting: BTreeSet<String> = files.keys().filter(|name| is_hashed(name)).cloned().collect();
    while !waiting.is_empty() {
        // Those that name nobody who still waits are final.
        let ready: Vec<String> = waiting
            .iter()
            .filter(|name| !waiting.iter().any(|other| other != *name && names(&files, name, other)))
            .cloned()
            .collect();
        if ready.is_empty() {
            bail!("these files name each other in a circle: {waiting:?}");
        }
        for name in ready {
            waiting.remove(&name);
            let Some(content) = files.remove(&name) else { continue };
            let hashed = hashed_name(&name, &content);
            for (file, text) in files.iter_mut().filter(|(file, _)| is_text(file)) {
                if let Some(changed) = replaced(text, file, &name, &hashed) {
                    *text = changed;
                }
            }
            files.insert(hashed, content);
        }
    }
    Ok(files)
}

/// The file's extension.
pub fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn is_hashed(name: &str) -> bool {
    HASHED.contains(&extension(name)) && name != KEEPS_ITS_NAME
}

fn is_text(name: &str) -> bool {
    TEXT.contains(&extension(name))
}

fn hashed_name(name: &str, content: &[u8]) -> String {
    let hash = hex(&Sha256::digest(content)[..8]);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{name}-{hash}"),
    }
}

fn names(files: &Files, file: &str, other: &str) -> bool {
    is_text(file) && files.get(file).is_some_and(|text| replaced(text, file, other, other).is_some())
}

/// The text with a file's name replaced where it stands as a whole path: `/name`, `./name` or
/// `name`. `None` if it does not occur.
fn replaced(text: &[u8], inside: &str, name: &str, by: &str) -> Option<Vec<u8>> {
    // A file in a folder names its neighbours without the folder.
    let folder = inside.rsplit_once('/').map_or("", |(folder, _)| folder);
    let near = name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    let near_by = by.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    if let (false, Some(near), Some(near_by)) = (folder.is_empty(), near, near_by) {
        return replaced(text, "", near, near_by);
    }
    let mut result = Vec::with_capacity(text.len());
    let mut rest = 0;
    for start in find_all(text, name.as_bytes()) {
        if !starts_a_path(&text[..start]) || !ends_a_path(&text[start + name.len()..]) {
            continue;
        }
        result.extend_from_slice(&text[rest..start]);
        result.extend_from_slice(by.as_bytes());
        rest = start + name.len();
    }
    if rest == 0 {
        return None;
    }
    result.extend_from_slice(&text[rest..]);
    Some(result)
}

fn find_all<'a>(text: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    text.windows(name.len()).enumerate().filter(move |(_, window)| *window == name).map(|(start, _)| start)
}

fn starts_a_path(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"/").unwrap_or(before);
    let before = before.strip_suffix(b".").unwrap_or(before);
    !before.last().is_some_and(|byte| is_part_of_a_path(*byte))
}

fn ends_a_path(after: &[u8]) -> bool {
    !after.first().is_some_and(|byte| is_part_of_a_path(*byte))
}

fn is_part_of_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn text<'a>(files: &'a Files, start: &str, end: &str) -> (&'a str, &'a str) {
        files
            .iter()
            .find(|(name, _)| name.starts_with(start) && name.ends_with(end))
            .map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap()))
            .unwrap()
    }

    #[test]
    fn everything_a_page_loads_gets_a_new_name_everywhere() {
        let done = fingerprint(files(&[
            ("index.html", r#"<script src="/init.js" data-js=/app.js data-wasm="/app_bg.wasm"></script>"#),
            ("init.js", "start()"),
            ("app.js", "import './snippets/x/inline0.js'; new URL('app_bg.wasm', import.meta.url)"),
            ("app_bg.wasm", "\0asm"),
            ("snippets/x/inline0.js", "import '../y.js'; import './near.js'"),
            ("snippets/x/near.js", "1"),
            ("icon.svg", "<svg/>"),
        ]))
        .unwrap();
        let (wasm, _) = text(&done, "app_bg-", ".wasm");
        let (snippet, near) = text(&done, "snippets/x/inline0-", ".js");
        let (near_name, _) = text(&done, "snippets/x/near-", ".js");
        assert!(near.contains(near_name.trim_start_matches("snippets/x/")), "{near}");
        let (app, glue) = text(&done, "app-", ".js");
        assert!(glue.contains(wasm) && glue.contains(snippet), "{glue}");
        let (init, _) = text(&done, "init-", ".js");
        let (_, page) = text(&done, "index", ".html");
        assert_eq!(page, format!(r#"<script src="/{init}" data-js=/{app} data-wasm="/{wasm}"></script>"#));
        assert!(done.contains_key("icon.svg"));
        assert_eq!(done.len(), 7);
    }

    #[test]
    fn a_changed_file_changes_the_names_of_all_that_lead_to_it() {
        let build = |wasm: &str| {
            fingerprint(files(&[("a.js", "fetch('/a.wasm')"), ("a.wasm", wasm), ("b.css", "")])).unwrap()
        };
        let (first, second) = (build("1"), build("2"));
        let same: Vec<_> = first.keys().filter(|name| second.contains_key(*name)).collect();
        assert_eq!(same.len(), 1, "{same:?}");
        assert!(same[0].starts_with("b-"));
    }

    #[test]
    fn only_whole_paths_are_names() {
        for (content, named) in [
            (r#""/a.js""#, true),
            ("'./a.js'", true),
            ("url(a.js)", true),
            ("a.js", true),
            ("data.js", false),
            ("/other/a.js", false),
            ("https://example.org/a.js", false),
            ("a.json", false),
            ("a.js.map", false),
            ("", false),
        ] {
            assert_eq!(replaced(content.as_bytes(), "x.js", "a.js", "b.js").is_some(), named, "{content}");
        }
    }

    #[test]
    fn a_circle_is_refused() {
        assert!(fingerprint(files(&[("a.js", "'./b.js'"), ("b.js", "'./a.js'")])).is_err());
    }
}
