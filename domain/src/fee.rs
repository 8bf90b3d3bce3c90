//! What a service costs: a price list whose lines depend on the answers. Money is in pence.

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
    /// Where it is booked. Nobody but the server needs it.
    #[serde(skip)]
    pub codes: Codes,
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
    /// What is to be paid for these answers, line by line; lines that come to nothing are left out.
    #[must_use]
    pub fn due(&self, answers: &Answers, asked: &[&Question]) -> Vec<Due> {
        let mut due: Vec<Due> = Vec::new();
        let answer = |question: &str| {
            let is_asked = asked.iter().any(|known| known.id == question);
            if is_asked { answers.get(question) } else { "" }
        };
        for line in &self.lines {
            if line.when.as_ref().is_some_and(|when| !when.holds(answers, asked)) {
                continue;
            }
            let pence = match &line.amount {
                Amount::Fixed(pence) => *pence,
                Amount::Each { price, question } => {
                    let many = answer(question).trim().parse::<u32>().unwrap_or(0);
                    price.saturating_mul(i64::from(many))
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

/// The sum of some lines, in pence.
#[must_use]
pub fn total(due: &[Due]) -> i64 {
    due.iter().fold(0, |sum: i64, due| sum.saturating_add(due.pence))
}

#[cfg(test)]
mod tests {
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
            codes: Codes::default(),
        };
        let more = question("more", Kind::Number(Number { min: 0, max: 9, unit: None }));
        let amount = question("amount", Kind::Money(Money { min: 1, max: 100_000 }));
        let support = question("support", Kind::YesNo);
        let asked = [&more, &amount, &support];
        let due = |pairs: &[(&str, &str)], asked: &[&Question]| {
            let due = fee.due(&pairs.iter().copied().collect(), asked);
            (due.len(), total(&due))
        };
        assert_eq!(due(&[], &asked), (1, 5_250));
        assert_eq!(due(&[("more", "2")], &asked), (2, 13_250));
        assert_eq!(due(&[("support", "yes"), ("amount", "£35.01")], &asked), (3, 4_375));
        // A question that is not asked counts for nothing, whatever was typed before.
        assert_eq!(due(&[("more", "2"), ("support", "yes")], &[&amount]), (1, 5_250));
    }
}
