//! From a day to a day, both included.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::date::{self, DayLimit, Limits};
use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};

/// A question for a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DateRange {
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<DayLimit>,
    /// Not after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<DayLimit>,
    /// The most days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_days: Option<u32>,
}

/// A span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Range {
    /// The first day.
    #[serde(with = "crate::day")]
    pub from: NaiveDate,
    /// The last day.
    #[serde(with = "crate::day")]
    pub to: NaiveDate,
}

impl DateRange {
    pub(super) fn parse(&self, parts: Parts<'_>, today: NaiveDate) -> Parsed {
        let limits = Limits {
            earliest: self.earliest.map(|limit| limit.on(today)),
            latest: self.latest.map(|limit| limit.on(today)),
        };
        let mut errors = Vec::new();
        let mut read = |prefix| match date::read(parts, prefix, limits, today) {
            Ok(day) => day,
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let (from, to) = (read("from."), read("to."));
        if !errors.is_empty() {
            return Err(errors);
        }
        let (from, to) = match (from, to) {
            (None, None) => return Ok(None),
            (Some(from), Some(to)) => (from, to),
            (None, Some(_)) => return Err(vec![FieldError::new(parts.path("from.day"), ErrorCode::Missing)]),
            (Some(_), None) => return Err(vec![FieldError::new(parts.path("to.day"), ErrorCode::Missing)]),
        };
        let days = (to - from).num_days() + 1;
        match self.most_days {
            _ if days < 1 => {
                Err(vec![FieldError::day(parts.path("to.day"), ErrorCode::EndsBeforeStart, from)])
            }
            Some(most) if days > i64::from(most) => {
                Err(vec![FieldError::over(parts.path("to.day"), ErrorCode::TooManyDays, most)])
            }
            _ => Ok(Some(Value::DateRange(Range { from, to }))),
        }
    }

    pub(super) fn sample(&self, question: &str, today: NaiveDate, into: &mut Answers) {
        let from = self.earliest.or(self.latest).map_or(today, |limit| limit.on(today));
        let most = self.most_days.unwrap_or(3).min(3);
        let to = from + Days::new(u64::from(most.saturating_sub(1)));
        let to = self.latest.map_or(to, |latest| to.min(latest.on(today)));
        date::write(&format!("{question}.from"), from, into);
        date::write(&format!("{question}.to"), to, into);
    }
}

/// Whether a span's answer has a part of this name.
pub(super) fn has_part(part: &str) -> bool {
    part.split_once('.')
        .is_some_and(|(end, part)| matches!(end, "from" | "to") && date::PARTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(kind: &DateRange, from: &str, to: &str) -> Parsed {
        let answers: Answers = [("when.from.day", from), ("when.to.day", to)].into_iter().collect();
        kind.parse(answers.parts("when"), "2026-11-25".parse().unwrap())
    }

    #[test]
    fn accepts_spans_and_says_what_is_wrong_with_others() {
        let kind = DateRange { earliest: DayLimit::parse("today"), latest: None, most_days: Some(14) };
        let range = parse(&kind, "1 dec 2026", "14 dec 2026");
        assert!(matches!(range, Ok(Some(Value::DateRange(_)))), "{range:?}");
        assert!(parse(&kind, "1 dec 2026", "1 dec 2026").is_ok(), "one day");
        assert_eq!(parse(&kind, "", ""), Ok(None));
        for (from, to, path, code) in [
            ("1 dec 2026", "15 dec 2026", "when.to.day", ErrorCode::TooManyDays),
            ("2 dec 2026", "1 dec 2026", "when.to.day", ErrorCode::EndsBeforeStart),
            ("1 dec 2026", "", "when.to.day", ErrorCode::Missing),
            ("", "1 dec 2026", "when.from.day", ErrorCode::Missing),
            ("24 nov 2026", "1 dec 2026", "when.from.day", ErrorCode::TooEarly),
            ("31 nov 2026", "1 dec 2026", "when.from.day", ErrorCode::NoSuchDay),
        ] {
            let errors = parse(&kind, from, to).unwrap_err();
            assert_eq!((errors[0].path.as_str(), errors[0].code), (path, code), "{from} to {to}");
        }
        assert!(has_part("from.day") && has_part("to.year") && !has_part("day") && !has_part("from"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(start in 0..50_000_u64, length in 0..500_u64) {
            let from = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + Days::new(start);
            let value = Value::DateRange(Range { from, to: from + Days::new(length) });
            let shown = value.show();
            let (from, to) = shown.split_once(" to ").unwrap();
            proptest::prop_assert_eq!(parse(&DateRange::default(), from, to), Ok(Some(value)));
        }
    }
}
