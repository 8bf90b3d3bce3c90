//! A whole number.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};
use crate::decimal::ungrouped;

/// A whole number from `min` to `max`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Number {
    /// The least.
    pub min: i64,
    /// The most.
    pub max: i64,
    /// What is counted, shown behind the box: `bags`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl Number {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let raw: String = parts.whole().chars().filter(|c| !c.is_whitespace()).collect();
        if raw.is_empty() {
            return Ok(None);
        }
        let number = ungrouped(&raw).and_then(|raw| raw.parse::<i64>().ok()).ok_or(ErrorCode::NotANumber);
        let error = match number {
            Ok(number) if number < self.min => {
                FieldError::over(parts.path(""), ErrorCode::TooSmall, self.min)
            }
            Ok(number) if number > self.max => {
                FieldError::over(parts.path(""), ErrorCode::TooLarge, self.max)
            }
            Ok(number) => return Ok(Some(Value::Number(number))),
            Err(code) => FieldError::new(parts.path(""), code),
        };
        Err(vec![error])
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, 2.clamp(self.min, self.max).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("bags", raw)].into_iter().collect();
        Number { min: 1, max: 2_000, unit: None }.parse(answers.parts("bags"))
    }

    #[test]
    fn accepts_numbers_as_people_write_them() {
        for (raw, number) in
            [("3", 3), (" 12 ", 12), ("1,200", 1_200), ("1 200", 1_200), ("+4", 4), ("007", 7)]
        {
            assert_eq!(parse(raw), Ok(Some(Value::Number(number))), "{raw}");
        }
        assert_eq!(parse(" "), Ok(None));
    }

    #[test]
    fn refuses_the_rest_and_says_why() {
        for raw in ["three", "2,5", "2.5", "1e3", "0x1", "=1+1", "٣", "99999999999999999999"] {
            assert_eq!(parse(raw), Err(vec![FieldError::new("bags", ErrorCode::NotANumber)]), "{raw}");
        }
        assert_eq!(parse("0"), Err(vec![FieldError::over("bags", ErrorCode::TooSmall, 1)]));
        assert_eq!(parse("2001"), Err(vec![FieldError::over("bags", ErrorCode::TooLarge, 2_000)]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(number in 1..2_001_i64) {
            let value = Value::Number(number);
            proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
        }
    }
}
