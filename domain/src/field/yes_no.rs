//! Yes or no.

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};

pub(super) fn parse(parts: Parts<'_>) -> Parsed {
    match parts.whole() {
        "" => Ok(None),
        "yes" => Ok(Some(Value::YesNo(true))),
        "no" => Ok(Some(Value::YesNo(false))),
        _ => Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAnOption)]),
    }
}

/// The answer as a word.
#[must_use]
pub fn show(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

pub(super) fn sample(question: &str, into: &mut Answers) {
    into.set(question, "no");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Parsed {
        let answers: Answers = [("sure", raw)].into_iter().collect();
        parse(answers.parts("sure"))
    }

    #[test]
    fn accepts_yes_and_no_and_nothing_else() {
        assert_eq!(read("yes"), Ok(Some(Value::YesNo(true))));
        assert_eq!(read("no"), Ok(Some(Value::YesNo(false))));
        assert_eq!(read(""), Ok(None));
        for raw in ["Yes", "true", "1", "y", "yes,no", " "] {
            assert_eq!(read(raw), Err(vec![FieldError::new("sure", ErrorCode::NotAnOption)]), "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "yes|no|\\PC{0,4}") {
            if let Ok(Some(value)) = read(&raw) {
                proptest::prop_assert_eq!(read(&value.show().to_ascii_lowercase()), Ok(Some(value)));
            }
        }
    }
}
