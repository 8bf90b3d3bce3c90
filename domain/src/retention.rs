//! How long requests are kept: personal data stays no longer than it is needed (UK GDPR article 5(1)(e)). Each
//! service has its period: the document's own, else the council's for its topic, else the council's.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Outcome, Status};
use crate::catalogue::Topic;
use crate::field::{Kind, Value};
use crate::reference::Reference;
use crate::standard::say_date;
use crate::validate::Answer;

/// What is kept how long, and what happens then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// How long.
    pub keep: Period,
    /// From when on it counts.
    #[serde(default)]
    pub after: After,
    /// What happens then.
    #[serde(default)]
    pub then: Then,
}

/// Two years after the end, for who asks again or complains, and for a year's figures beside the year's before.
impl Default for Retention {
    fn default() -> Self {
        Self { keep: Period::Months(24), after: After::Closed, then: Then::Anonymise }
    }
}

/// A span of the calendar; at most 100 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// Days.
    Days(u16),
    /// Months, to the matching date, or the last day of a shorter month.
    Months(u16),
    /// Years, in the same way.
    Years(u16),
}

/// From when on the period counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The day it was closed.
    #[default]
    Closed,
    /// The day it arrived. An open request stays all the same.
    Received,
}

/// What happens at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// What could tell who it was goes; the answers picked from lists, and numbers, stay for the figures.
    #[default]
    Anonymise,
    /// Everything goes but the [`Tombstone`].
    Erase,
}

impl Then {
    /// As a sentence goes on after “Then we”.
    fn say(self) -> &'static str {
        match self {
            Self::Anonymise => "take out everything that could tell who it was from",
            Self::Erase => "erase it",
        }
    }
}

impl Period {
    const MOST_YEARS: u16 = 100;

    /// Reads `90 days`, `24 months`, `1 year`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (amount, unit) = text.trim().split_once(' ')?;
        let is_number = amount.bytes().all(|byte| byte.is_ascii_digit());
        let amount: u16 = amount.parse().ok().filter(|amount| is_number && *amount > 0)?;
        let (period, most) = match unit.trim() {
            "day" | "days" => (Self::Days(amount), Self::MOST_YEARS * 365),
            "month" | "months" => (Self::Months(amount), Self::MOST_YEARS * 12),
            "year" | "years" => (Self::Years(amount), Self::MOST_YEARS),
            _ => return None,
        };
        (amount <= most).then_some(period)
    }

    /// As it is written: `24 months`.
    #[must_use]
    pub fn show(self) -> String {
        let (amount, unit) = match self {
            Self::Days(amount) => (amount, "day"),
            Self::Months(amount) => (amount, "month"),
            Self::Years(amount) => (amount, "year"),
        };
        format!("{amount} {unit}{}", if amount == 1 { "" } else { "s" })
    }

    /// The fewest days it takes, whenever it begins.
    #[must_use]
    pub fn least_days(self) -> u32 {
        // Of months in a row, three days at most are missing to their mean.
        let months = |months: u32| (months * 3043 / 100).saturating_sub(3);
        match self {
            Self::Days(days) => days.into(),
            Self::Months(amount) => months(amount.into()),
            Self::Years(amount) => months(u32::from(amount) * 12),
        }
    }

    /// The last day from which on it is over by now: what is from that day or before was kept long enough.
    #[must_use]
    pub fn over_since(self, today: NaiveDate) -> Option<NaiveDate> {
        let mut from = today.checked_sub_days(Days::new(self.least_days().into()))?;
        while self.end(from)? > today {
            from = from.pred_opt()?;
        }
        Some(from)
    }

    /// The day it ends; `None` past the end of the calendar.
    #[must_use]
    pub fn end(self, from: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => from.checked_add_days(Days::new(days.into())),
            Self::Months(months) => from.checked_add_months(Months::new(months.into())),
            Self::Years(years) => from.checked_add_months(Months::new(u32::from(years) * 12)),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(HOW_TO_WRITE)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.show()
    }
}

/// What a period that can't be read gets told.
pub const HOW_TO_WRITE: &str =
    "a period is written like “24 months”, “6 years” or “90 days”, up to 100 years";

impl Retention {
    /// The day from which on a request is due; never while it is open. Days are the council's local days.
    #[must_use]
    pub fn due(&self, received: NaiveDate, closed: Option<NaiveDate>) -> Option<NaiveDate> {
        let closed = closed?;
        let from = match self.after {
            After::Closed => closed,
            After::Received => received,
        };
        // Not before it was closed, however long that took.
        self.keep.end(from).map(|day| day.max(closed))
    }

    /// In words for residents.
    #[must_use]
    pub fn say(&self) -> String {
        let after = match self.after {
            After::Closed => "it is closed",
            After::Received => "we got it",
        };
        format!("We keep it for {} after {after}. Then we {}.", self.keep.show(), self.then.say())
    }

    /// What becomes of one request, in words for its resident.
    #[must_use]
    pub fn say_of(&self, received: NaiveDate, closed: Option<NaiveDate>) -> String {
        match self.due(received, closed) {
            Some(day) => format!("We keep it until {}. Then we {}.", say_date(day), self.then.say()),
            None => self.say(),
        }
    }
}

/// The `[retention]` of a council: what holds where a service's document says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    /// For everything else.
    pub all: Retention,
    /// For the services of a topic.
    pub topics: BTreeMap<Topic, Retention>,
}

impl Defaults {
    /// What holds for the services of a topic.
    #[must_use]
    pub fn of(&self, topic: Topic) -> Retention {
        self.topics.get(&topic).copied().unwrap_or(self.all)
    }
}

/// What remains of a request: that there was one. No name, no place, no word that anybody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// Its reference, so that who still has it can be told what became of it.
    pub reference: Reference,
    /// The service, by identifier.
    pub service: String,
    /// The day it arrived.
    #[serde(with = "crate::day")]
    pub received: NaiveDate,
    /// The day it was closed.
    #[serde(with = "crate::day")]
    pub closed: NaiveDate,
    /// The day the rest went.
    #[serde(with = "crate::day")]
    pub gone: NaiveDate,
}

/// Whether the answers to a question may stay when a request is anonymised: what was picked from a list, and plain
/// numbers. All else goes: whatever was typed, and where and when something was, may tell who it was. The ward stays
/// instead of the place.
#[must_use]
pub fn stays(kind: &Kind) -> bool {
    matches!(kind, Kind::Choice(_) | Kind::Choices(_) | Kind::YesNo | Kind::Number(_) | Kind::Declaration)
}

/// The same of an answer that was given.
#[must_use]
pub fn answer_stays(value: &Value) -> bool {
    matches!(value, Value::Choice(_) | Value::Choices(_) | Value::YesNo(_) | Value::Number(_) | Value::Agreed)
}

/// What remains for the figures of a request that was anonymised, beside its [`Tombstone`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// The department, by identifier; none for a request that had parts.
    pub department: String,
    /// The ward it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ward: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The day that was promised last.
    #[serde(with = "crate::day")]
    pub promised: NaiveDate,
    /// How it went, 1 to 5, where the resident said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The answers that may stay.
    pub answers: Vec<Answer>,
}

impl Figures {
    /// Of a request that has ended; none of one that is open.
    #[must_use]
    pub fn of(case: &Case) -> Option<Self> {
        let Status::Closed(outcome) = case.status else { return None };
        let submission = &case.submission;
        let answers = submission.answers.iter().filter(|answer| answer_stays(&answer.value));
        Some(Self {
            department: submission.department.clone(),
            ward: submission.ward.clone(),
            outcome,
            promised: case.complete_by.day(),
            score: case.feedback.as_ref().map(|feedback| feedback.score),
            answers: answers.cloned().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn keep(text: &str) -> Retention {
        Retention { keep: Period::parse(text).unwrap(), ..Retention::default() }
    }

    #[test]
    fn periods_read_and_shown() {
        for text in
            ["1 day", "90 days", "1 month", "24 months", "1 year", "6 years", "100 years", "36500 days"]
        {
            assert_eq!(Period::parse(text).map(Period::show).as_deref(), Some(text));
        }
        for text in [
            "",
            "24",
            "months",
            "0 days",
            "-1 days",
            "+1 days",
            "two years",
            "2 weeks",
            "101 years",
            "5 working days",
            "99999 days",
            "1201 months",
        ] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_due() {
        for (retention, received, closed, due) in [
            (keep("24 months"), "2026-01-05", "2026-03-31", "2028-03-31"),
            (keep("1 month"), "2026-01-05", "2026-01-31", "2026-02-28"),
            (keep("1 year"), "2028-02-01", "2028-02-29", "2029-02-28"),
            (keep("90 days"), "2026-01-05", "2026-01-05", "2026-04-05"),
            (
                Retention { after: After::Received, ..keep("1 year") },
                "2026-01-05",
                "2026-03-31",
                "2027-01-05",
            ),
            // It took longer than it is kept.
            (
                Retention { after: After::Received, ..keep("30 days") },
                "2026-01-05",
                "2026-03-31",
                "2026-03-31",
            ),
        ] {
            assert_eq!(retention.due(day(received), Some(day(closed))), Some(day(due)), "{retention:?}");
            assert_eq!(retention.due(day(received), None), None, "an open request stays");
        }
        assert_eq!(keep("100 years").due(NaiveDate::MAX, Some(NaiveDate::MAX)), None);
    }

    #[test]
    fn in_words() {
        assert_eq!(
            Retention::default().say(),
            "We keep it for 24 months after it is closed. Then we take out everything that could tell who it was from."
        );
        assert_eq!(
            Retention { keep: Period::Years(1), after: After::Received, then: Then::Erase }.say(),
            "We keep it for 1 year after we got it. Then we erase it."
        );
    }

    #[test]
    fn in_words_of_one_request() {
        let (received, closed) = (day("2026-01-05"), day("2026-03-31"));
        assert_eq!(
            keep("24 months").say_of(received, Some(closed)),
            "We keep it until 31 March 2028. Then we take out everything that could tell who it was from."
        );
        assert_eq!(keep("24 months").say_of(received, None), Retention::default().say());
    }

    /// What stays is said of questions and of answers alike.
    #[test]
    fn what_stays_of_a_question_stays_of_its_answer() {
        let kinds = [
            Kind::YesNo,
            Kind::Vehicle,
            Kind::CouncilTaxAccount,
            Kind::PenaltyCharge,
            Kind::LibraryCard,
            Kind::Declaration,
        ];
        for kind in kinds {
            let mut answers = crate::answers::Answers::default();
            kind.sample("q", day("2026-01-05"), &mut answers);
            let value = kind.parse(answers.parts("q"), true, day("2026-01-05")).unwrap().unwrap();
            assert_eq!(stays(&kind), answer_stays(&value), "{kind:?}");
        }
    }

    #[cfg(feature = "documents")]
    #[test]
    fn a_council_says_it_by_topic() {
        let read = |text: &str| toml::from_str::<Defaults>(text);
        assert_eq!(read("").unwrap(), Defaults::default());
        let defaults = read(
            "all = { keep = \"1 year\" }\n[topics.council-tax]\nkeep = \"6 years\"\nafter = \"received\"\nthen = \"erase\"\n",
        )
        .unwrap();
        assert_eq!(defaults.of(Topic::Waste), keep("1 year"));
        assert_eq!(
            defaults.of(Topic::CouncilTax),
            Retention { keep: Period::Years(6), after: After::Received, then: Then::Erase }
        );
        for wrong in [
            "all = { keep = \"soon\" }",
            "all = { keep = \"1 year\", then = \"sell\" }",
            "all = { keep = \"1 year\", after = \"noon\" }",
            "all = { then = \"erase\" }",
            "all = { keep = \"1 year\", more = 1 }",
            "topics = { taxes = { keep = \"1 year\" } }",
            "other = 1",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_tombstone_says_no_more() {
        let tombstone = Tombstone {
            reference: Reference::from_random([1; 7]),
            service: "pothole".into(),
            received: day("2024-01-05"),
            closed: day("2024-02-01"),
            gone: day("2026-02-01"),
        };
        let value = serde_json::to_value(&tombstone).unwrap();
        let fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["closed", "gone", "received", "reference", "service"]);
        assert_eq!(serde_json::from_value::<Tombstone>(value).unwrap(), tombstone);
    }

    proptest! {
        #[test]
        fn never_before_it_is_closed(amount in 1u16..1200, received in 0u64..10_000, took in 0u64..4_000, after_closed: bool) {
            let received = day("2000-01-01") + Days::new(received);
            let closed = received + Days::new(took);
            let after = if after_closed { After::Closed } else { After::Received };
            for keep in [Period::Days(amount), Period::Months(amount), Period::Years(amount.min(100))] {
                let retention = Retention { keep, after, then: Then::Erase };
                let due = retention.due(received, Some(closed)).unwrap();
                prop_assert!(due >= closed);
                prop_assert!(!after_closed || due > closed);
                prop_assert!(keep.end(received).unwrap() - received >= chrono::TimeDelta::days(keep.least_days().into()));
                prop_assert_eq!(Period::parse(&keep.show()), Some(keep));
            }
        }

        #[test]
        fn what_is_over_is_over_and_the_next_day_is_not(amount in 1u16..1200, today in 0u64..20_000) {
            let today = day("2000-01-01") + Days::new(today);
            for keep in [Period::Days(amount), Period::Months(amount), Period::Years(amount.min(100))] {
                let since = keep.over_since(today).unwrap();
                prop_assert!(keep.end(since).unwrap() <= today);
                prop_assert!(keep.end(since.succ_opt().unwrap()).unwrap() > today);
            }
        }
    }
}
