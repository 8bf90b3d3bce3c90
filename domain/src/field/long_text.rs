//! Several lines of text, with a live count of what is left.

use serde::{Deserialize, Serialize};

use super::{Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// Text of several lines, at most `max` characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LongText {
    /// The most characters.
    pub max: u32,
}

impl LongText {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let text = plain::lines(parts.whole());
        plain::within(parts.path(""), &text, self.max).map_err(|error| vec![error])?;
        Ok((!text.is_empty()).then_some(Value::Text(text)))
    }

    /// Characters left before the limit; negative when over it. Counts as `parse` does.
    #[must_use]
    pub fn left(&self, raw: &str) -> i64 {
        i64::from(self.max) - i64::from(plain::count(&plain::lines(raw)))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        let text = "Large red letters on the wall by the steps, about two metres wide.";
        into.set(question, text.chars().take(self.max as usize).collect::<String>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{ErrorCode, FieldError};

    fn parse(max: u32, raw: &str) -> Parsed {
        let answers: Answers = [("what", raw)].into_iter().collect();
        LongText { max }.parse(answers.parts("what"))
    }

    #[test]
    fn accepts_text_as_typed_and_refuses_what_is_too_long() {
        for text in [
            "a",
            "'; DROP TABLE x;--",
            "<img src=x onerror=alert(1)>",
            "{{7*7}} [a](javascript:1)",
            "=HYPERLINK(1)",
            "line\nline",
        ] {
            assert_eq!(parse(200, text), Ok(Some(Value::Text(text.to_owned()))));
        }
        assert_eq!(parse(10, "   \n "), Ok(None));
        let long = "x".repeat(1_000_000);
        assert_eq!(parse(10_000, &long), Err(vec![FieldError::over("what", ErrorCode::TooLong, 10_000)]));
        assert_eq!(LongText { max: 10 }.left("abc\r\nd"), 5);
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "\\PC{0,80}") {
            if let Ok(Some(value)) = parse(100, &raw) {
                proptest::prop_assert_eq!(parse(100, &value.show()), Ok(Some(value)));
            }
        }
    }
}
