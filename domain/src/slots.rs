//! What can be booked: days, or times of a day, with so many places each. What there is of it is data of the council; how
//! many places are taken is kept by the server.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::field::{Choice, Choices, Opt};
use crate::standard::say;

/// How long a place is held while somebody pays for it, in minutes.
pub const HOLD_MINUTES: i64 = 15;
/// So few places are said; of more it is enough that there are some.
const FEW: u16 = 3;
/// The furthest ahead that anything is booked, in days.
const FURTHEST: u16 = 366;

/// Something that can be booked, as `[[slots]]` of `council.toml` says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bookable {
    /// Identifier: what a question of the kind `slot` names.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The days of the week.
    pub weekdays: Vec<Weekday>,
    /// How many places a day has, where it has no times.
    #[serde(default)]
    pub places: u16,
    /// The times of each day, in their order.
    #[serde(default)]
    pub times: Vec<Time>,
    /// How many days ahead it is booked at least.
    pub earliest: u16,
    /// How many days ahead it is booked at most.
    pub latest: u16,
    /// Up to how many days before it may be changed or cancelled.
    #[serde(default = "the_day_before")]
    pub change: u16,
    /// It is there on bank holidays, and whenever else the council is closed.
    #[serde(default)]
    pub holidays: bool,
    /// Days on which it is not there.
    #[serde(default)]
    pub closed: Vec<NaiveDate>,
}

/// A time of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Identifier.
    pub id: String,
    /// What people read: `Morning, 8am to noon`.
    pub label: String,
    /// How many places it has.
    pub places: u16,
    /// The days of the week on which it is there, where those are not all.
    #[serde(default)]
    pub weekdays: Vec<Weekday>,
}

/// How many places of each day and time are taken. The time is empty where days have none.
pub type Taken = BTreeMap<(NaiveDate, String), u16>;

fn the_day_before() -> u16 {
    1
}

impl Bookable {
    /// Mistakes in it that its types do not show.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |words: String| faults.push(format!("“{}” in [[slots]]: {words}", self.id));
        if !is_slug(&self.id) {
            fault("the id must be lower-case letters, numbers and dashes".to_owned());
        }
        if self.name.trim().is_empty() {
            fault("it needs a name".to_owned());
        }
        if self.weekdays.is_empty() {
            fault("“weekdays” is empty: no day could be booked".to_owned());
        }
        if self.times.is_empty() == (self.places == 0) {
            fault("it needs either “places” for each day, or [[slots.times]] with their own".to_owned());
        }
        let mut taken = BTreeSet::new();
        for time in &self.times {
            if !is_slug(&time.id) || !taken.insert(&time.id) {
                fault(format!(
                    "the time “{}” needs an id of its own, of lower-case letters, numbers and dashes",
                    time.id
                ));
            }
            if time.label.trim().is_empty() || time.places == 0 {
                fault(format!("the time “{}” needs a label and places", time.id));
            }
            if time.weekdays.iter().any(|day| !self.weekdays.contains(day)) {
                fault(format!("the time “{}” is on a day of the week that is not in “weekdays”", time.id));
            }
        }
        if self.latest < self.earliest || self.latest > FURTHEST {
            fault(format!("“latest” must be no less than “earliest”, and {FURTHEST} at most"));
        }
        if self.change > self.earliest {
            fault("“change” is more than “earliest”: some days could never be changed".to_owned());
        }
        faults
    }

    /// The times, as a question offers them.
    #[must_use]
    pub fn options(&self) -> Vec<Opt> {
        let option = |time: &Time| Opt { value: time.id.clone(), label: time.label.clone(), hint: None };
        self.times.iter().map(option).collect()
    }

    /// The days that can be booked today, whatever is taken; `shut` are those on which the council is closed.
    pub fn days(&self, today: NaiveDate, shut: &BTreeSet<NaiveDate>) -> impl Iterator<Item = NaiveDate> {
        let ahead = u64::from(self.earliest)..=u64::from(self.latest);
        ahead
            .filter_map(move |days| today.checked_add_days(Days::new(days)))
            .filter(|day| self.is_on(*day, shut))
    }

    fn is_on(&self, day: NaiveDate, shut: &BTreeSet<NaiveDate>) -> bool {
        let is_open = self.holidays || !shut.contains(&day);
        is_open && self.weekdays.contains(&day.weekday()) && !self.closed.contains(&day)
    }

    /// How many places a day has, or one of its times; none where there is no such thing. Whether that can be booked is
    /// another question.
    #[must_use]
    pub fn places(&self, day: NaiveDate, time: Option<&str>) -> u16 {
        let on = |weekdays: &[Weekday]| weekdays.is_empty() || weekdays.contains(&day.weekday());
        match time {
            None if self.times.is_empty() => self.places,
            None => 0,
            Some(id) => {
                let known = self.times.iter().find(|time| time.id == id && on(&time.weekdays));
                known.map_or(0, |time| time.places)
            }
        }
    }

    /// Whether a day, or one of its times, can be booked today as far as nobody has taken it.
    #[must_use]
    pub fn offers(
        &self,
        (day, time): (NaiveDate, Option<&str>),
        today: NaiveDate,
        shut: &BTreeSet<NaiveDate>,
    ) -> bool {
        let ahead = (day - today).num_days();
        let is_in_reach = (i64::from(self.earliest)..=i64::from(self.latest)).contains(&ahead);
        is_in_reach && self.is_on(day, shut) && self.places(day, time) > 0
    }

    /// The last day on which a booking may be changed or cancelled.
    #[must_use]
    pub fn last_change(&self, day: NaiveDate) -> NaiveDate {
        day.checked_sub_days(Days::new(self.change.into())).unwrap_or(day)
    }

    /// What is free today, for people to choose from, by weeks: what has no value is the heading of what follows.
    #[must_use]
    pub fn free(&self, today: NaiveDate, shut: &BTreeSet<NaiveDate>, taken: &Taken) -> Choices {
        let option = |day: NaiveDate, time: Option<&Time>| {
            let id = time.map(|time| &*time.id);
            let here = taken.get(&(day, id.unwrap_or_default().to_owned())).copied().unwrap_or_default();
            let left = self.places(day, id).saturating_sub(here);
            let few = if left == 1 { "1 place left".to_owned() } else { format!("{left} places left") };
            let label = time.map_or_else(|| say(day), |time| format!("{}: {}", say(day), time.label));
            (left > 0).then(|| Opt { value: write(day, id), label, hint: (left <= FEW).then_some(few) })
        };
        let mut weeks: Vec<Vec<Opt>> = Vec::new();
        for day in self.days(today, shut) {
            let options: Vec<Opt> = if self.times.is_empty() {
                option(day, None).into_iter().collect()
            } else {
                self.times.iter().filter_map(|time| option(day, Some(time))).collect()
            };
            let title = week(day.week(Weekday::Mon).first_day(), today);
            match weeks.last_mut().filter(|last| last[0].label == title) {
                Some(last) => last.extend(options),
                None if options.is_empty() => {}
                None => {
                    let heading = Opt { value: String::new(), label: title, hint: None };
                    weeks.push([heading].into_iter().chain(options).collect());
                }
            }
        }
        Choices { options: weeks.concat(), departments: false }
    }
}

/// A week in words, as seen from today.
fn week(monday: NaiveDate, today: NaiveDate) -> String {
    let this = today.week(Weekday::Mon).first_day();
    match (monday - this).num_days() {
        0 => "This week".to_owned(),
        7 => "Next week".to_owned(),
        _ => format!("Week of {}", say(monday)),
    }
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A day, and perhaps a time, as a form says it: `2026-12-03 morning`.
#[must_use]
pub fn write(day: NaiveDate, time: Option<&str>) -> String {
    let day = crate::day::write(day);
    time.map_or_else(|| day.clone(), |time| format!("{day} {time}"))
}

/// The moment at which a day begins by a clock that is never put forward or back: what ends with it has ended some hours
/// later everywhere.
#[must_use]
pub fn day_ends(day: NaiveDate) -> i64 {
    day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// The number of the place that is taken next, where so many of a day or a time are taken already: the lowest that nobody
/// has. None where all are taken. A council may have made them fewer meanwhile.
#[must_use]
pub fn next_place(taken: &BTreeSet<u16>, places: u16) -> Option<u16> {
    if taken.len() >= usize::from(places) {
        return None;
    }
    (1..=places).find(|number| !taken.contains(number))
}

/// A day that was booked, and perhaps a time of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Booked {
    /// What was booked, by its identifier.
    pub of: String,
    /// The day.
    #[serde(with = "crate::day")]
    pub day: NaiveDate,
    /// The time, with its label as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Choice>,
    /// Until when it may be changed or cancelled, in seconds since 1970 began; known once it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Booked {
    /// The identifier of its time; empty where days have none.
    #[must_use]
    pub fn time_id(&self) -> &str {
        self.time.as_ref().map_or("", |time| &time.value)
    }

    /// Whether it is the same day and time.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.of, self.day, self.time_id()) == (&other.of, other.day, other.time_id())
    }

    /// In words: `Thursday 3 December 2026: Morning, 8am to noon`.
    #[must_use]
    pub fn show(&self) -> String {
        let day = format!("{} {}", say(self.day), self.day.year());
        match &self.time {
            Some(time) => format!("{day}: {}", time.label),
            None => day,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn lorry() -> Bookable {
        Bookable {
            id: "lorry".into(),
            name: "Lorry".into(),
            weekdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Thu],
            places: 4,
            times: Vec::new(),
            earliest: 2,
            latest: 28,
            change: 1,
            holidays: false,
            closed: vec![on("2026-12-15")],
        }
    }

    fn visit() -> Bookable {
        let time = |id: &str, places, weekdays: &[Weekday]| Time {
            id: id.into(),
            label: id.to_uppercase(),
            places,
            weekdays: weekdays.to_vec(),
        };
        Bookable {
            places: 0,
            times: vec![time("morning", 2, &[]), time("afternoon", 5, &[Weekday::Mon])],
            ..lorry()
        }
    }

    fn shut() -> BTreeSet<NaiveDate> {
        [on("2026-12-28")].into()
    }

    #[test]
    fn what_can_be_booked_and_what_not() {
        // A Wednesday.
        let today = on("2026-12-02");
        for day in ["2026-12-07", "2026-12-08", "2026-12-10", "2026-12-14", "2026-12-17", "2026-12-29"] {
            assert!(lorry().offers((on(day), None), today, &shut()), "{day}");
        }
        for (day, why) in [
            ("2026-12-01", "it is over"),
            ("2026-12-02", "it is today"),
            ("2026-12-03", "it is too soon"),
            ("2026-12-04", "there is none on Fridays"),
            ("2026-12-05", "there is none on Saturdays"),
            ("2026-12-15", "it is not there that day"),
            ("2026-12-28", "the council is closed"),
            ("2026-12-31", "it is too far ahead"),
        ] {
            assert!(!lorry().offers((on(day), None), today, &shut()), "{day}: {why}");
        }
        assert!(Bookable { holidays: true, ..lorry() }.offers((on("2026-12-28"), None), today, &shut()));
        let offers = |day: &str, time| visit().offers((on(day), time), today, &shut());
        assert!(offers("2026-12-07", Some("morning")) && offers("2026-12-07", Some("afternoon")));
        assert!(offers("2026-12-08", Some("morning")) && !offers("2026-12-08", Some("afternoon")));
        assert!(!offers("2026-12-07", None) && !offers("2026-12-07", Some("night")));
        assert!(!lorry().offers((on("2026-12-07"), Some("morning")), today, &shut()));
        assert_eq!(lorry().last_change(on("2026-12-07")), on("2026-12-06"));
    }

    #[test]
    fn slips_of_the_pen_are_named() {
        let faults = |change: fn(&mut Bookable)| {
            let mut changed = visit();
            change(&mut changed);
            changed.faults().len()
        };
        assert_eq!((lorry().faults(), visit().faults()), (Vec::new(), Vec::new()));
        for (at, change) in [
            (|own: &mut Bookable| own.id = "Big Lorry".into()) as fn(&mut Bookable),
            |own| own.name = " ".into(),
            |own| own.weekdays.clear(),
            |own| own.places = 3,
            |own| own.times.clear(),
            |own| own.times[1].id = "morning".into(),
            |own| own.times[0].label.clear(),
            |own| own.times[0].places = 0,
            |own| own.times[0].weekdays = vec![Weekday::Sun],
            |own| own.latest = 1,
            |own| own.latest = 400,
            |own| own.change = 3,
        ]
        .into_iter()
        .enumerate()
        {
            assert!(faults(change) > 0, "{at}");
        }
    }

    #[test]
    fn days_and_times_stand_in_weeks() {
        let today = on("2026-12-02");
        let taken =
            Taken::from([((on("2026-12-07"), String::new()), 2), ((on("2026-12-08"), String::new()), 4)]);
        let Choices { options, .. } = lorry().free(today, &shut(), &taken);
        let option = |value: &str, label: &str, hint: Option<&str>| Opt {
            value: value.into(),
            label: label.into(),
            hint: hint.map(Into::into),
        };
        assert_eq!(
            options[..6],
            [
                option("", "Next week", None),
                option("2026-12-07", "Monday 7 December", Some("2 places left")),
                option("2026-12-10", "Thursday 10 December", None),
                option("", "Week of Monday 14 December", None),
                option("2026-12-14", "Monday 14 December", None),
                option("2026-12-17", "Thursday 17 December", None),
            ]
        );
        assert_eq!(
            options[6..]
                .iter()
                .filter(|option| option.value.is_empty())
                .map(|option| &*option.label)
                .collect::<Vec<_>>(),
            ["Week of Monday 21 December", "Week of Monday 28 December"]
        );
        let taken = Taken::from([((on("2026-12-07"), "morning".to_owned()), 1)]);
        let Choices { options, .. } = visit().free(today, &shut(), &taken);
        assert_eq!(
            options[..3],
            [
                option("", "Next week", None),
                option("2026-12-07 morning", "Monday 7 December: MORNING", Some("1 place left")),
                option("2026-12-07 afternoon", "Monday 7 December: AFTERNOON", None),
            ]
        );
        let (own, shut) = (Bookable { times: visit().times[..1].to_vec(), ..visit() }, shut());
        let gone = own.days(today, &shut).map(|day| ((day, "morning".to_owned()), 9)).collect();
        assert_eq!(own.free(today, &shut, &gone), Choices::default(), "all is taken");
    }

    #[test]
    fn a_booking_in_words() {
        let morning = Choice { value: "morning".into(), label: "Morning, 8am to noon".into() };
        let day = Booked { of: "lorry".into(), day: on("2026-12-03"), time: None, until: None };
        let visit = Booked { time: Some(morning), ..day.clone() };
        assert_eq!(day.show(), "Thursday 3 December 2026");
        assert_eq!(visit.show(), "Thursday 3 December 2026: Morning, 8am to noon");
        assert!(!day.is_same(&visit) && day.is_same(&Booked { until: Some(1), ..day.clone() }));
    }

    proptest! {
        #[test]
        fn never_more_are_taken_than_there_are_places(
            acts in prop::collection::vec((0_u8..3, 0_u16..20, 0_u16..6), 0..80),
        ) {
            let (mut taken, mut places) = (BTreeSet::new(), 3);
            for (act, which, now) in acts {
                match act {
                    0 => {
                        let before = taken.len();
                        match next_place(&taken, places) {
                            Some(number) => {
                                prop_assert!(taken.insert(number), "nobody has that one");
                                prop_assert!(taken.len() <= usize::from(places));
                            }
                            None => prop_assert!(before >= usize::from(places), "there was one left"),
                        }
                    }
                    1 => {
                        taken.remove(&which);
                    }
                    // The council changes how many there are.
                    _ => places = now,
                }
            }
        }

        #[test]
        fn what_is_offered_is_what_can_be_booked(ahead in 0_u64..60, start in 0_u64..400) {
            let today = on("2026-01-01") + Days::new(start);
            let day = today + Days::new(ahead);
            let free = lorry().free(today, &shut(), &Taken::new()).options;
            let value = write(day, None);
            prop_assert_eq!(free.iter().any(|option| option.value == value), lorry().offers((day, None), today, &shut()));
        }
    }
}
