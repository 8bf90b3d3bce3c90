//! Builds the browser's side into `dist/`: four pages, their wasm, and the photo worker.
//!
//! Trunk compiles, binds and shrinks the wasm and turns Sass into CSS, once for each page. Then
//! both results are put together: scripts and styles are minified, the worker becomes one
//! script, names get the hash of the content, and everything is compressed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::{
    compress,
    fingerprint::{Files, extension, fingerprint},
    install, names,
    process::Cmd,
    steps::{Outcome, Report},
    tools::{CargoTool, WASM, hex},
    workspace::Workspace,
};

/// The pages, each with the folder below `target/app/` that Trunk writes it to.
const PAGES: [(&str, &str); 4] = [
    ("index.html", "resident"),
    ("follow.html", "follow"),
    ("account.html", "account"),
    ("staff.html", "staff"),
];

/// All that the result depends on, besides the crates of the workspace.
const INPUTS: [&str; 22] = [
    ".cargo/config.toml",
    ".npmrc",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "account.html",
    "follow.html",
    "index.html",
    "map",
    "package-lock.json",
    "public",
    "rust-toolchain.toml",
    "server/src/routes/demo.rs",
    "server/src/web/exit.rs",
    "server/src/web/terminal.rs",
    "src",
    "staff.html",
    "style",
    "xtask/src/app.rs",
    "xtask/src/compress.rs",
    "xtask/src/fingerprint.rs",
    "xtask/src/names.rs",
];

/// Crates that no part of the app is made of.
const OTHER_CRATES: [&str; 3] = ["bench", "server", "xtask"];

/// Where the class names stand that pages use, by the stylesheet's name. What only other pages have weighs on nobody who
/// fills in a form: whatever a form's page is made of is to be named here, and the journeys find what is forgotten.
const STYLED: [(&str, &[&str]); 6] = [
    (
        "resident",
        &[
            "index.html",
            STARTER,
            "public/{bell,terminal,timeout}.js",
            "src/!(account|push|passkey).rs",
            "src/{api,photo,state}/**/*.rs",
            "src/pages/{form,send,start,step}.rs",
            "src/components/{field,input}/**/*.rs",
            "src/components/{bell,better_form,button,count,error_summary,fee,gallery,handlers,layout}.rs",
            "src/components/{load,map,messages,nearby,policy,promise,stop,unsent}.rs",
            "server/src/routes/demo.rs",
            "server/src/web/{exit,terminal}.rs",
        ],
    ),
    (
        "follow",
        &[
            "follow.html",
            STARTER,
            "public/*.js",
            "src/*.rs",
            "src/{api,components,follow,photo,state}/**/*.rs",
            "src/pages/!(account*).rs",
            "server/src/routes/demo.rs",
            "server/src/web/{exit,terminal}.rs",
        ],
    ),
    ("account", &["account.html", STARTER, "public/timeout.js", "src/*.rs", "src/!(staff)/**/*.rs"]),
    ("staff", &["staff.html", STARTER, "src/**/*.rs"]),
    ("performance", &["src/pages/performance.rs"]),
    ("terminal", &["public/terminal.js", "server/src/web/terminal.rs"]),
];

const WORKER: &str = "photo-worker";
/// The page that has a map, and the map: an element of its own, in a folder of that name.
const WITH_MAP: &str = "resident";
const MAP: &str = "map";
/// What starts an app.
const STARTER: &str = "public/init.js";

/// Builds `dist/` if anything it depends on has changed.
pub fn ensure(report: &mut Report, workspace: &Workspace) -> Result<()> {
    install::wasm_target(report)?;
    let stamp = inputs(workspace)?;
    if is_fresh(workspace, &stamp)? {
        report.note("app", Outcome::UpToDate, "nothing it depends on has changed");
        return Ok(());
    }
    let trunk = install::cargo_tool(report, &CargoTool::trunk())?;
    let wasm_bindgen = install::cargo_tool(report, &CargoTool::wasm_bindgen(workspace)?)?;
    install::npm(report, workspace)?;
    report.step("app", "build the app for browsers (wasm, optimised for size) into dist/", || {
        let _lock = workspace.lock()?;
        let stamp = inputs(workspace)?;
        if is_fresh(workspace, &stamp)? {
            return Ok(());
        }
        // Trunk builds offline, so that it downloads no tools of its own choice.
        Cmd::cargo().args(["fetch", "--target", WASM]).dir(workspace.root()).run()?;
        for (page, folder) in PAGES {
            trunk_build(workspace, page, folder, &[&trunk, &wasm_bindgen])?;
        }
        let mut files = Files::new();
        for (_, folder) in PAGES {
            files.extend(assemble(workspace, folder)?);
        }
        introduce(&mut files)?;
        println!("  compressing");
        let small = compressed(workspace, &files)?;
        files.extend(small);
        write(&workspace.dist(), &files)?;
        print_sizes(&files);
        let outputs = hash_of(&files);
        fs::write(stamp_file(workspace), format!("{stamp} {outputs}")).context("cannot write the app's stamp")
    })
}

fn trunk_build(workspace: &Workspace, page: &str, folder: &str, tools: &[&Path]) -> Result<()> {
    let npm = workspace.path("node_modules/.bin");
    let mut path = vec![npm.as_path()];
    path.extend(tools);
    let mut trunk = Cmd::new(tools.first().context("Trunk is missing")?.join("trunk"))
        .args(["build", "--release", "--offline", "--html-output", page, "--dist"])
        .arg(workspace.target("app").join(folder))
        .arg(page)
        .dir(workspace.root())
        .path_first(&path)?;
    if std::env::var_os("NO_COLOR").is_some() {
        // Trunk takes only true or false.
        trunk = trunk.env("NO_COLOR", "true");
    }
    trunk.heartbeat(&format!("building {page}")).run()
}

/// What Trunk built for one page, ready to be served.
fn assemble(workspace: &Workspace, folder: &str) -> Result<Files> {
    let mut files = read(&workspace.target("app").join(folder))?;
    drop_strangers(&mut files);
    names::shorten(workspace, folder, &mut files)?;
    join_worker(&mut files)?;
    join_starter(workspace, folder, &mut files)?;
    slim_pages(&mut files)?;
    minify(workspace, folder, &mut files)?;
    if folder == WITH_MAP {
        add_map(workspace, &mut files)?;
    }
    fingerprint(files)
}

/// wasm-bindgen leaves the snippets of every program in one folder; a page wants its own.
fn drop_strangers(files: &mut Files) {
    let strangers: Vec<String> = files
        .keys()
        .filter(|name| name.starts_with("snippets/"))
        .filter(|name| {
            let (_, file) = name.split_at("snippets/".len());
            !files.iter().any(|(other, text)| other != *name && contains(text, file))
        })
        .cloned()
        .collect();
    files.retain(|name, _| !strangers.contains(name));
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Makes the worker one script that starts itself, and tells the page where it is.
fn join_worker(files: &mut Files) -> Result<()> {
    let script = format!("{WORKER}.js");
    files.remove(&format!("{WORKER}_loader.js"));
    let Some(glue) = files.get_mut(&script) else { return Ok(()) };
    glue.extend_from_slice(
        format!("\nwasm_bindgen({{ module_or_path: \"./{WORKER}_bg.wasm\" }});\n").as_bytes(),
    );
    tell_pages(files, WORKER, &script)
}

/// Tells the pages where a script is that they fetch only when it is needed.
fn tell_pages(files: &mut Files, name: &str, script: &str) -> Result<()> {
    for (page_name, page) in files.iter_mut().filter(|(name, _)| extension(name) == "html") {
        let text =
            String::from_utf8(std::mem::take(page)).with_context(|| format!("{page_name} is not UTF-8"))?;
        *page = with_meta(&text, name, &format!("/{script}"))
            .with_context(|| format!("{page_name} has no </head> to put the address of {script} before"))?
            .into_bytes();
    }
    Ok(())
}

fn with_meta(page: &str, name: &str, content: &str) -> Option<String> {
    let head_end = page.find("</head>")?;
    let (before, after) = page.split_at(head_end);
    Some(format!("{before}<meta name=\"{name}\" content=\"{content}\" />\n{after}"))
}

/// Tells each of the resident's apps where the one is that probably comes next.
fn introduce(files: &mut Files) -> Result<()> {
    for (page, other) in [("index.html", "follow"), ("follow.html", "resident"), ("account.html", "follow")] {
        let theirs = |name: &&String| {
            [format!("{other}-"), format!("{other}_bg-")].iter().any(|start| name.starts_with(start.as_str()))
                && ["js", "wasm"].contains(&extension(name))
        };
        let names: Vec<String> = files.keys().filter(theirs).map(|name| format!("/{name}")).collect();
        let text = files.get_mut(page).with_context(|| format!("there is no {page}"))?;
        let told = with_meta(std::str::from_utf8(text)?, "portico-next", &names.join(" "));
        *text = told.with_context(|| format!("{page} has no </head>"))?.into_bytes();
    }
    Ok(())
}

/// Bundles the map: the element with its styles, and the reader of tiles for councils that have a file of them.
fn add_map(workspace: &Workspace, files: &mut Files) -> Result<()> {
    let (folder, out) = (workspace.path(MAP), workspace.target("app").join(MAP));
    Cmd::new(workspace.npm_bin("tsc")).args(["-p", "."]).dir(&folder).run()?;
    Cmd::new(workspace.npm_bin("esbuild"))
        .args([
            "map.ts",
            "map-tiles.ts",
            "map.css",
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
        ])
        .args(["--external:./map-tiles.js", "--loader:.png=dataurl", "--legal-comments=eof"])
        .args(["--log-level=warning"])
        .arg(format!("--outdir={}", out.display()))
        .dir(&folder)
        .run_silently()?;
    files.extend(read(&out)?);
    tell_pages(files, "portico-map", "map.js")
}

/// Leaves out what only we read in a page; the server needs the comments that it fills in.
fn slim_pages(files: &mut Files) -> Result<()> {
    for (name, page) in files.iter_mut().filter(|(name, _)| extension(name) == "html") {
        let text = std::str::from_utf8(page).with_context(|| format!("{name} is not UTF-8"))?;
        *page = slim(text).into_bytes();
    }
    Ok(())
}

fn slim(page: &str) -> String {
    let mut parts = page.split("<!--");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("-->") {
            Some((comment, rest)) if !comment.starts_with("portico:") => text.push_str(rest),
            _ => text.extend(["<!--", part]),
        }
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Makes the app's glue, and what it imports, one script that starts itself: a request less, and without what
/// nobody imports.
fn join_starter(workspace: &Workspace, folder: &str, files: &mut Files) -> Result<()> {
    let work = workspace.target("app").join(format!("{folder}-joined"));
    let name = format!("{folder}.js");
    for (name, script) in files.iter().filter(|(name, _)| extension(name) == "js") {
        let script = std::str::from_utf8(script).with_context(|| format!("{name} is not UTF-8"))?;
        write_file(&work.join(name), shakeable(script).as_bytes())?;
    }
    let starter = fs::read_to_string(workspace.root().join(STARTER))?;
    let starter = starter.replacen("./app.js", &format!("./{name}"), 1);
    let (entry, joined) = (work.join("starter.js"), work.join("joined").join(&name));
    write_file(&entry, starter.as_bytes())?;
    Cmd::new(workspace.npm_bin("esbuild"))
        // Only here is it known to be a module, in which no name is anybody else's.
        .args(["--bundle", "--minify", "--format=esm", "--log-level=warning", "--target=es2022"])
        .arg(format!("--outfile={}", joined.display()))
        .arg(&entry)
        .run_silently()?;
    files.retain(|name, _| !name.starts_with("snippets/"));
    files.insert(name, fs::read(&joined).context("esbuild joined nothing")?);
    Ok(())
}

/// Tells esbuild that a class of the glue is to go where nothing makes one: a library that comes with Leptos has three, and
/// what they call is no longer in the wasm.
fn shakeable(glue: &str) -> String {
    let lines = glue.lines().filter(|line| !line.starts_with("if (Symbol.dispose) "));
    let text = lines.fold(String::with_capacity(glue.len()), |text, line| text + line + "\n");
    text.replace(": new FinalizationRegistry(", ": /* @__PURE__ */ new FinalizationRegistry(")
}

fn minify(workspace: &Workspace, folder: &str, files: &mut Files) -> Result<()> {
    let work = workspace.target("app").join(format!("{folder}-minified"));
    let names: Vec<String> =
        files.keys().filter(|name| ["js", "css"].contains(&extension(name))).cloned().collect();
    for name in names {
        let (source, minified) = (work.join("from").join(&name), work.join("to").join(&name));
        let Some(content) = files.get_mut(&name) else { continue };
        write_file(&source, content)?;
        if extension(&name) == "css" {
            purge(workspace, &name, &source)?;
        }
        Cmd::new(workspace.npm_bin("esbuild"))
            .args(["--minify", "--log-level=warning", "--legal-comments=none", "--target=es2022"])
            .arg(format!("--outfile={}", minified.display()))
            .arg(&source)
            .run_silently()?;
        *content = fs::read(&minified).with_context(|| format!("esbuild wrote no {name}"))?;
    }
    Ok(())
}

/// Takes out of a stylesheet what no page has: of govuk-frontend's, a quarter of what is fetched. A class counts
/// as used when its whole name stands somewhere in the code, so class names are never put together from parts.
fn purge(workspace: &Workspace, name: &str, stylesheet: &Path) -> Result<()> {
    let styled = STYLED.iter().find(|(page, _)| name.starts_with(page));
    let (_, styled) = styled.with_context(|| format!("nobody says where the class names of {name} stand"))?;
    Cmd::new(workspace.npm_bin("purgecss"))
        .arg("--content")
        .args(*styled)
        .arg("--css")
        .arg(stylesheet)
        .arg("--output")
        .arg(stylesheet)
        .dir(workspace.root())
        .run_silently()
}

/// The compressed files; those whose content has not changed are taken from the last build.
fn compressed(workspace: &Workspace, files: &Files) -> Result<Files> {
    let old = read(&workspace.dist())?;
    let mut small = Files::new();
    let mut new = Vec::new();
    for (name, content) in files {
        if !compress::is_compressed(name, content.len()) {
            continue;
        }
        let kept = [format!("{name}.br"), format!("{name}.gz")];
        if old.get(name) == Some(content) && kept.iter().all(|name| old.contains_key(name)) {
            small.extend(
                kept.into_iter().filter_map(|name| old.get(&name).cloned().map(|bytes| (name, bytes))),
            );
        } else {
            new.push(name.as_str());
        }
    }
    small.extend(compress::compress(files, &new)?);
    Ok(small)
}

/// Makes the folder hold exactly these files. Pages come last, so that none names what is not
/// there yet.
fn write(folder: &Path, files: &Files) -> Result<()> {
    let (pages, others): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, _)| extension(name.as_str()) == "html");
    for (name, content) in others.into_iter().chain(pages) {
        write_file(&folder.join(name), content)?;
    }
    for name in read(folder)?.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(folder.join(name)).with_context(|| format!("cannot remove old {name}"))?;
    }
    Ok(())
}

fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// All files below a folder; none if it is not there.
fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder)?;
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            let content =
                fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?;
            files.insert(parts.join("/"), content);
        }
    }
    Ok(files)
}

fn stamp_file(workspace: &Workspace) -> PathBuf {
    // Not in dist/, which is served as it is.
    workspace.target("app/stamp")
}

/// Whether `dist/` is what the last build left, and that build read the same inputs.
fn is_fresh(workspace: &Workspace, inputs: &str) -> Result<bool> {
    let Ok(stamp) = fs::read_to_string(stamp_file(workspace)) else { return Ok(false) };
    Ok(stamp == format!("{inputs} {}", hash_of(&read(&workspace.dist())?)))
}

fn inputs(workspace: &Workspace) -> Result<String> {
    let mut all = Files::new();
    let crates = crates(workspace)?;
    for input in INPUTS.into_iter().chain(crates.iter().map(String::as_str)) {
        let path = workspace.path(input);
        if path.is_file() {
            all.insert(input.to_owned(), fs::read(&path).with_context(|| format!("cannot read {input}"))?);
        } else {
            all.extend(read(&path)?.into_iter().map(|(name, content)| (format!("{input}/{name}"), content)));
        }
    }
    for (page, _) in PAGES {
        if !all.contains_key(page) {
            bail!("{page} is missing");
        }
    }
    Ok(hash_of(&all))
}

/// The folders of the workspace's crates that the app may be made of.
fn crates(workspace: &Workspace) -> Result<Vec<String>> {
    let folders = fs::read_dir(workspace.root()).context("cannot read the repository")?;
    Ok(folders
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !OTHER_CRATES.contains(&name.as_str()))
        .collect())
}

fn hash_of(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        hash.update(format!("{name}\0{}\0", content.len()));
        hash.update(content);
    }
    hex(&hash.finalize())
}

fn print_sizes(files: &Files) {
    println!("  {:<46} {:>10} {:>10}", "file in dist/", "bytes", "brotli");
    for (name, content) in files.iter().filter(|(name, _)| !["br", "gz"].contains(&extension(name))) {
        let small = files.get(&format!("{name}.br")).map(Vec::len);
        println!("  {name:<46} {:>10} {:>10}", content.len(), small.map_or(String::new(), |n| n.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_class_that_nothing_makes_can_be_left_out() {
        let glue = "export class A {\n}\nif (Symbol.dispose) A.prototype[Symbol.dispose] = A.prototype.free;\nconst F = x\n    : new FinalizationRegistry(f);\n";
        assert_eq!(
            shakeable(glue),
            "export class A {\n}\nconst F = x\n    : /* @__PURE__ */ new FinalizationRegistry(f);\n"
        );
    }

    #[test]
    fn the_hash_sees_names_contents_and_where_one_file_ends() {
        let base = hash_of(&files(&[("a", "1"), ("b", "2")]));
        assert_eq!(base, hash_of(&files(&[("b", "2"), ("a", "1")])), "order does not matter");
        for other in [
            files(&[("a", "1"), ("b", "3")]),
            files(&[("a", "1"), ("c", "2")]),
            files(&[("a", "1")]),
            files(&[("a", "1b"), ("b", "2")]),
        ] {
            assert_ne!(base, hash_of(&other));
        }
    }

    #[test]
    fn the_page_learns_where_the_worker_is() {
        let mut build = files(&[
            ("index.html", "<html><head><title>x</title></head><body></body></html>"),
            ("photo-worker.js", "let wasm_bindgen = 1;"),
            ("photo-worker_bg.wasm", "wasm"),
            ("photo-worker_loader.js", "importScripts()"),
        ]);
        join_worker(&mut build).unwrap();
        assert!(!build.contains_key("photo-worker_loader.js"));
        let done = fingerprint(build).unwrap();
        let page = String::from_utf8(done["index.html"].clone()).unwrap();
        let worker = done.keys().find(|name| name.starts_with("photo-worker-")).unwrap();
        assert!(page.contains(&format!("<meta name=\"photo-worker\" content=\"/{worker}\" />")), "{page}");
        let wasm = done.keys().find(|name| extension(name) == "wasm").unwrap();
        assert!(contains(&done[worker], wasm));
    }

    #[test]
    fn a_page_without_a_worker_stays_as_it_is() {
        let mut build = files(&[("staff.html", "<html><head></head></html>")]);
        let before = build.clone();
        join_worker(&mut build).unwrap();
        assert_eq!(build, before);
    }

    #[test]
    fn a_page_keeps_only_the_comments_that_the_server_fills_in() {
        let page = "<!doctype html>\n<!-- For\n  us. -->\n  <title><!--portico:council--></title>\n\n";
        assert_eq!(slim(page), "<!doctype html>\n<title><!--portico:council--></title>\n");
    }

    #[test]
    fn snippets_of_other_programs_are_left_out() {
        let mut build = files(&[
            ("a.js", "import './snippets/mine-1/inline0.js'"),
            ("snippets/mine-1/inline0.js", "1"),
            ("snippets/other-2/inline0.js", "2"),
        ]);
        drop_strangers(&mut build);
        assert!(build.contains_key("snippets/mine-1/inline0.js"));
        assert!(!build.contains_key("snippets/other-2/inline0.js"));
    }

    #[test]
    fn the_folder_holds_exactly_the_new_files() -> Result<()> {
        let folder = tempfile::tempdir()?;
        write(folder.path(), &files(&[("old.js", "1"), ("kept/x.js", "2")]))?;
        let new = files(&[("kept/x.js", "3"), ("index.html", "4")]);
        write(folder.path(), &new)?;
        assert_eq!(read(folder.path())?, new);
        Ok(())
    }
}
