//! Permit zones: which one an address or a street is in.

use serde::{Deserialize, Serialize};

use super::Row;

/// The columns that a file must have. A row names an address or a street.
pub const NEEDS: &[&str] = &["zone"];
/// The columns that it may have.
pub const TAKES: &[&str] = &["uprn", "street", "locality"];

/// How a council has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The services whose pages lead to it.
    pub services: Vec<String>,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address, by its unique property reference number.
    Address(String),
    /// A whole street, by its name and what part of town it is in.
    Street(String, String),
}

/// Reads a row of the ledger: the place, and the zone that it is in.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(row: &Row<'_>) -> Result<(Place, String), String> {
    let zone = row.text("zone")?;
    if zone.chars().count() > 40 {
        return Err("“zone” is longer than 40 characters".to_owned());
    }
    let uprn = row.cell("uprn").trim_start_matches('0');
    if uprn.is_empty() {
        let street = row.some_text("street")?;
        if !street.chars().any(char::is_alphanumeric) {
            return Err("neither “uprn” nor “street” says where".to_owned());
        }
        return Ok((Place::Street(street, row.some_text("locality")?), zone));
    }
    if uprn.len() > 12 || !uprn.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("“uprn” must be up to 12 digits".to_owned());
    }
    Ok((Place::Address(uprn.to_owned()), zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_an_address_or_a_street() {
        let columns = ["uprn", "street", "locality", "zone"].map(str::to_owned);
        let of = |cells: [&str; 4]| {
            let cells = cells.map(str::to_owned);
            read(&Row { columns: &columns, cells: &cells })
        };
        assert_eq!(of(["0010", "", "", "H1"]), Ok((Place::Address("10".into()), "H1".into())));
        let street = Place::Street("Mill Lane".into(), "Riverside".into());
        assert_eq!(of(["", "Mill Lane", "Riverside", "H1"]), Ok((street, "H1".into())));
        for cells in [
            ["", "", "", "H1"],
            ["x", "", "", "H1"],
            ["1", "", "", ""],
            ["", "--", "", "H1"],
            ["1", "", "", "=1"],
        ] {
            assert!(of(cells).is_err(), "{cells:?}");
        }
    }
}
