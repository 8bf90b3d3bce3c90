//! The conditions of a document: how they are written, and what they may hang on.

use std::ops::Range;

use toml::de::DeValue;

use super::questions::Read;
use super::reach::{Reach, reach};
use super::reader::{Item, Part, Reader};
use crate::catalogue::Question;
use crate::condition::Condition;
use crate::field::Kind;

impl Reader<'_> {
    /// Reads a condition.
    pub(super) fn when(&mut self, item: &Item<'_>, key: &str) -> Option<Condition> {
        const FORMS: &str = "{ question = \"…\", equals = \"…\" }, with one_of = [\"…\"] or greater = 3 in place of equals, or as { all = [ ] }, { any = [ ] }, { not = { } }";
        let DeValue::Table(table) = item.get_ref() else {
            self.fault(item.span(), format!("“{key}” must be written {FORMS}"));
            return None;
        };
        let part = Part { table, span: item.span(), name: format!("“{key}”") };
        if let Some(inner) = part.get("not") {
            self.only(&part, &["not"]);
            return Some(Condition::Not(Box::new(self.when(inner, key)?)));
        }
        if let Some(several) = ["all", "any"].into_iter().find(|several| part.has(several)) {
            self.only(&part, &[several]);
            let DeValue::Array(list) = part.get(several)?.get_ref() else {
                self.fault(part.at(several), format!("“{several}” must be a list of conditions"));
                return None;
            };
            let mut conditions = Vec::new();
            for inner in list {
                conditions.push(self.when(inner, key)?);
            }
            if conditions.is_empty() {
                self.fault(part.at(several), format!("“{several}” has nothing in it"));
            }
            return Some(match several {
                "all" => Condition::All(conditions),
                _ => Condition::Any(conditions),
            });
        }
        self.only(&part, &["question", "equals", "one_of", "greater"]);
        let question = self.plain_of(&part, "question")?;
        match [part.has("equals"), part.has("one_of"), part.has("greater")] {
            [true, false, false] => {
                Some(Condition::Is { question, one_of: vec![self.plain_of(&part, "equals")?] })
            }
            [false, true, false] => {
                Some(Condition::Is { question, one_of: self.list(&part, "one_of", false)? })
            }
            [false, false, true] => {
                let than = self.number(&part, "greater", -1_000_000_000..1_000_000_001)?;
                Some(Condition::Greater { question, than: i32::try_from(than).ok()? })
            }
            _ => {
                self.fault(part.span.clone(), format!("“{key}” must be written {FORMS}"));
                None
            }
        }
    }

    /// Checks that a condition hangs on earlier questions that can have these answers.
    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        earlier: &[Read],
        later: &[Read],
        at: Range<usize>,
    ) {
        let faults = self.faults.len();
        let mut check = |name: &str, values: Option<&[String]>| {
            if self.unreadable.contains(name) {
                return;
            }
            let find = |list: &[Read]| list.iter().position(|read| read.question.id == name);
            let Some(question) = find(earlier).and_then(|at| earlier.get(at)) else {
                let why = match find(later) {
                    Some(_) => "comes later; a condition can only look back",
                    None => "does not exist",
                };
                return self.fault(at.clone(), format!("the question “{name}” {why}"));
            };
            let kind = &question.question.kind;
            match (values, kind.values()) {
                (None, _) if matches!(kind, Kind::Number(_) | Kind::Money(_)) => {}
                (None, _) => self.fault(
                    at.clone(),
                    format!(
                        "“{name}” is not a question for a number or money, so its answer can't be greater"
                    ),
                ),
                (Some(_), None) => self.fault(
                    at.clone(),
                    format!("“{name}” is not a choice or yes/no question, so nothing can hang on its answer"),
                ),
                // The departments differ from council to council; an answer that is none of them never holds.
                (Some(_), Some(known)) if known.is_empty() => {}
                (Some(values), Some(known)) => {
                    for value in values.iter().filter(|value| !known.contains(&value.as_str())) {
                        self.fault(
                            at.clone(),
                            format!("“{name}” has no answer “{value}”; it has {}", known.join(", ")),
                        );
                    }
                }
            }
        };
        each(condition, &mut check);
        if self.faults.len() > faults || !self.unreadable.is_empty() {
            return;
        }
        let earlier: Vec<&Question> = earlier.iter().map(|read| &read.question).collect();
        match reach(condition, &earlier) {
            Reach::Both => {}
            Reach::Never => self.fault(at, "no answers make this condition, or a part of it, hold"),
            Reach::Always => {
                self.fault(at, "all answers make this condition, or a part of it, hold, so it says nothing");
            }
        }
    }
}

/// Calls this with each question a condition looks at, and the answers it looks for.
fn each(condition: &Condition, tell: &mut dyn FnMut(&str, Option<&[String]>)) {
    match condition {
        Condition::Is { question, one_of } => tell(question, Some(one_of)),
        Condition::Greater { question, .. } => tell(question, None),
        Condition::All(several) | Condition::Any(several) => {
            for one in several {
                each(one, tell);
            }
        }
        Condition::Not(one) => each(one, tell),
    }
}
