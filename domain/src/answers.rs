//! What a person has typed so far, exactly as typed.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most paths that are read. No form has a tenth of them, and each costs more than the one before.
const MOST: usize = 1_000;

/// Raw answers, keyed by field path: `what` for a question with one input, `where.postcode` for a part of
/// one. The draft in the browser, the body of a submission and the path of an error all use these keys.
// In order of the paths. A form has few; a tree would weigh more in the browser than all of this file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
pub struct Answers(Vec<(String, String)>);

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Answers;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Answers, A::Error> {
                let mut answers = Answers::default();
                while let Some((path, raw)) = map.next_entry()? {
                    if answers.0.len() == MOST {
                        return Err(serde::de::Error::custom("too many answers"));
                    }
                    answers.put(path, raw);
                }
                Ok(answers)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

impl Answers {
    /// The raw text at a path; empty when nothing was typed.
    #[must_use]
    pub fn get(&self, path: &str) -> &str {
        self.place(path).ok().and_then(|at| self.0.get(at)).map_or("", |(_, raw)| raw)
    }

    /// Sets the raw text at a path; an empty text removes it.
    pub fn set(&mut self, path: &str, raw: impl Into<String>) {
        let raw = raw.into();
        if !raw.is_empty() {
            self.put(path.to_owned(), raw);
        } else if let Ok(at) = self.place(path) {
            self.0.remove(at);
        }
    }

    fn put(&mut self, path: String, raw: String) {
        match self.place(&path) {
            Ok(at) => self.0[at].1 = raw,
            Err(at) => self.0.insert(at, (path, raw)),
        }
    }

    /// Where a path stands, or where it belongs.
    fn place(&self, path: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(path))
    }

    /// The parts of one question's answer.
    #[must_use]
    pub fn parts<'a>(&'a self, question: &'a str) -> Parts<'a> {
        Parts { answers: self, question }
    }

    /// Forgets everything said to one question.
    pub fn forget(&mut self, question: &str) {
        self.0.retain(|(path, _)| question_of(path) != question);
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
        Self(self.0.iter().filter(|(path, _)| keep(question_of(path))).cloned().collect())
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
    /// The view of another path of the same answers: a question within a group.
    #[must_use]
    pub fn of<'b>(&self, path: &'b str) -> Parts<'b>
    where
        'a: 'b,
    {
        Parts { answers: self.answers, question: path }
    }

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
        self.answers.iter().filter_map(move |(path, _)| match path.strip_prefix(question)? {
            "" => Some(""),
            rest => rest.strip_prefix('.'),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_a_map_that_forgets_empty_texts(steps in proptest::collection::vec(("[a-c](\\.[a-c])?", "[xy]?"), 0..40)) {
            let mut answers = Answers::default();
            let mut map = BTreeMap::new();
            for (path, raw) in steps {
                answers.set(&path, raw.clone());
                if raw.is_empty() {
                    map.remove(&path);
                } else {
                    map.insert(path, raw);
                }
            }
            prop_assert!(answers.iter().eq(map.iter().map(|(path, raw)| (path.as_str(), raw.as_str()))));
            let text = serde_json::to_string(&answers).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&map).unwrap());
            prop_assert_eq!(serde_json::from_str::<Answers>(&text).unwrap(), answers);
        }
    }

    #[test]
    fn order_and_repeats_on_the_wire() {
        let read: Answers = serde_json::from_str(r#"{"b":"1","a":"2","b":"3"}"#).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "3")]);
    }

    #[test]
    fn there_is_an_end_to_it() {
        let many = |many: usize| {
            let map: BTreeMap<String, &str> = (0..many).map(|at| (format!("a{at}"), "x")).collect();
            serde_json::from_str::<Answers>(&serde_json::to_string(&map).unwrap())
        };
        assert!(many(MOST).is_ok());
        assert!(many(MOST + 1).is_err());
    }
}
