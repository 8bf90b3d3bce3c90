//! One of a list.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::{Answers, Parts};

/// The options to choose one from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choices {
    /// The options, in the order shown.
    pub options: Vec<Opt>,
    /// The options are the council's departments; filled in when the council's catalogue is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub departments: bool,
}

/// One option of a [`Choices`] question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opt {
    /// What is stored and what conditions name.
    pub value: String,
    /// What a person reads.
    pub label: String,
    /// A line below the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A chosen option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// The option's value.
    pub value: String,
    /// The option's label when it was chosen.
    pub label: String,
}

impl Choices {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let raw = parts.whole().trim();
        if raw.is_empty() {
            return Ok(None);
        }
        match self.options.iter().find(|option| option.value == raw) {
            Some(option) => {
                Ok(Some(Value::Choice(Choice { value: option.value.clone(), label: option.label.clone() })))
            }
            None => Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAnOption)]),
        }
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        if let Some(option) = self.options.first() {
            into.set(question, option.value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Parsed {
        let option = |value: &str| Opt { value: value.into(), label: value.to_uppercase(), hint: None };
        let answers: Answers = [("what", raw)].into_iter().collect();
        Choices { options: vec![option("a"), option("b-c")], departments: false }.parse(answers.parts("what"))
    }

    #[test]
    fn accepts_an_option_and_refuses_what_is_none() {
        let shown = |raw: &str| parse(raw).map(|value| value.map(|value| value.show()));
        assert_eq!(shown("a"), Ok(Some("A".to_owned())));
        assert_eq!(shown(" b-c "), Ok(Some("B-C".to_owned())));
        assert_eq!(shown(""), Ok(None));
        for raw in ["A", "a,b-c", "d", "b"] {
            assert_eq!(parse(raw), Err(vec![FieldError::new("what", ErrorCode::NotAnOption)]), "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_chosen_is_accepted_again(raw in "a|b-c|[abc ,-]{0,4}") {
            if let Ok(Some(Value::Choice(chosen))) = parse(&raw) {
                proptest::prop_assert_eq!(parse(&chosen.value), Ok(Some(Value::Choice(chosen))));
            }
        }
    }
}
