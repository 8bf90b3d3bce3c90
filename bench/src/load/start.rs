//! How soon a server that was started answers with data.

use anyhow::Result;

use super::engine::Engine;
use crate::scratch;
use crate::server::Server;
use crate::table::{Bar, Table};
use crate::times::median;

const ROUNDS: usize = 5;

/// Starts the server on an empty database, whose tables it makes, and then again on the same.
pub fn measure(table: &mut Table, engine: Engine) -> Result<()> {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = scratch::folder()?;
        let database = engine.create()?;
        first.push(Server::start(folder.path(), database.url())?.started_in);
        again.push(Server::start(folder.path(), database.url())?.started_in);
    }
    let bar = Bar::AtMost(0.2);
    table.judged(&format!("start to first data, median of {ROUNDS}"), median(again), "s", bar);
    table.judged("the same with an empty database", median(first), "s", bar);
    Ok(())
}
