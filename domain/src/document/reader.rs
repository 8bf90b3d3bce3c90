//! Reading the parts of a document: texts, numbers, days, tables. What is wrong is noted with its line, and
//! reading goes on.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Fault;

/// The language every text must be there in.
pub(super) const ENGLISH: &str = "en";

pub(super) type Item<'d> = Spanned<DeValue<'d>>;

/// One document being read.
pub(super) struct Reader<'t> {
    pub file: &'t str,
    pub text: &'t str,
    /// The language the texts are wanted in.
    pub language: &'t str,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// Texts that are not there in the language wanted.
    pub untranslated: Vec<Fault>,
    /// Questions with a fault of their own: nothing more is said of conditions on them.
    pub unreadable: BTreeSet<String>,
}

/// A table within the document, with the words to name it by.
pub(super) struct Part<'d, 'p> {
    pub table: &'p DeTable<'d>,
    pub span: Range<usize>,
    pub name: String,
}

impl<'d> Part<'d, '_> {
    /// Where a setting stands; the whole part when it is not there.
    pub(super) fn at(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span.clone(), Spanned::span)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Item<'d>> {
        self.table.get(key)
    }
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: &'t str, text: &'t str, language: &'t str) -> Self {
        Self {
            file,
            text,
            language,
            faults: Vec::new(),
            untranslated: Vec::new(),
            unreadable: BTreeSet::new(),
        }
    }

    /// The text as TOML; what is wrong with it is noted.
    pub(super) fn document(&mut self) -> Spanned<DeTable<'t>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let at = error.span().unwrap_or_default();
            self.fault(at, format!("this is not TOML: {}", error.message()));
        }
        document
    }

    fn told(&self, at: Range<usize>, message: String) -> Fault {
        let line = self.text.get(..at.start).unwrap_or(self.text).matches('\n').count() + 1;
        Fault { file: self.file.to_owned(), line, message }
    }

    pub(super) fn fault(&mut self, at: Range<usize>, message: impl Into<String>) {
        let fault = self.told(at, message.into());
        self.faults.push(fault);
    }

    /// Complains of keys that mean nothing here: most are slips of the pen.
    pub(super) fn only(&mut self, part: &Part<'_, '_>, keys: &[&str]) {
        for key in part.table.keys() {
            let name: &str = key.get_ref();
            if !keys.contains(&name) {
                self.fault(
                    key.span(),
                    format!("{} has no setting “{name}”; it takes {}", part.name, keys.join(", ")),
                );
            }
        }
    }

    pub(super) fn need<'d, 'p>(&mut self, part: &'p Part<'d, '_>, key: &str) -> Option<&'p Item<'d>> {
        let item = part.get(key);
        if item.is_none() {
            self.fault(part.span.clone(), format!("{} has no “{key}”", part.name));
        }
        item
    }

    /// A text that is the same in every language: an identifier, a kind, a price.
    pub(super) fn plain(&mut self, item: &Item<'_>, what: &str) -> Option<String> {
        match item.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            DeValue::String(_) => {
                self.fault(item.span(), format!("“{what}” is empty"));
                None
            }
            _ => {
                self.fault(item.span(), format!("“{what}” must be text in quotes"));
                None
            }
        }
    }

    /// A text that people read: in English, or a table of languages.
    pub(super) fn words(&mut self, item: &Item<'_>, what: &str) -> Option<String> {
        let DeValue::Table(languages) = item.get_ref() else {
            let text = self.plain(item, what)?;
            if self.language != ENGLISH {
                self.untranslated_at(item, what);
            }
            return Some(text);
        };
        for key in languages.keys() {
            let name: &str = key.get_ref();
            if name.len() != 2 || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
                self.fault(
                    key.span(),
                    format!("“{what}” has a text for “{name}”; a language has two letters, as in en, cy"),
                );
            }
        }
        let Some(english) = languages.get(ENGLISH) else {
            self.fault(item.span(), format!("“{what}” has no text in English: en = \"…\""));
            return None;
        };
        // All are read, so that a mistake in any is found.
        let texts: Vec<(bool, Option<String>)> = languages
            .iter()
            .map(|(key, text)| (&**key.get_ref() == self.language, self.plain(text, what)))
            .collect();
        if let Some((_, text)) = texts.into_iter().find(|(is_wanted, _)| *is_wanted) {
            return text;
        }
        self.untranslated_at(item, what);
        self.plain(english, what)
    }

    fn untranslated_at(&mut self, item: &Item<'_>, what: &str) {
        let told = self.told(item.span(), format!("“{what}” is not there in “{}”", self.language));
        self.untranslated.push(told);
    }

    pub(super) fn plain_of(&mut self, part: &Part<'_, '_>, key: &str) -> Option<String> {
        let item = self.need(part, key)?;
        self.plain(item, key)
    }

    pub(super) fn words_of(&mut self, part: &Part<'_, '_>, key: &str) -> Option<String> {
        let item = self.need(part, key)?;
        self.words(item, key)
    }

    pub(super) fn maybe_plain(&mut self, part: &Part<'_, '_>, key: &str) -> Option<String> {
        let item = part.get(key)?;
        self.plain(item, key)
    }

    pub(super) fn maybe_words(&mut self, part: &Part<'_, '_>, key: &str) -> Option<String> {
        let item = part.get(key)?;
        self.words(item, key)
    }

    /// A list of texts; `None` when there is no such list.
    pub(super) fn list(&mut self, part: &Part<'_, '_>, key: &str, translated: bool) -> Option<Vec<String>> {
        let item = self.need(part, key)?;
        let DeValue::Array(list) = item.get_ref() else {
            self.fault(item.span(), format!("“{key}” must be a list of texts, as in {key} = [\"…\", \"…\"]"));
            return None;
        };
        let mut texts = Vec::new();
        for item in list {
            texts.extend(if translated { self.words(item, key) } else { self.plain(item, key) });
        }
        if texts.is_empty() {
            self.fault(item.span(), format!("“{key}” has nothing in it"));
        }
        Some(texts)
    }

    pub(super) fn number(&mut self, part: &Part<'_, '_>, key: &str, range: Range<i64>) -> Option<i64> {
        let item = self.need(part, key)?;
        let number = match item.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.fault(
                item.span(),
                format!("“{key}” must be a whole number from {} to {}", range.start, range.end - 1),
            );
        }
        number
    }

    /// A number that may be left out; then it is this one.
    pub(super) fn number_or(
        &mut self,
        part: &Part<'_, '_>,
        key: &str,
        range: Range<i64>,
        otherwise: i64,
    ) -> Option<i64> {
        if part.has(key) { self.number(part, key, range) } else { Some(otherwise) }
    }

    /// The same for what is small.
    pub(super) fn small_or(
        &mut self,
        part: &Part<'_, '_>,
        key: &str,
        range: Range<u32>,
        otherwise: u32,
    ) -> Option<u32> {
        let number = self.number_or(part, key, range.start.into()..range.end.into(), otherwise.into())?;
        u32::try_from(number).ok()
    }

    pub(super) fn date(&mut self, part: &Part<'_, '_>, key: &str) -> Option<NaiveDate> {
        let item = self.need(part, key)?;
        let date = day_text(item).parse().ok();
        if date.is_none() {
            self.fault(item.span(), format!("“{key}” must be a day written 2026-04-01"));
        }
        date
    }

    pub(super) fn flag(&mut self, part: &Part<'_, '_>, key: &str, default: bool) -> bool {
        match part.get(key).map(|item| (item.get_ref(), item.span())) {
            None => default,
            Some((DeValue::Boolean(flag), _)) => *flag,
            Some((_, span)) => {
                self.fault(span, format!("“{key}” must be true or false"));
                default
            }
        }
    }

    /// A table within the document, if it is there.
    pub(super) fn table<'d, 'p>(&mut self, part: &'p Part<'d, '_>, key: &str) -> Option<Part<'d, 'p>> {
        let item = part.get(key)?;
        let DeValue::Table(table) = item.get_ref() else {
            self.fault(item.span(), format!("“{key}” must be written as a [{key}] table"));
            return None;
        };
        Some(Part { table, span: item.span(), name: format!("[{key}]") })
    }

    pub(super) fn tables<'d, 'p>(
        &mut self,
        part: &'p Part<'d, '_>,
        key: &str,
        name: &str,
    ) -> Vec<Part<'d, 'p>> {
        let Some(item) = part.get(key) else { return Vec::new() };
        let DeValue::Array(list) = item.get_ref() else {
            self.fault(item.span(), format!("“{key}” must be written as [[{key}]] tables"));
            return Vec::new();
        };
        let mut parts = Vec::new();
        for item in list {
            let DeValue::Table(table) = item.get_ref() else {
                self.fault(item.span(), format!("each of “{key}” must be a table"));
                continue;
            };
            let label = ["id", "value"].iter().find_map(|key| table.get(*key)?.get_ref().as_str());
            let name =
                label.map_or_else(|| format!("a {name} without an id"), |label| format!("{name} “{label}”"));
            parts.push(Part { table, span: item.span(), name });
        }
        parts
    }

    pub(super) fn id(&mut self, part: &Part<'_, '_>, taken: &mut BTreeSet<String>) -> Option<String> {
        let id = self.plain_of(part, "id")?;
        let span = part.at("id");
        if !is_slug(&id) {
            self.fault(
                span.clone(),
                format!("the id “{id}” must be lower-case letters, numbers and dashes, as in “missed-bin”"),
            );
        }
        if !taken.insert(id.clone()) {
            self.fault(span, format!("the id “{id}” is used twice"));
        }
        Some(id)
    }
}

/// A day as it was written, in quotes or not; empty when it is something else.
pub(super) fn day_text(item: &Item<'_>) -> String {
    match item.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        _ => String::new(),
    }
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
