//! One line of text.

use serde::{Deserialize, Serialize};

use super::{Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// One line of text, at most `max` characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TextKind))]
pub struct Text {
    /// The most characters.
    pub max: u32,
}

impl Text {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let text = plain::line(parts.whole());
        plain::within(parts.path(""), &text, self.max).map_err(|error| vec![error])?;
        Ok((!text.is_empty()).then_some(Value::Text(text)))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, "Blue door".chars().take(self.max as usize).collect::<String>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{ErrorCode, FieldError};

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("what", raw)].into_iter().collect();
        Text { max: 12 }.parse(answers.parts("what"))
    }

    #[test]
    fn accepts_one_line_and_refuses_a_long_one() {
        let text = |text: &str| Ok(Some(Value::Text(text.to_owned())));
        for (raw, read) in
            [("Blue door", "Blue door"), ("  Blue\tdoor \n", "Blue door"), ("O’Brien’s 🚪", "O’Brien’s 🚪")]
        {
            assert_eq!(parse(raw), text(read), "{raw:?}");
        }
        for raw in ["", "   ", "\n"] {
            assert_eq!(parse(raw), Ok(None), "{raw:?}");
        }
        assert_eq!(parse("Blue door left"), Err(vec![FieldError::over("what", ErrorCode::TooLong, 12)]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "\\PC{0,14}") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
