//! A vehicle's registration, British or foreign.

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};

pub(super) fn parse(parts: Parts<'_>) -> Parsed {
    let raw = parts.whole().trim();
    if raw.is_empty() {
        return Ok(None);
    }
    match registration(raw) {
        Some(registration) => Ok(Some(Value::Text(registration))),
        None => Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAVehicle)]),
    }
}

/// A registration without spaces, in capitals: two to ten letters and digits, one digit at least. British ones
/// of the kind issued since 2001 get their space. Zero and O, one and I stay as typed: both are in use.
fn registration(raw: &str) -> Option<String> {
    let mut mark = String::new();
    for c in raw.chars() {
        match c {
            ' ' | '-' | '.' | '·' | '\u{A0}' => {}
            c if c.is_ascii_alphanumeric() => mark.push(c.to_ascii_uppercase()),
            _ => return None,
        }
    }
    if !(2..=10).contains(&mark.len()) || !mark.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let current = mark.len() == 7
        && mark.bytes().zip(*b"AA00AAA").all(|(byte, like)| byte.is_ascii_digit() == like.is_ascii_digit());
    if current {
        mark.insert(4, ' ');
    }
    Some(mark)
}

pub(super) fn sample(question: &str, into: &mut Answers) {
    into.set(question, "AB12 CDE");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_registrations_however_typed() {
        for (raw, shown) in [
            ("ab12cde", "AB12 CDE"),
            (" AB12 CDE ", "AB12 CDE"),
            ("ab-12-cde", "AB12 CDE"),
            ("A1", "A1"),
            ("F12 NNY", "F12NNY"),
            ("ABZ 1234", "ABZ1234"),
            ("1234 AB", "1234AB"),
            ("B·XY 1234", "BXY1234"),
            ("12 AB 34", "12AB34"),
        ] {
            assert_eq!(registration(raw).as_deref(), Some(shown), "{raw}");
        }
    }

    #[test]
    fn refuses_what_is_none() {
        for raw in ["A", "HELLO", "blue van", "AB12 CDE; DROP", "ABCD1234567", "١٢", "AB12_CDE"] {
            assert_eq!(registration(raw), None, "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(raw in "[A-Za-z0-9 -]{0,12}") {
            if let Some(shown) = registration(&raw) {
                proptest::prop_assert_eq!(registration(&shown), Some(shown));
            }
        }
    }
}
