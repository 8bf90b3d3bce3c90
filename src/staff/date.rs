//! A date as people type it into three boxes: numbers, names of months, or all of it in one box.

use crate::words;
use chrono::{Datelike as _, Days, NaiveDate};
use domain::by::By;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The three boxes, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Typed {
    /// Day, month, year.
    pub boxes: [String; 3],
}

/// What is wrong with a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// These of day, month and year are missing.
    Missing([bool; 3]),
    /// The day is no number from 1 to 31.
    Day,
    /// The month is no number from 1 to 12 and no name.
    Month,
    /// The year does not have four digits.
    Year,
    /// The month has fewer days; it has this many.
    DaysIn(u32),
    /// More than a date.
    Unclear,
    /// Before the first day that can be promised.
    Before(NaiveDate),
    /// It is promised by this day already.
    Same(NaiveDate),
}

impl Typed {
    /// Reads the date.
    ///
    /// # Errors
    /// The first [`Fault`]: what is missing, then what is no date.
    pub fn read(&self) -> Result<NaiveDate, Fault> {
        let parts: [Vec<String>; 3] = self.boxes.each_ref().map(|typed| split(typed));
        let missing = missing(&parts);
        if missing.contains(&true) {
            return Err(Fault::Missing(missing));
        }
        let [day, month, year] = <[String; 3]>::try_from(parts.concat()).map_err(|_| Fault::Unclear)?;
        let day = number(&day).filter(|day| (1..=31).contains(day)).ok_or(Fault::Day)?;
        let month = read_month(&month).ok_or(Fault::Month)?;
        let year = Some(&year)
            .filter(|year| year.len() == 4)
            .and_then(|year| year.parse().ok())
            .ok_or(Fault::Year)?;
        NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| Fault::DaysIn(days_in(year, month)))
    }

    /// Reads the new date of a promise.
    ///
    /// # Errors
    /// Also when it is before the first day that can be promised, or no change.
    pub fn read_promise(&self, promised: By, earliest: NaiveDate) -> Result<NaiveDate, Fault> {
        match self.read()? {
            day if day < earliest => Err(Fault::Before(earliest)),
            day if By::Day(day) == promised => Err(Fault::Same(day)),
            day => Ok(day),
        }
    }
}

impl Fault {
    /// The boxes to mark: day, month, year.
    #[must_use]
    pub fn marks(self) -> [bool; 3] {
        match self {
            Self::Missing(missing) => missing,
            Self::Day | Self::DaysIn(_) => [true, false, false],
            Self::Month => [false, true, false],
            Self::Year => [false, false, true],
            Self::Unclear | Self::Before(_) | Self::Same(_) => [true; 3],
        }
    }

    /// The first box to mark.
    #[must_use]
    pub fn first(self) -> usize {
        self.marks().iter().position(|marked| *marked).unwrap_or(0)
    }

    /// What to do, in words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Missing([true, true, true]) => "Enter the new date".to_owned(),
            Self::Missing(missing) => {
                let names: Vec<&str> = ["day", "month", "year"]
                    .into_iter()
                    .zip(missing)
                    .filter_map(|(name, gone)| gone.then_some(name))
                    .collect();
                format!("The new date must include a {}", names.join(" and a "))
            }
            Self::Day => "The day must be a number from 1 to 31".to_owned(),
            Self::Month => "The month must be a number from 1 to 12, or a name like December".to_owned(),
            Self::Year => "The year must have 4 numbers, like 2026".to_owned(),
            Self::DaysIn(days) => format!("The new date must be a real date. That month has {days} days"),
            Self::Unclear => "Enter only one date: a day, a month and a year".to_owned(),
            Self::Before(earliest) => format!("The new date must be {} or later", words::date(earliest)),
            Self::Same(promised) => {
                format!("It is promised by {} already. Enter another date", words::date(promised))
            }
        }
    }
}

/// The numbers and words of a text; "12th" is 12.
fn split(typed: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in typed.chars() {
        let kind = if c.is_ascii_digit() { Some(true) } else { c.is_alphabetic().then_some(false) };
        match (kind, last, parts.last_mut()) {
            (Some(now), Some(before), Some(part)) if now == before => part.extend(c.to_lowercase()),
            (Some(_), _, _) => parts.push(c.to_lowercase().collect()),
            (None, _, _) => {}
        }
        last = kind;
    }
    parts.retain(|part| !["st", "nd", "rd", "th", "of"].contains(&part.as_str()));
    parts
}

/// Day, month and year are missing where a box is empty; or, when somebody types several into one box,
/// what would have come after them.
fn missing(parts: &[Vec<String>; 3]) -> [bool; 3] {
    let all = parts.iter().map(Vec::len).sum();
    match all {
        3.. => [false; 3],
        _ if parts.iter().all(|part| part.len() < 2) => parts.each_ref().map(Vec::is_empty),
        _ => [false, all < 2, true],
    }
}

fn number(text: &str) -> Option<u32> {
    Some(text).filter(|text| text.len() <= 2)?.parse().ok()
}

fn read_month(text: &str) -> Option<u32> {
    let named = || {
        MONTHS.iter().zip(1..).find(|(name, _)| text.len() >= 3 && name.starts_with(text)).map(|(_, at)| at)
    };
    number(text).filter(|month| (1..=12).contains(month)).or_else(named)
}

fn days_in(year: i32, month: u32) -> u32 {
    let next = if month == 12 {
        NaiveDate::from_ymd_opt(year + 1, 1, 1)
    } else {
        NaiveDate::from_ymd_opt(year, month + 1, 1)
    };
    next.and_then(|next| next.checked_sub_days(Days::new(1))).map_or(31, |last| last.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(boxes: [&str; 3]) -> Result<NaiveDate, Fault> {
        Typed { boxes: boxes.map(str::to_owned) }.read()
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn accepts_dates_however_typed() {
        for boxes in [
            ["12", "12", "2026"],
            [" 12 ", "December", "2026"],
            ["12", "dec", "2026"],
            ["12th", "DEC.", "2026"],
            ["12 dec", "", "2026"],
            ["12dec2026", "", ""],
            ["12/12/2026", "", ""],
            ["", "12 december", "2026"],
            ["12th of", "dec", "2026"],
        ] {
            assert_eq!(read(boxes), Ok(day(2026, 12, 12)), "{boxes:?}");
        }
        assert_eq!(read(["9", "sept", "2026"]), Ok(day(2026, 9, 9)));
        assert_eq!(read(["29", "feb", "2028"]), Ok(day(2028, 2, 29)));
    }

    #[test]
    fn says_what_is_wrong() {
        for (boxes, fault) in [
            (["", "", ""], Fault::Missing([true; 3])),
            (["12", "", "2026"], Fault::Missing([false, true, false])),
            (["-", "12", "2026"], Fault::Missing([true, false, false])),
            (["12 dec", "", ""], Fault::Missing([false, false, true])),
            (["", "dec", ""], Fault::Missing([true, false, true])),
            (["32", "12", "2026"], Fault::Day),
            (["0", "12", "2026"], Fault::Day),
            (["twelve", "12", "2026"], Fault::Day),
            (["12", "13", "2026"], Fault::Month),
            (["12", "ju", "2026"], Fault::Month),
            (["12", "12", "26"], Fault::Year),
            (["12", "12", "20266"], Fault::Year),
            (["12", "12", "next"], Fault::Year),
            (["31", "nov", "2026"], Fault::DaysIn(30)),
            (["29", "2", "2026"], Fault::DaysIn(28)),
            (["12", "12 dec", "2026"], Fault::Unclear),
            (["99999999999", "12", "2026"], Fault::Day),
            (["١٢", "12", "2026"], Fault::Missing([true, false, false])),
        ] {
            assert_eq!(read(boxes), Err(fault), "{boxes:?}");
        }
    }

    #[test]
    fn a_promise_moves_to_another_day_ahead() {
        let promise = |boxes: [&str; 3]| {
            Typed { boxes: boxes.map(str::to_owned) }.read_promise(day(2026, 12, 14).into(), day(2026, 12, 9))
        };
        assert_eq!(promise(["9", "12", "2026"]), Ok(day(2026, 12, 9)));
        assert_eq!(promise(["8", "12", "2026"]), Err(Fault::Before(day(2026, 12, 9))));
        assert_eq!(promise(["14", "12", "2026"]), Err(Fault::Same(day(2026, 12, 14))));
    }

    #[test]
    fn marks_the_box_that_is_wrong() {
        assert_eq!(
            Fault::Missing([false, true, true]).words(),
            "The new date must include a month and a year"
        );
        assert_eq!(
            (Fault::Year.first(), Fault::Missing([false, true, true]).first(), Fault::Unclear.first()),
            (2, 1, 0)
        );
    }
}
