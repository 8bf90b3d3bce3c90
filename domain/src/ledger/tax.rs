//! Council tax: what is left to pay, who may see it, and how much may be paid at once.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Row;
use super::penalty::code;
use crate::field::Kind;
use crate::field::place::postcode;
use crate::money;
use crate::payment::Codes;

/// The columns that a file must have.
pub const NEEDS: &[&str] = &["account", "name", "postcode", "balance"];
/// The columns that it may have.
pub const TAKES: &[&str] = &["instalments"];
/// The most instalments of a year, and those of the year before that are open.
const MOST_INSTALMENTS: usize = 24;

/// How a council takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The services whose pages lead to it.
    pub services: Vec<String>,
    /// The service for people who can't pay.
    #[serde(default)]
    pub help: Option<String>,
    /// The least that is paid at once, in pence.
    #[serde(default = "least")]
    pub least: i64,
    /// The most that is paid at once, in pence.
    #[serde(default = "most")]
    pub most: i64,
    /// For so many days a payment may not show in the balance.
    #[serde(default = "shows_after")]
    pub shows_after: u64,
    /// Where it is booked.
    #[serde(default)]
    pub codes: Codes,
}

fn least() -> i64 {
    100
}
fn most() -> i64 {
    1_000_000
}
fn shows_after() -> u64 {
    14
}

/// One instalment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// The day on which it is due.
    pub on: NaiveDate,
    /// Pence.
    pub pence: i64,
}

/// An account of council tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number, as it is shown.
    pub number: String,
    /// The people on the bill, with “;” between them.
    pub name: String,
    /// The postcode of the home, in its usual form.
    pub postcode: String,
    /// What is left to pay, in pence; less than nothing where the council owes it.
    pub balance: i64,
    /// Instalments, the first one first.
    pub instalments: Vec<Instalment>,
}

impl Account {
    /// Whether somebody who typed this as a name or a postcode knows whose account it is.
    #[must_use]
    pub fn is_of(&self, typed: &str) -> bool {
        if let Some(typed) = postcode(typed) {
            return typed == self.postcode;
        }
        let Some(typed) = surname(typed) else { return false };
        self.name.split([';', '&', ',']).filter_map(surname).any(|known| known == typed)
    }
}

/// The last word of a name, as names are compared.
fn surname(name: &str) -> Option<String> {
    let last = name.split_whitespace().next_back()?;
    let letters: String = last.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    (letters.chars().count() >= 2).then_some(letters)
}

/// An account number, however it was typed.
#[must_use]
pub fn number(raw: &str) -> Option<String> {
    code(&Kind::CouncilTaxAccount, raw)
}

/// What is wrong with an amount that somebody wants to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongAmount {
    /// It is no amount of money.
    Unreadable,
    /// It is less than may be paid.
    TooLittle,
    /// It is more than may be paid at once.
    TooMuch,
}

impl Settings {
    /// Reads an amount that somebody wants to pay, in pence.
    ///
    /// # Errors
    /// [`WrongAmount`].
    pub fn amount(&self, typed: &str) -> Result<i64, WrongAmount> {
        let pence = money::read(typed).ok_or(WrongAmount::Unreadable)?;
        match pence {
            pence if pence < self.least => Err(WrongAmount::TooLittle),
            pence if pence > self.most => Err(WrongAmount::TooMuch),
            pence => Ok(pence),
        }
    }
}

/// Reads a row of the ledger.
///
/// # Errors
/// What is wrong with it, in words that say nothing of what stands there.
pub fn read(row: &Row<'_>) -> Result<Account, String> {
    let wrong = || {
        format!(
            "“instalments” must be up to {MOST_INSTALMENTS} of the form 2027-01-01 £120.00, with “;” between them"
        )
    };
    let instalment = |text: &str| {
        let (on, pence) = text.trim().split_once(' ')?;
        Some(Instalment { on: super::day(on)?, pence: money::read(pence)? })
    };
    let texts = row.cell("instalments").split(';').filter(|text| !text.trim().is_empty());
    let instalments: Option<Vec<Instalment>> = texts.map(instalment).collect();
    let mut instalments = instalments.filter(|all| all.len() <= MOST_INSTALMENTS).ok_or_else(wrong)?;
    instalments.sort_by_key(|instalment| instalment.on);
    let name = row.text("name")?;
    if !name.split([';', '&', ',']).any(|name| surname(name).is_some()) {
        return Err("“name” is not a name".to_owned());
    }
    Ok(Account {
        number: number(row.cell("account")).ok_or("“account” is not an account number")?,
        name,
        postcode: postcode(row.cell("postcode")).ok_or("“postcode” is not a postcode")?,
        balance: row.balance("balance")?,
        instalments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            number: "80123456".into(),
            name: "Mr S O’Brien; Ms Ana Lindqvist-Moore".into(),
            postcode: "ZE9 1AB".into(),
            balance: 84_000,
            instalments: Vec::new(),
        }
    }

    #[test]
    fn a_name_or_the_postcode_opens_it() {
        for typed in ["ze91ab", "O'BRIEN", "Sam O’Brien", "obrien", "lindqvist moore", "Lindqvist-Moore"] {
            let fits = typed != "lindqvist moore";
            assert_eq!(account().is_of(typed), fits, "{typed}");
        }
        for typed in ["", "ZE9 1AD", "S", "Mr", "Smith", ";", "\u{0}"] {
            assert!(!account().is_of(typed), "{typed}");
        }
    }

    #[test]
    fn amounts_have_bounds() {
        let settings = Settings {
            services: Vec::new(),
            help: None,
            least: least(),
            most: most(),
            shows_after: shows_after(),
            codes: Codes::default(),
        };
        for (typed, then) in [
            ("£120", Ok(12_000)),
            ("1", Ok(100)),
            ("0.99", Err(WrongAmount::TooLittle)),
            ("0", Err(WrongAmount::TooLittle)),
            ("-5", Err(WrongAmount::Unreadable)),
            ("10,000.00", Ok(1_000_000)),
            ("10000.01", Err(WrongAmount::TooMuch)),
            ("100000", Err(WrongAmount::TooMuch)),
            ("€5", Err(WrongAmount::Unreadable)),
            ("", Err(WrongAmount::Unreadable)),
        ] {
            assert_eq!(settings.amount(typed), then, "{typed}");
        }
    }
}
