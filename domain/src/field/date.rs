//! A day, in three boxes: day, month, year, in this order. Months may be words, and a whole date typed into
//! the first box is read too.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};
use crate::standard::MONTHS;

/// The parts of a date's answer.
pub const PARTS: [&str; 3] = ["day", "month", "year"];
/// Nobody alive was born before, and no plan reaches further.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A date question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Date {
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<DayLimit>,
    /// Not after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<DayLimit>,
}

/// A day that limits another: fixed, or counted from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayLimit {
    /// This day.
    Day(#[serde(with = "crate::day")] NaiveDate),
    /// So long after today; before it when less than nothing.
    Today {
        /// Days.
        days: i32,
        /// Months, to the matching date, or the last day of a shorter month.
        months: i32,
    },
}

impl DayLimit {
    /// The day it is, given today.
    #[must_use]
    pub fn on(&self, today: NaiveDate) -> NaiveDate {
        match *self {
            Self::Day(day) => day,
            Self::Today { days, months } => {
                let (by, span) = (Months::new(months.unsigned_abs()), Days::new(days.unsigned_abs().into()));
                let day =
                    if months < 0 { today.checked_sub_months(by) } else { today.checked_add_months(by) };
                let day = day.unwrap_or(today);
                if days < 0 { day.checked_sub_days(span) } else { day.checked_add_days(span) }.unwrap_or(day)
            }
        }
    }

    /// Reads `2026-04-01`, `today`, `today + 14 days`, `today - 6 months`, `today - 120 years`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some(span) = text.trim().strip_prefix("today") else {
            return crate::day::read(text.trim()).map(Self::Day);
        };
        let span = span.trim();
        if span.is_empty() {
            return Some(Self::Today { days: 0, months: 0 });
        }
        let (sign, span) = match span.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, span.strip_prefix('+')?),
        };
        let (amount, unit) = span.trim().split_once(' ')?;
        let amount = amount.parse::<u16>().ok().filter(|amount| *amount <= 10_000)?;
        let amount = sign * i32::from(amount);
        Some(match unit.trim() {
            "day" | "days" => Self::Today { days: amount, months: 0 },
            "week" | "weeks" => Self::Today { days: amount * 7, months: 0 },
            "month" | "months" => Self::Today { days: 0, months: amount },
            "year" | "years" => Self::Today { days: 0, months: amount * 12 },
            _ => return None,
        })
    }
}

/// The limits of one date, given today.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub earliest: Option<NaiveDate>,
    pub latest: Option<NaiveDate>,
}

impl Limits {
    fn allow(self, day: NaiveDate) -> bool {
        self.earliest.is_none_or(|earliest| day >= earliest) && self.latest.is_none_or(|latest| day <= latest)
    }
}

impl Date {
    fn limits(&self, today: NaiveDate) -> Limits {
        Limits {
            earliest: self.earliest.map(|limit| limit.on(today)),
            latest: self.latest.map(|limit| limit.on(today)),
        }
    }

    pub(super) fn parse(&self, parts: Parts<'_>, today: NaiveDate) -> Parsed {
        let day = read(parts, "", self.limits(today), today).map_err(|error| vec![error])?;
        Ok(day.map(Value::Date))
    }

    pub(super) fn sample(&self, question: &str, today: NaiveDate, into: &mut Answers) {
        let limits = self.limits(today);
        write(question, limits.latest.or(limits.earliest).unwrap_or(today), into);
    }
}

/// Writes a day into the three boxes.
pub(super) fn write(path: &str, day: NaiveDate, into: &mut Answers) {
    for (part, number) in [("day", day.day()), ("month", day.month())] {
        into.set(&format!("{path}.{part}"), number.to_string());
    }
    into.set(&format!("{path}.year"), day.year().to_string());
}

/// Reads the day in the boxes that begin with `prefix` (`""` or `from.`).
pub(super) fn read(
    parts: Parts<'_>,
    prefix: &str,
    limits: Limits,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, FieldError> {
    let at = |part: &str| parts.path(&format!("{prefix}{part}"));
    let boxes = PARTS.map(|part| parts.part(&format!("{prefix}{part}")).trim().to_owned());
    let [day, month, year] = in_boxes(boxes);
    if [&day, &month, &year].iter().all(|text| text.is_empty()) {
        return Ok(None);
    }
    for (text, part) in [(&day, "day"), (&month, "month")] {
        if text.is_empty() {
            return Err(FieldError::new(at(part), ErrorCode::Missing));
        }
    }
    let day_number = number(&day).filter(|day| (1..=31).contains(day));
    let day = day_number.ok_or_else(|| FieldError::new(at("day"), ErrorCode::NotADay))?;
    let month = month_number(&month).ok_or_else(|| FieldError::new(at("month"), ErrorCode::NotAMonth))?;
    let in_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
    if year.is_empty() {
        // Only where the limits leave one year is there nothing to ask.
        let years = [today.year() - 1, today.year(), today.year() + 1];
        let fits: Vec<NaiveDate> =
            years.into_iter().filter_map(in_year).filter(|day| limits.allow(*day)).collect();
        return match fits.as_slice() {
            [day] => Ok(Some(*day)),
            _ => Err(FieldError::new(at("year"), ErrorCode::Missing)),
        };
    }
    let written = number(&year).and_then(|year| i32::try_from(year).ok());
    let written = written.ok_or_else(|| FieldError::new(at("year"), ErrorCode::NotAYear))?;
    if year.len() <= 2 {
        // Which century is a question to ask, with a guess: the one the limits allow, else the nearest.
        let centuries = [2000 + written, 1900 + written];
        let fits = |year: &i32| in_year(*year).is_some_and(|day| limits.allow(day));
        let guess = centuries.into_iter().find(fits).unwrap_or(centuries[0]);
        return Err(FieldError::over(at("year"), ErrorCode::YearUnclear, guess));
    }
    if !YEARS.contains(&written) {
        return Err(FieldError::new(at("year"), ErrorCode::NotAYear));
    }
    let Some(day) = in_year(written) else {
        let next = if month == 12 { (written + 1, 1) } else { (written, month + 1) };
        let last = NaiveDate::from_ymd_opt(next.0, next.1, 1).and_then(|first| first.pred_opt());
        let days = last.map_or(31, |last| last.day());
        return Err(FieldError::over(at("day"), ErrorCode::NoSuchDay, days));
    };
    match limits {
        Limits { earliest: Some(earliest), .. } if day < earliest => {
            Err(FieldError::day(at("day"), ErrorCode::TooEarly, earliest))
        }
        Limits { latest: Some(latest), .. } if day > latest => {
            Err(FieldError::day(at("day"), ErrorCode::TooLate, latest))
        }
        _ => Ok(Some(day)),
    }
}

/// A whole date typed into the first box goes where it belongs: `12 dec 2026`, `2/3/2026`, `Mar 3 2026`.
fn in_boxes(boxes: [String; 3]) -> [String; 3] {
    if !boxes[1].is_empty() || !boxes[2].is_empty() {
        return boxes;
    }
    let mut words: Vec<&str> =
        boxes[0].split([' ', '/', '-', '.', ',']).filter(|word| !word.is_empty()).collect();
    if !(2..=3).contains(&words.len()) {
        return boxes;
    }
    if words[0].len() == 4 && number(words[0]).is_some() {
        words.reverse();
    } else if words[0].starts_with(|c: char| c.is_ascii_alphabetic()) {
        words.swap(0, 1);
    }
    [words[0].to_owned(), words[1].to_owned(), words.get(2).map_or_else(String::new, |&year| year.to_owned())]
}

fn number(text: &str) -> Option<u32> {
    let text = ["st", "nd", "rd", "th"].into_iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    (text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn month_number(text: &str) -> Option<u32> {
    if let Some(number) = number(text) {
        return (1..=12).contains(&number).then_some(number);
    }
    let text = text.trim_end_matches('.').to_ascii_lowercase();
    if text.len() < 3 {
        return None;
    }
    let text = if text == "sept" { "sep" } else { &text };
    (1..).zip(MONTHS).find(|(_, name)| name.to_ascii_lowercase().starts_with(text)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn parse(kind: &Date, boxes: [&str; 3]) -> Parsed {
        let answers: Answers = PARTS.iter().map(|part| format!("when.{part}")).zip(boxes).collect();
        kind.parse(answers.parts("when"), on("2026-11-25"))
    }

    #[test]
    fn accepts_dates_as_people_write_them() {
        for boxes in [
            ["12", "12", "2026"],
            ["12", "dec", "2026"],
            ["12th", "December", "2026"],
            ["12 dec 2026", "", ""],
            ["12/12/2026", "", ""],
            ["Dec 12 2026", "", ""],
            ["2026-12-12", "", ""],
            [" 12 ", "Dec.", " 2026"],
        ] {
            assert_eq!(parse(&Date::default(), boxes), Ok(Some(Value::Date(on("2026-12-12")))), "{boxes:?}");
        }
        assert_eq!(parse(&Date::default(), ["2/3/2026", "", ""]), Ok(Some(Value::Date(on("2026-03-02")))));
        assert_eq!(parse(&Date::default(), ["29", "sept", "2026"]), Ok(Some(Value::Date(on("2026-09-29")))));
        assert_eq!(parse(&Date::default(), ["", " ", ""]), Ok(None));
        // The limits leave one year.
        let soon =
            Date { earliest: DayLimit::parse("today + 1 day"), latest: DayLimit::parse("today + 6 months") };
        assert_eq!(parse(&soon, ["12 dec", "", ""]), Ok(Some(Value::Date(on("2026-12-12")))));
        assert_eq!(parse(&soon, ["3", "2", ""]), Ok(Some(Value::Date(on("2027-02-03")))));
    }

    #[test]
    fn refuses_the_rest_and_says_why() {
        let born = Date { earliest: DayLimit::parse("today - 120 years"), latest: DayLimit::parse("today") };
        let error = |part: &str, code| FieldError::new(format!("when.{part}"), code);
        let over = |part: &str, code, limit: i64| FieldError::over(format!("when.{part}"), code, limit);
        for (boxes, expected) in [
            (["31", "2", "2026"], over("day", ErrorCode::NoSuchDay, 28)),
            (["29", "2", "2023"], over("day", ErrorCode::NoSuchDay, 28)),
            (["31", "4", "2024"], over("day", ErrorCode::NoSuchDay, 30)),
            (["2", "3", "26"], over("year", ErrorCode::YearUnclear, 2026)),
            (["2", "3", "84"], over("year", ErrorCode::YearUnclear, 1984)),
            (["2/3/26", "", ""], over("year", ErrorCode::YearUnclear, 2026)),
            (["1", "1", "1899"], error("year", ErrorCode::NotAYear)),
            (["32", "1", "2020"], error("day", ErrorCode::NotADay)),
            (["1", "13", "2020"], error("month", ErrorCode::NotAMonth)),
            (["1", "ma", "2020"], error("month", ErrorCode::NotAMonth)),
            (["1", "", "2020"], error("month", ErrorCode::Missing)),
            (["", "1", "2020"], error("day", ErrorCode::Missing)),
            (["1", "1", ""], error("year", ErrorCode::Missing)),
            (["1", "1", "２０２０"], error("year", ErrorCode::NotAYear)),
            (["26", "11", "2026"], FieldError::day("when.day", ErrorCode::TooLate, on("2026-11-25"))),
            (["24", "11", "1906"], FieldError::day("when.day", ErrorCode::TooEarly, on("1906-11-25"))),
        ] {
            assert_eq!(parse(&born, boxes), Err(vec![expected]), "{boxes:?}");
        }
    }

    #[test]
    fn limits_are_counted_from_today() {
        for (text, day) in [
            ("2026-04-01", "2026-04-01"),
            ("today", "2026-11-25"),
            ("today + 1 day", "2026-11-26"),
            ("today - 6 months", "2026-05-25"),
            ("today + 2 weeks", "2026-12-09"),
            ("today - 120 years", "1906-11-25"),
        ] {
            assert_eq!(DayLimit::parse(text).unwrap().on(on("2026-11-25")), on(day), "{text}");
        }
        for text in ["", "tomorrow", "today + 3", "today + x days", "today 3 days", "2026-13-01"] {
            assert_eq!(DayLimit::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(days in 0..100_000_u64) {
            let value = Value::Date(on("1900-01-01") + Days::new(days));
            let shown = value.show();
            proptest::prop_assert_eq!(parse(&Date::default(), [shown.as_str(), "", ""]), Ok(Some(value)));
        }

        #[test]
        fn never_panics(day in "\\PC{0,12}", month in "\\PC{0,6}", year in "\\PC{0,6}") {
            let _ = parse(&Date::default(), [day.as_str(), month.as_str(), year.as_str()]);
        }
    }
}
