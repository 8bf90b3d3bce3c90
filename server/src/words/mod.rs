//! Who is told what, by which channel, in which words: a table of data that is built in (`server/data/alerts.toml`), what a
//! council changes in its texts (`alerts.toml` in its folder), and the languages it adds (`alerts.cy.toml`).
//!
//! Texts are templates. What they may name is known, and checked when they are read; what people wrote is never read as a
//! template, and loses what could do harm where it stands.

pub mod compose;
pub mod examples;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Locale, NaiveDate};
use domain::alert::{Channel, Matter};
use domain::by::By;
use domain::council::Council;
use domain::document::Fault;
use domain::standard::{say, say_date};
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::councils::{ENGLISH, Files};
use crate::jobs::alert::{Audience, Facts, Told};

const BUILT_IN: &str = include_str!("../../data/alerts.toml");
/// The file of a council's own words, without its ending and language.
const FILE: &str = "alerts";
/// What may be named in what stands around messages, besides what may be named everywhere.
const FRAME: [(&str, &[&str]); 13] = [
    ("hello", &["name"]),
    ("see", &[]),
    ("instead_of", &["who"]),
    ("see_watched", &[]),
    ("satisfied", &[]),
    ("not_satisfied", &[]),
    ("reference", &["reference"]),
    ("signed", &[]),
    ("news_subject", &["count"]),
    ("news", &["count"]),
    ("sms", &["headline", "more", "link"]),
    ("push", &["matter", "count"]),
    ("push_what", &["headline", "more"]),
];
/// What may be named everywhere.
const EVERYWHERE: [&str; 3] = ["council", "phone", "hours"];
/// What may be named in every message.
const OF_MESSAGES: [&str; 2] = ["title", "reference"];
/// The texts of a message; those after the first two need not be there.
const PARTS: [&str; 5] = ["subject", "text", "sms", "letter", "see"];
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 250;
/// Stands for a line break that a person wrote, until paragraphs are told apart.
const BREAK: char = '\u{2028}';

/// The table: who is told what, and by which channels.
#[derive(Debug, Default)]
pub struct Table {
    messages: BTreeMap<String, Message>,
    texts: Texts,
    terms: Terms,
}

/// A message of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it is told.
    pub when: String,
    /// To whom.
    pub to: Audience,
    /// What it matters to them.
    pub matter: Matter,
    /// The channels by which it may go out.
    pub by: Vec<Channel>,
}

/// A text, and the line of its file in which it begins.
#[derive(Clone, Debug)]
struct Text {
    source: String,
    line: usize,
}

/// Texts by name: `frame.hello`, `pieces.closing`, `received.subject`.
type Texts = BTreeMap<String, Text>;
/// What things are called, by kind and by what they are in the events.
type Terms = BTreeMap<String, BTreeMap<String, String>>;
type Spoken = Spanned<String>;

/// The table, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    frame: BTreeMap<String, Spoken>,
    words: BTreeMap<String, BTreeMap<String, Spoken>>,
    pieces: BTreeMap<String, Spoken>,
    channels: Channels,
    message: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Channels {
    resident: Vec<Channel>,
    watcher: Vec<Channel>,
    staff: Vec<Channel>,
    contractor: Vec<Channel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    when: String,
    to: Audience,
    matter: Matter,
    subject: Spoken,
    text: Spoken,
    sms: Option<Spoken>,
    letter: Option<Spoken>,
    /// What stands above its link, in place of what usually does.
    see: Option<Spoken>,
}

/// What a council writes: texts, and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    #[serde(default)]
    frame: BTreeMap<String, Spoken>,
    #[serde(default)]
    words: BTreeMap<String, BTreeMap<String, Spoken>>,
    #[serde(default)]
    pieces: BTreeMap<String, Spoken>,
    #[serde(default)]
    message: BTreeMap<String, OwnEntry>,
    /// In a language there are no words for: a line that stands above the English ones.
    #[serde(default)]
    line: BTreeMap<String, Spoken>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnEntry {
    subject: Option<Spoken>,
    text: Option<Spoken>,
    sms: Option<Spoken>,
    letter: Option<Spoken>,
    see: Option<Spoken>,
}

/// The table that is built in.
#[must_use]
pub fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(BUILT_IN).unwrap_or_default());
    &TABLE
}

impl Table {
    fn read(text: &str) -> Result<Self, Fault> {
        let Written { frame, words, pieces, channels, message } = parse(text, "alerts.toml")?;
        let mut texts = Texts::new();
        let mut messages = BTreeMap::new();
        let mut add = |name: String, spoken: Spoken| texts.insert(name, placed(text, spoken));
        for (name, spoken) in frame {
            add(format!("frame.{name}"), spoken);
        }
        for (name, spoken) in pieces {
            add(format!("pieces.{name}"), spoken);
        }
        for (id, Entry { when, to, matter, subject, text, sms, letter, see }) in message {
            let parts = PARTS.into_iter().zip([Some(subject), Some(text), sms, letter, see]);
            for (part, spoken) in parts {
                if let Some(spoken) = spoken {
                    add(format!("{id}.{part}"), spoken);
                }
            }
            let by = match to {
                Audience::Resident => &channels.resident,
                Audience::Watcher => &channels.watcher,
                Audience::Staff => &channels.staff,
                Audience::Contractor => &channels.contractor,
            };
            messages.insert(id, Message { when, to, matter, by: by.clone() });
        }
        let terms = words.into_iter().map(|(kind, terms)| {
            (kind, terms.into_iter().map(|(id, spoken)| (id, spoken.into_inner())).collect())
        });
        Ok(Self { messages, texts, terms: terms.collect() })
    }

    /// A message by its name.
    #[must_use]
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.get(name)
    }

    /// All messages, by name.
    pub fn messages(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.messages.iter().map(|(name, message)| (name.as_str(), message))
    }
}

fn parse<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        Fault { file: file.to_owned(), line, message: error.message().to_owned() }
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// A text with the line in which it begins: of one that begins below its quotation marks, that one.
fn placed(document: &str, spoken: Spoken) -> Text {
    let start = spoken.span().start;
    let marks = document.get(start..).unwrap_or_default();
    let is_below = ["\"\"\"\n", "'''\n"].iter().any(|begin| marks.starts_with(begin));
    Text { line: line_of(document, start) + usize::from(is_below), source: spoken.into_inner() }
}

/// The words of a council in one language.
#[derive(Debug)]
pub struct Words {
    /// The language, as two letters.
    language: String,
    environment: Environment<'static>,
    /// The messages that are there in this language.
    there: BTreeSet<String>,
    /// What is said where these words fail.
    instead: Option<Box<Words>>,
}

/// All the words of a council.
#[derive(Debug)]
pub struct Wording {
    council: String,
    english: Words,
    others: BTreeMap<String, Words>,
    lines: BTreeMap<String, String>,
    /// What is not there in a language that the council has words in.
    pub untranslated: Vec<Fault>,
}

impl Wording {
    /// Reads what a council says in its own words, among the files of its folder.
    ///
    /// # Errors
    /// Every fault in them.
    pub fn read(council: &Council, files: &Files) -> Result<Self, Vec<Fault>> {
        let table = table();
        let plain = || Words::new(ENGLISH, council, &table.texts, &table.terms);
        let mut english = plain();
        let mut lines = BTreeMap::new();
        let mut faults = Vec::new();
        let named = |name: &str| format!("{}/{name}", council.id);
        if let Some((name, text)) = files.get_key_value(&format!("{FILE}.toml")) {
            match read_own(council, (&named(name), text), ENGLISH, plain) {
                Ok(own) => (english, lines) = (own.words, own.lines),
                Err(found) => faults.extend(found),
            }
        }
        let mut others = BTreeMap::new();
        let mut untranslated = Vec::new();
        for (name, text) in files {
            let language = name.strip_prefix(FILE).and_then(|rest| rest.strip_prefix('.'));
            let Some(language) = language.and_then(|rest| rest.strip_suffix(".toml")) else { continue };
            let file = named(name);
            // What is spoken in signs has two letters nowhere.
            if language.len() != 2 || !languages().contains(&language.to_owned()) {
                let message = format!(
                    "“{language}” is not a language that residents can choose: {}",
                    languages().join(", ")
                );
                faults.push(Fault { file, line: 1, message });
                continue;
            }
            match read_own(council, (&file, text), language, plain) {
                Ok(own) => {
                    let missing = table.messages.iter().filter(|(id, message)| {
                        ![Audience::Staff, Audience::Contractor].contains(&message.to)
                            && !own.words.there.contains(*id)
                    });
                    untranslated.extend(missing.map(|(id, _)| Fault {
                        file: file.clone(),
                        line: 1,
                        message: format!("“{id}” is not there, and is told in English"),
                    }));
                    others.insert(language.to_owned(), own.words);
                }
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() {
            Ok(Self { council: council.name.clone(), english, others, lines, untranslated })
        } else {
            Err(faults)
        }
    }

    /// What the council is called.
    #[must_use]
    pub fn council(&self) -> &str {
        &self.council
    }

    /// The words in English.
    #[must_use]
    pub fn english(&self) -> &Words {
        &self.english
    }

    /// The words in a language, if all of this is there in it; else the English ones.
    pub fn of<'t>(&self, language: &str, told: impl IntoIterator<Item = &'t Told>) -> &Words {
        let words = self.others.get(language);
        words
            .filter(|words| told.into_iter().all(|told| words.there.contains(told.name())))
            .unwrap_or(&self.english)
    }

    /// What is said above English words to somebody for whom another language is best.
    #[must_use]
    pub fn line(&self, language: &str) -> Option<&str> {
        self.lines.get(language).map(String::as_str)
    }

    /// The languages that there are words in, English first.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        std::iter::once(ENGLISH).chain(self.others.keys().map(String::as_str))
    }
}

/// The languages that residents can choose, besides English.
fn languages() -> Vec<String> {
    let asked = domain::profile::languages();
    asked.into_iter().map(|language| language.value).filter(|language| language != ENGLISH).collect()
}

struct OwnWords {
    words: Words,
    lines: BTreeMap<String, String>,
}

fn read_own(
    council: &Council,
    (file, document): (&str, &str),
    language: &str,
    plain: impl Fn() -> Words,
) -> Result<OwnWords, Vec<Fault>> {
    let table = table();
    let Own { frame, words, pieces, message, line } = parse(document, file).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let mut fault = |line, message| faults.push(Fault { file: file.to_owned(), line, message });
    let mut own = Texts::new();
    let mut there: BTreeSet<String> = BTreeSet::new();
    let named = |kind: &'static str, all: BTreeMap<String, Spoken>| {
        all.into_iter().map(move |(name, spoken)| (format!("{kind}.{name}"), spoken))
    };
    for (name, spoken) in named("frame", frame).chain(named("pieces", pieces)) {
        let text = placed(document, spoken);
        if table.texts.contains_key(&name) {
            own.insert(name, text);
        } else {
            fault(text.line, format!("there is no “{name}”"));
        }
    }
    for (id, OwnEntry { subject, text, sms, letter, see }) in message {
        if subject.is_some() && text.is_some() {
            there.insert(id.clone());
        }
        let parts = PARTS.into_iter().zip([subject, text, sms, letter, see]);
        for (part, spoken) in parts.filter_map(|(part, spoken)| Some((part, spoken?))) {
            let text = placed(document, spoken);
            if table.messages.contains_key(&id) {
                own.insert(format!("{id}.{part}"), text);
            } else {
                fault(text.line, format!("there is no message “{id}”"));
            }
        }
    }
    let mut terms = table.terms.clone();
    for (kind, spoken) in words {
        for (id, spoken) in spoken {
            let text = placed(document, spoken);
            match terms.get_mut(&kind).and_then(|terms| terms.get_mut(&id)) {
                Some(term) => *term = text.source,
                None => fault(text.line, format!("there is no “{kind}.{id}” among the words")),
            }
        }
    }
    let mut lines = Texts::new();
    for (spoken_in, spoken) in line {
        let text = placed(document, spoken);
        if language != ENGLISH {
            fault(text.line, "lines for other languages stand in alerts.toml".to_owned());
        } else if languages().contains(&spoken_in) {
            lines.insert(spoken_in, text);
        } else {
            let known = languages().join(", ");
            fault(text.line, format!("“{spoken_in}” is not a language that residents can choose: {known}"));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let checked: Texts =
        own.iter().chain(lines.iter()).map(|(name, text)| (name.clone(), text.clone())).collect();
    let mut all = table.texts.clone();
    all.extend(own);
    let mut words = Words::new(language, council, &all, &terms);
    if language != ENGLISH {
        words.there = there;
    }
    faults.extend(words.faults(&checked, file));
    if !faults.is_empty() {
        return Err(faults);
    }
    let said = |(spoken_in, text): (String, Text)| Some((spoken_in, words.said(&text.source)?));
    let lines = lines.into_iter().filter_map(said).collect();
    words.instead = Some(Box::new(plain()));
    Ok(OwnWords { words, lines })
}

impl Words {
    /// Texts that can't be read are left out: who reads them says so.
    fn new(language: &str, council: &Council, texts: &Texts, terms: &Terms) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_formatter(fill_in);
        environment.set_recursion_limit(20);
        let locale = locale(language);
        environment.add_filter("day", move |day: &str| said_day(day, locale, "%A %-d %B", say));
        environment.add_filter("date", move |day: &str| said_day(day, locale, "%-d %B %Y", say_date));
        environment.add_global("words", Value::from(Serde(terms)));
        for (name, value) in
            EVERYWHERE.into_iter().zip([&council.name, &council.contact.phone, &council.contact.hours])
        {
            environment.add_global(name, value.as_str());
        }
        for (name, text) in texts {
            let _ = environment.add_template_owned(name.clone(), text.source.clone());
        }
        Self {
            language: language.to_owned(),
            environment,
            there: table().messages.keys().cloned().collect(),
            instead: None,
        }
    }

    /// The language they are in, as two letters.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// What a message is about, in a line.
    #[must_use]
    pub fn headline(&self, told: &Told, title: &str, reference: &str) -> String {
        let line = one_line(&self.message(told, "subject", title, reference));
        cut(&line, LONGEST_SUBJECT)
    }

    /// The same as it stands in a text message.
    fn headline_of_text(&self, told: &Told, title: &str, reference: &str) -> String {
        if self.has(told, "sms") {
            one_line(&self.message(told, "sms", title, reference))
        } else {
            self.headline(told, title, reference)
        }
    }

    /// What a message says, paragraph by paragraph.
    #[must_use]
    pub fn paragraphs(&self, told: &Told, title: &str, reference: &str, by: Channel) -> Vec<String> {
        let part = if by == Channel::Letter && self.has(told, "letter") { "letter" } else { "text" };
        paragraphs(&self.message(told, part, title, reference))
    }

    /// What stands above the link to it.
    fn see(&self, told: &Told, title: &str, reference: &str) -> String {
        if self.has(told, "see") {
            return paragraphs(&self.message(told, "see", title, reference)).join("\n\n");
        }
        self.frame(if told.is_to_watcher() { "see_watched" } else { "see" }, Facts::new())
    }

    fn has(&self, told: &Told, part: &str) -> bool {
        self.environment.get_template(&format!("{}.{part}", told.name())).is_ok()
    }

    fn message(&self, told: &Told, part: &str, title: &str, reference: &str) -> String {
        self.filled(&format!("{}.{part}", told.name()), of_message(told, title, reference))
    }

    /// What stands around messages.
    fn frame(&self, name: &str, facts: Facts) -> String {
        paragraphs(&self.filled(&format!("frame.{name}"), facts)).join("\n\n")
    }

    /// A text filled in. Words of the council's own that fail, which no check has found, give way to those that are built in.
    fn filled(&self, name: &str, facts: Facts) -> String {
        match (self.fill(name, &facts), &self.instead) {
            (Ok(text), _) => text,
            (Err(error), Some(instead)) => {
                tracing::error!(name, %error, "words of the council's own can't be used");
                instead.filled(name, facts)
            }
            (Err(error), None) => {
                tracing::error!(name, %error, "words can't be used");
                String::new()
            }
        }
    }

    fn fill(&self, name: &str, facts: &Facts) -> Result<String, Error> {
        self.environment.get_template(name)?.render(Value::from(Serde(facts)))
    }

    fn said(&self, source: &str) -> Option<String> {
        self.environment.render_str(source, ()).ok().map(|text| paragraphs(&text).join("\n"))
    }

    /// What is wrong with these texts among the words: those that can't be read or name what is not there, and those that
    /// fail with some example.
    fn faults(&self, own: &Texts, file: &str) -> Vec<Fault> {
        let fault = |name: &str, line: usize, message: String| Fault {
            file: file.to_owned(),
            line: own.get(name).map_or(1, |text| text.line + line.saturating_sub(1)),
            message,
        };
        let reason = |error: &Error| {
            let told = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
            match told.strip_suffix("is undefined") {
                Some(name) => {
                    let name = name.replace('`', "").trim().to_owned();
                    format!("this can’t be filled in: “{name}” is not always there, so ask with “if” first")
                }
                None => format!("this can’t be filled in: {told}"),
            }
        };
        let examples = examples::all();
        let known = known(&examples);
        let mut faults = Vec::new();
        for (name, text) in own {
            let template = match self.environment.template_from_named_str(name, &text.source) {
                Ok(template) => template,
                Err(error) => {
                    faults.push(fault(name, error.line().unwrap_or(1), reason(&error)));
                    continue;
                }
            };
            let mut undeclared: Vec<String> = template.undeclared_variables(true).into_iter().collect();
            undeclared.sort();
            let may = known.get(name.as_str());
            for unknown in undeclared {
                let is_term = unknown
                    .strip_prefix("words")
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
                if !is_term
                    && !EVERYWHERE.contains(&unknown.as_str())
                    && !may.is_some_and(|may| may.contains(&unknown))
                {
                    let at = text.source.find(&unknown).map_or(1, |at| line_of(&text.source, at));
                    let list: Vec<&str> =
                        may.into_iter().flatten().map(String::as_str).chain(EVERYWHERE).collect();
                    faults.push(fault(
                        name,
                        at,
                        format!("“{unknown}” is not known here; there are {}", list.join(", ")),
                    ));
                }
            }
        }
        if !faults.is_empty() {
            return faults;
        }
        let mut failed = BTreeMap::new();
        for told in &examples {
            for part in PARTS {
                let is_needed = ["subject", "text"].contains(&part);
                let name = format!("{}.{part}", told.name());
                if !is_needed && !self.has(told, part) {
                    continue;
                }
                let facts = of_message(told, "A title", "ABCD-EFGH");
                match self.fill(&name, &facts) {
                    Ok(text) if paragraphs(&text).is_empty() && own.contains_key(&name) => {
                        failed.insert(
                            name.clone(),
                            fault(&name, 1, "this says nothing in some cases".to_owned()),
                        );
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let at = error.name().unwrap_or(&name).to_owned();
                        failed.insert(at.clone(), fault(&at, error.line().unwrap_or(1), reason(&error)));
                    }
                }
            }
        }
        for (frame, _) in FRAME {
            let name = format!("frame.{frame}");
            for facts in examples::of_frame() {
                if let Err(error) = self.fill(&name, &facts) {
                    failed.insert(name.clone(), fault(&name, error.line().unwrap_or(1), reason(&error)));
                }
            }
        }
        let sms = self.frame("sms", examples::without_headline());
        if !sms.contains(examples::LINK) || sms.chars().count() > compose::LONGEST_TEXT / 2 {
            let why = format!(
                "a text message has {} characters: it needs the link, and room for the headline",
                compose::LONGEST_TEXT
            );
            failed.insert("frame.sms".to_owned(), fault("frame.sms", 1, why));
        }
        failed.into_values().collect()
    }
}

/// Values by name, of what is written as such.
pub(crate) fn facts(of: serde_json::Value) -> Facts {
    match of {
        serde_json::Value::Object(facts) => facts,
        _ => Facts::new(),
    }
}

/// What each text may name.
fn known(examples: &[Told]) -> BTreeMap<String, BTreeSet<String>> {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut any: BTreeSet<String> = OF_MESSAGES.map(ToOwned::to_owned).into();
    for told in examples {
        let mut names: BTreeSet<String> = OF_MESSAGES.map(ToOwned::to_owned).into();
        paths("", &told.facts(), &mut names);
        any.extend(names.iter().cloned());
        for part in PARTS {
            known.entry(format!("{}.{part}", told.name())).or_default().extend(names.iter().cloned());
        }
    }
    for name in table().texts.keys().filter(|name| name.starts_with("pieces.")) {
        known.insert(name.clone(), any.clone());
    }
    for (frame, names) in FRAME {
        known.insert(format!("frame.{frame}"), names.iter().map(|&name| name.to_owned()).collect());
    }
    known
}

fn paths(before: &str, facts: &Facts, into: &mut BTreeSet<String>) {
    for (name, value) in facts {
        let path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        if let serde_json::Value::Object(inner) = value {
            paths(&path, inner, into);
        }
        into.insert(path);
    }
}

fn of_message(told: &Told, title: &str, reference: &str) -> Facts {
    let mut facts = told.facts();
    facts.insert("title".to_owned(), title.into());
    facts.insert("reference".to_owned(), reference.into());
    facts
}

/// Writes a value into a text. Several are a paragraph each; what is not there is an error, and never left out unseen.
fn fill_in(to: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    let written = match value.kind() {
        ValueKind::Undefined | ValueKind::None => {
            return Err(Error::new(ErrorKind::UndefinedError, "a value is undefined"));
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let each: Result<Vec<String>, Error> = value.try_iter()?.map(|one| text_of(&one)).collect();
            each?.join("\n\n")
        }
        _ => text_of(value)?,
    };
    to.write_str(&written).map_err(Error::from)
}

fn text_of(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::String | ValueKind::Number => Ok(neutral(&value.to_string())),
        kind => Err(Error::new(ErrorKind::BadSerialization, format!("{kind} is nothing that can be read"))),
    }
}

/// Text as a person wrote it, without what could change what stands around it: control characters, and marks that turn the
/// direction of writing and are never closed. Its line breaks end no paragraph of ours.
fn neutral(text: &str) -> String {
    let keep = |c: char| match c {
        '\n' => Some(BREAK),
        '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(keep).collect()
}

/// The paragraphs of a text that was filled in.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.split('\n') {
        match paragraphs.last_mut() {
            Some(last) if !line.trim().is_empty() => {
                if !last.is_empty() {
                    last.push('\n');
                }
                last.push_str(line.trim());
            }
            Some(last) if !last.is_empty() => paragraphs.push(String::new()),
            _ => {}
        }
    }
    let whole = |paragraph: String| paragraph.replace(BREAK, "\n").trim().to_owned();
    paragraphs.into_iter().map(whole).filter(|paragraph| !paragraph.is_empty()).collect()
}

/// A text in one line, as subjects and names have it.
#[must_use]
pub fn one_line(text: &str) -> String {
    neutral(text).replace(BREAK, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text that is too long.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// How days are written in a language, where the library knows it.
fn locale(language: &str) -> Option<Locale> {
    let of = |country: &str| Locale::try_from(format!("{language}_{country}").as_str()).ok();
    if language == ENGLISH { None } else { of("GB").or_else(|| of(&language.to_uppercase())) }
}

fn said_day(
    by: &str,
    locale: Option<Locale>,
    format: &str,
    english: fn(NaiveDate) -> String,
) -> Result<String, Error> {
    let by = By::read(by).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "this is not a day"))?;
    let Some(locale) = locale else { return Ok(by.with_time(&english(by.day()))) };
    let day = by.day().format_localized(format, locale);
    Ok(match by {
        By::Day(_) => day.to_string(),
        By::Moment(at) => format!("{day}, {}", at.format("%H:%M")),
    })
}
