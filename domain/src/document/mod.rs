//! Reading a service's document. Every mistake that can be found is found, with the line it is on, so that
//! an officer who edits a file gets one list and not one error a try.

mod conditions;
mod grants;
mod questions;
mod reach;
mod reader;
mod terms;

use std::collections::BTreeMap;
use std::fmt;

use crate::catalogue::{Question, Service, Topic};
use crate::council::{Council, Department};
use crate::field::Kind;
use questions::Read as ReadQuestion;
use reader::{Part, Reader};

/// A mistake in a document, or something that is not there in a language.
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
/// Named sets of questions that documents include.
pub type Sets = BTreeMap<String, Vec<Question>>;

/// The folder of named sets, beside the documents.
const SETS: &str = "sets/";
/// The most services among the top tasks: more are no help.
const MOST_TOP: usize = 10;

/// Documents as they were read in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Documents {
    /// The services.
    pub catalogue: Catalogue,
    /// Texts that are not there in this language; English takes their place.
    pub untranslated: Vec<Fault>,
}

/// Reads all documents of a council, and the sets of questions among them (`sets/contact.toml`). A later file
/// of the same name takes the place of an earlier one, so a council's own folder overlays ours.
///
/// # Errors
/// Every [`Fault`] in every file, in order.
pub fn read_all<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    council: &Council,
    language: &str,
) -> Result<Documents, Vec<Fault>> {
    let files: BTreeMap<&str, &str> = files.into_iter().collect();
    let mut read = Documents::default();
    let mut sets = Sets::new();
    let mut faults = Vec::new();
    for (file, text) in files.iter().filter(|(file, _)| file.starts_with(SETS)) {
        let mut reader = Reader::new(file, text, language);
        sets.extend([reader.set()]);
        read.untranslated.append(&mut reader.untranslated);
        faults.append(&mut reader.faults);
    }
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with(SETS)) {
        match read_one(file, text, council, &sets, language) {
            Ok((service, untranslated)) => {
                read.untranslated.extend(untranslated);
                read.catalogue.insert(service.id.clone(), service);
            }
            Err(found) => faults.extend(found),
        }
    }
    for service in read.catalogue.values().filter(|service| service.top).skip(MOST_TOP) {
        faults.push(Fault {
            file: format!("{}.toml", service.id),
            line: 1,
            message: format!("there are {MOST_TOP} top tasks already; take “top” from another service"),
        });
    }
    faults.sort();
    faults.dedup();
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// Reads one document, as this council offers it.
///
/// # Errors
/// Every [`Fault`] in it, in the order of lines.
pub fn read(file: &str, text: &str, council: &Council, sets: &Sets) -> Result<Service, Vec<Fault>> {
    read_one(file, text, council, sets, reader::ENGLISH).map(|(service, _)| service)
}

fn read_one(
    file: &str,
    text: &str,
    council: &Council,
    sets: &Sets,
    language: &str,
) -> Result<(Service, Vec<Fault>), Vec<Fault>> {
    let mut reader = Reader::new(file, text, language);
    let document = reader.document();
    let root = Part { table: document.get_ref(), span: 0..0, name: "the document".into() };
    let service = reader.service(&root, council, sets);
    reader.faults.sort();
    reader.faults.dedup();
    match service {
        Some(service) if reader.faults.is_empty() => {
            Ok((stamped(service.for_council(council)), reader.untranslated))
        }
        _ => Err(reader.faults),
    }
}

/// The settings of a document.
const SETTINGS: [&str; 28] = [
    "id",
    "version",
    "title",
    "summary",
    "topic",
    "top",
    "department",
    "keywords",
    "nearby",
    "route",
    "suggest",
    "next",
    "standard",
    "standards",
    "routes",
    "pass_on",
    "replies",
    "sign_off",
    "contractor_needs",
    "needs_identity",
    "retention",
    "fee",
    "zone",
    "allowances",
    "grant",
    "policies",
    "questions",
    "stops",
];

impl Reader<'_> {
    /// A named set of questions; the file's name is its name.
    fn set(&mut self) -> (String, Vec<Question>) {
        let document = self.document();
        let root = Part { table: document.get_ref(), span: 0..0, name: "the set".into() };
        self.only(&root, &["questions"]);
        let questions = self.questions(&root, &Sets::new());
        let name = self.file.trim_start_matches(SETS).trim_end_matches(".toml").to_owned();
        (name, questions.into_iter().map(|read| read.question).collect())
    }

    /// The document's identifier, after which its file is named.
    fn named_id(&mut self, root: &Part<'_, '_>) -> Option<String> {
        let id = self.id(root, &mut std::collections::BTreeSet::new())?;
        if self.file.strip_suffix(".toml").is_some_and(|stem| stem.rsplit('/').next() != Some(&id)) {
            self.fault(root.at("id"), format!("the file must be called {id}.toml, after its id"));
        }
        Some(id)
    }

    fn service(&mut self, root: &Part<'_, '_>, council: &Council, sets: &Sets) -> Option<Service> {
        self.only(root, &SETTINGS);
        let id = self.named_id(root);
        let department = self.plain_of(root, "department");
        if let Some(department) = &department {
            self.department(department, root.at("department"), council);
        }
        let topic = self.topic(root);
        let top = self.flag(root, "top", false);
        let policies = self.policies(root);
        let questions = self.questions(root, sets);
        self.bookable(root, &questions, council);
        let stops = self.stops(root, &questions, &policies);
        let standards = self.standards(root, &questions);
        let routes = self.routes(root, &questions, council);
        let pass_on = self.pass_on(root, &questions, council);
        let replies = self.replies(root);
        let goes_to = department.iter().chain(routes.iter().map(|route| &route.department));
        let goes_to: Vec<&Department> = goes_to.filter_map(|id| council.department(id)).collect();
        let sign_off = self.sign_off(root, &goes_to);
        let contractor_needs = self.contractor_needs(root, &questions);
        let needs_identity = self.needs_identity(root);
        let retention = self.retention(root);
        let fee = self.fee(root, &questions);
        let terms = self.grants(root, &questions);
        let route = self.names(
            root,
            "route",
            &questions,
            "a choice question with options_from = \"departments\"",
            |kind| matches!(kind, Kind::Choice(choices) if choices.departments),
        );
        let suggest = self.names(root, "suggest", &questions, "a long_text question", |kind| {
            matches!(kind, Kind::LongText(_))
        });
        let nearby = if root.has("nearby") { self.number(root, "nearby", 5..1_001) } else { None };
        if nearby.is_some() && !questions.iter().any(|read| matches!(read.question.kind, Kind::Place(_))) {
            self.fault(root.at("nearby"), "“nearby” needs a question of the kind “place”");
        }
        let title = self.words_of(root, "title");
        let summary = self.words_of(root, "summary");
        let keywords = self.list(root, "keywords", false);
        let version = self.number(root, "version", 1..100_000);
        let next = self.list(root, "next", true);
        let standard = self.standard(root);
        Some(Service {
            id: id?,
            title: title?,
            summary: summary?,
            topic: topic?,
            top,
            department: department?,
            route,
            routes,
            pass_on,
            replies,
            sign_off,
            contractor_needs,
            keywords: keywords?,
            nearby: nearby.and_then(|metres| u16::try_from(metres).ok()),
            suggest,
            version: u32::try_from(version?).ok()?,
            questions: questions.into_iter().map(|read| read.question).collect(),
            stops,
            policies,
            standard: standard?,
            standards,
            fee,
            needs_identity,
            terms,
            retention: retention.unwrap_or_else(|| council.retention.of(topic.unwrap_or_default())),
            next: next?,
        })
    }

    /// What is booked must be among what the council offers, and a form books one thing.
    fn bookable(&mut self, root: &Part<'_, '_>, questions: &[ReadQuestion], council: &Council) {
        let slots = questions.iter().filter_map(|read| match &read.question.kind {
            Kind::Slot(kind) => Some((&read.question.id, kind)),
            _ => None,
        });
        for (at, (id, kind)) in slots.enumerate() {
            if at > 0 {
                self.fault(
                    root.at("questions"),
                    format!("“{id}” is a second question of the kind “slot”: a form has one at most"),
                );
            }
            if council.slots.iter().all(|known| known.id != kind.of) {
                let known: Vec<&str> = council.slots.iter().map(|known| known.id.as_str()).collect();
                self.fault(
                    root.at("questions"),
                    format!(
                        "“{id}”: the council has no [[slots]] called “{}”; there are {}",
                        kind.of,
                        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
                    ),
                );
            }
        }
    }

    fn topic(&mut self, root: &Part<'_, '_>) -> Option<Topic> {
        let name = self.plain_of(root, "topic")?;
        let topic = Topic::ALL.into_iter().find(|topic| topic.id() == name);
        if topic.is_none() {
            let known: Vec<&str> = Topic::ALL.into_iter().map(Topic::id).collect();
            self.fault(
                root.at("topic"),
                format!("there is no topic “{name}”; there are {}", known.join(", ")),
            );
        }
        topic
    }

    /// A setting that names a question of some kind.
    fn names(
        &mut self,
        root: &Part<'_, '_>,
        key: &str,
        questions: &[ReadQuestion],
        what: &str,
        fits: impl Fn(&Kind) -> bool,
    ) -> Option<String> {
        let id = self.maybe_plain(root, key)?;
        let named = questions.iter().find(|read| read.question.id == id);
        if !self.unreadable.contains(&id) && !named.is_some_and(|read| fits(&read.question.kind)) {
            self.fault(root.at(key), format!("“{key}” must name {what}"));
        }
        Some(id)
    }
}

/// Gives each question the stamp of what it says: FNV-1a over its JSON.
fn stamped(mut service: Service) -> Service {
    for question in &mut service.questions {
        question.stamp = 0;
        let text = serde_json::to_vec(question).unwrap_or_default();
        let hash = text
            .iter()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        question.stamp = hash;
    }
    service
}
