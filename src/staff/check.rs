//! The rules that requests carry themselves (`validator`), read before they are sent.

use domain::field::{ErrorCode, FieldError};
use validator::{Validate, ValidationError};

/// What is wrong with a request, by field; nothing when it can be sent.
#[must_use]
pub fn faults(request: &impl Validate) -> Vec<FieldError> {
    let Err(errors) = request.validate() else { return Vec::new() };
    let mut faults: Vec<FieldError> = errors
        .field_errors()
        .into_iter()
        .filter_map(|(field, errors)| errors.first().map(|error| fault(&field, error)))
        .collect();
    // The rules come in no order.
    faults.sort_by(|one, other| one.path.cmp(&other.path));
    faults
}

fn fault(field: &str, error: &ValidationError) -> FieldError {
    let number = |name: &str| {
        error.params.get(name).and_then(serde_json::Value::as_u64).and_then(|n| u32::try_from(n).ok())
    };
    let is_empty = error.params.get("value").and_then(|value| value.as_str()).is_none_or(str::is_empty);
    match (error.code.as_ref(), number("max")) {
        _ if is_empty => FieldError::new(field, ErrorCode::Missing),
        ("length", Some(max)) => FieldError::over(field, ErrorCode::TooLong, max),
        ("email", _) => FieldError::new(field, ErrorCode::NotAnEmail),
        _ => FieldError::new(field, ErrorCode::NotAllowed),
    }
}

#[cfg(test)]
mod tests {
    use domain::api::{follow::MessageRequest, staff::SignInRequest};

    use super::*;

    fn email(email: &str) -> Vec<FieldError> {
        faults(&SignInRequest { email: email.to_owned() })
    }

    fn text(text: &str) -> Vec<FieldError> {
        faults(&MessageRequest { text: text.to_owned(), id: uuid::Uuid::nil() })
    }

    #[test]
    fn addresses_are_checked() {
        for good in ["priya.shah@council.example", "o'brien+test@council.gov.uk"] {
            assert_eq!(email(good), [], "{good}");
        }
        assert_eq!(email(""), [FieldError::new("email", ErrorCode::Missing)]);
        for bad in ["priya", "priya@", "@council.example", "priya shah@council.example", "a@b@c"] {
            assert_eq!(email(bad), [FieldError::new("email", ErrorCode::NotAnEmail)], "{bad}");
        }
    }

    #[test]
    fn texts_have_a_length() {
        assert_eq!(text("Hello"), []);
        assert_eq!(text(&"é".repeat(4000)), []);
        assert_eq!(text(""), [FieldError::new("text", ErrorCode::Missing)]);
        assert_eq!(text(&"a".repeat(4001)), [FieldError::over("text", ErrorCode::TooLong, 4000)]);
    }
}
