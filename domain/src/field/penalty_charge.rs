//! A penalty charge number, as the notice shows it.

use super::{ErrorCode, Parsed, plain};
use crate::answers::{Answers, Parts};

pub(super) fn parse(parts: Parts<'_>) -> Parsed {
    plain::code(parts, ErrorCode::NotAPenaltyCharge, charge)
}

/// Two letters for the council, then six to ten digits; the last may be a letter to check them by.
fn charge(code: &str) -> bool {
    let Some((council, rest)) = code.split_at_checked(2) else { return false };
    let digits = rest.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(rest);
    council.bytes().all(|byte| byte.is_ascii_uppercase())
        && (6..=10).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn sample(question: &str, into: &mut Answers) {
    into.set(question, "SM12345678");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{FieldError, Value};

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("notice", raw)].into_iter().collect();
        super::parse(answers.parts("notice"))
    }

    #[test]
    fn accepts_notices_and_refuses_the_rest() {
        for (raw, shown) in
            [("sm 1234 5678", "SM12345678"), ("SM12345678A", "SM12345678A"), ("sm123456", "SM123456")]
        {
            assert_eq!(parse(raw), Ok(Some(Value::Text(shown.to_owned()))), "{raw}");
        }
        assert_eq!(parse(""), Ok(None));
        for raw in ["12345678", "S1234567", "SM12345", "SM12345678901A", "my ticket", "ÄM12345678", "é"] {
            let error = FieldError::new("notice", ErrorCode::NotAPenaltyCharge);
            assert_eq!(parse(raw), Err(vec![error]), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "[A-Za-z]{2}[0-9 -]{0,12}[a-z]?") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
