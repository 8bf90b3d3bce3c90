//! Conditions over earlier answers: what decides whether a question is asked, where a form stops, what is
//! promised, what it costs and where it goes.

use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::catalogue::Question;
use crate::decimal;

/// Something that earlier answers make true or not. A question that is not asked has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(no_recursion))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The answer to a choice or yes/no question is one of these; of several choices, one at least is.
    Is {
        /// The earlier question.
        question: String,
        /// The answers.
        one_of: Vec<String>,
    },
    /// The answer to a question for a number or for money (in pounds) is greater than this.
    Greater {
        /// The earlier question.
        question: String,
        /// What it has to pass.
        than: i32,
    },
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds at least.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// Whether the condition holds for these answers, given the questions that are asked.
    #[must_use]
    pub fn holds(&self, answers: &Answers, asked: &[&Question]) -> bool {
        let answer = |question: &str| {
            let is_asked = asked.iter().any(|known| known.id == question);
            if is_asked { answers.get(question) } else { "" }
        };
        match self {
            Self::Is { question, one_of } => {
                // Several choices stand in one text, with commas between; blanks around them do not matter, as they do
                // not when the answer is read.
                answer(question).split(',').any(|given| one_of.iter().any(|value| value == given.trim()))
            }
            Self::Greater { question, than } => {
                let number = answer(question).trim().trim_start_matches('£').replace(',', "");
                decimal::read(&number).is_some_and(|number| number > f64::from(*than))
            }
            Self::All(all) => all.iter().all(|one| one.holds(answers, asked)),
            Self::Any(any) => any.iter().any(|one| one.holds(answers, asked)),
            Self::Not(one) => !one.holds(answers, asked),
        }
    }

    /// Calls this with every question the condition looks at.
    pub fn each_question<'a>(&'a self, tell: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Is { question, .. } | Self::Greater { question, .. } => tell(question),
            Self::All(several) | Self::Any(several) => {
                for one in several {
                    one.each_question(tell);
                }
            }
            Self::Not(one) => one.each_question(tell),
        }
    }
}
