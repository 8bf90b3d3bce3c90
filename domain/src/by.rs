//! By when something is promised. In days it is the end of a day; in hours, a moment.

use std::cmp::Ordering;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Timelike as _, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{day, standard};

/// By when something is promised. On the wire: `2026-12-14`, or `2026-12-14T15:00+00:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The end of this day.
    Day(NaiveDate),
    /// This moment, by the council's clock.
    Moment(DateTime<FixedOffset>),
}

impl By {
    /// The day, by the council's clock.
    #[must_use]
    pub fn day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Moment(at) => at.date_naive(),
        }
    }

    /// The moment, where it is promised in hours.
    #[must_use]
    pub fn moment(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Day(_) => None,
            Self::Moment(at) => Some(at.to_utc()),
        }
    }

    /// The same, but not before a day.
    #[must_use]
    pub fn not_before(self, day: NaiveDate) -> Self {
        if self.day() < day { Self::Day(day) } else { self }
    }

    /// Whether that is over, given the moment it is and the council's local day.
    #[must_use]
    pub fn is_over(self, now: DateTime<Utc>, today: NaiveDate) -> bool {
        self.moment().map_or_else(|| today > self.day(), |at| now >= at)
    }

    /// Later by as much as one promise is later than another.
    #[must_use]
    pub fn later_by(self, (from, to): (Self, Self)) -> Self {
        match (self, from, to) {
            (Self::Moment(at), Self::Moment(from), Self::Moment(to)) => Self::Moment(at + (to - from)),
            (Self::Moment(at), ..) => Self::Moment(at + (to.day() - from.day())),
            (Self::Day(day), ..) => Self::Day(day + (to.day() - from.day())),
        }
    }

    /// Reads what [`By::write`] writes.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let Some((day, rest)) = text.split_once('T') else { return day::read(text).map(Self::Day) };
        let (time, offset) = (rest.get(..5)?, rest.get(5..)?);
        let (sign, ahead) = (offset.get(..1)?, minutes(offset.get(1..)?)?);
        let seconds = (ahead * 60).cast_signed();
        let ahead = match sign {
            "+" => FixedOffset::east_opt(seconds),
            "-" => FixedOffset::west_opt(seconds),
            _ => None,
        };
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes(time)? * 60, 0)?;
        day::read(day)?.and_time(time).and_local_timezone(ahead?).single().map(Self::Moment)
    }

    /// As it is on the wire.
    #[must_use]
    pub fn write(self) -> String {
        match self {
            Self::Day(day) => day::write(day),
            Self::Moment(at) => {
                let ahead = at.offset().local_minus_utc() / 60;
                let sign = if ahead < 0 { '-' } else { '+' };
                let (hours, minutes) = (ahead.abs() / 60, ahead.abs() % 60);
                let day = day::write(at.date_naive());
                format!("{day}T{:02}:{:02}{sign}{hours:02}:{minutes:02}", at.hour(), at.minute())
            }
        }
    }

    /// In words: `Friday 12 December`, `3pm on Friday 12 December`.
    #[must_use]
    pub fn say(self) -> String {
        self.with_time(&standard::say(self.day()))
    }

    /// In words for who reads them on this day: `3pm today`.
    #[must_use]
    pub fn say_on(self, today: NaiveDate) -> String {
        match self {
            Self::Moment(at) if at.date_naive() == today => format!("{} today", say_time(at.time())),
            _ => self.say(),
        }
    }

    /// The words of its day, after the time where there is one.
    #[must_use]
    pub fn with_time(self, day: &str) -> String {
        match self {
            Self::Day(_) => day.to_owned(),
            Self::Moment(at) => format!("{} on {day}", say_time(at.time())),
        }
    }
}

/// `15:30` in minutes.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let read = |text: &str, below: u32| {
        let is_number = text.len() == 2 && text.bytes().all(|c| c.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| is_number && *number < below)
    };
    Some(read(hours, 24)? * 60 + read(minutes, 60)?)
}

/// A time in words: `3pm`, `3:05pm`, `midday`.
#[must_use]
pub fn say_time(time: NaiveTime) -> String {
    let (is_pm, hour) = time.hour12();
    let half = if is_pm { "pm" } else { "am" };
    match time.minute() {
        0 if is_pm && hour == 12 => "midday".to_owned(),
        0 => format!("{hour}{half}"),
        minute => format!("{hour}:{minute:02}{half}"),
    }
}

impl From<NaiveDate> for By {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl Ord for By {
    /// By what is over first: a moment of a day before the day itself.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |by: &Self| (by.day(), by.moment().is_none(), by.moment());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for By {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for By {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write())
    }
}

impl<'de> Deserialize<'de> for By {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "a day such as 2026-12-04 or a moment such as 2026-12-04T15:00+00:00 is expected";
        Self::read(&text).ok_or_else(|| D::Error::custom(expected))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for By {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for By {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_written_and_said() {
        for (text, said) in [
            ("2026-12-14", "Monday 14 December"),
            ("2026-12-14T15:00+00:00", "3pm on Monday 14 December"),
            ("2026-07-01T12:00+01:00", "midday on Wednesday 1 July"),
            ("2026-07-01T00:05+01:00", "12:05am on Wednesday 1 July"),
            ("2026-12-14T09:30-03:30", "9:30am on Monday 14 December"),
        ] {
            let by = By::read(text).unwrap();
            assert_eq!((by.write().as_str(), by.say().as_str()), (text, said));
        }
        for wrong in [
            "",
            "2026-12-14T",
            "2026-12-14T15:00",
            "2026-12-14T15:00Z",
            "2026-12-14T24:00+00:00",
            "2026-12-14T15:60+00:00",
            "2026-12-14T1500+00:00",
            "2026-12-14T15:00+0000",
            "2026-12-14T+5:00+00:00",
            "2026-12-14T15:0é+00:00",
            "14 December",
        ] {
            assert_eq!(By::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_before_which_it_is_not() {
        let by = |text: &str| By::read(text).unwrap();
        for (promised, day, then) in [
            ("2026-12-14", "2026-12-10", "2026-12-14"),
            ("2026-12-14", "2026-12-14", "2026-12-14"),
            ("2026-12-14", "2026-12-15", "2026-12-15"),
            ("2026-12-14T15:00+00:00", "2026-12-14", "2026-12-14T15:00+00:00"),
            ("2026-12-14T15:00+00:00", "2026-12-16", "2026-12-16"),
        ] {
            assert_eq!(by(promised).not_before(by(day).day()), by(then), "{promised} {day}");
        }
    }

    #[test]
    fn today_and_order() {
        let by = |text: &str| By::read(text).unwrap();
        let today = by("2026-12-14").day();
        assert_eq!(by("2026-12-14T15:00+00:00").say_on(today), "3pm today");
        assert_eq!(by("2026-12-15T15:00+00:00").say_on(today), "3pm on Tuesday 15 December");
        assert_eq!(by("2026-12-14").say_on(today), "Monday 14 December");
        // Where the clocks go back, half past one comes twice.
        let rising = [
            "2026-10-24",
            "2026-10-25T01:30+01:00",
            "2026-10-25T01:30+00:00",
            "2026-10-25T09:00+00:00",
            "2026-10-25",
            "2026-10-26T00:00+00:00",
        ];
        assert!(rising.map(by).is_sorted() && by(rising[1]) != by(rising[2]));
        let at = by("2026-12-14T15:00+00:00");
        let now = at.moment().unwrap();
        assert!(at.is_over(now, today) && !at.is_over(now - chrono::TimeDelta::seconds(1), today));
        assert!(!by("2026-12-14").is_over(now, today) && by("2026-12-13").is_over(now, today));
    }
}
