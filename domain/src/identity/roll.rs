//! The electoral roll: whether somebody is on it at their address. The answer is yes or no and nothing else, so that
//! nobody learns from it who lives where. Tolerant of ways of writing, not of another person or another home.
//!
//! Looked at only after the resident agreed to it ([`crate::consent::Purpose::ElectoralRoll`]), and noted each time.

use super::home::Home;
use super::name::{self, Fit};
use crate::field::AddressValue;
use crate::field::place;

/// How often one resident may ask in a day: enough for slips, too few to try names.
pub const TRIES_A_DAY: u32 = 5;

/// One row of the roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elector {
    /// Surname, as listed.
    pub surname: String,
    /// First and middle names, as listed; empty for somebody with one name.
    pub forenames: String,
    /// The lines of the address, without the postcode.
    pub lines: Vec<String>,
    /// The postcode: `NE1 8QH`.
    pub postcode: String,
}

impl Elector {
    /// The surname to find candidates by, with the postcode: `obrien`.
    #[must_use]
    pub fn surname_key(&self) -> String {
        name::words(&self.surname).concat()
    }
}

/// The keys that candidates are found by: a postcode, and any of the surnames that a name may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The postcode, as [`Elector::postcode`] has it.
    pub postcode: String,
    /// Surnames, as [`Elector::surname_key`] has them.
    pub surnames: Vec<String>,
}

/// What to look for; `None` where there is nothing to look for: no name, no postcode, no fixed address.
#[must_use]
pub fn keys(name: &str, address: &AddressValue) -> Option<Keys> {
    let surnames = name::surnames(&name::typed(name));
    let postcode = place::postcode(address.postcode.as_deref()?)?;
    (!surnames.is_empty()).then_some(Keys { postcode, surnames })
}

/// Whether somebody of this name is listed at this address. A first name that is only an initial is enough where it
/// can be one person alone.
#[must_use]
pub fn is_listed<'e>(
    name: &str,
    address: &AddressValue,
    candidates: impl IntoIterator<Item = &'e Elector>,
) -> bool {
    let Some(postcode) = address.postcode.as_deref().and_then(place::postcode) else { return false };
    let typed = name::typed(name);
    let lines = address.lines.iter().chain(&address.town).map(String::as_str);
    let home = Home::read(lines);
    let mut by_initial = 0;
    for elector in candidates.into_iter().filter(|elector| elector.postcode == postcode) {
        let fit = name::fits(&typed, &elector.surname_key(), &name::words(&elector.forenames));
        if fit == Fit::No || !home.is(&Home::read(elector.lines.iter().map(String::as_str))) {
            continue;
        }
        if fit == Fit::Full {
            return true;
        }
        by_initial += 1;
    }
    by_initial == 1
}

/// What is wrong with the file or a row of it. It says nothing of what stands there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The first line does not name a column that is needed.
    #[error("the file has no column “{0}”; the first line must name the columns")]
    NoColumn(&'static str),
    /// The row ends early.
    #[error("columns are missing")]
    Short,
    /// Nobody is named, as in an anonymous entry: it can't be matched.
    #[error("there is no name; anonymous entries are left out")]
    NoName,
    /// There is no address.
    #[error("there is no address")]
    NoAddress,
    /// There is no postcode.
    #[error("there is no postcode")]
    NoPostcode,
    /// What is there does not have the form of a postcode.
    #[error("the postcode does not have the form of one")]
    WrongPostcode,
}

/// Where the columns are that matter. Others are passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    surname: usize,
    forenames: Vec<usize>,
    lines: Vec<usize>,
    postcode: usize,
}

impl Columns {
    /// Reads the first line, as the usual register software writes it: `Elector Surname`, `Elector Forename`,
    /// `Address1`, …, `PostCode`. Case, spaces and dashes do not matter.
    ///
    /// # Errors
    /// [`RowError::NoColumn`].
    pub fn find(headers: &[impl AsRef<str>]) -> Result<Self, RowError> {
        let plain = |header: &str| -> String {
            let plain =
                header.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
            plain.strip_prefix("elector").map_or(plain.clone(), str::to_owned)
        };
        let headers: Vec<String> = headers.iter().map(|header| plain(header.as_ref())).collect();
        let all = |names: &[&str]| -> Vec<usize> {
            names.iter().filter_map(|name| headers.iter().position(|header| header == name)).collect()
        };
        let one = |names: &[&str], said| all(names).first().copied().ok_or(RowError::NoColumn(said));
        let lines = headers.iter().enumerate().filter(|(_, header)| {
            let rest = header.strip_prefix("addressline").or(header.strip_prefix("address"));
            rest.is_some_and(|rest| rest.len() <= 2 && rest.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let lines: Vec<usize> = lines.map(|(at, _)| at).collect();
        if lines.is_empty() {
            return Err(RowError::NoColumn("address1"));
        }
        let mut forenames = all(&["forename", "forenames", "firstname", "firstnames"]);
        if forenames.is_empty() {
            return Err(RowError::NoColumn("forename"));
        }
        forenames.truncate(1);
        forenames.extend(all(&["middlename", "middlenames"]));
        Ok(Self {
            surname: one(&["surname", "lastname", "familyname"], "surname")?,
            forenames,
            lines,
            postcode: one(&["postcode"], "postcode")?,
        })
    }

    /// Reads a row.
    ///
    /// # Errors
    /// [`RowError`] with what is wrong.
    pub fn read(&self, row: &[impl AsRef<str>]) -> Result<Elector, RowError> {
        let field = |at: usize| row.get(at).map(|field| field.as_ref().trim()).ok_or(RowError::Short);
        let mut elector = Elector {
            surname: field(self.surname)?.to_owned(),
            forenames: self
                .forenames
                .iter()
                .map(|&at| field(at))
                .collect::<Result<Vec<_>, _>>()?
                .join(" ")
                .trim()
                .to_owned(),
            lines: Vec::new(),
            postcode: String::new(),
        };
        // Somebody with one name may have it in either column.
        if elector.surname_key().is_empty() {
            elector.surname = std::mem::take(&mut elector.forenames);
        }
        if elector.surname_key().is_empty() {
            return Err(RowError::NoName);
        }
        let postcode = field(self.postcode)?;
        if postcode.is_empty() {
            return Err(RowError::NoPostcode);
        }
        elector.postcode = place::postcode(postcode).ok_or(RowError::WrongPostcode)?;
        for &at in &self.lines {
            let line = field(at)?;
            // Some lists repeat the postcode in the last line.
            if !line.is_empty() && place::postcode(line).as_ref() != Some(&elector.postcode) {
                elector.lines.push(line.to_owned());
            }
        }
        if elector.lines.is_empty() {
            return Err(RowError::NoAddress);
        }
        Ok(elector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn elector(surname: &str, forenames: &str, lines: &str) -> Elector {
        Elector {
            surname: surname.into(),
            forenames: forenames.into(),
            lines: lines.split('|').map(str::to_owned).collect(),
            postcode: "NE1 8QH".into(),
        }
    }

    fn address(lines: &str, postcode: &str) -> AddressValue {
        AddressValue {
            lines: lines.split('|').map(str::to_owned).collect(),
            town: Some("Saltmarsh".into()),
            postcode: Some(postcode.into()),
            postcode_recognised: true,
            uprn: None,
        }
    }

    /// As the server does it: candidates by their keys, then the match.
    fn asked(name: &str, address: &AddressValue, roll: &[Elector]) -> bool {
        let Some(keys) = keys(name, address) else { return false };
        let found = roll.iter().filter(|elector| {
            elector.postcode == keys.postcode && keys.surnames.contains(&elector.surname_key())
        });
        let found = is_listed(name, address, found);
        assert_eq!(found, is_listed(name, address, roll), "the keys find all that matter: {name}");
        found
    }

    fn roll() -> Vec<Elector> {
        vec![
            elector("O'BRIEN", "SAM JOHN", "FLAT 2|14 HIGH ST|SALTMARSH"),
            elector("O'BRIEN", "TOM", "FLAT 2|14 HIGH ST|SALTMARSH"),
            elector("O'BRIEN", "THERESA", "FLAT 2|14 HIGH ST|SALTMARSH"),
            elector("SMITH-JONES", "ANNA", "14B HIGH ST|SALTMARSH"),
            elector("VAN DER BERG", "L", "ROSE COTTAGE|MILL LN"),
            elector("SUHARTO", "", "3 MILL LN"),
        ]
    }

    #[test]
    fn who_is_listed() {
        for (name, lines, postcode) in [
            ("Sam O'Brien", "Flat 2|14 High Street", "ne18qh"),
            ("sam o’brien", "2/14 High St", "NE1  8QH"),
            ("S J O Brien", "Apartment 2, 14 High Street", "NE1 8QH"),
            ("O'Brien, Sam", "Flat 2 14 High Street Saltmarsh", "NE1-8QH."),
            ("Tom O'Brien", "Unit 2|14 High Street", "NE1 8QH"),
            ("Anna Smith Jones", "14b High Street", "NE1 8QH"),
            ("Ludwig van der Berg", "Rose Cottage|Mill Lane", "NE1 8QH"),
            ("Suharto", "3 Mill Lane", "NE1 8QH"),
        ] {
            assert!(asked(name, &address(lines, postcode), &roll()), "{name}, {lines}");
        }
    }

    #[test]
    fn who_is_not() {
        for (name, lines, postcode) in [
            ("Sam O'Brien", "Flat 3|14 High Street", "NE1 8QH"),
            ("Sam O'Brien", "14 High Street", "NE1 8QH"),
            ("Sam O'Brien", "Flat 2|14 High Street", "NE1 8QJ"),
            ("Sam O'Brien", "Flat 2|14 High Street", ""),
            ("Sam O'Brien", "Flat 2|14 High Street", "nowhere"),
            ("Sam O'Brien", "", "NE1 8QH"),
            ("Sean O'Brien", "Flat 2|14 High Street", "NE1 8QH"),
            ("Sam Peter O'Brien", "Flat 2|14 High Street", "NE1 8QH"),
            ("X O'Brien", "Flat 2|14 High Street", "NE1 8QH"),
            ("O'Brien", "Flat 2|14 High Street", "NE1 8QH"),
            ("", "Flat 2|14 High Street", "NE1 8QH"),
            // Tom or Theresa?
            ("T O'Brien", "Flat 2|14 High Street", "NE1 8QH"),
            ("Anna Smith", "14b High Street", "NE1 8QH"),
            ("Anna Smith-Jones", "14 High Street", "NE1 8QH"),
            ("Anna Smith-Jones", "Flat 2|14 High Street", "NE1 8QH"),
            ("%", "3 Mill Lane", "NE1 8QH"),
        ] {
            assert!(!asked(name, &address(lines, postcode), &roll()), "{name}, {lines}");
        }
        assert_eq!(keys("Sam O'Brien", &AddressValue::default()), None, "no fixed address");
        assert!(!is_listed("Sam O'Brien", &AddressValue::default(), &roll()));
    }

    #[test]
    fn keys_for_the_database() {
        let keys = keys("Mr Ludwig van der Berg", &address("Rose Cottage", "ne1 8qh")).unwrap();
        assert_eq!(keys.postcode, "NE1 8QH");
        assert_eq!(
            keys.surnames,
            ["berg", "derberg", "ludwig", "ludwigvan", "ludwigvander", "ludwigvanderberg", "vanderberg"]
        );
    }

    const HEADERS: [&str; 10] = [
        "Elector Number Prefix",
        "Elector Number",
        "Elector Surname",
        "Elector Forename",
        "Middle Names",
        "PostCode",
        "Address1",
        "Address2",
        "Address 3",
        "House",
    ];

    #[test]
    fn rows_are_read() {
        let columns = Columns::find(&HEADERS).unwrap();
        let read = |row: &[&str]| columns.read(row);
        assert_eq!(
            read(&["AB", "1", " O'BRIEN ", "SAM", "JOHN", "ne18qh", "FLAT 2", "", "14 HIGH ST", "14"]),
            Ok(elector("O'BRIEN", "SAM JOHN", "FLAT 2|14 HIGH ST"))
        );
        assert_eq!(
            read(&["AB", "1", "", "SUHARTO", "", "NE1 8QH", "3 MILL LN", "NE1 8QH", "", ""]),
            Ok(elector("SUHARTO", "", "3 MILL LN"))
        );
        for (row, error) in [
            (&["AB", "1", "O'BRIEN", "SAM", "", "NE1 8QH", "FLAT 2"][..], RowError::Short),
            (&[], RowError::Short),
            (&["AB", "1", "", "", "", "NE1 8QH", "FLAT 2", "", "", ""], RowError::NoName),
            (&["AB", "1", "-", ".", "", "NE1 8QH", "FLAT 2", "", "", ""], RowError::NoName),
            (&["AB", "1", "LEE", "SAM", "", "NE1 8QH", "", " ", "", ""], RowError::NoAddress),
            (&["AB", "1", "LEE", "SAM", "", "", "FLAT 2", "", "", ""], RowError::NoPostcode),
            (&["AB", "1", "LEE", "SAM", "", "BERLIN", "FLAT 2", "", "", ""], RowError::WrongPostcode),
        ] {
            assert_eq!(read(row), Err(error), "{row:?}");
        }
    }

    #[test]
    fn columns_are_found() {
        for headers in [
            &["surname", "forenames", "address_line_1", "postcode"][..],
            &["\u{feff}Last name", "First Name(s)", "ADDRESS-1", "Post Code", "Address 2"],
            &["Postcode", "Address", "Family Name", "First names"],
        ] {
            assert!(Columns::find(headers).is_ok(), "{headers:?}");
        }
        for (headers, missing) in [
            (&["forename", "address1", "postcode"][..], "surname"),
            (&["surname", "address1", "postcode"], "forename"),
            (&["surname", "forename", "postcode"], "address1"),
            (&["surname", "forename", "e-mail address", "postcode"], "address1"),
            (&["surname", "forename", "address1"], "postcode"),
        ] {
            assert_eq!(Columns::find(headers), Err(RowError::NoColumn(missing)), "{headers:?}");
        }
    }

    proptest! {
        #[test]
        fn ways_of_writing_do_not_matter(
            first in "[A-Z][a-z]{2,8}", last in "[A-Z][a-z]{2,8}(['’ -][A-Z][a-z]{2,6})?",
            flat in 1u32..40, number in 1u32..200, upper: bool, swapped: bool,
        ) {
            let listed = elector(&last.to_uppercase(), &first.to_uppercase(), &format!("FLAT {flat}|{number} HIGH ST"));
            let name = if swapped { format!("{last}, {first}") } else { format!("{first} {last}") };
            let name = if upper { name.to_uppercase() } else { name };
            // What happens to be a title is another matter.
            prop_assume!(name::typed(&name).len() == name::words(&name).len());
            let own = address(&format!("Flat {flat}|{number} High Street"), "ne18qh");
            prop_assert!(asked(&name, &own, std::slice::from_ref(&listed)));
            let next_door = address(&format!("Flat {}|{number} High Street", flat + 1), "ne18qh");
            prop_assert!(!asked(&name, &next_door, std::slice::from_ref(&listed)));
            let relative = format!("X{first} {last}");
            prop_assert!(!asked(&relative, &own, &[listed]));
        }

        #[test]
        fn nothing_panics(name in "\\PC{0,60}", line in "\\PC{0,60}", postcode in "\\PC{0,10}") {
            let _ = asked(&name, &address(&line, &postcode), &roll());
            let _ = Columns::find(&[&name, &line]);
        }
    }
}
