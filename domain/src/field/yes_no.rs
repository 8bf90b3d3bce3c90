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
