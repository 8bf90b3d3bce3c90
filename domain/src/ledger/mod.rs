//! The council's own ledgers, as far as the portal reads them: what a row of a file says, and what follows from it.

pub mod penalty;
pub mod tax;
pub mod zone;

use chrono::{NaiveDate, NaiveDateTime};

use crate::money;

/// The ledgers that can be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ledger {
    /// Penalty charges.
    PenaltyCharges,
    /// What is to be paid of council tax.
    CouncilTax,
    /// Which permit zone an address or a street is in.
    PermitZones,
}

impl Ledger {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PenaltyCharges, Self::CouncilTax, Self::PermitZones];

    /// As it is stored, and as addresses name it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::PenaltyCharges => "penalty-charges",
            Self::CouncilTax => "council-tax",
            Self::PermitZones => "permit-zones",
        }
    }

    /// Reads what [`id`](Self::id) wrote.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ledger| ledger.id() == id)
    }

    /// Its name, in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PenaltyCharges => "Penalty charges",
            Self::CouncilTax => "Council tax balances",
            Self::PermitZones => "Permit zones",
        }
    }

    /// The columns that a file must have.
    #[must_use]
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Self::PenaltyCharges => penalty::NEEDS,
            Self::CouncilTax => tax::NEEDS,
            Self::PermitZones => zone::NEEDS,
        }
    }

    /// The columns that a file may have besides; others are passed over.
    #[must_use]
    pub fn takes(self) -> &'static [&'static str] {
        match self {
            Self::PenaltyCharges => penalty::TAKES,
            Self::CouncilTax => tax::TAKES,
            Self::PermitZones => zone::TAKES,
        }
    }
}

/// The longest text of a cell, in characters.
const LONGEST: usize = 200;

/// A row of a file.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    /// The names of the columns, in lower case.
    pub columns: &'r [String],
    /// What stands in them.
    pub cells: &'r [String],
}

impl<'r> Row<'r> {
    /// What stands in a column; empty where it is not there.
    #[must_use]
    pub fn cell(&self, column: &str) -> &'r str {
        let at = self.columns.iter().position(|known| known == column);
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }

    /// A text that must be there, as it can be shown.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn text(&self, column: &str) -> Result<String, String> {
        let text = self.some_text(column)?;
        if text.is_empty() { Err(format!("“{column}” is empty")) } else { Ok(text) }
    }

    /// A text that may be missing.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn some_text(&self, column: &str) -> Result<String, String> {
        let text = self.cell(column);
        if text.chars().count() > LONGEST {
            return Err(format!("“{column}” is longer than {LONGEST} characters"));
        }
        if text.contains(char::is_control) {
            return Err(format!("“{column}” has a character in it that can't be shown"));
        }
        // What a spreadsheet would take for a formula is no street and no name, and comes out again in files of ours.
        if text.starts_with(['=', '+', '-', '@']) {
            return Err(format!("“{column}” begins like a formula"));
        }
        Ok(text.to_owned())
    }

    /// An amount that must be there and is not less than nothing, in pence.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn pence(&self, column: &str) -> Result<i64, String> {
        money::read(self.cell(column)).ok_or_else(|| format!("“{column}” is not an amount of money"))
    }

    /// An amount of which some may be less than nothing: `-12.50`, `(12.50)` and `12.50 CR` are owed to the person.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn balance(&self, column: &str) -> Result<i64, String> {
        let cell = self.cell(column);
        let owed = cell
            .strip_prefix('-')
            .or_else(|| cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')))
            .or_else(|| cell.strip_suffix("CR"));
        let pence = owed.map_or_else(|| money::read(cell), |owed| money::read(owed).map(|pence| -pence));
        pence.ok_or_else(|| format!("“{column}” is not an amount of money"))
    }

    /// A day that must be there.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn day(&self, column: &str) -> Result<NaiveDate, String> {
        day(self.cell(column)).ok_or_else(|| format!("“{column}” is not a date, as in 2026-12-07"))
    }

    /// A day that may be missing.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn some_day(&self, column: &str) -> Result<Option<NaiveDate>, String> {
        if self.cell(column).is_empty() { Ok(None) } else { self.day(column).map(Some) }
    }

    /// A moment that must be there, by the council's clock.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn moment(&self, column: &str) -> Result<NaiveDateTime, String> {
        let cell = self.cell(column).replace('T', " ");
        let read = cell.split_once(' ').and_then(|(date, time)| {
            let time = ["%H:%M", "%H:%M:%S"]
                .into_iter()
                .find_map(|form| chrono::NaiveTime::parse_from_str(time.trim(), form).ok());
            Some(day(date)?.and_time(time?))
        });
        read.ok_or_else(|| format!("“{column}” is not a date with a time, as in 2026-12-07 14:30"))
    }
}

/// Reads `2026-12-07` and `07/12/2026`, of this century.
fn day(text: &str) -> Option<NaiveDate> {
    let read = ["%Y-%m-%d", "%d/%m/%Y"]
        .into_iter()
        .find_map(|form| NaiveDate::parse_from_str(text.trim(), form).ok())?;
    let century = NaiveDate::from_ymd_opt(2000, 1, 1)?..NaiveDate::from_ymd_opt(2100, 1, 1)?;
    century.contains(&read).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(raw: &str, read: impl Fn(&Row<'_>) -> String) -> String {
        let (columns, cells) = (["c".to_owned()], [raw.to_owned()]);
        read(&Row { columns: &columns, cells: &cells })
    }

    #[test]
    fn cells_are_read_as_councils_write_them() {
        let pence = |raw| cell(raw, |row| format!("{:?}", row.pence("c").ok()));
        assert_eq!((pence("£70.00"), pence("1,070")), ("Some(7000)".into(), "Some(107000)".into()));
        for raw in ["", "-70", "=35+35", "seventy", "£", "1e9", "70.001", "99999999999"] {
            assert_eq!(pence(raw), "None", "{raw}");
        }
        let balance = |raw| cell(raw, |row| format!("{:?}", row.balance("c").ok()));
        for raw in ["-12.50", "(12.50)", "£12.50CR", "-£12.50", "12.50 CR"] {
            assert_eq!(balance(raw), "Some(-1250)", "{raw}");
        }
        for raw in ["--1", "(1", "-(1)", "CR", "-"] {
            assert_eq!(balance(raw), "None", "{raw}");
        }
        let day = |raw| cell(raw, |row| format!("{:?}", row.day("c").ok()));
        assert_eq!(day("2026-12-07"), day(" 07/12/2026 "));
        for raw in ["", "7 December", "2026-13-01", "12/31/2026", "0026-12-07", "46363"] {
            assert_eq!(day(raw), "None", "{raw}");
        }
        let moment = |raw| cell(raw, |row| format!("{:?}", row.moment("c").ok()));
        assert_eq!(moment("2026-12-07T14:30:00"), moment("07/12/2026 14:30"));
        assert_eq!((moment("2026-12-07"), moment("2026-12-07 25:00")), ("None".into(), "None".into()));
    }

    #[test]
    fn texts_are_texts() {
        let wrong = |raw: &str| cell(raw, |row| row.text("c").err().unwrap_or_default());
        assert_eq!(wrong("Mill Lane"), "");
        assert!(wrong(&"x".repeat(201)).contains("longer"));
        assert!(wrong("a\u{7}b").contains("can't be shown"));
        for raw in ["=HYPERLINK(1)", "+1", "@SUM(A1)", "-2"] {
            assert!(wrong(raw).contains("formula"), "{raw}");
        }
        assert!(wrong(" ").contains("empty"));
    }
}
