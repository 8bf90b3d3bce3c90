//! The questions of a document: their kinds and settings, and named sets of them.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Sets;
use super::reader::{Part, Reader, day_text};
use crate::catalogue::Question;
use crate::condition::Condition;
use crate::field::date::DayLimit;
use crate::field::{
    Address, Ask, Choices, Contact, Date, DateRange, Documents, Email, Group, Kind, LongText, Money, Name,
    Number, Opt, PhoneNumber, Photos, Place, Several, Slot, Text, documents, photos, plain,
};
use crate::money;

/// A question as a document says it, and the place to name when something is wrong with its condition.
pub(super) struct Read {
    pub question: Question,
    pub condition_at: Range<usize>,
}

const KINDS: [&str; 25] = [
    "name",
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "date_range",
    "slot",
    "email",
    "phone",
    "address",
    "place",
    "choice",
    "choices",
    "yes_no",
    "vehicle",
    "council_tax_account",
    "penalty_charge",
    "library_card",
    "photos",
    "documents",
    "declaration",
    "contact",
    "group",
    "include",
];
/// What is called so already: a page of a form, and parts of pages for which a question's field would be mistaken.
const RESERVED: [&str; 8] =
    ["announcer", "app", "app-problem", "better-form", "check", "known-email", "main", "nearby-known"];
/// The most pence a money question takes.
const MOST_PENCE: i64 = 10_000_000;

impl Reader<'_> {
    pub(super) fn questions(&mut self, root: &Part<'_, '_>, sets: &Sets) -> Vec<Read> {
        let mut taken = BTreeSet::new();
        let mut questions = Vec::new();
        for part in self.tables(root, "questions", "question") {
            if part.has("include") {
                for read in self.include(&part, sets) {
                    if !taken.insert(read.question.id.clone()) {
                        self.fault(part.span.clone(), format!("the id “{}” is used twice", read.question.id));
                    }
                    questions.push(read);
                }
            } else {
                questions.extend(self.question(&part, &mut taken));
            }
        }
        if questions.is_empty() && self.unreadable.is_empty() {
            self.fault(root.span.clone(), format!("{} has no [[questions]]", root.name));
        }
        for (at, Read { question, condition_at }) in questions.iter().enumerate() {
            if let Some(condition) = &question.show_if {
                let (earlier, later) = questions.split_at(at);
                self.condition(condition, earlier, later, condition_at.clone());
            }
        }
        questions
    }

    fn question(&mut self, part: &Part<'_, '_>, taken: &mut BTreeSet<String>) -> Option<Read> {
        let id = self.id(part, taken);
        if let Some(id) = id.as_deref().filter(|id| RESERVED.contains(id)) {
            self.fault(
                part.span.clone(),
                format!(
                    "a question can't be called “{id}”: our pages use that word themselves; choose another"
                ),
            );
        }
        let label = self.words_of(part, "label");
        let hint = self.maybe_words(part, "hint");
        let page = self.maybe_words(part, "page");
        let required = self.flag(part, "required", true);
        let show_if = part.get("show_if").and_then(|item| self.when(item, "show_if"));
        let mut known = vec!["id", "kind", "label", "hint", "required", "page", "show_if"];
        let kind = self.kind(part, &mut known);
        if let (Some(id), true) = (&id, label.is_none() || kind.is_none()) {
            self.unreadable.insert(id.clone());
        }
        if matches!(kind, Some(Kind::Phone(_))) && required {
            self.fault(
                part.span.clone(),
                "a phone number can't be required: not everybody has one; write required = false",
            );
        }
        let question =
            Question { id: id?, label: label?, hint, required, page, show_if, kind: kind?, stamp: 0 };
        Some(Read { question, condition_at: part.at("show_if") })
    }

    /// Takes in a named set, with what the document says differently.
    fn include(&mut self, part: &Part<'_, '_>, sets: &Sets) -> Vec<Read> {
        self.only(part, &["include", "page", "show_if", "label", "hint", "required"]);
        let Some(name) = self.plain_of(part, "include") else { return Vec::new() };
        let Some(set) = sets.get(&name) else {
            let known: Vec<&str> = sets.keys().map(String::as_str).collect();
            self.fault(
                part.at("include"),
                format!("there is no set of questions called “{name}”; there are {}", known.join(", ")),
            );
            return Vec::new();
        };
        let mut set = set.clone();
        let page = self.maybe_words(part, "page");
        let show_if = part.get("show_if").and_then(|item| self.when(item, "show_if"));
        if let [only] = set.as_mut_slice() {
            if let Some(label) = self.maybe_words(part, "label") {
                only.label = label;
            }
            if let Some(hint) = self.maybe_words(part, "hint") {
                only.hint = Some(hint);
            }
            only.required = self.flag(part, "required", only.required);
        } else if let Some(key) = ["label", "hint", "required"].into_iter().find(|key| part.has(key)) {
            self.fault(
                part.at(key),
                format!("the set “{name}” has several questions, so “{key}” would be for none of them"),
            );
        }
        if let Some(first) = set.first_mut() {
            first.page = page.or(first.page.take());
        }
        for question in &mut set {
            question.show_if = match (question.show_if.take(), &show_if) {
                (Some(own), Some(given)) => Some(Condition::All(vec![given.clone(), own])),
                (own, given) => own.or_else(|| given.clone()),
            };
        }
        let condition_at = part.at("show_if");
        set.into_iter().map(|question| Read { question, condition_at: condition_at.clone() }).collect()
    }

    fn kind(&mut self, part: &Part<'_, '_>, known: &mut Vec<&'static str>) -> Option<Kind> {
        let item = self.need(part, "kind")?;
        let kind = self.plain(item, "kind")?;
        let kind = match kind.as_str() {
            "name" => Kind::Name(Name {}),
            "text" => {
                known.push("max");
                Kind::Text(Text { max: self.small_or(part, "max", 1..501, 200)? })
            }
            "long_text" => {
                known.push("max");
                Kind::LongText(LongText { max: self.small_or(part, "max", 1..plain::TEXT_MAX + 1, 2000)? })
            }
            "number" => {
                known.extend(["min", "max", "unit"]);
                let min = self.number_or(part, "min", -1_000_000..1_000_001, 0)?;
                let max = self.number_or(part, "max", min..1_000_001, 1_000_000)?;
                Kind::Number(Number { min, max, unit: self.maybe_words(part, "unit") })
            }
            "money" => {
                known.extend(["min", "max"]);
                let min = self.pence_or(part, "min", 1)?;
                let max = self.pence_or(part, "max", MOST_PENCE)?;
                if min > max {
                    self.fault(part.at("min"), "“min” is more than “max”: no amount would fit");
                }
                Kind::Money(Money { min, max })
            }
            "date" => {
                known.extend(["earliest", "latest"]);
                let (earliest, latest) = self.days(part)?;
                Kind::Date(Date { earliest, latest })
            }
            "date_range" => {
                known.extend(["earliest", "latest", "most_days"]);
                let (earliest, latest) = self.days(part)?;
                let most_days = self.small_or(part, "most_days", 1..3_651, 3_651)?;
                Kind::DateRange(DateRange {
                    earliest,
                    latest,
                    most_days: part.has("most_days").then_some(most_days),
                })
            }
            "slot" => {
                known.push("slots");
                Kind::Slot(Slot { of: self.plain_of(part, "slots")?, times: Vec::new() })
            }
            "email" => Kind::Email(Email {}),
            "phone" => Kind::Phone(PhoneNumber {}),
            "address" => {
                known.push("no_fixed");
                Kind::Address(Address { no_fixed: self.flag(part, "no_fixed", true) })
            }
            "place" => {
                known.push("asset");
                Kind::Place(Place { asset: self.maybe_words(part, "asset") })
            }
            "choice" => {
                known.extend(["options", "options_from"]);
                let (options, departments) = self.options(part)?;
                Kind::Choice(Choices { options, departments })
            }
            "choices" => {
                known.extend(["options", "options_from", "none", "most"]);
                Kind::Choices(self.several(part)?)
            }
            "yes_no" => Kind::YesNo,
            "vehicle" => Kind::Vehicle,
            "council_tax_account" => Kind::CouncilTaxAccount,
            "penalty_charge" => Kind::PenaltyCharge,
            "library_card" => Kind::LibraryCard,
            "photos" => {
                known.push("max");
                Kind::Photos(Photos { max: self.small_or(part, "max", 1..photos::MOST + 1, photos::MOST)? })
            }
            "documents" => {
                known.push("max");
                let max = self.small_or(part, "max", 1..documents::MOST + 1, documents::MOST)?;
                Kind::Documents(Documents { max })
            }
            "declaration" => Kind::Declaration,
            "contact" => {
                known.extend(["name", "email", "phone"]);
                Kind::Contact(self.contact(part)?)
            }
            "group" => {
                known.extend(["item", "max", "questions"]);
                Kind::Group(self.group(part)?)
            }
            unknown => {
                let kinds = KINDS.split_last().map_or_else(String::new, |(_, kinds)| kinds.join(", "));
                self.fault(
                    item.span(),
                    format!("there is no kind of question called “{unknown}”; there are {kinds}"),
                );
                return None;
            }
        };
        self.only(part, known);
        Some(kind)
    }

    /// An amount of money that may be left out; then it is so many pence.
    fn pence_or(&mut self, part: &Part<'_, '_>, key: &str, otherwise: i64) -> Option<i64> {
        if part.has(key) { self.pence(part, key) } else { Some(otherwise) }
    }

    /// An amount of money, in pence.
    pub(super) fn pence(&mut self, part: &Part<'_, '_>, key: &str) -> Option<i64> {
        let text = self.plain_of(part, key)?;
        let pence = money::read(&text);
        if pence.is_none() {
            self.fault(part.at(key), format!("“{key}” must be money, written like \"£12.50\""));
        }
        pence
    }

    /// A day, or one counted from today; `Some(None)` when there is no such setting.
    #[expect(clippy::option_option, reason = "left out is fine, and wrong is not")]
    fn day(&mut self, part: &Part<'_, '_>, key: &str) -> Option<Option<DayLimit>> {
        let Some(item) = part.get(key) else { return Some(None) };
        let limit = DayLimit::parse(&day_text(item));
        if limit.is_none() {
            self.fault(
                item.span(),
                format!("“{key}” must be a day written 2026-04-01, or “today”, “today + 14 days”, “today - 6 months”"),
            );
        }
        limit.map(Some)
    }

    fn several(&mut self, part: &Part<'_, '_>) -> Option<Several> {
        let (options, departments) = self.options(part)?;
        let none = self.maybe_plain(part, "none");
        if let Some(none) = none.as_ref().filter(|none| options.iter().all(|option| option.value != **none)) {
            self.fault(part.at("none"), format!("there is no option “{none}”"));
        }
        let most = self.small_or(part, "most", 1..51, 50)?;
        Some(Several { options, departments, none, most: part.has("most").then_some(most) })
    }

    fn options(&mut self, part: &Part<'_, '_>) -> Option<(Vec<Opt>, bool)> {
        if let Some(item) = part.get("options_from") {
            let from = self.plain(item, "options_from")?;
            if from != "departments" {
                self.fault(item.span(), "“options_from” can only be \"departments\"");
            }
            return Some((Vec::new(), true));
        }
        let mut taken = BTreeSet::new();
        let mut options = Vec::new();
        for option in self.tables(part, "options", "option") {
            self.only(&option, &["value", "label", "hint"]);
            let value = self.plain_of(&option, "value");
            let label = self.words_of(&option, "label");
            let hint = self.maybe_words(&option, "hint");
            if let (Some(value), Some(label)) = (value, label) {
                if value.contains(',') {
                    self.fault(option.at("value"), format!("the value “{value}” can't have a comma in it"));
                }
                if !taken.insert(value.clone()) {
                    self.fault(option.span.clone(), format!("the option “{value}” is there twice"));
                }
                if options.iter().any(|other: &Opt| other.label == label) {
                    self.fault(option.at("label"), format!("two options are called “{label}”"));
                }
                options.push(Opt { value, label, hint });
            }
        }
        if options.len() < 2 {
            self.fault(part.span.clone(), format!("{} needs at least two options", part.name));
        }
        Some((options, false))
    }

    /// The first and the last day that a question takes.
    fn days(&mut self, part: &Part<'_, '_>) -> Option<(Option<DayLimit>, Option<DayLimit>)> {
        let (earliest, latest) = (self.day(part, "earliest")?, self.day(part, "latest")?);
        let never = match (&earliest, &latest) {
            (Some(DayLimit::Day(first)), Some(DayLimit::Day(last))) => first > last,
            // Months are not all as long as another: only what never fits is called wrong.
            (
                &Some(DayLimit::Today { days, months }),
                &Some(DayLimit::Today { days: last_days, months: last_months }),
            ) => {
                let least = if months < 0 { 31 } else { 28 };
                let most = if last_months < 0 { 28 } else { 31 };
                days + months * least > last_days + last_months * most
            }
            _ => false,
        };
        if never {
            self.fault(part.at("earliest"), "“earliest” is after “latest”: no day would fit");
        }
        Some((earliest, latest))
    }

    fn contact(&mut self, part: &Part<'_, '_>) -> Option<Contact> {
        let mut ask = |key: &str| -> Option<Ask> {
            let Some(item) = part.get(key) else { return Some(Ask::No) };
            match (self.plain(item, key)?.as_str(), key) {
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

    fn group(&mut self, part: &Part<'_, '_>) -> Option<Group> {
        let item = self.words_of(part, "item");
        let max = self.small_or(part, "max", 2..21, 5);
        let mut taken = BTreeSet::new();
        let mut questions = Vec::new();
        for inner in self.tables(part, "questions", "question") {
            let Some(Read { question, .. }) = self.question(&inner, &mut taken) else { continue };
            if question.page.is_some() || question.show_if.is_some() {
                self.fault(
                    inner.span.clone(),
                    format!("{} is in a group: it has no “page” and no “show_if”", inner.name),
                );
            }
            if matches!(
                question.kind,
                Kind::Group(_)
                    | Kind::Photos(_)
                    | Kind::Documents(_)
                    | Kind::Contact(_)
                    | Kind::Slot(_)
                    | Kind::Place(_)
                    | Kind::Address(_)
            ) {
                self.fault(inner.at("kind"), "a group can't hold a question of this kind");
            }
            questions.push(question);
        }
        if questions.is_empty() {
            self.fault(part.span.clone(), format!("{} has no “questions”", part.name));
        }
        Some(Group { item: item?, max: max?, questions })
    }
}
