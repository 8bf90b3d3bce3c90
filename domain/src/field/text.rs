//! One line of text.

use serde::{Deserialize, Serialize};

use super::{Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// One line of text, at most `max` characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TextKind))]
pub struct Text {
    /// The most characters.
    pub max: u32,
}

impl Text {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let text = plain::line(parts.whole());
        plain::within(parts.path(""), &text, self.max).map_err(|error| vec![error])?;
        Ok((!text.is_empty()).then_some(Value::Text(text)))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(question, "Blue door".chars().take(self.max as usize).collect::<String>());
    }
}
