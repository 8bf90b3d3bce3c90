//! How SQLite goes about each statement that any test runs: nothing that grows with the council's years is looked through
//! from end to end. An `ORDER BY` on a key is enough for that, and a small database does not show it.

use std::collections::HashSet;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock, Mutex};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use server::store::{Database, Hear};

/// Tables that grow with the years.
const GROW: [&str; 8] = ["request", "event", "delivery", "notice", "audit", "contact", "watcher", "photo"];

/// What looks through a table all the same: how the statement ends, and why it may.
const MAY: [(&str, &str); 9] = [
    (r#" WHERE "audit"."council_id" = ? ORDER BY "audit"."seq" DESC LIMIT ?"#, "it ends with the latest"),
    (r#" WHERE "photo"."council_id" = ? AND ? = ?"#, "nothing is asked for, and SQLite sees that first"),
    (r#" AND ? = ? ORDER BY "seq" + ? DESC LIMIT ?"#, "nothing is asked for, and SQLite sees that first"),
    (
        r#" FROM "request" ORDER BY "request"."council_id" ASC, "request"."id" ASC LIMIT ?"#,
        "all of them are read, some at a time, once after an update",
    ),
    (
        r#" AND "request"."id" > ?) ORDER BY "request"."council_id" ASC, "request"."id" ASC LIMIT ?"#,
        "the next of these",
    ),
    (
        r#" AND "request"."department" = ? ORDER BY "request"."id" ASC LIMIT ?"#,
        "a department takes all of its requests away as a file, some at a time",
    ),
    (r#"UPDATE "request" SET "wake_at" = "created_at" WHERE "open" = ?"#, "a migration, once"),
    (
        r#" WHERE "delivery"."request_id" IS NULL AND "delivery"."fate" <> ? AND "delivery"."since" < ?"#,
        "the sweep, behind everything else",
    ),
    (r#" AND "draft_upload"."upload_id" = "photo"."id")) LIMIT ?"#, "the sweep, behind everything else"),
];

type Question = (String, Sender<Vec<String>>);

/// Asks a database without rows, which the planner does not know to be empty.
static PLANNER: LazyLock<Mutex<Sender<Question>>> = LazyLock::new(|| {
    let (ask, asked) = channel::<Question>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite://{}", folder.path().join("plans.db").display());
            Database::connect(&url, super::secret()).await.unwrap().migrate().await.unwrap();
            let raw = sea_orm::Database::connect(&url).await.unwrap();
            while let Ok((sql, answer)) = asked.recv() {
                let sql = format!("EXPLAIN QUERY PLAN {sql}");
                let rows = raw.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
                let steps = rows.iter().flatten().map(|row| row.try_get("", "detail").unwrap());
                answer.send(steps.collect()).unwrap();
            }
        });
    });
    Mutex::new(ask)
});

static SEEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Looks at every statement on SQLite, once.
pub fn looked_at(url: &str) -> Hear {
    let is_sqlite = url.starts_with("sqlite:");
    Arc::new(move |_, sql| {
        let is_read =
            ["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"].iter().any(|verb| sql.starts_with(verb));
        if !is_sqlite || !is_read || !SEEN.lock().unwrap().insert(sql.to_owned()) {
            return;
        }
        if MAY.iter().any(|(end, _)| sql.ends_with(end)) {
            return;
        }
        let (answer, answered) = channel();
        PLANNER.lock().unwrap().send((sql.to_owned(), answer)).unwrap();
        let long: Vec<String> = answered.recv().unwrap().into_iter().filter(|step| is_long(step)).collect();
        assert!(long.is_empty(), "{sql}\nlooks through a table from end to end: {long:?}");
    })
}

/// Whether a step looks at all rows of a table that grows, or at all of a council's.
fn is_long(step: &str) -> bool {
    let mut words = step.split_whitespace();
    let is_search = match words.next() {
        Some("SCAN") => false,
        Some("SEARCH") => true,
        _ => return false,
    };
    if !words.next().is_some_and(|table| GROW.contains(&table)) {
        return false;
    }
    let narrowed = step.rsplit_once('(').map_or("", |(_, narrowed)| narrowed.trim_end_matches(')'));
    !is_search || narrowed == "council_id=?"
}
