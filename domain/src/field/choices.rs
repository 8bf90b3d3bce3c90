//! Several of a list. The raw answer is the values with commas between.

use serde::{Deserialize, Serialize};

use super::{Choice, ErrorCode, FieldError, Opt, Parsed, Value};
use crate::answers::{Answers, Parts};

/// The options to choose any number from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Several {
    /// The options, in the order shown.
    pub options: Vec<Opt>,
    /// The options are the council's departments; filled in when the council's catalogue is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub departments: bool,
    /// The option that says that none of the others is: it is chosen alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none: Option<String>,
    /// The most that can be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

impl Several {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let given: Vec<&str> =
            parts.whole().split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
        let is_known = |value: &&str| self.options.iter().any(|option| option.value == *value);
        if !given.iter().all(is_known) {
            return Err(vec![FieldError::new(parts.path(""), ErrorCode::NotAnOption)]);
        }
        // In the order of the list, whatever the order they were ticked in.
        let mut chosen = Vec::new();
        for option in self.options.iter().filter(|option| given.contains(&option.value.as_str())) {
            chosen.push(Choice { value: option.value.clone(), label: option.label.clone() });
        }
        if chosen.len() > 1 && self.none.as_ref().is_some_and(|none| given.contains(&none.as_str())) {
            return Err(vec![FieldError::new(parts.path(""), ErrorCode::NoneAndOthers)]);
        }
        match self.most {
            Some(most) if chosen.len() > most as usize => {
                Err(vec![FieldError::over(parts.path(""), ErrorCode::TooMany, most)])
            }
            _ => Ok((!chosen.is_empty()).then_some(Value::Choices(chosen))),
        }
    }

    /// Whether these values can be chosen together.
    #[cfg(feature = "documents")]
    pub(crate) fn takes(&self, raw: &str) -> bool {
        let answers: Answers = [("", raw)].into_iter().collect();
        self.parse(answers.parts("")).is_ok()
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        if let Some(option) = self.options.first() {
            into.set(question, option.value.clone());
        }
    }
}

/// The raw answer with one value ticked or no longer ticked. The value that says "none of these" is ticked alone.
#[must_use]
pub fn with(raw: &str, value: &str, ticked: bool, none: Option<&str>) -> String {
    let goes = |known: &str| known == value || (ticked && (none == Some(value) || none == Some(known)));
    let mut values: Vec<&str> = raw.split(',').filter(|known| !known.is_empty() && !goes(known)).collect();
    if ticked {
        values.push(value);
    }
    values.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Parsed {
        let option = |value: &str| Opt { value: value.into(), label: value.to_uppercase(), hint: None };
        let answers: Answers = [("what", raw)].into_iter().collect();
        Several {
            options: vec![option("a"), option("b"), option("c"), option("none")],
            departments: false,
            none: Some("none".into()),
            most: Some(2),
        }
        .parse(answers.parts("what"))
    }

    #[test]
    fn accepts_options_in_any_order_and_refuses_others() {
        let shown = |raw: &str| parse(raw).map(|value| value.map(|value| value.show()));
        assert_eq!(shown("b,a"), Ok(Some("A\nB".to_owned())));
        assert_eq!(shown("a, a ,"), Ok(Some("A".to_owned())));
        assert_eq!(shown(","), Ok(None));
        assert_eq!(parse("a,d"), Err(vec![FieldError::new("what", ErrorCode::NotAnOption)]));
        assert_eq!(parse("a,b,c"), Err(vec![FieldError::over("what", ErrorCode::TooMany, 2)]));
        assert_eq!(shown("none"), Ok(Some("NONE".to_owned())));
        assert_eq!(parse("a,none"), Err(vec![FieldError::new("what", ErrorCode::NoneAndOthers)]));
        assert_eq!(with("a,b", "a", false, None), "b");
        assert_eq!(with("b", "a", true, None), "b,a");
        assert_eq!(with("", "a", true, None), "a");
        assert_eq!(with("a,b", "none", true, Some("none")), "none");
        assert_eq!(with("none", "a", true, Some("none")), "a");
        assert_eq!(with("none", "none", false, Some("none")), "");
        assert_eq!(with("a,b", "a", false, Some("none")), "b");
    }

    proptest::proptest! {
        #[test]
        fn what_was_chosen_is_accepted_again(raw in "[abc,]{0,6}") {
            if let Ok(Some(Value::Choices(chosen))) = parse(&raw) {
                let again = chosen.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(",");
                proptest::prop_assert_eq!(parse(&again), Ok(Some(Value::Choices(chosen))));
            }
        }

        #[test]
        fn ticking_twice_is_ticking_once(raw in "[abc,]{0,6}", value in "[abc]") {
            let once = with(&raw, &value, true, Some("b"));
            proptest::prop_assert_eq!(with(&once, &value, true, Some("b")), once);
        }
    }
}
