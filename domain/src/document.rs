//! Reading a service's document. Every mistake that can be found is found, with the line it is on, so that
//! an officer who edits a file gets one list and not one error a try.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalogue::{Condition, Policy, Question, Service, Stop, StopKind};
use crate::council::Council;
use crate::field::{Ask, Choices, Contact, Kind, LongText, Opt, Photos, Place, Text, photos, plain};
use crate::standard::{Limit, Standard};

/// A mistake in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// All services of a council, by identifier.
pub type Catalogue = BTreeMap<String, Service>;

/// Reads all documents of a council. A later file of the same name takes the place of an earlier one, so a
/// council's own folder overlays ours.
///
/// # Errors
/// Every [`Fault`] in every file, in order.
pub fn read_all<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    council: &Council,
) -> Result<Catalogue, Vec<Fault>> {
    let files: BTreeMap<&str, &str> = files.into_iter().collect();
    let mut catalogue = Catalogue::new();
    let mut faults = Vec::new();
    for (file, text) in files {
        match read(file, text, council) {
            Ok(service) => {
                catalogue.insert(service.id.clone(), service);
            }
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(catalogue) } else { Err(faults) }
}

/// Reads one document, as this council offers it.
///
/// # Errors
/// Every [`Fault`] in it, in the order of lines.
pub fn read(file: &str, text: &str, council: &Council) -> Result<Service, Vec<Fault>> {
    let mut reader = Reader { file, text, faults: Vec::new(), unreadable: BTreeSet::new() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().unwrap_or_default();
        reader.fault(at, format!("this is not TOML: {}", error.message()));
    }
    let service = reader.service(&document, council);
    reader.faults.sort();
    reader.faults.dedup();
    match service {
        Some(service) if reader.faults.is_empty() => Ok(service.for_council(council)),
        _ => Err(reader.faults),
    }
}

type Table<'d> = Spanned<DeTable<'d>>;
type Item<'d> = Spanned<DeValue<'d>>;

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    faults: Vec<Fault>,
    /// Questions with a fault of their own: nothing more is said of conditions on them.
    unreadable: BTreeSet<String>,
}

/// A table within the document, with the words to name it by.
struct Part<'d, 'p> {
    table: &'p DeTable<'d>,
    span: Range<usize>,
    name: String,
}

impl Reader<'_> {
    fn fault(&mut self, at: Range<usize>, message: impl Into<String>) {
        let line = self.text.get(..at.start).unwrap_or(self.text).matches('\n').count() + 1;
        self.faults.push(Fault { file: self.file.to_owned(), line, message: message.into() });
    }

    /// Complains of keys that mean nothing here: most are slips of the pen.
    fn only(&mut self, part: &Part<'_, '_>, keys: &[&str]) {
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

    fn need<'d, 'p>(&mut self, part: &Part<'d, 'p>, key: &str) -> Option<&'p Item<'d>> {
        let item = part.table.get(key);
        if item.is_none() {
            self.fault(part.span.clone(), format!("{} has no “{key}”", part.name));
        }
        item
    }

    fn string(&mut self, item: &Item<'_>, what: &str) -> Option<String> {
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

    fn text(&mut self, part: &Part<'_, '_>, key: &str) -> Option<String> {
        let item = self.need(part, key)?;
        self.string(item, key)
    }

    fn maybe(&mut self, part: &Part<'_, '_>, key: &str) -> Option<String> {
        let item = part.table.get(key)?;
        self.string(item, key)
    }

    fn texts(&mut self, part: &Part<'_, '_>, key: &str) -> Option<Vec<String>> {
        let item = self.need(part, key)?;
        let DeValue::Array(list) = item.get_ref() else {
            self.fault(item.span(), format!("“{key}” must be a list of texts, as in {key} = [\"…\", \"…\"]"));
            return None;
        };
        let texts: Vec<String> = list.iter().filter_map(|item| self.string(item, key)).collect();
        if texts.is_empty() {
            self.fault(item.span(), format!("“{key}” has nothing in it"));
        }
        Some(texts)
    }

    fn number(&mut self, part: &Part<'_, '_>, key: &str, range: Range<u32>) -> Option<u32> {
        let item = self.need(part, key)?;
        let number = match item.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
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

    fn date(&mut self, part: &Part<'_, '_>, key: &str) -> Option<NaiveDate> {
        let item = self.need(part, key)?;
        let text = match item.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        let date = text.parse().ok();
        if date.is_none() {
            self.fault(item.span(), format!("“{key}” must be a day written 2026-04-01"));
        }
        date
    }

    fn flag(&mut self, part: &Part<'_, '_>, key: &str, default: bool) -> bool {
        match part.table.get(key).map(|item| (item.get_ref(), item.span())) {
            None => default,
            Some((DeValue::Boolean(flag), _)) => *flag,
            Some((_, span)) => {
                self.fault(span, format!("“{key}” must be true or false"));
                default
            }
        }
    }

    fn tables<'d, 'p>(&mut self, part: &Part<'d, 'p>, key: &str, name: &str) -> Vec<Part<'d, 'p>> {
        let Some(item) = part.table.get(key) else { return Vec::new() };
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

    fn id(&mut self, part: &Part<'_, '_>, taken: &mut BTreeSet<String>) -> Option<String> {
        let id = self.text(part, "id")?;
        let span = part.table.get("id").map_or(part.span.clone(), Spanned::span);
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

    fn service(&mut self, document: &Table<'_>, council: &Council) -> Option<Service> {
        let root = Part { table: document.get_ref(), span: 0..0, name: "the document".into() };
        self.only(
            &root,
            &[
                "id",
                "title",
                "summary",
                "department",
                "route",
                "keywords",
                "version",
                "questions",
                "stops",
                "policies",
                "standard",
                "next",
            ],
        );
        let id = self.id(&root, &mut BTreeSet::new());
        if let Some(id) = &id
            && self.file.strip_suffix(".toml").is_some_and(|stem| stem.rsplit('/').next() != Some(id))
        {
            self.fault(
                root.table.get("id").map_or(0..0, Spanned::span),
                format!("the file must be called {id}.toml, after its id"),
            );
        }
        let department = self.text(&root, "department");
        if let (Some(department), Some(item)) = (&department, root.table.get("department")) {
            self.department(department, item.span(), council);
        }
        let policies = self.policies(&root);
        let (questions, spans) = self.questions(&root);
        let stops = self.stops(&root, &questions, &policies);
        let route = self.maybe(&root, "route");
        if let (Some(route), Some(item)) = (&route, root.table.get("route")) {
            let by_department = questions.iter().find(|question| &question.id == route);
            if !by_department.is_some_and(
                |question| matches!(&question.kind, Kind::Choice(choices) if choices.departments),
            ) {
                self.fault(
                    item.span(),
                    "“route” must name a choice question with options_from = \"departments\"",
                );
            }
        }
        for (question, span) in questions.iter().zip(spans) {
            if let Some(condition) = &question.show_if {
                self.condition(condition, &questions, Some(&question.id), span);
            }
        }
        Some(Service {
            title: self.text(&root, "title")?,
            summary: self.text(&root, "summary")?,
            keywords: self.texts(&root, "keywords")?,
            version: self.number(&root, "version", 1..100_000)?,
            next: self.texts(&root, "next")?,
            standard: self.standard(&root)?,
            id: id?,
            department: department?,
            route,
            questions,
            stops,
            policies,
        })
    }

    fn department(&mut self, id: &str, at: Range<usize>, council: &Council) {
        if !council.departments.iter().any(|department| department.id == id) {
            let known: Vec<&str> =
                council.departments.iter().map(|department| department.id.as_str()).collect();
            self.fault(
                at,
                format!("there is no department “{id}” in {}; there are {}", council.name, known.join(", ")),
            );
        }
    }

    fn standard(&mut self, root: &Part<'_, '_>) -> Option<Standard> {
        let item = root.table.get("standard");
        let Some(DeValue::Table(table)) = item.map(Spanned::get_ref) else {
            self.fault(
                item.map_or(0..0, Spanned::span),
                "the document has no [standard]: say by when it is acknowledged and completed",
            );
            return None;
        };
        let part = Part { table, span: item.map_or(0..0, Spanned::span), name: "[standard]".into() };
        self.only(&part, &["acknowledge", "complete"]);
        let acknowledge = self.limit(&part, "acknowledge");
        let complete = self.limit(&part, "complete");
        Some(Standard { acknowledge: acknowledge?, complete: complete? })
    }

    fn limit(&mut self, part: &Part<'_, '_>, key: &str) -> Option<Limit> {
        let item = self.need(part, key)?;
        let text = self.string(item, key)?;
        let limit = Limit::parse(&text);
        if limit.is_none() {
            self.fault(
                item.span(),
                format!("“{key}” must be written like “5 working days”, “4 working hours” or “24 hours”"),
            );
        }
        limit
    }

    fn policies(&mut self, root: &Part<'_, '_>) -> Vec<Policy> {
        let mut taken = BTreeSet::new();
        let mut policies = Vec::new();
        for part in self.tables(root, "policies", "policy") {
            self.only(&part, &["id", "name", "version", "date", "text", "instead"]);
            let id = self.id(&part, &mut taken);
            let name = self.text(&part, "name");
            let version = self.text(&part, "version");
            let date = self.date(&part, "date");
            let text = self.text(&part, "text");
            let instead = self.text(&part, "instead");
            if let (Some(id), Some(name), Some(version), Some(date), Some(text), Some(instead)) =
                (id, name, version, date, text, instead)
            {
                policies.push(Policy { id, name, version, date, text, instead });
            }
        }
        policies
    }

    fn questions(&mut self, root: &Part<'_, '_>) -> (Vec<Question>, Vec<Range<usize>>) {
        let mut taken = BTreeSet::new();
        let mut questions = Vec::new();
        let mut spans = Vec::new();
        let parts = self.tables(root, "questions", "question");
        if parts.is_empty() {
            self.fault(0..0, "the document has no [[questions]]");
        }
        for part in parts {
            let id = self.id(&part, &mut taken);
            if let Some(id) = id.as_deref().filter(|id| RESERVED.contains(id)) {
                self.fault(
                    part.span.clone(),
                    format!("a question can't be called “{id}”: that is another page of the form"),
                );
            }
            let label = self.text(&part, "label");
            let hint = self.maybe(&part, "hint");
            let required = self.flag(&part, "required", true);
            let show_if = part.table.get("show_if").and_then(|item| self.when(item, "show_if"));
            let kind = self.kind(&part);
            if let (Some(id), true) = (&id, label.is_none() || kind.is_none()) {
                self.unreadable.insert(id.clone());
            }
            if let (Some(id), Some(label), Some(kind)) = (id, label, kind) {
                spans.push(part.table.get("show_if").map_or(part.span.clone(), Spanned::span));
                questions.push(Question { id, label, hint, required, show_if, kind });
            }
        }
        (questions, spans)
    }

    fn kind(&mut self, part: &Part<'_, '_>) -> Option<Kind> {
        let item = self.need(part, "kind")?;
        let kind = self.string(item, "kind")?;
        let mut known = vec!["id", "kind", "label", "hint", "required", "show_if"];
        let kind = match kind.as_str() {
            "text" => {
                known.push("max");
                let max =
                    if part.table.contains_key("max") { self.number(part, "max", 1..501)? } else { 200 };
                Kind::Text(Text { max })
            }
            "long_text" => {
                known.push("max");
                let max = if part.table.contains_key("max") {
                    self.number(part, "max", 1..plain::TEXT_MAX + 1)?
                } else {
                    2000
                };
                Kind::LongText(LongText { max })
            }
            "choice" => {
                known.extend(["options", "options_from"]);
                Kind::Choice(self.choices(part)?)
            }
            "yes_no" => Kind::YesNo,
            "place" => Kind::Place(Place {}),
            "photos" => {
                known.push("max");
                let max = if part.table.contains_key("max") {
                    self.number(part, "max", 1..photos::MOST + 1)?
                } else {
                    photos::MOST
                };
                Kind::Photos(Photos { max })
            }
            "contact" => {
                known.extend(["name", "email", "phone"]);
                Kind::Contact(self.contact(part)?)
            }
            unknown => {
                self.fault(
                    item.span(),
                    format!(
                        "there is no kind of question called “{unknown}”; there are {}",
                        KINDS.join(", ")
                    ),
                );
                return None;
            }
        };
        self.only(part, &known);
        Some(kind)
    }

    fn choices(&mut self, part: &Part<'_, '_>) -> Option<Choices> {
        if let Some(item) = part.table.get("options_from") {
            let from = self.string(item, "options_from")?;
            if from != "departments" {
                self.fault(item.span(), "“options_from” can only be \"departments\"");
            }
            return Some(Choices { options: Vec::new(), departments: true });
        }
        let mut taken = BTreeSet::new();
        let mut options = Vec::new();
        for option in self.tables(part, "options", "option") {
            self.only(&option, &["value", "label", "hint"]);
            let value = self.text(&option, "value");
            let label = self.text(&option, "label");
            let hint = self.maybe(&option, "hint");
            if let (Some(value), Some(label)) = (value, label) {
                if !taken.insert(value.clone()) {
                    self.fault(option.span.clone(), format!("the option “{value}” is there twice"));
                }
                options.push(Opt { value, label, hint });
            }
        }
        if options.len() < 2 {
            self.fault(part.span.clone(), format!("{} needs at least two options", part.name));
        }
        Some(Choices { options, departments: false })
    }

    fn contact(&mut self, part: &Part<'_, '_>) -> Option<Contact> {
        let mut ask = |key: &str| -> Option<Ask> {
            let Some(item) = part.table.get(key) else { return Some(Ask::No) };
            match (self.string(item, key)?.as_str(), key) {
                ("required", "phone") => {
                    self.fault(item.span(), "a phone number can't be required: not everybody has one");
                    None
                }
                ("required", _) => Some(Ask::Required),
                ("optional", _) => Some(Ask::Optional),
                ("no", _) => Some(Ask::No),
                _ => {
                    self.fault(item.span(), format!("“{key}” must be \"required\", \"optional\" or \"no\""));
                    None
                }
            }
        };
        let contact = Contact { name: ask("name")?, email: ask("email")?, phone: ask("phone")? };
        if contact == Contact::default() {
            self.fault(
                part.span.clone(),
                format!("{} asks for nothing: set name, email or phone", part.name),
            );
        }
        Some(contact)
    }

    fn stops(&mut self, root: &Part<'_, '_>, questions: &[Question], policies: &[Policy]) -> Vec<Stop> {
        let mut taken = BTreeSet::new();
        let mut stops = Vec::new();
        for part in self.tables(root, "stops", "stop") {
            self.only(&part, &["id", "when", "kind", "title", "text", "instead", "policy"]);
            let id = self.id(&part, &mut taken);
            let when = self.need(&part, "when").and_then(|item| {
                let condition = self.when(item, "when")?;
                self.condition(&condition, questions, None, item.span());
                Some(condition)
            });
            let kind = self.need(&part, "kind").and_then(|item| match self.string(item, "kind")?.as_str() {
                "policy" => Some(StopKind::Policy),
                "not_ours" => Some(StopKind::NotOurs),
                "emergency" => Some(StopKind::Emergency),
                _ => {
                    self.fault(item.span(), "a stop's kind is \"policy\", \"not_ours\" or \"emergency\"");
                    None
                }
            });
            let policy = self.maybe(&part, "policy");
            match (&policy, kind) {
                (None, Some(StopKind::Policy)) => {
                    self.fault(
                        part.span.clone(),
                        format!("{} is a policy stop and must name its “policy”", part.name),
                    );
                }
                (Some(policy), _) if !policies.iter().any(|known| &known.id == policy) => {
                    let at = part.table.get("policy").map_or(part.span.clone(), Spanned::span);
                    self.fault(at, format!("there is no policy “{policy}” in this document"));
                }
                _ => {}
            }
            let title = self.text(&part, "title");
            let text = self.texts(&part, "text");
            let instead = self.maybe(&part, "instead");
            if let (Some(id), Some(when), Some(kind), Some(title), Some(text)) = (id, when, kind, title, text)
            {
                stops.push(Stop { id, when, kind, title, text, instead, policy });
            }
        }
        stops
    }

    /// Reads `{ question = "…", equals = "…" }`, or with a list of answers.
    fn when(&mut self, item: &Item<'_>, key: &str) -> Option<Condition> {
        let DeValue::Table(table) = item.get_ref() else {
            self.fault(
                item.span(),
                format!("“{key}” must be written {{ question = \"…\", equals = \"…\" }}"),
            );
            return None;
        };
        let part = Part { table, span: item.span(), name: format!("“{key}”") };
        self.only(&part, &["question", "equals"]);
        let question = self.text(&part, "question")?;
        let equals = match self.need(&part, "equals")? {
            item if matches!(item.get_ref(), DeValue::Array(_)) => self.texts(&part, "equals")?,
            item => vec![self.string(item, "equals")?],
        };
        Some(Condition { question, equals })
    }

    /// Checks that a condition hangs on an earlier question that has these answers.
    fn condition(
        &mut self,
        condition: &Condition,
        questions: &[Question],
        of: Option<&str>,
        at: Range<usize>,
    ) {
        if self.unreadable.contains(&condition.question) {
            return;
        }
        let earlier = questions.iter().take_while(|question| Some(question.id.as_str()) != of);
        let Some(question) = earlier.into_iter().find(|question| question.id == condition.question) else {
            let found = questions.iter().any(|question| question.id == condition.question);
            let why = if found { "comes later; a condition can only look back" } else { "does not exist" };
            return self.fault(at, format!("the question “{}” {why}", condition.question));
        };
        match question.kind.values() {
            None => self.fault(
                at,
                format!(
                    "“{}” is not a choice or yes/no question, so nothing can hang on its answer",
                    question.id
                ),
            ),
            // The departments differ from council to council; an answer that is none of them never holds.
            Some(values) if values.is_empty() => {}
            Some(values) => {
                for value in condition.equals.iter().filter(|value| !values.contains(&value.as_str())) {
                    self.fault(
                        at.clone(),
                        format!("“{}” has no answer “{value}”; it has {}", question.id, values.join(", ")),
                    );
                }
            }
        }
    }
}

const KINDS: [&str; 7] = ["text", "long_text", "choice", "yes_no", "place", "photos", "contact"];
/// Pages of a form that are not questions.
const RESERVED: [&str; 3] = ["check", "sent", "stopped"];

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
