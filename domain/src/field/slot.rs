//! A day, or a time of a day, that is free: what can be booked is the council's data. What is free the server knows, and a
//! form offers it as a choice.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{Choice, ErrorCode, FieldError, Opt, Parsed, Value};
use crate::answers::{Answers, Parts};
use crate::slots::{Booked, write};

/// A question for a day that is booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// What is booked, by its identifier among the council's.
    pub of: String,
    /// The times of a day; filled in when the council's catalogue is made. None where a whole day is booked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Opt>,
}

impl Slot {
    /// Reads `2026-12-03`, or `2026-12-03 morning`. Whether that is free only the server can say.
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let raw = parts.whole().trim();
        if raw.is_empty() {
            return Ok(None);
        }
        self.read(raw).map_or_else(
            || Err(vec![FieldError::new(parts.path(""), ErrorCode::NotASlot)]),
            |booked| Ok(Some(Value::Slot(booked))),
        )
    }

    /// The day and the time that a form says.
    #[must_use]
    pub fn read(&self, raw: &str) -> Option<Booked> {
        let (day, time) = raw.split_once(' ').unwrap_or((raw, ""));
        let known = self.times.iter().find(|known| known.value == time);
        let time = known.map(|known| Choice { value: known.value.clone(), label: known.label.clone() });
        if time.is_some() != raw.contains(' ') || time.is_none() != self.times.is_empty() {
            return None;
        }
        Some(Booked { of: self.of.clone(), day: crate::day::read(day)?, time, until: None })
    }

    /// A working day in about a week, which most of what can be booked offers.
    pub(super) fn sample(&self, question: &str, today: NaiveDate, into: &mut Answers) {
        let ahead = match today.weekday() {
            Weekday::Sat => 9,
            Weekday::Sun => 8,
            _ => 7,
        };
        let time = self.times.first().map(|time| &*time.value);
        into.set(question, write(today + Days::new(ahead), time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Slot {
        Slot { of: "lorry".into(), ..Slot::default() }
    }

    fn visit() -> Slot {
        let time = |value: &str| Opt { value: value.into(), label: value.to_uppercase(), hint: None };
        Slot { of: "visit".into(), times: vec![time("morning"), time("afternoon")] }
    }

    fn parse(kind: &Slot, raw: &str) -> Parsed {
        let answers: Answers = [("when", raw)].into_iter().collect();
        kind.parse(answers.parts("when"))
    }

    #[test]
    fn accepts_a_day_or_a_time_of_it() {
        let shown = |kind: &Slot, raw: &str| parse(kind, raw).map(|value| value.map(|value| value.show()));
        assert_eq!(shown(&day(), "2026-12-03"), Ok(Some("Thursday 3 December 2026".to_owned())));
        assert_eq!(shown(&day(), " 2026-12-03 "), Ok(Some("Thursday 3 December 2026".to_owned())));
        assert_eq!(
            shown(&visit(), "2026-12-03 morning"),
            Ok(Some("Thursday 3 December 2026: MORNING".to_owned()))
        );
        assert_eq!((shown(&day(), ""), shown(&visit(), " ")), (Ok(None), Ok(None)));
    }

    #[test]
    fn refuses_what_is_none() {
        let wrong = || Err(vec![FieldError::new("when", ErrorCode::NotASlot)]);
        for raw in [
            "tomorrow",
            "3 December",
            "2026-13-01",
            "2026-02-30",
            "2026-12-03 morning",
            "2026-12-03,2026-12-04",
            "é",
        ] {
            assert_eq!(parse(&day(), raw), wrong(), "{raw:?}");
        }
        for raw in [
            "2026-12-03",
            "2026-12-03 night",
            "2026-12-03  morning",
            "morning 2026-12-03",
            "2026-12-03 morning,afternoon",
        ] {
            assert_eq!(parse(&visit(), raw), wrong(), "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_chosen_is_accepted_again(days in 0..50_000_u64, time in 0..3_usize) {
            let kind = if time == 2 { day() } else { visit() };
            let on = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(days);
            let raw = write(on, kind.times.get(time).map(|time| &*time.value));
            let Ok(Some(Value::Slot(booked))) = parse(&kind, &raw) else { panic!("{raw} is refused") };
            proptest::prop_assert_eq!(write(booked.day, booked.time.as_ref().map(|time| &*time.value)), raw);
        }

        #[test]
        fn never_panics(raw in "\\PC{0,20}") {
            let _ = parse(&visit(), &raw);
        }
    }
}
