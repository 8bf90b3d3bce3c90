//! A person's full name, in one piece: some people have one name, and nobody knows better how theirs is
//! written.

use serde::{Deserialize, Serialize};

use super::{Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// A name question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NameKind))]
pub struct Name {}

#[expect(clippy::unused_self, reason = "every kind is called alike, and this one has no limits of its own")]
impl Name {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let name = plain::line(parts.whole());
        plain::within(parts.path(""), &name, plain::NAME_MAX).map_err(|error| vec![error])?;
        Ok((!name.is_empty()).then_some(Value::Name(name)))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, "Sam O’Brien");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{ErrorCode, FieldError};

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("name", raw)].into_iter().collect();
        Name {}.parse(answers.parts("name"))
    }

    #[test]
    fn accepts_every_name_and_refuses_only_what_is_too_long() {
        for name in ["O’Brien", "O'Brien", "Nǃxau", "X Æ A-12", "U", "محمد", "Teller"] {
            assert_eq!(parse(name), Ok(Some(Value::Name(name.to_owned()))), "{name}");
        }
        assert_eq!(parse("  "), Ok(None));
        assert!(parse(&"x".repeat(500)).is_ok());
        assert_eq!(parse(&"x".repeat(501)), Err(vec![FieldError::over("name", ErrorCode::TooLong, 500)]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "\\PC{0,60}") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
