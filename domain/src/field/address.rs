//! An address: found by its postcode and picked from a list, or typed by hand. Nobody is made to have one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value, place, plain};
use crate::answers::{Answers, Parts};

/// The parts of an address's answer. `uprn` is the one picked from the list; the lines are written with it, so
/// that it can be shown and changed without another look-up.
pub const PARTS: [&str; 6] = ["postcode", "uprn", "line1", "line2", "town", "no_fixed"];
const LINE_MAX: u32 = 200;
const POSTCODE_MAX: u32 = 30;

/// An address question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AddressKind))]
pub struct Address {
    /// Offers “I have no fixed address”.
    pub no_fixed: bool,
}

/// An address as told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddressValue {
    /// Its lines, without town and postcode; none for somebody without a fixed address.
    #[serde(default)]
    pub lines: Vec<String>,
    /// The town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// The postcode, in its usual form when recognised, else as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// The postcode has the form of a real one. False is a flag to staff, never a refusal.
    #[serde(default)]
    pub postcode_recognised: bool,
    /// The unique property reference number, when it was picked from the council's own list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uprn: Option<String>,
}

impl Address {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        if self.no_fixed && parts.part("no_fixed") == "yes" {
            return Ok(Some(Value::Address(AddressValue::default())));
        }
        let mut errors = Vec::new();
        let mut line = |name: &str, max: u32| {
            let text = plain::line(parts.part(name));
            errors.extend(plain::within(parts.path(name), &text, max).err());
            text
        };
        let (first, second, town) =
            (line("line1", LINE_MAX), line("line2", LINE_MAX), line("town", LINE_MAX));
        let typed = line("postcode", POSTCODE_MAX);
        if first.is_empty() && !(second.is_empty() && town.is_empty()) {
            errors.push(FieldError::new(parts.path("line1"), ErrorCode::Missing));
        } else if first.is_empty() && !typed.is_empty() {
            errors.push(FieldError::new(parts.path("postcode"), ErrorCode::ChooseAddress));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if first.is_empty() {
            return Ok(None);
        }
        let uprn = parts.part("uprn");
        let is_number = (1..=12).contains(&uprn.len()) && uprn.bytes().all(|byte| byte.is_ascii_digit());
        let known = place::postcode(&typed);
        Ok(Some(Value::Address(AddressValue {
            lines: [first, second].into_iter().filter(|line| !line.is_empty()).collect(),
            town: (!town.is_empty()).then_some(town),
            postcode_recognised: known.is_some(),
            postcode: known.or_else(|| (!typed.is_empty()).then_some(typed)),
            uprn: is_number.then(|| uprn.to_owned()),
        })))
    }

    #[expect(clippy::unused_self, reason = "every kind is called alike")]
    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        for (part, text) in [("line1", "4 Mill Lane"), ("town", "Saltmarsh"), ("postcode", "NE1 8QH")] {
            into.set(&format!("{question}.{part}"), text);
        }
    }
}

/// Another postcode, or an address typed by hand, takes the place of the one that was picked. What was not on the page,
/// because there is no fixed address or the lines were not opened, stays.
pub(super) fn take(question: &str, posted: &BTreeMap<String, String>, into: &mut Answers) {
    let path = |part: &str| format!("{question}.{part}");
    let text = |part: &str| posted.get(&path(part)).cloned().unwrap_or_default();
    into.set(&path("no_fixed"), text("no_fixed"));
    let is_other = posted.get(&path("postcode")).is_some_and(|typed| typed != into.get(&path("postcode")));
    if is_other {
        into.set(&path("postcode"), text("postcode"));
    }
    let by_hand = ["line1", "line2", "town"];
    if is_other || by_hand.iter().any(|part| posted.contains_key(&path(part))) {
        into.set(&path("uprn"), "");
        for part in by_hand {
            into.set(&path(part), text(part));
        }
    }
}

impl AddressValue {
    /// Writes it as it is typed.
    pub(super) fn write(&self, question: &str, into: &mut Answers) {
        let line = |at: usize| self.lines.get(at).cloned().unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let parts = [
            ("line1", line(0)),
            ("line2", line(1)),
            ("town", text(&self.town)),
            ("postcode", text(&self.postcode)),
            ("uprn", text(&self.uprn)),
        ];
        for (part, text) in parts {
            into.set(&format!("{question}.{part}"), text);
        }
    }

    pub(super) fn show(&self) -> String {
        if self.lines.is_empty() {
            return "No fixed address".to_owned();
        }
        let lines: Vec<&str> =
            self.lines.iter().chain(&self.town).chain(&self.postcode).map(String::as_str).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Parsed {
        let answers: Answers = pairs.iter().map(|(part, raw)| (format!("home.{part}"), *raw)).collect();
        Address { no_fixed: true }.parse(answers.parts("home"))
    }

    #[test]
    fn accepts_addresses_picked_and_typed_and_none() {
        let picked = parse(&[
            ("uprn", "100012345678"),
            ("line1", "Flat 2"),
            ("line2", "9 Quay Road"),
            ("town", "Saltmarsh"),
            ("postcode", "ne18qh"),
        ]);
        let Ok(Some(value @ Value::Address(_))) = &picked else { panic!("{picked:?}") };
        assert_eq!(value.show(), "Flat 2\n9 Quay Road\nSaltmarsh\nNE1 8QH");
        let Ok(Some(Value::Address(new))) = parse(&[("line1", "Plot 4"), ("postcode", "new estate")]) else {
            panic!("an address that nobody's list has")
        };
        assert!(!new.postcode_recognised && new.uprn.is_none());
        let Ok(Some(none)) = parse(&[("no_fixed", "yes"), ("line1", "left from before")]) else {
            panic!("none")
        };
        assert_eq!(none.show(), "No fixed address");
        assert_eq!(parse(&[]), Ok(None));
        let Ok(Some(Value::Address(address))) = parse(&[("line1", "1 Quay"), ("uprn", "1; DROP")]) else {
            panic!("typed")
        };
        assert_eq!(address.uprn, None, "what is no number is no address's number");
    }

    #[test]
    fn says_what_is_missing() {
        let error = |part: &str, code| Err(vec![FieldError::new(format!("home.{part}"), code)]);
        assert_eq!(parse(&[("postcode", "NE1 8QH")]), error("postcode", ErrorCode::ChooseAddress));
        assert_eq!(parse(&[("town", "Saltmarsh")]), error("line1", ErrorCode::Missing));
        let long = "x".repeat(201);
        assert_eq!(
            parse(&[("line1", &long)]),
            Err(vec![FieldError::over("home.line1", ErrorCode::TooLong, LINE_MAX)])
        );
    }

    #[test]
    fn a_plain_page_keeps_what_was_not_on_it() {
        let posted = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(part, raw)| (format!("home.{part}"), (*raw).to_owned())).collect()
        };
        let picked: Answers = [
            ("home.postcode", "NE1 8QH"),
            ("home.uprn", "7"),
            ("home.line1", "9 Quay Road"),
            ("home.town", "Saltmarsh"),
        ]
        .into_iter()
        .collect();
        let after = |pairs: &[(&str, &str)]| {
            let mut answers = picked.clone();
            take("home", &posted(pairs), &mut answers);
            answers
        };
        // The list was not opened, or there is no fixed address for now.
        assert_eq!(after(&[("postcode", "NE1 8QH")]), picked);
        let none = after(&[("no_fixed", "yes")]);
        assert_eq!((none.get("home.no_fixed"), none.get("home.line1")), ("yes", "9 Quay Road"));
        // Another postcode is another address, and so is what is typed by hand.
        let other = after(&[("postcode", "NE1 8QJ")]);
        assert_eq!(other.iter().collect::<Vec<_>>(), [("home.postcode", "NE1 8QJ")]);
        let typed = after(&[("postcode", "NE1 8QH"), ("line1", "Plot 4"), ("line2", ""), ("town", "")]);
        assert_eq!(
            typed.iter().collect::<Vec<_>>(),
            [("home.line1", "Plot 4"), ("home.postcode", "NE1 8QH")]
        );
        assert_eq!(after(&[("postcode", "NE1 8QH"), ("town", "Saltmarsh")]).get("home.line1"), "");
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(first in "[A-Za-z0-9 ]{1,30}", town in "[A-Za-z]{1,20}") {
            let Ok(Some(value)) = parse(&[("line1", &first), ("town", &town)]) else { return Ok(()) };
            let shown = value.show();
            let (first, town) = shown.split_once('\n').unwrap();
            proptest::prop_assert_eq!(parse(&[("line1", first), ("town", town)]), Ok(Some(value)));
        }
    }
}
