//! What a service costs: a price list whose lines depend on the answers. Money is in pence.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::catalogue::Question;
use crate::condition::Condition;
use crate::money;
use crate::payment::Codes;

/// A price list, and what to know about paying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// Refunds, concessions and when it is paid, in words.
    pub rules: String,
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// When a request is received, where payments are taken.
    #[serde(default, skip_serializing_if = "Register::is_on_payment")]
    pub register: Register,
    /// Where it is booked. Nobody but the server needs it.
    #[serde(skip)]
    pub codes: Codes,
}

/// When a request that costs something is received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// Once it is paid.
    #[default]
    OnPayment,
    /// When it is sent; it is marked as unpaid until somebody has paid.
    BeforePayment,
}

impl Register {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_on_payment(&self) -> bool {
        *self == Self::OnPayment
    }
}

/// One line of a price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Line {
    /// What it is for.
    pub label: String,
    /// How much.
    pub amount: Amount,
    /// Only with these answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// How much a line adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// So many pence.
    Fixed(i64),
    /// So many pence, times the answer to a question for a number.
    Each {
        /// Pence for one.
        price: i64,
        /// The question.
        question: String,
    },
    /// So many pence for a season of twelve months, by the whole months that are left of it; times the answer to a question
    /// for a number, where one is named.
    Season {
        /// Pence for a whole season.
        price: i64,
        /// The month in which a season begins, 1 to 12.
        begins: u8,
        /// The question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<String>,
    },
    /// The answer to a question for money.
    Answer(String),
    /// A share of the lines before it, in per cent; less than nothing for a discount.
    Percent(i32),
}

/// What is to be paid for one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Due {
    /// What it is for.
    pub label: String,
    /// Pence; less than nothing for a discount.
    pub pence: i64,
}

impl Fee {
    /// What it costs on a day, line by line, before anything is answered.
    #[must_use]
    pub fn prices(&self, today: NaiveDate) -> Vec<String> {
        let price = |amount: &Amount| match amount {
            Amount::Fixed(pence) => money::show(*pence),
            Amount::Each { price, .. } => format!("{} each", money::show(*price)),
            Amount::Season { price, begins, question } => {
                let each = if question.is_some() { " each" } else { "" };
                let (whole, now) = (money::show(*price), money::show(season(*price, *begins, today)));
                match months_left(*begins, today) {
                    12 => format!("{whole}{each}"),
                    1 => format!("{now}{each} if you pay today, for the month that is left"),
                    left => format!("{now}{each} if you pay today, for the {left} months that are left"),
                }
            }
            Amount::Answer(_) => "the amount you give".to_owned(),
            Amount::Percent(percent) if *percent < 0 => format!("{}% less", -percent),
            Amount::Percent(percent) => format!("{percent}% more"),
        };
        self.lines.iter().map(|line| format!("{}: {}", line.label, price(&line.amount))).collect()
    }

    /// What is to be paid on a day for these answers, line by line; lines that come to nothing are left out.
    #[must_use]
    pub fn due(&self, answers: &Answers, asked: &[&Question], today: NaiveDate) -> Vec<Due> {
        let mut due: Vec<Due> = Vec::new();
        let answer = |question: &str| {
            let is_asked = asked.iter().any(|known| known.id == question);
            if is_asked { answers.get(question) } else { "" }
        };
        for line in &self.lines {
            if line.when.as_ref().is_some_and(|when| !when.holds(answers, asked)) {
                continue;
            }
            let many = |question: &str| i64::from(answer(question).trim().parse::<u32>().unwrap_or(0));
            let pence = match &line.amount {
                Amount::Fixed(pence) => *pence,
                Amount::Each { price, question } => price.saturating_mul(many(question)),
                Amount::Season { price, begins, question } => {
                    let many = question.as_deref().map_or(1, many);
                    season(*price, *begins, today).saturating_mul(many)
                }
                Amount::Answer(question) => money::read(answer(question)).unwrap_or(0),
                // To the nearest penny, halves away from nothing.
                Amount::Percent(percent) => {
                    let share = total(&due).saturating_mul(i64::from(*percent));
                    (share + 50 * share.signum()) / 100
                }
            };
            if pence != 0 {
                due.push(Due { label: line.label.clone(), pence });
            }
        }
        due
    }
}

/// The whole months that are left on a day of a season that begins in a month, 1 to 12. A month is whole on its first day. In
/// the rest of the last one nothing is left, and the next season is paid for.
#[must_use]
pub fn months_left(begins: u8, today: NaiveDate) -> u8 {
    let gone = (today.month0() + 13 - u32::from(begins)) % 12;
    let whole = 12 - gone - u32::from(today.day() > 1);
    u8::try_from(whole).ok().filter(|left| *left > 0).unwrap_or(12)
}

/// The price of one on a day, in pence, given that of a whole season: to the nearest penny, halves up.
#[must_use]
pub fn season(price: i64, begins: u8, today: NaiveDate) -> i64 {
    (price.saturating_mul(months_left(begins, today).into()).saturating_add(6)).div_euclid(12)
}

/// The sum of some lines, in pence.
#[must_use]
pub fn total(due: &[Due]) -> i64 {
    due.iter().fold(0, |sum: i64, due| sum.saturating_add(due.pence))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::field::{Kind, Money, Number};

    fn question(id: &str, kind: Kind) -> Question {
        Question {
            id: id.into(),
            label: id.into(),
            hint: None,
            required: true,
            page: None,
            show_if: None,
            kind,
            stamp: 0,
        }
    }

    fn line(label: &str, amount: Amount, when: Option<Condition>) -> Line {
        Line { label: label.into(), amount, when }
    }

    #[test]
    fn adds_up_what_the_answers_call_for() {
        let support = Condition::Is { question: "support".into(), one_of: vec!["yes".into()] };
        let fee = Fee {
            rules: "No refunds.".into(),
            lines: vec![
                line("First bin", Amount::Fixed(5_250), None),
                line("More bins", Amount::Each { price: 4_000, question: "more".into() }, None),
                line("The notice", Amount::Answer("amount".into()), None),
                line("Half price", Amount::Percent(-50), Some(support)),
            ],
            register: Register::default(),
            codes: Codes::default(),
        };
        let today = date("2026-12-07");
        let more = question("more", Kind::Number(Number { min: 0, max: 9, unit: None }));
        let amount = question("amount", Kind::Money(Money { min: 1, max: 100_000 }));
        let support = question("support", Kind::YesNo);
        let asked = [&more, &amount, &support];
        let due = |pairs: &[(&str, &str)], asked: &[&Question]| {
            let due = fee.due(&pairs.iter().copied().collect(), asked, today);
            (due.len(), total(&due))
        };
        assert_eq!(due(&[], &asked), (1, 5_250));
        assert_eq!(due(&[("more", "2")], &asked), (2, 13_250));
        assert_eq!(due(&[("support", "yes"), ("amount", "£35.01")], &asked), (3, 4_375));
        // A question that is not asked counts for nothing, whatever was typed before.
        assert_eq!(due(&[("more", "2"), ("support", "yes")], &[&amount]), (1, 5_250));
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_season_costs_less_by_each_month_that_is_over() {
        for (day, left) in [
            ("2027-02-01", 12),
            ("2027-02-02", 11),
            ("2027-03-01", 11),
            ("2027-03-31", 10),
            ("2027-08-01", 6),
            ("2027-12-31", 1),
            ("2028-01-01", 1),
            // In what is left of January it begins anew.
            ("2028-01-02", 12),
            ("2028-01-31", 12),
        ] {
            assert_eq!(months_left(2, date(day)), left, "{day}");
        }
        assert_eq!((months_left(1, date("2027-12-01")), months_left(12, date("2027-11-30"))), (1, 12));
        assert_eq!([3, 9].map(|month| season(5_200, 2, date(&format!("2027-0{month}-15")))), [4_333, 1_733]);
        let fee = Fee {
            rules: String::new(),
            lines: vec![
                line("First bin", Amount::Season { price: 5_200, begins: 2, question: None }, None),
                line("More", Amount::Season { price: 4_000, begins: 2, question: Some("more".into()) }, None),
            ],
            register: Register::default(),
            codes: Codes::default(),
        };
        let more = question("more", Kind::Number(Number { min: 0, max: 9, unit: None }));
        let answers: Answers = [("more", "2")].into_iter().collect();
        let due = fee.due(&answers, &[&more], date("2027-08-01"));
        assert_eq!(due.iter().map(|due| due.pence).collect::<Vec<_>>(), [2_600, 4_000]);
        assert_eq!(total(&fee.due(&answers, &[], date("2027-08-01"))), 2_600);
    }

    proptest! {
        /// Whatever the day: never nothing, never more than the whole, never more than a day before, but where it begins anew.
        #[test]
        fn it_never_costs_more_later(price in 12_i64..=10_000_000, begins in 1_u8..=12, day in 0_u64..4_000) {
            let today = date("2026-01-01") + chrono::Days::new(day);
            let (left, costs) = (months_left(begins, today), season(price, begins, today));
            prop_assert!((1..=12).contains(&left) && (1..=price).contains(&costs));
            prop_assert!((costs * 12 - price * i64::from(left)).abs() <= 6, "to the penny");
            let tomorrow = today.succ_opt().unwrap();
            let begins_anew = today.day() == 1 && today.month() % 12 + 1 == u32::from(begins);
            prop_assert_eq!(season(price, begins, tomorrow) > costs, begins_anew);
            let is_first = today.day() == 1 && today.month() == u32::from(begins);
            prop_assert!(!is_first || costs == price);
        }
    }
}
