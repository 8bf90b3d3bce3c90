//! A library card number.

use super::{ErrorCode, Parsed, plain};
use crate::answers::{Answers, Parts};

pub(super) fn parse(parts: Parts<'_>) -> Parsed {
    plain::code(parts, ErrorCode::NotALibraryCard, card)
}

/// Six to fourteen digits, with up to two letters before them.
fn card(code: &str) -> bool {
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    code.len() - digits.len() <= 2
        && (6..=14).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn sample(question: &str, into: &mut Answers) {
    into.set(question, "20123456");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{FieldError, Value};

    fn parse(raw: &str) -> Parsed {
        let answers: Answers = [("card", raw)].into_iter().collect();
        super::parse(answers.parts("card"))
    }

    #[test]
    fn accepts_cards_and_refuses_the_rest() {
        for (raw, shown) in
            [("2012 3456", "20123456"), ("sb-2012345", "SB2012345"), ("D12345678901234", "D12345678901234")]
        {
            assert_eq!(parse(raw), Ok(Some(Value::Text(shown.to_owned()))), "{raw}");
        }
        assert_eq!(parse(""), Ok(None));
        for raw in ["12345", "ABC123456", "123456789012345", "card", "12345678X"] {
            let error = FieldError::new("card", ErrorCode::NotALibraryCard);
            assert_eq!(parse(raw), Err(vec![error]), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "[A-Za-z]{0,2}[0-9 -]{0,16}") {
            if let Ok(Some(value)) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&value.show()), Ok(Some(value)));
            }
        }
    }
}
