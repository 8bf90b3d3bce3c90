//! The councils this server serves, each with its catalogue: built into the binary, overlaid by folders,
//! and read again when a file changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::answers::Answers;
use domain::api::services::ServiceSummary;
use domain::by::By;
use domain::catalogue::Service;
use domain::council::Council;
use domain::document::{self, Catalogue, Fault};
use domain::search::{Entry, Index};
use domain::standard::{Calendar, Limit};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use crate::operations::performance::Made;
use crate::web::ready::Shelf;
use crate::words::Wording;

#[derive(RustEmbed)]
#[folder = "../services"]
struct BuiltInServices;

#[derive(RustEmbed)]
#[folder = "../councils"]
struct BuiltInCouncils;

/// The language every text is there in.
pub const ENGLISH: &str = "en";
/// The folder of named sets of questions, within a folder of services.
const SETS: &str = "sets";

/// Where councils and services are read from, besides what is built in.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Documents that overlay the built-in ones for every council.
    pub services: Option<PathBuf>,
    /// One folder per council, in place of the built-in one.
    pub councils: Option<PathBuf>,
}

/// One council, ready to serve.
#[derive(Debug)]
pub struct Served {
    /// The council.
    pub council: Council,
    /// Its services.
    pub catalogue: Catalogue,
    /// The same in other languages, by language.
    translated: BTreeMap<String, Catalogue>,
    /// The list of services as it is sent, by language.
    lists: BTreeMap<String, List>,
    /// The services in whose words a message is looked for, and their words.
    by_words: (Vec<String>, Index),
    /// The council's own file of map tiles.
    pub map_file: Option<PathBuf>,
    /// Texts that are not there in a language the council offers.
    pub untranslated: Vec<Fault>,
    /// In which words people are told what happens.
    pub wording: Wording,
    /// When it works.
    pub calendar: Calendar,
    /// Its pages that are the same for everybody.
    pub pages: Shelf,
    /// What it publishes of its requests, as it was made last.
    pub performance: Made,
}

/// The list of services, ready to be sent: made once, when the documents are read.
#[derive(Clone, Debug)]
pub struct List {
    /// JSON.
    pub json: Bytes,
    /// Its entity tag, quoted.
    pub etag: String,
}

/// All councils.
pub struct Councils {
    sources: Sources,
    now: RwLock<Arc<Loaded>>,
}

struct Loaded {
    councils: Vec<Arc<Served>>,
    seen: Fingerprint,
}

/// Files with their times and sizes: equal ones need no new reading.
type Fingerprint = BTreeSet<(PathBuf, Option<SystemTime>, u64)>;
/// Files by name.
pub type Files = BTreeMap<String, String>;

/// A moment in the local time of all councils.
#[must_use]
pub fn local(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&chrono_tz::Europe::London).naive_local()
}

impl Served {
    /// A moment in the council's local time.
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        local(at)
    }

    /// The moment at which a day begins at the council.
    #[must_use]
    pub fn begins(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        // The clocks never change at midnight here.
        let local = midnight.and_local_timezone(chrono_tz::Europe::London).earliest();
        local.map_or_else(|| midnight.and_utc(), |local| local.to_utc())
    }

    /// The moment of a local time; where clocks are put back, the first of the two, and where they are put forward, an
    /// hour later.
    #[must_use]
    pub fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let found = |local: NaiveDateTime| local.and_local_timezone(chrono_tz::Europe::London).earliest();
        let later = local + chrono::TimeDelta::hours(1);
        found(local).or_else(|| found(later)).map_or_else(|| local.and_utc(), |found| found.to_utc())
    }

    /// A moment in words: `Friday 12 December 2026 at 3:15pm`.
    #[must_use]
    pub fn say(&self, at: DateTime<Utc>) -> String {
        self.local(at).format("%A %-d %B %Y at %-I:%M%P").to_string()
    }

    /// The day by which something received at this moment is promised.
    #[must_use]
    pub fn due(&self, received: DateTime<Utc>, limit: Limit) -> By {
        crate::operations::clock::without_people(self, |clock| clock.due(received, limit))
    }

    /// A service by its identifier.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.catalogue.get(id)
    }

    /// A service with its texts in a language, as far as they are there.
    #[must_use]
    pub fn service_in(&self, language: &str, id: &str) -> Option<&Service> {
        self.translated.get(language).unwrap_or(&self.catalogue).get(id)
    }

    /// The department a free message belongs to, told by its words, and why, in words for staff. Nothing where the
    /// resident chose one, or where nothing tells.
    #[must_use]
    pub fn route(&self, service: &Service, answers: &Answers) -> Option<(String, String)> {
        let chosen = service.route.as_ref().is_some_and(|question| !answers.get(question).is_empty());
        let message = answers.get(service.suggest.as_ref()?);
        if chosen {
            return None;
        }
        let (ids, index) = &self.by_words;
        let found = index.route(message)?;
        let like = self.service(ids.get(found.entry)?)?;
        let words: Vec<String> = found.words.iter().take(5).map(|word| format!("“{word}”")).collect();
        let why = format!("By its words: {}, as for “{}”", words.join(", "), like.title);
        Some((like.department.clone(), why))
    }

    /// The service whose form a message belongs into, if its words tell for sure.
    #[must_use]
    pub fn suggest(&self, language: &str, message: &str) -> Option<&Service> {
        let (ids, index) = &self.by_words;
        self.service_in(language, ids.get(index.suggest(message)?.entry)?)
    }

    /// The list of services in a language.
    #[must_use]
    pub fn list_in(&self, language: &str) -> Option<&List> {
        self.lists.get(language).or_else(|| self.lists.get(ENGLISH))
    }

    /// The first language of an `Accept-Language` header that the council offers. Browsers name them in the
    /// order of the person's preference.
    #[must_use]
    pub fn language(&self, accepted: &str) -> &str {
        let offered = |wanted: &str| {
            let own = self.council.languages.iter().map(String::as_str);
            own.chain([ENGLISH]).find(|known| wanted.eq_ignore_ascii_case(known))
        };
        let mut wanted: Vec<(f32, &str)> = accepted.split(',').map(weighed).collect();
        // Of two that are wanted as much, the first.
        wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut wanted = wanted.into_iter().filter(|(weight, _)| *weight > 0.0);
        wanted.find_map(|(_, wanted)| offered(wanted)).unwrap_or(ENGLISH)
    }
}

/// A language that is wanted (`cy-GB;q=0.8`), and how much.
fn weighed(part: &str) -> (f32, &str) {
    let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
    let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse().ok());
    (weight.unwrap_or(0.0), tag.split('-').next().unwrap_or_default().trim())
}

impl Councils {
    /// Reads everything.
    ///
    /// # Errors
    /// Every fault in every file.
    pub fn load(sources: Sources) -> Result<Self, Vec<Fault>> {
        let seen = fingerprint(&sources);
        let councils = read(&sources)?;
        Ok(Self { sources, now: RwLock::new(Arc::new(Loaded { councils, seen })) })
    }

    fn now(&self) -> Arc<Loaded> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads again if a file changed; says whether it did. Documents with faults are not taken: what was
    /// served before goes on.
    ///
    /// # Errors
    /// Every fault in every file.
    pub fn refresh(&self) -> Result<bool, Vec<Fault>> {
        let seen = fingerprint(&self.sources);
        if seen == self.now().seen {
            return Ok(false);
        }
        let read = read(&self.sources);
        let (councils, result) = match read {
            Ok(councils) => (councils, Ok(true)),
            // Remembered as seen, so that one mistake is told once and not every second.
            Err(faults) => (self.now().councils.clone(), Err(faults)),
        };
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Loaded { councils, seen });
        result
    }

    /// The council a host name belongs to. Where there is one council it answers to any name.
    #[must_use]
    pub fn at(&self, host: &str) -> Option<Arc<Served>> {
        let now = self.now();
        if let [only] = now.councils.as_slice() {
            return Some(only.clone());
        }
        let name = host
            .rsplit_once(':')
            .map_or(host, |(name, port)| if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host });
        now.councils
            .iter()
            .find(|served| served.council.hosts.iter().any(|known| known.eq_ignore_ascii_case(name)))
            .cloned()
    }

    /// A council by its identifier.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Arc<Served>> {
        self.now().councils.iter().find(|served| served.council.id == id).cloned()
    }

    /// All councils.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Served>> {
        self.now().councils.clone()
    }
}

fn read(sources: &Sources) -> Result<Vec<Arc<Served>>, Vec<Fault>> {
    let mut shared = built_in::<BuiltInServices>();
    if let Some(folder) = &sources.services {
        shared.extend(service_files(folder));
    }
    let councils: BTreeMap<String, Files> = match &sources.councils {
        Some(folder) => folders(folder).map(|(name, folder)| (name, council_files(&folder))).collect(),
        None => by_folder(built_in::<BuiltInCouncils>()),
    };
    let mut served = Vec::new();
    let mut faults = Vec::new();
    for (id, files) in councils {
        match one(&id, &shared, &files) {
            Ok(mut council) => {
                let folder = sources.councils.as_ref().map(|folder| folder.join(&id));
                // A name without folders in it: a council's file is in its folder.
                let name = council.council.map.file.as_ref().and_then(|name| Path::new(name).file_name());
                council.map_file = folder.zip(name).map(|(folder, name)| folder.join(name));
                served.push(Arc::new(council));
            }
            Err(found) => faults.extend(found),
        }
    }
    if served.is_empty() && faults.is_empty() {
        faults.push(Fault {
            file: "council.toml".into(),
            line: 1,
            message: "there is no council: a council is a folder with a council.toml".into(),
        });
    }
    faults.extend(host_faults(&served));
    faults.sort();
    faults.dedup();
    if faults.is_empty() { Ok(served) } else { Err(faults) }
}

/// Where there are several councils, each needs host names, and no two the same.
fn host_faults(served: &[Arc<Served>]) -> Vec<Fault> {
    let mut taken = BTreeSet::new();
    let mut faults = Vec::new();
    for served in served.iter().filter(|_| served.len() > 1) {
        let council = &served.council;
        let mut fault =
            |message| faults.push(Fault { file: format!("{}/council.toml", council.id), line: 1, message });
        if council.hosts.is_empty() {
            fault("there are several councils, so this one needs its host names in “hosts”".to_owned());
        }
        for host in council.hosts.iter().filter(|host| !taken.insert(host.to_ascii_lowercase())) {
            fault(format!("the host name “{host}” belongs to another council already"));
        }
    }
    faults
}

fn one(id: &str, shared: &Files, files: &Files) -> Result<Served, Vec<Fault>> {
    let name = format!("{id}/council.toml");
    let fault = |line, message| vec![Fault { file: name.clone(), line, message }];
    let text =
        files.get("council.toml").ok_or_else(|| fault(1, "this council has no council.toml".into()))?;
    let mut council: Council = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        fault(line, error.message().to_owned())
    })?;
    id.clone_into(&mut council.id);
    let problems = council.faults();
    if !problems.is_empty() {
        return Err(problems.into_iter().flat_map(|message| fault(1, message)).collect());
    }
    let own = files.iter().filter_map(|(name, text)| Some((name.strip_prefix("services/")?, text.as_str())));
    let all: Vec<(&str, &str)> =
        shared.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain(own).collect();
    let read = |language: &str| document::read_all(all.iter().copied(), &council, language);
    let catalogue = read(ENGLISH)?.catalogue;
    if let Some(complaint) = &council.complaint {
        let form = catalogue.get(&complaint.service);
        let named = complaint.answers.keys().chain([&complaint.reference]).chain(Some(&complaint.about));
        let is_known = |question: &&String| {
            form.is_some_and(|form| question.is_empty() || form.question(question).is_some())
        };
        if let Some(unknown) = named.into_iter().find(|question| !is_known(question)) {
            let message =
                format!("[complaint]: the form “{}” has no question “{unknown}”", complaint.service);
            return Err(fault(1, message));
        }
    }
    let mut lists = BTreeMap::from([(ENGLISH.to_owned(), list(&catalogue))]);
    let mut translated = BTreeMap::new();
    let mut untranslated = Vec::new();
    for language in &council.languages {
        let documents = read(language)?;
        untranslated.extend(documents.untranslated);
        lists.insert(language.clone(), list(&documents.catalogue));
        translated.insert(language.clone(), documents.catalogue);
    }
    let wording = Wording::read(&council, files)?;
    untranslated.extend(wording.untranslated.iter().cloned());
    let calendar = council.calendar();
    let others: Vec<&Service> = catalogue.values().filter(|service| service.suggest.is_none()).collect();
    let index = Index::new(others.iter().map(|service| Entry {
        title: &service.title,
        summary: &service.summary,
        keywords: &service.keywords,
    }));
    let by_words = (others.iter().map(|service| service.id.clone()).collect(), index);
    Ok(Served {
        council,
        catalogue,
        translated,
        lists,
        untranslated,
        by_words,
        wording,
        map_file: None,
        calendar,
        pages: Shelf::default(),
        performance: Made::default(),
    })
}

/// All services, in the order of their titles; the one that takes everything else comes last.
fn list(catalogue: &Catalogue) -> List {
    let mut services: Vec<&Service> = catalogue.values().collect();
    services.sort_by_key(|service| (service.suggest.is_some(), &service.title));
    let summary = |service: &Service| ServiceSummary {
        id: service.id.clone(),
        title: service.title.clone(),
        summary: service.summary.clone(),
        topic: service.topic,
        top: service.top,
        keywords: service.keywords.clone(),
    };
    let summaries: Vec<ServiceSummary> = services.into_iter().map(summary).collect();
    let json = serde_json::to_vec(&summaries).unwrap_or_default();
    let hash = Sha256::digest(&json);
    let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&hash[..8]));
    List { json: json.into(), etag }
}

fn built_in<E: RustEmbed>() -> Files {
    E::iter()
        .filter(|name| name.ends_with(".toml"))
        .filter_map(|name| {
            let text = String::from_utf8(E::get(&name)?.data.into_owned()).ok()?;
            Some((name.into_owned(), text))
        })
        .collect()
}

fn by_folder(files: Files) -> BTreeMap<String, Files> {
    let mut folders: BTreeMap<String, Files> = BTreeMap::new();
    for (name, text) in files {
        if let Some((folder, rest)) = name.split_once('/') {
            folders.entry(folder.to_owned()).or_default().insert(rest.to_owned(), text);
        }
    }
    folders
}

fn folders(within: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = std::fs::read_dir(within).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().join("council.toml").is_file())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
}

fn council_files(folder: &Path) -> Files {
    let mut files = toml_files(folder);
    let services = service_files(&folder.join("services"));
    files.extend(services.into_iter().map(|(name, text)| (format!("services/{name}"), text)));
    files
}

/// The documents of a folder, and the sets beside them.
fn service_files(folder: &Path) -> Files {
    let mut files = toml_files(folder);
    let sets = toml_files(&folder.join(SETS));
    files.extend(sets.into_iter().map(|(name, text)| (format!("{SETS}/{name}"), text)));
    files
}

fn toml_files(folder: &Path) -> Files {
    toml_paths(folder)
        .filter_map(|path| {
            Some((path.file_name()?.to_string_lossy().into_owned(), std::fs::read_to_string(&path).ok()?))
        })
        .collect()
}

fn toml_paths(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
}

fn fingerprint(sources: &Sources) -> Fingerprint {
    let within = |folder: &Path| -> Vec<PathBuf> {
        toml_paths(folder).chain(toml_paths(&folder.join(SETS))).collect()
    };
    let services = sources.services.iter().flat_map(|folder| within(folder));
    let councils = sources.councils.iter().flat_map(|folder| folders(folder)).flat_map(|(_, folder)| {
        toml_paths(&folder).chain(within(&folder.join("services"))).collect::<Vec<_>>()
    });
    services
        .chain(councils)
        .map(|path| {
            let meta = std::fs::metadata(&path).ok();
            let (time, size) = meta.map_or((None, 0), |meta| (meta.modified().ok(), meta.len()));
            (path, time, size)
        })
        .collect()
}
