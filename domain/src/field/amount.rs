//! An amount of money.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};
use crate::money;

/// An amount of money, in pence, from `min` to `max`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// The least, in pence.
    pub min: i64,
    /// The most, in pence.
    pub max: i64,
}

impl Money {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let raw = parts.whole().trim();
        if raw.is_empty() {
            return Ok(None);
        }
        let error = match money::read(raw) {
            None => FieldError::new(parts.path(""), ErrorCode::NotMoney),
            Some(pence) if pence < self.min => {
                FieldError::over(parts.path(""), ErrorCode::TooLittleMoney, self.min)
            }
            Some(pence) if pence > self.max => {
                FieldError::over(parts.path(""), ErrorCode::TooMuchMoney, self.max)
            }
            Some(pence) => return Ok(Some(Value::Money(pence))),
        };
        Err(vec![error])
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, money::show(3_500.clamp(self.min, self.max)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("amount", raw)].into_iter().collect();
        Money { min: 1, max: 100_000 }.parse(answers.parts("amount"))
    }

    #[test]
    fn accepts_amounts_and_says_what_is_wrong_with_others() {
        for (raw, pence) in [("£35", 3_500), ("35.5", 3_550), ("1,000.00", 100_000)] {
            assert_eq!(parse(raw), Ok(Some(Value::Money(pence))), "{raw}");
        }
        assert_eq!(parse(""), Ok(None));
        for raw in ["-3", "thirty", "3.505", "€3"] {
            assert_eq!(parse(raw), Err(vec![FieldError::new("amount", ErrorCode::NotMoney)]), "{raw}");
        }
        assert_eq!(parse("0"), Err(vec![FieldError::over("amount", ErrorCode::TooLittleMoney, 1)]));
        assert_eq!(parse("1000.01"), Err(vec![FieldError::over("amount", ErrorCode::TooMuchMoney, 100_000)]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(pence in 1..100_001_i64) {
            let value = Value::Money(pence);
            proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
        }
    }
}
