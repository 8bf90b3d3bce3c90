//! Several of the same: “Add another vehicle”.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Parsed, Value};
use crate::answers::{Answers, Parts};
use crate::catalogue::Question;
use crate::validate::Answer;

/// The most items one group can have, whatever a document says.
pub const MOST: u32 = 20;

/// Questions that are asked for each of several things. The parts of the answer are numbered from 1:
/// `1.registration`, `2.registration`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// What each is, in the singular: `vehicle`.
    pub item: String,
    /// The most.
    pub max: u32,
    /// What is asked of each.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub questions: Vec<Question>,
}

impl Group {
    pub(super) fn parse(&self, parts: Parts<'_>, required: bool, today: NaiveDate) -> Parsed {
        let mut items = Vec::new();
        let mut errors = Vec::new();
        for number in 1..=self.max {
            // The first is always asked for; another that was left empty is none.
            let is_first = number == 1 && required;
            if !is_first && !has_item(parts, number) {
                continue;
            }
            let mut answers = Vec::new();
            for question in &self.questions {
                let path = parts.path(&format!("{number}.{}", question.id));
                match question.kind.parse(parts.of(&path), question.required, today) {
                    Ok(value) => answers.extend(value.map(|value| Answer {
                        question: question.id.clone(),
                        label: question.label.clone(),
                        value,
                    })),
                    Err(found) => errors.extend(found),
                }
            }
            if !answers.is_empty() {
                items.push(answers);
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok((!items.is_empty()).then_some(Value::Group(items)))
    }

    /// Where a missing answer is reported.
    pub(super) fn first_part(&self) -> String {
        self.questions.first().map_or_else(String::new, |first| {
            let part = first.kind.first_part();
            if part.is_empty() { format!("1.{}", first.id) } else { format!("1.{}.{part}", first.id) }
        })
    }

    /// Whether the group has a part of this name.
    pub(super) fn has_part(&self, part: &str) -> bool {
        let Some((number, rest)) = part.split_once('.') else { return false };
        let (id, inner) = rest.split_once('.').unwrap_or((rest, ""));
        let counts =
            number.parse::<u32>().is_ok_and(|n| (1..=self.max).contains(&n) && n.to_string() == number);
        counts && self.questions.iter().any(|question| question.id == id && question.kind.has_part(inner))
    }

    pub(super) fn sample(&self, path: &str, today: NaiveDate, into: &mut Answers) {
        for question in &self.questions {
            question.kind.sample(&format!("{path}.1.{}", question.id), today, into);
        }
    }
}

/// How many items there are: the highest number that something was typed for.
#[must_use]
pub fn count(question: &str, answers: &Answers) -> u32 {
    let parts = answers.parts(question);
    parts.names().filter_map(|name| name.split_once('.')?.0.parse().ok()).max().unwrap_or(0)
}

/// Takes one item out; those behind it move up.
pub fn remove(question: &str, number: u32, answers: &mut Answers) {
    let kept: Vec<(String, String)> = answers
        .parts(question)
        .names()
        .filter_map(|name| {
            let (at, rest) = name.split_once('.')?;
            let at: u32 = at.parse().ok().filter(|at| *at != number)?;
            let raw = answers.get(&format!("{question}.{name}")).to_owned();
            let at = if at > number { at - 1 } else { at };
            Some((format!("{question}.{at}.{rest}"), raw))
        })
        .collect();
    answers.forget(question);
    for (path, raw) in kept {
        answers.set(&path, raw);
    }
}

fn has_item(parts: Parts<'_>, number: u32) -> bool {
    let prefix = format!("{number}.");
    parts.names().any(|name| name.starts_with(&prefix))
}

/// One line for each item.
pub(super) fn show(items: &[Vec<Answer>]) -> String {
    let line = |answers: &Vec<Answer>| {
        let values: Vec<String> =
            answers.iter().map(|answer| answer.value.show().replace('\n', ", ")).collect();
        values.join(", ")
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{ErrorCode, FieldError, Kind, Text};

    fn group() -> Group {
        let question = |id: &str, kind, required| Question {
            id: id.into(),
            label: id.into(),
            hint: None,
            required,
            page: None,
            show_if: None,
            kind,
            stamp: 0,
        };
        Group {
            item: "vehicle".into(),
            max: 3,
            questions: vec![
                question("mark", Kind::Vehicle, true),
                question("colour", Kind::Text(Text { max: 20 }), false),
            ],
        }
    }

    fn parse(pairs: &[(&str, &str)], required: bool) -> Parsed {
        let answers: Answers = pairs.iter().copied().collect();
        group().parse(answers.parts("v"), required, "2026-11-25".parse().unwrap())
    }

    #[test]
    fn accepts_several_and_skips_what_was_left_empty() {
        let Ok(Some(value)) =
            parse(&[("v.1.mark", "ab12cde"), ("v.1.colour", "Blue"), ("v.3.mark", "A1")], true)
        else {
            panic!("two vehicles")
        };
        assert_eq!(value.show(), "AB12 CDE, Blue\nA1");
        assert_eq!(parse(&[], false), Ok(None));
    }

    #[test]
    fn names_the_place_of_what_is_wrong() {
        let error = |path: &str, code| Err(vec![FieldError::new(path, code)]);
        assert_eq!(parse(&[], true), error("v.1.mark", ErrorCode::Missing));
        assert_eq!(
            parse(&[("v.1.mark", "A1"), ("v.2.colour", "Red")], true),
            error("v.2.mark", ErrorCode::Missing)
        );
        assert_eq!(parse(&[("v.1.mark", "none")], false), error("v.1.mark", ErrorCode::NotAVehicle));
        let group = group();
        assert!(group.has_part("3.mark"));
        for part in ["4.mark", "0.mark", "01.mark", "mark", "1", "1.other", "1.mark.part"] {
            assert!(!group.has_part(part), "{part}");
        }
    }

    #[test]
    fn one_taken_out_moves_the_others_up() {
        let mut answers: Answers =
            [("v.1.mark", "A1"), ("v.2.mark", "A2"), ("v.2.colour", "Red"), ("v.3.mark", "A3"), ("w", "x")]
                .into_iter()
                .collect();
        assert_eq!(count("v", &answers), 3);
        remove("v", 2, &mut answers);
        let expected: Answers = [("v.1.mark", "A1"), ("v.2.mark", "A3"), ("w", "x")].into_iter().collect();
        assert_eq!(answers, expected);
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_accepted_again(marks in proptest::collection::vec("[A-Z]{1,2}[0-9]{1,3}", 1..4)) {
            let write = |marks: &[String]| -> Answers {
                (1..).zip(marks).map(|(n, mark): (u32, &String)| (format!("v.{n}.mark"), mark.clone())).collect()
            };
            let today = "2026-11-25".parse().unwrap();
            let value = group().parse(write(&marks).parts("v"), true, today);
            let Ok(Some(value)) = value else { panic!("{value:?}") };
            let again: Vec<String> = value.show().lines().map(str::to_owned).collect();
            proptest::prop_assert_eq!(group().parse(write(&again).parts("v"), true, today), Ok(Some(value)));
        }
    }
}
