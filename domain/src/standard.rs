//! The promise: what a council says it will do by when, in working days and hours of its own calendar.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

/// What a service promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standard {
    /// Somebody looks at it and takes it within this.
    pub acknowledge: Limit,
    /// It is done, or answered, within this.
    pub complete: Limit,
}

/// A span of time as standards are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limit {
    /// How many.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
}

/// What a [`Limit`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days on which the council works.
    WorkingDays,
    /// Hours in which the council works.
    WorkingHours,
    /// Hours of the clock, for what can't wait for Monday.
    Hours,
    /// Days of the calendar, as laws count them.
    Days,
    /// Months of the calendar, to the matching date, or the last day of a shorter month.
    Months,
}

impl Limit {
    /// Whether it is counted in hours, and ends at a moment.
    #[must_use]
    pub fn is_in_hours(&self) -> bool {
        matches!(self.unit, Unit::Hours | Unit::WorkingHours)
    }

    /// Reads `5 working days`, `1 working day`, `4 working hours`, `24 hours`, `28 days`, `1 month`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (amount, unit) = text.trim().split_once(' ')?;
        let unit = match unit.trim() {
            "working day" | "working days" => Unit::WorkingDays,
            "working hour" | "working hours" => Unit::WorkingHours,
            "hour" | "hours" => Unit::Hours,
            "day" | "days" => Unit::Days,
            "month" | "months" => Unit::Months,
            _ => return None,
        };
        let amount = amount.parse().ok().filter(|amount| (1..=500).contains(amount))?;
        Some(Self { amount, unit })
    }

    /// As it is published: `5 working days`.
    #[must_use]
    pub fn show(&self) -> String {
        let unit = match self.unit {
            Unit::WorkingDays => "working day",
            Unit::WorkingHours => "working hour",
            Unit::Hours => "hour",
            Unit::Days => "day",
            Unit::Months => "month",
        };
        format!("{} {unit}{}", self.amount, if self.amount == 1 { "" } else { "s" })
    }
}

/// When a council works. Times are the council's local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Start of the working day.
    pub opens: NaiveTime,
    /// End of the working day.
    pub closes: NaiveTime,
    /// Bank holidays and the council's own closed days.
    pub closed: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// Whether the council works on this day: Monday to Friday, and not closed.
    #[must_use]
    pub fn works_on(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.closed.contains(&day)
    }

    /// The first working day after this one.
    #[must_use]
    pub fn next_working_day(&self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        // Bounded: no calendar closes a council for a year.
        for _ in 0..366 {
            day = day.checked_add_days(Days::new(1)).unwrap_or(day);
            if self.works_on(day) {
                break;
            }
        }
        day
    }

    /// When a request received at this local time starts its clock: at once in working hours, else when
    /// the council next opens.
    #[must_use]
    pub fn clock_starts(&self, received: NaiveDateTime) -> NaiveDateTime {
        let (day, time) = (received.date(), received.time());
        if !self.works_on(day) || time >= self.closes {
            self.next_working_day(day).and_time(self.opens)
        } else {
            day.and_time(time.max(self.opens))
        }
    }

    /// The local time at which a limit that begins at this one is over: a day's is over when the council closes.
    #[must_use]
    pub fn until(&self, from: NaiveDateTime, limit: Limit) -> NaiveDateTime {
        match limit.unit {
            Unit::Hours => from + TimeDelta::hours(limit.amount.into()),
            Unit::WorkingHours => self.worked(from, TimeDelta::hours(limit.amount.into())),
            Unit::WorkingDays | Unit::Days | Unit::Months => self.due(from, limit).and_time(self.closes),
        }
    }

    /// The local time at which somebody who begins at this one has worked for so long.
    #[must_use]
    pub fn worked(&self, from: NaiveDateTime, time: TimeDelta) -> NaiveDateTime {
        let mut at = self.clock_starts(from);
        let mut left = time;
        loop {
            let today = at.date().and_time(self.closes) - at;
            if left <= today || today <= TimeDelta::zero() {
                return at + left;
            }
            left -= today;
            at = self.next_working_day(at.date()).and_time(self.opens);
        }
    }

    /// How much of the time between two local times the council works.
    #[must_use]
    pub fn work_between(&self, from: NaiveDateTime, to: NaiveDateTime) -> TimeDelta {
        let days = from.date().iter_days().take_while(|day| *day <= to.date());
        days.filter(|day| self.works_on(*day))
            .map(|day| to.min(day.and_time(self.closes)) - from.max(day.and_time(self.opens)))
            .filter(|worked| *worked > TimeDelta::zero())
            .sum()
    }

    /// The latest local time from which so much work is left before this one.
    #[must_use]
    pub fn work_before(&self, at: NaiveDateTime, time: TimeDelta) -> NaiveDateTime {
        let (mut day, mut left) = (at.date(), time);
        // Bounded: no calendar closes a council for a year.
        for _ in 0..366 {
            let ends = at.min(day.and_time(self.closes));
            let today = ends - day.and_time(self.opens);
            if self.works_on(day) && today > TimeDelta::zero() {
                if left <= today {
                    return ends - left;
                }
                left -= today;
            }
            day = day.pred_opt().unwrap_or(day);
        }
        at
    }

    /// The day by which something received at this local time is promised. The day the clock starts is not
    /// counted, as councils publish it: "within 1 working day" of Monday morning is Tuesday.
    #[must_use]
    pub fn due(&self, received: NaiveDateTime, limit: Limit) -> NaiveDate {
        match limit.unit {
            Unit::Hours => (received + TimeDelta::hours(i64::from(limit.amount))).date(),
            Unit::Days => received.date() + Days::new(limit.amount.into()),
            // The clock of a law runs from the day it is received, working day or not.
            Unit::Months => received
                .date()
                .checked_add_months(Months::new(limit.amount.into()))
                .unwrap_or(received.date()),
            Unit::WorkingDays => {
                let start = self.clock_starts(received).date();
                (0..limit.amount).fold(start, |day, _| self.next_working_day(day))
            }
            Unit::WorkingHours => self.until(received, limit).date(),
        }
    }
}

/// The months by name, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day in words a person can use: `Friday 12 December`.
#[must_use]
pub fn say(day: NaiveDate) -> String {
    let weekday = match day.weekday() {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    };
    format!("{weekday} {} {}", day.day(), MONTHS[day.month0() as usize])
}

/// A day with its year, for what is kept: `12 December 2026`.
#[must_use]
pub fn say_date(day: NaiveDate) -> String {
    format!("{} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
}

/// A month with its year: `December 2026`.
#[must_use]
pub fn say_month(day: NaiveDate) -> String {
    format!("{} {}", MONTHS[day.month0() as usize], day.year())
}

#[cfg(test)]
#[cfg(feature = "documents")]
mod tests {
    use super::*;
    use crate::holidays::{Division, bank_holidays};

    fn calendar() -> Calendar {
        Calendar {
            opens: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            closes: NaiveTime::from_hms_opt(17, 0, 0).unwrap(),
            closed: bank_holidays(Division::EnglandAndWales),
        }
    }

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn dates_promised() {
        for (received, limit, due) in [
            ("2026-12-07 10:00", "5 working days", "Monday 14 December"),
            ("2026-12-07 10:00", "1 working day", "Tuesday 8 December"),
            // After hours counts as the next morning.
            ("2026-12-07 20:00", "1 working day", "Wednesday 9 December"),
            ("2026-12-05 12:00", "1 working day", "Tuesday 8 December"),
            // Christmas Day is a Friday in 2026; Boxing Day's substitute is Monday 28.
            ("2026-12-24 10:00", "1 working day", "Tuesday 29 December"),
            ("2026-12-24 10:00", "5 working days", "Tuesday 5 January"),
            ("2026-12-24 10:00", "24 hours", "Friday 25 December"),
            ("2026-12-07 16:00", "1 working hour", "Monday 7 December"),
            ("2026-12-07 16:00", "2 working hours", "Tuesday 8 December"),
            ("2026-12-04 16:00", "12 working hours", "Tuesday 8 December"),
            ("2027-05-28 10:00", "1 working day", "Tuesday 1 June"),
            ("2026-12-07 20:00", "28 days", "Monday 4 January"),
            ("2026-12-07 10:00", "1 month", "Thursday 7 January"),
            // To the matching date; January has no counterpart of the 31st in February.
            ("2027-01-31 10:00", "1 month", "Sunday 28 February"),
        ] {
            let limit = Limit::parse(limit).unwrap();
            assert_eq!(say(calendar().due(at(received), limit)), due, "{received} {}", limit.show());
        }
    }

    #[test]
    fn limits_read_and_shown() {
        for text in
            ["1 working day", "5 working days", "24 hours", "1 hour", "4 working hours", "28 days", "1 month"]
        {
            assert_eq!(Limit::parse(text).unwrap().show(), text);
        }
        for text in ["", "5", "five working days", "0 hours", "5 weeks", "501 hours"] {
            assert_eq!(Limit::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_promise_never_falls_on_a_closed_day(days in 0u64..900, minutes in 0i64..1440, amount in 1u16..60) {
            let received = at("2026-01-01 00:00").checked_add_days(Days::new(days)).unwrap() + TimeDelta::minutes(minutes);
            let due = calendar().due(received, Limit { amount, unit: Unit::WorkingDays });
            proptest::prop_assert!(calendar().works_on(due) && due > received.date());
            let hours = calendar().due(received, Limit { amount, unit: Unit::WorkingHours });
            proptest::prop_assert!(calendar().works_on(hours) && hours >= received.date());
        }
    }
}
