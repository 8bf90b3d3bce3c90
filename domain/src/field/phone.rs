//! A phone number: British, foreign or through a text relay. Never required: not everybody has one.

use serde::{Deserialize, Serialize};

use super::{Parsed, Value, contact};
use crate::answers::{Answers, Parts};

/// A question for a phone number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneNumber {}

#[expect(clippy::unused_self, reason = "every kind is called alike, and this one has no limits of its own")]
impl PhoneNumber {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let phone = contact::phone(parts.path(""), parts.whole()).map_err(|error| vec![error])?;
        Ok(phone.map(Value::Phone))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, "07700 900123");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{ErrorCode, FieldError, Phone};

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("phone", raw)].into_iter().collect();
        PhoneNumber {}.parse(answers.parts("phone"))
    }

    #[test]
    fn keeps_what_was_typed_and_what_it_means() {
        for (typed, number) in [
            ("07700 900 123 ext 4", Some("+447700900123")),
            ("18001 0191 278 7878", Some("+441912787878")),
            ("+33 1 23 45 67 89", Some("+33123456789")),
            ("278 7878", None),
        ] {
            let phone = Phone { typed: typed.to_owned(), e164: number.map(str::to_owned) };
            assert_eq!(parse(typed), Ok(Some(Value::Phone(phone))));
        }
        assert_eq!(parse(""), Ok(None));
        for raw in ["none", "1234"] {
            assert_eq!(parse(raw), Err(vec![FieldError::new("phone", ErrorCode::NotAPhone)]), "{raw}");
        }
        let long = "0".repeat(51);
        assert_eq!(parse(&long), Err(vec![FieldError::over("phone", ErrorCode::TooLong, 50)]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "[+0-9 ()-]{0,30}") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
