//! Whether a condition can hold, and can fail: one that always or never does is a slip of the pen.

use std::collections::{BTreeMap, BTreeSet};

use crate::answers::Answers;
use crate::catalogue::Question;
use crate::condition::Condition;
use crate::field::Kind;

/// Sets of answers that are tried; a condition that needs more is believed.
const MOST: usize = 20_000;
/// Choices of one question that are ticked in every combination; of more, the condition is believed.
const MOST_CHOICES: usize = 8;

/// What the answers before it can make of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Some make it hold and some do not.
    Both,
    /// None makes it hold.
    Never,
    /// All make it hold.
    Always,
}

/// Tries the answers that make a difference to a condition over earlier questions, and to each part of it.
pub(super) fn reach(condition: &Condition, earlier: &[&Question]) -> Reach {
    let parts = match condition {
        Condition::Is { .. } | Condition::Greater { .. } => &[],
        Condition::All(several) | Condition::Any(several) => several.as_slice(),
        Condition::Not(one) => std::slice::from_ref(&**one),
    };
    let of_parts = parts.iter().map(|part| reach(part, earlier));
    of_parts
        .chain([reach_of_whole(condition, earlier)])
        .find(|reach| *reach != Reach::Both)
        .unwrap_or(Reach::Both)
}

fn reach_of_whole(condition: &Condition, earlier: &[&Question]) -> Reach {
    let mut conditions = vec![condition];
    let mut looked_at = BTreeSet::new();
    condition.each_question(&mut |question| _ = looked_at.insert(question));
    let mut questions = Vec::new();
    for question in earlier.iter().rev().filter(|question| question.kind.first_part().is_empty()) {
        if looked_at.contains(question.id.as_str()) {
            if let Some(show_if) = &question.show_if {
                show_if.each_question(&mut |question| _ = looked_at.insert(question));
                conditions.push(show_if);
            }
            questions.push(*question);
        }
    }
    questions.reverse();
    let mut named = Named::default();
    for condition in conditions {
        named.read(condition);
    }
    let answers: Option<Vec<Vec<String>>> =
        questions.iter().map(|question| named.answers(question)).collect();
    let Some(answers) = answers else { return Reach::Both };
    let mut walk =
        Walk { condition, questions: &questions, answers: &answers, held: false, failed: false, left: MOST };
    walk.go(0, &Answers::default(), &[]);
    match (walk.held, walk.failed) {
        _ if walk.left == 0 => Reach::Both,
        (false, _) => Reach::Never,
        (_, false) => Reach::Always,
        _ => Reach::Both,
    }
}

/// The answers that conditions name, by question: no other makes a difference.
#[derive(Default)]
struct Named<'a> {
    values: BTreeMap<&'a str, BTreeSet<&'a str>>,
    numbers: BTreeMap<&'a str, BTreeSet<i32>>,
}

impl<'a> Named<'a> {
    fn read(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Is { question, one_of } => {
                self.values.entry(question).or_default().extend(one_of.iter().map(String::as_str));
            }
            Condition::Greater { question, than } => {
                self.numbers.entry(question).or_default().insert(*than);
            }
            Condition::All(several) | Condition::Any(several) => {
                for one in several {
                    self.read(one);
                }
            }
            Condition::Not(one) => self.read(one),
        }
    }

    /// Answers to a question that stand for all there are; none when that can't be said.
    fn answers(&self, question: &Question) -> Option<Vec<String>> {
        let mut answers = match &question.kind {
            Kind::Number(kind) => self.around(&question.id, kind.min..=kind.max, 1),
            Kind::Money(kind) => self.around(&question.id, kind.min..=kind.max, 100),
            // The departments differ from council to council.
            Kind::Choices(kind) if kind.departments => return None,
            Kind::Choices(kind) => {
                let named = self.values.get(question.id.as_str())?;
                let is_named = |value: &&str| named.contains(value);
                let mut values: Vec<&str> = question.kind.values()?;
                let other = values.iter().copied().find(|value| !is_named(value));
                values.retain(is_named);
                values.extend(other);
                if values.len() > MOST_CHOICES {
                    return None;
                }
                let ticked = |which: usize| -> Vec<&str> {
                    values
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| which >> at & 1 == 1)
                        .map(|(_, value)| *value)
                        .collect()
                };
                (1..1 << values.len())
                    .map(|which| ticked(which).join(","))
                    .filter(|raw| kind.takes(raw))
                    .collect()
            }
            kind if kind.values()?.is_empty() => return None,
            kind => kind.values()?.into_iter().map(str::to_owned).collect(),
        };
        if !question.required {
            answers.push(String::new());
        }
        Some(answers)
    }

    /// Numbers on either side of those that are named; `unit` of them make one of the condition's.
    fn around(&self, question: &str, range: std::ops::RangeInclusive<i64>, unit: i64) -> Vec<String> {
        let named = self.numbers.get(question).into_iter().flatten();
        let named = named.flat_map(|than| [i64::from(*than) * unit, i64::from(*than) * unit + 1]);
        let tried: BTreeSet<i64> =
            named.filter(|number| range.contains(number)).chain([*range.start(), *range.end()]).collect();
        let text = |number: i64| {
            if unit == 1 { number.to_string() } else { format!("{}.{:02}", number / unit, number % unit) }
        };
        tried.into_iter().map(text).collect()
    }
}

struct Walk<'a> {
    condition: &'a Condition,
    questions: &'a [&'a Question],
    answers: &'a [Vec<String>],
    held: bool,
    failed: bool,
    left: usize,
}

impl Walk<'_> {
    fn go(&mut self, at: usize, given: &Answers, asked: &[&Question]) {
        if self.left == 0 || (self.held && self.failed) {
            return;
        }
        self.left -= 1;
        let Some((question, answers)) = self.questions.get(at).zip(self.answers.get(at)) else {
            let holds = self.condition.holds(given, asked);
            (self.held, self.failed) = (self.held || holds, self.failed || !holds);
            return;
        };
        if !question.show_if.as_ref().is_none_or(|show_if| show_if.holds(given, asked)) {
            return self.go(at + 1, given, asked);
        }
        let asked = [asked, &[*question]].concat();
        for answer in answers {
            let mut given = given.clone();
            given.set(&question.id, answer.clone());
            self.go(at + 1, &given, &asked);
        }
    }
}
