//! An e-mail address, where a service needs one besides the resident's own.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value, contact};
use crate::answers::{Answers, Parts};

/// A question for an e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Email {}

#[expect(clippy::unused_self, reason = "every kind is called alike, and this one has no limits of its own")]
impl Email {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        // Not cleaned first: an address with a line break in it is refused, not mended.
        let email = parts.whole().trim_matches(' ');
        if email.is_empty() {
            return Ok(None);
        }
        if contact::is_email(email) {
            Ok(Some(Value::Email(email.to_owned())))
        } else {
            Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAnEmail)])
        }
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, "sam@example.org");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("email", raw)].into_iter().collect();
        Email {}.parse(answers.parts("email"))
    }

    #[test]
    fn accepts_addresses_and_refuses_the_rest() {
        for raw in ["a@b.uk", " a+b@example.org ", "jo@bücher.example", "x@hotmial.com"] {
            assert_eq!(parse(raw), Ok(Some(Value::Email(raw.trim().to_owned()))));
        }
        assert_eq!(parse(" "), Ok(None));
        for raw in ["a", "a@b", "a@b.uk\r\nBcc: x@y.uk", "a%0abcc:x@b.uk"] {
            assert_eq!(parse(raw), Err(vec![FieldError::new("email", ErrorCode::NotAnEmail)]), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "[a-z+.]{1,9}@[a-z]{1,9}\\.[a-z]{2,3}") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
