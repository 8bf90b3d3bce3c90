//! Addresses from a CSV file: `uprn, line1, line2, town, postcode, latitude, longitude, street, locality`.

use std::collections::BTreeMap;
use std::io::Read;

use domain::field::Position;
use domain::field::place::postcode;
use serde::Deserialize;

use super::{search_key, slug};
use crate::store::places::{Address, Street};

/// A line of the file that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// What a file of addresses holds.
#[derive(Debug, Default)]
pub struct Gazetteer {
    /// The streets, made from the addresses in them.
    pub streets: Vec<Street>,
    /// The addresses.
    pub addresses: Vec<Address>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// One line of the file. Other columns are passed over.
#[derive(Debug, Deserialize)]
struct Row {
    uprn: String,
    #[serde(alias = "address_line_1")]
    line1: String,
    #[serde(default, alias = "address_line_2")]
    line2: String,
    #[serde(default)]
    town: String,
    postcode: String,
    #[serde(alias = "lat")]
    latitude: f64,
    #[serde(alias = "lon", alias = "lng")]
    longitude: f64,
    street: String,
    #[serde(default)]
    locality: String,
}

/// Points that a street's line has at most.
const POINTS: usize = 8;

/// Reads a file of addresses.
///
/// # Errors
/// When it can't be read at all, or has no column it needs: what to do, in words.
pub fn read(file: impl Read) -> Result<Gazetteer, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
    let headers: Vec<String> = reader
        .headers()
        .map_err(|error| format!("The first line can't be read: {error}"))?
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_lowercase())
        .collect();
    let has = |names: &[&str]| names.iter().any(|name| headers.iter().any(|header| header == name));
    for names in [
        &["uprn"][..],
        &["line1", "address_line_1"],
        &["postcode"],
        &["latitude", "lat"],
        &["longitude", "lon", "lng"],
        &["street"],
    ] {
        if !has(names) {
            return Err(format!(
                "The file has no column “{}”. The first line must name the columns.",
                names[0]
            ));
        }
    }
    reader.set_headers(headers.into());
    let mut read = Gazetteer::default();
    let mut known = std::collections::HashSet::new();
    let mut points: BTreeMap<String, (String, String, Vec<Position>)> = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record);
        let line = record.position().map_or(0, csv::Position::line);
        let row = match more {
            Ok(false) => break,
            Ok(true) => {
                let headers = reader.headers().map_err(|error| error.to_string())?;
                record.deserialize::<Row>(Some(headers)).map_err(|error| in_words(&error)).and_then(check)
            }
            Err(error) => {
                if error.is_io_error() {
                    return Err(format!("The file can't be read: {error}"));
                }
                Err(in_words(&error))
            }
        };
        let row = row.and_then(|found| {
            if known.insert(found.0.uprn.clone()) {
                Ok(found)
            } else {
                Err(format!("the UPRN {} is there twice", found.0.uprn))
            }
        });
        match row {
            Ok((address, street, locality)) => {
                let entry =
                    points.entry(address.street.clone()).or_insert_with(|| (street, locality, Vec::new()));
                entry.2.push(address.position);
                read.addresses.push(address);
            }
            Err(why) => read.skipped.push(Skipped { line, why }),
        }
    }
    for (id, (name, locality, points)) in points {
        read.streets.push(street(id, name, locality, points));
    }
    put_in_order(&mut read.addresses);
    Ok(read)
}

fn in_words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.kind() {
            csv::DeserializeErrorKind::ParseFloat(_) => "the position is not a number".to_owned(),
            csv::DeserializeErrorKind::UnexpectedEndOfRow => "columns are missing".to_owned(),
            csv::DeserializeErrorKind::Message(message) => message.clone(),
            other => other.to_string(),
        },
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// The address of a line, with its street and locality.
fn check(row: Row) -> Result<(Address, String, String), String> {
    let uprn = row.uprn.trim_start_matches('0').to_owned();
    if !(1..=12).contains(&uprn.len()) || !uprn.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("“{}” is not a UPRN: up to 12 digits", row.uprn));
    }
    if row.line1.is_empty() || row.street.is_empty() {
        return Err("the first line or the street is empty".to_owned());
    }
    if [&row.line1, &row.line2, &row.town, &row.street, &row.locality]
        .iter()
        .any(|text| text.chars().count() > 200)
    {
        return Err("a text is longer than 200 characters".to_owned());
    }
    if [&row.line1, &row.line2, &row.town, &row.street, &row.locality]
        .iter()
        .any(|text| text.contains(char::is_control))
    {
        return Err("a text has a character in it that can't be shown".to_owned());
    }
    if slug(&row.street).is_empty() {
        return Err(format!("“{}” is not the name of a street", row.street));
    }
    let postcode = postcode(&row.postcode).ok_or_else(|| format!("“{}” is not a postcode", row.postcode))?;
    let position = Position::new(row.latitude, row.longitude)
        .ok_or("the position is not in degrees of latitude and longitude")?;
    if !(49.0..=61.0).contains(&row.latitude) || !(-9.0..=2.5).contains(&row.longitude) {
        return Err("the position is not in these islands: are latitude and longitude the other way round?"
            .to_owned());
    }
    let address = Address {
        uprn,
        street: slug(&format!("{} {}", row.street, row.locality)),
        lines: [row.line1, row.line2],
        town: Some(row.town).filter(|town| !town.is_empty()),
        postcode,
        place: 0,
        position,
    };
    Ok((address, row.street, row.locality))
}

fn street(id: String, name: String, locality: String, points: Vec<Position>) -> Street {
    let path = path(points);
    let middle = path[path.len() / 2];
    Street {
        search_key: search_key(&format!("{name} {locality}")),
        id,
        name,
        locality: Some(locality).filter(|locality| !locality.is_empty()),
        middle: Position { lat: middle[0], lon: middle[1] },
        path,
    }
}

/// A line through the addresses of a street: along its longer side, a few points, each the middle of some.
fn path(mut points: Vec<Position>) -> Vec<[f64; 2]> {
    let spread = |of: fn(&Position) -> f64| {
        let least = points.iter().map(of).fold(f64::MAX, f64::min);
        points.iter().map(of).fold(f64::MIN, f64::max) - least
    };
    // A degree of longitude is about half as long as one of latitude in these islands.
    let along: fn(&Position) -> f64 = if spread(|point| point.lat) > spread(|point| point.lon) * 0.6 {
        |point| point.lat
    } else {
        |point| point.lon
    };
    points.sort_by(|a, b| along(a).total_cmp(&along(b)));
    let size = points.len().div_ceil(POINTS).max(2);
    let middle = |some: &[Position]| {
        #[expect(clippy::cast_precision_loss, reason = "no street has so many addresses")]
        let many = some.len() as f64;
        let sum = some.iter().fold([0.0, 0.0], |sum, point| [sum[0] + point.lat, sum[1] + point.lon]);
        [sum[0] / many, sum[1] / many]
    };
    points.chunks(size).map(middle).collect()
}

/// Numbers the addresses of each postcode in their natural order: 2 before 10, flats within their house.
fn put_in_order(addresses: &mut [Address]) {
    addresses.sort_by_cached_key(|address| {
        let [first, second] = &address.lines;
        let text = if second.is_empty() { first.clone() } else { format!("{second} {first}") };
        (address.postcode.clone(), address.street.clone(), natural(&text))
    });
    let mut before: Option<(String, i32)> = None;
    for address in addresses {
        let place =
            before.filter(|(postcode, _)| *postcode == address.postcode).map_or(0, |(_, place)| place + 1);
        address.place = place;
        before = Some((address.postcode.clone(), place));
    }
}

/// A text in pieces that sort as people sort: numbers by their size.
fn natural(text: &str) -> Vec<(u64, String)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (word, after) = after.split_at(letters);
        pieces.push((number.parse().unwrap_or(0), word.to_lowercase()));
        rest = after;
    }
    // What begins with a number is ordered by it; else the words decide.
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "uprn,line1,line2,town,postcode,latitude,longitude,street,locality\n";

    fn read_lines(lines: &str) -> Gazetteer {
        read(format!("{HEAD}{lines}").as_bytes()).unwrap()
    }

    #[test]
    fn reads_addresses_and_makes_streets_of_them() {
        let read = read_lines(
            "1,10 Mill Lane,,Saltmarsh,ze91ab,53.001,0.301,Mill Lane,Riverside\n\
             002,2 Mill Lane,,Saltmarsh,ZE9 1AB,53.000,0.300,Mill Lane,Riverside\n\
             3,\"Flat 1, The Mill\",4 Mill Lane,Saltmarsh,ZE9 1AB,53.0005,0.3005,Mill Lane,Riverside\n",
        );
        assert_eq!(read.skipped, []);
        assert_eq!(
            read.addresses.iter().map(|address| address.uprn.as_str()).collect::<Vec<_>>(),
            ["2", "3", "1"]
        );
        let [street] = read.streets.as_slice() else { panic!("one street") };
        assert_eq!(
            (street.id.as_str(), street.search_key.as_str()),
            ("mill-lane-riverside", " mill lane riverside")
        );
        assert!(street.path.len() == 2 && street.path[0][0] < street.path[1][0]);
    }

    #[test]
    fn names_the_lines_it_leaves_out_and_goes_on() {
        let read = read_lines(
            "1,1 A,,,ZE9 1AB,53,0.3,A,\n\
             x,1 A,,,ZE9 1AB,53,0.3,A,\n\
             2,,,,ZE9 1AB,53,0.3,A,\n\
             3,1 A,,,nowhere,53,0.3,A,\n\
             4,1 A,,,ZE9 1AB,north,0.3,A,\n\
             5,1 A,,,ZE9 1AB,91,0.3,A,\n\
             1,1 A,,,ZE9 1AB,53,0.3,A,\n\
             7,1 A\n\
             8,\"=HYPERLINK(1)\",,,ZE9 1AB,53,0.3,A,\n\
             9,1 A,,,ZE9 1AB,0.3,53,A,\n\
             10,1 A,,,ZE9 1AB,53,0.3,---,\n\
             11,1 A\u{0},,,ZE9 1AB,53,0.3,A,\n",
        );
        let skipped: Vec<(u64, &str)> =
            read.skipped.iter().map(|skipped| (skipped.line, skipped.why.as_str())).collect();
        assert_eq!(
            skipped.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [3, 4, 5, 6, 7, 8, 9, 11, 12, 13],
            "{skipped:?}"
        );
        for (at, words) in [
            (0, "UPRN"),
            (1, "empty"),
            (2, "not a postcode"),
            (3, "not a number"),
            (4, "degrees"),
            (5, "twice"),
            (7, "other way round"),
            (8, "not the name of a street"),
            (9, "can't be shown"),
        ] {
            assert!(skipped[at].1.contains(words), "{skipped:?}");
        }
        assert_eq!(read.addresses.len(), 2, "text is text");
    }

    #[test]
    fn says_which_column_is_missing() {
        let error = read("uprn,line1,postcode\n1,A,ZE9 1AB\n".as_bytes()).unwrap_err();
        assert!(error.contains("latitude"), "{error}");
        assert!(read(&b""[..]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(lines in "\\PC{0,200}") {
            let _ = read(format!("{HEAD}{lines}").as_bytes());
        }
    }
}
