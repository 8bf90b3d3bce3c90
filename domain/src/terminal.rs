//! Public computers: how one is set up, when it may be used, and when it takes for granted that somebody has left.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long the warning stands before everything is cleared. People have at least so long to say that they are still
/// there, and may say so as often as they like (WCAG 2.2, 2.2.1 asks for ten times).
pub const WARNING: TimeDelta = TimeDelta::minutes(2);
/// Minutes without a sign of life before the warning, unless it is set up otherwise.
pub const IDLE: u8 = 3;
/// The fewest and the most that it can be set to.
pub const IDLE_FROM_TO: (u8, u8) = (1, 10);
/// How long the code to set up a computer can be typed.
pub const CODE_LASTS: TimeDelta = TimeDelta::minutes(30);
/// How long somebody's turn may last in any case.
pub const LONGEST: TimeDelta = TimeDelta::hours(8);

/// How a public computer is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// What it is called: stands on its screen.
    pub name: String,
    /// The library, or other place, where it stands.
    pub place: String,
    /// Minutes without a sign of life before the warning.
    pub idle: u8,
    /// It begins in large type.
    pub large: bool,
    /// A printer is beside it.
    pub printer: bool,
    /// From when on each day it can be used, `09:00`; always where this is empty.
    #[serde(default)]
    pub opens: String,
    /// Until when.
    #[serde(default)]
    pub closes: String,
}

/// What is wrong with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name is missing, or longer than [`NAME_MOST`].
    Name,
    /// So is the place.
    Place,
    /// The minutes are not within [`IDLE_FROM_TO`].
    Idle,
    /// One of the times is none, or one stands without the other.
    Hours,
    /// It closes before it opens.
    ClosesFirst,
}

/// Characters of a name or a place at most.
pub const NAME_MOST: usize = 60;

/// A time of day as it is set up.
fn time(text: &str) -> Option<NaiveTime> {
    let is_written_so = text.len() == 5;
    NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| is_written_so)
}

impl Setup {
    /// Without blanks around what was typed.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self {
            name: trim(self.name),
            place: trim(self.place),
            opens: trim(self.opens),
            closes: trim(self.closes),
            ..self
        }
    }

    /// What is wrong with it, in the order of the fields.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let is_named = |name: &str| {
            !name.is_empty() && name.chars().count() <= NAME_MOST && !name.chars().any(char::is_control)
        };
        let mut faults = Vec::new();
        let mut ensure = |holds: bool, fault| {
            if !holds {
                faults.push(fault);
            }
        };
        ensure(is_named(&self.name), Fault::Name);
        ensure(is_named(&self.place), Fault::Place);
        ensure((IDLE_FROM_TO.0..=IDLE_FROM_TO.1).contains(&self.idle), Fault::Idle);
        let is_always = self.opens.is_empty() && self.closes.is_empty();
        match (time(&self.opens), time(&self.closes)) {
            (Some(opens), Some(closes)) => ensure(opens < closes, Fault::ClosesFirst),
            _ => ensure(is_always, Fault::Hours),
        }
        faults
    }

    /// Whether it may be used at a local time of day.
    #[must_use]
    pub fn is_open(&self, now: NaiveTime) -> bool {
        match (time(&self.opens), time(&self.closes)) {
            (Some(opens), Some(closes)) => opens <= now && now < closes,
            _ => true,
        }
    }

    /// How long after the last sign of life a turn is over.
    #[must_use]
    pub fn ends_after(&self) -> TimeDelta {
        TimeDelta::minutes(self.idle.into()) + WARNING
    }

    /// Whether a turn that began, and was last heard of, at these moments is over.
    #[must_use]
    pub fn is_over(&self, began: DateTime<Utc>, heard: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        // A clock that was put back makes nobody's turn longer.
        let (since, in_all) = (now - heard, now - began);
        since >= self.ends_after() || in_all >= LONGEST || since < -WARNING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> Setup {
        Setup {
            name: "By the window".into(),
            place: "Central Library".into(),
            idle: IDLE,
            large: false,
            printer: true,
            opens: "09:00".into(),
            closes: "17:30".into(),
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(setup().faults(), []);
        let always = Setup { opens: String::new(), closes: String::new(), ..setup() };
        assert!(always.faults().is_empty() && always.is_open(NaiveTime::MIN));
        let wrong = |change: &dyn Fn(&mut Setup)| {
            let mut one = setup();
            change(&mut one);
            one.trimmed().faults()
        };
        assert_eq!(wrong(&|one| one.name = "  ".into()), [Fault::Name]);
        assert_eq!(wrong(&|one| one.name = "a".repeat(61)), [Fault::Name]);
        assert_eq!(wrong(&|one| one.place = "a\u{7}b".into()), [Fault::Place]);
        for idle in [0, 11, 255] {
            assert_eq!(wrong(&|one| one.idle = idle), [Fault::Idle]);
        }
        for (opens, closes) in
            [("9:00", "17:00"), ("09:00", ""), ("", "17:00"), ("25:00", "26:00"), ("a", "b")]
        {
            assert_eq!(wrong(&|one| (one.opens, one.closes) = (opens.into(), closes.into())), [Fault::Hours]);
        }
        assert_eq!(wrong(&|one| one.closes = "09:00".into()), [Fault::ClosesFirst]);
    }

    #[test]
    fn is_open_from_the_minute_to_the_minute() {
        let at = |text: &str| setup().is_open(time(text).unwrap());
        assert!(!at("08:59") && at("09:00") && at("17:29") && !at("17:30"));
    }

    #[test]
    fn a_turn_ends_after_the_warning_and_never_later_than_the_longest() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let ago = |minutes| now - TimeDelta::minutes(minutes);
        let is_over = |began, heard| setup().is_over(ago(began), ago(heard), now);
        assert!(!is_over(60, 0) && !is_over(60, 4) && is_over(60, 5));
        assert!(!is_over(8 * 60 - 1, 0) && is_over(8 * 60, 0));
        assert!(is_over(0, -3), "heard of in a time to come");
    }
}
