//! What a request gives: a permit, a subscription, a right that runs from a day to a day. A service's document says what it
//! gives, for whom and how long; what was given is part of the case and changes by its events alone. Money is in pence.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::fee;
use crate::field::Value;
use crate::identity::{Known, Level};
use crate::validate::Answer;

/// Days before the end at which its holder is reminded, the earliest first.
pub const REMINDERS: [u16; 2] = [28, 7];

/// What a service's document says besides its questions of whom it is for and what it gives. No browser needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The address must be in a permit zone.
    pub zone: Option<NeedsZone>,
    /// So many a home and year.
    pub allowances: Vec<Allowance>,
    /// What it gives.
    pub grant: Option<Rules>,
}

impl Terms {
    /// Whether the zone, or what a home may have, rests on the answer to a question: it can't be put right after sending.
    #[must_use]
    pub fn rests_on(&self, question: &str) -> bool {
        self.zone.as_ref().is_some_and(|zone| zone.address == question)
            || self.allowances.iter().any(|allowance| allowance.address == question)
    }
}

/// Only for homes in a permit zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedsZone {
    /// The question for the address.
    pub address: String,
    /// What to do instead, for whose home is in none.
    pub instead: String,
}

/// So many of something for each home in a calendar year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The question for the number.
    pub question: String,
    /// The question for the address.
    pub address: String,
    /// The most in a year.
    pub most: u32,
    /// What they are called: `books of whole-day vouchers`.
    pub what: String,
}

/// What a request gives, as the document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What it is called.
    pub name: String,
    /// How long it lasts.
    pub lasts: Lasts,
    /// The question for the day it begins on; the day it is given, where there is none.
    pub begins: Option<String>,
    /// The question for the vehicle that it is for.
    pub vehicle: Option<String>,
    /// How many of what it holds.
    pub holds: Vec<Holds>,
    /// For whom it is given once it is paid, and not only when staff have checked it.
    pub at_once: AtOnce,
    /// How often its vehicle may be changed in twelve months.
    pub changes: u8,
    /// Its holder may give it back for the whole months that are left.
    pub give_back: bool,
}

/// How long something lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// So many months.
    Months(u16),
    /// To the end of a season of twelve months that begins in this month, 1 to 12.
    Season(u8),
}

/// Whom it is given to at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtOnce {
    /// Nobody: staff check it first.
    #[default]
    Nobody,
    /// Everybody.
    Everybody,
    /// Of whom we know this much.
    KnownAs(Level),
}

/// How many of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// What they are called: `Bins`.
    pub label: String,
    /// The question for the number, if it is asked.
    pub question: Option<String>,
    /// So many besides.
    pub plus: u32,
}

/// The zone that a home is in, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// This one.
    Known(String),
    /// The council's list does not say.
    Unknown,
}

/// What was given. Its number is the reference of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it is called.
    pub name: String,
    /// The permit zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The vehicle that it is for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
    /// The vehicles that it was for before, each with the last day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<(String, NaiveDate)>,
    /// How often the vehicle may be changed in twelve months.
    #[serde(default)]
    pub changes: u8,
    /// How many of what it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<(String, u32)>,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
    /// Its holder may give it back for the whole months that are left.
    #[serde(default)]
    pub give_back: bool,
    /// So many days before its end its holder was reminded last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<u16>,
    /// When it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<DateTime<Utc>>,
}

/// What happens to what a request gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is given.
    Given(Grant),
    /// It is for another vehicle.
    Vehicle {
        /// From this day on.
        on: NaiveDate,
        /// Which.
        now: String,
        /// Which it was for before.
        before: String,
    },
    /// Its holder is reminded that it ends.
    Reminded {
        /// So many days before.
        days: u16,
    },
    /// Its holder gave it back.
    GivenBack {
        /// On this day.
        on: NaiveDate,
        /// The money that goes back, in pence.
        pence: i64,
    },
    /// Staff ended it.
    Ended {
        /// Why, as its holder reads it.
        reason: String,
    },
}

impl Rules {
    /// Whether it is given as soon as it is paid to somebody of whom so much is known, for a home in this zone. Where the
    /// zone is not known, somebody looks first.
    #[must_use]
    pub fn is_at_once(&self, identity: Option<&Known>, zone: Option<&Zone>) -> bool {
        if zone == Some(&Zone::Unknown) {
            return false;
        }
        match self.at_once {
            AtOnce::Nobody => false,
            AtOnce::Everybody => true,
            AtOnce::KnownAs(level) => identity.is_some_and(|known| known.level >= level),
        }
    }

    /// What is given on a day for these answers; after one that ends on `earlier`, if it renews one that still runs.
    #[must_use]
    pub fn give(
        &self,
        answers: &[Answer],
        zone: Option<&Zone>,
        (today, earlier): (NaiveDate, Option<NaiveDate>),
    ) -> Grant {
        let answer = |id: &Option<String>| {
            let id = id.as_ref()?;
            answers.iter().find(|answer| answer.question == *id).map(|answer| &answer.value)
        };
        let chosen = match answer(&self.begins) {
            Some(Value::Date(day)) => (*day).max(today),
            _ => today,
        };
        let next = earlier.and_then(|last| last.succ_opt());
        let from = next.map_or(chosen, |next| next.max(chosen));
        let (from, until) = self.lasts.span(from);
        let many = |holds: &Holds| {
            let asked = match answer(&holds.question) {
                Some(Value::Number(number)) => u32::try_from(*number).unwrap_or(0),
                _ => 0,
            };
            asked.saturating_add(holds.plus)
        };
        let holds = self.holds.iter().map(|holds| (holds.label.clone(), many(holds)));
        Grant {
            name: self.name.clone(),
            zone: match zone {
                Some(Zone::Known(zone)) => Some(zone.clone()),
                _ => None,
            },
            vehicle: match answer(&self.vehicle) {
                Some(Value::Text(vehicle)) => Some(vehicle.clone()),
                _ => None,
            },
            before: Vec::new(),
            changes: self.changes,
            holds: holds.filter(|(_, many)| *many > 0).collect(),
            from,
            until,
            give_back: self.give_back,
            reminded: None,
            ended: None,
        }
    }
}

impl Lasts {
    /// The first and the last day of what is to begin on a day. In the rest of a season's last month that season is not sold
    /// any more, and it begins with the next one.
    #[must_use]
    pub fn span(self, from: NaiveDate) -> (NaiveDate, NaiveDate) {
        let end = |from: NaiveDate, months: u32| {
            let next = from.checked_add_months(Months::new(months));
            next.and_then(|next| next.pred_opt()).unwrap_or(from)
        };
        match self {
            Self::Months(months) => (from, end(from, months.into())),
            Self::Season(begins) => {
                let first = first_of(from);
                let left = u32::from(fee::months_left(begins, from));
                if from.day() == 1 {
                    return (from, end(first, left));
                }
                let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
                // Of a season that goes on, the rest of this month comes along.
                let from = if left == 12 { next } else { from };
                (from, end(next, left))
            }
        }
    }
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

impl Grant {
    /// Whether it holds, or will: it did not end early.
    #[must_use]
    pub fn is_live(&self, today: NaiveDate) -> bool {
        self.ended.is_none() && today <= self.until
    }

    /// How many changes of its vehicle are left on a day.
    #[must_use]
    pub fn changes_left(&self, today: NaiveDate) -> u8 {
        let since = today.checked_sub_months(Months::new(12)).unwrap_or(today);
        let made = self.before.iter().filter(|(_, on)| *on > since).count();
        self.changes.saturating_sub(u8::try_from(made).unwrap_or(u8::MAX))
    }

    /// The day of the next reminder, and how many days before the end that is.
    #[must_use]
    pub fn next_reminder(&self) -> Option<(NaiveDate, u16)> {
        if self.ended.is_some() {
            return None;
        }
        let day = |days: u16| Some((self.until.checked_sub_days(Days::new(days.into()))?, days));
        let is_next = |days: &u16| self.reminded.is_none_or(|reminded| *days < reminded);
        // What is given when it is nearly over needs no reminder of that.
        REMINDERS.into_iter().filter(is_next).filter_map(day).find(|(day, _)| *day > self.from)
    }

    /// The reminder that is due on a day: the last one, where more than one was missed.
    #[must_use]
    pub fn reminder_due(&self, today: NaiveDate) -> Option<u16> {
        self.next_reminder().filter(|(day, _)| *day <= today && today <= self.until)?;
        let left = (self.until - today).num_days();
        REMINDERS.into_iter().rfind(|days| left <= i64::from(*days))
    }

    /// What goes back of what was paid, when it is given back on a day: the whole months that are left after it.
    #[must_use]
    pub fn refund(&self, paid: i64, today: NaiveDate) -> i64 {
        let all = self.months().count();
        let left = self.months().filter(|begins| *begins > today).count();
        let as_pence = |months: usize| i64::try_from(months).unwrap_or(0);
        // Downwards: never more than was paid.
        paid.saturating_mul(as_pence(left)) / as_pence(all).max(1)
    }

    /// The days on which its months begin.
    fn months(&self) -> impl Iterator<Item = NaiveDate> {
        let (from, until) = (self.from, self.until);
        (0..)
            .map_while(move |month| from.checked_add_months(Months::new(month)))
            .take_while(move |day| *day <= until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rules(lasts: Lasts) -> Rules {
        Rules {
            name: "Permit".into(),
            lasts,
            begins: Some("start".into()),
            vehicle: Some("vehicle".into()),
            holds: vec![
                Holds { label: "Bins".into(), question: Some("more".into()), plus: 1 },
                Holds { label: "Sacks".into(), question: Some("sacks".into()), plus: 0 },
            ],
            at_once: AtOnce::Everybody,
            changes: 2,
            give_back: true,
        }
    }

    fn answers() -> Vec<Answer> {
        let answer = |id: &str, value| Answer { question: id.to_owned(), label: id.to_owned(), value };
        vec![
            answer("start", Value::Date(day("2026-12-14"))),
            answer("vehicle", Value::Text("AB12 CDE".into())),
            answer("more", Value::Number(2)),
        ]
    }

    fn given(from: &str) -> Grant {
        rules(Lasts::Months(12)).give(&[], None, (day(from), None))
    }

    #[test]
    fn it_is_given_as_the_answers_say() {
        let zone = Zone::Known("C1".into());
        let grant = rules(Lasts::Months(12)).give(&answers(), Some(&zone), (day("2026-12-07"), None));
        assert_eq!((grant.from, grant.until), (day("2026-12-14"), day("2027-12-13")));
        assert_eq!((grant.zone.as_deref(), grant.vehicle.as_deref()), (Some("C1"), Some("AB12 CDE")));
        assert_eq!(grant.holds, [("Bins".to_owned(), 3)]);
        // Checked late, it begins when it is given; and a renewal when the earlier one has ended.
        let late = rules(Lasts::Months(12)).give(&answers(), None, (day("2026-12-20"), None));
        assert_eq!(late.from, day("2026-12-20"));
        let renewed =
            rules(Lasts::Months(12)).give(&answers(), None, (day("2026-12-07"), Some(day("2027-01-03"))));
        assert_eq!((renewed.from, renewed.until), (day("2027-01-04"), day("2028-01-03")));
    }

    #[test]
    fn a_season_ends_when_it_ends() {
        for (from, begins, until) in [
            ("2027-02-01", "2027-02-01", "2028-01-31"),
            ("2027-03-15", "2027-03-15", "2028-01-31"),
            ("2027-12-31", "2027-12-31", "2028-01-31"),
            ("2028-01-01", "2028-01-01", "2028-01-31"),
            // The month that is left is not sold any more.
            ("2028-01-02", "2028-02-01", "2029-01-31"),
        ] {
            assert_eq!(Lasts::Season(2).span(day(from)), (day(begins), day(until)), "{from}");
        }
        // A renewal in January begins with the next season.
        let rules = rules(Lasts::Season(2));
        let renewed = rules.give(&[], None, (day("2028-01-10"), Some(day("2028-01-31"))));
        assert_eq!((renewed.from, renewed.until), (day("2028-02-01"), day("2029-01-31")));
    }

    #[test]
    fn who_is_known_has_it_at_once() {
        let known = |level| Known { level, name: None };
        let mut rules = rules(Lasts::Months(12));
        let zone = Zone::Known("C1".into());
        assert!(rules.is_at_once(None, Some(&zone)) && !rules.is_at_once(None, Some(&Zone::Unknown)));
        rules.at_once = AtOnce::KnownAs(Level::DocumentsSeen);
        for (level, at_once) in
            [(Level::EmailConfirmed, false), (Level::DocumentsSeen, true), (Level::Provider, true)]
        {
            assert_eq!(rules.is_at_once(Some(&known(level)), None), at_once);
        }
        assert!(!rules.is_at_once(None, None));
        rules.at_once = AtOnce::Nobody;
        assert!(!rules.is_at_once(Some(&known(Level::Provider)), None));
    }

    #[test]
    fn each_reminder_comes_once() {
        let mut grant = given("2026-12-07");
        assert_eq!(grant.until, day("2027-12-06"));
        assert_eq!(grant.next_reminder(), Some((day("2027-11-08"), 28)));
        assert_eq!(
            (grant.reminder_due(day("2027-11-07")), grant.reminder_due(day("2027-11-08"))),
            (None, Some(28))
        );
        // After an outage only the last one.
        assert_eq!(grant.reminder_due(day("2027-12-01")), Some(7));
        grant.reminded = Some(28);
        assert_eq!(
            (grant.reminder_due(day("2027-11-28")), grant.reminder_due(day("2027-11-29"))),
            (None, Some(7))
        );
        grant.reminded = Some(7);
        assert_eq!((grant.next_reminder(), grant.reminder_due(day("2027-12-06"))), (None, None));
        // What is over is over, and what lasts for days needs none.
        grant.reminded = None;
        assert_eq!(grant.reminder_due(day("2027-12-07")), None);
        grant.from = day("2027-11-20");
        assert_eq!(grant.next_reminder(), Some((day("2027-11-29"), 7)));
        grant.ended = Some(DateTime::UNIX_EPOCH);
        assert_eq!(grant.next_reminder(), None);
    }

    #[test]
    fn changes_have_a_limit_in_twelve_months() {
        let mut grant = given("2026-12-07");
        grant.before = vec![("A1".into(), day("2026-12-10")), ("B2".into(), day("2027-03-01"))];
        assert_eq!(
            [day("2027-03-01"), day("2027-12-09"), day("2027-12-10")].map(|on| grant.changes_left(on)),
            [0, 0, 1]
        );
    }

    #[test]
    fn whole_months_go_back() {
        let grant = given("2026-12-07");
        for (on, back) in [
            ("2026-12-06", 12_000),
            ("2026-12-07", 11_000),
            ("2027-01-05", 11_000),
            ("2027-01-06", 11_000),
            ("2027-01-07", 10_000),
            ("2027-11-05", 1_000),
            ("2027-11-06", 1_000),
            ("2027-11-07", 0),
            ("2027-12-06", 0),
        ] {
            assert_eq!(grant.refund(12_000, day(on)), back, "{on}");
        }
        assert_eq!(grant.refund(5_000, day("2026-12-07")), 4_583, "downwards");
    }

    proptest! {
        /// Whatever was paid and whenever it is given back: never more than was paid, never more later, all of it before it
        /// begins and none in its last month; and what goes back is so many whole months that are still to come.
        #[test]
        fn what_goes_back_is_what_is_left(
            paid in 0_i64..=10_000_000, first in 0_u64..4_000, months in 1_u16..=36, later in 0_u64..1_200,
        ) {
            let from = day("2026-01-01") + Days::new(first);
            let (from, until) = Lasts::Months(months).span(from);
            let grant = Grant { from, until, ..given("2026-01-01") };
            let on = from.pred_opt().unwrap() + Days::new(later);
            let back = grant.refund(paid, on);
            prop_assert!((0..=paid).contains(&back));
            prop_assert!(grant.refund(paid, on.succ_opt().unwrap()) <= back);
            prop_assert_eq!(grant.refund(paid, from.pred_opt().unwrap()), paid);
            prop_assert_eq!(grant.refund(paid, until), 0);
            // The months that are paid back lie between that day and the end.
            let left = (0..=u32::from(months)).find(|left| paid * i64::from(*left) / i64::from(months) == back);
            prop_assert!(left.is_some());
            if on >= from && on < until && back > 0 {
                let days = (until - on).num_days();
                prop_assert!(i64::from(left.unwrap()) * 28 <= days);
            }
        }
    }
}
