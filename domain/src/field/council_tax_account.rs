//! A council tax account number.

use super::{ErrorCode, Parsed, plain};
use crate::answers::{Answers, Parts};

pub(super) fn parse(parts: Parts<'_>) -> Parsed {
    plain::code(parts, ErrorCode::NotACouncilTaxAccount, account)
}

/// Six to twelve digits, and sometimes a letter behind them to check them by; councils differ.
fn account(code: &str) -> bool {
    let digits = code.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(code);
    (6..=12).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn sample(question: &str, into: &mut Answers) {
    into.set(question, "80123456");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{FieldError, Value};

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("account", raw)].into_iter().collect();
        super::parse(answers.parts("account"))
    }

    #[test]
    fn accepts_account_numbers_and_refuses_the_rest() {
        for (raw, shown) in [("8012 3456", "80123456"), ("801-234-567x", "801234567X"), ("000123", "000123")]
        {
            assert_eq!(parse(raw), Ok(Some(Value::Text(shown.to_owned()))), "{raw}");
        }
        assert_eq!(parse(" "), Ok(None));
        for raw in ["12345", "1234567890123", "AB123456", "my bill", "8012/3456"] {
            let error = FieldError::new("account", ErrorCode::NotACouncilTaxAccount);
            assert_eq!(parse(raw), Err(vec![error]), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "[0-9 -]{0,14}[a-zA-Z]?") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
