//! A sentence to agree to: the question's label is the sentence.

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};

pub(super) fn parse(parts: Parts<'_>, required: bool) -> Parsed {
    match parts.whole() {
        "yes" => Ok(Some(Value::Agreed)),
        "" if required => Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAgreed)]),
        "" => Ok(None),
        _ => Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAnOption)]),
    }
}

pub(super) fn sample(question: &str, into: &mut Answers) {
    into.set(question, "yes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tick_is_agreement() {
        let read = |raw: &str, required| {
            let answers: Answers = [("true", raw)].into_iter().collect();
            parse(answers.parts("true"), required)
        };
        assert_eq!(read("yes", true), Ok(Some(Value::Agreed)));
        assert_eq!(read("", false), Ok(None));
        assert_eq!(read("", true), Err(vec![FieldError::new("true", ErrorCode::NotAgreed)]));
        for raw in ["no", "on", "Yes", "1"] {
            assert_eq!(read(raw, true), Err(vec![FieldError::new("true", ErrorCode::NotAnOption)]), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_passes(raw in "\\PC{1,8}") {
            let answers: Answers = [("true", raw.as_str())].into_iter().collect();
            proptest::prop_assert_eq!(parse(answers.parts("true"), true).is_ok(), raw == "yes");
        }
    }
}
