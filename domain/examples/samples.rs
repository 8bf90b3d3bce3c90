//! Prints, for every service, answers that lead to its end and to each of its stops, as JSON: what the
//! end-to-end tests fill in. Its argument is today, as 2026-11-25.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a tool of the tests")]

#[path = "../tests/support/mod.rs"]
mod support;

use serde_json::{Map, Value, json};

fn main() {
    let today = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut all = Map::new();
    for (id, service) in support::catalogue() {
        let answers = support::lead_through(&service, today);
        let stops: Map<String, Value> = service
            .stops
            .iter()
            .filter(|stop| stop.when.is_some())
            .map(|stop| (stop.id.clone(), json!(support::lead_to(&service, stop, today))))
            .collect();
        let uploads = support::uploads(&service, &answers);
        all.insert(id, json!({ "service": service, "answers": answers, "uploads": uploads, "stops": stops }));
    }
    println!("{}", Value::from(all));
}
