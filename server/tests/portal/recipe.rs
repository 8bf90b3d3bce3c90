//! The recipe "Add a service", followed word for word: its documents, its commands and what they print.

use std::path::Path;
use std::process::Command;

use crate::support::Setup;
use serde_json::json;

const RECIPE: &str = include_str!("../../../docs/recipes/add-a-service.md");

/// The blocks of one language, as they stand in the recipe, without the indent of its list.
fn blocks(language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in RECIPE.lines() {
        let line = line.strip_prefix("   ").unwrap_or(line);
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(opened)) => open = Some((opened == language, String::new())),
            (None, None) => {}
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (Some(_), Some(_)) => {
                found.extend(open.take().filter(|(wanted, _)| *wanted).map(|(_, text)| text));
            }
        }
    }
    found
}

/// What a command of the recipe prints, run where the recipe says.
fn run(folder: &Path, command: &str) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("portico"), "{command}");
    let output =
        Command::new(env!("CARGO_BIN_EXE_portico")).args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// How many services there are changes, and is not what the recipe is about.
fn without_numbers_of_services(text: &str) -> String {
    let lines = text.trim().lines().map(|line| match line.split_once(": ") {
        Some((council, rest)) if rest.contains(" services, ") => {
            format!("{council}: {}", rest.trim_start_matches(|letter: char| letter.is_ascii_digit()))
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn it_does_what_it_says() {
    let documents = blocks("toml");
    let [document, stop, fee] = documents.as_slice() else { panic!("{documents:?}") };
    let name = "my-services/broken-bench.toml";
    assert!(RECIPE.contains(&format!("`{name}`")));

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("my-services")).unwrap();
    std::fs::write(folder.path().join(name), document).unwrap();
    let commands = blocks("console");
    assert_eq!(commands.len(), 2);
    for block in &commands {
        let (command, printed) = block.strip_prefix("$ ").unwrap().split_once('\n').unwrap();
        assert_eq!(
            without_numbers_of_services(&run(folder.path(), command)),
            without_numbers_of_services(printed),
            "{command}"
        );
    }

    // "Open it, fill it in and send it": while the portal runs.
    let portal = Setup::default().with_services_folder().open().await;
    let drop_in = |text: &str| std::fs::write(portal.path("services/broken-bench.toml"), text).unwrap();
    drop_in(document);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let resident = portal.visitor();
    let answers = json!({ "danger": "no", "place.words": "By the pond", "you.name": "Sam Taylor", "you.email": "sam@example.org" });
    let sent = resident.submit_to("broken-bench", 1, &answers).await.is(201);
    assert_eq!(resident.follow(&sent.text("key")).await["title"], "Report a broken bench");
    let priya = portal.staff("priya@saltmarsh.example").await;
    assert_eq!(priya.get("/api/staff/requests").await.json()["requests"][0]["about"], "By the pond");

    // "Add this to the end of the file, and raise `version`."
    let changed = format!("{}\n{stop}", document.replacen("version = 1", "version = 2", 1));
    std::fs::write(folder.path().join(name), &changed).unwrap();
    assert!(
        run(folder.path(), "portico --services-dir my-services check-services").contains("no mistakes found")
    );
    drop_in(&changed);
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let view = resident.get("/api/services/broken-bench").await.is(200).json();
    assert_eq!(
        (&view["service"]["version"], &view["service"]["stops"][0]["id"]),
        (&json!(2), &json!("danger"))
    );
    let mut dangerous = answers.clone();
    dangerous["danger"] = json!("yes");
    // What it costs, as it is on this day.
    drop_in(&format!("{}\n{fee}", changed.replacen("version = 2", "version = 3", 1)));
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let prices = resident.get("/api/services/broken-bench").await.is(200).json()["prices"].clone();
    assert_eq!(
        prices,
        json!(["A bench of your own: £30.00 if you pay today, for the 3 months that are left"])
    );
    // The form ends before it is sent.
    resident.submit_to("broken-bench", 2, &dangerous).await.refused(409, "stopped");
    assert_eq!(resident.follow(&sent.text("key")).await["title"], "Report a broken bench");
}
