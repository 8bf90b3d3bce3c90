//! Addresses: how long it takes to take in a town's, and to find those of a postcode among them.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;

use crate::load::engine::Engine;
use crate::server::{self, Server};
use crate::table::{Bar, Table};
use crate::times;
use crate::{http, scratch};

/// Addresses in the file.
const MANY: usize = 200_000;
/// Addresses with one postcode, and in one street.
const TOGETHER: usize = 25;
/// Postcodes that are looked up.
const LOOKED_UP: usize = 500;

/// Measures and prints.
pub fn run() -> Result<()> {
    for &engine in Engine::value_variants() {
        let folder = scratch::folder()?;
        let database = engine.create()?;
        let file = folder.path().join("addresses.csv");
        fs::write(&file, addresses()?)?;
        let mut table = Table::of_figures(format!(
            "Places on {}: {MANY} addresses, {TOGETHER} to a postcode",
            engine.name()
        ));
        let file = file.to_str().context("the folder's name is no text")?;
        let took = server::command(folder.path(), database.url(), &["import", "addresses", file])?;
        table.judged("import of all, with the database made", took, "s", Bar::AtMost(60.0));

        let server = Server::start(folder.path(), database.url())?;
        let mut times = Vec::new();
        for at in 0..LOOKED_UP {
            // Far apart, so that no page of the database is read twice in a row.
            let postcode = postcode((at * 7_919) % (MANY / TOGETHER)).replace(' ', "%20");
            let start = Instant::now();
            let found = http::json(server.at(), &format!("/api/addresses?postcode={postcode}"))?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            if found["addresses"].as_array().map_or(0, Vec::len) != TOGETHER {
                bail!("{postcode} has other addresses than were imported");
            }
        }
        times.sort_by(f64::total_cmp);
        let late = times[LOOKED_UP * 99 / 100];
        table.judged("look-up by postcode, 99 of 100 within", late, "ms", Bar::AtMost(5.0));
        table.shown("look-up by postcode, median", times::median(times), "ms");
        table.note("over HTTP, with a connection for each");
        table.print();
    }
    Ok(())
}

/// A postcode by its number: these letters only stand in the last part.
fn postcode(number: usize) -> String {
    const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";
    let letter = |at: usize| char::from(LETTERS[at % 20]);
    format!("ZE{} {}{}{}", number / 4_000 + 1, number / 400 % 10, letter(number / 20), letter(number))
}

/// The file.
fn addresses() -> Result<String> {
    let mut text = String::from("uprn,line1,line2,town,postcode,latitude,longitude,street,locality\n");
    for at in 0..MANY {
        let (street, house) = (at / TOGETHER, at % TOGETHER + 1);
        let (lat, lon) = (
            52.0 + f64::from(u32::try_from(street / 100)?) * 0.002,
            0.2 + f64::from(u32::try_from(street % 100)?) * 0.003,
        );
        writeln!(
            text,
            "{},{house} Street {street},,Saltmarsh,{},{:.5},{lon:.5},Street {street},Part {}",
            10_000_000 + at,
            postcode(street),
            lat + f64::from(u32::try_from(house)?) * 0.00005,
            street / 1_000,
        )?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_street_has_a_postcode_of_its_own() {
        let mut all: Vec<String> = (0..MANY / TOGETHER).map(postcode).collect();
        assert_eq!(all[0], "ZE1 0AA");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), MANY / TOGETHER);
    }
}
