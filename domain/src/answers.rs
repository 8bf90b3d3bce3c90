//! What a person has typed so far, exactly as typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Raw answers, keyed by field path: `what` for a question with one input, `where.postcode` for a part of
/// one. The draft in the browser, the body of a submission and the path of an error all use these keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, String>);

impl Answers {
    /// The raw text at a path; empty when nothing was typed.
    #[must_use]
    pub fn get(&self, path: &str) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }

    /// Sets the raw text at a path; an empty text removes it.
    pub fn set(&mut self, path: &str, raw: impl Into<String>) {
        let raw = raw.into();
        if raw.is_empty() {
            self.0.remove(path);
        } else {
            self.0.insert(path.to_owned(), raw);
        }
    }

    /// The parts of one question's answer.
    #[must_use]
    pub fn parts<'a>(&'a self, question: &'a str) -> Parts<'a> {
        Parts { answers: self, question }
    }

    /// Forgets everything said to one question.
    pub fn forget(&mut self, question: &str) {
        self.0.retain(|path, _| question_of(path) != question);
    }

    /// Every path with its raw text, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, raw)| (path.as_str(), raw.as_str()))
    }

    /// Whether nothing was typed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The answers to the questions that `keep` accepts.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(path, _)| keep(question_of(path)))
                .map(|(p, r)| (p.clone(), r.clone()))
                .collect(),
        )
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Answers {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut answers = Self::default();
        for (path, raw) in pairs {
            answers.set(&path.into(), raw);
        }
        answers
    }
}

/// The question a path belongs to: what stands before the first full stop.
#[must_use]
pub fn question_of(path: &str) -> &str {
    path.split_once('.').map_or(path, |(question, _)| question)
}

/// A view of one question's raw answer.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    answers: &'a Answers,
    question: &'a str,
}

impl<'a> Parts<'a> {
    /// The text of a question that has one input.
    #[must_use]
    pub fn whole(&self) -> &'a str {
        self.answers.get(self.question)
    }

    /// The text of one part, such as `postcode`.
    #[must_use]
    pub fn part(&self, name: &str) -> &'a str {
        self.answers.get(&self.path(name))
    }

    /// The field path of a part.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        if name.is_empty() { self.question.to_owned() } else { format!("{}.{name}", self.question) }
    }

    /// The names of the parts that hold something.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        let question = self.question;
        self.answers.0.keys().filter_map(move |path| match path.strip_prefix(question)? {
            "" => Some(""),
            rest => rest.strip_prefix('.'),
        })
    }
}
