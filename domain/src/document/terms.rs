//! What a document says besides its questions: standards, routes, identity, retention, fees, policies and stops.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::DeValue;

use super::questions::Read;
use super::reader::{Item, Part, Reader};
use crate::case::{Outcome, Rung};
use crate::catalogue::{
    PassOn, PassTo, Policy, Reply, Route, SignOff, StandardWhen, Stop, StopKind, Writing,
};
use crate::condition::Condition;
use crate::council::{Council, Department};
use crate::fee::{Amount, Fee, Line, Register};
use crate::field::Kind;
use crate::identity::{Level, NeedsIdentity};
use crate::payment::Codes;
use crate::retention::{self, After, Period, Retention, Then};
use crate::standard::{Limit, Standard};

/// The most characters of a code of the income system: three of them and an account fit into a value of a payment's metadata.
const MOST_OF_A_CODE: usize = 16;

/// The outcomes that staff can close a request with, as documents write them.
const OUTCOMES: [(&str, Outcome); 8] = [
    ("done", Outcome::Done),
    ("part_done", Outcome::PartDone),
    ("declined_by_policy", Outcome::DeclinedByPolicy),
    ("not_ours", Outcome::NotOurs),
    ("duplicate", Outcome::Duplicate),
    ("withdrawn", Outcome::Withdrawn),
    ("no_answer", Outcome::NoAnswer),
    ("nothing_found", Outcome::NothingFound),
];

const REGISTERS: [(&str, Register); 2] =
    [("on_payment", Register::OnPayment), ("before_payment", Register::BeforePayment)];

const MONTHS: [(&str, u8); 12] = [
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
];

const WRITINGS: [(&str, Writing); 2] = [("message", Writing::Message), ("question", Writing::Question)];

impl Reader<'_> {
    pub(super) fn department(&mut self, id: &str, at: Range<usize>, council: &Council) {
        if !council.departments.iter().any(|department| department.id == id) {
            let known: Vec<&str> =
                council.departments.iter().map(|department| department.id.as_str()).collect();
            self.fault(
                at,
                format!("there is no department “{id}” in {}; there are {}", council.name, known.join(", ")),
            );
        }
    }

    pub(super) fn standard(&mut self, root: &Part<'_, '_>) -> Option<Standard> {
        let Some(part) = self.table(root, "standard") else {
            if !root.has("standard") {
                self.fault(
                    0..0,
                    "the document has no [standard]: say by when it is acknowledged and completed",
                );
            }
            return None;
        };
        self.only(&part, &["acknowledge", "complete"]);
        self.limits(&part)
    }

    pub(super) fn standards(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Vec<StandardWhen> {
        let mut standards = Vec::new();
        for part in self.tables(root, "standards", "standard") {
            self.only(&part, &["when", "acknowledge", "complete"]);
            let when = self.condition_of(&part, questions);
            if let (Some(when), Some(standard)) = (when, self.limits(&part)) {
                standards.push(StandardWhen { when, standard });
            }
        }
        standards
    }

    fn limits(&mut self, part: &Part<'_, '_>) -> Option<Standard> {
        let acknowledge = self.limit(part, "acknowledge");
        let complete = self.limit(part, "complete");
        Some(Standard { acknowledge: acknowledge?, complete: complete? })
    }

    fn limit(&mut self, part: &Part<'_, '_>, key: &str) -> Option<Limit> {
        let text = self.plain_of(part, key)?;
        let limit = Limit::parse(&text);
        if limit.is_none() {
            self.fault(
                part.at(key),
                format!("“{key}” must be written like “5 working days”, “4 working hours”, “24 hours”, “28 days” or “1 month”"),
            );
        }
        limit
    }

    /// The condition in `when`, checked against all questions; a fault when there is none.
    fn condition_of(&mut self, part: &Part<'_, '_>, questions: &[Read]) -> Option<Condition> {
        self.need(part, "when")?;
        self.maybe_condition_of(part, questions)
    }

    fn maybe_condition_of(&mut self, part: &Part<'_, '_>, questions: &[Read]) -> Option<Condition> {
        let item = part.get("when")?;
        let condition = self.when(item, "when")?;
        self.condition(&condition, questions, &[], item.span());
        Some(condition)
    }

    pub(super) fn routes(
        &mut self,
        root: &Part<'_, '_>,
        questions: &[Read],
        council: &Council,
    ) -> Vec<Route> {
        let mut routes = Vec::new();
        for part in self.tables(root, "routes", "route") {
            self.only(&part, &["when", "wards", "department", "team"]);
            let when = self.maybe_condition_of(&part, questions);
            let wards = if part.has("wards") {
                self.list(&part, "wards", false).unwrap_or_default()
            } else {
                Vec::new()
            };
            if !part.has("when") && !part.has("wards") {
                self.fault(part.span.clone(), "a route needs “when”, “wards” or both");
            }
            let team = self.maybe_plain(&part, "team");
            if let Some(department) = self.plain_of(&part, "department") {
                self.department(&department, part.at("department"), council);
                routes.push(Route { when, wards, department, team });
            }
        }
        routes
    }

    pub(super) fn pass_on(
        &mut self,
        root: &Part<'_, '_>,
        questions: &[Read],
        council: &Council,
    ) -> Option<PassOn> {
        let part = self.table(root, "pass_on")?;
        self.only(&part, &["question", "answers", "to"]);
        let is_choices = |kind: &Kind| matches!(kind, Kind::Choices(_));
        let question =
            self.question_for(&part, "question", questions, "any of several choices", is_choices)?;
        let answers = self.answers(&part, questions);
        let is_address = |read: &&Read| matches!(read.question.kind, Kind::Contact(_) | Kind::Email(_));
        if let Some(contact) = questions.iter().find(is_address)
            && !answers.contains(&contact.question.id)
        {
            self.fault(
                part.at("answers"),
                format!("“answers” needs “{}”: how else can they tell what they did?", contact.question.id),
            );
        }
        if answers.contains(&question) {
            self.fault(
                part.at("answers"),
                format!("“{question}” would tell each of them whom else the resident told"),
            );
        }
        let options = questions.iter().find_map(|read| match &read.question.kind {
            Kind::Choices(choices) if read.question.id == question => Some(&choices.options),
            _ => None,
        });
        let mut left: Vec<&str> = options?.iter().map(|option| option.value.as_str()).collect();
        let mut to = Vec::new();
        for one in self.tables(&part, "to", "department") {
            self.only(&one, &["choice", "department", "team", "answers"]);
            let choice = self.plain_of(&one, "choice");
            if let Some(choice) = &choice {
                let before = left.len();
                left.retain(|value| value != choice);
                if left.len() == before {
                    let message = format!("“{choice}” is no choice of “{question}”, or it is there twice");
                    self.fault(one.at("choice"), message);
                }
            }
            let department = self.plain_of(&one, "department");
            if let Some(department) = &department {
                self.department(department, one.at("department"), council);
                if to.iter().any(|other: &PassTo| &other.department == department) {
                    self.fault(
                        one.at("department"),
                        format!("“{department}” is there already: one choice for each"),
                    );
                }
            }
            let team = self.maybe_plain(&one, "team");
            let answers = if one.has("answers") { self.answers(&one, questions) } else { Vec::new() };
            if answers.contains(&question) {
                self.fault(
                    one.at("answers"),
                    format!("“{question}” would tell it whom else the resident told"),
                );
            }
            if let (Some(choice), Some(department)) = (choice, department) {
                to.push(PassTo { choice, department, team, answers });
            }
        }
        let seen = |id: &String| answers.contains(id) || to.iter().any(|one| one.answers.contains(id));
        let unseen =
            questions.iter().map(|read| &read.question.id).filter(|id| **id != question && !seen(id));
        let unseen: Vec<&str> = unseen.map(String::as_str).collect();
        if !unseen.is_empty() && self.unreadable.is_empty() {
            let message = format!(
                "nobody sees the answers to {}: don't ask, or name them in “answers”",
                unseen.join(", ")
            );
            self.fault(part.span.clone(), message);
        }
        if !left.is_empty() {
            let message = format!("nobody is told when these are ticked: {}", left.join(", "));
            self.fault(part.span.clone(), message);
        }
        Some(PassOn { question, answers, to })
    }

    /// The questions named in `answers`.
    fn answers(&mut self, part: &Part<'_, '_>, questions: &[Read]) -> Vec<String> {
        let named = self.list(part, "answers", false).unwrap_or_default();
        for id in &named {
            if !self.unreadable.contains(id) && !questions.iter().any(|read| &read.question.id == id) {
                self.fault(part.at("answers"), format!("there is no question “{id}”"));
            }
        }
        named
    }

    pub(super) fn needs_identity(&mut self, root: &Part<'_, '_>) -> Option<NeedsIdentity> {
        let part = self.table(root, "needs_identity")?;
        self.only(&part, &["level", "why"]);
        let why = self.words_of(&part, "why");
        let levels = Level::ALL.map(|level| (level.id(), level));
        let level = self.one_of(&part, "level", &levels)?;
        if level == Level::SaidSo {
            self.fault(
                part.at("level"),
                "what people say of themselves needs no proof: take out [needs_identity]",
            );
        }
        Some(NeedsIdentity { level, why: why? })
    }

    pub(super) fn retention(&mut self, root: &Part<'_, '_>) -> Option<Retention> {
        let part = self.table(root, "retention")?;
        self.only(&part, &["keep", "after", "then"]);
        let text = self.plain_of(&part, "keep");
        let keep = text.as_deref().and_then(Period::parse);
        if text.is_some() && keep.is_none() {
            self.fault(part.at("keep"), format!("“keep” can't be read: {}", retention::HOW_TO_WRITE));
        }
        let after = [("closed", After::Closed), ("received", After::Received)];
        let after =
            if part.has("after") { self.one_of(&part, "after", &after) } else { Some(After::default()) };
        let then = [("anonymise", Then::Anonymise), ("erase", Then::Erase)];
        let then = if part.has("then") { self.one_of(&part, "then", &then) } else { Some(Then::default()) };
        Some(Retention { keep: keep?, after: after?, then: then? })
    }

    /// A setting that is one of a few words.
    fn one_of<T: Copy>(&mut self, part: &Part<'_, '_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let said = self.plain_of(part, key)?;
        let found = words.iter().find(|(word, _)| *word == said);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.fault(part.at(key), format!("“{key}” is one of {}; “{said}” is none", known.join(", ")));
        }
        found.map(|(_, value)| *value)
    }

    pub(super) fn fee(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Option<Fee> {
        let part = self.table(root, "fee")?;
        self.only(&part, &["rules", "lines", "register", "codes"]);
        let codes = self.codes(&part);
        let register = if part.has("register") { self.one_of(&part, "register", &REGISTERS) } else { None };
        let register = register.unwrap_or_default();
        let rules = self.words_of(&part, "rules");
        let mut lines = Vec::new();
        for line in self.tables(&part, "lines", "line") {
            self.only(&line, &["label", "price", "each", "season", "price_from", "percent", "when"]);
            let label = self.words_of(&line, "label");
            let amount = self.amount(&line, questions);
            let when = self.maybe_condition_of(&line, questions);
            if let (Some(label), Some(amount)) = (label, amount) {
                lines.push(Line { label, amount, when });
            }
        }
        if lines.is_empty() {
            self.fault(part.span.clone(), "[fee] has no [[fee.lines]]");
        }
        // Others are shown at once what is sent, and it is passed on at once.
        if register == Register::OnPayment && (root.has("nearby") || root.has("pass_on")) {
            let rule = "what is shown nearby or passed on is received before it is paid: add register = \"before_payment\" to [fee]";
            self.fault(part.span.clone(), rule);
        }
        Some(Fee { rules: rules?, lines, register, codes })
    }

    fn codes(&mut self, fee: &Part<'_, '_>) -> Codes {
        if !fee.has("codes") {
            return Codes::default();
        }
        let Some(part) = self.table(fee, "codes") else { return Codes::default() };
        self.only(&part, &["fund", "cost", "vat"]);
        let mut code = |key: &str| {
            let code = if part.has(key) { self.plain_of(&part, key) } else { None }.unwrap_or_default();
            // They go into a payment's metadata, where little else is taken.
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '_' | ' ');
            if code.len() > MOST_OF_A_CODE || !code.chars().all(fits) {
                let rule = format!("“{key}” has up to {MOST_OF_A_CODE} letters, digits, blanks and - . / _");
                self.fault(part.at(key), rule);
            }
            code
        };
        Codes { fund: code("fund"), cost: code("cost"), vat: code("vat") }
    }

    fn amount(&mut self, line: &Part<'_, '_>, questions: &[Read]) -> Option<Amount> {
        if line.has("season") && !line.has("price") {
            self.fault(line.at("season"), "“season” needs a “price”: that of a whole season");
        }
        match [line.has("price"), line.has("price_from"), line.has("percent")] {
            [true, false, false] if line.has("season") => {
                let price = self.pence(line, "price");
                let begins = self.one_of(line, "season", &MONTHS);
                let is_number = |kind: &Kind| matches!(kind, Kind::Number(_));
                let question = if line.has("each") {
                    Some(self.question_for(line, "each", questions, "a number", is_number)?)
                } else {
                    None
                };
                Some(Amount::Season { price: price?, begins: begins?, question })
            }
            [true, false, false] if line.has("each") => {
                let price = self.pence(line, "price");
                let is_number = |kind: &Kind| matches!(kind, Kind::Number(_));
                let question = self.question_for(line, "each", questions, "a number", is_number);
                Some(Amount::Each { price: price?, question: question? })
            }
            [true, false, false] => self.pence(line, "price").map(Amount::Fixed),
            [false, true, false] => {
                let is_money = |kind: &Kind| matches!(kind, Kind::Money(_));
                self.question_for(line, "price_from", questions, "money", is_money).map(Amount::Answer)
            }
            [false, false, true] => {
                let percent = self.number(line, "percent", -100..101)?;
                i32::try_from(percent).ok().map(Amount::Percent)
            }
            _ => {
                self.fault(
                    line.span.clone(),
                    "a line of a fee has one of “price”, “price_from” and “percent”",
                );
                None
            }
        }
    }

    fn question_for(
        &mut self,
        part: &Part<'_, '_>,
        key: &str,
        questions: &[Read],
        what: &str,
        fits: impl Fn(&Kind) -> bool,
    ) -> Option<String> {
        let id = self.plain_of(part, key)?;
        let found = questions.iter().find(|read| read.question.id == id);
        if !self.unreadable.contains(&id) && !found.is_some_and(|read| fits(&read.question.kind)) {
            self.fault(part.at(key), format!("“{key}” must name a question for {what}; “{id}” is none"));
        }
        Some(id)
    }

    pub(super) fn policies(&mut self, root: &Part<'_, '_>) -> Vec<Policy> {
        let mut taken = BTreeSet::new();
        let mut policies = Vec::new();
        for part in self.tables(root, "policies", "policy") {
            self.only(&part, &["id", "name", "version", "date", "text", "instead", "unless"]);
            let id = self.id(&part, &mut taken);
            let name = self.words_of(&part, "name");
            let version = self.plain_of(&part, "version");
            let date = self.date(&part, "date");
            let text = self.words_of(&part, "text");
            let instead = self.words_of(&part, "instead");
            let unless = if part.has("unless") { self.words_of(&part, "unless") } else { None };
            let unless = unless.unwrap_or_default();
            if let (Some(id), Some(name), Some(version), Some(date), Some(text), Some(instead)) =
                (id, name, version, date, text, instead)
            {
                policies.push(Policy { id, name, version, date, text, instead, unless });
            }
        }
        policies
    }

    pub(super) fn replies(&mut self, root: &Part<'_, '_>) -> Vec<Reply> {
        let mut replies = Vec::new();
        for part in self.tables(root, "replies", "reply") {
            self.only(&part, &["outcome", "to", "name", "text", "next", "by", "elsewhere"]);
            let outcome = if part.has("outcome") { self.one_of(&part, "outcome", &OUTCOMES) } else { None };
            let to = if part.has("to") { self.one_of(&part, "to", &WRITINGS) } else { None };
            let name = self.plain_of(&part, "name");
            let text = self.plain_of(&part, "text");
            let mut more = |key| self.maybe_plain(&part, key).unwrap_or_default();
            let (next, by, elsewhere) = (more("next"), more("by"), more("elsewhere"));
            let (Some(name), Some(text)) = (name, text) else { continue };
            let reply = Reply { outcome, to, name, text, next, by, elsewhere };
            // What is no outcome at all was named already.
            if let Some(words) =
                reply.fault().filter(|_| outcome.is_some() || to.is_some() || !part.has("outcome"))
            {
                self.fault(part.at("name"), words);
            }
            replies.push(reply);
        }
        replies
    }

    /// The outcomes that need somebody's agreement, and whose. These are the departments that the requests go to.
    pub(super) fn sign_off(&mut self, root: &Part<'_, '_>, departments: &[&Department]) -> Vec<SignOff> {
        let Some(item) = root.get("sign_off") else { return Vec::new() };
        let DeValue::Array(list) = item.get_ref() else {
            let wrong = "“sign_off” must be a list of outcomes, as in [\"not_ours\", { outcome = \"declined_by_policy\", by = \"head\" }]";
            self.fault(item.span(), wrong);
            return Vec::new();
        };
        let mut all: Vec<SignOff> = Vec::new();
        for item in list {
            let Some(sign_off) = self.one_sign_off(item) else { continue };
            if all.iter().any(|known| known.outcome == sign_off.outcome) {
                self.fault(item.span(), "this outcome stands in “sign_off” twice");
                continue;
            }
            let rung = sign_off.by;
            let nobody = |department: &&&Department| {
                Rung::ALL.into_iter().all(|above| above < rung || department.on(above).is_none())
            };
            if let Some(department) = departments.iter().find(nobody) {
                let message = format!(
                    "{} names nobody as its {} or above, who could agree: change “by”, or the council's document",
                    department.name,
                    rung.id()
                );
                self.fault(item.span(), message);
            }
            all.push(sign_off);
        }
        all
    }

    fn one_sign_off(&mut self, item: &Item<'_>) -> Option<SignOff> {
        let DeValue::Table(table) = item.get_ref() else {
            let word = self.plain(item, "sign_off")?;
            let known = OUTCOMES.iter().find(|(known, _)| *known == word);
            if known.is_none() {
                let known: Vec<&str> = OUTCOMES.iter().map(|(word, _)| *word).collect();
                let message = format!("“sign_off” lists outcomes: {}; “{word}” is none", known.join(", "));
                self.fault(item.span(), message);
            }
            return known.map(|(_, outcome)| SignOff { outcome: *outcome, by: Rung::Lead });
        };
        let part = Part { table, span: item.span(), name: "an outcome of “sign_off”".into() };
        self.only(&part, &["outcome", "by"]);
        let outcome = self.one_of(&part, "outcome", &OUTCOMES);
        let by = self.one_of(&part, "by", &Rung::ALL.map(|rung| (rung.id(), rung)));
        Some(SignOff { outcome: outcome?, by: by? })
    }

    /// The questions about a person whose answers a contractor needs.
    pub(super) fn contractor_needs(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Vec<String> {
        if !root.has("contractor_needs") {
            return Vec::new();
        }
        let said = self.list(root, "contractor_needs", false).unwrap_or_default();
        for word in &said {
            let named =
                questions.iter().find(|read| read.question.id == *word).map(|read| &read.question.kind);
            let wrong = match named {
                None => Some(format!("“contractor_needs” names questions; “{word}” is none")),
                Some(Kind::Documents(_)) => Some(format!(
                    "documents are never shown to contractors: take “{word}” out of “contractor_needs”"
                )),
                Some(_) => None,
            };
            if let Some(message) = wrong {
                self.fault(root.at("contractor_needs"), message);
            }
        }
        said
    }

    pub(super) fn stops(
        &mut self,
        root: &Part<'_, '_>,
        questions: &[Read],
        policies: &[Policy],
    ) -> Vec<Stop> {
        let mut taken = BTreeSet::new();
        let mut stops = Vec::new();
        for part in self.tables(root, "stops", "stop") {
            self.only(&part, &["id", "when", "kind", "title", "text", "instead", "policy", "from", "until"]);
            let id = self.id(&part, &mut taken);
            let kind = self.stop_kind(&part);
            let closed = kind == Some(StopKind::Closed);
            let when = if closed { None } else { self.condition_of(&part, questions) };
            let (from, until) =
                if closed { (self.date(&part, "from"), self.date(&part, "until")) } else { (None, None) };
            if closed && part.has("when") {
                self.fault(part.at("when"), "a service that is closed has “from” and “until” and no “when”");
            }
            if from.zip(until).is_some_and(|(from, until)| until < from) {
                self.fault(part.at("until"), "“until” is before “from”");
            }
            if let Some(key) = ["from", "until"].into_iter().find(|key| !closed && part.has(key)) {
                self.fault(part.at(key), format!("“{key}” is only for a stop of kind \"closed\""));
            }
            let policy = self.maybe_plain(&part, "policy");
            match (&policy, kind) {
                (None, Some(StopKind::Policy)) => {
                    self.fault(
                        part.span.clone(),
                        format!("{} is a policy stop and must name its “policy”", part.name),
                    );
                }
                (Some(policy), _) if !policies.iter().any(|known| &known.id == policy) => {
                    self.fault(part.at("policy"), format!("there is no policy “{policy}” in this document"));
                }
                _ => {}
            }
            let title = self.words_of(&part, "title");
            let text = self.list(&part, "text", true);
            let instead = self.maybe_words(&part, "instead");
            if let (Some(id), Some(kind), Some(title), Some(text)) = (id, kind, title, text)
                && (closed || when.is_some())
            {
                stops.push(Stop { id, when, from, until, kind, title, text, instead, policy });
            }
        }
        stops
    }

    fn stop_kind(&mut self, part: &Part<'_, '_>) -> Option<StopKind> {
        Some(match self.plain_of(part, "kind")?.as_str() {
            "policy" => StopKind::Policy,
            "not_ours" => StopKind::NotOurs,
            "emergency" => StopKind::Emergency,
            "sign_in" => StopKind::SignIn,
            "closed" => StopKind::Closed,
            _ => {
                self.fault(
                    part.at("kind"),
                    "a stop's kind is \"policy\", \"not_ours\", \"emergency\", \"sign_in\" or \"closed\"",
                );
                return None;
            }
        })
    }
}
